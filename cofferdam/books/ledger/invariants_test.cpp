// SPDX-License-Identifier: Apache-2.0
//
// Each law is shown to speak: the books are brought out of true in one way, by hand, and the law of
// that way must name it. What commands do is watched by the simulation's own auditor.
#include "cofferdam/books/ledger/invariants.h"

#include "cofferdam/books/ledger/create_accounts.h"
#include "cofferdam/books/ledger/posting.h"

#include <gtest/gtest.h>

#include <gmock/gmock.h>

namespace cofferdam::ledger {
namespace {

using testing::HasSubstr;

class LedgerLaws : public testing::Test {
 protected:
  LedgerLaws() {
    debit_ = open(1, AccountClass::custody);
    credit_ = open(2, AccountClass::general);
    other_ = open(3, AccountClass::general);
    book(state_, changes_, debit_, credit_, Amount(100), Leg::posted);
    EXPECT_EQ(check_accounts(state_), std::nullopt);
    changes_.commit();
  }

  Slot open(std::uint64_t id, AccountClass account_class) {
    return open_account(state_, context_,
                        {.id = AccountId(id),
                         .pool = PoolId(1),
                         .asset = AssetId(1),
                         .account_class = account_class});
  }

  Account& account(Slot slot) { return state_.accounts.edit(changes_, slot); }

  Total& total_of(Slot slot) {
    return state_.totals.edit(changes_, state_.accounts.at(slot).total);
  }

  void expect(const char* words) {
    const Violation violation = check_accounts(state_);
    ASSERT_TRUE(violation) << "no law spoke of: " << words;
    EXPECT_THAT(*violation, HasSubstr(words));
    changes_.rollback();
    EXPECT_EQ(check_accounts(state_), std::nullopt);
  }

  State state_;
  Changes changes_;
  std::vector<Transfer> postings_;
  Context context_{.changes = changes_,
                   .now = Time(1),
                   .sequence = 1,
                   .principal = base::PrincipalId(1),
                   .postings = postings_};
  Slot debit_ = base::kNoSlot;
  Slot credit_ = base::kNoSlot;
  Slot other_ = base::kNoSlot;
};

TEST_F(LedgerLaws, MoneyFromNowhereBreaksConservation) {
  account(credit_).credits_posted += Amount(1);
  total_of(credit_).credits_posted += Amount(1);
  expect("debits and credits differ in pool 1 asset 1");
}

TEST_F(LedgerLaws, APairOfWrongsInTwoAssetsDoesNotCancel) {
  const Slot foreign =
      open_account(state_, context_, {.id = AccountId(9), .pool = PoolId(1), .asset = AssetId(2)});
  account(debit_).debits_posted += Amount(5);
  total_of(debit_).debits_posted += Amount(5);
  account(foreign).credits_posted += Amount(5);
  total_of(foreign).credits_posted += Amount(5);
  expect("debits and credits differ");
}

TEST_F(LedgerLaws, ATotalThatIsNotTheSumOfItsAccounts) {
  book(state_, changes_, debit_, credit_, Amount(7), Leg::posted);
  total_of(credit_).credits_posted += Amount(1);
  expect("total is not the sum of its accounts: pool 1 asset 1 class general");
}

TEST_F(LedgerLaws, ATotalThatWasNotKept) {
  account(debit_).debits_posted += Amount(7);
  account(other_).credits_posted += Amount(7);
  total_of(other_).credits_posted += Amount(7);
  expect("total was not kept: pool 1 asset 1 class custody");
}

TEST_F(LedgerLaws, PostedCountersNeverFall) {
  account(debit_).debits_posted -= Amount(1);
  total_of(debit_).debits_posted -= Amount(1);
  account(credit_).credits_posted -= Amount(1);
  total_of(credit_).credits_posted -= Amount(1);
  expect("posted counters fell on account");
}

TEST_F(LedgerLaws, AnAccountKeepsItsIdentity) {
  account(credit_).owner = OwnerId(77);
  expect("identity changed of account 2");
  account(credit_).account_class = AccountClass::fee;
  expect("identity changed of account 2");
}

TEST_F(LedgerLaws, ALimitIsNotPassed) {
  account(other_).flags |= kDebitsMustNotExceedCredits;
  book(state_, changes_, other_, credit_, Amount(1), Leg::posted);
  expect("a limit is exceeded on account 3");
  account(other_).flags |= kHasFloor;
  account(other_).floor = SignedAmount(-5);
  book(state_, changes_, other_, credit_, Amount(5), Leg::posted);
  EXPECT_EQ(check_accounts(state_), std::nullopt);
  book(state_, changes_, other_, credit_, Amount(1), Leg::posted);
  expect("a limit is exceeded on account 3");
}

TEST_F(LedgerLaws, PendingWithoutAHold) {
  book(state_, changes_, debit_, credit_, Amount(4), Leg::pending);
  expect("pending counters are not the holds");
}

TEST_F(LedgerLaws, AHoldOnTheWrongAccount) {
  book(state_, changes_, debit_, credit_, Amount(4), Leg::pending);
  state_.holds.insert(
      changes_,
      Hold{.id = base::TransferId(5), .debit = debit_, .credit = other_, .amount = Amount(4)});
  expect("pending counters are not the holds");
}

TEST_F(LedgerLaws, AHoldOfAnotherAmount) {
  book(state_, changes_, debit_, credit_, Amount(4), Leg::pending);
  state_.holds.insert(
      changes_,
      Hold{.id = base::TransferId(5), .debit = debit_, .credit = credit_, .amount = Amount(3)});
  expect("pending counters are not the holds");
}

}  // namespace
}  // namespace cofferdam::ledger
