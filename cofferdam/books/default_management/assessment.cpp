// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/default_management/assessment.h"

#include "cofferdam/books/ledger/posting.h"

#include <algorithm>
#include <set>

namespace cofferdam::default_management {

using S = AssessmentStatus;

namespace {

const LayerTerms* layer_in_force(const State& state, PoolId pool, AssetId asset,
                                 const std::string& code) {
  const Waterfall* waterfall = waterfall_of(state, pool, asset);
  if (waterfall == nullptr) return nullptr;
  const auto found = std::ranges::find(waterfall->layers, code, &LayerTerms::code);
  return found == waterfall->layers.end() ? nullptr : &*found;
}

const ledger::Account& account_of(const State& state, const ledger::State& ledger,
                                  const LayerTerms& layer) {
  const AccountId id = layer.fund.empty() ? layer.account : state.funds.find(layer.fund)->account;
  return *ledger.accounts.find(id);
}

Amount less(Amount a, Amount b) {
  return a > b ? a - b : Amount();
}

AssessmentUse use_of(const ResolutionState& resolution, const LiquidationTerms& terms,
                     OwnerId owner, Time now) {
  const AssessmentUse* use = resolution.assessment_uses.find({terms.pool, terms.asset, owner});
  const bool runs =
      use != nullptr && now.value() - use->begun.value() < terms.assessment_period.value();
  if (runs) return *use;
  return {.pool = terms.pool, .asset = terms.asset, .owner = owner, .begun = now};
}

S check_caps(const CallAssessment& command, const ResolutionState& resolution, Time now) {
  const LiquidationTerms* terms = resolution.terms.find({command.pool, command.asset});
  for (const AssessmentCall& call : command.calls) {
    if (call.own_capital) continue;
    if (terms == nullptr || !terms->assessment_max) return S::no_cap;
    const AssessmentUse use = use_of(resolution, *terms, call.owner, now);
    if (call.amount > room_under(terms->assessment_max, use.called)) return S::above_the_cap;
  }
  return S::ok;
}

}  // namespace

AssessmentStanding standing_of(const Assessment& assessment, Time now) {
  if (assessment.open().is_zero()) return AssessmentStanding::paid;
  return now > assessment.due ? AssessmentStanding::overdue : AssessmentStanding::due;
}

Amount missing_in(const State& state, const ResolutionState& resolution,
                  const ledger::State& ledger, PoolId pool, AssetId asset,
                  const LayerTerms& layer) {
  if (!layer.replenish_to) return Amount();
  const ledger::Account& account = account_of(state, ledger, layer);
  Amount missing = less(*layer.replenish_to, less(account.credits_posted, account.debits_posted));
  resolution.assessments.each([&](const Assessment& row) {
    if (row.pool == pool && row.asset == asset && row.layer == layer.code)
      missing = less(missing, row.open());
  });
  return missing;
}

S check_shape(const CallAssessment& command) {
  if (command.calls.empty() || command.calls.size() > kAssessmentsPerCallMax) return S::no_calls;
  std::set<OwnerId> owners;
  for (const AssessmentCall& call : command.calls) {
    if (call.amount.is_zero()) return S::amount_zero;
    if (!owners.insert(call.owner).second) return S::called_twice;
  }
  return S::ok;
}

S check_shape(const PayAssessment& command) {
  return command.amount.is_zero() ? S::amount_zero : S::ok;
}

S check_state(const CallAssessment& command, const ResolutionState& resolution, const State& state,
              const ledger::State& ledger, const Context& context) {
  const LayerTerms* layer = layer_in_force(state, command.pool, command.asset, command.layer);
  if (layer == nullptr) return S::layer_not_found;
  if (!layer->replenish_to) return S::layer_has_no_level;
  if (command.due <= context.now) return S::due_in_the_past;
  const auto latest = base::try_add(context.now, layer->replenish_within);
  if (layer->replenish_within > Duration() && latest && command.due > *latest)
    return S::due_too_late;
  Amount missing = missing_in(state, resolution, ledger, command.pool, command.asset, *layer);
  for (const AssessmentCall& call : command.calls) {
    if (call.amount > missing) return S::more_than_is_missing;
    missing -= call.amount;
  }
  return check_caps(command, resolution, context.now);
}

S check_state(const PayAssessment& command, const ResolutionState& resolution, const State& state,
              const ledger::State& ledger, const Context& /*context*/) {
  const Assessment* row = resolution.assessments.find(command.assessment);
  if (row == nullptr) return S::assessment_not_found;
  if (command.amount > row->open()) return S::more_than_is_open;
  const LayerTerms* layer = layer_in_force(state, row->pool, row->asset, row->layer);
  if (layer == nullptr) return S::layer_not_found;
  const ledger::Account* from = ledger.accounts.find(command.account);
  if (from == nullptr) return S::account_not_found;
  if (from->owner != row->owner) return S::account_of_another_owner;
  const ledger::Account& to = account_of(state, ledger, *layer);
  const bool allowed = from->pool == to.pool && from->asset == to.asset && from->id != to.id &&
                       !ledger::is_reserved_class(from->account_class);
  return allowed ? S::ok : S::account_not_allowed;
}

S apply(const CallAssessment& command, ResolutionState& resolution, const State& /*state*/,
        ledger::State& /*ledger*/, Context& context) {
  const LiquidationTerms* terms = resolution.terms.find({command.pool, command.asset});
  for (const AssessmentCall& call : command.calls) {
    const auto number = static_cast<std::uint32_t>(resolution.assessments.size() + 1);
    resolution.assessments.insert(context.changes, Assessment{.number = number,
                                                              .pool = command.pool,
                                                              .asset = command.asset,
                                                              .layer = command.layer,
                                                              .owner = call.owner,
                                                              .own_capital = call.own_capital,
                                                              .amount = call.amount,
                                                              .called = context.now,
                                                              .due = command.due});
    context.created = number;
    if (call.own_capital) continue;
    AssessmentUse use = use_of(resolution, *terms, call.owner, context.now);
    use.called += call.amount;
    if (resolution.assessment_uses.find(use.key()) == nullptr)
      resolution.assessment_uses.insert(context.changes, use);
    else
      resolution.assessment_uses.edit(context.changes, use.key()) = use;
  }
  return S::ok;
}

S apply(const PayAssessment& command, ResolutionState& resolution, const State& state,
        ledger::State& ledger, Context& context) {
  Assessment& row = resolution.assessments.edit(context.changes, command.assessment);
  row.paid += command.amount;
  if (row.open().is_zero()) row.settled = context.now;
  const LayerTerms& layer = *layer_in_force(state, row.pool, row.asset, row.layer);
  const AccountId to = account_of(state, ledger, layer).id;
  const auto status = ledger::post_leg(ledger, context, ledger.accounts.find_slot(command.account),
                                       ledger.accounts.find_slot(to), command.amount,
                                       kAssessmentPayment, row.number);
  return status == ledger::TransferStatus::ok ? S::ok : S::account_refuses;
}

}  // namespace cofferdam::default_management
