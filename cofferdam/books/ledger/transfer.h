// SPDX-License-Identifier: Apache-2.0
//
// A transfer as the client writes it, and every way in which it can be refused, in the order in
// which the refusals are looked for: an earlier one wins over a later one.
#pragma once

#include "cofferdam/base/binary.h"
#include "cofferdam/books/ledger/ledger.h"

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

namespace cofferdam::ledger {

enum TransferFlag : std::uint16_t {
  kLinked = 1U << 0,           // stands or falls with the next event
  kPending = 1U << 1,          // reserves, to be posted or voided
  kPostPending = 1U << 2,      // posts the hold `pending_id`, in full or part
  kVoidPending = 1U << 3,      // releases the hold `pending_id`
  kBalancingDebit = 1U << 4,   // at most what the debit account's limit leaves
  kBalancingCredit = 1U << 5,  // at most what the credit account's limit leaves
  kClosingDebit = 1U << 6,     // closes the debit account; a void reopens it
  kClosingCredit = 1U << 7,    // closes the credit account; a void reopens it
  kReversal = 1U << 9,         // set by the system: takes back another transfer
  kExpiry = 1U << 10,          // set by the system: releases a hold whose time is over
  kSystem = 1U << 11,          // set by the system: a posting of another command; its id is 0
};

inline constexpr std::uint16_t kClientFlags = 0x00ff;

// 128 bytes, little-endian, no padding: the same in memory, in the journal and in bulk requests.
struct Transfer {
  TransferId id;
  AccountId debit_account;
  AccountId credit_account;
  Amount amount;
  TransferId pending_id;
  u128 user_data_128 = 0;
  std::uint64_t user_data_64 = 0;
  std::uint32_t user_data_32 = 0;
  std::uint32_t timeout_s = 0;
  PoolId pool;
  AssetId asset;
  std::int32_t value_date = 0;  // days since 1970-01-01; 0: the day of booking
  std::uint16_t code = 0;
  std::uint16_t flags = 0;

  [[nodiscard]] bool is(std::uint16_t flag) const { return (flags & flag) != 0; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("id", self.id, "the client's 128-bit id, used once for ever");
    visit("debit_account", self.debit_account, "account debited");
    visit("credit_account", self.credit_account, "account credited");
    visit("amount", self.amount, "in the asset; 'max' for as much as there is");
    visit("pending_id", self.pending_id, "the hold that is posted or voided");
    visit("user_data_128", self.user_data_128, "reference, free; can be searched");
    visit("user_data_64", self.user_data_64, "free");
    visit("user_data_32", self.user_data_32, "free");
    visit("timeout_s", self.timeout_s, "seconds until a hold expires; 0 never");
    visit("pool", self.pool, "the pool of both accounts");
    visit("asset", self.asset, "the asset of both accounts");
    visit("value_date", self.value_date, "days since 1970-01-01; 0 for the day of booking");
    visit("code", self.code, "reason, 1 to 65535");
    visit("flags", self.flags, "see TransferFlag");
  }
};

static_assert(sizeof(Transfer) == 128 && std::is_trivially_copyable_v<Transfer>);

enum class TransferStatus : std::uint8_t {
  ok,
  linked_event_chain_open,
  linked_event_failed,
  reserved_flag,
  id_must_not_be_zero,
  id_must_not_be_max,
  exists_with_different_flags,
  exists_with_different_pending_id,
  exists_with_different_timeout,
  exists_with_different_debit_account,
  exists_with_different_credit_account,
  exists_with_different_amount,
  exists_with_different_user_data_128,
  exists_with_different_user_data_64,
  exists_with_different_user_data_32,
  exists_with_different_pool,
  exists_with_different_asset,
  exists_with_different_code,
  exists_with_different_value_date,
  exists,
  id_already_failed,
  flags_are_mutually_exclusive,
  debit_account_must_not_be_zero,
  debit_account_must_not_be_max,
  credit_account_must_not_be_zero,
  credit_account_must_not_be_max,
  accounts_must_be_different,
  pending_id_must_be_zero,
  pending_id_must_not_be_zero,
  pending_id_must_not_be_max,
  pending_id_must_be_different,
  timeout_reserved_for_pending_transfer,
  closing_transfer_must_be_pending,
  pool_must_not_be_zero,
  asset_must_not_be_zero,
  code_must_not_be_zero,
  debit_account_not_found,
  credit_account_not_found,
  accounts_must_have_the_same_pool,
  accounts_must_have_the_same_asset,
  transfer_must_have_the_same_pool_as_accounts,
  transfer_must_have_the_same_asset_as_accounts,
  pending_transfer_not_found,
  pending_transfer_not_pending,
  pending_transfer_has_different_debit_account,
  pending_transfer_has_different_credit_account,
  pending_transfer_has_different_pool,
  pending_transfer_has_different_asset,
  pending_transfer_has_different_code,
  exceeds_pending_transfer_amount,
  pending_transfer_has_different_amount,
  pending_transfer_already_posted,
  pending_transfer_already_voided,
  pending_transfer_expired,
  pool_not_active,
  reserved_account_class,
  edge_not_open,
  debit_account_already_closed,
  credit_account_already_closed,
  debit_account_frozen,
  credit_account_frozen,
  overflows_debits_pending,
  overflows_credits_pending,
  overflows_debits_posted,
  overflows_credits_posted,
  overflows_debits,
  overflows_credits,
  overflows_pool_total,
  overflows_timeout,
  exceeds_credits,
  exceeds_debits,
  exceeds_floor,
  exceeds_ceiling,
};

// A refusal that a change of state might cure. Such an attempt burns its id, so that a retry after
// a lost reply can never be applied where the first attempt was refused.
[[nodiscard]] bool is_transient(TransferStatus status);

// What became of an event: its status and, where it was accepted, the amount that was moved (a
// balancing transfer may move less than it asks, a posting 'max' moves what was held).
struct TransferResult {
  TransferStatus status = TransferStatus::ok;
  Amount amount;
  Slot debit = base::kNoSlot;  // rows of the accounts, where they were found
  Slot credit = base::kNoSlot;
  OwnerId debit_owner;  // of those accounts, so that nobody goes back to the rows for them
  OwnerId credit_owner;
};

// A transfer that the books remember: as it was asked, with what became of it.
struct StoredTransfer {
  Transfer event;  // amount is the amount that was moved
  TransferStatus status = TransferStatus::ok;
  std::uint64_t address = 0;
  Time time;
};

enum class Resolution : std::uint8_t { posted, voided, expired };

// Where earlier events are found. Written by the engine over the journal and its indexes; every
// answer is a function of the journal before this command.
class TransferHistory {
 public:
  virtual ~TransferHistory() = default;
  // These events are about to be judged, in order.
  virtual void begin_batch(std::span<const Transfer> events) = 0;
  // The event that used the id of the batch's event at `position`, accepted or burned.
  [[nodiscard]] virtual const StoredTransfer* find_event(std::size_t position) = 0;
  // The event that used any other id. An answer is valid until the next question.
  [[nodiscard]] virtual const StoredTransfer* find(TransferId id) = 0;
  // How an earlier pending transfer, which is no open hold any more, came to its end.
  [[nodiscard]] virtual Resolution resolution(TransferId pending_id) = 0;
};

// address = sequence of the record * 2^24 + position in it: first the events of a batch, then the
// postings of the system.
inline constexpr unsigned kAddressPositionBits = 24;
static_assert((1U << kAddressPositionBits) > kBatchEventsMax);

[[nodiscard]] constexpr std::uint64_t address_of(Sequence sequence, std::size_t position) {
  return (sequence << kAddressPositionBits) | position;
}

[[nodiscard]] constexpr Sequence sequence_of(std::uint64_t address) {
  return address >> kAddressPositionBits;
}

[[nodiscard]] constexpr std::size_t position_of(std::uint64_t address) {
  return address & ((1U << kAddressPositionBits) - 1);
}

}  // namespace cofferdam::ledger

