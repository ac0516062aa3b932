// SPDX-License-Identifier: Apache-2.0
//
// Checkpoints: values of accounts at certain addresses, so that a balance at any moment of the past
// needs only the postings since the last checkpoint. A checkpoint holds, for each slot that was
// touched since the one before it, 64 bytes that mean something to the caller (four counters).
//
// The value of a slot at address A is in the newest checkpoint at or before A that has the slot:
// no newer one touched it. Each checkpoint is one file of sorted records of fixed width. Like the
// indexes it is a projection: through() is the address of the newest checkpoint, and a missing or
// damaged file empties the store, which is then filled from the journal again.
//
// One thread writes; any thread may look up.
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/journal/run_file.h"

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace cofferdam::journal {

using CheckpointValue = std::array<std::uint64_t, 8>;

struct CheckpointRecord {
  std::uint32_t slot = 0;
  CheckpointValue value = {};
};

struct CheckpointAt {
  std::uint64_t address = 0;  // of the checkpoint
  CheckpointValue value = {};
};

struct CheckpointOptions {
  std::string folder;         // of its own; made if it does not exist
  std::uint64_t lineage = 0;  // of the journal
  FileHook hook = {};         // tests only
};

struct CheckpointFigures {
  std::uint64_t checkpoints = 0;
  std::uint64_t records = 0;
  std::uint64_t disk_bytes = 0;
};

class CheckpointStore {
 public:
  // Fails only where the operating system does. See rebuilding().
  [[nodiscard]] static base::Result<std::unique_ptr<CheckpointStore>> open(
      CheckpointOptions options);

  [[nodiscard]] const std::optional<base::Error>& rebuilding() const { return rebuilding_; }

  // Durable on return. Requires records sorted by slot, each slot once, and an address above
  // through(). On an error nothing was added.
  [[nodiscard]] base::Result<void> write(std::uint64_t address,
                                         std::span<const CheckpointRecord> records);
  // The value of the slot in the newest checkpoint at or before the address that has the slot;
  // nothing if none has. Looks into checkpoints backwards: a caller that knows (from the posting
  // index) when the slot was last touched before the address gives that as `not_before`, and the
  // search ends there.
  [[nodiscard]] base::Result<std::optional<CheckpointAt>> find(std::uint32_t slot,
                                                               std::uint64_t address,
                                                               std::uint64_t not_before = 0) const;
  // The address of the newest checkpoint, 0 for none.
  [[nodiscard]] std::uint64_t through() const;
  [[nodiscard]] CheckpointFigures figures() const;
  [[nodiscard]] base::Result<void> verify() const;  // reads every block

 private:
  // As the manifest keeps it: five words.
  struct Place {
    std::uint64_t file = 0;
    std::uint64_t address = 0;
    std::uint64_t records = 0;
    std::uint64_t first_slot = 0;
    std::uint64_t last_slot = 0;
  };

  struct Checkpoint {
    Place place;
    RunFile file;
  };

  using List = std::vector<std::shared_ptr<const Checkpoint>>;

  explicit CheckpointStore(CheckpointOptions options);
  [[nodiscard]] base::Result<void> load();
  [[nodiscard]] base::Result<void> write_list(const List& list);
  [[nodiscard]] std::shared_ptr<const List> list() const;
  [[nodiscard]] static base::Result<std::optional<CheckpointValue>> look_into(
      const Checkpoint& checkpoint, std::uint32_t slot);

  CheckpointOptions options_;
  IndexFolder folder_;
  std::optional<base::Error> rebuilding_;
  std::uint64_t next_file_ = 1;
  mutable std::mutex mutex_;
  std::shared_ptr<const List> list_;  // ascending addresses
};

}  // namespace cofferdam::journal
