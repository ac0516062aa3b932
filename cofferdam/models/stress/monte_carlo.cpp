// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/stress/monte_carlo.h"

#include "cofferdam/base/estimate.h"
#include "cofferdam/models/numerics/random.h"
#include "cofferdam/models/numerics/special_functions.h"
#include "cofferdam/models/numerics/thread_pool.h"
#include "cofferdam/models/stress/matrix.h"
#include "cofferdam/models/stress/tail_risk.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace cofferdam::stress {
namespace {

using base::malformed;
using base::Result;

constexpr std::size_t kBatches = 20;
constexpr std::size_t kChunk = 64 * numerics::kNormalsPerBlock;

Result<void> check(const MonteCarloInput& in) {
  const std::size_t n = in.covariance.size();
  if (n == 0 || n > kFactorsMax)
    return malformed("covariance", std::to_string(n) + " factors", "must be 1 to 500");
  if (Result<void> sound = check_symmetric(in.covariance, n, "covariance"); !sound) return sound;
  if (!is_positive_semidefinite(in.covariance))
    return malformed("covariance", "", "must be positive semidefinite");
  if (!in.gamma.empty())
    if (Result<void> sound = check_symmetric(in.gamma, n, "gamma"); !sound) return sound;
  const std::pair<std::string_view, const std::vector<double>*> vectors[] = {
      {"delta", &in.delta}, {"holdings", &in.holdings}};
  for (const auto& [name, values] : vectors) {
    if (!values->empty() && values->size() != n)
      return malformed(std::string(name), std::to_string(values->size()) + " numbers",
                       "must have one for each factor");
    for (const double value : *values)
      if (!std::isfinite(value))
        return malformed(std::string(name), base::number_text(value), "must be finite");
  }
  if (in.delta.empty() && in.gamma.empty() && in.holdings.empty())
    return malformed("delta", "", "a book has delta, gamma or holdings");
  if (!(in.horizon > 0 && in.horizon <= 1e6))
    return malformed("horizon", base::number_text(in.horizon),
                     "must be above 0, at most 1,000,000");
  if (in.paths < kPathsMin || in.paths > kPathsMax || in.paths % (2 * kBatches) != 0)
    return malformed("paths", std::to_string(in.paths),
                     "must be 2,000 to 10,000,000 and a multiple of 40");
  if (in.paths * n > kPathCellsMax)
    return malformed("paths", std::to_string(in.paths),
                     "times factors must be at most 500,000,000");
  if (in.confidences.size() > kConfidencesMax)
    return malformed("confidences", std::to_string(in.confidences.size()), "at most 100");
  for (const double p : in.confidences)
    if (!(p > 0 && p < 1))
      return malformed("confidences", base::number_text(p), "must be above 0 and below 1");
  return {};
}

// Lower triangle with L L' = matrix x scale; a pivot of zero leaves its column empty.
Matrix root_of(const Matrix& matrix, double scale) {
  const std::size_t n = matrix.size();
  Matrix lower(n, std::vector<double>(n, 0));
  double largest = 0;
  for (std::size_t i = 0; i < n; ++i) largest = std::max(largest, matrix[i][i] * scale);
  for (std::size_t j = 0; j < n; ++j) {
    double pivot = matrix[j][j] * scale;
    for (std::size_t k = 0; k < j; ++k) pivot -= lower[j][k] * lower[j][k];
    if (pivot <= 1e-14 * largest) continue;
    lower[j][j] = std::sqrt(pivot);
    for (std::size_t i = j + 1; i < n; ++i) {
      double sum = matrix[i][j] * scale;
      for (std::size_t k = 0; k < j; ++k) sum -= lower[i][k] * lower[j][k];
      lower[i][j] = sum / lower[j][j];
    }
  }
  return lower;
}

class Book {
 public:
  explicit Book(const MonteCarloInput& in)
      : in_(in), lower_(root_of(in.covariance, in.horizon)), n_(in.covariance.size()) {}

  // Outcomes of paths first, first + 1, ...; `normals[i]` holds those of factor i.
  void outcomes(const Matrix& normals, std::size_t count, double sign, double* out,
                std::size_t stride) const {
    std::vector<double> x(n_);
    for (std::size_t k = 0; k < count; ++k) {
      for (std::size_t i = 0; i < n_; ++i) {
        double sum = 0;
        for (std::size_t j = 0; j <= i; ++j) sum += lower_[i][j] * normals[j][k];
        x[i] = sign * sum;
      }
      out[k * stride] = gain(x);
    }
  }

