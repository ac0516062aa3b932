// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/stress/pool_economics.h"

#include "cofferdam/base/decimal.h"
#include "cofferdam/base/estimate.h"
#include "cofferdam/base/rounding.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

namespace cofferdam::stress {
namespace {

using base::Amount;
using base::Duration;
using base::i128;
using base::malformed;
using base::Result;
using base::Rounding;
using base::SignedAmount;
using base::u128;

constexpr std::size_t kPoolsMax = 10'000;
constexpr std::size_t kCurrenciesMax = 100;
constexpr std::size_t kStepsMax = 100'000;
constexpr std::int64_t kDay = 86'400'000'000'000;
constexpr i128 kUnitsMax = i128{1'000'000'000'000'000} * 1'000'000'000'000'000;  // 10^30
constexpr std::string_view kTooLarge = "must be at most 10^30 units";

bool is_small(Amount amount) {
  return amount.units() <= static_cast<u128>(kUnitsMax);
}

Result<void> check(const EfficiencyPool& p, unsigned scale) {
  for (const auto& [field, amount] :
       {std::pair{"pools.collateral", p.collateral}, std::pair{"pools.requirement", p.requirement},
        std::pair{"pools.gross_requirement", p.gross_requirement},
        std::pair{"pools.risk_capital", p.risk_capital}})
    if (!is_small(amount))
      return malformed(field, base::format_decimal(amount, scale), std::string(kTooLarge));
  if (base::magnitude(p.income.units()) > static_cast<u128>(kUnitsMax))
    return malformed("pools.income", base::format_decimal(p.income, scale),
                     "must be at most 10^30 units, either way");
  if (!p.gross_requirement.is_zero() && p.gross_requirement < p.requirement)
    return malformed("pools.gross_requirement", base::format_decimal(p.gross_requirement, scale),
                     "must be 0 or at least the requirement");
  return {};
}

double ratio(double a, double b) {
  return b == 0 ? 0 : a / b;
}

Amount above(Amount a, Amount b) {
  return a.units() > b.units() ? Amount(a.units() - b.units()) : Amount();
}

EfficiencyRow row_of(const EfficiencyPool& p, double periods_a_year) {
  EfficiencyRow row{.pool = p.pool,
                    .idle = above(p.collateral, p.requirement),
                    .missing = above(p.requirement, p.collateral),
                    .saved_by_netting = above(p.gross_requirement, p.requirement)};
  const double collateral = base::to_double(p.collateral);
  const double requirement = base::to_double(p.requirement);
  row.utilisation = ratio(requirement, collateral);
  row.idle_share = ratio(base::to_double(row.idle), collateral);
  row.netting_share =
      ratio(base::to_double(row.saved_by_netting), base::to_double(p.gross_requirement));
  const double capital = base::to_double(p.risk_capital);
  row.return_on_risk_capital = ratio(base::to_double(p.income) * periods_a_year, capital);
  row.leverage_of_capital = ratio(requirement, capital);
  return row;
}

Amount sum(Amount a, Amount b) {
  return Amount(a.units() + b.units());
}

}  // namespace

Result<CapitalEfficiencyOutput> capital_efficiency(const CapitalEfficiencyInput& in) {
  if (in.pools.empty() || in.pools.size() > kPoolsMax)
    return malformed("pools", std::to_string(in.pools.size()), "must be 1 to 10,000");
  if (!(in.periods_a_year > 0 && in.periods_a_year <= 1e6))
    return malformed("periods_a_year", base::number_text(in.periods_a_year),
                     "must be above 0, to 1e6");
  CapitalEfficiencyOutput out{.total = {}, .pools = {}};
  EfficiencyPool all{.pool = "all"};
  Amount idle, missing, saved;
  std::set<std::string> names;
  for (const EfficiencyPool& pool : in.pools) {
    if (pool.pool.empty() || !names.insert(pool.pool).second)
      return malformed("pools.pool", pool.pool, "must be a name, once");
    if (Result<void> sound = check(pool, in.scale); !sound) return std::unexpected(sound.error());
    all.collateral = sum(all.collateral, pool.collateral);
    all.requirement = sum(all.requirement, pool.requirement);
    all.gross_requirement = sum(all.gross_requirement, pool.gross_requirement);
    all.risk_capital = sum(all.risk_capital, pool.risk_capital);
    all.income = SignedAmount(all.income.units() + pool.income.units());
    out.pools.push_back(row_of(pool, in.periods_a_year));
    idle = sum(idle, out.pools.back().idle);
    missing = sum(missing, out.pools.back().missing);
    saved = sum(saved, out.pools.back().saved_by_netting);
  }
  out.total = row_of(all, in.periods_a_year);
  // Sums over the pools: nothing that is idle in one is there for another.
  out.total.idle = idle;
  out.total.missing = missing;
  out.total.saved_by_netting = saved;
  out.total.idle_share = ratio(base::to_double(idle), base::to_double(all.collateral));
  out.total.netting_share = ratio(base::to_double(saved), base::to_double(all.gross_requirement));
  return out;
}

namespace {

struct Flow {
  Duration after;
  std::size_t currency = 0;
  i128 cash = 0;
  i128 due = 0;
};

class Ladder {
 public:
  explicit Ladder(const TimeToCashInput& in) : in_(in) {}

