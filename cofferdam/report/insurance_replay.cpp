// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/report/insurance_replay.h"

#include "cofferdam/base/decimal.h"
#include "cofferdam/base/estimate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace cofferdam::report {

using base::i128;
using solvency::Backtest;
using solvency::QuarterResult;
using solvency::RuleRun;

namespace {

std::string rule_name(solvency::PoolRule rule) {
  return std::string(solvency::kPoolRuleNames[static_cast<std::size_t>(rule)]);
}

std::string ratio_text(double value) {
  return std::isfinite(value) ? fmt::format("{:.2f}", value) : "none";
}

std::string three_text(const std::array<i128, 3>& values) {
  return millions_text(values[0]) + " / " + millions_text(values[1]) + " / " +
         millions_text(values[2]);
}

NotedTable rules_table(const Backtest& b) {
  Listing out{
      .title = "Five rules on one book",
      .columns = {text_column("rule"), number_column("covered"), number_column("rate a year"),
                  number_column("premium"), number_column("losses"), number_column("loss ratio"),
                  number_column("own funds"), number_column("least ratio"), number_column("IBNR"),
                  text_column("ruin"), number_column("unpaid")},
      .rows = {}};
  for (const RuleRun& run : b.runs)
    out.rows.push_back(
        {rule_name(run.rule), percent_text(run.coverage), percent_text(run.mean_rate, 2),
         millions_text(run.premium), millions_text(run.losses), ratio_text(run.loss_ratio),
         millions_text(run.own_funds), ratio_text(run.least_ratio), ratio_text(run.ibnr_ratio),
         run.ruined_in ? b.quarters[*run.ruined_in].label : "no", millions_text(run.unpaid)});
  return {std::move(out),
          "In millions of USD. Covered: sum insured over what all buyers asked for, over all "
          "quarters. Least ratio: own funds at the start of a quarter over TVaR 99.5 % of the next "
          "year by the same calibration for every rule, the smallest. Own funds: at the end. IBNR: "
          "what was "
          "reserved for losses not yet reported over what hindsight knows of them, all quarters."};
}

NotedTable spread_table(const Backtest& b) {
  Listing out{.title = "The same over " + std::to_string(b.terms.books) + " books",
              .columns = {text_column("rule"), number_column("ruined"), number_column("at 95 %"),
                          number_column("own funds, 5 / 50 / 95 %"), number_column("loss ratio"),
                          number_column("covered"), number_column("unpaid")},
              .rows = {}};
  for (const solvency::RuleSpread& s : b.spread)
    out.rows.push_back(
        {rule_name(s.rule), std::to_string(s.ruined) + " of " + std::to_string(s.books),
         percent_text(s.ruin_lower) + " - " + percent_text(s.ruin_upper), three_text(s.own_funds),
         ratio_text(s.loss_ratio[1]), percent_text(s.coverage[1]), millions_text(s.unpaid)});
  return {std::move(out),
          "Books from seeds one after the other: who is covered, and so who is hit, is luck. Loss "
          "ratio and covered: the median book. Unpaid: the mean. The incidents are the same in "
          "all books, so these are not independent trials of history."};
}

NotedTable exceedances_table(const Backtest& b) {
  Listing out{
      .title = "Did the forecasts hold?",
      .columns = {text_column("losses of"), number_column("level"), number_column("exceeded"),
                  number_column("expected"), number_column("rate at 95 %"), number_column("Kupiec"),
                  number_column("p-value"), text_column("verdict")},
      .rows = {}};
  for (const solvency::Exceedances& e : b.exceedances)
    out.rows.push_back({e.series, percent_text(e.level, 0),
                        std::to_string(e.exceeded) + " of " + std::to_string(e.observations),
                        fmt::format("{:.1f}", (1 - e.level) * static_cast<double>(e.observations)),
                        percent_text(e.lower) + " - " + percent_text(e.upper), ratio_text(e.kupiec),
                        fmt::format("{:.3f}", e.p_value), e.rejects ? "REJECTED" : "holds"});
  return {std::move(out),
          "How often losses exceeded the quantile that was forecast before the period, with "
          "Clopper and Pearson's interval of the rate and Kupiec's test at 5 %. The whole book: "
          "every cover sold. The market: every incident, each limited to 10 million above the "
          "deductible."};
}

NotedTable known_table(const Backtest& b) {
  Listing out{
      .title = "What was known, quarter by quarter",
      .columns = {text_column("quarter"), number_column("known"), number_column("in window"),
                  number_column("a year: exchanges"), number_column("protocols"),
                  number_column("size r"), number_column("shape: exchanges"),
                  number_column("protocols"), number_column("came"), number_column("hit"),
                  number_column("loss"), number_column("VaR 90"), number_column("VaR 95")},
      .rows = {}};
  for (const solvency::QuarterFacts& q : b.quarters)
    out.rows.push_back(
        {q.label, std::to_string(q.calibration.incidents), std::to_string(q.calibration.in_window),
         fmt::format("{:.1f}", q.calibration.segments[0].incidents_a_year),
         fmt::format("{:.1f}", q.calibration.segments[1].incidents_a_year),
         ratio_text(q.calibration.size), ratio_text(q.calibration.segments[0].size.shape),
         ratio_text(q.calibration.segments[1].size.shape), std::to_string(q.incidents),
         std::to_string(q.hits), millions_text(q.book_loss), millions_text(q.var_90),
         millions_text(q.var_95)});
  return {std::move(out),
          "Incidents above the deductible known before the quarter, and in the trailing window; "
          "their number a year and the size of the negative binomial; the shape of the "
          "generalised Pareto with its margin, at 1 and above an infinite mean, so that only "
          "limits make a price; then what came, what hit the whole book, and what was forecast "
          "for it. Millions of USD."};
}

}  // namespace

