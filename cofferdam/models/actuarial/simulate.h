// SPDX-License-Identifier: Apache-2.0
//
// The aggregate by simulation. A year is a pure function of seed, line and its number, so any year
// can be drawn again alone and the answer does not depend on how the work was divided.
#pragma once

#include "cofferdam/models/actuarial/coverage.h"

#include <cstdint>
#include <span>
#include <vector>

namespace cofferdam::actuarial {

// splitmix64 (Steele, Lea and Flood 2014) from a place of its own for each (seed, line, year).
class Draws {
 public:
  Draws(std::uint64_t seed, std::uint64_t line, std::uint64_t year);

  [[nodiscard]] std::uint64_t next();
  [[nodiscard]] double uniform();  // above 0, below 1

 private:
  std::uint64_t state_;
};

// Cumulated probabilities of a number of losses, for inversion.
class CountSampler {
 public:
  explicit CountSampler(const Frequency& frequency);
  [[nodiscard]] std::uint64_t draw(double uniform) const;

 private:
  std::uint64_t first_ = 0;
  std::vector<double> cumulated_;
};

// What is paid in each of `years` years, after annual terms.
[[nodiscard]] std::vector<double> simulate_years(const Portfolio& portfolio, std::size_t years,
                                                 std::uint64_t seed);

struct SampleFigures {
  double mean = 0;
  double variance = 0;
  double standard_error = 0;  // of the mean
};

[[nodiscard]] SampleFigures figures_of(std::span<const double> sample);

struct SampleRisk {
  double var = 0;
  double tvar = 0;
  double var_lower = 0;  // order statistics that hold VaR with 95 %
  double var_upper = 0;
  double tvar_error = 0;  // standard error
};

// Of a sample that is sorted: VaR is the ceil(n p)-th value.
[[nodiscard]] SampleRisk risk_of(std::span<const double> sorted, double p);

}  // namespace cofferdam::actuarial
