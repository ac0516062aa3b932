// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/journal/posting_index.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <map>
#include <random>
#include <set>
#include <unistd.h>

namespace cofferdam::journal {
namespace {

namespace fs = std::filesystem;

struct Folder {
  Folder() {
    static std::atomic<int> count = 0;
    // In memory where there is such a folder: the syncs of a real disk would take most of the time.
    const fs::path parent = fs::exists("/dev/shm") ? "/dev/shm" : fs::temp_directory_path();
    path = (parent / ("cofferdam-posting-index-" + std::to_string(::getpid()) + "-" +
                      std::to_string(++count)))
               .string();
    fs::remove_all(path);
  }

  ~Folder() { fs::remove_all(path); }

  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string path;
};

PostingIndexOptions small(const Folder& folder, FileHook hook = {}) {
  return {.folder = folder.path,
          .lineage = 77,
          .buffer_entries = 1500,
          .fanout = 3,
          .runs_max = 12,
          .hook = std::move(hook)};
}

std::unique_ptr<PostingIndex> must_open(PostingIndexOptions options) {
  auto index = PostingIndex::open(std::move(options));
  EXPECT_TRUE(index.has_value()) << index.error().text();
  return std::move(*index);
}

using List = std::pair<int, std::uint64_t>;

// Records of transfers between accounts, in pools, with codes and references, and the lists that
// they make.
struct Model {
  std::mt19937_64 dice{7};
  std::vector<std::vector<Posting>> records;  // sequence = place + 1
  std::map<List, std::set<std::uint64_t>> lists;

  void grow(std::size_t most) {
    const std::uint64_t sequence = records.size() + 1;
    auto& record = records.emplace_back();
    const std::size_t size = dice() % (most + 1);
    for (std::size_t i = 0; i < size; ++i) {
      const std::uint64_t address = (sequence << 13) | i;
      const auto put = [&](std::uint8_t kind, std::uint64_t key) {
        record.push_back(make_posting(kind, key, address));
        lists[{kind, key}].insert(address);
      };
      put(1, dice() % 40);
      put(1, dice() % 40);  // sometimes the same account twice
      put(2, dice() % 3);
      put(3, dice() % 8 == 0 ? ~std::uint64_t{0} : 5);
      put(255, dice());
    }
  }
};

void feed(PostingIndex& index, const Model& model) {
  for (std::size_t i = index.added_through(); i < model.records.size(); ++i)
    ASSERT_TRUE(index.add(model.records[i], i + 1));
}

std::vector<std::uint64_t> drain(auto cursor, std::size_t most = ~std::size_t{0}) {
  std::vector<std::uint64_t> found;
  while (found.size() < most) {
    const auto address = cursor.next();
    EXPECT_TRUE(address) << address.error().text();
    if (!address || !*address) break;
    found.push_back(**address);
  }
  return found;
}

void expect_equal(const PostingIndex& index, Model& model) {
  int references = 0;
  for (const auto& [list, addresses] : model.lists) {
    if (list.first == 255 && ++references > 200) continue;
    const auto kind = static_cast<std::uint8_t>(list.first);
    const std::vector<std::uint64_t> up(addresses.begin(), addresses.end());
    ASSERT_EQ(drain(index.cursor(kind, list.second, 0, Direction::ascending)), up);
    const std::vector<std::uint64_t> down(addresses.rbegin(), addresses.rend());
    ASSERT_EQ(drain(index.cursor(kind, list.second, kAddressMax, Direction::descending)), down);
    // From anywhere, on or between addresses.
    const std::uint64_t from = up[model.dice() % up.size()] + model.dice() % 3 - 1;
    ASSERT_EQ(drain(index.cursor(kind, list.second, from, Direction::ascending)),
              std::vector(std::lower_bound(up.begin(), up.end(), from), up.end()));
    std::vector<std::uint64_t> before(up.begin(), std::upper_bound(up.begin(), up.end(), from));
    std::reverse(before.begin(), before.end());
    ASSERT_EQ(drain(index.cursor(kind, list.second, from, Direction::descending)), before);
  }
  EXPECT_TRUE(drain(index.cursor(1, 40, 0, Direction::ascending)).empty());
  EXPECT_TRUE(drain(index.cursor(0, 0, 0, Direction::ascending)).empty());
  EXPECT_TRUE(drain(index.cursor(9, 0, kAddressMax, Direction::descending)).empty());
}

TEST(SortPostings, IsAStableSortByKindAndKey) {
  rc::check([] {
    const auto kinds = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 4));
    std::vector<Posting> postings;
    std::vector<Posting> scratch;
    for (std::size_t i = 0; i < kinds.size(); ++i) {
      const auto key = *rc::gen::oneOf(rc::gen::inRange<std::uint64_t>(0, 5),
                                       rc::gen::arbitrary<std::uint64_t>());
      postings.push_back(make_posting(static_cast<std::uint8_t>(kinds[i] * 85), key, i));
    }
    auto expected = postings;
    std::sort(expected.begin(), expected.end());
    sort_postings(postings, scratch);
    RC_ASSERT(postings == expected);
  });
}

