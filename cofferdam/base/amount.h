// SPDX-License-Identifier: Apache-2.0
//
// Amount counts an asset's smallest units: wei, satoshi, cents. It is never negative and has no
// operators with raw integers. Two forms of each operation and no third: the `try_` form returns an
// optional, the plain form aborts, for sums that an earlier check has proved possible.
#pragma once

#include "cofferdam/base/check.h"
#include "cofferdam/base/int128.h"

#include <compare>
#include <cstdint>
#include <optional>

namespace cofferdam::base {

class Amount {
 public:
  constexpr Amount() = default;

  constexpr explicit Amount(u128 units) : units_(units) {}

  [[nodiscard]] constexpr u128 units() const { return units_; }

  [[nodiscard]] constexpr bool is_zero() const { return units_ == 0; }

  // 2^128 - 1: the largest amount, and in a posting or balancing transfer "as much as there is".
  [[nodiscard]] static constexpr Amount max() { return Amount(kU128Max); }

  friend constexpr auto operator<=>(const Amount&, const Amount&) = default;

 private:
  u128 units_ = 0;
};

[[nodiscard]] constexpr std::optional<Amount> try_add(Amount a, Amount b) {
  u128 sum = 0;
  if (__builtin_add_overflow(a.units(), b.units(), &sum)) return std::nullopt;
  return Amount(sum);
}

[[nodiscard]] constexpr std::optional<Amount> try_sub(Amount a, Amount b) {
  if (a < b) return std::nullopt;
  return Amount(a.units() - b.units());
}

[[nodiscard]] constexpr Amount operator+(Amount a, Amount b) {
  const std::optional<Amount> sum = try_add(a, b);
  COFFERDAM_CHECK(sum.has_value(), "amount overflow in a sum that was checked before");
  return *sum;
}

[[nodiscard]] constexpr Amount operator-(Amount a, Amount b) {
  const std::optional<Amount> difference = try_sub(a, b);
  COFFERDAM_CHECK(difference.has_value(), "amount below zero in a difference checked before");
  return *difference;
}

constexpr Amount& operator+=(Amount& a, Amount b) {
  return a = a + b;
}

constexpr Amount& operator-=(Amount& a, Amount b) {
  return a = a - b;
}

// SignedAmount: a difference of amounts, or an open value. Checked in the same two forms.
class SignedAmount {
 public:
  constexpr SignedAmount() = default;

  constexpr explicit SignedAmount(i128 units) : units_(units) {}

  [[nodiscard]] constexpr i128 units() const { return units_; }

  [[nodiscard]] constexpr bool is_zero() const { return units_ == 0; }

  [[nodiscard]] constexpr bool is_negative() const { return units_ < 0; }

  [[nodiscard]] constexpr Amount magnitude() const { return Amount(base::magnitude(units_)); }

  friend constexpr auto operator<=>(const SignedAmount&, const SignedAmount&) = default;

 private:
  i128 units_ = 0;
};

[[nodiscard]] constexpr std::optional<SignedAmount> try_add(SignedAmount a, SignedAmount b) {
  i128 sum = 0;
  if (__builtin_add_overflow(a.units(), b.units(), &sum)) return std::nullopt;
  return SignedAmount(sum);
}

[[nodiscard]] constexpr SignedAmount operator+(SignedAmount a, SignedAmount b) {
  const std::optional<SignedAmount> sum = try_add(a, b);
  COFFERDAM_CHECK(sum.has_value(), "signed amount overflow in a sum that was checked before");
  return *sum;
}

[[nodiscard]] constexpr SignedAmount operator-(SignedAmount a) {
  COFFERDAM_CHECK(a.units() != kI128Min, "negation of the most negative signed amount");
  return SignedAmount(-a.units());
}

// a - b as a signed amount; nullopt when the difference does not fit 127 bits.
[[nodiscard]] constexpr std::optional<SignedAmount> try_difference(Amount a, Amount b) {
  const bool negative = a < b;
  const u128 size = negative ? b.units() - a.units() : a.units() - b.units();
  if (size > static_cast<u128>(kI128Max)) return std::nullopt;
  return SignedAmount(negative ? -static_cast<i128>(size) : static_cast<i128>(size));
}

}  // namespace cofferdam::base
