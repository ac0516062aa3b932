// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/decision/approve.h"
#include "cofferdam/books/decision/invariants.h"
#include "cofferdam/books/decision/propose.h"
#include "cofferdam/books/decision/set_approval_policy.h"
#include "cofferdam/books/ledger/transfer.h"
#include "cofferdam/books/principal/create_principal.h"

#include <gtest/gtest.h>

namespace cofferdam::decision {
namespace {

constexpr std::uint16_t kOperation = 40;

class DecisionTest : public testing::Test {
 protected:
  DecisionTest() {
    apply(principal::CreateFirstPrincipal{.code = "root"}, principals, context);
    using principal::kApprover;
    using principal::kOperator;
    maker = add("maker", kOperator | kApprover, 5);
    maker_again = add("maker-phone", kApprover, 5);
    anna = add("anna", kApprover, 6);
    anna_again = add("anna-phone", kApprover, 6);
    boris = add("boris", kApprover, 0);
    clerk = add("clerk", kOperator, 0);
    apply(SetApprovalPolicy{.operation = kOperation, .approvals = 2, .life = base::kDay}, state,
          context);
    changes.commit();
  }

  PrincipalId add(const std::string& code, int roles, base::u128 person) {
    apply(
        principal::CreatePrincipal{
            .code = code, .roles = static_cast<std::uint16_t>(roles), .person = person},
        principals, context);
    return PrincipalId(static_cast<std::uint32_t>(context.created));
  }

  ProposalId propose(const Subject& subject = {}) {
    context.principal = maker;
    const Propose command{.operation = kOperation, .version = 1, .content = "bytes"};
    EXPECT_EQ(check_state(command, state, principals, grants, subject, context), ProposeStatus::ok);
    apply(command, state, subject, context);
    return ProposalId(static_cast<std::uint32_t>(context.created));
  }

  template <class Command>
  AnswerStatus answer(PrincipalId who, const Command& command) {
    context.principal = who;
    AnswerStatus status = check_shape(command);
    if (status == AnswerStatus::ok) status = check(command);
    if (status == AnswerStatus::ok) apply(command, state, context);
    return status;
  }

  AnswerStatus check(const Approve& command) {
    const Proposal* row = state.proposals.find(command.proposal);
    const PoolId pool = row == nullptr ? PoolId() : row->pool;
    return check_state(command, state, principals, grants, {&pool, 1}, context);
  }

  AnswerStatus check(const auto& command) {
    return check_state(command, state, principals, grants, context);
  }

  [[nodiscard]] std::uint8_t needed(ProposalId id) const {
    return approvals_now(state, at(id), {&at(id).pool, 1});
  }

  [[nodiscard]] const Proposal& at(ProposalId id) const { return *state.proposals.find(id); }

