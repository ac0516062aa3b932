// SPDX-License-Identifier: Apache-2.0
//
// Terms, indices and the standing of marks.
#include "cofferdam/books/market/mark_standing.h"
#include "cofferdam/books/market/test_books.h"

#include <gtest/gtest.h>

namespace cofferdam::market {
namespace {

using base::kHour;
using base::kMinute;

struct Listed {
  TestBooks books;
  AssetId usd = books.asset("USD", 2);
  AssetId btc = books.asset("BTC", 8);
  PoolId pool = books.pool(1);
  ContractId contract = books.contract({.code = "P", .settlement_asset = usd, .price_scale = 1});
  SourceId one = books.source("one", 2, kMinute);
  SourceId two = books.source("two", 0, kMinute);  // another scale
  SourceId own = books.source("own", 2, kMinute);

  Listed() {
    books.now = Time(base::kDay.value() * 100);
    EXPECT_EQ(books.set(index()), SetIndexStatus::ok);
  }

  [[nodiscard]] SetIndex index() const {
    return {.code = "I",
            .scale = 2,
            .sources = {{one, "k"}, {two, "k"}, {own, "k", true}},
            .minimum_sources = 2,
            .deviation_bps_max = 100};
  }

  [[nodiscard]] SetTerms perpetual() const {
    return {.contract = contract,
            .index = "I",
            .funding_interval = kHour * 8,
            .mark_age_max = kMinute * 5,
            .mark_deviation_bps_max = 200,
            .haircut_period = kMinute,
            .haircut_ppm = 10'000};
  }

  [[nodiscard]] SetTerms option() const {
    return {.contract = contract,
            .instrument = Instrument::option,
            .index = "I",
            .expiry = books.now + base::kDay,
            .averaging = kHour,
            .observations_min = 1,
            .scale = 2,
            .strike = Level(10'000)};
  }

  [[nodiscard]] MarkStanding standing() const {
    return mark_standing(books.mark_books(), contract, books.now);
  }
};

TEST(SetIndex, RefusesInItsOrder) {
  Listed listed;
  const auto refused = [&](SetIndexStatus status, auto&& change) {
    SetIndex command = listed.index();
    change(command);
    EXPECT_EQ(listed.books.set(command), status) << base::name_of(status);
  };
  using S = SetIndexStatus;
  refused(S::code_malformed, [](SetIndex& c) { c.code = "1"; });
  refused(S::scale_out_of_range, [](SetIndex& c) { c.scale = 19; });
  refused(S::no_sources, [](SetIndex& c) { c.sources.clear(); });
  refused(S::too_many_sources, [](SetIndex& c) { c.sources.resize(33); });
  refused(S::fact_key_malformed, [](SetIndex& c) { c.sources[0].fact_key = ""; });
  refused(S::source_named_twice, [](SetIndex& c) { c.sources[1] = c.sources[0]; });
  refused(S::minimum_must_not_be_zero, [](SetIndex& c) { c.minimum_sources = 0; });
  // The venue's own book is never one of the minimum, and so never the only source.
  refused(S::too_few_outside_sources, [](SetIndex& c) { c.minimum_sources = 3; });
  refused(S::too_few_outside_sources, [](SetIndex& c) {
    c.minimum_sources = 1;
    c.sources = {c.sources[2]};
  });
  refused(S::source_not_found, [](SetIndex& c) { c.sources[0].source = SourceId(99); });
  refused(S::scale_differs, [](SetIndex& c) { c.scale = 3; });
  EXPECT_EQ(listed.books.set(listed.index()), S::ok);
  EXPECT_EQ(listed.books.terms.indices.find("I")->version, 2U);
}

TEST(SetTerms, RefusesInItsOrder) {
  Listed listed;
  using S = SetTermsStatus;
  const auto refused = [&](S status, SetTerms command, auto&& change) {
    change(command);
    EXPECT_EQ(listed.books.set(command), status) << base::name_of(status);
  };
  const SetTerms perpetual = listed.perpetual();
  const SetTerms option = listed.option();
  refused(S::index_malformed, perpetual, [](SetTerms& c) { c.index = "?"; });
  refused(S::duration_negative, perpetual, [](SetTerms& c) { c.mark_age_max = Duration(-1); });
  refused(S::expiry_does_not_fit_instrument, perpetual, [](SetTerms& c) { c.expiry = Time(9); });
  refused(S::expiry_does_not_fit_instrument, option, [](SetTerms& c) { c.expiry = Time(); });
  refused(S::expiry_needs_index, option, [](SetTerms& c) { c.index.clear(); });
  refused(S::averaging_needs_expiry, perpetual, [](SetTerms& c) { c.observations_min = 1; });
  refused(S::averaging_missing, option, [](SetTerms& c) { c.averaging = Duration(); });
  refused(S::strike_does_not_fit_instrument, option, [](SetTerms& c) { c.strike = Level(); });
  refused(S::strike_does_not_fit_instrument, option, [](SetTerms& c) { c.strike = Level(-1); });
  refused(S::strike_does_not_fit_instrument, perpetual, [](SetTerms& c) { c.strike = Level(1); });
  refused(S::base_asset_does_not_fit_instrument, perpetual,
          [&](SetTerms& c) { c.base_asset = listed.btc; });
  refused(S::funding_does_not_fit_instrument, option,
          [](SetTerms& c) { c.funding_interval = kHour; });
  refused(S::funding_rate_negative, perpetual, [](SetTerms& c) { c.funding_rate_max = Rate(-1); });
  refused(S::deviation_needs_index, perpetual, [](SetTerms& c) { c.index.clear(); });
  refused(S::haircut_out_of_range, perpetual, [](SetTerms& c) { c.haircut_ppm = 950'001; });
  refused(S::fee_out_of_range, perpetual, [](SetTerms& c) { c.taker_ppm = -1; });
  refused(S::fee_out_of_range, perpetual, [](SetTerms& c) { c.maker_ppm = -1'000'001; });
  refused(S::rebate_exceeds_fee, perpetual, [](SetTerms& c) { c.maker_ppm = -1; });
  refused(S::fee_basis_does_not_fit, option, [](SetTerms& c) { c.fee_basis = FeeBasis::quantity; });
  refused(S::contract_not_found, perpetual, [](SetTerms& c) { c.contract = ContractId(9); });
  refused(S::index_not_found, perpetual, [](SetTerms& c) { c.index = "J"; });
  refused(S::strike_scale_differs, option, [](SetTerms& c) { c.scale = 3; });
  const SetTerms spot{
      .contract = listed.contract, .instrument = Instrument::spot, .base_asset = listed.btc};
  refused(S::base_asset_not_found, spot, [](SetTerms& c) { c.base_asset = AssetId(99); });
  refused(S::base_asset_is_settlement_asset, spot, [&](SetTerms& c) { c.base_asset = listed.usd; });
  refused(S::expiry_in_the_past, option, [&](SetTerms& c) { c.expiry = listed.books.now; });
  EXPECT_EQ(listed.books.set(option), S::ok);
  EXPECT_EQ(listed.books.set(perpetual), S::ok);
}

TEST(SetTerms, PromiseIsFixedWithTheFirstTradeAndBoundsAreNot) {
  Listed listed;
  TestBooks& books = listed.books;
  for (const std::uint64_t owner : {1U, 2U})
    books.participant(listed.pool, owner, listed.usd, 1'000'000);
  ASSERT_EQ(books.trade(Trade{.id = 1,
                              .contract = listed.contract,
                              .price = Price(1'000),
                              .quantity = Quantity(1),
                              .buyer_pool = listed.pool,
                              .buyer = OwnerId(1),
                              .seller_pool = listed.pool,
                              .seller = OwnerId(2)}),
            TradeStatus::ok);
  EXPECT_EQ(books.set(listed.option()), SetTermsStatus::promise_is_fixed);
  SetTerms terms = listed.perpetual();
  EXPECT_EQ(books.set(terms), SetTermsStatus::ok);
  terms.taker_ppm = 5;
  terms.index.clear();
  terms.mark_deviation_bps_max = 0;
  EXPECT_EQ(books.set(terms), SetTermsStatus::ok);
  EXPECT_EQ(books.terms.terms.find(listed.contract)->version, 2U);
  EXPECT_EQ(books.terms.fees.size(), 2U);
}

TEST(IndexReading, IsTheMedianOfFreshSources) {
  Listed listed;
  TestBooks& books = listed.books;
  const auto reading = [&] {
    return read_index(*books.terms.indices.find("I"), books.facts, books.now);
  };
  EXPECT_EQ(reading().standing, Standing::absent);
  books.observe(listed.one, "k", 10'000);  // 100.00
  EXPECT_EQ(reading().standing, Standing::stale);
  books.observe(listed.own, "k", 10'300);  // does not count as the second
  EXPECT_EQ(reading().standing, Standing::stale);
  books.observe(listed.two, "k", 101);
  EXPECT_EQ(reading().value, Level(10'100));
  // 103 lies 3 % from 100.
  EXPECT_EQ(reading().standing, Standing::deviating);
  books.observe(listed.own, "k", 10'050);
  EXPECT_EQ(reading().standing, Standing::fresh);
  EXPECT_EQ(reading().value, Level(10'050));
  EXPECT_EQ(reading().low, Level(10'000));
  EXPECT_EQ(reading().high, Level(10'100));
  books.now = books.now + kMinute + Duration(1);
  EXPECT_EQ(reading().standing, Standing::stale);
  EXPECT_EQ(reading().fresh_until, books.now - Duration(1));
  // Two of them: their mean, ties to even. 100.01 and 101.00 -> 100.505 -> 100.50.
  books.observe(listed.one, "k", 10'001);
  books.observe(listed.two, "k", 101);
  EXPECT_EQ(reading().value, Level(10'050));
  // What is not positive says nothing.
  books.observe(listed.two, "k", 0);
  EXPECT_EQ(reading().standing, Standing::stale);
  books.observe(listed.two, "k", -7);
  EXPECT_EQ(reading().standing, Standing::stale);
}

TEST(MarkStanding, WithoutTermsIsFreshOrOld) {
  Listed listed;
  TestBooks& books = listed.books;
  EXPECT_EQ(listed.standing().standing, Standing::absent);
  EXPECT_FALSE(listed.standing().may_liquidate());
  books.mark(listed.contract, 1'000);
  EXPECT_EQ(listed.standing().standing, Standing::fresh);
  EXPECT_EQ(listed.standing().low, Price(1'000));
  books.now = books.now + base::kDay * 1'000;
  EXPECT_EQ(listed.standing().standing, Standing::fresh);
}

TEST(MarkStanding, StaleLosesAHaircutThatGrowsAndNeverLiquidates) {
  Listed listed;
  TestBooks& books = listed.books;
  ASSERT_EQ(books.set(listed.perpetual()), SetTermsStatus::ok);
  books.observe(listed.one, "k", 10'000);
  books.observe(listed.two, "k", 100);
  books.mark(listed.contract, 1'000);
  EXPECT_EQ(listed.standing().standing, Standing::fresh);
  EXPECT_TRUE(listed.standing().may_raise_risk());
  // The index is fresh for a minute, the mark for five: the first to go counts.
  books.now = books.now + kMinute + Duration(1);
  MarkStanding stale = listed.standing();
  EXPECT_EQ(stale.standing, Standing::stale);
  EXPECT_EQ(stale.haircut_ppm, 10'000U);
  EXPECT_EQ(stale.low, Price(990));
  EXPECT_EQ(stale.high, Price(1'010));
  EXPECT_EQ(stale.unit_value_low, 9'900U);  // in cents, as the price has one digit less
  EXPECT_FALSE(stale.may_raise_risk());
  EXPECT_FALSE(stale.may_withdraw());
  EXPECT_FALSE(stale.may_liquidate());
  books.now = books.now + kMinute * 9;
  stale = listed.standing();
  EXPECT_EQ(stale.haircut_ppm, 100'000U);
  EXPECT_EQ(stale.low, Price(900));
  books.now = books.now + base::kDay;
  EXPECT_EQ(listed.standing().haircut_ppm, kHaircutPpmMax);
  EXPECT_EQ(listed.standing().low, Price(50));
}

TEST(MarkStanding, DeviatingTakesTheWorsePriceForEachSide) {
  Listed listed;
  TestBooks& books = listed.books;
  ASSERT_EQ(books.set(listed.perpetual()), SetTermsStatus::ok);
  books.observe(listed.one, "k", 10'000);
  books.observe(listed.two, "k", 100);
  books.mark(listed.contract, 1'020);  // 2 %: as far as it may
  EXPECT_EQ(listed.standing().standing, Standing::fresh);
  books.mark(listed.contract, 1'021);
  const MarkStanding off = listed.standing();
  EXPECT_EQ(off.standing, Standing::deviating);
  EXPECT_EQ(off.low, Price(1'000));
  EXPECT_EQ(off.high, Price(1'021));
  EXPECT_FALSE(off.may_raise_risk());
  EXPECT_TRUE(off.may_reduce());
  // Sources that contradict each other.
  books.mark(listed.contract, 1'010);
  books.observe(listed.two, "k", 102);
  EXPECT_EQ(listed.standing().standing, Standing::deviating);
  EXPECT_EQ(listed.standing().low, Price(1'000));
  EXPECT_EQ(listed.standing().high, Price(1'020));
}

TEST(MarkStanding, OptionsMarkOutsideItsBoundsDeviates) {
  Listed listed;
  TestBooks& books = listed.books;
  SetTerms terms = listed.option();
  terms.mark_deviation_bps_max = 100;
  ASSERT_EQ(books.set(terms), SetTermsStatus::ok);
  books.observe(listed.one, "k", 15'000);
  books.observe(listed.two, "k", 150);
  // A call struck at 100 with the index at 150 is worth 50 to 150, with 1.5 of slack.
  books.mark(listed.contract, 485);
  EXPECT_EQ(listed.standing().standing, Standing::fresh);
  books.mark(listed.contract, 484);
  EXPECT_EQ(listed.standing().standing, Standing::deviating);
  EXPECT_EQ(listed.standing().low, Price(484));
  EXPECT_EQ(listed.standing().high, Price(485));
  books.mark(listed.contract, 1'600);
  EXPECT_EQ(listed.standing().standing, Standing::deviating);
  EXPECT_EQ(listed.standing().low, Price(1'515));
  EXPECT_EQ(listed.standing().high, Price(1'600));
}

}  // namespace
}  // namespace cofferdam::market
