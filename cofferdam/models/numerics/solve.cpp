// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/numerics/solve.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

namespace cofferdam::numerics {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Abramowitz and Stegun, table 25.4, n = 20: the positive nodes and their weights.
constexpr std::array<std::pair<double, double>, 10> kGauss20{
    {{0.0765265211334973338, 0.1527533871307258507},
     {0.2277858511416450781, 0.1491729864726037467},
     {0.3737060887154195607, 0.1420961093183820514},
     {0.5108670019508270980, 0.1316886384491766269},
     {0.6360536807265150255, 0.1181945319615184174},
     {0.7463319064601507926, 0.1019301198172404351},
     {0.8391169718222188234, 0.0832767415767047487},
     {0.9122344282513259059, 0.0626720483341090636},
     {0.9639719272779137913, 0.0406014298003869413},
     {0.9931285991850949248, 0.0176140071391521183}}};

double panel(const Function& function, double lower, double upper) {
  const double middle = 0.5 * (lower + upper);
  const double half = 0.5 * (upper - lower);
  double sum = 0;
  for (const auto& [node, weight] : kGauss20)
    sum += weight * (function(middle - half * node) + function(middle + half * node));
  return half * sum;
}

double adaptive(const Function& function, double lower, double upper, double whole,
                double tolerance, int depth) {
  const double middle = 0.5 * (lower + upper);
  const double left = panel(function, lower, middle);
  const double right = panel(function, middle, upper);
  const double both = left + right;
  if (depth == 0 || std::abs(both - whole) <= tolerance) return both;
  return adaptive(function, lower, middle, left, tolerance / 2, depth - 1) +
         adaptive(function, middle, upper, right, tolerance / 2, depth - 1);
}

struct Vertex {
  std::vector<double> x;
  double value = kInfinity;
};

// One descent of the simplex; the best vertex comes first in the end.
void descend(const std::function<double(const std::vector<double>&)>& value_of,
             std::vector<Vertex>& simplex, double tolerance, int& left) {
  const std::size_t n = simplex.size() - 1;
  const auto by_value = [](const Vertex& a, const Vertex& b) { return a.value < b.value; };
  const auto along = [&](const std::vector<double>& centre, double t) {
    std::vector<double> x(n);
    for (std::size_t i = 0; i < n; ++i) x[i] = centre[i] + t * (simplex[n].x[i] - centre[i]);
    const double value = value_of(x);
    --left;
    return Vertex{std::move(x), value};
  };
  while (left > 0) {
    std::ranges::stable_sort(simplex, by_value);
    double spread = 0;
    double size = 0;
    for (std::size_t i = 0; i < n; ++i) {
      spread = std::max(spread, std::abs(simplex[n].x[i] - simplex[0].x[i]));
      size = std::max(size, std::abs(simplex[0].x[i]));
    }
    if (spread <= tolerance * (1 + size)) return;
    std::vector<double> centre(n, 0.0);
    for (std::size_t v = 0; v < n; ++v)
      for (std::size_t i = 0; i < n; ++i) centre[i] += simplex[v].x[i] / static_cast<double>(n);
    Vertex mirrored = along(centre, -1);
    if (mirrored.value < simplex[0].value) {
      Vertex further = along(centre, -2);
      simplex[n] = further.value < mirrored.value ? std::move(further) : std::move(mirrored);
      continue;
    }
    if (mirrored.value < simplex[n - 1].value) {
      simplex[n] = std::move(mirrored);
      continue;
    }
    Vertex nearer = along(centre, mirrored.value < simplex[n].value ? -0.5 : 0.5);
    if (nearer.value < std::min(mirrored.value, simplex[n].value)) {
      simplex[n] = std::move(nearer);
      continue;
    }
    for (std::size_t v = 1; v <= n; ++v) {
      for (std::size_t i = 0; i < n; ++i)
        simplex[v].x[i] = simplex[0].x[i] + 0.5 * (simplex[v].x[i] - simplex[0].x[i]);
      simplex[v].value = value_of(simplex[v].x);
      --left;
    }
  }
}

}  // namespace

