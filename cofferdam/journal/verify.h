// SPDX-License-Identifier: Apache-2.0
//
// Verification: every header, every SHA-256, every link of the chain and every byte of padding is
// computed again. Needs no lock; the first bad record is named.
#pragma once

#include "cofferdam/journal/disk.h"
#include "cofferdam/journal/segment.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace cofferdam::journal {

struct VerifyReport {
  JournalId journal_id{};
  Sequence first_sequence = 0;
  crypto::Hash first_previous_hash{};  // zeros where the first record is the first of all
  Sequence last_sequence = 0;
  crypto::Hash last_hash{};
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;            // of segments
  std::optional<Damage> damage{};     // the first
  std::optional<Damage> torn_tail{};  // not damage: a crash left it, opening the journal cuts it

  [[nodiscard]] bool good() const { return !damage; }
};

// Called after each segment with bytes done and bytes in all; false stops with what is known.
using Progress = std::function<bool(std::uint64_t done, std::uint64_t all)>;

// Archive folders first, the live folder last. An Error where the files cannot be read or do not
// form one row (missing, reordered, duplicated, foreign segments).
[[nodiscard]] Result<VerifyReport> verify(Disk& disk, const std::vector<std::string>& folders,
                                          const Progress& progress = {});

}  // namespace cofferdam::journal
