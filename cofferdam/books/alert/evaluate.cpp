// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/alert/evaluate.h"

#include "cofferdam/books/alert/band.h"
#include "cofferdam/books/alert/value.h"

#include <algorithm>
#include <map>
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

[[nodiscard]] bool has_ledger_watch(const State& state) {
  const auto& rows = state.watches.rows();
  return !rows.empty() && !rows.rbegin()->first.pool.is_none();
}

// Keeps what measures of facts need in step, and says which sources have spoken.
[[nodiscard]] std::set<SourceId> keep_facts(State& state, const Books& books, Context& context) {
  std::set<SourceId> sources;
  books.facts.facts.each_touched([&](const fact::Fact* /*before*/, const fact::Fact* after) {
    if (after == nullptr) return;
    sources.insert(after->source);
    const NewestFact* kept = state.newest.find(after->source);
    if (kept == nullptr || (kept->observed && *kept->observed >= after->observed)) return;
    state.newest.edit(context.changes, after->source).observed = after->observed;
  });
  return sources;
}

[[nodiscard]] std::set<VaultId> touched_vaults(const custody::State& custody) {
  std::set<VaultId> vaults;
  const auto note = [&](const auto* before, const auto* after, auto vault_of) {
    vaults.insert(vault_of(after != nullptr ? *after : *before));
  };
  custody.intents.each_touched([&](const auto* before, const auto* after) {
    note(before, after, [](const auto& row) { return row.vault; });
  });
  custody.vaults.each_touched([&](const auto* before, const auto* after) {
    note(before, after, [](const auto& row) { return row.id; });
  });
  custody.windows.each_touched([&](const auto* before, const auto* after) {
    note(before, after, [](const auto& row) { return row.vault; });
  });
  return vaults;
}

// The rules that look at facts, decisions or custody, and at what of it was touched.
void add_others(State& state, const Books& books, Context& context, Ids& ids) {
  const bool proposals = !books.decisions.proposals.untouched();
  const bool custody = !books.custody.intents.untouched() || !books.custody.vaults.untouched() ||
                       !books.custody.windows.untouched();
  if (!proposals && !custody && books.facts.facts.untouched()) return;
  const std::set<SourceId> sources = keep_facts(state, books, context);
  const std::set<VaultId> vaults = custody ? touched_vaults(books.custody) : std::set<VaultId>();
  Ids candidates;
  add_watched(state, PoolId(), AssetId(), candidates);
  for (const AlertId id : candidates) {
    const AlertRule& rule = *state.rules.find(id);
    const bool concerned = rule.measure == Measure::fact_age       ? sources.contains(rule.source)
                           : rule.measure == Measure::proposal_age ? proposals
                                                                   : vaults.contains(rule.vault);
    if (concerned) ids.push_back(id);
  }
}

// Keeps the sums of the watched pools in step with the accounts that the command touched, in one
// pass over them.
void keep_standings(State& state, const Books& books, Context& context) {
  if (state.standings.size() == 0) return;
  std::map<KeptStanding::Key, pool::Standing> touched;
  books.ledger.totals.each_touched([&](const ledger::Total* before, const ledger::Total* after) {
    const ledger::Total* total = after != nullptr ? after : before;
    const KeptStanding* kept = state.standings.find({total->pool, total->asset});
    if (kept != nullptr) touched.emplace(kept->key(), kept->sums);
  });
  if (touched.empty()) return;
  books.ledger.accounts.each_touched(
      [&](const ledger::Account* before, const ledger::Account* after) {
        const ledger::Account* account = after != nullptr ? after : before;
        const auto sums = touched.find({account->pool, account->asset});
        if (sums == touched.end()) return;
        if (before != nullptr) pool::subtract(sums->second, *before);
        if (after != nullptr) pool::add(sums->second, *after);
      });
  for (const auto& [key, sums] : touched) state.standings.edit(context.changes, key).sums = sums;
}

[[nodiscard]] bool has_hold_watch(const State& state, PoolId pool) {
  const auto at = state.watches.rows().lower_bound({pool, AssetId(), AlertId()});
  return at != state.watches.rows().end() && at->first.pool == pool && at->first.asset.is_none();
}

void add_hold(State& state, Context& context, const WatchedHold& hold) {
  state.holds.insert(context.changes, hold);
  state.hold_ages.insert(context.changes, {hold.pool, hold.since, hold.address});
}

