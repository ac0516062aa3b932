// SPDX-License-Identifier: Apache-2.0
//
// The ledger: assets, accounts, transfers, holds, and the totals of every pool.
//
// Its words. An *asset* is something counted in whole smallest units at a declared scale. A *pool*
// is a compartment: an account belongs to one pool and one asset for life, and a transfer has both
// its accounts in one pool and one asset. An account keeps four counters that only grow, except
// that pending ones fall when a hold is resolved: debits and credits, pending and posted. A *hold*
// is a pending transfer that was not yet posted, voided or expired.
//
// Its laws. Debits equal credits, per pool and asset, after every command. An id is used once, for
// ever. A limit holds at the boundary of every event, not only at the end of a batch. A chain of
// linked events happens whole or not at all. Between different owner classes, or between two
// owners, value moves only along an edge that the pool's policy has opened.
//
// What it must not know: risk, prices, contracts, who may act, the clock, the disk. What a pool's
// policy allows is written into `Compartment` by the pool's room; where earlier transfers are kept
// is behind `TransferHistory`.
//
// The data model and the order of refusals are those of TigerBeetle (docs/reference/transfers.md
// has the table of correspondences): where it checks the ledger, we check pool, then asset.
#pragma once

#include "cofferdam/base/amount.h"
#include "cofferdam/base/fields.h"
#include "cofferdam/base/ids.h"
#include "cofferdam/base/table.h"
#include "cofferdam/base/time.h"

#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

namespace cofferdam::ledger {

using base::AccountId;
using base::Amount;
using base::AssetId;
using base::Changes;
using base::OwnerId;
using base::PoolId;
using base::Sequence;
using base::SignedAmount;
using base::Slot;
using base::Time;
using base::TransferId;
using base::u128;

// Most events of one batch command (TigerBeetle's documented maximum).
inline constexpr std::size_t kBatchEventsMax = 8190;

struct Asset {
  using Key = AssetId;
  AssetId id;
  std::string code;        // short name, unique: "USDC"
  std::uint8_t scale = 0;  // decimal digits after the point, 0 to 38
  std::string description;
  Time created;

  [[nodiscard]] Key key() const { return id; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("id", self.id, "number of the asset");
    visit("code", self.code, "short unique name");
    visit("scale", self.scale, "decimal digits after the point");
    visit("description", self.description, "in words");
    visit("created", self.created, "when it was declared");
  }
};

// What an account is for. `custody` and `external` are debit-normal (what the pool holds); the
// others are credit-normal (what the pool owes, or its own reserves).
enum class AccountClass : std::uint8_t {
  general,     // anything the other classes do not name
  custody,     // assets that the pool holds with a custodian, bank or wallet
  external,    // the world outside, for books that begin or end there
  collateral,  // cash of a participant: what the pool owes; never negative
  position,    // a participant's position in a contract; net credit is long
  open_value,  // the price still owed on a position
  clearing,    // the pool's own side of positions and open values
  conduit,     // one half of a conduit; only conduit transfers may touch it
  in_transit,  // sent by one pool, not yet received by the other
  fee,         // fees earned
  buffer,      // house money declared inside a client pool (residual interest)
  reserve,     // capital, insurance reserves
  deficit,     // what a policy lets a pool be short of
  dust,        // remainders of rounding
  settlement,  // turns open value into cash at a mark
};

// Whose money it is. The pool itself owns custody, clearing, conduit and dust accounts.
enum class OwnerClass : std::uint8_t { pool, client, house, insurance, member, provider, outside };
inline constexpr std::size_t kOwnerClasses = 7;

enum AccountFlag : std::uint16_t {
  kAccountLinked = 1U << 0,
  kDebitsMustNotExceedCredits = 1U << 1,
  kCreditsMustNotExceedDebits = 1U << 2,
  kHistory = 1U << 3,  // accepted for TigerBeetle's sake; history is kept for every account
  kClosed = 1U << 5,
  kFrozen = 1U << 6,
  kHasFloor = 1U << 7,
  kHasCeiling = 1U << 8,
};

inline constexpr std::uint16_t kAccountFlagsAtCreation =
    kAccountLinked | kDebitsMustNotExceedCredits | kCreditsMustNotExceedDebits | kHistory |
    kClosed | kHasFloor | kHasCeiling;

struct Account {
  using Key = AccountId;
  // What posting reads comes first and fills two cache lines (Table keeps 16 bytes before it); the
  // order of the members is not that of the encoding.
  AccountId id;
  OwnerId owner;
  Amount debits_pending;
  Amount debits_posted;
  Amount credits_pending;
  Amount credits_posted;
  PoolId pool;
  AssetId asset;
  Slot total = base::kNoSlot;  // row of the pool's total that this account adds to
  AccountClass account_class = AccountClass::general;
  OwnerClass owner_class = OwnerClass::pool;
  std::uint16_t flags = 0;
  SignedAmount floor;    // with kHasFloor: credits posted - all debits stays at or above it
  SignedAmount ceiling;  // with kHasCeiling: all credits - debits posted stays at or below it
  u128 user_data_128 = 0;
  std::uint64_t user_data_64 = 0;
  Time created;
  std::uint32_t user_data_32 = 0;
  std::uint16_t code = 0;

