// SPDX-License-Identifier: Apache-2.0
//
// Worked cases through the door, every figure by hand: a fund that two pools share under caps of
// their tiers; what one pool cannot pay another, borne by a layer of that other pool which was
// named before; an account that fails in two settlement assets.
//
// Everywhere the failed account is short 10 at 100.00, the other side long 10 with 500.00, and the
// mark goes to 120.00: 200.00 are owed.
#include "cofferdam/engine/test_clearing.h"

#include <array>

namespace cofferdam::engine {
namespace {

namespace dm = default_management;
using base::AccountId;
using base::Amount;
using base::AssetId;
using base::ConduitId;
using base::ContractId;
using base::OwnerId;
using base::PoolId;
using C = ledger::AccountClass;
using O = ledger::OwnerClass;

constexpr PoolId kAlpha{1U};
constexpr PoolId kBeta{2U};
constexpr PoolId kFunds{3U};
constexpr AssetId kUsd{1U};
constexpr AssetId kEur{2U};
constexpr OwnerId kShort{8U};
constexpr OwnerId kLong{7U};

// Accounts are numbered pool x 100 + asset x 1000 + what it is.
constexpr std::uint64_t kCustody = 1;
constexpr std::uint64_t kHouse = 2;
constexpr std::uint64_t kSharedFund = 3;
constexpr std::uint64_t kOwner = 10;

[[nodiscard]] AccountId id_of(PoolId pool, AssetId asset, std::uint64_t what) {
  return AccountId(pool.value() * 100ULL + asset.value() * 1000ULL + what);
}

[[nodiscard]] AccountId of_owner(PoolId pool, AssetId asset, OwnerId owner) {
  return id_of(pool, asset, kOwner + base::low64(owner.value()));
}

class Pools : public TestClearing {
 protected:
  Pools() { found(); }

  void open_account(PoolId pool, AssetId asset, std::uint64_t what, C account_class, O whose,
                    std::uint64_t owner) {
    must(ledger::CreateAccounts{.accounts = {account(base::low64(id_of(pool, asset, what).value()),
                                                     account_class, whose, owner, pool, asset)}});
  }

  void deposit(PoolId pool, AssetId asset, AccountId to, std::uint64_t amount) {
    if (amount == 0) return;
    must(pay(base::low64(id_of(pool, asset, kCustody).value()), base::low64(to.value()), amount,
             pool, asset));
  }

  void found() {
    must(venue::Genesis{.venue = "T", .root = "root"});
    must(ledger::CreateAsset{.code = "USD", .scale = 2});
    must(ledger::CreateAsset{.code = "EUR", .scale = 2});
    const std::vector<ledger::Edge> edges{{O::pool, O::client},      {O::client, O::pool},
                                          {O::pool, O::insurance},   {O::insurance, O::pool},
                                          {O::insurance, O::client}, {O::insurance, O::insurance}};
    for (const char* code : {"alpha", "beta", "funds"}) {
      pool_ = PoolId(pool_.value() + 1);
      open_pool(pool_,
                pool::CreatePool{
                    .code = code, .activity = "test", .allows_deficit = true, .edges = edges});
      for (const AssetId asset : {kUsd, kEur}) {
        open_account(pool_, asset, kCustody, C::custody, O::pool, 0);
        open_account(pool_, asset, kHouse, C::reserve, O::insurance, 90);
        open_account(pool_, asset, kSharedFund, C::reserve, O::insurance, 91);
      }
    }
    must(market::CreateContract{.code = "P", .settlement_asset = kUsd, .price_scale = 2});
    must(market::CreateContract{.code = "Q", .settlement_asset = kEur, .price_scale = 2});
  }

  void member(PoolId pool, AssetId asset, OwnerId owner, std::uint64_t money) {
    open_account(pool, asset, kOwner + base::low64(owner.value()), C::collateral, O::client,
                 base::low64(owner.value()));
    deposit(pool, asset, of_owner(pool, asset, owner), money);
    must(market::OpenParticipant{
        .pool = pool, .owner = owner, .collateral = of_owner(pool, asset, owner)});
  }

