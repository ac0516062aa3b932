// SPDX-License-Identifier: Apache-2.0
//
// Records what the outside says of a wallet or an account, and compares it with the books.
//
// A balance with an opening or with entries is compared entry by entry. A balance alone, as a
// watch-only address gives it, is compared with everything that was booked until its moment. The
// first statement of something that was not begun before is compared by its closing balance only:
// which postings its entries stand for is not known.
#pragma once

#include "cofferdam/books/reconciliation/matching.h"

namespace cofferdam::reconciliation {

struct RecordStatement {
  std::string statement;
  WalletId wallet;
  AccountId account;
  SourceId source;
  Time as_of;
  std::vector<StatedBalance> balances;
  std::vector<StatementEntry> entries;
  std::string document;

  static constexpr std::string_view kDoc =
      "Records an external statement of a wallet or an account. It is a fact and books nothing.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("statement", self.statement, "the outside's own id of it, used once, 1 to 128 bytes");
    visit("wallet", self.wallet, "the wallet that it is about");
    visit("account", self.account, "or the account that it is about");
    visit("source", self.source, "who says so, a declared source; none: whoever records it");
    visit("as_of", self.as_of, "the moment of the closing balances");
    visit("balances", self.balances, "of each asset, 1 to 64, in the order of their numbers");
    visit("entries", self.entries, "at most 8190, in the order of the statement");
    visit("document", self.document, "SHA-256 of the evidence in hex; empty for none");
  }
};

enum class RecordStatementStatus : std::uint16_t {
  ok,
  statement_malformed,
  exactly_one_subject,
  balances_malformed,
  too_many_entries,
  entry_amount_is_zero,
  entry_without_balance,
  amount_too_large,
  reference_malformed,
  document_malformed,
  wallet_not_found,
  account_not_found,
  account_counts_a_wallet,
  not_reconcilable,
  wallet_lacks_asset,
  account_has_different_asset,
  source_not_found,
  not_the_reporter,
  exists,
  exists_with_different_content,
  as_of_in_the_future,
  older_than_the_last,
  overflows,
};

[[nodiscard]] RecordStatementStatus check_shape(const RecordStatement& command);
[[nodiscard]] RecordStatementStatus check_state(const RecordStatement& command, const State& state,
                                                const custody::State& custody,
                                                const ledger::State& ledger,
                                                const fact::State& facts, const Context& context);
RecordStatementStatus apply(const RecordStatement& command, const Books& books);

}  // namespace cofferdam::reconciliation

template <>
struct cofferdam::base::EnumText<cofferdam::reconciliation::RecordStatementStatus> {
  static constexpr std::array<std::string_view, 23> kNames{"ok",
                                                           "statement_malformed",
                                                           "exactly_one_subject",
                                                           "balances_malformed",
                                                           "too_many_entries",
                                                           "entry_amount_is_zero",
                                                           "entry_without_balance",
                                                           "amount_too_large",
                                                           "reference_malformed",
                                                           "document_malformed",
                                                           "wallet_not_found",
                                                           "account_not_found",
                                                           "account_counts_a_wallet",
                                                           "not_reconcilable",
                                                           "wallet_lacks_asset",
                                                           "account_has_different_asset",
                                                           "source_not_found",
                                                           "not_the_reporter",
                                                           "exists",
                                                           "exists_with_different_content",
                                                           "as_of_in_the_future",
                                                           "older_than_the_last",
                                                           "overflows"};
  static constexpr std::array<std::string_view, 23> kDocs{
      "",
      "a statement's id has 1 to 128 bytes and no control characters",
      "either a wallet or an account is named",
      "a statement has 1 to 64 balances, in the order of the assets' numbers, each asset once",
      "a statement has at most 8190 entries",
      "an entry moves something",
      "an entry is in an asset of the statement's balances",
      "amounts of statements are within 2^120 units",
      "a reference has at most 128 bytes and no control characters",
      "a document is named by its SHA-256, 64 lower-case hexadecimal digits, or not at all",
      "the wallet must exist",
      "the account must exist",
      "a statement of an account that counts a wallet is given for that wallet",
      "what is kept elsewhere stands in an account of class custody, external or general",
      "the wallet is declared to hold the assets of the statement",
      "the account counts the one asset of the statement",
      "the source must exist",
      "the source has a reporter, who alone records its statements",
      "the statement was recorded before, with the same content",
      "a statement's id is used once: another content was recorded under it",
      "a statement is at most 5 seconds ahead of the books",
      "statements of a wallet or an account go forward in time",
      "terms of the equation stay within 2^120 units"};
};
