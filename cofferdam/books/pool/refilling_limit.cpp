// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/pool/refilling_limit.h"

#include "cofferdam/base/check.h"

#include <algorithm>
#include <string>

namespace cofferdam::pool {
namespace {

using base::u128;

// min(balance + refill * periods, max) for a balance below max, without overflow.
base::Amount refilled(const RefillingLimit& limit, base::Amount balance, std::uint64_t periods) {
  u128 gained = 0;
  if (__builtin_mul_overflow(limit.refill.units(), static_cast<u128>(periods), &gained))
    return limit.max;
  const std::optional<base::Amount> sum = try_add(balance, base::Amount(gained));
  return sum ? std::min(*sum, limit.max) : limit.max;
}

}  // namespace

RefillingState accrue(const RefillingLimit& limit, const RefillingState& state, base::Time now) {
  COFFERDAM_CHECK(!limit.period.is_negative(), "a refilling period is not negative");
  if (limit.period.value() == 0 || now < state.since) return state;
  // Modulo 2^64 the difference of two times is exact once it is known to be positive.
  const auto elapsed =
      static_cast<std::uint64_t>(now.value()) - static_cast<std::uint64_t>(state.since.value());
  const auto period = static_cast<std::uint64_t>(limit.period.value());
  const std::uint64_t periods = elapsed / period;
  if (periods == 0) return state;
  const base::Amount balance =
      state.balance < limit.max ? refilled(limit, state.balance, periods) : state.balance;
  const std::uint64_t since = static_cast<std::uint64_t>(state.since.value()) + periods * period;
  return {.balance = balance, .since = base::Time(static_cast<std::int64_t>(since))};
}

std::optional<RefillingState> try_spend(const RefillingLimit& limit, const RefillingState& state,
                                        base::Time now, base::Amount amount) {
  RefillingState accrued = accrue(limit, state, now);
  const std::optional<base::Amount> left = try_sub(accrued.balance, amount);
  if (!left) return std::nullopt;
  accrued.balance = *left;
  return accrued;
}

base::Result<RefillingLimitOutput> refilling_limit(const RefillingLimitInput& input) {
  if (input.limit.period.is_negative())
    return base::malformed("limit.period", base::format_duration(input.limit.period),
                           "must not be negative");
  if (input.events.size() > kRefillingEventsMax)
    return base::malformed("events", std::to_string(input.events.size()) + " events",
                           "must be at most " + std::to_string(kRefillingEventsMax));
  RefillingLimitOutput output{.steps = {}, .state = input.state};
  for (std::size_t i = 0; i < input.events.size(); ++i) {
    const RefillingEvent& event = input.events[i];
    if (i > 0 && event.time < input.events[i - 1].time)
      return base::malformed("events[" + std::to_string(i) + "].time",
                             base::format_time(event.time),
                             "must not be before the event that precedes it");
    const RefillingState accrued = accrue(input.limit, output.state, event.time);
    const std::optional<RefillingState> spent =
        try_spend(input.limit, output.state, event.time, event.amount);
    output.state = spent.value_or(accrued);
    output.steps.push_back({.time = event.time,
                            .amount = event.amount,
                            .status = spent ? SpendStatus::accepted : SpendStatus::exceeds_balance,
                            .balance_before = accrued.balance,
                            .balance_after = output.state.balance,
                            .since = output.state.since});
  }
  return output;
}

}  // namespace cofferdam::pool
