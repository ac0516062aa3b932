// SPDX-License-Identifier: Apache-2.0
//
// The commands that are drawn for the clearing venue. Most make sense where it stands; the rest is
// refused.
#include "cofferdam/books/market/equity.h"

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

[[nodiscard]] margin::SetRulebook grid_rulebook() {
  return {.code = "grid",
          .version = "1",
          .asset = kUsd,
          .value_scale = 2,
          .scenarios = 2,
          .life = base::kDay,
          .late_max = base::kHour};
}

}  // namespace

OwnerId ClearingSimulation::any_owner() {
  return OwnerId(kFirstOwner + random_.below(kOwners + (random_.chance(2) ? 1 : 0)));
}

// An owner whose case is open, mostly.
OwnerId ClearingSimulation::any_failing() {
  std::vector<OwnerId> owners;
  engine_->state().default_management.cases.each([&](const dm::Case& row) {
    if (row.stage == dm::CaseStage::liquidating || row.stage == dm::CaseStage::defaulted)
      owners.push_back(row.owner);
  });
  return owners.empty() || random_.chance(10) ? any_owner() : random_.one_of(owners);
}

// Who has least, of those that are not under liquidation; mostly.
OwnerId ClearingSimulation::poorest() {
  if (random_.chance(15)) return any_owner();
  const engine::State& state = engine_->state();
  OwnerId found = any_owner();
  base::SignedAmount least;
  for (std::uint64_t owner = kFirstOwner; owner < kFirstOwner + kOwners; ++owner) {
    if (dm::open_case(state.default_management, kVenue, OwnerId(owner), kUsd) != nullptr) continue;
    const auto worth = market::equity(state.market, state.ledger, {kVenue, OwnerId(owner), kUsd});
    if (!worth || worth->equity >= least) continue;
    least = worth->equity;
    found = OwnerId(owner);
  }
  return found;
}

Amount ClearingSimulation::up_to(std::uint64_t most) {
  return Amount(random_.below(most + 1));
}

std::optional<Amount> ClearingSimulation::maybe(std::uint64_t most) {
  if (random_.chance(40)) return std::nullopt;
  return up_to(most);
}

std::uint32_t ClearingSimulation::any_loss() {
  const auto count = engine_->state().default_management.losses.size();
  if (count == 0 || random_.chance(5)) return static_cast<std::uint32_t>(count + 1);
  return static_cast<std::uint32_t>(count - random_.below(std::min<std::size_t>(count, 3)));
}

engine::Command ClearingSimulation::draw() {
  const std::uint64_t dice = random_.below(100);
  if (dice < 20) return draw_trade();
  if (dice < 34) return draw_mark();
  if (dice < 41) return draw_terms();
  if (dice < 45) return draw_margin();
  if (dice < 51) return draw_safeguard();
  if (dice < 55) return draw_fund();
  if (dice < 82) return draw_case();
  if (dice < 90) return draw_loss();
  if (dice < 95) return draw_assessment();
  return draw_movement();
}

engine::Command ClearingSimulation::draw_trade() {
  const ContractId contract = random_.chance(70) ? kPerp : dated_;
  const OwnerId buyer = any_owner();
  const OwnerId seller = any_owner();
  const std::int64_t near = contract == kPerp ? price_ : dated_price();
  const Price price(near * (98 + static_cast<std::int64_t>(random_.below(5))) / 100);
  const Quantity quantity(static_cast<std::int64_t>(random_.below(30)));
  if (random_.chance(20))
    return market::ClearTrades{.trades = {{.id = ++ids_,
                                           .contract = contract,
                                           .price = price,
                                           .quantity = quantity,
                                           .buyer_pool = kVenue,
                                           .buyer = buyer,
                                           .seller_pool = kVenue,
                                           .seller = seller}}};
  const market::Trade trade{.id = ++ids_,
                            .contract = contract,
                            .price = price,
                            .quantity = quantity,
                            .buyer_pool = kVenue,
                            .buyer = buyer,
                            .seller_pool = kVenue,
                            .seller = seller};
  trades_.push_back(trade);
  return market::RecordTrades{.trades = {trade}};
}

