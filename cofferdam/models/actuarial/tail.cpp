// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/actuarial/tail.h"

#include "cofferdam/base/estimate.h"
#include "cofferdam/models/numerics/solve.h"
#include "cofferdam/models/numerics/special_functions.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace cofferdam::actuarial {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

std::vector<double> excesses_of(std::span<const double> losses, double threshold) {
  std::vector<double> out;
  for (const double x : losses)
    if (x > threshold) out.push_back(x - threshold);
  return out;
}

double log_likelihood_of(std::span<const double> excesses, double scale, double shape) {
  if (!(scale > 0)) return -kInfinity;
  double sum = -static_cast<double>(excesses.size()) * std::log(scale);
  for (const double y : excesses) {
    const double inside = 1 + shape * y / scale;
    if (!(inside > 0)) return -kInfinity;
    sum -= std::abs(shape) < 1e-8 ? y / scale : (1 / shape + 1) * std::log1p(shape * y / scale);
  }
  return sum;
}

struct Profile {
  double scale = 1;
  double shape = 0;
  double value = -kInfinity;
};

// Positive ratios over many powers of ten, negative ones ever closer to -1/most, and 0.
std::vector<double> ratios_for(double mean, double most) {
  std::vector<double> out{0};
  for (double e = -6; e <= 9; e += 0.1) out.push_back(std::pow(10.0, e) / mean);
  for (double e = -6; e <= -0.05; e += 0.1) out.push_back(-std::pow(10.0, e) / most);
  for (double e = 0.5; e <= 15; e += 0.1) out.push_back((std::pow(10.0, -e) - 1) / most);
  std::ranges::sort(out);
  return out;
}

// With ratio = shape/scale the best shape is the mean of log(1 + ratio y) (Grimshaw 1993), so one
// dimension is left. For shapes below -1 the likelihood has no bound: they are left out, and what
// rises up to there is no maximum. nullopt where no point is above both its neighbours.
std::optional<Profile> best_of(std::span<const double> excesses) {
  double most = 0;
  double mean = 0;
  for (const double y : excesses) {
    most = std::max(most, y);
    mean += y / static_cast<double>(excesses.size());
  }
  const auto at = [&](double ratio) {
    if (std::abs(ratio) * mean < 1e-12)
      return Profile{.scale = mean, .shape = 0, .value = log_likelihood_of(excesses, mean, 0)};
    double shape = 0;
    for (const double y : excesses)
      shape += std::log1p(ratio * y) / static_cast<double>(excesses.size());
    const double scale = shape / ratio;
    if (!(shape > -1) || !(scale > 0)) return Profile{};
    return Profile{
        .scale = scale, .shape = shape, .value = log_likelihood_of(excesses, scale, shape)};
  };
  const std::vector<double> ratios = ratios_for(mean, most);
  std::vector<Profile> row;
  for (const double ratio : ratios) row.push_back(at(ratio));
  std::optional<Profile> best;
  for (std::size_t i = 1; i + 1 < ratios.size(); ++i) {
    if (!std::isfinite(row[i - 1].value) || !std::isfinite(row[i + 1].value)) continue;
    if (row[i].value < row[i - 1].value || row[i].value < row[i + 1].value) continue;
    const double found = numerics::minimize_between([&](double r) { return -at(r).value; },
                                                    ratios[i - 1], ratios[i + 1]);
    const Profile polished = at(found);
    const Profile& here = polished.value > row[i].value ? polished : row[i];
    if (!best || here.value > best->value) best = here;
  }
  return best;
}

// The two ends of { x : profile(x) >= level } around the best point, by growing steps and Brent.
Interval ends_of(const numerics::Function& profile, double at, double step, double level,
                 double least) {
  const auto gap = [&](double x) { return profile(x) - level; };
  const auto walk = [&](double direction) {
    double inside = at;
    double size = step;
    for (int i = 0; i < 60; ++i) {
      const double outside = std::max(at + direction * size, least);
      if (!(gap(outside) > 0)) {
        const double a = std::min(inside, outside);
        const double b = std::max(inside, outside);
        return numerics::find_root(gap, a, b, 1e-9 * (1 + std::abs(at))).x;
      }
      if (outside == least) return least;
      inside = outside;
      size *= 1.6;
    }
    return direction > 0 ? kInfinity : least;
  };
  return {.lower = walk(-1), .upper = walk(1)};
}

double chi_square_half(double confidence) {
  const double z = numerics::gaussian_quantile(0.5 + confidence / 2);
  return 0.5 * z * z;
}

}  // namespace

