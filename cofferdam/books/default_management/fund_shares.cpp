// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/default_management/fund_shares.h"

#include "cofferdam/base/rounding.h"

#include <algorithm>

namespace cofferdam::default_management {
namespace {

using base::Rounding;

std::optional<Shares> to_shares(std::optional<u128> units) {
  if (!units || *units > static_cast<u128>(base::kI128Max)) return std::nullopt;
  return Shares(static_cast<i128>(*units));
}

i128 power_of_ten(std::uint32_t exponent) {
  i128 result = 1;
  for (std::uint32_t i = 0; i < exponent; ++i) result *= 10;
  return result;
}

Amount period_left(const FundRules& rules, const Fund& fund) {
  const u128 most = base::mul_div<Rounding::floor>(fund.period_balance.units(),
                                                   static_cast<u128>(rules.period_limit_ppm),
                                                   static_cast<u128>(kPpmOne));
  return Amount(most > fund.period_paid.units() ? most - fund.period_paid.units() : 0);
}

// Times may lie further apart than a duration counts.
bool has_passed(base::Time since, base::Duration length, base::Time now) {
  return i128{now.value()} - since.value() >= length.value();
}

void begin_period(const FundRules& rules, Fund& fund, base::Time now) {
  if (!fund.period_balance.is_zero() && !has_passed(fund.period_start, rules.period, now)) return;
  fund.period_start = now;
  fund.period_balance = fund.balance;
  fund.period_paid = Amount();
}

}  // namespace

std::optional<Shares> shares_for(const Fund& fund, Amount amount) {
  if (fund.balance.is_zero()) {
    if (!fund.total_shares.is_zero()) return std::nullopt;
    return to_shares(amount.units());
  }
  return to_shares(base::try_mul_div<Rounding::floor>(amount.units(), fund.total_shares.magnitude(),
                                                      fund.balance.units()));
}

Amount value_of(const Fund& fund, Shares shares) {
  if (fund.total_shares.is_zero()) return Amount();
  return base::try_mul_div<Rounding::floor>(fund.balance, shares.magnitude(),
                                            fund.total_shares.magnitude())
      .value_or(Amount());
}

std::uint32_t rebase(Fund& fund) {
  if (fund.balance.is_zero()) return 0;
  std::uint32_t exponent = 0;
  if (fund.balance.units() < fund.total_shares.magnitude()) {
    u128 divisor = fund.total_shares.magnitude() / 10 / fund.balance.units();
    for (; divisor >= 10; divisor /= 10) ++exponent;
    fund.total_shares = Shares(fund.total_shares.value() / power_of_ten(exponent));
    fund.rebases += exponent;
  }
  // Money without shares belongs to the fund itself: new stakes find a price of one.
  if (fund.total_shares.is_zero())
    if (const auto own = to_shares(fund.balance.units())) fund.total_shares = *own;
  return exponent;
}

void rebase(const Fund& fund, Stake& holder) {
  if (holder.rebases == fund.rebases) return;
  // 10^38 is beyond every number of shares.
  const i128 divisor = power_of_ten(std::min(fund.rebases - holder.rebases, 38U));
  holder.shares = Shares(holder.shares.value() / divisor);
  holder.requested_shares = Shares(holder.requested_shares.value() / divisor);
  holder.rebases = fund.rebases;
}

FundResult stake(Fund& fund, Stake& holder, Amount amount) {
  Fund next = fund;
  Stake held = holder;
  if (next.balance.is_zero() && !next.total_shares.is_zero())
    return {.status = FundStatus::drained};
  if (!held.requested_shares.is_zero()) return {.status = FundStatus::request_open};
  rebase(next);
  if (held.shares.is_zero()) held.rebases = next.rebases;
  rebase(next, held);
  const std::optional<Shares> issued = shares_for(next, amount);
  const auto balance = try_add(next.balance, amount);
  if (!issued || !balance) return {.status = FundStatus::too_large};
  if (issued->is_zero()) return {.status = FundStatus::issues_nothing};
  const auto total = try_add(next.total_shares, *issued);
  if (!total) return {.status = FundStatus::too_large};
  next.total_shares = *total;
  next.balance = *balance;
  held.shares += *issued;
  fund = next;
  holder = held;
  return {.status = FundStatus::ok, .shares = *issued, .amount = amount};
}

FundResult request(Fund& fund, Stake& holder, Shares shares, base::Time now) {
  // Asked before the rebase, as the source does: one that rebasing leaves nothing of is open still.
  if (!holder.requested_shares.is_zero()) return {.status = FundStatus::request_open};
  Fund next = fund;
  Stake held = holder;
  rebase(next);
  rebase(next, held);
  if (shares <= Shares() || shares > held.shares) return {.status = FundStatus::exceeds_shares};
  held.requested_shares = shares;
  held.frozen_value = std::min(value_of(next, shares), drawable(next));
  held.requested = now;
  fund = next;
  holder = held;
  return {.status = FundStatus::ok, .shares = shares, .amount = held.frozen_value};
}

FundResult cancel(Fund& fund, Stake& holder) {
  Fund next = fund;
  Stake held = holder;
  rebase(next);
  rebase(next, held);
  if (held.requested_shares.is_zero() && holder.requested_shares.is_zero())
    return {.status = FundStatus::no_request};
  const Shares asked = held.requested_shares;
  Shares lost;
  if (value_of(next, asked) > held.frozen_value && asked < next.total_shares) {
    // The shares that the frozen value would buy from the others.
    const std::optional<Shares> kept = to_shares(base::try_mul_div<Rounding::floor>(
        held.frozen_value.units(), (next.total_shares - asked).magnitude(),
        (next.balance - held.frozen_value).units()));
    lost = kept && *kept < asked ? asked - *kept : Shares();
  }
  held.shares = held.shares - lost;
  next.total_shares = next.total_shares - lost;
  held.requested_shares = Shares();
  held.frozen_value = Amount();
  held.requested = base::Time();
  fund = next;
  holder = held;
  return {.status = FundStatus::ok, .shares = lost};
}

FundResult redeem(const FundRules& rules, Fund& fund, Stake& holder, base::Time now) {
  Fund next = fund;
  Stake held = holder;
  rebase(next);
  rebase(next, held);
  if (held.requested_shares.is_zero() && holder.requested_shares.is_zero())
    return {.status = FundStatus::no_request};
  if (!has_passed(held.requested, rules.notice, now)) return {.status = FundStatus::notice_runs};
  const Shares gone = held.requested_shares;
  const Amount paid = std::min(value_of(next, gone), held.frozen_value);
  if (next.balance - paid < std::min(rules.minimum_balance, next.balance))
    return {.status = FundStatus::below_minimum};
  if (rules.period > base::Duration()) {
    begin_period(rules, next, now);
    if (paid > period_left(rules, next)) return {.status = FundStatus::exceeds_period_limit};
    next.period_paid += paid;
  }
  next.total_shares = next.total_shares - gone;
  next.balance -= paid;
  held.shares = held.shares - gone;
  held.requested_shares = Shares();
  held.frozen_value = Amount();
  held.requested = base::Time();
  fund = next;
  holder = held;
  return {.status = FundStatus::ok, .shares = gone, .amount = paid};
}

Amount drawable(const Fund& fund) {
  return fund.balance.is_zero() ? Amount() : fund.balance - Amount(1);
}

}  // namespace cofferdam::default_management
