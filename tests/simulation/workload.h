// SPDX-License-Identifier: Apache-2.0
//
// Random commands for a small venue. Most make sense, so that much is accepted and the books fill;
// the rest is wrong in one field, in its order, or altogether.
#pragma once

#include "cofferdam/engine/engine.h"

#include "tests/simulation/random.h"

#include <string>
#include <vector>

namespace cofferdam::simulation {

class Workload {
 public:
  Workload(Random& random, std::string checkpoint_key)
      : random_(random), checkpoint_key_(std::move(checkpoint_key)) {}

  // The commands that a venue begins with, in order; nullopt when they are over.
  [[nodiscard]] std::optional<engine::Request> opening();
  [[nodiscard]] engine::Request next(const engine::State& state, base::Time now);

  // An old request again: the same, or with another content.
  [[nodiscard]] engine::Request repeat(const engine::Request& earlier, bool changed);

 private:
  [[nodiscard]] base::CommandId new_id() { return base::CommandId(random_.wide() | 1); }

  [[nodiscard]] engine::Request request(engine::Command command);
  [[nodiscard]] engine::Command draw(const engine::State& state, base::Time now);
  [[nodiscard]] engine::Command draw_pool(const engine::State& state);
  [[nodiscard]] engine::Command draw_market(const engine::State& state);
  [[nodiscard]] engine::Command draw_decision(const engine::State& state);
  [[nodiscard]] ledger::CreateAccounts accounts(const engine::State& state);
  [[nodiscard]] ledger::AccountEvent account(const engine::State& state);
  [[nodiscard]] ledger::ChangeAccount change(const engine::State& state);
  [[nodiscard]] ledger::CreateTransfers transfers(const engine::State& state);
  [[nodiscard]] ledger::Transfer transfer(const engine::State& state);
  [[nodiscard]] ledger::Transfer resolution(const engine::State& state);
  [[nodiscard]] ledger::Transfer movement(const engine::State& state);
  void spoil(ledger::Transfer& t, const engine::State& state);
  [[nodiscard]] base::Amount amount();
  [[nodiscard]] const ledger::Account* any_account(const engine::State& state);
  [[nodiscard]] base::PoolId any_pool(const engine::State& state);

  Random& random_;
  std::string checkpoint_key_;
  std::size_t opened_ = 0;
  std::uint64_t accounts_ = 0;
  std::uint64_t names_ = 0;
  std::vector<ledger::Transfer> sent_;
  std::vector<base::CommandId> batches_;
  std::vector<market::Trade> trades_;
};

}  // namespace cofferdam::simulation
