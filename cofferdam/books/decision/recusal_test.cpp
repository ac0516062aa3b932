// SPDX-License-Identifier: Apache-2.0
//
// Votes of those whom a proposal is about, and of those who step aside.
#include "cofferdam/books/decision/recusal.h"

#include "cofferdam/books/decision/constitute.h"
#include "cofferdam/books/decision/governance_invariants.h"
#include "cofferdam/books/ledger/transfer.h"
#include "cofferdam/books/principal/create_principal.h"

#include <gtest/gtest.h>

#include <functional>

namespace cofferdam::decision {
namespace {

using G = GovernanceStatus;
using R = RecusalStatus;

// Three voters: anna and her second login are the person 9, boris is nobody's, clara votes with the
// balance of the owner 30.
class RecusalTest : public testing::Test {
 protected:
  RecusalTest() {
    apply(principal::CreateFirstPrincipal{.code = "root"}, principals, context);
    const PrincipalId executive = add("governance", 0);
    anna = add("anna", 9);
    anna_again = add("anna-again", 9);
    boris = add("boris", 0);
    clara = add("clara", 0);
    Constitute terms;
    terms.rules = {.quorum_numerator = 50, .quorum_denominator = 100};
    terms.voting_delay = Duration(1);
    terms.voting_period = Duration(10);
    terms.late_quorum_extension = Duration();
    terms.executive = executive;
    constitution(terms);
    for (const PrincipalId voter : {anna, anna_again, boris, clara}) {
      state.voters.insert(changes, {.voter = voter, .owner = {}, .weight = {}});
      EXPECT_TRUE(set_weight(state, context, voter, Amount(25)));
    }
    state.voters.edit(changes, clara).owner = OwnerId(30);
    changes.commit();
  }

  PrincipalId add(const std::string& code, base::u128 person) {
    apply(principal::CreatePrincipal{.code = code, .roles = 0x8, .person = person}, principals,
          context);
    return PrincipalId(static_cast<std::uint32_t>(context.created));
  }

  void constitution(const Constitute& terms) {
    EXPECT_EQ(check_shape(terms), ConstituteStatus::ok);
    apply(terms, state, context);
  }

  // A proposal that names these, as the engine reads it, and is voted on now.
  std::uint32_t propose(const std::vector<Beneficiary>& named) {
    context.now = Time(context.now.value() + 1);
    apply(ProposeChange{.commands = {{.operation = 1, .version = 1, .content = {}}}, .reason = {}},
          state, context);
    const auto id = static_cast<std::uint32_t>(context.created);
    EXPECT_TRUE(keep_named(recusals, context, id, named));
    context.now = Time(context.now.value() + 2);
    changes.commit();
    return id;
  }

  G vote(PrincipalId who, std::uint32_t proposal, Support support) {
    context.principal = who;
    const CastVote command{.proposal = proposal, .support = support, .reason = {}};
    const G status = check_state(command, state, principals, recusals, context);
    if (status != G::ok) return status;
    EXPECT_EQ(apply(command, state, principals, recusals, context), G::ok);
    EXPECT_EQ(check_votes_add_up(state), std::nullopt);
    EXPECT_EQ(check_conflicts_are_kept(recusals, state, principals), std::nullopt);
    changes.commit();
    return status;
  }

  R declare(PrincipalId who, std::uint32_t proposal, const std::string& reason = "mine") {
    context.principal = who;
    const DeclareVoteConflict command{.proposal = proposal, .reason = reason};
    R status = check_shape(command);
    if (status == R::ok) status = check_state(command, recusals, state, principals, context);
    if (status != R::ok) return status;
    EXPECT_EQ(apply(command, recusals, principals, context), R::ok);
    EXPECT_EQ(check_conflicts_are_kept(recusals, state, principals), std::nullopt);
    changes.commit();
    return status;
  }

