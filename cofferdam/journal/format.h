// SPDX-License-Identifier: Apache-2.0
//
// The bytes of the journal: docs/internals/journal.md says the same with a worked example. All
// integers are little-endian; the structs below are the bytes, their layout is asserted.
//
// A segment is a file of fixed size: four blocks of 4,096 bytes (header, head slot A, head slot B,
// copy of the header), then records, then zeros. A record is a header of 128 bytes and its body.
// Records written together (a group) lie at multiples of 8; a group starts at a multiple of the
// segment's sector size, so that no acknowledged byte shares a sector with one that is not.
#pragma once

#include "cofferdam/base/ids.h"
#include "cofferdam/crypto/sha256.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cofferdam::journal {

using base::Sequence;
using JournalId = std::array<std::uint8_t, 16>;

inline constexpr std::uint16_t kFormat = 1;
inline constexpr std::uint64_t kBlock = 4096;
inline constexpr std::uint64_t kHeadSlotOffset = kBlock;  // A; B follows one block later
inline constexpr std::uint64_t kHeaderCopyOffset = 3 * kBlock;
inline constexpr std::uint64_t kRecordsOffset = 4 * kBlock;
inline constexpr std::uint64_t kRecordAlignment = 8;
inline constexpr std::uint64_t kSegmentBytesMax = std::uint64_t{1} << 31U;  // offsets fit 32 bits
// Far above what can ever be written, so that no sum of a sequence and a count wraps around.
inline constexpr Sequence kSequenceMax = Sequence{1} << 62U;

inline constexpr std::uint32_t kRecordMagic = 0x31524643;   // "CFR1"
inline constexpr std::uint32_t kSegmentMagic = 0x31534643;  // "CFS1"
inline constexpr std::uint32_t kHeadMagic = 0x31484643;     // "CFH1"

struct RecordHeader {
  std::uint32_t magic = kRecordMagic;
  std::uint32_t header_crc = 0;  // CRC-32 (zlib) of bytes 8..127
  JournalId journal_id{};
  // The highest sequence that was durable before this record's group was written, which is the
  // sequence before the group's first. A later record therefore proves that earlier groups were
  // acknowledged, and records with the same value were written together.
  Sequence durable_sequence = 0;
  std::uint32_t previous_bytes = 0;  // from the start of the record before; 0: first of the segment
  std::uint32_t reserved = 0;
  crypto::Hash hash{};  // SHA-256 of bytes 72..127 and the body
  crypto::Hash previous_hash{};
  Sequence sequence = 0;
  std::int64_t time_ns = 0;
  std::uint32_t body_bytes = 0;
  std::uint16_t kind = 0;
  std::uint16_t format = kFormat;
};

inline constexpr std::size_t kRecordHeaderBytes = 128;
inline constexpr std::size_t kHashedFrom = offsetof(RecordHeader, previous_hash);
static_assert(sizeof(RecordHeader) == kRecordHeaderBytes && kHashedFrom == 72 &&
              offsetof(RecordHeader, hash) == 40 && offsetof(RecordHeader, format) == 126);

struct SegmentHeader {
  std::uint32_t magic = kSegmentMagic;
  std::uint32_t crc = 0;  // CRC-32 (zlib) of bytes 8..119
  JournalId journal_id{};
  std::uint64_t index = 0;  // counts from 1, as does the file's name
  Sequence first_sequence = 0;
  crypto::Hash previous_hash{};  // of the record before the first
  std::uint64_t segment_bytes = 0;
  std::uint32_t sector_bytes = 0;
  std::uint16_t format = kFormat;
  std::uint16_t reserved = 0;
  std::array<std::uint8_t, 32> spare{};
};

static_assert(sizeof(SegmentHeader) == 120);

// The durable watermark. Two slots are written in turn, never both at once.
struct HeadSlot {
  std::uint32_t magic = kHeadMagic;
  std::uint32_t crc = 0;  // CRC-32 (zlib) of bytes 8..87
  JournalId journal_id{};
  std::uint64_t index = 0;    // of the segment
  std::uint64_t counter = 0;  // grows by one per write; even counters go to slot A
  Sequence sequence = 0;      // durable
  crypto::Hash hash{};        // chain hash at that sequence
  std::uint64_t closed = 0;   // 1: a next segment exists
};

static_assert(sizeof(HeadSlot) == 88);

template <class Struct>
[[nodiscard]] std::string_view as_bytes(const Struct& value) {
  return {reinterpret_cast<const char*>(&value), sizeof(Struct)};
}

[[nodiscard]] constexpr std::uint64_t align_up(std::uint64_t offset, std::uint64_t to) {
  return (offset + to - 1) / to * to;
}

[[nodiscard]] bool is_zero(std::string_view bytes);

[[nodiscard]] std::uint32_t crc_of(std::string_view bytes);

// hash_n = SHA-256(hash_{n-1} || sequence || time || body_bytes || kind || format || body).
// Where a record lies, and with which others it was written, does not enter: the same commands
// give the same chain on any disk.
[[nodiscard]] crypto::Hash chain(const RecordHeader& header, std::string_view body);

[[nodiscard]] std::uint32_t header_crc(const RecordHeader& header);
// nullopt unless magic, format and CRC are right; `bytes` holds at least 128.
[[nodiscard]] std::optional<RecordHeader> parse_record_header(std::string_view bytes);

// A whole block of 4,096 bytes, zeros at the end.
[[nodiscard]] std::string segment_header_block(SegmentHeader header);
[[nodiscard]] std::optional<SegmentHeader> parse_segment_header(std::string_view block);
[[nodiscard]] std::string head_slot_block(HeadSlot slot);
[[nodiscard]] std::optional<HeadSlot> parse_head_slot(std::string_view block);

[[nodiscard]] std::string segment_name(std::uint64_t index);  // 0000000001.segment
[[nodiscard]] std::optional<std::uint64_t> index_of_segment_name(std::string_view name);
[[nodiscard]] std::string to_hex(const JournalId& id);
[[nodiscard]] std::optional<JournalId> journal_id_from_hex(std::string_view text);

// For people and for the documents: offset, bytes, field and value, a line for each field.
[[nodiscard]] std::string dump_record_header(const RecordHeader& header);
// Offset, 16 bytes in hexadecimal and as text, a line; runs of zero lines become "*".
[[nodiscard]] std::string hex_dump(std::string_view bytes, std::uint64_t offset);

}  // namespace cofferdam::journal
