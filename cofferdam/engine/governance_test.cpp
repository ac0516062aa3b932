// SPDX-License-Identifier: Apache-2.0
//
// Governance through the door: what only a vote may do, what a guardian may tighten, what a
// proposal carries out, and that a replay from the first record comes to the same books.
#include "cofferdam/engine/governed.h"
#include "cofferdam/engine/record.h"
#include "cofferdam/engine/test_books.h"

#include <algorithm>

namespace cofferdam::engine {
namespace {

using base::Amount;
using base::CommandId;
using base::Duration;
using base::PrincipalId;
using base::SignedAmount;
using base::Time;
using decision::GovernanceStatus;
using decision::GovernorState;
using testing::HasSubstr;

constexpr PrincipalId kRoot{1U}, kExecutive{2U}, kGuardian{3U}, kAnna{4U}, kBoris{5U}, kOracle{6U},
    kChecker{7U};
constexpr std::uint16_t kPolicySet = Operation<decision::SetApprovalPolicy>::kNumber;
constexpr std::uint16_t kSourceDeclare = Operation<fact::DeclareSource>::kNumber;

class Governed : public TestBooks {
 protected:
  Reply send(PrincipalId who, Command command) {
    return TestBooks::send(std::move(command), who.value());
  }

  Reply must(PrincipalId who, Command command) {
    return TestBooks::must(std::move(command), who.value());
  }

  [[nodiscard]] GovernanceStatus answer(PrincipalId who, Command command) {
    const Reply reply = send(who, std::move(command));
    EXPECT_EQ(reply.outcome.door, DoorStatus::ok) << reply.outcome.law;
    return static_cast<GovernanceStatus>(reply.outcome.status);
  }

  void after(Duration duration) { now_ += duration.value(); }

  static decision::SetApprovalPolicy policy(std::uint8_t approvals,
                                            Duration life = base::kDay * 7) {
    decision::SetApprovalPolicy command;
    command.operation = Operation<ledger::CreateAsset>::kNumber;
    command.approvals = approvals;
    command.life = life;
    return command;
  }

  static decision::Constitute constitution(Time bootstrap_ends) {
    decision::Constitute terms;
    terms.rules.quorum_numerator = 30;
    terms.proposal_threshold = Amount(10);
    terms.bootstrap_ends = bootstrap_ends;
    terms.executive = kExecutive;
    terms.guardians = {kGuardian};
    terms.governed = {{.operation = kPolicySet, .tighten_at_once = true},
                      {.operation = kSourceDeclare, .tighten_at_once = false}};
    terms.bounds = {{.operation = kPolicySet,
                     .field = "approvals",
                     .scale = 0,
                     .least = SignedAmount(1),
                     .most = SignedAmount(5),
                     .tighter = decision::Tightening::higher},
                    {.operation = kPolicySet,
                     .field = "life",
                     .scale = 9,
                     .least = SignedAmount(base::kDay.value()),
                     .most = std::nullopt,
                     .tighter = decision::Tightening::none},
                    {.operation = Operation<decision::Constitute>::kNumber,
                     .field = "rules.quorum_numerator",
                     .scale = 0,
                     .least = SignedAmount(20),
                     .most = std::nullopt,
                     .tighter = decision::Tightening::none}};
    return terms;
  }

  static decision::ProposeChange propose(const std::vector<Command>& commands) {
    decision::ProposeChange change;
    for (const Command& command : commands)
      std::visit(
          [&]<class C>(const C& content) {
            change.commands.push_back({.operation = Operation<C>::kNumber,
                                       .version = Operation<C>::kVersion,
                                       .content = base::encode(content)});
          },
          command);
    change.reason = "because";
    return change;
  }

  static decision::SetWeight weight_of(PrincipalId voter, std::uint64_t weight) {
    return {.voter = voter, .scale = 0, .weight = Amount(weight), .owner = {}};
  }

  static decision::CastVote yes(std::uint32_t proposal) {
    return {.proposal = proposal, .support = decision::Support::in_favour, .reason = "yes"};
  }

  void found() {
    must(kRoot, venue::Genesis{.venue = "T", .root = "root"});
    const auto add = [&](const std::string& code, int roles) {
      must(kRoot,
           principal::CreatePrincipal{.code = code, .roles = static_cast<std::uint16_t>(roles)});
    };
    add("governance", principal::kAdmin);
    add("guardian", principal::kAdmin | principal::kApprover);
    add("anna", principal::kOperator);
    add("boris", principal::kOperator);
    add("oracle", principal::kAdmin);
    add("checker", principal::kApprover);
    must(kRoot, policy(2));
    must(kRoot, constitution(now() + base::kHour));
    must(kRoot, decision::SetWeight{.voter = kAnna, .scale = 0, .weight = Amount(60), .owner = {}});
    must(kRoot,
         decision::SetWeight{.voter = kBoris, .scale = 0, .weight = Amount(40), .owner = {}});
    must(kRoot, policy(2));  // during the bootstrap an admin still acts
    after(base::kHour);
  }

