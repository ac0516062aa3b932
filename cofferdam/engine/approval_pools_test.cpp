// SPDX-License-Identifier: Apache-2.0
//
// Which pools' policies of approval a command meets: those of all that it acts on, whatever is
// written first, and whether or not anybody has a role in one pool only.
#include "cofferdam/engine/test_signed.h"

namespace cofferdam::engine {
namespace {

using decision::ProposalState;

class ApprovalPools : public InPools, public testing::WithParamInterface<bool> {
 protected:
  ApprovalPools() {
    must(principal::CreatePrincipal{.code = "check", .roles = principal::kApprover});
    if (!GetParam())
      must(access::SetGrant{.principal = PrincipalId(kCarl), .pool = PoolId(1), .roles = 0});
  }

  void ask(std::uint16_t operation, std::uint8_t approvals, std::uint32_t pool = 2) {
    must(decision::SetApprovalPolicy{.operation = operation,
                                     .pool = PoolId(pool),
                                     .approvals = approvals,
                                     .roles = principal::kAdmin});
  }

  // A decoy in P1 that is refused alone, and then a transfer in P2.
  [[nodiscard]] static ledger::CreateTransfers with_decoy(PoolId decoy) {
    ledger::CreateTransfers made = batch({2});
    made.transfers.insert(made.transfers.begin(), {.id = base::TransferId(77),
                                                   .pending_id = base::TransferId(99),
                                                   .pool = decoy,
                                                   .flags = ledger::kVoidPending});
    return made;
  }

  [[nodiscard]] std::uint16_t approve(std::uint32_t who) {
    const auto reply =
        engine_->execute({.id = next(),
                          .principal = PrincipalId(who),
                          .command = decision::Approve{.proposal = base::ProposalId(1)}});
    EXPECT_TRUE(reply);
    return reply->outcome.status;
  }

  [[nodiscard]] const decision::Proposal& row() const {
    return *engine_->state().decision.proposals.find(base::ProposalId(1));
  }

  static constexpr std::uint32_t kCheck = 6;
  static constexpr std::uint16_t kNotPermitted =
      static_cast<std::uint16_t>(decision::AnswerStatus::not_permitted);
};

INSTANTIATE_TEST_SUITE_P(WithAndWithoutGrants, ApprovalPools, testing::Bool());

TEST_P(ApprovalPools, WhatTheBatchBeginsWithDecidesNothing) {
  ask(Operation<ledger::CreateTransfers>::kNumber, 3);
  for (const std::uint32_t decoy : {1U, 0U}) {
    EXPECT_EQ(
        door({.id = next(), .principal = PrincipalId(kAnn), .command = with_decoy(PoolId(decoy))}),
        DoorStatus::approval_required);
  }
  must(proposal(with_decoy(PoolId(1))), kAnn);
  EXPECT_EQ(row().approvals_needed, 3);
  EXPECT_EQ(approve(kCheck), kNotPermitted);
  EXPECT_EQ(approve(kBob), 0);
  EXPECT_EQ(row().state, ProposalState::open);
  expect_a_replay_to_agree();
}

TEST_P(ApprovalPools, WhatIsTightenedBindsWhatIsOpen) {
  must(proposal(with_decoy(PoolId(1))), kAnn);
  ask(Operation<ledger::CreateTransfers>::kNumber, 2);
  EXPECT_EQ(approve(kCheck), kNotPermitted);
  EXPECT_EQ(approve(kBob), 0);
  EXPECT_EQ(row().state, ProposalState::open);
  EXPECT_EQ(approve(1), 0);
  EXPECT_EQ(row().state, ProposalState::executed);
  expect_a_replay_to_agree();
}

TEST_P(ApprovalPools, AHoldIsPostedWithTheApprovalsOfItsPool) {
  ledger::CreateTransfers hold = batch({2});
  hold.transfers[0].flags = ledger::kPending;
  must(hold, kAnn);
  const Request post{
      .id = next(),
      .principal = PrincipalId(kAnn),
      .command = ledger::CreateTransfers{.transfers = {{.id = base::TransferId(50),
                                                        .amount = Amount(5),
                                                        .pending_id = base::TransferId(1),
                                                        .flags = ledger::kPostPending}}}};
  EXPECT_EQ(door(post), DoorStatus::ok);
  ask(Operation<ledger::CreateTransfers>::kNumber, 1);
  EXPECT_EQ(door(post), DoorStatus::approval_required);
}

TEST_P(ApprovalPools, EachPoolThatACommandActsOnIsAsked) {
  const auto asked = [&](Command command) {
    const std::uint16_t number =
        std::visit([]<class C>(const C&) { return Operation<C>::kNumber; }, command);
    const Request request{
        .id = next(), .principal = PrincipalId(kAnn), .command = std::move(command)};
    EXPECT_EQ(check_shape(request.command), 0) << number;
    ask(number, 1);
    const DoorStatus with = engine_->dry_run(request)->outcome.door;
    ask(number, 0);
    EXPECT_NE(engine_->dry_run(request)->outcome.door, DoorStatus::approval_required);
    return with == DoorStatus::approval_required;
  };
  EXPECT_TRUE(asked(pool::DeclareConduit{
      .code = "c", .from = PoolId(1), .to = PoolId(2), .asset = AssetId(1), .purpose = "test"}));
  EXPECT_TRUE(asked(ledger::ChangeAccount{.account = AccountId(20)}));
  EXPECT_FALSE(asked(ledger::ChangeAccount{.account = AccountId(10)}));
  EXPECT_TRUE(
      asked(market::RecordTrades{.trades = {{.buyer_pool = PoolId(1), .seller_pool = PoolId(2)}}}));
  EXPECT_TRUE(
      asked(ledger::CreateAccounts{.accounts = {{.id = AccountId(90), .pool = PoolId(1)},
                                                {.id = AccountId(91), .pool = PoolId(2)}}}));
  EXPECT_TRUE(asked(reconciliation::BeginReconciliation{.account = AccountId(20)}));
}

TEST_P(ApprovalPools, NothingIsAskedThatCannotBeProposed) {
  for (const std::uint16_t operation :
       {Operation<venue::Genesis>::kNumber, Operation<Tick>::kNumber,
        Operation<RevertBatch>::kNumber, Operation<decision::Propose>::kNumber,
        Operation<decision::Approve>::kNumber, Operation<decision::Reject>::kNumber,
        Operation<decision::Withdraw>::kNumber}) {
    Request request{.id = next(),
                    .principal = PrincipalId(1),
                    .command = decision::SetApprovalPolicy{.operation = operation, .approvals = 1}};
    EXPECT_NE(engine_->execute(request)->shape, 0) << operation;
    request.command = decision::SetApprovalPolicy{.operation = operation};
    EXPECT_TRUE(engine_->execute(request)->ok()) << operation;
  }
  must(proposal(batch({1})), kAnn);
  must(Tick{});
}

}  // namespace
}  // namespace cofferdam::engine
