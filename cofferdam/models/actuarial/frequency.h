// SPDX-License-Identifier: Apache-2.0
//
// How many losses there are in a period. The (a, b, 0) class (Poisson, binomial, negative
// binomial), its zero-modified and zero-truncated members (Klugman et al. ch. 6), and mixtures: a
// systemic state that multiplies the mean (Poisson with a common driver), and a common shock.
#pragma once

#include "cofferdam/base/error.h"

#include <complex>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace cofferdam::actuarial {

enum class FrequencyFamily : std::uint8_t { poisson, binomial, negative_binomial };

// One member of the class. Poisson: mean. Binomial: trials and probability. Negative binomial:
// size r and beta, mean r beta (probability of success 1/(1 + beta) in R's words); geometric is
// r = 1.
struct Count {
  FrequencyFamily family = FrequencyFamily::poisson;
  double mean = 0;         // Poisson
  double size = 0;         // binomial: trials; negative binomial: r
  double probability = 0;  // binomial
  double beta = 0;         // negative binomial
  // P(N = 0) when it is not what the family says; zero gives the zero-truncated member.
  std::optional<double> zero_probability = {};
};

// A state of the world that is drawn once a period, before the counts are.
struct State {
  double probability = 1;
  Count count;
};

// One state, or several: given the state the number is as its count says.
struct Frequency {
  std::vector<State> states;
};

[[nodiscard]] Frequency poisson(double mean);
[[nodiscard]] Frequency binomial(double trials, double probability);
[[nodiscard]] Frequency negative_binomial(double size, double beta);
// Poisson whose mean is multiplied by `factors[i]` with `probabilities[i]`: calm and crisis.
[[nodiscard]] Frequency systemic(double mean, std::span<const double> factors,
                                 std::span<const double> probabilities);

[[nodiscard]] std::string fault_of(const Frequency& frequency);

// a and b of p_k = (a + b/k) p_(k-1).
struct Recursion {
  double a = 0;
  double b = 0;
};

[[nodiscard]] Recursion recursion_of(const Count& count);
// log P(N = 0) of the family before it is modified.
[[nodiscard]] double log_family_zero(const Count& count);
// What P(N = k), k > 0, is multiplied by because zero is modified.
[[nodiscard]] double modification(const Count& count);

[[nodiscard]] double probability_of(const Count& count, std::uint64_t k);
[[nodiscard]] double probability_of(const Frequency& frequency, std::uint64_t k);

[[nodiscard]] std::complex<double> generating_function(const Count& count, std::complex<double> z);
[[nodiscard]] std::complex<double> generating_function(const Frequency& frequency,
                                                       std::complex<double> z);

// E N (N-1) .. (N-k+1) for k from 1 to 3.
[[nodiscard]] double factorial_moment(const Frequency& frequency, int k);
[[nodiscard]] double mean(const Frequency& frequency);
[[nodiscard]] double variance(const Frequency& frequency);
[[nodiscard]] double third_central_moment(const Frequency& frequency);

// The number of those that pass when each passes alone with this probability (Klugman 6.7): the
// same family, since the (a, b, 0) class and its modified members are closed under it.
[[nodiscard]] Frequency thinned(const Frequency& frequency, double probability);

}  // namespace cofferdam::actuarial
