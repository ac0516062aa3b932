// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/margin/requirement.h"
#include "cofferdam/books/margin/test_books.h"

#include <gtest/gtest.h>

namespace cofferdam::margin {
namespace {

using Deal = TestBooks::Deal;
using market::TradeStatus;

// Figures worked out by hand from the rule.
TEST(Tiers, FollowTheRuleToTheUnit) {
  const TierTerms flat{.initial_ppm = 50'000, .maintenance_ppm = 600'000};
  EXPECT_EQ(scaled_initial_ppm(flat, 1'000'000'000), 50'000U);
  const auto plain = tier_requirement(flat, 1'000'001, 7);
  ASSERT_TRUE(plain.has_value());
  EXPECT_EQ(plain->initial, u128{50'001});      // 50000.05 rounded up
  EXPECT_EQ(plain->maintenance, u128{30'001});  // 0.6 x 50001 = 30000.6 rounded up

  const TierTerms rising{.initial_ppm = 50'000,
                         .maintenance_ppm = 600'000,
                         .open_lower = Amount(25'000'000),
                         .open_upper = Amount(50'000'000)};
  EXPECT_EQ(scaled_initial_ppm(rising, 25'000'000), 50'000U);
  EXPECT_EQ(scaled_initial_ppm(rising, 30'000'000), 240'000U);  // 0.05 + 0.95 / 5
  EXPECT_EQ(scaled_initial_ppm(rising, 25'000'027), 50'001U);   // 1.026 millionths cut to 1
  EXPECT_EQ(scaled_initial_ppm(rising, 50'000'000), 1'000'000U);
  EXPECT_EQ(scaled_initial_ppm(rising, 90'000'000), 1'000'000U);
  const auto scaled = tier_requirement(rising, 1'000'001, 30'000'000);
  ASSERT_TRUE(scaled.has_value());
  EXPECT_EQ(scaled->initial, u128{240'001});     // 240000.24 rounded up
  EXPECT_EQ(scaled->maintenance, u128{30'001});  // open interest does not raise it
}

// A grid of five scenarios, two contracts that offset, add-ons and a size add-on, by hand.
TEST(GridRequirement, IsTheWorstScenarioAndItsAddOns) {
  const std::vector<std::int64_t> first{-10, -5, 0, 5, 9};
  const std::vector<std::int64_t> second{-7, -4, 1, 4, 7};
  std::vector<i128> changes(5, 0);
  add_changes(first, 3, changes);
  add_changes(second, -4, changes);
  EXPECT_EQ(changes, (std::vector<i128>{-2, 1, -4, -1, -1}));
  EXPECT_EQ(worst_of(changes).scenario, 2);
  EXPECT_EQ(worst_of(changes).loss, u128{4});
  const AddOns add_ons{.initial_long = 2,
                       .initial_short = 3,
                       .maintenance_long = 1,
                       .maintenance_short = 1,
                       .size_add = 10,
                       .size_free = Quantity(2)};
  EXPECT_EQ(initial_add_on(add_ons, 3), u128{16});
  EXPECT_EQ(initial_add_on(add_ons, -4), u128{32});
  EXPECT_EQ(maintenance_add_on(add_ons, -2), u128{2});
  EXPECT_EQ(initial_add_on(add_ons, Range{.position = 3, .low = -4, .high = 4}), u128{32});
  // (4 x 1.25 + 16) / 10 = 2.1, rounded up once.
  EXPECT_EQ(grid_requirement(4, 1'250'000, 16, 10), u128{3});
  std::vector<i128> worst(5, 0);
  add_worst_changes(first, Range{.position = 3, .low = 1, .high = 5}, worst);
  EXPECT_EQ(worst, (std::vector<i128>{-50, -25, 0, 5, 9}));
}

struct Venue : ::testing::Test {
  TestBooks books;
  AssetId cash = books.asset("USDC", 2);
  PoolId pool = books.pool(1);
  ContractId perp = books.contract(
      {.code = "BTC-PERP", .settlement_asset = cash, .price_scale = 1, .quantity_scale = 2});

  // 10 % initial, 6 % maintenance; a call at a quarter above maintenance.
  void open(Mode mode = Mode::cross) {
    books.now = books.now + base::kDay;
    for (const std::uint64_t owner : {1U, 2U, 3U}) books.participant(pool, owner, cash, 100'000);
    ASSERT_EQ(
        books.set(SetTiers{.contract = perp, .initial_ppm = 100'000, .maintenance_ppm = 600'000}),
        SetTiersStatus::ok);
    ASSERT_EQ(
        books.set(SetPool{.pool = pool, .asset = cash, .mode = mode, .call_buffer_ppm = 250'000}),
        SetPoolStatus::ok);
    books.mark_at(perp, 1'000);  // 100.0
  }

  // Quantity in hundredths, price in tenths: 1.00 at 100.0 is worth 100.00.
  TradeStatus trade(std::uint64_t buyer, std::uint64_t seller, std::int64_t quantity,
                    std::int64_t price) {
    return books.deal({.contract = perp,
                       .pool = pool,
                       .buyer = buyer,
                       .seller = seller,
                       .quantity = quantity,
                       .price = price});
  }
};

TEST_F(Venue, RefusesATradeThatIsNotCovered) {
  open();
  EXPECT_EQ(trade(1, 2, 10'001, 1'000), TradeStatus::buyer_margin_insufficient);
  EXPECT_EQ(trade(1, 2, 10'000, 1'000), TradeStatus::ok);  // 10000.00 notional, 1000.00 initial
  const Assessment found = books.of(pool, 1);
  EXPECT_EQ(found.basis, Basis::complete);
  EXPECT_EQ(found.equity, SignedAmount(100'000));
  EXPECT_EQ(found.initial, Amount(100'000));
  EXPECT_EQ(found.maintenance, Amount(60'000));
  EXPECT_EQ(found.free(), SignedAmount(0));
  EXPECT_EQ(trade(1, 3, 1, 1'000), TradeStatus::buyer_margin_insufficient);
  EXPECT_EQ(trade(3, 2, 1, 1'000), TradeStatus::seller_margin_insufficient);
  EXPECT_EQ(trade(3, 1, 5'000, 1'000), TradeStatus::ok);  // it becomes smaller
}

TEST_F(Venue, LetsAnAccountInTroubleBecomeSmallerOnly) {
  open();
  ASSERT_EQ(trade(1, 2, 10'000, 1'000), TradeStatus::ok);
  books.mark_at(perp, 950);
  EXPECT_EQ(books.of(pool, 1).free(), SignedAmount(-45'000));
  EXPECT_EQ(trade(1, 3, 1, 950), TradeStatus::buyer_margin_insufficient);
  EXPECT_EQ(trade(3, 1, 100, 949), TradeStatus::ok);  // loses 0.10, needs 9.50 less
  // A reduction so dear that less is free than before is none.
  EXPECT_EQ(trade(3, 1, 100, 800), TradeStatus::seller_margin_insufficient);
}

TEST_F(Venue, CallsAndRecoversAsTheMarkMoves) {
  open();
  ASSERT_EQ(trade(1, 2, 10'000, 1'000), TradeStatus::ok);
  books.mark_at(perp, 970);  // equity 700.00, maintenance 582.00, call below 727.50
  EXPECT_EQ(books.health(pool, 1), Health::margin_call);
  EXPECT_EQ(books.health(pool, 2), Health::healthy);
  books.mark_at(perp, 950);  // equity 500.00, maintenance 570.00
  EXPECT_EQ(books.health(pool, 1), Health::liquidatable);
  EXPECT_TRUE(books.withdraw(pool, 1, cash, -50'000));
  EXPECT_EQ(books.health(pool, 1), Health::healthy);
  const PoolMargin& counts = *books.margin.pools.find(pool);
  EXPECT_EQ(counts.calls, 1U);
  EXPECT_EQ(counts.liquidatable, 1U);
  EXPECT_EQ(books.margin.standings.size(), 0U);
}

TEST_F(Venue, OnlyObservesWhereItIsNotInForce) {
  open();
  ASSERT_EQ(books.set(SetPool{.pool = pool, .asset = cash, .in_force = false}), SetPoolStatus::ok);
  ASSERT_EQ(trade(1, 2, 20'000, 1'000), TradeStatus::ok);
  EXPECT_TRUE(books.withdraw(pool, 1, cash, 10'000));
  books.mark_at(perp, 950);
  EXPECT_EQ(books.health(pool, 1), Health::liquidatable);
  EXPECT_EQ(books.health(pool, 2), Health::healthy);
}

TEST_F(Venue, KeepsWhatCoversRisk) {
  open();
  ASSERT_EQ(trade(1, 2, 5'000, 1'000), TradeStatus::ok);  // initial 500.00
  EXPECT_FALSE(books.withdraw(pool, 1, cash, 50'001));
  EXPECT_TRUE(books.withdraw(pool, 1, cash, 50'000));
  EXPECT_FALSE(books.withdraw(pool, 1, cash, 1));
  books.mark_at(perp, 1'100);  // 500.00 of unsettled profit: backs risk, never leaves
  EXPECT_EQ(books.of(pool, 1).free(), SignedAmount(45'000));
  EXPECT_FALSE(books.withdraw(pool, 1, cash, 1));
  EXPECT_TRUE(books.withdraw(pool, 3, cash, 100'000));  // without risk all of it
}

TEST_F(Venue, TakesNoNewRiskOnAnOldMark) {
  const ContractId aged = books.contract({.code = "ETH-PERP",
                                          .settlement_asset = cash,
                                          .price_scale = 1,
                                          .quantity_scale = 2,
                                          .mark_age_max = base::kMinute});
  perp = aged;
  open();
  ASSERT_EQ(trade(1, 2, 5'000, 1'000), TradeStatus::ok);
  books.now = books.now + base::kHour;
  EXPECT_EQ(books.of(pool, 1).basis, Basis::mark_unusable);
  EXPECT_EQ(trade(1, 2, 1, 1'000), TradeStatus::buyer_margin_insufficient);
  EXPECT_FALSE(books.withdraw(pool, 1, cash, 1));
  EXPECT_EQ(trade(2, 1, 100, 1'000), TradeStatus::ok);  // both come nearer to zero
  EXPECT_EQ(books.reserve({.pool = pool,
                           .owner = OwnerId(1),
                           .contract = perp,
                           .order = 1,
                           .quantity = Quantity(1)}),
            ReserveOrderStatus::margin_unknown);
  EXPECT_EQ(books.health(pool, 1), Health::healthy);
}

TEST_F(Venue, NeedsARuleAndAnEligibleAsset) {
  open();
  const ContractId other = books.contract({.code = "X", .settlement_asset = cash});
  books.mark_at(other, 10);
  EXPECT_EQ(
      books.deal(
          {.contract = other, .pool = pool, .buyer = 1, .seller = 2, .quantity = 1, .price = 10}),
      TradeStatus::buyer_margin_insufficient);
  const AssetId coin = books.asset("BTC", 4);
  for (const std::uint64_t owner : {1U, 2U}) books.participant(pool, owner, coin, 1'000'000);
  const ContractId in_coin = books.contract({.code = "Y", .settlement_asset = coin});
  books.mark_at(in_coin, 10);
  ASSERT_EQ(books.set(SetTiers{.contract = in_coin, .initial_ppm = 1, .maintenance_ppm = 1}),
            SetTiersStatus::ok);
  const Deal deal{
      .contract = in_coin, .pool = pool, .buyer = 1, .seller = 2, .quantity = 1, .price = 10};
  EXPECT_EQ(books.deal(deal), TradeStatus::buyer_margin_insufficient);
  ASSERT_EQ(books.set(SetCollateral{.pool = pool, .asset = coin, .haircut_ppm = 100'000}),
            SetCollateralStatus::ok);
  EXPECT_EQ(books.deal(deal), TradeStatus::ok);
}

// One unit over the wall moves what is free by its haircut value, no more and no less.
TEST_F(Venue, CountsWhatLiesInsideTheWall) {
  open();
  const AssetId coin = books.asset("BTC", 4);
  const SourceId feed = books.source("feed", 2, base::kHour);
  books.price(feed, "BTC", 5'000'000);  // 50000.00 for one BTC: 5.00 a unit
  ASSERT_EQ(books.set(SetCollateral{.pool = pool,
                                    .asset = coin,
                                    .haircut_ppm = 200'000,
                                    .cap = Amount(900),
                                    .source = feed,
                                    .fact_key = "BTC"}),
            SetCollateralStatus::ok);
  books.participant(pool, 1, coin, 100);
  EXPECT_EQ(books.of(pool, 1).free(), SignedAmount(100'000 + 100 * 400));
  ASSERT_TRUE(books.withdraw(pool, 1, coin, 1));
  EXPECT_EQ(books.of(pool, 1).free(), SignedAmount(100'000 + 99 * 400));
  ASSERT_TRUE(books.withdraw(pool, 1, cash, 1));
  EXPECT_EQ(books.of(pool, 1).free(), SignedAmount(99'999 + 99 * 400));
  ASSERT_TRUE(books.withdraw(pool, 1, coin, -901));
  EXPECT_EQ(books.of(pool, 1).free(), SignedAmount(99'999 + 900 * 400));  // the cap
  // A price that is too old loses its growth every hour, and nothing leaves on it.
  ASSERT_EQ(books.set(SetCollateral{.pool = pool,
                                    .asset = coin,
                                    .haircut_ppm = 200'000,
                                    .growth_ppm = 50'000,
                                    .source = feed,
                                    .fact_key = "BTC"}),
            SetCollateralStatus::ok);
  ASSERT_EQ(trade(1, 2, 100, 1'000), TradeStatus::ok);
  books.now = books.now + base::kHour + base::kMinute * 61;
  EXPECT_EQ(books.of(pool, 1).basis, Basis::price_unusable);
  EXPECT_EQ(books.of(pool, 1).equity, SignedAmount(99'999 + 1'000 * 350));
  EXPECT_FALSE(books.withdraw(pool, 1, cash, 1));
}

TEST_F(Venue, KeepsMarginForOpenOrders) {
  open();
  const ReserveOrder buy{.pool = pool,
                         .owner = OwnerId(1),
                         .contract = perp,
                         .order = 7,
                         .quantity = Quantity(6'000),
                         .price = Price(1'000)};
  EXPECT_EQ(books.reserve(buy), ReserveOrderStatus::ok);
  EXPECT_EQ(books.reserve(buy), ReserveOrderStatus::exists);
  EXPECT_EQ(books.of(pool, 1).orders, Amount(60'000));
  ReserveOrder sell = buy;
  sell.order = 8;
  sell.side = OrderSide::sell;
  EXPECT_EQ(books.reserve(sell), ReserveOrderStatus::ok);  // one side fills, or the other
  EXPECT_EQ(books.of(pool, 1).orders, Amount(60'000));
  sell.order = 9;
  EXPECT_EQ(books.reserve(sell), ReserveOrderStatus::insufficient_margin);
  // A buy above the mark loses the difference at once: 100 x 0.5.
  ReserveOrder dear = buy;
  dear.order = 10;
  dear.quantity = Quantity(100);
  dear.price = Price(1'005);
  EXPECT_EQ(books.reserve(dear), ReserveOrderStatus::ok);
  EXPECT_EQ(books.of(pool, 1).orders, Amount(61'000 + 50));
  EXPECT_FALSE(books.withdraw(pool, 1, cash, 38'951));
  EXPECT_TRUE(books.withdraw(pool, 1, cash, 38'950));
  const ReleaseOrder part{
      .pool = pool, .owner = OwnerId(1), .contract = perp, .order = 7, .quantity = Quantity(1'000)};
  EXPECT_EQ(books.release(part), ReleaseOrderStatus::ok);
  EXPECT_EQ(books.margin.reserved.find({pool, OwnerId(1), perp})->buys, Quantity(5'100));
  for (const u128 order : {7U, 8U, 10U})
    EXPECT_EQ(books.release({.pool = pool, .owner = OwnerId(1), .contract = perp, .order = order}),
              ReleaseOrderStatus::ok);
  EXPECT_EQ(books.release(part), ReleaseOrderStatus::order_not_found);
  EXPECT_EQ(books.of(pool, 1).orders, Amount(0));
  EXPECT_EQ(books.margin.reserved.size(), 0U);
}

// Long one contract and short its twin: offset in a portfolio, twice the risk elsewhere; a profit
// in one backs the other only where the mode says so.
TEST_F(Venue, ReadsOneBookInThreeModes) {
  open(Mode::portfolio);
  const ContractId future = books.contract(
      {.code = "BTC-FUT", .settlement_asset = cash, .price_scale = 1, .quantity_scale = 2});
  books.mark_at(future, 1'000);
  ASSERT_EQ(books.set(SetRulebook{.code = "demo",
                                  .version = "1",
                                  .asset = cash,
                                  .value_scale = 4,
                                  .scenarios = 3,
                                  .initial_ppm = 1'250'000,
                                  .life = base::kHour,
                                  .late_max = base::kMinute,
                                  .names = {"down", "same", "up"}}),
            SetRulebookStatus::ok);
  ASSERT_EQ(books.set(SetPool{
                .pool = pool, .asset = cash, .mode = Mode::portfolio, .rulebook = RulebookId(1)}),
            SetPoolStatus::ok);
  // The smallest quantity is worth 1.00; it changes by 0.10 and 0.09.
  ASSERT_EQ(books.publish({.rulebook = RulebookId(1),
                           .version = "1",
                           .grids = {{.contract = perp, .entries = {-1'000, 0, 1'000}},
                                     {.contract = future, .entries = {-900, 0, 900}}}}),
            PublishGridStatus::ok);
  ASSERT_EQ(trade(1, 2, 5'000, 1'000), TradeStatus::ok);
  ASSERT_EQ(books.deal({.contract = future,
                        .pool = pool,
                        .buyer = 2,
                        .seller = 1,
                        .quantity = 5'000,
                        .price = 1'000}),
            TradeStatus::ok);
  const Account account{pool, OwnerId(1)};
  const auto portfolio = explain(books.books(), account, Mode::portfolio);
  EXPECT_EQ(portfolio.total.maintenance, Amount(5'000));  // 5000 x 0.01
  EXPECT_EQ(portfolio.total.initial, Amount(6'250));
  EXPECT_EQ(portfolio.total.scenario, 0);
  ASSERT_EQ(portfolio.lines.size(), 2U);  // newest first
  EXPECT_EQ(portfolio.lines[0].contribution, SignedAmount(-45'000));
  EXPECT_EQ(portfolio.lines[1].contribution, SignedAmount(50'000));
  const auto cross = explain(books.books(), account, Mode::cross);
  EXPECT_EQ(cross.total.maintenance, Amount(95'000));
  EXPECT_EQ(cross.total.initial, Amount(62'500 + 56'250));
  books.mark_at(perp, 1'010);
  books.mark_at(future, 1'010);
  const auto isolated = explain(books.books(), account, Mode::isolated);
  const auto again = explain(books.books(), account, Mode::cross);
  EXPECT_EQ(again.total.free(), SignedAmount(100'000 - 118'750));
  EXPECT_EQ(isolated.total.equity, again.total.equity);
  EXPECT_EQ(isolated.total.free(), again.total.free());  // the profit is below its own requirement
  books.mark_at(perp, 1'200);
  books.mark_at(future, 1'200);
  EXPECT_EQ(explain(books.books(), account, Mode::cross).total.free(), SignedAmount(-18'750));
  // 1000.00 of profit in the perpetual backs no more than its own 625.00.
  EXPECT_EQ(explain(books.books(), account, Mode::isolated).total.free(),
            SignedAmount(100'000 - 100'000 - 56'250));
}

TEST_F(Venue, RefusesGridsThatAreLatePartialOrOutOfBounds) {
  open();
  using S = PublishGridStatus;
  const SetRulebook rules{.code = "demo",
                          .version = "1",
                          .asset = cash,
                          .value_scale = 4,
                          .scenarios = 3,
                          .step_ppm = 100'000,
                          .whole = true,
                          .life = base::kHour,
                          .late_max = base::kMinute};
  ASSERT_EQ(books.set(rules), SetRulebookStatus::ok);
  const PublishGrid good{.rulebook = RulebookId(1),
                         .version = "1",
                         .computed = books.now,
                         .grids = {{.contract = perp, .entries = {-1'000, 0, 1'000}}}};
  const auto with = [&](auto&& change) {
    PublishGrid command = good;
    change(command);
    return books.publish(command);
  };
  EXPECT_EQ(with([](auto& c) { c.grids.clear(); }), S::grids_must_not_be_empty);
  EXPECT_EQ(with([](auto& c) { c.grids[0].entries[1] = kEntryMax + 1; }), S::entry_out_of_range);
  EXPECT_EQ(with([](auto& c) { c.grids[0].add_ons.size_add = -1; }), S::add_on_out_of_range);
  EXPECT_EQ(with([](auto& c) { c.grids.push_back(c.grids[0]); }), S::contract_named_twice);
  EXPECT_EQ(with([](auto& c) { c.rulebook = RulebookId(9); }), S::rulebook_not_found);
  EXPECT_EQ(with([](auto& c) { c.version = "2"; }), S::version_not_in_force);
  EXPECT_EQ(with([](auto& c) { c.computed = c.computed + base::kSecond; }),
            S::computed_in_the_future);
  EXPECT_EQ(with([](auto& c) { c.computed = c.computed - (base::kMinute + base::kSecond); }),
            S::late);
  EXPECT_EQ(with([](auto& c) { c.grids[0].contract = ContractId(99); }), S::contract_not_found);
  EXPECT_EQ(with([](auto& c) { c.grids[0].entries.pop_back(); }), S::partial);
  EXPECT_EQ(books.publish(good), S::ok);
  EXPECT_EQ(with([](auto& c) { c.computed = c.computed - base::kSecond; }),
            S::older_than_last_grid);
  EXPECT_EQ(with([](auto& c) { c.grids[0].entries = {-1'101, 0, 1'000}; }), S::step_out_of_bounds);
  EXPECT_EQ(with([](auto& c) { c.grids[0].entries = {-1'100, 100, 900}; }), S::ok);
  EXPECT_EQ(books.margin.grids.find({RulebookId(1), perp})->version, 2U);
  // With open interest in the contract a publication without it is not whole.
  ASSERT_EQ(trade(1, 2, 1, 1'000), TradeStatus::ok);
  const ContractId other = books.contract({.code = "X", .settlement_asset = cash});
  EXPECT_EQ(with([&](auto& c) { c.grids[0].contract = other; }), S::not_whole);
}

TEST_F(Venue, TightensAtOnceAndLoosensAfterItsNotice) {
  open();
  SetTiers tiers{
      .contract = perp, .initial_ppm = 100'000, .maintenance_ppm = 600'000, .notice = base::kDay};
  ASSERT_EQ(books.set(tiers), SetTiersStatus::ok);
  ASSERT_EQ(trade(1, 2, 1'000, 1'000), TradeStatus::ok);
  EXPECT_EQ(books.of(pool, 1).initial, Amount(10'000));
  tiers.initial_ppm = 200'000;
  ASSERT_EQ(books.set(tiers), SetTiersStatus::ok);
  EXPECT_EQ(books.of(pool, 1).initial, Amount(20'000));
  tiers.initial_ppm = 50'000;
  ASSERT_EQ(books.set(tiers), SetTiersStatus::ok);
  EXPECT_EQ(books.of(pool, 1).initial, Amount(20'000));
  books.now = books.now + base::kDay;
  EXPECT_EQ(books.of(pool, 1).initial, Amount(5'000));
  tiers.notice = base::kHour;
  EXPECT_EQ(books.set(tiers), SetTiersStatus::notice_would_be_shorter);
}

TEST_F(Venue, TakesNoNewRiskOnAnExpiredGrid) {
  open(Mode::portfolio);
  ASSERT_EQ(books.set(SetRulebook{.code = "demo",
                                  .version = "1",
                                  .asset = cash,
                                  .value_scale = 4,
                                  .scenarios = 1,
                                  .life = base::kHour,
                                  .late_max = base::kMinute}),
            SetRulebookStatus::ok);
  ASSERT_EQ(books.set(SetPool{
                .pool = pool, .asset = cash, .mode = Mode::portfolio, .rulebook = RulebookId(1)}),
            SetPoolStatus::ok);
  ASSERT_EQ(books.publish({.rulebook = RulebookId(1),
                           .version = "1",
                           .grids = {{.contract = perp, .entries = {-1'000}}}}),
            PublishGridStatus::ok);
  EXPECT_EQ(trade(1, 2, 100, 1'000), TradeStatus::ok);
  books.now = books.now + base::kHour;
  EXPECT_EQ(books.of(pool, 1).basis, Basis::grid_expired);
  EXPECT_EQ(trade(1, 2, 1, 1'000), TradeStatus::buyer_margin_insufficient);
  books.mark_at(perp, 1);
  EXPECT_EQ(books.health(pool, 1), Health::healthy);  // no state changes on what is not known
  ASSERT_EQ(books.publish({.rulebook = RulebookId(1),
                           .version = "1",
                           .grids = {{.contract = perp, .entries = {-1'000}}}}),
            PublishGridStatus::ok);
  EXPECT_EQ(books.health(pool, 1), Health::healthy);  // 1000.00 less 99.90
  EXPECT_EQ(books.of(pool, 1).equity, SignedAmount(100'000 - 9'990));
}

}  // namespace
}  // namespace cofferdam::margin
