// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/report/solvency_page.h"

#include "cofferdam/base/decimal.h"
#include "cofferdam/base/estimate.h"
#include "cofferdam/report/chart.h"
#include "cofferdam/report/page.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace cofferdam::report {
namespace {

using solvency::SolvencyInput;
using solvency::SolvencyOutput;

std::string amount_text(double value) {
  if (std::isnan(value)) return "none";
  if (std::isinf(value)) return value > 0 ? "infinite" : "-infinite";
  return fmt::format("{:.0f}", value);
}

std::string number_text(double value, int digits) {
  return std::isfinite(value) ? fmt::format("{:.{}f}", value, digits) : amount_text(value);
}

std::string small_text(double probability) {
  return std::isfinite(probability) ? fmt::format("{:.3g} %", 100 * probability) : "none";
}

NotedTable capital_table(const SolvencyInput& in, const SolvencyOutput& out) {
  Listing table{
      .title = "Capital by each measure",
      .columns = {text_column("measure"), number_column("loss"), number_column("requirement"),
                  number_column("own funds over it"), text_column("verdict")},
      .rows = {}};
  for (const solvency::CapitalRow& row : out.capital)
    table.rows.push_back({row.measure, amount_text(row.loss), amount_text(row.requirement),
                          number_text(row.ratio, 2), row.is_met ? "met" : "SHORT"});
  return {
      std::move(table),
      "VaR and TVaR of one year at " + percent_text(in.level, 2) +
          ". The joint loss holds claims, the run-off of reserves, operational and asset losses "
          "over the states; the requirement is the loss less the best estimate of reserves. "
          "Gearing and the standard formula know no distribution."};
}

NotedTable ruin_table(const SolvencyOutput& out) {
  Listing table{.title = "Ruin",
                .columns = {number_column("years"), number_column("probability"),
                            number_column("not below"), number_column("not above")},
                .rows = {}};
  for (const solvency::RuinYear& row : out.ruin)
    table.rows.push_back({std::to_string(row.years), small_text(row.probability),
                          small_text(row.lower), small_text(row.upper)});
  return {std::move(table),
          "That own funds are below zero at the end of a year until then, premiums and the year's "
          "loss repeating themselves; with the bounds of the lattice."};
}

NotedTable run_off_table(const SolvencyOutput& out) {
  Listing table{.title = "Run-off",
                .columns = {number_column("period"), number_column("expected"),
                            number_column("stressed"), number_column("liquid assets left")},
                .rows = {}};
  for (std::size_t i = 0; i < out.run_off.periods.size(); ++i) {
    const solvency::RunOffPeriod& row = out.run_off.periods[i];
    table.rows.push_back({std::to_string(i + 1), amount_text(row.expected),
                          amount_text(row.stressed), amount_text(row.liquid_left)});
  }
  return {std::move(table),
          "No new covers: " + grouped(amount_text(out.run_off.expected)) +
              " are expected to be paid, " + grouped(amount_text(out.run_off.quantile)) +
              " with asset losses at the level; assets do not suffice with a probability of " +
              small_text(out.run_off.probability_short) + "."};
}

NotedTable stress_table(const SolvencyOutput& out) {
  Listing table{.title = "What happens to the assets",
                .columns = {text_column("event"), number_column("a year"), number_column("loss"),
                            number_column("own funds left"), number_column("and claims")},
                .rows = {}};
  for (const solvency::StressRow& row : out.stress)
    table.rows.push_back({row.event, small_text(row.probability), amount_text(row.loss),
                          amount_text(row.own_funds), amount_text(row.with_claims)});
  return {std::move(table),
          "Each event by itself, and together with claims that exceed their mean as at the level."};
}

NotedTable reverse_table(const SolvencyOutput& out) {
  Listing table{.title = "The smallest event that empties the pool",
                .columns = {text_column("kind"), number_column("size"),
                            number_column("probability in a year")},
                .rows = {}};
  for (const solvency::ReverseRow& row : out.reverse)
    table.rows.push_back({row.what,
                          row.is_found ? number_text(row.size, row.size < 1'000 ? 3 : 0) : "none",
                          row.is_found ? small_text(row.probability) : "none"});
  return {std::move(table), "Where no probability is modelled it says none."};
}

NotedTable uncertainty_table(const SolvencyInput& in, const SolvencyOutput& out) {
  const solvency::Uncertainty& u = out.uncertainty;
  Listing table{.title = "How sure the tail is",
                .columns = {text_column("figure of claims"), number_column("amount")},
                .rows = {{"VaR with the parameters given", amount_text(u.var_point)},
                         {"VaR: 5 % of the fits below", amount_text(u.var_lower)},
                         {"VaR: 5 % of the fits above", amount_text(u.var_upper)},
                         {"VaR of the mixture", amount_text(u.var_predictive)},
                         {"TVaR with the parameters given", amount_text(u.tvar_point)},
                         {"TVaR of the mixture", amount_text(u.tvar_predictive)}}};
  return {std::move(table),
          u.fits == 0 ? "No line says from how much its parameters were estimated."
                      : fmt::format("{} fits to numbers and sizes drawn anew from the model, seed "
                                    "{}; in {} of them a line could not be fitted and is as given.",
                                    u.fits, in.seed, u.failed)};
}

NotedTable frontier_table(const SolvencyOutput& out) {
  Listing table{
      .title = "Coverage and affordability",
      .columns = {number_column("loading"), number_column("premium rate"), number_column("demand"),
                  number_column("sum insured"), number_column("ruin in a year")},
      .rows = {}};
  for (const solvency::FrontierRow& row : out.frontier)
    table.rows.push_back({percent_text(row.loading, 0), percent_text(row.rate, 2),
                          number_text(row.demand, 3), amount_text(row.coverage),
                          small_text(row.ruin)});
  std::string note =
      "Premium (1 + loading) expected claims over (1 - expenses); demand falls as it rises. The "
      "lowest that keeps ruin to a given probability:";
  for (const solvency::AffordabilityRow& row : out.affordability)
    note += " " + small_text(row.ruin) + ": " +
            (row.is_found ? "loading " + percent_text(row.loading, 0) + ", insured " +
                                grouped(amount_text(row.coverage))
                          : std::string("none of these")) +
            ";";
  note.back() = '.';
  return {std::move(table), std::move(note)};
}

std::string pictures(const SolvencyInput& in, const SolvencyOutput& out) {
  std::vector<std::pair<std::string, double>> needs{
      {"own funds", base::to_double(out.own_funds, in.scale)}};
  for (const solvency::CapitalRow& row : out.capital)
    if (std::isfinite(row.requirement)) needs.emplace_back(row.measure, row.requirement);
  std::string svg = bar_chart("Own funds, and what each measure asks", "money", needs);
  std::vector<std::string> years;
  std::vector<ChartSeries> ruin{{.name = "probability"}, {.name = "not above"}};
  for (const solvency::RuinYear& row : out.ruin) {
    years.push_back(std::to_string(row.years));
    ruin[0].values.push_back(100 * row.probability);
    ruin[1].values.push_back(100 * row.upper);
  }
  svg += line_chart("Ruin until the end of a year", "per cent", years, ruin);
  std::vector<std::string> loadings;
  std::vector<ChartSeries> price{{.name = "sum insured"}};
  std::vector<ChartSeries> risk{{.name = "ruin"}};
  for (const solvency::FrontierRow& row : out.frontier) {
    loadings.push_back(percent_text(row.loading, 0));
    price[0].values.push_back(row.coverage);
    risk[0].values.push_back(100 * row.ruin);
  }
  svg += line_chart("Sum insured by loading of the premium", "money", loadings, price);
  svg += line_chart("Ruin in a year by loading of the premium", "per cent", loadings, risk);
  std::vector<std::string> periods{"now"};
  std::vector<ChartSeries> liquid{{.name = "liquid assets left"}};
  double first = 0;
  if (!out.run_off.periods.empty())
    first = out.run_off.periods[0].liquid_left + out.run_off.periods[0].stressed;
  liquid[0].values.push_back(first);
  for (std::size_t i = 0; i < out.run_off.periods.size(); ++i) {
    periods.push_back(std::to_string(i + 1));
    liquid[0].values.push_back(out.run_off.periods[i].liquid_left);
  }
  svg += line_chart("Run-off under stress: liquid assets", "money", periods, liquid);
  std::vector<std::pair<std::string, double>> left;
  for (const solvency::StressRow& row : out.stress) left.emplace_back(row.event, row.own_funds);
  svg += bar_chart("Own funds after each asset event", "money", left);
  return svg;
}

}  // namespace

std::string solvency_summary(const SolvencyInput& in, const SolvencyOutput& out) {
  std::string short_of;
  std::size_t met = 0;
  for (const solvency::CapitalRow& row : out.capital) {
    met += row.is_met ? 1U : 0U;
    if (!row.is_met) short_of += (short_of.empty() ? "" : "; ") + row.measure;
  }
  std::string text = "Own funds of " + grouped(base::format_decimal(out.own_funds, in.scale)) +
                     " meet " + std::to_string(met) + " of " + std::to_string(out.capital.size()) +
                     " measures" + (short_of.empty() ? "" : " and are short of: " + short_of) + ".";
  if (!out.ruin.empty())
    text += " Ruin within " + std::to_string(out.ruin.back().years) +
            " years: " + small_text(out.ruin.back().probability) + ".";
  return text;
}

std::vector<NotedTable> solvency_tables(const SolvencyInput& in, const SolvencyOutput& out) {
  return {capital_table(in, out), ruin_table(out),    run_off_table(out),
          stress_table(out),      reverse_table(out), uncertainty_table(in, out),
          frontier_table(out)};
}

std::string solvency_screen(const SolvencyInput& in, const SolvencyOutput& out) {
  std::string text = solvency_summary(in, out) + "\n";
  for (const NotedTable& table : solvency_tables(in, out))
    text += "\n" + table.listing.title + "\n" + to_text(table.listing, 120) + table.note + "\n";
  if (!out.note.empty()) text += "\nNote: " + out.note + "\n";
  return text;
}

std::string solvency_html(const SolvencyInput& in, const SolvencyOutput& out) {
  const std::string title = "Solvency of an insurance pool";
  const bool met = std::ranges::all_of(out.capital, &solvency::CapitalRow::is_met);
  std::string text = page_head(title) + "<h1>" + title + "</h1>\n<p class=\"verdict " +
                     (met ? "ok" : "bad") + "\">" + escaped(solvency_summary(in, out)) + "</p>\n";
  text += "<p>Assets " + grouped(base::format_decimal(out.assets, in.scale)) + ", reserves " +
          grouped(base::format_decimal(out.reserves, in.scale)) + ". Claims of " +
          grouped(amount_text(out.expected_claims)) + " are expected in a year. Lattice step " +
          grouped(amount_text(out.step)) + ", " + std::to_string(in.points) +
          " points, mass beyond it " + fmt::format("{:.1e}", out.lost_mass) + ".</p>\n";
  if (!out.note.empty()) text += "<p class=\"bad\">" + escaped(out.note) + "</p>\n";
  Listing models{.title = {},
                 .columns = {text_column("line"), text_column("model"),
                             number_column("sum insured"), number_column("premium")},
                 .rows = {}};
  for (const solvency::SolvencyLine& line : in.lines)
    models.rows.push_back({line.name, line.model, base::format_decimal(line.sum_insured, in.scale),
                           base::format_decimal(line.premium, in.scale)});
  text += "<h2>Pictures</h2>\n<div class=\"pictures\">\n" + pictures(in, out) + "</div>\n";
  text += "<h2>The book</h2>\n" + html_table(models);
  for (const NotedTable& table : solvency_tables(in, out))
    text += "<h2>" + escaped(table.listing.title) + "</h2>\n<p>" + escaped(table.note) + "</p>\n" +
            html_table(table.listing);
  return text + "</body></html>\n";
}

}  // namespace cofferdam::report
