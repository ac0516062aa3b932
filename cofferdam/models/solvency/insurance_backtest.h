// SPDX-License-Identifier: Apache-2.0
//
// The replay: quarter by quarter, what is known is calibrated, covers are priced and sold by each
// rule, then the quarter's incidents hit the book.
//
// Money of a pool. Premiums come in at the start, expenses leave with them. A loss is reserved in
// full when it is reported, `lag_days` after its incident, and paid in the quarter after. For what
// has happened and is not reported (IBNR) the pool holds what it expects of it before it knows:
// of each quarter's covers the expected losses times the part of its days from which a report is
// still to come (the method of Bornhuetter and Ferguson). Own funds are cash less what is owed and
// less that reserve, which is at most the cash behind what is owed. Nobody pays capital in or out.
//
// Hindsight knows what had happened and was not reported; it stands beside the reserve and is seen
// by no rule.
//
// Exceedances. Before each quarter the quantiles at 90 and 95 % of its losses are forecast, for the
// whole book (every cover sold) and for the market (every incident, each limited to 10 million
// above the deductible), and for the market also month by month with the quarter's calibration.
// Kupiec's test and Clopper and Pearson's interval judge how often they were exceeded.
#pragma once

#include "cofferdam/models/solvency/pool_rules.h"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace cofferdam::solvency {

inline constexpr std::size_t kQuartersMax = 200;
inline constexpr std::uint32_t kBooksMax = 2'000;
inline constexpr std::size_t kIncidentsMax = 100'000;

struct ReplayTerms {
  int from_year = 2021;
  int until_year = 2025;        // its last quarter is the last one
  std::uint32_t lag_days = 30;  // an incident is known so many days after it
  std::uint32_t books = 50;     // made from seeds one after the other, the first among them
  BookTerms book;
  CalibrationTerms calibration;
  RuleTerms rules;
};

struct QuarterFacts {
  std::string label;  // "2021-Q1"
  base::Date start;
  base::Date end;
  Calibration calibration;
  std::size_t incidents = 0;  // above the deductible, in the market
  std::size_t hits = 0;       // of the book
  i128 book_loss = 0;         // if every cover were sold
  double var_90 = 0;          // of that, forecast
  double var_95 = 0;
};

struct QuarterResult {
  std::size_t covers = 0;
  i128 insured = 0;
  i128 premium = 0;
  i128 expenses = 0;
  i128 losses = 0;       // that happened in it, reported or not
  i128 reported = 0;     // in it, of this and earlier quarters
  i128 paid = 0;         // what was owed at the end of the quarter before
  i128 owed = 0;         // at the end, of what was reported
  i128 ibnr = 0;         // reserved at the end for what happened and is not reported
  i128 unreported = 0;   // at the end, as hindsight knows it
  i128 own_funds = 0;    // at the end
  i128 requirement = 0;  // by the rule's own measure, at the start
  i128 tvar = 0;         // of the next year, by the calibration, whatever the rule
  i128 unpaid = 0;       // cut in this quarter
};

struct RuleRun {
  PoolRule rule = PoolRule::technical;
  std::vector<QuarterResult> quarters;
  std::optional<std::size_t> ruined_in;  // quarter
  i128 premium = 0;
  i128 expenses = 0;
  i128 losses = 0;
  i128 unpaid = 0;
  i128 unreported = 0;    // at the end
  double ibnr_ratio = 0;  // IBNR reserved over what was unreported, all quarters; NaN without any
  i128 own_funds = 0;     // at the end
  i128 least_own_funds = 0;
  i128 insured = 0;            // limits times quarters
  double coverage = 0;         // of what buyers asked for
  double loss_ratio = 0;       // losses over premium; NaN without premium
  double mean_rate = 0;        // premium of a year over sum insured
  double rate_volatility = 0;  // standard deviation of its change from quarter to quarter, relative
  double least_ratio = 0;      // own funds at the start over TVaR, the smallest
};

struct Exceedances {
  std::string series;
  double level = 0;
  std::size_t observations = 0;
  std::size_t exceeded = 0;
  double kupiec = 0;
  double p_value = 1;
  double lower = 0;  // Clopper-Pearson, 95 %
  double upper = 1;
  bool rejects = false;  // at 5 %
};

// Over all books that were made.
struct RuleSpread {
  PoolRule rule = PoolRule::technical;
  std::size_t books = 0;
  std::size_t ruined = 0;
  double ruin_lower = 0;  // Clopper-Pearson, 95 %
  double ruin_upper = 1;
  // At 5, 50 and 95 % of the books.
  std::array<i128, 3> own_funds{};
  std::array<double, 3> loss_ratio{};
  std::array<double, 3> coverage{};
  i128 unpaid = 0;  // mean
};

struct Backtest {
  ReplayTerms terms;
  std::size_t incidents = 0;  // that were given
  std::size_t covers = 0;
  i128 demand = 0;  // sum of the limits of the book
  std::vector<QuarterFacts> quarters;
  std::vector<RuleRun> runs;
  std::vector<Exceedances> exceedances;
  std::vector<RuleSpread> spread;
};

[[nodiscard]] base::Result<Backtest> replay_pool(std::vector<Incident> incidents,
                                                 const ReplayTerms& terms);

// Ends of the interval of a rate, from `exceeded` of `observations` (Clopper and Pearson 1934).
struct RateInterval {
  double lower = 0;
  double upper = 1;
};

[[nodiscard]] RateInterval rate_interval(std::size_t exceeded, std::size_t observations,
                                         double confidence);

}  // namespace cofferdam::solvency
