// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/journal/prepared.h"

#include "cofferdam/journal/simulated_disk.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <cstdint>

namespace cofferdam::journal {
namespace {

constexpr std::uint64_t kSlice = std::uint64_t{64} << 10U;

struct PreparerTest : testing::Test {
  void SetUp() override { ASSERT_TRUE(disk.create_folder("j")); }

  SimulatedDisk disk;
  Preparer preparer{disk, "j", 4 * kSlice};
};

TEST_F(PreparerTest, LittleByLittleWritesNoMoreThanIsAskedFor) {
  ASSERT_TRUE(preparer.advance(0));
  EXPECT_TRUE(disk.exists("j/1.prepared"));
  const std::uint64_t begun = disk.changes();
  ASSERT_TRUE(preparer.advance(1));
  EXPECT_EQ(disk.changes(), begun + 2) << "one slice: a write and its flush";
  ASSERT_TRUE(preparer.advance(kSlice));
  EXPECT_EQ(disk.changes(), begun + 2) << "as much is there already";
  ASSERT_TRUE(preparer.advance(3 * kSlice));
  EXPECT_EQ(disk.changes(), begun + 6);
  EXPECT_FALSE(preparer.is_ready());
  EXPECT_EQ(preparer.take(), nullptr) << "a half is no segment";
  ASSERT_TRUE(preparer.advance(100 * kSlice));
  EXPECT_TRUE(preparer.is_ready());
  const auto prepared = preparer.take();
  ASSERT_NE(prepared, nullptr);
  EXPECT_EQ(prepared->file->size(), 4 * kSlice);
}

TEST_F(PreparerTest, WhoCannotWaitGetsTheRestAtOnce) {
  ASSERT_TRUE(preparer.advance(kSlice));
  ASSERT_TRUE(preparer.ensure());
  const auto prepared = preparer.take();
  ASSERT_NE(prepared, nullptr);
  EXPECT_EQ(prepared->path, "j/1.prepared") << "what was begun is gone on with";
  EXPECT_EQ(prepared->file->size(), 4 * kSlice);
}

TEST_F(PreparerTest, AFailureLeavesNothingAndTheNextCallBeginsAnew) {
  ASSERT_TRUE(preparer.advance(kSlice));
  disk.fail_write(EIO);
  EXPECT_FALSE(preparer.advance(2 * kSlice));
  EXPECT_FALSE(disk.exists("j/1.prepared"));
  ASSERT_TRUE(preparer.ensure());
  const auto prepared = preparer.take();
  ASSERT_NE(prepared, nullptr);
  EXPECT_EQ(prepared->path, "j/2.prepared");
}

TEST_F(PreparerTest, AHalfOneIsRemovedWhenTheJournalCloses) {
  ASSERT_TRUE(preparer.advance(kSlice));
  preparer.discard();
  EXPECT_FALSE(disk.exists("j/1.prepared"));
}

}  // namespace
}  // namespace cofferdam::journal
