// SPDX-License-Identifier: Apache-2.0
//
// The hierarchical model of two levels: groups in cohorts. Observations have variance
// sigma^2/weight, groups differ within a cohort by tau^2, cohorts by omega^2:
//
//   z_ij = w_ij/(w_ij + sigma^2/tau^2),  Z_i = z_i/(z_i + tau^2/omega^2),  z_i = sum of its z_ij
#include "cofferdam/models/actuarial/credibility.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace cofferdam::actuarial {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

struct Weighted {
  double weight = 0;
  double mean = 0;
};

// sum w (x - mean)^2, and sum w - sum w^2 / sum w.
struct Spread {
  double squares = 0;
  double degrees = 0;  // of weight
  double count = 0;
};

Spread spread_of(const std::vector<Weighted>& all) {
  Spread out{.count = static_cast<double>(all.size())};
  double total = 0, sum = 0, square = 0;
  for (const Weighted& one : all) {
    total += one.weight;
    sum += one.weight * one.mean;
    square += one.weight * one.weight;
  }
  if (!(total > 0)) return out;
  for (const Weighted& one : all)
    out.squares += one.weight * (one.mean - sum / total) * (one.mean - sum / total);
  out.degrees = total - square / total;
  return out;
}

struct Levels {
  std::vector<std::vector<std::size_t>> members;  // of each cohort: its groups
  double within = 0;
};

// What lies between the groups of a cohort beyond chance, by the estimator that is asked for.
double between_groups(const CredibilityOutput& out, const Levels& levels,
                      BetweenEstimator estimator) {
  double mean = 0, squares = 0, degrees = 0;
  double cohorts = 0;
  for (const std::vector<std::size_t>& members : levels.members) {
    std::vector<Weighted> groups;
    for (const std::size_t g : members)
      groups.push_back({out.groups[g].weight, out.groups[g].mean});
    const Spread s = spread_of(groups);
    const double beyond = s.squares - (s.count - 1) * levels.within;
    if (s.degrees > 0) {
      mean += std::max(beyond / s.degrees, 0.0);
      cohorts += 1;
    }
    squares += beyond;
    degrees += s.degrees;
  }
  if (estimator == BetweenEstimator::ohlsson) return degrees > 0 ? squares / degrees : 0;
  return cohorts > 0 ? mean / cohorts : 0;
}

// Credibilities of groups and cohorts, the cohorts' means, and the collective mean.
void weigh(CredibilityOutput& out, const Levels& levels) {
  double sum = 0, of_means = 0;
  const double tau = out.between_variance;
  for (std::size_t c = 0; c < levels.members.size(); ++c) {
    CredibilityRow& cohort = out.cohorts[c];
    double z = 0, zx = 0, w = 0, wx = 0;
    for (const std::size_t g : levels.members[c]) {
      CredibilityRow& group = out.groups[g];
      group.credibility = tau > 0 ? group.weight / (group.weight + levels.within / tau) : 0;
      z += group.credibility;
      zx += group.credibility * group.mean;
      w += group.weight;
      wx += group.weight * group.mean;
    }
    // Without credibility of the groups the cohort is one group.
    cohort.weight = tau > 0 ? z : w;
    cohort.mean = tau > 0 ? zx / z : wx / w;
    const double k = (tau > 0 ? tau : levels.within) / out.cohort_variance;
    cohort.credibility = out.cohort_variance > 0 ? cohort.weight / (cohort.weight + k) : 0;
    sum += cohort.credibility;
    of_means += cohort.credibility * cohort.mean;
  }
  if (sum > 0) {
    out.collective_mean = of_means / sum;
    return;
  }
  double w = 0, wx = 0;
  for (const CredibilityRow& cohort : out.cohorts) {
    w += cohort.weight;
    wx += cohort.weight * cohort.mean;
  }
  out.collective_mean = wx / w;
}

double between_cohorts(const CredibilityOutput& out, const Levels& levels) {
  std::vector<Weighted> cohorts;
  for (const CredibilityRow& cohort : out.cohorts) cohorts.push_back({cohort.weight, cohort.mean});
  const Spread s = spread_of(cohorts);
  const double chance = out.between_variance > 0 ? out.between_variance : levels.within;
  return s.degrees > 0 ? std::max(0.0, (s.squares - (s.count - 1) * chance) / s.degrees) : 0;
}

