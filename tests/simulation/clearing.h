// SPDX-License-Identifier: Apache-2.0
//
// One simulated life of a clearing venue: terms, margin, trades, crashes of prices, liquidations,
// auctions, losses, waterfalls, funds, deleveraging, recoveries, assessments, in an order that
// follows from the seed; the disk loses power on the way. After every command the money of each
// pool is added up, what was paid is looked at for whose it was, and what was run dry must be what
// is then done; at the end a replay from the first record must come to the same books.
#pragma once

#include "cofferdam/engine/engine.h"
#include "cofferdam/journal/simulated_disk.h"

#include "tests/simulation/random.h"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cofferdam::simulation {

struct ClearingStatistics {
  std::uint64_t commands = 0;
  std::uint64_t dry_runs = 0;
  std::uint64_t power_cuts = 0;
  std::uint64_t gated = 0;
  std::array<std::uint64_t, 256> accepted{};  // by number of the operation
  std::array<std::uint64_t, 256> refused{};

  void add(const ClearingStatistics& other);
};

struct ClearingSettings {
  std::uint64_t seed = 1;
  std::size_t steps = 80;
  std::string scratch;  // folder for indexes; emptied before and after
};

class ClearingSimulation {
 public:
  explicit ClearingSimulation(ClearingSettings settings);
  ~ClearingSimulation();
  ClearingSimulation(const ClearingSimulation&) = delete;
  ClearingSimulation& operator=(const ClearingSimulation&) = delete;

  // What went wrong, with the step; nullopt when nothing did.
  [[nodiscard]] std::optional<std::string> run();

  [[nodiscard]] const ClearingStatistics& statistics() const { return statistics_; }

 private:
  void open();
  void found();
  void found_pools();
  void found_market();
  void list_dated();
  void roll_dated();
  void step();
  void cut_power();
  void replay_all();
  engine::Reply give(engine::Command command);
  void check(const engine::Command& command, const engine::Reply& reply);
  void check_pools();
  void check_payers(const engine::Command& command, const engine::Reply& reply);
  void end_losses();
  void fail(const std::string& text);

  [[nodiscard]] engine::Command draw();
  [[nodiscard]] engine::Command draw_trade();
  [[nodiscard]] engine::Command draw_mark();
  [[nodiscard]] engine::Command draw_fact();
  [[nodiscard]] engine::Command draw_terms();
  [[nodiscard]] engine::Command draw_margin();
  [[nodiscard]] engine::Command draw_redemption();
  [[nodiscard]] engine::Command draw_fund();
  [[nodiscard]] engine::Command draw_bid(base::OwnerId owner);
  [[nodiscard]] engine::Command draw_case();
  [[nodiscard]] engine::Command draw_loss();
  [[nodiscard]] engine::Command draw_assessment();
  [[nodiscard]] engine::Command draw_movement();
  [[nodiscard]] default_management::DefineWaterfall waterfall();
  [[nodiscard]] default_management::SetLiquidationTerms liquidation_terms();
  [[nodiscard]] market::RecordMarks mark_of_dated();
  [[nodiscard]] std::int64_t dated_price() const;
  [[nodiscard]] base::OwnerId any_owner();
  [[nodiscard]] base::OwnerId any_failing();
  [[nodiscard]] base::OwnerId poorest();
  [[nodiscard]] base::Amount up_to(std::uint64_t most);
  [[nodiscard]] std::optional<base::Amount> maybe(std::uint64_t most);
  [[nodiscard]] std::uint32_t any_loss();

  ClearingSettings settings_;
  Random random_;
  ClearingStatistics statistics_;
  journal::SimulatedDisk disk_;
  std::unique_ptr<engine::Engine> engine_;
  std::optional<std::string> failure_;
  std::int64_t clock_ = 1'700'000'000'000'000'000;
  std::int64_t price_ = 100'00;
  base::ContractId dated_{2U};  // that is listed beside the perpetual now
  bool is_option_ = false;
  std::uint64_t ids_ = 0;
  std::size_t step_ = 0;
  std::vector<market::Trade> trades_;
};

}  // namespace cofferdam::simulation