Root find_root(const Function& function, double lower, double upper, double tolerance) {
  double a = lower;
  double b = upper;
  double fa = function(a);
  double fb = function(b);
  if (fa == 0) return {a, true};
  if (fb == 0) return {b, true};
  if (std::isnan(fa) || std::isnan(fb) || (fa > 0) == (fb > 0)) return {a, false};
  double c = a;
  double fc = fa;
  double step = b - a;
  double before = step;
  for (int i = 0; i < 500; ++i) {
    if ((fb > 0) == (fc > 0)) {
      c = a;
      fc = fa;
      step = before = b - a;
    }
    if (std::abs(fc) < std::abs(fb)) {
      a = b;
      b = c;
      c = a;
      fa = fb;
      fb = fc;
      fc = fa;
    }
    const double near = 2 * std::numeric_limits<double>::epsilon() * std::abs(b) + tolerance / 2;
    const double half = (c - b) / 2;
    if (std::abs(half) <= near || fb == 0) return {b, true};
    if (std::abs(before) < near || std::abs(fa) <= std::abs(fb)) {
      step = before = half;
    } else {
      const double s = fb / fa;
      double p = 2 * half * s;
      double q = 1 - s;
      if (a != c) {
        const double u = fa / fc;
        const double v = fb / fc;
        p = s * (2 * half * u * (u - v) - (b - a) * (v - 1));
        q = (u - 1) * (v - 1) * (s - 1);
      }
      if (p > 0) q = -q;
      p = std::abs(p);
      if (2 * p < std::min(3 * half * q - std::abs(near * q), std::abs(before * q))) {
        before = step;
        step = p / q;
      } else {
        step = before = half;
      }
    }
    a = b;
    fa = fb;
    b += std::abs(step) > near ? step : std::copysign(near, half);
    fb = function(b);
  }
  return {b, false};
}

Minimum minimize(const Surface& surface, std::vector<double> start, double tolerance,
                 int evaluations_max) {
  const std::size_t n = start.size();
  const Surface value_of = [&](const std::vector<double>& x) {
    const double value = surface(x);
    return std::isfinite(value) ? value : kInfinity;
  };
  int left = evaluations_max;
  Minimum best{.at = std::move(start)};
  best.value = value_of(best.at);
  if (n == 0) return best;
  for (int round = 0; round < 8 && left > 0; ++round) {
    std::vector<Vertex> simplex(n + 1, Vertex{best.at, best.value});
    for (std::size_t i = 0; i < n; ++i) {
      const double size = round == 0 ? 0.1 : 0.01;
      simplex[i + 1].x[i] += size * std::max(1.0, std::abs(best.at[i]));
      simplex[i + 1].value = value_of(simplex[i + 1].x);
      --left;
    }
    descend(value_of, simplex, tolerance, left);
    const double gained = best.value - simplex[0].value;
    best.at = simplex[0].x;
    best.value = simplex[0].value;
    best.converged = left > 0;
    if (round > 0 && !(gained > 1e-13 * (1 + std::abs(best.value)))) break;
  }
  best.evaluations = evaluations_max - left;
  return best;
}

double minimize_between(const Function& function, double lower, double upper) {
  constexpr double kGolden = 0.6180339887498949;
  double a = lower;
  double b = upper;
  double x = b - kGolden * (b - a);
  double y = a + kGolden * (b - a);
  double fx = function(x);
  double fy = function(y);
  for (int i = 0; i < 200 && std::abs(b - a) > 1e-13 * (std::abs(a) + std::abs(b)); ++i) {
    if (fx < fy) {
      b = y;
      y = x;
      fy = fx;
      x = b - kGolden * (b - a);
      fx = function(x);
    } else {
      a = x;
      x = y;
      fx = fy;
      y = a + kGolden * (b - a);
      fy = function(y);
    }
  }
  return 0.5 * (a + b);
}

double integrate(const Function& function, double lower, double upper, std::size_t panels) {
  double sum = 0;
  const double width = (upper - lower) / static_cast<double>(panels);
  for (std::size_t i = 0; i < panels; ++i) {
    const double from = lower + width * static_cast<double>(i);
    sum += panel(function, from, i + 1 == panels ? upper : from + width);
  }
  return sum;
}

double integrate_adaptive(const Function& function, double lower, double upper,
                          double relative_tolerance) {
  if (!(upper > lower)) return 0;
  const double whole = panel(function, lower, upper);
  const double halves = integrate(function, lower, upper, 4);
  const double tolerance = relative_tolerance * std::max(std::abs(whole), std::abs(halves));
  return adaptive(function, lower, upper, whole, tolerance, 12);
}

}  // namespace cofferdam::numerics
