// SPDX-License-Identifier: Apache-2.0
//
// Index files that were changed in any way are noticed: the index is emptied and says why, or
// answers with an error, or answers right. The input is a program of damages to the files of an id
// index and a posting index; and, by itself, a block of postings.
#include "cofferdam/base/check.h"
#include "cofferdam/journal/id_index.h"
#include "cofferdam/journal/posting_index.h"

#include "input.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <unistd.h>
#include <vector>

namespace cofferdam::journal {
namespace {

namespace fs = std::filesystem;
using fuzz::Input;

constexpr std::uint64_t kLineage = 5;
constexpr base::Sequence kRecords = 12;
constexpr std::size_t kEditsMax = 8;

using Files = std::map<std::string, std::string>;  // by name

Files read_folder(const fs::path& folder) {
  Files files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    std::ifstream file(entry.path(), std::ios::binary);
    files[entry.path().filename().string()] = std::string(std::istreambuf_iterator<char>(file), {});
  }
  return files;
}

void write_folder(const fs::path& folder, const Files& files) {
  fs::remove_all(folder);
  fs::create_directories(folder);
  for (const auto& [name, bytes] : files) {
    std::ofstream file(folder / name, std::ios::binary);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  }
}

// Who runs this sets TMPDIR, to memory if there is some, and removes it afterwards.
const fs::path& scratch() {
  static const fs::path kFolder =
      fs::temp_directory_path() / ("cofferdam-index-fuzz-" + std::to_string(::getpid()));
  return kFolder;
}

[[nodiscard]] base::u128 id_of(std::uint64_t n) {
  return base::make_u128(n * 0x9E3779B97F4A7C15ULL, n + 1);
}

constexpr std::uint64_t kIdsOfARecord = 40;

[[nodiscard]] IdIndexOptions id_options() {
  return {.folder = (scratch() / "ids").string(),
          .lineage = kLineage,
          .secret = {1, 2, 3, 4, 5, 6, 7, 8},
          .table_ids = 128};
}

[[nodiscard]] PostingIndexOptions posting_options() {
  return {.folder = (scratch() / "lists").string(),
          .lineage = kLineage,
          .buffer_entries = 256,
          .fanout = 4};
}

[[nodiscard]] std::vector<Posting> postings_of(base::Sequence sequence) {
  std::vector<Posting> all;
  for (std::uint64_t i = 0; i < 100; ++i)
    all.push_back(
        make_posting(static_cast<std::uint8_t>(i % 3), (i * sequence) % 7, sequence << 24U | i));
  return all;
}

Files make_ids() {
  fs::remove_all(scratch() / "ids");
  const auto index = IdIndex::open(id_options()).value();
  for (base::Sequence sequence = 1; sequence <= kRecords; ++sequence) {
    std::vector<IdEntry> entries;
    for (std::uint64_t n = 0; n < kIdsOfARecord; ++n)
      entries.push_back({id_of(sequence * kIdsOfARecord + n), sequence << 24U | n});
    COFFERDAM_CHECK(index->make_room(entries.size()) && index->insert_batch(entries, sequence),
                    "the disk is good");
  }
  COFFERDAM_CHECK(index->flush().has_value(), "the disk is good");
  COFFERDAM_CHECK(index->settle().has_value(), "the disk is good");
  return read_folder(scratch() / "ids");
}

Files make_lists() {
  fs::remove_all(scratch() / "lists");
  const auto index = PostingIndex::open(posting_options()).value();
  for (base::Sequence sequence = 1; sequence <= kRecords; ++sequence)
    COFFERDAM_CHECK(index->add(postings_of(sequence), sequence), "the disk is good");
  COFFERDAM_CHECK(index->wait_until(kRecords) && index->settle(), "the disk is good");
  return read_folder(scratch() / "lists");
}

void damage(Files& files, Input& input) {
  for (std::size_t n = 0; n < kEditsMax && !input.empty() && !files.empty(); ++n) {
    const auto file =
        std::next(files.begin(), static_cast<std::ptrdiff_t>(input.choice(files.size())));
    std::string& bytes = file->second;
    switch (input.choice(6)) {
      case 0:
        bytes.resize(input.place(32768));
        break;
      case 1:
        files.erase(file);
        break;
      case 2:
        files[run_name(input.choice(32))] = std::string(bytes);
        break;
      case 3: {
        const auto other =
            std::next(files.begin(), static_cast<std::ptrdiff_t>(input.choice(files.size())));
        std::swap(bytes, other->second);
        break;
      }
      case 4: {
        if (bytes.empty()) break;
        const std::size_t at = input.place(bytes.size());
        const std::string_view part = input.take(input.number<std::uint8_t>());
        bytes.replace(at, std::min(part.size(), bytes.size() - at), part, 0, bytes.size() - at);
        break;
      }
      default: {
        if (bytes.empty()) break;
        char& byte = bytes[input.place(bytes.size())];
        byte = static_cast<char>(byte ^ static_cast<char>(1U << input.choice(8)));
      }
    }
  }
}

void check_ids(Input& input) {
  static const Files kGood = make_ids();
  Files files = kGood;
  damage(files, input);
  write_folder(scratch() / "ids", files);
  const auto index = IdIndex::open(id_options());
  if (!index) return;  // as the operating system said
  for (base::Sequence sequence = 1; sequence <= kRecords; ++sequence) {
    for (std::uint64_t n = 0; n < kIdsOfARecord; n += 7) {
      const base::u128 id = id_of(sequence * kIdsOfARecord + n);
      std::optional<std::uint64_t> found;
      if (!(*index)->find_batch({&id, 1}, {&found, 1})) continue;
      const bool expected = sequence <= (*index)->indexed_through();
      COFFERDAM_CHECK(found.has_value() == expected, "an id is found where it is indexed");
      COFFERDAM_CHECK(!found || *found == (sequence << 24U | n), "with its value");
    }
  }
  static_cast<void>((*index)->verify());
}

void check_lists(Input& input) {
  static const Files kGood = make_lists();
  Files files = kGood;
  damage(files, input);
  write_folder(scratch() / "lists", files);
  const auto index = PostingIndex::open(posting_options());
  if (!index) return;
  const base::Sequence through = (*index)->indexed_through();
  for (std::uint8_t kind = 0; kind < 3; ++kind) {
    for (std::uint64_t key = 0; key < 7; ++key) {
      std::vector<std::uint64_t> expected;
      for (base::Sequence sequence = 1; sequence <= through; ++sequence)
        for (const Posting& p : postings_of(sequence))
          if (p.kind() == kind && p.key == key) expected.push_back(p.address());
      auto cursor = (*index)->cursor(kind, key, 0, Direction::ascending);
      for (const std::uint64_t address : expected) {
        const auto next = cursor.next();
        if (!next) break;
        COFFERDAM_CHECK(*next == address, "a list is what was added to it");
      }
    }
  }
  static_cast<void>((*index)->verify());
}

// The checksum keeps damage away from here; what stands behind it must not rely on that.
void check_block(Input& input) {
  const auto first_address = input.edge() & kAddressMax;
  Block block{};
  block[kPayloadWords] = input.number<std::uint16_t>() |
                         static_cast<std::uint64_t>(input.number<std::uint16_t>()) << 32U;
  const std::string_view bytes = input.take(kPayloadWords * 8);
  std::memcpy(block.data(), bytes.data(), bytes.size());
  std::vector<Posting> unpacked;
  if (unpack(block, first_address, unpacked))
    COFFERDAM_CHECK(unpacked.size() == block_count(block), "as many as the block says");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input(data, size);
  switch (input.choice(3)) {
    case 0:
      check_ids(input);
      break;
    case 1:
      check_lists(input);
      break;
    default:
      check_block(input);
  }
  return 0;
}

}  // namespace cofferdam::journal
