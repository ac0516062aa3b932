// SPDX-License-Identifier: Apache-2.0
//
// Roots, minima and integrals of functions of one or a few variables. Everything is bounded: each
// routine stops after a stated number of steps and says whether it converged.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

namespace cofferdam::numerics {

using Function = std::function<double(double)>;

struct Root {
  double x = 0;
  bool converged = false;
};

// Brent (1973): the root between two points at which the function's signs differ.
[[nodiscard]] Root find_root(const Function& function, double lower, double upper,
                             double tolerance = 1e-14);

struct Minimum {
  std::vector<double> at;
  double value = 0;
  int evaluations = 0;
  bool converged = false;
};

using Surface = std::function<double(const std::vector<double>&)>;

// Nelder and Mead (1965), started again from its result until that no longer moves. A value that is
// not finite counts as infinitely bad.
[[nodiscard]] Minimum minimize(const Surface& surface, std::vector<double> start,
                               double tolerance = 1e-12, int evaluations_max = 20'000);

// Golden section between two points, of a function with one minimum.
[[nodiscard]] double minimize_between(const Function& function, double lower, double upper);

// Gauss-Legendre with 20 points on each of `panels` equal parts.
[[nodiscard]] double integrate(const Function& function, double lower, double upper,
                               std::size_t panels = 1);

// Adaptive: halves where 20 points and twice 20 points disagree, at most 2^12 panels.
[[nodiscard]] double integrate_adaptive(const Function& function, double lower, double upper,
                                        double relative_tolerance = 1e-12);

}  // namespace cofferdam::numerics
