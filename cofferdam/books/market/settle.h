// SPDX-License-Identifier: Apache-2.0
//
// Settles a contract at its recorded mark, in one command for all its holders: it happens whole or
// not at all, and the number of holders is bounded by kHoldersPerContractMax. What moves is the
// result of settle_calculation. With a pool named, only that pool is settled, which is possible
// when the pool owes nothing to other pools and is owed nothing by them at this mark.
//
// A pool that accepts no transfers is settled all the same: it owes what it owes. A frozen or
// closed collateral account pays nothing; where one would have to be paid, the settlement is
// refused.
#pragma once

#include "cofferdam/books/market/settle_calculation.h"
#include "cofferdam/books/market/terms.h"

namespace cofferdam::market {

struct Settle {
  ContractId contract;
  PoolId pool;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("contract", self.contract, "the contract");
    visit("pool", self.pool, "only this pool; none for all pools that hold the contract");
  }
};

enum class SettleStatus : std::uint16_t {
  ok,
  contract_not_found,
  pool_not_found,
  mark_not_found,
  mark_too_old,
  pool_not_self_contained,
  overflows,
  account_id_taken,
  collateral_cannot_be_credited,
  paid_at_trade,
};

[[nodiscard]] SettleStatus check_state(const Settle& command, const State& state, Time now);

// The same for books with terms: an option that lives and spot have nothing to settle; what a
// closing left unpaid is settled without a mark, since no position is left to be valued.
[[nodiscard]] SettleStatus check_state(const Settle& command, const State& state,
                                       const TermsState& terms, Time now);

// What the settlement would do; writes nothing. The same function serves dry runs.
[[nodiscard]] SettleStatus calculate(const Settle& command, const State& state,
                                     const ledger::State& ledger, Settlement& result);

SettleStatus apply(const Settle& command, State& state, ledger::State& ledger,
                   ledger::Context& context, Settlement& result);

// At a value of one smallest quantity that is given instead of the mark.
struct SettleAt {
  ContractId contract;
  PoolId pool;
  u128 unit_value = 0;
};

[[nodiscard]] SettleStatus calculate(const SettleAt& at, const State& state,
                                     const ledger::State& ledger, Settlement& result);

// Books what calculate() has found.
[[nodiscard]] SettleStatus book(const SettleAt& at, State& state, ledger::State& ledger,
                                ledger::Context& context, const Settlement& result);

// Takes holdings without position and open value off the contract's list.
void unlist_flat(ContractId contract, State& state, const ledger::State& ledger,
                 ledger::Context& context);

}  // namespace cofferdam::market

template <>
struct cofferdam::base::EnumText<cofferdam::market::SettleStatus> {
  static constexpr std::array<std::string_view, 10> kNames{"ok",
                                                           "contract_not_found",
                                                           "pool_not_found",
                                                           "mark_not_found",
                                                           "mark_too_old",
                                                           "pool_not_self_contained",
                                                           "overflows",
                                                           "account_id_taken",
                                                           "collateral_cannot_be_credited",
                                                           "paid_at_trade"};
  static constexpr std::array<std::string_view, 10> kDocs{
      "",
      "the contract must exist",
      "the pool has traded the contract",
      "the contract has a mark",
      "the mark is not older than the contract allows",
      "a pool settled alone owes other pools nothing at the mark and is owed nothing",
      "values and their sums stay below 2^120 units",
      "an id reserved for the market's own accounts is used by another account",
      "a collateral account that would be paid is neither frozen nor closed nor at its ceiling",
      "an option's premium and the price of spot were paid at the trade: they have no open value"};
};
