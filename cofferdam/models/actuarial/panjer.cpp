// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/actuarial/aggregate.h"

#include <algorithm>
#include <cmath>

namespace cofferdam::actuarial {
namespace {

// (1 + t)^n - 1 or 1/(1 - t)^r and the like: log of the generating function at x0 = P(payment = 0).
double log_family_at(const Count& count, double x0) {
  switch (count.family) {
    case FrequencyFamily::poisson:
      return count.mean * (x0 - 1);
    case FrequencyFamily::binomial:
      return count.size == 0 ? 0 : count.size * std::log1p(count.probability * (x0 - 1));
    case FrequencyFamily::negative_binomial:
      return -count.size * std::log1p(-count.beta * (x0 - 1));
  }
  return 0;
}

// sum over j from 1 to top of (a + b j/k) x_j f_(k-j), four sums side by side.
double convolve(const double* x, const double* f, std::size_t k, std::size_t top, double a,
                double ratio) {
  double s0 = 0;
  double s1 = 0;
  double s2 = 0;
  double s3 = 0;
  std::size_t j = 1;
  for (; j + 3 <= top; j += 4) {
    const auto first = static_cast<double>(j);
    s0 += (a + ratio * first) * x[j] * f[k - j];
    s1 += (a + ratio * (first + 1)) * x[j + 1] * f[k - j - 1];
    s2 += (a + ratio * (first + 2)) * x[j + 2] * f[k - j - 2];
    s3 += (a + ratio * (first + 3)) * x[j + 3] * f[k - j - 3];
  }
  for (; j <= top; ++j) s0 += (a + ratio * static_cast<double>(j)) * x[j] * f[k - j];
  return (s0 + s1) + (s2 + s3);
}

// The family's own compound distribution, from f_0 = 1 on a scale of its own, then scaled.
std::vector<double> recurse(const Count& count, const Lattice& payment, std::size_t points) {
  constexpr double kLarge = 1e200;
  const std::vector<double>& x = payment.mass;
  const Recursion r = recursion_of(count);
  std::size_t last = x.size();
  while (last > 1 && x[last - 1] == 0) --last;
  std::vector<double> f(points, 0.0);
  f[0] = 1;
  double log_scale = log_family_at(count, x[0]);
  const double divisor = 1 - r.a * x[0];
  for (std::size_t k = 1; k < points; ++k) {
    const std::size_t top = std::min(k, last - 1);
    f[k] = convolve(x.data(), f.data(), k, top, r.a, r.b / static_cast<double>(k)) / divisor;
    if (std::abs(f[k]) > kLarge) {
      for (std::size_t i = 0; i <= k; ++i) f[i] /= kLarge;
      log_scale += std::log(kLarge);
    }
  }
  const double scale = std::exp(log_scale);
  // A scale too small for a double is spread over two factors.
  const double half = scale > 0 ? 1 : std::exp(0.5 * log_scale);
  for (double& value : f) value = scale > 0 ? value * scale : value * half * half;
  return f;
}

Lattice product(const Lattice& a, const Lattice& b, std::size_t points) {
  Lattice out{.step = a.step, .mass = std::vector<double>(points, 0.0)};
  for (std::size_t i = 0; i < points; ++i) {
    if (a.mass[i] == 0) continue;
    for (std::size_t j = 0; i + j < points; ++j) out.mass[i + j] += a.mass[i] * b.mass[j];
  }
  return out;
}

}  // namespace

std::optional<Lattice> aggregate_by_panjer(const Frequency& frequency, const Lattice& payment,
                                           std::size_t points) {
  Lattice out{.step = payment.step, .mass = std::vector<double>(points, 0.0)};
  for (const State& state : frequency.states) {
    const Count& count = state.count;
    if (count.family == FrequencyFamily::binomial && count.probability >= 1) return std::nullopt;
    const std::vector<double> family = recurse(count, payment, points);
    // A modified zero is a mixture of the family and of no loss at all.
    const double share = modification(count);
    for (std::size_t k = 0; k < points; ++k) out.mass[k] += state.probability * share * family[k];
    if (count.zero_probability)
      out.mass[0] +=
          state.probability * (*count.zero_probability - share * std::exp(log_family_zero(count)));
  }
  return out;
}

std::optional<Lattice> aggregate_by_panjer(const Portfolio& portfolio, const Grid& grid,
                                           std::size_t points) {
  std::optional<Lattice> sum;
  for (const Line& line : portfolio.lines) {
    const Lattice payment = discretize(line.payment, grid.step, grid.points, grid.method);
    std::optional<Lattice> part = aggregate_by_panjer(line.frequency, payment, points);
    if (!part) return std::nullopt;
    sum = sum ? product(*sum, *part, points) : std::move(*part);
  }
  return sum;
}

}  // namespace cofferdam::actuarial
