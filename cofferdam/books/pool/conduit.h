// SPDX-License-Identifier: Apache-2.0
//
// A conduit: the one way through the walls of two pools.
//
// It has a half in each pool, an account of class `conduit`. A transfer books four sides: in the
// pool that value leaves, the source is debited and the half credited (the pool now owes its
// neighbour); in the pool that value enters, the half is debited (a claim) and the destination
// credited. The two halves mirror each other to the unit after every command, so each pool balances
// by itself, and what one owes the other is the balance of the half: value in transit has a name.
// `settle_conduit` moves the assets themselves from custody to custody and takes the halves back.
#pragma once

#include "cofferdam/books/ledger/ledger.h"
#include "cofferdam/books/pool/refilling_limit.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>

namespace cofferdam::pool {

using base::Amount;

struct Conduit {
  using Key = base::ConduitId;
  base::ConduitId id;
  std::string code;
  base::PoolId from;
  base::PoolId to;
  base::AssetId asset;
  std::string purpose;
  base::AccountId half_from;
  base::AccountId half_to;
  Amount transfer_max;
  RefillingLimit limit;
  RefillingState window;
  std::uint8_t approvals = 0;
  Amount approvals_above;
  std::optional<ledger::OwnerClass> debit_class;
  std::optional<ledger::OwnerClass> credit_class;
  bool same_owner = false;
  base::Time expires;
  bool observation = false;
  bool distribution = false;
  bool retired = false;
  std::uint64_t transfers = 0;
  Amount transferred;
  Amount settled;
  std::uint64_t breaches = 0;
  std::string far_pool;
  base::Time created;

  [[nodiscard]] Key key() const { return id; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("id", self.id, "number of the conduit");
    visit("code", self.code, "short unique name");
    visit("from", self.from, "pool that value leaves");
    visit("to", self.to, "pool that value enters");
    visit("asset", self.asset, "what may pass");
    visit("purpose", self.purpose, "why it exists");
    visit("half_from", self.half_from, "its account in the pool that value leaves");
    visit("half_to", self.half_to, "its account in the pool that value enters");
    visit("transfer_max", self.transfer_max, "most in one transfer; 0: no limit");
    visit("limit", self.limit, "most in a time; a max of zero: no limit");
    visit("window", self.window, "what is left of the limit");
    visit("approvals", self.approvals, "checkers that a transfer above the threshold needs");
    visit("approvals_above", self.approvals_above, "the threshold");
    visit("debit_class", self.debit_class, "owner class of the source; absent: any");
    visit("credit_class", self.credit_class, "owner class of the destination; absent: any");
    visit("same_owner", self.same_owner, "source and destination belong to one owner");
    visit("expires", self.expires, "when it closes; 0: never");
    visit("observation", self.observation, "records what others did; each transfer is a breach");
    visit("distribution", self.distribution, "stays open while the pool it leaves is winding up");
    visit("retired", self.retired, "closed for new transfers");
    visit("transfers", self.transfers, "how many passed");
    visit("transferred", self.transferred, "how much passed");
    visit("settled", self.settled, "how much custody has followed");
    visit("breaches", self.breaches, "how many of them were breaches");
    visit("far_pool", self.far_pool, "after attaching: code of the pool that stayed elsewhere");
    visit("created", self.created, "when it was declared");
  }
};

// Commingling seen in foreign books: a transfer over an observation conduit.
struct Breach {
  using Key = std::uint64_t;
  std::uint64_t number = 0;
  base::AssetId asset;
  base::ConduitId conduit;
  base::PoolId from;
  base::PoolId to;
  Amount amount;
  base::Time time;
  base::Sequence sequence = 0;
  base::u128 reference = 0;

  [[nodiscard]] Key key() const { return number; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("number", self.number, "counted from 1");
    visit("asset", self.asset, "what passed");
    visit("conduit", self.conduit, "the observation conduit");
    visit("from", self.from, "pool that value left");
    visit("to", self.to, "pool that value entered");
    visit("amount", self.amount, "how much");
    visit("time", self.time, "when it was recorded");
    visit("sequence", self.sequence, "the journal record");
    visit("reference", self.reference, "the importer's reference");
  }
};

// The newest so many breaches are kept as rows; all of them are counted and stand in the journal.
inline constexpr std::size_t kBreachesKept = 65'536;

}  // namespace cofferdam::pool
