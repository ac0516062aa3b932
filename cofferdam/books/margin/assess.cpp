// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/margin/assess.h"

#include "cofferdam/base/decimal.h"
#include "cofferdam/base/rounding.h"
#include "cofferdam/books/margin/position.h"
#include "cofferdam/books/market/value.h"

#include <algorithm>

namespace cofferdam::margin {

namespace {

using base::Rounding;
using market::Contract;

class Assessor {
 public:
  Assessor(const Books& books, const PoolMargin& setting, const Account& account, Mode mode,
           const Change& change, Pricing pricing)
      : books_(books),
        setting_(setting),
        account_(account),
        mode_(mode),
        change_(change),
        pricing_(pricing) {
    result_.asset = setting.asset;
    result_.mode = mode;
    if (!setting.rulebook.is_none()) rulebook_ = books.margin.rulebooks.find(setting.rulebook);
  }

  [[nodiscard]] Assessment run() {
    positions_.reserve(32);
    each_asset(books_.margin, setting_, [&](AssetId asset, const Collateral* row) {
      if (sound()) count_asset(conversion_of(books_, setting_, asset, row));
    });
    if (sound() && !change_.contract.is_none() && !change_counted_) {
      blame(Basis::not_eligible, change_.contract);
      result_.has_risk = true;
    }
    if (sound()) add_orphan_orders();
    if (sound()) require();
    return result_;
  }

  // What every contract asks by itself is worked out as well.
  void explain() { explains_ = true; }

  [[nodiscard]] const std::vector<Position>& positions() const { return positions_; }

  [[nodiscard]] std::vector<CollateralLine>& collateral() { return collateral_; }

  [[nodiscard]] const Rulebook* rulebook() const { return rulebook_; }

  [[nodiscard]] u128 scale_factor() const {
    return base::power_of_ten(unsigned{rulebook_->value_scale} - margin_scale());
  }

 private:
  // The first reason stands. Numbers are still made from what is old, never from what is missing.
  void blame(Basis basis, ContractId contract = ContractId()) {
    if (result_.basis != Basis::complete) return;
    result_.basis = basis;
    result_.culprit = contract;
  }

  [[nodiscard]] bool sound() const { return result_.basis != Basis::out_of_range; }

  [[nodiscard]] unsigned margin_scale() const {
    return books_.ledger.assets.find(setting_.asset)->scale;
  }

  bool fits(bool did_fit, ContractId contract = ContractId()) {
    if (!did_fit) {
      result_.basis = Basis::out_of_range;
      result_.culprit = contract;
    }
    return did_fit;
  }

  // Collateral in an asset, and the positions that settle in it.
  void count_asset(const Conversion& conversion) {
    const market::Participant* participant =
        books_.market.participants.find({account_.pool, account_.owner, conversion.asset});
    const std::size_t first = positions_.size();
    i128 cash = 0;
    if (participant != nullptr) {
      const ledger::Account& account = books_.ledger.accounts.at(participant->collateral);
      cash = market::net_credit(account) - static_cast<i128>(account.debits_pending.units());
      gather(*participant);
    }
    gather_change(conversion.asset, first);
    if (!fits(add_to(cash, moved_in(conversion.asset)))) return;
    if (cash == 0 && first == positions_.size()) return;
    if (conversion.basis != Basis::complete) blame(conversion.basis);
    if (conversion.numerator == 0) return;
    add_equity(conversion, cash, first);
  }

  [[nodiscard]] i128 moved_in(AssetId asset) const {
    i128 moved = 0;
    if (change_.contract.is_none() ? change_.asset == asset : change_settles_in(asset))
      moved = change_.cash;
    if (change_.other_asset == asset) moved += change_.other_cash;
    return moved;
  }

  [[nodiscard]] bool change_settles_in(AssetId asset) const {
    const Contract* contract = books_.market.contracts.find(change_.contract);
    return contract != nullptr && contract->settlement_asset == asset;
  }

