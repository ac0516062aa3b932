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

#include "tests/simulation/simulated_books.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace cofferdam::simulation {

class InsuranceSimulation : public SimulatedBooks {
 public:
  explicit InsuranceSimulation(SimulationSettings settings);

 private:
  struct Seal {
    decision::Support support = decision::Support::against;
    base::Amount amount;
  };

  void found() override;
  void found_pool(base::PoolId pool);
  void found_feeds();
  void found_governance();
  void step() override;
  void end() override;
  void before_command() override;
  void check(const engine::Command& command, const engine::Reply& reply) override;
  void check_one_pool(const engine::Reply& reply);
  void check_gate(const engine::Command& command);
  void check_claims();

  void pass_time();
  [[nodiscard]] const insurance::Claim* at_hand() const;
  [[nodiscard]] std::optional<base::Time> awaited() const;
  [[nodiscard]] engine::Command draw();
  [[nodiscard]] engine::Command draw_capital();
  [[nodiscard]] engine::Command draw_cover();
  [[nodiscard]] engine::Command draw_tariff();
  [[nodiscard]] engine::Command draw_fund();
  [[nodiscard]] engine::Command draw_incident();
  [[nodiscard]] engine::Command draw_member();
  [[nodiscard]] engine::Command draw_recovery();
  [[nodiscard]] engine::Command draw_notice();
  [[nodiscard]] engine::Command draw_claim();
  [[nodiscard]] engine::Command draw_vote(const insurance::Claim& claim);
  [[nodiscard]] engine::Command draw_dispute(const insurance::Claim& claim);
  [[nodiscard]] engine::Command draw_fact();
  void govern();
  [[nodiscard]] const decision::GovernanceProposal* proposal_at_hand() const;
  [[nodiscard]] engine::Command to_propose();
  [[nodiscard]] insurance::ClaimRules claim_rules();
  [[nodiscard]] insurance::PolicyTerms cover_terms(insurance::Peril peril);
  [[nodiscard]] insurance::Finding finding(const insurance::Cover& cover);
  [[nodiscard]] base::PoolId any_pool();
  [[nodiscard]] base::OwnerId any_owner();
  [[nodiscard]] base::OwnerId any_voter(const insurance::Claim& claim, bool sealing);
  [[nodiscard]] std::uint32_t any_exit(base::PoolId pool);
  [[nodiscard]] base::Amount up_to(std::uint64_t most);
  [[nodiscard]] std::string any_incident();

  std::uint32_t covers_ = 0;
  std::uint32_t incidents_ = 0;
  std::map<base::PoolId, base::Amount> apart_;  // for exits, before the command at hand
  std::map<std::tuple<std::uint32_t, std::uint8_t, base::OwnerId>, Seal> seals_;
};

}  // namespace cofferdam::simulation
