// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/report/import_watch.h"

#include "cofferdam/report/account_names.h"

namespace cofferdam::report {

namespace {

using base::i128;
using ledger::AccountClass;
using ledger::OwnerClass;

[[nodiscard]] bool is_held(const ledger::Account& account) {
  return account.account_class == AccountClass::custody ||
         account.account_class == AccountClass::external;
}

[[nodiscard]] bool is_owed(const ledger::Account& account) {
  return !is_held(account) &&
         (account.owner_class == OwnerClass::client || account.owner_class == OwnerClass::member ||
          account.owner_class == OwnerClass::provider);
}

[[nodiscard]] i128 credit_of(const ledger::Account& account) {
  return -net_debit(account).units();
}

// What is held is never less than nothing, nor is what is owed.
[[nodiscard]] i128 overdraft(const ledger::Account& account, i128 credit) {
  if (account.account_class == AccountClass::custody) return credit;
  return is_owed(account) ? -credit : 0;
}

}  // namespace

ImportWatch::ImportWatch(const engine::State& state, ImportResult& result)
    : state_(state), result_(result) {
  state.ledger.accounts.each([&](const ledger::Account& account) {
    change(account, credit_of(account));
    if (overdraft(account, credit_of(account)) > 0) overdrawn_.insert(account.id);
  });
  for (const auto& [compartment, standing] : standings_)
    if (standing.missing() > 0) short_.insert(compartment);
}

void ImportWatch::change(const ledger::Account& account, i128 credit) {
  Standing& standing = standings_[{account.pool, account.asset}];
  if (is_held(account)) standing.held -= credit;
  if (is_owed(account)) standing.owed += credit;
  if (account.account_class == AccountClass::conduit) standing.between += credit;
}

void ImportWatch::moved(base::AccountId debit, base::AccountId credit, base::Amount amount) {
  const auto units = static_cast<i128>(amount.units());
  for (const auto& [id, change_units] : {std::pair(debit, -units), std::pair(credit, units)}) {
    const ledger::Account& account = *state_.ledger.accounts.find(id);
    change(account, change_units);
    touched_.insert({account.pool, account.asset});
    touched_accounts_.insert(id);
  }
}

void ImportWatch::look(const ForeignTransaction& transaction,
                       const std::map<base::AccountId, std::string>& names) {
  const auto finding = [&](std::string kind, base::PoolId pool, base::AssetId asset, i128 amount) {
    return ImportFinding{.kind = std::move(kind),
                         .date = transaction.date,
                         .line = static_cast<std::uint32_t>(transaction.line),
                         .pool = pool_code(state_, pool),
                         .asset = asset_code(state_, asset),
                         .amount = amount_text(state_, asset, base::SignedAmount(amount)),
                         .description = transaction.description};
  };
  for (const Compartment& each : touched_) {
    const i128 missing = standings_.at(each).missing();
    if (missing > 0 && short_.insert(each).second)
      add(finding("not_whole", each.first, each.second, missing));
    if (missing <= 0 && short_.erase(each) > 0)
      add(finding("whole_again", each.first, each.second, 0));
  }
  for (const base::AccountId id : touched_accounts_) {
    const ledger::Account& account = *state_.ledger.accounts.find(id);
    const i128 over = overdraft(account, credit_of(account));
    const bool begins = over > 0 && overdrawn_.insert(id).second;
    const bool ends = over <= 0 && overdrawn_.erase(id) > 0;
    if (!begins && !ends) continue;
    ImportFinding row = finding(begins ? "overdrawn" : "covered_again", account.pool, account.asset,
                                begins ? over : 0);
    const auto name = names.find(id);
    if (name != names.end()) row.account = name->second;
    add(std::move(row));
  }
  touched_.clear();
  touched_accounts_.clear();
}

void ImportWatch::add(ImportFinding finding) {
  ++result_.findings_total;
  if (result_.findings.size() < kFindingsListed) result_.findings.push_back(std::move(finding));
}

}  // namespace cofferdam::report
