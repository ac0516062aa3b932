// SPDX-License-Identifier: Apache-2.0
//
// What the journal shows over time, for screens and pictures: read from the entries alone, so that
// it is the same after any number of runs.
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/engine/engine.h"
#include "cofferdam/report/listing.h"
#include "cofferdam/report/owners.h"

#include <map>
#include <string>
#include <vector>

namespace cofferdam::report {

// The end of a UTC day, in units of the main asset. An entry at midnight belongs to the day that
// ends there. The house's own pools are left out: what they hold covers no client.
struct DayFigures {
  base::Date date;
  base::u128 deposits = 0;
  base::u128 withdrawals = 0;
  base::u128 settled = 0;  // paid by losers in settlements
  base::i128 held = 0;     // custody
  base::i128 owed = 0;     // to clients and members, at the end of the day
  std::uint64_t entries = 0;
  std::map<std::string, base::i128> open_interest;  // contract -> value of the long positions
};

struct Exposure {
  std::string owner;
  base::i128 collateral = 0;  // in the main asset
  base::i128 notional = 0;    // sum of |open value| over contracts, in the main asset
};

struct Observation {
  base::AssetId asset;  // the main one: the most entries among those that are no contract's
  std::string asset_code;
  unsigned scale = 0;
  std::vector<DayFigures> days;
  std::vector<Exposure>
      exposures;  // by notional, then collateral, greatest first; no pool accounts
  std::uint64_t entries = 0;
  base::Time first;
  base::Time last;
  // Of participants that stand for omitted counterparties: what they had least, and have now.
  bool has_outside = false;
  base::i128 outside_funding = 0;
  base::i128 outside_least = 0;
  base::i128 outside_now = 0;
  base::u128 settled = 0;
};

[[nodiscard]] base::Result<Observation> observe(engine::Engine& engine, const OwnerLabels& labels);

// Plain for programs; for people grouped, with all digits or rounded half even to two decimals.
enum class Digits : std::uint8_t { plain, all, two };

// Pools and their assets: whether they are whole, what is held, declared, owed, their own, and
// between pools. Contracts are not listed but counted by contract_sums.
[[nodiscard]] Listing wholeness(const engine::State& state, Digits digits);

// That listing in one sentence; `all` says whether every row is whole.
struct Verdict {
  bool all = true;
  std::string text;
};

[[nodiscard]] Verdict verdict_of(const Listing& wholeness);

// How many of the sums of positions and of open value, by pool and contract, are zero as they must
// be. Empty without contracts.
[[nodiscard]] std::string contract_sums(const engine::State& state);

[[nodiscard]] std::string shown(base::i128 units, unsigned scale, Digits digits);

}  // namespace cofferdam::report