  [[nodiscard]] Result<TimeToCashOutput> build() {
    if (Result<void> done = read_currencies(); !done) return std::unexpected(done.error());
    if (Result<void> done = read_assets(); !done) return std::unexpected(done.error());
    if (Result<void> done = read_obligations(); !done) return std::unexpected(done.error());
    climb();
    return mismatch();
  }

 private:
  [[nodiscard]] Result<void> read_currencies() {
    if (in_.scale > 18) return malformed("scale", std::to_string(in_.scale), "must be 0 to 18");
    if (in_.currencies.empty() || in_.currencies.size() > kCurrenciesMax)
      return malformed("currencies", std::to_string(in_.currencies.size()), "must be 1 to 100");
    for (const CashCurrency& c : in_.currencies) {
      if (c.currency.empty() || !index_.emplace(c.currency, index_.size()).second)
        return malformed("currencies.currency", c.currency, "must be a code, once");
      if (c.rate.value() <= 0) return malformed("currencies.rate", c.currency, "must be above 0");
    }
    const i128 haircut = in_.exchange_haircut.value();
    if (haircut < 0 || haircut > base::kRateOne)
      return malformed("exchange_haircut", "", "must be 0 to 1");
    cash_.resize(index_.size(), 0);
    due_.resize(index_.size(), 0);
    return {};
  }

  template <Rounding R>
  [[nodiscard]] Result<i128> in_base(std::string_view field, std::size_t currency,
                                     i128 units) const {
    const auto value =
        base::try_mul_div<R>(units, in_.currencies[currency].rate.value(), base::kRateOne);
    if (!value || *value > kUnitsMax)
      return malformed(std::string(field), "", std::string(kTooLarge));
    return *value;
  }

  [[nodiscard]] Result<std::size_t> currency_of(std::string_view field,
                                                const std::string& code) const {
    const auto found = index_.find(code);
    if (found == index_.end())
      return malformed(std::string(field), code, "must be one of the currencies");
    return found->second;
  }

  // Each part is rounded by what all up to it come to, so that parts sum to the whole.
  [[nodiscard]] Result<void> read_assets() {
    if (in_.assets.size() > kPoolsMax)
      return malformed("assets", std::to_string(in_.assets.size()), "at most 10,000");
    for (const CashAsset& a : in_.assets) {
      const Result<std::size_t> currency = currency_of("assets.currency", a.currency);
      if (!currency) return std::unexpected(currency.error());
      const i128 haircut = a.haircut.value();
      if (haircut < 0 || haircut > base::kRateOne)
        return malformed("assets.haircut", a.asset, "must be 0 to 1");
      if (!is_small(a.amount)) return malformed("assets.amount", a.asset, std::string(kTooLarge));
      if (a.ready_after.value() < 0)
        return malformed("assets.ready_after", a.asset, "must not be negative");
      if (a.a_day && a.a_day->units() == 0)
        return malformed("assets.a_day", a.asset, "must be above 0");
      i128 sold = 0, counted = 0;
      const auto all = static_cast<i128>(a.amount.units());
      for (std::int64_t day = 0; sold < all; ++day) {
        if (flows_.size() > kStepsMax)
          return malformed("assets.a_day", a.asset, "must not take more than 100,000 days in all");
        sold = a.a_day ? std::min(all, sold + std::min(all, static_cast<i128>(a.a_day->units())))
                       : all;
        const auto kept =
            base::try_mul_div<Rounding::floor>(sold, base::kRateOne - haircut, base::kRateOne);
        if (!kept) return malformed("assets.amount", a.asset, std::string(kTooLarge));
        const Result<i128> value = in_base<Rounding::floor>("assets.amount", *currency, *kept);
        if (!value) return std::unexpected(value.error());
        flows_.push_back({.after = Duration(a.ready_after.value() + day * kDay),
                          .currency = *currency,
                          .cash = *value - counted});
        counted = *value;
      }
    }
    return {};
  }

