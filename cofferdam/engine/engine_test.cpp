// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/engine/engine.h"

#include "cofferdam/engine/checkpoint.h"
#include "cofferdam/engine/test_books.h"

#include <cerrno>

namespace cofferdam::engine {
namespace {

using base::AccountId;
using base::Amount;
using base::AssetId;
using base::CommandId;
using base::PoolId;
using base::PrincipalId;
using base::TransferId;

class Books : public TestBooks {
 protected:
  // Also where the disk fails.
  [[nodiscard]] Result<Reply> attempt(Command command, std::uint32_t who = 1) {
    return engine_->execute(
        {.id = CommandId(++id_), .principal = PrincipalId(who), .command = std::move(command)});
  }

  void found(const std::string& key = "") {
    must(venue::Genesis{.venue = "T", .root = "root", .checkpoint_key = key});
    must(ledger::CreateAsset{.code = "USD", .scale = 2});
    must(pool::CreatePool{.code = "P", .activity = "test", .allows_deficit = true});
    must(pool::AttachAgreement{.pool = PoolId(1),
                               .title = "Deed",
                               .document = std::string(64, 'a'),
                               .parties = {"x"},
                               .law = "none"});
    pool::ActivatePool activate;
    activate.pool = PoolId(1);
    must(activate);
    ledger::CreateAccounts accounts;
    for (std::uint32_t i = 1; i <= 3; ++i)
      accounts.accounts.push_back(
          {.id = AccountId(i), .pool = PoolId(1), .asset = AssetId(1), .code = 1});
    must(accounts);
  }

  [[nodiscard]] static ledger::CreateTransfers transfer(std::uint64_t id, std::uint64_t amount,
                                                        std::uint16_t flags = 0,
                                                        std::uint32_t timeout = 0) {
    return {.transfers = {{.id = TransferId(id),
                           .debit_account = AccountId(1),
                           .credit_account = AccountId(2),
                           .amount = Amount(amount),
                           .timeout_s = timeout,
                           .pool = PoolId(1),
                           .asset = AssetId(1),
                           .code = 1,
                           .flags = flags}}};
  }

