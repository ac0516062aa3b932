// SPDX-License-Identifier: Apache-2.0
//
// What a trade costs under a contract's fee schedule.
//
// The fee is base x ppm / 1,000,000 in smallest units of the settlement asset, the base being the
// value of the trade or the quantity of the underlying. What is charged is rounded up, what is
// given back (a rebate) down, so that the pool never pays for the rounding. A cap is a part of the
// trade's value, rounded up too. Fees go to the fee account of the payer's own pool.
#pragma once

#include "cofferdam/books/market/terms.h"

#include <optional>

namespace cofferdam::market {

enum class TradeSide : std::uint8_t { buyer, seller };
enum class Liquidity : std::uint8_t { maker, taker };

// The schedule in force when a record was decided; nullptr when there was none.
[[nodiscard]] const FeeSchedule* fees_at(const TermsState& state, ContractId contract,
                                         Sequence sequence);

struct FeeTerms {
  std::int32_t ppm = 0;
  FeeBasis basis = FeeBasis::value;
  std::uint32_t cap_ppm = 0;
  std::uint8_t price_scale = 0;  // of the contract, with its factors
  u128 value_factor = 0;
  u128 settle_factor = 1;
};

// In the settlement asset; a rebate is negative; nullopt when it does not fit.
[[nodiscard]] std::optional<SignedAmount> fee_of(const FeeTerms& terms, u128 value, u128 quantity);
[[nodiscard]] std::optional<SignedAmount> fee_of(const FeeSchedule* schedule,
                                                 const Contract& contract, Liquidity liquidity,
                                                 u128 value, u128 quantity);

}  // namespace cofferdam::market

template <>
struct cofferdam::base::EnumText<cofferdam::market::TradeSide> {
  static constexpr std::array<std::string_view, 2> kNames{"buyer", "seller"};
};
