// SPDX-License-Identifier: Apache-2.0
//
// Hachemeister's regression over time. Of each group the weighted line b_i, the variance about it,
// and how far the lines differ; then b = B + Z_i (b_i - B).
//
// At the barycentre t0 = sum w t / sum w of all weights the columns 1 and t - t0 are orthogonal
// under the collective weights, and each coefficient is weighed by itself as Buehlmann and Straub
// weigh a mean, with weights sum w_t and sum w_t (t - t0)^2. At the origin A and Z_i = A (A + s^2
// V_i)^-1 are matrices, V_i = (X' W_i X)^-1, found by iteration from Z_i = 1.
#include "cofferdam/models/actuarial/credibility.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace cofferdam::actuarial {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
using Pair = std::array<double, 2>;

struct Square {
  double a = 0, b = 0, c = 0, d = 0;  // row by row

  [[nodiscard]] double determinant() const { return a * d - b * c; }

  [[nodiscard]] Square inverse() const {
    const double det = determinant();
    return {d / det, -b / det, -c / det, a / det};
  }
};

Square product(const Square& x, const Square& y) {
  return {x.a * y.a + x.b * y.c, x.a * y.b + x.b * y.d, x.c * y.a + x.d * y.c,
          x.c * y.b + x.d * y.d};
}

Square sum(const Square& x, const Square& y) {
  return {x.a + y.a, x.b + y.b, x.c + y.c, x.d + y.d};
}

Pair product(const Square& m, const Pair& v) {
  return {m.a * v[0] + m.b * v[1], m.c * v[0] + m.d * v[1]};
}

struct OwnLine {
  Pair own;       // intercept and slope over t - origin
  Square normal;  // X' W X
  double variance = 0;
};

OwnLine line_of(const CredibilityGroup& g, double origin) {
  OwnLine out;
  Pair moments{};
  for (std::size_t i = 0; i < g.ratios.size(); ++i) {
    const double t = static_cast<double>(i + 1) - origin;
    const double w = g.weights[i];
    out.normal = sum(out.normal, {w, w * t, w * t, w * t * t});
    moments[0] += w * g.ratios[i];
    moments[1] += w * t * g.ratios[i];
  }
  out.own = product(out.normal.inverse(), moments);
  for (std::size_t i = 0; i < g.ratios.size(); ++i) {
    const double t = static_cast<double>(i + 1) - origin;
    const double off = g.ratios[i] - out.own[0] - out.own[1] * t;
    out.variance += g.weights[i] * off * off;
  }
  out.variance /= static_cast<double>(g.ratios.size()) - 2;
  return out;
}

double barycenter_of(const CredibilityInput& input) {
  double w = 0, wt = 0;
  for (const CredibilityGroup& g : input.groups)
    for (std::size_t i = 0; i < g.weights.size(); ++i) {
      w += g.weights[i];
      wt += g.weights[i] * static_cast<double>(i + 1);
    }
  return wt / w;
}

struct Adjusted {
  Pair collective{};
  std::vector<Pair> lines;
  std::vector<double> credibility;  // of the intercepts
  Pair between{};
  double raw_between = 0;  // of the intercepts
};

// One coefficient as Buehlmann and Straub would weigh a mean.
void adjust(const CredibilityInput& input, const std::vector<OwnLine>& lines, double within,
            std::size_t p, Adjusted& out, std::uint32_t& iterations) {
  std::vector<double> weights;
  double total = 0, mean = 0, squares = 0;
  for (const OwnLine& line : lines) {
    weights.push_back(p == 0 ? line.normal.a : line.normal.d);
    total += weights.back();
    squares += weights.back() * weights.back();
    mean += weights.back() * line.own[p];
  }
  mean /= total;
  const auto groups = static_cast<double>(lines.size());
  double spread = 0;
  for (std::size_t i = 0; i < lines.size(); ++i)
    spread += weights[i] * (lines[i].own[p] - mean) * (lines[i].own[p] - mean);
  double between = total * (spread - (groups - 1) * within) / (total * total - squares);
  if (p == 0) out.raw_between = between;
  between = std::max(0.0, between);
  std::vector<double> z(lines.size(), 0.0);
  const auto weigh = [&] {
    double sum_z = 0, of_lines = 0;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      z[i] = 1 / (1 + within / (weights[i] * between));
      sum_z += z[i];
      of_lines += z[i] * lines[i].own[p];
    }
    mean = of_lines / sum_z;
  };
  if (between > 0) weigh();
  for (int step = 0; input.estimator == BetweenEstimator::iterative && between > 0 && step < 10'000;
       ++step) {
    double next = 0;
    for (std::size_t i = 0; i < lines.size(); ++i)
      next += z[i] * (lines[i].own[p] - mean) * (lines[i].own[p] - mean) / (groups - 1);
    const bool settled = std::abs(next - between) <= 1e-14 * next;
    between = next;
    ++iterations;
    if (!(between > 0)) break;
    weigh();
    if (settled) break;
  }
  out.between[p] = between;
  out.collective[p] = mean;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    out.lines[i][p] = mean + z[i] * (lines[i].own[p] - mean);
    if (p == 0) out.credibility[i] = z[i];
  }
}

