// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/reconciliation/reconciliation.h"

namespace cofferdam::reconciliation {

using ledger::AccountClass;

std::optional<SignedAmount> books_of(const ledger::Account& account) {
  const bool holds = account.account_class == AccountClass::custody ||
                     account.account_class == AccountClass::external;
  const auto net = holds ? base::try_difference(account.debits_posted, account.credits_posted)
                         : base::try_difference(account.credits_posted, account.debits_posted);
  if (!net || net->units() > kUnitsMax || net->units() < -kUnitsMax) return std::nullopt;
  return net;
}

std::optional<SignedAmount> explained(const Holding& holding, SignedAmount books) {
  std::optional<SignedAmount> sum = base::try_add(books, -holding.booked_open);
  for (const SignedAmount term : {holding.in_transit, holding.fees, holding.stated_open,
                                  holding.differing, holding.unchained, holding.accepted})
    if (sum) sum = base::try_add(*sum, term);
  return sum;
}

bool is_reconcilable(AccountClass account_class) {
  return account_class == AccountClass::custody || account_class == AccountClass::external ||
         account_class == AccountClass::general;
}

const Statement* find_statement(const State& state, WalletId wallet, AccountId account,
                                const std::string& code) {
  const StatementName* name = state.statement_names.find({wallet, account, code});
  return name == nullptr ? nullptr : state.statements.find(name->id);
}

}  // namespace cofferdam::reconciliation
