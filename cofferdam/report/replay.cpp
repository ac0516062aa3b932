// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/report/replay.h"

#include "cofferdam/report/replay_ledgers.h"
#include "cofferdam/report/replay_venue.h"

#include <array>

namespace cofferdam::report {

namespace {

constexpr std::array<ReplayDataset, 5> kDatasets{{
    {"hyperliquid_2023", "a derivatives venue: deposits, withdrawals, trades, daily settlement"},
    {"ledger_gratipay_escrow", "a company's books that keep an escrow apart from operations"},
    {"ledger_ethereum_2017", "transfers of ether, beyond 64 bits"},
    {"ledger_berka", "a bank's movements with stated balances"},
    {"venue", "days that generate-venue has written"},
}};

[[nodiscard]] Result<ReplayResult> dispatch(engine::Engine& engine, const Replay& replay,
                                            const ReplayOptions& options) {
  const std::string& folder = replay.input_folder;
  if (replay.dataset == "hyperliquid_2023" || replay.dataset == "venue")
    return replay_venue(folder, replay.dataset, engine, options);
  if (replay.dataset == "ledger_gratipay_escrow") return replay_gratipay(folder, engine, options);
  if (replay.dataset == "ledger_ethereum_2017") return replay_ethereum(folder, engine, options);
  if (replay.dataset == "ledger_berka") return replay_berka(folder, engine, options);
  std::string known;
  for (const ReplayDataset& dataset : kDatasets)
    known += (known.empty() ? "" : ", ") + std::string(dataset.name);
  return base::malformed("dataset", replay.dataset, "is one of " + known);
}

}  // namespace

std::span<const ReplayDataset> replay_datasets() {
  return kDatasets;
}

Result<ReplayOutput> run_replay(engine::Engine& engine, const Replay& replay,
                                const ReplayOptions& options) {
  ReplayOutput output;
  Result<ReplayResult> result = dispatch(engine, replay, options);
  if (!result) return std::unexpected(std::move(result).error());
  output.result = std::move(*result);
  Result<Owners> owners = Owners::open(replay.books_folder);
  if (!owners) return std::unexpected(std::move(owners).error());
  if (Result<void> kept = owners->set_all(output.result.labels); !kept)
    return std::unexpected(std::move(kept).error());
  Result<OwnerLabels> labels = OwnerLabels::read(replay.books_folder);
  if (!labels) return std::unexpected(std::move(labels).error());
  Result<Observation> seen = observe(engine, *labels);
  if (!seen) return std::unexpected(std::move(seen).error());
  const JournalFacts journal = journal_facts(engine, replay.books_folder);
  const ReplayReport report{output.result, *seen, journal, engine.state()};
  output.screen = replay_screen(report);
  output.html = replay_html(report);
  return output;
}

}  // namespace cofferdam::report
