// SPDX-License-Identifier: Apache-2.0
//
// Which lattice holds a sum of payments: fine enough for the single payment and wide enough for the
// whole. What the step does to the first two moments is known before anything is summed; where it
// would move a quantile, there are more points, a lattice that begins where the sum does, or the
// discretization that keeps the mean; and where none of these suffices, words.
#pragma once

#include "cofferdam/models/actuarial/aggregate.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cofferdam::actuarial {

// What a step does to the sum, of payments that end where the lattice does.
struct Coarseness {
  double mean_shift = 0;      // in standard deviations of the sum
  double variance_error = 0;  // relative

  // About the relative error of what a quantile has above the mean.
  [[nodiscard]] double worst() const;
};

// Of `upper` and `lower`, which are bounds and meant to be beside the truth, as of `unbiased`.
[[nodiscard]] Coarseness coarseness_of(const Portfolio& portfolio, const Grid& grid);

inline constexpr double kFine = 1e-4;    // below it the search ends
inline constexpr double kCoarse = 1e-3;  // above it there is a note

struct GridWanted {
  double step = 0;  // 0: choose
  std::optional<std::uint64_t> points;
  std::size_t usual_points = std::size_t{1} << 16;
  std::size_t points_max = kLatticeMax;
  std::optional<Discretization> method;
  Discretization usual_method = Discretization::unbiased;
  bool may_shift = true;
};

struct GridChoice {
  Grid grid;
  Coarseness coarseness;
  std::string note;  // what a reader must know; empty when there is nothing
};

[[nodiscard]] GridChoice choose_grid(const Portfolio& portfolio, const GridWanted& wanted);

// Field `points`: a power of two in this range.
[[nodiscard]] base::Result<void> check_points(std::optional<std::uint64_t> points,
                                              std::uint64_t least, std::uint64_t most);

}  // namespace cofferdam::actuarial
