// SPDX-License-Identifier: Apache-2.0
//
// Who pays what to whom when a contract is settled at a mark: a pure function of positions, open
// values, collateral and the unit value of the mark.
//
// With k value units in one smallest unit of the settlement asset:
//   variation v = value of the position at the mark + open value; over all participants the sum is
//   zero, or there is nothing to settle against.
//   A loser pays ceil(|v| / k). One whose collateral does not cover that pays all that is there,
//   and the rest stays in its open value.
//   A pool whose members lose more than they win owes the difference to the pools whose members
//   win more than they lose, and pays it before its own winners: a loss is contained in the pool
//   of its birth as far as that pool's winners reach. What it cannot pay is shared by the pools
//   that wait for it pro rata to what they are owed.
//   The winners of a pool share what their pool has, pro rata to v, never above v, and receive
//   floor(share / k). What a winner did not get stays in its open value.
//   Shares are in value units by largest remainder; equal remainders go to the lower pool, then
//   the lower owner, so that nothing depends on the order of the lines.
//   A paying pool sends at most ceil(sent / k), a paid one receives floor(received / k): in the
//   order of their numbers, the first payer pays the first pool that still waits.
//   What the roundings up and down leave of the cash of a pool is its dust: never negative, and
//   fewer units than the pool has lines and the settlement has pools together.
// Whoever is settled in full has an open value of exactly -(value of the position at the mark).
#pragma once

#include "cofferdam/books/market/market.h"

#include <span>
#include <vector>

namespace cofferdam::market {

struct SettleTerms {
  ContractKind kind = ContractKind::linear;
  u128 unit_value = 0;     // value of one smallest quantity at the mark
  u128 settle_factor = 1;  // k

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("kind", self.kind, "linear or inverse");
    visit("unit_value", self.unit_value, "value of one smallest quantity at the mark");
    visit("settle_factor", self.settle_factor, "value units in one unit of settlement asset");
  }
};

struct SettleInput {
  PoolId pool;
  OwnerId owner;
  i128 position = 0;
  i128 open_value = 0;
  u128 available = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the compartment");
    visit("owner", self.owner, "the participant");
    visit("position", self.position, "in smallest quantities, long positive");
    visit("open_value", self.open_value, "in value units");
    visit("available", self.available, "collateral that a loss may be paid from");
  }
};

enum class SettleOutcome : std::uint8_t { flat, paid, paid_in_part, received, received_in_part };

struct SettleLine {
  PoolId pool;
  OwnerId owner;
  SettleOutcome outcome = SettleOutcome::flat;
  i128 variation = 0;  // value units; positive is a gain
  i128 settled = 0;    // value units taken out of the open value; variation less what is left
  i128 left = 0;       // value units not paid or not received
  i128 cash = 0;       // settlement units to the collateral; negative is paid

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the compartment");
    visit("owner", self.owner, "the participant");
    visit("outcome", self.outcome, "paid, received, either in part, or flat");
    visit("variation", self.variation, "value units; positive is a gain");
    visit("settled", self.settled, "value units taken out of the open value");
    visit("left", self.left, "value units that stay unpaid or not received");
    visit("cash", self.cash, "settlement units to the collateral; negative is paid");
  }
};

struct PoolLine {
  PoolId pool;
  i128 variation = 0;      // of its members together
  u128 unpaid = 0;         // value units that its losers could not pay
  u128 sent = 0;           // value units paid to other pools
  u128 received = 0;       // value units received from other pools
  u128 shortfall = 0;      // value units owed to this pool by others and not received
  u128 debt = 0;           // value units owed by this pool to others and not sent
  u128 winners_short = 0;  // value units that its own winners did not get
  u128 cash_sent = 0;      // settlement units
  u128 cash_received = 0;
  u128 dust = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the compartment");
    visit("variation", self.variation, "of its members together, value units");
    visit("unpaid", self.unpaid, "value units that its losers could not pay");
    visit("sent", self.sent, "value units paid to other pools");
    visit("received", self.received, "value units received from other pools");
    visit("shortfall", self.shortfall, "value units owed to it by others and not received");
    visit("debt", self.debt, "value units owed by it to others and not sent");
    visit("winners_short", self.winners_short, "value units that its winners did not get");
    visit("cash_sent", self.cash_sent, "settlement units paid to other pools");
    visit("cash_received", self.cash_received, "settlement units received from other pools");
    visit("dust", self.dust, "settlement units left by rounding");
  }
};

struct PoolPayment {
  PoolId from;
  PoolId to;
  u128 cash = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("from", self.from, "pool that pays");
    visit("to", self.to, "pool that is paid");
    visit("cash", self.cash, "settlement units");
  }
};

struct Settlement {
  std::vector<SettleLine> lines;  // one for each input, in the order of the inputs
  std::vector<PoolLine> pools;    // by number
  std::vector<PoolPayment> payments;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("lines", self.lines, "the participants");
    visit("pools", self.pools, "the pools, by number");
    visit("payments", self.payments, "from pool to pool");
  }
};

enum class SettleCalculationStatus : std::uint8_t { ok, overflows, does_not_balance };

// Replaces `result`; its content is of no use unless the answer is ok. A pool and owner stand in
// one line only, and settle_factor is at least 1.
[[nodiscard]] SettleCalculationStatus settle_calculation(const SettleTerms& terms,
                                                         std::span<const SettleInput> inputs,
                                                         Settlement& result);

}  // namespace cofferdam::market

template <>
struct cofferdam::base::EnumText<cofferdam::market::SettleOutcome> {
  static constexpr std::array<std::string_view, 5> kNames{"flat", "paid", "paid_in_part",
                                                          "received", "received_in_part"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::market::SettleCalculationStatus> {
  static constexpr std::array<std::string_view, 3> kNames{"ok", "overflows", "does_not_balance"};
  static constexpr std::array<std::string_view, 3> kDocs{
      "", "values and their sums stay below 2^120 units",
      "the variations of all participants sum to zero"};
};
