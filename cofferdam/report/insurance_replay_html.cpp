// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/base/estimate.h"
#include "cofferdam/report/chart.h"
#include "cofferdam/report/insurance_replay.h"
#include "cofferdam/report/page.h"

#include <cmath>

namespace cofferdam::report {
namespace {

using base::i128;
using solvency::Backtest;
using solvency::QuarterFacts;
using solvency::QuarterResult;
using solvency::RuleRun;

double drawn(i128 cents) {
  return base::to_double(cents, solvency::kCents);
}

template <class Value>
std::vector<ChartSeries> by_rule(const Backtest& b, Value value) {
  std::vector<ChartSeries> out;
  for (const RuleRun& run : b.runs) {
    ChartSeries line{
        .name = std::string(solvency::kPoolRuleNames[static_cast<std::size_t>(run.rule)]),
        .values = {}};
    for (const QuarterResult& row : run.quarters) line.values.push_back(value(row));
    out.push_back(std::move(line));
  }
  return out;
}

template <class Value>
ChartSeries facts(const Backtest& b, std::string name, Value value) {
  ChartSeries out{.name = std::move(name), .values = {}};
  for (const QuarterFacts& q : b.quarters) out.values.push_back(value(q));
  return out;
}

std::string pictures(const Backtest& b) {
  std::vector<std::string> labels;
  for (const QuarterFacts& q : b.quarters) labels.push_back(q.label);
  std::string out =
      line_chart("Own funds at the end of each quarter", "USD", labels,
                 by_rule(b, [](const QuarterResult& r) { return drawn(r.own_funds); }));
  out += line_chart("Sum insured", "USD", labels,
                    by_rule(b, [](const QuarterResult& r) { return drawn(r.insured); }));
  out += line_chart("Price", "per cent of the limit a year", labels,
                    by_rule(b, [](const QuarterResult& r) {
                      return r.insured == 0 ? 0.0 : 400 * drawn(r.premium) / drawn(r.insured);
                    }));
  out += line_chart("What the next year could cost: TVaR 99.5 % of what each rule sold", "USD",
                    labels, by_rule(b, [](const QuarterResult& r) { return drawn(r.tvar); }));
  out += line_chart("Losses of the whole book, and what was forecast", "USD", labels,
                    {facts(b, "came", [](const QuarterFacts& q) { return drawn(q.book_loss); }),
                     facts(b, "VaR 90 %", [](const QuarterFacts& q) { return q.var_90; }),
                     facts(b, "VaR 95 %", [](const QuarterFacts& q) { return q.var_95; })});
  out += line_chart(
      "Incidents above the deductible, and what was expected", "a quarter", labels,
      {facts(b, "came", [](const QuarterFacts& q) { return static_cast<double>(q.incidents); }),
       facts(b, "expected", [](const QuarterFacts& q) {
         return (q.calibration.segments[0].incidents_a_year +
                 q.calibration.segments[1].incidents_a_year) /
                4;
       })});
  std::vector<std::pair<std::string, double>> ruined;
  for (const solvency::RuleSpread& s : b.spread)
    ruined.emplace_back(solvency::kPoolRuleNames[static_cast<std::size_t>(s.rule)],
                        100 * static_cast<double>(s.ruined) / static_cast<double>(s.books));
  out += bar_chart("Books that were ruined", "per cent", ruined);
  std::vector<std::pair<std::string, double>> ratios;
  for (const solvency::RuleSpread& s : b.spread)
    ratios.emplace_back(solvency::kPoolRuleNames[static_cast<std::size_t>(s.rule)],
                        s.loss_ratio[1]);
  out += bar_chart("Losses over premium, the median book", "ratio", ratios);
  return out;
}

}  // namespace

std::string replay_html(const Backtest& b) {
  const std::string title = "An insurance pool on losses that happened";
  bool sound = true;
  for (const RuleRun& run : b.runs)
    if (run.rule == solvency::PoolRule::technical && run.ruined_in) sound = false;
  std::string out = page_head(title) + "<h1>" + title + "</h1>\n<p>" + b.quarters.front().label +
                    " to " + b.quarters.back().label + ", " + std::to_string(b.incidents) +
                    " incidents. Seed " + std::to_string(b.terms.book.seed) +
                    ".</p>\n<p class=\"verdict " + (sound ? "ok" : "bad") + "\">" +
                    escaped(replay_summary(b)) + "</p>\n";
  out +=
      "<p>The incidents are real; who of their victims had a cover, with which limit and at what "
      "price it would have bought, is drawn from the seed. Before each quarter the rules see only "
      "what was known then. Nobody pays capital in or out.</p>\n";
  out += "<h2>Pictures</h2>\n<div class=\"pictures\">\n" + pictures(b) + "</div>\n";
  std::vector<NotedTable> tables = replay_tables(b);
  for (const RuleRun& run : b.runs) tables.push_back(replay_quarters(b, run));
  for (const NotedTable& table : tables)
    out += "<h2>" + escaped(table.listing.title) + "</h2>\n<p>" + escaped(table.note) + "</p>\n" +
           html_table(table.listing);
  return out + "</body></html>\n";
}

}  // namespace cofferdam::report
