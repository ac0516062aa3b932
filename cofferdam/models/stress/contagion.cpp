// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/stress/contagion.h"

#include "cofferdam/base/estimate.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace cofferdam::stress {
namespace {

using base::malformed;
using base::Result;

constexpr double kMost = 1e30;
// Forced buying may not drive the price beyond this: sums of worths stay finite by far.
constexpr double kPriceMost = 1e60;
// A worth, a deficit or a remainder this small against the amounts that it comes from is the
// rounding of doubles: an account that has paid its last is at zero and does not fail for 1e-17.
constexpr double kRoundingPart = 1e-12;

Result<void> check(const ContagionInput& in) {
  if (in.accounts.empty() || in.accounts.size() > kContagionAccountsMax)
    return malformed("accounts", std::to_string(in.accounts.size()), "must be 1 to 20,000");
  const auto bad = [](std::string_view name, double value, std::string rule) {
    return malformed(std::string(name), base::number_text(value), std::move(rule));
  };
  if (!(in.price > 0 && in.price <= kMost))
    return bad("price", in.price, "must be above 0, to 1e30");
  if (!(in.shock > -1 && in.shock <= 100))
    return bad("shock", in.shock, "must be above -1, to 100");
  if (!(in.maintenance_rate >= 0 && in.maintenance_rate <= 1))
    return bad("maintenance_rate", in.maintenance_rate, "must be 0 to 1");
  if (!(in.impact >= 0 && in.impact <= 10)) return bad("impact", in.impact, "must be 0 to 10");
  if (!(in.depth > 0 && in.depth <= kMost))
    return bad("depth", in.depth, "must be above 0, to 1e30");
  std::set<std::string> names, pools;
  for (const ContagionAccount& a : in.accounts) {
    if (a.account.empty() || !names.insert(a.account).second)
      return malformed("accounts.account", a.account, "must be a name, once");
    if (a.pool.empty()) return malformed("accounts.pool", a.pool, "must be a name");
    if (!(std::abs(a.position) <= kMost))
      return bad("accounts.position", a.position, "must be -1e30 to 1e30");
    if (!(a.entry_price >= 0 && a.entry_price <= kMost))
      return bad("accounts.entry_price", a.entry_price, "must be 0 to 1e30");
    if (!(a.collateral >= 0 && a.collateral <= kMost))
      return bad("accounts.collateral", a.collateral, "must be 0 to 1e30");
  }
  for (const ContagionFund& f : in.funds) {
    if (f.pool.empty() || !pools.insert(f.pool).second)
      return malformed("funds.pool", f.pool, "must be a name, once");
    if (!(f.fund >= 0 && f.fund <= kMost)) return bad("funds.fund", f.fund, "must be 0 to 1e30");
  }
  return {};
}

struct Account {
  std::size_t pool = 0;
  double position = 0;
  double cash = 0;  // collateral and what was realised, at the price the position is marked at
  double entry = 0;
  double held = 0;        // the position at first, either way
  double collateral = 0;  // at first
};

class Network {
 public:
  Network(const ContagionInput& in, bool segregated, bool funds) : in_(in) {
    out_.is_segregated = segregated;
    out_.has_funds = funds;
    std::map<std::string, std::size_t> index;
    for (const ContagionAccount& a : in.accounts) index.emplace(a.pool, 0);
    for (const ContagionFund& f : in.funds) index.emplace(f.pool, 0);
    for (auto& [code, place] : index) {
      place = out_.pools.size();
      out_.pools.push_back({.pool = code});
    }
    funds_.resize(out_.pools.size(), 0);
    if (funds)
      for (const ContagionFund& f : in.funds) funds_[index[f.pool]] = f.fund;
    for (const ContagionAccount& a : in.accounts)
      accounts_.push_back({.pool = index[a.pool],
                           .position = a.position,
                           .cash = a.collateral,
                           .entry = a.entry_price == 0 ? in.price : a.entry_price,
                           .held = std::abs(a.position),
                           .collateral = a.collateral});
  }

  [[nodiscard]] Result<ContagionRun> run() {
    price_ = in_.price * (1 + in_.shock);
    const double shocked = price_;
    for (std::vector<std::size_t> below = find_below(); !below.empty(); below = find_below()) {
      ++out_.rounds;
      price_most_ = std::max(price_most_, price_);
      double sold = 0;
      for (const std::size_t i : below)
        if (accounts_[i].position != 0) sold += close(i);
      price_ = std::max(price_ * (1 - in_.impact * sold / in_.depth), price_ * 1e-3);
      if (!(price_ <= kPriceMost))
        return malformed("depth", base::number_text(in_.depth),
                         "must be so large that forced buying leaves the price at most 1e60");
    }
    out_.price_end = price_;
    out_.price_impact = price_ / shocked - 1;
    for (const ContagionPool& pool : out_.pools)
      if (pool.defaults == 0 && pool.fund_used + pool.members_paid > 0)
        ++out_.pools_hit_without_default;
    return std::move(out_);
  }

