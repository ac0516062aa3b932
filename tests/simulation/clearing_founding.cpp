// SPDX-License-Identifier: Apache-2.0
//
// What the clearing venue is founded with, its dated contracts that follow each other, and its
// terms.
#include "tests/simulation/clearing.h"
#include "tests/simulation/clearing_names.h"

namespace cofferdam::simulation {

namespace dm = default_management;
using base::AccountId;
using base::Amount;
using base::AssetId;
using base::ContractId;
using base::OwnerId;
using base::PoolId;
using base::Price;
using base::Quantity;
using base::Rate;
using ledger::AccountClass;
using ledger::OwnerClass;

namespace {

[[nodiscard]] ledger::AccountEvent account(std::uint64_t id, PoolId pool, AccountClass what,
                                           OwnerClass whose, std::uint64_t owner,
                                           AssetId asset = kUsd) {
  return {.id = AccountId(id),
          .pool = pool,
          .asset = asset,
          .account_class = what,
          .owner_class = whose,
          .owner = OwnerId(owner),
          .code = 1,
          .flags = what == AccountClass::custody
                       ? std::uint16_t{0}
                       : std::uint16_t{ledger::kDebitsMustNotExceedCredits}};
}

}  // namespace

void ClearingSimulation::found() {
  give(venue::Genesis{.venue = "SIM", .root = "root"});
  give(ledger::CreateAsset{.code = "USD", .scale = 2});
  give(ledger::CreateAsset{.code = "COIN", .scale = 8});
  found_pools();
  found_market();
}

void ClearingSimulation::found_pools() {
  using O = OwnerClass;
  const std::vector<ledger::Edge> edges{{O::pool, O::client, 0},
                                        {O::client, O::pool, 0},
                                        {O::pool, O::insurance, 0},
                                        {O::insurance, O::pool, 0},
                                        {O::insurance, O::insurance, 0}};
  for (const PoolId pool : {kVenue, kShared}) {
    give(pool::CreatePool{.code = "P" + std::to_string(pool.value()),
                          .activity = "simulation",
                          .allows_deficit = true,
                          .edges = edges});
    give(pool::AttachAgreement{.pool = pool,
                               .title = "Deed",
                               .document = std::string(64, 'a'),
                               .parties = {"operator"},
                               .law = "law of the simulation"});
    pool::ActivatePool activate;
    activate.pool = pool;
    give(activate);
  }
  ledger::CreateAccounts accounts;
  for (const PoolId pool : {kVenue, kShared})
    accounts.accounts.push_back(
        account(custody_of(pool), pool, AccountClass::custody, OwnerClass::pool, 0));
  for (std::uint64_t owner = kFirstOwner; owner < kFirstOwner + kOwners; ++owner)
    accounts.accounts.push_back(
        account(owner, kVenue, AccountClass::collateral, OwnerClass::client, owner));
  accounts.accounts.push_back(
      account(kCoinCustody, kVenue, AccountClass::custody, OwnerClass::pool, 0, kCoin));
  for (std::uint64_t owner = kFirstOwner; owner < kFirstOwner + kOwners; ++owner)
    accounts.accounts.push_back(account(kCoins + owner, kVenue, AccountClass::collateral,
                                        OwnerClass::client, owner, kCoin));
  for (const std::uint64_t id : {kFund, kHouse, kPenalties})
    accounts.accounts.push_back(
        account(id, kVenue, AccountClass::reserve, OwnerClass::insurance, kOperator));
  accounts.accounts.push_back(
      account(kSharedFund, kShared, AccountClass::reserve, OwnerClass::insurance, kOperator));
  give(accounts);
  give(pool::DeclareConduit{
      .code = "in", .from = kShared, .to = kVenue, .asset = kUsd, .purpose = "losses"});
  give(pool::DeclareConduit{
      .code = "back", .from = kVenue, .to = kShared, .asset = kUsd, .purpose = "recoveries"});
  const auto deposit = [&](PoolId pool, std::uint64_t to, std::uint64_t amount) {
    give(ledger::CreateTransfers{.transfers = {{.id = base::TransferId(++ids_),
                                                .debit_account = AccountId(custody_of(pool)),
                                                .credit_account = AccountId(to),
                                                .amount = Amount(amount),
                                                .pool = pool,
                                                .asset = kUsd,
                                                .code = 1}}});
  };
  for (std::uint64_t owner = kFirstOwner; owner < kFirstOwner + kOwners; ++owner)
    deposit(kVenue, owner, 100'00 + random_.below(400'00));
  deposit(kVenue, kHouse, 1 + random_.below(60'00));
  deposit(kShared, kSharedFund, 1 + random_.below(100'00));
}

void ClearingSimulation::found_market() {
  give(fact::DeclareSource{.code = "feed", .staleness = base::kDay, .scale = 2});
  give(market::SetIndex{.code = "I",
                        .scale = 2,
                        .sources = {{.source = base::SourceId(1U), .fact_key = "p"}},
                        .minimum_sources = 1});
  give(market::CreateContract{.code = "PERP", .settlement_asset = kUsd, .price_scale = 2});
  give(market::SetTerms{.contract = kPerp,
                        .instrument = market::Instrument::perpetual,
                        .funding_interval = base::kMinute,
                        .maker_ppm = 100,
                        .taker_ppm = 500});
  for (std::uint64_t owner = kFirstOwner; owner < kFirstOwner + kOwners; ++owner)
    give(market::OpenParticipant{
        .pool = kVenue, .owner = OwnerId(owner), .collateral = AccountId(owner)});
  give(market::RecordMarks{{{.contract = kPerp, .price = Price(price_)}}});
  give(margin::SetTiers{.contract = kPerp, .initial_ppm = 100'000, .maintenance_ppm = 600'000});
  list_dated();
  if (random_.chance(70))
    give(margin::SetPool{.pool = kVenue, .asset = kUsd, .mode = margin::Mode::cross});
  if (random_.chance(60)) found_coins();
  give(dm::OpenFund{.code = "f", .account = AccountId(kFund)});
  give(waterfall());
  give(liquidation_terms());
  for (int i = 0; i < 3; ++i) give(draw_fund());
  for (int i = 0; i < 14; ++i) give(draw_trade());
}

// Other collateral, at a price that facts say, for some.
void ClearingSimulation::found_coins() {
  give(fact::RecordFact{.source = base::SourceId(1U),
                        .fact_key = "c",
                        .value = fact::Value(40'000'00),
                        .scale = 2,
                        .observed = base::Time(clock_ - 1)});
  give(margin::SetCollateral{.pool = kVenue,
                             .asset = kCoin,
                             .haircut_ppm = static_cast<std::uint32_t>(random_.below(400'000)),
                             .source = base::SourceId(1U),
                             .fact_key = "c"});
  for (std::uint64_t owner = kFirstOwner; owner < kFirstOwner + kOwners; ++owner) {
    give(market::OpenParticipant{
        .pool = kVenue, .owner = OwnerId(owner), .collateral = AccountId(kCoins + owner)});
    if (random_.chance(40)) continue;
    give(ledger::CreateTransfers{.transfers = {{.id = base::TransferId(++ids_),
                                                .debit_account = AccountId(kCoinCustody),
                                                .credit_account = AccountId(kCoins + owner),
                                                .amount = Amount(1 + random_.below(500'000)),
                                                .pool = kVenue,
                                                .asset = kCoin,
                                                .code = 1}}});
  }
}

// A contract beside the perpetual: a future at the average of the index before its expiry, an
// option, or one without terms, which lives until it is delisted. The next follows when one is
// closed.
void ClearingSimulation::list_dated() {
  const auto number = static_cast<std::uint32_t>(engine_->state().market.contracts.size() + 1);
  dated_ = ContractId(number);
  give(market::CreateContract{
      .code = "D" + std::to_string(number), .settlement_asset = kUsd, .price_scale = 2});
  const std::uint64_t dice = random_.below(100);
  is_option_ = dice >= 55 && dice < 85;
  if (dice < 85) {
    market::SetTerms terms{
        .contract = dated_, .instrument = market::Instrument::future, .index = "I"};
    terms.averaging = base::kMinute * (10 + static_cast<std::int64_t>(random_.below(180)));
    terms.expiry = base::Time(clock_) + terms.averaging;
    terms.observation_interval = base::kSecond * static_cast<std::int64_t>(random_.below(60));
    terms.observations_min = 1 + static_cast<std::uint32_t>(random_.below(2));
    if (is_option_) {
      terms.instrument = market::Instrument::option;
      terms.option_kind = random_.chance(50) ? market::OptionKind::call : market::OptionKind::put;
      terms.scale = 2;
      terms.strike =
          market::Level(price_ - 10'00 + static_cast<std::int64_t>(random_.below(20'00)));
    }
    give(terms);
  }
  give(mark_of_dated());
  give(margin::SetTiers{.contract = dated_, .initial_ppm = 100'000, .maintenance_ppm = 600'000});
}

market::RecordMarks ClearingSimulation::mark_of_dated() {
  return {{{.contract = dated_, .price = Price(dated_price())}}};
}

std::int64_t ClearingSimulation::dated_price() const {
  return is_option_ ? price_ / 20 : price_;
}

// The contract that expires ends when its time has come, and the next one is listed.
void ClearingSimulation::roll_dated() {
  const market::Contract& contract = *engine_->state().market.contracts.find(dated_);
  if (contract.status == market::ContractStatus::closed) return list_dated();
  const market::Terms* terms = engine_->state().terms.terms.find(dated_);
  if (terms == nullptr) return;
  if (random_.chance(10)) give(draw_fact());
  if (base::Time(clock_) < terms->expiry || !random_.chance(30)) return;
  const engine::Reply expired = give(market::ExpireContract{.contract = dated_});
  if (!expired.ok() && random_.chance(50))
    give(market::DelistContract{
        .contract = dated_, .price = Price(dated_price()), .reason = "simulation"});
}

dm::DefineWaterfall ClearingSimulation::waterfall() {
  dm::DefineWaterfall command{.pool = kVenue, .asset = kUsd};
  if (random_.chance(80)) {
    command.layers.push_back(
        {.code = "own", .kind = dm::LayerKind::defaulter_contribution, .order = 1, .fund = "f"});
    command.layers.push_back({.code = "fund",
                              .kind = dm::LayerKind::pool_fund,
                              .order = 2,
                              .fund = "f",
                              .replenish_to = Amount(80'00),
                              .replenish_within = base::kDay * 30});
  }
  command.layers.push_back({.code = "house",
                            .kind = dm::LayerKind::operator_capital,
                            .order = static_cast<std::uint16_t>(2 + random_.below(3)),
                            .account = AccountId(kHouse),
                            .cap = maybe(50'00),
                            .replenish_to = Amount(40'00)});
  if (random_.chance(70))
    command.layers.push_back({.code = "shared",
                              .kind = dm::LayerKind::shared_fund,
                              .order = 5,
                              .account = AccountId(kSharedFund),
                              .conduit = base::ConduitId(1U),
                              .tier_cap = maybe(60'00)});
  return command;
}

dm::SetLiquidationTerms ClearingSimulation::liquidation_terms() {
  dm::LiquidationTerms terms;
  terms.pool = kVenue;
  terms.asset = kUsd;
  terms.auction.slow_length = base::kHour;
  terms.fee_account = AccountId(kPenalties);
  terms.fee_ppm = static_cast<std::uint32_t>(random_.below(50'000));
  terms.interval = base::kHour;
  terms.notional_max = maybe(3'000'00);
  terms.fund_loss_max = maybe(60'00);
  terms.backstop_pool = kVenue;
  terms.backstop = OwnerId(kFirstOwner + kOwners - 1);
  terms.backstop_price =
      random_.chance(50) ? dm::BackstopPrice::mark : dm::BackstopPrice::bankruptcy;
  terms.backstop_notional_max = up_to(2'000'00);
  terms.backstop_loss_max = up_to(60'00);
  terms.gate_after = base::kSecond * static_cast<std::int64_t>(random_.below(600));
  terms.outflow_max = Amount(20'00);
  terms.outflow_period = base::kHour;
  terms.assessment_max = Amount(15'00);
  terms.assessment_period = base::kDay;
  return {.terms = terms};
}

}  // namespace cofferdam::simulation
