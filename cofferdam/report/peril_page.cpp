// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/base/decimal.h"
#include "cofferdam/base/estimate.h"
#include "cofferdam/report/chart.h"
#include "cofferdam/report/page.h"
#include "cofferdam/report/peril_case.h"

#include <algorithm>

namespace cofferdam::report {

namespace {

using base::Amount;

constexpr std::uint8_t kScale = 2;

[[nodiscard]] std::string text(Amount amount) {
  return base::format_decimal(amount, kScale);
}

[[nodiscard]] double drawn(Amount amount) {
  return base::to_double(amount, kScale);
}

// "2026-02-02 09:00"
[[nodiscard]] std::string minute_of(base::Time time) {
  std::string out = base::format_time(time).substr(0, 16);
  if (out.size() > 10) out[10] = ' ';
  return out;
}

[[nodiscard]] std::string answer(const CaseStep& step) {
  return step.outcome == "ok" ? "ok" : "refused: " + step.outcome;
}

[[nodiscard]] Listing path_of(const CaseRun& run) {
  Listing out{.title = "The path",
              .columns = {text_column("time"), text_column("phase"), text_column("command"),
                          text_column("answer"), text_column("claim"), text_column("what happens")},
              .rows = {}};
  for (const CaseStep& step : run.steps)
    out.rows.push_back({minute_of(step.time), std::string(base::name_of(step.phase)), step.command,
                        answer(step), step.stage, step.told});
  return out;
}

// The steps after which other money lies somewhere.
[[nodiscard]] std::vector<const CaseStep*> moves_of(const CaseRun& run) {
  std::vector<const CaseStep*> out;
  for (const CaseStep& step : run.steps)
    if (out.empty() || out.back()->money != step.money) out.push_back(&step);
  return out;
}

[[nodiscard]] Listing money_of(const CaseRun& run) {
  Listing out{
      .title = "The money, USD",
      .columns = {text_column("time"), text_column("command"), number_column("reserve"),
                  number_column("ibnr"), number_column("surplus"), number_column("junior"),
                  number_column("leaving"), number_column("senior"), number_column("insured")},
      .rows = {}};
  for (const CaseStep* step : moves_of(run)) {
    const CaseMoney& m = step->money;
    out.rows.push_back({minute_of(step->time), step->command, text(m.reserve), text(m.ibnr),
                        text(m.earned), text(m.junior), text(m.junior_exits), text(m.senior),
                        text(m.insured)});
  }
  return out;
}

[[nodiscard]] Listing sum_of(const CaseSum& sum) {
  Listing out{.title = sum.title,
              .columns = {text_column("rule"), number_column("taken off"), number_column("left"),
                          text_column("why")},
              .rows = {}};
  for (const insurance::OutcomeStep& step : sum.steps) {
    const std::string rule(base::name_of(step.rule));
    out.rows.push_back({step.code.empty() ? rule : rule + " " + step.code, text(step.taken),
                        text(step.left), step.explanation});
  }
  return out;
}

[[nodiscard]] Listing terms_of(const CaseRun& run) {
  const insurance::PolicyTerms& t = run.terms;
  Listing out{
      .title = "The cover", .columns = {text_column("term"), text_column("value")}, .rows = {}};
  const auto row = [&](std::string name, std::string value) {
    out.rows.push_back({std::move(name), std::move(value)});
  };
  row("peril", std::string(base::name_of(t.peril)));
  row("basis", std::string(base::name_of(t.basis)));
  row("from", minute_of(t.start));
  row("until", minute_of(t.end));
  row("limit", grouped(text(t.limit)));
  row("aggregate limit", grouped(text(t.aggregate_limit.is_zero() ? t.limit : t.aggregate_limit)));
  for (const insurance::StorageLimit& part : t.sub_limits)
    row("sub-limit " + std::string(base::name_of(part.storage)), grouped(text(part.limit)));
  row("deductible", grouped(text(t.deductible)));
  row("retention", base::format_decimal_short(base::u128{t.retention_ppm}, 4) + " %");
  for (const insurance::ExcludedCause cause : t.exclusions)
    row("exclusion", std::string(base::name_of(cause)));
  for (const insurance::Warranty warranty : t.warranties)
    row("warranty", std::string(base::name_of(warranty)));
  row("premium", grouped(text(run.premium)));
  return out;
}

[[nodiscard]] std::string verdict_of(const CaseRun& run) {
  return "Paid " + grouped(text(run.paid)) + " USD, recovered " + grouped(text(run.recovered)) +
         " USD.";
}

template <class Value>
[[nodiscard]] ChartSeries series(const std::vector<const CaseStep*>& moves, std::string name,
                                 Value value) {
  ChartSeries out{.name = std::move(name), .values = {}};
  for (const CaseStep* step : moves) out.values.push_back(drawn(value(step->money)));
  return out;
}

[[nodiscard]] std::string pictures(const CaseRun& run) {
  const std::vector<const CaseStep*> moves = moves_of(run);
  std::vector<std::string> labels;
  for (const CaseStep* step : moves) labels.push_back(base::format_time(step->time).substr(0, 10));
  std::string out = line_chart(
      "Who bears it: the funds after every move of money", "USD", labels,
      {series(moves, "surplus", [](const CaseMoney& m) { return m.earned; }),
       series(moves, "junior tranche", [](const CaseMoney& m) { return m.junior; }),
       series(moves, "member who leaves", [](const CaseMoney& m) { return m.junior_exits; }),
       series(moves, "senior tranche", [](const CaseMoney& m) { return m.senior; }),
       series(moves, "reserve", [](const CaseMoney& m) { return m.reserve; })});
  out += line_chart("The insured's account", "USD", labels,
                    {series(moves, "insured", [](const CaseMoney& m) { return m.insured; })});
  for (const CaseSum& sum : run.sums) {
    std::vector<std::pair<std::string, double>> bars;
    for (const insurance::OutcomeStep& step : sum.steps) {
      const std::string rule(base::name_of(step.rule));
      const std::string name = step.code.empty() ? rule : rule + " " + step.code;
      bars.emplace_back("left after " + name, drawn(step.left));
    }
    out += bar_chart(sum.title + ": from the loss to the payment", "USD", bars);
  }
  return out;
}

}  // namespace

std::string case_screen(const CaseRun& run) {
  std::string out = run.title + "\n\n";
  for (const CaseStep& step : run.steps) {
    std::string line = minute_of(step.time) + "  " + std::string(base::name_of(step.phase));
    line.resize(std::max<std::size_t>(line.size() + 2, 30), ' ');
    line += step.command;
    if (step.outcome != "ok") line += "  refused: " + step.outcome;
    if (!step.stage.empty()) line += "  (claim " + step.stage + ")";
    out += line + "\n    " + step.told + "\n";
  }
  for (const CaseSum& sum : run.sums) out += "\n" + sum.title + "\n" + to_text(sum_of(sum));
  const Listing money = money_of(run);
  out += "\n" + money.title + "\n" + to_text(money, 120);
  out += "\n" + verdict_of(run) + "\nstate hash " + run.journal.state_hash + "\n";
  return out;
}

std::string case_html(const CaseRun& run) {
  std::string out = page_head(escaped(run.title)) + "<h1>" + escaped(run.title) + "</h1>\n<p>" +
                    escaped(run.story) + "</p>\n<p class=\"verdict ok\">" +
                    escaped(verdict_of(run)) + "</p>\n";
  out +=
      "<p>Everything below was done by commands that the engine judged, in books of their own; "
      "the refused ones too. The figures are read from the books behind each command.</p>\n";
  out += "<h2>Pictures</h2>\n<div class=\"pictures\">\n" + pictures(run) + "</div>\n";
  std::vector<Listing> tables{terms_of(run), path_of(run)};
  for (const CaseSum& sum : run.sums) tables.push_back(sum_of(sum));
  tables.push_back(money_of(run));
  for (const Listing& table : tables)
    out += "<h2>" + escaped(table.title) + "</h2>\n" + html_table(table);
  out += "<h2>The books</h2>\n<p>" + std::to_string(run.journal.records) +
         " records. Chain <span class=\"hash\">" + escaped(run.journal.chain_hash) +
         "</span>, state <span class=\"hash\">" + escaped(run.journal.state_hash) +
         "</span>.</p>\n";
  return out + "</body></html>\n";
}

}  // namespace cofferdam::report
