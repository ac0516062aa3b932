// SPDX-License-Identifier: Apache-2.0
//
// Looks commands up that were recorded one after the other, and are asked for in that order: what
// lies behind a record that was found is read ahead, where an index would find it one by one.
#pragma once

#include "cofferdam/engine/engine.h"
#include "cofferdam/journal/reader.h"

#include <deque>
#include <memory>

namespace cofferdam::report {

class RecordedCommands {
 public:
  // The engine must outlive it, and write nothing meanwhile.
  explicit RecordedCommands(engine::Engine& engine) : engine_(engine) {}

  [[nodiscard]] base::Result<std::optional<engine::RecordedCommand>> find(base::CommandId id);

 private:
  [[nodiscard]] base::Result<void> read_ahead();

  engine::Engine& engine_;
  std::unique_ptr<journal::Reader> reader_;  // behind the newest of `ahead_`
  std::deque<engine::RecordedCommand> ahead_;
};

}  // namespace cofferdam::report