  void gather(const market::Participant& participant) {
    const auto& accounts = books_.ledger.accounts;
    for (Slot slot = participant.first_holding; slot != base::kNoSlot;) {
      const market::Holding& holding = books_.market.holdings.at(slot);
      slot = holding.next_of_participant;
      const bool changes = holding.contract == change_.contract;
      const i128 position = market::net_credit(accounts.at(holding.position));
      const i128 open_value = market::net_credit(accounts.at(holding.open_value));
      const Reserved* reserved = reserved_in(holding.contract);
      if (position == 0 && open_value == 0 && reserved == nullptr && !changes) continue;
      take(*books_.market.contracts.find(holding.contract), position, open_value, reserved);
    }
  }

  // A contract that the account has never held.
  void gather_change(AssetId asset, std::size_t first) {
    if (change_.contract.is_none() || !change_settles_in(asset)) return;
    change_counted_ = true;
    for (std::size_t i = first; i < positions_.size(); ++i)
      if (positions_[i].contract->id == change_.contract) return;
    take(*books_.market.contracts.find(change_.contract), 0, 0, reserved_in(change_.contract));
  }

  // Orders in contracts that the account has never held; these settle in a counted asset, or the
  // reservation was refused.
  void add_orphan_orders() {
    if (books_.margin.reserved.size() == 0) return;
    const auto& rows = books_.margin.reserved.rows();
    for (auto at = rows.lower_bound({account_.pool, account_.owner, ContractId()});
         at != rows.end() && at->first.pool == account_.pool && at->first.owner == account_.owner;
         ++at) {
      const bool known = std::ranges::any_of(
          positions_, [&](const Position& p) { return p.contract->id == at->first.contract; });
      if (!known) take(*books_.market.contracts.find(at->first.contract), 0, 0, &at->second);
    }
  }

  [[nodiscard]] const Reserved* reserved_in(ContractId contract) const {
    if (books_.margin.reserved.size() == 0) return nullptr;
    return books_.margin.reserved.find({account_.pool, account_.owner, contract});
  }

  void take(const Contract& contract, i128 position, i128 open_value, const Reserved* reserved) {
    Position p{.contract = &contract};
    if (reserved != nullptr) {
      p.buys = reserved->buys.value();
      p.sells = reserved->sells.value();
    }
    if (contract.id == change_.contract) {
      if (!fits(add_to(position, change_.position) && add_to(open_value, change_.open_value) &&
                    add_to(p.buys, change_.buys) && add_to(p.sells, change_.sells),
                contract.id))
        return;
    }
    if (!fits(base::magnitude(position) < static_cast<u128>(kPositionMax) && p.buys >= 0 &&
                  p.sells >= 0 && p.buys < kPositionMax && p.sells < kPositionMax &&
                  positions_.size() < kPositionsPerAccountMax,
              contract.id))
      return;
    p.range = {.position = position, .low = position - p.sells, .high = position + p.buys};
    if (!fits(-kPositionMax < p.range.low && p.range.high < kPositionMax, contract.id)) return;
    if (value(p, open_value)) positions_.push_back(p);
  }

  [[nodiscard]] bool value(Position& p, i128 open_value) {
    p.variation = open_value;
    const bool exposed = p.range.position != 0 || p.range.has_orders();
    if (!exposed) return true;
    result_.has_risk = true;
    find_rule(p);
    p.mark = read_mark(books_, *p.contract, pricing_);
    if (p.mark.basis != Basis::complete) blame(p.mark.basis, p.contract->id);
    if (p.mark.unit_long == 0) return true;
    const auto worth =
        market::position_value(p.contract->kind, p.range.position,
                               p.range.position < 0 ? p.mark.unit_short : p.mark.unit_long);
    return fits(worth.has_value() && add_to(p.variation, *worth), p.contract->id);
  }

  void find_rule(Position& p) {
    if (rulebook_ != nullptr) p.grid = books_.margin.grids.find({rulebook_->id, p.contract->id});
    if (p.grid == nullptr) {
      p.tiers = books_.margin.tiers.find(p.contract->id);
      if (p.tiers == nullptr) blame(Basis::rule_missing, p.contract->id);
    } else if (books_.now >= p.grid->expires) {
      blame(Basis::grid_expired, p.contract->id);
    }
  }

