// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/default_management/fund_calculator.h"

#include "cofferdam/base/decimal.h"
#include "cofferdam/base/rounding.h"
#include "cofferdam/books/default_management/certificate.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace cofferdam::default_management {
namespace {

using Fault = std::optional<base::Error>;
using Holders = std::map<std::string, Stake>;

// Leaves room for 38 more in each of the events.
constexpr std::uint32_t kRebasesMax = 1'000'000'000;

Fault fail(std::string field, std::string value, std::string rule) {
  return base::malformed(std::move(field), std::move(value), std::move(rule)).error();
}

Fault fault_of(const std::string& path, const Stake& stake, const Fund& fund) {
  if (stake.shares.is_negative())
    return fail(path + ".shares", base::to_text(stake.shares.value()), "must not be below zero");
  if (stake.requested_shares.is_negative() || stake.requested_shares > stake.shares)
    return fail(path + ".requested_shares", base::to_text(stake.requested_shares.value()),
                "must be at least zero and at most its shares");
  if (stake.rebases > fund.rebases)
    return fail(path + ".rebases", std::to_string(stake.rebases), "must be at most the fund's");
  return std::nullopt;
}

Fault fault_of_holders(const FundSharesInput& input) {
  Shares sum;
  for (const FundHolder& holder : input.holders) {
    const std::string path = "holders." + holder.owner;
    if (!is_label(holder.owner))
      return fail("holders.owner", holder.owner, "must be 1 to 64 letters, digits and . _ : / -");
    if (Fault fault = fault_of(path + ".stake", holder.stake, input.fund)) return fault;
    // As the fund counts now: a stake is rebased when its holder next does something.
    Stake now = holder.stake;
    rebase(input.fund, now);
    const auto next = try_add(sum, now.shares);
    if (!next || *next > input.fund.total_shares)
      return fail(
          path + ".stake.shares", base::to_text(holder.stake.shares.value()),
          "rebased to the fund's, must not be more than all with those of the holders before");
    sum = *next;
  }
  return std::nullopt;
}

Fault fault_of(const FundSharesInput& input) {
  for (const auto& [name, scale] :
       {std::pair{"scale", input.scale}, {"share_scale", input.share_scale}})
    if (scale > base::kScaleMax) return fail(name, std::to_string(scale), "must be at most 38");
  for (const auto& [name, length] :
       {std::pair{"rules.notice", input.rules.notice}, {"rules.period", input.rules.period}})
    if (length.is_negative())
      return fail(name, base::format_duration(length), "must not be negative");
  if (input.rules.period_limit_ppm > kPpmOne)
    return fail("rules.period_limit_ppm", std::to_string(input.rules.period_limit_ppm),
                "must be at most 1000000");
  if (input.fund.total_shares.is_negative())
    return fail("fund.total_shares", base::to_text(input.fund.total_shares.value()),
                "must not be below zero");
  if (input.fund.rebases > kRebasesMax)
    return fail("fund.rebases", std::to_string(input.fund.rebases), "must be at most 1000000000");
  for (const auto& [name, size, most] : {std::tuple{"holders", input.holders.size(), kMembersMax},
                                         {"events", input.events.size(), kEventsMax}})
    if (size > most) return fail(name, std::to_string(size), "must be at most 100000");
  return fault_of_holders(input);
}

Fault fault_of(const std::string& path, const FundEvent& event, base::Time before) {
  const bool needs_owner = event.kind != FundEventKind::loss && event.kind != FundEventKind::gain;
  if (event.time < before)
    return fail(path + ".time", base::format_time(event.time), "must not fall");
  if (needs_owner && !is_label(event.owner))
    return fail(path + ".owner", event.owner, "must be 1 to 64 letters, digits and . _ : / -");
  if (event.shares.is_negative())
    return fail(path + ".shares", base::to_text(event.shares.value()), "must not be below zero");
  return std::nullopt;
}

FundResult take_loss(Fund& fund, Amount loss) {
  const Amount paid = std::min(loss, drawable(fund));
  fund.balance -= paid;
  return {.status = FundStatus::ok, .amount = paid};
}

FundResult add_gain(Fund& fund, Amount gain) {
  const auto balance = try_add(fund.balance, gain);
  if (!balance) return {.status = FundStatus::too_large};
  fund.balance = *balance;
  return {.status = FundStatus::ok, .amount = gain};
}

FundResult request_of(Fund& fund, Stake& holder, const FundEvent& event) {
  Shares shares = event.shares;
  if (shares.is_zero()) {
    Fund next = fund;
    rebase(next);
    shares = shares_for(next, event.amount).value_or(Shares());
  }
  return request(fund, holder, shares, event.time);
}

FundResult apply(const FundRules& rules, Fund& fund, Holders& holders, const FundEvent& event) {
  switch (event.kind) {
    case FundEventKind::stake:
      return stake(fund, holders[event.owner], event.amount);
    case FundEventKind::request:
      return request_of(fund, holders[event.owner], event);
    case FundEventKind::cancel:
      return cancel(fund, holders[event.owner]);
    case FundEventKind::redeem:
      return redeem(rules, fund, holders[event.owner], event.time);
    case FundEventKind::loss:
      return take_loss(fund, event.amount);
    case FundEventKind::gain:
      return add_gain(fund, event.amount);
  }
  return {};
}

Rate price_of(const Fund& fund) {
  constexpr i128 kStep = base::kRateOne / 1'000'000;
  if (fund.total_shares.is_zero()) return Rate();
  const auto millionths = base::try_mul_div<base::Rounding::floor>(
      fund.balance.units(), u128{1'000'000}, fund.total_shares.magnitude());
  if (!millionths || *millionths > static_cast<u128>(base::kI128Max / kStep)) return Rate::max();
  return Rate(static_cast<i128>(*millionths) * kStep);
}

}  // namespace

base::Result<FundSharesOutput> fund_shares(const FundSharesInput& input) {
  if (Fault fault = fault_of(input)) return std::unexpected(*std::move(fault));
  Holders holders;
  for (const FundHolder& holder : input.holders)
    if (!holders.emplace(holder.owner, holder.stake).second)
      return base::malformed("holders.owner", holder.owner, "must be unique");
  FundSharesOutput output{.steps = {}, .fund = input.fund, .holders = {}};
  base::Time before = base::Time::min();
  for (std::size_t i = 0; i < input.events.size(); ++i) {
    const FundEvent& event = input.events[i];
    if (Fault fault = fault_of("events[" + std::to_string(i) + "]", event, before))
      return std::unexpected(*std::move(fault));
    before = event.time;
    const FundResult result = apply(input.rules, output.fund, holders, event);
    output.steps.push_back({.kind = event.kind,
                            .status = result.status,
                            .shares = result.shares,
                            .amount = result.amount,
                            .balance = output.fund.balance,
                            .total_shares = output.fund.total_shares,
                            .rebases = output.fund.rebases,
                            .share_price = price_of(output.fund)});
  }
  for (const auto& [owner, held] : holders)
    output.holders.push_back({.owner = owner, .stake = held});
  return output;
}

}  // namespace cofferdam::default_management
