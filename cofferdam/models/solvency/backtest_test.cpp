// SPDX-License-Identifier: Apache-2.0
//
// The replay on losses that are made here, its laws, and its parts against second methods.
#include "cofferdam/base/estimate.h"
#include "cofferdam/models/actuarial/allocate_calculator.h"
#include "cofferdam/models/actuarial/model_text.h"
#include "cofferdam/models/actuarial/simulate.h"
#include "cofferdam/models/solvency/insurance_backtest.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace cofferdam::solvency {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

base::Date day(int year, unsigned month, unsigned number) {
  return *base::date_of(year, month, number);
}

// Twelve years of Pareto losses, forty a year, a tenth of them of exchanges.
std::vector<Incident> made_losses() {
  std::vector<Incident> out;
  actuarial::Draws draws(7, 0, 0);
  const std::int32_t first = day(2014, 1, 1).value();
  for (std::int32_t i = 0; i < 480; ++i) {
    const double size = 200'000 * std::pow(draws.uniform(), -1 / 1.2);
    const auto cents = *base::quantize<base::Rounding::half_even>(std::min(size, 1e9), kCents);
    out.push_back({.date = base::Date(first + i * 4383 / 480),
                   .name = "victim " + std::to_string(i),
                   .segment = draws.uniform() < 0.1 ? Segment::exchange : Segment::protocol,
                   .loss = cents});
  }
  return out;
}

ReplayTerms small_terms() {
  ReplayTerms terms;
  terms.books = 2;
  terms.book.exchanges = 4;
  terms.book.protocols = 30;
  terms.from_year = 2021;
  terms.until_year = 2022;
  return terms;
}

Backtest replayed(std::vector<Incident> incidents, const ReplayTerms& terms) {
  base::Result<Backtest> out = replay_pool(std::move(incidents), terms);
  EXPECT_TRUE(out.has_value()) << out.error().text();
  return *out;
}

// scipy.stats.beta.ppf.
TEST(RateInterval, IsClopperAndPearsons) {
  const RateInterval none = rate_interval(0, 20, 0.95);
  EXPECT_EQ(none.lower, 0);
  EXPECT_NEAR(none.upper, 0.16843347098308536, 1e-12);
  const RateInterval three = rate_interval(3, 20, 0.95);
  EXPECT_NEAR(three.lower, 0.03207094, 1e-7);
  EXPECT_NEAR(three.upper, 0.37892683, 1e-7);
  const RateInterval all = rate_interval(20, 20, 0.95);
  EXPECT_NEAR(all.lower, 1 - 0.16843347098308536, 1e-12);
  EXPECT_EQ(all.upper, 1);
}

TEST(CoverBook, IsAFunctionOfTheSeed) {
  const BookTerms terms;
  const std::vector<Cover> book = make_book(terms);
  EXPECT_EQ(book.size(), 120U);
  const std::vector<Cover> again = make_book(terms);
  for (std::size_t i = 0; i < book.size(); ++i) {
    EXPECT_EQ(book[i].name, again[i].name);
    EXPECT_EQ(book[i].limit, again[i].limit);
    EXPECT_GE(book[i].most_rate, terms.least_rate);
    EXPECT_LE(book[i].most_rate, terms.most_rate);
  }
  BookTerms other = terms;
  other.seed = 2;
  const std::vector<Cover> second = make_book(other);
  EXPECT_FALSE(std::ranges::equal(book, second, {}, &Cover::name, &Cover::name));
}

TEST(CoverBook, AVictimIsHitByNameAndInItsSegment) {
  const BookTerms terms;
  const std::vector<Cover> book = make_book(terms);
  int hits = 0;
  for (int i = 0; i < 20'000; ++i) {
    Incident one{.name = "name " + std::to_string(i), .segment = Segment::exchange, .loss = 1};
    const auto hit = cover_hit(book, terms, one);
    one.loss = 1'000'000 * kMillion;
    EXPECT_EQ(cover_hit(book, terms, one), hit);
    if (!hit) continue;
    ++hits;
    EXPECT_EQ(book[*hit].segment, Segment::exchange);
  }
  EXPECT_NEAR(hits, 2'000, 4 * std::sqrt(20'000 * 0.1 * 0.9));
}

TEST(CoverBook, PaysBetweenDeductibleAndLimit) {
  const Cover cover{.name = "c", .limit = 5 * kMillion};
  EXPECT_EQ(payout(cover, kMillion, kMillion), 0);
  EXPECT_EQ(payout(cover, kMillion, kMillion + 1), 1);
  EXPECT_EQ(payout(cover, kMillion, 6 * kMillion), 5 * kMillion);
  EXPECT_EQ(payout(cover, kMillion, 600 * kMillion), 5 * kMillion);
}