  // Adds what the asset comes to: all of it, without profit beyond the pool's part, without profit.
  void add_equity(const Conversion& conversion, i128 cash, std::size_t first) {
    const unsigned scale = books_.ledger.assets.find(conversion.asset)->scale;
    ExactSum exact{.scale = scale};
    for (std::size_t i = first; i < positions_.size(); ++i) {
      Position& p = positions_[i];
      if (!fits(exact.add(p.variation, p.contract->value_scale), p.contract->id)) return;
      const i128 alone = base::div_round<Rounding::floor>(
          p.variation, static_cast<i128>(p.contract->settle_factor));
      const auto profit = conversion.value_of(alone);
      if (!fits(profit.has_value(), p.contract->id)) return;
      p.profit = *profit;
      if (mode_ == Mode::isolated) add_isolated(p.profit);
    }
    const i128 variation = mode_ == Mode::isolated ? 0 : exact.rounded_down(scale);
    i128 with_profit = cash;
    i128 backing = cash;
    i128 without = cash;
    const bool sums_fit = add_to(with_profit, variation) &&
                          add_to(backing, backing_part(variation)) &&
                          add_to(without, std::min<i128>(variation, 0));
    if (!fits(sums_fit)) return;
    const auto equity = conversion.value_of(with_profit);
    const auto backs = conversion.value_of(backing);
    const auto leaves = conversion.value_of(without);
    if (!fits(equity && backs && leaves && add_to(equity_, *equity) && add_to(backing_, *backs) &&
              add_to(withdrawable_, *leaves)))
      return;
    collateral_.push_back(
        CollateralLine{.asset = conversion.asset,
                       .held = Amount(static_cast<u128>(std::max<i128>(cash, 0))),
                       .counted = Amount(static_cast<u128>(std::max<i128>(cash, 0))),
                       .haircut_ppm = conversion.haircut_ppm,
                       .value = SignedAmount(*equity)});
    if (conversion.cap != 0)
      collateral_.back().counted = std::min(collateral_.back().counted, Amount(conversion.cap));
  }

  void add_isolated(i128 profit) {
    fits(add_to(equity_, profit) && add_to(backing_, backing_part(profit)) &&
         add_to(withdrawable_, std::min<i128>(profit, 0)));
  }

  [[nodiscard]] i128 backing_part(i128 profit) const {
    if (profit <= 0) return profit;
    return base::mul_div<Rounding::floor>(profit, i128{setting_.profit_ppm}, i128{kPpm});
  }

  void require() {
    for (Position& p : positions_)
      if (sound()) require_alone(p);
    if (!sound()) return;
    if (mode_ == Mode::portfolio && rulebook_ != nullptr) {
      require_portfolio();
    } else {
      add_up();
    }
    if (mode_ != Mode::isolated) {
      outlay_ = initial_;
      fits(add_to(outlay_, orders_));
    }
    finish();
  }

  // The requirement of a contract by itself: what cross and isolated mode add up, what tiers ask
  // in every mode, and what explanations show.
  void require_alone(Position& p) {
    if (p.range.position == 0 && !p.range.has_orders()) return;
    bool did_fit = true;
    if (p.grid != nullptr) {
      // A portfolio's grids are added up together; by themselves they are for readers.
      if (mode_ == Mode::portfolio && !explains_) return;
      did_fit = require_grid_alone(p);
    } else if (p.tiers != nullptr && p.mark.unit_long != 0) {
      did_fit = require_tiers(p);
    }
    if (fits(did_fit, p.contract->id) && p.range.has_orders())
      fits(add_order_losses(p), p.contract->id);
  }

  [[nodiscard]] bool require_grid_alone(Position& p) {
    std::vector<i128>& changes = scenario_sums(changes_);
    add_changes(p.grid->entries, p.range.position, changes);
    const u128 loss = worst_of(changes).loss;
    const auto initial = requirement_of(loss, rulebook_->initial_ppm,
                                        initial_add_on(p.grid->add_ons, p.range.position));
    const auto maintenance = requirement_of(loss, rulebook_->maintenance_ppm,
                                            maintenance_add_on(p.grid->add_ons, p.range.position));
    if (!initial || !maintenance) return false;
    p.initial = *initial;
    p.maintenance = *maintenance;
    if (!p.range.has_orders()) return true;
    std::vector<i128>& worse = scenario_sums(changes_);
    add_worst_changes(p.grid->entries, p.range, worse);
    const auto with_orders = requirement_of(worst_of(worse).loss, rulebook_->initial_ppm,
                                            initial_add_on(p.grid->add_ons, p.range));
    if (with_orders) p.orders = *with_orders > p.initial ? *with_orders - p.initial : 0;
    return with_orders.has_value();
  }

