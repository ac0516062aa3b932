// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/base/allocate.h"

#include "cofferdam/base/check.h"
#include "cofferdam/base/rounding.h"

#include <boost/multiprecision/cpp_int.hpp>

#include <algorithm>
#include <numeric>
#include <optional>
#include <string>

namespace cofferdam::base {
namespace {

// Sums of up to 2^64 weights of 128 bits, and products of two such numbers, fit.
using Wide = boost::multiprecision::uint512_t;

std::optional<u128> sum_of(std::span<const u128> weights) {
  u128 sum = 0;
  for (const u128 weight : weights)
    if (__builtin_add_overflow(sum, weight, &sum)) return std::nullopt;
  return sum;
}

// Gives the `left` units of the total to the largest remainders.
template <class Remainder>
void hand_out(u128 left, const std::vector<Remainder>& remainders, std::vector<u128>& parts) {
  COFFERDAM_CHECK(left == 0 || left < parts.size(), "fewer units are left than there are parts");
  std::vector<std::size_t> order(parts.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto larger = [&](std::size_t a, std::size_t b) {
    return remainders[a] != remainders[b] ? remainders[a] > remainders[b] : a < b;
  };
  const auto count = static_cast<std::size_t>(left);
  const auto end = order.begin() + static_cast<std::ptrdiff_t>(count);
  if (end != order.end()) std::nth_element(order.begin(), end, order.end(), larger);
  for (std::size_t i = 0; i < count; ++i) ++parts[order[i]];
}

std::vector<u128> split(u128 total, std::span<const u128> weights, u128 sum) {
  std::vector<u128> parts;
  std::vector<u128> remainders;
  parts.reserve(weights.size());
  remainders.reserve(weights.size());
  u128 left = total;
  for (const u128 weight : weights) {
    const std::optional<Division> division = divide_product(total, weight, sum);
    COFFERDAM_CHECK(division.has_value(), "a weight is at most the sum of the weights");
    parts.push_back(division->quotient);
    remainders.push_back(division->remainder);
    left -= division->quotient;
  }
  hand_out(left, remainders, parts);
  return parts;
}

// The same for weights whose sum is beyond 128 bits.
std::vector<u128> split_wide(u128 total, std::span<const u128> weights) {
  Wide sum = 0;
  for (const u128 weight : weights) sum += weight;
  std::vector<u128> parts;
  std::vector<Wide> remainders;
  u128 left = total;
  for (const u128 weight : weights) {
    const Wide product = Wide(total) * weight;
    parts.push_back(static_cast<u128>(Wide(product / sum)));
    remainders.push_back(product % sum);
    left -= parts.back();
  }
  hand_out(left, remainders, parts);
  return parts;
}

}  // namespace

Result<std::vector<u128>> allocate(u128 total, std::span<const u128> weights) {
  const std::optional<u128> sum = sum_of(weights);
  if (sum && *sum == 0)
    return malformed("weights", std::to_string(weights.size()) + " weights",
                     "must not sum to zero: there is nobody to give the total to");
  return sum ? split(total, weights, *sum) : split_wide(total, weights);
}

CappedAllocation allocate_capped(u128 total, std::span<const u128> claims) {
  const std::optional<u128> sum = sum_of(claims);
  if (sum && *sum <= total)
    return {.parts = std::vector<u128>(claims.begin(), claims.end()), .left = total - *sum};
  return {.parts = sum ? split(total, claims, *sum) : split_wide(total, claims), .left = 0};
}

}  // namespace cofferdam::base
