// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/insurance/cover_commands.h"

#include "cofferdam/base/rounding.h"
#include "cofferdam/books/insurance/account_status.h"
#include "cofferdam/books/insurance/cover_book.h"
#include "cofferdam/books/insurance/cover_rules.h"
#include "cofferdam/books/insurance/member_commands.h"
#include "cofferdam/books/insurance/pool_commands.h"
#include "cofferdam/books/insurance/wrong_way.h"
#include "cofferdam/books/ledger/create_asset.h"

#include <algorithm>

namespace cofferdam::insurance {

using S = CoverStatus;

namespace {

S status_of(CoverPriceStatus status) {
  switch (status) {
    case CoverPriceStatus::priced:
      return S::ok;
    case CoverPriceStatus::beyond_capacity:
      return S::beyond_capacity;
    case CoverPriceStatus::period_out_of_range:
      break;
  }
  return S::period_not_sold;
}

Amount exposed(const State& state, PoolId pool, ExposureSide side, OwnerId owner) {
  const Exposure* row = state.exposures.find({pool, side, owner});
  return row == nullptr ? Amount() : row->active;
}

// Whether cover of one owner stays within its part of capacity with this amount more.
bool is_spread(const State& state, PoolId pool, ExposureSide side, OwnerId owner, Amount more,
               Amount capacity, std::uint32_t ppm) {
  const auto sum = base::try_add(exposed(state, pool, side, owner), more);
  return sum && *sum <= base::mul_div<base::Rounding::down>(capacity, u128{ppm}, u128{kPpmOne});
}

// Everything that speaks against the promise once it is priced.
S judge(const BindCover& command, Amount amount, const State& state, const ledger::State& ledger,
        const PriceSet& prices) {
  const InsurancePool& pool = *state.pools.find(command.pool);
  const PolicyTerms& terms = command.terms;
  const Capacity capacity = capacity_of(state, ledger, prices);
  const auto promised = base::try_add(capacity.used, amount);
  if (!promised || *promised > capacity.most) return S::beyond_capacity;
  const bool is_spread_out =
      is_spread(state, command.pool, ExposureSide::insured, terms.insured, amount, capacity.most,
                pool.rules.insured_ppm) &&
      (terms.counterparty.is_none() ||
       is_spread(state, command.pool, ExposureSide::counterparty, terms.counterparty, amount,
                 capacity.most, pool.rules.counterparty_ppm));
  if (!is_spread_out) return S::too_concentrated;
  for (const OwnerId owner : {terms.insured, terms.counterparty})
    if (!owner.is_none() && !is_within_wrong_way(state, ledger, pool, owner)) return S::wrong_way;
  const auto active = base::try_add(pool.active_cover, amount);
  if (!active || required_capital(pool, *active, command.capital_after) > pool.capital())
    return S::gate_shut;
  return S::ok;
}

Cover cover_of(const BindCover& command, const PriceSet& prices, const CoverPriceOutput& price,
               std::uint32_t line, Time now) {
  return {.code = command.code,
          .pool = command.pool,
          .asset = command.asset,
          .terms = command.terms,
          .account = command.account,
          .prices = prices.version,
          .rate_bps = price.rate_bps,
          .technical_premium = command.technical_premium,
          .premium = price.premium,
          .line = line,
          .model = command.model,
          .capital_before = command.capital_before,
          .capital_after = command.capital_after,
          .bound = now};
}

void note_price(State& state, Context& context, const Cover& cover, const CoverPriceOutput& price) {
  PerilUse& use = state.perils.edit(context.changes, {cover.pool, cover.terms.peril});
  use.bumped_price_bps = price.bumped_price_bps;
  use.bumped = context.now;
}

}  // namespace

S check_shape(const SetPrices& command) {
  const bool is_priced = command.capacity_bps > 0 && command.target_price_bps > 0 &&
                         command.floor_bps > 0 && command.ceiling_bps > command.floor_bps;
  const bool is_part =
      !command.expense_ratio.is_negative() && command.expense_ratio.value() < base::kRateOne;
  return is_priced && is_part ? S::ok : S::prices_malformed;
}

S check_state(const SetPrices& command, const State& state, const ledger::State& /*ledger*/) {
  return state.pools.find(command.pool) == nullptr ? S::not_an_insurance_pool : S::ok;
}

S apply(const SetPrices& command, State& state, ledger::State& /*ledger*/, Context& context) {
  const PriceSet* before = prices_of(state, command.pool, command.peril);
  const std::uint32_t version = before == nullptr ? 1 : before->version + 1;
  state.prices.insert(context.changes, PriceSet{.pool = command.pool,
                                                .peril = command.peril,
                                                .version = version,
                                                .rule = command.rule,
                                                .capacity_bps = command.capacity_bps,
                                                .target_price_bps = command.target_price_bps,
                                                .floor_bps = command.floor_bps,
                                                .ceiling_bps = command.ceiling_bps,
                                                .expense_ratio = command.expense_ratio,
                                                .set = context.now});
  context.created = version;
  return S::ok;
}

S check_shape(const BindCover& command) {
  if (!ledger::is_code(command.code, kCodeMax)) return S::code_malformed;
  if (!is_model(command.model)) return S::model_malformed;
  if (const S s = shape_of(command.terms); s != S::ok) return s;
  return command.capital_after < command.capital_before ? S::capital_falls : S::ok;
}

S check_state(const BindCover& command, const State& state, const ledger::State& ledger) {
  const InsurancePool* pool = state.pools.find(command.pool);
  if (pool == nullptr) return S::not_an_insurance_pool;
  if (pool->asset != command.asset) return S::has_different_asset;
  if (state.covers.find(command.code) != nullptr) return S::cover_exists;
  if (pool->covers >= kCoversMax) return S::too_many_covers;
  const PolicyTerms& terms = command.terms;
  if (active_member(state, command.pool, terms.insured) == nullptr) return S::member_not_found;
  if (const S s = status_of<S>(fault_of(ledger, *pool, command.account)); s != S::ok) return s;
  if (ledger.accounts.find(command.account)->owner != terms.insured)
    return S::account_of_another_owner;
  const bool is_own = !pool->manager.is_none() &&
                      (terms.insured == pool->manager || terms.counterparty == pool->manager);
  if (is_own) return S::insures_the_pool;
  const bool is_guarded = terms.retention_ppm >= pool->rules.own_marks_retention_ppm &&
                          std::ranges::count(terms.warranties, Warranty::independent_marks) == 1;
  if (terms.sets_own_marks && !is_guarded) return S::own_marks_unguarded;
  return prices_of(state, command.pool, terms.peril) == nullptr ? S::no_prices : S::ok;
}

S apply(const BindCover& command, State& state, ledger::State& ledger, Context& context) {
  const PolicyTerms& terms = command.terms;
  if (terms.start < context.now) return S::starts_in_the_past;
  bring_up_to_date(state, ledger, context, command.pool);
  if (command.capital_before != state.pools.find(command.pool)->model_capital)
    return S::capital_stale;
  const Amount amount = terms.aggregate_limit.is_zero() ? terms.limit : terms.aggregate_limit;
  const PriceSet prices = *prices_of(state, command.pool, terms.peril);
  if (capacity_of(state, ledger, prices).most.is_zero()) return S::beyond_capacity;
  const auto price = price_now(state, ledger, prices, amount, terms.start, terms.end,
                               command.technical_premium, context.now);
  if (!price) return S::price_refused;
  if (const S s = status_of(price->status); s != S::ok) return s;
  if (const S s = judge(command, amount, state, ledger, prices); s != S::ok) return s;
  if (!command.premium_max.is_zero() && price->premium > command.premium_max)
    return S::premium_above_most;
  if (take_in(state, ledger, context, command.pool, command.account, Fund::unearned, price->premium,
              kPremium) == Moved::refused)
    return S::account_refuses;
  const std::uint32_t line =
      open_line(state, context, command.pool, LineKind::cover, price->premium, prices.expense_ratio,
                terms.start, terms.end);
  const Cover cover = cover_of(command, prices, *price, line, context.now);
  state.covers.insert(context.changes, cover);
  state.cover_ends.insert(context.changes,
                          CoverEnd{.pool = cover.pool, .end = terms.end, .cover = cover.code});
  raise_cover(state, context, cover, amount);
  note_price(state, context, cover, *price);
  InsurancePool& pool = state.pools.edit(context.changes, command.pool);
  ++pool.covers;
  pool.model_capital = command.capital_after;
  pool.model = command.model;
  context.created = line;
  return S::ok;
}

S check_shape(const CancelCover& /*command*/) {
  return S::ok;
}

S check_state(const CancelCover& command, const State& state, const ledger::State& /*ledger*/) {
  const Cover* cover = state.covers.find(command.code);
  if (cover == nullptr) return S::cover_not_found;
  if (cover->stage != CoverStage::bound) return S::cover_not_in_force;
  if (cover->open_claims > 0) return S::claim_open;
  return cover->paid.is_zero() ? S::ok : S::claim_paid;
}

S apply(const CancelCover& command, State& state, ledger::State& ledger, Context& context) {
  const PoolId pool = state.covers.find(command.code)->pool;
  bring_up_to_date(state, ledger, context, pool);
  const Cover cover = *state.covers.find(command.code);
  if (cover.stage != CoverStage::bound) return S::cover_not_in_force;
  const Amount rest = state.lines.find({pool, cover.line})->unearned();
  if (refund_line(state, ledger, context, {pool, cover.line}, cover.account) == Moved::refused)
    return S::account_refuses;
  end_cover(state, context, command.code, CoverStage::cancelled);
  state.covers.edit(context.changes, command.code).refunded = rest;
  return S::ok;
}

}  // namespace cofferdam::insurance
