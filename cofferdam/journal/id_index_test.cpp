// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/journal/id_index.h"

#include "cofferdam/journal/merge_choice.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <unistd.h>

namespace cofferdam::journal {
namespace {

namespace fs = std::filesystem;
using base::u128;

struct Folder {
  Folder() {
    static std::atomic<int> count = 0;
    // In memory where there is such a folder: the syncs of a real disk would take most of the time.
    const fs::path parent = fs::exists("/dev/shm") ? "/dev/shm" : fs::temp_directory_path();
    path = (parent /
            ("cofferdam-id-index-" + std::to_string(::getpid()) + "-" + std::to_string(++count)))
               .string();
    fs::remove_all(path);
  }

  ~Folder() { fs::remove_all(path); }

  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string path;
};

IdIndexOptions small(const Folder& folder, FileHook hook = {}) {
  return {.folder = folder.path,
          .lineage = 77,
          .secret = {1, 2, 3, 4, 5, 6, 7, 8},
          .table_ids = 200,
          .bits_per_key = 20,
          .fanout = 3,
          .pieces_max = 12,
          .hook = std::move(hook)};
}

std::unique_ptr<IdIndex> must_open(IdIndexOptions options) {
  auto index = IdIndex::open(std::move(options));
  EXPECT_TRUE(index.has_value()) << index.error().text();
  return std::move(*index);
}

// A journal of records of ids and a model of what the index must answer.
struct Model {
  std::mt19937_64 dice{42};
  std::vector<std::vector<IdEntry>> records;  // sequence = place + 1
  std::map<u128, std::uint64_t> known;

  u128 fresh_id() {
    // Some ids close together, some random.
    if (dice() % 4 == 0) return dice() % 100000;
    return base::make_u128(dice(), dice());
  }

