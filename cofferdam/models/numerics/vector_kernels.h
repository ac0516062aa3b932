// SPDX-License-Identifier: Apache-2.0
//
// The kernels of this room behind plain pointers, one table for each instruction set; used by
// vector_functions.h and random.h.
#pragma once

#include "cofferdam/models/numerics/instruction_set.h"

#include <cstddef>
#include <cstdint>

namespace cofferdam::numerics {

struct VectorKernels {
  void (*exp)(const double* x, double* out, std::size_t count);
  void (*log)(const double* x, double* out, std::size_t count);
  void (*normal)(const double* x, double* out, std::size_t count);
  // Whole blocks of kNormalsPerBlock; see random.h.
  void (*normals)(std::uint64_t key, std::uint64_t stream, std::uint64_t block, double* out,
                  std::size_t blocks);
  // The words of Philox, four 64-bit lanes of 32 bits a counter; for comparing with the published.
  void (*words)(std::uint64_t key, std::uint64_t stream, std::uint64_t block, std::uint64_t* out,
                std::size_t blocks);
};

[[nodiscard]] const VectorKernels& vector_kernels(InstructionSet set);

// Of the one set each; only vector_kernels() calls them.
[[nodiscard]] const VectorKernels& vector_kernels_portable();
[[nodiscard]] const VectorKernels& vector_kernels_avx2();
[[nodiscard]] const VectorKernels& vector_kernels_avx512();

}  // namespace cofferdam::numerics