 private:
  [[nodiscard]] std::vector<std::size_t> find_below() const {
    std::vector<std::size_t> below;
    for (std::size_t i = 0; i < accounts_.size(); ++i) {
      const double wanted = in_.maintenance_rate * std::abs(accounts_[i].position) * price_;
      if (accounts_[i].position != 0 && equity(i) + rounding_of(i) < wanted) below.push_back(i);
    }
    return below;
  }

  // What doubles may have lost in an account's sums up to now.
  [[nodiscard]] double rounding_of(std::size_t i) const {
    const Account& a = accounts_[i];
    return kRoundingPart * (a.collateral + a.held * (a.entry + std::max(price_, price_most_)));
  }

  [[nodiscard]] double equity(std::size_t i) const {
    const Account& a = accounts_[i];
    const double worth = a.cash + a.position * (price_ - a.entry);
    return std::abs(worth) <= rounding_of(i) ? 0 : worth;
  }

  [[nodiscard]] bool in_scope(std::size_t i, std::size_t pool) const {
    return !out_.is_segregated || accounts_[i].pool == pool;
  }

  // Closes a quantity at the price; the rest keeps its entry.
  void settle(std::size_t i, double quantity) {
    accounts_[i].cash += quantity * (price_ - accounts_[i].entry);
    accounts_[i].position -= quantity;
  }

  // Returns the units sold; bought ones are negative. Deleveraged ones meet the other side instead.
  double close(std::size_t i) {
    const double position = accounts_[i].position;
    ++out_.closed;
    const double worth = equity(i);
    accounts_[i].position = 0;
    accounts_[i].cash = std::max(0.0, worth);
    if (worth >= 0) return position;
    const double deficit = -worth;
    const std::size_t pool = accounts_[i].pool;
    ++out_.defaults;
    if (out_.rounds > 1) ++out_.defaults_by_contagion;
    ++out_.pools[pool].defaults;
    out_.pools[pool].deficit += deficit;
    out_.deficit += deficit;
    const double left = deficit - from_funds(pool, deficit);
    if (left <= rounding_of(i)) return position;
    return position - deleverage(pool, position, deficit, left);
  }

  double from_funds(std::size_t pool, double deficit) {
    double all = 0;
    for (std::size_t p = 0; p < funds_.size(); ++p)
      if (!out_.is_segregated || p == pool) all += funds_[p];
    const double paid = std::min(all, deficit);
    if (paid <= 0) return 0;
    for (std::size_t p = 0; p < funds_.size(); ++p) {
      if (out_.is_segregated && p != pool) continue;
      const double part = paid * (funds_[p] / all);
      funds_[p] -= part;
      out_.pools[p].fund_used += part;
    }
    out_.funds_paid += paid;
    return paid;
  }

  void pay(std::size_t i, double amount) {
    accounts_[i].cash -= amount;
    out_.pools[accounts_[i].pool].members_paid += amount;
    out_.members_paid += amount;
  }

  // The part of the position whose deficit is unpaid meets the other side; returns it.
  double deleverage(std::size_t pool, double position, double deficit, double left) {
    const double wanted = position * (left / deficit);
    double other_side = 0;
    for (std::size_t i = 0; i < accounts_.size(); ++i)
      if (in_scope(i, pool) && accounts_[i].position * position < 0 && equity(i) > 0)
        other_side += std::abs(accounts_[i].position);
    double met = 0, paid = 0;
    if (other_side > 0) {
      const double ratio = std::abs(wanted) / other_side;
      const double part = ratio >= 1 - kRoundingPart ? 1 : ratio;
      for (std::size_t i = 0; i < accounts_.size(); ++i) {
        const double held = accounts_[i].position;
        if (!in_scope(i, pool) || held * position >= 0) continue;
        const double has = equity(i);
        if (has <= 0) continue;
        const double cost = std::min(has, left * std::abs(held) / other_side);
        settle(i, held * part);
        pay(i, cost);
        paid += cost;
        met -= held * part;
        out_.deleveraged += std::abs(held) * part * price_;
      }
    }
    if (left - paid > kRoundingPart * deficit) from_claims(pool, left - paid);
    return met;
  }

  void from_claims(std::size_t pool, double left) {
    double all = 0;
    for (std::size_t i = 0; i < accounts_.size(); ++i)
      if (in_scope(i, pool)) all += std::max(0.0, equity(i));
    const double paid = std::min(all, left);
    if (all > 0)
      for (std::size_t i = 0; i < accounts_.size(); ++i) {
        const double has = in_scope(i, pool) ? std::max(0.0, equity(i)) : 0;
        if (has > 0) pay(i, paid * (has / all));
      }
    out_.unpaid += left - paid;
  }

  const ContagionInput& in_;
  ContagionRun out_;
  std::vector<double> funds_;
  std::vector<Account> accounts_;
  double price_ = 0;
  double price_most_ = 0;
};

}  // namespace

Result<ContagionOutput> contagion(const ContagionInput& in) {
  if (Result<void> sound = check(in); !sound) return std::unexpected(sound.error());
  ContagionOutput out{.runs = {}};
  for (const bool segregated : {false, true})
    for (const bool funds : {false, true}) {
      Result<ContagionRun> run = Network(in, segregated, funds).run();
      if (!run) return std::unexpected(run.error());
      out.runs.push_back(std::move(*run));
    }
  return out;
}

}  // namespace cofferdam::stress
