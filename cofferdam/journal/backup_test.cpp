// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/journal/backup.h"

#include "cofferdam/journal/archive.h"
#include "cofferdam/journal/reader.h"
#include "cofferdam/journal/snapshot.h"
#include "cofferdam/journal/test_journal.h"
#include "cofferdam/journal/verify.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>

namespace cofferdam::journal {
namespace {

class BackupTest : public TestJournal {
 protected:
  void take_snapshot(Sequence sequence) {
    auto writer = SnapshotWriter::begin(
        disk_, "s",
        {.journal_id = journal_->id(), .sequence = sequence, .chain_hash = hashes_[sequence - 1]});
    ASSERT_TRUE(writer);
    (*writer)->write(std::string(700, 'x'));
    ASSERT_TRUE((*writer)->finish());
  }

  [[nodiscard]] BackupRequest request() const {
    return {.folder = "j",
            .snapshot_folder = "s",
            .archives = {},
            .to = "b",
            .books = {.journal_id = journal_->id(),
                      .sequence = journal_->durable(),
                      .chain_hash = journal_->chain_hash(),
                      .state_hash = {},
                      .time_ns = 5,
                      .files = {}},
            .others = {}};
  }

  // The chain hash with which the restored journal ends.
  [[nodiscard]] Result<crypto::Hash> restored(Sequence until, const std::string& to) {
    const auto manifest = check_backup(disk_, "b");
    if (!manifest) return std::unexpected(manifest.error());
    const auto done = restore_journal(
        disk_, *manifest, {.from = "b", .to = to, .snapshot_folder = to + "-s", .until = until});
    if (!done) return std::unexpected(done.error());
    auto journal = Journal::open(disk_, to, kSmall);
    if (!journal) return std::unexpected(journal.error());
    EXPECT_EQ((*journal)->durable(), until);
    EXPECT_FALSE((*journal)->recovery().truncated);
    EXPECT_TRUE((*journal)->recovery().warnings.empty());
    return (*journal)->chain_hash();
  }

