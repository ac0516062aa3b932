// SPDX-License-Identifier: Apache-2.0
//
// The calculator `settle`: the market's settlement of one contract at one mark, over positions and
// open values that are given. Everything is in smallest units: the contract's terms say how they
// relate.
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/books/market/settle_calculation.h"

#include <string_view>
#include <vector>

namespace cofferdam::operation {

inline constexpr std::size_t kSettleParticipantsMax = 100'000;

struct SettleCalculatorInput {
  market::SettleTerms terms;
  std::vector<market::SettleInput> participants;

  static constexpr std::string_view kDoc =
      "Settlement of a contract at a mark: who pays and who receives, pool by pool.";
  static constexpr std::string_view kSource =
      "variation = position at the mark + open value; pays what was collected, pool by pool";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("terms", self.terms, "of the contract, at the mark");
    visit("participants", self.participants, "at most 100,000; a pool and owner stand once");
  }
};

[[nodiscard]] base::Result<market::Settlement> settle(const SettleCalculatorInput& input);

}  // namespace cofferdam::operation
