// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/default_management/set_liquidation_terms.h"

#include "cofferdam/books/default_management/define_waterfall.h"

namespace cofferdam::default_management {

using S = SetLiquidationTermsStatus;

namespace {

// The calculator says which parameters an auction can go by.
bool is_usable(const AuctionParameters& parameters) {
  return auction({.parameters = parameters,
                  .mark_to_market = SignedAmount(1),
                  .maintenance_margin = SignedAmount(1)})
      .has_value();
}

bool has_backstop(const LiquidationTerms& terms) {
  return !terms.backstop.is_none() || !terms.backstop_pool.is_none() ||
         terms.backstop_notional_max || terms.backstop_loss_max;
}

bool has_whole_backstop(const LiquidationTerms& terms) {
  return !terms.backstop.is_none() && !terms.backstop_pool.is_none() &&
         terms.backstop_notional_max && terms.backstop_loss_max;
}

}  // namespace

S check_shape(const SetLiquidationTerms& command) {
  const LiquidationTerms& terms = command.terms;
  if (!is_usable(terms.auction)) return S::auction_malformed;
  if (terms.fee_ppm > kPpmOne || terms.spread_max_ppm > kPpmOne) return S::part_out_of_range;
  for (const Duration duration :
       {terms.interval, terms.gate_after, terms.outflow_period, terms.assessment_period})
    if (duration.is_negative()) return S::duration_negative;
  const bool limited = terms.notional_max || terms.fund_loss_max || terms.backstop_notional_max ||
                       terms.backstop_loss_max;
  if (limited != (terms.interval > Duration()) ||
      terms.outflow_max.has_value() != (terms.outflow_period > Duration()) ||
      terms.assessment_max.has_value() != (terms.assessment_period > Duration()))
    return S::limit_without_interval;
  return has_backstop(terms) == has_whole_backstop(terms) ? S::ok : S::backstop_without_quota;
}

S check_state(const SetLiquidationTerms& command, const ResolutionState& /*state*/,
              const market::State& market, const ledger::State& ledger) {
  const LiquidationTerms& terms = command.terms;
  if (ledger.compartments.find(terms.pool) == nullptr) return S::pool_not_found;
  if (ledger.assets.find(terms.asset) == nullptr) return S::asset_not_found;
  if (!terms.fee_account.is_none()) {
    const ledger::Account* account = ledger.accounts.find(terms.fee_account);
    if (account == nullptr || account->pool != terms.pool || account->asset != terms.asset ||
        !may_bear_losses(*account))
      return S::fee_account_not_allowed;
  }
  if (terms.backstop.is_none()) return S::ok;
  const market::Participant::Key key{terms.backstop_pool, terms.backstop, terms.asset};
  return market.participants.find(key) == nullptr ? S::backstop_not_found : S::ok;
}

S apply(const SetLiquidationTerms& command, ResolutionState& state, Context& context) {
  LiquidationTerms terms = command.terms;
  const LiquidationTerms* before = state.terms.find(terms.key());
  terms.version = before == nullptr ? 1 : before->version + 1;
  terms.set = context.now;
  context.created = terms.version;
  if (before == nullptr)
    state.terms.insert(context.changes, terms);
  else
    state.terms.edit(context.changes, terms.key()) = terms;
  return S::ok;
}

}  // namespace cofferdam::default_management
