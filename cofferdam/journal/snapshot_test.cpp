// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/journal/snapshot.h"

#include "cofferdam/journal/disk.h"
#include "cofferdam/journal/simulated_disk.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <cstdint>
#include <string>
#include <string_view>

namespace cofferdam::journal {
namespace {

constexpr JournalId kId{5};

std::string content_of(Sequence sequence, std::size_t size) {
  std::string content(size, '\0');
  for (std::size_t i = 0; i < size; ++i) content[i] = static_cast<char>((i * 31 + sequence) % 251);
  return content;
}

Result<SnapshotHeader> take(Disk& disk, Sequence sequence, std::size_t size) {
  auto writer = SnapshotWriter::begin(
      disk, "s", {.content_version = 2, .journal_id = kId, .sequence = sequence, .time_ns = 77});
  if (!writer) return std::unexpected(writer.error());
  const std::string content = content_of(sequence, size);
  for (std::size_t at = 0; at < size; at += 1000) {
    (*writer)->write(std::string_view(content).substr(at, 1000));
  }
  return (*writer)->finish();
}

std::string content(Disk& disk, const Snapshot& snapshot) {
  std::string all;
  EXPECT_TRUE(read_snapshot(disk, snapshot, [&](std::string_view part) { all += part; }));
  return all;
}

TEST(SnapshotTest, ComesBackAsWritten) {
  SimulatedDisk disk;
  EXPECT_FALSE(newest_snapshot(disk, "s", kId)->newest);
  for (const std::size_t size : {0U, 1U, 999U, 3000000U}) {
    const Sequence sequence = size + 1;
    ASSERT_TRUE(take(disk, sequence, size));
    const auto found = newest_snapshot(disk, "s", kId);
    ASSERT_TRUE(found && found->newest);
    EXPECT_TRUE(found->skipped.empty());
    EXPECT_EQ(found->newest->header.sequence, sequence);
    EXPECT_EQ(found->newest->header.content_version, 2);
    EXPECT_EQ(found->newest->header.time_ns, 77);
    EXPECT_EQ(content(disk, *found->newest), content_of(sequence, size));
  }
  EXPECT_EQ(newest_snapshot(disk, "s", kId, 1000)->newest->header.sequence, 1000);
  EXPECT_FALSE(newest_snapshot(disk, "s", kId, 0)->newest);
}

TEST(SnapshotTest, EveryFlippedByteAndEveryLengthIsNoticedAndTheOlderOneServes) {
  SimulatedDisk disk;
  ASSERT_TRUE(take(disk, 1, 300));
  ASSERT_TRUE(take(disk, 2, 300));
  const std::string path = "s/" + snapshot_name(2);
  const std::string good = disk.platter(path);
  ASSERT_EQ(good.size(), 468);
  const auto expect_skipped = [&](std::string bytes, std::size_t at) {
    disk.put(path, std::move(bytes));
    const auto found = newest_snapshot(disk, "s", kId);
    ASSERT_TRUE(found && found->newest) << at;
    EXPECT_EQ(found->newest->header.sequence, 1) << at;
    ASSERT_EQ(found->skipped.size(), 1) << at;
    EXPECT_EQ(found->skipped[0].kind, ErrorKind::integrity) << at;
  };
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ (1 << at % 8));
    expect_skipped(bad, at);
    expect_skipped(good.substr(0, at), at);
  }
  expect_skipped(good + "x", good.size());
  disk.put(path, good);
  disk.put("s/" + snapshot_name(9), good);  // renamed by hand
  EXPECT_EQ(newest_snapshot(disk, "s", kId)->skipped.size(), 1);
  EXPECT_FALSE(newest_snapshot(disk, "s", JournalId{6})->newest) << "another journal's";
}

TEST(SnapshotTest, APowerCutLeavesTheWholeSnapshotOrNone) {
  int whole = 0;
  for (std::uint64_t cut = 0; cut < 12; ++cut) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      SimulatedDisk disk;
      ASSERT_TRUE(take(disk, 1, 5000));
      disk.power_off_after(cut);
      const bool told = take(disk, 2, 2500000).has_value();
      disk.crash(seed);
      const auto found = newest_snapshot(disk, "s", kId);
      ASSERT_TRUE(found && found->newest);
      EXPECT_TRUE(found->skipped.empty()) << cut << " " << seed;
      const Sequence sequence = found->newest->header.sequence;
      EXPECT_GE(sequence, told ? 2 : 1);
      if (sequence == 2) ++whole;
      EXPECT_EQ(content(disk, *found->newest).size(), sequence == 2 ? 2500000 : 5000);
      ASSERT_TRUE(prune_snapshots(disk, "s", 1));
      EXPECT_EQ(disk.list("s")->size(), 1);
    }
  }
  EXPECT_GT(whole, 0);
}

TEST(SnapshotTest, AFullDiskOrAFailingFlushLeavesNothing) {
  SimulatedDisk disk;
  ASSERT_TRUE(take(disk, 1, 100));
  disk.set_capacity(2000);
  EXPECT_EQ(take(disk, 2, 3000).error().kind, ErrorKind::exhausted);
  EXPECT_EQ(disk.list("s")->size(), 1);
  disk.set_capacity(SimulatedDisk::kNever);
  disk.fail_sync(EIO);
  EXPECT_EQ(take(disk, 2, 3000).error().kind, ErrorKind::unavailable);
  EXPECT_EQ(disk.list("s")->size(), 1);
  EXPECT_TRUE(take(disk, 2, 3000));
}

TEST(SnapshotTest, TheNewestAreKept) {
  SimulatedDisk disk;
  for (Sequence n = 1; n <= 5; ++n) ASSERT_TRUE(take(disk, n, 10));
  EXPECT_EQ(*prune_snapshots(disk, "s", 2), 3);
  EXPECT_TRUE(disk.exists("s/" + snapshot_name(4)));
  EXPECT_TRUE(disk.exists("s/" + snapshot_name(5)));
  EXPECT_EQ(*prune_snapshots(disk, "s", 0), 1) << "the last one is never removed";
}

}  // namespace
}  // namespace cofferdam::journal
