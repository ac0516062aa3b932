// SPDX-License-Identifier: Apache-2.0
//
// Black-76 of many options at once: prices and sensitivities, the same bits as black() gives for
// each. Deviations below 0.01 and other edges take a slower way for their vector alone.
#pragma once

#include "cofferdam/models/numerics/instruction_set.h"
#include "cofferdam/models/pricing/black.h"

#include <span>

namespace cofferdam::pricing {

// One entry an option in each; all of one size. `discounts` and `rates` may be empty: 1 and 0.
struct BlackColumns {
  std::span<const OptionType> types;
  std::span<const double> forwards;
  std::span<const double> strikes;
  std::span<const double> volatilities;
  std::span<const double> years;
  std::span<const double> discounts = {};
  std::span<const double> rates = {};  // of interest a year; theta alone uses it
};

// Units as in BlackValue.
struct BlackResults {
  std::span<double> prices;
  std::span<double> deltas;
  std::span<double> gammas;
  std::span<double> vegas;
  std::span<double> thetas;
};

// Where an option is not valid (see is_valid), its results are NaN.
void black(const BlackColumns& in, const BlackResults& out,
           numerics::InstructionSet set = numerics::best_instruction_set());

// The same, past the caches: for results larger than those. Every result is aligned to 64 bytes.
void black_streaming(const BlackColumns& in, const BlackResults& out,
                     numerics::InstructionSet set = numerics::best_instruction_set());

void black_prices(const BlackColumns& in, std::span<double> prices,
                  numerics::InstructionSet set = numerics::best_instruction_set());

}  // namespace cofferdam::pricing
