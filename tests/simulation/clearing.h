// SPDX-License-Identifier: Apache-2.0
//
// One simulated life of a clearing venue: terms, margin, trades, crashes of prices, liquidations,
// auctions, losses, waterfalls, funds, deleveraging, recoveries, assessments, in an order that
// follows from the seed; the disk loses power on the way. After every command the money of each
// pool is added up, what was paid is looked at for whose it was, and what was run dry must be what
// is then done; at the end a replay from the first record must come to the same books.
#pragma once

#include "tests/simulation/simulated_books.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cofferdam::simulation {

class ClearingSimulation : public SimulatedBooks {
 public:
  explicit ClearingSimulation(SimulationSettings settings);

 private:
  void found() override;
  void found_pools();
  void found_market();
  void found_coins();
  void list_dated();
  void roll_dated();
  void step() override;
  void end() override;
  void check(const engine::Command& command, const engine::Reply& reply) override;
  void check_payers(const engine::Command& command, const engine::Reply& reply);

  [[nodiscard]] engine::Command draw();
  [[nodiscard]] engine::Command draw_trade();
  [[nodiscard]] engine::Command draw_mark();
  [[nodiscard]] engine::Command draw_fact();
  [[nodiscard]] engine::Command draw_terms();
  [[nodiscard]] engine::Command draw_margin();
  [[nodiscard]] engine::Command draw_redemption();
  [[nodiscard]] engine::Command draw_safeguard();
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

  std::int64_t price_ = 100'00;
  base::ContractId dated_{2U};  // that is listed beside the perpetual now
  bool is_option_ = false;
  std::vector<market::Trade> trades_;
};

}  // namespace cofferdam::simulation
