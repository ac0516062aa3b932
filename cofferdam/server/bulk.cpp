// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/server/bulk.h"

#include "cofferdam/crypto/sha256.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace cofferdam::server {
namespace {

static_assert(std::endian::native == std::endian::little,
              "transfers in bulk are taken as they stand in memory");

constexpr std::string_view kMagic = "CFDXFERS";
constexpr std::string_view kAnswerMagic = "CFDSTATS";
constexpr std::uint16_t kVersion = 1;
constexpr std::size_t kRecordBytes = sizeof(ledger::Transfer);
constexpr std::size_t kBlockHeadBytes = 32;
constexpr std::size_t kAlignment = 8;
constexpr std::string_view kIdDomain = "cofferdam bulk 1";
// 0000-01-01 and 10000-01-01, in days since 1970-01-01: what a date can be written for.
constexpr std::int32_t kFirstDay = -719'528;
constexpr std::int32_t kEndDay = 2'932'897;

template <class Number>
Number number_at(std::string_view bytes, std::size_t at) {
  Number number{};
  std::memcpy(&number, bytes.data() + at, sizeof(number));
  return number;
}

template <class Number>
void put(std::string& out, Number number) {
  out.append(reinterpret_cast<const char*>(&number), sizeof(number));
}

std::unexpected<base::Error> wrong(std::string field, std::string value, std::string rule) {
  return base::malformed(std::move(field), std::move(value), std::move(rule));
}

std::string block(const BulkBlock& block, std::uint32_t statuses, std::string_view problem,
                  std::string_view content) {
  std::string out;
  out.reserve(kBlockHeadBytes + content.size() + kAlignment);
  put(out, block.first);
  put(out, statuses);
  put(out, static_cast<std::uint32_t>(problem.size()));
  put(out, block.sequence);
  put(out, static_cast<std::uint8_t>(problem.empty() ? 0 : 1));
  put(out, static_cast<std::uint8_t>(block.replayed ? 1 : 0));
  out.append(6, '\0');
  out += content;
  out.append((kAlignment - content.size() % kAlignment) % kAlignment, '\0');
  return out;
}

}  // namespace

Result<std::uint64_t> read_bulk_head(std::string_view head, std::uint64_t length) {
  if (length < kBulkHeadBytes || head.size() != kBulkHeadBytes)
    return wrong("body", std::to_string(length) + " bytes", "begins with a head of 64 bytes");
  if (!head.starts_with(kMagic)) return wrong("head.magic", "", "must be CFDXFERS");
  const auto version = number_at<std::uint16_t>(head, 8);
  if (version != kVersion) return wrong("head.version", std::to_string(version), "must be 1");
  const auto record = number_at<std::uint16_t>(head, 10);
  if (record != kRecordBytes)
    return wrong("head.record_bytes", std::to_string(record), "must be 128");
  const auto records = number_at<std::uint64_t>(head, 16);
  const auto is_zero = [](char c) { return c == '\0'; };
  if (number_at<std::uint32_t>(head, 12) != 0 ||
      !std::all_of(head.begin() + 24, head.end(), is_zero))
    return wrong("head.reserved", "", "must be zeros");
  const std::uint64_t rest = length - kBulkHeadBytes;
  if (records == 0 || rest % kRecordBytes != 0 || rest / kRecordBytes != records)
    return wrong("head.records", std::to_string(records),
                 "must be at least 1, and the body 64 bytes and 128 for each");
  return records;
}

Result<void> check_bulk(std::span<const ledger::Transfer> transfers, std::uint64_t first) {
  for (std::size_t i = 0; i < transfers.size(); ++i) {
    const auto record = [&] { return "record " + std::to_string(first + i); };
    const ledger::Transfer& transfer = transfers[i];
    if (transfer.value_date < kFirstDay || transfer.value_date >= kEndDay)
      return wrong(record() + " value_date", std::to_string(transfer.value_date),
                   "must be a day from year 0 to 9999, in days since 1970-01-01");
    if ((transfer.flags & ~ledger::kClientFlags) != 0)
      return wrong(record() + " flags", std::to_string(transfer.flags),
                   "the bits from 8 on are reserved, and zero");
  }
  return {};
}

base::CommandId bulk_command_id(base::CommandId key, std::uint64_t batch) {
  std::string text(kIdDomain);
  put(text, key.value());
  put(text, batch);
  const crypto::Hash hash = crypto::sha256(text);
  base::u128 id = 0;
  std::memcpy(&id, hash.data(), sizeof(id));
  return base::CommandId(id);
}

std::string bulk_answer_head() {
  std::string out(kAnswerMagic);
  put(out, kVersion);
  put(out, static_cast<std::uint16_t>(kBlockHeadBytes));
  out.append(4, '\0');
  return out;
}

std::string bulk_statuses(const BulkBlock& head, std::span<const std::uint8_t> statuses) {
  const std::string_view bytes(reinterpret_cast<const char*>(statuses.data()), statuses.size());
  return block(head, static_cast<std::uint32_t>(statuses.size()), {}, bytes);
}

std::string bulk_problem(const BulkBlock& head, std::string_view problem) {
  return block(head, 0, problem, problem);
}

}  // namespace cofferdam::server
