// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/actuarial/tail_calculator.h"

#include "cofferdam/base/estimate.h"
#include "cofferdam/models/actuarial/severity_calculator.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

namespace cofferdam::actuarial {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

base::Result<void> check(const TailInput& in) {
  if (in.losses.empty() || in.losses.size() > kLossesMax)
    return base::malformed("losses", std::to_string(in.losses.size()), "1 to 1,000,000");
  for (const double x : in.losses)
    if (!(x >= 0) || !std::isfinite(x))
      return base::malformed("losses", base::number_text(x), "must be finite and not negative");
  if (!(in.threshold >= 0) || !std::isfinite(in.threshold))
    return base::malformed("threshold", base::number_text(in.threshold),
                           "must be finite and not negative");
  if (in.thresholds.size() > 1000)
    return base::malformed("thresholds", std::to_string(in.thresholds.size()), "at most 1,000");
  for (const double u : in.thresholds)
    if (!(u >= 0) || !std::isfinite(u))
      return base::malformed("thresholds", base::number_text(u), "must be finite and not negative");
  if (in.hill_orders.size() > 1000)
    return base::malformed("hill_orders", std::to_string(in.hill_orders.size()), "at most 1,000");
  for (const std::uint32_t k : in.hill_orders)
    if (k == 0 || k >= in.losses.size())
      return base::malformed("hill_orders", std::to_string(k),
                             "must lie from 1 to one less than the number of losses");
  if (!(in.confidence > 0 && in.confidence < 1))
    return base::malformed("confidence", base::number_text(in.confidence),
                           "must lie between 0 and 1");
  if (in.limit && !(*in.limit > 0))
    return base::malformed("limit", base::number_text(*in.limit), "must be above 0");
  if (in.levels.size() > 100)
    return base::malformed("levels", std::to_string(in.levels.size()), "at most 100");
  return check_levels(in.levels);
}

TailThreshold stability_at(const std::vector<double>& losses, double u) {
  TailThreshold row{.threshold = u, .shape = kNone, .shape_error = kNone, .scale = kNone};
  row.modified_scale = kNone;
  double sum = 0;
  for (const double x : losses) {
    if (x <= u) continue;
    ++row.excesses;
    sum += x - u;
  }
  row.mean_excess = row.excesses > 0 ? sum / row.excesses : kNone;
  if (const base::Result<TailFit> fit = fit_tail(losses, u)) {
    row.shape = fit->tail.shape;
    row.shape_error = fit->shape_error;
    row.scale = fit->tail.scale;
    row.modified_scale = row.scale - row.shape * u;
  }
  return row;
}

}  // namespace

base::Result<TailOutput> tail(const TailInput& in) {
  if (base::Result<void> fine = check(in); !fine) return std::unexpected(fine.error());
  const base::Result<TailFit> fit = fit_tail(in.losses, in.threshold);
  if (!fit) return std::unexpected(fit.error());
  TailOutput out;
  out.threshold = in.threshold;
  out.losses = static_cast<std::uint32_t>(fit->losses);
  out.excesses = static_cast<std::uint32_t>(fit->excesses);
  out.scale = fit->tail.scale;
  out.scale_error = fit->scale_error;
  out.shape = fit->tail.shape;
  out.shape_error = fit->shape_error;
  out.log_likelihood = fit->log_likelihood;
  const Interval shape = shape_interval(in.losses, *fit, in.confidence);
  out.shape_lower = shape.lower;
  out.shape_upper = shape.upper;
  out.mean_is_finite = out.shape < 1;
  out.mean_excess = out.mean_is_finite ? out.scale / (1 - out.shape) : kInfinity;
  const Severity excess{GeneralizedPareto{.threshold = 0, .scale = out.scale, .shape = out.shape}};
  out.suggested_limit = in.limit.value_or(upper_quantile(excess, 0.005));
  out.limited_mean_excess = limited_excess(*fit, out.suggested_limit);
  for (const double p : in.levels) {
    TailRisk risk{.level = p, .var = tail_var(*fit, p)};
    const Interval interval = var_interval(in.losses, *fit, p, in.confidence);
    risk.var_lower = interval.lower;
    risk.var_upper = interval.upper;
    risk.expected_shortfall = tail_expected_shortfall(*fit, p);
    out.risk.push_back(risk);
  }
  for (const double u : in.thresholds) out.stability.push_back(stability_at(in.losses, u));
  std::vector<double> descending = in.losses;
  std::ranges::sort(descending, std::greater<>());
  for (const std::uint32_t k : in.hill_orders) {
    const double index = hill(descending, k);
    out.hill.push_back({.order = k, .index = index, .standard_error = index / std::sqrt(k)});
  }
  if (out.shape <= -0.5)
    out.note =
        "the shape is at or below -1/2: the likelihood is not regular there, standard errors do "
        "not exist and the intervals are a guide only (Smith 1985)";
  if (!out.mean_is_finite && !in.limit) {
    out.note =
        "the mean is infinite (shape " + base::number_text(out.shape, 4) +
        "): an unlimited cover has no premium; any limit makes the mean finite, for instance "
        "a limit of " +
        base::number_text(out.suggested_limit, 4) + " above the threshold, with a mean of " +
        base::number_text(out.limited_mean_excess, 4) + " for each loss above it";
  } else if (out.mean_is_finite && out.shape_upper >= 1 && !in.limit) {
    out.note = "an infinite mean is within the interval of the shape (up to " +
               base::number_text(out.shape_upper, 4) + "): do not write this without a limit";
  }
  return out;
}

}  // namespace cofferdam::actuarial
