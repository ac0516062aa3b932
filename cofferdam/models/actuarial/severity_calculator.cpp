// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/actuarial/severity_calculator.h"

#include "cofferdam/base/estimate.h"
#include "cofferdam/models/actuarial/model_text.h"

#include <cmath>

namespace cofferdam::actuarial {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

}  // namespace

base::Result<void> check_levels(const std::vector<double>& levels) {
  if (levels.size() > kPointsAskedMax)
    return base::malformed("levels", std::to_string(levels.size()), "at most 10,000");
  for (const double p : levels)
    if (!(p >= 0 && p < 1))
      return base::malformed("levels", base::number_text(p), "must lie from 0 to below 1",
                             "0.995 for 99.5 %");
  return {};
}

base::Result<Severity> severity_from(const std::string& text, const std::vector<double>& losses) {
  if (losses.empty()) return parse_severity(text);
  if (!text.empty())
    return base::malformed("severity", text, "either a severity or losses, not both");
  if (losses.size() > kLossesMax)
    return base::malformed("losses", std::to_string(losses.size()), "at most 1,000,000");
  for (const double x : losses)
    if (!(x >= 0) || !std::isfinite(x))
      return base::malformed("losses", base::number_text(x), "must be finite and not negative");
  return empirical_of(losses);
}

std::string infinite_mean_note(const Payment& payment) {
  if (std::isfinite(mean(payment))) return "";
  Payment limited = payment;
  limited.terms.coinsurance = 1;
  limited.terms.limit = quantile(limited, 0.995);
  if (!(limited.terms.limit > 0)) limited.terms.limit = quantile(payment.severity, 0.995);
  return "the mean is infinite (tail index " + base::number_text(tail_index(payment.severity), 6) +
         "): no premium exists for an unlimited cover; any limit makes it finite, for instance a "
         "limit of " +
         base::number_text(limited.terms.limit, 6) + " (the 99.5 % quantile) gives a mean of " +
         base::number_text(payment.terms.coinsurance * mean(limited), 6);
}

namespace {

base::Result<void> check_terms(const SeverityInput& input, const Payment& payment) {
  const auto fault = [](std::string_view field, double value, std::string rule) {
    return base::malformed(std::string(field), base::number_text(value), std::move(rule));
  };
  if (!(input.deductible >= 0) || !std::isfinite(input.deductible))
    return fault("deductible", input.deductible, "must be finite and not negative");
  if (!(payment.terms.limit > 0)) return fault("limit", payment.terms.limit, "must be above 0");
  if (!(input.coinsurance > 0 && input.coinsurance <= 1))
    return fault("coinsurance", input.coinsurance, "the part that is paid: above 0, at most 1");
  if (!(payment_probability(payment) > 0))
    return fault("deductible", input.deductible, "no loss exceeds it");
  return {};
}

}  // namespace

base::Result<SeverityOutput> severity_figures(const SeverityInput& input) {
  const base::Result<Severity> severity = severity_from(input.severity, input.losses);
  if (!severity) return std::unexpected(severity.error());
  const Payment payment{.severity = *severity,
                        .terms = {.deductible = input.deductible,
                                  .kind = input.deductible_kind,
                                  .limit = input.limit.value_or(kInfinity),
                                  .coinsurance = input.coinsurance},
                        .basis = input.basis};
  if (base::Result<void> terms = check_terms(input, payment); !terms)
    return std::unexpected(terms.error());
  if (base::Result<void> levels = check_levels(input.levels); !levels)
    return std::unexpected(levels.error());
  if (input.at.size() > kPointsAskedMax)
    return base::malformed("at", std::to_string(input.at.size()), "at most 10,000");
  SeverityOutput out;
  out.severity = input.losses.empty() ? text_of(*severity) : "empirical";
  out.payment_probability = payment_probability(payment);
  out.mean = mean(payment);
  out.variance = variance(payment);
  out.coefficient_of_variation = std::sqrt(out.variance) / out.mean;
  out.raw_moment_2 = raw_moment(payment, 2);
  out.raw_moment_3 = raw_moment(payment, 3);
  out.skewness = out.raw_moment_3 == kInfinity
                     ? kInfinity
                     : (out.raw_moment_3 - 3 * out.mean * out.raw_moment_2 +
                        2 * out.mean * out.mean * out.mean) /
                           std::pow(out.variance, 1.5);
  out.tail_index = tail_index(*severity);
  for (const double x : input.at) {
    SeverityPoint point{.x = x,
                        .density = density(payment, x),
                        .distribution = 1 - survival(payment, x),
                        .survival = survival(payment, x)};
    if (x < 0) point.distribution = 0;
    // Without terms the lower tail keeps its digits.
    if (input.deductible == 0 && input.coinsurance == 1 && point.survival > 0)
      point.distribution = distribution(*severity, x);
    point.limited_expected_value = limited_expected_value(payment, x);
    point.mean_excess = (out.mean - point.limited_expected_value) / point.survival;
    point.loss_elimination_ratio = point.limited_expected_value / out.mean;
    out.points.push_back(point);
  }
  for (const double p : input.levels)
    out.risk.push_back(
        {.level = p, .var = quantile(payment, p), .tvar = tail_value_at_risk(payment, p)});
  out.note = infinite_mean_note(payment);
  return out;
}

}  // namespace cofferdam::actuarial
