// SPDX-License-Identifier: Apache-2.0
//
// Transfers in bulk, as bytes of fixed width: docs/internals/bulk.md has the format to the byte.
// Transfers stand in the body as they stand in memory and in the journal, 128 bytes each; the
// answer has a byte for each.
//
// The body is cut into batches by position, and each batch is a command whose id is made of the
// request's idempotency key and the batch's number. The same body under the same key is therefore
// the same commands, however often it is sent.
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/books/ledger/create_transfers.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace cofferdam::server {

using base::Result;

inline constexpr std::string_view kBulkType = "application/vnd.cofferdam.transfers";
inline constexpr std::string_view kBulkAnswerType = "application/vnd.cofferdam.statuses";
inline constexpr std::size_t kBulkHeadBytes = 64;
inline constexpr std::size_t kBulkBatchMax = ledger::kBatchEventsMax;

// The number of transfers that follow. `length`: of the whole body, as its sender declared it.
[[nodiscard]] Result<std::uint64_t> read_bulk_head(std::string_view head, std::uint64_t length);
// What cannot be left to the books to judge. `first`: the number of the first one in the body.
[[nodiscard]] Result<void> check_bulk(std::span<const ledger::Transfer> transfers,
                                      std::uint64_t first);
[[nodiscard]] base::CommandId bulk_command_id(base::CommandId key, std::uint64_t batch);

[[nodiscard]] std::string bulk_answer_head();

struct BulkBlock {
  std::uint64_t first = 0;  // number of its first transfer in the body
  base::Sequence sequence = 0;
  bool replayed = false;
};

[[nodiscard]] std::string bulk_statuses(const BulkBlock& block,
                                        std::span<const std::uint8_t> statuses);
// This batch was not carried out, and none behind it.
[[nodiscard]] std::string bulk_problem(const BulkBlock& block, std::string_view problem);

}  // namespace cofferdam::server
