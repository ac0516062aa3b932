// SPDX-License-Identifier: Apache-2.0
//
// Gives the commands of a replay or an import to the engine. The id of every command, transfer and
// account is drawn from the name of the data set and a step's own name, so that a second run gives
// the same commands under the same ids, is answered from the record, and changes nothing. For this
// to hold, what a replay does next may depend on its input and on recorded outcomes, never on the
// state of the books.
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/engine/engine.h"
#include "cofferdam/report/replay_result.h"

#include <string>
#include <string_view>
#include <vector>

namespace cofferdam::report {

using base::Result;

// First 16 bytes of SHA-256(text); never one of the two values that no id may have.
[[nodiscard]] base::u128 id_of(std::string_view text);

class Driver {
 public:
  // `dataset` also names the venue. The engine must outlive the driver.
  Driver(engine::Engine& engine, std::string dataset, ReplayResult& result);

  // The first command of new books; on a second run the same one again.
  [[nodiscard]] Result<void> found(base::Time time);

  // Gives one command; an error when it is refused as a whole. Events of a batch may be refused:
  // the caller looks at event_statuses.
  [[nodiscard]] Result<engine::Reply> give(std::string_view step, base::Time time,
                                           engine::Command command);

  // give(), and every event must be accepted too.
  [[nodiscard]] Result<engine::Reply> give_all(std::string_view step, base::Time time,
                                               engine::Command command);

  // Asset, pool with a declared agreement, account: the number of what was created.
  [[nodiscard]] Result<base::AssetId> asset(base::Time time, std::string code, std::uint8_t scale,
                                            std::string description);

  struct PoolPlan {
    std::string code;
    std::string activity;
    pool::Regime regime = pool::Regime::omnibus;
    std::vector<ledger::Edge> edges;  // none: those of the regime
    bool allows_deficit = false;
    std::vector<pool::BufferCap> buffer_caps = {};
  };

  [[nodiscard]] Result<base::PoolId> pool(base::Time time, const PoolPlan& plan);
  // Opens accounts in batches.
  [[nodiscard]] Result<void> accounts(std::string_view step, base::Time time,
                                      std::vector<ledger::AccountEvent> events);

  // Durable, with a checkpoint unless the books already end with this run's.
  [[nodiscard]] Result<void> finish(base::Time time);

  [[nodiscard]] base::u128 id(std::string_view name) const {
    return id_of(dataset_ + "/" + std::string(name));
  }

  [[nodiscard]] engine::Engine& engine() { return engine_; }

  [[nodiscard]] ReplayResult& result() { return result_; }

 private:
  engine::Engine& engine_;
  std::string dataset_;
  ReplayResult& result_;
  base::PrincipalId root_{1};
  std::uint64_t since_commit_ = 0;
};

}  // namespace cofferdam::report
