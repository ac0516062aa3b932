// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/base/decimal.h"
#include "cofferdam/base/estimate.h"
#include "cofferdam/report/chart.h"
#include "cofferdam/report/page.h"
#include "cofferdam/report/screen.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace cofferdam::report {

namespace {

constexpr std::size_t kBarsShown = 12;

// For pictures only.
[[nodiscard]] double drawn(base::i128 units, unsigned scale) {
  const auto size = static_cast<double>(base::magnitude(units)) / std::pow(10.0, scale);
  return units < 0 ? -size : size;
}

[[nodiscard]] std::string pictures(const Observation& seen) {
  std::vector<std::string> labels;
  ChartSeries held{"held in custody", {}};
  ChartSeries owed{"owed to clients", {}};
  ChartSeries deposits{"deposits", {}};
  ChartSeries withdrawals{"withdrawals", {}};
  ChartSeries settled{"settled", {}};
  double in = 0;
  double out = 0;
  std::set<std::string> contracts;
  for (const DayFigures& day : seen.days) {
    labels.push_back(base::format_date(day.date));
    held.values.push_back(drawn(day.held, seen.scale));
    owed.values.push_back(drawn(day.owed, seen.scale));
    deposits.values.push_back(in += drawn(static_cast<base::i128>(day.deposits), seen.scale));
    withdrawals.values.push_back(out +=
                                 drawn(static_cast<base::i128>(day.withdrawals), seen.scale));
    settled.values.push_back(drawn(static_cast<base::i128>(day.settled), seen.scale));
    for (const auto& [code, open] : day.open_interest) contracts.insert(code);
  }
  std::string html = line_chart("Held for clients and owed to them, end of day", seen.asset_code,
                                labels, {held, owed});
  html += line_chart("Deposits and withdrawals of clients, totals", seen.asset_code, labels,
                     {deposits, withdrawals});
  if (seen.settled > 0)
    html +=
        line_chart("Paid by losers in each day's settlements", seen.asset_code, labels, {settled});
  std::vector<ChartSeries> open;
  for (const std::string& code : contracts) {
    ChartSeries series{code, {}};
    for (const DayFigures& day : seen.days) {
      const auto found = day.open_interest.find(code);
      series.values.push_back(found == day.open_interest.end() ? 0
                                                               : drawn(found->second, seen.scale));
    }
    open.push_back(std::move(series));
  }
  const auto last = [](const ChartSeries& series) {
    return *std::max_element(series.values.begin(), series.values.end());
  };
  std::stable_sort(open.begin(), open.end(),
                   [&](const ChartSeries& a, const ChartSeries& b) { return last(a) > last(b); });
  if (open.size() > 8) open.resize(8);  // one colour each; the smaller ones are left out
  html += line_chart(open.size() < contracts.size() ? "Open interest, greatest contracts"
                                                    : "Open interest by contract",
                     seen.asset_code, labels, open);
  std::vector<std::pair<std::string, double>> top;
  const bool by_notional = !seen.exposures.empty() && seen.exposures.front().notional != 0;
  for (std::size_t i = 0; i < std::min(kBarsShown, seen.exposures.size()); ++i)
    top.emplace_back(
        seen.exposures[i].owner,
        drawn(by_notional ? seen.exposures[i].notional : seen.exposures[i].collateral, seen.scale));
  html += bar_chart(by_notional ? "Greatest notional by owner" : "Greatest balances by owner",
                    seen.asset_code, top);
  return html;
}

[[nodiscard]] std::string picture_of(const ReplayPicture& picture) {
  std::vector<ChartSeries> series;
  for (const auto& [name, values] : picture.series) {
    ChartSeries one{name, {}};
    for (const base::i128 value : values) one.values.push_back(drawn(value, picture.scale));
    series.push_back(std::move(one));
  }
  return line_chart(picture.title, picture.unit, picture.labels, series);
}

// Findings that count something by class or age are drawn as bars too.
[[nodiscard]] std::string finding_bars(const Listing& finding) {
  if (finding.columns.size() < 2 || finding.rows.size() > kBarsShown ||
      finding.columns[1].align != Align::right)
    return {};
  std::vector<std::pair<std::string, double>> bars;
  for (const auto& row : finding.rows) {
    if (row[0] == "total") continue;
    const auto value = base::parse_decimal(row[1], 6);
    if (value) bars.emplace_back(row[0], drawn(*value, 6));
  }
  return bar_chart(finding.title, finding.columns[1].name, bars);
}

// A generated venue states nothing about itself: then there is nothing to compare with.
[[nodiscard]] std::string facts_table(const ReplayResult& result) {
  const bool compared = std::any_of(result.facts.begin(), result.facts.end(),
                                    [](const Fact& fact) { return !fact.stated.empty(); });
  std::string out =
      compared ? "<h2>Figures, against what the data set states</h2>\n" : "<h2>Figures</h2>\n";
  out +=
      "<div class=\"scroll\"><table><thead><tr><th scope=\"col\">figure</th>"
      "<th scope=\"col\" class=\"n\">found</th>";
  if (compared) out += "<th scope=\"col\" class=\"n\">stated</th><th scope=\"col\">verdict</th>";
  out += "</tr></thead><tbody>\n";
  for (const Fact& fact : result.facts) {
    const std::string verdict = fact.stated.empty() ? "<td>not stated</td>"
                                : fact.agrees()     ? "<td class=\"ok\">agrees</td>"
                                                    : "<td class=\"bad\">differs</td>";
    out += "<tr><th scope=\"row\">" + escaped(fact.name) + "</th><td class=\"n\">" +
           escaped(grouped(fact.found)) + "</td>";
    if (compared) out += "<td class=\"n\">" + escaped(grouped(fact.stated)) + "</td>" + verdict;
    out += "</tr>\n";
  }
  return out + "</tbody></table></div>\n";
}

}  // namespace