  [[nodiscard]] Result<void> read_obligations() {
    if (in_.obligations.empty() || in_.obligations.size() > kPoolsMax)
      return malformed("obligations", std::to_string(in_.obligations.size()),
                       "must be 1 to 10,000");
    for (const CashObligation& o : in_.obligations) {
      const Result<std::size_t> currency = currency_of("obligations.currency", o.currency);
      if (!currency) return std::unexpected(currency.error());
      if (!is_small(o.amount))
        return malformed("obligations.amount", o.currency, std::string(kTooLarge));
      if (o.due_after.value() < 0)
        return malformed("obligations.due_after", o.currency, "must not be negative");
      const Result<i128> value = in_base<Rounding::ceil>("obligations.amount", *currency,
                                                         static_cast<i128>(o.amount.units()));
      if (!value) return std::unexpected(value.error());
      flows_.push_back({.after = o.due_after, .currency = *currency, .due = *value});
    }
    return {};
  }

  void climb() {
    std::sort(flows_.begin(), flows_.end(),
              [](const Flow& a, const Flow& b) { return a.after < b.after; });
    i128 all = 0;
    for (const Flow& flow : flows_) all += flow.due;
    i128 cash = 0, due = 0;
    for (std::size_t i = 0; i < flows_.size();) {
      const Duration after = flows_[i].after;
      for (; i < flows_.size() && flows_[i].after == after; ++i) {
        cash += flows_[i].cash;
        due += flows_[i].due;
        cash_[flows_[i].currency] += flows_[i].cash;
        due_[flows_[i].currency] += flows_[i].due;
      }
      if (!out_.time_to_cash && cash >= all) out_.time_to_cash = after;
      if (!out_.first_late && cash < due) out_.first_late = after;
      out_.ladder.push_back({.after = after,
                             .cash = Amount(static_cast<u128>(cash)),
                             .due = Amount(static_cast<u128>(due)),
                             .surplus = SignedAmount(cash - due)});
    }
    out_.is_always_paid = !out_.first_late.has_value();
  }

  [[nodiscard]] Result<TimeToCashOutput> mismatch() {
    i128 missing = 0;
    for (std::size_t c = 0; c < in_.currencies.size(); ++c) {
      missing += std::max<i128>(0, due_[c] - cash_[c]);
      out_.currencies.push_back({.currency = in_.currencies[c].currency,
                                 .cash = Amount(static_cast<u128>(cash_[c])),
                                 .due = Amount(static_cast<u128>(due_[c])),
                                 .surplus = SignedAmount(cash_[c] - due_[c])});
    }
    out_.mismatch = Amount(static_cast<u128>(missing));
    const auto cost =
        base::try_mul_div<Rounding::ceil>(missing, in_.exchange_haircut.value(), base::kRateOne);
    if (!cost) return malformed("exchange_haircut", "", std::string(kTooLarge));
    out_.exchange_cost = Amount(static_cast<u128>(*cost));
    return std::move(out_);
  }

  const TimeToCashInput& in_;
  TimeToCashOutput out_;
  std::map<std::string, std::size_t> index_;
  std::vector<Flow> flows_;
  std::vector<i128> cash_, due_;
};

}  // namespace

Result<TimeToCashOutput> time_to_cash(const TimeToCashInput& in) {
  return Ladder(in).build();
}

}  // namespace cofferdam::stress
