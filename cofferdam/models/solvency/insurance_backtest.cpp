// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/solvency/insurance_backtest.h"

#include "cofferdam/base/check.h"
#include "cofferdam/base/estimate.h"
#include "cofferdam/base/rounding.h"
#include "cofferdam/models/numerics/special_functions.h"
#include "cofferdam/models/stress/backtest.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

namespace cofferdam::solvency {
namespace {

using actuarial::Lattice;
using actuarial::LatticeView;
using base::malformed;
using base::Result;
using base::Rounding;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr i128 kMarketLimit = 10 * kMillion;
// The class of that limit in each segment.
constexpr std::array<std::size_t, 2> kMarketClasses{1, 7};

double dollars(i128 cents) {
  return base::to_double(cents, kCents);
}

double ratio_of(i128 a, i128 b) {
  return b == 0 ? kNone : base::to_double(a) / base::to_double(b);
}

// What is known at the start of each quarter, and how losses are distributed then: the same for
// every book.
struct Prepared {
  std::string label;
  Calibration calibration;
  std::array<Lattice, kClasses> payments;
  QuarterView view;
  std::span<const Incident> incidents;
  std::vector<std::size_t> reported;  // in which quarter; their number: after the last
};

Result<void> check(const std::vector<Incident>& incidents, const ReplayTerms& t) {
  if (t.from_year < 1900 || t.until_year > 2200 || t.from_year > t.until_year ||
      static_cast<std::size_t>(t.until_year - t.from_year + 1) * 4 > kQuartersMax)
    return malformed("from_year", std::to_string(t.from_year),
                     "must not be after until_year; at most 50 years");
  if (incidents.empty() || incidents.size() > kIncidentsMax)
    return malformed("losses", std::to_string(incidents.size()), "1 to 100,000 are needed");
  if (t.books < 1 || t.books > kBooksMax)
    return malformed("books", std::to_string(t.books), "must be 1 to 2,000");
  if (t.book.exchanges + t.book.protocols < 1 || t.book.exchanges > 10'000 ||
      t.book.protocols > 10'000)
    return malformed("protocols", std::to_string(t.book.protocols),
                     "1 to 10,000 covers are needed in all");
  if (!(t.book.participation > 0 && t.book.participation <= 1))
    return malformed("participation", base::number_text(t.book.participation),
                     "must lie above 0, at most 1");
  if (!(t.book.least_rate > 0 && t.book.least_rate <= t.book.most_rate && t.book.most_rate <= 1))
    return malformed("least_rate", base::number_text(t.book.least_rate),
                     "must lie above 0, not above most_rate, which is at most 1");
  if (t.rules.capital <= 0 || t.rules.capital > 10'000'000 * kMillion)
    return malformed("capital", base::format_decimal(t.rules.capital, kCents),
                     "must lie above 0, at most 10,000,000 millions");
  if (t.rules.expense_ppm >= 1'000'000)
    return malformed("expense_ppm", std::to_string(t.rules.expense_ppm), "must be below 1,000,000");
  if (!(t.rules.level > 0.5 && t.rules.level < 1))
    return malformed("level", base::number_text(t.rules.level), "must lie above 0.5 and below 1");
  if (!(t.rules.cost_of_capital >= 0 && t.rules.cost_of_capital <= 10))
    return malformed("cost_of_capital", base::number_text(t.rules.cost_of_capital),
                     "must lie from 0 to 10");
  if (t.calibration.window_months < 3 || t.calibration.window_months > 600)
    return malformed("window_months", std::to_string(t.calibration.window_months),
                     "must be 3 to 600");
  return {};
}

base::Date quarter_start(int year, int quarter) {
  return *base::date_of(year + quarter / 4, static_cast<unsigned>(3 * (quarter % 4) + 1), 1);
}

std::span<const Incident> between(const std::vector<Incident>& incidents, base::Date start,
                                  base::Date end) {
  const auto before = [](const Incident& one, base::Date date) { return one.date < date; };
  const auto first = std::lower_bound(incidents.begin(), incidents.end(), start, before);
  const auto last = std::lower_bound(first, incidents.end(), end, before);
  return {first, last};
}

// Known at the end of a quarter is what happened more than the lag before it.
std::size_t reported_in(const std::vector<Prepared>& quarters, std::size_t from,
                        const Incident& incident, std::uint32_t lag_days) {
  const auto lag = static_cast<std::int32_t>(lag_days);
  std::size_t q = from;
  while (q < quarters.size() && incident.date.value() >= quarters[q].view.end.value() - lag) ++q;
  return q;
}

Result<std::vector<Prepared>> prepare(const std::vector<Incident>& incidents,
                                      const ReplayTerms& terms, actuarial::FftAggregator& sums) {
  std::vector<Prepared> out;
  const int count = 4 * (terms.until_year - terms.from_year + 1);
  out.reserve(static_cast<std::size_t>(count));  // views point into it
  for (int q = 0; q < count; ++q) {
    Prepared& one = out.emplace_back();
    const base::Date start = quarter_start(terms.from_year, q);
    const base::Date end = quarter_start(terms.from_year, q + 1);
    one.label = std::to_string(terms.from_year + q / 4) + "-Q" + std::to_string(q % 4 + 1);
    const base::Date known{start.value() - static_cast<std::int32_t>(terms.lag_days)};
    Result<Calibration> calibration = calibrate(incidents, known, terms.calibration);
    if (!calibration) return std::unexpected(calibration.error());
    one.calibration = std::move(*calibration);
    for (std::size_t c = 0; c < kClasses; ++c) {
      const auto segment = static_cast<Segment>(c / (kClasses / 2));
      const actuarial::Payment payment{
          .severity = {one.calibration.segments[static_cast<std::size_t>(segment)].size},
          .terms = {.deductible = dollars(terms.calibration.deductible),
                    .limit = dollars(limits_of(segment)[c % (kClasses / 2)])}};
      one.payments[c] = actuarial::discretize(payment, kLatticeStep, kLatticePoints,
                                              actuarial::Discretization::unbiased);
      one.view.mean_payments[c] = actuarial::mean(payment);
    }
    one.view.start = start;
    one.view.end = end;
    one.view.calibration = &one.calibration;
    one.view.payments = &one.payments;
    one.view.sums = &sums;
    one.incidents = between(incidents, start, end);
  }
  for (std::size_t q = 0; q < out.size(); ++q)
    for (const Incident& incident : out[q].incidents)
      out[q].reported.push_back(reported_in(out, q, incident, terms.lag_days));
  return out;
}

// Which cover each incident hits.
std::vector<std::vector<std::optional<std::size_t>>> hits_of(const std::vector<Prepared>& quarters,
                                                             const std::vector<Cover>& book,
                                                             const BookTerms& terms) {
  std::vector<std::vector<std::optional<std::size_t>>> out;
  for (const Prepared& quarter : quarters) {
    std::vector<std::optional<std::size_t>>& hits = out.emplace_back();
    for (const Incident& one : quarter.incidents) hits.push_back(cover_hit(book, terms, one));
  }
  return out;
}

struct Pool {
  i128 cash = 0;
  i128 owed = 0;
  i128 ibnr = 0;
  i128 unreported = 0;
  std::vector<double> expected;  // losses of each quarter's covers
  std::vector<i128> late;        // what will be reported in each quarter to come
};

// What is expected of each quarter times the part of its days from which a report is still to come
// at the end of quarter q.
double expected_unreported(const std::vector<Prepared>& quarters, const Pool& pool, std::size_t q,
                           std::uint32_t lag_days) {
  const std::int32_t known = quarters[q].view.end.value() - static_cast<std::int32_t>(lag_days);
  double sum = 0;
  for (std::size_t p = 0; p <= q; ++p) {
    const std::int32_t start = quarters[p].view.start.value();
    const std::int32_t end = quarters[p].view.end.value();
    const std::int32_t days = std::clamp(end - std::max(start, known), 0, end - start);
    sum += pool.expected[p] * days / (end - start);
  }
  return sum;
}

// Claims cannot be paid in full: what is owed is cut to the cash, and the cut is counted.
void cut_claims(Pool& pool, QuarterResult& row) {
  row.unpaid = pool.owed - pool.cash;
  pool.owed = pool.cash;
}

// The claims of a quarter's incidents, by the quarter that they are reported in.
void incur(const Prepared& quarter, const std::vector<std::optional<std::size_t>>& hits,
           const std::vector<Cover>& book, const BookTerms& terms, const Sales& sales,
           QuarterResult& row, Pool& pool) {
  for (std::size_t i = 0; i < quarter.incidents.size(); ++i) {
    if (!hits[i] || !sales.covers[*hits[i]].is_sold) continue;
    const i128 loss = payout(book[*hits[i]], terms.deductible, quarter.incidents[i].loss);
    row.losses += loss;
    pool.late[quarter.reported[i]] += loss;
  }
  pool.unreported += row.losses;
}

void sum_up(RuleRun& run, i128 demand, const RuleTerms& terms) {
  std::vector<double> changes;
  double last = 0;
  double premium = 0;
  double insured = 0;
  run.least_own_funds = terms.capital;
  run.least_ratio = std::numeric_limits<double>::infinity();
  i128 before = terms.capital;
  for (const QuarterResult& row : run.quarters) {
    run.premium += row.premium;
    run.expenses += row.expenses;
    run.losses += row.losses;
    run.unpaid += row.unpaid;
    run.insured += row.insured;
    run.least_own_funds = std::min(run.least_own_funds, row.own_funds);
    if (row.tvar > 0) run.least_ratio = std::min(run.least_ratio, ratio_of(before, row.tvar));
    before = row.own_funds;
    premium += dollars(row.premium);
    insured += dollars(row.insured);
    if (row.insured == 0) continue;
    const double rate = 4 * ratio_of(row.premium, row.insured);
    if (last > 0) changes.push_back(rate / last - 1);
    last = rate;
  }
  run.own_funds = run.quarters.back().own_funds;
  run.unreported = run.quarters.back().unreported;
  i128 reserved = 0;
  i128 came = 0;
  for (const QuarterResult& row : run.quarters) {
    reserved += row.ibnr;
    came += row.unreported;
  }
  run.ibnr_ratio = ratio_of(reserved, came);
  run.loss_ratio = ratio_of(run.losses, run.premium);
  run.mean_rate = insured > 0 ? 4 * premium / insured : kNone;
  run.coverage = ratio_of(run.insured, demand * static_cast<i128>(run.quarters.size()));
  double mean = 0;
  for (const double c : changes) mean += c / static_cast<double>(changes.size());
  double square = 0;
  for (const double c : changes) square += (c - mean) * (c - mean);
  run.rate_volatility =
      changes.size() > 1 ? std::sqrt(square / static_cast<double>(changes.size() - 1)) : kNone;
}

i128 demand_of(const std::vector<Cover>& book) {
  i128 sum = 0;
  for (const Cover& cover : book) sum += cover.limit;
  return sum;
}

RuleRun run_rule(PoolRule rule, const std::vector<Prepared>& quarters,
                 const std::vector<Cover>& book, const BookTerms& book_terms,
                 const ReplayTerms& terms,
                 const std::vector<std::vector<std::optional<std::size_t>>>& hits) {
  RuleRun run{.rule = rule};
  RuleState state{.rule = rule};
  Pool pool{.cash = terms.rules.capital};
  pool.late.resize(quarters.size() + 1);
  for (std::size_t q = 0; q < quarters.size(); ++q) {
    QuarterResult row;
    row.paid = pool.owed;
    pool.cash -= pool.owed;
    pool.owed = 0;
    if (run.ruined_in) {
      // Nothing is left for what is reported only now.
      row.reported = row.unpaid = pool.late[q];
      pool.unreported -= row.reported;
      row.unreported = pool.unreported;
      row.own_funds = pool.cash;
      run.quarters.push_back(row);
      continue;
    }
    const Prepared& quarter = quarters[q];
    const Sales sales =
        sell(book, book_terms, terms.rules, quarter.view, pool.cash - pool.ibnr, state);
    row.covers = sales.count;
    row.insured = sales.insured;
    row.premium = sales.premium;
    row.requirement = sales.requirement;
    row.tvar =
        base::quantize<Rounding::ceil>(
            required_tvar(book, book_terms, quarter.view, sales.covers, terms.rules.level), kCents)
            .value_or(0);
    row.expenses = base::mul_div<Rounding::ceil>(
        sales.premium, static_cast<i128>(terms.rules.expense_ppm), static_cast<i128>(1'000'000));
    incur(quarter, hits[q], book, book_terms, sales, row, pool);
    pool.expected.push_back(expected_losses(book, book_terms, quarter.view, sales.covers,
                                            quarter.view.days() / 365.25));
    row.reported = pool.late[q];
    pool.unreported -= row.reported;
    pool.cash += row.premium - row.expenses;
    pool.owed = row.reported;
    if (pool.owed > pool.cash) {
      cut_claims(pool, row);
      run.ruined_in = q;
    }
    const i128 wanted = base::quantize<Rounding::ceil>(
                            expected_unreported(quarters, pool, q, terms.lag_days), kCents)
                            .value_or(pool.cash);
    pool.ibnr = std::min(wanted, pool.cash - pool.owed);
    row.owed = pool.owed;
    row.ibnr = pool.ibnr;
    row.unreported = pool.unreported;
    row.own_funds = pool.cash - pool.owed - pool.ibnr;
    run.quarters.push_back(row);
  }
  sum_up(run, demand_of(book), terms.rules);
  return run;
}

Exceedances judged(std::string series, double level, const std::vector<double>& losses,
                   const std::vector<double>& forecasts) {
  std::vector<double> outcomes;
  for (const double loss : losses) outcomes.push_back(-loss);
  const Result<stress::BacktestOutput> test =
      stress::backtest({.confidence = level, .outcomes = outcomes, .value_at_risk = forecasts});
  COFFERDAM_CHECK(test.has_value(), "a series of at least four quarters");
  const RateInterval interval = rate_interval(test->exceedances, test->observations, 0.95);
  return {.series = std::move(series),
          .level = level,
          .observations = test->observations,
          .exceeded = test->exceedances,
          .kupiec = test->kupiec.statistic,
          .p_value = test->kupiec.p_value,
          .lower = interval.lower,
          .upper = interval.upper,
          .rejects = test->kupiec.rejects};
}

// The market: every incident, limited.
PoolLosses market_losses(const Prepared& quarter, double years) {
  std::array<CoverClass, 2> classes;
  for (std::size_t s = 0; s < 2; ++s)
    classes[s] = {.mean_number = quarter.calibration.segments[s].incidents_a_year * years,
                  .payment = &quarter.payments[kMarketClasses[s]]};
  return pool_losses(classes, quarter.calibration.size, *quarter.view.sums);
}

double market_loss(std::span<const Incident> incidents, base::Date start, base::Date end,
                   i128 deductible) {
  i128 sum = 0;
  for (const Incident& one : incidents)
    if (one.date >= start && one.date < end)
      sum += std::clamp<i128>(one.loss - deductible, 0, kMarketLimit);
  return dollars(sum);
}

base::Date month_start(const Prepared& quarter, int month) {
  // Quarters begin on the first of a month: 32 days later is in the next one.
  base::Date at = quarter.view.start;
  for (int m = 0; m < month; ++m) {
    const std::string next = format_date(base::Date(at.value() + 32));
    at = *base::parse_date(next.substr(0, 8) + "01");
  }
  return at;
}

constexpr std::array<double, 2> kLevels{0.9, 0.95};

void test_exceedances(const std::vector<Prepared>& quarters, const std::vector<Cover>& book,
                      const ReplayTerms& terms, Backtest& out) {
  struct Series {
    std::vector<double> losses;
    std::array<std::vector<double>, 2> forecasts;

    void add(double loss, const PoolLosses& distribution) {
      losses.push_back(loss);
      const LatticeView view(distribution.sum);
      for (std::size_t l = 0; l < kLevels.size(); ++l)
        forecasts[l].push_back(view.value_at_risk(kLevels[l]));
    }
  };

  Series whole, market, months;
  const std::vector<Sale> all(book.size(), {.is_sold = true, .premium = 0});
  for (std::size_t q = 0; q < quarters.size(); ++q) {
    const Prepared& quarter = quarters[q];
    whole.add(dollars(out.quarters[q].book_loss),
              year_of(book, terms.book, quarter.view, all, quarter.view.days() / 365.25));
    out.quarters[q].var_90 = whole.forecasts[0].back();
    out.quarters[q].var_95 = whole.forecasts[1].back();
    market.add(market_loss(quarter.incidents, quarter.view.start, quarter.view.end,
                           terms.calibration.deductible),
               market_losses(quarter, quarter.view.days() / 365.25));
    for (int m = 0; m < 3; ++m) {
      const base::Date start = month_start(quarter, m);
      const base::Date end = month_start(quarter, m + 1);
      months.add(market_loss(quarter.incidents, start, end, terms.calibration.deductible),
                 market_losses(quarter, static_cast<double>(days_between(start, end)) / 365.25));
    }
  }
  const std::array<std::pair<const char*, const Series*>, 3> all_series{
      {{"the whole book, quarters", &whole},
       {"the market, quarters", &market},
       {"the market, months", &months}}};
  for (const auto& [name, series] : all_series)
    for (std::size_t l = 0; l < kLevels.size(); ++l)
      out.exceedances.push_back(judged(name, kLevels[l], series->losses, series->forecasts[l]));
}

template <class Value>
std::array<Value, 3> quantiles(std::vector<Value> values) {
  std::ranges::sort(values);
  const auto at = [&](std::size_t percent) {
    return values[std::min(values.size() - 1, values.size() * percent / 100)];
  };
  return {at(5), at(50), at(95)};
}

void spread_over_books(const std::vector<Prepared>& quarters, const ReplayTerms& terms,
                       Backtest& out) {
  std::array<std::vector<RuleRun>, kPoolRules.size()> runs;
  for (std::uint32_t b = 0; b < terms.books; ++b) {
    BookTerms book_terms = terms.book;
    book_terms.seed += b;
    const std::vector<Cover> book = make_book(book_terms);
    const auto hits = hits_of(quarters, book, book_terms);
    for (const PoolRule rule : kPoolRules) {
      RuleRun run = run_rule(rule, quarters, book, book_terms, terms, hits);
      if (b == 0) out.runs.push_back(run);
      run.quarters.clear();
      runs[static_cast<std::size_t>(rule)].push_back(std::move(run));
    }
  }
  for (const PoolRule rule : kPoolRules) {
    const std::vector<RuleRun>& all = runs[static_cast<std::size_t>(rule)];
    RuleSpread spread{.rule = rule, .books = all.size()};
    std::vector<i128> own_funds;
    std::vector<double> ratios, coverages;
    i128 unpaid = 0;
    for (const RuleRun& run : all) {
      if (run.ruined_in) ++spread.ruined;
      own_funds.push_back(run.own_funds);
      ratios.push_back(std::isnan(run.loss_ratio) ? 0 : run.loss_ratio);
      coverages.push_back(run.coverage);
      unpaid += run.unpaid;
    }
    const RateInterval interval = rate_interval(spread.ruined, spread.books, 0.95);
    spread.ruin_lower = interval.lower;
    spread.ruin_upper = interval.upper;
    spread.own_funds = quantiles(std::move(own_funds));
    spread.loss_ratio = quantiles(std::move(ratios));
    spread.coverage = quantiles(std::move(coverages));
    spread.unpaid = unpaid / static_cast<i128>(all.size());
    out.spread.push_back(spread);
  }
}

}  // namespace

RateInterval rate_interval(std::size_t exceeded, std::size_t observations, double confidence) {
  const auto x = static_cast<double>(exceeded);
  const auto n = static_cast<double>(observations);
  const double tail = (1 - confidence) / 2;
  RateInterval out;
  if (exceeded > 0) out.lower = numerics::beta_inverse(x, n - x + 1, tail);
  if (exceeded < observations) out.upper = numerics::beta_inverse(x + 1, n - x, 1 - tail);
  return out;
}

Result<Backtest> replay_pool(std::vector<Incident> incidents, const ReplayTerms& terms) {
  if (Result<void> fine = check(incidents, terms); !fine) return std::unexpected(fine.error());
  std::ranges::sort(incidents, [](const Incident& a, const Incident& b) {
    return std::tie(a.date, a.name, a.loss) < std::tie(b.date, b.name, b.loss);
  });
  actuarial::FftAggregator sums = sums_of(kLatticePoints);
  const Result<std::vector<Prepared>> quarters = prepare(incidents, terms, sums);
  if (!quarters) return std::unexpected(quarters.error());
  const std::vector<Cover> book = make_book(terms.book);
  Backtest out{.terms = terms,
               .incidents = incidents.size(),
               .covers = book.size(),
               .demand = demand_of(book)};
  const auto hits = hits_of(*quarters, book, terms.book);
  for (std::size_t q = 0; q < quarters->size(); ++q) {
    const Prepared& quarter = (*quarters)[q];
    QuarterFacts facts{.label = quarter.label,
                       .start = quarter.view.start,
                       .end = quarter.view.end,
                       .calibration = quarter.calibration};
    for (std::size_t i = 0; i < quarter.incidents.size(); ++i) {
      if (quarter.incidents[i].loss <= terms.calibration.deductible) continue;
      ++facts.incidents;
      if (!hits[q][i]) continue;
      ++facts.hits;
      facts.book_loss +=
          payout(book[*hits[q][i]], terms.book.deductible, quarter.incidents[i].loss);
    }
    out.quarters.push_back(std::move(facts));
  }
  test_exceedances(*quarters, book, terms, out);
  spread_over_books(*quarters, terms, out);
  return out;
}

}  // namespace cofferdam::solvency