template <>
inline constexpr bool cofferdam::base::kRawLayout<cofferdam::ledger::Transfer> = true;

template <>
struct cofferdam::base::EnumText<cofferdam::ledger::TransferStatus> {
  static constexpr std::array<std::string_view, 73> kNames{
      "ok",
      "linked_event_chain_open",
      "linked_event_failed",
      "reserved_flag",
      "id_must_not_be_zero",
      "id_must_not_be_max",
      "exists_with_different_flags",
      "exists_with_different_pending_id",
      "exists_with_different_timeout",
      "exists_with_different_debit_account",
      "exists_with_different_credit_account",
      "exists_with_different_amount",
      "exists_with_different_user_data_128",
      "exists_with_different_user_data_64",
      "exists_with_different_user_data_32",
      "exists_with_different_pool",
      "exists_with_different_asset",
      "exists_with_different_code",
      "exists_with_different_value_date",
      "exists",
      "id_already_failed",
      "flags_are_mutually_exclusive",
      "debit_account_must_not_be_zero",
      "debit_account_must_not_be_max",
      "credit_account_must_not_be_zero",
      "credit_account_must_not_be_max",
      "accounts_must_be_different",
      "pending_id_must_be_zero",
      "pending_id_must_not_be_zero",
      "pending_id_must_not_be_max",
      "pending_id_must_be_different",
      "timeout_reserved_for_pending_transfer",
      "closing_transfer_must_be_pending",
      "pool_must_not_be_zero",
      "asset_must_not_be_zero",
      "code_must_not_be_zero",
      "debit_account_not_found",
      "credit_account_not_found",
      "accounts_must_have_the_same_pool",
      "accounts_must_have_the_same_asset",
      "transfer_must_have_the_same_pool_as_accounts",
      "transfer_must_have_the_same_asset_as_accounts",
      "pending_transfer_not_found",
      "pending_transfer_not_pending",
      "pending_transfer_has_different_debit_account",
      "pending_transfer_has_different_credit_account",
      "pending_transfer_has_different_pool",
      "pending_transfer_has_different_asset",
      "pending_transfer_has_different_code",
      "exceeds_pending_transfer_amount",
      "pending_transfer_has_different_amount",
      "pending_transfer_already_posted",
      "pending_transfer_already_voided",
      "pending_transfer_expired",
      "pool_not_active",
      "reserved_account_class",
      "edge_not_open",
      "debit_account_already_closed",
      "credit_account_already_closed",
      "debit_account_frozen",
      "credit_account_frozen",
      "overflows_debits_pending",
      "overflows_credits_pending",
      "overflows_debits_posted",
      "overflows_credits_posted",
      "overflows_debits",
      "overflows_credits",
      "overflows_pool_total",
      "overflows_timeout",
      "exceeds_credits",
      "exceeds_debits",
      "exceeds_floor",
      "exceeds_ceiling"};
};
