// SPDX-License-Identifier: Apache-2.0
//
// What a quantity is worth at a price. Values are magnitudes; who owes whom is told by signs:
// a long of a linear contract gains when the price rises and its position is worth +value; a long
// of an inverse contract is short of the coin's value and its position is worth -value.
#pragma once

#include "cofferdam/books/market/market.h"

#include <optional>

namespace cofferdam::market {

// +1 for linear, -1 for inverse: the sign of the value of a long position.
[[nodiscard]] constexpr int long_sign(ContractKind kind) {
  return kind == ContractKind::linear ? 1 : -1;
}

struct Scales {
  std::uint8_t price = 0;
  std::uint8_t quantity = 0;
  std::uint8_t multiplier = 0;
  std::uint8_t settlement = 0;
};

// Scale of the value asset of a linear contract: that of quantity x price x multiplier, or the
// settlement asset's where it is finer.
[[nodiscard]] unsigned linear_value_scale(const Scales& scales);

// The contract's value factor; nullopt when it does not fit or would be a fraction.
[[nodiscard]] std::optional<u128> value_factor(ContractKind kind, const Scales& scales,
                                               unsigned value_scale, std::uint64_t multiplier);

// Value of one smallest quantity, in the value asset: exact for linear contracts, rounded half up
// for inverse ones. nullopt when the price is not positive, or the value is zero or too large.
[[nodiscard]] std::optional<u128> unit_value(const Contract& contract, Price price);

// Value of a trade under the contract's rounding rule; nullopt as above, or at kValueMax and more.
[[nodiscard]] std::optional<u128> trade_value(const Contract& contract, Price price,
                                              Quantity quantity);

// Value of a position at a unit value, with its sign; nullopt when it does not fit.
[[nodiscard]] std::optional<i128> position_value(ContractKind kind, i128 position, u128 unit_value);

// Credits less debits of an account of this room, whose bounds keep it in range.
[[nodiscard]] constexpr i128 net_credit(const ledger::Account& account) {
  return static_cast<i128>(account.credits_posted.units() - account.debits_posted.units());
}

}  // namespace cofferdam::market
