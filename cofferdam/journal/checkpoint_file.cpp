// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/journal/checkpoint_file.h"

#include "cofferdam/base/check.h"

#include <algorithm>
#include <utility>

namespace cofferdam::journal {

namespace {

constexpr std::uint64_t kCheckpointKind = 0x0000000143484B50;  // "CHKP", format 1
constexpr std::size_t kFixedWords = 2;                         // next file, checkpoints
constexpr std::size_t kPlaceWords = 5;
constexpr std::size_t kRecordWords = 9;  // slot, value
constexpr std::size_t kPerBlock = kPayloadWords / kRecordWords;

std::uint64_t blocks_of(std::uint64_t records) {
  return (records + kPerBlock - 1) / kPerBlock;
}

std::uint64_t slot_at(const Block& block, std::size_t i) {
  return block[i * kRecordWords];
}

}  // namespace

CheckpointStore::CheckpointStore(CheckpointOptions options)
    : options_(std::move(options)),
      folder_(options_.folder, options_.hook),
      list_(std::make_shared<List>()) {}

base::Result<std::unique_ptr<CheckpointStore>> CheckpointStore::open(CheckpointOptions options) {
  std::unique_ptr<CheckpointStore> store(new CheckpointStore(std::move(options)));
  if (auto done = store->folder_.make(); !done) return std::unexpected(done.error());
  if (auto done = store->load(); !done) {
    if (done.error().kind != base::ErrorKind::integrity) return std::unexpected(done.error());
    store->rebuilding_ = done.error();
    store->next_file_ = 1;
    store->list_ = std::make_shared<List>();
    if (auto wiped = wipe(store->folder_); !wiped) return std::unexpected(wiped.error());
    if (auto made = store->write_list({}); !made) return std::unexpected(made.error());
  }
  return store;
}

base::Result<void> CheckpointStore::load() {
  const auto manifest = read_manifest(folder_, kCheckpointKind, options_.lineage);
  if (!manifest) return std::unexpected(manifest.error());
  if (!*manifest) {
    const auto names = folder_.list();
    if (!names) return std::unexpected(names.error());
    if (!names->empty()) return damaged("manifest", "a store that has files must have a manifest");
    return write_list({});
  }
  const auto& words = (*manifest)->words;
  if (words.size() < kFixedWords || (words.size() - kFixedWords) % kPlaceWords != 0 ||
      (words.size() - kFixedWords) / kPlaceWords != words[1])
    return damaged("manifest", "a manifest must list as many checkpoints as it says");
  next_file_ = words[0];
  List list;
  std::vector<std::uint64_t> kept;
  for (std::size_t i = kFixedWords; i < words.size(); i += kPlaceWords) {
    Checkpoint checkpoint;
    checkpoint.place = {.file = words[i],
                        .address = words[i + 1],
                        .records = words[i + 2],
                        .first_slot = words[i + 3],
                        .last_slot = words[i + 4]};
    auto file = folder_.open(run_name(checkpoint.place.file));
    if (!file) return std::unexpected(file.error());
    const auto size = file->size();
    if (!size) return std::unexpected(size.error());
    if (*size != blocks_of(checkpoint.place.records) * kBlockBytes)
      return damaged(file->name(), "a file must be as long as its manifest says");
    checkpoint.file = std::move(*file);
    kept.push_back(checkpoint.place.file);
    list.push_back(std::make_shared<const Checkpoint>(std::move(checkpoint)));
  }
  if (auto done = sweep(folder_, kept); !done) return done;
  list_ = std::make_shared<const List>(std::move(list));
  return {};
}

base::Result<void> CheckpointStore::write_list(const List& list) {
  Manifest manifest{
      .kind = kCheckpointKind, .lineage = options_.lineage, .words = {next_file_, list.size()}};
  for (const auto& checkpoint : list) {
    const Place& p = checkpoint->place;
    manifest.words.insert(manifest.words.end(),
                          {p.file, p.address, p.records, p.first_slot, p.last_slot});
  }
  return write_manifest(folder_, manifest);
}

base::Result<void> CheckpointStore::write(std::uint64_t address,
                                          std::span<const CheckpointRecord> records) {
  COFFERDAM_CHECK(address > through(), "checkpoints are written in order");
  BlockWriter writer;
  const std::uint64_t number = next_file_++;
  if (auto done = writer.start(folder_, number); !done) return done;
  for (std::size_t i = 0; i < records.size(); ++i) {
    COFFERDAM_CHECK(i == 0 || records[i - 1].slot < records[i].slot, "slots ascend");
    const std::size_t place = i % kPerBlock;
    Block& block = writer.payload();
    block[place * kRecordWords] = records[i].slot;
    std::copy(records[i].value.begin(), records[i].value.end(),
              block.begin() + static_cast<std::ptrdiff_t>(place * kRecordWords + 1));
    if (place + 1 < kPerBlock && i + 1 < records.size()) continue;
    if (auto done = writer.add(static_cast<std::uint32_t>(place + 1), 0); !done) return done;
  }
  auto file = writer.finish();
  if (!file) return std::unexpected(file.error());
  List fresh = *list();
  fresh.push_back(std::make_shared<const Checkpoint>(
      Place{.file = number,
            .address = address,
            .records = records.size(),
            .first_slot = records.empty() ? 0 : records.front().slot,
            .last_slot = records.empty() ? 0 : records.back().slot},
      std::move(*file)));
  if (auto done = write_list(fresh); !done) return done;
  const std::lock_guard lock(mutex_);
  list_ = std::make_shared<const List>(std::move(fresh));
  return {};
}

base::Result<std::optional<CheckpointValue>> CheckpointStore::look_into(
    const Checkpoint& checkpoint, std::uint32_t slot) {
  const Place& place = checkpoint.place;
  if (place.records == 0 || slot < place.first_slot || slot > place.last_slot) return std::nullopt;
  std::uint64_t low = 0;  // the block is in [low, high)
  std::uint64_t high = blocks_of(place.records);
  Block block;
  while (low < high) {
    const std::uint64_t middle = (low + high) / 2;
    if (auto read = checkpoint.file.read_blocks(place.file, middle, {&block, std::size_t{1}});
        !read)
      return std::unexpected(read.error());
    const std::size_t count = block_count(block);
    if (count == 0 || count > kPerBlock)
      return damaged(checkpoint.file.name(), "a block must hold 1 to 56 records");
    if (slot < slot_at(block, 0)) {
      high = middle;
    } else if (slot > slot_at(block, count - 1)) {
      low = middle + 1;
    } else {
      for (std::size_t i = 0; i < count; ++i) {
        if (slot_at(block, i) != slot) continue;
        CheckpointValue value;
        std::copy_n(block.begin() + static_cast<std::ptrdiff_t>(i * kRecordWords + 1), value.size(),
                    value.begin());
        return value;
      }
      return std::nullopt;
    }
  }
  return std::nullopt;
}

base::Result<std::optional<CheckpointAt>> CheckpointStore::find(std::uint32_t slot,
                                                                std::uint64_t address,
                                                                std::uint64_t not_before) const {
  const auto seen = list();
  const auto after = std::upper_bound(
      seen->begin(), seen->end(), address,
      [](std::uint64_t a, const auto& checkpoint) { return a < checkpoint->place.address; });
  for (auto it = after; it != seen->begin();) {
    const Checkpoint& checkpoint = **--it;
    if (checkpoint.place.address < not_before) break;
    const auto value = look_into(checkpoint, slot);
    if (!value) return std::unexpected(value.error());
    if (*value) return CheckpointAt{.address = checkpoint.place.address, .value = **value};
  }
  return std::nullopt;
}

std::shared_ptr<const CheckpointStore::List> CheckpointStore::list() const {
  const std::lock_guard lock(mutex_);
  return list_;
}

std::uint64_t CheckpointStore::through() const {
  const auto seen = list();
  return seen->empty() ? 0 : seen->back()->place.address;
}

CheckpointFigures CheckpointStore::figures() const {
  CheckpointFigures f;
  const auto seen = list();
  for (const auto& checkpoint : *seen) {
    ++f.checkpoints;
    f.records += checkpoint->place.records;
    f.disk_bytes += blocks_of(checkpoint->place.records) * kBlockBytes;
  }
  return f;
}

base::Result<void> CheckpointStore::verify() const {
  const auto seen = list();
  Block block;
  for (const auto& checkpoint : *seen) {
    const Place& place = checkpoint->place;
    std::uint64_t records = 0;
    for (std::uint64_t b = 0; b < blocks_of(place.records); ++b) {
      if (auto read = checkpoint->file.read_blocks(place.file, b, {&block, std::size_t{1}}); !read)
        return read;
      records += block_count(block);
    }
    if (records != place.records)
      return damaged(checkpoint->file.name(), "a file must hold as many records as it says");
  }
  return {};
}

}  // namespace cofferdam::journal