  [[nodiscard]] const ledger::Account& account(std::uint64_t id) const {
    return *engine_->state().ledger.accounts.find(AccountId(id));
  }
};

TEST_F(Books, ARepeatedIdIsAnsweredAsBeforeAndOtherContentNamesTheField) {
  found();
  const Reply first = must(transfer(1, 10));
  --id_;
  const Reply again = must(transfer(1, 10));
  EXPECT_TRUE(again.replayed);
  EXPECT_EQ(again.outcome, first.outcome);
  EXPECT_EQ(again.sequence, first.sequence);
  --id_;
  const auto other = attempt(transfer(1, 11));
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().kind, base::ErrorKind::refused);
  EXPECT_THAT(other.error().field, testing::HasSubstr("amount"));
  EXPECT_EQ(account(1).debits_posted, Amount(10));
}

TEST_F(Books, OpenedAgainTheyAreTheSameAndAFullReplayAgrees) {
  found();
  must(transfer(1, 10));
  ASSERT_TRUE(engine_->take_snapshot());
  must(transfer(2, 5));
  expect_the_same_after_a_start();
  EXPECT_EQ(engine_->figures().snapshot_sequence + 1, engine_->sequence());
}

TEST_F(Books, WhoServesOthersTakesTheSnapshotThatIsDueWhenItChooses) {
  snapshot_every_bytes_ = 500;
  open();
  found();
  const base::Sequence by_submit = engine_->figures().snapshot_sequence;
  EXPECT_GT(by_submit, 0U) << "left alone, submit() takes it";
  engine_->leave_snapshots_to_caller();
  std::uint64_t number = 0;
  while (!engine_->is_snapshot_due()) must(transfer(++number, 1));
  must(transfer(++number, 1));
  EXPECT_EQ(engine_->figures().snapshot_sequence, by_submit);
  engine_->take_due_snapshot();
  EXPECT_EQ(engine_->figures().snapshot_sequence, engine_->sequence());
  EXPECT_FALSE(engine_->is_snapshot_due());
  must(transfer(++number, 1));
  const base::Sequence taken = engine_->figures().snapshot_sequence;
  engine_->take_due_snapshot();
  EXPECT_EQ(engine_->figures().snapshot_sequence, taken) << "none is due";
  expect_the_same_after_a_start();
}

TEST_F(Books, TimeTravelAndDryRuns) {
  found();
  const auto then = state_hash(engine_->state());
  const base::Sequence at = engine_->sequence();
  const base::Time when = engine_->time();
  now_ += 1'000'000'000;
  const auto tried = engine_->dry_run(
      {.id = CommandId(99), .principal = PrincipalId(1), .command = transfer(1, 10)});
  ASSERT_TRUE(tried && tried->ok());
  EXPECT_EQ(state_hash(engine_->state()), then);
  must(transfer(1, 10));
  EXPECT_NE(state_hash(engine_->state()), then);
  EXPECT_EQ(state_hash(*engine_->at(at)->state), then);
  EXPECT_EQ(state_hash(*engine_->at(when)->state), then);
  EXPECT_FALSE(engine_->at(engine_->sequence() + 1));
}

TEST_F(Books, CheckpointsAreVerifiedAndKeysRotate) {
  const auto old_key = *make_checkpoint_key(folder_);
  const auto new_key = *make_checkpoint_key(folder_);
  found(crypto::to_hex(old_key));
  ASSERT_TRUE(engine_->checkpoint());
  const auto signing = load_checkpoint_key(folder_, old_key);
  const std::string agreement =
      crypto::to_hex(signing->sign(rotation_bytes("T", old_key, new_key)));
  std::string wrong = agreement;
  wrong[0] = wrong[0] == '0' ? '1' : '0';
  EXPECT_FALSE(
      send(RotateCheckpointKey{.next_key = crypto::to_hex(new_key), .agreement = wrong}).ok());
  must(RotateCheckpointKey{.next_key = crypto::to_hex(new_key), .agreement = agreement});
  must(transfer(1, 1));
  ASSERT_TRUE(engine_->checkpoint());
  const auto replayed = replay(disk_, folder_, {.index_table_ids = 4096});
  ASSERT_TRUE(replayed) << replayed.error().text();
  EXPECT_EQ(replayed->checkpoints, 2U);
}

TEST_F(Books, AChangedByteIsFound) {
  found();
  must(transfer(1, 10));
  ASSERT_TRUE(engine_->close());
  engine_.reset();
  std::string& bytes = disk_.platter(folder_ + "/journal/0000000001.segment");
  const std::size_t at = bytes.find("USD");
  ASSERT_NE(at, std::string::npos);
  bytes[at] = 'V';
  const auto replayed = replay(disk_, folder_, {.index_table_ids = 4096});
  ASSERT_FALSE(replayed);
  EXPECT_EQ(replayed.error().kind, base::ErrorKind::integrity);
}

TEST_F(Books, ABatchIsTakenBackOnceAndAHoldExpiresByATick) {
  found();
  must(transfer(1, 10));
  const CommandId batch(id_);
  must(RevertBatch{.command = batch});
  EXPECT_EQ(account(1).credits_posted, Amount(10));
  EXPECT_EQ(send(RevertBatch{.command = batch}).outcome.status,
            static_cast<std::uint16_t>(RevertStatus::already_reverted));
  must(transfer(2, 7, ledger::kPending, 5));
  EXPECT_EQ(account(1).debits_pending, Amount(7));
  must(Tick{});
  EXPECT_EQ(account(1).debits_pending, Amount(7));
  now_ += 6'000'000'000;
  EXPECT_EQ(send(Tick{}).outcome.postings.size(), 1U);
  EXPECT_EQ(account(1).debits_pending, Amount());
}

TEST_F(Books, WhatNeedsApprovalIsCarriedOutByTheOneWhoDidNotMakeIt) {
  found();
  must(principal::CreatePrincipal{.code = "maker", .roles = principal::kOperator, .person = 2});
  must(principal::CreatePrincipal{.code = "checker", .roles = principal::kApprover, .person = 3});
  EXPECT_EQ(send(ledger::CreateAsset{.code = "EUR"}, 2).outcome.door,
            DoorStatus::principal_not_allowed);
  EXPECT_EQ(send(transfer(1, 10), 9).outcome.door, DoorStatus::principal_unknown);
  must(decision::SetApprovalPolicy{.operation = 12, .approvals = 1});
  EXPECT_EQ(send(transfer(1, 10), 2).outcome.door, DoorStatus::approval_required);
  const Reply proposed = must(
      decision::Propose{.operation = 12, .version = 1, .content = base::encode(transfer(1, 10))},
      2);
  ASSERT_TRUE(proposed.ok());
  const base::ProposalId proposal(static_cast<std::uint32_t>(proposed.outcome.created));
  EXPECT_FALSE(send(decision::Approve{.proposal = proposal}, 2).ok());
  EXPECT_EQ(account(1).debits_posted, Amount());
  const Reply approved = must(decision::Approve{.proposal = proposal}, 3);
  EXPECT_TRUE(approved.ok() && approved.outcome.executed);
  EXPECT_EQ(account(1).debits_posted, Amount(10));
  EXPECT_TRUE(engine_->find_transfer(TransferId(1))->has_value());
}

TEST_F(Books, AFullDiskRefusesWritesAndResumes) {
  found();
  disk_.set_capacity(disk_.used());
  std::uint64_t transfers = 1;
  auto reply = attempt(transfer(transfers, 1));
  while (reply && transfers < 5000) reply = attempt(transfer(++transfers, 1));
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().kind, base::ErrorKind::exhausted);
  EXPECT_EQ(account(1).debits_posted, Amount(transfers - 1));
  EXPECT_TRUE(engine_->find_command(CommandId(1))->has_value());
  disk_.set_capacity(journal::SimulatedDisk::kNever);
  --id_;
  must(transfer(transfers, 1));
  EXPECT_EQ(account(1).debits_posted, Amount(transfers));
}

