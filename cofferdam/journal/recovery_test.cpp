// SPDX-License-Identifier: Apache-2.0
//
// Damage to stored bytes: every byte of a small journal is flipped, cut and zeroed in turn. What
// was acknowledged must be there or be refused by name; nothing changes silently.
#include "cofferdam/journal/recovery.h"

#include "cofferdam/journal/disk.h"
#include "cofferdam/journal/format.h"
#include "cofferdam/journal/journal.h"
#include "cofferdam/journal/reader.h"
#include "cofferdam/journal/segment.h"
#include "cofferdam/journal/simulated_disk.h"
#include "cofferdam/journal/verify.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace cofferdam::journal {
namespace {

constexpr JournalId kId{9, 9, 9, 9, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
const std::string kFirst = "j/0000000001.segment";
const std::string kSecond = "j/0000000002.segment";

Options small(JournalId id = kId) {
  return {.segment_bytes = 20480,
          .sector_bytes = 512,
          .groups_per_head = 1000,
          .background = false,
          .journal_id = id};
}

std::string body_of(Sequence n) {
  return std::to_string(n) + std::string(n * 61 % 300, static_cast<char>('a' + n % 26));
}

enum class End : std::uint8_t { closed, killed };

// `groups` of two records each; the last group of a killed journal is known to no head slot.
std::unique_ptr<SimulatedDisk> make(Sequence groups, End end, JournalId id = kId) {
  auto disk = std::make_unique<SimulatedDisk>();
  auto journal = Journal::open(*disk, "j", small(id));
  EXPECT_TRUE(journal) << journal.error().text();
  for (Sequence group = 0; group < groups; ++group) {
    for (Sequence n = 2 * group + 1; n <= 2 * group + 2; ++n) {
      EXPECT_TRUE((*journal)->reserve(body_of(n).size()));
      (*journal)->append(1, 5, body_of(n));
    }
    EXPECT_TRUE((*journal)->commit(2 * group + 2));
  }
  if (end == End::closed) {
    EXPECT_TRUE((*journal)->close());
  }
  journal->reset();
  disk->kill();
  return disk;
}

// Every record up to `last` is there and is what was written.
void expect_intact(Disk& disk, Sequence last, const std::string& what) {
  auto reader = Reader::open(disk, {"j"});
  ASSERT_TRUE(reader) << what << ": " << reader.error().text();
  EXPECT_EQ((*reader)->until(), last) << what;
  for (Sequence n = 1; n <= last; ++n) {
    const auto record = (*reader)->next();
    ASSERT_TRUE(record) << what << ": " << record.error().text();
    ASSERT_NE(*record, nullptr) << what;
    EXPECT_EQ((*record)->body, body_of(n)) << what;
  }
}

TEST(RecoveryTest, ACleanJournalHasNothingToReport) {
  const auto disk = make(3, End::closed);
  const std::string before = disk->platter(kFirst);
  auto journal = Journal::open(*disk, "j", small());
  ASSERT_TRUE(journal);
  EXPECT_FALSE((*journal)->recovery().truncated);
  EXPECT_TRUE((*journal)->recovery().warnings.empty());
  EXPECT_EQ((*journal)->next_sequence(), 7);
  EXPECT_EQ(disk->platter(kFirst), before) << "opening a clean journal writes nothing";
}

// One flipped byte after a clean close: every record is known to be durable, so each flip in a
// record refuses to open, and verify names the record that holds the byte.
TEST(RecoveryTest, AFlippedByteAnywhereInAClosedJournalIsFound) {
  const auto good = make(4, End::closed);
  const std::string bytes = good->platter(kFirst);
  auto reader = Reader::open(*good, {"j"});
  std::vector<std::uint64_t> starts;
  {
    const auto list = list_segments(*good, {"j"});
    ASSERT_TRUE(list);
    auto file = good->open(kFirst, OpenMode::read);
    SegmentWalk walk(std::move(*file), list->segments[0], CheckHash::yes);
    while (*walk.next() != nullptr) starts.push_back(walk.offset());
    ASSERT_EQ(starts.size(), 8);
  }
  const auto disk = good->copy();
  std::string& platter = disk->platter(kFirst);
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    // The headers' padding is zeros: a few samples stand for all of it.
    const bool dull = (at < kRecordsOffset && at % kBlock >= 128 && at % 97 != 0) ||
                      (at > starts.back() + 1024 && at % 97 != 0);
    if (dull) continue;
    platter = bytes;
    platter[at] = static_cast<char>(platter[at] ^ (1 << at % 8));
    const std::string what = "byte " + std::to_string(at);
    const auto report = verify(*disk, {"j"});
    ASSERT_TRUE(report) << what << report.error().text();
    // Zeros after the last record carry nothing; a bit there looks like a torn tail.
    ASSERT_TRUE(report->damage || report->torn_tail) << what;
    const auto after = std::ranges::upper_bound(starts, at);
    const auto holder = static_cast<std::size_t>(after - starts.begin());
    const bool in_record =
        holder > 0 && at < starts[holder - 1] + kRecordHeaderBytes + body_of(holder).size();
    auto journal = Journal::open(*disk, "j", small());
    if (in_record) {
      ASSERT_TRUE(report->damage) << what;
      EXPECT_EQ(report->damage->sequence, holder) << what;
      EXPECT_EQ(report->damage->offset, starts[holder - 1]) << what;
      ASSERT_FALSE(journal) << what;
      EXPECT_EQ(journal.error().kind, ErrorKind::integrity);
      EXPECT_NE(journal.error().rule.find("record " + std::to_string(holder)), std::string::npos);
      EXPECT_NE(journal.error().hint.find("accept_truncation_at"), std::string::npos);
    } else {
      ASSERT_TRUE(journal) << what << ": " << journal.error().text();
      EXPECT_TRUE((*journal)->recovery().truncated || !(*journal)->recovery().warnings.empty());
      EXPECT_EQ((*journal)->next_sequence(), 9) << what;
      journal->reset();
      expect_intact(*disk, 8, what);
    }
  }
}

// Without a clean close only the last group is unproved: a flip in it may look torn, and is then
// cut and reported; all other records refuse.
TEST(RecoveryTest, AFlippedByteAfterAKillIsCutOnlyInTheLastGroup) {
  const auto good = make(4, End::killed);
  const std::string bytes = good->platter(kFirst);
  const auto disk = good->copy();
  std::string& platter = disk->platter(kFirst);
  int cut = 0;
  for (std::size_t at = kRecordsOffset; at < kRecordsOffset + 3500; ++at) {
    platter = bytes;
    platter[at] = static_cast<char>(platter[at] ^ (1 << at % 8));
    const std::string what = "byte " + std::to_string(at);
    auto journal = Journal::open(*disk, "j", small());
    if (!journal) {
      EXPECT_EQ(journal.error().kind, ErrorKind::integrity) << what;
      continue;
    }
    const RecoveryReport report = (*journal)->recovery();
    ASSERT_TRUE(report.truncated || !report.warnings.empty()) << what;
    EXPECT_GE((*journal)->next_sequence(), 7) << what;
    const Sequence last = (*journal)->next_sequence() - 1;
    if (last < 8) {
      ++cut;
      ASSERT_TRUE(report.truncated) << what;
      EXPECT_EQ(report.truncated->sequence, last + 1) << what;
    }
    journal->reset();
    expect_intact(*disk, last, what);
  }
  EXPECT_GT(cut, 0);
}

TEST(RecoveryTest, AFileCutAtAnyLengthIsRefusedAndAnOperatorMayAccept) {
  for (const End end : {End::closed, End::killed}) {
    const auto good = make(3, end);
    const std::string bytes = good->platter(kFirst);
    for (std::size_t size = 0; size < bytes.size(); size += size < kRecordsOffset ? 509 : 13) {
      const auto disk = good->copy();
      disk->platter(kFirst).resize(size);
      const std::string what = "length " + std::to_string(size);
      auto journal = Journal::open(*disk, "j", small());
      ASSERT_FALSE(journal) << what;
      EXPECT_EQ(journal.error().kind, ErrorKind::integrity) << what;
    }
  }
  const auto disk = make(3, End::closed);
  disk->platter(kFirst).resize(kRecordsOffset + 600);  // within record 3 or 4
  const auto report = verify(*disk, {"j"});
  ASSERT_TRUE(report && report->damage);
  const Sequence lost = report->damage->sequence;
  Options accepting = small();
  accepting.accept_truncation_at = lost + 1;
  EXPECT_FALSE(Journal::open(*disk, "j", accepting)) << "must name exactly the record refused";
  accepting.accept_truncation_at = lost;
  auto journal = Journal::open(*disk, "j", accepting);
  ASSERT_TRUE(journal) << journal.error().text();
  EXPECT_EQ((*journal)->next_sequence(), lost);
  EXPECT_TRUE(disk->exists(kFirst + ".damaged"));
  journal->reset();
  expect_intact(*disk, lost - 1, "accepted");
  EXPECT_TRUE(Journal::open(*disk, "j", small()));
  EXPECT_TRUE(verify(*disk, {"j"})->good());
}

// The tail of the last group replaced by zeros from every byte on, as when it never arrived.
TEST(RecoveryTest, ATailZeroedFromAnyByteIsCutWhenNobodyWasTold) {
  const auto good = make(4, End::killed);
  const std::string bytes = good->platter(kFirst);
  for (std::size_t at = kRecordsOffset; at < kRecordsOffset + 3500; ++at) {
    const auto disk = good->copy();
    std::string& platter = disk->platter(kFirst);
    std::fill(platter.begin() + static_cast<std::ptrdiff_t>(at), platter.end(), '\0');
    // Nothing remains that could prove these records, and both head slots are from the beginning:
    // this is what a disk that never received them looks like.
    auto journal = Journal::open(*disk, "j", small());
    ASSERT_TRUE(journal) << at << journal.error().text();
    const Sequence last = (*journal)->next_sequence() - 1;
    journal->reset();
    expect_intact(*disk, last, "zeroed from " + std::to_string(at));
  }
  // The same after a clean close: the head slot knows better.
  const auto closed = make(4, End::closed);
  std::string& platter = closed->platter(kFirst);
  std::fill(platter.begin() + kRecordsOffset + 700, platter.end(), '\0');
  const auto journal = Journal::open(*closed, "j", small());
  ASSERT_FALSE(journal);
  EXPECT_NE(journal.error().rule.find("acknowledged"), std::string::npos);
}

TEST(RecoveryTest, WithoutReadableHeadSlotsNothingIsConcluded) {
  const auto disk = make(3, End::killed);
  std::string& platter = disk->platter(kFirst);
  platter[kHeadSlotOffset + 20] = 'x';
  {
    const auto copy = disk->copy();
    auto journal = Journal::open(*copy, "j", small());
    ASSERT_TRUE(journal) << journal.error().text();
    EXPECT_EQ((*journal)->recovery().warnings.size(), 1);
  }
  platter[kHeadSlotOffset + kBlock + 20] = 'x';
  const auto journal = Journal::open(*disk, "j", small());
  ASSERT_FALSE(journal);
  EXPECT_NE(journal.error().rule.find("cannot be told"), std::string::npos);
  Options accepting = small();
  accepting.accept_truncation_at = 7;
  EXPECT_TRUE(Journal::open(*disk, "j", accepting));
  EXPECT_TRUE(Journal::open(*disk, "j", small()));
}

class SegmentFaultTest : public ::testing::Test {
 protected:
  void SetUp() override {
    disk_ = make(30, End::closed);
    ASSERT_TRUE(disk_->exists("j/0000000003.segment"));
  }

