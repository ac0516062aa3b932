// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/actuarial/frequency.h"

#include "cofferdam/models/numerics/special_functions.h"

#include <cmath>

namespace cofferdam::actuarial {
namespace {

bool not_negative(double x) {
  return x >= 0 && std::isfinite(x);
}

std::string fault_of_count(const Count& count) {
  switch (count.family) {
    case FrequencyFamily::poisson:
      if (!not_negative(count.mean)) return "the Poisson mean must be finite and not negative";
      break;
    case FrequencyFamily::binomial:
      if (!not_negative(count.size) || count.size != std::floor(count.size) || count.size > 1e9)
        return "the number (trials) must be a whole number from 0 to 10^9";
      if (!(count.probability >= 0 && count.probability <= 1))
        return "the binomial probability must lie from 0 to 1";
      break;
    case FrequencyFamily::negative_binomial:
      if (!(count.size > 0) || !std::isfinite(count.size))
        return "the negative binomial's size must be above 0";
      if (!not_negative(count.beta)) return "the negative binomial's mean must not be negative";
      break;
  }
  if (count.zero_probability) {
    if (!(*count.zero_probability >= 0 && *count.zero_probability <= 1))
      return "the probability of zero must lie from 0 to 1";
    if (log_family_zero(count) >= 0 && *count.zero_probability < 1)
      return "a number that is always zero cannot be modified";
  }
  return "";
}

double family_factorial_moment(const Count& count, int k) {
  double moment = 1;
  for (int i = 0; i < k; ++i) {
    switch (count.family) {
      case FrequencyFamily::poisson:
        moment *= count.mean;
        break;
      case FrequencyFamily::binomial:
        moment *= (count.size - i) * count.probability;
        break;
      case FrequencyFamily::negative_binomial:
        moment *= (count.size + i) * count.beta;
        break;
    }
  }
  return moment;
}

std::complex<double> family_generating_function(const Count& count, std::complex<double> z) {
  switch (count.family) {
    case FrequencyFamily::poisson:
      return std::exp(count.mean * (z - 1.0));
    case FrequencyFamily::binomial:
      return std::pow(1.0 + count.probability * (z - 1.0), count.size);
    case FrequencyFamily::negative_binomial:
      return std::exp(-count.size * std::log(1.0 - count.beta * (z - 1.0)));
  }
  return {};
}

}  // namespace

Frequency poisson(double mean) {
  return {{State{1, Count{.family = FrequencyFamily::poisson, .mean = mean}}}};
}

Frequency binomial(double trials, double probability) {
  return {{State{
      1, Count{.family = FrequencyFamily::binomial, .size = trials, .probability = probability}}}};
}

Frequency negative_binomial(double size, double beta) {
  return {
      {State{1, Count{.family = FrequencyFamily::negative_binomial, .size = size, .beta = beta}}}};
}

Frequency systemic(double mean, std::span<const double> factors,
                   std::span<const double> probabilities) {
  Frequency frequency;
  for (std::size_t i = 0; i < factors.size() && i < probabilities.size(); ++i)
    frequency.states.push_back(State{
        probabilities[i], Count{.family = FrequencyFamily::poisson, .mean = mean * factors[i]}});
  return frequency;
}

std::string fault_of(const Frequency& frequency) {
  if (frequency.states.empty()) return "a frequency must be given";
  double sum = 0;
  for (const State& state : frequency.states) {
    if (!(state.probability >= 0)) return "probabilities of states must not be negative";
    sum += state.probability;
    if (std::string fault = fault_of_count(state.count); !fault.empty()) return fault;
  }
  return std::abs(sum - 1) < 1e-9 ? "" : "probabilities of states must sum to 1";
}

Recursion recursion_of(const Count& count) {
  switch (count.family) {
    case FrequencyFamily::poisson:
      return {0, count.mean};
    case FrequencyFamily::binomial: {
      const double odds = count.probability / (1 - count.probability);
      return {-odds, (count.size + 1) * odds};
    }
    case FrequencyFamily::negative_binomial: {
      const double a = count.beta / (1 + count.beta);
      return {a, (count.size - 1) * a};
    }
  }
  return {};
}

double log_family_zero(const Count& count) {
  switch (count.family) {
    case FrequencyFamily::poisson:
      return -count.mean;
    case FrequencyFamily::binomial:
      return count.size == 0 ? 0 : count.size * std::log1p(-count.probability);
    case FrequencyFamily::negative_binomial:
      return -count.size * std::log1p(count.beta);
  }
  return 0;
}

double modification(const Count& count) {
  if (!count.zero_probability) return 1;
  const double positive = -std::expm1(log_family_zero(count));
  return positive > 0 ? (1 - *count.zero_probability) / positive : 0;
}

double probability_of(const Count& count, std::uint64_t k) {
  const auto n = static_cast<double>(k);
  if (k == 0)
    return count.zero_probability ? *count.zero_probability : std::exp(log_family_zero(count));
  double log_p = 0;
  switch (count.family) {
    case FrequencyFamily::poisson:
      if (count.mean == 0) return 0;
      log_p = n * std::log(count.mean) - count.mean - numerics::log_gamma(n + 1);
      break;
    case FrequencyFamily::binomial:
      if (n > count.size || count.probability == 0) return 0;
      if (count.probability == 1) return n == count.size ? modification(count) : 0;
      log_p = numerics::log_choose(count.size, n) + n * std::log(count.probability) +
              (count.size - n) * std::log1p(-count.probability);
      break;
    case FrequencyFamily::negative_binomial:
      if (count.beta == 0) return 0;
      log_p = -std::log(n) - numerics::log_beta(count.size, n) +
              n * std::log(count.beta / (1 + count.beta)) - count.size * std::log1p(count.beta);
      break;
  }
  return modification(count) * std::exp(log_p);
}

double probability_of(const Frequency& frequency, std::uint64_t k) {
  double sum = 0;
  for (const State& state : frequency.states)
    sum += state.probability * probability_of(state.count, k);
  return sum;
}

std::complex<double> generating_function(const Count& count, std::complex<double> z) {
  const std::complex<double> family = family_generating_function(count, z);
  if (!count.zero_probability) return family;
  const double zero = std::exp(log_family_zero(count));
  return *count.zero_probability + modification(count) * (family - zero);
}

std::complex<double> generating_function(const Frequency& frequency, std::complex<double> z) {
  std::complex<double> sum = 0;
  for (const State& state : frequency.states)
    sum += state.probability * generating_function(state.count, z);
  return sum;
}

double factorial_moment(const Frequency& frequency, int k) {
  double sum = 0;
  for (const State& state : frequency.states)
    sum += state.probability * modification(state.count) * family_factorial_moment(state.count, k);
  return sum;
}

double mean(const Frequency& frequency) {
  return factorial_moment(frequency, 1);
}

double variance(const Frequency& frequency) {
  // Given the state, then between the states: no cancellation of large squares.
  const double centre = mean(frequency);
  double sum = 0;
  for (const State& state : frequency.states) {
    const Frequency one{{State{1, state.count}}};
    const double first = factorial_moment(one, 1);
    const double within =
        state.count.family == FrequencyFamily::poisson && !state.count.zero_probability
            ? first
            : factorial_moment(one, 2) + first - first * first;
    sum += state.probability * (within + (first - centre) * (first - centre));
  }
  return sum;
}

double third_central_moment(const Frequency& frequency) {
  const double centre = mean(frequency);
  double sum = 0;
  for (const State& state : frequency.states) {
    const Frequency one{{State{1, state.count}}};
    const double m1 = factorial_moment(one, 1);
    const double f2 = factorial_moment(one, 2);
    const double raw2 = f2 + m1;
    const double raw3 = factorial_moment(one, 3) + 3 * f2 + m1;
    const double third = raw3 - 3 * m1 * raw2 + 2 * m1 * m1 * m1;
    const double off = m1 - centre;
    sum += state.probability * (third + 3 * off * (raw2 - m1 * m1) + off * off * off);
  }
  return sum;
}

Frequency thinned(const Frequency& frequency, double probability) {
  Frequency out = frequency;
  for (State& state : out.states) {
    Count& count = state.count;
    const double was = std::exp(log_family_zero(count));
    switch (count.family) {
      case FrequencyFamily::poisson:
        count.mean *= probability;
        break;
      case FrequencyFamily::binomial:
        count.probability *= probability;
        break;
      case FrequencyFamily::negative_binomial:
        count.beta *= probability;
        break;
    }
    if (!count.zero_probability) continue;
    // Klugman (8.11): the modified zero keeps its share of what the family's zero has become.
    const double is = std::exp(log_family_zero(count));
    const double share = (1 - *count.zero_probability) / (1 - was);
    count.zero_probability = 1 - share * (1 - is);
  }
  return out;
}

}  // namespace cofferdam::actuarial
