// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/pool/outflow_capacity.h"

#include "cofferdam/base/check.h"
#include "cofferdam/base/rounding.h"

#include <algorithm>
#include <string>

namespace cofferdam::pool {
namespace {

using base::Amount;
using base::u128;

constexpr std::int64_t kNanosecondsPerMillisecond = 1'000'000;

u128 whole_milliseconds(base::Duration duration) {
  return static_cast<u128>(duration.value() / kNanosecondsPerMillisecond);
}

std::string at(std::string_view list, std::size_t i) {
  return std::string(list) + "[" + std::to_string(i) + "]";
}

std::optional<base::Error> fault_of(const OutflowCapacityInput& input) {
  const auto fail = [](std::string field, std::string value, std::string rule) {
    return base::malformed(std::move(field), std::move(value), std::move(rule)).error();
  };
  const std::size_t count = input.limiters.size();
  if (count == 0 || count > kOutflowLimitersMax)
    return fail("limiters", std::to_string(count) + " limiters", "must be 1 to 64");
  for (std::size_t i = 0; i < count; ++i)
    if (const auto fault = fault_of(input.limiters[i]))
      return fail(at("limiters", i), base::format_duration(input.limiters[i].period),
                  std::string(*fault));
  if (!input.capacities.empty() && input.capacities.size() != count)
    return fail("capacities", std::to_string(input.capacities.size()) + " capacities",
                "must be one for each limiter, or none");
  if (input.events.size() > kOutflowEventsMax)
    return fail("events", std::to_string(input.events.size()) + " events",
                "must be at most " + std::to_string(kOutflowEventsMax));
  for (std::size_t i = 0; i < input.events.size(); ++i)
    if (input.events[i].elapsed.is_negative())
      return fail(at("events", i) + ".elapsed", base::format_duration(input.events[i].elapsed),
                  "must not be negative");
  return std::nullopt;
}

void tick(const OutflowCapacityInput& input, const OutflowEvent& event,
          std::vector<Amount>& capacities) {
  for (std::size_t i = 0; i < capacities.size(); ++i)
    capacities[i] = recovered_capacity(input.limiters[i], event.tvl, capacities[i], event.elapsed);
}

// False, and nothing changed, when a sum does not fit.
bool deposit(Amount amount, std::vector<Amount>& capacities) {
  for (const Amount capacity : capacities)
    if (!try_add(capacity, amount)) return false;
  for (Amount& capacity : capacities) capacity += amount;
  return true;
}

OutflowStatus withdraw(Amount amount, std::vector<Amount>& capacities) {
  if (*std::min_element(capacities.begin(), capacities.end()) < amount)
    return OutflowStatus::exceeds_capacity;
  for (Amount& capacity : capacities) capacity -= amount;
  return OutflowStatus::accepted;
}

}  // namespace

std::optional<std::string_view> fault_of(const OutflowLimiter& limiter) {
  if (limiter.period.value() < kNanosecondsPerMillisecond)
    return "the period is at least one millisecond";
  if (limiter.baseline_tvl_ppm > kPpmOne) return "baseline_tvl_ppm is at most 1,000,000";
  return std::nullopt;
}

Amount outflow_baseline(const OutflowLimiter& limiter, Amount tvl) {
  const Amount share = Amount(base::mul_div<base::Rounding::floor>(
      tvl.units(), static_cast<u128>(limiter.baseline_tvl_ppm), static_cast<u128>(kPpmOne)));
  return std::max(limiter.baseline_minimum, share);
}

Amount recovered_capacity(const OutflowLimiter& limiter, Amount tvl, Amount capacity,
                          base::Duration elapsed) {
  COFFERDAM_CHECK(!elapsed.is_negative(), "elapsed time is not negative");
  const Amount baseline = outflow_baseline(limiter, tvl);
  const bool above = capacity > baseline;
  const Amount distance = above ? capacity - baseline : baseline - capacity;
  const Amount speed = above ? std::max(baseline, distance) : baseline;
  const std::optional<u128> step = base::try_mul_div<base::Rounding::floor>(
      speed.units(), whole_milliseconds(elapsed), whole_milliseconds(limiter.period));
  // A step beyond 128 bits is beyond any distance.
  if (!step || distance.units() <= *step) return baseline;
  return above ? capacity - Amount(*step) : capacity + Amount(*step);
}

base::Result<OutflowCapacityOutput> outflow_capacity(const OutflowCapacityInput& input) {
  if (auto fault = fault_of(input)) return std::unexpected(*std::move(fault));
  std::vector<Amount> capacities = input.capacities;
  if (capacities.empty())
    for (const OutflowLimiter& limiter : input.limiters)
      capacities.push_back(outflow_baseline(limiter, input.tvl));
  OutflowCapacityOutput output{.initial_capacities = capacities, .steps = {}};
  for (std::size_t i = 0; i < input.events.size(); ++i) {
    const OutflowEvent& event = input.events[i];
    OutflowStatus status = OutflowStatus::accepted;
    switch (event.kind) {
      case OutflowEventKind::tick:
        tick(input, event, capacities);
        break;
      case OutflowEventKind::withdraw:
        status = withdraw(event.amount, capacities);
        break;
      case OutflowEventKind::deposit:
        if (!deposit(event.amount, capacities))
          return base::malformed(at("events", i) + ".amount", base::to_text(event.amount.units()),
                                 "capacity and deposit together must fit 128 bits");
        break;
    }
    output.steps.push_back(
        {.kind = event.kind,
         .status = status,
         .capacities = capacities,
         .withdrawable = *std::min_element(capacities.begin(), capacities.end())});
  }
  return output;
}

}  // namespace cofferdam::pool
