// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/decision/tally.h"

#include "cofferdam/base/check.h"
#include "cofferdam/base/rounding.h"

#include <algorithm>

namespace cofferdam::decision {

using base::Amount;
using base::Rounding;
using base::u128;

namespace {

// The least n in [0, most] that satisfies a predicate which stays true once it is; nullopt: none.
template <class Predicate>
[[nodiscard]] std::optional<Amount> least(u128 most, Predicate&& holds) {
  if (!holds(most)) return std::nullopt;
  u128 low = 0;
  u128 high = most;
  while (low < high) {
    const u128 middle = low + (high - low) / 2;
    if (holds(middle))
      high = middle;
    else
      low = middle + 1;
  }
  return Amount(low);
}

// The result after an attack with n units, each used where it does most: votes of the losing side
// are turned first, then weight that was not cast is cast, then abstentions are won over. Where all
// votes count for the quorum turning one adds nothing to it, so what it lacks is cast first.
[[nodiscard]] Totals pushed_up(const BallotRules& rules, Amount quorum, const Totals& totals,
                               u128 uncast, u128 n) {
  u128 added = 0;
  if (rules.quorum_counts == QuorumCounts::all && totals.cast() < quorum)
    added = std::min({(quorum - totals.cast()).units(), uncast, n});
  const u128 turned = std::min(n - added, totals.against.units());
  added += std::min(n - added - turned, uncast - added);
  const u128 won = std::min(n - added - turned, totals.abstain.units());
  return {.against = Amount(totals.against.units() - turned),
          .in_favour = Amount(totals.in_favour.units() + turned + added + won),
          .abstain = Amount(totals.abstain.units() - won)};
}

[[nodiscard]] Totals pushed_down(const Totals& totals, u128 uncast, u128 n) {
  const u128 turned = std::min(n, totals.in_favour.units());
  const u128 added = std::min(n - turned, uncast);
  const u128 won = std::min(n - turned - added, totals.abstain.units());
  return {.against = Amount(totals.against.units() + turned + added + won),
          .in_favour = Amount(totals.in_favour.units() - turned),
          .abstain = Amount(totals.abstain.units() - won)};
}

[[nodiscard]] CostToCorrupt cost_to_carry(const BallotRules& rules, Amount quorum,
                                          const Totals& totals, u128 uncast) {
  CostToCorrupt cost;
  cost.weight = least(totals.against.units() + totals.abstain.units() + uncast, [&](u128 n) {
    return carried(rules, quorum, pushed_up(rules, quorum, totals, uncast, n));
  });
  cost.uncast_weight = least(uncast, [&](u128 n) {
    Totals more = totals;
    more.add(Support::in_favour, Amount(n));
    return carried(rules, quorum, more);
  });
  return cost;
}

[[nodiscard]] CostToCorrupt cost_to_defeat(const BallotRules& rules, Amount quorum,
                                           const Totals& totals, u128 uncast) {
  CostToCorrupt cost;
  cost.weight = least(totals.cast().units() + uncast, [&](u128 n) {
    return !majority_reached(rules, pushed_down(totals, uncast, n));
  });
  // Keeping votes away breaks the quorum as surely as turning them.
  if (!quorum.is_zero()) {
    const Amount kept_away = quorum_weight(rules, totals) - quorum + Amount(1);
    cost.weight = cost.weight ? std::min(*cost.weight, kept_away) : kept_away;
  }
  cost.uncast_weight = least(uncast, [&](u128 n) {
    Totals more = totals;
    more.add(Support::against, Amount(n));
    return !carried(rules, quorum, more);
  });
  return cost;
}

}  // namespace

std::optional<RuleFault> fault_of(const BallotRules& rules) {
  if (rules.quorum_denominator == 0)
    return RuleFault{"quorum_denominator", rules.quorum_denominator, "must be at least 1"};
  if (rules.quorum_numerator > rules.quorum_denominator)
    return RuleFault{"quorum_numerator", rules.quorum_numerator, "must be at most the denominator"};
  if (rules.majority_denominator == 0)
    return RuleFault{"majority_denominator", rules.majority_denominator, "must be at least 1"};
  if (rules.majority_numerator > rules.majority_denominator)
    return RuleFault{"majority_numerator", rules.majority_numerator,
                     "must be at most the denominator"};
  if (rules.majority_numerator == rules.majority_denominator && !rules.majority_at_least)
    return RuleFault{"majority_numerator", rules.majority_numerator,
                     "nothing is more than the whole"};
  if (rules.owner_cap_ppm > kPpm)
    return RuleFault{"owner_cap_ppm", rules.owner_cap_ppm, "at most 1,000,000: the whole supply"};
  return std::nullopt;
}

void Totals::add(Support support, Amount weight) {
  switch (support) {
    case Support::against:
      against += weight;
      break;
    case Support::in_favour:
      in_favour += weight;
      break;
    case Support::abstain:
      abstain += weight;
      break;
  }
}

Amount quorum_of(const BallotRules& rules, Amount supply, Amount eligible) {
  const Amount whole = rules.quorum_base == QuorumBase::supply ? supply : eligible;
  return Amount(base::mul_div<Rounding::down>(whole.units(),
                                              static_cast<u128>(rules.quorum_numerator),
                                              static_cast<u128>(rules.quorum_denominator)));
}

Amount quorum_weight(const BallotRules& rules, const Totals& totals) {
  switch (rules.quorum_counts) {
    case QuorumCounts::for_and_abstain:
      return totals.in_favour + totals.abstain;
    case QuorumCounts::for_only:
      return totals.in_favour;
    case QuorumCounts::all:
      return totals.cast();
  }
  return {};
}

bool quorum_reached(const BallotRules& rules, Amount quorum, const Totals& totals) {
  return quorum_weight(rules, totals) >= quorum;
}

bool majority_reached(const BallotRules& rules, const Totals& totals) {
  const u128 decided = (totals.in_favour + totals.against).units();
  const u128 numerator = rules.majority_numerator;
  const u128 denominator = rules.majority_denominator;
  if (totals.in_favour.is_zero()) return false;
  // A whole number is above (at least) a fraction when it is above (at least) its floor (ceiling).
  if (rules.majority_at_least)
    return totals.in_favour.units() >=
           base::mul_div<Rounding::ceil>(decided, numerator, denominator);
  return totals.in_favour.units() > base::mul_div<Rounding::down>(decided, numerator, denominator);
}

bool carried(const BallotRules& rules, Amount quorum, const Totals& totals) {
  return quorum_reached(rules, quorum, totals) && majority_reached(rules, totals);
}

Amount owner_cap(const BallotRules& rules, Amount supply) {
  return Amount(base::mul_div<Rounding::down>(
      supply.units(), static_cast<u128>(rules.owner_cap_ppm), static_cast<u128>(kPpm)));
}

Amount counted_weight(Amount weight, Amount cap, Amount counted) {
  return counted >= cap ? Amount() : std::min(weight, cap - counted);
}

std::int64_t extended_deadline(std::int64_t deadline, std::int64_t now, std::int64_t extension) {
  std::int64_t later = 0;
  if (__builtin_add_overflow(now, extension, &later)) return deadline;
  return std::max(deadline, later);
}

std::optional<Amount> weighted_median(std::vector<NamedAmount> named) {
  std::erase_if(named, [](const NamedAmount& one) { return one.weight.is_zero(); });
  if (named.empty()) return std::nullopt;
  std::ranges::sort(named, {}, &NamedAmount::amount);
  Amount all;
  for (const NamedAmount& one : named) all += one.weight;
  const Amount half(base::div_round<Rounding::ceil>(all.units(), u128{2}));
  Amount sum;
  for (const NamedAmount& one : named) {
    sum += one.weight;
    if (sum >= half) return one.amount;
  }
  return named.back().amount;
}

CostToCorrupt cost_to_corrupt(const BallotRules& rules, Amount quorum, const Totals& totals,
                              Amount uncast) {
  return carried(rules, quorum, totals) ? cost_to_defeat(rules, quorum, totals, uncast.units())
                                        : cost_to_carry(rules, quorum, totals, uncast.units());
}

std::optional<std::uint64_t> owners_needed(Amount weight, Amount cap) {
  if (cap.is_zero()) return weight.is_zero() ? std::optional<std::uint64_t>(0) : std::nullopt;
  const u128 owners = base::div_round<Rounding::ceil>(weight.units(), cap.units());
  if (owners > ~std::uint64_t{0}) return std::nullopt;
  return static_cast<std::uint64_t>(owners);
}

std::uint32_t parts_per_million(Amount part, Amount whole) {
  if (whole.is_zero()) return 0;
  COFFERDAM_CHECK(part <= whole, "a part is not more than the whole");
  return static_cast<std::uint32_t>(
      base::mul_div<Rounding::down>(part.units(), static_cast<u128>(kPpm), whole.units()));
}

}  // namespace cofferdam::decision
