// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/base/estimate.h"
#include "cofferdam/report/chart.h"
#include "cofferdam/report/option_stress.h"
#include "cofferdam/report/page.h"

#include <algorithm>

namespace cofferdam::report {
namespace {

using stress::VenueMoment;
using stress::VenueRun;

double drawn(base::i128 cents) {
  return base::to_double(cents, stress::kCents);
}

template <class Value>
ChartSeries series(std::string name, const VenueRun& run, Value value) {
  ChartSeries out{.name = std::move(name), .values = {}};
  for (const VenueMoment& moment : run.moments) out.values.push_back(value(moment));
  return out;
}

std::string pictures(const OptionStress& s) {
  std::vector<std::string> labels;
  for (const VenueMoment& m : s.apart.moments)
    labels.push_back(base::format_time(m.time).substr(0, 10));
  std::vector<ChartSeries> indices;
  for (const auto& [code, start] : s.apart.moments.front().index)
    indices.push_back(series(code, s.apart, [&](const VenueMoment& m) {
      const auto now = m.index.find(code);
      return now == m.index.end() ? 0.0 : 100 * now->second / start;
    }));
  std::string out = line_chart("The market", "index, start = 100", labels, indices);
  out += line_chart(
      "What the accounts had, and what was asked of them", "USD", labels,
      {series("equity", s.apart, [](const VenueMoment& m) { return drawn(m.equity); }),
       series("initial requirement", s.apart,
              [](const VenueMoment& m) { return drawn(m.initial); }),
       series("maintenance", s.apart, [](const VenueMoment& m) { return drawn(m.maintenance); })});
  out += line_chart(
      "Prefunded layers", "USD", labels,
      {series("pools apart", s.apart, [](const VenueMoment& m) { return drawn(m.funds); }),
       series("all in one", s.commingled, [](const VenueMoment& m) { return drawn(m.funds); })});
  out += line_chart("Calls and close-outs", "accounts", labels,
                    {series("called", s.apart,
                            [](const VenueMoment& m) { return static_cast<double>(m.called); }),
                     series("closed out", s.apart,
                            [](const VenueMoment& m) { return static_cast<double>(m.closed); })});
  std::vector<std::pair<std::string, double>> moves;
  for (std::size_t p = 0; p < s.apart.pools.size() && p < s.breaking.size(); ++p)
    if (s.breaking[p].is_found)
      moves.emplace_back(s.apart.pools[p].name, 100 * std::abs(s.breaking[p].spot));
  if (!moves.empty()) out += bar_chart("Smallest move that exhausts a pool", "per cent", moves);
  std::vector<std::pair<std::string, double>> losses;
  for (const stress::VenuePool& pool : s.apart.pools)
    losses.emplace_back(pool.name, drawn(pool.deficit));
  out += bar_chart("Losses that accounts could not pay, by pool", "USD", losses);
  return out;
}

}  // namespace

std::string stress_html(const OptionStress& s) {
  const std::string title = "Stress on recorded option chains";
  std::string out = page_head(title) + "<h1>" + title + "</h1>\n<p>" +
                    base::format_time(s.apart.moments.front().time) + " to " +
                    base::format_time(s.apart.moments.back().time) + ". Rulebook " +
                    escaped(s.rulebook) + ": " + escaped(s.rulebook_source) + ". Seed " +
                    std::to_string(s.terms.seed) + ".</p>\n<p class=\"verdict " +
                    (s.apart.defaults.empty() ? "ok" : "bad") + "\">" + escaped(stress_summary(s)) +
                    "</p>\n";
  out +=
      "<p>The book is made up from a seed; chains, quotes and moves are recorded ones. Nobody "
      "trades, pays in or draws out: an account that is called and not closed carries on.</p>\n";
  out += "<h2>Pictures</h2>\n<div class=\"pictures\">\n" + pictures(s) + "</div>\n";
  for (const StressTable& table : stress_tables(s))
    out += "<h2>" + escaped(table.listing.title) + "</h2>\n<p>" + escaped(table.note) + "</p>\n" +
           html_table(table.listing);
  return out + "</body></html>\n";
}

}  // namespace cofferdam::report
