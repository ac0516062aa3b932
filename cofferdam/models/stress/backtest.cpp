// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/stress/backtest.h"

#include "cofferdam/base/estimate.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace cofferdam::stress {
namespace {

using base::malformed;
using base::Result;

// n ln p, with 0 ln 0 = 0.
double times_log(std::uint64_t n, double p) {
  return n == 0 ? 0.0 : static_cast<double>(n) * std::log(p);
}

double part(std::uint64_t some, std::uint64_t all) {
  return all == 0 ? 0.0 : static_cast<double>(some) / static_cast<double>(all);
}

// Likelihood ratios are not negative; rounding may make them so.
LikelihoodTest judged(double statistic, int degrees, double significance) {
  LikelihoodTest test{.statistic = std::max(0.0, statistic), .p_value = 1, .rejects = false};
  test.p_value =
      degrees == 1 ? std::erfc(std::sqrt(test.statistic / 2)) : std::exp(-test.statistic / 2);
  test.rejects = test.p_value < significance;
  return test;
}

// P(X <= x) rises with x: its terms are added until it reaches what is asked.
class Binomial {
 public:
  Binomial(std::uint64_t n, double p) : n_(n), p_(p) {}

  [[nodiscard]] double cumulative(std::uint64_t x) const {
    double sum = 0;
    for (std::uint64_t k = 0; k <= x; ++k) sum += term(k);
    return std::min(sum, 1.0);
  }

  [[nodiscard]] std::uint64_t first_at(double probability) const {
    double sum = 0;
    for (std::uint64_t k = 0; k <= n_; ++k) {
      sum += term(k);
      if (sum >= probability) return k;
    }
    return n_;
  }

 private:
  [[nodiscard]] double term(std::uint64_t k) const {
    const auto n = static_cast<double>(n_);
    const auto x = static_cast<double>(k);
    return std::exp(std::lgamma(n + 1) - std::lgamma(x + 1) - std::lgamma(n - x + 1) +
                    x * std::log(p_) + (n - x) * std::log1p(-p_));
  }

  std::uint64_t n_;
  double p_;
};

Result<std::vector<bool>> from_days(const BacktestInput& input) {
  if (input.days < 2 || input.days > kOutcomesMax)
    return malformed("days", std::to_string(input.days), "must be 2 to 1,000,000");
  std::vector<bool> exceeded(input.days);
  std::uint64_t last = 0;
  for (std::size_t i = 0; i < input.exceedance_days.size(); ++i) {
    const std::uint64_t day = input.exceedance_days[i];
    if (day <= last || day > input.days)
      return malformed("exceedance_days[" + std::to_string(i) + "]", std::to_string(day),
                       "must rise, from 1 to days");
    exceeded[day - 1] = true;
    last = day;
  }
  return exceeded;
}

Result<std::vector<bool>> exceedances_of(const BacktestInput& input) {
  const bool is_series = !input.outcomes.empty() || !input.value_at_risk.empty();
  const bool is_count = input.days != 0 || !input.exceedance_days.empty();
  if (is_series == is_count)
    return malformed("outcomes", std::to_string(input.outcomes.size()) + " days",
                     "either outcomes and value_at_risk are given, or days and exceedance_days");
  if (is_count) return from_days(input);
  const std::size_t n = input.outcomes.size();
  if (n != input.value_at_risk.size())
    return malformed("value_at_risk", std::to_string(input.value_at_risk.size()) + " days",
                     "must be as many as outcomes");
  if (n < 2 || n > kOutcomesMax)
    return malformed("outcomes", std::to_string(n) + " days", "must be 2 to 1,000,000");
  std::vector<bool> exceeded(n);
  for (std::size_t i = 0; i < n; ++i) exceeded[i] = -input.outcomes[i] > input.value_at_risk[i];
  return exceeded;
}

void count_transitions(const std::vector<bool>& exceeded, BacktestOutput& out) {
  for (std::size_t i = 1; i < exceeded.size(); ++i) {
    if (!exceeded[i - 1] && !exceeded[i]) ++out.quiet_after_quiet;
    if (!exceeded[i - 1] && exceeded[i]) ++out.exceeded_after_quiet;
    if (exceeded[i - 1] && !exceeded[i]) ++out.quiet_after_exceeded;
    if (exceeded[i - 1] && exceeded[i]) ++out.exceeded_after_exceeded;
  }
}

double independence_ratio(const BacktestOutput& out) {
  const std::uint64_t n00 = out.quiet_after_quiet, n01 = out.exceeded_after_quiet;
  const std::uint64_t n10 = out.quiet_after_exceeded, n11 = out.exceeded_after_exceeded;
  const double q = part(n01 + n11, n00 + n01 + n10 + n11);
  const double q01 = part(n01, n00 + n01);
  const double q11 = part(n11, n10 + n11);
  const double same = times_log(n00 + n10, 1 - q) + times_log(n01 + n11, q);
  const double split =
      times_log(n00, 1 - q01) + times_log(n01, q01) + times_log(n10, 1 - q11) + times_log(n11, q11);
  return -2 * (same - split);
}

void find_zone(double rate, BacktestOutput& out) {
  const Binomial model(out.observations, rate);
  out.yellow_from = model.first_at(0.95);
  out.red_from = model.first_at(0.9999);
  out.cumulative_probability = model.cumulative(out.exceedances);
  out.zone = out.exceedances >= out.red_from      ? BacktestZone::red
             : out.exceedances >= out.yellow_from ? BacktestZone::yellow
                                                  : BacktestZone::green;
  if (out.observations != 250 || std::fabs(rate - 0.01) > 1e-12) return;
  constexpr std::array kPlus{0.0, 0.0, 0.0, 0.0, 0.0, 0.40, 0.50, 0.65, 0.75, 0.85, 1.0};
  out.plus_factor = kPlus[std::min<std::size_t>(out.exceedances, kPlus.size() - 1)];
}

}  // namespace

Result<BacktestOutput> backtest(const BacktestInput& input) {
  if (!(input.confidence > 0.5 && input.confidence < 1))
    return malformed("confidence", base::number_text(input.confidence),
                     "must lie above 0.5 and below 1");
  if (!(input.significance > 0 && input.significance < 1))
    return malformed("significance", base::number_text(input.significance),
                     "must lie between 0 and 1");
  const Result<std::vector<bool>> exceeded = exceedances_of(input);
  if (!exceeded) return std::unexpected(exceeded.error());
  const double rate = 1 - input.confidence;
  BacktestOutput out;
  out.observations = exceeded->size();
  for (const bool one : *exceeded) out.exceedances += one ? 1 : 0;
  out.expected = static_cast<double>(out.observations) * rate;
  out.rate = part(out.exceedances, out.observations);
  const std::uint64_t quiet = out.observations - out.exceedances;
  const double pof = -2 * (times_log(quiet, input.confidence) + times_log(out.exceedances, rate)) +
                     2 * (times_log(quiet, 1 - out.rate) + times_log(out.exceedances, out.rate));
  count_transitions(*exceeded, out);
  const double independence = independence_ratio(out);
  out.kupiec = judged(pof, 1, input.significance);
  out.independence = judged(independence, 1, input.significance);
  out.conditional_coverage = judged(pof + independence, 2, input.significance);
  find_zone(rate, out);
  for (std::size_t i = 0; i < input.outcomes.size(); ++i)
    if ((*exceeded)[i]) out.mean_excess += -input.outcomes[i] - input.value_at_risk[i];
  if (out.exceedances > 0) out.mean_excess /= static_cast<double>(out.exceedances);
  return out;
}

}  // namespace cofferdam::stress
