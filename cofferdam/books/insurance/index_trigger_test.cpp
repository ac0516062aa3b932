// SPDX-License-Identifier: Apache-2.0
//
// Triggers on an index of several sources: whoever holds a minority of them decides nothing.
#include "cofferdam/books/insurance/index_trigger.h"

#include "cofferdam/books/insurance/claim_test_books.h"
#include "cofferdam/books/market/set_index.h"

#include <gtest/gtest.h>

namespace cofferdam::insurance {
namespace {

using test::ClaimBooks;
using test::hours;
using C = ClaimFilingStatus;
using S = IndexTriggerStatus;

// Three feeds of one price and an index of them; a fall below 80.00 pays half of the limit.
struct IndexBooks : ClaimBooks {
  TriggerState triggers;
  market::TermsState terms;
  std::vector<base::SourceId> feeds;

  IndexBooks() {
    for (const char* code : {"feed-a", "feed-b", "feed-c"}) {
      fact::apply(fact::DeclareSource{.code = code, .staleness = hours(1), .scale = 2}, facts,
                  context);
      feeds.emplace_back(static_cast<std::uint32_t>(context.created));
    }
    index(2, 500);
    ok(set(trigger()));
    context.now = Time(context.now.value() + 1);
  }

  void index(std::uint8_t minimum, std::uint32_t apart_bps) {
    market::SetIndex command{
        .code = "BTC", .scale = 2, .minimum_sources = minimum, .deviation_bps_max = apart_bps};
    for (const base::SourceId feed : feeds)
      command.sources.push_back({.source = feed, .fact_key = "BTC"});
    market::apply(command, terms, context);
    end();
  }