base::Result<TailFit> fit_tail(std::span<const double> losses, double threshold) {
  const std::vector<double> excesses = excesses_of(losses, threshold);
  if (excesses.size() < kExcessesNeeded)
    return base::malformed(
        "threshold", base::number_text(threshold),
        "at least 10 losses must exceed it, " + std::to_string(excesses.size()) + " do",
        "a lower threshold");
  const std::optional<Profile> found = best_of(excesses);
  if (!found)
    return base::malformed(
        "losses", std::to_string(excesses.size()) + " above " + base::number_text(threshold),
        "the likelihood has no maximum with a shape above -1: it rises without end "
        "(Grimshaw 1993)",
        "losses that end at a limit have no tail to fit: leave those at the limit out, or choose "
        "another threshold");
  const Profile& best = *found;
  TailFit out;
  out.tail = {.threshold = threshold, .scale = best.scale, .shape = best.shape};
  out.excesses = excesses.size();
  out.losses = losses.size();
  out.log_likelihood = best.value;
  const auto n = static_cast<double>(excesses.size());
  const double one = 1 + best.shape;
  out.shape_error = best.shape > -0.5 ? one / std::sqrt(n) : kNone;
  out.scale_error = best.shape > -0.5 ? best.scale * std::sqrt(2 * one / n) : kNone;
  return out;
}

Interval shape_interval(std::span<const double> losses, const TailFit& fit, double confidence) {
  const std::vector<double> y = excesses_of(losses, fit.tail.threshold);
  const auto profile = [&](double shape) {
    const auto minus = [&](double log_scale) {
      return -log_likelihood_of(y, std::exp(log_scale), shape);
    };
    const double centre = std::log(fit.tail.scale);
    double lower = centre - 6;
    if (shape < 0) {
      // The support must hold the largest excess.
      const double most = std::ranges::max(y);
      lower = std::max(lower, std::log(-shape * most * (1 + 1e-12)));
    }
    return -minus(numerics::minimize_between(minus, lower, std::max(centre, lower) + 6));
  };
  return ends_of(profile, fit.tail.shape, 0.05, fit.log_likelihood - chi_square_half(confidence),
                 std::min(-0.999, fit.tail.shape));
}

Interval var_interval(std::span<const double> losses, const TailFit& fit, double p,
                      double confidence) {
  const std::vector<double> y = excesses_of(losses, fit.tail.threshold);
  const double share = static_cast<double>(fit.excesses) / static_cast<double>(fit.losses);
  const double log_factor = std::log(share / (1 - p));
  const double var = tail_var(fit, p);
  if (!(log_factor > 0) || std::isnan(var)) return {kNone, kNone};
  const auto profile = [&](double excess) {
    const auto minus = [&](double shape) {
      const double grown =
          std::abs(shape) < 1e-10 ? log_factor : std::expm1(shape * log_factor) / shape;
      return -log_likelihood_of(y, excess / grown, shape);
    };
    // The likelihood has one hump in the shape; find it on a grid first.
    double best = fit.tail.shape;
    for (double shape = -0.9; shape <= 6; shape += 0.1)
      if (minus(shape) < minus(best)) best = shape;
    return -minus(numerics::minimize_between(minus, best - 0.15, best + 0.15));
  };
  const double excess = var - fit.tail.threshold;
  const Interval ends = ends_of(profile, excess, 0.1 * excess,
                                fit.log_likelihood - chi_square_half(confidence), 1e-9 * excess);
  return {.lower = fit.tail.threshold + ends.lower, .upper = fit.tail.threshold + ends.upper};
}

double tail_var(const TailFit& fit, double p) {
  const double share = static_cast<double>(fit.excesses) / static_cast<double>(fit.losses);
  if (!(1 - p < share)) return kNone;
  const double e = std::log(share / (1 - p));
  const double grown = fit.tail.shape == 0 ? e : std::expm1(fit.tail.shape * e) / fit.tail.shape;
  return fit.tail.threshold + fit.tail.scale * grown;
}

double tail_expected_shortfall(const TailFit& fit, double p) {
  const double var = tail_var(fit, p);
  if (std::isnan(var)) return kNone;
  if (fit.tail.shape >= 1) return kInfinity;
  return (var + fit.tail.scale - fit.tail.shape * fit.tail.threshold) / (1 - fit.tail.shape);
}

double hill(std::span<const double> descending, std::size_t k) {
  if (k == 0 || k >= descending.size() || !(descending[k] > 0)) return kNone;
  double sum = 0;
  for (std::size_t i = 0; i < k; ++i) sum += std::log(descending[i] / descending[k]);
  return sum / static_cast<double>(k);
}

double limited_excess(const TailFit& fit, double width) {
  const Severity excess{
      GeneralizedPareto{.threshold = 0, .scale = fit.tail.scale, .shape = fit.tail.shape}};
  return limited_expected_value(excess, width);
}

}  // namespace cofferdam::actuarial