  [[nodiscard]] std::vector<i128>& scenario_sums(std::vector<i128>& sums) const {
    sums.assign(rulebook_->scenarios, 0);
    return sums;
  }

  [[nodiscard]] std::optional<u128> requirement_of(u128 loss, std::uint32_t ppm,
                                                   u128 add_ons) const {
    return grid_requirement(loss, ppm, add_ons, scale_factor());
  }

  [[nodiscard]] bool require_tiers(Position& p) {
    const auto held = tiers_of(p, base::magnitude(p.range.position));
    if (!held) return false;
    p.initial = held->initial;
    p.maintenance = held->maintenance;
    if (!p.range.has_orders()) return true;
    const auto worst =
        tiers_of(p, std::max(base::magnitude(p.range.low), base::magnitude(p.range.high)));
    if (worst) p.orders = worst->initial > p.initial ? worst->initial - p.initial : 0;
    return worst.has_value();
  }

  // Of a size, in the margin asset.
  [[nodiscard]] std::optional<TierRequirement> tiers_of(const Position& p, u128 size) const {
    const Contract& contract = *p.contract;
    const auto notional_of = [&](u128 units) -> std::optional<u128> {
      u128 value = 0;
      const u128 unit = std::max(p.mark.unit_long, p.mark.unit_short);
      if (__builtin_mul_overflow(units, unit, &value)) return std::nullopt;
      return value / contract.settle_factor;
    };
    const auto notional = notional_of(size);
    const auto open = notional_of(books_.market.turnovers.find(contract.id)->long_open.magnitude());
    if (!notional || !open) return std::nullopt;
    auto required = tier_requirement(p.tiers->at(books_.now), *notional, *open);
    if (!required || contract.settlement_asset == setting_.asset) return required;
    const Conversion conversion =
        conversion_of(books_, setting_, contract.settlement_asset,
                      books_.margin.collateral.find({setting_.pool, contract.settlement_asset}));
    const auto initial = conversion.value_of_debt(required->initial);
    const auto maintenance = conversion.value_of_debt(required->maintenance);
    if (!initial || !maintenance) return std::nullopt;
    return TierRequirement{*initial, *maintenance};
  }

  // What would be lost at once if every open order filled at its limit, order by order.
  [[nodiscard]] bool add_order_losses(Position& p) {
    if (p.mark.unit_long == 0) return true;
    u128 losses = 0;
    const auto& rows = books_.margin.reservations.rows();
    for (auto at = rows.lower_bound({account_.pool, account_.owner, p.contract->id, 0});
         at != rows.end() && at->first.pool == account_.pool && at->first.owner == account_.owner &&
         at->first.contract == p.contract->id;
         ++at)
      if (!add_order_loss(p, at->second.side, at->second.quantity.value(), at->second.price,
                          losses))
        return false;
    if (p.contract->id == change_.contract &&
        (!add_order_loss(p, OrderSide::buy, change_.buys, change_.price, losses) ||
         !add_order_loss(p, OrderSide::sell, change_.sells, change_.price, losses)))
      return false;
    const auto lost = base::try_div_round<Rounding::up>(losses, p.contract->settle_factor);
    if (!lost) return false;
    u128 value = *lost;
    if (p.contract->settlement_asset != setting_.asset) {
      const auto converted =
          conversion_of(
              books_, setting_, p.contract->settlement_asset,
              books_.margin.collateral.find({setting_.pool, p.contract->settlement_asset}))
              .value_of_debt(value);
      if (!converted) return false;
      value = *converted;
    }
    return add_to(p.orders, value);
  }

  [[nodiscard]] bool add_order_loss(const Position& p, OrderSide side, i128 quantity, Price price,
                                    u128& losses) const {
    if (quantity <= 0 || price.value() <= 0) return true;
    const auto limit = market::unit_value(*p.contract, price);
    if (!limit) return false;
    const i128 signed_quantity = side == OrderSide::buy ? quantity : -quantity;
    const u128 unit = side == OrderSide::buy ? p.mark.unit_long : p.mark.unit_short;
    const auto worth = market::position_value(p.contract->kind, signed_quantity, unit);
    const auto paid = market::position_value(p.contract->kind, signed_quantity, *limit);
    if (!worth || !paid) return false;
    i128 gain = 0;
    if (__builtin_sub_overflow(*worth, *paid, &gain)) return false;
    return gain >= 0 || add_to(losses, base::magnitude(gain));
  }

