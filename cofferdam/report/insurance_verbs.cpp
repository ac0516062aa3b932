// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/report/insurance_verbs.h"

#include "cofferdam/base/decimal.h"
#include "cofferdam/operation/tasks.h"
#include "cofferdam/report/export_journal.h"
#include "cofferdam/report/input.h"
#include "cofferdam/report/insurance_replay.h"
#include "cofferdam/report/loss_file.h"
#include "cofferdam/report/peril_case.h"
#include "cofferdam/report/solvency_page.h"

#include <array>
#include <string_view>

namespace cofferdam::report {
namespace {

using base::malformed;
using base::Result;
using operation::Document;
using operation::Progress;

struct InsuranceReplayParameters {
  std::string losses;
  std::string html;
  std::string figures;
  std::uint32_t from = 2021;
  std::uint32_t until = 2025;
  std::uint64_t seed = 1;
  std::uint32_t books = 50;
  std::uint32_t exchanges = 12;
  std::uint32_t protocols = 108;
  double participation = 0.1;
  std::string deductible = "250000";
  std::string capital = "20000000";
  std::uint32_t window = 24;
  std::uint32_t lag = 30;
  double level = 0.995;
  double cost_of_capital = 0.1;
  std::uint32_t expenses = 1'500;
  std::uint32_t gearing = 48'000;
  double target_loss_ratio = 0.6;
  std::uint32_t nexus_target = 100;
  std::uint32_t ensuro_collateral = 5'000;
  std::uint32_t ensuro_margin = 12'000;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("losses", self.losses,
          "the file of losses: date, name, class, amount_usd and insurable_event");
    visit("html", self.html, "file for the report with pictures; empty: none");
    visit("figures", self.figures, "file for all figures as JSON; empty: none");
    visit("from", self.from, "first year that is replayed");
    visit("until", self.until, "last year");
    visit("seed", self.seed, "from which the book of covers is made");
    visit("books", self.books, "how many books, from seeds one after the other, 1 to 2,000");
    visit("exchanges", self.exchanges, "covers of exchanges and custodians");
    visit("protocols", self.protocols, "covers of all others");
    visit("participation", self.participation,
          "the part of all organisations that ask this pool for cover");
    visit("deductible", self.deductible, "of every cover, USD");
    visit("capital", self.capital, "own funds at the start, USD");
    visit("window", self.window, "months over which incidents are counted");
    visit("lag", self.lag, "days after which an incident is known and its claim reported");
    visit("level", self.level, "of VaR and TVaR behind capital and price");
    visit("cost_of_capital", self.cost_of_capital, "a year, in the technical price");
    visit("expenses", self.expenses, "basis points of premium");
    visit("gearing", self.gearing, "sum insured over own funds in basis points: 48,000 is 4.8");
    visit("target_loss_ratio", self.target_loss_ratio, "of the flat rate of the rule gearing");
    visit("nexus_target", self.nexus_target, "target price of the rule nexus, basis points a year");
    visit("ensuro_collateral", self.ensuro_collateral,
          "capital that the rule ensuro locks, basis points of a payout");
    visit("ensuro_margin", self.ensuro_margin,
          "its margin of conservatism, basis points of the expected payment: 12,000 is 1.2");
  }
};

Result<base::i128> dollars(const std::string& text, std::string_view field) {
  const Result<base::u128> cents =
      base::parse_unsigned_decimal(text, solvency::kCents, std::string(field));
  if (!cents) return std::unexpected(cents.error());
  constexpr base::u128 kMost = base::u128{10'000'000} * 100'000'000;
  if (*cents > kMost) return malformed(std::string(field), text, "at most 10,000,000 millions");
  return static_cast<base::i128>(*cents);
}

