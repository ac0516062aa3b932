// SPDX-License-Identifier: Apache-2.0
//
// Books of a test: an empty folder on a simulated disk, a clock that the test moves, and commands
// that the root gives unless another is named.
#pragma once

#include "cofferdam/engine/engine.h"
#include "cofferdam/engine/replay.h"
#include "cofferdam/journal/simulated_disk.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <gmock/gmock.h>

namespace cofferdam::engine {

class TestBooks : public testing::Test {
 protected:
  // `now`: nanoseconds since 1970.
  explicit TestBooks(std::int64_t now = 1'700'000'000'000'000'000)
      : folder_(std::filesystem::path(testing::TempDir()) / name()), now_(now) {
    std::filesystem::remove_all(folder_);
    open();
  }

  ~TestBooks() override {
    engine_.reset();
    std::filesystem::remove_all(folder_);
  }

  // Also closes what is open: what was recorded is read again.
  void open() {
    engine_.reset();
    Options options;
    options.segment_bytes = 256 << 10;
    options.index_table_ids = 4096;
    options.background = false;
    options.clock = [this] { return now_; };
    if (snapshot_every_bytes_ != 0) options.snapshot_every_bytes = snapshot_every_bytes_;
    auto opened = Engine::open(disk_, folder_, options);
    ASSERT_TRUE(opened) << opened.error().text();
    engine_ = std::move(*opened);
  }

  [[nodiscard]] base::Time now() const { return base::Time(now_); }

  [[nodiscard]] base::CommandId next() { return base::CommandId(++id_); }

  Reply send(Command command, std::uint32_t who = 1) {
    auto reply = engine_->execute(
        {.id = next(), .principal = base::PrincipalId(who), .command = std::move(command)});
    EXPECT_TRUE(reply) << reply.error().text();
    return reply ? *reply : Reply();
  }

  // Nothing of it may be refused, and no event of a batch.
  Reply must(Command command, std::uint32_t who = 1) {
    Reply reply = send(std::move(command), who);
    EXPECT_TRUE(reply.ok()) << "shape " << reply.shape << ", door "
                            << static_cast<int>(reply.outcome.door) << ", status "
                            << reply.outcome.status << " " << reply.outcome.law;
    EXPECT_THAT(reply.outcome.event_statuses, testing::Each(0));
    return reply;
  }

  // Opens the folder again and replays it from the first record: both come to the books that were.
  void expect_the_same_after_a_start() {
    const crypto::Hash before = state_hash(engine_->state());
    ASSERT_TRUE(engine_->close());
    open();
    EXPECT_EQ(state_hash(engine_->state()), before);
    const auto replayed = replay(disk_, folder_, {.index_table_ids = 4096});
    ASSERT_TRUE(replayed) << replayed.error().text();
    EXPECT_EQ(state_hash(*replayed->state), before);
  }

  journal::SimulatedDisk disk_;
  std::string folder_;
  std::unique_ptr<Engine> engine_;
  std::uint64_t snapshot_every_bytes_ = 0;  // before open(); 0: as the engine has it
  std::int64_t now_;
  std::uint64_t id_ = 0;

 private:
  [[nodiscard]] static std::string name() {
    const testing::TestInfo& test = *testing::UnitTest::GetInstance()->current_test_info();
    std::string name = std::string(test.test_suite_name()) + "-" + test.name();
    std::ranges::replace(name, '/', '-');
    return name;
  }
};

}  // namespace cofferdam::engine