TEST(PoolLosses, PartsSumToTvarAndThePoissonsAreTheAllocators) {
  const char* texts[] = {"exponential(mean 3) limit 20", "gamma(shape 2, scale 4) limit 40"};
  std::vector<actuarial::Lattice> payments;
  for (const char* text : texts) {
    const base::Result<actuarial::Portfolio> model =
        actuarial::parse_model(std::string("poisson 1 of ") + text);
    ASSERT_TRUE(model.has_value());
    payments.push_back(actuarial::discretize(model->lines[0].payment, 0.1, 4096,
                                             actuarial::Discretization::unbiased));
  }
  const std::array<CoverClass, 2> classes{
      {{.mean_number = 2, .payment = &payments[0]}, {.mean_number = 0.7, .payment = &payments[1]}}};
  actuarial::FftAggregator sums = sums_of(4096);
  const PoolLosses poisson = pool_losses(classes, kInfinity, sums);
  const PoolTail tail = allocate_tail(classes, kInfinity, poisson, 0.99, sums);
  const base::Result<actuarial::AllocateCapitalOutput> other =
      actuarial::allocate_capital({.lines = {{"a", std::string("poisson 2 of ") + texts[0]},
                                             {"b", std::string("poisson 0.7 of ") + texts[1]}},
                                   .level = 0.99,
                                   .step = 0.1,
                                   .points = 4096});
  ASSERT_TRUE(other.has_value()) << other.error().text();
  EXPECT_NEAR(tail.tvar, other->tvar, 1e-6);
  EXPECT_NEAR(tail.contributions[0], other->rows[0].contribution, 1e-5);
  EXPECT_NEAR(tail.contributions[1], other->rows[1].contribution, 1e-5);
  for (const double size : {0.8, 5.0, 1e4}) {
    const PoolLosses losses = pool_losses(classes, size, sums);
    const PoolTail parts = allocate_tail(classes, size, losses, 0.995, sums);
    EXPECT_NEAR(parts.contributions[0] + parts.contributions[1], parts.tvar, 1e-6 * parts.tvar)
        << size;
  }
}

TEST(PoolLosses, ANegativeBinomialsPartsAreThoseOfSimulation) {
  const std::vector<double> amounts{0, 1, 2, 3, 4, 5, 6, 7};
  actuarial::Lattice small{.step = 1, .mass = std::vector<double>(1024, 0.0)};
  actuarial::Lattice large = small;
  small.mass[1] = 1;
  large.mass[7] = 1;
  const std::array<CoverClass, 2> classes{
      {{.mean_number = 3, .payment = &small}, {.mean_number = 1, .payment = &large}}};
  const double size = 2;
  actuarial::FftAggregator sums = sums_of(1024);
  const PoolLosses losses = pool_losses(classes, size, sums);
  const PoolTail tail = allocate_tail(classes, size, losses, 0.95, sums);
  // N negative binomial, each of its losses large with probability 1/4.
  actuarial::Draws draws(3, 0, 0);
  const actuarial::CountSampler number(actuarial::negative_binomial(size, 2));
  std::vector<std::pair<double, double>> years;  // sum, part of the large
  for (int i = 0; i < 400'000; ++i) {
    double sum = 0, of_large = 0;
    for (std::uint64_t n = number.draw(draws.uniform()); n > 0; --n) {
      const bool is_large = draws.uniform() < 0.25;
      sum += is_large ? 7 : 1;
      of_large += is_large ? 7 : 0;
    }
    years.emplace_back(sum, of_large);
  }
  std::ranges::sort(years, std::greater{}, &std::pair<double, double>::first);
  double all = 0, part = 0;
  const std::size_t worst = years.size() / 20;
  for (std::size_t i = 0; i < worst; ++i) {
    all += years[i].first;
    part += years[i].second;
  }
  const auto n = static_cast<double>(worst);
  EXPECT_NEAR(tail.tvar, all / n, 0.15);
  EXPECT_NEAR(tail.contributions[1], part / n, 0.2);
}

TEST(Replay, MoneyIsConservedByEveryRule) {
  ReplayTerms terms = small_terms();
  for (const i128 capital : {kMillion, 5 * kMillion, 50 * kMillion}) {
    terms.rules.capital = capital;
    const Backtest out = replayed(made_losses(), terms);
    ASSERT_EQ(out.runs.size(), 5U);
    for (const RuleRun& run : out.runs) {
      // What is reserved for the unreported is still there; what is unreported is not yet owed.
      EXPECT_EQ(run.own_funds + run.quarters.back().ibnr,
                capital + run.premium - run.expenses - run.losses + run.unreported + run.unpaid);
      EXPECT_EQ(run.ruined_in.has_value(), run.unpaid > 0);
      i128 before = capital;
      i128 unreported = 0;
      for (const QuarterResult& row : run.quarters) {
        EXPECT_GE(row.own_funds, 0);
        EXPECT_GE(row.ibnr, 0);
        unreported += row.losses - row.reported;
        EXPECT_EQ(row.unreported, unreported);
        EXPECT_GE(unreported, 0);
        EXPECT_EQ(row.own_funds + row.ibnr,
                  before + row.premium - row.expenses - row.reported + row.unpaid);
        before = row.own_funds + row.ibnr;
      }
    }
  }
}