  void trade(ContractId contract, PoolId buyer_pool, PoolId seller_pool) {
    must(trades({{.quantity = 10,
                  .buyer_pool = buyer_pool,
                  .seller_pool = seller_pool,
                  .contract = contract}}));
  }

  // The short of a pool fails: 200.00 are owed, less its own money.
  std::uint32_t fail_short(PoolId pool, AssetId asset) {
    return fail(base::low64(kShort.value()), pool, asset);
  }

  [[nodiscard]] Amount money(AccountId id) const {
    return Amount(static_cast<base::u128>(balance(id)));
  }

  // What is still owed to an owner in a contract, in its value asset.
  [[nodiscard]] base::i128 open_value(ContractId contract, PoolId pool, OwnerId owner) const {
    const market::Holding& row = *state().market.holdings.find({contract, pool, owner});
    const ledger::Account& account = state().ledger.accounts.at(row.open_value);
    return static_cast<base::i128>(account.credits_posted.units()) -
           static_cast<base::i128>(account.debits_posted.units());
  }

  PoolId pool_;
};

// The fund has 70.00; alpha may ever draw 50.00 of it and beta 30.00.
//   alpha: 200.00 - 100.00 = 100.00 = 20.00 of its house + 50.00 of the fund (its tier) + 30.00.
//   beta:  200.00 - 140.00 =  60.00 = 10.00 of its house + 20.00 of the fund (what is left)
//   + 30.00.
// The 30.00 are cut out of the claims of the pool's own winner: 500.00 + 200.00 - 30.00 = 670.00.
TEST_F(Pools, AFundThatTwoPoolsShareUnderCapsOfTheirTiers) {
  constexpr ContractId kPerp{1U};
  const AccountId fund = id_of(kFunds, kUsd, kSharedFund);
  deposit(kFunds, kUsd, fund, 70'00);
  const std::array<std::uint64_t, 2> money_of_short{100'00, 140'00};
  const std::array<std::uint64_t, 2> house{20'00, 10'00};
  const std::array<std::uint64_t, 2> tier{50'00, 30'00};
  for (const PoolId pool : {kAlpha, kBeta}) {
    const std::size_t at = pool.value() - 1U;
    member(pool, kUsd, kLong, 500'00);
    member(pool, kUsd, kShort, money_of_short[at]);
    deposit(pool, kUsd, id_of(pool, kUsd, kHouse), house[at]);
    must(pool::DeclareConduit{.code = pool == kAlpha ? "to-alpha" : "to-beta",
                              .from = kFunds,
                              .to = pool,
                              .asset = kUsd,
                              .purpose = "losses"});
    must(dm::DefineWaterfall{.pool = pool,
                             .asset = kUsd,
                             .layers = {{.code = "house",
                                         .kind = dm::LayerKind::operator_capital,
                                         .order = 1,
                                         .account = id_of(pool, kUsd, kHouse)},
                                        {.code = "shared",
                                         .kind = dm::LayerKind::shared_fund,
                                         .order = 2,
                                         .account = fund,
                                         .conduit = ConduitId(pool.value()),
                                         .tier_cap = Amount(tier[at])}}});
    trade(kPerp, pool, pool);
  }
  mark(120'00, kPerp);

  const std::uint32_t first = fail_short(kAlpha, kUsd);
  EXPECT_EQ(loss(first).amount, Amount(100'00));
  must(dm::AllocateLoss{.loss = first});
  EXPECT_EQ(charge(first, "house"), Amount(20'00));
  EXPECT_EQ(charge(first, "shared"), Amount(50'00));
  EXPECT_EQ(loss(first).outstanding(), Amount(30'00));
  EXPECT_EQ(money(fund), Amount(20'00));

  const std::uint32_t second = fail_short(kBeta, kUsd);
  EXPECT_EQ(loss(second).amount, Amount(60'00));
  must(dm::AllocateLoss{.loss = second});
  EXPECT_EQ(charge(second, "house"), Amount(10'00));
  EXPECT_EQ(charge(second, "shared"), Amount(20'00));
  EXPECT_EQ(loss(second).outstanding(), Amount(30'00));
  EXPECT_EQ(money(fund), Amount());

  for (const std::uint32_t number : {first, second}) {
    must(dm::Deleverage{.loss = number, .contract = kPerp, .ranking = dm::AdlRanking::pro_rata});
    EXPECT_EQ(loss(number).outstanding(), Amount());
  }
  must(market::Settle{.contract = kPerp});
  for (const PoolId pool : {kAlpha, kBeta}) {
    EXPECT_EQ(money(of_owner(pool, kUsd, kLong)), Amount(670'00));
    EXPECT_EQ(money(of_owner(pool, kUsd, kShort)), Amount());
    EXPECT_EQ(open_value(kPerp, pool, kLong), 0);
    EXPECT_EQ(money(id_of(pool, kUsd, kHouse)), Amount());
  }

  // The fund is filled again. Alpha's tier is used up; beta's has 10.00 left.
  deposit(kFunds, kUsd, fund, 70'00);
  for (const PoolId pool : {kAlpha, kBeta}) {
    must(dm::EndLiquidation{.pool = pool, .owner = kShort, .asset = kUsd});
    trade(kPerp, pool, pool);  // at 100.00, while the mark is 120.00
  }
  const std::uint32_t third = fail_short(kAlpha, kUsd);
  EXPECT_EQ(loss(third).amount, Amount(200'00));
  must(dm::AllocateLoss{.loss = third});
  EXPECT_EQ(charge(third, "shared"), Amount());
  EXPECT_EQ(loss(third).outstanding(), Amount(200'00));
  const std::uint32_t fourth = fail_short(kBeta, kUsd);
  must(dm::AllocateLoss{.loss = fourth});
  EXPECT_EQ(charge(fourth, "shared"), Amount(10'00));
  EXPECT_EQ(money(fund), Amount(60'00));
  expect_the_same_after_a_start();
}

// Alpha's short owes 200.00 to beta's long and has 100.00. Alpha's waterfall names its own house
// (20.00) and then beta's (50.00, over the conduit from beta): what alpha cannot pay is beta's loss
// at the layer that was named. 200.00 - 100.00 - 20.00 - 50.00 = 30.00 stay owed, named on both
// sides to the unit; 5.00 more go where they belong as soon as they come.
TEST_F(Pools, WhatOnePoolCannotPayIsTheOthersLossAtItsNamedLayer) {
  constexpr ContractId kPerp{1U};
  member(kAlpha, kUsd, kShort, 100'00);
  member(kBeta, kUsd, kLong, 500'00);
  member(kAlpha, kUsd, OwnerId(6U), 300'00);  // a client of alpha that has nothing to do with it
  deposit(kAlpha, kUsd, id_of(kAlpha, kUsd, kHouse), 20'00);
  deposit(kBeta, kUsd, id_of(kBeta, kUsd, kHouse), 50'00);
  must(pool::DeclareConduit{.code = "beta-to-alpha",
                            .from = kBeta,
                            .to = kAlpha,
                            .asset = kUsd,
                            .purpose = "what alpha cannot pay"});
  must(dm::DefineWaterfall{.pool = kAlpha,
                           .asset = kUsd,
                           .layers = {{.code = "house",
                                       .kind = dm::LayerKind::operator_capital,
                                       .order = 1,
                                       .account = id_of(kAlpha, kUsd, kHouse)},
                                      {.code = "beta-house",
                                       .kind = dm::LayerKind::operator_capital,
                                       .order = 2,
                                       .account = id_of(kBeta, kUsd, kHouse),
                                       .conduit = ConduitId(1U)}}});
  trade(kPerp, kBeta, kAlpha);
  mark(120'00, kPerp);

  // A settlement alone: beta gets the 100.00 that are there, and 100.00 stay open on both sides.
  must(market::Settle{.contract = kPerp});
  EXPECT_EQ(money(of_owner(kBeta, kUsd, kLong)), Amount(600'00));
  EXPECT_EQ(money(of_owner(kAlpha, kUsd, kShort)), Amount());
  const std::uint32_t number = fail_short(kAlpha, kUsd);
  EXPECT_EQ(loss(number).amount, Amount(100'00));
  must(dm::AllocateLoss{.loss = number});
  EXPECT_EQ(charge(number, "house"), Amount(20'00));
  EXPECT_EQ(charge(number, "beta-house"), Amount(50'00));
  EXPECT_EQ(loss(number).outstanding(), Amount(30'00));
  must(market::Settle{.contract = kPerp});
  EXPECT_EQ(money(of_owner(kBeta, kUsd, kLong)), Amount(670'00));
  EXPECT_EQ(money(id_of(kBeta, kUsd, kHouse)), Amount());
  EXPECT_EQ(money(of_owner(kAlpha, kUsd, OwnerId(6U))), Amount(300'00));  // nobody else
  EXPECT_EQ(open_value(kPerp, kAlpha, kShort), 1200'00 - 30'00);  // 10 short at 120.00, less 30.00
  EXPECT_EQ(open_value(kPerp, kBeta, kLong), -(1200'00 - 30'00));

  deposit(kAlpha, kUsd, of_owner(kAlpha, kUsd, kShort), 5'00);
  must(market::Settle{.contract = kPerp});
  EXPECT_EQ(money(of_owner(kBeta, kUsd, kLong)), Amount(675'00));
  EXPECT_EQ(open_value(kPerp, kBeta, kLong), -(1200'00 - 25'00));
  expect_the_same_after_a_start();
}

// Short 10 in USD with 150.00 and short 10 in EUR with 80.00: 50.00 USD and 120.00 EUR are missing.
// Each asset has a waterfall of its own: 60.00 USD of the house bear the one, 100.00 EUR of it bear
// the other but for 20.00 EUR, which are cut out of the EUR winner's claim and touch no dollar.
TEST_F(Pools, AnAccountThatFailsInTwoSettlementAssets) {
  constexpr ContractId kUsdPerp{1U};
  constexpr ContractId kEurPerp{2U};
  const auto contract_of = [&](AssetId asset) { return asset == kUsd ? kUsdPerp : kEurPerp; };
  for (const AssetId asset : {kUsd, kEur}) {
    member(kAlpha, asset, kLong, 500'00);
    member(kAlpha, asset, kShort, asset == kUsd ? 150'00 : 80'00);
    deposit(kAlpha, asset, id_of(kAlpha, asset, kHouse), asset == kUsd ? 60'00 : 100'00);
    must(dm::DefineWaterfall{.pool = kAlpha,
                             .asset = asset,
                             .layers = {{.code = "house",
                                         .kind = dm::LayerKind::operator_capital,
                                         .order = 1,
                                         .account = id_of(kAlpha, asset, kHouse)}}});
    trade(contract_of(asset), kAlpha, kAlpha);
    mark(120'00, contract_of(asset));
  }
  const std::uint32_t dollars = fail_short(kAlpha, kUsd);
  const std::uint32_t euros = fail_short(kAlpha, kEur);
  EXPECT_EQ(loss(dollars).amount, Amount(50'00));
  EXPECT_EQ(loss(euros).amount, Amount(120'00));
  must(dm::AllocateLoss{.loss = dollars});
  must(dm::AllocateLoss{.loss = euros});
  EXPECT_EQ(loss(dollars).outstanding(), Amount());
  EXPECT_EQ(loss(euros).outstanding(), Amount(20'00));
  EXPECT_EQ(money(id_of(kAlpha, kUsd, kHouse)), Amount(10'00));
  EXPECT_EQ(money(id_of(kAlpha, kEur, kHouse)), Amount());
  must(dm::Deleverage{.loss = euros, .contract = kEurPerp, .ranking = dm::AdlRanking::pro_rata});
  EXPECT_EQ(loss(euros).outstanding(), Amount());
  for (const AssetId asset : {kUsd, kEur}) {
    must(market::Settle{.contract = contract_of(asset)});
    EXPECT_EQ(money(of_owner(kAlpha, asset, kShort)), Amount());
  }
  EXPECT_EQ(money(of_owner(kAlpha, kUsd, kLong)), Amount(700'00));
  EXPECT_EQ(money(of_owner(kAlpha, kEur, kLong)), Amount(680'00));
  expect_the_same_after_a_start();
}

}  // namespace
}  // namespace cofferdam::engine
