// SPDX-License-Identifier: Apache-2.0
//
// Gamma, beta and normal functions as the actuarial models need them: relative accuracy near 1e-14
// in the body and tails that keep their leading digits, so each distribution function comes with
// its complement. They call libm (log, exp, erfc, sin): the same bits on one machine, not across
// versions of libm, so what they return is never hashed.
#pragma once

namespace cofferdam::numerics {

// log |Gamma(x)|; infinite at zero and the negative integers.
[[nodiscard]] double log_gamma(double x);
// log of n over k for real n and k with 0 <= k <= n.
[[nodiscard]] double log_choose(double n, double k);
// log B(a, b), without cancellation when one of them is large.
[[nodiscard]] double log_beta(double a, double b);
[[nodiscard]] double digamma(double x);

// The regularised incomplete gamma functions P(a, x) and Q(a, x) = 1 - P(a, x); a > 0, x >= 0.
[[nodiscard]] double gamma_p(double a, double x);
[[nodiscard]] double gamma_q(double a, double x);
// The x with P(a, x) = p; p = 1 - q, of which the smaller one is read.
[[nodiscard]] double gamma_inverse(double a, double p, double q);

// The regularised incomplete beta function I_x(a, b); y = 1 - x is given so that neither end loses
// digits.
[[nodiscard]] double beta_i(double a, double b, double x, double y);
[[nodiscard]] double beta_i(double a, double b, double x);
// The x with I_x(a, b) = p.
[[nodiscard]] double beta_inverse(double a, double b, double p);

[[nodiscard]] double gaussian_density(double z);
[[nodiscard]] double gaussian_cdf(double z);
[[nodiscard]] double gaussian_survival(double z);
// By Halley's method on the tail itself; infinite at 0 and 1.
[[nodiscard]] double gaussian_quantile(double p);

// Kolmogorov's statistic in the limit, with the correction of Stephens (1970) for
// a sample of n: the p-value of a distance d.
[[nodiscard]] double kolmogorov_p_value(double distance, double n);
// Anderson-Darling with known parameters: the p-value of the statistic (Marsaglia 2004).
[[nodiscard]] double anderson_darling_p_value(double statistic);
// P(chi-square with `degrees` of freedom > x).
[[nodiscard]] double chi_square_survival(double degrees, double x);

}  // namespace cofferdam::numerics
