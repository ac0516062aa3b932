// SPDX-License-Identifier: Apache-2.0
//
// Pieces of runs of the id index: sorted records of one shard on disk, with a filter and one fence
// (the first key of each block) in memory. A flush writes one file with a piece for every shard, a
// merge one file with one piece.
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/journal/id_filter.h"
#include "cofferdam/journal/id_key.h"
#include "cofferdam/journal/run_file.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace cofferdam::journal {

inline constexpr std::size_t kRecordWords = 3;  // key high, key low, value
inline constexpr std::size_t kRecordsPerBlock = kPayloadWords / kRecordWords;

struct IdRunFile {
  RunFile file;
  std::uint64_t number = 0;
};

// Where a piece stands, as the manifest keeps it: eight words.
struct IdPiecePlace {
  std::uint64_t file = 0;
  std::uint64_t shard = 0;
  std::uint64_t first_block = 0;
  std::uint64_t blocks = 0;
  std::uint64_t records = 0;
  std::uint64_t tail_offset = 0;  // bytes from the start of the file: fences, then filter lines
  std::uint64_t lines = 0;
  std::uint64_t tail_checksum = 0;
};

struct IdPiece {
  IdPiecePlace place;
  std::shared_ptr<const IdRunFile> run;
  LineMemory filter;
  std::vector<std::uint64_t> fences;  // high word of each block's first key

  [[nodiscard]] base::Result<std::optional<std::uint64_t>> find(const IdKey& key) const;
  [[nodiscard]] std::size_t bytes() const;
};

using IdPiecePtr = std::shared_ptr<const IdPiece>;

[[nodiscard]] std::uint64_t filter_lines_for(std::uint64_t records, std::uint64_t bits_per_key);

// Collects sorted records of one shard into blocks of a writer.
class IdPieceBuilder {
 public:
  IdPieceBuilder(BlockWriter& writer, std::uint64_t shard, std::uint64_t records_expected,
                 std::uint64_t bits_per_key);
  [[nodiscard]] base::Result<void> add(const IdRecord& record);
  [[nodiscard]] base::Result<void> end_blocks();
  [[nodiscard]] base::Result<void> write_tail();
  [[nodiscard]] IdPiecePtr finish(std::shared_ptr<const IdRunFile> run);

 private:
  BlockWriter& writer_;
  IdPiece piece_;
  std::uint32_t in_block_ = 0;
};

[[nodiscard]] base::Result<IdPiecePtr> load_piece(std::shared_ptr<const IdRunFile> run,
                                                  const IdPiecePlace& place);

// Writes one file with the records, which are sorted, cut into their shards.
[[nodiscard]] base::Result<std::vector<IdPiecePtr>> write_flush(const IndexFolder& folder,
                                                                std::uint64_t number,
                                                                std::span<const IdRecord> records,
                                                                std::uint64_t bits_per_key);

// Merges pieces of one shard into one. `between` is called every so often; an error stops.
[[nodiscard]] base::Result<IdPiecePtr> merge_pieces(
    const IndexFolder& folder, std::uint64_t number, std::span<const IdPiecePtr> pieces,
    std::uint64_t bits_per_key, const std::function<base::Result<void>()>& between);

// Reads the whole piece: blocks in order, keys in order, every key in the filter.
[[nodiscard]] base::Result<void> verify_piece(const IdPiece& piece);

}  // namespace cofferdam::journal
