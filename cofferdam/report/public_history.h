// SPDX-License-Identifier: Apache-2.0
//
// What the public page takes from the journal and not from the books as they stand: what named
// pools held and owed at each checkpoint, which record set each parameter, and counts of incidents.
// It reads the journal once, in pieces of whatever size its owner has time for, and goes on where
// it was.
#pragma once

#include "cofferdam/books/pool/standing.h"
#include "cofferdam/engine/checkpoint.h"
#include "cofferdam/engine/engine.h"
#include "cofferdam/journal/reader.h"
#include "cofferdam/report/entries.h"

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace cofferdam::report {

// When there are more, every second one is left out, so that what remains is evenly thinned.
inline constexpr std::size_t kPublicPointsMax = 128;

struct PublicPoint {
  base::Sequence sequence = 0;
  base::Time time;
  std::map<std::pair<base::PoolId, base::AssetId>, pool::Standing> sums;
};

// The record that set a parameter, and who had to agree.
struct SetBy {
  base::Sequence sequence = 0;
  base::Time time;
  std::uint32_t proposal = 0;  // 0: given directly
  std::size_t approvals = 0;
};

struct Incidents {
  std::uint64_t freezes = 0;
  std::array<std::uint64_t, 3> alerts_raised{};  // by severity
};

class PublicHistory {
 public:
  // `engine` must outlive it.
  PublicHistory(engine::Engine& engine, std::set<base::PoolId> pools);

  // Reads at most so many records that are durable; true when there are no more.
  [[nodiscard]] base::Result<bool> advance(std::size_t records_max);

  // False where the first records are archived: then there are no figures of the past.
  [[nodiscard]] bool is_whole() const { return is_whole_; }

  // The first record that was read: what is counted is counted from here on.
  [[nodiscard]] base::Sequence first() const { return first_; }

  [[nodiscard]] base::Sequence read_through() const { return read_through_; }

  // How many checkpoints the points were chosen from.
  [[nodiscard]] std::uint64_t checkpoints() const { return checkpoints_; }

  [[nodiscard]] const std::set<base::PoolId>& pools() const { return pools_; }

  [[nodiscard]] const std::vector<PublicPoint>& points() const { return points_; }

  [[nodiscard]] const std::optional<engine::Checkpoint>& checkpoint() const { return checkpoint_; }

  [[nodiscard]] base::Time checkpoint_time() const { return checkpoint_time_; }

  // What the records that were read sum to now.
  [[nodiscard]] const PublicPoint& latest() const { return latest_; }

  // Null where the record that set it is archived.
  [[nodiscard]] const SetBy* set_by(const std::string& parameter) const;
  [[nodiscard]] Incidents incidents_of(base::PoolId pool) const;

  [[nodiscard]] static std::string policy_key(std::uint16_t operation, base::PoolId pool);
  [[nodiscard]] static std::string thing_key(std::string_view kind, base::u128 number);

 private:
  [[nodiscard]] base::Result<void> take(const journal::Record& record);
  [[nodiscard]] base::Result<void> take_command(const engine::RecordedCommand& recorded);
  void take_checkpoint(const journal::Record& record);
  void note_parameter(const engine::RecordedCommand& recorded);
  // A pool that comes with balances.
  void take_pool(const engine::RecordedCommand& recorded);
  void move(base::AccountId account, const pool::Sum& credit);

  engine::Engine& engine_;
  std::set<base::PoolId> pools_;
  EntryWalk walk_;
  std::unique_ptr<journal::Reader> reader_;
  bool is_whole_ = true;
  base::Sequence first_ = 0;
  std::uint64_t checkpoints_ = 0;
  std::map<base::AccountId, pool::Sum> balances_;  // of the named pools; credits less debits
  base::Sequence read_through_ = 0;
  PublicPoint latest_;
  std::vector<PublicPoint> points_;
  std::optional<engine::Checkpoint> checkpoint_;
  base::Time checkpoint_time_;
  std::map<std::string, SetBy> parameters_;
  std::map<base::PoolId, Incidents> incidents_;
};

}  // namespace cofferdam::report
