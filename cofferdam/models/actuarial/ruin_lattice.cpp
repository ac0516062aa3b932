// SPDX-License-Identifier: Apache-2.0
//
// The geometric sum of ladder heights by FFT.
#include "cofferdam/models/actuarial/aggregate.h"
#include "cofferdam/models/actuarial/loss_kernels.h"
#include "cofferdam/models/actuarial/ruin.h"

#include <algorithm>
#include <cmath>

namespace cofferdam::actuarial {
namespace {

// P(M > x) at the places of a lattice, M geometric with 1/(1 + theta) of ladder heights `x`.
std::vector<double> tail_of_sum(Lattice ladder, double loading) {
  // P(N = n) = theta/(1 + theta) (1/(1 + theta))^n: negative binomial with r = 1, beta = 1/theta.
  const std::vector<Frequency> geometric{negative_binomial(1, 1 / loading)};
  const std::vector<Lattice> heights{std::move(ladder)};
  const FftAnswer sum = aggregate_by_fft(geometric, heights,
                                         {.padding = 2, .tilt = 12, .with_aliasing_bound = false});
  std::vector<double> out(sum.lattice.mass.size());
  double above = 1;
  for (std::size_t i = 0; i < out.size(); ++i) {
    above -= sum.lattice.mass[i];
    out[i] = std::max(above, 0.0);
  }
  return out;
}

enum class Round : std::uint8_t { nearest, down, up };

// From the distribution function of the ladder height at half steps: F(h i/2).
Lattice ladder_of(const std::vector<double>& halves, double step, std::size_t points,
                  std::size_t stride, Round round) {
  Lattice out{.step = step, .mass = std::vector<double>(points, 0.0)};
  double before = 0;
  for (std::size_t i = 0; i < points; ++i) {
    std::size_t at = stride * i;
    if (round == Round::nearest) at += stride / 2;
    if (round == Round::down) at += stride;
    const double next = at < halves.size() ? halves[at] : halves.back();
    out.mass[i] = next - before;
    before = next;
  }
  return out;
}

}  // namespace

LatticeRuin::LatticeRuin(const Severity& claims, double loading, double step, std::size_t points,
                         bool with_bounds)
    : step_(step) {
  const double whole = mean(claims);
  std::vector<double> halves(2 * points + 2);
  if (const auto* f = std::get_if<Lognormal>(&claims.family)) {
    loss_kernels().lognormal_limited(f->meanlog, f->sdlog, 0.5 * step, 0.5 * step,
                                     halves.data() + 1, halves.size() - 1);
  } else {
    for (std::size_t i = 1; i < halves.size(); ++i)
      halves[i] = limited_expected_value(claims, 0.5 * step * static_cast<double>(i));
  }
  for (double& value : halves) value /= whole;
  fine_ = tail_of_sum(ladder_of(halves, step, points, 2, Round::nearest), loading);
  coarse_ = tail_of_sum(ladder_of(halves, 2 * step, points / 2, 4, Round::nearest), loading);
  if (!with_bounds) return;
  lower_ = tail_of_sum(ladder_of(halves, step, points, 2, Round::down), loading);
  upper_ = tail_of_sum(ladder_of(halves, step, points, 2, Round::up), loading);
}

RuinBounds LatticeRuin::operator()(double u) const {
  // A rounded sum's tail at the middle between two places is the tail there to second order; P(M >
  // x) just before a place i and at it stand for x from i - 1/2 to i + 1/2.
  const auto middle = [](const std::vector<double>& tail, double step, double x) {
    // Values at (i + 1/2) step, interpolated by a cubic.
    const double place = x / step - 0.5;
    const auto n = static_cast<double>(tail.size());
    if (place > n - 3) return std::numeric_limits<double>::quiet_NaN();
    const double base = std::max(1.0, std::floor(place));
    const auto i = static_cast<std::size_t>(base);
    const double t = place - base;
    const double a = tail[i - 1];
    const double b = tail[i];
    const double c = tail[i + 1];
    const double d = tail[i + 2];
    return b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
  };
  RuinBounds out;
  const double fine = middle(fine_, step_, u);
  const double coarse = middle(coarse_, 2 * step_, u);
  // Errors fall with the square of the step (Richardson).
  out.value = fine + (fine - coarse) / 3;
  out.lower = out.upper = std::numeric_limits<double>::quiet_NaN();
  const auto i = static_cast<std::size_t>(u / step_);
  if (!lower_.empty() && i < lower_.size()) {
    out.lower = lower_[i];
    out.upper = upper_[i];
  }
  if (u == 0 && !lower_.empty()) out.lower = lower_[0];
  return out;
}

}  // namespace cofferdam::actuarial
