// SPDX-License-Identifier: Apache-2.0
//
// The entry points of a replay: a data set by its name, from its folder, into open books; then what
// the books show. Running it again over the same books changes nothing and shows the same.
#pragma once

#include "cofferdam/report/replay_result.h"
#include "cofferdam/report/screen.h"

#include <span>
#include <string>
#include <string_view>

namespace cofferdam::report {

struct ReplayDataset {
  std::string_view name;  // also of its folder
  std::string_view doc;
};

// hyperliquid_2023, ledger_gratipay_escrow, ledger_ethereum_2017, ledger_berka, and `venue` for a
// folder that generate_venue has written.
[[nodiscard]] std::span<const ReplayDataset> replay_datasets();

struct Replay {
  std::string dataset;
  std::string input_folder;
  std::string books_folder;
};

struct ReplayOutput {
  ReplayResult result;
  std::string screen;
  std::string html;
};

// Owners' labels (addresses, account numbers) are written beside the journal.
[[nodiscard]] base::Result<ReplayOutput> run_replay(engine::Engine& engine, const Replay& replay,
                                                    const ReplayOptions& options);

}  // namespace cofferdam::report
