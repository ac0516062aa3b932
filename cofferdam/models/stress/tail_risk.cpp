// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/stress/tail_risk.h"

#include "cofferdam/base/estimate.h"
#include "cofferdam/models/numerics/vector_functions.h"
#include "cofferdam/models/stress/matrix.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <string>

namespace cofferdam::stress {
namespace {

using base::malformed;
using base::Result;

constexpr std::array kUsualConfidences{0.95, 0.975, 0.99, 0.995};

// The rank of the quantile, from 1: the least k with k / n >= p. A product such as 1000 x 0.99 may
// come out a hair above the whole number that it is.
std::size_t rank_of(std::size_t n, double confidence) {
  const double exact = static_cast<double>(n) * confidence;
  const double rank = std::ceil(exact - 1e-9 * std::max(1.0, exact));
  return std::clamp<std::size_t>(static_cast<std::size_t>(std::max(rank, 1.0)), 1, n);
}

Result<void> check_confidences(const VarInput& input) {
  if (input.confidences.size() > kConfidencesMax)
    return malformed("confidences", std::to_string(input.confidences.size()),
                     "must be at most 100");
  for (std::size_t i = 0; i < input.confidences.size(); ++i)
    if (!(input.confidences[i] > 0 && input.confidences[i] < 1))
      return malformed("confidences[" + std::to_string(i) + "]",
                       base::number_text(input.confidences[i]), "must lie between 0 and 1");
  return {};
}

Result<void> check_outcomes(const VarInput& input) {
  const std::size_t n = input.outcomes.size();
  if (n < 2 || n > kOutcomesMax)
    return malformed("outcomes", std::to_string(n) + " outcomes", "must be 2 to 1,000,000");
  if (!input.delta.empty() || !input.gamma.empty() || !input.covariance.empty())
    return malformed("delta", "", "is given instead of outcomes, not beside them");
  if (input.weights.empty()) return {};
  if (input.method != TailMethod::historical || input.quantile != QuantileRule::inverse_cdf)
    return malformed("weights", "", "are for method historical with quantile inverse_cdf");
  if (input.weights.size() != n)
    return malformed("weights", std::to_string(input.weights.size()),
                     "must be as many as outcomes");
  double total = 0;
  for (std::size_t i = 0; i < n; ++i) {
    if (!(input.weights[i] >= 0))
      return malformed("weights[" + std::to_string(i) + "]", base::number_text(input.weights[i]),
                       "must not be negative");
    total += input.weights[i];
  }
  if (!(total > 0 && std::isfinite(total)))
    return malformed("weights", base::number_text(total), "must have a positive, finite sum");
  return {};
}

struct Moments {
  double mean = 0, deviation = 0, skewness = 0, excess_kurtosis = 0;
};

Moments moments_of(const VarInput& input) {
  const std::size_t n = input.outcomes.size();
  double total = 0, mean = 0;
  const auto weight = [&](std::size_t i) { return input.weights.empty() ? 1.0 : input.weights[i]; };
  for (std::size_t i = 0; i < n; ++i) {
    total += weight(i);
    mean += weight(i) * input.outcomes[i];
  }
  mean /= total;
  double second = 0, third = 0, fourth = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const double d = input.outcomes[i] - mean;
    second += weight(i) * d * d;
    third += weight(i) * d * d * d;
    fourth += weight(i) * d * d * d * d;
  }
  second /= total;
  Moments m{.mean = mean, .deviation = std::sqrt(second)};
  if (second > 0) {
    m.skewness = third / total / (second * m.deviation);
    m.excess_kurtosis = fourth / total / (second * second) - 3;
  }
  return m;
}

Result<void> check_book(const VarInput& input) {
  const std::size_t n = input.delta.size();
  if (input.method == TailMethod::historical)
    return malformed("method", "historical", "needs outcomes; a book of sensitivities has moments");
  if (n > kFactorsMax) return malformed("delta", std::to_string(n), "must be at most 500 factors");
  if (!(input.horizon > 0 && std::isfinite(input.horizon)))
    return malformed("horizon", base::number_text(input.horizon), "must be positive");
  if (Result<void> square = check_symmetric(input.covariance, n, "covariance"); !square)
    return square;
  if (!is_positive_semidefinite(input.covariance))
    return malformed("covariance", "", "must have no negative variance in any direction",
                     "a covariance matrix is positive semidefinite");
  if (input.gamma.empty()) return {};
  return check_symmetric(input.gamma, n, "gamma");
}

Moments moments_of_book(const VarInput& input) {
  const std::size_t n = input.delta.size();
  Matrix covariance = input.covariance;
  for (auto& row : covariance)
    for (double& x : row) x *= input.horizon;
  const Matrix none(n, std::vector<double>(n, 0.0));
  const Matrix& gamma = input.gamma.empty() ? none : input.gamma;
  const Matrix gw = product(gamma, covariance);
  const Matrix gw2 = product(gw, gw);
  const std::vector<double> wd = product(covariance, input.delta);
  const std::vector<double> gwd = product(gamma, wd);         // G W d
  const std::vector<double> wgwd = product(covariance, gwd);  // W G W d
  const double variance = dot(input.delta, wd) + trace(gw2) / 2;
  Moments m{.mean = trace(gw) / 2, .deviation = std::sqrt(std::max(0.0, variance))};
  if (variance > 0) {
    const double third = trace_of_product(gw2, gw) + 3 * dot(input.delta, wgwd);
    const double fourth = 3 * trace_of_product(gw2, gw2) + 12 * dot(wgwd, gwd);
    m.skewness = third / (variance * m.deviation);
    m.excess_kurtosis = fourth / (variance * variance);
  }
  return m;
}

// Whether z + ... of Cornish and Fisher rises everywhere: its derivative, a parabola in z, has no
// negative value.
bool is_monotone(const Moments& m) {
  const double a = m.excess_kurtosis / 8 - m.skewness * m.skewness / 6;
  const double b = m.skewness / 3;
  const double c = 1 - m.excess_kurtosis / 8 + 5 * m.skewness * m.skewness / 36;
  if (a == 0 && b == 0) return c >= 0;
  return a > 0 && b * b <= 4 * a * c;
}

TailRow parametric(const Moments& m, double confidence, bool corrects) {
  const double z = numerics::normal_quantile(1 - confidence);
  const double mills = numerics::normal_density(z) / (1 - confidence);
  const double t = corrects ? m.skewness : 0;
  const double k = corrects ? m.excess_kurtosis : 0;
  const double quantile =
      z + (z * z - 1) * t / 6 + (z * z * z - 3 * z) * k / 24 - (2 * z * z * z - 5 * z) * t * t / 36;
  const double tail =
      -mills * (1 + z * t / 6 + (z * z - 1) * k / 24 - (2 * z * z - 1) * t * t / 36);
  return {.confidence = confidence,
          .value_at_risk = -(m.mean + m.deviation * quantile),
          .expected_shortfall = -(m.mean + m.deviation * tail)};
}

// Of losses in rising order with their weights, which sum to `total`.
TailRow weighted(const std::vector<std::pair<double, double>>& losses, double total,
                 double confidence) {
  double below = 0;
  std::size_t at = 0;
  while (at + 1 < losses.size() && below + losses[at].second < confidence * total * (1 - 1e-12)) {
    below += losses[at].second;
    ++at;
  }
  TailRow row{.confidence = confidence, .value_at_risk = losses[at].first, .expected_shortfall = 0};
  double excess = 0;
  for (std::size_t i = losses.size(); i-- > at;)
    excess += losses[i].second * (losses[i].first - row.value_at_risk);
  row.expected_shortfall = row.value_at_risk + excess / ((1 - confidence) * total);
  return row;
}

double interpolated(const std::vector<std::pair<double, double>>& losses, double confidence) {
  const double place = confidence * static_cast<double>(losses.size() - 1);
  const auto low = static_cast<std::size_t>(place);
  if (low + 1 >= losses.size()) return losses.back().first;
  const double part = place - static_cast<double>(low);
  return losses[low].first + part * (losses[low + 1].first - losses[low].first);
}

}  // namespace

