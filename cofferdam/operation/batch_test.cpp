// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/operation/batch.h"

#include "cofferdam/journal/real_disk.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <gmock/gmock.h>

namespace cofferdam::operation {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

// Books in a folder of their own.
class BatchTest : public testing::Test {
 protected:
  BatchTest() {
    std::filesystem::remove_all(folder_);
    auto opened = Session::open(disk_, registry_, folder_, options());
    EXPECT_TRUE(opened.has_value()) << opened.error().text();
    session_ = std::move(*opened);
    const auto founded = session_->found(*parse_json(R"({"venue":"demo","root":"root"})"), {});
    EXPECT_TRUE(founded.has_value()) << founded.error().text();
  }

  ~BatchTest() override {
    session_.reset();
    std::filesystem::remove_all(folder_);
  }

  static engine::Options options() {
    engine::Options options = session_options();
    options.segment_bytes = std::uint64_t{1} << 20;
    options.index_table_ids = std::size_t{1} << 15;
    return options;
  }

  static std::string asset(int number) {
    return R"({"id":")" + std::to_string(100 + number) +
           R"(","operation":"asset.create","content":{"code":"A)" + std::to_string(number) +
           R"(","scale":2}})";
  }

  const std::string folder_ = testing::TempDir() + "cofferdam_batch_" +
                              std::to_string(testing::UnitTest::GetInstance()->random_seed()) +
                              testing::UnitTest::GetInstance()->current_test_info()->name();
  journal::RealDisk disk_;
  Registry registry_ = make_registry();
  std::unique_ptr<Session> session_;
};

TEST_F(BatchTest, HoldsOutcomesBackUntilTheirRecordsAreDurable) {
  std::string out;
  Batch batch(*session_, "", [&](std::string_view outcomes) {
    EXPECT_GE(session_->engine().journal().durable(), session_->engine().sequence());
    out += outcomes;
  });
  ASSERT_TRUE(batch.line(asset(1)).has_value());
  ASSERT_TRUE(batch.line("   ").has_value());
  ASSERT_TRUE(batch.line("{").has_value());
  EXPECT_THAT(out, IsEmpty());
  ASSERT_TRUE(batch.flush().has_value());
  EXPECT_THAT(out, HasSubstr(R"("created":"A1")"));
  EXPECT_THAT(out, HasSubstr(R"("line":"3")"));
  EXPECT_EQ(std::count(out.begin(), out.end(), '\n'), 2);
  EXPECT_EQ(batch.figures().lines, 2U);
  EXPECT_EQ(batch.figures().malformed, 1U);
}

TEST_F(BatchTest, AGroupIsFullByItself) {
  std::string out;
  Batch batch(*session_, "", [&](std::string_view outcomes) { out += outcomes; });
  for (std::size_t i = 1; i < kBatchGroupMax; ++i)
    ASSERT_TRUE(batch.line(asset(static_cast<int>(i))).has_value());
  EXPECT_THAT(out, IsEmpty());
  ASSERT_TRUE(batch.line(asset(static_cast<int>(kBatchGroupMax))).has_value());
  EXPECT_EQ(std::count(out.begin(), out.end(), '\n'), static_cast<long>(kBatchGroupMax));
}

TEST_F(BatchTest, ALineThatIsTooLongIsRefusedAndTheNextGoesOn) {
  std::string out;
  Batch batch(*session_, "", [&](std::string_view outcomes) { out += outcomes; });
  ASSERT_TRUE(batch.line(std::string(kBatchLineBytesMax + 1, ' ') + "x").has_value());
  ASSERT_TRUE(batch.line(asset(1)).has_value());
  ASSERT_TRUE(batch.flush().has_value());
  EXPECT_THAT(out, HasSubstr("16 MiB"));
  EXPECT_THAT(out, HasSubstr(R"("created":"A1")"));
}

TEST_F(BatchTest, ADryRunChangesNothing) {
  const CommandEntry* entry = registry_.find_command("asset.create");
  const Json content = *parse_json(R"({"code":"USD","scale":2})");
  const base::Sequence before = session_->engine().sequence();
  const auto dry = session_->run_command(*entry, content, {.dry_run = true});
  ASSERT_TRUE(dry.has_value()) << dry.error().text();
  EXPECT_EQ(dry->verdict, Verdict::ok);
  EXPECT_EQ(session_->engine().sequence(), before);
  EXPECT_EQ(ledger::find_asset(session_->engine().state().ledger, "USD"), nullptr);
  const auto wet = session_->run_command(*entry, content, {});
  ASSERT_TRUE(wet.has_value());
  EXPECT_NE(ledger::find_asset(session_->engine().state().ledger, "USD"), nullptr);
}

}  // namespace
}  // namespace cofferdam::operation
