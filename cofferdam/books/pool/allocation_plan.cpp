// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/pool/allocation_plan.h"

#include "cofferdam/base/allocate.h"
#include "cofferdam/base/decimal.h"

#include <algorithm>

namespace cofferdam::pool {
namespace {

using base::u128;

// Fraction digits that the number needs: zeros at the end are not counted.
std::size_t fraction_digits(std::string_view number) {
  const std::size_t point = number.find('.');
  if (point == std::string_view::npos) return 0;
  return number.find_last_not_of('0') - point;
}

}  // namespace

base::Result<AllocationOutput> allocation_plan(const AllocationInput& input) {
  if (input.weights.empty() || input.weights.size() > kAllocationWeightsMax)
    return base::malformed("weights", std::to_string(input.weights.size()) + " weights",
                           "must be 1 to " + std::to_string(kAllocationWeightsMax));
  // One scale for all of them, so that their ratios are those of the integers.
  std::size_t digits = 0;
  for (const std::string& weight : input.weights)
    digits = std::max(digits, fraction_digits(weight));
  if (digits > base::kScaleMax)
    return base::malformed("weights", std::to_string(digits) + " fraction digits",
                           "must have at most 38 digits after the point");
  std::vector<u128> weights;
  weights.reserve(input.weights.size());
  for (std::size_t i = 0; i < input.weights.size(); ++i) {
    const base::Result<u128> weight = base::parse_unsigned_decimal(
        input.weights[i], static_cast<unsigned>(digits), "weights[" + std::to_string(i) + "]");
    if (!weight) return std::unexpected(weight.error());
    weights.push_back(*weight);
  }
  const base::Result<std::vector<u128>> parts = base::allocate(input.total.units(), weights);
  if (!parts) return std::unexpected(parts.error());
  AllocationOutput output;
  output.parts.reserve(parts->size());
  for (const u128 part : *parts) output.parts.emplace_back(part);
  return output;
}

}  // namespace cofferdam::pool
