// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/insurance/contribution.h"

#include "cofferdam/base/allocate.h"
#include "cofferdam/base/decimal.h"
#include "cofferdam/base/rounding.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

namespace cofferdam::insurance {
namespace {

using base::Amount;
using base::i128;
using base::Rate;
using base::Rounding;
using base::u128;

constexpr u128 kOne = static_cast<u128>(base::kRateOne);

std::unexpected<base::Error> too_large(std::string field, std::string value) {
  return base::malformed(std::move(field), std::move(value),
                         "a sum or product with it is beyond 128 bits");
}

std::unexpected<base::Error> too_large(const ContributionInput& in, std::string field,
                                       Amount value) {
  return too_large(std::move(field), base::format_decimal(value, in.scale));
}

std::string of_member(std::size_t i, std::string_view field) {
  return "members[" + std::to_string(i) + "]." + std::string(field);
}

// A rate as it is written, without zeros at its end.
std::string rate_text(Rate rate) {
  std::string text = base::format_decimal(rate.value(), 18);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

base::Result<void> check(const ContributionInput& in) {
  if (in.members.empty() || in.members.size() > kContributorsMax)
    return base::malformed("members", std::to_string(in.members.size()), "1 to 100,000");
  if (in.cost_of_capital.is_negative() || in.cost_of_capital.value() > 10 * base::kRateOne)
    return base::malformed("cost_of_capital", rate_text(in.cost_of_capital),
                           "must lie from 0 to 10");
  if (in.expense_ratio.is_negative() || in.expense_ratio.value() >= base::kRateOne)
    return base::malformed("expense_ratio", rate_text(in.expense_ratio),
                           "must lie from 0 to below 1");
  if (in.periods_to_target == 0)
    return base::malformed("periods_to_target", "0", "must be at least 1");
  if (in.modifier_least.value() <= 0 || in.modifier_most < in.modifier_least ||
      in.modifier_most.value() > 1'000 * base::kRateOne)
    return base::malformed("modifier_least", rate_text(in.modifier_least),
                           "must be above 0 and at most modifier_most, that at most 1,000");
  if (in.modifier_step.is_negative() || in.modifier_step.value() > base::kRateOne)
    return base::malformed("modifier_step", rate_text(in.modifier_step), "must lie from 0 to 1");
  std::set<std::string_view> names;
  for (const Contributor& m : in.members) {
    if (m.name.empty() || !names.insert(m.name).second)
      return base::malformed("members.name", m.name, "must be a name, once");
    if (m.last_modifier.value() <= 0 || m.last_modifier.value() > 1'000 * base::kRateOne)
      return base::malformed("members.last_modifier", rate_text(m.last_modifier),
                             "must be above 0, at most 1,000");
  }
  return {};
}

struct Totals {
  Amount expected;
  Amount exposure;
  Amount losses;
};

base::Result<Totals> totals_of(const ContributionInput& in) {
  Totals t;
  for (std::size_t i = 0; i < in.members.size(); ++i) {
    const Contributor& m = in.members[i];
    const auto expected = base::try_add(t.expected, m.expected_loss);
    const auto exposure = base::try_add(t.exposure, m.exposure);
    const auto losses = base::try_add(t.losses, m.losses);
    if (!expected) return too_large(in, of_member(i, "expected_loss"), m.expected_loss);
    if (!exposure) return too_large(in, of_member(i, "exposure"), m.exposure);
    if (!losses) return too_large(in, of_member(i, "losses"), m.losses);
    t = {*expected, *exposure, *losses};
  }
  return t;
}

// Technical premium, top-up and need; what is owed to the pool rounds up.
base::Result<void> fill_need(const ContributionInput& in, const Totals& totals,
                             ContributionOutput& out) {
  const auto r = static_cast<u128>(in.cost_of_capital.value());
  const u128 kept = kOne - static_cast<u128>(in.expense_ratio.value());
  const auto charge = base::try_mul_div<Rounding::up>(in.capital, r, kOne);
  const auto sum = charge ? base::try_add(totals.expected, *charge) : std::nullopt;
  const auto pure = sum ? base::try_mul_div<Rounding::up>(*sum, kOne, kOne + r) : std::nullopt;
  const auto technical = pure ? base::try_mul_div<Rounding::up>(*pure, kOne, kept) : std::nullopt;
  constexpr u128 kLimit = static_cast<u128>(base::kI128Max) / 2;
  if (!technical || technical->units() > kLimit) return too_large(in, "capital", in.capital);
  out.expected_loss = totals.expected;
  out.technical = *technical;
  const u128 periods = in.periods_to_target;
  i128 top_up = 0;
  if (in.target > in.fund) {
    const u128 gap = in.target.units() - in.fund.units();
    const u128 step = gap / periods + (gap % periods != 0 ? 1 : 0);
    top_up = static_cast<i128>(std::min(step, technical->units()));
  } else {
    const u128 step = (in.fund.units() - in.target.units()) / periods;
    top_up = -static_cast<i128>(std::min(step, technical->units() / 2));
  }
  out.top_up = base::SignedAmount(top_up);
  out.need = Amount(static_cast<u128>(static_cast<i128>(technical->units()) + top_up));
  return {};
}

// The base of each member: the expected part, and the rest of the need by tail shares.
base::Result<void> fill_base(const ContributionInput& in, ContributionOutput& out) {
  const u128 kept = kOne - static_cast<u128>(in.expense_ratio.value());
  std::vector<u128> expected;
  std::vector<u128> tails;
  u128 sum = 0;
  u128 tail_sum = 0;
  for (std::size_t i = 0; i < in.members.size(); ++i) {
    const Contributor& m = in.members[i];
    const auto part = base::try_mul_div<Rounding::down>(m.expected_loss.units(), kOne, kept);
    if (!part || __builtin_add_overflow(sum, *part, &sum))
      return too_large(in, of_member(i, "expected_loss"), m.expected_loss);
    if (__builtin_add_overflow(tail_sum, m.tail_share.units(), &tail_sum))
      return too_large(in, of_member(i, "tail_share"), m.tail_share);
    expected.push_back(*part);
    tails.push_back(m.tail_share.units());
  }
  const u128 need = out.need.units();
  std::vector<u128> rest(in.members.size(), 0);
  if (sum >= need || tail_sum == 0) {
    // Nothing is left for capital, or nobody bears the tail: by the expected losses alone.
    if (sum == 0 && tail_sum == 0)
      return base::malformed("members", "", "no member has an expected loss or a tail share");
    base::Result<std::vector<u128>> parts = base::allocate(need, sum > 0 ? expected : tails);
    if (!parts) return std::unexpected(parts.error());
    expected = *std::move(parts);
  } else {
    base::Result<std::vector<u128>> parts = base::allocate(need - sum, tails);
    if (!parts) return std::unexpected(parts.error());
    rest = *std::move(parts);
  }
  for (std::size_t i = 0; i < in.members.size(); ++i) {
    out.members[i].expected_part = Amount(expected[i]);
    out.members[i].capital_part = Amount(rest[i]);
  }
  return {};
}

Rate clamped(i128 value, i128 least, i128 most) {
  return Rate(std::clamp(value, least, most));
}

base::Result<void> fill_modifier(const ContributionInput& in, const Totals& totals,
                                 const Contributor& m, ContributionRow& row) {
  const auto all = base::try_add(m.exposure, in.credibility_constant);
  if (!all) return too_large(in, "credibility_constant", in.credibility_constant);
  row.relative_loss = Rate(base::kRateOne);
  if (!all->is_zero())
    row.credibility = Rate(static_cast<i128>(
        base::mul_div<Rounding::half_even>(m.exposure.units(), kOne, all->units())));
  // R = (losses / exposure) / (all losses / all exposure), at most a million.
  if (!m.exposure.is_zero() && !totals.losses.is_zero()) {
    const auto share =
        base::try_mul_div<Rounding::half_even>(m.losses.units(), kOne, totals.losses.units());
    const auto relative = share ? base::try_mul_div<Rounding::half_even>(
                                      *share, totals.exposure.units(), m.exposure.units())
                                : std::nullopt;
    constexpr u128 kMost = kOne * 1'000'000;
    row.relative_loss = Rate(static_cast<i128>(relative ? std::min(*relative, kMost) : kMost));
  }
  const i128 off = row.relative_loss.value() - base::kRateOne;
  row.raw_modifier = Rate(base::kRateOne + base::mul_div<Rounding::half_even>(
                                               row.credibility.value(), off, base::kRateOne));
  const i128 step = base::mul_div<Rounding::down>(m.last_modifier.value(), in.modifier_step.value(),
                                                  base::kRateOne);
  row.modifier = clamped(row.raw_modifier.value(), m.last_modifier.value() - step,
                         m.last_modifier.value() + step);
  row.modifier = clamped(row.modifier.value(), in.modifier_least.value(), in.modifier_most.value());
  const bool whole = in.modifier_scope == ModifierScope::whole_base;
  const Amount base_part = whole ? row.expected_part + row.capital_part : row.expected_part;
  const auto modified = base::try_mul_div<Rounding::half_even>(
      base_part, static_cast<u128>(row.modifier.value()), kOne);
  const auto weight =
      modified ? base::try_add(*modified, whole ? Amount() : row.capital_part) : std::nullopt;
  if (!weight) return too_large("modifier_most", rate_text(in.modifier_most));
  row.weight = *weight;
  return {};
}

struct Floor {
  Amount amount;
  ContributionReason reason = ContributionReason::minimum;
};

Floor floor_of(const ContributionInput& in, const Contributor& m) {
  if (m.open_claim && m.last_contribution > in.minimum)
    return {m.last_contribution, ContributionReason::open_claim};
  return {in.minimum, ContributionReason::minimum};
}

// Splits the need; whoever falls below a floor pays the floor, and the rest is split again among
// the others. Each round fixes at least one member, so it ends.
base::Result<void> split(const ContributionInput& in, ContributionOutput& out) {
  std::vector<bool> fixed(in.members.size(), false);
  for (;;) {
    u128 left = out.need.units();
    std::vector<u128> weights(in.members.size(), 0);
    u128 sum = 0;
    for (std::size_t i = 0; i < in.members.size(); ++i) {
      if (fixed[i]) {
        left -= std::min(left, out.members[i].contribution.units());
        continue;
      }
      weights[i] = out.members[i].weight.units();
      if (__builtin_add_overflow(sum, weights[i], &sum))
        return too_large("modifier_most", rate_text(in.modifier_most));
    }
    std::vector<u128> parts(in.members.size(), 0);
    if (sum > 0) {
      base::Result<std::vector<u128>> split = base::allocate(left, weights);
      if (!split) return std::unexpected(split.error());
      parts = *std::move(split);
    }
    bool again = false;
    for (std::size_t i = 0; i < in.members.size(); ++i) {
      if (fixed[i]) continue;
      const Floor floor = floor_of(in, in.members[i]);
      ContributionRow& row = out.members[i];
      row.contribution = Amount(parts[i]);
      if (row.contribution >= floor.amount) continue;
      row.contribution = floor.amount;
      row.reason = floor.reason;
      fixed[i] = again = true;
    }
    if (!again) return {};
  }
}

Rate over(Amount part, Amount whole) {
  if (whole.is_zero()) return Rate();
  const auto rate = base::try_mul_div<Rounding::down>(part.units(), kOne, whole.units());
  const bool fits = rate && *rate <= static_cast<u128>(base::kI128Max);
  return fits ? Rate(static_cast<i128>(*rate)) : Rate::max();
}

}  // namespace

base::Result<ContributionOutput> contribution(const ContributionInput& in) {
  if (base::Result<void> fine = check(in); !fine) return std::unexpected(fine.error());
  const base::Result<Totals> totals = totals_of(in);
  if (!totals) return std::unexpected(totals.error());
  ContributionOutput out;
  out.members.resize(in.members.size());
  if (base::Result<void> done = fill_need(in, *totals, out); !done)
    return std::unexpected(done.error());
  if (base::Result<void> done = fill_base(in, out); !done) return std::unexpected(done.error());
  for (std::size_t i = 0; i < in.members.size(); ++i) {
    out.members[i].name = in.members[i].name;
    if (base::Result<void> done = fill_modifier(in, *totals, in.members[i], out.members[i]); !done)
      return std::unexpected(done.error());
  }
  if (base::Result<void> done = split(in, out); !done) return std::unexpected(done.error());
  for (std::size_t i = 0; i < in.members.size(); ++i) {
    ContributionRow& row = out.members[i];
    const auto total = base::try_add(out.total, row.contribution);
    if (!total) return too_large(in, "minimum", in.minimum);
    out.total = *total;
    row.of_volume = over(row.contribution, in.members[i].volume);
    row.of_collateral = over(row.contribution, in.members[i].collateral);
  }
  return out;
}

}  // namespace cofferdam::insurance
