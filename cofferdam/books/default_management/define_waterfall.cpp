// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/default_management/define_waterfall.h"

#include "cofferdam/books/ledger/create_asset.h"
#include "cofferdam/books/ledger/posting.h"

#include <set>

namespace cofferdam::default_management {

using S = DefineWaterfallStatus;

namespace {

S check_shape(const LayerTerms& layer) {
  if (!ledger::is_code(layer.code, 32)) return S::code_malformed;
  if (layer.kind == LayerKind::defaulter_margin) return S::kind_not_definable;
  if (layer.account.is_none() == layer.fund.empty()) return S::money_not_named;
  if (layer.kind == LayerKind::defaulter_contribution && layer.fund.empty())
    return S::contribution_without_fund;
  if (layer.period_cap.has_value() != (layer.period > Duration())) return S::period_without_cap;
  if (layer.period.is_negative() || layer.replenish_within.is_negative())
    return S::duration_negative;
  return S::ok;
}

S check_layer(const DefineWaterfall& command, const LayerTerms& layer, const State& state,
              const ledger::State& ledger, const pool::State& pools) {
  AccountId id = layer.account;
  if (!layer.fund.empty()) {
    const FundRow* fund = state.funds.find(layer.fund);
    if (fund == nullptr) return S::fund_not_found;
    id = fund->account;
  }
  const ledger::Account* account = ledger.accounts.find(id);
  if (account == nullptr) return S::account_not_found;
  if (account->asset != command.asset) return S::account_has_different_asset;
  if (!may_bear_losses(*account)) return S::account_class_not_allowed;
  if (layer.conduit.is_none()) return account->pool == command.pool ? S::ok : S::conduit_missing;
  const pool::Conduit* conduit = pools.conduits.find(layer.conduit);
  if (conduit == nullptr || conduit->retired) return S::conduit_not_found;
  const bool leads = conduit->from == account->pool && conduit->to == command.pool &&
                     conduit->asset == command.asset;
  return leads ? S::ok : S::conduit_does_not_lead_here;
}

// A fund's own money is what stays after the defaulter's part of it.
bool contributions_come_first(const DefineWaterfall& command) {
  for (const LayerTerms& own : command.layers)
    for (const LayerTerms& common : command.layers)
      if (own.kind == LayerKind::defaulter_contribution && common.kind != own.kind &&
          own.fund == common.fund && own.order >= common.order)
        return false;
  return true;
}

}  // namespace

bool may_bear_losses(const ledger::Account& account) {
  using C = ledger::AccountClass;
  return !ledger::is_reserved_class(account.account_class) &&
         account.owner_class != ledger::OwnerClass::client && account.account_class != C::custody &&
         account.account_class != C::external && account.account_class != C::deficit;
}

S check_shape(const DefineWaterfall& command) {
  if (command.layers.empty() || command.layers.size() > kLayersMax) return S::too_many_layers;
  std::set<std::string_view> codes;
  for (const LayerTerms& layer : command.layers) {
    if (const S status = check_shape(layer); status != S::ok) return status;
    if (!codes.insert(layer.code).second) return S::code_not_unique;
  }
  return S::ok;
}

S check_state(const DefineWaterfall& command, const State& state, const ledger::State& ledger,
              const pool::State& pools) {
  if (ledger.compartments.find(command.pool) == nullptr) return S::pool_not_found;
  if (ledger.assets.find(command.asset) == nullptr) return S::asset_not_found;
  for (const LayerTerms& layer : command.layers)
    if (const S status = check_layer(command, layer, state, ledger, pools); status != S::ok)
      return status;
  return contributions_come_first(command) ? S::ok : S::contribution_after_fund;
}

S apply(const DefineWaterfall& command, State& state, Context& context) {
  const Waterfall* before = waterfall_of(state, command.pool, command.asset);
  const std::uint32_t version = before == nullptr ? 1 : before->version + 1;
  state.waterfalls.insert(context.changes, Waterfall{.pool = command.pool,
                                                     .asset = command.asset,
                                                     .version = version,
                                                     .defined = context.now,
                                                     .layers = command.layers});
  context.created = version;
  return S::ok;
}

}  // namespace cofferdam::default_management
