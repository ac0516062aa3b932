// SPDX-License-Identifier: Apache-2.0
//
// An allowance that refills by the period: the rule of the Zodiac Roles modifier, version 2
// (AllowanceTracker.sol, _accruedAllowance). Whole periods only; a balance that already stands at
// or above the maximum is left alone, yet its clock moves on. Where the source reverts because
// refill times periods overflows 128 bits, the balance here is the maximum, which is what the
// formula means.
//
// Accruing twice is the same as accruing once at the later time, so nothing depends on how often
// somebody looks.
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

inline constexpr std::size_t kRefillingEventsMax = 100'000;

struct RefillingLimit {
  base::Amount max;
  base::Amount refill;
  base::Duration period;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("max", self.max, "refilling stops here; a higher balance is kept but not raised");
    visit("refill", self.refill, "added at the end of every whole period");
    visit("period", self.period, "length of a period; zero means that nothing ever refills");
  }
};

struct RefillingState {
  base::Amount balance;
  base::Time since;

  friend bool operator==(const RefillingState&, const RefillingState&) = default;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("balance", self.balance, "what may be spent before anything more accrues");
    visit("since", self.since, "start of the period that is running");
  }
};

// The period must not be negative (checked). Before `since` nothing changes.
[[nodiscard]] RefillingState accrue(const RefillingLimit& limit, const RefillingState& state,
                                    base::Time now);

// The state after accruing and spending; nullopt when the amount is more than has accrued.
[[nodiscard]] std::optional<RefillingState> try_spend(const RefillingLimit& limit,
                                                      const RefillingState& state, base::Time now,
                                                      base::Amount amount);

struct RefillingEvent {
  base::Time time;
  base::Amount amount;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("time", self.time, "when; never before the event that precedes it");
    visit("amount", self.amount, "what somebody wants to spend; zero only looks");
  }
};

struct RefillingLimitInput {
  std::uint8_t scale = 0;
  RefillingLimit limit;
  RefillingState state;
  std::vector<RefillingEvent> events;

  static constexpr std::string_view kDoc =
      "An allowance that refills by whole periods, and what a list of withdrawals does to it.";
  static constexpr std::string_view kSource =
      "Zodiac Roles modifier v2, AllowanceTracker.sol, _accruedAllowance";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("scale", self.scale, "fraction digits of every amount, 0 to 38");
    visit("limit", self.limit, "the rule");
    visit("state", self.state, "where it starts");
    visit("events", self.events, "at most 100,000, in order of time");
  }
};

enum class SpendStatus : std::uint8_t { accepted, exceeds_balance };

struct RefillingStep {
  base::Time time;
  base::Amount amount;
  SpendStatus status = SpendStatus::accepted;
  base::Amount balance_before;
  base::Amount balance_after;
  base::Time since;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("time", self.time, "of the event");
    visit("amount", self.amount, "asked for");
    visit("status", self.status, "accepted, or exceeds_balance when more was asked than accrued");
    visit("balance_before", self.balance_before, "after accruing up to this time");
    visit("balance_after", self.balance_after, "after spending, or the same when refused");
    visit("since", self.since, "start of the period that is running");
  }
};

struct RefillingLimitOutput {
  std::vector<RefillingStep> steps;
  RefillingState state;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("steps", self.steps, "one for each event");
    visit("state", self.state, "after the last event");
  }
};

[[nodiscard]] base::Result<RefillingLimitOutput> refilling_limit(const RefillingLimitInput& input);

}  // namespace cofferdam::pool

template <>
struct cofferdam::base::EnumText<cofferdam::pool::SpendStatus> {
  static constexpr std::array<std::string_view, 2> kNames{"accepted", "exceeds_balance"};
  static constexpr std::array<std::string_view, 2> kDocs{"",
                                                         "no more may be spent than has accrued"};
};
