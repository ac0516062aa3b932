// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/journal/journal.h"

#include "cofferdam/journal/disk.h"
#include "cofferdam/journal/format.h"
#include "cofferdam/journal/reader.h"
#include "cofferdam/journal/real_disk.h"
#include "cofferdam/journal/simulated_disk.h"
#include "cofferdam/journal/verify.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <unistd.h>
#include <vector>

namespace cofferdam::journal {
namespace {

constexpr JournalId kId{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

Options small() {
  return {.segment_bytes = 24576,
          .sector_bytes = 512,
          .groups_per_head = 3,
          .background = false,
          .journal_id = kId};
}

std::string body_of(Sequence n) {
  return "body " + std::to_string(n) + std::string(n * 37 % 700, static_cast<char>('a' + n % 26));
}

Sequence add(Journal& journal, std::string_view body) {
  const auto reserved = journal.reserve(body.size());
  EXPECT_TRUE(reserved) << reserved.error().text();
  return journal.append(7, 1000, body);
}

std::unique_ptr<Journal> must_open(Disk& disk, const std::string& folder, const Options& options) {
  auto journal = Journal::open(disk, folder, options);
  EXPECT_TRUE(journal) << journal.error().text();
  return journal ? std::move(*journal) : nullptr;
}

class TemporaryFolder {
 public:
  TemporaryFolder() {
    static std::atomic<int> count = 0;
    path_ = std::filesystem::current_path() /
            ("journal_test." + std::to_string(::getpid()) + "." + std::to_string(++count));
    std::filesystem::remove_all(path_);
  }

  ~TemporaryFolder() { std::filesystem::remove_all(path_); }

  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  [[nodiscard]] std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

// The chain computed by hand from the document's words, not by the journal's own function.
crypto::Hash chain_by_hand(const crypto::Hash& before, Sequence sequence, std::int64_t time,
                           std::uint16_t kind, const std::string& body) {
  std::string text(crypto::bytes_of(before));
  const auto add_little = [&](std::uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) text.push_back(static_cast<char>(value >> (8 * i) & 255));
  };
  add_little(sequence, 8);
  add_little(static_cast<std::uint64_t>(time), 8);
  add_little(body.size(), 4);
  add_little(kind, 2);
  add_little(1, 2);
  return crypto::sha256(text + body);
}

TEST(JournalTest, RecordsComeBackAcrossSegmentsAndReopening) {
  SimulatedDisk disk;
  crypto::Hash expected{};
  {
    auto journal = must_open(disk, "j", small());
    EXPECT_TRUE(journal->recovery().created);
    for (Sequence n = 1; n <= 200; ++n) {
      EXPECT_EQ(add(*journal, body_of(n)), n);
      if (n % 3 == 0) {
        ASSERT_TRUE(journal->commit(n));
      }
      expected = chain_by_hand(expected, n, 1000, 7, body_of(n));
      EXPECT_EQ(journal->chain_hash(), expected);
    }
    ASSERT_TRUE(journal->close());
    EXPECT_EQ(journal->durable(), 200);
  }
  auto journal = must_open(disk, "j", small());
  EXPECT_FALSE(journal->recovery().created);
  EXPECT_FALSE(journal->recovery().truncated);
  EXPECT_EQ(journal->next_sequence(), 201);
  EXPECT_EQ(journal->chain_hash(), expected);
  EXPECT_TRUE(disk.exists("j/0000000004.segment"));
  for (const Sequence from : std::vector<Sequence>{1, 2, 57, 199, 200, 1}) {
    auto reader = journal->read_from(from);
    ASSERT_TRUE(reader) << reader.error().text();
    for (Sequence n = from; n <= 200; ++n) {
      const auto record = (*reader)->next();
      ASSERT_TRUE(record) << record.error().text();
      ASSERT_NE(*record, nullptr);
      EXPECT_EQ((*record)->sequence, n);
      EXPECT_EQ((*record)->body, body_of(n));
      EXPECT_EQ((*record)->kind, 7);
      EXPECT_EQ((*record)->time_ns, 1000);
    }
    EXPECT_EQ(*(*reader)->next(), nullptr);
    ASSERT_TRUE((*reader)->seek(100));
    EXPECT_EQ((*(*reader)->next())->body, body_of(100));
    ASSERT_TRUE((*reader)->seek(3));
    EXPECT_EQ((*(*reader)->next())->body, body_of(3));
  }
  EXPECT_FALSE(journal->read_from(0));
  EXPECT_FALSE(journal->read_from(202));
  const auto report = verify(disk, {"j"});
  ASSERT_TRUE(report) << report.error().text();
  EXPECT_TRUE(report->good()) << report->damage->error().text();
  EXPECT_EQ(report->records, 200);
  EXPECT_EQ(report->last_hash, expected);
}

TEST(JournalTest, AReaderThatIsExtendedSeesWhatWasWrittenSince) {
  SimulatedDisk disk;
  auto journal = must_open(disk, "j", small());
  add(*journal, body_of(1));
  ASSERT_TRUE(journal->commit(1));
  auto reader = journal->read_from(1);
  ASSERT_TRUE(reader);
  for (Sequence n = 1; n <= 100; ++n) {
    const auto record = (*reader)->next();
    ASSERT_TRUE(record) << record.error().text();
    ASSERT_NE(*record, nullptr);
    EXPECT_EQ((*record)->body, body_of(n));
    EXPECT_EQ(*(*reader)->next(), nullptr);
    add(*journal, body_of(n + 1));
    ASSERT_TRUE(journal->commit(n + 1));
    journal->extend(**reader);
  }
}

TEST(JournalTest, TheChainDoesNotDependOnLayoutOrGrouping) {
  SimulatedDisk disk;
  Options wide = small();
  wide.segment_bytes = 1 << 20;
  wide.sector_bytes = 4096;
  auto a = must_open(disk, "a", small());
  auto b = must_open(disk, "b", wide);
  for (Sequence n = 1; n <= 100; ++n) {
    add(*a, body_of(n));
    add(*b, body_of(n));
    ASSERT_TRUE(a->commit(n));
  }
  ASSERT_TRUE(b->commit(100));
  EXPECT_EQ(a->chain_hash(), b->chain_hash());
}

TEST(JournalTest, AGroupStartsAtASectorAndNamesWhatWasDurable) {
  SimulatedDisk disk;
  auto journal = must_open(disk, "j", small());
  add(*journal, "one");
  add(*journal, "two");
  ASSERT_TRUE(journal->commit(2));
  add(*journal, "three");
  ASSERT_TRUE(journal->commit(3));
  const std::string_view bytes = disk.platter("j/0000000001.segment");
  const auto first = parse_record_header(bytes.substr(16384));
  const auto second = parse_record_header(bytes.substr(16384 + 136));
  const auto third = parse_record_header(bytes.substr(16384 + 512));
  ASSERT_TRUE(first && second && third);
  EXPECT_EQ(first->durable_sequence, 0);
  EXPECT_EQ(second->durable_sequence, 0);
  EXPECT_EQ(second->previous_bytes, 136);
  EXPECT_EQ(third->durable_sequence, 2);
  EXPECT_EQ(third->previous_bytes, 376);
  EXPECT_EQ(third->previous_hash, second->hash);
}

TEST(JournalTest, EmptyBodiesAndTheLongestBody) {
  SimulatedDisk disk;
  auto journal = must_open(disk, "j", small());
  EXPECT_EQ(journal->body_bytes_max(), 24576 - 16384 - 128);
  add(*journal, "");
  const std::string longest(journal->body_bytes_max(), 'x');
  add(*journal, longest);
  add(*journal, "");
  EXPECT_EQ(journal->reserve(longest.size() + 1).error().kind, ErrorKind::malformed);
  ASSERT_TRUE(journal->close());
  auto again = must_open(disk, "j", small());
  auto reader = again->read_from(1);
  ASSERT_TRUE(reader);
  EXPECT_EQ((*(*reader)->next())->body, "");
  EXPECT_EQ((*(*reader)->next())->body, longest);
  EXPECT_EQ((*(*reader)->next())->body, "");
}

TEST(JournalTest, OptionsAreChecked) {
  SimulatedDisk disk;
  EXPECT_EQ(Journal::open(disk, "j", {.segment_bytes = 24577}).error().field, "segment_bytes");
  EXPECT_EQ(Journal::open(disk, "j", {.segment_bytes = 16384}).error().field, "segment_bytes");
  EXPECT_EQ(Journal::open(disk, "j", {.sector_bytes = 1000}).error().field, "sector_bytes");
  EXPECT_EQ(Journal::open(disk, "j", {.groups_per_head = 0}).error().field, "groups_per_head");
}

TEST(JournalTest, ASecondWriterIsRefusedAndReadersAreNot) {
  const TemporaryFolder folder;
  RealDisk disk;
  auto journal = must_open(disk, folder.path(), {.segment_bytes = 1 << 20});
  add(*journal, "first");
  ASSERT_TRUE(journal->commit(1));
  const auto second = Journal::open(disk, folder.path());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, ErrorKind::refused);
  auto reader = Reader::open(disk, {folder.path()});
  ASSERT_TRUE(reader) << reader.error().text();
  EXPECT_EQ((*(*reader)->next())->body, "first");
  ASSERT_TRUE(journal->close());
  EXPECT_TRUE(Journal::open(disk, folder.path(), {.segment_bytes = 1 << 20}));
}

// One thread appends, three commit, one reads: run under the thread sanitizer too.
TEST(JournalTest, ManyCommittersShareFlushesWhileOneThreadAppends) {
  const TemporaryFolder folder;
  for (const bool direct : {true, false}) {
    RealDisk disk({.direct = direct});
    const std::string path = folder.path() + (direct ? "/direct" : "/cached");
    auto journal = must_open(disk, path, {.segment_bytes = 1 << 20});
    constexpr Sequence kRecords = 3000;
    std::atomic<Sequence> appended = 0;
    std::atomic<bool> failed = false;
    {
      std::vector<std::jthread> committers;
      for (int t = 0; t < 3; ++t) {
        committers.emplace_back([&] {
          for (Sequence done = 0; done < kRecords && !failed;) {
            const Sequence up_to = appended;
            if (!journal->commit(up_to) || journal->durable() < up_to) failed = true;
            done = up_to;
          }
        });
      }
      committers.emplace_back([&] {
        while (!failed && journal->durable() < kRecords) {
          auto reader = Reader::open(disk, {path});
          if (!reader) failed = true;
          while (!failed) {
            const auto record = (*reader)->next();
            if (!record) failed = true;
            if (!record || *record == nullptr) break;
            if ((*record)->body != body_of((*record)->sequence)) failed = true;
          }
        }
      });
      for (Sequence n = 1; n <= kRecords; ++n) appended = add(*journal, body_of(n));
    }
    EXPECT_FALSE(failed);
    ASSERT_TRUE(journal->close());
    const auto report = verify(disk, {path});
    ASSERT_TRUE(report) << report.error().text();
    EXPECT_TRUE(report->good()) << report->damage->error().text();
    EXPECT_EQ(report->records, kRecords);
  }
}

}  // namespace
}  // namespace cofferdam::journal
