// SPDX-License-Identifier: Apache-2.0
//
// Distributions on the lattice 0, h, 2h, ..: how a continuous payment becomes one, and what is read
// from one. A lattice may be defective: `lost` is the mass beyond its end. It may begin at a later
// point than 0: the sum of a million claims lies far from 0 and close together.
//
// The four ways (Klugman et al. 9.6; named as actuar's discretise names them):
//   rounding  to the nearest point
//   upper     down to the point below: losses too small, a distribution function that bounds the
//             true one from above; what lies beyond the end stands at the last point
//   lower     up to the point above: losses too large, a distribution function that bounds the true
//             one from below; what lies beyond the end is lost
//   unbiased  local matching of the first moment: the mean is kept
#pragma once

#include "cofferdam/models/actuarial/coverage.h"

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace cofferdam::actuarial {

enum class Discretization : std::uint8_t { rounding, upper, lower, unbiased };

inline constexpr std::size_t kLatticeMax = std::size_t{1} << 22;

struct Lattice {
  double step = 1;
  std::vector<double> mass;
  std::size_t first = 0;  // mass[i] stands at step * (first + i)

  [[nodiscard]] double at(std::size_t i) const { return step * static_cast<double>(first + i); }
};

[[nodiscard]] Lattice discretize(const Payment& payment, double step, std::size_t points,
                                 Discretization method);

struct LatticeMoments {
  double mass = 0;
  double mean = 0;
  double variance = 0;
  double skewness = 0;
};

[[nodiscard]] LatticeMoments moments_of(const Lattice& lattice);

// What is read from a lattice under annual terms: it pays clamp(S - deductible, 0, limit). Mass
// beyond the end counts as `beyond`, the most that can be paid, when there is an annual limit that
// the lattice reaches.
class LatticeView {
 public:
  explicit LatticeView(const Lattice& lattice, AnnualTerms terms = {});

  [[nodiscard]] double distribution(double x) const;
  // The least value with F >= p; infinite when the lattice does not reach it.
  [[nodiscard]] double value_at_risk(double p) const;
  // VaR + E(S - VaR)+ / (1 - p) of the mass that is there; infinite when VaR is.
  [[nodiscard]] double tail_value_at_risk(double p) const;
  [[nodiscard]] double stop_loss(double retention) const;
  [[nodiscard]] double mean() const;
  [[nodiscard]] double variance() const;

  [[nodiscard]] double lost() const { return lost_; }

 private:
  [[nodiscard]] double value(std::size_t i) const;
  [[nodiscard]] std::size_t first_at(double p) const;

  const Lattice& lattice_;
  AnnualTerms terms_;
  double lost_ = 0;
  std::vector<double> cumulated_;  // at every 64th place, the mass before it
};

}  // namespace cofferdam::actuarial
