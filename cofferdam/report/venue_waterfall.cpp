// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/report/venue_waterfall.h"

#include "cofferdam/books/pool/reason.h"

namespace cofferdam::report {

namespace {

namespace dm = default_management;

[[nodiscard]] Result<void> pay_in(Driver& driver, base::Time time, const VenueWaterfall& waterfall,
                                  const std::string& what, base::AccountId to, base::Amount amount,
                                  std::uint16_t code) {
  if (amount.is_zero()) return {};
  const std::string step = waterfall.code + "/" + what;
  const ledger::Transfer paid{.id = base::TransferId(driver.id("transfer/" + step)),
                              .debit_account = waterfall.source,
                              .credit_account = to,
                              .amount = amount,
                              .pool = waterfall.pool,
                              .asset = waterfall.asset,
                              .code = code};
  auto reply =
      driver.give_all(step, time, ledger::CreateTransfers{.guards = {}, .transfers = {paid}});
  if (!reply) return std::unexpected(std::move(reply).error());
  return {};
}

[[nodiscard]] dm::DefineWaterfall definition(const VenueWaterfall& waterfall) {
  dm::DefineWaterfall defined{.pool = waterfall.pool, .asset = waterfall.asset};
  defined.layers.push_back({.code = "own",
                            .kind = dm::LayerKind::operator_capital,
                            .order = 1,
                            .account = waterfall.own});
  defined.layers.push_back({.code = "fund",
                            .kind = dm::LayerKind::pool_fund,
                            .order = 2,
                            .fund = waterfall.code + "-fund"});
  defined.layers.push_back({.code = "parametric",
                            .kind = dm::LayerKind::excess_of_loss,
                            .order = 3,
                            .account = waterfall.layer.account,
                            .conduit = waterfall.conduit,
                            .cap = whole_usd(kLayerLimitUsd),
                            .period_cap = whole_usd(kLayerYearUsd),
                            .period = base::Duration(365 * base::kDay.value()),
                            .attachment = whole_usd(kLayerAttachmentUsd)});
  return defined;
}

}  // namespace

std::vector<ledger::AccountEvent> waterfall_accounts(const VenueWaterfall& waterfall) {
  const auto account = [&](base::AccountId id, ledger::AccountClass account_class,
                           ledger::OwnerClass owner_class, const char* owner) {
    return ledger::AccountEvent{.id = id,
                                .pool = waterfall.pool,
                                .asset = waterfall.asset,
                                .account_class = account_class,
                                .owner_class = owner_class,
                                .owner = base::OwnerId(id_of(waterfall.code + owner)),
                                .code = 1,
                                .flags = ledger::kDebitsMustNotExceedCredits};
  };
  return {account(waterfall.own, ledger::AccountClass::buffer, ledger::OwnerClass::house, "/own"),
          account(waterfall.fund, ledger::AccountClass::reserve, ledger::OwnerClass::insurance,
                  "/fund")};
}

Result<void> open_waterfall(Driver& driver, base::Time time, const VenueWaterfall& waterfall) {
  const std::string& code = waterfall.code;
  if (auto reply = driver.give(code + "/fund", time,
                               dm::OpenFund{.code = code + "-fund", .account = waterfall.fund});
      !reply)
    return std::unexpected(std::move(reply).error());
  if (Result<void> done = pay_in(driver, time, waterfall, "own-paid", waterfall.own,
                                 whole_usd(kOwnCapitalUsd), pool::kBufferTopUp);
      !done)
    return done;
  if (Result<void> done = pay_in(driver, time, waterfall, "fund-paid", waterfall.fund,
                                 waterfall.fund_begins_with, pool::kContribution);
      !done)
    return done;
  if (auto reply = driver.give(code + "/waterfall", time, definition(waterfall)); !reply)
    return std::unexpected(std::move(reply).error());
  dm::LiquidationTerms terms;
  terms.pool = waterfall.pool;
  terms.asset = waterfall.asset;
  if (auto reply = driver.give(code + "/liquidation-terms", time,
                               dm::SetLiquidationTerms{.terms = std::move(terms)});
      !reply)
    return std::unexpected(std::move(reply).error());
  return {};
}

base::Amount charged_to(Driver& driver, std::uint32_t loss, const char* layer) {
  const dm::Charge* charge = driver.engine().state().default_management.charges.find({loss, layer});
  return charge == nullptr ? base::Amount() : charge->amount;
}

Result<void> follow_custody(Driver& driver, base::Time time, const VenueWaterfall& waterfall,
                            std::uint32_t loss) {
  const base::Amount amount = charged_to(driver, loss, "parametric");
  if (amount.is_zero()) return {};
  auto reply = driver.give("loss/" + std::to_string(loss) + "/custody", time,
                           pool::SettleConduit{.conduit = waterfall.conduit,
                                               .custody_from = waterfall.layer.custody,
                                               .custody_to = waterfall.custody,
                                               .amount = amount});
  if (!reply) return std::unexpected(std::move(reply).error());
  return {};
}

}  // namespace cofferdam::report
