// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/report/recorded_commands.h"

#include "cofferdam/engine/history.h"
#include "cofferdam/journal/journal.h"

#include <algorithm>

namespace cofferdam::report {

using base::Result;

namespace {

// Enough for commands of others in between; few enough that a miss costs little.
constexpr std::size_t kAhead = 16;

}  // namespace

Result<std::optional<engine::RecordedCommand>> RecordedCommands::find(base::CommandId id) {
  const auto met = std::find_if(ahead_.begin(), ahead_.end(),
                                [&](const auto& each) { return each.record.id == id; });
  if (met != ahead_.end()) {
    std::optional<engine::RecordedCommand> found = std::move(*met);
    ahead_.erase(ahead_.begin(), met + 1);
    if (Result<void> done = read_ahead(); !done) return std::unexpected(std::move(done).error());
    return found;
  }
  auto found = engine_.find_command(id);
  if (!found || !*found) return found;
  auto reader = engine_.journal().read_from((*found)->sequence + 1);
  if (!reader) return std::unexpected(std::move(reader).error());
  reader_ = std::move(*reader);
  ahead_.clear();
  if (Result<void> done = read_ahead(); !done) return std::unexpected(std::move(done).error());
  return found;
}

Result<void> RecordedCommands::read_ahead() {
  while (reader_ != nullptr && ahead_.size() < kAhead) {
    const auto record = reader_->next();
    if (!record) return std::unexpected(record.error());
    if (*record == nullptr) {
      reader_.reset();
      return {};
    }
    if ((*record)->kind != engine::kCommandRecord) continue;
    Result<engine::RecordedCommand> command = engine::recorded_command(**record);
    if (!command) return std::unexpected(std::move(command).error());
    ahead_.push_back(std::move(*command));
  }
  return {};
}

}  // namespace cofferdam::report