// Both coefficients together; false where no matrix is found.
bool adjust_together(const std::vector<OwnLine>& lines, double within, Adjusted& out,
                     std::uint32_t& iterations) {
  const auto groups = static_cast<double>(lines.size());
  std::vector<Square> z(lines.size(), Square{1, 0, 0, 1});
  Pair mean{};
  for (const OwnLine& line : lines)
    for (std::size_t p = 0; p < 2; ++p) mean[p] += line.own[p] / groups;
  Square a;
  for (int step = 0; step < 10'000; ++step) {
    ++iterations;
    a = {};
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const Pair off{lines[i].own[0] - mean[0], lines[i].own[1] - mean[1]};
      const Square outer{off[0] * off[0], off[0] * off[1], off[1] * off[0], off[1] * off[1]};
      const Square part = product(z[i], outer);
      a = sum(a, {part.a / (groups - 1), part.b / (groups - 1), part.c / (groups - 1),
                  part.d / (groups - 1)});
    }
    a.b = a.c = (a.b + a.c) / 2;
    Square sum_z;
    Pair of_lines{};
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const Square v = lines[i].normal.inverse();
      z[i] = product(a, sum(a, {within * v.a, within * v.b, within * v.c, within * v.d}).inverse());
      sum_z = sum(sum_z, z[i]);
      const Pair part = product(z[i], lines[i].own);
      of_lines = {of_lines[0] + part[0], of_lines[1] + part[1]};
    }
    const Pair next = product(sum_z.inverse(), of_lines);
    if (!std::isfinite(next[0]) || !std::isfinite(next[1])) return false;
    const bool settled = std::abs(next[0] - mean[0]) <= 1e-12 * std::abs(mean[0]) &&
                         std::abs(next[1] - mean[1]) <= 1e-12 * std::abs(mean[1]);
    mean = next;
    if (settled) break;
  }
  out.between = {a.a, a.d};
  out.raw_between = a.a;
  out.collective = mean;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const Pair moved = product(z[i], Pair{lines[i].own[0] - mean[0], lines[i].own[1] - mean[1]});
    out.lines[i] = {mean[0] + moved[0], mean[1] + moved[1]};
    out.credibility[i] = z[i].a;
  }
  return true;
}

}  // namespace

base::Result<CredibilityOutput> regression_credibility(const CredibilityInput& input) {
  const double origin = input.barycenter ? barycenter_of(input) : 0;
  const auto periods = static_cast<double>(input.groups[0].ratios.size());
  const double period = input.period == 0 ? periods + 1 : static_cast<double>(input.period);
  CredibilityOutput out;
  std::vector<OwnLine> lines;
  for (const CredibilityGroup& g : input.groups) {
    lines.push_back(line_of(g, origin));
    out.within_variance += lines.back().variance / static_cast<double>(input.groups.size());
  }
  Adjusted adjusted{.lines = std::vector<Pair>(lines.size()),
                    .credibility = std::vector<double>(lines.size())};
  if (input.barycenter) {
    adjust(input, lines, out.within_variance, 0, adjusted, out.iterations);
    adjust(input, lines, out.within_variance, 1, adjusted, out.iterations);
  } else if (!adjust_together(lines, out.within_variance, adjusted, out.iterations)) {
    return base::malformed("groups", std::to_string(lines.size()),
                           "no matrix of variances between the lines was found",
                           "use the barycentre");
  }
  const auto at_zero = [&](const Pair& line) {
    return std::vector<double>{line[0] - line[1] * origin, line[1]};
  };
  const auto at_period = [&](const Pair& line) { return line[0] + line[1] * (period - origin); };
  out.collective_mean = at_period(adjusted.collective);
  out.collective_coefficients = at_zero(adjusted.collective);
  out.between_variance = adjusted.between[0];
  out.raw_between_variance = adjusted.raw_between;
  out.k = out.between_variance > 0 ? out.within_variance / out.between_variance : kInfinity;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    CredibilityRow row{.name = input.groups[i].name,
                       .mean = at_period(lines[i].own),
                       .credibility = adjusted.credibility[i],
                       .premium = at_period(adjusted.lines[i]),
                       .coefficients = at_zero(adjusted.lines[i])};
    for (const double w : input.groups[i].weights) row.weight += w;
    out.groups.push_back(std::move(row));
  }
  if (!(adjusted.between[0] > 0) || !(adjusted.between[1] > 0))
    out.note =
        "a variance between the lines came out at or below 0 and counts as 0: there the collective "
        "coefficient, by weight, stands for all";
  return out;
}

}  // namespace cofferdam::actuarial
