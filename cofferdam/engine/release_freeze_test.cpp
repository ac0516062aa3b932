// SPDX-License-Identifier: Apache-2.0
//
// A break of a pool freezes what leaves it, whichever door it takes; vaults are asked in the room
// of reconciliation.
#include "cofferdam/engine/test_signed.h"

namespace cofferdam::engine {
namespace {

class ReleaseFreeze : public InPools {
 protected:
  static constexpr std::uint64_t kBank = 30;       // of P1, kept elsewhere
  static constexpr std::uint64_t kOtherBank = 31;  // of P2

  ReleaseFreeze() {
    must(ledger::CreateAccounts{.accounts = {{.id = AccountId(kBank),
                                              .pool = PoolId(1),
                                              .asset = AssetId(1),
                                              .account_class = ledger::AccountClass::custody,
                                              .code = 1},
                                             {.id = AccountId(kOtherBank),
                                              .pool = PoolId(2),
                                              .asset = AssetId(1),
                                              .account_class = ledger::AccountClass::custody,
                                              .code = 1}}});
    deposit_ = CommandId(id_ + 1);
    must(transfer(kBank, 10, 10'000));
    must(transfer(kOtherBank, 20, 10'000));
    must(pool::DeclareConduit{
        .code = "out", .from = PoolId(1), .to = PoolId(2), .asset = AssetId(1), .purpose = "test"});
    must(pool::DeclareReleaseRule{
        .code = "due",
        .conduit = base::ConduitId(1),
        .debit_account = AccountId(10),
        .credit_account = AccountId(20),
        .amount = Amount(5),
        .reason = 17,
        .condition = {{.kind = pool::ConditionKind::time_reached, .time = Time(1)}}});
    ledger::CreateTransfers hold = transfer(10, kBank, 50);
    hold.transfers[0].flags = ledger::kPending;
    hold_ = hold.transfers[0].id;
    must(hold);
    must(reconciliation::SetGuard{.pool = PoolId(1)});
    must(reconciliation::BeginReconciliation{.account = AccountId(kBank)});
  }

  ledger::CreateTransfers transfer(std::uint64_t debit, std::uint64_t credit,
                                   std::uint64_t amount) {
    const bool is_in_the_other = debit == 20 || debit == kOtherBank;
    return {.transfers = {{.id = base::TransferId(++transfers_),
                           .debit_account = AccountId(debit),
                           .credit_account = AccountId(credit),
                           .amount = Amount(amount),
                           .pool = PoolId(is_in_the_other ? 2 : 1),
                           .asset = AssetId(1),
                           .code = 1}}};
  }

  // The bank says otherwise.
  void open_a_break() {
    must(reconciliation::RecordStatement{
        .statement = "s1",
        .account = AccountId(kBank),
        .as_of = Time(now_),
        .balances = {{.asset = AssetId(1), .closing = base::SignedAmount(9'000)}}});
    ASSERT_EQ(engine_->state().reconciliation.open_breaks.size(), 1U);
  }

  DoorStatus judged(Command command) {
    return engine_
        ->dry_run({.id = next(), .principal = PrincipalId(1), .command = std::move(command)})
        ->outcome.door;
  }

  // Every way out of P1.
  std::vector<std::pair<std::string, Command>> ways_out() {
    ledger::CreateTransfers linked = transfer(kBank, 11, 7);
    linked.transfers[0].flags = ledger::kLinked;
    linked.transfers.push_back(transfer(10, kBank, 8).transfers[0]);
    ledger::CreateTransfers posted;
    posted.transfers.push_back({.id = base::TransferId(++transfers_),
                                .amount = Amount(50),
                                .pending_id = hold_,
                                .flags = ledger::kPostPending});
    return {{"a transfer", transfer(10, kBank, 5)},
            {"a batch that takes out more than it brings", linked},
            {"a hold that is posted", posted},
            {"a conduit", pool::ConduitTransfer{.conduit = base::ConduitId(1),
                                                .debit_account = AccountId(10),
                                                .credit_account = AccountId(20),
                                                .amount = Amount(5),
                                                .code = 1}},
            {"a release rule", pool::ExecuteRelease{.rule = base::RuleId(1)}},
            {"a deposit taken back", RevertBatch{.command = deposit_, .reason = "test"}}};
  }

  CommandId deposit_;
  base::TransferId hold_;
  std::uint64_t transfers_ = 1'000;
};

TEST_F(ReleaseFreeze, EveryWayOutIsOpenWithoutABreakAndShutWithOne) {
  for (auto& [what, command] : ways_out()) {
    if (what == "a deposit taken back") continue;  // the hold and the rule have used it
    EXPECT_EQ(judged(command), DoorStatus::ok) << what;
  }
  open_a_break();
  for (auto& [what, command] : ways_out())
    EXPECT_EQ(judged(command), DoorStatus::releases_frozen) << what;
  // What comes in, what stays inside, and another pool go on.
  EXPECT_EQ(judged(transfer(kBank, 10, 5)), DoorStatus::ok);
  EXPECT_EQ(judged(transfer(10, 11, 5)), DoorStatus::ok);
  EXPECT_EQ(judged(transfer(20, kOtherBank, 5)), DoorStatus::ok);
}

TEST_F(ReleaseFreeze, AnApprovalDoesNotOpenIt) {
  must(principal::CreatePrincipal{.code = "check", .roles = principal::kApprover});
  must(proposal(transfer(10, kBank, 5)), kAnn);
  open_a_break();
  const auto reply =
      engine_->execute({.id = next(),
                        .principal = PrincipalId(6),
                        .command = decision::Approve{.proposal = base::ProposalId(1)}});
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->outcome.door, DoorStatus::releases_frozen);
  EXPECT_EQ(engine_->state().decision.proposals.find(base::ProposalId(1))->state,
            decision::ProposalState::open);
  expect_a_replay_to_agree();
}

TEST_F(ReleaseFreeze, APoolWithABreakIsNotDetached) {
  open_a_break();
  pool::FreezePool freeze;
  freeze.pool = PoolId(1);
  must(freeze);
  pool::DetachPool detach;
  detach.pool = PoolId(1);
  const auto reply =
      engine_->dry_run({.id = next(), .principal = PrincipalId(1), .command = detach});
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->outcome.door, DoorStatus::ok);
  EXPECT_EQ(reply->outcome.status, static_cast<std::uint16_t>(pool::PoolLifeStatus::break_open));
}

}  // namespace
}  // namespace cofferdam::engine