  // Through the vote, to its eta.
  std::uint32_t pass(const std::vector<Command>& commands) {
    const Reply reply = send(kAnna, propose(commands));
    EXPECT_TRUE(reply.ok()) << reply.outcome.status << " " << reply.shape;
    const auto id = static_cast<std::uint32_t>(reply.outcome.created);
    after(base::kDay + base::kSecond);
    must(kAnna, yes(id));
    after(base::kDay * 8);
    must(kBoris, decision::QueueChange{id});
    return id;
  }

  [[nodiscard]] std::uint8_t approvals() const {
    return decision::required_approvals(engine_->state().decision,
                                        Operation<ledger::CreateAsset>::kNumber, base::PoolId())
        .approvals;
  }

  [[nodiscard]] GovernorState state_of(std::uint32_t id) const {
    const auto& governance = engine_->state().governance;
    return decision::state_of(governance, *governance.proposals.find(id), now());
  }
};

TEST_F(Governed, OnlyAVoteChangesWhatIsGoverned) {
  found();
  // Nobody alone: not root, not the executive, not by approvals of others.
  EXPECT_EQ(send(kRoot, policy(1)).outcome.door, DoorStatus::approval_required);
  EXPECT_EQ(send(kExecutive, policy(1)).outcome.door, DoorStatus::approval_required);
  EXPECT_EQ(send(kRoot, constitution(now() + base::kDay)).outcome.door,
            DoorStatus::approval_required);
  const Reply proposed = send(
      kRoot,
      decision::Propose{
          .operation = kPolicySet, .version = 1, .content = base::encode(policy(0)), .reason = {}});
  ASSERT_TRUE(proposed.ok());
  must(kChecker, decision::Approve{.proposal = base::ProposalId(
                                       static_cast<std::uint32_t>(proposed.outcome.created)),
                                   .comment = {}});
  EXPECT_EQ(approvals(), 2);
  EXPECT_EQ(engine_->state().decision.proposals.at(0).state, decision::ProposalState::failed);

  const std::uint32_t id = pass({policy(1)});
  const auto rehearsal = engine_->dry_run({.id = CommandId(900'002),
                                           .principal = kExecutive,
                                           .command = decision::ExecuteChange{id},
                                           .rehearse = true});
  ASSERT_TRUE(rehearsal.has_value());
  EXPECT_TRUE(rehearsal->ok()) << rehearsal->outcome.law;
  EXPECT_EQ(answer(kBoris, decision::ExecuteChange{id}), GovernanceStatus::not_ready);
  after(base::kDay * 2);
  must(kBoris, decision::ExecuteChange{id});
  EXPECT_EQ(approvals(), 1);
  EXPECT_EQ(state_of(id), GovernorState::executed);
  // R45: the change has the number of its proposal.
  const auto& settings = engine_->state().governance.settings.rows();
  EXPECT_TRUE(std::ranges::any_of(settings, [&](const auto& one) {
    return one.second.operation == kPolicySet && one.second.proposal == id &&
           one.second.values.front() == SignedAmount(1);
  }));
}

TEST_F(Governed, AGuardianTightensAndNeverLoosens) {
  found();
  must(kGuardian, policy(3));
  EXPECT_EQ(approvals(), 3);
  EXPECT_EQ(send(kGuardian, policy(2)).outcome.door, DoorStatus::approval_required);
  EXPECT_EQ(send(kGuardian, policy(6)).outcome.door, DoorStatus::approval_required);  // bounds
  // Another field moves as well, or a field without a direction.
  EXPECT_EQ(send(kGuardian, policy(4, base::kDay * 8)).outcome.door, DoorStatus::approval_required);
  decision::SetApprovalPolicy other = policy(4);
  other.roles = principal::kAdmin;
  EXPECT_EQ(send(kGuardian, other).outcome.door, DoorStatus::approval_required);
  EXPECT_EQ(send(kRoot, policy(4)).outcome.door, DoorStatus::approval_required);
  EXPECT_EQ(approvals(), 3);
}

TEST_F(Governed, BoundsAreKeptByProposalsAsWell) {
  found();
  EXPECT_EQ(answer(kAnna, propose({policy(6)})), GovernanceStatus::out_of_bounds);
  EXPECT_EQ(answer(kAnna, propose({policy(0)})), GovernanceStatus::out_of_bounds);
  decision::Constitute weaker = constitution(now());
  weaker.rules.quorum_numerator = 19;
  EXPECT_EQ(answer(kAnna, propose({weaker})), GovernanceStatus::out_of_bounds);
  EXPECT_EQ(static_cast<GovernanceStatus>(send(kAnna, propose({yes(1)})).shape),
            GovernanceStatus::operation_not_governable);
  EXPECT_EQ(answer(kChecker, propose({policy(1)})), GovernanceStatus::below_threshold);
  decision::Constitute unknown = constitution(now());
  unknown.bounds[0].field = "nothing";
  EXPECT_EQ(static_cast<decision::ConstituteStatus>(send(kRoot, unknown).shape),
            decision::ConstituteStatus::field_unknown);
}

// Whoever holds the oracle may not widen what is believed of it: its declaration is governed, a
// proposal to do so waits, and the guardian cancels it.
TEST_F(Governed, ACapturedOracleCannotWidenItsBounds) {
  found();
  fact::DeclareSource source;
  source.code = "captured";
  source.staleness = base::kHour;
  EXPECT_EQ(send(kOracle, source).outcome.door, DoorStatus::approval_required);
  const std::uint32_t id = pass({source});
  must(kGuardian, decision::CancelChange{.proposal = id, .reason = "the oracle is captured"});
  after(base::kDay * 2);
  EXPECT_EQ(answer(kAnna, decision::ExecuteChange{id}), GovernanceStatus::unexpected_state);
  EXPECT_EQ(engine_->state().fact.sources.size(), 0U);
}

// A grant to oneself is not carried by one's own votes, nor an opponent silenced by naming him.
TEST_F(Governed, WhomAProposalPaysDoesNotCarryIt) {
  found();
  const decision::SetWeight grant{.voter = kAnna, .scale = 0, .weight = Amount(99), .owner = {}};
  const std::uint32_t before = pass({grant});  // nobody was excluded yet
  must(kGuardian, decision::CancelChange{.proposal = before, .reason = "a grant to herself"});
  must(kRoot, decision::ExcludeConflicts{.reason = "statutes"});
  EXPECT_FALSE(send(kRoot, decision::ExcludeConflicts{.reason = "again"}).ok());
  const auto proposed = [&](const std::vector<Command>& commands) {
    const Reply reply = send(kAnna, propose(commands));
    EXPECT_TRUE(reply.ok());
    after(base::kDay + base::kSecond);
    return static_cast<std::uint32_t>(reply.outcome.created);
  };
  std::uint32_t id = proposed({grant, policy(1)});
  EXPECT_EQ(answer(kAnna, yes(id)), GovernanceStatus::named_in_proposal);
  decision::CastVote vote = yes(id);
  vote.support = decision::Support::abstain;
  EXPECT_EQ(answer(kAnna, vote), GovernanceStatus::named_in_proposal);
  must(kBoris, yes(id));
  vote.support = decision::Support::against;
  must(kAnna, vote);
  after(base::kDay * 8);
  EXPECT_EQ(state_of(id), GovernorState::defeated);
  // Boris is named so that he might be silent: he is not.
  decision::SetWeight crumb = grant;
  crumb.voter = kBoris;
  id = proposed({crumb, policy(1)});
  must(kAnna, yes(id));
  vote.proposal = id;
  must(kBoris, vote);
  EXPECT_EQ(engine_->state().recusals.conflicts.size(), 2U);
  // A constitution names its guardians, and they vote on it.
  id = proposed({constitution(now())});
  must(kAnna, decision::DeclareVoteConflict{.proposal = id, .reason = "I sell the software"});
  EXPECT_EQ(answer(kAnna, yes(id)), GovernanceStatus::conflict_declared);
  must(kBoris, yes(id));
}

// Whom a proposal concerns may only be seen when it is carried out: here who the principal is that
// gets a weight. Without the review the grant is carried by its own beneficiary.
TEST_F(Governed, WhomAProposalNamesIsReadAgainWhenItIsCarriedOut) {
  found();
  constexpr PrincipalId kDora{8U};
  std::uint32_t next_principal = 8;
  const auto person = [&](const std::string& code, std::uint64_t who) {
    must(kRoot,
         principal::CreatePrincipal{.code = code, .roles = principal::kOperator, .person = who});
    return PrincipalId(next_principal++);
  };
  EXPECT_EQ(person("dora", 77), kDora);
  must(kExecutive, weight_of(kDora, 200));
  must(kRoot, decision::ExcludeConflicts{.reason = "statutes"});
  // To a principal that does not exist yet; Dora carries it, Anna (60 of 300) is against.
  const auto granted = [&](PrincipalId to, bool boris_too) {
    const Reply reply = send(kAnna, propose({weight_of(to, 1)}));
    EXPECT_TRUE(reply.ok());
    const auto id = static_cast<std::uint32_t>(reply.outcome.created);
    after(base::kDay + base::kSecond);
    must(kDora, yes(id));
    decision::CastVote against = yes(id);
    against.support = decision::Support::against;
    if (boris_too) {
      must(kAnna, yes(id));
      must(kBoris, yes(id));
    } else {
      must(kAnna, against);
    }
    after(base::kDay * 8);
    must(kBoris, decision::QueueChange{id});
    return id;
  };
  const decision::ReviewConflicts review{.reason = "statutes"};
  std::uint32_t id = granted(PrincipalId(9U), false);
  EXPECT_EQ(person("dora-again", 77), PrincipalId(9U));
  must(kRoot, review);  // for proposals made since
  EXPECT_FALSE(send(kRoot, review).ok());
  after(base::kDay * 2);
  EXPECT_EQ(answer(kBoris, decision::ExecuteChange{id}), GovernanceStatus::ok);

  id = granted(PrincipalId(10U), false);
  EXPECT_EQ(person("dora-once-more", 77), PrincipalId(10U));
  after(base::kDay * 2);
  const crypto::Hash before = state_hash(engine_->state());
  EXPECT_EQ(answer(kBoris, decision::ExecuteChange{id}), GovernanceStatus::carried_by_conflict);
  EXPECT_EQ(state_hash(engine_->state()), before);
  EXPECT_EQ(state_of(id), GovernorState::queued);
  must(kGuardian, decision::CancelChange{.proposal = id, .reason = "a grant to herself"});

  // Others carry it without her, above the quorum of 30 % of what there is.
  id = granted(PrincipalId(11U), true);
  EXPECT_EQ(person("dora-for-the-last-time", 77), PrincipalId(11U));
  after(base::kDay * 2);
  must(kRoot, Tick{});
  must(kBoris, decision::ExecuteChange{id});
  EXPECT_NE(engine_->state().recusals.conflicts.find({id, {.person = 77, .principal = {}}}),
            nullptr);
  expect_the_same_after_a_start();
}

// All or nothing, and the answer names the command that stands in the way; a dry run rehearses it
// before its time.
TEST_F(Governed, AProposalIsCarriedOutWholeOrNotAtAll) {
  found();
  EXPECT_EQ(static_cast<GovernanceStatus>(
                send(kAnna, propose({ledger::CreateAsset{.code = "no code", .scale = 2}})).shape),
            GovernanceStatus::content_malformed);
  const std::uint32_t two = pass({policy(1), ledger::CreateAsset{.code = "USD", .scale = 2},
                                  ledger::CreateAsset{.code = "USD", .scale = 3}});
  const auto rehearsal = engine_->dry_run({.id = CommandId(900'001),
                                           .principal = kExecutive,
                                           .command = decision::ExecuteChange{two},
                                           .rehearse = true});
  ASSERT_TRUE(rehearsal.has_value());
  EXPECT_THAT(rehearsal->outcome.law, HasSubstr("command 3: "));
  after(base::kDay * 2);
  const Reply refused = send(kAnna, decision::ExecuteChange{two});
  EXPECT_EQ(static_cast<GovernanceStatus>(refused.outcome.status),
            GovernanceStatus::command_refused);
  EXPECT_EQ(engine_->state().ledger.assets.size(), 0U);
  EXPECT_EQ(approvals(), 2);
  EXPECT_EQ(state_of(two), GovernorState::queued);
  after(base::kDay * 14);
  EXPECT_EQ(state_of(two), GovernorState::expired);
  EXPECT_EQ(answer(kAnna, decision::ExecuteChange{two}), GovernanceStatus::unexpected_state);
}

TEST_F(Governed, TheSameBooksAfterARestartAndAReplay) {
  found();
  const std::uint32_t id = pass({policy(1)});
  after(base::kDay * 2);
  must(kBoris, decision::ExecuteChange{id});
  must(kGuardian, policy(2));
  expect_the_same_after_a_start();
  ASSERT_TRUE(engine_->take_snapshot());
  expect_the_same_after_a_start();
}

TEST(GovernedFields, AreFoundByTheirNames) {
  EXPECT_TRUE(has_number(kPolicySet, "approvals"));
  EXPECT_TRUE(has_number(kPolicySet, "life"));
  EXPECT_FALSE(has_number(kPolicySet, "pool"));
  EXPECT_FALSE(has_number(kPolicySet, "approvals.x"));
  EXPECT_TRUE(has_number(Operation<decision::Constitute>::kNumber, "rules.owner_cap_ppm"));
  EXPECT_FALSE(has_number(9'999, "approvals"));
  EXPECT_FALSE(is_governable(Operation<ledger::CreateTransfers>::kNumber));
}

}  // namespace
}  // namespace cofferdam::engine
