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

// The folder of the books, whose journal the engine writes.
[[nodiscard]] std::string books_folder(engine::Engine& engine);

class Driver {
 public:
  // `dataset` also names the venue. The engine must outlive the driver.
  Driver(engine::Engine& engine, std::string dataset, ReplayResult& result,
         base::PrincipalId principal = base::PrincipalId(1));

  // The first command of new books, with a key that signs their checkpoints; on a second run
  // nothing, if these are the books of the same data set.
  [[nodiscard]] Result<void> found(base::Time time);

  // Gives one command; an error when it is refused as a whole. Events of a batch may be refused:
  // the caller looks at event_statuses.
  [[nodiscard]] Result<engine::Reply> give(std::string_view step, base::Time time,
                                           engine::Command command);

  // Gives one command that its operation may refuse: the answer says why, and stands in the record.
  [[nodiscard]] Result<engine::Reply> ask(std::string_view step, base::Time time,
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

  // The command that makes it, and the agreement that it needs to become active.
  [[nodiscard]] static pool::CreatePool create(const PoolPlan& plan);
  [[nodiscard]] static pool::AttachAgreement agreement(base::PoolId pool, const std::string& party,
                                                       const std::string& terms, base::Date since);

  [[nodiscard]] Result<base::PoolId> pool(base::Time time, const PoolPlan& plan);
  // Opens accounts in batches.
  [[nodiscard]] Result<void> accounts(std::string_view step, base::Time time,
                                      std::vector<ledger::AccountEvent> events);

  // Signs where the books stand, unless an earlier run has been here: when the last command was
  // answered from the record.
  [[nodiscard]] Result<void> checkpoint();

  // Durable, and signed.
  [[nodiscard]] Result<void> finish();

  [[nodiscard]] base::CommandId command_id(std::string_view step) const {
    return base::CommandId(id("command/" + std::string(step)));
  }

  [[nodiscard]] base::u128 id(std::string_view name) const {
    return id_of(dataset_ + "/" + std::string(name));
  }

  [[nodiscard]] engine::Engine& engine() { return engine_; }

  // Of the last command that was given.
  struct Last {
    base::Sequence sequence = 0;
    bool replayed = false;
  };

  [[nodiscard]] const std::string& dataset() const { return dataset_; }

  [[nodiscard]] Last last() const { return last_; }

  [[nodiscard]] ReplayResult& result() { return result_; }

 private:
  [[nodiscard]] Result<engine::Reply> submit(std::string_view step, base::Time time,
                                             engine::Command command, bool may_refuse);

  engine::Engine& engine_;
  std::string dataset_;
  ReplayResult& result_;
  base::PrincipalId principal_;
  std::uint64_t since_commit_ = 0;
  Last last_;
  bool news_ = false;  // since the last checkpoint
};

}  // namespace cofferdam::report