  void require_portfolio() {
    std::vector<i128>& changes = scenario_sums(changes_);
    u128 initial_add = 0;
    u128 maintenance_add = 0;
    bool has_orders = false;
    for (const Position& p : positions_) {
      has_orders |= p.range.has_orders();
      if (p.grid == nullptr) continue;
      add_changes(p.grid->entries, p.range.position, changes);
      initial_add += initial_add_on(p.grid->add_ons, p.range.position);
      maintenance_add += maintenance_add_on(p.grid->add_ons, p.range.position);
    }
    const WorstCase worst = worst_of(changes);
    result_.scenario = worst.scenario;
    const auto initial = requirement_of(worst.loss, rulebook_->initial_ppm, initial_add);
    const auto maintenance =
        requirement_of(worst.loss, rulebook_->maintenance_ppm, maintenance_add);
    if (!fits(initial && maintenance)) return;
    initial_ = *initial;
    maintenance_ = *maintenance;
    if (has_orders && !fits(require_portfolio_orders())) return;
    for (const Position& p : positions_)
      if (p.grid == nullptr &&
          !fits(add_to(initial_, p.initial) && add_to(maintenance_, p.maintenance) &&
                    add_to(orders_, p.orders),
                p.contract->id))
        return;
  }

  // What the worst fills of all orders add; losses at their limits have been found by contract.
  [[nodiscard]] bool require_portfolio_orders() {
    std::vector<i128>& changes = scenario_sums(changes_);
    u128 add_ons = 0;
    u128 at_limits = 0;
    for (Position& p : positions_) {
      if (p.grid == nullptr) continue;
      add_worst_changes(p.grid->entries, p.range, changes);
      add_ons += initial_add_on(p.grid->add_ons, p.range);
      u128 losses = 0;
      if (p.range.has_orders()) {
        Position alone = p;
        alone.orders = 0;
        if (!add_order_losses(alone)) return false;
        losses = alone.orders;
      }
      if (!add_to(at_limits, losses)) return false;
    }
    const auto with_orders =
        requirement_of(worst_of(changes).loss, rulebook_->initial_ppm, add_ons);
    if (!with_orders) return false;
    orders_ = *with_orders > initial_ ? *with_orders - initial_ : 0;
    return add_to(orders_, at_limits);
  }

  void add_up() {
    const auto at_least = [&](u128 required, i128 profit) {
      // In isolated mode a profit beyond the contract's own requirement backs nothing else.
      if (mode_ != Mode::isolated || profit <= 0) return required;
      return std::max(required, static_cast<u128>(profit));
    };
    for (const Position& p : positions_) {
      const i128 backing = backing_part(p.profit);
      const u128 initial = at_least(p.initial, backing);
      u128 with_orders = p.initial;
      if (!fits(add_to(with_orders, p.orders) && add_to(initial_, initial) &&
                    add_to(maintenance_, at_least(p.maintenance, p.profit)) &&
                    add_to(orders_, at_least(with_orders, backing) - initial) &&
                    add_to(outlay_, mode_ == Mode::isolated ? with_orders : 0),
                p.contract->id))
        return;
    }
  }

  void finish() {
    result_.equity = SignedAmount(equity_);
    result_.backing = SignedAmount(backing_);
    result_.withdrawable_equity = SignedAmount(withdrawable_);
    result_.initial = Amount(initial_);
    result_.orders = Amount(orders_);
    result_.outlay = Amount(outlay_);
    result_.maintenance = Amount(maintenance_);
    fits(base::magnitude(equity_) < market::kValueMax &&
         base::magnitude(backing_) < market::kValueMax &&
         base::magnitude(withdrawable_) < market::kValueMax && initial_ < market::kValueMax &&
         orders_ < market::kValueMax && outlay_ < market::kValueMax &&
         maintenance_ < market::kValueMax);
  }

