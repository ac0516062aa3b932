// SPDX-License-Identifier: Apache-2.0
//
// Price, Quantity, Rate and Shares: signed 128-bit integers as types of their own, so that a price
// cannot be added to a quantity. They carry the integer only: the scale of a price or a quantity
// belongs to its contract, that of shares to their pool. A rate alone has a scale of its own, parts
// in 10^18, because rates meet across contracts. As with Amount there are two forms of each
// operation: `try_` returns an optional, the plain form aborts.
#pragma once

#include "cofferdam/base/amount.h"
#include "cofferdam/base/check.h"
#include "cofferdam/base/int128.h"
#include "cofferdam/base/rounding.h"

#include <compare>
#include <optional>

namespace cofferdam::base {

template <class Tag>
class Number {
 public:
  using rep = i128;
  constexpr Number() = default;

  constexpr explicit Number(i128 value) : value_(value) {}

  [[nodiscard]] constexpr i128 value() const { return value_; }

  [[nodiscard]] constexpr bool is_zero() const { return value_ == 0; }

  [[nodiscard]] constexpr bool is_negative() const { return value_ < 0; }

  [[nodiscard]] constexpr u128 magnitude() const { return base::magnitude(value_); }

  [[nodiscard]] static constexpr Number max() { return Number(kI128Max); }

  [[nodiscard]] static constexpr Number min() { return Number(kI128Min); }

  friend constexpr auto operator<=>(const Number&, const Number&) = default;

 private:
  i128 value_ = 0;
};

using Price = Number<struct PriceTag>;        // in the contract's price scale
using Quantity = Number<struct QuantityTag>;  // in the contract's quantity scale
using Rate = Number<struct RateTag>;          // parts in 10^kRateScale
using Shares = Number<struct SharesTag>;      // in the pool's share scale

inline constexpr unsigned kRateScale = 18;
inline constexpr i128 kRateOne = 1'000'000'000'000'000'000;  // 10^18: 100 %

template <class Tag>
[[nodiscard]] constexpr std::optional<Number<Tag>> try_add(Number<Tag> a, Number<Tag> b) {
  i128 sum = 0;
  if (__builtin_add_overflow(a.value(), b.value(), &sum)) return std::nullopt;
  return Number<Tag>(sum);
}

template <class Tag>
[[nodiscard]] constexpr std::optional<Number<Tag>> try_sub(Number<Tag> a, Number<Tag> b) {
  i128 difference = 0;
  if (__builtin_sub_overflow(a.value(), b.value(), &difference)) return std::nullopt;
  return Number<Tag>(difference);
}

template <class Tag>
[[nodiscard]] constexpr std::optional<Number<Tag>> try_negate(Number<Tag> a) {
  return try_sub(Number<Tag>(), a);
}

template <class Tag>
[[nodiscard]] constexpr Number<Tag> operator+(Number<Tag> a, Number<Tag> b) {
  const std::optional<Number<Tag>> sum = try_add(a, b);
  COFFERDAM_CHECK(sum.has_value(), "number overflow in a sum that was checked before");
  return *sum;
}

template <class Tag>
[[nodiscard]] constexpr Number<Tag> operator-(Number<Tag> a, Number<Tag> b) {
  const std::optional<Number<Tag>> difference = try_sub(a, b);
  COFFERDAM_CHECK(difference.has_value(), "number overflow in a difference checked before");
  return *difference;
}

template <class Tag>
[[nodiscard]] constexpr Number<Tag> operator-(Number<Tag> a) {
  return Number<Tag>() - a;
}

template <class Tag>
constexpr Number<Tag>& operator+=(Number<Tag>& a, Number<Tag> b) {
  return a = a + b;
}

template <class Tag>
constexpr Number<Tag>& operator-=(Number<Tag>& a, Number<Tag> b) {
  return a = a - b;
}

// The part of an amount that a rate names. nullopt when it does not fit, and, for an amount that
// cannot be negative, when the rate is.
template <Rounding R>
[[nodiscard]] std::optional<Amount> try_apply(Rate rate, Amount to) {
  if (rate.is_negative()) return std::nullopt;
  return try_mul_div<R>(to, rate.magnitude(), static_cast<u128>(kRateOne));
}

template <Rounding R>
[[nodiscard]] std::optional<SignedAmount> try_apply(Rate rate, SignedAmount to) {
  const std::optional<i128> units = try_mul_div<R>(to.units(), rate.value(), kRateOne);
  if (!units) return std::nullopt;
  return SignedAmount(*units);
}

}  // namespace cofferdam::base
