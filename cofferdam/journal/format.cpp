// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/journal/format.h"

#include "cofferdam/crypto/sha256.h"

#include <array>
#include <bit>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <zlib.h>

namespace cofferdam::journal {

static_assert(std::endian::native == std::endian::little, "the structs are the bytes");

namespace {

constexpr std::size_t kCrcFrom = 8;  // after magic and the CRC itself

template <class Struct>
[[nodiscard]] std::string block_of(const Struct& value) {
  std::string block(kBlock, '\0');
  std::memcpy(block.data(), &value, sizeof(Struct));
  return block;
}

// nullopt unless magic, CRC and the zeros up to the end of the block are right.
template <class Struct>
[[nodiscard]] std::optional<Struct> parse_block(std::string_view block, std::uint32_t magic) {
  if (block.size() != kBlock || !is_zero(block.substr(sizeof(Struct)))) return std::nullopt;
  Struct value;
  std::memcpy(&value, block.data(), sizeof(Struct));
  if (value.magic != magic || value.crc != crc_of(as_bytes(value).substr(kCrcFrom))) {
    return std::nullopt;
  }
  return value;
}

[[nodiscard]] std::string hex(std::string_view bytes) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const char byte : bytes) {
    text.push_back(kDigits[static_cast<unsigned char>(byte) >> 4U]);
    text.push_back(kDigits[static_cast<unsigned char>(byte) & 15U]);
  }
  return text;
}

[[nodiscard]] std::string padded(std::string text, std::size_t width) {
  if (text.size() < width) text.insert(0, width - text.size(), ' ');
  return text;
}

}  // namespace

bool is_zero(std::string_view bytes) {
  return bytes.empty() || (bytes.front() == '\0' &&
                           std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0);
}

std::uint32_t crc_of(std::string_view bytes) {
  return static_cast<std::uint32_t>(
      crc32_z(0, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()));
}

crypto::Hash chain(const RecordHeader& header, std::string_view body) {
  crypto::Sha256 hash;
  hash.update(as_bytes(header).substr(kHashedFrom));
  hash.update(body);
  return hash.finish();
}

std::uint32_t header_crc(const RecordHeader& header) {
  return crc_of(as_bytes(header).substr(kCrcFrom));
}

std::optional<RecordHeader> parse_record_header(std::string_view bytes) {
  RecordHeader header;
  if (bytes.size() < kRecordHeaderBytes) return std::nullopt;
  std::memcpy(&header, bytes.data(), kRecordHeaderBytes);
  if (header.magic != kRecordMagic || header.format != kFormat || header.reserved != 0 ||
      header.header_crc != header_crc(header)) {
    return std::nullopt;
  }
  return header;
}

std::string segment_header_block(SegmentHeader header) {
  header.crc = crc_of(as_bytes(header).substr(kCrcFrom));
  return block_of(header);
}

std::optional<SegmentHeader> parse_segment_header(std::string_view block) {
  const auto header = parse_block<SegmentHeader>(block, kSegmentMagic);
  if (!header || header->format != kFormat || header->index == 0 || header->first_sequence == 0 ||
      header->first_sequence > kSequenceMax || header->segment_bytes > kSegmentBytesMax ||
      header->sector_bytes < kRecordAlignment || !std::has_single_bit(header->sector_bytes) ||
      header->sector_bytes > kBlock || header->segment_bytes <= kRecordsOffset ||
      header->segment_bytes % kBlock != 0) {
    return std::nullopt;
  }
  return header;
}

std::string head_slot_block(HeadSlot slot) {
  slot.crc = crc_of(as_bytes(slot).substr(kCrcFrom));
  return block_of(slot);
}

std::optional<HeadSlot> parse_head_slot(std::string_view block) {
  return parse_block<HeadSlot>(block, kHeadMagic);
}

std::string segment_name(std::uint64_t index) {
  std::string digits = std::to_string(index);
  if (digits.size() < 10) digits.insert(0, 10 - digits.size(), '0');
  return digits + ".segment";
}

std::optional<std::uint64_t> index_of_segment_name(std::string_view name) {
  static constexpr std::string_view kEnding = ".segment";
  if (!name.ends_with(kEnding)) return std::nullopt;
  const std::string_view digits = name.substr(0, name.size() - kEnding.size());
  std::uint64_t index = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), index);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  if (segment_name(index) != name) return std::nullopt;  // one name for each index
  return index;
}

std::string to_hex(const JournalId& id) {
  return hex({reinterpret_cast<const char*>(id.data()), id.size()});
}

std::optional<JournalId> journal_id_from_hex(std::string_view text) {
  JournalId id{};
  if (text.size() != id.size() * 2) return std::nullopt;
  for (std::size_t i = 0; i < id.size(); ++i) {
    const char* begin = text.data() + i * 2;
    const auto [end, error] = std::from_chars(begin, begin + 2, id[i], 16);
    if (error != std::errc{} || end != begin + 2) return std::nullopt;
  }
  return id;
}

std::string dump_record_header(const RecordHeader& header) {
  std::string text;
  const auto line = [&](std::size_t offset, std::string_view bytes, std::string_view name,
                        const std::string& value) {
    text += padded(std::to_string(offset), 4) + "  " + std::string(name) +
            std::string(name.size() < 17 ? 17 - name.size() : 1, ' ') + hex(bytes);
    if (!value.empty()) text += "  = " + value;
    text += '\n';
  };
  const std::string_view all = as_bytes(header);
  line(0, all.substr(0, 4), "magic", std::string(all.substr(0, 4)));
  line(4, all.substr(4, 4), "header_crc", "");
  line(8, all.substr(8, 16), "journal_id", "");
  line(24, all.substr(24, 8), "durable_sequence", std::to_string(header.durable_sequence));
  line(32, all.substr(32, 4), "previous_bytes", std::to_string(header.previous_bytes));
  line(36, all.substr(36, 4), "reserved", "");
  line(40, all.substr(40, 32), "hash", "");
  line(72, all.substr(72, 32), "previous_hash", "");
  line(104, all.substr(104, 8), "sequence", std::to_string(header.sequence));
  line(112, all.substr(112, 8), "time_ns", std::to_string(header.time_ns));
  line(120, all.substr(120, 4), "body_bytes", std::to_string(header.body_bytes));
  line(124, all.substr(124, 2), "kind", std::to_string(header.kind));
  line(126, all.substr(126, 2), "format", std::to_string(header.format));
  return text;
}

std::string hex_dump(std::string_view bytes, std::uint64_t offset) {
  std::string text;
  bool skipping = false;
  for (std::size_t at = 0; at < bytes.size(); at += 16) {
    const std::string_view row = bytes.substr(at, 16);
    if (is_zero(row)) {
      if (!skipping) text += "*\n";
      skipping = true;
      continue;
    }
    skipping = false;
    std::array<char, 24> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), offset + at, 16);
    std::string where(digits.data(), end.ptr);
    text += std::string(where.size() < 6 ? 6 - where.size() : 0, '0') + where + " ";
    std::string letters;
    for (std::size_t i = 0; i < row.size(); ++i) {
      text += (i % 8 == 0 ? "  " : " ") + hex(row.substr(i, 1));
      letters.push_back(row[i] >= ' ' && row[i] <= '~' ? row[i] : '.');
    }
    text += "  " + letters + "\n";
  }
  return text;
}

}  // namespace cofferdam::journal
