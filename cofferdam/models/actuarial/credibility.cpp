// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/actuarial/credibility.h"

#include "cofferdam/base/estimate.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <string_view>
#include <utility>

namespace cofferdam::actuarial {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

base::Result<void> check(const CredibilityInput& input) {
  if (input.groups.size() < 2 || input.groups.size() > kGroupsMax)
    return base::malformed("groups", std::to_string(input.groups.size()), "2 to 100,000");
  const bool straub = input.model != CredibilityModel::buhlmann;
  const bool regression = input.model == CredibilityModel::hachemeister;
  if (input.estimator == BetweenEstimator::ohlsson && input.model != CredibilityModel::hierarchical)
    return base::malformed("estimator", "ohlsson", "is for the hierarchical model");
  std::size_t repeated = 0;
  std::set<std::pair<std::string_view, std::string_view>> names;
  for (std::size_t i = 0; i < input.groups.size(); ++i) {
    const CredibilityGroup& g = input.groups[i];
    const std::string where = "groups[" + std::to_string(i) + "]";
    if (!g.name.empty() && !names.insert({g.cohort, g.name}).second)
      return base::malformed(
          where + ".name", g.name,
          g.cohort.empty() ? "must be given once" : "must be given once in its cohort");
    if (g.ratios.empty())
      return base::malformed(where + ".ratios", "", "at least one period must be given");
    for (const double x : g.ratios)
      if (!std::isfinite(x))
        return base::malformed(where + ".ratios", base::number_text(x), "must be finite");
    if (straub && g.weights.size() != g.ratios.size())
      return base::malformed(where + ".weights", std::to_string(g.weights.size()),
                             "as many weights as ratios");
    for (const double w : g.weights)
      if (!(w > 0) || !std::isfinite(w))
        return base::malformed(where + ".weights", base::number_text(w),
                               "must be above 0; leave periods without exposure out");
    if (!straub && !g.weights.empty())
      return base::malformed(where + ".weights", std::to_string(g.weights.size()),
                             "Buehlmann's model has no weights", "use buhlmann_straub");
    if (!straub && g.ratios.size() != input.groups[0].ratios.size())
      return base::malformed(where + ".ratios", std::to_string(g.ratios.size()),
                             "Buehlmann's model needs as many periods in every group",
                             "use buhlmann_straub");
    if (regression && (g.ratios.size() < 3 || g.ratios.size() != input.groups[0].ratios.size()))
      return base::malformed(where + ".ratios", std::to_string(g.ratios.size()),
                             "a regression needs as many periods in every group, at least 3");
    repeated += g.ratios.size() - 1;
  }
  if (repeated == 0)
    return base::malformed("groups", std::to_string(input.groups.size()),
                           "at least one group must have two periods",
                           "the variance within groups cannot be seen otherwise");
  return {};
}

// Collective mean and premiums for a between variance.
double weighted_by_credibility(CredibilityOutput& out) {
  double sum = 0;
  double of_means = 0;
  for (CredibilityRow& row : out.groups) {
    row.credibility = out.between_variance > 0
                          ? row.weight / (row.weight + out.within_variance / out.between_variance)
                          : 0;
    sum += row.credibility;
    of_means += row.credibility * row.mean;
  }
  return sum > 0 ? of_means / sum : out.collective_mean;
}

void iterate(CredibilityOutput& out) {
  constexpr std::uint32_t kStepsMax = 10'000;
  const auto groups = static_cast<double>(out.groups.size());
  while (out.iterations < kStepsMax && out.between_variance > 0) {
    ++out.iterations;
    const double m = weighted_by_credibility(out);
    double next = 0;
    for (const CredibilityRow& row : out.groups)
      next += row.credibility * (row.mean - m) * (row.mean - m) / (groups - 1);
    const double change = std::abs(next - out.between_variance);
    out.between_variance = next;
    if (change <= 1e-14 * next) break;
    // Towards zero the steps only halve: there is no positive solution.
    if (next < 1e-12 * out.within_variance / out.groups[0].weight && next < 1e-300) break;
  }
}

}  // namespace

base::Result<CredibilityOutput> credibility(const CredibilityInput& input) {
  if (base::Result<void> fine = check(input); !fine) return std::unexpected(fine.error());
  if (input.model == CredibilityModel::hierarchical) return hierarchical_credibility(input);
  if (input.model == CredibilityModel::hachemeister) return regression_credibility(input);
  CredibilityOutput out;
  double total = 0;
  double of_means = 0;
  double within = 0;
  double freedom = 0;
  for (const CredibilityGroup& g : input.groups) {
    CredibilityRow row{.name = g.name};
    const auto weight = [&](std::size_t t) { return g.weights.empty() ? 1.0 : g.weights[t]; };
    for (std::size_t t = 0; t < g.ratios.size(); ++t) {
      row.weight += weight(t);
      row.mean += weight(t) * g.ratios[t];
    }
    row.mean /= row.weight;
    for (std::size_t t = 0; t < g.ratios.size(); ++t)
      within += weight(t) * (g.ratios[t] - row.mean) * (g.ratios[t] - row.mean);
    freedom += static_cast<double>(g.ratios.size() - 1);
    total += row.weight;
    of_means += row.weight * row.mean;
    out.groups.push_back(std::move(row));
  }
  out.within_variance = within / freedom;
  out.collective_mean = of_means / total;
  double between = 0;
  double squares = 0;
  for (const CredibilityRow& row : out.groups) {
    between += row.weight * (row.mean - out.collective_mean) * (row.mean - out.collective_mean);
    squares += row.weight * row.weight;
  }
  const auto groups = static_cast<double>(out.groups.size());
  out.raw_between_variance =
      (between - (groups - 1) * out.within_variance) * total / (total * total - squares);
  out.between_variance = std::max(0.0, out.raw_between_variance);
  if (input.estimator == BetweenEstimator::iterative) {
    // From the plain variance of the means when the unbiased estimate is no start.
    if (out.between_variance == 0) out.between_variance = between / total;
    iterate(out);
    if (out.between_variance < 1e-10 * between / total) out.between_variance = 0;
  }
  out.k = out.between_variance > 0 ? out.within_variance / out.between_variance : kInfinity;
  out.collective_mean = weighted_by_credibility(out);
  for (CredibilityRow& row : out.groups)
    row.premium = row.credibility * row.mean + (1 - row.credibility) * out.collective_mean;
  if (out.between_variance == 0)
    out.note =
        "the between variance came out at or below 0 and counts as 0: the groups do not differ by "
        "more than chance, every credibility is 0, and the collective mean by weight is charged";
  return out;
}

}  // namespace cofferdam::actuarial
