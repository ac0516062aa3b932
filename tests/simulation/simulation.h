// SPDX-License-Identifier: Apache-2.0
//
// One simulated life of the books: random commands, a disk that loses power between any two writes
// or has no space left, and an auditor who knows what every answer must be. All of it follows from
// the seed; only the moment when the id index's own thread writes a run does not, and no answer
// may depend on that.
#pragma once

#include "cofferdam/journal/simulated_disk.h"

#include "tests/simulation/auditor.h"
#include "tests/simulation/workload.h"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cofferdam::simulation {

struct Statistics {
  std::uint64_t recorded = 0;   // commands that got a record
  std::uint64_t malformed = 0;  // refused by their shape
  std::uint64_t repeated = 0;   // ids sent again
  std::uint64_t dry_runs = 0;
  std::uint64_t crashes = 0;      // power cuts and kills
  std::uint64_t lost = 0;         // commands that were never acknowledged and are gone
  std::uint64_t resurrected = 0;  // commands without an answer that were recorded all the same
  std::uint64_t full = 0;         // commands refused by a full disk
  std::uint64_t failed_syncs = 0;
  std::uint64_t indexes_removed = 0;
  std::uint64_t travels = 0;
  std::uint64_t checkpoints = 0;
  std::uint64_t policy_breaches = 0;
  std::uint64_t laws_broken = 0;
  std::uint64_t executed_proposals = 0;
  std::array<std::uint64_t, 256> transfers{};  // by status
  std::array<std::uint64_t, 256> accounts{};
  std::array<std::uint64_t, 64> reversals{};

  void add(const Statistics& other);
};

struct Settings {
  std::uint64_t seed = 1;
  std::size_t steps = 120;
  std::string scratch;  // folder for indexes and keys; emptied before and after
  bool trace = false;   // every step on the standard error stream
  bool without_faults = false;
};

// Writes the journal of the books in `from` to a real folder.
void keep_journal(journal::Disk& disk, const std::string& from, const std::string& folder);

class Simulation {
 public:
  explicit Simulation(Settings settings);
  ~Simulation();
  Simulation(const Simulation&) = delete;
  Simulation& operator=(const Simulation&) = delete;

  // What went wrong, with the step; nullopt when nothing did.
  [[nodiscard]] std::optional<std::string> run();

  // Writes the journal's files into a real folder, to be replayed elsewhere.
  void keep_journal(const std::string& folder);

  [[nodiscard]] const Statistics& statistics() const { return statistics_; }

  [[nodiscard]] engine::Engine& engine() { return *engine_; }

  [[nodiscard]] journal::SimulatedDisk& disk() { return disk_; }

  [[nodiscard]] const std::string& folder() const { return settings_.scratch; }

 private:
  struct Logged {
    std::optional<engine::Request> request;  // absent: a checkpoint
    engine::Reply reply;
  };

  enum class Cut { power, kill, close };

  void step();
  void fault();
  void command(const engine::Request& request);
  void refused(const engine::Request& request, const base::Error& error, base::Sequence before);
  void accepted(const engine::Request& request, const engine::Reply& reply, base::Sequence before);
  void count(const engine::Request& request, const engine::Reply& reply);
  void repeat();
  void commit();
  void checkpoint();
  void travel();
  void dry_run(const engine::Request& request);
  void crash(Cut cut);
  void reopen();
  void look_around();
  void look_for_commands();
  void compare_with_replay();
  void rebuild_auditor(std::size_t records);
  void learn_accounts(const engine::State& state, base::Sequence sequence);
  [[nodiscard]] engine::Options options();
  void fail(const std::string& text);

  Settings settings_;
  Random random_;
  journal::SimulatedDisk disk_;
  std::string checkpoint_key_;
  Workload workload_;
  Auditor::Registry registry_;
  std::unique_ptr<Auditor> auditor_;
  engine::Options options_;
  std::unique_ptr<engine::Engine> engine_;
  std::vector<Logged> log_;                   // log_[i] is the record i + 1
  std::optional<engine::Request> uncertain_;  // sent, no answer
  bool uncertain_checkpoint_ = false;
  std::vector<base::CommandId> gone_;
  std::size_t acknowledged_ = 0;
  std::int64_t clock_ = 1'700'000'000'000'000'000;
  std::size_t step_ = 0;
  std::size_t full_until_ = 0;
  bool sync_fails_ = false;
  std::optional<std::string> failure_;
  Statistics statistics_;
};

}  // namespace cofferdam::simulation
