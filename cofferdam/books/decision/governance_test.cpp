// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/decision/constitute.h"
#include "cofferdam/books/decision/governance_invariants.h"
#include "cofferdam/books/decision/governance_steps.h"
#include "cofferdam/books/ledger/transfer.h"
#include "cofferdam/books/principal/create_principal.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace cofferdam::decision {
namespace {

using G = GovernorState;
using S = GovernanceStatus;

constexpr std::uint16_t kGoverned = 112;

class GovernanceTest : public testing::Test {
 protected:
  GovernanceTest() {
    apply(principal::CreateFirstPrincipal{.code = "root"}, principals, context);
    root = PrincipalId(1);
    executive = add("governance", principal::kAdmin, 0);
    guardian = add("guardian", 0x8, 0);
    proposer = add("proposer", 0x8, 0);
    whale = add("whale", 0x8, 9);
    whale_again = add("whale-again", 0x8, 9);
    small = add("small", 0x8, 0);
    terms.rules = {.quorum_numerator = 30, .quorum_denominator = 100};
    terms.proposal_threshold = Amount(10);
    terms.voting_delay = Duration(2);
    terms.voting_period = Duration(3);
    terms.late_quorum_extension = Duration(2);
    terms.timelock_delay = Duration(2);
    terms.grace_period = Duration(2);
    terms.bootstrap_ends = Time(1'000);
    terms.executive = executive;
    terms.guardians = {guardian};
    terms.governed = {{.operation = kGoverned, .tighten_at_once = true}};
    terms.bounds = {{.operation = kGoverned,
                     .field = "limit",
                     .scale = 0,
                     .least = SignedAmount(10),
                     .most = SignedAmount(100),
                     .tighter = Tightening::lower}};
  }

  PrincipalId add(const std::string& code, int roles, base::u128 person) {
    apply(
        principal::CreatePrincipal{
            .code = code, .roles = static_cast<std::uint16_t>(roles), .person = person},
        principals, context);
    return PrincipalId(static_cast<std::uint32_t>(context.created));
  }

  void constitute() {
    ASSERT_EQ(check_shape(terms), ConstituteStatus::ok);
    ASSERT_EQ(check_state(terms, state, principals, ledger), ConstituteStatus::ok);
    apply(terms, state, context);
    done();
  }

  void weigh(PrincipalId voter, unsigned weight) {
    context.principal = root;
    const SetWeight command{.voter = voter, .scale = 0, .weight = Amount(weight), .owner = {}};
    ASSERT_EQ(check_state(command, state, principals, ledger, context), SetWeightStatus::ok);
    ASSERT_EQ(apply(command, state, ledger, context), SetWeightStatus::ok);
    done();
  }

  void weigh_all() {
    weigh(proposer, 10);
    weigh(whale, 50);
    weigh(small, 40);
  }

  // Every law after every command, as the engine asks them; not within a walk, which takes back
  // what it did without ever committing it.
  void done() {
    if (walking) return;
    for (const auto& law : {check_votes_add_up(state), check_governance_goes_forward(state),
                            check_weights_add_up(state), check_changes_were_decided(state)})
      EXPECT_EQ(law, std::nullopt);
    changes.commit();
  }

  template <class Command>
  S give(PrincipalId who, const Command& command) {
    context.principal = who;
    S status = check_shape(command);
    if (status != S::ok) return status;
    if constexpr (std::is_same_v<Command, ProposeChange> ||
                  std::is_same_v<Command, ExecuteChange>) {
      status = check_state(command, state, readings, context);
    } else if constexpr (std::is_same_v<Command, CastVote>) {
      status = check_state(command, state, principals, context);
    } else {
      status = check_state(command, state, context);
    }
    if (status != S::ok) return status;
    if constexpr (std::is_same_v<Command, CastVote>) {
      status = apply(command, state, principals, context);
    } else {
      status = apply(command, state, context);
    }
    done();
    return status;
  }

  std::uint32_t propose(PrincipalId who) {
    EXPECT_EQ(give(who, change), S::ok);
    return static_cast<std::uint32_t>(context.created);
  }

  void at(std::int64_t now) { context.now = Time(now); }

  [[nodiscard]] G state_now(std::uint32_t id) const {
    return state_of(state, *state.proposals.find(id), context.now);
  }

  [[nodiscard]] const GovernanceProposal& row(std::uint32_t id) const {
    return *state.proposals.find(id);
  }

  principal::State principals;
  ledger::State ledger;
  GovernanceState state;
  base::Changes changes;
  std::vector<ledger::Transfer> postings;
  Context context{.changes = changes, .now = Time(1000), .postings = postings};
  PrincipalId root, executive, guardian, proposer, whale, whale_again, small;
  Constitute terms;
  std::vector<ParameterReading> readings;
  ProposeChange change{.commands = {{.operation = kGoverned, .version = 1, .content = "bytes"}},
                       .reason = "because"};
  bool walking = false;
};

TEST_F(GovernanceTest, FromProposalToExecution) {
  terms.bootstrap_ends = Time(2'000);
  constitute();
  weigh_all();
  at(1'010);
  const std::uint32_t id = propose(proposer);
  EXPECT_EQ(row(id).snapshot, Time(1'012));
  EXPECT_EQ(row(id).deadline, Time(1'015));
  at(1'012);
  EXPECT_EQ(give(whale, CastVote{.proposal = id}), S::unexpected_state);  // the snapshot itself
  at(1'013);
  EXPECT_EQ(give(small, CastVote{.proposal = id, .support = Support::in_favour}), S::ok);
  EXPECT_EQ(row(id).quorum, Amount(30));
  EXPECT_EQ(give(small, CastVote{.proposal = id}), S::already_voted);
  EXPECT_EQ(give(guardian, CastVote{.proposal = id}), S::no_weight);
  at(1'016);
  EXPECT_EQ(state_now(id), G::succeeded);
  EXPECT_EQ(give(whale, CastVote{.proposal = id}), S::unexpected_state);
  EXPECT_EQ(give(small, ExecuteChange{id}), S::unexpected_state);
  EXPECT_EQ(give(small, QueueChange{id}), S::ok);
  at(1'017);
  EXPECT_EQ(give(small, ExecuteChange{id}), S::not_ready);
  at(1'018);
  EXPECT_EQ(give(small, ExecuteChange{id}), S::ok);
  EXPECT_EQ(state_now(id), G::executed);
  EXPECT_EQ(give(guardian, CancelChange{.proposal = id}), S::unexpected_state);
  EXPECT_TRUE(row(id).commands.empty());
}

// The rules of OpenZeppelin's Governor once more, written down as a table: which command is taken
// in which state. Beside it a second model of the instants and the count.
struct Model {
  std::int64_t now = 0;
  std::int64_t snapshot = 0;
  std::int64_t deadline = 0;
  std::int64_t eta = 0;
  std::array<int, 3> voted{-1, -1, -1};  // of small (40), whale (50), whale again (10 of 60)
  int votes_for = 0, votes_against = 0, votes_abstain = 0;
  bool late = false, canceled = false, executed = false;

  [[nodiscard]] std::string state() const {
    if (executed) return "executed";
    if (canceled) return "canceled";
    if (now <= snapshot) return "pending";
    if (now <= deadline) return "active";
    const bool passed = votes_for + votes_abstain >= 30 && votes_for > votes_against;
    if (!passed) return "defeated";
    if (eta == 0) return "succeeded";
    return now < eta + 2 ? "queued" : "expired";
  }
};

constexpr std::string_view kTaken =  // state: commands, of vote queue execute guard propose
    "pending: guard own\n"
    "active: vote guard\n"
    "canceled:\n"
    "defeated: guard\n"
    "succeeded: queue guard\n"
    "queued: execute guard\n"
    "expired:\n"
    "executed:\n";

constexpr std::string_view kEdges =
    "pending-pending pending-active pending-canceled active-active active-canceled active-defeated "
    "active-succeeded defeated-defeated defeated-canceled succeeded-succeeded succeeded-queued "
    "succeeded-canceled queued-queued queued-executed queued-canceled queued-expired "
    "canceled-canceled expired-expired executed-executed ";

[[nodiscard]] bool taken(const std::string& state, const std::string& command) {
  const std::size_t line = kTaken.find(state + ":");
  const std::string_view rest = kTaken.substr(line, kTaken.find('\n', line) - line);
  return rest.find(" " + command) != std::string_view::npos;
}

constexpr std::int64_t kHorizon = 1'026;

class GovernanceWalk : public GovernanceTest {
 protected:
  void walk(const Model& model) {
    const G now = state_now(id);
    ASSERT_EQ(base::name_of(now), model.state()) << "at " << model.now;
    std::string key = base::encode(row(id)) + std::to_string(model.now);
    for (const int support : model.voted) key += "," + std::to_string(support);
    if (!seen.insert(key).second) return;
    seen_states.insert(now);
    if (model.now < kHorizon) {
      Model later = model;
      ++later.now;
      follow(later, now, [] { return S::ok; });
    }
    for (std::size_t voter = 0; voter < 3; ++voter)
      for (const int support : {0, 1, 2}) try_vote(model, now, voter, support);
    try_step(
        model, now, "queue", [&] { return give(small, QueueChange{id}); },
        [](Model& m) { m.eta = m.now + 2; });
    try_step(
        model, now, "execute", [&] { return give(small, ExecuteChange{id}); },
        [](Model& m) { m.executed = true; });
    try_step(
        model, now, "guard",
        [&] { return give(guardian, CancelChange{.proposal = id, .reason = {}}); },
        [](Model& m) { m.canceled = true; });
    try_step(
        model, now, "own",
        [&] { return give(proposer, CancelChange{.proposal = id, .reason = {}}); },
        [](Model& m) { m.canceled = true; });
  }

  void try_vote(const Model& model, G now, std::size_t voter, int support) {
    const std::array<PrincipalId, 3> who{small, whale, whale_again};
    const std::array<int, 3> weight{40, 50, model.voted[1] == -1 ? 10 : 0};
    Model after = model;
    after.voted[voter] = support;
    int counted = weight[voter];
    if (voter == 1 && model.voted[2] != -1) counted = 40;  // the cap of 50 is for both
    (support == 0   ? after.votes_against
     : support == 1 ? after.votes_for
                    : after.votes_abstain) += counted;
    if (!model.late && after.votes_for + after.votes_abstain >= 30) {
      after.late = true;
      after.deadline = std::max(after.deadline, after.now + 2);
    }
    const bool expected = taken(model.state(), "vote") && model.voted[voter] == -1;
    const auto command = [&] {
      return give(who[voter], CastVote{.proposal = id, .support = static_cast<Support>(support)});
    };
    attempt(model, after, now, expected, command);
  }

  template <class Give, class Change>
  void try_step(const Model& model, G now, const std::string& name, Give&& command,
                Change&& change_model) {
    Model after = model;
    change_model(after);
    bool expected = taken(model.state(), name);
    if (name == "execute" && model.now < model.eta) expected = false;
    attempt(model, after, now, expected, command);
  }

  template <class Give>
  void attempt(const Model& model, const Model& after, G now, bool expected, Give&& command) {
    if (expected) return follow(after, now, command);
    const std::string before = base::encode(row(id));
    EXPECT_NE(command(), S::ok) << model.state() << " at " << model.now;
    EXPECT_EQ(base::encode(row(id)), before);
    ++refused;
  }

  template <class Give>
  void follow(const Model& after, G now, Give&& command) {
    const base::Changes::Mark mark = changes.mark();
    const Time was = context.now;
    context.now = Time(after.now);
    EXPECT_EQ(command(), S::ok) << after.state() << " at " << after.now;
    const std::string edge =
        std::string(base::name_of(now)) + "-" + std::string(base::name_of(state_now(id))) + " ";
    EXPECT_NE(kEdges.find(edge), std::string_view::npos) << edge;
    edges.insert(edge);
    walk(after);
    changes.rollback(mark);
    context.now = was;
  }

  std::uint32_t id = 0;
  std::set<std::string> seen;
  std::set<G> seen_states;
  std::set<std::string> edges;
  std::size_t refused = 0;
};

TEST_F(GovernanceWalk, NoSequenceOfCommandsMakesAnIllegalTransition) {
  terms.rules.owner_cap_ppm = 500'000;
  terms.bootstrap_ends = Time(2'000);
  constitute();
  // 100 in all, so that the cap of one half is 50.
  weigh(small, 40);
  weigh(whale, 50);
  weigh(whale_again, 10);
  terms.proposal_threshold = Amount();
  constitute();
  at(1'010);
  id = propose(proposer);
  walking = true;
  walk({.now = 1'010, .snapshot = 1'012, .deadline = 1'015});
  EXPECT_EQ(seen_states.size(), 8U);
  EXPECT_EQ(edges.size(), static_cast<std::size_t>(std::ranges::count(kEdges, ' ')));
  EXPECT_GT(seen.size(), 1'000U);
  EXPECT_GT(refused, 1'000U);
}

// R61. Stake that comes after the proposal's snapshot votes with nothing, and stake that comes with
// the proposal itself does not carry it over the threshold.
TEST_F(GovernanceTest, FlashStakeCountsNothing) {
  terms.bootstrap_ends = Time(5'000);
  constitute();
  weigh_all();
  at(2'000);
  weigh(guardian, 1'000);  // borrowed
  EXPECT_EQ(give(guardian, change), S::below_threshold);
  weigh(guardian, 0);  // and given back in the same instant
  const std::uint32_t id = propose(proposer);
  at(2'003);
  weigh(guardian, 1'000);
  EXPECT_EQ(give(guardian, CastVote{.proposal = id, .support = Support::in_favour}), S::no_weight);
  // Nor does selling after the snapshot take a vote away.
  weigh(whale, 0);
  EXPECT_EQ(give(whale, CastVote{.proposal = id, .support = Support::against}), S::ok);
  EXPECT_EQ(row(id).totals.against, Amount(50));
  EXPECT_EQ(row(id).supply, Amount(100));
}

// Splitting a stake over principals of one person does not pass the cap.
TEST_F(GovernanceTest, SplittingAroundTheCapCountsOnce) {
  terms.rules.owner_cap_ppm = 300'000;
  terms.bootstrap_ends = Time(5'000);
  constitute();
  weigh(proposer, 10);
  weigh(whale, 25);
  weigh(whale_again, 25);
  weigh(small, 40);
  at(2'000);
  const std::uint32_t id = propose(proposer);
  at(2'003);
  EXPECT_EQ(give(whale, CastVote{.proposal = id, .support = Support::in_favour}), S::ok);
  EXPECT_EQ(give(whale_again, CastVote{.proposal = id, .support = Support::in_favour}), S::ok);
  EXPECT_EQ(row(id).totals.in_favour, Amount(30));
  EXPECT_EQ(state.votes.find({id, whale_again})->counted, Amount(5));
  // Somebody else's cap is their own.
  EXPECT_EQ(give(small, CastVote{.proposal = id, .support = Support::against}), S::ok);
  EXPECT_EQ(row(id).totals.against, Amount(30));
}

// A proposal cannot be rushed: no vote before its delay, no queue before its deadline, no execution
// before its timelock, and in all of that time a guardian can cancel it.
TEST_F(GovernanceTest, ARushedProposalWaitsAndIsCanceled) {
  terms.bootstrap_ends = Time(5'000);
  constitute();
  weigh_all();
  at(2'000);
  const std::uint32_t id = propose(whale);
  EXPECT_EQ(give(whale, CastVote{.proposal = id, .support = Support::in_favour}),
            S::unexpected_state);
  at(2'003);
  EXPECT_EQ(give(whale, CastVote{.proposal = id, .support = Support::in_favour}), S::ok);
  EXPECT_EQ(give(whale, QueueChange{id}), S::unexpected_state);
  EXPECT_EQ(give(whale, ExecuteChange{id}), S::unexpected_state);
  at(2'006);
  EXPECT_EQ(give(whale, QueueChange{id}), S::ok);
  EXPECT_EQ(give(whale, ExecuteChange{id}), S::not_ready);
  EXPECT_EQ(give(whale, CancelChange{.proposal = id}), S::not_permitted);
  EXPECT_EQ(give(guardian, CancelChange{.proposal = id, .reason = "no"}), S::ok);
  at(2'008);
  EXPECT_EQ(give(whale, ExecuteChange{id}), S::unexpected_state);
}

// A quorum bought at the last moment opens the vote again for the others, and what it would have
// cost to turn the result is on record.
TEST_F(GovernanceTest, ABribedQuorumIsAnsweredAndPriced) {
  terms.bootstrap_ends = Time(5'000);
  constitute();
  weigh_all();
  at(2'000);
  const std::uint32_t id = propose(proposer);
  at(2'005);  // the last instant
  EXPECT_EQ(give(small, CastVote{.proposal = id, .support = Support::in_favour}), S::ok);
  EXPECT_EQ(row(id).deadline, Time(2'007));
  const CostToCorrupt bought = cost_to_corrupt(state, row(id));
  EXPECT_EQ(bought.weight, Amount(11));         // 40 for: withhold 11 and the quorum is gone
  EXPECT_EQ(bought.uncast_weight, Amount(40));  // or 40 against
  at(2'007);
  EXPECT_EQ(give(whale, CastVote{.proposal = id, .support = Support::against}), S::ok);
  at(2'008);
  EXPECT_EQ(state_now(id), G::defeated);
  EXPECT_EQ(cost_to_corrupt(state, row(id)).weight, Amount(6));  // 5 turned are a tie
}

TEST_F(GovernanceTest, BoundsHoldWhenProposedAndWhenCarriedOut) {
  terms.bootstrap_ends = Time(5'000);
  constitute();
  weigh_all();
  at(2'000);
  readings = {{.operation = kGoverned, .subject = "a", .values = {SignedAmount(101)}}};
  EXPECT_EQ(give(proposer, change), S::out_of_bounds);
  readings[0].values = {SignedAmount(90)};
  const std::uint32_t id = propose(proposer);
  at(2'003);
  EXPECT_EQ(give(whale, CastVote{.proposal = id, .support = Support::in_favour}), S::ok);
  at(2'006);
  EXPECT_EQ(give(whale, QueueChange{id}), S::ok);
  // A narrower constitution comes first: what was voted under the old one is refused.
  terms.bounds[0].most = SignedAmount(80);
  constitute();
  at(2'008);
  EXPECT_EQ(give(whale, ExecuteChange{id}), S::out_of_bounds);
}

TEST_F(GovernanceTest, OnlyTighteningIsTightening) {
  constitute();
  const Constitution& now = *constitution_in_force(state);
  const ParameterReading was{.operation = kGoverned, .subject = "a", .values = {SignedAmount(50)}};
  EXPECT_FALSE(only_tightens(state, now, was));  // nothing is known of what it changes
  context.principal = guardian;
  record_setting(state, context, was, 0);
  changes.commit();
  const auto value = [&](int units, std::string subject = "a") {
    return ParameterReading{
        .operation = kGoverned, .subject = std::move(subject), .values = {SignedAmount(units)}};
  };
  EXPECT_TRUE(only_tightens(state, now, value(40)));
  EXPECT_TRUE(only_tightens(state, now, value(50)));
  EXPECT_FALSE(only_tightens(state, now, value(51)));
  EXPECT_FALSE(only_tightens(state, now, value(40, "b")));  // another field is changed as well
  EXPECT_FALSE(within_bounds(now, value(9)));
}

// After the bootstrap a change that nobody decided breaks a law, whoever made it.
TEST_F(GovernanceTest, TheLawsSeeForgedRows) {
  terms.bootstrap_ends = Time(900);
  constitute();
  at(2'000);
  context.principal = root;
  record_setting(state, context, {.operation = kGoverned, .subject = "a", .values = {}}, 0);
  EXPECT_NE(check_changes_were_decided(state), std::nullopt);
  changes.rollback();
  context.principal = executive;
  state.voters.insert(changes, {.voter = whale, .owner = {}, .weight = Amount(5)});
  EXPECT_NE(check_weights_add_up(state), std::nullopt);
  changes.rollback();
  GovernanceProposal forged;
  forged.id = 1;
  forged.constitution = 1;
  forged.totals.in_favour = Amount(1);
  state.proposals.insert(changes, forged);
  EXPECT_NE(check_votes_add_up(state), std::nullopt);
  changes.commit();
  state.proposals.edit(changes, 1).executed = true;
  EXPECT_NE(check_governance_goes_forward(state), std::nullopt);
  changes.rollback();
}

TEST_F(GovernanceTest, PointsThatNobodyAsksAboutGo) {
  terms.bootstrap_ends = Time(50'000);
  constitute();
  weigh_all();
  for (int i = 0; i < 100; ++i) {
    at(2'000 + i);
    weigh(whale, 50U + static_cast<unsigned>(i));
  }
  EXPECT_LE(state.points.size(), 8U);
  const std::uint32_t id = propose(proposer);
  for (int i = 0; i < 50; ++i) {
    at(2'200 + i);
    weigh(whale, 1U + static_cast<unsigned>(i));
  }
  EXPECT_EQ(weight_at(state, whale, row(id).snapshot), Amount(149));
  EXPECT_EQ(supply_at(state, row(id).snapshot), Amount(199));
}

// A voting asset: weights are the balances of owners at every instant.
TEST_F(GovernanceTest, StakeFollowsBalances) {
  ledger.assets.insert(changes, ledger::Asset{.id = AssetId(1), .code = "VOTE", .scale = 2});
  terms.weights = WeightSource::asset;
  terms.asset = AssetId(1);
  terms.stake_pool = PoolId(1);
  terms.scale = 2;
  terms.bootstrap_ends = Time(5'000);
  changes.commit();
  constitute();
  const auto account = [&](unsigned id, unsigned owner, unsigned units) {
    ledger::Account row;
    row.id = base::AccountId(id);
    row.owner = OwnerId(owner);
    row.pool = PoolId(1);
    row.asset = AssetId(1);
    row.credits_posted = Amount(units);
    ledger.accounts.insert(changes, row);
  };
  account(1, 7, 30);
  account(2, 7, 12);
  account(3, 8, 5);
  changes.commit();
  context.principal = root;
  const SetWeight command{.voter = whale, .scale = 2, .weight = {}, .owner = OwnerId(7)};
  ASSERT_EQ(check_state(command, state, principals, ledger, context), SetWeightStatus::ok);
  ASSERT_EQ(apply(command, state, ledger, context), SetWeightStatus::ok);
  ASSERT_TRUE(follow_stake(state, ledger, context));
  done();
  EXPECT_EQ(weight_at(state, whale, context.now), Amount(42));
  SetWeight other = command;
  other.voter = small;
  EXPECT_EQ(check_state(other, state, principals, ledger, context),
            SetWeightStatus::owner_votes_already);
  at(2'000);
  ledger.accounts.edit(changes, base::AccountId(2)).debits_posted = Amount(10);
  ledger.accounts.edit(changes, base::AccountId(3)).credits_posted = Amount(15);
  ASSERT_TRUE(follow_stake(state, ledger, context));
  done();
  EXPECT_EQ(weight_at(state, whale, Time(2'000)), Amount(32));
  EXPECT_EQ(supply_at(state, Time(2'000)), Amount(32));
}

TEST_F(GovernanceTest, ConstitutionsThatCannotWorkAreRefused) {
  const auto shape = [&](auto&& change_it) {
    Constitute changed = terms;
    change_it(changed);
    return check_shape(changed);
  };
  using C = ConstituteStatus;
  EXPECT_EQ(shape([](Constitute& c) { c.scale = 39; }), C::scale_out_of_range);
  EXPECT_EQ(shape([](Constitute& c) { c.rules.quorum_denominator = 0; }), C::rules_unusable);
  EXPECT_EQ(shape([](Constitute& c) { c.asset = AssetId(1); }), C::asset_and_pool_go_together);
  EXPECT_EQ(shape([](Constitute& c) { c.voting_delay = Duration(); }),
            C::voting_delay_must_be_positive);
  EXPECT_EQ(shape([](Constitute& c) { c.late_quorum_extension = Duration(4); }),
            C::extension_out_of_range);
  EXPECT_EQ(shape([](Constitute& c) { c.grace_period = Duration(); }), C::grace_must_be_positive);
  EXPECT_EQ(shape([&](Constitute& c) { c.guardians.push_back(guardian); }), C::listed_twice);
  EXPECT_EQ(shape([](Constitute& c) { c.bounds[0].operation = 9; }), C::bound_of_nothing_governed);
  EXPECT_EQ(shape([](Constitute& c) { c.bounds[0].most = SignedAmount(9); }), C::bound_is_empty);
  terms.executive = PrincipalId(99);
  EXPECT_EQ(check_state(terms, state, principals, ledger), C::executive_unknown);
}

}  // namespace
}  // namespace cofferdam::decision
