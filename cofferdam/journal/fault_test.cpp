// SPDX-License-Identifier: Apache-2.0
//
// Faults while the journal works: power cuts between and inside any two changes of the disk, full
// disks, failing writes and flushes. A model in the test knows what was acknowledged.
#include "cofferdam/journal/disk.h"
#include "cofferdam/journal/journal.h"
#include "cofferdam/journal/reader.h"
#include "cofferdam/journal/simulated_disk.h"
#include "cofferdam/journal/verify.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace cofferdam::journal {
namespace {

Options small() {
  return {.segment_bytes = 20480,
          .sector_bytes = 512,
          .groups_per_head = 3,
          .background = false,
          .journal_id = JournalId{7}};
}

std::string body_of(Sequence n) {
  return std::to_string(n) + std::string(n * 173 % 900, static_cast<char>('a' + n % 26));
}

struct Model {
  Sequence appended = 0;
  Sequence acknowledged = 0;
};

// Appends and commits in groups of 1, 2, 3 until the disk refuses or `last` is reached.
void work(Journal& journal, Model& model, Sequence last) {
  model.appended = journal.next_sequence() - 1;
  for (std::uint64_t group = 1; model.appended < last; group = group % 3 + 1) {
    for (std::uint64_t i = 0; i < group; ++i) {
      const std::string body = body_of(model.appended + 1);
      if (!journal.reserve(body.size())) return;
      model.appended = journal.append(1, 5, body);
    }
    if (!journal.commit(model.appended)) return;
    model.acknowledged = model.appended;
  }
}

// What the laws demand of a journal opened after a fault.
void expect_lawful(Disk& disk, const Journal& journal, const Model& model,
                   const std::string& what) {
  const Sequence last = journal.next_sequence() - 1;
  ASSERT_GE(last, model.acknowledged) << what << ": an acknowledged record is gone";
  ASSERT_LE(last, model.appended) << what << ": a record that nobody wrote";
  if (last > 0) {
    auto reader = journal.read_from(1);
    ASSERT_TRUE(reader) << what << ": " << reader.error().text();
    for (Sequence n = 1; n <= last; ++n) {
      const auto record = (*reader)->next();
      ASSERT_TRUE(record) << what << ": " << record.error().text();
      ASSERT_EQ((*record)->body, body_of(n)) << what;
    }
  }
  const auto report = verify(disk, {"j"});
  ASSERT_TRUE(report) << what << ": " << report.error().text();
  ASSERT_TRUE(report->good()) << what << ": " << report->damage->error().text();
  ASSERT_FALSE(report->torn_tail) << what;
  ASSERT_EQ(report->last_hash, journal.chain_hash()) << what;
}

std::uint64_t changes_of_a_whole_run() {
  SimulatedDisk disk;
  auto journal = Journal::open(disk, "j", small());
  Model model;
  work(**journal, model, 40);
  EXPECT_TRUE((*journal)->close());
  EXPECT_TRUE(disk.exists("j/0000000005.segment"));
  return disk.changes();
}

// Power cut after every change of the disk, with several fates of what was not yet durable; then
// again during the recovery itself; then the work goes on.
TEST(FaultTest, APowerCutAfterAnyChangeLosesNothingAcknowledged) {
  const std::uint64_t all = changes_of_a_whole_run();
  int torn = 0;
  for (std::uint64_t cut = 0; cut < all; ++cut) {
    for (std::uint64_t seed = 0; seed < 12; ++seed) {
      const std::string what = "cut after " + std::to_string(cut) + " seed " + std::to_string(seed);
      SimulatedDisk disk;
      Model model;
      disk.power_off_after(cut);
      if (auto journal = Journal::open(disk, "j", small())) {
        work(**journal, model, 40);
        if (!disk.is_off()) (void)(*journal)->close();
      }
      disk.crash(cut * 100 + seed);
      // A second cut while it recovers, at a place that the seed chooses.
      disk.power_off_after(seed % 6);
      if (auto journal = Journal::open(disk, "j", small()); !journal) {
        ASSERT_NE(journal.error().kind, ErrorKind::integrity) << what << journal.error().text();
      }
      disk.crash(cut * 100 + seed + 50);
      auto journal = Journal::open(disk, "j", small());
      ASSERT_TRUE(journal) << what << ": " << journal.error().text();
      if ((*journal)->recovery().truncated) ++torn;
      expect_lawful(disk, **journal, model, what);
      model.acknowledged = (*journal)->durable();
      work(**journal, model, 46);
      ASSERT_GE(model.acknowledged, 46) << what;
      expect_lawful(disk, **journal, model, what);
    }
  }
  EXPECT_GT(torn, 0) << "the test must meet torn tails";
}

TEST(FaultTest, AKillLosesNothingAcknowledgedAndAPowerCutAfterItNeither) {
  const std::uint64_t all = changes_of_a_whole_run();
  for (std::uint64_t cut = 0; cut < all; ++cut) {
    const std::string what = "kill after " + std::to_string(cut);
    SimulatedDisk disk;
    Model model;
    disk.power_off_after(cut);
    if (auto journal = Journal::open(disk, "j", small())) work(**journal, model, 40);
    disk.kill();
    Sequence seen = 0;
    {
      auto journal = Journal::open(disk, "j", small());
      ASSERT_TRUE(journal) << what << ": " << journal.error().text();
      expect_lawful(disk, **journal, model, what);
      seen = (*journal)->durable();
    }
    disk.crash(cut);  // what the journal answered with must now be durable
    model.acknowledged = seen;
    auto journal = Journal::open(disk, "j", small());
    ASSERT_TRUE(journal) << what << ": " << journal.error().text();
    expect_lawful(disk, **journal, model, what);
  }
}

TEST(FaultTest, AFullDiskRefusesKeepsReadingAndResumes) {
  // With every capacity that falls somewhere into the third and fourth segment.
  for (std::uint64_t capacity = 20480 * 2; capacity <= 20480 * 5; capacity += 512) {
    SimulatedDisk disk;
    auto journal = Journal::open(disk, "j", small());
    ASSERT_TRUE(journal);
    disk.set_capacity(capacity);
    Model model;
    work(**journal, model, 60);
    ASSERT_LT(model.appended, 60) << capacity;
    const auto refused = (*journal)->reserve(body_of(model.appended + 1).size());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::exhausted);
    ASSERT_TRUE((*journal)->commit(model.appended)) << "what was reserved has its place";
    model.acknowledged = model.appended;
    expect_lawful(disk, **journal, model, "full at " + std::to_string(capacity));
    disk.set_capacity(SimulatedDisk::kNever);
    work(**journal, model, 60);
    ASSERT_GE(model.acknowledged, 60);
    expect_lawful(disk, **journal, model, "resumed at " + std::to_string(capacity));
  }
}

