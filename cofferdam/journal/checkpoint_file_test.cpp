// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/journal/checkpoint_file.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <unistd.h>

namespace cofferdam::journal {
namespace {

namespace fs = std::filesystem;

struct Folder {
  Folder() {
    static std::atomic<int> count = 0;
    const fs::path parent = fs::exists("/dev/shm") ? "/dev/shm" : fs::temp_directory_path();
    path = (parent /
            ("cofferdam-checkpoint-" + std::to_string(::getpid()) + "-" + std::to_string(++count)))
               .string();
    fs::remove_all(path);
  }

  ~Folder() { fs::remove_all(path); }

  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string path;
};

std::unique_ptr<CheckpointStore> must_open(const Folder& folder, FileHook hook = {}) {
  auto store =
      CheckpointStore::open({.folder = folder.path, .lineage = 5, .hook = std::move(hook)});
  EXPECT_TRUE(store.has_value());
  return std::move(*store);
}

struct Model {
  std::mt19937_64 dice{11};
  std::uint64_t address = 0;
  std::map<std::uint32_t, std::map<std::uint64_t, CheckpointValue>> values;

  std::vector<CheckpointRecord> grow() {
    address += 1 + dice() % 1000;
    std::map<std::uint32_t, CheckpointValue> touched;
    for (std::size_t i = dice() % 300; i-- > 0;) {
      CheckpointValue& value = touched[static_cast<std::uint32_t>(dice() % 500)];
      for (auto& word : value) word = dice();
    }
    std::vector<CheckpointRecord> records;
    for (const auto& [slot, value] : touched) {
      records.push_back({slot, value});
      values[slot][address] = value;
    }
    return records;
  }
};

void expect_equal(const CheckpointStore& store, Model& model, int questions = 3000) {
  for (int i = 0; i < questions; ++i) {
    const auto slot = static_cast<std::uint32_t>(model.dice() % 510);
    const std::uint64_t at = model.dice() % (model.address + 100);
    const auto found = store.find(slot, at);
    ASSERT_TRUE(found) << found.error().text();
    const auto& history = model.values[slot];
    auto it = history.upper_bound(at);
    ASSERT_EQ(found->has_value(), it != history.begin());
    if (!*found) continue;
    --it;
    ASSERT_EQ((*found)->address, it->first);
    ASSERT_EQ((*found)->value, it->second);
    const auto again = store.find(slot, at, it->first);
    ASSERT_TRUE(again && *again);
    const auto later = store.find(slot, at, it->first + 1);
    ASSERT_TRUE(later && !*later);
  }
}

TEST(CheckpointStore, AgreesWithAMapAndReopens) {
  const Folder folder;
  Model model;
  auto store = must_open(folder);
  for (int i = 0; i < 40; ++i) {
    const auto records = model.grow();
    ASSERT_TRUE(store->write(model.address, records));
    EXPECT_EQ(store->through(), model.address);
  }
  expect_equal(*store, model);
  store.reset();
  store = must_open(folder);
  EXPECT_FALSE(store->rebuilding());
  expect_equal(*store, model);
  ASSERT_TRUE(store->verify());
}

TEST(CheckpointStore, SurvivesDyingAtAnyFileOperation) {
  for (int stop_at = 1; stop_at < 120; ++stop_at) {
    const Folder folder;
    Model model;
    int operations = 0;
    const auto hook = [&](FileOperation, std::string_view) {
      return ++operations < stop_at ? FileFate::go_on : FileFate::die;
    };
    std::vector<CheckpointRecord> last;
    std::uint64_t before = 0;
    if (auto store = CheckpointStore::open({.folder = folder.path, .lineage = 5, .hook = hook});
        store) {
      for (int i = 0; i < 15; ++i) {
        last = model.grow();
        if (!(*store)->write(model.address, last)) break;
        before = model.address;
      }
    }
    auto store = must_open(folder);
    if (store->rebuilding()) {
      EXPECT_EQ(before, 0U) << stop_at;
      continue;
    }
    // Dying between the renaming and the answer leaves the checkpoint in place.
    ASSERT_TRUE(store->through() == before || store->through() == model.address) << stop_at;
    if (store->through() != model.address) {
      ASSERT_TRUE(store->write(model.address, last));
    }
    expect_equal(*store, model, 100);
    if (HasFatalFailure()) break;
  }
}

TEST(CheckpointStore, NoticesAFlippedByteInAnyFile) {
  const Folder folder;
  Model model;
  {
    auto store = must_open(folder);
    for (int i = 0; i < 5; ++i) {
      const auto records = model.grow();
      ASSERT_TRUE(store->write(model.address, records));
    }
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
      auto store = must_open(copy);
      EXPECT_TRUE(store->rebuilding() || !store->verify()) << path << " byte " << at;
    }
  }
}

}  // namespace
}  // namespace cofferdam::journal
