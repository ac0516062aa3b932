// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/report/stress_verbs.h"

#include "cofferdam/base/estimate.h"
#include "cofferdam/operation/rulebooks.h"
#include "cofferdam/report/export_journal.h"
#include "cofferdam/report/option_chains.h"
#include "cofferdam/report/option_stress.h"
#include "cofferdam/report/perpetual_stress.h"

#include <cmath>

namespace cofferdam::report {
namespace {

using base::malformed;
using base::Result;
using operation::Document;
using operation::Progress;

constexpr std::uint32_t kAccountsMax = 10'000;
constexpr std::uint32_t kPoolsMax = 100;
constexpr std::uint32_t kLookBackMax = 1'000;
constexpr std::uint64_t kVolumeMax = 1'000'000'000;

constexpr std::string_view kChains = "option_chains";
constexpr std::string_view kPerpetual = "bitmex_xbtusd";

struct StressParameters {
  static constexpr std::array<std::string_view, 1> kRequired{"folder"};
  std::string dataset = std::string(kChains);
  std::string folder;
  std::string html;
  std::string results;
  std::uint32_t accounts = 0;
  std::uint32_t pools = 4;
  std::uint64_t seed = 1;
  std::optional<double> fund_rate;
  std::optional<double> operator_rate;
  std::optional<double> shared_rate;
  double shared_cap = 0.5;
  std::optional<double> penalty_rate;
  std::string rulebook = "derive-pmrm-2";
  double absent_ask_rate = 0.5;
  double add_on_rate = 1;
  std::uint32_t add_on_look_back = 4;
  double participation = 0.1;
  double slippage = 0.5;
  std::uint64_t fresh_volume = 50'000;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("dataset", self.dataset,
          "option_chains: files snap_<UTC>.csv or .csv.gz; bitmex_xbtusd: minutes of an inverse "
          "perpetual");
    visit("folder", self.folder, "where the files are");
    visit("html", self.html, "file for the report with pictures; empty: none");
    visit("results", self.results, "file for the figures as JSON; empty: none");
    visit("accounts", self.accounts,
          "of the book, 6 to 10,000; 0: 600 of options, to whom market makers come, or 4,000");
    visit("pools", self.pools, "that the accounts stand in, 1 to 100");
    visit("seed", self.seed, "from which the book is made");
    visit("fund_rate", self.fund_rate,
          "a pool's own fund: of its initial requirements (0.03), or of what is paid in (0.003)");
    visit("operator_rate", self.operator_rate, "the operator's capital: 0.01, or 0.001");
    visit("shared_rate", self.shared_rate, "the shared fund: 0.02, or 0.001");
    visit("shared_cap", self.shared_cap, "part of the shared fund that one pool may draw");
    visit("penalty_rate", self.penalty_rate,
          "of what is closed, at most what is left: 0.01, or 0.0025");
    visit("rulebook", self.rulebook, "option_chains: name of a margin rulebook");
    visit("absent_ask_rate", self.absent_ask_rate,
          "option_chains: closing a short without an ask costs the mark and this part of its time "
          "value");
    visit("add_on_rate", self.add_on_rate,
          "option_chains: part of the liquidity add-on that is required, 0 to 1");
    visit("add_on_look_back", self.add_on_look_back,
          "option_chains: the add-on is the largest cost of closing of so many snapshots, 1 to "
          "1,000");
    visit("participation", self.participation,
          "bitmex_xbtusd: part of a minute's volume that liquidations may take");
    visit("slippage", self.slippage,
          "bitmex_xbtusd: how far from the mark to the minute's worst price they are filled, 0 to "
          "1");
    visit("fresh_volume", self.fresh_volume,
          "bitmex_xbtusd: a minute with fewer contracts makes no mark");
  }
};