std::string percent_text(double part, int digits) {
  return std::isfinite(part) ? fmt::format("{:.{}f} %", 100 * part, digits) : "none";
}

std::string millions_text(i128 cents) {
  return millions_text(base::to_double(cents, solvency::kCents));
}

std::string millions_text(double amount) {
  return std::isfinite(amount) ? fmt::format("{:.2f}", amount / 1e6) : "none";
}

NotedTable replay_quarters(const Backtest& b, const RuleRun& run) {
  Listing out{.title = "Quarters of the rule " + rule_name(run.rule),
              .columns = {text_column("quarter"), number_column("covers"), number_column("insured"),
                          number_column("premium"), number_column("expenses"),
                          number_column("losses"), number_column("reported"), number_column("paid"),
                          number_column("owed"), number_column("IBNR"), number_column("unreported"),
                          number_column("own funds"), number_column("own measure"),
                          number_column("TVaR 99.5"), number_column("unpaid")},
              .rows = {}};
  const auto money = [](i128 cents) { return base::format_decimal(cents, solvency::kCents); };
  for (std::size_t q = 0; q < run.quarters.size(); ++q) {
    const QuarterResult& row = run.quarters[q];
    out.rows.push_back({b.quarters[q].label, std::to_string(row.covers), money(row.insured),
                        money(row.premium), money(row.expenses), money(row.losses),
                        money(row.reported), money(row.paid), money(row.owed), money(row.ibnr),
                        money(row.unreported), money(row.own_funds), money(row.requirement),
                        money(row.tvar), money(row.unpaid)});
  }
  return {std::move(out),
          "In USD. Losses: of the quarter, reported or not. Paid: what was owed at the end of the "
          "quarter before. IBNR: reserved for what is not reported; unreported: what that is, as "
          "hindsight knows it. Own measure: what the "
          "rule itself asks own funds to be, at the start."};
}

std::vector<NotedTable> replay_tables(const Backtest& b) {
  return {rules_table(b), spread_table(b), exceedances_table(b), known_table(b)};
}

std::string replay_summary(const Backtest& b) {
  std::string out = fmt::format(
      "{} covers that ask for {} m of limits, over {} quarters from {} with {} incidents known in "
      "the file; {} m of own funds at the start. ",
      b.covers, millions_text(b.demand), b.quarters.size(), b.quarters.front().label, b.incidents,
      millions_text(b.terms.rules.capital));
  for (const RuleRun& run : b.runs)
    out +=
        fmt::format("{}{} covers {}, takes {} m, loses {} m and ends with {} m{}",
                    run.rule == solvency::PoolRule::technical ? "" : "; ", rule_name(run.rule),
                    percent_text(run.coverage), millions_text(run.premium),
                    millions_text(run.losses), millions_text(run.own_funds),
                    run.ruined_in ? " (ruined in " + b.quarters[*run.ruined_in].label + ")" : "");
  return out + ".";
}

std::string replay_screen(const Backtest& b) {
  std::string out = replay_summary(b) + "\n";
  for (const NotedTable& table : replay_tables(b)) {
    if (table.listing.title.starts_with("What was known")) continue;  // in the page
    out += "\n" + table.listing.title + "\n" + to_text(table.listing, 120) + table.note + "\n";
  }
  return out;
}

}  // namespace cofferdam::report