engine::Command ClearingSimulation::draw_mark() {
  if (random_.chance(20)) return market::Settle{.contract = random_.chance(70) ? kPerp : dated_};
  if (random_.chance(20)) return draw_fact();
  const auto part = static_cast<std::int64_t>(random_.below(random_.chance(45) ? 36 : 5));
  price_ += (random_.chance(50) ? 1 : -1) * price_ * part / 100;
  price_ = std::max<std::int64_t>(price_, 10'00);
  return market::RecordMarks{{{.contract = kPerp, .price = Price(price_)},
                              {.contract = dated_, .price = Price(dated_price())}}};
}

engine::Command ClearingSimulation::draw_fact() {
  return fact::RecordFact{.source = base::SourceId(1U),
                          .fact_key = "p",
                          .value = fact::Value(price_),
                          .scale = 2,
                          .observed = base::Time(clock_ - 1)};
}

engine::Command ClearingSimulation::draw_terms() {
  const market::Trade* trade = trades_.empty() ? nullptr : &random_.one_of(trades_);
  switch (random_.below(12)) {
    case 0:
      return draw_fact();
    case 1:
      return market::SetTerms{.contract = kPerp,
                              .instrument = market::Instrument::perpetual,
                              .funding_interval = base::kMinute,
                              .taker_ppm = static_cast<std::int32_t>(random_.below(1'000))};
    case 2:
      if (random_.chance(20))
        return market::DelistContract{
            .contract = dated_, .price = Price(dated_price()), .reason = "simulation"};
      return market::ExpireContract{.contract = dated_};
    case 3:
      if (trade != nullptr) {
        market::AmendTrade amended{.contract = trade->contract,
                                   .trade = trade->id,
                                   .id = ++ids_,
                                   .price = Price(price_),
                                   .quantity = Quantity(1),
                                   .buyer_pool = kVenue,
                                   .buyer = trade->buyer,
                                   .seller_pool = kVenue,
                                   .seller = trade->seller};
        amended.reason = "simulation";
        return amended;
      }
      break;
    case 4:
      if (trade != nullptr)
        return market::BustTrade{
            .contract = trade->contract, .trade = trade->id, .reason = "simulation"};
      break;
    case 5:
      return liquidation_terms();
    case 6:
      return waterfall();
    default:
      break;
  }
  return market::ApplyFunding{
      .contract = kPerp,
      .rate = Rate(base::kRateOne / 10'000 * (static_cast<std::int64_t>(random_.below(21)) - 10)),
      .time = base::Time(clock_ - 1)};
}

engine::Command ClearingSimulation::draw_margin() {
  // Now and then a scenario changes its side.
  const auto entry = [&](std::int64_t side) {
    return (random_.chance(15) ? -side : side) * static_cast<std::int64_t>(random_.below(15'00));
  };
  switch (random_.below(9)) {
    case 0:
      return grid_rulebook();
    case 1:
    case 2:
      return margin::PublishGrid{.rulebook = margin::RulebookId(1U),
                                 .version = "1",
                                 .grids = {{.contract = kPerp, .entries = {entry(-1), entry(1)}},
                                           {.contract = dated_, .entries = {entry(-1), entry(1)}}}};
    case 3: {
      const bool portfolio = random_.chance(20) && engine_->state().margin.grids.size() != 0;
      return margin::SetPool{.pool = kVenue,
                             .asset = kUsd,
                             .mode = portfolio ? margin::Mode::portfolio : margin::Mode::cross,
                             .rulebook = portfolio ? margin::RulebookId(1U) : margin::RulebookId()};
    }
    case 4:
      return margin::SetCollateral{.pool = kVenue,
                                   .asset = kUsd,
                                   .haircut_ppm = static_cast<std::uint32_t>(random_.below(2))};
    case 5:
      return margin::ReserveOrder{
          .pool = kVenue,
          .owner = any_owner(),
          .contract = kPerp,
          .order = 1 + random_.below(4),
          .side = random_.chance(50) ? margin::OrderSide::buy : margin::OrderSide::sell,
          .quantity = Quantity(1 + random_.below(3)),
          .price = Price(price_)};
    case 6: {
      const auto& orders = engine_->state().margin.reservations.rows();
      if (orders.empty() || random_.chance(20))
        return margin::ReleaseOrder{
            .pool = kVenue, .owner = any_owner(), .contract = kPerp, .order = 1 + random_.below(4)};
      const margin::Reservation& row = orders.begin()->second;
      return margin::ReleaseOrder{
          .pool = kVenue, .owner = row.owner, .contract = kPerp, .order = row.order};
    }
    case 7:
      return margin::SetTiers{.contract = random_.chance(50) ? kPerp : dated_,
                              .initial_ppm = 100'000,
                              .maintenance_ppm = 600'000};
    default:
      return margin::EvaluatePool{.pool = kVenue};
  }
}

// How grids may move, what may be open, how long profit stays, what is sold first.
engine::Command ClearingSimulation::draw_safeguard() {
  const auto entry = [&] { return static_cast<std::int64_t>(random_.below(30'00)) - 15'00; };
  const engine::State& state = engine_->state();
  const margin::Procyclicality* setting =
      state.safeguards.procyclicalities.find(margin::RulebookId(1U));
  const std::uint64_t dice = random_.below(6);
  if (dice < 2 && state.margin.rulebooks.size() == 0) return grid_rulebook();
  switch (dice == 1 && setting == nullptr ? 0 : dice) {
    case 0:
      return margin::SetProcyclicality{
          .rulebook = margin::RulebookId(1U),
          .buffer_ppm = static_cast<std::uint32_t>(random_.below(400'000)),
          .rebuild_ppm = static_cast<std::uint32_t>(random_.below(300'000)),
          .stress_weight_ppm = static_cast<std::uint32_t>(random_.below(500'000)),
          .floor = random_.chance(30),
          .loosen_ppm = static_cast<std::uint32_t>(random_.below(500'000)),
          .period = base::kMinute * static_cast<std::int64_t>(random_.below(30)),
          .notice = base::kMinute * static_cast<std::int64_t>(random_.below(60))};
    case 1: {
      // With a floor a publication has half of the rulebook's scenarios.
      const auto entries = [&] {
        return setting->floor ? std::vector<std::int64_t>{entry()}
                              : std::vector<std::int64_t>{entry(), entry()};
      };
      return margin::PublishStressGrid{.rulebook = margin::RulebookId(1U),
                                       .origin = "simulation",
                                       .grids = {{.contract = kPerp, .entries = entries()},
                                                 {.contract = dated_, .entries = entries()}}};
    }
    case 2:
      return market::SetLimits{
          .contract = random_.chance(50) ? kPerp : dated_,
          .open_max = Quantity(static_cast<std::int64_t>(random_.below(120))),
          .quarantine_until = random_.chance(30) ? base::Time(clock_) + base::kHour : base::Time()};
    case 3:
      return margin::SetMaturity{
          .pool = kVenue, .period = base::kMinute * static_cast<std::int64_t>(random_.below(240))};
    default:
      return dm::SetConversion{
          .pool = kVenue, .in_force = random_.chance(70), .within = base::kMinute * 10};
  }
}

// Of a request that is open, mostly; the notice may have passed.
engine::Command ClearingSimulation::draw_redemption() {
  OwnerId owner = any_owner();
  engine_->state().default_management.stakes.each([&](const dm::StakeRow& row) {
    if (row.requested_shares != 0 && !random_.chance(20)) owner = row.owner;
  });
  if (random_.chance(50)) clock_ += 15LL * 86'400 * 1'000'000'000;
  return dm::RedeemShares{.fund = "f", .owner = owner, .account = AccountId(owner.value())};
}

engine::Command ClearingSimulation::draw_fund() {
  const OwnerId owner = any_owner();
  const AccountId from(owner.value());
  switch (random_.below(6)) {
    case 0:
      return dm::RequestShares{.fund = "f", .owner = owner};
    case 1:
      return dm::CancelShares{.fund = "f", .owner = owner};
    case 2:
      return draw_redemption();
    default:
      return dm::IssueShares{.fund = "f", .owner = owner, .account = from, .amount = up_to(20'00)};
  }
}

// The best bidder has margin to spare; a loss that is open is borne first.
engine::Command ClearingSimulation::draw_bid(OwnerId owner) {
  if (random_.chance(10)) return dm::CloseAuction{.pool = kVenue, .owner = owner, .asset = kUsd};
  return dm::BidAuction{
      .pool = kVenue,
      .owner = owner,
      .asset = kUsd,
      .bidder = any_owner(),
      .fraction = Rate(base::kRateOne / (1 + static_cast<std::int64_t>(random_.below(8))))};
}

engine::Command ClearingSimulation::draw_case() {
  const OwnerId owner = any_failing();
  const bool idle =
      dm::open_case(engine_->state().default_management, kVenue, owner, kUsd) == nullptr;
  const dm::Auction* running = nullptr;
  engine_->state().resolution.auctions.each([&](const dm::Auction& row) {
    if (row.stage == dm::AuctionStage::open) running = &row;
  });
  if (running != nullptr && random_.chance(50)) return draw_bid(running->owner);
  if (idle && random_.chance(70))
    return dm::BeginLiquidation{.pool = kVenue, .owner = poorest(), .asset = kUsd};
  if (!idle && random_.chance(12))
    return dm::ConvertCollateral{.pool = kVenue,
                                 .owner = owner,
                                 .asset = kUsd,
                                 .sold = {.asset = kCoin, .amount = Amount(random_.below(3))},
                                 .buyer = any_owner()};
  switch (random_.below(12)) {
    case 0:
    case 1:
      return dm::BeginLiquidation{.pool = kVenue, .owner = poorest(), .asset = kUsd};
    case 2:
      return dm::EndLiquidation{.pool = kVenue, .owner = owner, .asset = kUsd};
    case 3:
      return dm::DeclareDefault{.pool = kVenue, .owner = owner, .asset = kUsd, .cause = "gap"};
    case 4:
    case 5:
      return dm::OpenAuction{.pool = kVenue, .owner = owner, .asset = kUsd};
    case 6:
      return dm::CloseAuction{.pool = kVenue, .owner = owner, .asset = kUsd};
    case 7:
    case 8:
    case 9:
      return draw_bid(owner);
    default:
      break;
  }
  dm::FillLiquidation fill{.pool = kVenue,
                           .owner = owner,
                           .asset = kUsd,
                           .contract = random_.chance(70) ? kPerp : dated_,
                           .quantity = Quantity(static_cast<std::int64_t>(random_.below(8)))};
  if (random_.chance(40)) return fill;
  fill.taker = any_owner();
  fill.price = Price(price_ - 5'00 + static_cast<std::int64_t>(random_.below(10'00)));
  return fill;
}

engine::Command ClearingSimulation::draw_loss() {
  if (engine_->state().default_management.losses.size() == 0 && !random_.chance(10))
    return draw_case();
  const std::uint32_t loss = any_loss();
  switch (random_.below(5)) {
    case 0:
      return dm::AllocateLoss{.loss = loss};
    case 1:
      return dm::Deleverage{.loss = loss,
                            .contract = random_.chance(70) ? kPerp : dated_,
                            .ranking = static_cast<dm::AdlRanking>(random_.below(5))};
    case 2:
      return dm::CutClaims{.loss = loss};
    default:
      return dm::RecoverLoss{
          .loss = loss, .account = AccountId(custody_of(kVenue)), .amount = up_to(15'00)};
  }
}

engine::Command ClearingSimulation::draw_assessment() {
  const auto count = engine_->state().resolution.assessments.size();
  const OwnerId owner = any_owner();
  if (count == 0 || random_.chance(40))
    return dm::CallAssessment{.pool = kVenue,
                              .asset = kUsd,
                              .layer = random_.chance(60) ? "fund" : "house",
                              .due = base::Time(clock_ + 86'400LL * 1'000'000'000),
                              .calls = {{.owner = owner, .amount = up_to(10'00)}}};
  const auto number = static_cast<std::uint32_t>(1 + random_.below(count));
  const dm::Assessment& row = *engine_->state().resolution.assessments.find(number);
  return dm::PayAssessment{
      .assessment = number, .account = AccountId(row.owner.value()), .amount = up_to(10'00)};
}

// A payment to the outside or over a conduit, which gates and limits may stop, or a deposit.
engine::Command ClearingSimulation::draw_movement() {
  const AccountId owner(any_owner().value());
  const AccountId custody(custody_of(kVenue));
  const bool out = random_.chance(70);
  return ledger::CreateTransfers{.transfers = {{.id = base::TransferId(++ids_),
                                                .debit_account = out ? owner : custody,
                                                .credit_account = out ? custody : owner,
                                                .amount = Amount(1 + random_.below(30'00)),
                                                .pool = kVenue,
                                                .asset = kUsd,
                                                .code = 1}}};
}

}  // namespace cofferdam::simulation