TEST(PostingRun, UnpacksWhatItPacksAtTheLimits) {
  const Folder folder;
  const IndexFolder files(folder.path, {});
  ASSERT_TRUE(files.make());
  const std::uint64_t most = ~std::uint64_t{0};
  const std::vector<Posting> postings = {
      make_posting(0, 0, 5),           make_posting(0, 0, kAddressMax),
      make_posting(0, most, 5),        make_posting(0, most, 6),
      make_posting(7, 0, kAddressMax), make_posting(7, std::uint64_t{1} << 62, 5),
      make_posting(7, most, 5),        make_posting(255, most, kAddressMax)};
  const auto run = write_postings(files, 1, postings);
  ASSERT_TRUE(run);
  Block block;
  ASSERT_TRUE((*run)->read(0, block));
  std::vector<Posting> unpacked;
  ASSERT_TRUE(unpack(block, (*run)->place.first_address, unpacked));
  EXPECT_EQ(unpacked, postings);
  // A block whose bytes are anything does not overrun, whatever it gives.
  std::mt19937_64 dice(3);
  for (int i = 0; i < 2000; ++i) {
    for (std::size_t w = 2; w < kPayloadWords; ++w) block[w] = dice();
    block[kPayloadWords] = (dice() % 5000) | ((dice() % 5000) << 32);
    static_cast<void>(unpack(block, 0, unpacked));
  }
}

// The worked example of docs/internals/indexes.md.
TEST(PostingRun, PacksAsDocumented) {
  const Folder folder;
  const IndexFolder files(folder.path, {});
  ASSERT_TRUE(files.make());
  const std::vector<Posting> postings = {make_posting(1, 7, 0x2000), make_posting(1, 7, 0x2003),
                                         make_posting(1, 9, 0x2001)};
  const auto run = write_postings(files, 1, postings);
  ASSERT_TRUE(run);
  Block block;
  ASSERT_TRUE((*run)->read(0, block));
  EXPECT_EQ(block[0], 7U);
  EXPECT_EQ(block[1], 0x0100000000002000U);
  EXPECT_EQ(block[2], 0x010506U);
  EXPECT_EQ(block_count(block), 3U);
  EXPECT_EQ(block_bytes(block), 19U);
}

