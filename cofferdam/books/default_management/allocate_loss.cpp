// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/default_management/allocate_loss.h"

#include "cofferdam/books/default_management/fund_book.h"
#include "cofferdam/books/ledger/posting.h"
#include "cofferdam/books/pool/conduit_transfer.h"

#include <algorithm>

namespace cofferdam::default_management {

using S = AllocateLossStatus;

namespace {

AccountId account_of(const State& state, const LayerTerms& layer) {
  return layer.fund.empty() ? layer.account : state.funds.find(layer.fund)->account;
}

Amount balance_of(const ledger::Account& account) {
  if (account.credits_posted <= account.debits_posted) return Amount();
  return std::min(account.credits_posted - account.debits_posted,
                  ledger::available_to_debit(account));
}

// What is there of the layer for this owner's loss. A fund's common money is what the owner's own
// stake leaves, where that is a layer before it.
Amount available_in(const State& state, const ledger::State& ledger, const LayerTerms& layer,
                    const Waterfall& waterfall, OwnerId owner) {
  const ledger::Account& account = *ledger.accounts.find(account_of(state, layer));
  if (layer.fund.empty()) return balance_of(account);
  const FundRow& fund = *state.funds.find(layer.fund);
  const Amount own = contribution_of(state, fund, ledger, owner);
  if (layer.kind == LayerKind::defaulter_contribution) return own;
  const Amount all = std::min(drawable(read_fund(fund, ledger)), balance_of(account));
  const bool own_first = std::ranges::any_of(waterfall.layers, [&](const LayerTerms& other) {
    return other.kind == LayerKind::defaulter_contribution && other.fund == layer.fund;
  });
  return own_first ? all - std::min(own, all) : all;
}

// The most that a conduit lets through now.
std::optional<Amount> conduit_limit(const pool::State& pools, const LayerTerms& layer, Time now) {
  if (layer.conduit.is_none()) return std::nullopt;
  const pool::Conduit& conduit = *pools.conduits.find(layer.conduit);
  const bool is_over = conduit.expires != Time() && conduit.expires <= now;
  if (conduit.retired || is_over) return Amount();
  Amount most = pool::available(conduit, now);
  if (!conduit.transfer_max.is_zero()) most = std::min(most, conduit.transfer_max);
  return most;
}

bool is_same_period(const LayerUse& use, const LayerTerms& layer, Time now) {
  return now.value() - use.period_start.value() < layer.period.value();
}

WaterfallLayer input_of(const State& state, const ledger::State& ledger, const pool::State& pools,
                        const Loss& loss, const Waterfall& waterfall, const LayerTerms& layer,
                        Time now) {
  WaterfallLayer input{.code = layer.code,
                       .kind = layer.kind,
                       .order = layer.order,
                       .available = available_in(state, ledger, layer, waterfall, loss.owner),
                       .reserve = layer.reserve,
                       .cap = layer.cap,
                       .period_cap = layer.period_cap,
                       .tier_cap = layer.tier_cap,
                       .weight = layer.weight,
                       .replenish_to = layer.replenish_to,
                       .replenish_within = layer.replenish_within,
                       .attachment = layer.attachment};
  const ledger::Account& account = *ledger.accounts.find(account_of(state, layer));
  if (const pool::Pool* there = pools.pools.find(account.pool)) input.pool = there->code;
  if (const auto most = conduit_limit(pools, layer, now)) {
    input.conduit = pools.conduits.find(layer.conduit)->code;
    input.cap = std::min(input.cap.value_or(Amount::max()), *most);
  }
  if (!account.owner.is_none()) input.owner = base::to_text(account.owner.value());
  if (is_defaulters(layer.kind)) input.owner = base::to_text(loss.owner.value());
  if (const LayerUse* use = state.uses.find({loss.pool, loss.asset, layer.code})) {
    input.tier_used = use->used;
    if (is_same_period(*use, layer, now)) input.period_used = use->period_used;
  }
  return input;
}

S pay(const LayerTerms& layer, const State& state, const market::State& market,
      ledger::State& ledger, pool::State& pools, Context& context, const Loss& loss,
      Amount amount) {
  const market::Participant& failed =
      *market.participants.find({loss.pool, loss.owner, loss.asset});
  const AccountId from = account_of(state, layer);
  const AccountId to = ledger.accounts.at(failed.collateral).id;
  if (layer.conduit.is_none()) {
    const auto status = ledger::post_leg(ledger, context, ledger.accounts.find_slot(from),
                                         failed.collateral, amount, kLayerCharge, loss.number);
    return status == ledger::TransferStatus::ok ? S::ok : S::layer_refuses;
  }
  const pool::ConduitTransfer transfer{.conduit = layer.conduit,
                                       .debit_account = from,
                                       .credit_account = to,
                                       .amount = amount,
                                       .code = kLayerCharge,
                                       .reference = loss.number};
  using T = pool::ConduitTransferStatus;
  if (check_shape(transfer) != T::ok) return S::layer_refuses;
  if (check_state(transfer, pools, ledger, std::as_const(context)) != T::ok)
    return S::layer_refuses;
  return apply(transfer, pools, ledger, context) == T::ok ? S::ok : S::layer_refuses;
}

void record(const LayerTerms& layer, State& state, Context& context, const Loss& loss,
            Amount amount) {
  state.charges.insert(context.changes, Charge{.loss = loss.number,
                                               .layer = layer.code,
                                               .asset = loss.asset,
                                               .account = account_of(state, layer),
                                               .amount = amount});
  const LayerUse::Key key{loss.pool, loss.asset, layer.code};
  if (state.uses.find(key) == nullptr)
    state.uses.insert(context.changes, LayerUse{.pool = loss.pool,
                                                .asset = loss.asset,
                                                .code = layer.code,
                                                .period_start = context.now});
  LayerUse& use = state.uses.edit(context.changes, key);
  if (!is_same_period(use, layer, context.now)) {
    use.period_start = context.now;
    use.period_used = Amount();
  }
  use.period_used += amount;
  use.used += amount;
}

const LayerTerms& terms_of(const Waterfall& waterfall, const std::string& code) {
  return *std::ranges::find_if(waterfall.layers,
                               [&](const LayerTerms& layer) { return layer.code == code; });
}

}  // namespace

WaterfallInput waterfall_input(const State& state, const ledger::State& ledger,
                               const pool::State& pools, const Loss& loss,
                               const Waterfall& waterfall, Time now) {
  const pool::Pool* here = pools.pools.find(loss.pool);
  WaterfallInput input{
      .scale = ledger.assets.find(loss.asset)->scale,
      .loss = loss.outstanding(),
      .pool = here == nullptr ? base::to_text(u128{loss.pool.value()}) : here->code,
      .owner = base::to_text(loss.owner.value()),
      .cause = loss.cause};
  for (const LayerTerms& layer : waterfall.layers)
    input.layers.push_back(input_of(state, ledger, pools, loss, waterfall, layer, now));
  return input;
}

void close_if_borne(State& state, Context& context, std::uint32_t number) {
  Loss& loss = state.losses.edit(context.changes, number);
  if (loss.outstanding().is_zero()) loss.closed = context.now;
}

S check_shape(const AllocateLoss& /*command*/) {
  return S::ok;
}

S check_state(const AllocateLoss& command, const State& state, const market::State& /*market*/,
              const ledger::State& /*ledger*/, const pool::State& /*pools*/) {
  const Loss* loss = state.losses.find(command.loss);
  if (loss == nullptr) return S::loss_not_found;
  if (loss->waterfall != 0) return S::allocated_before;
  if (loss->outstanding().is_zero()) return S::loss_closed;
  return waterfall_of(state, loss->pool, loss->asset) == nullptr ? S::no_waterfall : S::ok;
}

S apply(const AllocateLoss& command, State& state, const market::State& market,
        ledger::State& ledger, pool::State& pools, Context& context) {
  const Loss loss = *state.losses.find(command.loss);
  const Waterfall& in_force = *waterfall_of(state, loss.pool, loss.asset);
  const auto result = waterfall(waterfall_input(state, ledger, pools, loss, in_force, context.now));
  if (!result) return S::layers_too_large;
  for (const LayerCharge& charge : result->charges) {
    if (charge.charged.is_zero()) continue;
    const LayerTerms& layer = terms_of(in_force, charge.code);
    if (layer.kind == LayerKind::defaulter_contribution)
      burn_contribution(state, context, *state.funds.find(layer.fund), ledger, loss.owner,
                        charge.charged);
    if (const S status = pay(layer, state, market, ledger, pools, context, loss, charge.charged);
        status != S::ok)
      return status;
    record(layer, state, context, loss, charge.charged);
  }
  Loss& row = state.losses.edit(context.changes, command.loss);
  row.charged = result->charged;
  row.waterfall = in_force.version;
  row.certificate = result->certificate;
  close_if_borne(state, context, command.loss);
  return S::ok;
}

}  // namespace cofferdam::default_management
