// SPDX-License-Identifier: Apache-2.0
//
// Splits a total by weights so that the parts sum to it exactly: the largest-remainder method of
// base/allocate.h behind weights written as decimal text. Everybody gets the floor of
// total * weight / sum of weights; the units that are left go one each to the largest remainders,
// ties to the earlier in the list.
#pragma once

#include "cofferdam/base/amount.h"
#include "cofferdam/base/error.h"
#include "cofferdam/base/fields.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cofferdam::pool {

inline constexpr std::size_t kAllocationWeightsMax = 1'000'000;

struct AllocationInput {
  std::uint8_t scale = 0;
  base::Amount total;
  std::vector<std::string> weights;

  static constexpr std::string_view kDoc =
      "Splits a total by weights; the parts sum to the total exactly.";
  static constexpr std::string_view kSource = "largest-remainder method (Hamilton 1792)";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("scale", self.scale, "fraction digits of the total and of the parts, 0 to 38");
    visit("total", self.total, "what is split");
    visit("weights", self.weights,
          "1 to 1,000,000 decimal numbers of any number of fraction digits, none negative, at "
          "least one above zero; only their ratios count");
  }
};

struct AllocationOutput {
  std::vector<base::Amount> parts;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("parts", self.parts, "one for each weight, in the same order; their sum is the total");
  }
};

[[nodiscard]] base::Result<AllocationOutput> allocation_plan(const AllocationInput& input);

}  // namespace cofferdam::pool
