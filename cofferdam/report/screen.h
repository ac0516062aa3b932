// SPDX-License-Identifier: Apache-2.0
//
// A replay on one screen, and as an HTML page with pictures that needs no network and no script.
#pragma once

#include "cofferdam/report/observe.h"
#include "cofferdam/report/replay_result.h"

#include <string>

namespace cofferdam::report {

// What the journal's folder holds.
struct JournalFacts {
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;  // of the segments, preallocated space included
  std::string chain_hash;
  std::string state_hash;
};

[[nodiscard]] JournalFacts journal_facts(engine::Engine& engine, const std::string& books_folder);

struct ReplayReport {
  const ReplayResult& result;
  const Observation& observation;
  const JournalFacts& journal;
  const engine::State& state;
};

// At most 100 columns wide.
[[nodiscard]] std::string replay_screen(const ReplayReport& report);

// One self-contained file: inline SVG, light and dark, printable, text escaped.
[[nodiscard]] std::string replay_html(const ReplayReport& report);

}  // namespace cofferdam::report