  void replace(const std::string& path, std::string_view bytes) {
    ASSERT_TRUE(disk_.remove(path));
    auto file = disk_.open(path, OpenMode::create);
    ASSERT_TRUE(file);
    ASSERT_TRUE((*file)->write(0, bytes));
  }
};

TEST_F(BackupTest, IsRestoredToTheSameChain) {
  take_snapshot(20);
  const auto report = back_up(disk_, request());
  ASSERT_TRUE(report) << report.error().text();
  EXPECT_GT(report->files_copied, 3U);
  const auto hash = restored(50, "r");
  ASSERT_TRUE(hash) << hash.error().text();
  EXPECT_EQ(*hash, hashes_[49]);
  EXPECT_TRUE(newest_snapshot(disk_, "r-s", journal_->id())->newest);
}

TEST_F(BackupTest, EveryRecordIsAPointToRestoreTo) {
  take_snapshot(20);
  ASSERT_TRUE(back_up(disk_, request()));
  for (Sequence until = 1; until <= 50; ++until) {
    const auto hash = restored(until, "r" + std::to_string(until));
    ASSERT_TRUE(hash) << until << ": " << hash.error().text();
    EXPECT_EQ(*hash, hashes_[until - 1]);
    const auto snapshots = newest_snapshot(disk_, "r" + std::to_string(until) + "-s", JournalId{});
    EXPECT_EQ(snapshots && !snapshots->skipped.empty(), until >= 20);
  }
}

TEST_F(BackupTest, GoesOnWhereTheRestoredJournalEnds) {
  ASSERT_TRUE(back_up(disk_, request()));
  ASSERT_TRUE(restored(33, "r"));
  auto journal = Journal::open(disk_, "r", kSmall);
  ASSERT_TRUE(journal);
  ASSERT_TRUE((*journal)->reserve(10));
  ASSERT_TRUE((*journal)->commit((*journal)->append(1, 2, "new record")));
  ASSERT_TRUE((*journal)->close());
  const auto verified = verify(disk_, {"r"});
  ASSERT_TRUE(verified);
  EXPECT_TRUE(verified->good());
  EXPECT_EQ(verified->last_sequence, 34U);
}

TEST_F(BackupTest, ASecondRunCopiesWhatIsNewAlone) {
  take_snapshot(20);
  const auto first = back_up(disk_, request());
  ASSERT_TRUE(first);
  const auto idle = back_up(disk_, request());
  ASSERT_TRUE(idle);
  EXPECT_EQ(idle->files_copied, 0U);
  EXPECT_EQ(idle->bytes_copied, 0U);
  add(55);
  const auto second = back_up(disk_, request());
  ASSERT_TRUE(second) << second.error().text();
  EXPECT_LT(second->bytes_copied, first->bytes_copied);
  EXPECT_GE(second->files_kept, first->manifest.files.size() - 2);
  const auto hash = restored(55, "r");
  ASSERT_TRUE(hash) << hash.error().text();
  EXPECT_EQ(*hash, hashes_[54]);
}

TEST_F(BackupTest, RecordsBehindTheOneThatWasNamedStayOut) {
  const BackupRequest earlier = request();
  add(90);
  ASSERT_TRUE(back_up(disk_, earlier));
  const auto hash = restored(50, "r");
  ASSERT_TRUE(hash) << hash.error().text();
  EXPECT_EQ(*hash, hashes_[49]);
}

TEST_F(BackupTest, WhatIsNotWholeIsRefusedByName) {
  take_snapshot(20);
  const auto report = back_up(disk_, request());
  ASSERT_TRUE(report);
  for (const BackupFile& file : report->manifest.files) {
    const std::string path = "b/" + file.name;
    const std::string good = read_file(disk_, path).value();
    std::string changed = good;
    changed[changed.size() / 2] = static_cast<char>(changed[changed.size() / 2] ^ 1);
    for (const std::string& bad : {changed, good.substr(0, good.size() - 1), good + '\0'}) {
      replace(path, bad);
      const auto checked = check_backup(disk_, "b");
      ASSERT_FALSE(checked) << path;
      EXPECT_EQ(checked.error().kind, ErrorKind::integrity);
      EXPECT_EQ(checked.error().field, file.name);
    }
    ASSERT_TRUE(disk_.remove(path));
    const auto missing = check_backup(disk_, "b");
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().field, file.name);
    auto again = disk_.open(path, OpenMode::create);
    ASSERT_TRUE(again);
    ASSERT_TRUE((*again)->write(0, good));
    again->reset();
    ASSERT_TRUE(check_backup(disk_, "b"));
  }
  ASSERT_TRUE(write_file(disk_, "b/journal", "0000000099.segment", "x"));
  const auto extra = check_backup(disk_, "b");
  ASSERT_FALSE(extra);
  EXPECT_EQ(extra.error().field, "journal/0000000099.segment");
}

TEST_F(BackupTest, AManifestIsBelievedWholeOrNotAtAll) {
  ASSERT_TRUE(back_up(disk_, request()));
  const std::string good = read_file(disk_, "b/manifest").value();
  for (std::size_t at = 0; at < good.size(); at += 7) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 1);
    EXPECT_FALSE(parse_backup_manifest(bad, "m")) << at;
    EXPECT_FALSE(parse_backup_manifest(good.substr(0, at), "m")) << at;
  }
  // A name that leads out of the backup, under a good hash of its own.
  BackupManifest manifest = parse_backup_manifest(good, "m").value();
  for (const char* name : {"../x", "/etc/passwd", "journal/../x", "a/b/c", "", ".hidden", "a b"}) {
    manifest.files = {{.name = name, .bytes = 1, .sha256 = {}}};
    EXPECT_FALSE(parse_backup_manifest(backup_manifest_text(manifest), "m")) << name;
  }
}