// The rests between the pieces change nothing of what is written.
TEST(PostingRun, IsTheSameFileWrittenAtAPace) {
  std::vector<Posting> postings;
  for (std::uint64_t i = 0; i < 60'000; ++i) postings.push_back(make_posting(1, i * 1000, i));
  Pace pace(std::chrono::milliseconds(0));
  pace.handed_over();
  const std::array<const Pace*, 2> paces = {nullptr, &pace};
  std::array<std::string, 2> written;
  for (std::size_t i = 0; i < 2; ++i) {
    const Folder folder;
    const IndexFolder files(folder.path, {}, paces[i]);
    ASSERT_TRUE(files.make());
    const auto run = write_postings(files, 1, postings);
    ASSERT_TRUE(run);
    ASSERT_TRUE(verify_postings(**run));
    std::ifstream file(folder.path + "/" + run_name(1), std::ios::binary);
    written[i].assign(std::istreambuf_iterator<char>(file), {});
  }
  EXPECT_GT(written[0].size(), 2 * 16 * kBlockBytes);  // several pieces
  EXPECT_EQ(written[0], written[1]);
}

TEST(PostingIndex, AgreesWithAMultimapThroughMergesAndReopening) {
  const Folder folder;
  Model model;
  std::uint64_t merges = 0;
  auto index = must_open(small(folder));
  for (int round = 0; round < 10; ++round) {
    for (int i = 0; i < 25; ++i) model.grow(60);
    feed(*index, model);
    ASSERT_TRUE(index->wait_until(model.records.size()));
    EXPECT_EQ(index->figures().entries_behind, 0U);
    expect_equal(*index, model);
    if (round % 3 != 2) continue;
    ASSERT_TRUE(index->settle());
    merges += index->figures().merges;
    index.reset();
    index = must_open(small(folder));
    EXPECT_FALSE(index->rebuilding());
    EXPECT_EQ(index->indexed_through(), model.records.size());
    expect_equal(*index, model);
  }
  ASSERT_TRUE(index->settle());
  ASSERT_TRUE(index->verify());
  EXPECT_GT(merges, 5U);
  EXPECT_LT(index->figures().runs, 12U);
}

TEST(PostingIndex, LagsByTwoBuffersAtMostAndSaysSo) {
  const Folder folder;
  Model model;
  auto index = must_open(small(folder));
  for (int i = 0; i < 300; ++i) {
    model.grow(60);
    feed(*index, model);
    ASSERT_LE(index->figures().entries_behind, 2 * 1500U + 300U);
    ASSERT_LE(index->indexed_through(), index->added_through());
  }
  const auto f = index->figures();
  EXPECT_EQ(f.records_behind,
            f.entries_behind == 0 ? 0 : index->added_through() - index->indexed_through());
}

TEST(PostingIndex, PagesAreStableWhileItGrows) {
  const Folder folder;
  Model model;
  auto index = must_open(small(folder));
  std::vector<std::uint64_t> paged;
  std::uint64_t from = 0;
  for (int i = 0; i < 150; ++i) {
    model.grow(60);
    feed(*index, model);
    if (i % 5 != 0) continue;
    const auto page = drain(index->cursor(2, 1, from, Direction::ascending), 7);
    paged.insert(paged.end(), page.begin(), page.end());
    if (!page.empty()) from = page.back() + 1;
  }
  ASSERT_TRUE(index->wait_until(model.records.size()));
  const auto rest = drain(index->cursor(2, 1, from, Direction::ascending));
  paged.insert(paged.end(), rest.begin(), rest.end());
  const auto& all = model.lists[{2, 1}];
  EXPECT_EQ(paged, std::vector(all.begin(), all.end()));
}

TEST(PostingIndex, IntersectsLists) {
  const Folder folder;
  Model model;
  auto index = must_open(small(folder));
  for (int i = 0; i < 200; ++i) model.grow(60);
  feed(*index, model);
  ASSERT_TRUE(index->wait_until(model.records.size()));
  for (const Direction direction : {Direction::ascending, Direction::descending}) {
    const std::uint64_t from = direction == Direction::ascending ? 0 : kAddressMax;
    for (std::uint64_t account = 0; account < 40; ++account) {
      std::vector<std::uint64_t> expected;
      for (const std::uint64_t a : model.lists[{1, account}]) {
        if (model.lists[{2, 1}].contains(a) && model.lists[{3, ~std::uint64_t{0}}].contains(a))
          expected.push_back(a);
      }
      if (direction == Direction::descending) std::reverse(expected.begin(), expected.end());
      std::vector<PostingCursor> cursors = {index->cursor(1, account, from, direction),
                                            index->cursor(2, 1, from, direction),
                                            index->cursor(3, ~std::uint64_t{0}, from, direction)};
      ASSERT_EQ(drain(IntersectionCursor(std::move(cursors))), expected);
    }
    const auto& all = model.lists[{2, 1}];
    EXPECT_EQ(drain(IntersectionCursor({index->cursor(2, 1, from, direction)})).size(), all.size());
  }
}

// The process dies at the n-th operation on a file, for every n.
TEST(PostingIndex, SurvivesDyingAtAnyFileOperation) {
  for (int stop_at = 1;; stop_at += stop_at < 40 ? 1 : 5) {
    const Folder folder;
    Model model;
    std::atomic<int> operations = 0;
    const auto hook = [&](FileOperation, std::string_view) {
      return ++operations < stop_at ? FileFate::go_on : FileFate::die;
    };
    base::Sequence indexed = 0;
    if (auto index = PostingIndex::open(small(folder, hook)); index) {
      for (int i = 0; i < 120; ++i) {
        model.grow(60);
        if (!(*index)->add(model.records.back(), model.records.size())) break;
      }
      static_cast<void>((*index)->wait_until((*index)->added_through()));
      static_cast<void>((*index)->settle());
      indexed = (*index)->indexed_through();
    }
    const bool died = operations >= stop_at;
    auto index = must_open(small(folder));
    if (stop_at > 8) {
      EXPECT_FALSE(index->rebuilding()) << stop_at << " " << index->rebuilding()->text();
    }
    EXPECT_GE(index->indexed_through(), indexed);
    feed(*index, model);
    ASSERT_TRUE(index->wait_until(model.records.size()));
    const auto verified = index->verify();
    ASSERT_TRUE(verified) << stop_at << " " << verified.error().text();
    if (stop_at % 4 == 0 || !died) expect_equal(*index, model);
    if (HasFatalFailure() || !died) break;
  }
}

TEST(PostingIndex, NoticesAFlippedByteInAnyFile) {
  const Folder folder;
  Model model;
  {
    auto index = must_open(small(folder));
    for (int i = 0; i < 150; ++i) model.grow(60);
    feed(*index, model);
    ASSERT_TRUE(index->wait_until(model.records.size()));
    ASSERT_TRUE(index->settle());
  }
  const Folder copy;
  for (const auto& file : fs::directory_iterator(folder.path)) {
    for (int turn = 0; turn < 25; ++turn) {
      fs::remove_all(copy.path);
      fs::copy(folder.path, copy.path);
      const std::string path = copy.path + "/" + file.path().filename().string();
      std::fstream bytes(path, std::ios::binary | std::ios::in | std::ios::out);
      const auto at = static_cast<std::streamoff>(model.dice() % fs::file_size(path));
      bytes.seekg(at);
      const int was = bytes.get();
      bytes.seekp(at);
      bytes.put(static_cast<char>(was ^ (1 << (model.dice() % 8))));
      bytes.close();
      auto index = must_open(small(copy));
      EXPECT_TRUE(index->rebuilding() || !index->verify()) << path << " byte " << at;
      if (!index->rebuilding()) continue;
      EXPECT_EQ(index->indexed_through(), 0U);
    }
  }
}

// A disk that is full for a while: adding fails when no more can wait in memory, says so, loses
// nothing, leaves no rubbish, and goes on by itself.
TEST(PostingIndex, GoesOnWhenAFullDiskHasRoomAgain) {
  const Folder folder;
  Model model;
  std::atomic<bool> full = false;
  auto index = must_open(small(folder, [&](FileOperation operation, std::string_view) {
    return full && operation == FileOperation::write ? FileFate::full : FileFate::go_on;
  }));
  for (int i = 0; i < 100; ++i) model.grow(60);
  feed(*index, model);
  ASSERT_TRUE(index->wait_until(model.records.size()));
  full = true;
  bool refused = false;
  while (!refused) {
    model.grow(60);
    const auto added = index->add(model.records.back(), model.records.size());
    refused = !added;
    if (refused) {
      EXPECT_EQ(added.error().kind, base::ErrorKind::exhausted);
    }
  }
  EXPECT_FALSE(drain(index->cursor(2, 1, 0, Direction::ascending)).empty());
  full = false;
  while (!index->add(model.records.back(), model.records.size())) ::usleep(10000);
  ASSERT_TRUE(index->wait_until(model.records.size()));
  ASSERT_TRUE(index->settle());
  expect_equal(*index, model);
  const auto files = std::distance(fs::directory_iterator(folder.path), {});
  EXPECT_LE(files, static_cast<std::ptrdiff_t>(index->figures().runs + 2));
}

}  // namespace
}  // namespace cofferdam::journal