 private:
  [[nodiscard]] double gain(const std::vector<double>& x) const {
    double sum = 0;
    for (std::size_t i = 0; i < in_.delta.size(); ++i) sum += in_.delta[i] * x[i];
    for (std::size_t i = 0; i < in_.gamma.size(); ++i) {
      double row = 0;
      for (std::size_t j = 0; j < n_; ++j) row += in_.gamma[i][j] * x[j];
      sum += 0.5 * x[i] * row;
    }
    for (std::size_t i = 0; i < in_.holdings.size(); ++i)
      sum += in_.holdings[i] * std::expm1(x[i] - 0.5 * in_.horizon * in_.covariance[i][i]);
    return sum;
  }

  const MonteCarloInput& in_;
  Matrix lower_;
  std::size_t n_;
};

std::vector<double> simulate(const MonteCarloInput& in) {
  const Book book(in);
  const std::size_t n = in.covariance.size();
  const std::size_t draws = in.antithetic ? in.paths / 2 : in.paths;
  std::vector<double> out(in.paths);
  numerics::ThreadPool threads;
  threads.run((draws + kChunk - 1) / kChunk, [&](std::size_t chunk) {
    const std::size_t first = chunk * kChunk;
    const std::size_t count = std::min(kChunk, draws - first);
    Matrix normals(n, std::vector<double>(count));
    for (std::size_t i = 0; i < n; ++i)
      numerics::fill_normals(in.seed, i, first / numerics::kNormalsPerBlock, normals[i]);
    if (!in.antithetic) {
      book.outcomes(normals, count, 1, out.data() + first, 1);
      return;
    }
    book.outcomes(normals, count, 1, out.data() + 2 * first, 2);
    book.outcomes(normals, count, -1, out.data() + 2 * first + 1, 2);
  });
  return out;
}

struct BatchTails {
  std::vector<double> value_at_risk;
  std::vector<double> expected_shortfall;
};

BatchTails batch_tails(const std::vector<double>& outcomes, double confidence) {
  BatchTails tails;
  const std::size_t size = outcomes.size() / kBatches;
  for (std::size_t b = 0; b < kBatches; ++b) {
    const auto from = outcomes.begin() + static_cast<std::ptrdiff_t>(b * size);
    std::vector<double> batch(from, from + static_cast<std::ptrdiff_t>(size));
    const Tail tail = tail_of(batch, confidence);
    tails.value_at_risk.push_back(tail.value_at_risk);
    tails.expected_shortfall.push_back(tail.expected_shortfall);
  }
  return tails;
}

}  // namespace

double batch_error(const std::vector<double>& estimates) {
  const auto n = static_cast<double>(estimates.size());
  double mean = 0, squares = 0;
  for (const double e : estimates) mean += e / n;
  for (const double e : estimates) squares += (e - mean) * (e - mean);
  return std::sqrt(squares / (n - 1) / n);
}

Result<MonteCarloOutput> monte_carlo_var(const MonteCarloInput& in) {
  if (Result<void> sound = check(in); !sound) return std::unexpected(sound.error());
  std::vector<double> outcomes = simulate(in);
  MonteCarloOutput out{.paths = in.paths, .rows = {}};
  const auto n = static_cast<double>(in.paths);
  for (const double value : outcomes) out.mean += value;
  out.mean /= n;
  for (const double value : outcomes) out.deviation += (value - out.mean) * (value - out.mean);
  out.deviation = std::sqrt(out.deviation / n);
  std::vector<double> means(kBatches, 0);
  const std::size_t size = outcomes.size() / kBatches;
  for (std::size_t i = 0; i < outcomes.size(); ++i)
    means[i / size] += outcomes[i] / static_cast<double>(size);
  out.mean_error = batch_error(means);
  const bool is_normal = in.gamma.empty() && in.holdings.empty();
  const double sigma =
      is_normal ? std::sqrt(in.horizon * dot(in.delta, product(in.covariance, in.delta))) : 0;
  const std::vector<double> confidences =
      in.confidences.empty() ? std::vector<double>{0.95, 0.975, 0.99, 0.995} : in.confidences;
  for (const double p : confidences) {
    const BatchTails batches = batch_tails(outcomes, p);
    std::vector<double> copy = outcomes;
    const Tail tail = tail_of(copy, p);
    MonteCarloRow row{.confidence = p,
                      .value_at_risk = tail.value_at_risk,
                      .value_at_risk_error = batch_error(batches.value_at_risk),
                      .expected_shortfall = tail.expected_shortfall,
                      .expected_shortfall_error = batch_error(batches.expected_shortfall)};
    if (is_normal) {
      const double z = numerics::gaussian_quantile(p);
      row.exact_value_at_risk = sigma * z;
      row.exact_expected_shortfall = sigma * numerics::gaussian_density(z) / (1 - p);
    }
    out.rows.push_back(row);
  }
  return out;
}

}  // namespace cofferdam::stress