TEST(Replay, NothingIsSoldBeyondWhatARuleAllows) {
  ReplayTerms terms = small_terms();
  terms.rules.capital = 12 * kMillion;
  const Backtest out = replayed(made_losses(), terms);
  for (const RuleRun& run : out.runs) {
    i128 own_funds = terms.rules.capital;
    for (const QuarterResult& row : run.quarters) {
      if (run.rule == PoolRule::technical) {
        EXPECT_LE(row.tvar, own_funds);
      }
      if (run.rule == PoolRule::gearing) {
        EXPECT_LE(row.insured * 10'000, own_funds * 48'000);
      }
      if (run.rule == PoolRule::nexus) {
        EXPECT_LE(row.insured, 4 * own_funds);
      }
      if (run.rule == PoolRule::ensuro) {
        EXPECT_LE(row.requirement, own_funds);
      }
      if (run.rule == PoolRule::neptune) {
        EXPECT_LE(row.insured, own_funds);
      }
      own_funds = row.own_funds;
    }
  }
}

// Without a lag everything is reported at once, and nothing is reserved for what is not.
TEST(Replay, WithoutALagNothingIsUnreported) {
  ReplayTerms terms = small_terms();
  terms.lag_days = 0;
  for (const RuleRun& run : replayed(made_losses(), terms).runs)
    for (const QuarterResult& row : run.quarters) {
      EXPECT_EQ(row.reported, row.losses);
      EXPECT_EQ(row.ibnr, 0);
    }
}

// A lag of a whole quarter leaves every loss of the last quarter to the next one, and what is
// reserved is what the covers of the quarter are expected to lose.
TEST(Replay, ALongLagReportsAQuarterLater) {
  ReplayTerms terms = small_terms();
  terms.lag_days = 92;  // no quarter is longer
  terms.rules.capital = 500 * kMillion;
  for (const RuleRun& run : replayed(made_losses(), terms).runs) {
    EXPECT_EQ(run.quarters[0].reported, 0);
    for (std::size_t q = 1; q < run.quarters.size(); ++q) {
      EXPECT_LE(run.quarters[q].reported, run.quarters[q - 1].unreported);
      EXPECT_GE(run.quarters[q].unreported, run.quarters[q].losses);
    }
    EXPECT_GT(run.quarters[0].ibnr, 0);
  }
}

// Over many years of losses that follow the model the reserve is neither half nor thrice of what
// it was for.
TEST(Replay, WhatIsReservedForTheUnreportedIsOfItsSize) {
  ReplayTerms terms = small_terms();
  terms.from_year = 2018;
  terms.until_year = 2025;
  terms.lag_days = 60;
  terms.book.protocols = 300;
  terms.book.exchanges = 30;
  terms.book.participation = 1;
  terms.rules.capital = 20'000 * kMillion;
  for (const RuleRun& run : replayed(made_losses(), terms).runs) {
    EXPECT_GT(run.ibnr_ratio, 0.5) << static_cast<int>(run.rule);
    EXPECT_LT(run.ibnr_ratio, 3) << static_cast<int>(run.rule);
  }
}

