// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/insurance/reserve.h"

#include "cofferdam/base/allocate.h"
#include "cofferdam/books/insurance/cover_book.h"
#include "cofferdam/books/insurance/tranche.h"

#include <algorithm>
#include <vector>

namespace cofferdam::insurance {
namespace {

using S = ReserveStatus;

// One bearer of a loss: a fund, or the part of one owner in the exit queue.
struct Bearer {
  Fund fund = Fund::earned;
  std::uint32_t exit = 0;
  Amount most;  // that it can give, or be given back
};

// Those who bear side by side, pro rata.
using Rank = std::vector<Bearer>;

Fund fund_for(ReserveKind kind) {
  switch (kind) {
    case ReserveKind::incident:
      return Fund::case_reserve;
    case ReserveKind::ibnr:
      return Fund::ibnr_reserve;
    case ReserveKind::layer:
      break;
  }
  return Fund::layer;
}

Reserve::Key key_of(const ReserveFor& what) {
  return {what.pool, what.kind, what.number};
}

Rank tranche_rank(const State& state, const ReserveFor& what, TrancheKind tranche) {
  Rank rank{{fund_of(tranche), 0, drawable(state, what.pool, tranche)}};
  if (what.kind != ReserveKind::incident) return rank;
  const auto& rows = state.exits.rows();
  for (auto at = rows.lower_bound({what.pool, 0}); at != rows.end() && at->first.pool == what.pool;
       ++at) {
    const Exit& exit = at->second;
    if (exit.stage == ExitStage::out && exit.tranche == tranche && what.occurred < exit.left)
      rank.push_back({exits_of(tranche), exit.number, exit.amount});
  }
  return rank;
}

// Who gives, the first to bear first.
std::vector<Rank> givers(const State& state, const ReserveFor& what) {
  const Funds& funds = state.pools.find(what.pool)->funds;
  std::vector<Rank> ranks;
  if (what.kind == ReserveKind::incident)
    ranks.push_back({{Fund::ibnr_reserve, 0, funds.ibnr_reserve}});
  ranks.push_back({{Fund::earned, 0, funds.earned}});
  ranks.push_back(tranche_rank(state, what, TrancheKind::junior));
  ranks.push_back(tranche_rank(state, what, TrancheKind::senior));
  return ranks;
}

// In which rank a fund bears.
int rank_of(Fund fund) {
  switch (fund) {
    case Fund::ibnr_reserve:
      return 0;
    case Fund::earned:
      return 1;
    case Fund::junior:
    case Fund::junior_exits:
      return 2;
    case Fund::senior:
    case Fund::senior_exits:
      return 3;
    case Fund::unearned:
    case Fund::expenses:
    case Fund::case_reserve:
    case Fund::layer:
    case Fund::written_off:
    case Fund::dust:
      break;
  }
  COFFERDAM_CHECK(false, "a fund that bears no loss");
  return 0;
}

// Who gave, the last to bear first.
std::vector<Rank> takers(const State& state, const ReserveFor& what) {
  std::vector<Rank> ranks(4);
  const auto& rows = state.sources.rows();
  for (auto at = rows.lower_bound({what.pool, what.kind, what.number, Fund::unearned, 0});
       at != rows.end() && at->second.pool == what.pool && at->second.kind == what.kind &&
       at->second.number == what.number;
       ++at) {
    const ReserveSource& source = at->second;
    ranks[static_cast<std::size_t>(3 - rank_of(source.fund))].push_back(
        {source.fund, source.exit, source.taken});
  }
  return ranks;
}

Amount sum_of(const std::vector<Rank>& ranks) {
  Amount sum;
  for (const Rank& rank : ranks)
    for (const Bearer& bearer : rank) sum += bearer.most;
  return sum;
}

Reserve& edit_reserve(State& state, Context& context, const ReserveFor& what) {
  if (state.reserves.find(key_of(what)) == nullptr)
    state.reserves.insert(context.changes, Reserve{.pool = what.pool,
                                                   .asset = state.pools.find(what.pool)->asset,
                                                   .kind = what.kind,
                                                   .number = what.number,
                                                   .occurred = what.occurred});
  return state.reserves.edit(context.changes, key_of(what));
}

// What a bearer's own rows say of it changes with its money.
void adjust_bearer(State& state, Context& context, const ReserveFor& what, const Bearer& bearer,
                   Amount amount, bool is_given) {
  if (bearer.exit != 0) {
    Exit& exit = state.exits.edit(context.changes, {what.pool, bearer.exit});
    if (is_given) {
      exit.amount -= amount;
      exit.borne += amount;
    } else {
      if (exit.stage == ExitStage::out) exit.amount += amount;
      exit.borne -= amount;
    }
  }
  if (bearer.fund == Fund::ibnr_reserve) {
    Reserve& ibnr = edit_reserve(state, context, {what.pool, ReserveKind::ibnr, 0, {}});
    ibnr.held = is_given ? ibnr.held - amount : ibnr.held + amount;
    ibnr.paid = is_given ? ibnr.paid + amount : ibnr.paid - amount;
  }
  const ReserveSource::Key key{what.pool, what.kind, what.number, bearer.fund, bearer.exit};
  if (state.sources.find(key) == nullptr)
    state.sources.insert(context.changes, ReserveSource{.pool = what.pool,
                                                        .asset = state.pools.find(what.pool)->asset,
                                                        .kind = what.kind,
                                                        .number = what.number,
                                                        .fund = bearer.fund,
                                                        .exit = bearer.exit});
  ReserveSource& source = state.sources.edit(context.changes, key);
  source.taken = is_given ? source.taken + amount : source.taken - amount;
  if (source.taken.is_zero()) state.sources.erase(context.changes, key);
}

// Splits an amount over ranks in order, pro rata within each, and calls f for every part.
template <class F>
bool split(const std::vector<Rank>& ranks, Amount amount, F&& f) {
  u128 left = amount.units();
  for (const Rank& rank : ranks) {
    if (left == 0) return true;
    std::vector<u128> most;
    for (const Bearer& bearer : rank) most.push_back(bearer.most.units());
    const base::CappedAllocation parts = base::allocate_capped(left, most);
    for (std::size_t i = 0; i < rank.size(); ++i)
      if (parts.parts[i] != 0 && !f(rank[i], Amount(parts.parts[i]))) return false;
    left = parts.left;
  }
  COFFERDAM_CHECK(left == 0, "what is split is there");
  return true;
}

void raise(State& state, ledger::State& ledger, Context& context, const ReserveFor& what,
           Amount more) {
  split(givers(state, what), more, [&](const Bearer& bearer, Amount part) {
    move(state, ledger, context, what.pool, bearer.fund, fund_for(what.kind), part, kReserveSet,
         what.number);
    adjust_bearer(state, context, what, bearer, part, true);
    return true;
  });
  edit_reserve(state, context, what).held += more;
}

bool is_paid_exit(const State& state, const ReserveFor& what, const Bearer& bearer) {
  return bearer.exit != 0 && state.exits.find({what.pool, bearer.exit})->stage == ExitStage::paid;
}

// Gives a part back to who bore it. An owner who left and was paid is paid again; where his account
// no longer takes it, it stays with the tranche.
void give_back(State& state, ledger::State& ledger, Context& context, const ReserveFor& what,
               const Bearer& bearer, Amount part, PostingCode code) {
  const Fund from = fund_for(what.kind);
  const bool is_gone = is_paid_exit(state, what, bearer);
  if (!is_gone) {
    move(state, ledger, context, what.pool, from, bearer.fund, part, code, what.number);
  } else {
    const Exit exit = *state.exits.find({what.pool, bearer.exit});
    const Moved paid =
        pay_out(state, ledger, context, what.pool, from, exit.account, part, code, what.number);
    if (paid == Moved::refused)
      move(state, ledger, context, what.pool, from, fund_of(exit.tranche), part, code, what.number);
  }
  adjust_bearer(state, context, what, bearer, part, false);
  if (is_gone && state.exits.find({what.pool, bearer.exit})->borne.is_zero())
    state.exits.erase(context.changes, {what.pool, bearer.exit});
}

void lower(State& state, ledger::State& ledger, Context& context, const ReserveFor& what,
           Amount less) {
  split(takers(state, what), less, [&](const Bearer& bearer, Amount part) {
    give_back(state, ledger, context, what, bearer, part, kReserveReleased);
    return true;
  });
  edit_reserve(state, context, what).held -= less;
}

}  // namespace

void follow_layer(State& state, const ledger::State& ledger, Context& context, PoolId pool) {
  const Amount there = balance_of(ledger, Fund::layer, pool);
  const Amount noted = state.pools.find(pool)->funds.layer;
  if (there == noted) return;
  InsurancePool& row = state.pools.edit(context.changes, pool);
  Reserve& reserve = edit_reserve(state, context, {pool, ReserveKind::layer, 0, {}});
  row.funds.layer = there;
  // What came back is as if it had not been paid: it never exceeds what was.
  row.losses_paid = row.losses_paid + noted - there;
  reserve.paid = reserve.paid + noted - there;
  reserve.held = there;
}

Amount reserve_held(const State& state, const ReserveFor& what) {
  const Reserve* row = state.reserves.find(key_of(what));
  return row == nullptr ? Amount() : row->held;
}

Amount reserve_most(const State& state, const ReserveFor& what) {
  if (state.pools.find(what.pool) == nullptr) return {};
  return reserve_held(state, what) + sum_of(givers(state, what));
}

S set_reserve(State& state, ledger::State& ledger, Context& context, const ReserveFor& what,
              Amount amount) {
  if (state.pools.find(what.pool) == nullptr) return S::pool_not_found;
  follow_layer(state, ledger, context, what.pool);
  set_apart_due_exits(state, ledger, context, what.pool);
  const Amount held = reserve_held(state, what);
  if (amount > reserve_most(state, what)) return S::exceeds_capital;
  if (amount > held) raise(state, ledger, context, what, amount - held);
  if (amount < held) lower(state, ledger, context, what, held - amount);
  return S::ok;
}

S release_reserve(State& state, ledger::State& ledger, Context& context, const ReserveFor& what) {
  return set_reserve(state, ledger, context, what, Amount());
}

S pay_from_reserve(State& state, ledger::State& ledger, Context& context, const ReserveFor& what,
                   Amount amount, AccountId to, u128 reference) {
  const InsurancePool* pool = state.pools.find(what.pool);
  if (pool == nullptr) return S::pool_not_found;
  if (what.kind != ReserveKind::incident || amount > reserve_held(state, what))
    return S::exceeds_reserve;
  if (fault_of(ledger, *pool, to) != AccountFault::none) return S::account_refuses;
  if (amount.is_zero()) return S::ok;
  if (pay_out(state, ledger, context, what.pool, Fund::case_reserve, to, amount, kClaimPaid,
              reference) == Moved::refused)
    return S::account_refuses;
  state.pools.edit(context.changes, what.pool).losses_paid += amount;
  Reserve& reserve = edit_reserve(state, context, what);
  reserve.held -= amount;
  reserve.paid += amount;
  return S::ok;
}

S pay_cover(State& state, ledger::State& ledger, Context& context, const ReserveFor& what,
            const std::string& cover, Amount amount, u128 reference) {
  const Cover* row = state.covers.find(cover);
  if (row == nullptr || row->pool != what.pool) return S::cover_not_found;
  if (amount > row->remaining()) return S::exceeds_cover;
  const S paid = pay_from_reserve(state, ledger, context, what, amount, row->account, reference);
  if (paid == S::ok) use_cover(state, context, cover, amount);
  return paid;
}

S return_recovery(State& state, ledger::State& ledger, Context& context, const ReserveFor& what,
                  Amount amount, AccountId from, u128 reference) {
  const InsurancePool* pool = state.pools.find(what.pool);
  const Reserve* reserve = state.reserves.find(key_of(what));
  if (pool == nullptr) return S::pool_not_found;
  if (reserve == nullptr || amount > reserve->paid - reserve->recovered) return S::exceeds_borne;
  if (what.kind == ReserveKind::ibnr) return S::exceeds_borne;
  if (fault_of(ledger, *pool, from) != AccountFault::none) return S::account_refuses;
  if (amount.is_zero()) return S::ok;
  if (take_in(state, ledger, context, what.pool, from, fund_for(what.kind), amount, kRecovery,
              reference) == Moved::refused)
    return S::account_refuses;
  split(takers(state, what), amount, [&](const Bearer& bearer, Amount part) {
    give_back(state, ledger, context, what, bearer, part, kRecovery);
    return true;
  });
  edit_reserve(state, context, what).recovered += amount;
  state.pools.edit(context.changes, what.pool).recovered += amount;
  return S::ok;
}

void open_incident(State& state, ledger::State& ledger, Context& context, const ReserveFor& what) {
  set_apart_due_exits(state, ledger, context, what.pool);
  state.open_incidents.insert(
      context.changes,
      OpenIncident{.pool = what.pool, .number = what.number, .occurred = what.occurred});
}

void close_incident(State& state, Context& context, const ReserveFor& what) {
  state.open_incidents.erase(context.changes, {what.pool, what.number});
}

void count_open_claim(State& state, Context& context, const std::string& cover, bool is_opened) {
  Cover& row = state.covers.edit(context.changes, cover);
  if (is_opened) {
    ++row.open_claims;
  } else {
    COFFERDAM_CHECK(row.open_claims > 0, "a claim that is settled was open");
    --row.open_claims;
  }
}

}  // namespace cofferdam::insurance