  base::Changes changes;
  std::vector<ledger::Transfer> postings;
  Context context{.changes = changes, .now = Time(100), .principal = {}, .postings = postings};
  principal::State principals;
  GovernanceState state;
  RecusalState recusals;
  PrincipalId anna, anna_again, boris, clara;
};

TEST_F(RecusalTest, WhomAProposalNamesVotesAtMostAgainst) {
  const std::uint32_t id = propose({{.person = 9, .principal = {}},
                                    {.person = 30, .principal = {}},
                                    {.person = 0, .principal = boris}});
  for (const PrincipalId who : {anna, anna_again, boris, clara}) {
    EXPECT_EQ(vote(who, id, Support::in_favour), G::named_in_proposal);
    // An abstention would count for the quorum.
    EXPECT_EQ(vote(who, id, Support::abstain), G::named_in_proposal);
  }
  // Nobody is silenced by being named.
  for (const PrincipalId who : {anna, boris, clara})
    EXPECT_EQ(vote(who, id, Support::against), G::ok);
  EXPECT_EQ(state.proposals.find(id)->totals.against, Amount(75));
  // Another proposal is none of their business.
  const std::uint32_t other = propose({});
  EXPECT_EQ(vote(anna, other, Support::in_favour), G::ok);
}

TEST_F(RecusalTest, WhoDeclaresAConflictDoesNotVoteWithAnyLogin) {
  const std::uint32_t id = propose({});
  EXPECT_EQ(declare(anna, id, ""), R::reason_malformed);
  EXPECT_EQ(declare(anna, 7), R::proposal_not_found);
  EXPECT_EQ(declare(PrincipalId(1), id), R::not_a_voter);
  EXPECT_EQ(declare(anna, id), R::ok);
  EXPECT_EQ(declare(anna, id), R::declared_before);
  EXPECT_EQ(declare(anna_again, id), R::declared_before);
  for (const Support support : {Support::against, Support::in_favour, Support::abstain}) {
    EXPECT_EQ(vote(anna, id, support), G::conflict_declared);
    EXPECT_EQ(vote(anna_again, id, support), G::conflict_declared);
  }
  EXPECT_EQ(vote(boris, id, Support::in_favour), G::ok);
  EXPECT_EQ(declare(boris, id), R::voted_before);
  context.now = Time(context.now.value() + 100);
  EXPECT_EQ(declare(clara, id), R::unexpected_state);
}

// Of the supply: who steps aside lowers no quorum. Of the eligible weight: only those who did so
// before the first vote, so that nobody steps aside to carry a vote at its end.
TEST_F(RecusalTest, TheQuorumIsThatOfTheFirstVote) {
  std::uint32_t id = propose({});
  ASSERT_EQ(declare(anna, id), R::ok);
  ASSERT_EQ(vote(boris, id, Support::in_favour), G::ok);
  EXPECT_EQ(state.proposals.find(id)->quorum, Amount(50));
  Constitute terms;
  static_cast<Constitution&>(terms) = *constitution_in_force(state);
  terms.rules.quorum_base = QuorumBase::eligible;
  constitution(terms);
  id = propose({{.person = 30, .principal = {}}});
  ASSERT_EQ(declare(anna, id), R::ok);
  ASSERT_EQ(vote(boris, id, Support::in_favour), G::ok);
  EXPECT_EQ(state.proposals.find(id)->quorum, Amount(25));  // half of 100 less 50
  ASSERT_EQ(declare(clara, id), R::ok);
  EXPECT_EQ(state.proposals.find(id)->quorum, Amount(25));
}

TEST_F(RecusalTest, TheExclusionIsAdoptedOnceAndStays) {
  EXPECT_FALSE(names_are_kept(recusals));
  EXPECT_EQ(check_state(ExcludeConflicts{.reason = {}}, recusals, GovernanceState()),
            R::no_constitution);
  ASSERT_EQ(check_state(ExcludeConflicts{.reason = {}}, recusals, state), R::ok);
  apply(ExcludeConflicts{.reason = "from the statutes"}, recusals, context);
  changes.commit();
  EXPECT_TRUE(names_are_kept(recusals));
  EXPECT_EQ(check_state(ExcludeConflicts{.reason = {}}, recusals, state), R::excluded_already);
  EXPECT_EQ(check_shape(ExcludeConflicts{.reason = std::string(1'025, 'x')}), R::reason_malformed);
}

TEST_F(RecusalTest, ALawCatchesWhatTheCommandsWouldNotDo) {
  const std::uint32_t id = propose({{.person = 9, .principal = {}}});
  ASSERT_EQ(declare(clara, id), R::ok);
  const auto broken = [&](const std::function<void()>& harm) {
    harm();
    const bool found = check_conflicts_are_kept(recusals, state, principals).has_value();
    changes.rollback();
    return found;
  };
  const ProposalConflict::Key key{id, beneficiary_of(principals, clara)};
  EXPECT_TRUE(broken([&] { recusals.conflicts.edit(changes, key).cause = ConflictCause::named; }));
  EXPECT_TRUE(broken([&] { recusals.conflicts.erase(changes, key); }));
  context.principal = anna;
  EXPECT_TRUE(broken([&] {
    apply(CastVote{.proposal = id, .support = Support::in_favour, .reason = {}}, state, principals,
          context);
  }));
  EXPECT_FALSE(broken([&] {
    apply(CastVote{.proposal = id, .support = Support::against, .reason = {}}, state, principals,
          context);
  }));
  EXPECT_FALSE(keep_named(recusals, context, id, std::vector<Beneficiary>(kPartiesMax + 1)));
}

}  // namespace
}  // namespace cofferdam::decision
