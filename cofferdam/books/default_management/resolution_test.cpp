// SPDX-License-Identifier: Apache-2.0
//
// Auctions, fills, limits, the backstop, recoveries and assessments, with figures worked out by
// hand.
#include "cofferdam/books/default_management/resolution_test_books.h"

#include <gtest/gtest.h>

namespace cofferdam::default_management {
namespace {

using A = AuctionCommandStatus;
using F = FillLiquidationStatus;
using L = LiquidationStatus;

struct Resolution : ::testing::Test {
  ResolutionVenue v;

  // At 109.00 owner 2 is worth 60.00 and must have 65.40.
  void call(std::int64_t price, LiquidationTerms terms) {
    v.members();
    v.with_margin();
    ASSERT_EQ(v.buy(1, 2, 10, 100'00), market::TradeStatus::ok);
    ASSERT_EQ(v.give(SetLiquidationTerms{.terms = std::move(terms)}),
              SetLiquidationTermsStatus::ok);
    v.mark_at(v.perp, price);
  }

  FillLiquidation fill(std::int64_t quantity, std::int64_t price, std::uint64_t taker) const {
    return {.pool = v.here,
            .owner = OwnerId(2),
            .asset = v.usd,
            .contract = v.perp,
            .quantity = Quantity(quantity),
            .price = Price(price),
            .taker = OwnerId(taker)};
  }

  [[nodiscard]] const LiquidationOrder& order() const {
    return *v.resolution.orders.find({1, v.perp});
  }

  [[nodiscard]] const Auction& auction_row(std::uint32_t number) const {
    return *v.resolution.auctions.find(number);
  }

  [[nodiscard]] OpenAuction opening() const {
    return {.pool = v.here, .owner = OwnerId(2), .asset = v.usd};
  }

  [[nodiscard]] CloseAuction closing() const {
    return {.pool = v.here, .owner = OwnerId(2), .asset = v.usd};
  }
};

const Rate kWhole(base::kRateOne);

TEST_F(Resolution, ASolventAuctionGoesByTheCalculator) {
  LiquidationTerms terms = v.liquidation_terms();
  terms.fee_account = kPenalties;
  call(109'00, terms);
  EXPECT_EQ(v.give(opening()), A::no_case);
  ASSERT_EQ(v.begin(), L::ok);
  ASSERT_EQ(v.worth(2), SignedAmount(60'00));
  ASSERT_EQ(v.give(opening()), A::ok);
  EXPECT_EQ(v.give(opening()), A::auction_open);
  // BM = -5.40 - 9.81 = -15.21; f = 15.21 / 75.21; a tenth of f of 60.00 is 1.21.
  EXPECT_EQ(auction_row(1).fee, Amount(1'21));
  EXPECT_EQ(v.money(kPenalties), 1'21);
  EXPECT_FALSE(auction_row(1).insolvent);

  v.now = v.now + base::kSecond * 450;
  v.mark_at(v.perp, 109'00);
  const auto input = auction_input(auction_row(1), v.seen(), kWhole);
  ASSERT_TRUE(input.has_value());
  EXPECT_EQ(input->mark_to_market, SignedAmount(58'79));
  EXPECT_EQ(input->maintenance_margin, SignedAmount(58'79 - 65'40));
  const auto said = auction(*input);
  ASSERT_TRUE(said.has_value());
  EXPECT_EQ(said->discount, Rate(base::kRateOne / 1000 * 825));  // halfway from 0.95 to 0.70
  EXPECT_EQ(said->bid_price, SignedAmount(48'50));               // 58.79 x 0.825, cut
  EXPECT_EQ(v.bid(3, kWhole, SignedAmount(48'49)), A::limit_not_met);
  EXPECT_EQ(v.bid(2, kWhole), A::bidder_is_the_account);
  const SignedAmount bidder_before = v.worth(3);
  ASSERT_EQ(v.bid(3, kWhole, SignedAmount(48'50)), A::ok);

  const AuctionBid& bid = *v.resolution.bids.find({1, 1});
  EXPECT_EQ(bid.fraction, said->max_fraction);
  EXPECT_EQ(bid.paid, said->cash_from_bidder);
  const Amount part(
      *to_u128(integer(u128{58'79}) * integer(bid.fraction.value()) / integer(base::kRateOne)));
  EXPECT_EQ(bid.gained, part - bid.paid);
  EXPECT_EQ(v.worth(2), SignedAmount(58'79 - static_cast<i128>(bid.gained.units())));
  EXPECT_EQ(v.worth(3), bidder_before + SignedAmount(static_cast<i128>(bid.gained.units())));
  // f = 16.4125 / (16.4125 + 48.50) of 10, rounded up to 3.
  EXPECT_EQ(v.holds(2), -7);
  EXPECT_EQ(v.holds(3), -3);
  EXPECT_EQ(auction_row(1).stage, AuctionStage::taken);
  EXPECT_EQ(v.give(closing()), A::no_auction);
  EXPECT_EQ(v.give(EndLiquidation{.pool = v.here, .owner = OwnerId(2), .asset = v.usd}), L::ok);
}

TEST_F(Resolution, WhatNobodyBuysIsPaidByTheLayers) {
  call(109'00, v.liquidation_terms());
  ASSERT_EQ(v.house_pays(200'00), DefineWaterfallStatus::ok);
  ASSERT_EQ(v.begin(), L::ok);
  ASSERT_EQ(v.give(opening()), A::ok);
  EXPECT_EQ(v.give(closing()), A::auction_runs);
  v.now = v.now + base::kSecond * (900 + 43'200);
  v.mark_at(v.perp, 109'00);
  EXPECT_EQ(v.bid(3, kWhole), A::auction_over);
  ASSERT_EQ(v.give(closing()), A::ok);
  EXPECT_EQ(auction_row(1).stage, AuctionStage::ended);
  ASSERT_EQ(v.give(opening()), A::ok);
  EXPECT_TRUE(auction_row(2).insolvent);
  v.now = v.now + base::kSecond * 3'600;
  v.mark_at(v.perp, 109'00);
  // From 0 down to MM = -5.40: layers pay 5.40 beside the 60.00 that the account is worth.
  ASSERT_EQ(v.bid(3, kWhole, SignedAmount(-5'40)), A::ok);
  EXPECT_EQ(v.money(kHouseAccount), 200'00 - 5'40);
  EXPECT_EQ(v.worth(2), SignedAmount(0));
  EXPECT_EQ(v.worth(3), SignedAmount(10'000'00 + 65'40));
  EXPECT_EQ(v.holds(3), -10);
  const Loss& loss = *v.defaults.losses.find(1);
  EXPECT_EQ(loss.charged, Amount(5'40));
  EXPECT_EQ(loss.cause, "auction");
  EXPECT_TRUE(loss.outstanding().is_zero());
}

TEST_F(Resolution, AnInsolventAuctionIsPaidWithinTheLimits) {
  LiquidationTerms terms = v.liquidation_terms();
  terms.interval = base::kHour;
  terms.fund_loss_max = Amount(50'00);
  call(120'00, terms);
  ASSERT_EQ(v.house_pays(60'00), DefineWaterfallStatus::ok);
  ASSERT_EQ(v.begin(), L::ok);
  ASSERT_EQ(v.worth(2), SignedAmount(-50'00));
  ASSERT_EQ(v.give(opening()), A::ok);
  EXPECT_TRUE(auction_row(1).insolvent);
  v.now = v.now + base::kSecond * 1'800;
  v.mark_at(v.perp, 120'00);
  // Halfway from -50.00 to -122.00.
  EXPECT_EQ(v.bid(3, kWhole), A::fund_loss_limit);
  ASSERT_EQ(v.bid(3, Rate(base::kRateOne / 2), SignedAmount(-86'00)), A::ok);
  EXPECT_EQ(v.money(kHouseAccount), 17'00);                // 43.00 for the half
  EXPECT_EQ(v.worth(3), SignedAmount(10'000'00 + 18'00));  // less 25.00 of its debt
  EXPECT_EQ(v.worth(2), SignedAmount(-25'00));
  EXPECT_EQ(v.holds(2), -5);
  EXPECT_EQ(v.bid(3, Rate(base::kRateOne / 2)), A::fund_loss_limit);  // 7.00 are left of the hour
  v.now = v.now + base::kHour;
  v.mark_at(v.perp, 120'00);
  EXPECT_EQ(v.bid(3, kWhole), A::fund_loss_limit);                          // 61.00 now
  EXPECT_EQ(v.bid(3, Rate(base::kRateOne / 2)), A::layers_do_not_bear_it);  // 30.50 of 17.00
  ASSERT_EQ(v.bid(3, Rate(base::kRateOne / 4)), A::ok);                     // 15.25
  EXPECT_EQ(v.money(kHouseAccount), 1'75);
  EXPECT_EQ(auction_row(1).paid_by_layers, Amount(58'25));
}

TEST_F(Resolution, AFillTakesWhatTheLimitsLeave) {
  LiquidationTerms terms = v.liquidation_terms();
  terms.interval = base::kHour;
  terms.notional_max = Amount(500'00);
  terms.fee_account = kPenalties;
  terms.fee_ppm = 10'000;
  terms.spread_max_ppm = 20'000;
  call(109'00, terms);
  EXPECT_EQ(v.give(fill(1, 109'00, 3)), F::no_case);
  ASSERT_EQ(v.begin(), L::ok);
  EXPECT_EQ(v.give(fill(1, 111'19, 3)), F::price_beyond_spread);
  EXPECT_EQ(v.give(fill(0, 0, 0)), F::no_backstop);
  // 500.00 hold four at 109.00; bought at 110.00 they cost 4.00 more and 1 % of 440.00.
  ASSERT_EQ(v.give(fill(8, 110'00, 3)), F::ok);
  EXPECT_EQ(order().stage, OrderStage::partly_done);
  EXPECT_EQ(order().stopped_by, OrderStop::notional_limit);
  EXPECT_EQ(order().next, NextStep::next_interval);
  EXPECT_EQ(order().filled, Quantity(4));
  EXPECT_EQ(order().fee, Amount(4'40));
  EXPECT_EQ(v.money(kPenalties), 4'40);
  EXPECT_EQ(v.worth(2), SignedAmount(60'00 - 4'00 - 4'40));
  // 6 at 109.00 need 39.24, and 51.60 are there.
  EXPECT_EQ(v.give(fill(0, 109'00, 3)), F::healthy_again);
  v.mark_at(v.perp, 112'00);
  ASSERT_EQ(v.give(fill(0, 112'00, 3)), F::ok);  // nothing: the interval is used up
  EXPECT_EQ(order().filled, Quantity(4));
  v.now = v.now + base::kHour;
  v.mark_at(v.perp, 112'00);
  ASSERT_EQ(v.give(fill(0, 112'00, 3)), F::ok);
  EXPECT_EQ(order().filled, Quantity(8));
  EXPECT_EQ(order().fills, 2U);
}

TEST_F(Resolution, APenaltyNeverTakesMoreThanIsThere) {
  LiquidationTerms terms = v.liquidation_terms();
  terms.fee_account = kPenalties;
  terms.fee_ppm = 500'000;
  call(114'50, terms);
  ASSERT_EQ(v.begin(), L::ok);
  ASSERT_EQ(v.worth(2), SignedAmount(5'00));
  ASSERT_EQ(v.give(fill(0, 114'80, 3)), F::ok);  // 3.00 over the mark leave 2.00
  EXPECT_EQ(v.money(kPenalties), 2'00);
  EXPECT_EQ(v.worth(2), SignedAmount(0));
  EXPECT_EQ(order().stage, OrderStage::done);
}

TEST_F(Resolution, WhatAFillLacksTheLayersBearOrItFails) {
  LiquidationTerms terms = v.liquidation_terms();
  terms.interval = base::kHour;
  terms.fund_loss_max = Amount(8'00);
  call(114'50, terms);
  ASSERT_EQ(v.house_pays(6'00), DefineWaterfallStatus::ok);
  ASSERT_EQ(v.begin(), L::ok);
  const SignedAmount before = v.worth(3);
  ASSERT_EQ(v.give(fill(0, 116'00, 3)), F::ok);  // 15.00 over the mark: 10.00 are missing
  EXPECT_EQ(order().stage, OrderStage::failed);
  EXPECT_EQ(order().stopped_by, OrderStop::fund_loss_limit);
  EXPECT_EQ(order().next, NextStep::deleveraging);
  EXPECT_EQ(v.holds(2), -10);
  EXPECT_EQ(v.worth(3), before);
  ASSERT_EQ(v.give(fill(0, 115'70, 3)), F::ok);  // 7.00 are missing, 6.00 are there
  EXPECT_EQ(order().stopped_by, OrderStop::layers_exhausted);
  EXPECT_EQ(v.money(kHouseAccount), 6'00);
  EXPECT_EQ(v.defaults.losses.size(), 0U);
  ASSERT_EQ(v.give(fill(0, 115'60, 3)), F::ok);
  EXPECT_EQ(order().stage, OrderStage::done);
  EXPECT_EQ(order().fund_paid, Amount(6'00));
  EXPECT_EQ(v.money(kHouseAccount), 0);
  EXPECT_EQ(v.worth(2), SignedAmount(0));
  EXPECT_EQ(v.defaults.losses.find(1)->cause, "liquidation");
}

TEST_F(Resolution, TheBackstopTakesItsQuotaAndNoMore) {
  LiquidationTerms terms = v.liquidation_terms();
  terms.interval = base::kHour;
  terms.backstop_pool = v.here;
  terms.backstop = OwnerId(3);
  terms.backstop_price = BackstopPrice::bankruptcy;
  terms.backstop_notional_max = Amount(1'000'00);
  EXPECT_EQ(check_shape(SetLiquidationTerms{.terms = terms}),
            SetLiquidationTermsStatus::backstop_without_quota);
  terms.backstop_loss_max = Amount(20'00);
  call(120'00, terms);
  ASSERT_EQ(v.begin(), L::ok);
  // Nothing is left at 115.00: five below the mark, so four for 20.00.
  ASSERT_EQ(v.give(fill(0, 0, 0)), F::ok);
  EXPECT_EQ(order().filled, Quantity(4));
  EXPECT_EQ(order().backstopped, Quantity(4));
  EXPECT_EQ(order().stopped_by, OrderStop::backstop_quota);
  EXPECT_EQ(order().next, NextStep::deleveraging);
  EXPECT_EQ(v.worth(3), SignedAmount(10'000'00 - 20'00));
  EXPECT_EQ(v.worth(2), SignedAmount(-30'00));
  ASSERT_EQ(v.give(fill(0, 0, 0)), F::ok);
  EXPECT_EQ(order().filled, Quantity(4));
  EXPECT_EQ(order().stage, OrderStage::failed);
  v.now = v.now + base::kHour;
  v.mark_at(v.perp, 120'00);
  ASSERT_EQ(v.give(fill(0, 0, 0)), F::ok);  // 30.00 over six are five each again
  EXPECT_EQ(order().filled, Quantity(8));
  EXPECT_EQ(v.resolution.limits.find({v.here, v.usd})->backstop_loss, Amount(20'00));
}

TEST_F(Resolution, TermsAreChecked) {
  using T = SetLiquidationTermsStatus;
  LiquidationTerms terms = v.liquidation_terms();
  terms.auction.fast_length = Duration();
  EXPECT_EQ(v.give(SetLiquidationTerms{.terms = terms}), T::auction_malformed);
  terms = v.liquidation_terms();
  terms.notional_max = Amount(1);
  EXPECT_EQ(v.give(SetLiquidationTerms{.terms = terms}), T::limit_without_interval);
  terms = v.liquidation_terms();
  terms.fee_ppm = kPpmOne + 1;
  EXPECT_EQ(v.give(SetLiquidationTerms{.terms = terms}), T::part_out_of_range);
  terms = v.liquidation_terms();
  v.members();
  terms.fee_account = v.collateral_id(v.here, 1, v.usd);
  terms.fee_account = AccountId(u128{424242});
  EXPECT_EQ(v.give(SetLiquidationTerms{.terms = terms}), T::fee_account_not_allowed);
  terms = v.liquidation_terms();
  EXPECT_EQ(v.give(SetLiquidationTerms{.terms = terms}), T::ok);
  EXPECT_EQ(v.give(SetLiquidationTerms{.terms = terms}), T::ok);
  EXPECT_EQ(v.resolution.terms.find(terms.key())->version, 2U);
}

// A default of 100.00 without margin: 10.00 own stake, 39.99 of the fund, 30.00 of the house, 20.01
// by closed positions, 12.01 and 8.00.
struct Borne : ::testing::Test {
  ResolutionVenue v;

  Borne() {
    v.participant(v.here, 1, v.usd, 500'00);
    v.participant(v.here, 2, v.usd, 110'00);
    v.participant(v.here, 3, v.usd, 500'00);
    COFFERDAM_CHECK(
        v.give_fund(OpenFund{.code = "f", .account = kFundAccount}) == OpenFundStatus::ok,
        "a fund");
    stake(1, 40'00);
    stake(2, 10'00);
    v.fill_account(kHouseAccount, 30'00);
    v.mark_at(v.perp, 100'00);
    COFFERDAM_CHECK(v.buy(1, 2, 6, 100'00) == market::TradeStatus::ok, "a trade");
    COFFERDAM_CHECK(v.buy(3, 2, 4, 100'00) == market::TradeStatus::ok, "a trade");
    v.mark_at(v.perp, 120'00);
    COFFERDAM_CHECK(v.give(layers()) == DefineWaterfallStatus::ok, "layers");
  }

  void stake(std::uint64_t owner, std::uint64_t amount) {
    COFFERDAM_CHECK(v.give_fund(IssueShares{.fund = "f",
                                            .owner = OwnerId(owner),
                                            .account = v.collateral_id(v.here, owner, v.usd),
                                            .amount = Amount(amount)}) == FundCommandStatus::ok,
                    "a stake");
  }

  [[nodiscard]] DefineWaterfall layers() const {
    return {.pool = v.here,
            .asset = v.usd,
            .layers = {
                {.code = "own", .kind = LayerKind::defaulter_contribution, .order = 1, .fund = "f"},
                {.code = "fund",
                 .kind = LayerKind::pool_fund,
                 .order = 2,
                 .fund = "f",
                 .replenish_to = Amount(50'00),
                 .replenish_within = base::kDay * 30},
                {.code = "house",
                 .kind = LayerKind::operator_capital,
                 .order = 3,
                 .account = kHouseAccount,
                 .tier_cap = Amount(100'00),
                 .replenish_to = Amount(30'00)}}};
  }

  void bear() {
    ASSERT_EQ(v.begin(), L::ok);
    ASSERT_EQ(
        v.give(DeclareDefault{.pool = v.here, .owner = OwnerId(2), .asset = v.usd, .cause = "gap"}),
        L::ok);
    EXPECT_EQ(v.give(RecoverLoss{.loss = 1, .account = v.outside_id(), .amount = Amount(1)}),
              RecoverLossStatus::loss_open);
    ASSERT_EQ(v.give(AllocateLoss{.loss = 1}), AllocateLossStatus::ok);
    ASSERT_EQ(v.give(Deleverage{.loss = 1, .contract = v.perp, .ranking = AdlRanking::pro_rata}),
              DeleverageStatus::ok);
    ASSERT_TRUE(v.defaults.losses.find(1)->outstanding().is_zero());
  }

  RecoverLossStatus recover(std::uint64_t amount) {
    return v.give(RecoverLoss{.loss = 1, .account = v.outside_id(), .amount = Amount(amount)});
  }
};

TEST_F(Borne, WhatComesBackGoesToTheLastFirst) {
  bear();
  const SignedAmount first = v.worth(1);
  const SignedAmount third = v.worth(3);
  const SignedAmount failed = v.worth(2);
  ASSERT_EQ(recover(40'01), RecoverLossStatus::ok);
  EXPECT_EQ(v.worth(1), first + SignedAmount(12'01));
  EXPECT_EQ(v.worth(3), third + SignedAmount(8'00));
  EXPECT_EQ(v.money(kHouseAccount), 20'00);
  EXPECT_EQ(v.defaults.uses.find({v.here, v.usd, "house"})->used, Amount(10'00));
  ASSERT_EQ(recover(30'00), RecoverLossStatus::ok);
  EXPECT_EQ(v.money(kHouseAccount), 30'00);
  EXPECT_EQ(v.money(kFundAccount), 1 + 20'00);
  EXPECT_EQ(recover(30'00), RecoverLossStatus::more_than_was_borne);
  ASSERT_EQ(recover(29'99), RecoverLossStatus::ok);
  EXPECT_EQ(v.money(kFundAccount), 1 + 39'99);
  EXPECT_EQ(v.worth(2), failed + SignedAmount(10'00));  // its own stake, last of all
  EXPECT_EQ(recover(1), RecoverLossStatus::more_than_was_borne);
  EXPECT_EQ(v.resolution.recoveries.size(), 3U);
  EXPECT_EQ(v.resolution.returns.find({1, PayerKind::layer, "fund"})->returned, Amount(39'99));
}

TEST_F(Borne, PartsOfOneRankAreProRataToTheUnit) {
  bear();
  ASSERT_EQ(recover(10'00), RecoverLossStatus::ok);
  // 12.01 and 8.00 share 10.00: 6.0020 and 3.9980.
  EXPECT_EQ(v.resolution.returns.find({1, PayerKind::deleveraged, "1"})->returned, Amount(6'00));
  EXPECT_EQ(v.resolution.returns.find({1, PayerKind::deleveraged, "2"})->returned, Amount(4'00));
  EXPECT_EQ(v.give(RecoverLoss{
                .loss = 1, .account = v.collateral_id(v.here, 1, v.usd), .amount = Amount(1)}),
            RecoverLossStatus::account_not_allowed);
}

TEST_F(Borne, LayersAreFilledUpByCallsWithinTheCap) {
  bear();
  using S = AssessmentStatus;
  const auto call = [&](std::string layer, std::uint64_t owner, std::uint64_t amount,
                        Duration until = base::kDay, bool own = false) {
    return v.give(CallAssessment{
        .pool = v.here,
        .asset = v.usd,
        .layer = std::move(layer),
        .due = v.now + until,
        .calls = {{.owner = OwnerId(owner), .amount = Amount(amount), .own_capital = own}}});
  };
  EXPECT_EQ(call("fund", 1, 20'00), S::no_cap);
  LiquidationTerms terms = v.liquidation_terms();
  terms.assessment_max = Amount(25'00);
  terms.assessment_period = base::kDay * 30;
  ASSERT_EQ(v.give(SetLiquidationTerms{.terms = terms}), SetLiquidationTermsStatus::ok);
  EXPECT_EQ(call("none", 1, 20'00), S::layer_not_found);
  EXPECT_EQ(call("own", 1, 20'00), S::layer_has_no_level);
  EXPECT_EQ(call("fund", 1, 20'00, base::kDay * 31), S::due_too_late);
  EXPECT_EQ(call("fund", 1, 20'00, Duration()), S::due_in_the_past);
  EXPECT_EQ(call("fund", 1, 26'00), S::above_the_cap);
  ASSERT_EQ(call("fund", 1, 20'00), S::ok);
  EXPECT_EQ(call("fund", 1, 6'00), S::above_the_cap);
  EXPECT_EQ(call("fund", 3, 30'00, base::kDay, true), S::more_than_is_missing);  // 29.99 is
  ASSERT_EQ(call("fund", 3, 25'00), S::ok);
  EXPECT_EQ(call("house", 99, 31'00, base::kDay, true), S::more_than_is_missing);
  ASSERT_EQ(call("house", 99, 30'00, base::kDay, true), S::ok);

  const auto pay = [&](std::uint32_t number, std::uint64_t owner, std::uint64_t amount) {
    return v.give(PayAssessment{.assessment = number,
                                .account = v.collateral_id(v.here, owner, v.usd),
                                .amount = Amount(amount)});
  };
  EXPECT_EQ(pay(1, 3, 20'00), S::account_of_another_owner);
  EXPECT_EQ(pay(1, 1, 20'01), S::more_than_is_open);
  ASSERT_EQ(pay(1, 1, 15'00), S::ok);
  EXPECT_EQ(v.money(kFundAccount), 1 + 15'00);
  const auto standing = [&] { return standing_of(*v.resolution.assessments.find(1), v.now); };
  EXPECT_EQ(standing(), AssessmentStanding::due);
  v.now = v.now + base::kDay * 2;
  EXPECT_EQ(standing(), AssessmentStanding::overdue);
  ASSERT_EQ(pay(1, 1, 5'00), S::ok);
  EXPECT_EQ(standing(), AssessmentStanding::paid);
}

TEST_F(Borne, TheGateOpensByItselfAndOutflowsAreLimited) {
  LiquidationTerms terms = v.liquidation_terms();
  terms.gate_after = base::kHour;
  terms.outflow_max = Amount(5'00);
  terms.outflow_period = base::kDay;
  ASSERT_EQ(v.give(SetLiquidationTerms{.terms = terms}), SetLiquidationTermsStatus::ok);
  bear();
  const auto withdraw = [&](std::uint64_t amount, bool keep) {
    ledger::Context given = v.context();
    EXPECT_EQ(ledger::post_leg(v.ledger, given,
                               v.ledger.accounts.find_slot(v.collateral_id(v.here, 1, v.usd)),
                               v.ledger.accounts.find_slot(v.outside_id()), Amount(amount), 1),
              ledger::TransferStatus::ok);
    auto found = find_gated_movement(v.defaults, v.resolution, v.ledger, v.pools, v.now);
    if (!found) found = limit_outflows(v.resolution, v.ledger, v.pools, given);
    if (found || !keep)
      v.changes.rollback();
    else
      v.commit();
    return found.value_or("");
  };
  EXPECT_NE(withdraw(1, false), "");
  EXPECT_EQ(gated_until(v.defaults, v.resolution, v.here, v.now), v.now + base::kHour);
  v.now = v.now + base::kHour;
  EXPECT_EQ(withdraw(3'00, true), "");
  EXPECT_EQ(withdraw(2'01, true).substr(0, 20), "outflow limit: 2.00 ");
  EXPECT_EQ(withdraw(2'00, true), "");
  EXPECT_NE(withdraw(1, true), "");
  v.now = v.now + base::kDay;
  EXPECT_EQ(withdraw(5'00, true), "");
}

}  // namespace
}  // namespace cofferdam::default_management