  [[nodiscard]] SetIndexTrigger trigger() const {
    return {.pool = pool,
            .code = "below-80",
            .peril = Peril::extreme_volatility,
            .index = "BTC",
            .comparison = pool::FactComparison::at_most,
            .scale = 2,
            .value = Amount(8'000),
            .minimum_sources = 2,
            .deviation_bps_max = 500,
            .payout_ppm = 500'000};
  }

  S set(const SetIndexTrigger& command) {
    S status = check_shape(command);
    if (status == S::ok) status = check_state(command, triggers, insurance, terms);
    if (status != S::ok) return status;
    status = apply(command, triggers, context);
    COFFERDAM_CHECK(!check_triggers_stand(triggers), "a trigger stands");
    end();
    return status;
  }

  void see(std::size_t feed, std::int64_t value) {
    fact::apply(fact::RecordFact{.source = feeds[feed],
                                 .fact_key = "BTC",
                                 .value = fact::Value(value),
                                 .observed = context.now,
                                 .accept_deviation = true},
                facts, context);
    end();
  }

  // A cover of 500,000, an incident an hour on, and a claim for all of it.
  void crash() {
    cover("crash", Peril::extreme_volatility, 500'000);
    pass(hours(1));
    ok(incident("may-19", Peril::extreme_volatility));
    ok(notify("crash", "may-19", 500'000));
  }

  C pull(const std::string& code = "below-80") {
    const TriggerClaim command{.claim = 1, .trigger = code};
    C status = check_state(command, claims, insurance, ledger, facts, triggers, terms);
    if (status == C::ok)
      status = apply(command, claims, insurance, ledger, facts, triggers, terms, context);
    if (status == C::ok) {
      end_claims();
    } else {
      changes.rollback();
      postings.clear();
    }
    return status;
  }
};

TEST(IndexTriggers, PayByTheMedianOfFreshSources) {
  IndexBooks books;
  books.crash();
  EXPECT_EQ(books.pull(), C::fact_not_usable);
  books.see(0, 7'900);
  EXPECT_EQ(books.pull(), C::fact_not_usable);  // one of two
  books.see(1, 8'100);
  books.see(2, 8'001);
  EXPECT_EQ(books.pull(), C::trigger_not_met);  // the median is 80.01
  EXPECT_EQ(books.pull("below-70"), C::trigger_not_found);
  books.see(2, 8'000);
  ASSERT_EQ(books.pull(), C::ok);
  EXPECT_EQ(books.claim(1).approved, Amount(250'000));
  EXPECT_EQ(books.claim(1).trigger, "below-80");
  EXPECT_EQ(
      books.claim(1).assessment,
      "index BTC at 80.00, the median of sources from 79.00 to 81.00, 3 of them from outside");
  EXPECT_EQ(books.pull(), C::not_at_this_stage);
  const base::i128 before = books.money(1);
  ASSERT_EQ(books.pay_when_due(1), ClaimSettlementStatus::ok);
  EXPECT_EQ(books.money(1) - before, 250'000);
}

// One feed of three says whatever its captor likes: the median is one of the honest two, or the
// feeds lie too far apart and decide nothing.
TEST(IndexTriggers, ACapturedSourceDecidesNothing) {
  for (const std::int64_t lie : {1, 100, 5'000, 7'999, 9'800, 1'000'000'000}) {
    IndexBooks books;
    books.crash();
    books.see(0, 9'900);
    books.see(1, 9'950);
    books.see(2, lie);
    const C answer = books.pull();
    EXPECT_TRUE(answer == C::trigger_not_met || answer == C::fact_not_usable) << lie;
    EXPECT_TRUE(books.claim(1).approved.is_zero());
  }
}

// Nor by silence: a captured feed that is joined by a stale one is alone.
TEST(IndexTriggers, StaleAndEarlierObservationsDoNotCount) {
  IndexBooks books;
  books.cover("crash", Peril::extreme_volatility, 500'000);
  for (const std::size_t feed : {0U, 1U, 2U}) books.see(feed, 7'500);
  books.pass(Duration(base::kMinute.value() * 30));
  books.ok(books.incident("may-19", Peril::extreme_volatility));
  books.ok(books.notify("crash", "may-19", 500'000));
  EXPECT_EQ(books.pull(), C::fact_before_incident);
  books.see(0, 7'500);
  EXPECT_EQ(books.pull(), C::fact_before_incident);
  books.pass(hours(2));
  books.see(1, 7'500);
  EXPECT_EQ(books.pull(), C::fact_not_usable);
  books.see(2, 7'500);
  EXPECT_EQ(books.pull(), C::ok);
}

// The bounds are those of when the cover was bound, whatever becomes of the index and the trigger.
TEST(IndexTriggers, BoundsAreFrozenWithTheCover) {
  IndexBooks books;
  books.crash();
  books.index(1, 0);
  books.see(0, 100);
  EXPECT_EQ(books.pull(), C::fact_not_usable);  // one source is enough for the index alone
  books.see(1, 7'000);
  EXPECT_EQ(books.pull(), C::fact_not_usable);  // and they lie further apart than 5 %
  SetIndexTrigger easier = books.trigger();
  easier.value = Amount(100'000'000);
  EXPECT_EQ(books.set(easier), S::index_asks_for_fewer);
  books.index(2, 500);
  ASSERT_EQ(books.set(easier), S::ok);
  books.see(0, 9'000);
  books.see(1, 9'000);
  EXPECT_EQ(books.pull(), C::trigger_not_met);
  const Cover& cover = *books.insurance.covers.find("crash");
  EXPECT_EQ(trigger_for(books.triggers, cover, "below-80")->version, 1U);
  // Ended for those who come later; for this one it holds.
  SetIndexTrigger ended = books.trigger();
  ended.payout_ppm = 0;
  ASSERT_EQ(books.set(ended), S::ok);
  books.context.now = Time(books.context.now.value() + 1);
  books.cover("later", Peril::extreme_volatility, 1'000);
  EXPECT_EQ(trigger_for(books.triggers, *books.insurance.covers.find("later"), "below-80"),
            nullptr);
  books.see(0, 7'900);
  books.see(1, 7'900);
  EXPECT_EQ(books.pull(), C::ok);
}

TEST(IndexTriggers, AreRefusedWhereOneSourceCouldDecide) {
  IndexBooks books;
  const auto answer = [&books](auto&& change) {
    SetIndexTrigger command = books.trigger();
    change(command);
    return books.set(command);
  };
  EXPECT_EQ(answer([](auto& c) { c.code = "no code"; }), S::code_malformed);
  EXPECT_EQ(answer([](auto& c) { c.payout_ppm = 1'000'001; }), S::payout_out_of_range);
  EXPECT_EQ(answer([](auto& c) { c.minimum_sources = 1; }), S::minimum_below_two);
  EXPECT_EQ(answer([](auto& c) { c.deviation_bps_max = 0; }), S::deviation_must_be_bounded);
  EXPECT_EQ(answer([](auto& c) { c.pool = PoolId(99); }), S::not_an_insurance_pool);
  EXPECT_EQ(answer([](auto& c) { c.index = "ETH"; }), S::index_not_found);
  EXPECT_EQ(answer([](auto& c) { c.scale = 3; }), S::scale_differs);
  EXPECT_EQ(answer([](auto& c) { c.minimum_sources = 3; }), S::index_asks_for_fewer);
  EXPECT_EQ(answer([](auto& c) { c.deviation_bps_max = 499; }), S::index_too_wide);
  books.index(2, 0);
  EXPECT_EQ(answer([](auto& /*c*/) {}), S::index_too_wide);
}

// Whoever holds one source would hold the median of all its keys.
TEST(IndexTriggers, ASourceCountsOnceWhateverItsKeys) {
  IndexBooks books;
  market::SetIndex command{
      .code = "BTC", .scale = 2, .minimum_sources = 2, .deviation_bps_max = 500};
  command.sources.push_back({.source = books.feeds[0], .fact_key = "BTC"});
  command.sources.push_back({.source = books.feeds[0], .fact_key = "BTC2"});
  market::apply(command, books.terms, books.context);
  books.end();
  EXPECT_EQ(books.set(books.trigger()), S::index_asks_for_fewer);
}

// Triggers of the rules answer as before, and first.
TEST(IndexTriggers, ThoseOfTheRulesComeFirst) {
  IndexBooks books;
  SetIndexTrigger same = books.trigger();
  same.code = "fall-20";
  ASSERT_EQ(books.set(same), S::ok);
  books.context.now = Time(books.context.now.value() + 1);
  books.crash();
  books.see(0, 7'000);
  books.see(1, 7'000);
  EXPECT_EQ(books.pull("fall-20"), C::fact_not_usable);  // its own fact is missing
  fact::apply(fact::RecordFact{.source = books.source,
                               .fact_key = "fall",
                               .value = fact::Value(2'000),
                               .observed = books.context.now},
              books.facts, books.context);
  books.end();
  ASSERT_EQ(books.pull("fall-20"), C::ok);
  EXPECT_EQ(books.claim(1).approved, Amount(200'000));  // 40 %, as the rules say
}

}  // namespace
}  // namespace cofferdam::insurance
