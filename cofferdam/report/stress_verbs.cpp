// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/report/stress_verbs.h"

#include "cofferdam/operation/rulebooks.h"
#include "cofferdam/report/export_journal.h"
#include "cofferdam/report/option_chains.h"
#include "cofferdam/report/option_stress.h"

namespace cofferdam::report {
namespace {

using base::malformed;
using base::Result;
using operation::Document;
using operation::Progress;

constexpr std::uint32_t kAccountsMax = 10'000;
constexpr std::uint32_t kPoolsMax = 100;

struct OptionStressParameters {
  static constexpr std::array<std::string_view, 1> kRequired{"folder"};
  std::string folder;
  std::string html;
  std::string rulebook = "derive-pmrm-2";
  std::uint32_t accounts = 600;
  std::uint32_t pools = 4;
  std::uint64_t seed = 1;
  double fund_rate = 0.03;
  double operator_rate = 0.01;
  double shared_rate = 0.02;
  double shared_cap = 0.5;
  double penalty_rate = 0.01;
  double absent_ask_rate = 0.5;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("folder", self.folder, "the chains: files snap_<UTC>.csv or .csv.gz");
    visit("html", self.html, "file for the report with pictures; empty: none");
    visit("rulebook", self.rulebook, "name of a margin rulebook");
    visit("accounts", self.accounts, "of the book, 6 to 10,000; market makers come on top");
    visit("pools", self.pools, "that the accounts stand in, 1 to 100");
    visit("seed", self.seed, "from which the book is made");
    visit("fund_rate", self.fund_rate, "a pool's own fund, as part of its initial requirements");
    visit("operator_rate", self.operator_rate, "the operator's capital in a pool, likewise");
    visit("shared_rate", self.shared_rate, "the shared fund, as part of all requirements");
    visit("shared_cap", self.shared_cap, "part of the shared fund that one pool may draw");
    visit("penalty_rate", self.penalty_rate, "of the closed positions, at most what is left");
    visit("absent_ask_rate", self.absent_ask_rate,
          "closing a short without an ask: the mark and this part of its time value");
  }
};

Result<stress::VenueTerms> terms_of(const OptionStressParameters& p) {
  if (p.accounts < 6 || p.accounts > kAccountsMax)
    return malformed("accounts", std::to_string(p.accounts), "must be 6 to 10,000");
  if (p.pools < 1 || p.pools > kPoolsMax)
    return malformed("pools", std::to_string(p.pools), "must be 1 to 100");
  const std::pair<std::string_view, double> rates[] = {
      {"fund_rate", p.fund_rate},       {"operator_rate", p.operator_rate},
      {"shared_rate", p.shared_rate},   {"shared_cap", p.shared_cap},
      {"penalty_rate", p.penalty_rate}, {"absent_ask_rate", p.absent_ask_rate}};
  for (const auto& [name, rate] : rates)
    if (!(rate >= 0 && rate <= 1))
      return malformed(std::string(name), std::to_string(rate), "must be 0 to 1");
  return stress::VenueTerms{.accounts = p.accounts,
                            .pools = p.pools,
                            .seed = p.seed,
                            .fund_rate = p.fund_rate,
                            .operator_rate = p.operator_rate,
                            .shared_rate = p.shared_rate,
                            .shared_cap = p.shared_cap,
                            .penalty_rate = p.penalty_rate,
                            .absent_ask_rate = p.absent_ask_rate};
}

Result<Document> stress_task(const OptionStressParameters& parameters, Progress& /*progress*/) {
  const Result<stress::VenueTerms> terms = terms_of(parameters);
  if (!terms) return std::unexpected(terms.error());
  const Result<rulebook::Rulebook> rulebook = operation::rulebook_by_name(parameters.rulebook);
  if (!rulebook) return std::unexpected(rulebook.error());
  const Result<std::vector<stress::OptionChain>> chains = read_option_chains(parameters.folder);
  if (!chains) return std::unexpected(chains.error());
  const Result<OptionStress> stress = stress_options(*rulebook, *chains, *terms);
  if (!stress) return std::unexpected(stress.error());
  if (!parameters.html.empty()) {
    Result<FileSink> file = FileSink::open(parameters.html);
    if (!file) return std::unexpected(file.error());
    if (Result<void> done = file->write(stress_html(*stress)); !done)
      return std::unexpected(done.error());
    if (Result<void> done = file->finish(); !done) return std::unexpected(done.error());
  }
  return Document(operation::Text{.media_type = "text/plain", .content = stress_screen(*stress)});
}

}  // namespace

void register_stress(operation::Registry& registry) {
  operation::add_task<OptionStressParameters>(
      registry, "venue.stress",
      "A seeded book of options on recorded chains: who is called, who cannot pay, who pays.",
      &stress_task);
}

}  // namespace cofferdam::report
