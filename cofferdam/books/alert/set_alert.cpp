// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/alert/set_alert.h"

#include "cofferdam/books/alert/evaluate.h"
#include "cofferdam/books/ledger/create_asset.h"

#include <algorithm>

namespace cofferdam::alert {

using S = SetAlertStatus;

namespace {

[[nodiscard]] S judge(Told told, bool given, S missing, S not_used) {
  if (told == Told::always && !given) return missing;
  if (told == Told::never && given) return not_used;
  return S::ok;
}

[[nodiscard]] S check_subject(const SetAlert& command) {
  const Subject wants = subject_of(command.measure);
  const bool has_class = command.account_class.has_value();
  for (const S status :
       {judge(wants.pool, !command.pool.is_none(), S::pool_missing, S::pool_not_used),
        judge(wants.asset, !command.asset.is_none(), S::asset_missing, S::asset_not_used),
        judge(wants.account_class, has_class, S::class_missing, S::class_not_used),
        judge(wants.source, !command.source.is_none(), S::source_missing, S::source_not_used),
        judge(wants.fact_key, !command.fact_key.empty(), S::ok, S::fact_key_not_used),
        judge(wants.vault, !command.vault.is_none(), S::vault_missing, S::vault_not_used)})
    if (status != S::ok) return status;
  return S::ok;
}

[[nodiscard]] bool same_subject(const AlertRule& rule, const SetAlert& command) {
  return rule.measure == command.measure && rule.pool == command.pool &&
         rule.asset == command.asset && rule.account_class == command.account_class &&
         rule.source == command.source && rule.fact_key == command.fact_key &&
         rule.vault == command.vault;
}

[[nodiscard]] AlertRule rule_of(const SetAlert& command, AlertId id, Time now) {
  return {.id = id,
          .code = command.code,
          .measure = command.measure,
          .pool = command.pool,
          .asset = command.asset,
          .account_class = command.account_class,
          .source = command.source,
          .fact_key = command.fact_key,
          .vault = command.vault,
          .direction = command.direction,
          .raise = command.raise,
          .clear = command.clear,
          .raise_after = command.raise_after,
          .clear_after = command.clear_after,
          .sample_every = command.sample_every,
          .severity = command.severity,
          .description = command.description,
          .set = now};
}

}  // namespace

S check_shape(const SetAlert& command) {
  if (!ledger::is_code(command.code, kCodeMax)) return S::code_malformed;
  if (command.description.size() > kDescriptionMax) return S::description_too_long;
  if (const S status = check_subject(command); status != S::ok) return status;
  if (command.fact_key.size() > fact::kFactKeyMax) return S::fact_key_too_long;
  if (command.raise_after.is_negative()) return S::raise_after_negative;
  if (command.clear_after.is_negative()) return S::clear_after_negative;
  if (command.sample_every <= Duration()) return S::sample_every_not_positive;
  const bool below = command.direction == Direction::below;
  if (below ? command.clear < command.raise : command.clear > command.raise)
    return S::clear_on_the_bad_side;
  if (command.clear == command.raise && command.raise_after == Duration() &&
      command.clear_after == Duration())
    return S::clear_without_band;
  return S::ok;
}

S check_state(const SetAlert& command, const State& state, const ledger::State& ledger,
              const fact::State& facts, const decision::State& /*decisions*/,
              const pool::State& pools, const custody::State& custody) {
  if (!command.pool.is_none() && pools.pools.find(command.pool) == nullptr)
    return S::pool_not_found;
  if (!command.asset.is_none() && ledger.assets.find(command.asset) == nullptr)
    return S::asset_not_found;
  if (!command.source.is_none() && facts.sources.find(command.source) == nullptr)
    return S::source_not_found;
  const custody::Vault* vault = custody.vaults.find(command.vault);
  if (!command.vault.is_none() && vault == nullptr) return S::vault_not_found;
  if (command.measure == Measure::allowance_used) {
    const auto& caps = vault->policy.caps;
    if (std::none_of(caps.begin(), caps.end(),
                     [&](const auto& cap) { return cap.asset == command.asset; }))
      return S::asset_without_cap;
  }
  const AlertRule* rule = find_alert(state, command.code);
  if (rule != nullptr && !same_subject(*rule, command)) return S::measure_differs;
  if ((rule == nullptr || rule->retired) && state.watches.size() >= kRulesInForceMax)
    return S::too_many_in_force;
  if (rule == nullptr && state.rules.size() >= kRulesMax) return S::too_many;
  return S::ok;
}

S apply(const SetAlert& command, State& state, const ledger::State& ledger,
        const fact::State& facts, const decision::State& decisions, const pool::State& pools,
        const custody::State& custody, Context& context) {
  const Books books{ledger, facts, decisions, pools, custody};
  const AlertRule* known = find_alert(state, command.code);
  const bool in_force = known != nullptr && !known->retired;
  const AlertId id =
      known != nullptr ? known->id : AlertId(static_cast<std::uint32_t>(state.rules.size() + 1));
  const AlertRule rule = rule_of(command, id, context.now);
  if (in_force) settle(state, context, AlertRule(*known), rule);
  if (known != nullptr) {
    if (!in_force) forget(state, context, id);
    state.rules.edit(context.changes, id) = rule;
  } else {
    state.names.insert(context.changes, {rule.code, id});
    state.rules.insert(context.changes, rule);
    state.statuses.insert(context.changes, {.alert = id, .since = context.now});
  }
  if (!in_force) begin_watch(state, books, context, rule);
  context.created = id.value();
  return S::ok;
}

}  // namespace cofferdam::alert