  [[nodiscard]] Key key() const { return id; }

  [[nodiscard]] bool is(std::uint16_t flag) const { return (flags & flag) != 0; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("id", self.id, "the client's 128-bit id");
    visit("owner", self.owner, "opaque id of the beneficial owner; 0 for the pool's own");
    visit("user_data_128", self.user_data_128, "free");
    visit("debits_pending", self.debits_pending, "debits held");
    visit("debits_posted", self.debits_posted, "debits booked");
    visit("credits_pending", self.credits_pending, "credits held");
    visit("credits_posted", self.credits_posted, "credits booked");
    visit("floor", self.floor, "least net credit balance, when the flag says so");
    visit("ceiling", self.ceiling, "greatest net credit balance, when the flag says so");
    visit("user_data_64", self.user_data_64, "free");
    visit("created", self.created, "booking time");
    visit("user_data_32", self.user_data_32, "free");
    visit("pool", self.pool, "the compartment");
    visit("asset", self.asset, "what is counted");
    visit("total", self.total, "row of the pool's total");
    visit("class", self.account_class, "what the account is for");
    visit("owner_class", self.owner_class, "whose money it is");
    visit("code", self.code, "the client's own kind of account");
    visit("flags", self.flags, "see AccountFlag");
  }
};

// The sum of a pool's accounts of one asset and class.
struct Total {
  struct Key {
    PoolId pool;
    AssetId asset;
    AccountClass account_class = AccountClass::general;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  PoolId pool;
  AssetId asset;
  AccountClass account_class = AccountClass::general;
  Amount debits_pending;
  Amount debits_posted;
  Amount credits_pending;
  Amount credits_posted;

  [[nodiscard]] Key key() const { return {pool, asset, account_class}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the compartment");
    visit("asset", self.asset, "what is counted");
    visit("class", self.account_class, "the class summed");
    visit("debits_pending", self.debits_pending, "debits held");
    visit("debits_posted", self.debits_posted, "debits booked");
    visit("credits_pending", self.credits_pending, "credits held");
    visit("credits_posted", self.credits_posted, "credits booked");
  }
};

[[nodiscard]] constexpr std::uint64_t hash_key(const Total::Key& key) {
  return base::hash_key(base::make_u128(
      key.pool.value(),
      (std::uint64_t{key.asset.value()} << 8) | static_cast<std::uint64_t>(key.account_class)));
}

// A way that value may take inside a pool between owners, with the code that its transfers carry
// as their reason; code 0 opens the way for every code.
struct Edge {
  OwnerClass from = OwnerClass::pool;  // owner class of the debited account
  OwnerClass to = OwnerClass::pool;    // owner class of the credited account
  std::uint16_t code = 0;

  friend auto operator<=>(const Edge&, const Edge&) = default;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("from", self.from, "owner class of the debited account");
    visit("to", self.to, "owner class of the credited account");
    visit("code", self.code, "reason code of the transfer; 0 for any");
  }
};

// What the pool's policy lets the ledger do. Written by the pool's room, obeyed here.
struct Compartment {
  using Key = PoolId;
  PoolId pool;
  bool accepts_transfers = false;
  bool accepts_accounts = false;
  std::vector<Edge> edges;