Tail tail_of(std::vector<double>& outcomes, double confidence) {
  const std::size_t n = outcomes.size();
  const std::size_t rank = rank_of(n, confidence);        // of the losses in rising order
  const auto at = static_cast<std::ptrdiff_t>(n - rank);  // of the outcomes in rising order
  std::nth_element(outcomes.begin(), outcomes.begin() + at, outcomes.end());
  std::sort(outcomes.begin(), outcomes.begin() + at);
  const double quantile = -outcomes[static_cast<std::size_t>(at)];
  double excess = 0;
  for (std::ptrdiff_t i = 0; i < at; ++i)
    excess += -outcomes[static_cast<std::size_t>(i)] - quantile;
  return {.value_at_risk = quantile,
          .expected_shortfall = quantile + excess / ((1 - confidence) * static_cast<double>(n))};
}

Result<VarOutput> value_at_risk(const VarInput& input) {
  if (Result<void> checked = check_confidences(input); !checked)
    return std::unexpected(checked.error());
  std::vector<double> confidences = input.confidences;
  if (confidences.empty()) confidences.assign(kUsualConfidences.begin(), kUsualConfidences.end());
  const bool is_book = input.outcomes.empty() && !input.delta.empty();
  if (Result<void> checked = is_book ? check_book(input) : check_outcomes(input); !checked)
    return std::unexpected(checked.error());
  const Moments m = is_book ? moments_of_book(input) : moments_of(input);
  VarOutput out{.observations = input.outcomes.size(),
                .mean = m.mean,
                .deviation = m.deviation,
                .skewness = m.skewness,
                .excess_kurtosis = m.excess_kurtosis,
                .rows = {}};
  if (!std::isfinite(m.mean) || !std::isfinite(m.deviation))
    return malformed(is_book ? "covariance" : "outcomes", "", "must have finite moments");
  if (input.method != TailMethod::historical) {
    const bool corrects = input.method == TailMethod::cornish_fisher;
    out.is_monotone = !corrects || is_monotone(m);
    for (const double confidence : confidences)
      out.rows.push_back(parametric(m, confidence, corrects));
    return out;
  }
  std::vector<std::pair<double, double>> losses;
  losses.reserve(input.outcomes.size());
  for (std::size_t i = 0; i < input.outcomes.size(); ++i)
    losses.emplace_back(-input.outcomes[i], input.weights.empty() ? 1.0 : input.weights[i]);
  std::sort(losses.begin(), losses.end());
  double total = 0;
  for (const auto& [loss, weight] : losses) total += weight;
  for (const double confidence : confidences) {
    TailRow row = weighted(losses, total, confidence);
    if (input.quantile == QuantileRule::linear)
      row.value_at_risk = interpolated(losses, confidence);
    out.rows.push_back(row);
  }
  return out;
}

}  // namespace cofferdam::stress