Result<void> check(const StressParameters& p) {
  if (p.dataset != kChains && p.dataset != kPerpetual)
    return malformed("dataset", p.dataset, "must be option_chains or bitmex_xbtusd");
  if (p.accounts != 0 && (p.accounts < 6 || p.accounts > kAccountsMax))
    return malformed("accounts", std::to_string(p.accounts), "must be 6 to 10,000");
  if (p.pools < 1 || p.pools > kPoolsMax)
    return malformed("pools", std::to_string(p.pools), "must be 1 to 100");
  const std::pair<std::string_view, double> rates[] = {
      {"fund_rate", p.fund_rate.value_or(0)},
      {"operator_rate", p.operator_rate.value_or(0)},
      {"shared_rate", p.shared_rate.value_or(0)},
      {"shared_cap", p.shared_cap},
      {"penalty_rate", p.penalty_rate.value_or(0)},
      {"absent_ask_rate", p.absent_ask_rate},
      {"add_on_rate", p.add_on_rate},
      {"participation", p.participation},
      {"slippage", p.slippage}};
  for (const auto& [name, rate] : rates)
    if (!(rate >= 0 && rate <= 1))
      return malformed(std::string(name), base::number_text(rate), "must be 0 to 1");
  if (p.add_on_look_back < 1 || p.add_on_look_back > kLookBackMax)
    return malformed("add_on_look_back", std::to_string(p.add_on_look_back), "must be 1 to 1,000");
  if (p.fresh_volume < 1 || p.fresh_volume > kVolumeMax)
    return malformed("fresh_volume", std::to_string(p.fresh_volume), "must be 1 to 1,000,000,000");
  return {};
}

stress::VenueTerms option_terms(const StressParameters& p) {
  return {.accounts = p.accounts == 0 ? 600 : p.accounts,
          .pools = p.pools,
          .seed = p.seed,
          .fund_rate = p.fund_rate.value_or(0.03),
          .operator_rate = p.operator_rate.value_or(0.01),
          .shared_rate = p.shared_rate.value_or(0.02),
          .shared_cap = p.shared_cap,
          .penalty_rate = p.penalty_rate.value_or(0.01),
          .absent_ask_rate = p.absent_ask_rate,
          .add_on_look_back = p.add_on_look_back,
          .add_on_rate = p.add_on_rate};
}

stress::PerpetualTerms perpetual_terms(const StressParameters& p) {
  stress::PerpetualTerms terms{.accounts = p.accounts == 0 ? 4'000 : p.accounts,
                               .pools = p.pools,
                               .seed = p.seed,
                               .participation = p.participation,
                               .slippage = p.slippage,
                               .fresh_volume = static_cast<std::int64_t>(p.fresh_volume),
                               .fund_rate = p.fund_rate.value_or(0.003),
                               .operator_rate = p.operator_rate.value_or(0.001),
                               .shared_rate = p.shared_rate.value_or(0.001),
                               .shared_cap = p.shared_cap};
  if (p.penalty_rate) terms.penalty_ppm = std::llround(*p.penalty_rate * 1e6);
  return terms;
}

Result<void> write_file(const std::string& path, const std::string& content) {
  if (path.empty()) return {};
  Result<FileSink> file = FileSink::open(path);
  if (!file) return std::unexpected(file.error());
  if (Result<void> done = file->write(content); !done) return done;
  return file->finish();
}

// The same three forms of either drill.
template <class Stress>
Result<Document> written(const StressParameters& p, const Stress& stress,
                         const std::vector<Fact>& facts) {
  if (!p.html.empty())
    if (Result<void> done = write_file(p.html, stress_html(stress)); !done)
      return std::unexpected(done.error());
  if (!p.results.empty())
    if (Result<void> done = write_file(
            p.results, stress_json(stress_summary(stress), facts, stress_tables(stress)));
        !done)
      return std::unexpected(done.error());
  return Document(operation::Text{.media_type = "text/plain", .content = stress_screen(stress)});
}

Result<Document> stress_task(const StressParameters& parameters, Progress& /*progress*/) {
  if (Result<void> sound = check(parameters); !sound) return std::unexpected(sound.error());
  if (parameters.dataset == kPerpetual) {
    Result<PerpetualRecord> record = read_perpetual_record(parameters.folder);
    if (!record) return std::unexpected(record.error());
    const Result<PerpetualStress> stress =
        stress_perpetual(std::move(*record), perpetual_terms(parameters));
    if (!stress) return std::unexpected(stress.error());
    return written(parameters, *stress, stress->facts);
  }
  const Result<rulebook::Rulebook> rulebook = operation::rulebook_by_name(parameters.rulebook);
  if (!rulebook) return std::unexpected(rulebook.error());
  const Result<std::vector<stress::OptionChain>> chains = read_option_chains(parameters.folder);
  if (!chains) return std::unexpected(chains.error());
  const Result<OptionStress> stress = stress_options(*rulebook, *chains, option_terms(parameters));
  if (!stress) return std::unexpected(stress.error());
  return written(parameters, *stress, {});
}

}  // namespace

void register_stress(operation::Registry& registry) {
  operation::add_task<StressParameters>(
      registry, "venue.stress",
      "A seeded book on a recorded crash, pools apart and in one: who cannot pay, and who pays.",
      &stress_task);
}

}  // namespace cofferdam::report