  [[nodiscard]] Key key() const { return pool; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "number of the pool");
    visit("accepts_transfers", self.accepts_transfers, "transfers may be posted");
    visit("accepts_accounts", self.accepts_accounts, "accounts may be opened");
    visit("edges", self.edges, "ways between owners");
  }
};

// An unresolved pending transfer.
struct Hold {
  using Key = TransferId;
  TransferId id;
  Slot debit = base::kNoSlot;
  Slot credit = base::kNoSlot;
  Amount amount;
  u128 user_data_128 = 0;
  std::uint64_t user_data_64 = 0;
  std::uint32_t user_data_32 = 0;
  std::uint32_t timeout_s = 0;
  std::uint16_t code = 0;
  std::uint16_t flags = 0;
  std::uint64_t address = 0;  // sequence and position of the event in the journal
  Time expires;               // 0: never

  [[nodiscard]] Key key() const { return id; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("id", self.id, "id of the pending transfer");
    visit("debit", self.debit, "row of the debited account");
    visit("credit", self.credit, "row of the credited account");
    visit("amount", self.amount, "what is held");
    visit("user_data_128", self.user_data_128, "inherited by its resolution");
    visit("user_data_64", self.user_data_64, "inherited by its resolution");
    visit("user_data_32", self.user_data_32, "inherited by its resolution");
    visit("timeout_s", self.timeout_s, "seconds until it expires; 0 never");
    visit("code", self.code, "reason code");
    visit("flags", self.flags, "see TransferFlag");
    visit("address", self.address, "where the event stands in the journal");
    visit("expires", self.expires, "when a tick releases it");
  }
};

// The queue of holds by the time of their expiry.
struct Expiry {
  struct Key {
    Time expires;
    std::uint64_t address = 0;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  Time expires;
  std::uint64_t address = 0;
  TransferId id;

  [[nodiscard]] Key key() const { return {expires, address}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("expires", self.expires, "when");
    visit("address", self.address, "where the hold stands in the journal");
    visit("id", self.id, "the hold");
  }
};

// A batch that was taken back.
struct Reversal {
  using Key = base::CommandId;
  base::CommandId command;
  Sequence by = 0;  // the record that took it back

  [[nodiscard]] Key key() const { return command; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("command", self.command, "id of the batch command");
    visit("by", self.by, "sequence of the reversal");
  }
};

struct State {
  base::Table<Asset> assets;
  base::Table<Compartment> compartments;
  base::Table<Account> accounts;
  base::Table<Total> totals;
  base::Table<Hold> holds;
  base::OrderedTable<Expiry> expiries;
  base::Table<Reversal> reversals;

  // The tables in their order in snapshots and in the state hash.
  template <class Self, class F>
  static void tables(Self& self, F&& f) {
    f(self.assets);
    f(self.compartments);
    f(self.accounts);
    f(self.totals);
    f(self.holds);
    f(self.expiries);
    f(self.reversals);
  }
};

struct Transfer;

// What a command is given beside its content while it is applied, and what it gives back.
struct Context {
  Changes& changes;
  Time now;
  Sequence sequence = 0;
  base::PrincipalId principal;
  std::vector<Transfer>& postings;  // every leg that the command books, in order
  u128 created = 0;                 // number of the thing that the command created
};

[[nodiscard]] const Asset* find_asset(const State& state, std::string_view code);

}  // namespace cofferdam::ledger

template <>
struct cofferdam::base::EnumText<cofferdam::ledger::AccountClass> {
  static constexpr std::array<std::string_view, 15> kNames{
      "general",    "custody",  "external", "collateral", "position",
      "open_value", "clearing", "conduit",  "in_transit", "fee",
      "buffer",     "reserve",  "deficit",  "dust",       "settlement"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::ledger::OwnerClass> {
  static constexpr std::array<std::string_view, cofferdam::ledger::kOwnerClasses> kNames{
      "pool", "client", "house", "insurance", "member", "provider", "outside"};
};