  principal::State principals;
  access::State grants;
  State state;
  base::Changes changes;
  std::vector<ledger::Transfer> postings;
  Context context{.changes = changes, .now = Time(1000), .postings = postings};
  PrincipalId maker, maker_again, anna, anna_again, boris, clerk;
};

// R10: the same person cannot do both steps, by no name.
TEST_F(DecisionTest, AMakerIsNeverAChecker) {
  const ProposalId id = propose();
  EXPECT_EQ(answer(maker, Approve{.proposal = id}), AnswerStatus::maker_may_not_check);
  EXPECT_EQ(answer(maker_again, Approve{.proposal = id}), AnswerStatus::maker_may_not_check);
  EXPECT_EQ(answer(maker, Reject{.proposal = id}), AnswerStatus::maker_may_not_check);
  EXPECT_EQ(at(id).approvals.size(), 0U);
}

TEST_F(DecisionTest, RootDoesNotCheckItsOwnProposal) {
  context.principal = PrincipalId(1);
  apply(Propose{.operation = kOperation}, state, {}, context);
  EXPECT_EQ(answer(PrincipalId(1), Approve{.proposal = ProposalId(1)}),
            AnswerStatus::maker_may_not_check);
}

TEST_F(DecisionTest, AnswersRefuseInOrderOfPrecedence) {
  using enum AnswerStatus;
  const ProposalId id = propose();
  const std::string long_text(1025, 'x');
  EXPECT_EQ(answer(anna, Approve{.proposal = ProposalId(9), .comment = long_text}),
            comment_too_long);
  EXPECT_EQ(answer(anna, Approve{.proposal = ProposalId(9)}), proposal_not_found);
  EXPECT_EQ(answer(clerk, Approve{.proposal = id}), not_permitted);
  EXPECT_EQ(answer(anna, Approve{.proposal = id}), ok);
  EXPECT_EQ(answer(anna, Approve{.proposal = id}), already_approved);
  EXPECT_EQ(answer(anna_again, Approve{.proposal = id}), already_approved);
  EXPECT_EQ(answer(boris, Withdraw{.proposal = id}), only_the_maker_withdraws);
  const Time expires = at(id).expires;
  context.now = expires;
  EXPECT_EQ(answer(boris, Approve{.proposal = id}), expired);
  EXPECT_EQ(answer(maker, Withdraw{.proposal = id}), expired);
  context.now = Time(expires.value() - 1);
  EXPECT_EQ(answer(boris, Approve{.proposal = id}), ok);
  context.now = expires;
  record_execution(state, context, id, ExecutionResult::executed, 0);
  EXPECT_EQ(answer(boris, Approve{.proposal = id}), not_open);
}

TEST_F(DecisionTest, TheQuorumIsReachedByDistinctPersons) {
  const ProposalId id = propose();
  EXPECT_LT(at(id).approvals.size(), needed(id));
  EXPECT_EQ(answer(anna, Approve{.proposal = id}), AnswerStatus::ok);
  EXPECT_LT(at(id).approvals.size(), needed(id));
  EXPECT_EQ(answer(boris, Approve{.proposal = id}), AnswerStatus::ok);
  EXPECT_GE(at(id).approvals.size(), needed(id));
  EXPECT_EQ(at(id).content, "bytes");
  record_execution(state, context, id, ExecutionResult::failed, 12);
  EXPECT_EQ(at(id).state, ProposalState::failed);
  EXPECT_EQ(at(id).outcome, 12);
  EXPECT_EQ(at(id).content, "");
  EXPECT_EQ(state.due.size(), 0U);
  EXPECT_EQ(check_four_eyes(state, principals), std::nullopt);
}

TEST_F(DecisionTest, ATighterPolicyBindsOpenProposalsALooserOneDoesNot) {
  const ProposalId id = propose();
  apply(SetApprovalPolicy{.operation = kOperation, .approvals = 3}, state, context);
  EXPECT_EQ(needed(id), 3);
  apply(SetApprovalPolicy{.operation = kOperation, .approvals = 0}, state, context);
  EXPECT_EQ(needed(id), 2);
}

TEST_F(DecisionTest, ThePoolsOwnPolicyGoesBeforeTheGeneralOne) {
  apply(
      SetApprovalPolicy{
          .operation = kOperation, .pool = PoolId(3), .approvals = 5, .roles = principal::kAdmin},
      state, context);
  EXPECT_EQ(required_approvals(state, kOperation, PoolId(3)).approvals, 5);
  EXPECT_EQ(required_approvals(state, kOperation, PoolId(4)).approvals, 2);
  EXPECT_EQ(required_approvals(state, 41, PoolId(3)), Requirement{});
  const ProposalId id = propose({.pool = PoolId(3)});
  EXPECT_EQ(answer(anna, Approve{.proposal = id}), AnswerStatus::not_permitted);
  EXPECT_EQ(at(propose({.pool = PoolId(4), .approvals = 7})).approvals_needed, 7);
}

TEST_F(DecisionTest, ATickClosesWhatHasExpired) {
  const ProposalId first = propose();
  context.now = Time(2000);
  const ProposalId second = propose();
  EXPECT_EQ(due_proposals(state, Time(2000)), 0U);
  context.now = at(first).expires;
  EXPECT_EQ(due_proposals(state, context.now), 1U);
  expire_proposals(state, context);
  EXPECT_EQ(at(first).state, ProposalState::expired);
  EXPECT_EQ(at(second).state, ProposalState::open);
}

TEST_F(DecisionTest, RejectionAndWithdrawalEndAProposal) {
  const ProposalId first = propose();
  const ProposalId second = propose();
  EXPECT_EQ(answer(anna, Reject{.proposal = first, .comment = "no"}), AnswerStatus::ok);
  EXPECT_EQ(at(first).state, ProposalState::rejected);
  EXPECT_EQ(at(first).closed_by, anna);
  EXPECT_EQ(answer(maker, Withdraw{.proposal = second}), AnswerStatus::ok);
  EXPECT_EQ(at(second).state, ProposalState::withdrawn);
  EXPECT_EQ(answer(boris, Approve{.proposal = second}), AnswerStatus::not_open);
}

TEST_F(DecisionTest, ProposeAndPolicyRefuseInOrderOfPrecedence) {
  using P = ProposeStatus;
  EXPECT_EQ(check_shape(Propose{.content = std::string(kContentMax + 1, 'x')}),
            P::operation_must_not_be_zero);
  EXPECT_EQ(check_shape(Propose{.operation = 1, .content = std::string(kContentMax + 1, 'x')}),
            P::content_too_long);
  EXPECT_EQ(check_shape(Propose{.operation = 1, .reason = std::string(1025, 'x')}),
            P::reason_too_long);
  context.principal = anna;  // an approver is not an operator
  const Propose plain{.operation = kOperation};
  EXPECT_EQ(check_state(plain, state, principals, grants, {}, context), P::not_permitted);
  context.principal = clerk;
  context.now = Time::max();
  EXPECT_EQ(check_state(plain, state, principals, grants, {}, context), P::expires_beyond_time);
  using S = SetApprovalPolicyStatus;
  EXPECT_EQ(check_shape(SetApprovalPolicy{.approvals = 17}), S::operation_must_not_be_zero);
  EXPECT_EQ(check_shape(SetApprovalPolicy{.operation = 1, .approvals = 17, .roles = 0}),
            S::too_many_approvals);
  EXPECT_EQ(check_shape(SetApprovalPolicy{.operation = 1, .roles = 0, .life = Duration()}),
            S::roles_unknown);
  EXPECT_EQ(check_shape(SetApprovalPolicy{.operation = 1, .life = Duration()}),
            S::life_must_be_positive);
  EXPECT_EQ(check_state(SetApprovalPolicy{.operation = 1}, state, principals, context),
            S::not_permitted);
}

TEST_F(DecisionTest, OpenProposalsAreBounded) {
  for (std::size_t i = 0; i < kOpenProposalsMax; ++i) propose();
  context.principal = maker;
  EXPECT_EQ(check_state(Propose{.operation = kOperation}, state, principals, grants, {}, context),
            ProposeStatus::too_many_open);
}

TEST_F(DecisionTest, TheInvariantsSeeForgedRows) {
  const ProposalId id = propose();
  changes.commit();
  const auto forge = [&](auto change) {
    change(state.proposals.edit(changes, id));
    const auto eyes = check_four_eyes(state, principals);
    const auto closed = check_closed_stays_closed(state);
    changes.rollback();
    return eyes.has_value() || closed.has_value();
  };
  EXPECT_FALSE(forge([&](Proposal& p) { p.approvals = {{anna, Time(), ""}}; }));
  EXPECT_TRUE(forge([&](Proposal& p) { p.approvals = {{maker, Time(), ""}}; }));
  EXPECT_TRUE(forge([&](Proposal& p) { p.approvals = {{maker_again, Time(), ""}}; }));
  EXPECT_TRUE(
      forge([&](Proposal& p) { p.approvals = {{anna, Time(), ""}, {anna_again, Time(), ""}}; }));
  EXPECT_TRUE(forge([&](Proposal& p) { p.state = ProposalState::executed; }));
  EXPECT_TRUE(forge([&](Proposal& p) { p.content = "other"; }));
  EXPECT_EQ(answer(anna, Reject{.proposal = id}), AnswerStatus::ok);
  changes.commit();
  EXPECT_TRUE(forge([&](Proposal& p) { p.state = ProposalState::open; }));
}

}  // namespace
}  // namespace cofferdam::decision
