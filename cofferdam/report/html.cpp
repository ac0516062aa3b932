// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/base/decimal.h"
#include "cofferdam/base/estimate.h"
#include "cofferdam/report/chart.h"
#include "cofferdam/report/screen.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace cofferdam::report {

namespace {

constexpr std::size_t kRowsShown = 5'000;  // of a finding; the rest is counted
constexpr std::size_t kBarsShown = 12;

constexpr std::string_view kStyle = R"(
:root{color-scheme:light dark;--bg:#fff;--fg:#1a1f26;--mut:#5b6572;--line:#d5dae0;--ok:#0b6b3a;
--bad:#a3160f;--c0:#1f5fa8;--c1:#b3470f;--c2:#2c7a4b;--c3:#7a3fa0;--c4:#8a6d00;--c5:#00798c;
--c6:#a3195b;--c7:#56606b}
@media screen and (prefers-color-scheme:dark){:root{--bg:#12161b;--fg:#e6e9ed;--mut:#98a2ad;
--line:#323a44;
--ok:#5fd39a;--bad:#ff8a80;--c0:#6cb0ff;--c1:#ff9d66;--c2:#71d597;--c3:#c79bf0;--c4:#e5c44c;
--c5:#5fd0e0;--c6:#ff86b8;--c7:#aab4bf}}
body{background:var(--bg);color:var(--fg);font:15px/1.45 system-ui,sans-serif;max-width:1100px;
margin:1.5rem auto;padding:0 1rem}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem}
.hash{font-family:ui-monospace,monospace;word-break:break-all}
table{border-collapse:collapse;width:100%;margin:.5rem 0 1.5rem;font-size:.86rem}
th,td{border-bottom:1px solid var(--line);padding:.22rem .5rem;text-align:left;vertical-align:top}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}td.n,th{white-space:nowrap}
th[scope=row]{font-weight:400}
.ok{color:var(--ok)}.bad{color:var(--bad);font-weight:600}
.verdict{font-size:1.15rem;font-weight:600;border-left:.3rem solid;padding-left:.7rem}
.pictures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,27rem),1fr));
gap:.5rem 2rem}
h3{font-size:1rem;margin:1.5rem 0 0}
figure{margin:1rem 0}figcaption{font-weight:600}svg{width:100%;height:auto;max-width:40rem}
svg text{fill:var(--mut);font-size:12px}.grid{stroke:var(--line)}
polyline{fill:none;stroke-width:1.8}.legend{font-size:.8rem}.k{white-space:nowrap}
.k::before{content:"\25A0 "}
polyline.c0{stroke:var(--c0)}polyline.c1{stroke:var(--c1)}polyline.c2{stroke:var(--c2)}
polyline.c3{stroke:var(--c3)}polyline.c4{stroke:var(--c4)}polyline.c5{stroke:var(--c5)}
polyline.c6{stroke:var(--c6)}polyline.c7{stroke:var(--c7)}
rect.c0{fill:var(--c0)}rect.c1{fill:var(--c1)}
.k.c0::before{color:var(--c0)}.k.c1::before{color:var(--c1)}.k.c2::before{color:var(--c2)}
.k.c3::before{color:var(--c3)}.k.c4::before{color:var(--c4)}.k.c5::before{color:var(--c5)}
.k.c6::before{color:var(--c6)}.k.c7::before{color:var(--c7)}
.scroll{overflow-x:auto}
@media print{:root{color-scheme:light}body{max-width:none;margin:0;font-size:11px}
figure,tr{break-inside:avoid}h2,h3{break-after:avoid}.scroll{overflow:visible}
table{font-size:9px}th,td{padding:.15rem .25rem}thead{display:table-header-group}}
)";

// Amounts are grouped for the eye; what is no plain number stays as it is.
[[nodiscard]] std::string cell(const std::string& text, Align align) {
  const auto minus = text.rfind('-');
  const bool is_number = align == Align::right && !text.empty() &&
                         text.find_first_not_of("0123456789.-") == std::string::npos &&
                         (minus == std::string::npos || (minus == 0 && text.size() > 1));
  return escaped(is_number ? grouped(text) : text);
}

[[nodiscard]] std::string table(const Listing& listing, std::size_t rows_max = kRowsShown) {
  std::string out = "<div class=\"scroll\"><table><thead><tr>";
  for (const Column& column : listing.columns)
    out += std::string("<th scope=\"col\"") +
           (column.align == Align::right ? " class=\"n\">" : ">") + escaped(column.name) + "</th>";
  out += "</tr></thead><tbody>\n";
  const std::size_t rows = std::min(rows_max, listing.rows.size());
  for (std::size_t r = 0; r < rows; ++r) {
    out += "<tr>";
    for (std::size_t c = 0; c < listing.rows[r].size(); ++c) {
      const bool right = listing.columns[c].align == Align::right;
      const std::string open = c == 0 ? "<th scope=\"row\"" : "<td";
      out += open + (right ? " class=\"n\">" : ">") +
             cell(listing.rows[r][c], listing.columns[c].align) + (c == 0 ? "</th>" : "</td>");
    }
    out += "</tr>\n";
  }
  out += "</tbody></table></div>\n";
  if (rows < listing.rows.size())
    out += "<p>" + std::to_string(listing.rows.size() - rows) + " more rows are not shown.</p>\n";
  return out;
}

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
  std::string out =
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
      "<title>" +
      title + "</title><style>" + std::string(kStyle) + "</style></head><body>\n";
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
  out += table(pools);
  if (const std::string sums = contract_sums(report.state); !sums.empty())
    out += "<p>" + escaped(sums) + ".</p>\n";
  out += facts_table(result);
  out +=
      "<h2>Pictures</h2>\n<div class=\"pictures\">\n" + pictures(report.observation) + "</div>\n";
  if (!result.findings.empty()) out += "<h2>Findings</h2>\n";
  for (const Listing& finding : result.findings)
    out += "<h3>" + escaped(finding.title) + "</h3>\n" + finding_bars(finding) + table(finding);
  if (!result.notes.empty()) out += "<h2>Notes</h2>\n<ul>\n";
  for (const std::string& note : result.notes) out += "<li>" + escaped(note) + "</li>\n";
  if (!result.notes.empty()) out += "</ul>\n";
  return out + "</body></html>\n";
}

}  // namespace cofferdam::report
