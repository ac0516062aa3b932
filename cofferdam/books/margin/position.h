// SPDX-License-Identifier: Apache-2.0
//
// What an assessment works with: positions, and sums that are exact until they are rounded once.
#pragma once

#include "cofferdam/base/decimal.h"
#include "cofferdam/base/rounding.h"
#include "cofferdam/books/margin/requirement.h"
#include "cofferdam/books/margin/valuation.h"

namespace cofferdam::margin {

[[nodiscard]] inline bool add_to(i128& sum, i128 value) {
  return !__builtin_add_overflow(sum, value, &sum);
}

[[nodiscard]] inline bool add_to(u128& sum, u128 value) {
  return !__builtin_add_overflow(sum, value, &sum) && sum <= static_cast<u128>(base::kI128Max);
}

// What an account holds in a contract, and what follows from it.
struct Position {
  const market::Contract* contract = nullptr;
  Range range;
  i128 buys = 0;
  i128 sells = 0;
  i128 variation = 0;  // in the contract's value asset
  MarkReading mark;
  const Grid* grid = nullptr;
  const Tiers* tiers = nullptr;
  i128 profit = 0;   // the variation by itself in the margin asset
  u128 initial = 0;  // by itself, in the margin asset
  u128 orders = 0;   // what its open orders add
  u128 maintenance = 0;
};

// Sums of variations of one settlement asset, in the finest scale met so far.
struct ExactSum {
  i128 sum = 0;
  unsigned scale = 0;

  [[nodiscard]] bool add(i128 value, unsigned value_scale) {
    if (value_scale > scale) {
      if (!raise(sum, value_scale - scale)) return false;
      scale = value_scale;
    }
    return raise(value, scale - value_scale) && add_to(sum, value);
  }

  [[nodiscard]] i128 rounded_down(unsigned to_scale) const {
    return base::div_round<base::Rounding::floor>(
        sum, static_cast<i128>(base::power_of_ten(scale - to_scale)));
  }

 private:
  [[nodiscard]] static bool raise(i128& value, unsigned digits) {
    return digits <= base::kScaleMax &&
           !__builtin_mul_overflow(value, static_cast<i128>(base::power_of_ten(digits)), &value);
  }
};

}  // namespace cofferdam::margin
