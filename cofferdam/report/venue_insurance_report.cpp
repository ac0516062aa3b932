// SPDX-License-Identifier: Apache-2.0
//
// What the insurance pool of a replayed venue comes to, for the report: from rows that never
// change, so a second run over the same books says the same.
#include "cofferdam/base/decimal.h"
#include "cofferdam/base/rounding.h"
#include "cofferdam/report/observe.h"
#include "cofferdam/report/venue_insurance.h"

#include <algorithm>

namespace cofferdam::report {

namespace {

using base::Amount;
using base::i128;

namespace ins = insurance;

[[nodiscard]] std::string text(Amount amount) {
  return base::format_decimal(amount.units(), kUsdScale);
}

[[nodiscard]] std::string cents(Amount amount) {
  return shown(static_cast<i128>(amount.units()), kUsdScale, Digits::two);
}

// A rate in basis points, to three decimals.
[[nodiscard]] std::string basis_points(base::Rate rate) {
  return base::format_decimal(
      base::div_round<base::Rounding::half_even>(rate.value(), base::kRateOne / 10'000'000), 3);
}

[[nodiscard]] std::string of_one(base::Rate rate) {
  return base::format_decimal(
      base::div_round<base::Rounding::half_even>(rate.value(), base::kRateOne / 10'000), 4);
}

[[nodiscard]] std::string basis_points(Amount part, Amount whole) {
  if (whole.is_zero()) return "";
  const auto thousandths = base::try_mul_div<base::Rounding::half_even>(
      part.units(), base::u128{10'000'000}, whole.units());
  return thousandths ? base::format_decimal(static_cast<i128>(*thousandths), 3) : "";
}

struct Week {
  Amount volume;
  Amount equity;
  Amount charged;
  std::size_t bills = 0;
  const ins::Contribution* largest = nullptr;
};

[[nodiscard]] std::map<std::uint32_t, Week> weeks_of(const ins::State& books, base::PoolId pool) {
  std::map<std::uint32_t, Week> weeks;
  for (const auto& [key, bill] : books.contributions.rows()) {
    if (bill.pool != pool) continue;
    Week& week = weeks[bill.period];
    week.volume += bill.volume;
    week.equity += bill.average_collateral;
    week.charged += bill.amount;
    ++week.bills;
    if (week.largest == nullptr || bill.amount > week.largest->amount) week.largest = &bill;
  }
  return weeks;
}

}  // namespace

void VenueInsurance::report() const {
  report_weeks();
  report_bills();
  report_claims();
}

void VenueInsurance::report_weeks() const {
  ReplayResult& result = driver_.result();
  const ins::State& books = driver_.engine().state().insurance;
  const std::map<std::uint32_t, Week> weeks = weeks_of(books, pool_);
  Listing listing{
      .title = "",
      .columns = {text_column("week"), text_column("published"), text_column("from"),
                  number_column("members"), number_column("expected loss"),
                  number_column("with capital cost and expenses"), number_column("towards target"),
                  number_column("tariff"), number_column("billed"), number_column("volume"),
                  number_column("average equity"), number_column("charged"),
                  number_column("bps of volume")}};
  ReplayPicture picture{.title = "Contributions by week: by the tariff, and charged",
                        .unit = "USDC",
                        .scale = kUsdScale,
                        .labels = {},
                        .series = {{"tariff", {}}, {"charged", {}}}};
  Amount charged;
  for (std::uint32_t period = 1; period <= period_; ++period) {
    const ins::Tariff& tariff = *ins::tariff_of(books, pool_, period);
    const auto found = weeks.find(period);
    const Week week = found == weeks.end() ? Week() : found->second;
    charged += week.charged;
    listing.rows.push_back(
        {std::to_string(period), base::format_time(tariff.published),
         base::format_date(base::day_of(tariff.start)), std::to_string(tariff.members),
         cents(tariff.expected_loss), cents(tariff.technical),
         base::format_decimal(tariff.top_up.units(), kUsdScale), cents(tariff.total),
         std::to_string(week.bills), cents(week.volume), cents(week.equity), cents(week.charged),
         basis_points(week.charged, week.volume)});
    if (week.bills == 0) continue;
    picture.labels.push_back(base::format_date(base::day_of(tariff.start)));
    picture.series[0].second.push_back(static_cast<i128>(tariff.total.units()));
    picture.series[1].second.push_back(static_cast<i128>(week.charged.units()));
  }
  result.facts.push_back({"contributions charged USD", "", text(charged)});
  listing.title = "Contributions by week, by tariffs published before: " + cents(charged) + " USDC";
  result.findings.push_back(std::move(listing));
  result.pictures.push_back(std::move(picture));
  const ins::InsurancePool& pool = *books.pools.find(pool_);
  result.notes.push_back(
      "The insurance pool is assumed: " + cents(whole_usd(kInsuranceCapitalUsd)) +
      " USDC of capital; members are the accounts that traded in the week before a tariff; "
      "expected "
      "losses are 0.2 basis points of their volume; of each contribution 70 % is billed on volume "
      "in tiers, the rest on average equity; the venue pays for its clients; what the layer pays "
      "to "
      "the pool without a backstop counts as their own losses. It ends with a "
      "capital "
      "of " +
      cents(pool.capital()) + " and " + cents(pool.funds.layer) + " in the layer; losses paid " +
      cents(pool.losses_paid) + ", " + cents(pool.funds.unearned) + " unearned.");
}

void VenueInsurance::report_bills() const {
  const ins::State& books = driver_.engine().state().insurance;
  Listing listing{
      .title = "Contributions explained: the largest bill of each week, line by line",
      .columns = {text_column("week"), text_column("member"), number_column("expected loss part"),
                  number_column("capital part"), number_column("credibility"),
                  number_column("own losses to all"), number_column("modifier"),
                  number_column("contribution"), number_column("expected volume"),
                  number_column("first tier bps"), number_column("volume"),
                  number_column("on volume"), number_column("equity rate bps"),
                  number_column("equity"), number_column("on equity"), number_column("charged")}};
  for (const auto& [period, week] : weeks_of(books, pool_)) {
    const ins::Contribution& bill = *week.largest;
    const ins::TariffRate& rate = *books.rates.find({pool_, period, bill.version, bill.member});
    const auto at = std::ranges::find(owners_, bill.member);
    listing.rows.push_back(
        {std::to_string(period), input_.users[static_cast<std::size_t>(at - owners_.begin())].name,
         text(rate.expected_part), text(rate.capital_part), of_one(rate.credibility),
         of_one(rate.relative_loss), of_one(rate.modifier), text(rate.contribution),
         cents(rate.expected_volume), basis_points(rate.volume_rates.front()), cents(bill.volume),
         text(bill.volume_part), basis_points(rate.collateral_rate), cents(bill.average_collateral),
         text(bill.collateral_part), text(bill.amount)});
  }
  driver_.result().findings.push_back(std::move(listing));
}

void VenueInsurance::report_claims() const {
  ReplayResult& result = driver_.result();
  const auto fall_text = [&](const Fall& fall) {
    return input_.coins[fall.coin].code + " " + base::format_decimal(fall.worst, 2) + " %";
  };
  Listing listing{
      .title = "",
      .columns = {text_column("opened"), text_column("fall in 24 hours"), text_column("stage"),
                  number_column("approved"), number_column("paid")}};
  for (const Claimed& one : claims_) {
    const ins::Claim& claim = *driver_.engine().state().claims.claims.find(one.claim);
    listing.rows.push_back({base::format_time(one.fall.time), fall_text(one.fall),
                            std::string(base::name_of(claim.stage)), text(claim.approved),
                            text(claim.paid)});
  }
  result.facts.push_back({"volatility claims opened", "", std::to_string(claims_.size())});
  listing.title = "Claims on the volatility cover: " + std::to_string(claims_.size());
  result.findings.push_back(std::move(listing));
  result.notes.push_back(
      "The venue's cover against extreme volatility pays 40 % of " +
      std::to_string(kVolatilityLimitUsd) +
      " USDC for a fall of 20 % from the highest of a contract's hourly prices of 24 hours, all of "
      "it for 30 %. The largest fall was " +
      (fall_.worst == 0 ? std::string("none") : fall_text(fall_)) +
      ". Prices of take-overs by the backstop are no prices.");
}

}  // namespace cofferdam::report
