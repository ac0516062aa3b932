// SPDX-License-Identifier: Apache-2.0
//
// Elementary functions over arrays and of one number, the same bits on every machine. Input and
// output may be the same array. Errors: exp and log at most 2 units in the last place, the normal
// distribution 4e-16 of the value on the right and 1e-15 in the left tail.
#pragma once

#include "cofferdam/models/numerics/instruction_set.h"

#include <span>

namespace cofferdam::numerics {

void exponentials(std::span<const double> x, std::span<double> out,
                  InstructionSet set = best_instruction_set());
void logarithms(std::span<const double> x, std::span<double> out,
                InstructionSet set = best_instruction_set());
void normal_distributions(std::span<const double> x, std::span<double> out,
                          InstructionSet set = best_instruction_set());

[[nodiscard]] double exponential(double x);
[[nodiscard]] double logarithm(double x);
[[nodiscard]] double normal_density(double x);
[[nodiscard]] double normal_distribution(double x);

// The x with normal_distribution(x) = p: infinite for 0 and 1, NaN outside.
[[nodiscard]] double normal_quantile(double p);

}  // namespace cofferdam::numerics
