// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/actuarial/fit_calculator.h"

#include "cofferdam/base/estimate.h"
#include "cofferdam/models/actuarial/model_text.h"
#include "cofferdam/models/actuarial/severity_calculator.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace cofferdam::actuarial {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

base::Result<std::vector<Observation>> observations_of(const FitInput& in) {
  const std::size_t n = in.losses.size() + in.censored.size();
  if (n > kLossesMax) return base::malformed("losses", std::to_string(n), "at most 1,000,000");
  if (!in.truncations.empty() && in.truncations.size() != n)
    return base::malformed("truncations", std::to_string(in.truncations.size()),
                           "one for each of losses and censored");
  if (in.limit && !(*in.limit > in.truncation))
    return base::malformed("limit", base::number_text(*in.limit), "must exceed the truncation");
  std::vector<Observation> out;
  for (std::size_t i = 0; i < n; ++i) {
    const bool whole = i < in.losses.size();
    Observation x{.value = whole ? in.losses[i] : in.censored[i - in.losses.size()],
                  .truncation = in.truncations.empty() ? in.truncation : in.truncations[i],
                  .censored = !whole};
    if (in.limit && x.value >= *in.limit) {
      x.value = *in.limit;
      x.censored = true;
    }
    if (!(x.value > 0) || !std::isfinite(x.value))
      return base::malformed("losses", base::number_text(x.value), "must be finite and above 0");
    if (!(x.truncation >= 0) || !(x.value > x.truncation))
      return base::malformed("losses", base::number_text(x.value),
                             "must exceed the point of truncation");
    out.push_back(x);
  }
  return out;
}

FitRow row_of(FitFamily family, const std::vector<Observation>& data) {
  FitRow row{.family = family, .names = parameter_names(family)};
  const base::Result<Fit> fitted = fit_family(family, data);
  row.kolmogorov_smirnov = row.kolmogorov_smirnov_p = kNone;
  row.anderson_darling = row.anderson_darling_p = kNone;
  if (!fitted) {
    row.note = fitted.error().text();
    row.log_likelihood = row.aic = row.bic = row.mean = kNone;
    return row;
  }
  row.severity = text_of(fitted->severity);
  row.parameters = fitted->parameters;
  row.standard_errors = fitted->standard_errors;
  row.log_likelihood = fitted->log_likelihood;
  row.aic = fitted->aic;
  row.bic = fitted->bic;
  row.converged = fitted->converged;
  row.mean = mean(fitted->severity);
  row.note = infinite_mean_note({.severity = fitted->severity, .terms = {}});
  if (!row.converged)
    row.note += std::string(row.note.empty() ? "" : "; ") +
                "the search did not settle: the likelihood may have no maximum";
  if (const auto goodness = goodness_of(fitted->severity, data)) {
    row.kolmogorov_smirnov = goodness->kolmogorov_smirnov;
    row.kolmogorov_smirnov_p = goodness->kolmogorov_smirnov_p;
    row.anderson_darling = goodness->anderson_darling;
    row.anderson_darling_p = goodness->anderson_darling_p;
  }
  return row;
}

// The best first; what has no AIC last.
template <class Row>
void sort_by_aic(std::vector<Row>& rows) {
  std::ranges::stable_sort(rows, [](const Row& a, const Row& b) {
    if (std::isnan(a.aic) || std::isnan(b.aic)) return !std::isnan(a.aic) && std::isnan(b.aic);
    return a.aic < b.aic;
  });
}

base::Result<void> fit_counts(const FitInput& in, FitOutput& out) {
  if (in.counts.size() < 2 || in.counts.size() > kLossesMax)
    return base::malformed("counts", std::to_string(in.counts.size()), "2 to 1,000,000");
  for (const double n : in.counts)
    if (!(n >= 0) || n != std::floor(n) || n > 1e9)
      return base::malformed("counts", base::number_text(n),
                             "must be whole numbers from 0 to 10^9");
  const auto add = [&](std::string family, const CountFit& f) {
    out.frequencies.push_back({.family = std::move(family),
                               .frequency = text_of(f.frequency),
                               .log_likelihood = f.log_likelihood,
                               .aic = f.aic,
                               .bic = f.bic,
                               .note = f.note});
    out.count_mean = f.mean;
    out.count_variance = f.variance;
  };
  add("poisson", fit_poisson(in.counts));
  if (out.count_mean == 0)
    return base::malformed("counts", "all 0", "there must be losses to fit their number");
  add("negative_binomial", fit_negative_binomial(in.counts));
  add("binomial", fit_binomial(in.counts));
  out.dispersion = out.count_variance / out.count_mean;
  sort_by_aic(out.frequencies);
  return {};
}

}  // namespace

base::Result<FitOutput> fit(const FitInput& in) {
  FitOutput out;
  if (in.losses.empty() && in.counts.empty())
    return base::malformed("losses", "", "losses or counts must be given");
  out.count_mean = out.count_variance = out.dispersion = kNone;
  if (!in.losses.empty() || !in.censored.empty()) {
    const base::Result<std::vector<Observation>> data = observations_of(in);
    if (!data) return std::unexpected(data.error());
    std::vector<FitFamily> families = in.families;
    for (std::uint8_t i = 0; in.families.empty() && i < 10; ++i)
      families.push_back(static_cast<FitFamily>(i));
    if (families.size() > 10)
      return base::malformed("families", std::to_string(families.size()), "at most 10");
    for (const FitFamily family : families) out.severities.push_back(row_of(family, *data));
    // One family that cannot be fitted is an error; among several it is a row that says why.
    if (families.size() == 1 && out.severities[0].parameters.empty())
      return std::unexpected(fit_family(families[0], *data).error());
    sort_by_aic(out.severities);
  }
  if (!in.counts.empty())
    if (base::Result<void> counted = fit_counts(in, out); !counted)
      return std::unexpected(counted.error());
  return out;
}

}  // namespace cofferdam::actuarial
