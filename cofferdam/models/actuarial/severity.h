// SPDX-License-Identifier: Apache-2.0
//
// The actuarial room: what losses may come to, what that costs, and how sure one can be.
//
// Words. A *severity* is the distribution of one loss; a *frequency* that of the number of losses
// in a period; *coverage* turns a loss into a payment (deductible, limit, coinsurance); the
// *aggregate* is the distribution of all payments of a period, on a *lattice* of equal steps; a
// *certificate* says what may be wrong with the figures of a lattice. VaR_p is the smallest x with
// F(x) >= p; TVaR_p = VaR_p + E(S - VaR_p)+ / (1 - p), which is right at atoms too.
//
// Laws. A distribution function never decreases and comes with its complement, so that tails keep
// their digits. A mean that is infinite is infinite, and no premium is made of it. What cannot be
// estimated from the data is said, not guessed. Bad parameters are malformed input, never a NaN.
//
// This room estimates: it works in doubles, knows nothing of pools, accounts or money, and changes
// nothing. Scalar code calls libm, so the last bits may differ between versions of libm; nothing
// here is hashed or stored.
//
// This file: the families of severities. Parameters follow Klugman, Panjer and Willmot, Loss Models
// (4th ed., appendix A), unless a field says otherwise.
#pragma once

#include "cofferdam/base/error.h"

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace cofferdam::actuarial {

struct Exponential {
  double scale = 1;
};

struct Gamma {
  double shape = 1;
  double scale = 1;
};

// F(x) = 1 - exp(-(x/scale)^shape).
struct Weibull {
  double shape = 1;
  double scale = 1;
};

struct Lognormal {
  double meanlog = 0;
  double sdlog = 1;
};

// Pareto I, the single-parameter Pareto: S(x) = (threshold/x)^shape above the threshold.
struct SinglePareto {
  double shape = 1;
  double threshold = 1;
};

// Pareto II (Lomax): S(x) = (scale/(x + scale))^shape.
struct Pareto {
  double shape = 1;
  double scale = 1;
};

// Burr XII: S(x) = (1 + (x/scale)^shape2)^-shape1.
struct Burr {
  double shape1 = 1;
  double shape2 = 1;
  double scale = 1;
};

// Variance mean^3 / shape (Klugman's theta is `shape`; actuar's dispersion is 1/shape).
struct InverseGaussian {
  double mean = 1;
  double shape = 1;
};

// log X has a gamma distribution with this shape and rate; X > 1.
struct Loggamma {
  double shapelog = 1;
  double ratelog = 1;
};

// S(x) = (1 + shape (x - threshold)/scale)^(-1/shape); the exponential at shape 0.
struct GeneralizedPareto {
  double threshold = 0;
  double scale = 1;
  double shape = 0;
};

struct Uniform {
  double minimum = 0;
  double maximum = 1;
};

// Atoms at rising values; the probabilities sum to one. A constant is one atom.
struct Empirical {
  std::vector<double> values;
  std::vector<double> probabilities;
};

struct Severity;

// The body below the threshold, cut off there and scaled, and a tail above it that has the rest:
// F(x) = (1 - tail_probability) F_body(x)/F_body(threshold) below the threshold.
struct Spliced {
  std::shared_ptr<const Severity> body;
  GeneralizedPareto tail;  // its threshold is where the two meet
  double tail_probability = 0;
};

struct Severity {
  std::variant<Exponential, Gamma, Weibull, Lognormal, SinglePareto, Pareto, Burr, InverseGaussian,
               Loggamma, GeneralizedPareto, Uniform, Empirical, Spliced>
      family;
};

// What is wrong with the parameters; empty when nothing is.
[[nodiscard]] std::string fault_of(const Severity& severity);
[[nodiscard]] std::string_view family_name(const Severity& severity);

[[nodiscard]] double density(const Severity& severity, double x);  // zero where there are atoms
[[nodiscard]] double distribution(const Severity& severity, double x);
[[nodiscard]] double survival(const Severity& severity, double x);  // P(X > x)
[[nodiscard]] double atom_at(const Severity& severity, double x);   // P(X = x)
// The smallest x with F(x) >= p; infinite at p = 1 where the losses are unbounded.
[[nodiscard]] double quantile(const Severity& severity, double p);
// The same for a survival probability, without losing the digits of a small one.
[[nodiscard]] double upper_quantile(const Severity& severity, double tail);

// E X^k for k from 0 to 4; infinite where it does not exist.
[[nodiscard]] double raw_moment(const Severity& severity, int k);
// E min(X, limit)^k for k from 1 to 4.
[[nodiscard]] double limited_moment(const Severity& severity, double limit, int k);
[[nodiscard]] double limited_expected_value(const Severity& severity, double limit);
// E (X - retention)+, infinite where the mean is.
[[nodiscard]] double stop_loss(const Severity& severity, double retention);
// E min((X - attachment)+, width)^k; the width may be infinite.
[[nodiscard]] double layer_moment(const Severity& severity, double attachment, double width, int k);

[[nodiscard]] double mean(const Severity& severity);
[[nodiscard]] double variance(const Severity& severity);
[[nodiscard]] double least_loss(const Severity& severity);  // the least that can occur
[[nodiscard]] double value_at_risk(const Severity& severity, double p);
[[nodiscard]] double tail_value_at_risk(const Severity& severity, double p);
// 1/alpha of a tail like x^-alpha; 0 where every moment exists. At 1 and above the mean is
// infinite.
[[nodiscard]] double tail_index(const Severity& severity);

[[nodiscard]] Severity empirical_of(std::span<const double> losses);
[[nodiscard]] Severity constant(double value);

}  // namespace cofferdam::actuarial
