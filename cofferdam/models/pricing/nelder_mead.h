// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <utility>

namespace cofferdam::pricing {

// A local minimum without derivatives (Nelder and Mead 1965, with the usual coefficients), for
// functions of a few variables. `steps` spans the first simplex. Deterministic.
template <std::size_t kSize, class Function>
[[nodiscard]] std::array<double, kSize> nelder_mead(Function&& f, std::array<double, kSize> start,
                                                    const std::array<double, kSize>& steps,
                                                    int calls_max, double tolerance) {
  struct Corner {
    std::array<double, kSize> at;
    double value;
  };

  std::array<Corner, kSize + 1> corners;
  corners[0] = {start, f(start)};
  for (std::size_t i = 0; i < kSize; ++i) {
    std::array<double, kSize> at = start;
    at[i] += steps[i];
    corners[i + 1] = {at, f(at)};
  }
  int calls = kSize + 1;
  while (true) {
    // By insertion: few corners, and equal ones keep their order with every library.
    for (std::size_t i = 1; i <= kSize; ++i)
      for (std::size_t j = i; j > 0 && corners[j].value < corners[j - 1].value; --j)
        std::swap(corners[j], corners[j - 1]);
    Corner& worst = corners[kSize];
    const double gap = worst.value - corners[0].value;
    if (calls >= calls_max || !(gap > tolerance * (std::abs(corners[0].value) + 1e-300)))
      return corners[0].at;
    std::array<double, kSize> middle{};
    for (std::size_t c = 0; c < kSize; ++c)
      for (std::size_t i = 0; i < kSize; ++i)
        middle[i] += corners[c].at[i] / static_cast<double>(kSize);
    const auto along = [&](double t) {
      Corner made;
      for (std::size_t i = 0; i < kSize; ++i)
        made.at[i] = middle[i] + t * (worst.at[i] - middle[i]);
      made.value = f(made.at);
      ++calls;
      return made;
    };
    const Corner mirrored = along(-1);
    if (mirrored.value < corners[0].value) {
      const Corner further = along(-2);
      worst = further.value < mirrored.value ? further : mirrored;
    } else if (mirrored.value < corners[kSize - 1].value) {
      worst = mirrored;
    } else {
      const Corner nearer = along(mirrored.value < worst.value ? -0.5 : 0.5);
      if (nearer.value < std::min(worst.value, mirrored.value)) {
        worst = nearer;
      } else {
        for (std::size_t c = 1; c <= kSize; ++c) {
          for (std::size_t i = 0; i < kSize; ++i)
            corners[c].at[i] = 0.5 * (corners[c].at[i] + corners[0].at[i]);
          corners[c].value = f(corners[c].at);
        }
        calls += static_cast<int>(kSize);
      }
    }
  }
}

}  // namespace cofferdam::pricing
