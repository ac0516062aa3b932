// SPDX-License-Identifier: Apache-2.0
//
// Ballots under attack, each with its status: late, early, twice, by a stranger, by the claimant,
// with somebody else's seal, with stake that came after the snapshot; and who is punished, once.
#include "cofferdam/books/insurance/claim_test_books.h"
#include "cofferdam/crypto/sha256.h"

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

// An exploit of 510,000 assessed and waiting for its ballot.
struct Assessed : ClaimBooks {
  explicit Assessed(std::uint64_t loss = 510'000) {
    cover("bridge", Peril::exploit, 600'000);
    pass(hours(24));
    ok(incident("hack", Peril::exploit));
    ok(notify("bridge", "hack", loss));
    ok(evidence(1));
    ok(assess(1, loss));
  }

  void open() { ok(give(OpenClaimVote{.claim = 1})); }
};

TEST(Commitment, TheBytesAreThose) {
  const std::string salt(32, 'a');
  EXPECT_EQ(commitment_text(kFor, Amount(150'000), salt, OwnerId(42), 7),
            "for|150000|aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa|42|7");
  // printf 'against|0|aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa|42|7' | sha256sum
  EXPECT_EQ(commitment_of(kAgainst, Amount(), salt, OwnerId(42), 7),
            "d704a85e36e47239d8b396ad7424294d0bd60d8dc6b48d54b7341d1be9fc6dc5");
}

TEST(Ballot, EachWrongVoteHasItsStatus) {
  Assessed books;
  EXPECT_EQ(books.commit(1, 2, kFor, 1), B::not_at_this_stage);  // before it opens
  EXPECT_EQ(books.commit(9, 2, kFor, 1), B::claim_not_found);
  books.open();
  EXPECT_EQ(books.give(OpenClaimVote{.claim = 1}), B::not_at_this_stage);
  EXPECT_EQ(books.commit(1, 1, kFor, 1), B::claimant_may_not_vote);
  EXPECT_EQ(books.commit(1, 77, kFor, 1), B::not_a_voter);
  EXPECT_EQ(books.commit(1, 2, kFor, 500'000), B::ok);
  EXPECT_EQ(books.commit(1, 2, kAgainst), B::committed_before);
  EXPECT_EQ(books.reveal(1, 2, kFor, 500'000), B::too_early);
  EXPECT_EQ(books.reveal(1, 3, kFor, 500'000), B::not_committed);
  // Somebody copies the seal of 2: it cannot be opened as his own.
  const std::string copied = books.claims.voters.find({1, 1, OwnerId(2)})->commitment;
  EXPECT_EQ(books.give(CommitClaimVote{.claim = 1, .voter = OwnerId(3), .commitment = copied}),
            B::ok);
  EXPECT_EQ(books.give(CloseClaimVote{.claim = 1}), B::too_early);
  books.past(books.last_ballot(1).commit_ends);
  EXPECT_EQ(books.commit(1, 4, kFor, 500'000), B::too_late);
  EXPECT_EQ(books.reveal(1, 2, kAgainst), B::does_not_match);
  EXPECT_EQ(books.reveal(1, 2, kFor, 499'999), B::does_not_match);
  EXPECT_EQ(books.reveal(1, 3, kFor, 500'000), B::does_not_match);
  EXPECT_EQ(books.reveal(1, 2, kFor, 0), B::amount_malformed);
  EXPECT_EQ(books.reveal(1, 2, kAgainst, 5), B::amount_malformed);
  RevealClaimVote silent{.claim = 1,
                         .asset = books.usd,
                         .voter = OwnerId(2),
                         .support = kFor,
                         .amount = Amount(500'000),
                         .salt = ClaimBooks::salt(2)};
  EXPECT_EQ(books.give(silent), B::reason_malformed);
  EXPECT_EQ(books.reveal(1, 2, kFor, 500'000), B::ok);
  EXPECT_EQ(books.reveal(1, 2, kFor, 500'000), B::revealed_before);
  books.past(books.last_ballot(1).reveal_ends);
  EXPECT_EQ(books.reveal(1, 3, kFor, 500'000), B::does_not_match);
  EXPECT_EQ(books.give(CloseClaimVote{.claim = 1}), B::ok);
  EXPECT_EQ(books.give(CloseClaimVote{.claim = 1}), B::not_at_this_stage);
  // 200,000 of a quorum of 420,000: not accepted, and it may be appealed.
  EXPECT_EQ(books.last_ballot(1).result, VoteResult::no_quorum);
  EXPECT_EQ(books.claim(1).verdict, Verdict::refused);
}

TEST(Ballot, OpenedLateIsNotOpened) {
  Assessed books;
  books.open();
  ASSERT_EQ(books.commit(1, 5, kFor, 500'000), B::ok);
  books.past(books.last_ballot(1).reveal_ends);
  EXPECT_EQ(books.reveal(1, 5, kFor, 500'000), B::too_late);
}

// A seal near the end moves the end, to a bound; the instants themselves are in time.
TEST(Ballot, NobodyHasTheLastWordByTheClock) {
  Assessed books;
  books.open();
  const Time first_end = books.last_ballot(1).commit_ends;
  books.to(Time(first_end.value() - hours(12).value()));
  ASSERT_EQ(books.commit(1, 2, kFor, 1), B::ok);
  EXPECT_EQ(books.last_ballot(1).commit_ends, first_end);
  books.to(first_end);
  ASSERT_EQ(books.commit(1, 3, kFor, 1), B::ok);
  EXPECT_EQ(books.last_ballot(1).commit_ends, Time(first_end.value() + hours(12).value()));
  books.to(books.last_ballot(1).commit_ends);
  ASSERT_EQ(books.commit(1, 4, kFor, 1), B::ok);
  books.to(books.last_ballot(1).commit_ends);
  ASSERT_EQ(books.commit(1, 5, kFor, 1), B::ok);
  const Time last_end(first_end.value() + hours(24).value());
  EXPECT_EQ(books.last_ballot(1).commit_ends, last_end);
  EXPECT_EQ(books.claim(1).deadline, Time(last_end.value() + hours(48).value()));
}

// What is paid in, admitted or handed on after the snapshot weighs nothing in it.
TEST(Ballot, WeightIsThatOfTheSnapshot) {
  Assessed books;
  books.accounts.push_back(books.owner(7, 1'000'000));
  books.accounts.resize(7);
  books.admit(7);  // after the incident was declared
  books.open();
  EXPECT_EQ(books.commit(1, 7, kFor, 1), B::not_a_voter);
  books.insurance.members.edit(books.changes, {books.pool, OwnerId(2)}).contributed =
      Amount(50'000'000);
  books.end_claims();
  ASSERT_EQ(books.commit(1, 2, kFor, 500'000), B::ok);
  books.past(books.last_ballot(1).commit_ends);
  ASSERT_EQ(books.reveal(1, 2, kFor, 500'000), B::ok);
  EXPECT_EQ(books.last_ballot(1).totals.in_favour, Amount(200'000));
}

TEST(Ballot, OneOwnerCountsAtMostTheCap) {
  Assessed books;
  books.open();
  ASSERT_EQ(books.commit(1, 6, kFor, 500'000), B::ok);
  books.past(books.last_ballot(1).commit_ends);
  ASSERT_EQ(books.reveal(1, 6, kFor, 500'000), B::ok);
  EXPECT_EQ(books.claims.voters.find({1, 1, OwnerId(6)})->weight, Amount(600'000));
  EXPECT_EQ(books.last_ballot(1).totals.in_favour, Amount(525'000));
}

// Earned premium bears it first: 6, who holds the junior tranche, may vote until its money is
// taken too; then he judges his own loss.
TEST(Ballot, WhoBearsTheLossDoesNotVote) {
  ClaimBooks books;
  books.cover("big", Peril::exploit, 2'500'000);
  books.pass(hours(24));
  ASSERT_EQ(books.incident("hack", Peril::exploit), IncidentStatus::ok);
  ASSERT_EQ(books.notify("big", "hack", 2'510'000), C::ok);
  ASSERT_EQ(books.evidence(1), C::ok);
  ASSERT_EQ(books.assess(1, 2'510'000), C::ok);
  ASSERT_EQ(books.give(OpenClaimVote{.claim = 1}), B::ok);
  EXPECT_EQ(books.commit(1, 6, kAgainst), B::bearer_may_not_vote);
  EXPECT_EQ(books.last_ballot(1).eligible, Amount(1'400'000));  // 2 to 5
}

TEST(Ballot, DeclaredConflictsKeepOut) {
  Assessed books;
  const DeclareConflict before{
      .incident = "hack", .owner = OwnerId(3), .reason = "I advise the insured"};
  EXPECT_EQ(books.give(before), B::ok);
  EXPECT_EQ(books.give(before), B::declared_before);
  books.open();
  EXPECT_EQ(books.commit(1, 3, kFor, 1), B::conflict_declared);
  ASSERT_EQ(books.commit(1, 4, kFor, 500'000), B::ok);
  ASSERT_EQ(books.commit(1, 5, kFor, 500'000), B::ok);
  books.past(books.last_ballot(1).commit_ends);
  ASSERT_EQ(books.reveal(1, 4, kFor, 500'000), B::ok);
  // Declared after the vote was opened: it no longer counts.
  EXPECT_EQ(books.give(DeclareConflict{
                .incident = "hack", .owner = OwnerId(4), .reason = "I have learnt more"}),
            B::ok);
  EXPECT_TRUE(books.last_ballot(1).totals.in_favour.is_zero());
  EXPECT_EQ(books.reveal(1, 4, kFor, 500'000), B::conflict_declared);
  EXPECT_EQ(books.reveal(1, 5, kFor, 500'000), B::ok);
  EXPECT_EQ(books.give(DeclareConflict{.incident = "none", .owner = OwnerId(4), .reason = "x"}),
            B::incident_not_found);
}

// A fraudulent vote is struck, its owner's stake burnt and his voting ended: once.
TEST(Ballot, FraudIsPunishedOnce) {
  Assessed books;
  books.open();
  ASSERT_EQ(books.commit(1, 6, kAgainst), B::ok);
  ASSERT_EQ(books.commit(1, 5, kFor, 500'000), B::ok);
  books.past(books.last_ballot(1).commit_ends);
  ASSERT_EQ(books.reveal(1, 6, kAgainst), B::ok);
  PunishVoter punish{.claim = 1,
                     .round = 1,
                     .voter = OwnerId(6),
                     .burn_ppm = 500'000,
                     .document = std::string(64, 'f')};
  PunishVoter other = punish;
  other.voter = OwnerId(4);
  EXPECT_EQ(books.give(other), B::not_committed);
  other.voter = OwnerId(44);
  EXPECT_EQ(books.give(other), B::not_a_voter);
  other.round = 2;
  EXPECT_EQ(books.give(other), B::ballot_not_found);
  const u128 shares =
      books.insurance.stakes.find({books.pool, TrancheKind::junior, OwnerId(6)})->shares;
  ASSERT_EQ(books.give(punish), B::ok);
  EXPECT_EQ(books.insurance.stakes.find({books.pool, TrancheKind::junior, OwnerId(6)})->shares,
            shares - (shares + 1) / 2);
  EXPECT_TRUE(books.last_ballot(1).totals.against.is_zero());
  EXPECT_EQ(books.give(punish), B::punished_before);
  EXPECT_EQ(books.reveal(1, 6, kAgainst), B::voter_punished);
  // The money stays in the tranche.
  EXPECT_EQ(books.row().funds.junior, Amount(1'000'000));
}

// Refused, appealed with a bond, refused again: the bond is the pool's.
TEST(Dispute, AnAppealThatFailsCostsItsBond) {
  Assessed books;
  books.ballot(1, {{2, kAgainst}, {3, kAgainst}, {4, kFor, 100'000}});
  EXPECT_EQ(books.claim(1).verdict, Verdict::refused);
  AppealClaim appeal{
      .claim = 1, .owner = OwnerId(4), .account = books.accounts[3], .reason = "look again"};
  EXPECT_EQ(books.give(appeal), P::only_the_claimant_appeals);
  appeal.owner = OwnerId(1);
  appeal.account = books.accounts[0];
  const base::i128 before = books.money(1);
  const Amount earned = books.row().funds.earned;
  ASSERT_EQ(books.give(appeal), P::ok);
  EXPECT_EQ(books.give(appeal), P::not_at_this_stage);
  EXPECT_EQ(before - books.money(1), 5'000);
  books.ballot(1, {{2, kAgainst}, {3, kAgainst}, {4, kFor, 100'000}});
  EXPECT_EQ(books.claim(1).stage, ClaimStage::declined);
  EXPECT_EQ(before - books.money(1), 5'000);
  EXPECT_EQ(books.row().funds.earned, earned + Amount(5'000));
  EXPECT_EQ(books.give(CloseIncident{.incident = "hack"}), IncidentStatus::ok);
  EXPECT_EQ(books.notify("bridge", "hack", 510'000), C::incident_closed);
}

// A second ballot that too few come to leaves the first decision and returns the bond; so does one
// that nobody opens.
TEST(Dispute, WithoutAQuorumTheFirstDecisionStands) {
  for (const bool is_opened : {true, false}) {
    Assessed books;
    books.ballot(1, {{2, kFor, 400'000}, {3, kFor, 400'000}});
    const base::i128 before = books.money(4);
    ASSERT_EQ(books.give(ChallengeClaim{.claim = 1,
                                        .owner = OwnerId(4),
                                        .account = books.accounts[3],
                                        .reason = "it was a test net"}),
              P::ok);
    if (is_opened) {
      books.ballot(1, {{2, kAgainst}});
      EXPECT_EQ(books.last_ballot(1).result, VoteResult::no_quorum);
    } else {
      EXPECT_EQ(books.lapse(1), P::ok);
    }
    EXPECT_EQ(books.claim(1).stage, ClaimStage::approved);
    EXPECT_EQ(books.claim(1).approved, Amount(400'000));
    EXPECT_EQ(books.money(4), before);
    ASSERT_EQ(books.pay_when_due(1), P::ok);
    EXPECT_EQ(books.claim(1).paid, Amount(400'000));
  }
}

TEST(Filing, ClaimsOutsideTheCoverAreRefusedWithTheReason) {
  ClaimBooks books;
  books.cover("bridge", Peril::exploit, 600'000);
  ASSERT_EQ(books.incident("early", Peril::exploit), IncidentStatus::ok);
  ASSERT_EQ(books.incident("early", Peril::exploit), IncidentStatus::code_exists);
  ASSERT_EQ(books.incident("fished", Peril::exploit, {ExcludedCause::phishing}),
            IncidentStatus::ok);
  ASSERT_EQ(books.incident("bank-run", Peril::exchange_insolvency), IncidentStatus::ok);
  EXPECT_EQ(books.notify("none", "early", 20'000), C::cover_not_found);
  EXPECT_EQ(books.notify("bridge", "none", 20'000), C::incident_not_found);
  EXPECT_EQ(books.notify("bridge", "fished", 20'000), C::excluded);
  EXPECT_EQ(books.notify("bridge", "bank-run", 20'000), C::peril_not_insured);
  EXPECT_EQ(books.notify("bridge", "early", 10'000), C::not_covered);  // the deductible
  EXPECT_EQ(books.notify("bridge", "early", 0), C::finding_malformed);
  ASSERT_EQ(books.notify("bridge", "early", 20'000), C::ok);
  EXPECT_EQ(books.notify("bridge", "early", 20'000), C::claim_exists);
  EXPECT_EQ(books.give(CloseIncident{.incident = "early"}), IncidentStatus::claims_open);
  EXPECT_EQ(books.give(CancelCover{.code = "bridge"}), CoverStatus::claim_open);
  ASSERT_EQ(books.give(WithdrawClaim{.claim = 1}), C::ok);
  EXPECT_EQ(books.give(WithdrawClaim{.claim = 1}), C::not_at_this_stage);
  ASSERT_EQ(books.notify("bridge", "early", 20'000), C::ok);  // once more
  books.past(books.claim(2).deadline);
  EXPECT_EQ(books.evidence(2), C::too_late);
  EXPECT_EQ(books.assess(2, 20'000), C::not_at_this_stage);
  EXPECT_EQ(books.give(AdvanceClaim{.claim = 2}), P::ok);
  EXPECT_EQ(books.claim(2).stage, ClaimStage::expired);
  EXPECT_EQ(books.insurance.covers.find("bridge")->open_claims, 0U);
  books.pass(Duration(400 * test::kDayLength));
  ASSERT_EQ(books.incident("late", Peril::exploit), IncidentStatus::ok);
  EXPECT_EQ(books.notify("bridge", "late", 20'000), C::outside_period);
  EXPECT_EQ(books.notify("bridge", "early", 20'000), C::late_notice);
}

// Rules that come after a cover was bound are not for it.
TEST(Rules, AreThoseOfTheCoversInception) {
  ClaimBooks books;
  books.cover("old", Peril::exploit, 100'000);
  ClaimRules harsh = books.rules();
  harsh.ballot.quorum_numerator = 100;
  harsh.routes = {};
  harsh.bond = Amount(1);
  ASSERT_EQ(books.give(SetClaimRules{.pool = books.pool, .asset = books.usd, .rules = harsh}),
            IncidentStatus::ok);
  books.pass(hours(1));
  books.cover("new", Peril::exploit, 100'000);
  books.pass(hours(1));
  ASSERT_EQ(books.incident("hack", Peril::exploit), IncidentStatus::ok);
  ASSERT_EQ(books.notify("old", "hack", 50'000), C::ok);
  ASSERT_EQ(books.notify("new", "hack", 50'000), C::ok);
  EXPECT_EQ(books.claim(1).rules, 1U);
  EXPECT_EQ(books.claim(2).rules, 2U);
  harsh.bond = Amount();
  EXPECT_EQ(books.give(SetClaimRules{.pool = books.pool, .asset = books.usd, .rules = harsh}),
            IncidentStatus::rules_malformed);
  harsh.bond = Amount(1);
  harsh.commit_period = Duration();
  EXPECT_EQ(books.give(SetClaimRules{.pool = books.pool, .asset = books.usd, .rules = harsh}),
            IncidentStatus::duration_malformed);
}

// Two claims of an incident and too little for both: each its part, whoever asks first.
TEST(Payment, IsProRataWhenThePoolIsShort) {
  ClaimBooks books;
  books.cover("a", Peril::exploit, 2'000'000);
  books.cover("b", Peril::exploit, 2'000'000);
  books.pass(hours(24));
  ASSERT_EQ(books.incident("hack", Peril::exploit), IncidentStatus::ok);
  ASSERT_EQ(books.notify("a", "hack", 2'010'000), C::ok);
  ASSERT_EQ(books.notify("b", "hack", 2'010'000), C::ok);
  for (const std::uint32_t claim : {1U, 2U}) {
    ASSERT_EQ(books.evidence(claim), C::ok);
    ASSERT_EQ(books.assess(claim, 2'010'000), C::ok);
    books.ballot(claim, {{2, kFor, 2'000'000}, {3, kFor, 2'000'000}, {4, kFor, 2'000'000}});
  }
  ASSERT_EQ(books.lapse(1), P::ok);
  ASSERT_EQ(books.lapse(2), P::ok);
  const Amount held = reserve_held(books.insurance, books.claims.incidents.find(1)->reserve());
  ASSERT_LT(held, Amount(4'000'000));
  ASSERT_EQ(books.pay_when_due(1), P::ok);
  EXPECT_EQ(books.claim(1).paid, Amount(held.units() / 2));
  EXPECT_EQ(books.claim(1).stage, ClaimStage::approved);  // the rest stays due
  ASSERT_EQ(books.pay_when_due(2), P::ok);
  EXPECT_EQ(books.claim(2).paid, books.claim(1).paid);
  // More money comes: the rest is paid, the first time that is enough whole.
  ASSERT_EQ(books.give(AddSurplus{
                .pool = books.pool, .account = books.accounts[4], .amount = Amount(3'000'000)}),
            InsuranceStatus::ok);
  ASSERT_EQ(books.give(PayClaim{.claim = 2}), P::ok);
  EXPECT_EQ(books.claim(2).paid, Amount(2'000'000));
  EXPECT_EQ(books.claim(2).stage, ClaimStage::paid);
}

}  // namespace
}  // namespace cofferdam::insurance
