// SPDX-License-Identifier: Apache-2.0
//
// A default worked through in the books: layers in order, deleveraging, cuts of claims, the gate,
// and funds whose money only their shares and losses may take.
#include "cofferdam/books/default_management/allocate_loss.h"
#include "cofferdam/books/default_management/define_waterfall.h"
#include "cofferdam/books/default_management/deleverage.h"
#include "cofferdam/books/default_management/fund_book.h"
#include "cofferdam/books/default_management/fund_commands.h"
#include "cofferdam/books/default_management/gate.h"
#include "cofferdam/books/default_management/invariants.h"
#include "cofferdam/books/default_management/liquidation.h"
#include "cofferdam/books/market/equity.h"
#include "cofferdam/books/market/test_books.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace cofferdam::default_management {
namespace {

constexpr AccountId kReserve{u128{9001}};
constexpr AccountId kHouse{u128{9002}};

struct Venue : market::TestBooks {
  State defaults;
  margin::State margin;
  fact::State facts;
  pool::State pools;
  AssetId usd;
  PoolId pool_id;
  ContractId perp;
  u128 next_trade = 1;

  Venue() {
    usd = asset("USD", 2);
    pool_id = pool(1);
    perp = contract({.code = "P",
                     .kind = market::ContractKind::linear,
                     .settlement_asset = usd,
                     .price_scale = 2});
    open(kReserve, ledger::AccountClass::reserve);
    open(kHouse, ledger::AccountClass::reserve);
  }

  [[nodiscard]] Books books() const {
    return {defaults, market, terms, ledger, margin, facts, now};
  }

  void open(AccountId id, ledger::AccountClass account_class) {
    ledger::Context given = context();
    ledger::open_account(ledger, given,
                         {.id = id,
                          .pool = pool_id,
                          .asset = usd,
                          .account_class = account_class,
                          .owner_class = ledger::OwnerClass::house,
                          .code = 1,
                          .flags = ledger::kDebitsMustNotExceedCredits});
    commit();
  }

  void member(std::uint64_t owner, std::uint64_t deposit) {
    participant(pool_id, owner, usd, deposit);
  }

