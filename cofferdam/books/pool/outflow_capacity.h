// SPDX-License-Identifier: Apache-2.0
//
// How much may leave a pool for now: the limiter of dYdX v4 (protocol/x/ratelimit,
// util/capacity.go and util/baseline.go; keeper/keeper.go for withdrawals and deposits). Several
// limiters, for instance one of an hour and one of a day, stand side by side; a withdrawal must fit
// all of them.
//
//   baseline = max(baseline_minimum, floor(tvl * baseline_tvl_ppm / 1,000,000))
//   step     = floor(max(baseline, capacity - baseline) * elapsed / period)
//
// and the capacity moves toward the baseline by the step without crossing it. Elapsed time and
// period are cut to whole milliseconds before they are used, as the source does.
#pragma once

#include "cofferdam/base/amount.h"
#include "cofferdam/base/error.h"
#include "cofferdam/base/fields.h"
#include "cofferdam/base/time.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace cofferdam::pool {

inline constexpr std::size_t kOutflowLimitersMax = 64;
inline constexpr std::size_t kOutflowEventsMax = 100'000;
inline constexpr std::uint32_t kPpmOne = 1'000'000;  // parts in a million: 100 %

struct OutflowLimiter {
  base::Duration period;
  base::Amount baseline_minimum;
  std::uint32_t baseline_tvl_ppm = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("period", self.period, "in which the capacity recovers; at least 1 ms");
    visit("baseline_minimum", self.baseline_minimum, "the baseline is never lower");
    visit("baseline_tvl_ppm", self.baseline_tvl_ppm,
          "baseline as a part of the value in the pool, in millionths, at most 1,000,000");
  }
};

// nullopt when the limiter can be used, else the rule that it breaks.
[[nodiscard]] std::optional<std::string_view> fault_of(const OutflowLimiter& limiter);

[[nodiscard]] base::Amount outflow_baseline(const OutflowLimiter& limiter, base::Amount tvl);

// The capacity after some time has passed. Elapsed must not be negative (checked).
[[nodiscard]] base::Amount recovered_capacity(const OutflowLimiter& limiter, base::Amount tvl,
                                              base::Amount capacity, base::Duration elapsed);

enum class OutflowEventKind : std::uint8_t { tick, withdraw, deposit };

struct OutflowEvent {
  OutflowEventKind kind = OutflowEventKind::tick;
  base::Duration elapsed;
  base::Amount tvl;
  base::Amount amount;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("kind", self.kind, "tick: time passes; withdraw; deposit");
    visit("elapsed", self.elapsed, "tick: since the tick before it");
    visit("tvl", self.tvl, "tick: value in the pool now");
    visit("amount", self.amount, "withdraw, deposit: what moves");
  }
};

struct OutflowCapacityInput {
  std::uint8_t scale = 0;
  std::vector<OutflowLimiter> limiters;
  std::vector<base::Amount> capacities;
  base::Amount tvl;
  std::vector<OutflowEvent> events;

  static constexpr std::string_view kDoc =
      "How much may leave a pool for now, under several limiters that recover with time.";
  static constexpr std::string_view kSource =
      "dYdX v4, protocol/x/ratelimit: util/capacity.go CalculateNewCapacityList, "
      "util/baseline.go GetBaseline, keeper/keeper.go ProcessWithdrawal";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("scale", self.scale, "fraction digits of every amount, 0 to 38");
    visit("limiters", self.limiters, "1 to 64");
    visit("capacities", self.capacities,
          "of each limiter at the start; none means each starts at its baseline");
    visit("tvl", self.tvl, "value in the pool at the start; used when no capacities are given");
    visit("events", self.events, "at most 100,000, in order");
  }
};

enum class OutflowStatus : std::uint8_t { accepted, exceeds_capacity };

struct OutflowStep {
  OutflowEventKind kind = OutflowEventKind::tick;
  OutflowStatus status = OutflowStatus::accepted;
  std::vector<base::Amount> capacities;
  base::Amount withdrawable;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("kind", self.kind, "of the event");
    visit("status", self.status, "accepted, or exceeds_capacity: refused, and nothing changed");
    visit("capacities", self.capacities, "of each limiter after the event");
    visit("withdrawable", self.withdrawable, "the least of the capacities");
  }
};

struct OutflowCapacityOutput {
  std::vector<base::Amount> initial_capacities;
  std::vector<OutflowStep> steps;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("initial_capacities", self.initial_capacities, "before the first event");
    visit("steps", self.steps, "one for each event");
  }
};

[[nodiscard]] base::Result<OutflowCapacityOutput> outflow_capacity(
    const OutflowCapacityInput& input);

}  // namespace cofferdam::pool

template <>
struct cofferdam::base::EnumText<cofferdam::pool::OutflowEventKind> {
  static constexpr std::array<std::string_view, 3> kNames{"tick", "withdraw", "deposit"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::pool::OutflowStatus> {
  static constexpr std::array<std::string_view, 2> kNames{"accepted", "exceeds_capacity"};
  static constexpr std::array<std::string_view, 2> kDocs{
      "", "a withdrawal must fit the capacity of every limiter"};
};
