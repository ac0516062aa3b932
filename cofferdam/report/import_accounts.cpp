// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/report/import_accounts.h"

#include "cofferdam/base/decimal.h"
#include "cofferdam/books/ledger/create_asset.h"
#include "cofferdam/books/ledger/posting.h"
#include "cofferdam/report/driver.h"

#include <algorithm>

namespace cofferdam::report {

namespace {

using base::malformed;
using base::Result;
using ledger::AccountClass;
using ledger::OwnerClass;

// Sums of a file and of what the books hold stay far from the bounds of a balance.
constexpr unsigned kAmountBits = 120;

struct NameType {
  std::string_view word;
  AccountClass account_class;
  OwnerClass owner_class;
};

// The account types that hledger infers from the first part of a name.
constexpr std::array kTypes{
    NameType{"asset", AccountClass::custody, OwnerClass::pool},
    NameType{"assets", AccountClass::custody, OwnerClass::pool},
    NameType{"liability", AccountClass::general, OwnerClass::client},
    NameType{"liabilities", AccountClass::general, OwnerClass::client},
    NameType{"debt", AccountClass::general, OwnerClass::client},
    NameType{"debts", AccountClass::general, OwnerClass::client},
    NameType{"equity", AccountClass::general, OwnerClass::house},
    NameType{"income", AccountClass::general, OwnerClass::house},
    NameType{"revenue", AccountClass::general, OwnerClass::house},
    NameType{"revenues", AccountClass::general, OwnerClass::house},
    NameType{"expense", AccountClass::general, OwnerClass::house},
    NameType{"expenses", AccountClass::general, OwnerClass::house},
};

[[nodiscard]] const NameType* type_of_name(std::string_view name) {
  std::string first(name.substr(0, name.find(':')));
  for (char& c : first)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  const auto found = std::find_if(kTypes.begin(), kTypes.end(),
                                  [&](const NameType& type) { return type.word == first; });
  return found == kTypes.end() ? nullptr : &*found;
}

class Naming {
 public:
  Naming(const ForeignBooks& books, const ImportRequest& request, const engine::State& state)
      : books_(books), request_(request), state_(state) {}

  [[nodiscard]] Result<ImportNames> run() {
    find_decimals();
    for (const ForeignTransaction& transaction : books_.transactions) {
      std::vector<ImportNames::Posting>& postings = names_.postings.emplace_back();
      postings.reserve(transaction.postings.size());
      for (const ForeignPosting& posting : transaction.postings) {
        Result<std::size_t> asset = asset_of(posting);
        if (!asset) return std::unexpected(std::move(asset).error());
        Result<std::size_t> account = account_of(posting, *asset);
        if (!account) return std::unexpected(std::move(account).error());
        Result<base::i128> units = units_of(posting, names_.assets[*asset]);
        if (!units) return std::unexpected(std::move(units).error());
        postings.push_back({*account, *units});
      }
    }
    return std::move(names_);
  }

 private:
  void find_decimals() {
    for (const ForeignTransaction& transaction : books_.transactions)
      for (const ForeignPosting& posting : transaction.postings) {
        unsigned& most = decimals_[posting.amount.commodity];
        most = std::max(most, posting.amount.scale);
      }
  }

  [[nodiscard]] Result<std::size_t> asset_of(const ForeignPosting& posting) {
    const std::string& name = posting.amount.commodity;
    if (const auto known = assets_.find(name); known != assets_.end()) return known->second;
    const auto rule = std::find_if(request_.assets.begin(), request_.assets.end(),
                                   [&](const AssetRule& each) { return each.name == name; });
    const bool ruled = rule != request_.assets.end();
    const std::string code = ruled && !rule->code.empty() ? rule->code : name;
    const std::string where = books_.where(posting.line, "asset");
    const std::string example =
        "--assets '[{\"name\":\"" + name + "\",\"code\":\"CODE\",\"scale\":2}]'";
    if (!ledger::is_code(code, ledger::kAssetCodeMax))
      return malformed(where, code,
                       "an asset's code is a letter followed by letters, digits, '.', '_' or '-', "
                       "at most 32 in all",
                       "give it one: " + example);
    std::optional<unsigned> scale;
    if (ruled && rule->scale) scale = *rule->scale;
    if (scale && *scale > base::kScaleMax)
      return malformed("--assets", std::to_string(*scale), "a scale is at most 38");
    if (const ledger::Asset* asset = ledger::find_asset(state_.ledger, code)) {
      if (scale && *scale != asset->scale)
        return malformed("--assets", std::to_string(*scale),
                         "the scale of " + code + " is " + std::to_string(asset->scale));
      scale = asset->scale;
    }
    if (!scale && books_.has_columns)
      return malformed(where, name, "an asset that the books do not have is declared",
                       "with its scale: " + example);
    // As hledger does: the most digits with which the file writes it.
    if (!scale) scale = decimals_.at(name);
    const auto same = std::find_if(names_.assets.begin(), names_.assets.end(),
                                   [&](const ImportedAsset& each) { return each.code == code; });
    const auto place = static_cast<std::size_t>(same - names_.assets.begin());
    if (same == names_.assets.end())
      names_.assets.push_back({.code = code, .scale = *scale, .line = posting.line});
    else if (same->scale != *scale)
      return malformed(where, name,
                       "one asset has one scale; " + code + " has " + std::to_string(same->scale),
                       example);
    assets_.emplace(name, place);
    return place;
  }

