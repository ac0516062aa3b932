// SPDX-License-Identifier: Apache-2.0
//
// What the outside says: a statement of a wallet or an account, and what is kept of it.
#pragma once

#include "cofferdam/books/custody/custody.h"
#include "cofferdam/books/fact/fact.h"
#include "cofferdam/books/reconciliation/ids.h"

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace cofferdam::reconciliation {

using base::AccountId;
using base::Amount;
using base::AssetId;
using base::Duration;
using base::IntentId;
using base::PoolId;
using base::PrincipalId;
using base::SignedAmount;
using base::SourceId;
using base::Time;
using base::TransferId;
using base::WalletId;
using ledger::Context;

inline constexpr std::size_t kStatementEntriesMax = 8190;
inline constexpr std::size_t kTextMax = 128;  // of a statement's id and of references

// What the outside says of one asset. Amounts are signed as the holder sees them: what comes in is
// positive.
struct StatedBalance {
  AssetId asset;
  std::optional<SignedAmount> opening;
  SignedAmount closing;
  std::optional<SignedAmount> available;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("asset", self.asset, "what is held");
    visit("opening", self.opening, "booked balance when the statement begins; null: not stated");
    visit("closing", self.closing, "booked balance at as_of");
    visit("available", self.available, "balance that could be drawn on; null: not stated");
  }
};

enum class EntryKind : std::uint8_t { payment, network_fee };

struct StatementEntry {
  AssetId asset;
  SignedAmount amount;
  EntryKind kind = EntryKind::payment;
  std::string reference;
  std::string our_reference;
  Time booked;
  std::optional<SignedAmount> balance;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("asset", self.asset, "what moved, an asset of the balances");
    visit("amount", self.amount, "came in: positive; went out: negative; not zero");
    visit("kind", self.kind, "a payment, or what the network or the bank charged for one");
    visit("reference", self.reference, "the outside's own: transaction hash, bank reference");
    visit("our_reference", self.our_reference,
          "ours, if the outside carries it: intent/7, a transfer's id or user_data_128");
    visit("booked", self.booked, "when the outside booked it");
    visit("balance", self.balance, "stated balance after it; null: not stated");
  }
};

struct Statement {
  using Key = StatementId;
  StatementId id;
  std::string code;
  WalletId wallet;
  AccountId account;
  PoolId pool;
  SourceId source;
  Time as_of;
  Time recorded;
  base::Sequence sequence = 0;
  PrincipalId recorded_by;
  std::vector<StatedBalance> balances;
  std::uint32_t entries = 0;
  std::string document;
  std::string content;

  [[nodiscard]] Key key() const { return id; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("id", self.id, "number of the statement");
    visit("code", self.code, "the outside's own id of it");
    visit("wallet", self.wallet, "the wallet that it is about");
    visit("account", self.account, "or the account that it is about");
    visit("pool", self.pool, "the pool of both");
    visit("source", self.source, "who says so");
    visit("as_of", self.as_of, "the moment of the closing balances");
    visit("recorded", self.recorded, "when it was recorded");
    visit("sequence", self.sequence, "the journal record that brought it");
    visit("recorded_by", self.recorded_by, "who recorded it");
    visit("balances", self.balances, "what it says of each asset");
    visit("entries", self.entries, "how many entries it brought");
    visit("document", self.document, "SHA-256 of the evidence in hex; empty for none");
    visit("content", self.content, "SHA-256 of what was recorded");
  }
};

// A statement's id is used once for each wallet or account, for ever.
struct StatementName {
  struct Key {
    WalletId wallet;
    AccountId account;
    std::string code;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  WalletId wallet;
  AccountId account;
  std::string code;
  StatementId id;

