// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/alert/value.h"

#include "cofferdam/base/rounding.h"

#include <algorithm>

namespace cofferdam::alert {

namespace {

using base::i128;
using base::Rounding;
using base::u128;

// Whole seconds, rounded down; a time ahead of now is no age yet.
[[nodiscard]] i128 age(Time since, Time now) {
  const std::optional<Duration> passed = base::try_sub(now, since);
  if (!passed || passed->is_negative()) return 0;
  return passed->value() / base::kNanosecondsPerSecond;
}

template <Rounding R>
[[nodiscard]] i128 ppm(u128 part, u128 whole) {
  const auto found = base::try_mul_div<R>(part, static_cast<u128>(kPpmOne), whole);
  return found && *found <= static_cast<u128>(base::kI128Max) ? static_cast<i128>(*found)
                                                              : base::kI128Max;
}

[[nodiscard]] bool is_debit_normal(AccountClass account_class) {
  return account_class == AccountClass::custody || account_class == AccountClass::external;
}

[[nodiscard]] i128 net(base::Amount a, base::Amount b) {
  const auto difference = base::try_difference(a, b);
  if (difference) return difference->units();
  return a < b ? base::kI128Min : base::kI128Max;
}

[[nodiscard]] i128 balance(const AlertRule& rule, AccountClass account_class, const Books& books) {
  const ledger::Total* total = books.ledger.totals.find({rule.pool, rule.asset, account_class});
  if (total == nullptr) return 0;
  return is_debit_normal(account_class) ? net(total->debits_posted, total->credits_posted)
                                        : net(total->credits_posted, total->debits_posted);
}

[[nodiscard]] std::optional<i128> segregation(const AlertRule& rule, const State& state) {
  const KeptStanding* kept = state.standings.find({rule.pool, rule.asset});
  if (kept == nullptr) return std::nullopt;
  return rule.measure == Measure::segregation_surplus
             ? std::optional(pool::surplus(kept->sums).value())
             : pool::coverage_ppm(kept->sums);
}

[[nodiscard]] std::optional<i128> buffer_used(const AlertRule& rule, const Books& books) {
  const pool::Pool* pool = books.pools.pools.find(rule.pool);
  if (pool == nullptr) return std::nullopt;
  const base::Amount cap = pool::buffer_cap(*pool, rule.asset);
  const i128 buffer = balance(rule, AccountClass::buffer, books);
  if (cap.is_zero()) return std::nullopt;
  return buffer <= 0 ? 0 : ppm<Rounding::up>(base::magnitude(buffer), cap.units());
}

[[nodiscard]] i128 hold_age(const AlertRule& rule, const State& state, Time now) {
  const auto oldest = state.hold_ages.rows().lower_bound({rule.pool, Time::min(), 0});
  if (oldest == state.hold_ages.rows().end() || oldest->first.pool != rule.pool) return 0;
  return age(oldest->second.since, now);
}

// What has reached its end is no longer waited for, whether or not a tick has closed it.
[[nodiscard]] i128 proposal_age(const AlertRule& rule, const Books& books, Time now) {
  i128 oldest = 0;
  for (const auto& [key, due] : books.decisions.due.rows()) {
    if (key.expires <= now) continue;
    const decision::Proposal* proposal = books.decisions.proposals.find(due.id);
    if (proposal == nullptr) continue;
    if (!rule.pool.is_none() && proposal->pool != rule.pool) continue;
    oldest = std::max(oldest, age(proposal->created, now));
  }
  return oldest;
}

// Intents are numbered in the order of their making, never open again, and a deadline stays.
[[nodiscard]] Measured intent_age(const AlertRule& rule, const AlertStatus& status,
                                  const Books& books, Time now) {
  base::IntentId id = std::max(status.intents_from, base::IntentId(1));
  while (const custody::Intent* intent = books.custody.intents.find(id)) {
    if (intent->vault == rule.vault && intent->is_open() && intent->deadline >= now)
      return {.value = age(intent->proposed, now), .intents_from = id};
    id = base::IntentId(id.value() + 1);
  }
  return {.value = 0, .intents_from = id};
}

[[nodiscard]] std::optional<i128> allowance_used(const AlertRule& rule, const Books& books,
                                                 Time now) {
  const custody::Vault* vault = books.custody.vaults.find(rule.vault);
  const custody::CapWindow* window = books.custody.windows.find({rule.vault, rule.asset});
  if (vault == nullptr || window == nullptr) return std::nullopt;
  for (const custody::AssetCap& cap : vault->policy.caps) {
    if (cap.asset != rule.asset) continue;
    const base::Amount left = pool::accrue(cap.limit, window->window, now).balance;
    if (left >= cap.limit.max) return 0;
    return ppm<Rounding::up>((cap.limit.max - left).units(), cap.limit.max.units());
  }
  return std::nullopt;
}

// A source that has never spoken is as old as itself.
[[nodiscard]] std::optional<i128> fact_age(const AlertRule& rule, const State& state,
                                           const Books& books, Time now) {
  const fact::Source* source = books.facts.sources.find(rule.source);
  if (source == nullptr) return std::nullopt;
  std::optional<Time> newest;
  if (needs_newest_fact(rule)) {
    const NewestFact* kept = state.newest.find(rule.source);
    if (kept != nullptr) newest = kept->observed;
  } else if (const fact::Fact* found = books.facts.facts.find({rule.source, rule.fact_key})) {
    newest = found->observed;
  }
  return age(newest.value_or(source->created), now);
}

}  // namespace

Measured measure(const AlertRule& rule, const AlertStatus& status, const State& state,
                 const Books& books, Time now) {
  switch (rule.measure) {
    case Measure::segregation_surplus:
    case Measure::segregation_ratio:
      return {.value = segregation(rule, state)};
    case Measure::balance:
      return {.value = balance(rule, rule.account_class.value_or(AccountClass::general), books)};
    case Measure::buffer_used:
      return {.value = buffer_used(rule, books)};
    case Measure::hold_age:
      return {.value = hold_age(rule, state, now)};
    case Measure::proposal_age:
      return {.value = proposal_age(rule, books, now)};
    case Measure::intent_age:
      return intent_age(rule, status, books, now);
    case Measure::open_intents: {
      const custody::Vault* vault = books.custody.vaults.find(rule.vault);
      if (vault == nullptr) return {};
      return {.value = static_cast<i128>(vault->open_intents)};
    }
    case Measure::allowance_used:
      return {.value = allowance_used(rule, books, now)};
    case Measure::fact_age:
      return {.value = fact_age(rule, state, books, now)};
  }
  return {};
}

}  // namespace cofferdam::alert
