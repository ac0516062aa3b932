// SPDX-License-Identifier: Apache-2.0
//
// One simulated life of two insurance pools and of the governance over them: members, tranches,
// exits, tariffs, covers, incidents, claims on all three routes, sealed votes that are copied,
// opened wrongly and late, bonds, recoveries, proposals and conflicts, in an order that follows
// from the seed; the disk loses power on the way. After every command the money of each pool is
// added up, no leg of it may touch another pool, no cover and no exit may pass the solvency gate,
// what was refused must have left no trace, and what is run dry must be what is then done; at the
// end a replay from the first record must come to the same books.
#pragma once

#include "cofferdam/engine/engine.h"
#include "cofferdam/journal/simulated_disk.h"

#include "tests/simulation/random.h"

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cofferdam::simulation {

struct InsuranceStatistics {
  std::uint64_t commands = 0;
  std::uint64_t dry_runs = 0;
  std::uint64_t power_cuts = 0;
  std::uint64_t paid_claims = 0;
  std::array<std::uint64_t, 512> accepted{};  // by number of the operation
  std::array<std::uint64_t, 512> refused{};

  void add(const InsuranceStatistics& other);
};

struct InsuranceSettings {
  std::uint64_t seed = 1;
  std::size_t steps = 150;
  std::string scratch;  // folder for indexes; emptied before and after
};

class InsuranceSimulation {
 public:
  explicit InsuranceSimulation(InsuranceSettings settings);
  ~InsuranceSimulation();
  InsuranceSimulation(const InsuranceSimulation&) = delete;
  InsuranceSimulation& operator=(const InsuranceSimulation&) = delete;

  // What went wrong, with the step; nullopt when nothing did.
  [[nodiscard]] std::optional<std::string> run();

  [[nodiscard]] const InsuranceStatistics& statistics() const { return statistics_; }

 private:
  struct Seal {
    decision::Support support = decision::Support::against;
    base::Amount amount;
  };

  void open();
  void found();
  void found_pool(base::PoolId pool);
  void found_feeds();
  void found_governance();
  void step();
  void cut_power();
  void replay_all();
  engine::Reply give(engine::Command command, std::uint32_t principal = 1);
  void check(const engine::Command& command, const engine::Reply& reply);
  void check_money();
  void check_one_pool(const engine::Reply& reply);
  void check_gate(const engine::Command& command);
  void check_claims();
  void fail(const std::string& text);

  void pass_time();
  [[nodiscard]] engine::Command draw();
  [[nodiscard]] engine::Command draw_capital();
  [[nodiscard]] engine::Command draw_cover();
  [[nodiscard]] engine::Command draw_tariff();
  [[nodiscard]] engine::Command draw_fund();
  [[nodiscard]] engine::Command draw_incident();
  [[nodiscard]] engine::Command draw_claim();
  [[nodiscard]] engine::Command draw_vote(const insurance::Claim& claim);
  [[nodiscard]] engine::Command draw_dispute(const insurance::Claim& claim);
  [[nodiscard]] engine::Command draw_fact();
  void govern();
  [[nodiscard]] engine::Command to_propose();
  [[nodiscard]] insurance::ClaimRules claim_rules();
  [[nodiscard]] insurance::PolicyTerms cover_terms(insurance::Peril peril);
  [[nodiscard]] insurance::Finding finding(const insurance::Cover& cover);
  [[nodiscard]] base::PoolId any_pool();
  [[nodiscard]] base::OwnerId any_owner();
  [[nodiscard]] base::Amount up_to(std::uint64_t most);
  [[nodiscard]] std::string any_incident();

  InsuranceSettings settings_;
  Random random_;
  InsuranceStatistics statistics_;
  journal::SimulatedDisk disk_;
  std::unique_ptr<engine::Engine> engine_;
  std::optional<std::string> failure_;
  std::int64_t clock_ = 1'700'000'000'000'000'000;
  std::uint64_t ids_ = 0;
  std::size_t step_ = 0;
  std::uint32_t covers_ = 0;
  std::uint32_t incidents_ = 0;
  std::map<base::PoolId, base::Amount> apart_;  // for exits, before the command at hand
  std::map<std::pair<std::uint32_t, base::OwnerId>, Seal> seals_;
};

}  // namespace cofferdam::simulation
