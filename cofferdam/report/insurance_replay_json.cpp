// SPDX-License-Identifier: Apache-2.0
//
// Every figure of the replay: money as text in USD with cents, estimates as numbers.
#include "cofferdam/base/decimal.h"
#include "cofferdam/report/insurance_replay.h"
#include "cofferdam/report/json_figures.h"

#include <cmath>

namespace cofferdam::report {
namespace {

using operation::Json;
using solvency::Backtest;

Json money(base::i128 cents) {
  return Json::of(base::format_decimal(cents, solvency::kCents));
}

Json count(std::size_t n) {
  return Json::number(static_cast<std::uint64_t>(n));
}

Json quarter_json(const solvency::QuarterFacts& q) {
  Json out = Json::object();
  out.add("quarter", q.label);
  out.add("known_until", format_date(q.calibration.known_until));
  out.add("known", count(q.calibration.incidents));
  out.add("in_window", count(q.calibration.in_window));
  out.add("size", figure(q.calibration.size));
  Json segments = Json::list();
  for (std::size_t s = 0; s < q.calibration.segments.size(); ++s) {
    const solvency::SegmentModel& model = q.calibration.segments[s];
    Json one = Json::object();
    one.add("segment", solvency::kSegmentNames[s]);
    one.add("incidents_a_year", figure(model.incidents_a_year));
    one.add("shape", figure(model.size.shape));
    one.add("scale", figure(model.size.scale));
    one.add("shape_error", figure(model.shape_error));
    one.add("excesses", count(model.excesses));
    one.add("is_own", Json::truth(model.is_own));
    segments.items.push_back(std::move(one));
  }
  out.add("segments", std::move(segments));
  out.add("incidents", count(q.incidents));
  out.add("hits", count(q.hits));
  out.add("book_loss", money(q.book_loss));
  out.add("var_90", figure(q.var_90));
  out.add("var_95", figure(q.var_95));
  return out;
}

Json row_json(const std::string& label, const solvency::QuarterResult& row) {
  Json out = Json::object();
  out.add("quarter", label);
  out.add("covers", count(row.covers));
  out.add("insured", money(row.insured));
  out.add("premium", money(row.premium));
  out.add("expenses", money(row.expenses));
  out.add("losses", money(row.losses));
  out.add("reported", money(row.reported));
  out.add("paid", money(row.paid));
  out.add("owed", money(row.owed));
  out.add("ibnr", money(row.ibnr));
  out.add("unreported", money(row.unreported));
  out.add("own_funds", money(row.own_funds));
  out.add("requirement", money(row.requirement));
  out.add("tvar", money(row.tvar));
  out.add("unpaid", money(row.unpaid));
  return out;
}

Json run_json(const Backtest& b, const solvency::RuleRun& run) {
  Json out = Json::object();
  out.add("rule", solvency::kPoolRuleNames[static_cast<std::size_t>(run.rule)]);
  out.add("ruined_in", run.ruined_in ? Json::of(b.quarters[*run.ruined_in].label) : Json{});
  out.add("premium", money(run.premium));
  out.add("expenses", money(run.expenses));
  out.add("losses", money(run.losses));
  out.add("unpaid", money(run.unpaid));
  out.add("unreported", money(run.unreported));
  out.add("ibnr_ratio", figure(run.ibnr_ratio));
  out.add("own_funds", money(run.own_funds));
  out.add("least_own_funds", money(run.least_own_funds));
  out.add("coverage", figure(run.coverage));
  out.add("loss_ratio", figure(run.loss_ratio));
  out.add("mean_rate", figure(run.mean_rate));
  out.add("rate_volatility", figure(run.rate_volatility));
  out.add("least_ratio", figure(run.least_ratio));
  Json quarters = Json::list();
  for (std::size_t q = 0; q < run.quarters.size(); ++q)
    quarters.items.push_back(row_json(b.quarters[q].label, run.quarters[q]));
  out.add("quarters", std::move(quarters));
  return out;
}

Json exceedances_json(const solvency::Exceedances& e) {
  Json out = Json::object();
  out.add("series", e.series);
  out.add("level", figure(e.level));
  out.add("observations", count(e.observations));
  out.add("exceeded", count(e.exceeded));
  out.add("kupiec", figure(e.kupiec));
  out.add("p_value", figure(e.p_value));
  out.add("lower", figure(e.lower));
  out.add("upper", figure(e.upper));
  out.add("rejects", Json::truth(e.rejects));
  return out;
}

Json spread_json(const solvency::RuleSpread& s) {
  Json out = Json::object();
  out.add("rule", solvency::kPoolRuleNames[static_cast<std::size_t>(s.rule)]);
  out.add("books", count(s.books));
  out.add("ruined", count(s.ruined));
  out.add("ruin_lower", figure(s.ruin_lower));
  out.add("ruin_upper", figure(s.ruin_upper));
  Json own_funds = Json::list(), loss_ratio = Json::list(), coverage = Json::list();
  for (std::size_t i = 0; i < 3; ++i) {
    own_funds.items.push_back(money(s.own_funds[i]));
    loss_ratio.items.push_back(figure(s.loss_ratio[i]));
    coverage.items.push_back(figure(s.coverage[i]));
  }
  out.add("own_funds", std::move(own_funds));
  out.add("loss_ratio", std::move(loss_ratio));
  out.add("coverage", std::move(coverage));
  out.add("unpaid", money(s.unpaid));
  return out;
}

Json terms_json(const solvency::ReplayTerms& t) {
  Json out = Json::object();
  out.add("seed", Json::number(t.book.seed));
  out.add("books", count(t.books));
  out.add("exchanges", count(t.book.exchanges));
  out.add("protocols", count(t.book.protocols));
  out.add("participation", figure(t.book.participation));
  out.add("deductible", money(t.book.deductible));
  out.add("capital", money(t.rules.capital));
  out.add("expense_ppm", count(t.rules.expense_ppm));
  out.add("level", figure(t.rules.level));
  out.add("cost_of_capital", figure(t.rules.cost_of_capital));
  out.add("window_months", count(t.calibration.window_months));
  out.add("lag_days", count(t.lag_days));
  out.add("gearing_bps", count(t.rules.gearing_bps));
  out.add("nexus_target_bps", count(t.rules.nexus_target_bps));
  return out;
}

}  // namespace

Json replay_json(const Backtest& b) {
  Json out = Json::object();
  out.add("summary", replay_summary(b));
  out.add("terms", terms_json(b.terms));
  out.add("incidents", count(b.incidents));
  out.add("covers", count(b.covers));
  out.add("demand", money(b.demand));
  Json quarters = Json::list(), runs = Json::list(), tests = Json::list(), spread = Json::list();
  for (const solvency::QuarterFacts& q : b.quarters) quarters.items.push_back(quarter_json(q));
  for (const solvency::RuleRun& run : b.runs) runs.items.push_back(run_json(b, run));
  for (const solvency::Exceedances& e : b.exceedances) tests.items.push_back(exceedances_json(e));
  for (const solvency::RuleSpread& s : b.spread) spread.items.push_back(spread_json(s));
  out.add("quarters", std::move(quarters));
  out.add("rules", std::move(runs));
  out.add("exceedances", std::move(tests));
  out.add("books", std::move(spread));
  return out;
}

}  // namespace cofferdam::report