// One cover of 10 million, by hand: expected payment 0.04 of the limit a quarter of 91 days.
//   pure 1.2 x 400,000 = 480,000; junior 10 % of 10 m less that: 520,000; senior 50 % less both:
//   5 m - 480,000 - 520,000 = 4,000,000; a quarter of 91 / 365 of a year costs
//   (520,000 x 20 % + 4,000,000 x 10 %) x 91 / 365 = 504,000 x 0.249315... = 125,654.79...
//   premium (480,000 + 125,654.79...) / 0.85 = 712,535.05...; locked 4,520,000.
TEST(PoolRules, EnsuroIsItsPolicyArithmetic) {
  BookTerms book_terms;
  book_terms.exchanges = 0;
  book_terms.protocols = 1;
  book_terms.participation = 1;
  const std::vector<Cover> book{
      {.name = "c", .segment = Segment::protocol, .limit = 10 * kMillion, .most_rate = 1}};
  Calibration calibration;
  QuarterView quarter{.start = day(2021, 1, 1), .end = day(2021, 4, 2)};
  ASSERT_EQ(quarter.days(), 91U);
  const std::size_t c = class_of(book[0]);
  calibration.segments[1].incidents_a_year = 1;
  quarter.mean_payments[c] = 400'000 * 365.0 / 91;
  const std::array<actuarial::Lattice, kClasses> payments;
  quarter.calibration = &calibration;
  quarter.payments = &payments;
  RuleState state{.rule = PoolRule::ensuro};
  const Sales sales = sell(book, book_terms, RuleTerms{}, quarter, 20 * kMillion, state);
  ASSERT_TRUE(sales.covers[0].is_sold);
  EXPECT_NEAR(base::to_double(sales.premium, kCents), 712'535.05, 0.02);
  EXPECT_NEAR(base::to_double(sales.requirement, kCents), 4'520'000, 0.02);
  EXPECT_FALSE(sell(book, book_terms, RuleTerms{}, quarter, 4 * kMillion, state).covers[0].is_sold);
}

// What happens later must not be seen earlier: quarters before a change stay as they are.
TEST(Replay, NoRuleSeesTheFuture) {
  const ReplayTerms terms = small_terms();
  const Backtest before = replayed(made_losses(), terms);
  std::vector<Incident> changed = made_losses();
  // Unknown at the start of 2022: after 2 December 2021.
  for (Incident& one : changed)
    if (one.date >= day(2021, 12, 2)) one.loss *= 50;
  const Backtest after = replayed(changed, terms);
  for (std::size_t q = 0; q < 5; ++q)
    for (std::size_t r = 0; r < before.runs.size(); ++r) {
      const QuarterResult& a = before.runs[r].quarters[q];
      const QuarterResult& b = after.runs[r].quarters[q];
      if (q < 4) {
        EXPECT_EQ(a.premium, b.premium) << q << " " << r;
      }
    }
  EXPECT_EQ(before.quarters[4].calibration.segments[1].size.shape,
            after.quarters[4].calibration.segments[1].size.shape);
  EXPECT_NE(before.quarters[5].calibration.segments[1].size.shape,
            after.quarters[5].calibration.segments[1].size.shape);
}

TEST(Replay, IsRepeatableAndIndependentOfTheOrderOfLosses) {
  const ReplayTerms terms = small_terms();
  const Backtest once = replayed(made_losses(), terms);
  std::vector<Incident> reversed = made_losses();
  std::ranges::reverse(reversed);
  const Backtest twice = replayed(reversed, terms);
  for (std::size_t r = 0; r < once.runs.size(); ++r) {
    EXPECT_EQ(once.runs[r].own_funds, twice.runs[r].own_funds);
    EXPECT_EQ(once.runs[r].premium, twice.runs[r].premium);
  }
}

TEST(Replay, RatesMoveByAtMostTheStepUnlessTheTechnicalRateDoes) {
  ReplayTerms terms = small_terms();
  terms.rules.capital = 100 * kMillion;
  const Backtest out = replayed(made_losses(), terms);
  const RuleRun& run = out.runs[0];
  // Falling is bounded whatever the technical rate does. The mix of covers moves the mean a little.
  for (std::size_t q = 1; q < run.quarters.size(); ++q) {
    const auto rate = [&](const QuarterResult& row) {
      return base::to_double(row.premium) / base::to_double(row.insured);
    };
    EXPECT_GT(rate(run.quarters[q]), 0.6 * rate(run.quarters[q - 1]));
  }
}

// On losses that follow the model's own law the forecasts are exceeded as often as they say.
TEST(Replay, ExceedancesOfStationaryLossesAreAccepted) {
  ReplayTerms terms = small_terms();
  terms.from_year = 2018;
  terms.until_year = 2025;
  const Backtest out = replayed(made_losses(), terms);
  for (const Exceedances& e : out.exceedances)
    if (e.series == "the market, quarters") {
      EXPECT_LE(e.exceeded, 8U) << e.level;
    }
}

TEST(Replay, RefusesWhatItCannotCalibrate) {
  ReplayTerms terms = small_terms();
  terms.from_year = 2014;
  const base::Result<Backtest> early = replay_pool(made_losses(), terms);
  ASSERT_FALSE(early.has_value());
  EXPECT_NE(early.error().text().find("known before"), std::string::npos) << early.error().text();
  EXPECT_FALSE(replay_pool({}, small_terms()).has_value());
  terms = small_terms();
  terms.book.participation = 0;
  EXPECT_FALSE(replay_pool(made_losses(), terms).has_value());
  terms = small_terms();
  terms.rules.capital = 0;
  EXPECT_FALSE(replay_pool(made_losses(), terms).has_value());
  terms = small_terms();
  terms.until_year = 2000;
  EXPECT_FALSE(replay_pool(made_losses(), terms).has_value());
}

}  // namespace
}  // namespace cofferdam::solvency
