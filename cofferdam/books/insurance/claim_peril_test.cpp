// SPDX-License-Identifier: Apache-2.0
//
// One claim of each peril, from its notice to its end, with figures worked by hand.
#include "cofferdam/books/insurance/claim_test_books.h"

#include <gtest/gtest.h>

namespace cofferdam::insurance {
namespace {

using decision::Support;
using test::ClaimBooks;
using test::hours;
using C = ClaimFilingStatus;
using B = ClaimBallotStatus;
using P = ClaimSettlementStatus;

constexpr Support kFor = Support::in_favour;
constexpr Support kAgainst = Support::against;

// An exploit: voted, half of it by the median, paid, partly recovered, partly clawed back.
TEST(Perils, ExploitByVote) {
  ClaimBooks books;
  books.cover("bridge", Peril::exploit, 600'000);
  books.pass(hours(24));
  ASSERT_EQ(books.incident("hack", Peril::exploit), IncidentStatus::ok);
  const base::i128 before = books.money(1);
  ASSERT_EQ(books.notify("bridge", "hack", 510'000), C::ok);
  // The loss less the deductible is set aside at once.
  EXPECT_EQ(reserve_held(books.insurance, books.claims.incidents.find(1)->reserve()),
            Amount(500'000));
  ASSERT_EQ(books.evidence(1), C::ok);
  ASSERT_EQ(books.assess(1, 400'000), C::ok);
  // Weights 100,000 to 600,000; 1 claims. The cap is a quarter of 2,100,000.
  books.ballot(1, {{2, kFor, 500'000}, {3, kFor, 380'000}, {4, kFor, 390'000}, {5, kAgainst}});
  const ClaimBallot& ballot = books.last_ballot(1);
  EXPECT_EQ(ballot.supply, Amount(2'100'000));
  EXPECT_EQ(ballot.eligible, Amount(2'000'000));
  EXPECT_EQ(ballot.cap, Amount(525'000));
  EXPECT_EQ(ballot.quorum, Amount(420'000));
  EXPECT_EQ(ballot.totals.in_favour, Amount(900'000));
  EXPECT_EQ(ballot.totals.against, Amount(500'000));
  EXPECT_EQ(ballot.median, Amount(390'000));  // 300,000 named less, half is 450,000
  EXPECT_EQ(ballot.result, VoteResult::partial);
  EXPECT_EQ(books.claim(1).approved, Amount(390'000));
  ASSERT_EQ(books.lapse(1), P::ok);  // nobody disputes it
  EXPECT_EQ(books.give(PayClaim{.claim = 1}), P::too_early);
  ASSERT_EQ(books.pay_when_due(1), P::ok);
  EXPECT_EQ(books.claim(1).stage, ClaimStage::paid);
  EXPECT_EQ(books.money(1) - before, 390'000);
  EXPECT_EQ(books.give(PayClaim{.claim = 1}), P::not_at_this_stage);
  EXPECT_EQ(books.insurance.covers.find("bridge")->remaining(), Amount(210'000));

  // 200,000 of the stolen coins come back to the insured: of 510,000 it lost 310,000, less the
  // deductible 300,000; 90,000 of what it was paid is too much.
  const Amount earned = books.row().funds.earned;
  const ClawBackClaim clawback{.claim = 1,
                               .account = books.accounts[0],
                               .recovered = Amount(200'000),
                               .document = std::string(64, 'c')};
  ASSERT_EQ(books.give(clawback), P::ok);
  EXPECT_EQ(books.give(clawback), P::nothing_overpaid);
  EXPECT_EQ(books.claim(1).clawed_back, Amount(90'000));
  EXPECT_EQ(books.row().funds.earned, earned + Amount(90'000));
  // Salvage: at most what is still borne.
  RecordRecovery salvage{
      .incident = "hack", .account = books.accounts[1], .amount = Amount(300'001)};
  EXPECT_EQ(books.give(salvage), P::exceeds_borne);
  salvage.amount = Amount(300'000);
  EXPECT_EQ(books.give(salvage), P::ok);
  EXPECT_EQ(books.give(CloseIncident{.incident = "hack"}), IncidentStatus::ok);
  EXPECT_TRUE(books.row().funds.case_reserve.is_zero());
}

// Extreme volatility: decided and paid by a recorded fact, without a vote.
TEST(Perils, VolatilityByTrigger) {
  ClaimBooks books;
  books.cover("crash", Peril::extreme_volatility, 500'000);
  books.pass(hours(24));
  ASSERT_EQ(books.incident("may-19", Peril::extreme_volatility), IncidentStatus::ok);
  ASSERT_EQ(books.notify("crash", "may-19", 500'000), C::ok);
  EXPECT_EQ(books.give(TriggerClaim{.claim = 1, .trigger = "fall-20"}), C::fact_not_usable);
  const auto fact = [&books](std::int64_t value, Time observed) {
    fact::apply(fact::RecordFact{.source = books.source,
                                 .fact_key = "fall",
                                 .value = fact::Value(value),
                                 .observed = observed},
                books.facts, books.context);
    books.end();
  };
  const Time occurred = books.context.now;
  fact(2'500, Time(occurred.value() - 1));
  EXPECT_EQ(books.give(TriggerClaim{.claim = 1, .trigger = "fall-20"}), C::fact_before_incident);
  books.pass(hours(2));
  EXPECT_EQ(books.give(TriggerClaim{.claim = 1, .trigger = "fall-20"}), C::fact_not_usable);
  fact(2'500, books.context.now);
  EXPECT_EQ(books.give(TriggerClaim{.claim = 1, .trigger = "fall-30"}), C::trigger_not_met);
  EXPECT_EQ(books.give(TriggerClaim{.claim = 1, .trigger = "fall-50"}), C::trigger_not_found);
  EXPECT_EQ(books.give(OpenClaimVote{.claim = 1}), B::not_at_this_stage);
  ASSERT_EQ(books.give(TriggerClaim{.claim = 1, .trigger = "fall-20"}), C::ok);
  EXPECT_EQ(books.claim(1).approved, Amount(200'000));
  EXPECT_EQ(books.give(ChallengeClaim{
                .claim = 1, .owner = OwnerId(2), .account = books.accounts[1], .reason = "no"}),
            P::not_at_this_stage);
  const base::i128 before = books.money(1);
  ASSERT_EQ(books.pay_when_due(1), P::ok);
  EXPECT_EQ(books.money(1) - before, 200'000);
}

// Assets in custody: hot, warm and cold have limits of their own.
TEST(Perils, AssetsWithSubLimits) {
  ClaimBooks books;
  books.cover("vault", Peril::asset, 1'000'000);
  books.pass(hours(24));
  ASSERT_EQ(books.incident("theft", Peril::asset), IncidentStatus::ok);
  EXPECT_EQ(books.notify("vault", "theft", 410'000), C::finding_malformed);  // by storage, please
  ASSERT_EQ(
      books.notify("vault", "theft", 410'000,
                   {{StorageClass::hot, Amount(205'000)}, {StorageClass::warm, Amount(205'000)}}),
      C::ok);
  ASSERT_EQ(books.evidence(1), C::ok);
  ASSERT_EQ(
      books.assess(1, 410'000,
                   {{StorageClass::hot, Amount(205'000)}, {StorageClass::warm, Amount(205'000)}}),
      C::ok);
  books.ballot(1, {{2, kFor, 400'000}, {3, kFor, 400'000}});
  // 200,000 each after the deductible; hot is cut to 100,000.
  EXPECT_EQ(books.claim(1).approved, Amount(300'000));
  EXPECT_EQ(books.claim(1).result, VoteResult::accepted);
  ASSERT_EQ(books.lapse(1), P::ok);
  ASSERT_EQ(books.pay_when_due(1), P::ok);
  EXPECT_EQ(books.claim(1).paid, Amount(300'000));
}

// An exchange that fails: the assessment stands unless a bond is laid against it; a last ballot
// lowers it, so the bond comes back.
TEST(Perils, InsolvencyByDispute) {
  ClaimBooks books;
  books.cover("venue", Peril::exchange_insolvency, 800'000);
  books.pass(hours(24));
  ASSERT_EQ(books.incident("venue-fails", Peril::exchange_insolvency), IncidentStatus::ok);
  ASSERT_EQ(books.notify("venue", "venue-fails", 700'000), C::ok);
  ASSERT_EQ(books.evidence(1), C::ok);
  ASSERT_EQ(books.assess(1, 650'000), C::ok);
  EXPECT_EQ(books.claim(1).stage, ClaimStage::decided);
  EXPECT_EQ(books.claim(1).approved, Amount(640'000));
  ChallengeClaim challenge{
      .claim = 1, .owner = OwnerId(1), .account = books.accounts[0], .reason = "too much"};
  EXPECT_EQ(books.give(challenge), P::claimant_may_not_challenge);
  challenge.owner = OwnerId(4);
  EXPECT_EQ(books.give(challenge), P::account_of_another_owner);
  challenge.account = books.accounts[3];
  EXPECT_EQ(books.give(AppealClaim{
                .claim = 1, .owner = OwnerId(1), .account = books.accounts[0], .reason = "more"}),
            P::nothing_decided);
  const base::i128 before = books.money(4);
  ASSERT_EQ(books.give(challenge), P::ok);
  EXPECT_EQ(before - books.money(4), 5'000);
  books.ballot(1, {{2, kFor, 300'000}, {3, kFor, 350'000}, {4, kFor, 320'000}});
  EXPECT_EQ(books.claim(1).stage, ClaimStage::approved);
  EXPECT_EQ(books.claim(1).approved, Amount(320'000));
  EXPECT_EQ(books.money(4), before);
  ASSERT_EQ(books.pay_when_due(1), P::ok);
  EXPECT_EQ(books.claim(1).paid, Amount(320'000));
}

}  // namespace
}  // namespace cofferdam::insurance