// ENOSPC from every single write in turn. Preparing a segment may fail and be asked again; a write
// into space that was already ours is as bad as any other failure and stops the journal.
TEST(FaultTest, NoSpaceAtEveryWrite) {
  int resumed = 0;
  int stopped = 0;
  for (std::uint64_t nth = 1; nth < 80; ++nth) {
    SimulatedDisk disk;
    const std::string what = "write " + std::to_string(nth);
    Model model;
    disk.fail_write(ENOSPC, nth);
    auto journal = Journal::open(disk, "j", small());
    if (!journal) {
      EXPECT_EQ(journal.error().kind, ErrorKind::exhausted) << what;
      journal = Journal::open(disk, "j", small());
      ASSERT_TRUE(journal) << what << journal.error().text();
    }
    work(**journal, model, 40);
    if (model.acknowledged < 40) {
      work(**journal, model, 40);  // the space is back
      (model.acknowledged >= 40 ? resumed : stopped)++;
    }
    if (model.acknowledged < 40) {
      EXPECT_FALSE((*journal)->reserve(1)) << what;
      journal->reset();
      journal = Journal::open(disk, "j", small());
      ASSERT_TRUE(journal) << what << ": " << journal.error().text();
    }
    expect_lawful(disk, **journal, model, what);
  }
  EXPECT_GT(resumed, 0);
  EXPECT_GT(stopped, 0);
}

enum class Failing : std::uint8_t { write, sync };

class StickyTest : public ::testing::TestWithParam<Failing> {};

TEST_P(StickyTest, AFailedWriteOrFlushStopsTheJournalForGood) {
  for (std::uint64_t nth = 1; nth < 60; ++nth) {
    SimulatedDisk disk;
    const std::string what = "failure " + std::to_string(nth);
    auto journal = Journal::open(disk, "j", small());
    ASSERT_TRUE(journal);
    if (GetParam() == Failing::write) {
      disk.fail_write(EIO, nth);
    } else {
      disk.fail_sync(EIO, nth);
    }
    Model model;
    work(**journal, model, 40);
    if (model.acknowledged >= 40) continue;
    for (int again = 0; again < 2; ++again) {
      EXPECT_EQ((*journal)->reserve(1).error().kind, ErrorKind::unavailable) << what;
      EXPECT_EQ((*journal)->rest().error().kind, ErrorKind::unavailable) << what;
      EXPECT_EQ((*journal)->close().error().kind, ErrorKind::unavailable) << what;
      if (model.appended > (*journal)->durable()) {
        EXPECT_FALSE((*journal)->commit(model.appended)) << what;
      }
    }
    EXPECT_TRUE((*journal)->commit((*journal)->durable())) << "what is durable stays so";
    journal->reset();
    disk.crash(nth);
    journal = Journal::open(disk, "j", small());
    ASSERT_TRUE(journal) << what << ": " << journal.error().text();
    expect_lawful(disk, **journal, model, what);
  }
}

INSTANTIATE_TEST_SUITE_P(WritesAndFlushes, StickyTest,
                         ::testing::Values(Failing::write, Failing::sync));

TEST(FaultTest, ASecondWriterIsRefused) {
  SimulatedDisk disk;
  auto journal = Journal::open(disk, "j", small());
  ASSERT_TRUE(journal);
  EXPECT_EQ(Journal::open(disk, "j", small()).error().kind, ErrorKind::refused);
  journal->reset();
  EXPECT_TRUE(Journal::open(disk, "j", small()));
}

// The same seed and the same calls leave the same bytes.
TEST(FaultTest, TheSimulatedDiskIsDeterministic) {
  std::vector<std::string> outcomes;
  for (int run = 0; run < 2; ++run) {
    SimulatedDisk disk;
    Model model;
    disk.power_off_after(61);
    if (auto journal = Journal::open(disk, "j", small())) work(**journal, model, 40);
    disk.crash(4711);
    std::string all;
    const auto names = disk.list("j");
    ASSERT_TRUE(names);
    for (const std::string& name : *names) all += name + disk.platter("j/" + name);
    outcomes.push_back(all);
  }
  EXPECT_EQ(outcomes[0], outcomes[1]);
}

}  // namespace
}  // namespace cofferdam::journal
