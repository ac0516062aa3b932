// SPDX-License-Identifier: Apache-2.0
//
// Every law of every room, asked on every command in every build; a law is added here once.
#include "cofferdam/books/access/invariants.h"
#include "cofferdam/books/alert/invariants.h"
#include "cofferdam/books/custody/invariants.h"
#include "cofferdam/books/decision/governance_invariants.h"
#include "cofferdam/books/decision/invariants.h"
#include "cofferdam/books/decision/recusal.h"
#include "cofferdam/books/default_management/conversion.h"
#include "cofferdam/books/default_management/invariants.h"
#include "cofferdam/books/default_management/resolution_invariants.h"
#include "cofferdam/books/fact/invariants.h"
#include "cofferdam/books/insurance/claim_invariants.h"
#include "cofferdam/books/insurance/index_trigger.h"
#include "cofferdam/books/insurance/invariants.h"
#include "cofferdam/books/insurance/publication.h"
#include "cofferdam/books/ledger/invariants.h"
#include "cofferdam/books/margin/invariants.h"
#include "cofferdam/books/market/invariants.h"
#include "cofferdam/books/pool/invariants.h"
#include "cofferdam/books/principal/invariants.h"
#include "cofferdam/books/reconciliation/invariants.h"
#include "cofferdam/engine/door.h"

namespace cofferdam::engine {

std::optional<std::string> broken_law(const State& state) {
  // All are asked, so that an alarm names every law that a faulty command would have broken.
  std::string all;
  const auto ask = [&](const std::optional<std::string>& violation) {
    if (!violation) return;
    if (!all.empty()) all += "; ";
    all += *violation;
  };
  ask(ledger::check_accounts(state.ledger));
  ask(principal::check_root_remains(state.principal));
  ask(decision::check_four_eyes(state.decision, state.principal));
  ask(decision::check_closed_stays_closed(state.decision));
  ask(fact::check_facts_go_forward(state.fact));
  ask(pool::check_every_balance_has_a_pool(state.pool, state.ledger));
  ask(pool::check_conduits_mirror(state.pool, state.ledger));
  ask(pool::check_pool_life(state.pool, state.ledger));
  ask(pool::check_still_pools_stand_still(state.pool, state.ledger));
  ask(pool::check_releases_have_evidence(state.pool));
  ask(market::check_pool_cleared(state.ledger));
  ask(market::check_pools_cancel(state.ledger));
  ask(market::check_collateral_covered(state.ledger));
  ask(market::check_settlement_empty(state.ledger));
  ask(market::check_conduits_mirror(state.market, state.ledger));
  ask(market::check_long_is_short(state.market));
  ask(market::check_closed_is_flat(state.market, state.terms));
  ask(market::check_promises_are_kept(state.market, state.terms));
  ask(custody::check_executed_was_signed(
      {state.custody, state.pool, state.ledger, state.principal}));
  ask(custody::check_intents_go_forward(state.custody));
  ask(custody::check_policy_changes_by_intent(state.custody));
  ask(custody::check_wallets_keep_their_pool(state.custody, state.ledger));
  ask(custody::check_leaves_by_intent(state.custody, state.ledger));
  ask(custody::check_transit_is_named(state.custody, state.ledger));
  ask(access::check_root_can_sign(state.access, state.principal));
  ask(access::check_keys_stay_revoked(state.access));
  ask(access::check_proofs_stay(state.key_proofs));
  ask(access::check_keys_are_proven(state.key_proofs, state.access));
  ask(alert::check_alerts_move_in_order(state.alert));
  ask(reconciliation::check_equation(state.reconciliation, state.ledger));
  ask(reconciliation::check_terms_are_items(state.reconciliation));
  ask(reconciliation::check_statements_stay(state.reconciliation));
  ask(reconciliation::check_breaks_go_forward(state.reconciliation));
  ask(margin::check_reservations_add_up(state.margin));
  ask(margin::check_grids_go_forward(state.margin));
  ask(margin::check_standings(state.margin));
  ask(default_management::check_losses_add_up(state.default_management));
  ask(default_management::check_charges_are_named(state.default_management));
  ask(default_management::check_claims_are_covered(state.default_management, state.ledger));
  ask(default_management::check_waterfalls_stand(state.default_management));
  ask(default_management::check_limits_are_kept(state.resolution));
  ask(default_management::check_auctions_add_up(state.resolution));
  ask(default_management::check_orders_go_forward(state.resolution));
  ask(default_management::check_returns_in_order(state.resolution, state.default_management));
  ask(default_management::check_assessments(state.resolution));
  ask(decision::check_votes_add_up(state.governance));
  ask(decision::check_governance_goes_forward(state.governance));
  ask(decision::check_weights_add_up(state.governance));
  ask(decision::check_changes_were_decided(state.governance));
  ask(insurance::check_funds_are_accounts(state.insurance, state.ledger));
  ask(insurance::check_rows_are_funds(state.insurance));
  ask(insurance::check_premiums_go_forward(state.insurance));
  ask(insurance::check_reserves_have_bearers(state.insurance));
  ask(insurance::check_cover_within_gate(state.insurance));
  ask(insurance::check_capital_stays(state.insurance));
  ask(insurance::check_covers_stand(state.insurance));
  ask(insurance::check_tariffs_stand(state.insurance));
  ask(insurance::check_no_own_cover(state.insurance));
  ask(insurance::check_claims_follow_the_table(state.claims));
  ask(insurance::check_claims_are_paid_once(state.claims, state.insurance));
  ask(insurance::check_votes_count_once(state.claims));
  ask(insurance::check_claim_rules_stand(state.claims));
  ask(insurance::check_bonds_are_held(state.claims, state.ledger));
  ask(insurance::check_punished_once(state.claims));
  ask(decision::check_conflicts_are_kept(state.recusals, state.governance, state.principal));
  ask(insurance::check_triggers_stand(state.triggers));
  ask(insurance::check_publications_stand(state.publications));
  ask(market::check_open_interest_is_limited(state.market, state.terms, state.limits));
  ask(margin::check_grids_are_held(state.margin, state.safeguards));
  ask(margin::check_fresh_profit(state.safeguards, state.ledger));
  ask(default_management::check_collateral_sales(state.conversions));
  if (all.empty()) return std::nullopt;
  return all;
}

}  // namespace cofferdam::engine
