// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/insurance/incident_commands.h"

#include "cofferdam/books/insurance/claim_book.h"
#include "cofferdam/books/ledger/create_accounts.h"
#include "cofferdam/books/ledger/create_asset.h"

#include <algorithm>

namespace cofferdam::insurance {

using S = IncidentStatus;

namespace {

// Each value at most once.
template <class List>
bool all_different(const List& list) {
  for (std::size_t i = 0; i < list.size(); ++i)
    for (std::size_t k = 0; k < i; ++k)
      if (list[i] == list[k]) return false;
  return true;
}

bool is_period(Duration duration, bool may_be_zero) {
  if (duration.is_negative() || duration > kClaimPeriodMax) return false;
  return may_be_zero || duration > Duration();
}

bool durations_hold(const ClaimRules& rules) {
  for (const Duration d :
       {rules.evidence_within, rules.assess_within, rules.vote_within, rules.commit_period,
        rules.reveal_period, rules.dispute_within, rules.payment_within})
    if (!is_period(d, false)) return false;
  for (const Duration d :
       {rules.extension, rules.extension_most, rules.cooldown, rules.recovery_within})
    if (!is_period(d, true)) return false;
  return true;
}

bool triggers_hold(const ClaimRules& rules) {
  if (rules.triggers.size() > kTriggersMax) return false;
  std::vector<std::string> codes;
  for (const ParametricTrigger& trigger : rules.triggers) {
    if (!ledger::is_code(trigger.code, kCodeMax) || trigger.source.is_none()) return false;
    if (trigger.fact_key.empty() || trigger.fact_key.size() > fact::kFactKeyMax) return false;
    if (trigger.payout_ppm == 0 || trigger.payout_ppm > kPpmOne) return false;
    codes.push_back(trigger.code);
  }
  return all_different(codes);
}

}  // namespace

S check_shape(const SetClaimRules& command) {
  const ClaimRules& rules = command.rules;
  std::vector<Peril> perils;
  for (const PerilRoute& route : rules.routes) perils.push_back(route.peril);
  if (perils.size() > kPerils || !all_different(perils)) return S::rules_malformed;
  if (rules.bond.is_zero()) return S::rules_malformed;
  if (!durations_hold(rules)) return S::duration_malformed;
  if (decision::fault_of(rules.ballot)) return S::ballot_malformed;
  return triggers_hold(rules) ? S::ok : S::triggers_malformed;
}

S check_state(const SetClaimRules& command, const ClaimsState& /*claims*/, const State& state,
              const ledger::State& /*ledger*/, const fact::State& facts) {
  const InsurancePool* pool = state.pools.find(command.pool);
  if (pool == nullptr) return S::not_an_insurance_pool;
  if (command.asset != pool->asset) return S::has_different_asset;
  for (const ParametricTrigger& trigger : command.rules.triggers)
    if (facts.sources.find(trigger.source) == nullptr) return S::source_not_found;
  return S::ok;
}

S apply(const SetClaimRules& command, ClaimsState& claims, ledger::State& ledger,
        Context& context) {
  const AccountId bonds = bond_account(command.pool);
  if (ledger.accounts.find(bonds) == nullptr)
    ledger::open_account(ledger, context,
                         {.id = bonds,
                          .pool = command.pool,
                          .asset = command.asset,
                          .account_class = ledger::AccountClass::reserve,
                          .owner_class = ledger::OwnerClass::pool,
                          .code = kInsuranceAccountCode,
                          .flags = ledger::kDebitsMustNotExceedCredits});
  std::uint32_t version = 1;
  while (claims.rules.find({command.pool, version}) != nullptr) ++version;
  claims.rules.insert(context.changes, ClaimRulesVersion{.pool = command.pool,
                                                         .asset = command.asset,
                                                         .version = version,
                                                         .rules = command.rules,
                                                         .set = context.now});
  context.created = version;
  return S::ok;
}

S check_shape(const DeclareIncident& command) {
  if (!ledger::is_code(command.code, kCodeMax)) return S::code_malformed;
  if (command.causes.size() > kExclusions || !all_different(command.causes))
    return S::causes_malformed;
  if (!is_document(command.document, true)) return S::document_malformed;
  return command.discovered < command.occurred ? S::times_malformed : S::ok;
}

S check_state(const DeclareIncident& command, const ClaimsState& claims, const State& state,
              const ledger::State& /*ledger*/) {
  if (state.pools.find(command.pool) == nullptr) return S::not_an_insurance_pool;
  return find_incident(claims, command.code) == nullptr ? S::ok : S::code_exists;
}

S apply(const DeclareIncident& command, ClaimsState& claims, State& state, ledger::State& ledger,
        Context& context) {
  if (command.discovered > context.now) return S::times_malformed;
  const Incident incident{.number = static_cast<std::uint32_t>(claims.incidents.size() + 1),
                          .pool = command.pool,
                          .asset = state.pools.find(command.pool)->asset,
                          .code = command.code,
                          .peril = command.peril,
                          .counterparty = command.counterparty,
                          .causes = command.causes,
                          .occurred = command.occurred,
                          .discovered = command.discovered,
                          .declared = context.now,
                          .document = command.document};
  claims.incidents.insert(context.changes, incident);
  open_incident(state, ledger, context, incident.reserve());
  context.created = incident.number;
  return S::ok;
}

S check_shape(const CloseIncident& /*command*/) {
  return S::ok;
}

S check_state(const CloseIncident& command, const ClaimsState& claims, const State& /*state*/,
              const ledger::State& /*ledger*/) {
  const Incident* incident = find_incident(claims, command.incident);
  if (incident == nullptr) return S::incident_not_found;
  if (incident->stage == IncidentStage::closed) return S::incident_closed;
  return incident->open_claims == 0 ? S::ok : S::claims_open;
}

S apply(const CloseIncident& command, ClaimsState& claims, State& state, ledger::State& ledger,
        Context& context) {
  const Incident before = *find_incident(claims, command.incident);
  const ReserveStatus released = release_reserve(state, ledger, context, before.reserve());
  COFFERDAM_CHECK(released == ReserveStatus::ok, "a reserve can always be released");
  close_incident(state, context, before.reserve());
  Incident& incident = claims.incidents.edit(context.changes, before.number);
  incident.stage = IncidentStage::closed;
  incident.closed = context.now;
  return S::ok;
}

}  // namespace cofferdam::insurance
