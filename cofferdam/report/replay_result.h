// SPDX-License-Identifier: Apache-2.0
//
// What a replay gives back beside the books that it wrote.
#pragma once

#include "cofferdam/base/ids.h"
#include "cofferdam/base/int128.h"
#include "cofferdam/base/time.h"
#include "cofferdam/report/listing.h"

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace cofferdam::report {

struct ReplayOptions {
  std::function<void(std::uint64_t done, std::uint64_t of)> progress;  // rows of the input
};

// A figure that the data set states about itself, and what the replay found.
struct Fact {
  std::string name;
  std::string stated;
  std::string found;

  [[nodiscard]] bool agrees() const { return stated == found; }
};

// A picture of something over days, in units of an asset.
struct ReplayPicture {
  std::string title;
  std::string unit;
  unsigned scale = 0;
  std::vector<std::string> labels;
  std::vector<std::pair<std::string, std::vector<base::i128>>> series;  // one value per label
};

struct ReplayResult {
  std::string dataset;
  base::Time from;
  base::Time to;
  std::uint64_t rows = 0;         // of the input
  std::uint64_t commands = 0;     // given to the engine
  std::uint64_t replayed = 0;     // of these, answered from an earlier run
  std::uint64_t events = 0;       // transfers, trades and marks inside the commands
  std::uint64_t checkpoints = 0;  // signed in this run
  std::int64_t nanoseconds = 0;
  std::vector<Fact> facts;
  std::vector<std::string> notes;  // what the figures mean, one sentence each
  std::vector<std::pair<base::OwnerId, std::string>> labels;  // of owners, for beside the journal
  std::vector<ReplayPicture> pictures;
  std::vector<Listing> findings;  // breaks, breaches, comparisons: each with its title
};

}  // namespace cofferdam::report