Result<solvency::ReplayTerms> terms_of(const InsuranceReplayParameters& p) {
  const Result<base::i128> capital = dollars(p.capital, "capital");
  if (!capital) return std::unexpected(capital.error());
  const Result<base::i128> deductible = dollars(p.deductible, "deductible");
  if (!deductible) return std::unexpected(deductible.error());
  if (p.expenses > 9'999) return malformed("expenses", std::to_string(p.expenses), "below 10,000");
  if (p.gearing < 1 || p.gearing > 10'000'000)
    return malformed("gearing", std::to_string(p.gearing), "1 to 10,000,000");
  if (p.nexus_target < 1 || p.nexus_target > 10'000)
    return malformed("nexus_target", std::to_string(p.nexus_target), "1 to 10,000");
  if (p.ensuro_collateral < 1'000 || p.ensuro_collateral > 10'000)
    return malformed("ensuro_collateral", std::to_string(p.ensuro_collateral), "1,000 to 10,000");
  if (p.ensuro_margin < 10'000 || p.ensuro_margin > 100'000)
    return malformed("ensuro_margin", std::to_string(p.ensuro_margin), "10,000 to 100,000");
  if (!(p.target_loss_ratio > 0 && p.target_loss_ratio <= 10))
    return malformed("target_loss_ratio", std::to_string(p.target_loss_ratio),
                     "must lie above 0, at most 10");
  if (p.from > 2'200 || p.until > 2'200)
    return malformed("until", std::to_string(p.until), "a year, at most 2200");
  if (p.lag > 3'650) return malformed("lag", std::to_string(p.lag), "at most 3,650 days");
  solvency::ReplayTerms terms{.from_year = static_cast<int>(p.from),
                              .until_year = static_cast<int>(p.until),
                              .lag_days = p.lag,
                              .books = p.books};
  terms.book.seed = p.seed;
  terms.book.exchanges = p.exchanges;
  terms.book.protocols = p.protocols;
  terms.book.participation = p.participation;
  terms.book.deductible = terms.calibration.deductible = *deductible;
  terms.calibration.window_months = p.window;
  terms.rules.capital = *capital;
  terms.rules.level = p.level;
  terms.rules.cost_of_capital = p.cost_of_capital;
  terms.rules.expense_ppm = p.expenses * 100;
  terms.rules.gearing_bps = p.gearing;
  terms.rules.target_loss_ratio = p.target_loss_ratio;
  terms.rules.nexus_target_bps = p.nexus_target;
  terms.rules.ensuro_collateral_bps = p.ensuro_collateral;
  terms.rules.ensuro_margin_bps = p.ensuro_margin;
  return terms;
}

Result<void> write_file(const std::string& path, const std::string& text) {
  Result<FileSink> file = FileSink::open(path);
  if (!file) return std::unexpected(file.error());
  if (Result<void> done = file->write(text); !done) return done;
  return file->finish();
}

Result<Document> backtest_task(const InsuranceReplayParameters& parameters,
                               Progress& /*progress*/) {
  if (parameters.losses.empty())
    return malformed("losses", "", "a file of losses must be named",
                     "examples/21-insurance-back-test/losses.csv is a small one; the guide "
                     "insure-backtest says which columns are read");
  const Result<solvency::ReplayTerms> terms = terms_of(parameters);
  if (!terms) return std::unexpected(terms.error());
  Result<std::vector<solvency::Incident>> losses = read_losses(parameters.losses);
  if (!losses) return std::unexpected(losses.error());
  const Result<solvency::Backtest> backtest = solvency::replay_pool(std::move(*losses), *terms);
  if (!backtest) return std::unexpected(backtest.error());
  if (!parameters.html.empty())
    if (Result<void> done = write_file(parameters.html, replay_html(*backtest)); !done)
      return std::unexpected(done.error());
  if (!parameters.figures.empty()) {
    const std::string text =
        operation::write_json(replay_json(*backtest), operation::JsonLayout::indented) + "\n";
    if (Result<void> done = write_file(parameters.figures, text); !done)
      return std::unexpected(done.error());
  }
  return Document(operation::Text{.media_type = "text/plain", .content = replay_screen(*backtest)});
}

struct SolvencyParameters {
  static constexpr std::array<std::string_view, 1> kRequired{"book"};
  std::string book;
  std::string html;
  std::string figures;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("book", self.book, "file with the input of the calculator solvency, as JSON");
    visit("html", self.html, "file for the report with pictures; empty: none");
    visit("figures", self.figures, "file for the calculator's answer; empty: none");
  }
};

Result<Document> solvency_task(const SolvencyParameters& parameters, Progress& /*progress*/) {
  const Result<std::string> text = read_input(parameters.book);
  if (!text) return std::unexpected(text.error());
  const Result<operation::Json> json = operation::parse_json(*text);
  if (!json) return std::unexpected(json.error());
  const operation::NoNames names;
  const operation::Codec codec{names, false};
  const Result<solvency::SolvencyInput> input =
      operation::read_json<solvency::SolvencyInput>(*json, codec);
  if (!input) return std::unexpected(input.error());
  const Result<solvency::SolvencyOutput> output = solvency::solvency(*input);
  if (!output) return std::unexpected(output.error());
  if (!parameters.html.empty())
    if (Result<void> done = write_file(parameters.html, solvency_html(*input, *output)); !done)
      return std::unexpected(done.error());
  if (!parameters.figures.empty()) {
    const operation::Scope scope{&operation::type_of<solvency::SolvencyInput>(), &*input, nullptr};
    const std::string figures = operation::write_json(operation::to_json(*output, codec, &scope),
                                                      operation::JsonLayout::indented);
    if (Result<void> done = write_file(parameters.figures, figures + "\n"); !done)
      return std::unexpected(done.error());
  }
  return Document(
      operation::Text{.media_type = "text/plain", .content = solvency_screen(*input, *output)});
}

struct PerilParameters {
  static constexpr std::array<std::string_view, 1> kRequired{"peril"};
  insurance::Peril peril = insurance::Peril::exploit;
  std::string html;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("peril", self.peril, "what happens");
    visit("html", self.html, "file for the report with pictures; empty: none");
  }
};

Result<Document> peril_task(operation::Session& session, const PerilParameters& parameters,
                            Progress& /*progress*/) {
  if (Result<void> real = operation::must_not_be_dry(session); !real)
    return std::unexpected(real.error());
  const Result<CaseRun> run = run_peril_case(session.engine(), parameters.peril);
  if (!run) return std::unexpected(run.error());
  if (!parameters.html.empty())
    if (Result<void> done = write_file(parameters.html, case_html(*run)); !done)
      return std::unexpected(done.error());
  return Document(operation::Text{.media_type = "text/plain", .content = case_screen(*run)});
}

}  // namespace

void register_insurance(operation::Registry& registry) {
  operation::add_task<InsuranceReplayParameters>(
      registry, "insure.backtest",
      "Five rules of an insurance pool replayed on losses that happened, quarter by quarter.",
      &backtest_task);
  operation::add_task<SolvencyParameters>(
      registry, "insure.solvency",
      "The solvency report of a book of covers, with pictures: capital, ruin, stress, uncertainty.",
      &solvency_task);
  operation::add_task<PerilParameters>(
      registry, "insure.peril",
      "A worked claim of a peril in books of its own, from the notice to the recovery.",
      &peril_task, operation::NeedsBooks::may_found);
}

}  // namespace cofferdam::report
