// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/stress/concentration.h"

#include "cofferdam/base/estimate.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace cofferdam::stress {
namespace {

using base::malformed;
using base::Result;

constexpr std::size_t kExposuresMax = 100'000;
constexpr std::size_t kSizesMax = 100;
constexpr std::size_t kLargestShown = 10;
constexpr std::size_t kBreachesShown = 1'000;

Result<void> check(const ConcentrationInput& in) {
  const auto bad = [](std::string_view name, double value, std::string rule) {
    return malformed(std::string(name), base::number_text(value), std::move(rule));
  };
  if (in.exposures.size() > kExposuresMax)
    return malformed("exposures", std::to_string(in.exposures.size()), "at most 100,000");
  for (const ConcentrationExposure& e : in.exposures) {
    if (e.member.empty()) return malformed("exposures.member", e.member, "must be a name");
    if (!(e.amount >= 0 && e.amount <= 1e30))
      return bad("exposures.amount", e.amount, "must not be negative");
  }
  const std::pair<std::string_view, double> limits[] = {{"member_limit", in.member_limit},
                                                        {"peril_limit", in.peril_limit},
                                                        {"group_limit", in.group_limit}};
  for (const auto& [name, limit] : limits)
    if (!(limit > 0 && limit <= 1)) return bad(name, limit, "must be above 0, at most 1");
  if (in.tail_index && !(*in.tail_index > 0 && *in.tail_index <= 1e6))
    return bad("tail_index", *in.tail_index, "must be above 0");
  if (in.losses.size() > kOutcomesMax || in.losses.size() == 1)
    return malformed("losses", std::to_string(in.losses.size()), "must be none, or 2 to 1,000,000");
  for (const double loss : in.losses)
    if (!(loss > 0 && loss <= 1e30)) return bad("losses", loss, "must be above 0");
  if (in.largest != 0 && in.largest >= in.losses.size())
    return malformed("largest", std::to_string(in.largest), "must be fewer than there are losses");
  if (!(in.common_share >= 0 && in.common_share <= 1))
    return bad("common_share", in.common_share, "must be 0 to 1");
  if (!(in.least_loss > 0 && in.least_loss <= 1e30))
    return bad("least_loss", in.least_loss, "must be above 0");
  if (in.event_limit && !(*in.event_limit >= in.least_loss && *in.event_limit <= 1e30))
    return bad("event_limit", *in.event_limit, "must be at least the least loss");
  if (in.budget && !(*in.budget > in.least_loss && *in.budget <= 1e30))
    return bad("budget", *in.budget, "must be above the least loss");
  if (in.sizes.size() > kSizesMax)
    return malformed("sizes", std::to_string(in.sizes.size()), "at most 100");
  for (const double n : in.sizes)
    if (!(n >= 1 && n <= 1e12)) return bad("sizes", n, "must be 1 or more");
  return {};
}

// Hill 1975: one over the mean of the logarithms of the k largest over the next one.
double hill(std::vector<double> losses, std::size_t k) {
  std::sort(losses.begin(), losses.end(), std::greater<>());
  double sum = 0;
  for (std::size_t i = 0; i < k; ++i) sum += std::log(losses[i] / losses[k]);
  return sum > 0 ? static_cast<double>(k) / sum : 1e6;
}

double limited_mean(double least, double a, double limit) {
  const double ratio = std::log(limit / least);
  if (std::abs(a - 1) < 1e-9) return least * (1 + ratio);
  return least * (1 + std::expm1((1 - a) * ratio) / (1 - a));
}

std::optional<double> limit_for(double least, double a, double budget) {
  const double grown = budget / least - 1;
  if (std::abs(a - 1) < 1e-9) return least * std::exp(grown);
  const double inside = 1 + grown * (1 - a);
  if (inside <= 0) return std::nullopt;  // even unlimited it costs less
  return least * std::exp(std::log(inside) / (1 - a));
}

void disperse(const ConcentrationInput& in, ConcentrationOutput& out) {
  const double a = *out.tail_index;
  const bool is_limited = in.event_limit.has_value();
  const bool has_variance = a > 2 || is_limited;
  out.has_mean = a > 1;
  out.needs_limit = !out.has_mean && !is_limited;
  if (has_variance)
    out.dispersion = in.common_share > 0 ? DispersionCase::stops_at_common_factor
                                         : DispersionCase::falls_as_root_n;
  else
    out.dispersion = a > 1 ? DispersionCase::falls_slower : DispersionCase::does_not_fall;
  const std::vector<double> sizes =
      in.sizes.empty() ? std::vector<double>{1, 10, 100, 1'000, 10'000} : in.sizes;
  for (const double n : sizes) {
    const double rho = in.common_share;
    const double dispersion = has_variance ? std::sqrt(rho + (1 - rho) / n)
                                           : std::max(std::sqrt(rho), std::pow(n, 1 / a - 1));
    out.rows.push_back({n, dispersion});
  }
  if (is_limited) out.expected_limited = limited_mean(in.least_loss, a, *in.event_limit);
  if (in.budget) out.limit_for_budget = limit_for(in.least_loss, a, *in.budget);
}

void judge(const ConcentrationInput& in, ConcentrationKind kind,
           std::string ConcentrationExposure::* name, double limit, ConcentrationOutput& out) {
  std::map<std::string, double> sums;
  double all = 0;
  for (const ConcentrationExposure& e : in.exposures) {
    all += e.amount;
    if (!(e.*name).empty()) sums[e.*name] += e.amount;
  }
  if (all == 0 || sums.empty()) return;
  ConcentrationIndex index{.kind = kind};
  std::vector<ConcentrationShare> shares;
  for (const auto& [who, amount] : sums) {
    const double share = amount / all;
    index.herfindahl += share * share;
    shares.push_back({kind, who, amount, share, limit, std::max(0.0, amount - limit * all)});
    if (share > limit) out.breaches.push_back(shares.back());
  }
  index.effective_number = 1 / index.herfindahl;
  out.indexes.push_back(index);
  std::sort(shares.begin(), shares.end(), [](const auto& x, const auto& y) {
    return x.amount != y.amount ? x.amount > y.amount : x.name < y.name;
  });
  if (shares.size() > kLargestShown) shares.resize(kLargestShown);
  out.largest.insert(out.largest.end(), shares.begin(), shares.end());
}

}  // namespace

Result<ConcentrationOutput> concentration(const ConcentrationInput& in) {
  if (Result<void> sound = check(in); !sound) return std::unexpected(sound.error());
  ConcentrationOutput out{.rows = {}, .indexes = {}, .breaches = {}, .largest = {}};
  out.tail_index = in.tail_index;
  if (!out.tail_index && !in.losses.empty()) {
    const std::size_t k =
        in.largest != 0 ? in.largest : std::max<std::size_t>(1, in.losses.size() / 10);
    out.tail_index = hill(in.losses, k);
    out.tail_index_error = *out.tail_index / std::sqrt(static_cast<double>(k));
  }
  if (out.tail_index) disperse(in, out);
  judge(in, ConcentrationKind::member, &ConcentrationExposure::member, in.member_limit, out);
  judge(in, ConcentrationKind::peril, &ConcentrationExposure::peril, in.peril_limit, out);
  judge(in, ConcentrationKind::group, &ConcentrationExposure::group, in.group_limit, out);
  std::sort(out.breaches.begin(), out.breaches.end(), [](const auto& x, const auto& y) {
    return x.excess != y.excess ? x.excess > y.excess : x.name < y.name;
  });
  if (out.breaches.size() > kBreachesShown) out.breaches.resize(kBreachesShown);
  return out;
}

}  // namespace cofferdam::stress
