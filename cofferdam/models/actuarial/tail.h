// SPDX-License-Identifier: Apache-2.0
//
// The tail of losses above a threshold: the generalised Pareto by maximum likelihood on the
// excesses (peaks over threshold), profile-likelihood intervals, stability over thresholds, Hill's
// estimator. With n losses, n_u of them above u (McNeil, Frey and Embrechts 2015, 5.2):
//
//   VaR_p = u + beta/xi [ (n/n_u (1 - p))^-xi - 1 ]
//   ES_p  = (VaR_p + beta - xi u)/(1 - xi) for xi < 1, infinite otherwise
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/models/actuarial/severity.h"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace cofferdam::actuarial {

inline constexpr std::size_t kExcessesNeeded = 10;

struct TailFit {
  GeneralizedPareto tail;
  std::size_t excesses = 0;
  std::size_t losses = 0;
  double log_likelihood = 0;
  double scale_error = 0;  // asymptotic (Smith 1987), NaN for xi <= -1/2
  double shape_error = 0;
};

// The highest maximum of the likelihood with a shape above -1. Error when fewer than
// kExcessesNeeded losses exceed the threshold, or when there is no such maximum.
[[nodiscard]] base::Result<TailFit> fit_tail(std::span<const double> losses, double threshold);

struct Interval {
  double lower = 0;
  double upper = 0;
};

// The shapes whose best log-likelihood is within half the chi-square quantile of the best.
[[nodiscard]] Interval shape_interval(std::span<const double> losses, const TailFit& fit,
                                      double confidence);
// The same for VaR_p, the likelihood taken over (VaR, shape).
[[nodiscard]] Interval var_interval(std::span<const double> losses, const TailFit& fit, double p,
                                    double confidence);

// Of the losses' own distribution; NaN where 1 - p is not below n_u/n.
[[nodiscard]] double tail_var(const TailFit& fit, double p);
[[nodiscard]] double tail_expected_shortfall(const TailFit& fit, double p);

// Mean of log(X_(i)/X_(k+1)) over the k largest.
[[nodiscard]] double hill(std::span<const double> descending, std::size_t k);

// E min(X, width) of a loss above the threshold that is paid in excess of it: what a limit makes of
// the tail, whatever its shape.
[[nodiscard]] double limited_excess(const TailFit& fit, double width);

}  // namespace cofferdam::actuarial
