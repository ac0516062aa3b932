// SPDX-License-Identifier: Apache-2.0
//
// Reconciliation: what the outside says, held against what the books say, with a name for every
// part of the difference.
//
// Its words. A *statement* is what a bank, a custodian or a chain says of one wallet or account at
// one moment: balances and, mostly, entries. It is a fact: it books nothing. A *holding* is one
// account that is compared with the outside: a wallet's custody account of one asset, or an account
// kept elsewhere. A *booking* is a posting on a holding that no statement has confirmed yet. A
// *break* is a difference that has no other name.
//
// The equation of a holding, true after every command, to the unit:
//
//   stated = books - booked and not yet stated
//                  + left or arrived, not yet confirmed here   (in transit)
//                  + network fees taken, not yet booked
//                  + stated and not booked
//                  + differences of amount under one reference
//                  + balances that do not chain
//                  + differences accepted with a reason
//
// Entries are matched with bookings by reference, then by amount; what an executed intent has
// ordered is in transit until it is settled. What is left on either side is a break. A break closes
// by itself when a later statement or booking takes the difference away, or by a command with a
// reason, which approval policies may put under two pairs of eyes; the difference is then named
// accepted, not forgotten.
//
// Its laws. The equation holds for every holding. Every term of it is the sum of its items. A
// statement is never changed. A break is never removed, only goes forward, and closes with a
// reason. A pool whose policy says so releases nothing while a break is open: it is refused at the
// door, and the refusal names the break.
//
// What it must not know: file formats, banks, chains, how a statement gets here; the clock.
#pragma once

#include "cofferdam/books/reconciliation/break.h"

#include <string>
#include <vector>

namespace cofferdam::reconciliation {

struct Holding {
  using Key = AccountId;
  AccountId account;
  PoolId pool;
  AssetId asset;
  WalletId wallet;
  Time began;
  StatementId last_statement;
  Time as_of;
  SignedAmount stated;
  SignedAmount booked_open;
  SignedAmount in_transit;
  SignedAmount fees;
  SignedAmount stated_open;
  SignedAmount differing;
  SignedAmount unchained;
  SignedAmount accepted;

  [[nodiscard]] Key key() const { return account; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("account", self.account, "the account that is compared");
    visit("pool", self.pool, "its pool");
    visit("asset", self.asset, "its asset");
    visit("wallet", self.wallet, "the wallet that it counts; none: an account kept elsewhere");
    visit("began", self.began, "from when on it is compared");
    visit("last_statement", self.last_statement, "the newest statement");
    visit("as_of", self.as_of, "its moment");
    visit("stated", self.stated, "its closing balance; before the first: the books at the start");
    visit("booked_open", self.booked_open, "booked and not yet stated");
    visit("in_transit", self.in_transit, "left or arrived, not yet confirmed here");
    visit("fees", self.fees, "network fees taken, not yet booked");
    visit("stated_open", self.stated_open, "stated and not booked");
    visit("differing", self.differing, "differences of amount under one reference");
    visit("unchained", self.unchained, "balances that do not chain");
    visit("accepted", self.accepted, "differences accepted with a reason");
  }
};

// The totals of the ledger in which holdings lie: a command that touched none of them has nothing
// for this room.
struct Watched {
  using Key = ledger::Total::Key;
  PoolId pool;
  AssetId asset;
  ledger::AccountClass account_class = ledger::AccountClass::custody;

  [[nodiscard]] Key key() const { return {pool, asset, account_class}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the pool");
    visit("asset", self.asset, "the asset");
    visit("class", self.account_class, "the class");
  }
};

struct Tolerance {
  AssetId asset;
  Amount amount;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("asset", self.asset, "of what");
    visit("amount", self.amount, "open breaks that sum to no more than this freeze nothing");
  }
};

inline constexpr std::size_t kTolerancesMax = 64;

// When open breaks freeze the releases of a pool.
struct Guard {
  using Key = PoolId;
  PoolId pool;
  bool freezes = false;
  std::vector<Tolerance> tolerances;
  Duration age;
  Duration grace;
  Duration statement_age_max;
  Time since;

  [[nodiscard]] Key key() const { return pool; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the pool");
    visit("freezes", self.freezes, "open breaks freeze its releases");
    visit("tolerances", self.tolerances, "what is tolerated, by asset; else nothing");
    visit("age", self.age, "younger breaks freeze nothing");
    visit("grace", self.grace, "how long a booking may wait for its statement");
    visit("statement_age_max", self.statement_age_max,
          "an older newest statement is a break; 0: none is asked for");
    visit("since", self.since, "when the policy was set");
  }
};

struct State {
  base::Table<Holding> holdings;
  base::Table<Watched> watched;
  base::Table<Statement> statements;
  base::OrderedTable<StatementName> statement_names;
  base::OrderedTable<Entry> entries;
  base::OrderedTable<Booking> bookings;
  base::OrderedTable<Lookup> lookups;
  base::OrderedTable<StatedReference> references;
  base::Table<Break> breaks;
  base::OrderedTable<OpenBreak> open_breaks;
  base::OrderedTable<Guard> guards;

  template <class Self, class F>
  static void tables(Self& self, F&& f) {
    f(self.holdings);
    f(self.watched);
    f(self.statements);
    f(self.statement_names);
    f(self.entries);
    f(self.bookings);
    f(self.lookups);
    f(self.references);
    f(self.breaks);
    f(self.open_breaks);
    f(self.guards);
  }
};

// Amounts of statements and terms of the equation are at most this large, so that no sum of them
// overflows.
inline constexpr base::i128 kUnitsMax = base::i128{1} << 120;

// What the books say of an account as its holder sees it: custody and external accounts by their
// debits, others by their credits. nullopt beyond kUnitsMax.
[[nodiscard]] std::optional<SignedAmount> books_of(const ledger::Account& account);

// The right-hand side of the equation.
[[nodiscard]] std::optional<SignedAmount> explained(const Holding& holding, SignedAmount books);

// Whether accounts of this class may stand for something that is kept elsewhere.
[[nodiscard]] bool is_reconcilable(ledger::AccountClass account_class);

[[nodiscard]] const Statement* find_statement(const State& state, WalletId wallet,
                                              AccountId account, const std::string& code);

}  // namespace cofferdam::reconciliation