  void fill(AccountId account, std::uint64_t amount) {
    ledger::Context given = context();
    const AccountId outside(base::make_u128(0xFFFF'0000'0000'0000 | pool_id.value(), usd.value()));
    ASSERT_EQ(ledger::post_leg(ledger, given, ledger.accounts.find_slot(outside),
                               ledger.accounts.find_slot(account), Amount(amount), 1),
              ledger::TransferStatus::ok);
    commit();
  }

  void buy(std::uint64_t buyer, std::uint64_t seller, std::int64_t quantity, std::int64_t price) {
    ASSERT_EQ(trade(market::Trade{.id = next_trade++,
                                  .contract = perp,
                                  .price = Price(price),
                                  .quantity = Quantity(quantity),
                                  .buyer_pool = pool_id,
                                  .buyer = OwnerId(buyer),
                                  .seller_pool = pool_id,
                                  .seller = OwnerId(seller)}),
              market::TradeStatus::ok);
  }

  [[nodiscard]] SignedAmount equity(std::uint64_t owner) const {
    return market::equity(market, ledger, {pool_id, OwnerId(owner), usd})->equity;
  }

  // Ends a command as the engine does: every law, else back.
  template <class S>
  S end(S status) {
    if (status != S::ok) {
      changes.rollback();
      return status;
    }
    for (const auto& found :
         {check_losses_add_up(defaults), check_charges_are_named(defaults),
          check_claims_are_covered(defaults, ledger), check_waterfalls_stand(defaults)})
      COFFERDAM_CHECK(!found, found.value_or(""));
    commit();
    return status;
  }

  DefineWaterfallStatus give(const DefineWaterfall& c) {
    if (const auto s = check_shape(c); s != DefineWaterfallStatus::ok) return s;
    if (const auto s = check_state(c, defaults, ledger, pools); s != DefineWaterfallStatus::ok)
      return s;
    ledger::Context given = context();
    return end(apply(c, defaults, given));
  }

  template <class C>
  auto give_fund(const C& c) {
    auto s = check_shape(c);
    using S = decltype(s);
    if (s == S::ok) s = check_state(c, defaults, ledger);
    ledger::Context given = context();
    if (s == S::ok) s = apply(c, defaults, ledger, given);
    return end(s);
  }

  template <class C>
  LiquidationStatus give_case(const C& c) {
    auto s = check_shape(c);
    if (s == LiquidationStatus::ok) s = check(c, books());
    if (s != LiquidationStatus::ok) return s;
    ledger::Context given = context();
    book(c, defaults, books(), given);
    return end(s);
  }

  AllocateLossStatus allocate(std::uint32_t loss) {
    const AllocateLoss c{.loss = loss};
    if (const auto s = check_state(c, defaults, market, ledger, pools); s != AllocateLossStatus::ok)
      return s;
    ledger::Context given = context();
    return end(apply(c, defaults, market, ledger, pools, given));
  }

  DeleverageStatus deleverage(const Deleverage& c) {
    ledger::Context given = context();
    return end(apply(
        c,
        DeleverageBooks{defaults, {market, ledger, history, scratch, &terms}, terms, margin, facts},
        given));
  }

  DeleverageStatus cut(std::uint32_t loss) {
    const CutClaims c{.loss = loss};
    ledger::Context given = context();
    if (const auto s = check_state(c, defaults, market, terms, ledger, margin, facts, given);
        s != DeleverageStatus::ok)
      return s;
    return end(apply(c, defaults, market, terms, ledger, margin, facts, given));
  }

  FundCommandStatus stake(std::uint64_t owner, std::uint64_t amount) {
    return give_fund(IssueShares{.fund = "f",
                                 .owner = OwnerId(owner),
                                 .account = collateral_id(pool_id, owner, usd),
                                 .amount = Amount(amount)});
  }

  LiquidationStatus fail(std::uint64_t owner) {
    const auto s =
        give_case(BeginLiquidation{.pool = pool_id, .owner = OwnerId(owner), .asset = usd});
    if (s != LiquidationStatus::ok) return s;
    return give_case(
        DeclareDefault{.pool = pool_id, .owner = OwnerId(owner), .asset = usd, .cause = "gap"});
  }

  [[nodiscard]] const Loss& loss(std::uint32_t number) const {
    return *defaults.losses.find(number);
  }

  // 1 and 3 are long 6 and 4, 2 is short 10 at 100.00 with 100.00; at 120.00 it is short of 100.00.
  void crash() {
    member(1, 500'00);
    member(2, 110'00);
    member(3, 500'00);
    ASSERT_EQ(give_fund(OpenFund{.code = "f", .account = kReserve}), OpenFundStatus::ok);
    ASSERT_EQ(stake(1, 40'00), FundCommandStatus::ok);
    ASSERT_EQ(stake(2, 10'00), FundCommandStatus::ok);
    fill(kHouse, 30'00);
    buy(1, 2, 6, 100'00);
    buy(3, 2, 4, 100'00);
    mark(perp, 120'00);
    ASSERT_EQ(equity(2), SignedAmount(-100'00));
  }

  void layers() {
    const DefineWaterfall c{
        .pool = pool_id,
        .asset = usd,
        .layers = {
            {.code = "own", .kind = LayerKind::defaulter_contribution, .order = 1, .fund = "f"},
            {.code = "fund", .kind = LayerKind::pool_fund, .order = 2, .fund = "f"},
            {.code = "house", .kind = LayerKind::operator_capital, .order = 3, .account = kHouse}}};
    ASSERT_EQ(give(c), DefineWaterfallStatus::ok);
  }
};

TEST(DefaultInTheBooks, LayersInTheirOrderThenPositions) {
  Venue v;
  v.crash();
  v.layers();
  ASSERT_EQ(v.fail(2), LiquidationStatus::ok);
  EXPECT_EQ(v.loss(1).amount, Amount(100'00));
  const Waterfall& in_force = *waterfall_of(v.defaults, v.pool_id, v.usd);
  const auto dry =
      waterfall(waterfall_input(v.defaults, v.ledger, v.pools, v.loss(1), in_force, v.now));
  ASSERT_EQ(v.allocate(1), AllocateLossStatus::ok);
  // 10.00 of its own stake, 39.99 of the fund (a cent stays), 30.00 of the house.
  EXPECT_EQ(v.defaults.charges.find({1, "own"})->amount, Amount(10'00));
  EXPECT_EQ(v.defaults.charges.find({1, "fund"})->amount, Amount(39'99));
  EXPECT_EQ(v.defaults.charges.find({1, "house"})->amount, Amount(30'00));
  EXPECT_EQ(v.loss(1).charged, Amount(79'99));
  EXPECT_EQ(v.loss(1).certificate, dry->certificate);
  EXPECT_EQ(v.loss(1).outstanding(), Amount(20'01));
  EXPECT_EQ(v.defaults.stakes.find({"f", OwnerId(2)}), nullptr);  // its stake went first
  EXPECT_EQ(v.equity(2), SignedAmount(-20'01));
  EXPECT_EQ(v.allocate(1), AllocateLossStatus::allocated_before);

  // Nothing left at 117.999: a short is closed a tick below, at 117.99.
  ASSERT_EQ(v.deleverage({.loss = 1, .contract = v.perp, .ranking = AdlRanking::pro_rata}),
            DeleverageStatus::ok);
  EXPECT_EQ(v.position(v.perp, v.pool_id, 1), 0);
  EXPECT_EQ(v.position(v.perp, v.pool_id, 2), 0);
  EXPECT_EQ(v.loss(1).deleveraged, Amount(20'01));
  // Ten times 2.01 are 20.10: the nine cents of the tick go back, 5 and 4.
  EXPECT_EQ(v.equity(2), SignedAmount(0));
  EXPECT_EQ(v.defaults.receipts.find({1, 1})->closed, Quantity(6));
  EXPECT_EQ(v.defaults.receipts.find({1, 1})->cost, Amount(12'01));
  EXPECT_EQ(v.defaults.receipts.find({1, 2})->cost, Amount(8'00));
  EXPECT_TRUE(v.loss(1).outstanding().is_zero());
  EXPECT_EQ(open_loss(v.defaults, v.pool_id), nullptr);
  EXPECT_EQ(v.give_case(EndLiquidation{.pool = v.pool_id, .owner = OwnerId(2), .asset = v.usd}),
            LiquidationStatus::ok);
  EXPECT_EQ(v.settle(v.perp), market::SettleStatus::ok);
}

TEST(DefaultInTheBooks, WhatIsClosedInTheMarketIsCutFromTheWinners) {
  Venue v;
  v.crash();
  v.layers();
  ASSERT_EQ(v.fail(2), LiquidationStatus::ok);
  EXPECT_EQ(v.cut(1), DeleverageStatus::not_allocated);
  ASSERT_EQ(v.allocate(1), AllocateLossStatus::ok);
  EXPECT_EQ(v.cut(1), DeleverageStatus::positions_open);
  v.buy(2, 3, 10, 120'00);  // bought back in the market
  EXPECT_EQ(v.deleverage({.loss = 1, .contract = v.perp}), DeleverageStatus::no_position);
  ASSERT_EQ(v.cut(1), DeleverageStatus::ok);
  // 20.01 over the winnings of 1 and 3: 120.00 and 80.00.
  EXPECT_EQ(v.loss(1).haircut, Amount(20'01));
  EXPECT_EQ(v.equity(2), SignedAmount(0));
  EXPECT_EQ(v.equity(1), SignedAmount(460'00 + 120'00 - 12'01));
  EXPECT_EQ(v.equity(3), SignedAmount(500'00 + 80'00 - 8'00));
  EXPECT_EQ(v.settle(v.perp), market::SettleStatus::ok);
  EXPECT_EQ(v.cash(v.pool_id, 1, v.usd), 460'00 + 120'00 - 12'01);
  EXPECT_EQ(v.cash(v.pool_id, 2, v.usd), 0);
}

TEST(DefaultInTheBooks, OnlyInsolventAccountsFail) {
  Venue v;
  v.crash();
  EXPECT_EQ(v.give_case(BeginLiquidation{.pool = v.pool_id, .owner = OwnerId(1), .asset = v.usd}),
            LiquidationStatus::not_liquidatable);
  EXPECT_EQ(v.give_case(DeclareDefault{
                .pool = v.pool_id, .owner = OwnerId(2), .asset = v.usd, .cause = "gap"}),
            LiquidationStatus::no_case);
  const BeginLiquidation begin{.pool = v.pool_id, .owner = OwnerId(2), .asset = v.usd};
  EXPECT_EQ(v.give_case(begin), LiquidationStatus::ok);
  EXPECT_EQ(v.give_case(begin), LiquidationStatus::case_open);
  v.mark(v.perp, 105'00);
  EXPECT_EQ(v.give_case(DeclareDefault{
                .pool = v.pool_id, .owner = OwnerId(2), .asset = v.usd, .cause = "gap"}),
            LiquidationStatus::not_insolvent);
  EXPECT_EQ(v.give_case(EndLiquidation{.pool = v.pool_id, .owner = OwnerId(2), .asset = v.usd}),
            LiquidationStatus::ok);
  EXPECT_EQ(v.defaults.cases.find(1)->stage, CaseStage::restored);
}

TEST(DefaultInTheBooks, PricesThatComeBackReduceTheLossFirst) {
  Venue v;
  v.crash();
  v.layers();
  ASSERT_EQ(v.fail(2), LiquidationStatus::ok);
  ASSERT_EQ(v.allocate(1), AllocateLossStatus::ok);
  v.mark(v.perp, 119'00);  // 10.00 better
  ASSERT_EQ(v.deleverage({.loss = 1, .contract = v.perp}), DeleverageStatus::ok);
  EXPECT_EQ(v.loss(1).recovered, Amount(10'00));
  EXPECT_EQ(v.loss(1).deleveraged, Amount(10'01));
}

TEST(DefaultInTheBooks, WhileALossIsOpenItsPoolIsGated) {
  Venue v;
  v.crash();
  v.layers();
  const auto withdraw = [&] {
    ledger::Context given = v.context();
    const AccountId outside(
        base::make_u128(0xFFFF'0000'0000'0000 | v.pool_id.value(), v.usd.value()));
    EXPECT_EQ(ledger::post_leg(v.ledger, given,
                               v.ledger.accounts.find_slot(v.collateral_id(v.pool_id, 1, v.usd)),
                               v.ledger.accounts.find_slot(outside), Amount(1), 1),
              ledger::TransferStatus::ok);
    const auto found = find_gated_movement(v.defaults, {}, v.ledger, v.pools, v.now);
    v.changes.rollback();
    return found;
  };
  EXPECT_FALSE(withdraw().has_value());
  ASSERT_EQ(v.fail(2), LiquidationStatus::ok);
  EXPECT_TRUE(withdraw().has_value());
  EXPECT_EQ(v.give_fund(RedeemShares{
                .fund = "f", .owner = OwnerId(1), .account = v.collateral_id(v.pool_id, 1, v.usd)}),
            FundCommandStatus::loss_open);
  ASSERT_EQ(v.allocate(1), AllocateLossStatus::ok);
  EXPECT_TRUE(withdraw().has_value());
  ASSERT_EQ(v.deleverage({.loss = 1, .contract = v.perp}), DeleverageStatus::ok);
  EXPECT_FALSE(withdraw().has_value());
}

TEST(FundInTheBooks, NobodyTakesItsMoney) {
  Venue v;
  v.crash();
  ledger::Context given = v.context();
  ASSERT_EQ(ledger::post_leg(v.ledger, given, v.ledger.accounts.find_slot(kReserve),
                             v.ledger.accounts.find_slot(kHouse), Amount(1), 1),
            ledger::TransferStatus::ok);
  EXPECT_TRUE(find_gated_movement(v.defaults, {}, v.ledger, v.pools, v.now).has_value());
  v.changes.rollback();
  v.fill(kReserve, 50'00);  // a gift is welcome: the price rises
  EXPECT_EQ(v.give_fund(RequestShares{.fund = "f", .owner = OwnerId(1)}), FundCommandStatus::ok);
  v.now = Time(v.now.value() + 14 * 86'400 * base::kNanosecondsPerSecond);
  EXPECT_EQ(v.give_fund(RedeemShares{
                .fund = "f", .owner = OwnerId(1), .account = v.collateral_id(v.pool_id, 2, v.usd)}),
            FundCommandStatus::account_of_another_owner);
  EXPECT_EQ(v.give_fund(RedeemShares{
                .fund = "f", .owner = OwnerId(1), .account = v.collateral_id(v.pool_id, 1, v.usd)}),
            FundCommandStatus::ok);
  EXPECT_EQ(v.cash(v.pool_id, 1, v.usd), 460'00 + 80'00);
}

TEST(DefineWaterfallInTheBooks, Refusals) {
  Venue v;
  v.crash();
  const auto define = [&](LayerTerms layer) {
    return v.give(DefineWaterfall{.pool = v.pool_id, .asset = v.usd, .layers = {layer}});
  };
  using S = DefineWaterfallStatus;
  EXPECT_EQ(define({.code = "x", .account = v.collateral_id(v.pool_id, 1, v.usd)}),
            S::account_class_not_allowed);
  EXPECT_EQ(define({.code = "x"}), S::money_not_named);
  EXPECT_EQ(define({.code = "x", .kind = LayerKind::defaulter_margin, .account = kHouse}),
            S::kind_not_definable);
  EXPECT_EQ(define({.code = "x", .fund = "none"}), S::fund_not_found);
  EXPECT_EQ(define({.code = "x", .account = kHouse, .period_cap = Amount(1)}),
            S::period_without_cap);
  EXPECT_EQ(define({.code = "x", .account = kHouse}), S::ok);
  EXPECT_EQ(define({.code = "y", .account = kHouse}), S::ok);
  EXPECT_EQ(waterfall_of(v.defaults, v.pool_id, v.usd)->version, 2U);
}

// Random crashes of random venues: every law holds after every command, what is borne is what was
// lost, nobody of another pool is touched, and nobody who was solvent is made insolvent.
TEST(DefaultInTheBooks, LawsUnderRandomCrashes) {
  EXPECT_TRUE(rc::check([] {
    Venue v;
    const auto members = *rc::gen::inRange<std::uint64_t>(3, 8);
    for (std::uint64_t owner = 1; owner <= members; ++owner)
      v.member(owner, *rc::gen::inRange<std::uint64_t>(50'00, 300'00));
    v.fill(kHouse, *rc::gen::inRange<std::uint64_t>(1, 100'00));
    RC_ASSERT(v.give(DefineWaterfall{.pool = v.pool_id,
                                     .asset = v.usd,
                                     .layers = {{.code = "house",
                                                 .kind = LayerKind::operator_capital,
                                                 .account = kHouse}}}) ==
              DefineWaterfallStatus::ok);
    for (int i = 0; i < 8; ++i) {
      const auto buyer = *rc::gen::inRange<std::uint64_t>(1, members + 1);
      const auto seller = *rc::gen::inRange<std::uint64_t>(1, members + 1);
      if (buyer != seller) v.buy(buyer, seller, *rc::gen::inRange(1, 6), 100'00);
    }
    v.mark(v.perp, *rc::gen::inRange(1'00, 250'00));
    for (std::uint64_t owner = 1; owner <= members; ++owner) {
      if (!v.equity(owner).is_negative()) continue;
      std::vector<SignedAmount> before;
      for (std::uint64_t other = 1; other <= members; ++other) before.push_back(v.equity(other));
      RC_ASSERT(v.fail(owner) == LiquidationStatus::ok);
      const auto number = static_cast<std::uint32_t>(v.defaults.losses.size());
      RC_ASSERT(v.allocate(number) == AllocateLossStatus::ok);
      if (!v.loss(number).outstanding().is_zero()) {
        const auto ranking = static_cast<AdlRanking>(*rc::gen::inRange(0, 5));
        RC_ASSERT(v.deleverage({.loss = number, .contract = v.perp, .ranking = ranking}) ==
                  DeleverageStatus::ok);
      }
      if (!v.loss(number).outstanding().is_zero() && v.position(v.perp, v.pool_id, owner) == 0)
        RC_ASSERT(v.cut(number) == DeleverageStatus::ok);
      const Loss& loss = v.loss(number);
      RC_ASSERT(loss.charged + loss.deleveraged + loss.haircut + loss.recovered +
                    loss.outstanding() ==
                loss.amount);
      for (std::uint64_t other = 1; other <= members; ++other)
        if (other != owner && !before[other - 1].is_negative())
          RC_ASSERT(!v.equity(other).is_negative());
      if (loss.outstanding().is_zero()) RC_ASSERT(!v.equity(owner).is_negative());
    }
  }));
}

}  // namespace
}  // namespace cofferdam::default_management
