// SPDX-License-Identifier: Apache-2.0
//
// Black's formula (Black 1976) in decimals of 18 digits, step by step as Derive's contracts compute
// it (derivexyz/lyra-utils, src/math/Black76.sol, FixedPointMathLib.sol): every product and
// quotient is cut at 18 digits, the square root is rounded down, a total volatility of 24 or more
// gives the whole forward. The contracts approximate ln, exp and the normal distribution by
// rational functions; here they are evaluated in extended precision and cut at 18 digits. The two
// differ by at most some 10^-15 of the forward in a price.
#pragma once

#include "cofferdam/models/margin/decimal.h"

#include <cstdint>
#include <unordered_map>

namespace cofferdam::rulebook {

struct OptionPrices {
  Decimal call;
  Decimal put;
};

struct FixedBlackInput {
  std::int64_t seconds = 0;  // to expiry, not negative
  Decimal volatility;        // not negative
  Decimal forward;
  Decimal strike;  // above zero
  Decimal discount = Decimal::one();

  friend bool operator==(const FixedBlackInput&, const FixedBlackInput&) = default;
};

[[nodiscard]] OptionPrices fixed_black(const FixedBlackInput& input);

// Remembers prices by all that they depend on: an explanation asks for the same ones a few hundred
// times. Not for several threads at once.
class BlackMemo {
 public:
  [[nodiscard]] OptionPrices prices(const FixedBlackInput& input);

 private:
  struct Hash {
    std::size_t operator()(const FixedBlackInput& input) const;
  };

  std::unordered_map<FixedBlackInput, OptionPrices, Hash> known_;
};

// Seconds as a part of 365 days, cut at 18 digits.
[[nodiscard]] Decimal years(std::int64_t seconds);

// Rounded down at 18 digits; x not negative.
[[nodiscard]] Decimal square_root(Decimal x);

// Cut at 18 digits. exp: 0 below -42, void above 44. ln: void for x <= 0.
[[nodiscard]] Decimal exponential(Decimal x);
[[nodiscard]] Decimal logarithm(Decimal x);

// base^exponent as exp(ln(base) * exponent), base above zero.
[[nodiscard]] Decimal power(Decimal base, Decimal exponent);

}  // namespace cofferdam::rulebook