TEST_F(BackupTest, AFullDiskLeavesNoHalfBackup) {
  take_snapshot(20);
  std::uint64_t failures = 0;
  for (std::uint64_t capacity = 0;; capacity += 3000) {
    disk_.set_capacity(capacity);
    const auto report = back_up(disk_, request());
    if (report) break;
    ++failures;
    EXPECT_EQ(report.error().kind, ErrorKind::exhausted) << report.error().text();
    EXPECT_FALSE(check_backup(disk_, "b"));
    ASSERT_LT(failures, 1000U);
  }
  EXPECT_GT(failures, 5U);
  const std::string before = read_file(disk_, "b/manifest").value();
  disk_.set_capacity(~std::uint64_t{0});
  add(80);
  // A backup that stood stays whole when the next run finds the disk full.
  failures = 0;
  for (std::uint64_t capacity = 0;; capacity += 3000) {
    disk_.set_capacity(capacity);
    const auto report = back_up(disk_, request());
    if (report) break;
    ++failures;
    EXPECT_EQ(read_file(disk_, "b/manifest").value(), before);
    ASSERT_TRUE(check_backup(disk_, "b")) << capacity;
    ASSERT_LT(failures, 1000U);
  }
  EXPECT_GT(failures, 5U);
  disk_.set_capacity(~std::uint64_t{0});
  const auto hash = restored(80, "r");
  ASSERT_TRUE(hash) << hash.error().text();
  EXPECT_EQ(*hash, hashes_[79]);
}

TEST_F(BackupTest, ArchivedSegmentsAreInItAndStay) {
  take_snapshot(50);
  ASSERT_TRUE(archive(
      disk_, {.folder = "j", .archive_folder = "old", .snapshot_folder = "s", .before = 31}));
  ASSERT_TRUE(journal_->forget_archived());
  ASSERT_GT(journal_->first_sequence(), 1U);
  const auto refused = back_up(disk_, request());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().field, "archives");
  BackupRequest complete = request();
  complete.archives = {"old"};
  ASSERT_TRUE(back_up(disk_, complete));
  add(60);
  const auto later = back_up(disk_, request());  // the archive is needed no more
  ASSERT_TRUE(later) << later.error().text();
  for (const Sequence until : {Sequence{1}, Sequence{31}, Sequence{60}}) {
    const auto hash = restored(until, "r" + std::to_string(until));
    ASSERT_TRUE(hash) << hash.error().text();
    EXPECT_EQ(*hash, hashes_[until - 1]);
  }
}

TEST_F(BackupTest, AFolderOfSomethingElseIsLeftAlone) {
  ASSERT_TRUE(disk_.create_folder("b"));
  ASSERT_TRUE(write_file(disk_, "b", "thesis.txt", "irreplaceable"));
  const auto refused = back_up(disk_, request());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::refused);
  ASSERT_TRUE(disk_.remove("b/thesis.txt"));
  ASSERT_TRUE(back_up(disk_, request()));

  BackupRequest other = request();
  other.books.journal_id = JournalId{9};
  EXPECT_FALSE(back_up(disk_, other));
}

TEST_F(BackupTest, BooksThatWereSetBackDoNotWriteOverABackup) {
  ASSERT_TRUE(back_up(disk_, request()));
  ASSERT_TRUE(restored(40, "r"));
  auto journal = Journal::open(disk_, "r", kSmall);
  ASSERT_TRUE(journal);
  BackupRequest earlier = request();
  earlier.folder = "r";
  earlier.books.sequence = 40;
  earlier.books.chain_hash = (*journal)->chain_hash();
  const auto shorter = back_up(disk_, earlier);
  ASSERT_FALSE(shorter);
  EXPECT_NE(shorter.error().rule.find("goes further"), std::string::npos);
  while ((*journal)->next_sequence() <= 60) {
    ASSERT_TRUE((*journal)->reserve(5));
    ASSERT_TRUE((*journal)->commit((*journal)->append(1, 2, "other")));
  }
  earlier.books.sequence = 60;
  earlier.books.chain_hash = (*journal)->chain_hash();
  const auto forked = back_up(disk_, earlier);
  ASSERT_FALSE(forked);
  EXPECT_NE(forked.error().rule.find("another record 50"), std::string::npos);
}

}  // namespace
}  // namespace cofferdam::journal