  [[nodiscard]] Key key() const { return {wallet, account, code}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("wallet", self.wallet, "the wallet");
    visit("account", self.account, "or the account");
    visit("code", self.code, "the outside's own id");
    visit("id", self.id, "number of the statement");
  }
};

// What has become of a stated entry.
enum class EntryState : std::uint8_t {
  matched,     // a booking stands for it
  in_transit,  // it is what an executed intent has ordered, whose confirmation is to come
  open,        // nothing in the books stands for it
  before,      // of the time before the account was reconciled
};

struct Entry {
  struct Key {
    StatementId statement;
    std::uint32_t position = 0;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  StatementId statement;
  std::uint32_t position = 0;
  AccountId account;
  AssetId asset;
  SignedAmount amount;
  EntryKind kind = EntryKind::payment;
  std::string reference;
  std::string our_reference;
  Time booked;
  EntryState state = EntryState::open;
  std::uint64_t booking = 0;
  IntentId intent;
  BreakId item_break;

  [[nodiscard]] Key key() const { return {statement, position}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("statement", self.statement, "the statement");
    visit("position", self.position, "in the statement, from 1");
    visit("account", self.account, "the account that stands for the holding");
    visit("asset", self.asset, "what moved");
    visit("amount", self.amount, "came in: positive; went out: negative");
    visit("kind", self.kind, "payment or network_fee");
    visit("reference", self.reference, "the outside's own");
    visit("our_reference", self.our_reference, "ours");
    visit("booked", self.booked, "when the outside booked it");
    visit("state", self.state, "matched, in_transit, open or before");
    visit("booking", self.booking, "journal address of the posting that it was matched with");
    visit("intent", self.intent, "in_transit: the intent that has ordered it");
    visit("item_break", self.item_break, "the break that it caused, if any");
  }
};

// A posting on a reconciled account that no statement has confirmed yet. `number` is its address in
// the journal.
struct Booking {
  struct Key {
    AccountId account;
    std::uint64_t number = 0;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  AccountId account;
  std::uint64_t number = 0;
  AssetId asset;
  SignedAmount amount;
  bool is_fee = false;
  TransferId transfer;
  base::u128 user_data_128 = 0;
  IntentId intent;
  std::string transaction;
  Time booked;
  BreakId item_break;

  [[nodiscard]] Key key() const { return {account, number}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("account", self.account, "the account");
    visit("number", self.number, "journal address of the posting");
    visit("asset", self.asset, "what moved");
    visit("amount", self.amount, "came in: positive; went out: negative");
    visit("is_fee", self.is_fee, "it was booked as a fee");
    visit("transfer", self.transfer, "id of the transfer; none: a posting of another command");
    visit("user_data_128", self.user_data_128, "its reference");
    visit("intent", self.intent, "the intent that it settles");
    visit("transaction", self.transaction, "the transaction that settled the intent");
    visit("booked", self.booked, "when it was booked");
    visit("item_break", self.item_break, "the break that it caused, if any");
  }
};

// Where an unmatched item of either side is found: by a reference that it carries, by its amount.
struct Lookup {
  struct Key {
    AccountId account;
    bool stated = false;
    std::string text;
    std::uint64_t number = 0;
    std::uint32_t position = 0;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  AccountId account;
  bool stated = false;
  std::string text;
  std::uint64_t number = 0;
  std::uint32_t position = 0;

  [[nodiscard]] Key key() const { return {account, stated, text, number, position}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("account", self.account, "the account");
    visit("stated", self.stated, "a stated entry; else a booking");
    visit("text", self.text, "kind and value of what it is found by");
    visit("number", self.number, "of the statement, or of the booking");
    visit("position", self.position, "of the entry in its statement");
  }
};

// What was stated under a reference of the outside, so that it is noticed when it is stated twice.
struct StatedReference {
  struct Key {
    AccountId account;
    std::string reference;
    SignedAmount amount;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  AccountId account;
  std::string reference;
  SignedAmount amount;
  StatementId statement;

  [[nodiscard]] Key key() const { return {account, reference, amount}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("account", self.account, "the account");
    visit("reference", self.reference, "the outside's own");
    visit("amount", self.amount, "of the entry");
    visit("statement", self.statement, "the statement that had it first");
  }
};

}  // namespace cofferdam::reconciliation

template <>
struct cofferdam::base::EnumText<cofferdam::reconciliation::EntryKind> {
  static constexpr std::array<std::string_view, 2> kNames{"payment", "network_fee"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::reconciliation::EntryState> {
  static constexpr std::array<std::string_view, 4> kNames{"matched", "in_transit", "open",
                                                          "before"};
};