  void expect_refused(std::string_view part) const {
    const auto journal = Journal::open(*disk_, "j", small());
    ASSERT_FALSE(journal);
    EXPECT_EQ(journal.error().kind, ErrorKind::integrity);
    EXPECT_NE(journal.error().text().find(part), std::string::npos) << journal.error().text();
    EXPECT_FALSE(Reader::open(*disk_, {"j"}));
    EXPECT_FALSE(verify(*disk_, {"j"}));
  }

  std::unique_ptr<SimulatedDisk> disk_;
};

TEST_F(SegmentFaultTest, AMissingSegmentIsNamed) {
  disk_->erase(kSecond);
  expect_refused("0000000002.segment: the segment is missing");
}

TEST_F(SegmentFaultTest, AMissingFirstSegmentIsNamed) {
  disk_->erase(kFirst);
  expect_refused("0000000001.segment: the segment is missing");
}

TEST_F(SegmentFaultTest, AMissingLastSegmentIsNamed) {
  const auto names = disk_->list("j");
  std::string last;
  for (const std::string& name : *names) {
    if (name.ends_with(".segment")) last = name;
  }
  disk_->erase("j/" + last);
  expect_refused(last + ": the segment is missing");
}

TEST_F(SegmentFaultTest, ReorderedSegmentsAreNamed) {
  const std::string first = disk_->platter(kFirst);
  disk_->put(kFirst, disk_->platter(kSecond));
  disk_->put(kSecond, first);
  expect_refused("reordered");
}

TEST_F(SegmentFaultTest, ADuplicatedSegmentIsNamed) {
  disk_->put("j/0000000099.segment", disk_->platter(kFirst));
  expect_refused("0000000099.segment");
}

TEST_F(SegmentFaultTest, AForeignSegmentIsNamed) {
  const auto other = make(30, End::closed, JournalId{1});
  disk_->put(kSecond, other->platter(kSecond));
  expect_refused("another journal");
}

TEST_F(SegmentFaultTest, AFlippedByteInAClosedSegmentIsFoundByReadingAndVerifying) {
  std::string& platter = disk_->platter(kFirst);
  const std::string bytes = platter;
  for (std::size_t at = kRecordsOffset; at < bytes.size(); at += 7) {
    platter = bytes;
    platter[at] = static_cast<char>(platter[at] ^ 16);
    const auto report = verify(*disk_, {"j"});
    ASSERT_TRUE(report) << at;
    ASSERT_TRUE(report->damage) << at;
    EXPECT_EQ(report->damage->segment, kFirst) << at;
    // A reader passes over padding, and delivers only what is right.
    auto reader = Reader::open(*disk_, {"j"});
    ASSERT_TRUE(reader);
    for (Sequence n = 1; n <= 60; ++n) {
      const auto record = (*reader)->next();
      if (!record) {
        EXPECT_EQ(record.error().kind, ErrorKind::integrity);
        EXPECT_EQ(n, report->damage->sequence) << at;
        break;
      }
      ASSERT_EQ((*record)->body, body_of(n)) << at;
    }
  }
}

// A header with a good checksum that asks for more than any segment has: it is not believed, and
// nothing is walked or taken for it.
TEST(RecoveryTest, AHeaderBeyondWhatIsPossibleIsNotBelieved) {
  const auto impossible = [](auto&& change) {
    const auto disk = make(3, End::closed);
    SegmentHeader header = *parse_segment_header(disk->platter(kFirst).substr(0, kBlock));
    change(header);
    for (const std::uint64_t offset : {std::uint64_t{0}, kHeaderCopyOffset})
      disk->platter(kFirst).replace(offset, kBlock, segment_header_block(header));
    const auto journal = Journal::open(*disk, "j", small());
    EXPECT_FALSE(journal);
    EXPECT_FALSE(verify(*disk, {"j"}));
    return journal ? "" : journal.error().rule;
  };
  const std::string damaged = "both copies of the segment's header are damaged";
  EXPECT_EQ(impossible([](auto& h) { h.segment_bytes = std::uint64_t{1} << 40U; }), damaged);
  EXPECT_EQ(impossible([](auto& h) { h.first_sequence = ~Sequence{0}; }), damaged);
}

// Gigabytes that a header promises and the file does not have are neither read nor looked through.
TEST(RecoveryTest, WhatTheFileDoesNotHaveIsNotRead) {
  const auto disk = make(3, End::closed);
  std::string& bytes = disk->platter(kFirst);
  SegmentHeader segment = *parse_segment_header(bytes.substr(0, kBlock));
  segment.segment_bytes = kSegmentBytesMax;
  for (const std::uint64_t offset : {std::uint64_t{0}, kHeaderCopyOffset})
    bytes.replace(offset, kBlock, segment_header_block(segment));
  const std::size_t at = bytes.find("CFR1", kRecordsOffset);
  ASSERT_NE(at, std::string::npos);
  RecordHeader record = *parse_record_header(std::string_view(bytes).substr(at));
  record.body_bytes = 1U << 30U;
  record.header_crc = header_crc(record);
  bytes.replace(at, kRecordHeaderBytes, as_bytes(record));
  const auto list = list_segments(*disk, {"j"});
  ASSERT_TRUE(list) << list.error().text();
  const auto tail = judge_tail(*disk, list->segments[0]);
  ASSERT_TRUE(tail) << tail.error().text();
  EXPECT_EQ(tail->tail, Tail::damaged);
  EXPECT_NE(tail->place.what.find("reach beyond the end of the file"), std::string::npos)
      << tail->place.what;
  SegmentWalk walk(std::move(*disk->open(kFirst, OpenMode::read)), list->segments[0],
                   CheckHash::no);
  EXPECT_EQ(walk.readable_end().value(), bytes.size());
}

TEST_F(SegmentFaultTest, ADamagedHeaderCopyIsMendedAndReported) {
  for (const std::uint64_t offset : {std::uint64_t{30}, kHeaderCopyOffset + 30}) {
    for (const std::string& path : {kFirst, kSecond}) {
      disk_->platter(path)[offset] = 'x';
      EXPECT_TRUE(verify(*disk_, {"j"})->damage);
      {
        auto journal = Journal::open(*disk_, "j", small());
        ASSERT_TRUE(journal) << journal.error().text();
        EXPECT_EQ((*journal)->recovery().warnings.size(), 1);
      }
      EXPECT_TRUE(verify(*disk_, {"j"})->good());
    }
  }
}

}  // namespace
}  // namespace cofferdam::journal
