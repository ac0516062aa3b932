// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/journal/id_run.h"

#include "cofferdam/base/check.h"

#include <algorithm>
#include <utility>

namespace cofferdam::journal {

namespace {

constexpr std::size_t kReadAheadBlocks = 64;
constexpr std::uint64_t kTailSeed = 0x4C494154;

IdRecord record_at(const Block& block, std::size_t i) {
  const std::uint64_t* words = block.data() + i * kRecordWords;
  return {.key = {.high = words[0], .low = words[1]}, .value = words[2]};
}

// Reads a piece from its first record to its last.
class PieceReader {
 public:
  explicit PieceReader(const IdPiece& piece) : piece_(&piece), blocks_(kReadAheadBlocks) {}

  // The record under the reader; requires that next() has said there is one.
  [[nodiscard]] const IdRecord& record() const { return record_; }

  // False at the end.
  [[nodiscard]] base::Result<bool> next() {
    while (in_block_ == count_) {
      if (++block_ >= loaded_) {
        const std::uint64_t left = piece_->place.blocks - read_;
        if (left == 0) return false;
        loaded_ = static_cast<std::size_t>(std::min<std::uint64_t>(left, kReadAheadBlocks));
        const auto done = piece_->run->file.read_blocks(
            piece_->place.file, piece_->place.first_block + read_, {blocks_.data(), loaded_});
        if (!done) return std::unexpected(done.error());
        read_ += loaded_;
        block_ = 0;
      }
      in_block_ = 0;
      count_ = std::min<std::size_t>(block_count(blocks_[block_]), kRecordsPerBlock);
    }
    record_ = record_at(blocks_[block_], in_block_++);
    return true;
  }

