// SPDX-License-Identifier: Apache-2.0
//
// What comes into force of a published grid under the safeguards of its rulebook.
//
// Every entry is followed by its magnitude. Above what is in force, the calculated one is in force
// at once; the buffer on top of it is what earlier publications have left of it, and grows again by
// a part of the whole in a period. Below, it comes down by a part in a period, once the notice has
// passed since the calculated grid last rose above what was asked. Add-ons follow the same way,
// without a buffer; a free size comes down at once and rises by the step. Parts are rounded away
// from zero, steps down, but to at least one unit.
//
// An entry that changes its sign is in force as calculated: it is more risk for one side, at once,
// and less for the other, which it cannot hold any longer. So in that publication what one unit
// of either side is asked for, entries and add-on together, comes down as an entry would: what is
// held of it stands in the side's add-on, and goes from there by steps.
#pragma once

#include "cofferdam/books/margin/publish_grid.h"
#include "cofferdam/books/margin/safeguards.h"

#include <optional>

namespace cofferdam::margin {

struct Held {
  ContractGrid in_force;
  Hold hold;
};

struct HoldBack {
  const Procyclicality& setting;
  const Rulebook& rulebook;
  const StressGrid* stress = nullptr;  // of the contract, with an entry for each that is published
  const Grid* before = nullptr;        // in force now
  const Hold* earlier = nullptr;
  Time now;
};

// nullopt where an entry would not fit.
[[nodiscard]] std::optional<Held> hold_back(const ContractGrid& published, const HoldBack& at);

// What one smallest quantity is asked for, on either side: the worst entry, rounded up, and the
// add-on.
struct UnitAsked {
  i128 initial_long = 0;
  i128 initial_short = 0;
  i128 maintenance_long = 0;
  i128 maintenance_short = 0;
};

[[nodiscard]] UnitAsked asked_of_unit(const Rulebook& rulebook, const AddOns& add_ons,
                                      const std::vector<std::int64_t>& entries);

// Initial requirement of one smallest quantity, the worse of long and short, rounded up.
[[nodiscard]] std::int64_t unit_requirement(const Rulebook& rulebook, const AddOns& add_ons,
                                            const std::vector<std::int64_t>& entries);

// How far the requirement of one smallest quantity has moved over some days: for the grids in force
// and for those calculated.
struct Swing {
  std::int64_t peak = 0;
  std::int64_t trough = 0;
  std::optional<std::int64_t> peak_to_trough_ppm;  // none: the trough is nothing
  std::int64_t five_day_call =
      0;  // largest rise from the low of five days before to the day's high
  std::int32_t call_day = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("peak", self.peak, "highest initial requirement of the smallest quantity");
    visit("trough", self.trough, "lowest of it");
    visit("peak_to_trough_ppm", self.peak_to_trough_ppm,
          "the one in parts in a million of the other, rounded down; null: the lowest is 0");
    visit("five_day_call", self.five_day_call,
          "largest rise to a day's high from the low of that day and the five before it");
    visit("call_day", self.call_day, "the day of it, in days since 1970-01-01; 0: there is none");
  }
};

struct Swings {
  std::uint32_t days = 0;
  Swing in_force;
  Swing calculated;
};

[[nodiscard]] Swings swings_of(const SafeguardState& state, RulebookId rulebook,
                               ContractId contract, std::uint32_t days_max);

}  // namespace cofferdam::margin