  const Books& books_;
  const PoolMargin& setting_;
  const Account& account_;
  Mode mode_;
  const Change& change_;
  Pricing pricing_;
  const Rulebook* rulebook_ = nullptr;
  Assessment result_;
  std::vector<Position> positions_;
  std::vector<CollateralLine> collateral_;
  std::vector<i128> changes_;
  i128 equity_ = 0;
  i128 backing_ = 0;
  i128 withdrawable_ = 0;
  u128 initial_ = 0;
  u128 orders_ = 0;
  u128 outlay_ = 0;
  u128 maintenance_ = 0;
  bool change_counted_ = false;
  bool explains_ = false;
};

[[nodiscard]] const PoolMargin* row_of(const State& state, PoolId pool) {
  return state.pools.find(pool);
}

// What a contract's position does in the binding scenario, in the margin asset: a loss adds.
[[nodiscard]] SignedAmount contribution_of(const Assessor& assessor, const Position& p,
                                           std::int32_t scenario) {
  if (p.grid == nullptr || scenario < 0) return {};
  const i128 change = p.range.position * i128{p.grid->entries[static_cast<std::size_t>(scenario)]};
  return SignedAmount(
      base::div_round<Rounding::ceil>(-change, static_cast<i128>(assessor.scale_factor())));
}

}  // namespace

SignedAmount Assessment::free() const {
  // Each is below 2^120 (see finish()).
  return SignedAmount(backing.units() - static_cast<i128>(initial.units()) -
                      static_cast<i128>(orders.units()));
}

SignedAmount Assessment::withdrawable() const {
  return SignedAmount(withdrawable_equity.units() - static_cast<i128>(outlay.units()));
}

Assessment assess(const Books& books, const Account& account, const Change& change,
                  Pricing pricing) {
  const PoolMargin* setting = row_of(books.margin, account.pool);
  if (setting == nullptr) return {.basis = Basis::no_setting};
  return Assessor(books, *setting, account, setting->mode, change, pricing).run();
}

Explanation explain(const Books& books, const Account& account, Mode mode, const Change& change) {
  Explanation result;
  const PoolMargin* setting = row_of(books.margin, account.pool);
  if (setting == nullptr) {
    result.total.basis = Basis::no_setting;
    return result;
  }
  Assessor assessor(books, *setting, account, mode, change, Pricing::worse);
  assessor.explain();
  result.total = assessor.run();
  result.collateral = std::move(assessor.collateral());
  for (const Position& p : assessor.positions()) {
    Line line{.contract = p.contract->id,
              .position = Quantity(p.range.position),
              .buys = Quantity(p.buys),
              .sells = Quantity(p.sells),
              .unsettled = SignedAmount(p.profit),
              .initial = Amount(p.initial),
              .maintenance = Amount(p.maintenance),
              .contribution = contribution_of(assessor, p, result.total.scenario)};
    if (p.mark.unit_long != 0) line.mark = p.mark.price;
    result.lines.push_back(line);
  }
  return result;
}

std::optional<SignedAmount> equity(const Books& books, const Account& account) {
  const Assessment found = assess(books, account);
  if (found.basis != Basis::complete) return std::nullopt;
  return found.equity;
}

std::optional<Requirement> requirement(const Books& books, const Account& account) {
  const Assessment found = assess(books, account);
  if (found.basis != Basis::complete) return std::nullopt;
  return Requirement{found.initial, found.maintenance};
}

Health health_of_numbers(const PoolMargin& setting, SignedAmount equity, Amount maintenance) {
  const i128 least = static_cast<i128>(maintenance.units());
  if (equity.units() < least) return Health::liquidatable;
  const auto buffer = base::try_mul_div<Rounding::up>(
      maintenance.units(), static_cast<u128>(setting.call_buffer_ppm), static_cast<u128>(kPpm));
  if (!buffer || equity.units() - least < static_cast<i128>(*buffer)) return Health::margin_call;
  return Health::healthy;
}

std::optional<Health> health_now(const Books& books, const Account& account) {
  const PoolMargin* setting = row_of(books.margin, account.pool);
  if (setting == nullptr) return std::nullopt;
  const Assessment found = assess(books, account, {}, Pricing::better);
  if (found.basis != Basis::complete) return std::nullopt;
  return health_of_numbers(*setting, found.equity, found.maintenance);
}

}  // namespace cofferdam::margin