TEST_F(Books, AfterAFailedFlushNothingIsAccepted) {
  found();
  disk_.fail_sync(EIO);
  EXPECT_FALSE(attempt(transfer(1, 1)));
  EXPECT_FALSE(attempt(transfer(2, 1)));
}

// A request that is refused over its time would otherwise leave that time to all that come after.
TEST_F(Books, ARefusalDoesNotMoveTheClock) {
  found();
  const base::Sequence before = engine_->sequence();
  const base::Time time = engine_->time();
  for (const base::Time given : {base::Time::max(), base::Time(1), time + base::kDay}) {
    Request request{
        .id = CommandId(++id_), .principal = PrincipalId(1), .time = given, .command = Tick{}};
    const auto reply = engine_->execute(request);
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->outcome.door,
              given < time ? DoorStatus::time_goes_back : DoorStatus::time_not_accepted);
    EXPECT_EQ(reply->sequence, 0);
    request.command = venue::Genesis{.venue = "x", .root = "r"};
    request.id = CommandId(++id_);
    EXPECT_EQ(engine_->execute(request)->sequence, 0);
  }
  EXPECT_EQ(engine_->sequence(), before);
  EXPECT_EQ(engine_->time(), time);
  must(transfer(1, 1));
  EXPECT_LT(engine_->time(), time + base::kDay);
  // Without a time the second genesis is a command like others, at the time of now.
  EXPECT_EQ(send(venue::Genesis{.venue = "x", .root = "r"}).outcome.door,
            DoorStatus::genesis_exists);
  must(transfer(2, 1));
}

TEST_F(Books, WhereTimeIsGivenOnlyWhoMayActMovesIt) {
  const auto at = [&](Command command, std::uint32_t who, base::Time time) {
    return *engine_->execute({.id = CommandId(++id_),
                              .principal = PrincipalId(who),
                              .time = time,
                              .command = std::move(command)});
  };
  const base::Time start(1'000);
  const auto given = venue::TimeSource::given;
  ASSERT_TRUE(
      at(venue::Genesis{.venue = "T", .root = "root", .time_source = given}, 1, start).ok());
  ASSERT_TRUE(
      at(principal::CreatePrincipal{.code = "reader", .roles = principal::kAuditor}, 1, start)
          .ok());
  const auto outcome = [&](std::uint32_t who) {
    const Reply reply = at(ledger::CreateAsset{.code = "USD", .scale = 2}, who, base::Time::max());
    EXPECT_EQ(reply.sequence, 0);
    return reply.outcome.door;
  };
  EXPECT_EQ(outcome(2), DoorStatus::principal_not_allowed);
  EXPECT_EQ(outcome(9), DoorStatus::principal_unknown);
  EXPECT_EQ(at(venue::Genesis{.venue = "T", .root = "root"}, 2, base::Time::max()).sequence, 0);
  EXPECT_EQ(engine_->time(), start);
  // The end of time is no place where arithmetic ends.
  EXPECT_TRUE(at(Tick{}, 1, base::Time::max()).ok());
  must(Tick{});
  EXPECT_EQ(engine_->time(), base::Time::max());
}

}  // namespace
}  // namespace cofferdam::engine