void remove_hold(State& state, Context& context, const WatchedHold::Key& key) {
  const Time since = state.holds.find(key)->since;
  state.hold_ages.erase(context.changes, {key.pool, since, key.address});
  state.holds.erase(context.changes, key);
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
    if (after == nullptr && known) remove_hold(state, context, key);
    if (after != nullptr && !known) add_hold(state, context, {pool, hold.address, context.now});
  });
  for (const PoolId pool : pools) add_watched(state, pool, AssetId(), ids);
}

[[nodiscard]] Ids touched_rules(State& state, const Books& books, Context& context) {
  Ids ids;
  state.rules.each_touched([&](const AlertRule* /*before*/, const AlertRule* after) {
    if (after != nullptr && !after->retired) ids.push_back(after->id);
  });
  if (has_ledger_watch(state)) {
    books.ledger.totals.each_touched([&](const ledger::Total* before, const ledger::Total* after) {
      const ledger::Total* total = after != nullptr ? after : before;
      add_watched(state, total->pool, total->asset, ids);
    });
    keep_holds(state, books, context, ids);
  }
  add_others(state, books, context, ids);
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

[[nodiscard]] std::optional<SignedAmount> signed_of(const std::optional<base::i128>& value) {
  return value ? std::optional(SignedAmount(*value)) : std::nullopt;
}

void add_moves(State& state, Context& context, AlertId id, const Moves& moves) {
  for (std::size_t i = 0; i < moves.count; ++i)
    add_event(state, context,
              {.alert = id, .what = moves.list[i].what, .value = signed_of(moves.list[i].value)});
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
  add_moves(state, context, id, moves);
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

void settle(State& state, Context& context, const AlertRule& rule, const AlertRule& next) {
  AlertStatus status = *state.statuses.find(rule.id);
  const Moves moves = pass_time(rule, status, context.now);
  if (status.state == AlertState::pending) {
    status.state = AlertState::quiet;
    status.since = context.now;
  }
  status.healthy_since.reset();
  if (rule.direction != next.direction) status.worst.reset();
  state.statuses.edit(context.changes, rule.id) = std::move(status);
  add_moves(state, context, rule.id, moves);
}

void forget(State& state, Context& context, AlertId id) {
  AlertStatus& status = state.statuses.edit(context.changes, id);
  const std::uint32_t kept = std::min(status.samples, kSamplesMax);
  for (std::uint32_t position = 0; position < kept; ++position)
    state.samples.erase(context.changes, {id, position});
  status.samples = 0;
  status.last_sample = {};
  status.worst.reset();
  status.since = context.now;
}

std::optional<SignedAmount> value_now(const State& state, const Books& books,
                                      const Context& context, AlertId id) {
  return signed_of(
      measure(*state.rules.find(id), *state.statuses.find(id), state, books, context.now).value);
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
  if (needs_newest_fact(rule) && state.newest.find(rule.source) == nullptr) {
    NewestFact newest{.source = rule.source};
    books.facts.facts.each([&](const fact::Fact& fact) {
      if (fact.source == rule.source && (!newest.observed || *newest.observed < fact.observed))
        newest.observed = fact.observed;
    });
    state.newest.insert(context.changes, newest);
  }
  if (!first_of_holds) return;
  books.ledger.holds.each([&](const ledger::Hold& hold) {
    if (books.ledger.accounts.at(hold.debit).pool != rule.pool) return;
    const Time made = hold.timeout_s == 0
                          ? context.now
                          : hold.expires - base::kSecond * std::int64_t{hold.timeout_s};
    add_hold(state, context, {rule.pool, hold.address, made});
  });
}

void end_watch(State& state, Context& context, const AlertRule& rule) {
  state.watches.erase(context.changes, watch_key(rule));
  Ids others;
  add_watched(state, watch_key(rule).pool, watch_key(rule).asset, others);
  const auto still = [&](auto needs) {
    return std::any_of(others.begin(), others.end(),
                       [&](AlertId id) { return needs(*state.rules.find(id)); });
  };
  if (needs_standing(rule.measure) &&
      !still([](const AlertRule& other) { return needs_standing(other.measure); }))
    state.standings.erase(context.changes, {rule.pool, rule.asset});
  if (needs_newest_fact(rule) && !still([&](const AlertRule& other) {
        return needs_newest_fact(other) && other.source == rule.source;
      }))
    state.newest.erase(context.changes, rule.source);
  if (rule.measure != Measure::hold_age || has_hold_watch(state, rule.pool)) return;
  while (true) {
    const auto at = state.holds.rows().lower_bound({rule.pool, 0});
    if (at == state.holds.rows().end() || at->first.pool != rule.pool) return;
    remove_hold(state, context, WatchedHold::Key(at->first));
  }
}

}  // namespace cofferdam::alert
