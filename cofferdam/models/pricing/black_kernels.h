// SPDX-License-Identifier: Apache-2.0
//
// The vector kernels of this room behind plain pointers, one table for each instruction set. Use
// black_columns.h and implied_volatility.h, which check their arguments.
#pragma once

#include "cofferdam/models/numerics/instruction_set.h"

#include <cstddef>
#include <cstdint>

namespace cofferdam::pricing {

// Of each option; `discount` and `rate` may be null: 1 and 0.
struct BlackArrays {
  const std::uint8_t* is_put = nullptr;
  const double* forward = nullptr;
  const double* strike = nullptr;
  const double* volatility = nullptr;
  const double* years = nullptr;
  const double* discount = nullptr;
  const double* rate = nullptr;  // theta alone uses it
};

struct BlackFigures {
  double* price = nullptr;
  double* delta = nullptr;
  double* gamma = nullptr;
  double* vega = nullptr;
  double* theta = nullptr;
};

struct ImpliedArrays {
  const std::uint8_t* is_put = nullptr;
  const double* price = nullptr;  // not discounted
  const double* forward = nullptr;
  const double* strike = nullptr;
};

// Options times scenarios.
struct GridContract {
  bool is_put = false;
  double forward = 0;
  double strike = 0;
  double volatility = 0;
  double root_years = 0;
  double volatility_scale = 1;
  double volatility_min = 0;
};

struct GridScenarios {
  const double* factor = nullptr;      // multiplies the forward
  const double* log_factor = nullptr;  // its logarithm
  const double* shock = nullptr;       // of the volatility, relative, times the contract's scale
  std::size_t count = 0;               // a multiple of kGridStep; the rest repeats the last
};

inline constexpr std::size_t kGridStep = 16;

struct BlackKernels {
  // Where `streams`, results go past the caches; arrays are then aligned to 64 bytes.
  void (*value)(const BlackArrays&, const BlackFigures&, std::size_t count, bool streams);
  void (*price)(const BlackArrays&, double* price, std::size_t count);
  // The deviation (volatility times root of years) of each price; NaN where there is none.
  void (*implied)(const ImpliedArrays&, double* deviation, std::size_t count);
  // Undiscounted prices in each scenario.
  void (*grid)(const GridContract&, const GridScenarios&, double* price);
  // Adds scale * price in each scenario, the volatility held.
  void (*accumulate)(const GridContract&, const GridScenarios&, double scale, double* total);
};

[[nodiscard]] const BlackKernels& black_kernels(numerics::InstructionSet set);

// Of the one set each; only black_kernels() calls them.
[[nodiscard]] const BlackKernels& black_kernels_portable();
[[nodiscard]] const BlackKernels& black_kernels_avx2();
[[nodiscard]] const BlackKernels& black_kernels_avx512();

}  // namespace cofferdam::pricing