std::string replay_html(const ReplayReport& report) {
  const ReplayResult& result = report.result;
  const std::string title = "Replay of " + escaped(result.dataset);
  std::string out = page_head(title);
  out += "<h1>" + title + "</h1>\n<p>" + base::format_time(result.from) + " to " +
         base::format_time(result.to) + ", " + grouped(std::to_string(result.rows)) + " rows, " +
         grouped(std::to_string(result.commands)) + " commands, " +
         grouped(std::to_string(report.observation.entries)) + " entries.</p>\n";
  const Listing pools = wholeness(report.state, Digits::all);
  const Verdict verdict = verdict_of(pools);
  out += std::string("<p class=\"verdict ") + (verdict.all ? "ok" : "bad") + "\">" +
         escaped(verdict.text) + "</p>\n";
  out += "<p>Chain hash <span class=\"hash\">" + report.journal.chain_hash +
         "</span><br>State hash <span class=\"hash\">" + report.journal.state_hash +
         "</span><br>Checkpoints are signed with the key <span class=\"hash\">" +
         report.state.venue.venues.at(0).checkpoint_key + "</span></p>\n<h2>Pools</h2>\n";
  out += html_table(pools);
  if (const std::string sums = contract_sums(report.state); !sums.empty())
    out += "<p>" + escaped(sums) + ".</p>\n";
  out += facts_table(result);
  out += "<h2>Pictures</h2>\n<div class=\"pictures\">\n" + pictures(report.observation);
  for (const ReplayPicture& picture : result.pictures) out += picture_of(picture);
  out += "</div>\n";
  if (!result.findings.empty()) out += "<h2>Findings</h2>\n";
  for (const Listing& finding : result.findings)
    out +=
        "<h3>" + escaped(finding.title) + "</h3>\n" + finding_bars(finding) + html_table(finding);
  if (!result.notes.empty()) out += "<h2>Notes</h2>\n<ul>\n";
  for (const std::string& note : result.notes) out += "<li>" + escaped(note) + "</li>\n";
  if (!result.notes.empty()) out += "</ul>\n";
  return out + "</body></html>\n";
}

}  // namespace cofferdam::report
