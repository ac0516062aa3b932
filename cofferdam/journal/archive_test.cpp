// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/journal/archive.h"

#include "cofferdam/journal/disk.h"
#include "cofferdam/journal/reader.h"
#include "cofferdam/journal/snapshot.h"
#include "cofferdam/journal/test_journal.h"
#include "cofferdam/journal/verify.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <cstdint>
#include <memory>
#include <string>

namespace cofferdam::journal {
namespace {

class ArchiveTest : public TestJournal {
 protected:
  void take_snapshot(Sequence sequence) {
    auto writer = SnapshotWriter::begin(disk_, "j/snapshots",
                                        {.journal_id = journal_->id(), .sequence = sequence});
    ASSERT_TRUE(writer) << writer.error().text();
    ASSERT_TRUE((*writer)->finish());
  }

  ArchiveRequest request_{
      .folder = "j", .archive_folder = "old", .snapshot_folder = "j/snapshots", .before = 31};
};

TEST_F(ArchiveTest, WhatNoSnapshotCoversStays) {
  const auto refused = archive(disk_, request_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::refused);
  take_snapshot(29);
  EXPECT_FALSE(archive(disk_, request_));
  disk_.platter("j/snapshots/" + snapshot_name(29))[170 - 60] ^= 1;
  take_snapshot(30);
  EXPECT_TRUE(archive(disk_, request_));
}

TEST_F(ArchiveTest, ClosedSegmentsMoveAndTheJournalGoesOn) {
  take_snapshot(40);
  const auto moved = archive(disk_, request_);
  ASSERT_TRUE(moved) << moved.error().text();
  ASSERT_GE(moved->size(), 2);
  EXPECT_LE(moved->back().last_sequence, 30);
  EXPECT_FALSE(disk_.exists("j/0000000001.segment"));
  EXPECT_TRUE(disk_.exists("old/0000000001.segment"));
  ASSERT_TRUE(journal_->forget_archived());
  EXPECT_EQ(journal_->first_sequence(), moved->back().last_sequence + 1);
  add(60);
  ASSERT_TRUE(journal_->close());
  const crypto::Hash hash = journal_->chain_hash();
  journal_.reset();
  {
    auto journal = Journal::open(disk_, "j", kSmall);
    ASSERT_TRUE(journal) << journal.error().text();
    EXPECT_EQ((*journal)->chain_hash(), hash);
    EXPECT_EQ((*journal)->next_sequence(), 61);
    EXPECT_FALSE((*journal)->read_from(1));
  }
  const auto live = verify(disk_, {"j"});
  ASSERT_TRUE(live && live->good());
  EXPECT_EQ(live->first_sequence, moved->back().last_sequence + 1);
  EXPECT_EQ(live->first_previous_hash, moved->back().last_hash);
  const auto both = verify(disk_, {"old", "j"});
  ASSERT_TRUE(both) << both.error().text();
  EXPECT_TRUE(both->good());
  EXPECT_EQ(both->records, 60);
  EXPECT_EQ(both->last_hash, hash);
  auto reader = Reader::open(disk_, {"old", "j"});
  ASSERT_TRUE(reader);
  EXPECT_EQ((*(*reader)->next())->sequence, 1);
  EXPECT_TRUE(check_archive(disk_, "old"));
  disk_.platter("old/0000000002.segment")[17000] ^= 1;
  EXPECT_EQ(check_archive(disk_, "old").error().field, "old/0000000002.segment");
}

TEST_F(ArchiveTest, ADamagedSegmentIsNotArchived) {
  take_snapshot(40);
  disk_.platter("j/0000000001.segment")[17000] ^= 1;
  const auto refused = archive(disk_, request_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::integrity);
  EXPECT_TRUE(disk_.exists("j/0000000001.segment"));
}

TEST_F(ArchiveTest, ADamagedManifestIsRefused) {
  take_snapshot(40);
  ASSERT_TRUE(archive(disk_, request_));
  journal_.reset();
  const std::string good = disk_.platter("j/archive.manifest");
  for (std::size_t at = 0; at < good.size(); ++at) {
    disk_.platter("j/archive.manifest") = good;
    disk_.platter("j/archive.manifest")[at] ^= 1;
    EXPECT_FALSE(Journal::open(disk_, "j", kSmall)) << at;
  }
}

// Power cut after any change while archiving: afterwards the row is whole, and archiving finishes.
TEST_F(ArchiveTest, APowerCutAtAnyMomentLosesNoSegment) {
  take_snapshot(40);
  ASSERT_TRUE(journal_->close());
  journal_.reset();
  for (std::uint64_t cut = 0;; ++cut) {
    const auto disk = disk_.copy();
    disk->power_off_after(cut);
    const bool finished = archive(*disk, request_).has_value() && !disk->is_off();
    disk->crash(cut);
    const bool begun = disk->list("old").has_value();
    const auto both = begun ? verify(*disk, {"old", "j"}) : verify(*disk, {"j"});
    ASSERT_TRUE(both) << cut << ": " << both.error().text();
    EXPECT_TRUE(both->good()) << cut;
    EXPECT_EQ(both->records, 50) << cut;
    EXPECT_TRUE(Journal::open(*disk, "j", kSmall)) << cut;
    EXPECT_TRUE(archive(*disk, request_)) << cut;
    EXPECT_FALSE(disk->exists("j/0000000002.segment")) << cut;
    EXPECT_EQ(verify(*disk, {"old", "j"})->records, 50) << cut;
    EXPECT_TRUE(check_archive(*disk, "old")) << cut;
    if (finished) break;
  }
}

}  // namespace
}  // namespace cofferdam::journal
