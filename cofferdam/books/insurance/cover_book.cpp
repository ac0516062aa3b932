// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/insurance/cover_book.h"

#include "cofferdam/base/rounding.h"

#include <algorithm>
#include <vector>

namespace cofferdam::insurance {
namespace {

using base::Rounding;

constexpr std::int64_t kDayLength = base::kDay.value();

// Times are bounded so that differences fit; see kTimeMost in the commands that take them.
u128 days_in(std::int64_t nanoseconds, bool is_rounded_up) {
  const std::int64_t more = is_rounded_up && nanoseconds % kDayLength != 0 ? 1 : 0;
  return static_cast<u128>(nanoseconds / kDayLength + more);
}

template <class Table, class Row>
auto& edit_or_insert(Table& table, Context& context, const Row& row) {
  if (table.find(row.key()) == nullptr) table.insert(context.changes, row);
  return table.edit(context.changes, row.key());
}

void change_cover(State& state, Context& context, const Cover& cover, Amount amount,
                  bool is_raised) {
  const auto change = [&](Amount& sum) { sum = is_raised ? sum + amount : sum - amount; };
  const PolicyTerms& terms = cover.terms;
  change(state.pools.edit(context.changes, cover.pool).active_cover);
  change(edit_or_insert(state.perils, context,
                        PerilUse{.pool = cover.pool, .asset = cover.asset, .peril = terms.peril})
             .active);
  const auto side = [&](ExposureSide which, OwnerId owner) {
    const Exposure row{
        .pool = cover.pool, .asset = cover.asset, .side = which, .owner = owner, .active = {}};
    Exposure& exposure = edit_or_insert(state.exposures, context, row);
    change(exposure.active);
    if (exposure.active.is_zero()) state.exposures.erase(context.changes, row.key());
  };
  if (!terms.counterparty.is_none()) side(ExposureSide::counterparty, terms.counterparty);
  side(ExposureSide::insured, terms.insured);
}

}  // namespace

std::uint32_t open_line(State& state, Context& context, PoolId pool, LineKind kind, Amount amount,
                        Rate expense_ratio, Time start, Time end) {
  InsurancePool& row = state.pools.edit(context.changes, pool);
  const std::uint32_t number = ++row.lines;
  state.lines.insert(context.changes, PremiumLine{.pool = pool,
                                                  .asset = row.asset,
                                                  .number = number,
                                                  .kind = kind,
                                                  .amount = amount,
                                                  .expense_ratio = expense_ratio,
                                                  .start = start,
                                                  .end = end});
  if (!amount.is_zero())
    state.open_lines.insert(context.changes, OpenLine{.pool = pool, .number = number});
  return number;
}

Amount earned_by(Amount amount, Time start, Time end, Time now) {
  if (now >= end) return amount;
  if (now <= start) return {};
  const u128 passed = days_in((now - start).value(), false);
  return base::mul_div<Rounding::down>(amount, passed, days_in((end - start).value(), true));
}

void earn_line(State& state, ledger::State& ledger, Context& context, PremiumLine::Key key,
               Time now) {
  const PremiumLine line = *state.lines.find(key);
  const Amount earned = earned_by(line.amount, line.start, line.end, now);
  if (earned <= line.earned) return;
  const Amount to_expenses =
      base::try_apply<Rounding::down>(line.expense_ratio, earned).value_or(Amount());
  const Amount more = earned - line.earned;
  const Amount costs = to_expenses - line.to_expenses;
  move(state, ledger, context, key.pool, Fund::unearned, Fund::expenses, costs, kEarned,
       key.number);
  move(state, ledger, context, key.pool, Fund::unearned, Fund::earned, more - costs, kEarned,
       key.number);
  PremiumLine& row = state.lines.edit(context.changes, key);
  row.earned = earned;
  row.to_expenses = to_expenses;
  if (row.unearned().is_zero()) state.open_lines.erase(context.changes, key);
}

Moved refund_line(State& state, ledger::State& ledger, Context& context, PremiumLine::Key key,
                  AccountId to) {
  const Amount rest = state.lines.find(key)->unearned();
  if (rest.is_zero()) return Moved::ok;
  if (pay_out(state, ledger, context, key.pool, Fund::unearned, to, rest, kRefund, key.number) ==
      Moved::refused)
    return Moved::refused;
  state.lines.edit(context.changes, key).refunded = rest;
  state.open_lines.erase(context.changes, key);
  return Moved::ok;
}

void raise_cover(State& state, Context& context, const Cover& cover, Amount amount) {
  change_cover(state, context, cover, amount, true);
}

void lower_cover(State& state, Context& context, const Cover& cover, Amount amount) {
  change_cover(state, context, cover, amount, false);
}

void end_cover(State& state, Context& context, const std::string& code, CoverStage stage) {
  const Cover cover = *state.covers.find(code);
  if (cover.stage != CoverStage::bound) return;
  lower_cover(state, context, cover, cover.remaining());
  state.cover_ends.erase(context.changes, {cover.pool, cover.terms.end, code});
  --state.pools.edit(context.changes, cover.pool).covers;
  Cover& row = state.covers.edit(context.changes, code);
  row.stage = stage;
  row.ended = context.now;
}

void use_cover(State& state, Context& context, const std::string& code, Amount amount) {
  const Cover cover = *state.covers.find(code);
  const bool is_in_force = cover.stage == CoverStage::bound;
  const bool is_used_up = amount == cover.remaining();
  if (is_used_up) end_cover(state, context, code, CoverStage::exhausted);
  if (is_in_force && !is_used_up) lower_cover(state, context, cover, amount);
  state.covers.edit(context.changes, code).paid += amount;
}

Advanced advance(State& state, ledger::State& ledger, Context& context, PoolId pool) {
  Advanced done;
  std::vector<PremiumLine::Key> lines;
  const auto& open = state.open_lines.rows();
  for (auto at = open.lower_bound({pool, 0});
       at != open.end() && at->first.pool == pool && lines.size() < kAdvanceMax; ++at)
    lines.push_back(at->first);
  for (const PremiumLine::Key& key : lines) {
    const Amount before = state.lines.find(key)->earned;
    earn_line(state, ledger, context, key, context.now);
    if (state.lines.find(key)->earned != before) ++done.lines;
  }
  std::vector<std::string> over;
  const auto& ends = state.cover_ends.rows();
  for (auto at = ends.lower_bound({pool, Time::min(), {}});
       at != ends.end() && at->first.pool == pool && at->first.end <= context.now &&
       over.size() < kAdvanceMax;
       ++at)
    over.push_back(at->first.cover);
  for (const std::string& code : over) {
    end_cover(state, context, code, CoverStage::lapsed);
    ++done.covers;
  }
  return done;
}

}  // namespace cofferdam::insurance
