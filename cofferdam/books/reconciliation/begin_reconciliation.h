// SPDX-License-Identifier: Apache-2.0
//
// Begins to compare a wallet, or an account that stands for something kept elsewhere, with what the
// outside says of it. From here on every posting on it waits for a statement that confirms it.
#pragma once

#include "cofferdam/books/reconciliation/matching.h"

namespace cofferdam::reconciliation {

struct BeginReconciliation {
  WalletId wallet;
  AccountId account;

  static constexpr std::string_view kDoc =
      "Begins to compare a wallet or an account with statements; what the books say is the start.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("wallet", self.wallet, "the wallet, with every asset of it");
    visit("account", self.account, "or an account kept elsewhere that counts no wallet");
  }
};

enum class BeginReconciliationStatus : std::uint16_t {
  ok,
  exactly_one_subject,
  wallet_not_found,
  account_not_found,
  account_counts_a_wallet,
  not_reconcilable,
  begun_already,
  balance_too_large,
};

[[nodiscard]] BeginReconciliationStatus check_shape(const BeginReconciliation& command);
[[nodiscard]] BeginReconciliationStatus check_state(const BeginReconciliation& command,
                                                    const State& state,
                                                    const custody::State& custody,
                                                    const ledger::State& ledger);
BeginReconciliationStatus apply(const BeginReconciliation& command, const Books& books);

}  // namespace cofferdam::reconciliation

template <>
struct cofferdam::base::EnumText<cofferdam::reconciliation::BeginReconciliationStatus> {
  static constexpr std::array<std::string_view, 8> kNames{"ok",
                                                          "exactly_one_subject",
                                                          "wallet_not_found",
                                                          "account_not_found",
                                                          "account_counts_a_wallet",
                                                          "not_reconcilable",
                                                          "begun_already",
                                                          "balance_too_large"};
  static constexpr std::array<std::string_view, 8> kDocs{
      "",
      "either a wallet or an account is named",
      "the wallet must exist",
      "the account must exist",
      "an account that counts a wallet is compared as that wallet",
      "what is kept elsewhere stands in an account of class custody, external or general",
      "a wallet or an account is begun once",
      "balances that are compared stay within 2^120 units"};
};
