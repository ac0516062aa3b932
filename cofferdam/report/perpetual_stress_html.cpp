// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/base/estimate.h"
#include "cofferdam/report/chart.h"
#include "cofferdam/report/page.h"
#include "cofferdam/report/perpetual_stress.h"

#include <algorithm>

namespace cofferdam::report {
namespace {

using stress::PerpetualMinute;
using stress::PerpetualRun;

constexpr std::size_t kPointsMax = 700;  // of a line
constexpr std::string_view kHaltFrom = "2020-03-13T01:30:00Z";
constexpr std::string_view kHaltUntil = "2020-03-13T03:30:00Z";

double coins(base::i128 satoshi) {
  return base::to_double(satoshi, stress::kSatoshi);
}

// Minutes taken together so that a line has at most kPointsMax points.
struct Window {
  std::size_t from = 0;
  std::size_t until = 0;
  std::size_t step = 1;
};

Window whole(const PerpetualRun& run) {
  return {0, run.minutes.size(), std::max<std::size_t>(1, run.minutes.size() / kPointsMax)};
}

Window halt(const PerpetualRun& run) {
  Window window{run.minutes.size(), 0, 1};
  for (std::size_t t = 0; t < run.minutes.size(); ++t) {
    const std::string time = base::format_time(run.minutes[t].time);
    if (time < kHaltFrom || time > kHaltUntil) continue;
    window.from = std::min(window.from, t);
    window.until = t + 1;
  }
  return window.from < window.until ? window : Window{0, 0, 1};
}

// The value at the end of each step.
template <class Value>
ChartSeries series(std::string name, const PerpetualRun& run, const Window& w, Value value) {
  ChartSeries out{.name = std::move(name), .values = {}};
  for (std::size_t t = w.from; t < w.until; t += w.step)
    out.values.push_back(value(run.minutes[std::min(t + w.step, w.until) - 1]));
  return out;
}

// The sum over each step.
template <class Value>
ChartSeries sums(std::string name, const PerpetualRun& run, const Window& w, Value value) {
  ChartSeries out{.name = std::move(name), .values = {}};
  for (std::size_t t = w.from; t < w.until; t += w.step) {
    double sum = 0;
    for (std::size_t k = t; k < std::min(t + w.step, w.until); ++k) sum += value(run.minutes[k]);
    out.values.push_back(sum);
  }
  return out;
}

std::vector<std::string> labels(const PerpetualRun& run, const Window& w, std::size_t first,
                                std::size_t count) {
  std::vector<std::string> out;
  for (std::size_t t = w.from; t < w.until; t += w.step)
    out.push_back(base::format_time(run.minutes[t].time).substr(first, count));
  return out;
}

std::string pictures(const PerpetualStress& s) {
  const auto mark = [](const PerpetualMinute& m) { return static_cast<double>(m.mark) / 1e4; };
  const auto funds = [](const PerpetualMinute& m) { return coins(m.funds); };
  const auto waiting = [](const PerpetualMinute& m) { return static_cast<double>(m.waiting); };
  const Window all = whole(s.apart), near = halt(s.apart);
  const std::vector<std::string> days = labels(s.apart, all, 5, 5);
  const std::vector<std::string> minutes = labels(s.apart, near, 11, 5);
  std::string out = line_chart("The mark", "USD", days, {series("mark", s.apart, all, mark)});
  out += line_chart("The mark through the halt, 13 March", "USD", minutes,
                    {series("stale minutes ignored", s.apart, near, mark),
                     series("thin minutes counted", s.thin, near, mark)});
  out += line_chart("Waiting to be closed through the halt", "contracts", minutes,
                    {series("pools apart", s.apart, near, waiting),
                     series("all in one", s.commingled, near, waiting)});
  out += line_chart("Owed at the mark by accounts under liquidation", "XBT", minutes,
                    {series("pools apart", s.apart, near,
                            [](const PerpetualMinute& m) { return coins(m.underwater); }),
                     series("all in one", s.commingled, near,
                            [](const PerpetualMinute& m) { return coins(m.underwater); })});
  out += line_chart(
      "Prefunded layers", "XBT", days,
      {series("pools apart", s.apart, all, funds), series("all in one", s.commingled, all, funds)});
  out += line_chart("Open interest of the accounts", "contracts", days,
                    {series("long", s.apart, all, [](const PerpetualMinute& m) {
                      return static_cast<double>(m.open_interest);
                    })});
  out += line_chart("Liquidated", "contracts in each step", days,
                    {sums("closed", s.apart, all,
                          [](const PerpetualMinute& m) { return static_cast<double>(m.closed); })});
  std::vector<std::pair<std::string, double>> losses, moves;
  for (const stress::PerpetualPool& pool : s.apart.pools)
    losses.emplace_back(pool.name, coins(pool.deficit));
  out += bar_chart("Losses that accounts could not pay, by pool", "XBT", losses);
  for (std::size_t p = 0; p < s.apart.pools.size() && p < s.breaking.size(); ++p)
    if (s.breaking[p].is_found)
      moves.emplace_back(s.apart.pools[p].name, 100 * std::abs(s.breaking[p].move));
  if (!moves.empty()) out += bar_chart("Smallest jump that breaks a pool", "per cent", moves);
  return out;
}

std::string facts_table(const std::vector<Fact>& facts) {
  Listing out{.title = "Figures, against what the data set states",
              .columns = {text_column("figure"), number_column("found"), number_column("stated"),
                          text_column("verdict")},
              .rows = {}};
  for (const Fact& fact : facts)
    out.rows.push_back({fact.name, fact.found, fact.stated,
                        fact.stated.empty() ? "not stated"
                        : fact.agrees()     ? "agrees"
                                            : "DIFFERS"});
  return "<h2>" + out.title + "</h2>\n" + html_table(out);
}

}  // namespace

std::string stress_html(const PerpetualStress& s) {
  const std::string title = "Stress on recorded minutes of XBTUSD";
  const bool agrees = std::all_of(s.facts.begin(), s.facts.end(), [](const Fact& fact) {
    return fact.stated.empty() || fact.agrees();
  });
  std::string out = page_head(title) + "<h1>" + title + "</h1>\n<p>" +
                    base::format_time(s.apart.minutes.front().time) + " to " +
                    base::format_time(s.apart.minutes.back().time) + ". Seed " +
                    std::to_string(s.terms.seed) + ".</p>\n<p class=\"verdict " +
                    (agrees && s.apart.losses.empty() ? "ok" : "bad") + "\">" +
                    escaped(stress_summary(s)) + "</p>\n";
  out +=
      "<p>The book is made up from a seed; prices, volumes, the halt and funding are recorded "
      "ones. Nobody pays in new money, and nobody closes a position of their own accord. The other "
      "side of a liquidation is the recorded market.</p>\n";
  out += "<h2>Pictures</h2>\n<div class=\"pictures\">\n" + pictures(s) + "</div>\n";
  out += facts_table(s.facts);
  for (const StressTable& table : stress_tables(s))
    out += "<h2>" + escaped(table.listing.title) + "</h2>\n<p>" + escaped(table.note) + "</p>\n" +
           html_table(table.listing);
  return out + "</body></html>\n";
}

}  // namespace cofferdam::report
