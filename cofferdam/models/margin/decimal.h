// SPDX-License-Identifier: Apache-2.0
//
// Rulebooks as parameter files.
//
// A rulebook says how much margin a portfolio needs. This room computes the published rules of
// several venues, each from parameters that are data, and explains every requirement: which
// scenario binds, what each position and each contingency adds, what would free margin.
//
// Its words: an *instrument* is what can be held; a *contract* is an instrument with the facts of
// its market resolved; a *holding* is a quantity of it; *equity* is what the portfolio is worth at
// the marks; *initial* and *maintenance* are the two requirements; an *excess* is equity less a
// requirement, below zero when margin is missing. Its laws: the lines of an evaluation sum to the
// requirement exactly; the same input gives the same output; nothing that is not a number, out of
// bounds or unknown is ever computed with. It must not know JSON, the books, or clocks.
//
// Here: decimals of 18 fraction digits in 128 bits, the arithmetic of the venues that compute on a
// chain. A product or a quotient is kept whole (256 bits) and then cut toward zero. What does not
// fit becomes *void*, and so does all that is computed from it, so that one test at the end tells.
#pragma once

#include "cofferdam/base/amount.h"
#include "cofferdam/base/decimal.h"
#include "cofferdam/base/number.h"
#include "cofferdam/base/rounding.h"

#include <compare>

namespace cofferdam::rulebook {

using base::i128;

inline constexpr unsigned kDecimalScale = 18;
inline constexpr i128 kDecimalOne = 1'000'000'000'000'000'000;

class Decimal {
 public:
  constexpr Decimal() = default;

  [[nodiscard]] static constexpr Decimal of_units(i128 units) {
    Decimal decimal;
    decimal.units_ = units;
    return decimal;
  }

  [[nodiscard]] static constexpr Decimal one() { return of_units(kDecimalOne); }

  [[nodiscard]] static constexpr Decimal void_value() { return of_units(base::kI128Min); }

  [[nodiscard]] constexpr i128 units() const { return units_; }

  [[nodiscard]] constexpr bool is_void() const { return units_ == base::kI128Min; }

  [[nodiscard]] constexpr bool is_zero() const { return units_ == 0; }

  [[nodiscard]] constexpr bool is_negative() const { return units_ < 0; }

  [[nodiscard]] constexpr bool is_positive() const { return units_ > 0; }

  friend constexpr auto operator<=>(const Decimal&, const Decimal&) = default;

 private:
  i128 units_ = 0;
};

[[nodiscard]] constexpr Decimal operator+(Decimal a, Decimal b) {
  i128 sum = 0;
  if (a.is_void() || b.is_void() || __builtin_add_overflow(a.units(), b.units(), &sum))
    return Decimal::void_value();
  return Decimal::of_units(sum);
}

[[nodiscard]] constexpr Decimal operator-(Decimal a) {
  return a.is_void() ? a : Decimal::of_units(-a.units());
}

[[nodiscard]] constexpr Decimal operator-(Decimal a, Decimal b) {
  return a + -b;
}

constexpr Decimal& operator+=(Decimal& a, Decimal b) {
  return a = a + b;
}

constexpr Decimal& operator-=(Decimal& a, Decimal b) {
  return a = a - b;
}

// a * b / d in units, rounded as R says.
template <base::Rounding R>
[[nodiscard]] Decimal scaled(Decimal a, Decimal b, i128 divisor) {
  if (a.is_void() || b.is_void()) return Decimal::void_value();
  const auto units = base::try_mul_div<R>(a.units(), b.units(), divisor);
  return units ? Decimal::of_units(*units) : Decimal::void_value();
}

// Cut toward zero, as multiplyDecimal and divideDecimal of Synthetix' DecimalMath.
[[nodiscard]] inline Decimal operator*(Decimal a, Decimal b) {
  return scaled<base::Rounding::down>(a, b, kDecimalOne);
}

// Void when b is zero.
[[nodiscard]] inline Decimal operator/(Decimal a, Decimal b) {
  if (b.is_void()) return b;
  return scaled<base::Rounding::down>(a, Decimal::one(), b.units());
}

[[nodiscard]] constexpr Decimal absolute(Decimal a) {
  return a.is_negative() ? -a : a;
}

// Void counts as the least, so the smaller of two keeps it; the larger needs the test.
[[nodiscard]] constexpr Decimal smaller(Decimal a, Decimal b) {
  return a < b ? a : b;
}

[[nodiscard]] constexpr Decimal larger(Decimal a, Decimal b) {
  if (a.is_void() || b.is_void()) return Decimal::void_value();
  return a < b ? b : a;
}

// From an integer in a scale of at most 18.
[[nodiscard]] inline Decimal from_scaled(i128 value, unsigned scale) {
  i128 units = 0;
  const auto factor = static_cast<i128>(base::power_of_ten(kDecimalScale - scale));
  if (__builtin_mul_overflow(value, factor, &units)) return Decimal::void_value();
  return Decimal::of_units(units);
}

[[nodiscard]] inline Decimal from_rate(base::Rate rate) {
  static_assert(base::kRateScale == kDecimalScale);
  return Decimal::of_units(rate.value());
}

// Into a scale of at most 18; not for void values.
template <base::Rounding R>
[[nodiscard]] i128 to_scaled(Decimal value, unsigned scale) {
  return base::div_round<R>(value.units(),
                            static_cast<i128>(base::power_of_ten(kDecimalScale - scale)));
}

}  // namespace cofferdam::rulebook