  [[nodiscard]] std::size_t pool_place(const std::string& code) {
    const auto found = std::find(names_.pools.begin(), names_.pools.end(), code);
    if (found == names_.pools.end()) {
      names_.pools.push_back(code);
      return names_.pools.size() - 1;
    }
    return static_cast<std::size_t>(found - names_.pools.begin());
  }

  [[nodiscard]] Result<std::size_t> account_of(const ForeignPosting& posting, std::size_t asset) {
    const auto key = std::pair(posting.account, asset);
    if (const auto known = accounts_.find(key); known != accounts_.end()) return known->second;
    const auto rule =
        std::find_if(request_.accounts.begin(), request_.accounts.end(),
                     [&](const AccountRule& each) { return matches(each.name, posting.account); });
    const bool ruled = rule != request_.accounts.end();
    const NameType* type = type_of_name(posting.account);
    const std::string where = books_.where(posting.line, posting.account_column);
    if (type == nullptr && !(ruled && rule->account_class && rule->owner_class))
      return malformed(where, posting.account,
                       "a name begins with assets:, liabilities:, equity:, income:, revenues: or "
                       "expenses:, or a rule of --accounts says its class and owner_class",
                       "--accounts '[{\"name\":\"" + posting.account +
                           "\",\"class\":\"general\",\"owner_class\":\"client\"}]'");
    ImportedAccount account{
        .name = posting.account,
        .asset = asset,
        .pool = pool_place(ruled && !rule->pool.empty() ? rule->pool : request_.pool),
        .line = posting.line,
        .column = posting.account_column};
    if (type != nullptr) {
      account.account_class = type->account_class;
      account.owner_class = type->owner_class;
    }
    if (ruled && rule->account_class) account.account_class = *rule->account_class;
    if (ruled && rule->owner_class) account.owner_class = *rule->owner_class;
    if (ledger::is_reserved_class(account.account_class))
      return malformed(where, std::string(base::name_of(account.account_class)),
                       "accounts of the system's own classes are not imported");
    names_.accounts.push_back(std::move(account));
    accounts_.emplace(key, names_.accounts.size() - 1);
    return names_.accounts.size() - 1;
  }

  [[nodiscard]] Result<base::i128> units_of(const ForeignPosting& posting,
                                            const ImportedAsset& asset) const {
    const std::string where = books_.where(posting.line, "amount");
    const std::string text = base::format_decimal(posting.amount.value, posting.amount.scale);
    if (posting.amount.scale > asset.scale)
      return malformed(where, text,
                       "an amount of " + asset.code + " has at most " +
                           std::to_string(asset.scale) + " digits after the point, its scale");
    const auto units = at_scale(posting.amount, asset.scale);
    if (!units || base::magnitude(*units) >> kAmountBits != 0)
      return malformed(where, text, "an amount is below 2^120 of the asset's smallest units");
    return *units;
  }

  const ForeignBooks& books_;
  const ImportRequest& request_;
  const engine::State& state_;
  ImportNames names_;
  std::map<std::string, unsigned> decimals_;
  std::map<std::string, std::size_t> assets_;
  std::map<std::pair<std::string, std::size_t>, std::size_t> accounts_;
};

}  // namespace

base::OwnerId ImportedAccount::owner() const {
  if (owner_class == OwnerClass::pool) return {};
  return base::OwnerId(id_of("import/owner/" + name));
}

base::AccountId imported_account_id(std::string_view name, std::string_view asset) {
  return base::AccountId(id_of("import/account/" + std::string(asset) + "/" + std::string(name)));
}

Result<ImportNames> name_all(const ForeignBooks& books, const ImportRequest& request,
                             const engine::State& state) {
  return Naming(books, request, state).run();
}

}  // namespace cofferdam::report
