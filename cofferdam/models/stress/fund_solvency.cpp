// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/stress/fund_solvency.h"

#include "cofferdam/base/estimate.h"
#include "cofferdam/models/numerics/random.h"
#include "cofferdam/models/numerics/special_functions.h"
#include "cofferdam/models/stress/monte_carlo.h"
#include "cofferdam/models/stress/tail_risk.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

namespace cofferdam::stress {
namespace {

using base::malformed;
using base::Result;

constexpr double kFrequencyMax = 500;
constexpr std::uint64_t kFundPathsMax = 1'000'000;
constexpr double kLossesDrawnMax = 2e8;
constexpr std::size_t kBatches = 20;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

Result<void> number(std::string_view name, double value, double low, double high) {
  if (value >= low && value <= high) return {};
  return malformed(std::string(name), base::number_text(value),
                   "must be " + base::number_text(low) + " to " + base::number_text(high));
}

Result<void> check(const FundSolvencyInput& in) {
  const Result<void> numbers[] = {
      number("fund", in.fund, 0, 1e30), number("haircut", in.haircut, 0, 0.999999),
      number("open_interest", in.open_interest, 0, 1e30), number("target", in.target, 0, 1e6)};
  for (const Result<void>& sound : numbers)
    if (!sound) return sound;
  if (in.periods < 1 || in.periods > 1'000)
    return malformed("periods", std::to_string(in.periods), "must be 1 to 1,000");
  if (in.confidences.size() > kConfidencesMax)
    return malformed("confidences", std::to_string(in.confidences.size()), "at most 100");
  for (const double p : in.confidences)
    if (!(p > 0 && p < 1))
      return malformed("confidences", base::number_text(p), "must be above 0 and below 1");
  if (in.model == FundLossModel::losses) {
    if (in.losses.empty() || in.losses.size() > kOutcomesMax)
      return malformed("losses", std::to_string(in.losses.size()), "must be 1 to 1,000,000");
    for (const double loss : in.losses)
      if (Result<void> sound = number("losses", loss, 0, 1e30); !sound) return sound;
    return {};
  }
  if (Result<void> sound = number("mu", in.mu, -100, 60); !sound) return sound;
  if (!(in.sigma > 0 && in.sigma <= 10))
    return malformed("sigma", base::number_text(in.sigma), "must be above 0, at most 10");
  if (in.model == FundLossModel::lognormal) return {};
  if (Result<void> sound = number("frequency", in.frequency, 0, kFrequencyMax); !sound)
    return sound;
  if (in.paths < kPathsMin || in.paths > kFundPathsMax || in.paths % 40 != 0)
    return malformed("paths", std::to_string(in.paths),
                     "must be 2,000 to 1,000,000 and a multiple of 40");
  if (in.frequency * static_cast<double>(in.paths) > kLossesDrawnMax)
    return malformed("paths", std::to_string(in.paths),
                     "times frequency must be at most 200,000,000");
  return {};
}

// What a model says of the loss at one confidence.
struct Loss {
  double mean = 0;
  double exceeded = 0, exceeded_error = 0;
  double uncovered = 0, uncovered_error = 0;
  std::vector<Tail> tails;
};

Loss lognormal(const FundSolvencyInput& in, double available,
               const std::vector<double>& confidences) {
  Loss loss{.mean = std::exp(in.mu + in.sigma * in.sigma / 2), .tails = {}};
  if (available > 0) {
    const double d = (in.mu - std::log(available)) / in.sigma;
    loss.exceeded = numerics::gaussian_cdf(d);
    loss.uncovered = loss.mean * numerics::gaussian_cdf(d + in.sigma) - available * loss.exceeded;
  } else {
    loss.exceeded = 1;
    loss.uncovered = loss.mean;
  }
  for (const double p : confidences) {
    const double z = numerics::gaussian_quantile(p);
    loss.tails.push_back({std::exp(in.mu + in.sigma * z),
                          loss.mean * numerics::gaussian_cdf(in.sigma - z) / (1 - p)});
  }
  return loss;
}

Loss empirical(const std::vector<double>& losses, double available,
               const std::vector<double>& confidences, bool is_simulated) {
  Loss out{.tails = {}};
  const auto n = static_cast<double>(losses.size());
  std::vector<double> outcomes, exceeded(kBatches, 0), uncovered(kBatches, 0);
  outcomes.reserve(losses.size());
  const std::size_t size = std::max<std::size_t>(1, losses.size() / kBatches);
  for (std::size_t i = 0; i < losses.size(); ++i) {
    outcomes.push_back(-losses[i]);
    out.mean += losses[i] / n;
    const std::size_t batch = std::min(kBatches - 1, i / size);
    if (losses[i] > available) {
      exceeded[batch] += 1 / static_cast<double>(size);
      out.exceeded += 1 / n;
      uncovered[batch] += (losses[i] - available) / static_cast<double>(size);
      out.uncovered += (losses[i] - available) / n;
    }
  }
  if (is_simulated) {
    out.exceeded_error = batch_error(exceeded);
    out.uncovered_error = batch_error(uncovered);
  }
  for (const double p : confidences) out.tails.push_back(tail_of(outcomes, p));
  return out;
}

}  // namespace

CompoundDraw CompoundLoss::draw(std::uint64_t path, std::uint32_t period) const {
  const std::array<std::uint32_t, 2> key{static_cast<std::uint32_t>(seed),
                                         static_cast<std::uint32_t>(seed >> 32)};
  const auto words = [&](std::uint32_t place) {
    return numerics::philox_words({place, static_cast<std::uint32_t>(path), period,
                                   static_cast<std::uint32_t>(path >> 32) | 0x8000'0000U},
                                  key);
  };
  // Uniform on (0, 1): 53 bits, and a half so that it is never 0.
  const auto uniform = [](std::uint32_t high, std::uint32_t low) {
    const std::uint64_t bits = (std::uint64_t{high} << 21U) | (low >> 11U);
    return (static_cast<double>(bits) + 0.5) * 0x1p-53;
  };
  CompoundDraw out;
  // By inversion: terms of the Poisson probabilities, one after another.
  const auto first = words(0);
  double left = uniform(first[0], first[1]);
  double term = std::exp(-frequency);
  const auto most = static_cast<std::uint32_t>(frequency + 40 * std::sqrt(frequency + 1) + 50);
  while (left >= term && out.count < most) {
    left -= term;
    ++out.count;
    term *= frequency / out.count;
  }
  for (std::uint32_t k = 0; k < out.count; ++k) {
    const auto next = words(k + 1);
    const double z = numerics::gaussian_quantile(uniform(next[0], next[1]));
    out.sum += std::exp(mu + sigma * z);
  }
  return out;
}

Result<FundSolvencyOutput> fund_solvency(const FundSolvencyInput& in) {
  if (Result<void> sound = check(in); !sound) return std::unexpected(sound.error());
  const std::vector<double> confidences =
      in.confidences.empty() ? std::vector<double>{0.95, 0.99, 0.995} : in.confidences;
  const double available = in.fund * (1 - in.haircut);
  Loss loss;
  if (in.model == FundLossModel::lognormal) {
    loss = lognormal(in, available, confidences);
  } else if (in.model == FundLossModel::losses) {
    loss = empirical(in.losses, available, confidences, false);
  } else {
    const CompoundLoss model{in.frequency, in.mu, in.sigma, in.seed};
    std::vector<double> losses(in.paths);
    for (std::uint64_t k = 0; k < in.paths; ++k) losses[k] = model.draw(k, 0).sum;
    loss = empirical(losses, available, confidences, true);
  }
  FundSolvencyOutput out{.available = available,
                         .mean_loss = loss.mean,
                         .exceeded = loss.exceeded,
                         .exceeded_error = loss.exceeded_error,
                         .uncovered = loss.uncovered,
                         .uncovered_error = loss.uncovered_error,
                         .rows = {}};
  if (in.open_interest > 0) out.fund_to_open_interest = in.fund / in.open_interest;
  const auto ratio = [](double a, double b) { return b > 0 ? a / b : kInfinity; };
  for (std::size_t i = 0; i < confidences.size(); ++i) {
    const Tail& tail = loss.tails[i];
    // A loss of zero has an outcome of minus zero.
    const double var = std::max(0.0, tail.value_at_risk);
    const double es = std::max(0.0, tail.expected_shortfall);
    const double required = in.target * var / (1 - in.haircut);
    out.rows.push_back(
        {.confidence = confidences[i],
         .value_at_risk = var,
         .expected_shortfall = es,
         .coverage = ratio(available, var),
         .coverage_of_shortfall = ratio(available, es),
         .required_fund = required,
         .contribution = std::max(0.0, required - in.fund) / in.periods,
         .open_interest_max =
             in.open_interest == 0 ? 0 : ratio(in.open_interest * available, in.target * var)});
  }
  return out;
}

}  // namespace cofferdam::stress
