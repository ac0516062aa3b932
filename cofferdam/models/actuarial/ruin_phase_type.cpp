// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/base/check.h"
#include "cofferdam/models/actuarial/ruin.h"

#include <algorithm>
#include <cmath>

namespace cofferdam::actuarial {
namespace {

// x with A x = b, A by rows; partial pivots.
std::vector<double> solve(std::vector<double> a, std::vector<double> b) {
  const std::size_t n = b.size();
  for (std::size_t i = 0; i < n; ++i) {
    std::size_t pivot = i;
    for (std::size_t r = i + 1; r < n; ++r)
      if (std::abs(a[r * n + i]) > std::abs(a[pivot * n + i])) pivot = r;
    if (pivot != i) {
      for (std::size_t c = 0; c < n; ++c) std::swap(a[i * n + c], a[pivot * n + c]);
      std::swap(b[i], b[pivot]);
    }
    for (std::size_t r = i + 1; r < n; ++r) {
      const double factor = a[r * n + i] / a[i * n + i];
      for (std::size_t c = i; c < n; ++c) a[r * n + c] -= factor * a[i * n + c];
      b[r] -= factor * b[i];
    }
  }
  for (std::size_t i = n; i-- > 0;) {
    for (std::size_t c = i + 1; c < n; ++c) b[i] -= a[i * n + c] * b[c];
    b[i] /= a[i * n + i];
  }
  return b;
}

// -initial T^-1: the mean time in each phase.
std::vector<double> times_in(const PhaseType& claims) {
  const std::size_t n = claims.phases();
  std::vector<double> transposed(n * n);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) transposed[j * n + i] = -claims.generator[i * n + j];
  return solve(std::move(transposed), claims.initial);
}

}  // namespace

std::string fault_of(const PhaseType& claims) {
  const std::size_t n = claims.phases();
  if (n == 0 || n > kPhasesMax) return "1 to 100 phases";
  if (claims.generator.size() != n * n)
    return "the generator has a row and a column for each phase";
  double sum = 0;
  for (const double p : claims.initial) {
    if (!(p >= 0)) return "initial probabilities must not be negative";
    sum += p;
  }
  if (std::abs(sum - 1) > 1e-9) return "initial probabilities must sum to 1";
  bool leaves = false;
  for (std::size_t i = 0; i < n; ++i) {
    double row = 0;
    for (std::size_t j = 0; j < n; ++j) {
      const double q = claims.generator[i * n + j];
      if (!std::isfinite(q)) return "intensities must be finite";
      if (i != j && q < 0) return "intensities between phases must not be negative";
      if (i == j && !(q < 0)) return "the diagonal of the generator must be below 0";
      row += q;
    }
    if (row > 1e-9 * -claims.generator[i * n + i]) return "rows of the generator sum to at most 0";
    leaves = leaves || row < 0;
  }
  if (!leaves) return "no phase is ever left for good";
  return std::isfinite(mean(claims)) && mean(claims) > 0 ? "" : "a phase is never left for good";
}

double mean(const PhaseType& claims) {
  double sum = 0;
  for (const double t : times_in(claims)) sum += t;
  return sum;
}

std::optional<PhaseType> phase_type_of(const Severity& severity) {
  if (const auto* f = std::get_if<Exponential>(&severity.family))
    return PhaseType{.initial = {1}, .generator = {-1 / f->scale}};
  const auto* f = std::get_if<Gamma>(&severity.family);
  if (f == nullptr || f->shape != std::floor(f->shape) ||
      f->shape > static_cast<double>(kPhasesMax))
    return std::nullopt;
  const auto n = static_cast<std::size_t>(f->shape);
  PhaseType out{.initial = std::vector<double>(n, 0.0), .generator = std::vector<double>(n * n)};
  out.initial[0] = 1;
  for (std::size_t i = 0; i < n; ++i) {
    out.generator[i * n + i] = -1 / f->scale;
    if (i + 1 < n) out.generator[i * n + i + 1] = 1 / f->scale;
  }
  return out;
}

PhaseTypeRuin::PhaseTypeRuin(const PhaseType& claims, double intensity, double premium_rate,
                             double reach) {
  const std::size_t n = claims.phases();
  std::vector<double> start = times_in(claims);
  for (double& x : start) x *= intensity / premium_rate;
  // T + t a+, and its uniformised chain P = I + Q/rate.
  std::vector<double> jump = claims.generator;
  rate_ = 0;
  for (std::size_t i = 0; i < n; ++i) {
    double leave = 0;
    for (std::size_t j = 0; j < n; ++j) leave -= claims.generator[i * n + j];
    for (std::size_t j = 0; j < n; ++j) jump[i * n + j] += leave * start[j];
    rate_ = std::max(rate_, -jump[i * n + i]);
  }
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j)
      jump[i * n + j] = jump[i * n + j] / rate_ + (i == j ? 1.0 : 0.0);
  cell_ = 1 / rate_;
  constexpr double kCellsMax = 20'000;
  // One cell more than reached: the start of the last one is where the extrapolation begins.
  const auto cells =
      static_cast<std::size_t>(std::clamp(std::ceil(reach / cell_) + 1, 2.0, kCellsMax));
  // v is exp(Q cell i) 1; the terms of a cell are a+ P^k v / k!.
  std::vector<double> v(n, 1.0);
  std::vector<double> power(n);
  std::vector<double> next(n);
  terms_.reserve(cells * kTerms);
  for (std::size_t i = 0; i < cells; ++i) {
    power = v;
    double factorial = 1;
    std::fill(v.begin(), v.end(), 0.0);
    for (std::size_t k = 0; k < kTerms; ++k) {
      if (k > 0) factorial *= static_cast<double>(k);
      double term = 0;
      for (std::size_t j = 0; j < n; ++j) {
        term += start[j] * power[j];
        v[j] += power[j] / factorial;
      }
      terms_.push_back(term / factorial);
      for (std::size_t r = 0; r < n; ++r) {
        double sum = 0;
        for (std::size_t c = 0; c < n; ++c) sum += jump[r * n + c] * power[c];
        next[r] = sum;
      }
      std::swap(power, next);
    }
    const double end = std::exp(-1.0);
    for (double& x : v) x *= end;
  }
  decay_ = std::log(terms_[(cells - 1) * kTerms] / terms_[(cells - 2) * kTerms]) / cell_;
}

double PhaseTypeRuin::operator()(double u) const {
  const std::size_t cells = terms_.size() / kTerms;
  double beyond = 0;
  double place = u * rate_;
  const auto last = static_cast<double>(cells - 1);
  if (place >= last) {
    beyond = place - last;
    place = last;
  }
  const auto cell = static_cast<std::size_t>(place);
  const double x = place - static_cast<double>(cell);
  const double* t = terms_.data() + cell * kTerms;
  double sum = t[kTerms - 1];
  for (std::size_t k = kTerms - 1; k-- > 0;) sum = sum * x + t[k];
  const double value = std::exp(-x) * sum;
  return beyond > 0 ? value * std::exp(decay_ * beyond * cell_) : value;
}

}  // namespace cofferdam::actuarial
