// SPDX-License-Identifier: Apache-2.0
//
// Moves value from one pool to another, through a conduit, on four sides; and lets custody follow.
#pragma once

#include "cofferdam/books/pool/pool.h"

namespace cofferdam::pool {

struct ConduitTransfer {
  ConduitId conduit;
  AccountId debit_account;
  AccountId credit_account;
  Amount amount;
  std::uint16_t code = 0;
  base::u128 reference = 0;
  std::int32_t value_date = 0;

  static constexpr std::string_view kDoc =
      "Moves value from one pool to another through a conduit.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("conduit", self.conduit, "the way");
    visit("debit_account", self.debit_account, "account debited, in the pool that value leaves");
    visit("credit_account", self.credit_account, "account credited, in the pool it enters");
    visit("amount", self.amount, "how much, in the conduit's asset");
    visit("code", self.code, "reason, 1 to 65535");
    visit("reference", self.reference, "free; can be searched");
    visit("value_date", self.value_date, "days since 1970-01-01; 0 for the day of booking");
  }
};

// The assets follow: out of the custody account of the pool that owes, into that of the other.
struct SettleConduit {
  ConduitId conduit;
  AccountId custody_from;
  AccountId custody_to;
  Amount amount;
  base::u128 reference = 0;
  std::int32_t value_date = 0;

  static constexpr std::string_view kDoc =
      "Moves assets between the custody accounts of two pools and takes the halves back.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("conduit", self.conduit, "the way");
    visit("custody_from", self.custody_from, "custody account that the assets leave");
    visit("custody_to", self.custody_to, "custody account that the assets enter");
    visit("amount", self.amount, "how much, at most what is in transit");
    visit("reference", self.reference, "of the wallet's or bank's transaction");
    visit("value_date", self.value_date, "days since 1970-01-01; 0 for the day of booking");
  }
};

enum class ConduitTransferStatus : std::uint16_t {
  ok,
  amount_must_not_be_zero,
  amount_too_large,
  code_must_not_be_zero,
  accounts_must_be_different,
  conduit_not_found,
  conduit_retired,
  conduit_expired,
  debit_account_not_found,
  credit_account_not_found,
  debit_account_not_in_from_pool,
  credit_account_not_in_to_pool,
  account_has_different_asset,
  reserved_account_class,
  not_a_custody_account,
  owner_class_not_allowed,
  owners_must_be_the_same,
  from_pool_not_open,
  to_pool_not_open,
  exceeds_transfer_max,
  exceeds_limit,
  exceeds_in_transit,
  account_closed_or_frozen,
  exceeds_balance,
  overflows,
};

[[nodiscard]] ConduitTransferStatus check_shape(const ConduitTransfer& command);
[[nodiscard]] ConduitTransferStatus check_state(const ConduitTransfer& command, const State& state,
                                                const ledger::State& ledger,
                                                const Context& context);
// May still refuse when a leg is refused (the last three statuses).
ConduitTransferStatus apply(const ConduitTransfer& command, State& state, ledger::State& ledger,
                            Context& context);

[[nodiscard]] ConduitTransferStatus check_shape(const SettleConduit& command);
[[nodiscard]] ConduitTransferStatus check_state(const SettleConduit& command, const State& state,
                                                const ledger::State& ledger);
ConduitTransferStatus apply(const SettleConduit& command, State& state, ledger::State& ledger,
                            Context& context);

// How many checkers this transfer needs; none for one that is not above the threshold, and none for
// a conduit that does not exist (check_state refuses it).
[[nodiscard]] std::uint8_t approvals_needed(const ConduitTransfer& command, const State& state);

// What the conduit's limit leaves at this time; Amount::max() without a limit.
[[nodiscard]] Amount available(const Conduit& conduit, Time now);

// What the pool that value left owes to the other: transferred and not settled.
[[nodiscard]] Amount in_transit(const Conduit& conduit);

}  // namespace cofferdam::pool

template <>
struct cofferdam::base::EnumText<cofferdam::pool::ConduitTransferStatus> {
  static constexpr std::array<std::string_view, 25> kNames{"ok",
                                                           "amount_must_not_be_zero",
                                                           "amount_too_large",
                                                           "code_must_not_be_zero",
                                                           "accounts_must_be_different",
                                                           "conduit_not_found",
                                                           "conduit_retired",
                                                           "conduit_expired",
                                                           "debit_account_not_found",
                                                           "credit_account_not_found",
                                                           "debit_account_not_in_from_pool",
                                                           "credit_account_not_in_to_pool",
                                                           "account_has_different_asset",
                                                           "reserved_account_class",
                                                           "not_a_custody_account",
                                                           "owner_class_not_allowed",
                                                           "owners_must_be_the_same",
                                                           "from_pool_not_open",
                                                           "to_pool_not_open",
                                                           "exceeds_transfer_max",
                                                           "exceeds_limit",
                                                           "exceeds_in_transit",
                                                           "account_closed_or_frozen",
                                                           "exceeds_balance",
                                                           "overflows"};
  static constexpr std::array<std::string_view, 25> kDocs{
      "",
      "a transfer moves something",
      "an amount through a conduit fits 127 bits",
      "a transfer names its reason",
      "source and destination are two accounts",
      "the conduit must exist",
      "a retired conduit lets nothing pass",
      "the conduit's time is over",
      "the debited account must exist",
      "the credited account must exist",
      "the debited account lies in the pool that the conduit leaves",
      "the credited account lies in the pool that the conduit enters",
      "both accounts count the conduit's asset",
      "accounts of the system's own classes are neither source nor destination",
      "assets move between custody accounts",
      "the conduit is for other owner classes",
      "the conduit is for transfers between accounts of one owner",
      "the pool that value leaves is active, or winding up with a conduit for distribution",
      "the pool that value enters is active",
      "the conduit has a maximum for one transfer",
      "the conduit's limit for a time is used up",
      "no more is settled than is in transit",
      "an account on the way is closed or frozen",
      "an account's own limit or balance does not allow it",
      "a counter would overflow"};
};
