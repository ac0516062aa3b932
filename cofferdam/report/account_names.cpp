// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/report/account_names.h"

#include "cofferdam/base/decimal.h"
#include "cofferdam/base/parse_integer.h"

namespace cofferdam::report {

namespace {

using ledger::AccountClass;

[[nodiscard]] std::string_view root_of(AccountClass account_class, ledger::OwnerClass owner) {
  switch (account_class) {
    case AccountClass::custody:
    case AccountClass::external:
      return "Assets";
    case AccountClass::collateral:
      return "Liabilities";
    case AccountClass::fee:
      return "Income";
    case AccountClass::general:
      return owner == ledger::OwnerClass::client || owner == ledger::OwnerClass::member
                 ? "Liabilities"
                 : "Equity";
    case AccountClass::position:
    case AccountClass::open_value:
    case AccountClass::clearing:
    case AccountClass::conduit:
    case AccountClass::in_transit:
    case AccountClass::buffer:
    case AccountClass::reserve:
    case AccountClass::deficit:
    case AccountClass::dust:
    case AccountClass::settlement:
      return "Equity";
  }
  return "Equity";
}

// A component of a beancount account: an upper-case letter or digit, then letters, digits, '-'.
[[nodiscard]] std::string component(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    out += letter || (c >= '0' && c <= '9') ? c : '-';
  }
  if (!out.empty() && out[0] >= 'a' && out[0] <= 'z')
    out[0] = static_cast<char>(out[0] - 'a' + 'A');
  if (out.empty() || out[0] == '-') out = "X" + out;
  return out;
}

}  // namespace

std::string pool_code(const engine::State& state, base::PoolId pool) {
  const pool::Pool* row = state.pool.pools.find(pool);
  return row != nullptr ? row->code : "pool-" + std::to_string(pool.value());
}

std::string asset_code(const engine::State& state, base::AssetId asset) {
  const ledger::Asset* row = state.ledger.assets.find(asset);
  return row != nullptr ? row->code : "asset-" + std::to_string(asset.value());
}

unsigned asset_scale(const engine::State& state, base::AssetId asset) {
  const ledger::Asset* row = state.ledger.assets.find(asset);
  return row != nullptr ? row->scale : 0;
}

std::string account_path(const engine::State& state, const ledger::Account& account) {
  return std::string(root_of(account.account_class, account.owner_class)) + ":" +
         component(pool_code(state, account.pool)) + ":" +
         component(base::name_of(account.account_class)) + ":" +
         component(base::name_of(account.owner_class)) + ":" + base::to_text(account.id.value());
}

base::SignedAmount net_debit(const ledger::Account& account) {
  const auto net = base::try_difference(account.debits_posted, account.credits_posted);
  COFFERDAM_CHECK(net.has_value(), "a balance fits 127 bits");
  return *net;
}

std::string amount_text(const engine::State& state, base::AssetId asset, base::Amount amount) {
  return base::format_decimal(amount, asset_scale(state, asset));
}

std::string amount_text(const engine::State& state, base::AssetId asset,
                        base::SignedAmount amount) {
  return base::format_decimal(amount, asset_scale(state, asset));
}

}  // namespace cofferdam::report
