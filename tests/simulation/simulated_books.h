// SPDX-License-Identifier: Apache-2.0
//
// Books that live a life drawn from a seed, on a disk that loses power on the way: what lives of a
// clearing venue and of insurance pools have in common. After every command the money of each pool
// is added up, what was refused must have left no trace, and what is run dry must be what is then
// done; at the end a replay from the first record must come to the same books.
#pragma once

#include "cofferdam/engine/engine.h"
#include "cofferdam/journal/simulated_disk.h"

#include "tests/simulation/random.h"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace cofferdam::simulation {

[[nodiscard]] std::string name_of(const engine::Command& command);

struct SimulationStatistics {
  std::uint64_t commands = 0;
  std::uint64_t dry_runs = 0;
  std::uint64_t power_cuts = 0;
  std::uint64_t noted = 0;                    // what the kind of life counts beside
  std::array<std::uint64_t, 512> accepted{};  // by number of the operation
  std::array<std::uint64_t, 512> refused{};

  void add(const SimulationStatistics& other);
};

struct SimulationSettings {
  std::uint64_t seed = 1;
  std::size_t steps = 100;
  std::string scratch;  // folder for indexes; emptied before and after
};

class SimulatedBooks {
 public:
  virtual ~SimulatedBooks();
  SimulatedBooks(const SimulatedBooks&) = delete;
  SimulatedBooks& operator=(const SimulatedBooks&) = delete;

  // What went wrong, with the step; nullopt when nothing did.
  [[nodiscard]] std::optional<std::string> run();

  [[nodiscard]] const SimulationStatistics& statistics() const { return statistics_; }

 protected:
  // `salt` tells the kinds of lives apart: one seed draws other numbers for each.
  SimulatedBooks(SimulationSettings settings, std::uint64_t salt);

  virtual void found() = 0;
  virtual void step() = 0;
  virtual void end() = 0;

  // Right before a command is carried out, and behind one that was accepted.
  virtual void before_command() {}

  virtual void check(const engine::Command& command, const engine::Reply& reply) = 0;

  engine::Reply give(engine::Command command, std::uint32_t principal = 1);
  void cut_power();
  void fail(const std::string& text);

  Random random_;
  SimulationStatistics statistics_;
  std::unique_ptr<engine::Engine> engine_;
  std::optional<std::string> failure_;
  std::int64_t clock_ = 1'700'000'000'000'000'000;
  std::uint64_t ids_ = 0;  // of commands, and of what they create

 private:
  void open();
  void replay_all();
  void count(const engine::Command& command, const engine::Reply& reply);
  void check_money();

  SimulationSettings settings_;
  journal::SimulatedDisk disk_;
  std::size_t step_ = 0;
};

}  // namespace cofferdam::simulation
