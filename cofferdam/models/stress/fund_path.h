// SPDX-License-Identifier: Apache-2.0
//
// A fund through time. `fund-dynamics` says how it may go on from here: in each period
//
//   F' = F (1 + yield) + surplus + fee_volume x fee_share + contributions - withdrawals - deficits
//
// with deficits a Poisson number of lognormal losses; a fund that cannot pay is empty, and the rest
// is counted as uncovered. `fund-stability` looks back over recorded observations: ratios to open
// interest and to the largest account, drawdown from the peak of a window, and two alarms with
// hysteresis, which go on at one level and off at another so that they do not flap.
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/base/fields.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace cofferdam::stress {

struct FundDynamicsInput {
  double fund = 0;
  double target = 0;
  double surplus = 0;
  double fee_volume = 0;
  double fee_share = 0;
  double contributions = 0;
  double withdrawals = 0;
  double yield = 0;
  double frequency = 0;
  double mu = 0;
  double sigma = 1;
  std::uint32_t periods = 12;
  std::uint64_t paths = 10'000;
  std::uint64_t seed = 1;

  static constexpr std::array<std::string_view, 1> kRequired{"fund"};
  static constexpr std::string_view kDoc =
      "How a fund may go on: its paths, when it may be empty, how fast it recovers, what a fee "
      "share "
      "changes.";
  static constexpr std::string_view kSource =
      "collective risk model with interest: Klugman, Panjer and Willmot, Loss Models, 4th ed., ch. "
      "11";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("fund", self.fund, "what it holds now");
    visit("target", self.target, "at which inflows stop counting as needed; 0: what it holds now");
    visit("surplus", self.surplus, "of liquidations, a period");
    visit("fee_volume", self.fee_volume, "fees of the venue, a period");
    visit("fee_share", self.fee_share, "part of them that the fund gets, 0 to 1");
    visit("contributions", self.contributions, "of members, a period");
    visit("withdrawals", self.withdrawals, "a period, while there is anything");
    visit("yield", self.yield, "on the fund, a period");
    visit("frequency", self.frequency, "deficits expected in a period, to 100");
    visit("mu", self.mu, "mean of the logarithm of a deficit");
    visit("sigma", self.sigma, "and its deviation, above 0, at most 10");
    visit("periods", self.periods, "1 to 1,000");
    visit("paths", self.paths, "1,000 to 100,000; times periods at most 20,000,000");
    visit("seed", self.seed, "of the random numbers");
  }
};

struct FundPeriod {
  std::uint32_t period = 0;
  double mean = 0;
  double low = 0;
  double median = 0;
  double high = 0;
  double depleted = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("period", self.period, "0 is now");
    visit("mean", self.mean, "of the paths");
    visit("low", self.low, "5 % of the paths are below");
    visit("median", self.median, "half of them");
    visit("high", self.high, "95 %");
    visit("depleted", self.depleted, "part of the paths that have been empty by then");
  }
};

struct FundFeeShare {
  double fee_share = 0;
  double depleted = 0;
  double mean_end = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("fee_share", self.fee_share, "had it been this, on the same deficits");
    visit("depleted", self.depleted, "part of the paths that are ever empty");
    visit("mean_end", self.mean_end, "mean fund at the end");
  }
};

struct FundDynamicsOutput {
  double income = 0;
  double expected_deficits = 0;
  double depleted = 0;
  double depleted_error = 0;
  std::optional<double> mean_depletion_period;
  double mean_uncovered = 0;
  std::optional<double> recovery_half_life;
  std::vector<FundPeriod> path;
  std::vector<FundFeeShare> fee_shares;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("income", self.income,
          "a period without yield: surplus, fees, contributions, less "
          "withdrawals");
    visit("expected_deficits", self.expected_deficits, "a period");
    visit("depleted", self.depleted, "probability that it is empty at the end of some period");
    visit("depleted_error", self.depleted_error, "standard error of the simulation");
    visit("mean_depletion_period", self.mean_depletion_period, "of the paths that are; null: none");
    visit("mean_uncovered", self.mean_uncovered, "deficits that an empty fund did not pay, in all");
    visit("recovery_half_life", self.recovery_half_life,
          "periods to refill half of an empty fund's way to the target, without deficits; null: "
          "never");
    visit("path", self.path, "from now to the end");
    visit("fee_shares", self.fee_shares, "0, 0.5, 1, 1.5 and 2 times the share, at most 1");
  }
};

