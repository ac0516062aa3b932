// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <optional>
#include <utility>

namespace cofferdam::numerics {

// A root of f between low and high, where f has opposite signs: the method of Brent ("Algorithms
// for Minimization without Derivatives", 1973, chapter 4), which never does worse than bisection by
// more than a factor. nullopt when the signs agree, a value is NaN, or the steps run out.
template <class Function>
[[nodiscard]] std::optional<double> find_root(Function&& f, double low, double high,
                                              double tolerance, int steps_max = 200) {
  double a = low;
  double b = high;
  double fa = f(a);
  double fb = f(b);
  if (fa == 0) return a;
  if (fb == 0) return b;
  if (!(fa * fb < 0) && !((fa < 0) != (fb < 0) && fa == fa && fb == fb)) return std::nullopt;
  double c = a;
  double fc = fa;
  double last = b - a;
  double before = last;
  for (int step = 0; step < steps_max; ++step) {
    if ((fb < 0) == (fc < 0)) {
      c = a;
      fc = fa;
      last = before = b - a;
    }
    if (std::abs(fc) < std::abs(fb)) {
      a = std::exchange(b, c);
      c = a;
      fa = std::exchange(fb, fc);
      fc = fa;
    }
    const double enough = 0.5 * tolerance + 2.3e-16 * std::abs(b);
    const double middle = 0.5 * (c - b);
    if (fb == 0 || std::abs(middle) <= enough) return b;
    bool bisects = std::abs(before) < enough || std::abs(fa) <= std::abs(fb);
    if (!bisects) {
      const double s = fb / fa;
      double p = 2 * middle * s;
      double q = 1 - s;
      if (a != c) {
        const double r = fb / fc;
        const double t = fa / fc;
        p = s * (2 * middle * t * (t - r) - (b - a) * (r - 1));
        q = (t - 1) * (r - 1) * (s - 1);
      }
      if (p > 0) q = -q;
      p = std::abs(p);
      bisects = !(2 * p < 3 * middle * q - std::abs(enough * q) && p < std::abs(0.5 * before * q));
      if (!bisects) {
        before = last;
        last = p / q;
      }
    }
    if (bisects) last = before = middle;
    a = b;
    fa = fb;
    b += std::abs(last) > enough ? last : std::copysign(enough, middle);
    fb = f(b);
    if (std::isnan(fb)) return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace cofferdam::numerics
