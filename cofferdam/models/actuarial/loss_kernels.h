// SPDX-License-Identifier: Apache-2.0
//
// The loops over whole lattices, one table for each instruction set; every set gives the same bits
// (models/numerics/instruction_set.h says why).
#pragma once

#include "cofferdam/models/numerics/instruction_set.h"

#include <cstddef>

namespace cofferdam::actuarial {

struct LossKernels {
  // P(X > first + i step) of a lognormal; every point above 0.
  void (*lognormal_survival)(double meanlog, double sdlog, double first, double step, double* out,
                             std::size_t count);
  // E min(X, first + i step) of a lognormal.
  void (*lognormal_limited)(double meanlog, double sdlog, double first, double step, double* out,
                            std::size_t count);
  // exp(mean (z - 1)) of the complex z = re + i im, in place.
  void (*compound_poisson)(double mean, double* re, double* im, std::size_t count);
  // x becomes exp(meanlog + sdlog x).
  void (*lognormal_of_normal)(double meanlog, double sdlog, double* x, std::size_t count);
};

[[nodiscard]] const LossKernels& loss_kernels(
    numerics::InstructionSet set = numerics::best_instruction_set());

[[nodiscard]] const LossKernels& loss_kernels_portable();
[[nodiscard]] const LossKernels& loss_kernels_avx2();
[[nodiscard]] const LossKernels& loss_kernels_avx512();

}  // namespace cofferdam::actuarial
