// SPDX-License-Identifier: Apache-2.0
//
// A break: a difference between what the outside says and what the books say, that has no other
// name. It has a size, an age, somebody who works on it, and a history that is kept.
#pragma once

#include "cofferdam/books/reconciliation/statement.h"

namespace cofferdam::reconciliation {

enum class BreakKind : std::uint8_t {
  missing_here,            // stated, not booked
  missing_there,           // booked, and a statement of a later moment does not have it
  amount_differs,          // stated and booked under one reference, with different amounts
  balance_differs,         // a stated balance without entries is not what the books say
  balance_does_not_chain,  // balances and entries of statements do not follow one another
  duplicate,               // stated a second time under one reference
  stale_statement,         // the pool's policy asks for a newer statement
};

enum class BreakState : std::uint8_t { open, assigned, explained, resolved };

struct BreakNote {
  Time time;
  PrincipalId by;
  BreakState state = BreakState::open;
  std::string text;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("time", self.time, "when");
    visit("by", self.by, "who; none: the books themselves");
    visit("state", self.state, "the state that it entered");
    visit("text", self.text, "why");
  }
};

inline constexpr std::size_t kBreakNotesMax = 64;
inline constexpr std::size_t kBreakReasonMax = 1024;

struct Break {
  using Key = BreakId;
  BreakId id;
  PoolId pool;
  AssetId asset;
  AccountId account;
  WalletId wallet;
  BreakKind kind = BreakKind::missing_here;
  SignedAmount amount;
  StatementId statement;
  std::uint32_t position = 0;
  std::uint64_t booking = 0;
  Time since;
  Time found;
  BreakState state = BreakState::open;
  PrincipalId owner;
  Time closed;
  PrincipalId closed_by;
  std::vector<BreakNote> history;

  [[nodiscard]] Key key() const { return id; }

  // Closed by somebody, with a reason, while the difference stands.
  [[nodiscard]] bool is_accepted() const {
    return state == BreakState::resolved && !closed_by.is_none();
  }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("id", self.id, "number of the break");
    visit("pool", self.pool, "the pool whose releases it may freeze");
    visit("asset", self.asset, "of what");
    visit("account", self.account, "the account that stands for the holding");
    visit("wallet", self.wallet, "the wallet, if it is one");
    visit("kind", self.kind, "what is wrong");
    visit("amount", self.amount, "what the outside says more than the books");
    visit("statement", self.statement, "the statement that shows it");
    visit("position", self.position, "the entry in it; 0: the balance");
    visit("booking", self.booking, "journal address of the posting that it is about");
    visit("since", self.since, "from when on it has been wrong");
    visit("found", self.found, "when it was found");
    visit("state", self.state, "open, assigned, explained or resolved");
    visit("owner", self.owner, "who works on it");
    visit("closed", self.closed, "when it was closed");
    visit("closed_by", self.closed_by, "by whom; none: a later statement or booking healed it");
    visit("history", self.history, "every step, with its reason; the newest 64");
  }
};

// The breaks that are not closed, by pool and account.
struct OpenBreak {
  struct Key {
    PoolId pool;
    AccountId account;
    BreakId id;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  PoolId pool;
  AccountId account;
  BreakId id;

  [[nodiscard]] Key key() const { return {pool, account, id}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the pool");
    visit("account", self.account, "the account");
    visit("id", self.id, "the break");
  }
};

}  // namespace cofferdam::reconciliation

template <>
struct cofferdam::base::EnumText<cofferdam::reconciliation::BreakKind> {
  static constexpr std::array<std::string_view, 7> kNames{
      "missing_here",           "missing_there", "amount_differs", "balance_differs",
      "balance_does_not_chain", "duplicate",     "stale_statement"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::reconciliation::BreakState> {
  static constexpr std::array<std::string_view, 4> kNames{"open", "assigned", "explained",
                                                          "resolved"};
};