// The pseudo-estimators of both levels in turn, each the fixed point of its own equation.
void iterate(CredibilityOutput& out, const Levels& levels) {
  constexpr std::uint32_t kStepsMax = 10'000;
  double groups = 0;
  for (const std::vector<std::size_t>& members : levels.members)
    groups += static_cast<double>(members.size()) - 1;
  bool moved = true;
  while (moved && out.iterations < kStepsMax) {
    ++out.iterations;
    moved = false;
    const auto settle = [&](double& variance, double next) {
      moved = moved || std::abs(next - variance) > 1e-14 * next;
      variance = next;
    };
    weigh(out, levels);
    if (out.between_variance > 0 && groups > 0) {
      double next = 0;
      for (std::size_t c = 0; c < levels.members.size(); ++c)
        for (const std::size_t g : levels.members[c]) {
          const double off = out.groups[g].mean - out.cohorts[c].mean;
          next += out.groups[g].credibility * off * off / groups;
        }
      settle(out.between_variance, next);
      weigh(out, levels);
    }
    if (out.cohort_variance > 0) {
      double next = 0;
      for (const CredibilityRow& cohort : out.cohorts) {
        const double off = cohort.mean - out.collective_mean;
        next += cohort.credibility * off * off / (static_cast<double>(out.cohorts.size()) - 1);
      }
      settle(out.cohort_variance, next);
    }
  }
}

}  // namespace

base::Result<CredibilityOutput> hierarchical_credibility(const CredibilityInput& input) {
  CredibilityOutput out;
  Levels levels;
  double freedom = 0;
  for (std::size_t i = 0; i < input.groups.size(); ++i) {
    const CredibilityGroup& g = input.groups[i];
    if (g.cohort.empty())
      return base::malformed("groups[" + std::to_string(i) + "].cohort", "",
                             "the hierarchical model needs a cohort for every group");
    CredibilityRow row{.name = g.name};
    for (std::size_t t = 0; t < g.ratios.size(); ++t) {
      row.weight += g.weights[t];
      row.mean += g.weights[t] * g.ratios[t];
    }
    row.mean /= row.weight;
    for (std::size_t t = 0; t < g.ratios.size(); ++t)
      levels.within += g.weights[t] * (g.ratios[t] - row.mean) * (g.ratios[t] - row.mean);
    freedom += static_cast<double>(g.ratios.size()) - 1;
    const auto found = std::ranges::find(out.cohorts, g.cohort, &CredibilityRow::name);
    const auto at = static_cast<std::size_t>(found - out.cohorts.begin());
    if (found == out.cohorts.end()) {
      out.cohorts.push_back({.name = g.cohort});
      levels.members.emplace_back();
    }
    levels.members[at].push_back(i);
    out.groups.push_back(std::move(row));
  }
  if (out.cohorts.size() < 2)
    return base::malformed("groups", std::to_string(out.cohorts.size()),
                           "at least two cohorts are needed", "use buhlmann_straub for one");
  levels.within /= freedom;
  out.within_variance = levels.within;
  out.raw_between_variance = between_groups(out, levels, input.estimator);
  out.between_variance = std::max(0.0, out.raw_between_variance);
  weigh(out, levels);
  out.cohort_variance = between_cohorts(out, levels);
  if (input.estimator == BetweenEstimator::iterative) iterate(out, levels);
  weigh(out, levels);
  out.k = out.between_variance > 0 ? out.within_variance / out.between_variance : kInfinity;
  for (std::size_t c = 0; c < levels.members.size(); ++c) {
    CredibilityRow& cohort = out.cohorts[c];
    cohort.premium =
        cohort.credibility * cohort.mean + (1 - cohort.credibility) * out.collective_mean;
    for (const std::size_t g : levels.members[c]) {
      CredibilityRow& group = out.groups[g];
      group.premium = group.credibility * group.mean + (1 - group.credibility) * cohort.premium;
    }
  }
  if (out.between_variance == 0 || out.cohort_variance == 0)
    out.note =
        "a variance between came out at or below 0 and counts as 0: there the data show no more "
        "difference than chance, and the level above is charged";
  return out;
}

}  // namespace cofferdam::actuarial