 private:
  const IdPiece* piece_;
  std::vector<Block> blocks_;
  std::uint64_t read_ = 0;
  std::size_t loaded_ = 0;
  std::size_t block_ = 0;
  std::size_t in_block_ = 0;
  std::size_t count_ = 0;
  IdRecord record_;
};

}  // namespace

std::uint64_t filter_lines_for(std::uint64_t records, std::uint64_t bits_per_key) {
  return std::max<std::uint64_t>(1, (records * bits_per_key + 511) / 512);
}

base::Result<std::optional<std::uint64_t>> IdPiece::find(const IdKey& key) const {
  // Blocks that can hold the key: the last whose first key lies below it, and all that begin with
  // the same high word.
  const auto after = std::lower_bound(fences.begin(), fences.end(), key.high);
  std::size_t block = static_cast<std::size_t>(after - fences.begin());
  if (block > 0) --block;
  Block bytes;
  for (; block < fences.size() && fences[block] <= key.high; ++block) {
    const auto read =
        run->file.read_blocks(place.file, place.first_block + block, {&bytes, std::size_t{1}});
    if (!read) return std::unexpected(read.error());
    std::size_t low = 0;
    std::size_t high = std::min<std::size_t>(block_count(bytes), kRecordsPerBlock);
    while (low < high) {
      const std::size_t middle = (low + high) / 2;
      if (record_at(bytes, middle).key < key)
        low = middle + 1;
      else
        high = middle;
    }
    if (low < block_count(bytes) && record_at(bytes, low).key == key)
      return record_at(bytes, low).value;
  }
  return std::nullopt;
}

std::size_t IdPiece::bytes() const {
  return filter.lines().size_bytes() + fences.capacity() * sizeof(std::uint64_t) + sizeof(IdPiece);
}

IdPieceBuilder::IdPieceBuilder(BlockWriter& writer, std::uint64_t shard,
                               std::uint64_t records_expected, std::uint64_t bits_per_key)
    : writer_(writer) {
  piece_.place.file = writer.number();
  piece_.place.shard = shard;
  piece_.place.first_block = writer.blocks();
  piece_.place.lines = filter_lines_for(records_expected, bits_per_key);
  piece_.filter = LineMemory(piece_.place.lines);
  piece_.fences.reserve(records_expected / kRecordsPerBlock + 1);
}

base::Result<void> IdPieceBuilder::add(const IdRecord& record) {
  Block& block = writer_.payload();
  if (in_block_ == 0) piece_.fences.push_back(record.key.high);
  std::uint64_t* words = block.data() + in_block_ * kRecordWords;
  words[0] = record.key.high;
  words[1] = record.key.low;
  words[2] = record.value;
  set_bits(piece_.filter.lines()[filter_line(record.key, piece_.place.lines)],
           filter_mask(record.key));
  ++piece_.place.records;
  if (++in_block_ == kRecordsPerBlock) return end_blocks();
  return {};
}

base::Result<void> IdPieceBuilder::end_blocks() {
  if (in_block_ == 0) return {};
  ++piece_.place.blocks;
  return writer_.add(std::exchange(in_block_, 0), 0);
}

base::Result<void> IdPieceBuilder::write_tail() {
  piece_.place.tail_offset = writer_.offset();
  const std::span<const std::uint64_t> lines = piece_.filter.words();
  piece_.place.tail_checksum = checksum_words(lines, checksum_words(piece_.fences, kTailSeed));
  if (auto done = writer_.tail(piece_.fences); !done) return done;
  return writer_.tail(lines);
}

IdPiecePtr IdPieceBuilder::finish(std::shared_ptr<const IdRunFile> run) {
  piece_.run = std::move(run);
  return std::make_shared<const IdPiece>(std::move(piece_));
}

base::Result<IdPiecePtr> load_piece(std::shared_ptr<const IdRunFile> run,
                                    const IdPiecePlace& place) {
  const auto size = run->file.size();
  if (!size) return std::unexpected(size.error());
  const std::uint64_t words = *size / 8;
  const bool fits = place.shard < kShards && place.blocks <= words && place.lines <= words &&
                    place.lines > 0 && place.tail_offset <= *size && place.tail_offset % 8 == 0 &&
                    place.blocks * 8 + place.lines * 64 <= *size - place.tail_offset &&
                    (place.first_block + place.blocks) * kBlockBytes <= *size;
  if (!fits) return damaged(run->file.name(), "a file must be as long as its manifest says");
  IdPiece piece;
  piece.place = place;
  piece.fences.resize(place.blocks);
  piece.filter = LineMemory(place.lines);
  if (auto done = run->file.read_at(place.tail_offset, piece.fences); !done)
    return std::unexpected(done.error());
  const auto lines = piece.filter.words();
  if (auto done = run->file.read_at(place.tail_offset + place.blocks * 8, lines); !done)
    return std::unexpected(done.error());
  if (checksum_words(lines, checksum_words(piece.fences, kTailSeed)) != place.tail_checksum)
    return damaged(run->file.name(), "the tail of a run must have the checksum in the manifest");
  piece.run = std::move(run);
  return std::make_shared<const IdPiece>(std::move(piece));
}

base::Result<std::vector<IdPiecePtr>> write_flush(const IndexFolder& folder, std::uint64_t number,
                                                  std::span<const IdRecord> records,
                                                  std::uint64_t bits_per_key) {
  BlockWriter writer;
  if (auto done = writer.start(folder, number); !done) return std::unexpected(done.error());
  std::vector<IdPieceBuilder> builders;
  for (std::size_t shard = 0; shard < kShards; ++shard) {
    const auto end = std::find_if(records.begin(), records.end(),
                                  [shard](const IdRecord& r) { return shard_of(r.key) != shard; });
    const auto mine = records.first(static_cast<std::size_t>(end - records.begin()));
    records = records.subspan(mine.size());
    if (mine.empty()) continue;
    IdPieceBuilder& builder = builders.emplace_back(writer, shard, mine.size(), bits_per_key);
    for (const IdRecord& record : mine) {
      if (auto done = builder.add(record); !done) return std::unexpected(done.error());
    }
    if (auto done = builder.end_blocks(); !done) return std::unexpected(done.error());
  }
  for (IdPieceBuilder& builder : builders) {
    if (auto done = builder.write_tail(); !done) return std::unexpected(done.error());
  }
  auto file = writer.finish();
  if (!file) return std::unexpected(file.error());
  const auto run = std::make_shared<const IdRunFile>(std::move(*file), number);
  std::vector<IdPiecePtr> pieces;
  for (IdPieceBuilder& builder : builders) pieces.push_back(builder.finish(run));
  return pieces;
}

base::Result<IdPiecePtr> merge_pieces(const IndexFolder& folder, std::uint64_t number,
                                      std::span<const IdPiecePtr> pieces,
                                      std::uint64_t bits_per_key,
                                      const std::function<base::Result<void>()>& between) {
  BlockWriter writer;
  if (auto done = writer.start(folder, number); !done) return std::unexpected(done.error());
  std::uint64_t total = 0;
  std::vector<PieceReader> readers;
  for (const IdPiecePtr& piece : pieces) {
    total += piece->place.records;
    auto& reader = readers.emplace_back(*piece);
    const auto some = reader.next();
    if (!some) return std::unexpected(some.error());
    if (!*some) readers.pop_back();
  }
  IdPieceBuilder builder(writer, pieces.front()->place.shard, total, bits_per_key);
  constexpr std::uint64_t kBetween = 1U << 14;  // some tenths of a millisecond
  for (std::uint64_t merged = 1; !readers.empty(); ++merged) {
    std::size_t least = 0;
    for (std::size_t i = 1; i < readers.size(); ++i) {
      if (readers[i].record().key < readers[least].record().key) least = i;
    }
    if (auto done = builder.add(readers[least].record()); !done)
      return std::unexpected(done.error());
    const auto some = readers[least].next();
    if (!some) return std::unexpected(some.error());
    if (!*some) readers.erase(readers.begin() + static_cast<std::ptrdiff_t>(least));
    if (merged % kBetween == 0) {
      if (auto done = between(); !done) return std::unexpected(done.error());
    }
  }
  if (auto done = builder.end_blocks(); !done) return std::unexpected(done.error());
  if (auto done = builder.write_tail(); !done) return std::unexpected(done.error());
  auto file = writer.finish();
  if (!file) return std::unexpected(file.error());
  return builder.finish(std::make_shared<const IdRunFile>(std::move(*file), number));
}

base::Result<void> verify_piece(const IdPiece& piece) {
  PieceReader reader(piece);
  std::uint64_t seen = 0;
  std::optional<IdKey> before;
  while (true) {
    const auto some = reader.next();
    if (!some) return std::unexpected(some.error());
    if (!*some) break;
    const IdKey key = reader.record().key;
    const bool held =
        may_hold(piece.filter.lines()[filter_line(key, piece.place.lines)], filter_mask(key));
    if (shard_of(key) != piece.place.shard || (before && key < *before) || !held ||
        piece.fences[seen / kRecordsPerBlock] > key.high)
      return damaged(piece.run->file.name(), "keys must stand in order, each in its filter");
    before = key;
    ++seen;
  }
  if (seen != piece.place.records)
    return damaged(piece.run->file.name(), "a run must hold as many records as its manifest says");
  return {};
}

}  // namespace cofferdam::journal
