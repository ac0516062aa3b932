// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/alert/evaluate.h"

#include "cofferdam/books/alert/band.h"
#include "cofferdam/books/alert/value.h"

#include <algorithm>
#include <set>

namespace cofferdam::alert {

namespace {

using Ids = std::vector<AlertId>;

void add_watched(const State& state, PoolId pool, AssetId asset, Ids& ids) {
  const auto& rows = state.watches.rows();
  for (auto at = rows.lower_bound({pool, asset, AlertId()});
       at != rows.end() && at->first.pool == pool && at->first.asset == asset; ++at)
    ids.push_back(at->first.alert);
}

// The rules that look at what time, facts, decisions or custody bring.
void add_others(const State& state, const Books& books, Ids& ids) {
  const bool facts = !books.facts.facts.untouched();
  const bool proposals = !books.decisions.proposals.untouched();
  const bool custody = !books.custody.intents.untouched() || !books.custody.vaults.untouched() ||
                       !books.custody.windows.untouched();
  if (!facts && !proposals && !custody) return;
  Ids candidates;
  add_watched(state, PoolId(), AssetId(), candidates);
  for (const AlertId id : candidates) {
    const Measure measure = state.rules.find(id)->measure;
    const bool concerned = measure == Measure::fact_age       ? facts
                           : measure == Measure::proposal_age ? proposals
                                                              : custody;
    if (concerned) ids.push_back(id);
  }
}

// Keeps the sums of the watched pools in step with the accounts that the command touched.
void keep_standings(State& state, const Books& books, Context& context) {
  if (state.standings.size() == 0) return;
  std::set<KeptStanding::Key> touched;
  books.ledger.totals.each_touched([&](const ledger::Total* before, const ledger::Total* after) {
    const ledger::Total* total = after != nullptr ? after : before;
    const KeptStanding::Key key{total->pool, total->asset};
    if (state.standings.find(key) != nullptr) touched.insert(key);
  });
  if (touched.empty()) return;
  for (const KeptStanding::Key& key : touched) {
    pool::Standing sums = state.standings.find(key)->sums;
    books.ledger.accounts.each_touched(
        [&](const ledger::Account* before, const ledger::Account* after) {
          const ledger::Account* account = after != nullptr ? after : before;
          if (account->pool != key.pool || account->asset != key.asset) return;
          if (before != nullptr) pool::subtract(sums, *before);
          if (after != nullptr) pool::add(sums, *after);
        });
    state.standings.edit(context.changes, key).sums = sums;
  }
}

[[nodiscard]] bool has_hold_watch(const State& state, PoolId pool) {
  const auto at = state.watches.rows().lower_bound({pool, AssetId(), AlertId()});
  return at != state.watches.rows().end() && at->first.pool == pool && at->first.asset.is_none();
}

void keep_holds(State& state, const Books& books, Context& context, Ids& ids) {
  if (books.ledger.holds.untouched()) return;
  std::set<PoolId> pools;
  PoolId last;  // holds of one batch are mostly of one pool
  bool is_watched = false;
  books.ledger.holds.each_touched([&](const ledger::Hold* before, const ledger::Hold* after) {
    const ledger::Hold& hold = after != nullptr ? *after : *before;
    const PoolId pool = books.ledger.accounts.at(hold.debit).pool;
    if (pool != last) is_watched = has_hold_watch(state, pool);
    last = pool;
    if (!is_watched) return;
    pools.insert(pool);
    const WatchedHold::Key key{pool, hold.address};
    const bool known = state.holds.find(key) != nullptr;
    if (after == nullptr && known) state.holds.erase(context.changes, key);
    if (after != nullptr && !known)
      state.holds.insert(context.changes, {pool, hold.address, context.now});
  });
  for (const PoolId pool : pools) add_watched(state, pool, AssetId(), ids);
}

[[nodiscard]] Ids touched_rules(State& state, const Books& books, Context& context) {
  Ids ids;
  state.rules.each_touched([&](const AlertRule* /*before*/, const AlertRule* after) {
    if (after != nullptr && !after->retired) ids.push_back(after->id);
  });
  books.ledger.totals.each_touched([&](const ledger::Total* before, const ledger::Total* after) {
    const ledger::Total* total = after != nullptr ? after : before;
    add_watched(state, total->pool, total->asset, ids);
  });
  keep_holds(state, books, context, ids);
  add_others(state, books, ids);
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

void sample(State& state, Context& context, const AlertRule& rule, AlertStatus& status,
            base::i128 value) {
  const Time now = context.now;
  const std::optional<Duration> passed = base::try_sub(now, status.last_sample);
  if (status.samples != 0 && passed && *passed < rule.sample_every) return;
  const Sample::Key key{rule.id, status.samples % kSamplesMax};
  if (state.samples.find(key) == nullptr) {
    state.samples.insert(context.changes, {rule.id, key.position, now, SignedAmount(value)});
  } else {
    Sample& row = state.samples.edit(context.changes, key);
    row.time = now;
    row.value = SignedAmount(value);
  }
  status.samples += 1;
  status.last_sample = now;
}

void evaluate_rule(State& state, const Books& books, Context& context, AlertId id) {
  const AlertRule& rule = *state.rules.find(id);
  const AlertStatus& was = *state.statuses.find(id);
  AlertStatus status = was;
  const Measured measured = measure(rule, was, state, books, context.now);
  if (!measured.intents_from.is_none()) status.intents_from = measured.intents_from;
  const Moves moves = move(rule, status, measured.value, context.now);
  if (measured.value) sample(state, context, rule, status, *measured.value);
  if (!(status == was)) state.statuses.edit(context.changes, id) = std::move(status);
  for (std::size_t i = 0; i < moves.count; ++i)
    add_event(
        state, context,
        {.alert = id, .what = moves.list[i], .value = SignedAmount(measured.value.value_or(0))});
}

}  // namespace

void evaluate(State& state, const Books& books, Context& context, Occasion occasion) {
  if (state.watches.size() == 0) return;
  keep_standings(state, books, context);
  Ids ids = touched_rules(state, books, context);
  if (occasion == Occasion::tick) {
    ids.clear();
    for (const auto& [key, watch] : state.watches.rows()) ids.push_back(watch.alert);
    std::sort(ids.begin(), ids.end());
  }
  for (const AlertId id : ids) evaluate_rule(state, books, context, id);
}

std::vector<AlertChange> changes_of(const State& state) {
  std::vector<AlertChange> changes;
  if (state.events.untouched()) return changes;
  state.events.each_touched([&](const AlertEvent* before, const AlertEvent* after) {
    if (before != nullptr || after == nullptr) return;
    const AlertRule& rule = *state.rules.find(after->alert);
    changes.push_back({.alert = rule.id,
                       .what = after->what,
                       .severity = rule.severity,
                       .measure = rule.measure,
                       .pool = rule.pool,
                       .asset = rule.asset,
                       .value = after->value});
  });
  return changes;
}

void add_event(State& state, Context& context, AlertEvent event) {
  AlertStatus& status = state.statuses.edit(context.changes, event.alert);
  event.number = ++status.events;
  event.time = context.now;
  event.sequence = context.sequence;
  if (event.number > kEventsMax)
    state.events.erase(context.changes, {event.alert, event.number - kEventsMax});
  state.events.insert(context.changes, std::move(event));
}

void begin_watch(State& state, const Books& books, Context& context, const AlertRule& rule) {
  const bool first_of_holds =
      rule.measure == Measure::hold_age && !has_hold_watch(state, rule.pool);
  const Watch::Key key = watch_key(rule);
  state.watches.insert(context.changes, {key.pool, key.asset, key.alert});
  if (needs_standing(rule.measure) && state.standings.find({rule.pool, rule.asset}) == nullptr) {
    KeptStanding kept{rule.pool, rule.asset, {}};
    books.ledger.accounts.each([&](const ledger::Account& account) {
      if (account.pool == rule.pool && account.asset == rule.asset) pool::add(kept.sums, account);
    });
    state.standings.insert(context.changes, kept);
  }
  if (!first_of_holds) return;
  books.ledger.holds.each([&](const ledger::Hold& hold) {
    if (books.ledger.accounts.at(hold.debit).pool != rule.pool) return;
    // The time of a hold that never expires is not kept: it is as old as the first look at it.
    const Time made = hold.timeout_s == 0
                          ? context.now
                          : hold.expires - base::kSecond * std::int64_t{hold.timeout_s};
    state.holds.insert(context.changes, {rule.pool, hold.address, made});
  });
}

void end_watch(State& state, Context& context, const AlertRule& rule) {
  state.watches.erase(context.changes, watch_key(rule));
  if (needs_standing(rule.measure)) {
    Ids others;
    add_watched(state, rule.pool, rule.asset, others);
    const bool still_needed = std::any_of(others.begin(), others.end(), [&](AlertId id) {
      return needs_standing(state.rules.find(id)->measure);
    });
    if (!still_needed) state.standings.erase(context.changes, {rule.pool, rule.asset});
  }
  if (rule.measure != Measure::hold_age || has_hold_watch(state, rule.pool)) return;
  while (true) {
    const auto at = state.holds.rows().lower_bound({rule.pool, 0});
    if (at == state.holds.rows().end() || at->first.pool != rule.pool) return;
    state.holds.erase(context.changes, WatchedHold::Key(at->first));
  }
}

}  // namespace cofferdam::alert
