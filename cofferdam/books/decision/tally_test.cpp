// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/decision/tally.h"

#include "cofferdam/books/decision/governor_state.h"
#include "cofferdam/books/decision/vote.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>

namespace cofferdam::decision {
namespace {

using base::Amount;

[[nodiscard]] Totals totals(unsigned against, unsigned in_favour, unsigned abstain) {
  return {.against = Amount(against), .in_favour = Amount(in_favour), .abstain = Amount(abstain)};
}

// Every way to spend n units is tried: of each kind of vote some are turned to another kind or kept
// away, and some of what was not cast is cast. It knows nothing of which way is best.
[[nodiscard]] bool some_attack_works(const BallotRules& rules, Amount quorum, const Totals& before,
                                     unsigned uncast, unsigned n, bool wanted) {
  const auto held = [](Amount amount) { return static_cast<unsigned>(amount.units()); };
  const std::array<unsigned, 4> have{held(before.against), held(before.in_favour),
                                     held(before.abstain), uncast};
  // from[i] units leave kind i; where they go is tried in the inner loops.
  for (unsigned a = 0; a <= std::min(n, have[0]); ++a)
    for (unsigned f = 0; f <= std::min(n - a, have[1]); ++f)
      for (unsigned b = 0; b <= std::min(n - a - f, have[2]); ++b) {
        const unsigned u = n - a - f - b;
        if (u > have[3]) continue;
        for (unsigned to_against = 0; to_against <= n; ++to_against)
          for (unsigned to_for = 0; to_for + to_against <= n; ++to_for)
            for (unsigned to_abstain = 0; to_abstain + to_for + to_against <= n; ++to_abstain) {
              const Totals after =
                  totals(have[0] - a + to_against, have[1] - f + to_for, have[2] - b + to_abstain);
              if (carried(rules, quorum, after) == wanted) return true;
            }
      }
  return false;
}

[[nodiscard]] BallotRules any_rules() {
  BallotRules rules;
  rules.quorum_denominator = *rc::gen::inRange(1U, 8U);
  rules.quorum_numerator = *rc::gen::inRange(0U, rules.quorum_denominator + 1);
  rules.quorum_counts = static_cast<QuorumCounts>(*rc::gen::inRange(0, 3));
  rules.majority_denominator = *rc::gen::inRange(2U, 5U);
  rules.majority_numerator = *rc::gen::inRange(0U, rules.majority_denominator);
  rules.majority_at_least = *rc::gen::arbitrary<bool>();
  return rules;
}

TEST(Tally, CostToCorruptIsTheLeastOfAllAttacks) {
  rc::check([] {
    const BallotRules rules = any_rules();
    const Totals before =
        totals(*rc::gen::inRange(0U, 5U), *rc::gen::inRange(0U, 5U), *rc::gen::inRange(0U, 4U));
    const unsigned uncast = *rc::gen::inRange(0U, 5U);
    const Amount supply = before.cast() + Amount(uncast);
    const Amount quorum = quorum_of(rules, supply, supply);
    const bool wanted = !carried(rules, quorum, before);
    std::optional<Amount> expected;
    const auto most = static_cast<unsigned>(supply.units());
    for (unsigned n = 0; n <= most && !expected; ++n)
      if (some_attack_works(rules, quorum, before, uncast, n, wanted)) expected = Amount(n);
    const CostToCorrupt cost = cost_to_corrupt(rules, quorum, before, Amount(uncast));
    RC_ASSERT(cost.weight == expected);
  });
}

TEST(Tally, UncastStakeAloneIsTheLeastThatVotesAgainstTheResult) {
  rc::check([] {
    const BallotRules rules = any_rules();
    const Totals before =
        totals(*rc::gen::inRange(0U, 50U), *rc::gen::inRange(0U, 50U), *rc::gen::inRange(0U, 50U));
    const unsigned uncast = *rc::gen::inRange(0U, 100U);
    const Amount supply = before.cast() + Amount(uncast);
    const Amount quorum = quorum_of(rules, supply, supply);
    const bool now = carried(rules, quorum, before);
    std::optional<Amount> expected;
    for (unsigned n = 0; n <= uncast && !expected; ++n) {
      Totals after = before;
      after.add(now ? Support::against : Support::in_favour, Amount(n));
      if (carried(rules, quorum, after) != now) expected = Amount(n);
    }
    RC_ASSERT(cost_to_corrupt(rules, quorum, before, Amount(uncast)).uncast_weight == expected);
  });
}

// GovernorCountingSimple: quorum is for + abstain, succeeded is for > against strictly.
TEST(Tally, CountsAsGovernorCountingSimple) {
  const BallotRules rules{.quorum_numerator = 4, .quorum_denominator = 100};
  EXPECT_EQ(quorum_of(rules, Amount(1'049), Amount(0)), Amount(41));  // 41.96
  EXPECT_TRUE(quorum_reached(rules, Amount(41), totals(100, 20, 21)));
  EXPECT_FALSE(quorum_reached(rules, Amount(41), totals(100, 20, 20)));
  EXPECT_FALSE(majority_reached(rules, totals(20, 20, 500)));
  EXPECT_TRUE(majority_reached(rules, totals(20, 21, 0)));
  EXPECT_FALSE(majority_reached(rules, totals(0, 0, 500)));
}

TEST(Tally, AMajorityOfTwoThirdsIsExact) {
  BallotRules rules{.majority_numerator = 2, .majority_denominator = 3};
  EXPECT_FALSE(majority_reached(rules, totals(10, 20, 0)));
  EXPECT_TRUE(majority_reached(rules, totals(10, 21, 0)));
  rules.majority_at_least = true;
  EXPECT_TRUE(majority_reached(rules, totals(10, 20, 0)));
  EXPECT_FALSE(majority_reached(rules, totals(10, 19, 0)));
}

TEST(Tally, LargestBallotFitsTheNumbers) {
  const BallotRules rules{.quorum_numerator = 99, .quorum_denominator = 100};
  const Totals all{.against = Amount(), .in_favour = kSupplyMax, .abstain = Amount()};
  EXPECT_TRUE(carried(rules, quorum_of(rules, kSupplyMax, kSupplyMax), all));
  const CostToCorrupt cost =
      cost_to_corrupt(rules, quorum_of(rules, kSupplyMax, kSupplyMax), all, Amount());
  EXPECT_EQ(*cost.weight, kSupplyMax - quorum_of(rules, kSupplyMax, kSupplyMax) + Amount(1));
  EXPECT_EQ(cost.uncast_weight, std::nullopt);
}

TEST(Tally, MedianHasHalfOnEachSide) {
  rc::check([] {
    const auto named = *rc::gen::container<std::vector<std::pair<std::uint8_t, std::uint8_t>>>(
        rc::gen::arbitrary<std::pair<std::uint8_t, std::uint8_t>>());
    std::vector<NamedAmount> amounts;
    std::vector<unsigned> spread;  // every unit of weight as one voter
    for (const auto& [amount, weight] : named) {
      amounts.push_back({Amount(amount), Amount(weight)});
      spread.insert(spread.end(), weight, amount);
    }
    std::ranges::sort(spread);
    const auto median = weighted_median(amounts);
    RC_ASSERT(median.has_value() == !spread.empty());
    if (median) RC_ASSERT(*median == Amount(spread[(spread.size() - 1) / 2]));
  });
}

TEST(Tally, ACapFillsInTheOrderOfVotes) {
  const BallotRules rules{.owner_cap_ppm = 50'000};
  const Amount cap = owner_cap(rules, Amount(1'019));
  EXPECT_EQ(cap, Amount(50));
  EXPECT_EQ(counted_weight(Amount(30), cap, Amount()), Amount(30));
  EXPECT_EQ(counted_weight(Amount(30), cap, Amount(30)), Amount(20));
  EXPECT_EQ(counted_weight(Amount(30), cap, Amount(50)), Amount());
  EXPECT_EQ(owners_needed(Amount(101), cap), 3U);
  EXPECT_EQ(owners_needed(Amount(1), Amount()), std::nullopt);
}

TEST(Tally, RulesThatCannotBeCountedByAreNamed) {
  EXPECT_EQ(fault_of({}), std::nullopt);
  EXPECT_EQ(fault_of({.quorum_denominator = 0})->field, "quorum_denominator");
  EXPECT_EQ(fault_of({.quorum_numerator = 5, .quorum_denominator = 4})->field, "quorum_numerator");
  EXPECT_EQ(fault_of({.majority_denominator = 0})->field, "majority_denominator");
  EXPECT_EQ(fault_of({.majority_numerator = 2})->field, "majority_numerator");
  EXPECT_EQ(fault_of({.owner_cap_ppm = 1'000'001})->field, "owner_cap_ppm");
}

// The rules of Governor.state(), one row each, at the instants where they change.
TEST(GovernorState, FollowsTheRulesInTheirOrder) {
  using G = GovernorState;
  GovernorCourse course{.snapshot = 10, .deadline = 20};
  EXPECT_EQ(governor_state(course, 10, true), G::pending);  // at the snapshot itself
  EXPECT_EQ(governor_state(course, 11, true), G::active);
  EXPECT_EQ(governor_state(course, 20, true), G::active);  // at the deadline itself
  EXPECT_EQ(governor_state(course, 21, false), G::defeated);
  EXPECT_EQ(governor_state(course, 21, true), G::succeeded);
  course.eta = 30;
  course.grace = 5;
  EXPECT_EQ(governor_state(course, 25, true), G::queued);
  EXPECT_EQ(governor_state(course, 34, true), G::queued);
  EXPECT_EQ(governor_state(course, 35, true), G::expired);
  course.canceled = true;
  EXPECT_EQ(governor_state(course, 35, true), G::canceled);
  course.executed = true;
  EXPECT_EQ(governor_state(course, 5, false), G::executed);
}

[[nodiscard]] VoteInput three_voters() {
  VoteInput in;
  in.voters = {{.voter = "a", .weight = Amount(50)},
               {.voter = "b", .weight = Amount(30)},
               {.voter = "c", .weight = Amount(20)}};
  in.voting_delay = 4;
  in.voting_period = 16;
  return in;
}

TEST(Vote, ALateQuorumExtendsTheDeadlineOnce) {
  VoteInput in = three_voters();
  in.rules.quorum_numerator = 25;
  in.late_quorum_extension = 8;
  // Deadline 20; c is not enough, b reaches the quorum at 18, a votes in the time it opened.
  in.votes = {{.voter = "c", .clock = 6},
              {.voter = "b", .clock = 18},
              {.voter = "a", .support = Support::against, .clock = 26}};
  const auto out = vote(in);
  ASSERT_TRUE(out.has_value());
  EXPECT_EQ(out->deadline, 26U);
  EXPECT_TRUE(out->extended);
  EXPECT_EQ(out->state, GovernorState::defeated);  // 50 for, 50 against
  in.votes[2].clock = 27;
  EXPECT_EQ(vote(in)->votes[2].status, CastStatus::unexpected_state);
  EXPECT_EQ(vote(in)->state, GovernorState::succeeded);
}

TEST(Vote, OneOwnerOfManyAccountsIsCappedAndExcludedAsOne) {
  VoteInput in = three_voters();
  in.rules.owner_cap_ppm = 400'000;
  in.voters[1].owner = "a";
  in.votes = {{.voter = "a"}, {.voter = "b"}, {.voter = "c", .support = Support::against}};
  auto out = vote(in);
  ASSERT_TRUE(out.has_value());
  EXPECT_EQ(out->for_votes, Amount(40));  // not 80
  EXPECT_EQ(out->votes[0].status, CastStatus::owner_capped);
  EXPECT_EQ(out->votes[1].counted, Amount());
  in.voters[0].conflict = true;
  in.rules.quorum_base = QuorumBase::eligible;
  out = vote(in);
  EXPECT_EQ(out->votes[1].status, CastStatus::conflict);
  EXPECT_EQ(out->for_votes, Amount());
  EXPECT_EQ(out->quorum, Amount());  // floor(20 * 4 / 100)
}

TEST(Vote, StepsThatDoNotFitTheStateChangeNothing) {
  VoteInput in = three_voters();
  in.votes = {{.voter = "a", .clock = 5}, {.voter = "a", .clock = 6}, {.voter = "z", .clock = 6}};
  in.timelock_delay = 10;
  in.grace_period = 7;
  in.queued_at = 20;
  in.executed_at = 31;
  auto out = vote(in);
  ASSERT_TRUE(out.has_value());
  EXPECT_EQ(out->queue, StepStatus::unexpected_state);  // still active at the deadline
  EXPECT_EQ(out->execute, StepStatus::unexpected_state);
  EXPECT_EQ(out->state, GovernorState::succeeded);
  EXPECT_EQ(out->votes[1].status, CastStatus::already_cast);
  EXPECT_EQ(out->votes[2].status, CastStatus::no_weight);
  in.queued_at = 21;
  in.executed_at = 30;
  out = vote(in);
  EXPECT_EQ(out->eta, 31U);
  EXPECT_EQ(out->execute, StepStatus::not_ready);
  in.executed_at = 31;
  EXPECT_EQ(vote(in)->state, GovernorState::executed);
  in.executed_at = 38;
  EXPECT_EQ(vote(in)->state, GovernorState::expired);
  in.canceled_at = 25;
  EXPECT_EQ(vote(in)->state, GovernorState::canceled);
}

TEST(Vote, BadInputIsNamed) {
  VoteInput in = three_voters();
  in.total_supply = Amount(99);
  EXPECT_EQ(vote(in).error().field, "total_supply");
  in.total_supply.reset();
  in.voters.push_back(in.voters.front());
  EXPECT_EQ(vote(in).error().field, "voters[3].voter");
  EXPECT_EQ(vote(in).error().value, "a");
  in.voters.pop_back();
  in.scale = 1;
  in.voters[1].weight = kSupplyMax;
  EXPECT_EQ(vote(in).error().field, "voters[1].weight");
  EXPECT_EQ(vote(in).error().value, "132922799578491587290380706028034457.6");  // 2^120/10
  in = three_voters();
  in.votes = {{.voter = "a", .clock = 9}, {.voter = "b", .clock = 8}};
  EXPECT_EQ(vote(in).error().field, "votes[1].clock");
  in.rules.quorum_numerator = 101;
  EXPECT_EQ(vote(in).error().field, "rules.quorum_numerator");
  EXPECT_EQ(vote(in).error().value, "101");
}

// Snapshot 4: a vote without a clock comes first at 5, later with the one before it.
TEST(Vote, AVoteWithoutAClockHasItsPlaceInTheOrder) {
  VoteInput in = three_voters();
  in.votes = {{.voter = "a"}, {.voter = "b", .clock = 4}};
  EXPECT_EQ(vote(in).error().field, "votes[1].clock");
  EXPECT_EQ(vote(in).error().value, "4");
  in.votes[1].clock = 5;
  EXPECT_TRUE(vote(in).has_value());
  in.votes = {{.voter = "a", .clock = 9}, {.voter = "b"}, {.voter = "c", .clock = 8}};
  EXPECT_EQ(vote(in).error().field, "votes[2].clock");
  in.votes[2].clock = 9;
  EXPECT_TRUE(vote(in).has_value());
}

TEST(Vote, AVoterNamesOneAmount) {
  VoteInput in = three_voters();
  in.votes = {{.voter = "a"}, {.voter = "b"}};
  in.payout = PayoutQuestion{.claimed = Amount(50),
                             .amounts = {{"a", Amount(10)}, {"b", Amount(20)}, {"a", Amount(40)}}};
  EXPECT_EQ(vote(in).error().field, "payout.amounts[2].voter");
  EXPECT_EQ(vote(in).error().value, "a");
  in.payout->amounts.pop_back();
  EXPECT_EQ(vote(in)->payout->amount, Amount(10));
}

TEST(Vote, AnInstantBeyondTheClockNamesItsField) {
  constexpr std::uint32_t kLast = 4'294'967'295;
  const auto field = [](const VoteInput& in) {
    const auto out = vote(in);
    return out ? "none" : out.error().field;
  };
  VoteInput in = three_voters();
  in.voting_delay = 1;
  in.voting_period = 1;
  in.proposed_at = kLast - 2;  // deadline at the last instant
  EXPECT_EQ(field(in), "none");
  in.voting_period = 2;
  EXPECT_EQ(field(in), "voting_period");
  in.voting_delay = 3;
  EXPECT_EQ(field(in), "voting_delay");
  in = three_voters();
  in.votes = {{.voter = "a"}};  // the quorum, at 5
  in.late_quorum_extension = kLast - 5;
  EXPECT_EQ(field(in), "none");
  in.late_quorum_extension = kLast - 4;
  EXPECT_EQ(field(in), "late_quorum_extension");
  in.late_quorum_extension = 0;
  in.queued_at = 21;
  in.timelock_delay = kLast - 21;
  EXPECT_EQ(field(in), "none");
  in.timelock_delay = kLast - 20;
  EXPECT_EQ(field(in), "timelock_delay");
}

}  // namespace
}  // namespace cofferdam::decision
