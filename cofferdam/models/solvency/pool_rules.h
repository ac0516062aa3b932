// SPDX-License-Identifier: Apache-2.0
//
// Five rules by which a pool sells covers for a quarter: what each cover costs, and which of them
// the pool may sell. Buyers come in the order of the book and take what costs no more than they
// would pay.
//
//   technical  Price: cost of capital on the Euler share of TVaR, (E + r K)/(1 + r)/(1 - expenses),
//              and a part that moves own funds towards the requirement, from -50 to +100 % of it;
//              a rate moves by at most `step` in a quarter and never lies below the technical one.
//              Sold while TVaR of the next year stays within own funds.
//   gearing    One flat rate, the expected loss at the start over a target loss ratio. Sold while
//              the sum insured stays within own funds times a gearing.
//   nexus      Price by Nexus Mutual's rule 2.11, one product a segment, each with a capacity of
//              twice own funds; the requirement is its minimum capital, updated daily.
//   neptune    Price by Neptune Mutual's rule, covers of three months; sold while own funds cover
//              the sum insured in full.
//   ensuro     Ensuro's policy arithmetic (contracts/Policy.sol): pure premium = expected payment
//              times a margin of conservatism; junior capital = payout times a ratio less the pure
//              premium, senior = payout times a larger ratio less both; each earns its return for
//              the period; (pure premium + cost of both) / (1 - expenses). The probability of loss
//              is the calibration's. Sold while the capital that all covers lock stays within own
//              funds. Ratios, returns and margin are set by who runs such a pool: those here are
//              assumed.
#pragma once

#include "cofferdam/models/solvency/calibration.h"
#include "cofferdam/models/solvency/pool_losses.h"

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace cofferdam::solvency {

enum class PoolRule : std::uint8_t { technical, gearing, nexus, neptune, ensuro };
inline constexpr std::array<PoolRule, 5> kPoolRules{
    PoolRule::technical, PoolRule::gearing, PoolRule::nexus, PoolRule::neptune, PoolRule::ensuro};
inline constexpr std::array<std::string_view, 5> kPoolRuleNames{"technical", "gearing", "nexus",
                                                                "neptune", "ensuro"};

inline constexpr std::size_t kClasses = 8;  // segment times limit
inline constexpr double kLatticeStep = 100'000;
inline constexpr std::size_t kLatticePoints = 4'096;

[[nodiscard]] std::size_t class_of(const Cover& cover);

struct RuleTerms {
  i128 capital = 20 * kMillion;
  std::uint32_t expense_ppm = 150'000;  // of premium
  double level = 0.995;
  double cost_of_capital = 0.1;
  double refill_years = 2;
  double step = 0.25;
  std::uint32_t gearing_bps = 48'000;
  double target_loss_ratio = 0.6;
  std::uint32_t nexus_target_bps = 100;
  std::uint32_t nexus_capacity_bps = 20'000;
  // Of a year and the limit, by segment: Neptune's examples for Binance and for popular apps.
  std::array<std::uint32_t, 2> neptune_floor_bps{50, 200};
  std::array<std::uint32_t, 2> neptune_ceiling_bps{1'600, 1'200};
  std::uint32_t ensuro_margin_bps = 12'000;        // of conservatism, times the expected payment
  std::uint32_t ensuro_junior_bps = 1'000;         // of the payout
  std::uint32_t ensuro_collateral_bps = 5'000;     // of the payout, junior and senior together
  std::uint32_t ensuro_junior_return_bps = 2'000;  // a year
  std::uint32_t ensuro_senior_return_bps = 1'000;  // a year
};

// A quarter as a rule sees it before it begins.
struct QuarterView {
  base::Date start;
  base::Date end;  // the first day after it
  const Calibration* calibration = nullptr;
  const std::array<actuarial::Lattice, kClasses>* payments = nullptr;
  std::array<double, kClasses> mean_payments{};
  actuarial::FftAggregator* sums = nullptr;

  [[nodiscard]] std::uint32_t days() const {
    return static_cast<std::uint32_t>(days_between(start, end));
  }
};

// What a rule keeps from one quarter to the next.
struct RuleState {
  PoolRule rule = PoolRule::technical;
  std::array<double, kClasses> rates{};   // technical: of the last quarter; 0 before the first
  double flat_rate = 0;                   // gearing
  std::array<std::uint32_t, 2> bumped{};  // nexus
  i128 minimum = 0;                       // nexus: the stored requirement
  i128 desired = 0;                       // nexus: what it moves to
};

struct Sale {
  bool is_sold = false;
  i128 premium = 0;
};

struct Sales {
  std::vector<Sale> covers;  // one for each of the book
  i128 insured = 0;
  i128 premium = 0;
  i128 requirement = 0;  // by the rule's own measure
  std::size_t count = 0;
};

// The mean number of losses in a year of `count` covers of a class, and what they sum to.
[[nodiscard]] PoolLosses year_of(const std::vector<Cover>& book, const BookTerms& terms,
                                 const QuarterView& quarter, const std::vector<Sale>& sales,
                                 double years = 1);
[[nodiscard]] double required_tvar(const std::vector<Cover>& book, const BookTerms& terms,
                                   const QuarterView& quarter, const std::vector<Sale>& sales,
                                   double level);

// What the covers sold are expected to lose in so many years.
[[nodiscard]] double expected_losses(const std::vector<Cover>& book, const BookTerms& terms,
                                     const QuarterView& quarter, const std::vector<Sale>& sales,
                                     double years);

[[nodiscard]] Sales sell(const std::vector<Cover>& book, const BookTerms& book_terms,
                         const RuleTerms& terms, const QuarterView& quarter, i128 own_funds,
                         RuleState& state);

}  // namespace cofferdam::solvency
