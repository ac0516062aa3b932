// SPDX-License-Identifier: Apache-2.0
//
// The losses of a pool of covers in a period, and what each class of covers bears of its tail.
//
// All incidents share one gamma state, so their number is negative binomial (r, beta) with mean
// r beta = M, and each hits a class in proportion to the class's mean: the sum is compound with
// the mixture of the classes' payments. For such a sum (and for the Poisson, r infinite)
//
//   E[S_j; S = s] = m_j sum over x of x f_j(x) P(S' = s - x),
//
// m_j the mean number in class j, f_j its payment, and S' the same sum with the number biased by
// its size, P(N' = n) = (n + 1) P(N = n + 1)/M, which is negative binomial (r + 1, beta). So one
// more transform gives every class its part of TVaR, the atom at VaR split pro rata; the parts sum
// to TVaR.
#pragma once

#include "cofferdam/models/actuarial/aggregate.h"
#include "cofferdam/models/actuarial/lattice.h"

#include <span>
#include <vector>

namespace cofferdam::solvency {

// Covers that pay alike. `payment` has the lattice that the pool is computed on.
struct CoverClass {
  double mean_number = 0;  // of losses in the period, for all its covers together
  const actuarial::Lattice* payment = nullptr;
};

struct PoolLosses {
  actuarial::Lattice sum;
  double mean = 0;
  double lost_mass = 0;
};

// The tables of the transform for lattices of this many points, made once for many sums.
[[nodiscard]] actuarial::FftAggregator sums_of(std::size_t points);

// `size` is r, infinite for the Poisson.
[[nodiscard]] PoolLosses pool_losses(std::span<const CoverClass> classes, double size,
                                     actuarial::FftAggregator& sums);

struct PoolTail {
  double var = 0;
  double tvar = 0;
  // Of each class, E[S_j | the worst 1 - p]; all sum to TVaR.
  std::vector<double> contributions;
};

[[nodiscard]] PoolTail allocate_tail(std::span<const CoverClass> classes, double size,
                                     const PoolLosses& losses, double p,
                                     actuarial::FftAggregator& sums);

}  // namespace cofferdam::solvency
