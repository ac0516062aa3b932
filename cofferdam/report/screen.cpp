// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/report/screen.h"

#include "cofferdam/base/decimal.h"
#include "cofferdam/journal/journal.h"

#include <algorithm>
#include <filesystem>

namespace cofferdam::report {

namespace {

constexpr std::size_t kWidth = 100;
constexpr std::size_t kExposuresShown = 5;
constexpr std::size_t kFindingsShown = 8;  // a longer one is counted only

[[nodiscard]] std::string rule(const std::string& title) {
  return title + " " + std::string(kWidth - std::min(kWidth, title.size() + 1), '-') + "\n";
}

[[nodiscard]] std::string rate(std::uint64_t count, std::int64_t nanoseconds) {
  if (nanoseconds <= 0) return "-";
  const auto per_second =
      static_cast<base::u128>(count) * 1'000'000'000 / static_cast<base::u128>(nanoseconds);
  return grouped(base::to_text(per_second));
}

// Breaks a sentence into lines; the further ones are set in as far as `before` is long.
[[nodiscard]] std::string wrapped(const std::string& before, const std::string& text) {
  std::string out = before;
  const std::size_t first = before.size();
  std::size_t column = first;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    const std::string word = text.substr(at, end - at);
    if (column > first && column + 1 + columns_of(word) > kWidth) {
      out += "\n" + std::string(first, ' ');
      column = first;
    } else if (column > first) {
      out += ' ';
      ++column;
    }
    out += word;
    column += columns_of(word);
    at = end + 1;
  }
  return out + "\n";
}

[[nodiscard]] Listing exposure_listing(const Observation& seen) {
  Listing listing{.title = "Top exposures",
                  .columns = {text_column("owner"), number_column("notional " + seen.asset_code),
                              number_column("balance " + seen.asset_code)},
                  .rows = {}};
  for (std::size_t i = 0; i < std::min(kExposuresShown, seen.exposures.size()); ++i) {
    const Exposure& exposure = seen.exposures[i];
    listing.rows.push_back({exposure.owner, shown(exposure.notional, seen.scale, Digits::two),
                            shown(exposure.collateral, seen.scale, Digits::two)});
  }
  return listing;
}

}  // namespace

JournalFacts journal_facts(engine::Engine& engine, const std::string& books_folder) {
  JournalFacts facts{.records = engine.sequence(),
                     .chain_hash = crypto::to_hex(engine.chain_hash()),
                     .state_hash = crypto::to_hex(engine::state_hash(engine.state()))};
  std::error_code trouble;
  for (const auto& file : std::filesystem::directory_iterator(books_folder + "/journal", trouble))
    if (file.is_regular_file(trouble)) facts.bytes += file.file_size(trouble);
  return facts;
}

std::string replay_screen(const ReplayReport& report) {
  const ReplayResult& result = report.result;
  const Observation& seen = report.observation;
  std::string out = rule("REPLAY " + result.dataset);
  out +=
      "period    " + base::format_time(result.from) + " to " + base::format_time(result.to) + "\n";
  out += "work      " + grouped(std::to_string(result.rows)) + " rows, " +
         grouped(std::to_string(result.commands)) + " commands (" +
         grouped(std::to_string(result.replayed)) + " already recorded), " +
         grouped(std::to_string(result.events)) + " events in " +
         std::to_string(result.nanoseconds / 1'000'000) +
         " ms: " + rate(result.events, result.nanoseconds) + " events/s\n";
  out += "journal   " + grouped(std::to_string(report.journal.records)) + " records, " +
         grouped(std::to_string(report.journal.bytes)) + " bytes of segments, " +
         grouped(std::to_string(seen.entries)) + " entries\n";
  out += "chain     " + report.journal.chain_hash + "\n";
  out += "state     " + report.journal.state_hash + "\n";
  const std::string& key = report.state.venue.venues.at(0).checkpoint_key;
  if (!key.empty())
    out += "signed    " + std::to_string(result.checkpoints) + " checkpoints in this run; key " +
           key + "\n";
  out += rule("POOLS");
  const Listing pools = wholeness(report.state, Digits::two);
  out += verdict_of(pools).text + "\n" + to_text(pools, kWidth, 8);
  if (const std::string sums = contract_sums(report.state); !sums.empty()) out += sums + "\n";
  if (seen.settled > 0) {
    out += rule("SETTLEMENT");
    out += "paid by losers over the period: " +
           grouped(base::format_decimal(seen.settled, seen.scale)) + " " + seen.asset_code + "\n";
  }
  if (seen.has_outside)
    out += "declared counterparties: funded " +
           grouped(base::format_decimal(seen.outside_funding, seen.scale)) + ", least " +
           grouped(base::format_decimal(seen.outside_least, seen.scale)) + ", now " +
           grouped(base::format_decimal(seen.outside_now, seen.scale)) + " " + seen.asset_code +
           "\n";
  out += rule("TOP EXPOSURES");
  out += to_text(exposure_listing(seen), kWidth);
  out += rule("FIGURES");
  for (const Fact& fact : result.facts)
    out += (fact.stated.empty() ? "          "
            : fact.agrees()     ? "agrees    "
                                : "DIFFERS   ") +
           fact.name + ": " + grouped(fact.found) +
           (fact.stated.empty() || fact.agrees() ? "" : ", stated " + grouped(fact.stated)) + "\n";
  for (const Listing& finding : result.findings) {
    out += finding.title.size() + 4 < kWidth ? rule(finding.title) : wrapped("", finding.title);
    if (finding.rows.size() <= kFindingsShown)
      out += to_text(finding, kWidth);
    else
      out += std::to_string(finding.rows.size()) + " rows, all in the HTML report\n";
  }
  if (!result.notes.empty()) out += rule("NOTES");
  for (const std::string& note : result.notes) out += wrapped("- ", note);
  return out;
}

}  // namespace cofferdam::report
