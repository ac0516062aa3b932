// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/report/segregation_report.h"

#include "cofferdam/books/market/equity.h"
#include "cofferdam/report/account_names.h"
#include "cofferdam/report/trial_balance.h"

namespace cofferdam::report {

namespace {

using base::Result;
using ledger::AccountClass;
using ledger::OwnerClass;

}  // namespace

pool::SegregationProfile venue_profile() {
  pool::SegregationProfile profile;
  profile.code = "venue-24x7";
  profile.description = "gross; every customer counts alone; the day ends at 00:00 UTC";
  profile.source = "the lines of 17 CFR 1.32 without securities";
  profile.assets_counted = {pool::SegregatedAsset::bank_cash,
                            pool::SegregatedAsset::net_settlement};
  profile.retention_years = 5;
  return profile;
}

Result<pool::SegregationStatementInput> segregation_input(const engine::State& state,
                                                          const SegregationRequest& request,
                                                          const OwnerLabels& labels) {
  const pool::Pool* pool = pool::find_pool(state.pool, request.pool);
  if (pool == nullptr) return base::malformed("pool", request.pool, "the pool must exist");
  const ledger::Asset* asset = ledger::find_asset(state.ledger, request.asset);
  if (asset == nullptr) return base::malformed("asset", request.asset, "the asset must exist");
  pool::SegregationStatementInput input{.scale = asset->scale,
                                        .currency = asset->code,
                                        .date = request.date,
                                        .profile = request.profile,
                                        .target_residual = request.target_residual};
  const auto regime = pool->regime == pool::Regime::individual ? pool::SegregationRegime::individual
                                                               : pool::SegregationRegime::omnibus;
  for (const ledger::Account* account : accounts_in_order(state)) {
    if (account->pool != pool->id || account->asset != asset->id) continue;
    if (account->account_class == AccountClass::custody)
      input.holdings.push_back({pool::SegregatedAsset::bank_cash, net_debit(*account)});
    // What was ordered to leave is still in custody, but no longer the customers'.
    if (account->account_class == AccountClass::conduit ||
        account->account_class == AccountClass::in_transit)
      input.holdings.push_back({pool::SegregatedAsset::net_settlement, net_debit(*account)});
    if (account->owner_class != OwnerClass::client ||
        (account->account_class != AccountClass::collateral &&
         account->account_class != AccountClass::general))
      continue;
    pool::SegregationCustomer customer{.account = labels.of(account->owner),
                                       .regime = regime,
                                       .omnibus_account = pool->code,
                                       .net_ledger_cash = -net_debit(*account)};
    if (const auto equity =
            market::equity(state.market, state.ledger, {pool->id, account->owner, asset->id}))
      customer.unrealised = equity->unsettled;
    input.customers.push_back(std::move(customer));
  }
  return input;
}

Result<Listing> segregation_report(const engine::State& state, const SegregationRequest& request,
                                   const OwnerLabels& labels) {
  Result<pool::SegregationStatementInput> input = segregation_input(state, request, labels);
  if (!input) return std::unexpected(std::move(input).error());
  Result<pool::SegregationStatementOutput> output = pool::segregation_statement(*input);
  if (!output) return std::unexpected(std::move(output).error());
  Listing listing{.title = "Segregation of " + request.pool + " in " + output->currency + ", " +
                           base::format_date(output->date) + ", profile " + output->profile + ": " +
                           std::string(base::name_of(output->verdict)),
                  .columns = {text_column("line"), text_column("label"), number_column("amount")},
                  .rows = {}};
  const ledger::Asset* asset = ledger::find_asset(state.ledger, request.asset);
  for (const pool::SegregationLine& line : output->lines)
    listing.rows.push_back({line.line, line.label, amount_text(state, asset->id, line.amount)});
  return listing;
}

}  // namespace cofferdam::report