  const std::vector<IdEntry>& grow(std::size_t most) {
    auto& record = records.emplace_back();
    for (std::size_t i = dice() % (most + 1); i-- > 0;) {
      const u128 id = fresh_id();
      const std::uint64_t value = dice();
      if (known.emplace(id, value).second) record.push_back({id, value});
    }
    return record;
  }
};

void feed(IdIndex& index, const Model& model) {
  for (std::size_t i = index.inserted_through(); i < model.records.size(); ++i)
    ASSERT_TRUE(index.insert_batch(model.records[i], i + 1));
}

void expect_equal(IdIndex& index, Model& model) {
  std::vector<u128> ids;
  for (const auto& [id, value] : model.known) ids.push_back(id);
  for (int i = 0; i < 2000; ++i) ids.push_back(model.fresh_id());
  std::shuffle(ids.begin(), ids.end(), model.dice);
  std::vector<std::optional<std::uint64_t>> out(ids.size());
  const auto found = index.find_batch(ids, out);
  ASSERT_TRUE(found) << found.error().text();
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const auto it = model.known.find(ids[i]);
    ASSERT_EQ(out[i].has_value(), it != model.known.end());
    if (out[i]) {
      ASSERT_EQ(*out[i], it->second);
    }
  }
}

TEST(Scramble, IsAPermutationThatTheSecretDecides) {
  std::set<std::pair<std::uint64_t, std::uint64_t>> keys;
  for (u128 id = 0; id < 20000; ++id) {
    const IdKey key = scramble({1, 2, 3, 4, 5, 6, 7, 8}, id);
    EXPECT_TRUE(keys.emplace(key.high, key.low).second);
  }
  EXPECT_NE(scramble({1, 2, 3, 4, 5, 6, 7, 8}, 5), scramble({2, 2, 3, 4, 5, 6, 7, 8}, 5));
  // Sequential ids spread evenly over the shards.
  std::array<int, kShards> shards{};
  for (u128 id = 0; id < 8000; ++id) ++shards[shard_of(scramble({9, 2, 3, 4, 5, 6, 7, 8}, id))];
  for (const int count : shards) EXPECT_NEAR(count, 8000 / static_cast<int>(kShards), 200);
}

TEST(MergeChoice, MergesAFullLevelWithWhatCameAfterIt) {
  using V = std::vector<std::uint64_t>;
  EXPECT_EQ(choose_merge(V{}, 10, 4), std::nullopt);
  EXPECT_EQ(choose_merge(V{10, 10, 10}, 10, 4), std::nullopt);
  EXPECT_EQ(choose_merge(V{10, 10, 10, 10}, 10, 4), 0U);
  EXPECT_EQ(choose_merge(V{40, 10, 10, 10, 10}, 10, 4), 1U);
  EXPECT_EQ(choose_merge(V{40, 40, 40, 10, 10}, 10, 4), std::nullopt);
  EXPECT_EQ(choose_merge(V{40, 40, 40, 40, 10}, 10, 4), 0U);
}

TEST(IdFilter, HoldsWhatWasSetAndFewOthers) {
  std::mt19937_64 dice(1);
  const std::uint64_t keys = 20000;
  LineMemory memory(filter_lines_for(keys, 20));
  const auto lines = memory.lines();
  std::vector<IdKey> held;
  for (std::uint64_t i = 0; i < keys; ++i) {
    const IdKey key{dice(), dice()};
    held.push_back(key);
    set_bits(lines[filter_line(key, lines.size())], filter_mask(key));
  }
  for (const IdKey& key : held)
    EXPECT_TRUE(may_hold(lines[filter_line(key, lines.size())], filter_mask(key)));
  int passed = 0;
  for (int i = 0; i < 100000; ++i) {
    const IdKey key{dice(), dice()};
    if (may_hold(lines[filter_line(key, lines.size())], filter_mask(key))) ++passed;
  }
  EXPECT_LT(passed, 60);  // 2 in 10,000 are expected
}

TEST(IdIndex, AgreesWithAMapThroughFlushesMergesAndReopening) {
  const Folder folder;
  Model model;
  auto index = must_open(small(folder));
  EXPECT_FALSE(index->rebuilding());
  for (int round = 0; round < 40; ++round) {
    for (int i = 0; i < 12; ++i) {
      model.grow(150);
      feed(*index, model);
    }
    expect_equal(*index, model);
    if (model.dice() % 4 == 0) {
      index.reset();
      index = must_open(small(folder));
      EXPECT_FALSE(index->rebuilding());
      EXPECT_EQ(index->inserted_through(), index->indexed_through());
      feed(*index, model);
      expect_equal(*index, model);
    }
  }
  ASSERT_TRUE(index->flush());
  ASSERT_TRUE(index->settle());
  ASSERT_TRUE(index->verify());
  EXPECT_GT(index->figures().ids, 30000U);
  EXPECT_EQ(index->figures().ids, model.known.size());
  EXPECT_EQ(index->indexed_through(), model.records.size());
  EXPECT_LT(index->figures().runs_in_fullest_shard, 12U);
}

TEST(IdIndex, FindsDuplicatesOnBothSidesOfEveryBoundary) {
  const Folder folder;
  auto index = must_open(small(folder));
  std::vector<u128> ids;
  for (std::uint64_t n = 1; n <= 3000; ++n) {
    const IdEntry entry{.id = base::make_u128(n * n, n), .value = n};
    ASSERT_TRUE(index->insert_batch({&entry, 1}, n));
    ids.push_back(entry.id);
    if (n % 97 != 0) continue;
    std::vector<std::optional<std::uint64_t>> out(ids.size());
    ASSERT_TRUE(index->find_batch(ids, out));
    for (std::size_t i = 0; i < ids.size(); ++i) ASSERT_EQ(out[i], i + 1);
  }
}

TEST(IdIndex, PassesOverRecordsItHas) {
  const Folder folder;
  auto index = must_open(small(folder));
  const IdEntry entry{.id = 5, .value = 50};
  ASSERT_TRUE(index->insert_batch({&entry, 1}, 3));
  ASSERT_TRUE(index->insert_batch({&entry, 1}, 3));
  EXPECT_EQ(index->figures().ids, 1U);
}

TEST(IdIndex, KeepsItsSecretAndRefusesAnotherJournal) {
  const Folder folder;
  Model model;
  {
    auto index = must_open(small(folder));
    for (int i = 0; i < 20; ++i) model.grow(100);
    feed(*index, model);
    ASSERT_TRUE(index->flush());
  }
  auto options = small(folder);
  options.secret = {9, 9, 9, 9, 9, 9, 9, 9};
  {
    auto index = must_open(options);
    EXPECT_FALSE(index->rebuilding());
    expect_equal(*index, model);
  }
  options.lineage = 78;
  auto index = must_open(options);
  ASSERT_TRUE(index->rebuilding());
  EXPECT_EQ(index->indexed_through(), 0U);
  EXPECT_EQ(index->figures().ids, 0U);
}

// The process dies at the n-th operation on a file, for every n: what is found afterwards, with the
// rest of the journal fed again, is right, and nothing that was indexed is lost.
TEST(IdIndex, SurvivesDyingAtAnyFileOperation) {
  std::uint64_t survived = 0;
  for (int stop_at = 1;; stop_at += stop_at < 60 ? 1 : 7) {
    const Folder folder;
    Model model;
    std::atomic<int> operations = 0;
    const auto hook = [&](FileOperation, std::string_view) {
      return ++operations < stop_at ? FileFate::go_on : FileFate::die;
    };
    bool died = false;
    base::Sequence indexed = 0;
    if (auto index = IdIndex::open(small(folder, hook)); index) {
      for (int i = 0; i < 60 && !died; ++i) {
        model.grow(150);
        died = !(*index)->insert_batch(model.records.back(), model.records.size());
      }
      static_cast<void>((*index)->flush());
      static_cast<void>((*index)->settle());
      indexed = (*index)->indexed_through();
    }
    died = operations >= stop_at;
    auto index = must_open(small(folder));
    if (stop_at > 8) {
      EXPECT_FALSE(index->rebuilding()) << stop_at << " " << index->rebuilding()->text();
    }
    EXPECT_GE(index->indexed_through(), indexed);
    survived += index->indexed_through();
    feed(*index, model);
    expect_equal(*index, model);
    ASSERT_TRUE(index->verify());
    if (HasFatalFailure() || !died) break;
  }
  EXPECT_GT(survived, 100U);
}

// Power is cut: every file that was not synced since its last write loses its second half, and a
// rename that the folder was not synced after is undone.
TEST(IdIndex, SurvivesLosingWhatWasNotSynced) {
  for (int stop_at = 5; stop_at < 400; stop_at += 9) {
    const Folder folder;
    Model model;
    std::mutex mutex;
    int operations = 0;
    std::set<std::string> unsynced;
    std::string manifest_before;
    bool renamed = false;
    const auto hook = [&](FileOperation operation, std::string_view name) {
      const std::lock_guard lock(mutex);
      if (++operations >= stop_at) return FileFate::die;
      if (operation == FileOperation::write) unsynced.emplace(name);
      if (operation == FileOperation::sync) unsynced.erase(std::string(name));
      if (operation == FileOperation::sync_folder) renamed = false;
      if (operation == FileOperation::rename) {
        std::ifstream in(folder.path + "/manifest", std::ios::binary);
        manifest_before.assign(std::istreambuf_iterator<char>(in), {});
        renamed = !manifest_before.empty();
      }
      return FileFate::go_on;
    };
    if (auto index = IdIndex::open(small(folder, hook)); index) {
      for (int i = 0; i < 60; ++i) {
        model.grow(150);
        if (!(*index)->insert_batch(model.records.back(), model.records.size())) break;
      }
    }
    for (const std::string& name : unsynced) {
      const std::string path = folder.path + "/" + name;
      if (fs::exists(path)) fs::resize_file(path, fs::file_size(path) / 2);
    }
    if (renamed)
      std::ofstream(folder.path + "/manifest", std::ios::binary | std::ios::trunc)
          << manifest_before;
    auto index = must_open(small(folder));
    if (stop_at > 8) {
      EXPECT_FALSE(index->rebuilding()) << stop_at << " " << index->rebuilding()->text();
    }
    feed(*index, model);
    expect_equal(*index, model);
    if (HasFatalFailure()) break;
  }
}

// One byte of any file is flipped: opening empties the index, or reading says so; an answer that is
// given is right.
TEST(IdIndex, NoticesAFlippedByteInAnyFile) {
  const Folder folder;
  Model model;
  {
    auto index = must_open(small(folder));
    for (int i = 0; i < 60; ++i) model.grow(150);
    feed(*index, model);
    ASSERT_TRUE(index->flush());
    ASSERT_TRUE(index->settle());
  }
  const Folder copy;
  std::vector<u128> ids;
  for (const auto& [id, value] : model.known) ids.push_back(id);
  std::vector<std::optional<std::uint64_t>> out(ids.size());
  int emptied = 0;
  int refused = 0;
  for (const auto& file : fs::directory_iterator(folder.path)) {
    for (int turn = 0; turn < 12; ++turn) {
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
      if (index->rebuilding()) {
        EXPECT_EQ(index->indexed_through(), 0U);
        ++emptied;
        continue;
      }
      // A file may hold parts that merges have replaced and that nothing reads any more. A byte
      // there goes unnoticed, and then every answer must be right.
      if (index->verify()) {
        ASSERT_TRUE(index->find_batch(ids, out));
        for (std::size_t k = 0; k < ids.size(); ++k) EXPECT_EQ(out[k], model.known.at(ids[k]));
        continue;
      }
      const auto found = index->find_batch(ids, out);
      EXPECT_FALSE(found) << path << " byte " << at;
      ++refused;
    }
  }
  EXPECT_GT(emptied, 0);
  EXPECT_GT(refused, 0);
}

// A disk that is full for a while: insertion fails before anything is inserted, searching goes on,
// and when there is room again so does insertion.
TEST(IdIndex, GoesOnWhenAFullDiskHasRoomAgain) {
  const Folder folder;
  Model model;
  std::atomic<bool> full = false;
  auto index = must_open(small(folder, [&](FileOperation operation, std::string_view) {
    return full && operation == FileOperation::write ? FileFate::full : FileFate::go_on;
  }));
  for (int i = 0; i < 60; ++i) model.grow(150);
  feed(*index, model);
  ASSERT_TRUE(index->settle());
  full = true;
  while (true) {
    const auto room = index->make_room(150);
    if (!room) {
      EXPECT_EQ(room.error().kind, base::ErrorKind::exhausted);
      break;
    }
    model.grow(150);
    feed(*index, model);
  }
  expect_equal(*index, model);
  full = false;
  while (!index->make_room(150)) ::usleep(10000);
  for (int i = 0; i < 30; ++i) model.grow(150);
  feed(*index, model);
  ASSERT_TRUE(index->flush());
  ASSERT_TRUE(index->settle());
  expect_equal(*index, model);
  ASSERT_TRUE(index->verify());
}

TEST(IdIndex, AMissingFileEmptiesTheIndex) {
  const Folder folder;
  Model model;
  {
    auto index = must_open(small(folder));
    for (int i = 0; i < 60; ++i) model.grow(150);
    feed(*index, model);
    ASSERT_TRUE(index->flush());
  }
  for (const auto& file : fs::directory_iterator(folder.path)) {
    if (file.path().filename() == "manifest") continue;
    fs::remove(file.path());
    break;
  }
  auto index = must_open(small(folder));
  ASSERT_TRUE(index->rebuilding());
  feed(*index, model);
  expect_equal(*index, model);
}

}  // namespace
}  // namespace cofferdam::journal