[[nodiscard]] base::Result<FundDynamicsOutput> fund_dynamics(const FundDynamicsInput& input);

struct FundObservation {
  double hour = 0;
  double balance = 0;
  double open_interest = 0;
  double largest_account = 0;
  double deficit = 0;

  static constexpr std::array<std::string_view, 2> kRequired{"hour", "balance"};

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("hour", self.hour, "rising");
    visit("balance", self.balance, "of the fund");
    visit("open_interest", self.open_interest, "0: not known");
    visit("largest_account", self.largest_account, "largest notional of one account; 0: not known");
    visit("deficit", self.deficit, "paid since the observation before");
  }
};

struct FundStabilityInput {
  std::vector<FundObservation> observations;
  double window_hours = 8;
  double drawdown_on = 0.3;
  double drawdown_off = 0.25;
  double ratio_on = 0;
  double ratio_off = 0;

  static constexpr std::array<std::string_view, 1> kRequired{"observations"};
  static constexpr std::string_view kDoc =
      "A fund looked back upon: ratios, drawdown, and alarms that go on and off at different "
      "levels.";
  static constexpr std::string_view kSource =
      "OKX help, Introduction to ADL (30 % from the peak within 8 hours); Bybit API v5, "
      "market/adl-alert (on at 30 %, off at 25 %)";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("observations", self.observations, "1 to 100,000");
    visit("window_hours", self.window_hours, "in which the peak is looked for");
    visit("drawdown_on", self.drawdown_on, "deleveraging is on from this drawdown");
    visit("drawdown_off", self.drawdown_off, "and off again below this one");
    visit("ratio_on", self.ratio_on, "alarm when fund to open interest falls below; 0: none");
    visit("ratio_off", self.ratio_off, "and off again from this ratio on");
  }
};

struct FundStabilityRow {
  double hour = 0;
  double drawdown = 0;
  double fund_to_open_interest = 0;
  double fund_to_largest_account = 0;
  bool is_deleveraging = false;
  bool is_thin = false;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("hour", self.hour, "of the observation");
    visit("drawdown", self.drawdown, "from the peak of the window");
    visit("fund_to_open_interest", self.fund_to_open_interest, "0: not known");
    visit("fund_to_largest_account", self.fund_to_largest_account, "0: not known");
    visit("is_deleveraging", self.is_deleveraging, "the alarm of the drawdown is on");
    visit("is_thin", self.is_thin, "the alarm of the ratio is on");
  }
};

struct FundStabilityOutput {
  double peak = 0;
  double drawdown_max = 0;
  double mean_deficit_a_day = 0;
  std::optional<double> days_of_deficits;
  std::uint64_t deleveraging_times = 0;
  std::uint64_t thin_times = 0;
  std::vector<FundStabilityRow> rows;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("peak", self.peak, "of all observations");
    visit("drawdown_max", self.drawdown_max, "largest of any window");
    visit("mean_deficit_a_day", self.mean_deficit_a_day, "from the first observation to the last");
    visit("days_of_deficits", self.days_of_deficits,
          "the last balance in days of them; null: there were none");
    visit("deleveraging_times", self.deleveraging_times, "that the alarm of the drawdown went on");
    visit("thin_times", self.thin_times, "that the alarm of the ratio went on");
    visit("rows", self.rows, "one for each observation");
  }
};

[[nodiscard]] base::Result<FundStabilityOutput> fund_stability(const FundStabilityInput& input);

}  // namespace cofferdam::stress
