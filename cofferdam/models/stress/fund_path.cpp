// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/stress/fund_path.h"

#include "cofferdam/base/estimate.h"
#include "cofferdam/models/stress/fund_solvency.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <string>

namespace cofferdam::stress {
namespace {

using base::malformed;
using base::Result;

constexpr std::size_t kObservationsMax = 100'000;
constexpr std::uint64_t kDynamicsCellsMax = 20'000'000;

struct Bound {
  std::string_view name;
  double value = 0;
  double low = 0;
  double high = 0;
};

Result<void> within(std::initializer_list<Bound> bounds) {
  for (const Bound& b : bounds)
    if (!(b.value >= b.low && b.value <= b.high))
      return malformed(std::string(b.name), base::number_text(b.value),
                       "must be " + base::number_text(b.low) + " to " + base::number_text(b.high));
  return {};
}

Result<void> check(const FundDynamicsInput& in) {
  constexpr double kMost = 1e30;
  if (Result<void> sound = within({{"fund", in.fund, 0, kMost},
                                   {"target", in.target, 0, kMost},
                                   {"surplus", in.surplus, -kMost, kMost},
                                   {"fee_volume", in.fee_volume, 0, kMost},
                                   {"fee_share", in.fee_share, 0, 1},
                                   {"contributions", in.contributions, 0, kMost},
                                   {"withdrawals", in.withdrawals, 0, kMost},
                                   {"yield", in.yield, -1, 10},
                                   {"frequency", in.frequency, 0, 100},
                                   {"mu", in.mu, -100, 60},
                                   {"sigma", in.sigma, 1e-9, 10},
                                   {"periods", static_cast<double>(in.periods), 1, 1'000},
                                   {"paths", static_cast<double>(in.paths), 1'000, 100'000}});
      !sound)
    return sound;
  if (in.paths * in.periods > kDynamicsCellsMax)
    return malformed("paths", std::to_string(in.paths), "times periods must be at most 20,000,000");
  return {};
}

double income_of(const FundDynamicsInput& in, double fee_share) {
  return in.surplus + in.fee_volume * fee_share + in.contributions - in.withdrawals;
}

// Half of the way from nothing to the target, at this income and yield and without deficits.
std::optional<double> half_life(double target, double income, double yield) {
  if (target <= 0) return std::nullopt;
  const double half = target / 2;
  if (income <= 0) return std::nullopt;
  if (yield == 0) return half / income;
  const double growth = 1 + half * yield / income;
  if (growth <= 0) return std::nullopt;
  return std::log(growth) / std::log1p(yield);
}

double at_part(std::vector<double>& values, double part) {
  const auto rank =
      static_cast<std::size_t>(std::max(1.0, std::ceil(part * static_cast<double>(values.size()))));
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(rank - 1);
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

struct Walk {
  std::vector<std::uint32_t> emptied;  // period of the first time, by path; 0: never
  double uncovered = 0;                // mean
  double end = 0;                      // mean
  std::vector<FundPeriod> path;
};

Walk walk(const FundDynamicsInput& in, const std::vector<double>& deficits, double fee_share,
          bool keeps_path) {
  const double income = income_of(in, fee_share);
  const auto n = static_cast<double>(in.paths);
  Walk out{.emptied = std::vector<std::uint32_t>(in.paths, 0), .path = {}};
  std::vector<double> fund(in.paths, in.fund);
  if (keeps_path) out.path.push_back({0, in.fund, in.fund, in.fund, in.fund, 0});
  for (std::uint32_t t = 1; t <= in.periods; ++t) {
    double sum = 0;
    std::size_t empty = 0;
    for (std::uint64_t k = 0; k < in.paths; ++k) {
      const double deficit = deficits[k * in.periods + t - 1];
      fund[k] = fund[k] * (1 + in.yield) + income - deficit;
      if (fund[k] <= 0) {
        // Withdrawals stop at nothing; only deficits stay unpaid.
        out.uncovered += std::min(deficit, -fund[k]) / n;
        fund[k] = 0;
        if (out.emptied[k] == 0) out.emptied[k] = t;
      }
      sum += fund[k];
      empty += out.emptied[k] != 0 ? 1U : 0U;
    }
    out.end = sum / n;
    if (!keeps_path) continue;
    std::vector<double> sorted = fund;
    FundPeriod row{.period = t, .mean = sum / n};
    row.low = at_part(sorted, 0.05);
    row.median = at_part(sorted, 0.5);
    row.high = at_part(sorted, 0.95);
    row.depleted = static_cast<double>(empty) / n;
    out.path.push_back(row);
  }
  return out;
}

double part_emptied(const Walk& walk) {
  const auto count = std::count_if(walk.emptied.begin(), walk.emptied.end(),
                                   [](std::uint32_t t) { return t != 0; });
  return static_cast<double>(count) / static_cast<double>(walk.emptied.size());
}

Result<void> check(const FundStabilityInput& in) {
  if (in.observations.empty() || in.observations.size() > kObservationsMax)
    return malformed("observations", std::to_string(in.observations.size()),
                     "must be 1 to 100,000");
  if (Result<void> sound = within({{"window_hours", in.window_hours, 0, 1e6},
                                   {"drawdown_on", in.drawdown_on, 0, 1},
                                   {"drawdown_off", in.drawdown_off, 0, in.drawdown_on},
                                   {"ratio_on", in.ratio_on, 0, 1e6},
                                   {"ratio_off", in.ratio_off, in.ratio_on, 1e6}});
      !sound)
    return sound;
  for (std::size_t i = 0; i < in.observations.size(); ++i) {
    const FundObservation& o = in.observations[i];
    constexpr double kMost = 1e30;
    if (Result<void> sound = within({{"observations.hour", o.hour, -1e9, 1e9},
                                     {"observations.balance", o.balance, 0, kMost},
                                     {"observations.open_interest", o.open_interest, 0, kMost},
                                     {"observations.largest_account", o.largest_account, 0, kMost},
                                     {"observations.deficit", o.deficit, 0, kMost}});
        !sound)
      return sound;
    if (i > 0 && o.hour <= in.observations[i - 1].hour)
      return malformed("observations.hour", base::number_text(o.hour), "must rise");
  }
  return {};
}

}  // namespace

Result<FundDynamicsOutput> fund_dynamics(const FundDynamicsInput& in) {
  if (Result<void> sound = check(in); !sound) return std::unexpected(sound.error());
  const CompoundLoss model{in.frequency, in.mu, in.sigma, in.seed};
  std::vector<double> deficits(in.paths * in.periods, 0);
  if (in.frequency > 0)
    for (std::uint64_t k = 0; k < in.paths; ++k)
      for (std::uint32_t t = 0; t < in.periods; ++t)
        deficits[k * in.periods + t] = std::min(model.draw(k, t + 1).sum, 1e300);
  const Walk base = walk(in, deficits, in.fee_share, true);
  FundDynamicsOutput out{
      .income = income_of(in, in.fee_share),
      .expected_deficits = in.frequency * std::exp(in.mu + in.sigma * in.sigma / 2),
      .depleted = part_emptied(base),
      .mean_uncovered = base.uncovered,
      .path = base.path,
      .fee_shares = {}};
  out.depleted_error = std::sqrt(out.depleted * (1 - out.depleted) / static_cast<double>(in.paths));
  double sum = 0, count = 0;
  for (const std::uint32_t t : base.emptied)
    if (t != 0) sum += t, count += 1;
  if (count > 0) out.mean_depletion_period = sum / count;
  out.recovery_half_life = half_life(in.target == 0 ? in.fund : in.target, out.income, in.yield);
  for (const double factor : {0.0, 0.5, 1.0, 1.5, 2.0}) {
    const double share = std::min(1.0, in.fee_share * factor);
    const Walk other = walk(in, deficits, share, false);
    out.fee_shares.push_back({share, part_emptied(other), other.end});
  }
  return out;
}

Result<FundStabilityOutput> fund_stability(const FundStabilityInput& in) {
  if (Result<void> sound = check(in); !sound) return std::unexpected(sound.error());
  FundStabilityOutput out{.rows = {}};
  std::deque<std::size_t> peaks;  // of the window: balances falling from front to back
  double deficits = 0;
  bool is_deleveraging = false, is_thin = false;
  for (std::size_t i = 0; i < in.observations.size(); ++i) {
    const FundObservation& o = in.observations[i];
    while (!peaks.empty() && in.observations[peaks.back()].balance <= o.balance) peaks.pop_back();
    peaks.push_back(i);
    while (in.observations[peaks.front()].hour < o.hour - in.window_hours) peaks.pop_front();
    const double peak = in.observations[peaks.front()].balance;
    FundStabilityRow row{.hour = o.hour, .drawdown = peak > 0 ? 1 - o.balance / peak : 0};
    if (o.open_interest > 0) row.fund_to_open_interest = o.balance / o.open_interest;
    if (o.largest_account > 0) row.fund_to_largest_account = o.balance / o.largest_account;
    const bool was_deleveraging = is_deleveraging, was_thin = is_thin;
    is_deleveraging =
        row.drawdown >= (was_deleveraging ? in.drawdown_off : in.drawdown_on) && row.drawdown > 0;
    if (in.ratio_on > 0 && o.open_interest > 0)
      is_thin = row.fund_to_open_interest < (was_thin ? in.ratio_off : in.ratio_on);
    out.deleveraging_times += is_deleveraging && !was_deleveraging ? 1 : 0;
    out.thin_times += is_thin && !was_thin ? 1 : 0;
    row.is_deleveraging = is_deleveraging;
    row.is_thin = is_thin;
    out.peak = std::max(out.peak, o.balance);
    out.drawdown_max = std::max(out.drawdown_max, row.drawdown);
    if (i > 0) deficits += o.deficit;
    out.rows.push_back(row);
  }
  const double hours = in.observations.back().hour - in.observations.front().hour;
  if (hours > 0) out.mean_deficit_a_day = deficits / hours * 24;
  if (out.mean_deficit_a_day > 0)
    out.days_of_deficits = in.observations.back().balance / out.mean_deficit_a_day;
  return out;
}

}  // namespace cofferdam::stress
