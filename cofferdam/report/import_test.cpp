// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/report/import.h"

#include "cofferdam/base/decimal.h"
#include "cofferdam/journal/real_disk.h"
#include "cofferdam/report/import_accounts.h"
#include "cofferdam/report/legs.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>

namespace cofferdam::report {
namespace {

using testing::HasSubstr;

TEST(Legs, AreTheTransactionAndCrossOnlyWhatMust) {
  const bool holds = rc::check("legs", [] {
    std::vector<OpenPosting> postings;
    const auto count = *rc::gen::inRange<std::size_t>(1, 12);
    base::i128 sum = 0;
    for (std::size_t i = 0; i < count; ++i) {
      postings.push_back({.account = *rc::gen::inRange<std::size_t>(0, 5),
                          .pool = 0,
                          .units = *rc::gen::inRange<std::int64_t>(-50, 51)});
      postings.back().pool = postings.back().account % 2;  // an account lies in one pool
      sum += postings.back().units;
    }
    postings.push_back({.account = 6, .pool = 0, .units = -sum});
    std::map<std::size_t, base::i128> wanted;
    std::map<std::size_t, base::i128> by_pool;
    for (const OpenPosting& each : postings) {
      wanted[each.account] += each.units;
      by_pool[each.pool] += each.units;
    }
    base::i128 crossed = 0;
    for (const Leg& leg : legs_of(postings)) {
      RC_ASSERT(leg.units > 0U);
      RC_ASSERT(postings[leg.debit].account != postings[leg.credit].account);
      wanted[postings[leg.debit].account] -= static_cast<base::i128>(leg.units);
      wanted[postings[leg.credit].account] += static_cast<base::i128>(leg.units);
      if (postings[leg.debit].pool != postings[leg.credit].pool)
        crossed += static_cast<base::i128>(leg.units);
    }
    for (const auto& [account, left] : wanted) RC_ASSERT(left == 0);
    RC_ASSERT(crossed == (by_pool[0] < 0 ? -by_pool[0] : by_pool[0]));
  });
  EXPECT_TRUE(holds);
}

TEST(Matches, AStarStandsForAnything) {
  EXPECT_TRUE(matches("*", ""));
  EXPECT_TRUE(matches("*:Clients:*", "Assets:Clients:Bank"));
  EXPECT_TRUE(matches("a*b*c", "a-b-b-c"));
  EXPECT_TRUE(matches("Assets:Bank", "Assets:Bank"));
  EXPECT_FALSE(matches("*:Clients:*", "Assets:Clients"));
  EXPECT_FALSE(matches("a*b", "a-b-c"));
  EXPECT_FALSE(matches("", "a"));
}

class ImportTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = testing::TempDir() + "cofferdam-import-" +
              testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    reopen();
  }

  void TearDown() override { std::filesystem::remove_all(folder_); }

  void reopen() {
    engine_.reset();
    auto engine = engine::Engine::open(disk_, folder_ + "/books",
                                       engine::Options{.segment_bytes = std::uint64_t{4} << 20,
                                                       .index_table_ids = std::size_t{1} << 14});
    ASSERT_TRUE(engine) << engine.error().text();
    engine_ = std::move(*engine);
  }

  base::Result<ImportResult> import(const std::string& csv, const ImportRequest& request = {}) {
    std::ofstream(folder_ + "/file.csv") << "id,date,debit_account,credit_account,asset,amount\n"
                                         << csv;
    ImportRequest with_asset = request;
    with_asset.assets = {{.name = "EUR", .code = {}, .scale = 2}};
    const auto books = read_foreign_csv(folder_ + "/file.csv", {});
    if (!books) return std::unexpected(books.error());
    return import_books(*engine_, folder_ + "/books", *books, with_asset, {});
  }

  [[nodiscard]] base::i128 credit(const std::string& name) const {
    const ledger::Account* account =
        engine_->state().ledger.accounts.find(imported_account_id(name, "EUR"));
    if (account == nullptr) return -1;
    return static_cast<base::i128>(account->credits_posted.units()) -
           static_cast<base::i128>(account->debits_posted.units());
  }

  journal::RealDisk disk_;
  std::string folder_;
  std::unique_ptr<engine::Engine> engine_;
};

const std::string kFirst = "1,2026-01-01,assets:bank,liabilities:a,EUR,10.00\n";
const std::string kSecond = "2,2026-01-02,assets:bank,liabilities:b,EUR,5.00\n";

// What is appended to a file is booked, and what was in it before is not booked again: also after a
// crash in the middle, which leaves a beginning.
TEST_F(ImportTest, ALongerFileAddsWhatIsNew) {
  ASSERT_TRUE(import(kFirst));
  reopen();
  const auto second = import(kFirst + kSecond);
  ASSERT_TRUE(second) << second.error().text();
  EXPECT_EQ(second->known, 1U);
  EXPECT_EQ(second->booked, 1U);
  EXPECT_EQ(second->accounts, 1U);
  EXPECT_TRUE(credit("assets:bank") == -1'500);
  EXPECT_TRUE(credit("liabilities:a") == 1'000);
  const base::Sequence sequence = engine_->sequence();
  const auto third = import(kFirst + kSecond);
  ASSERT_TRUE(third);
  EXPECT_EQ(third->booked, 0U);
  EXPECT_EQ(engine_->sequence(), sequence);
}

// A refusal at the end of a file leaves no record of its beginning.
TEST_F(ImportTest, IsAllOrNothing) {
  ASSERT_TRUE(import(kFirst));
  const base::Sequence sequence = engine_->sequence();
  const crypto::Hash hash = engine::state_hash(engine_->state());
  for (const std::string last :
       {"2,2026-01-03,assets:bank,liabilities:a,EUR,0.001\n",
        "1,2026-01-03,assets:bank,liabilities:a,EUR,1.00\n", "3,2026-01-03,assets:bank,x,EUR,1\n",
        "3,1970-01-01,assets:bank,liabilities:a,EUR,1\n"}) {
    const auto refused = import("9,2026-01-02,assets:bank,liabilities:c,EUR,5.00\n" + last);
    ASSERT_FALSE(refused) << last;
    EXPECT_THAT(refused.error().text(), HasSubstr("file.csv line 3"));
    EXPECT_EQ(engine_->sequence(), sequence);
    EXPECT_EQ(engine::state_hash(engine_->state()), hash);
  }
  EXPECT_TRUE(credit("liabilities:c") == -1);
}

// The rehearsal judges as the books do: a class whose balance may not fall below zero.
TEST_F(ImportTest, TheRehearsalRefusesWhatTheBooksWould) {
  ImportRequest request;
  request.accounts = {{.name = "liabilities:*",
                       .pool = {},
                       .account_class = ledger::AccountClass::collateral,
                       .owner_class = ledger::OwnerClass::client}};
  const auto refused =
      import(kFirst + "2,2026-01-02,liabilities:a,assets:bank,EUR,10.01\n", request);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, base::ErrorKind::refused);
  EXPECT_EQ(refused.error().value, "exceeds_credits");
  EXPECT_EQ(engine_->sequence(), 0U);
}

// With the default classes the same history is recorded, and the overdraft is found and dated.
TEST_F(ImportTest, AnOverdraftIsFoundAndNamed) {
  const auto done = import(kFirst + "2,2026-01-02,liabilities:a,assets:bank,EUR,10.01\n" +
                           "3,2026-01-05,assets:bank,liabilities:a,EUR,0.01\n");
  ASSERT_TRUE(done) << done.error().text();
  std::string seen;
  for (const ImportFinding& each : done->findings)
    seen += each.kind + " " + base::format_date(each.date) + " " + each.account + " " +
            each.amount + "\n";
  EXPECT_THAT(seen, HasSubstr("overdrawn 2026-01-02 assets:bank 0.01\n"));
  EXPECT_THAT(seen, HasSubstr("overdrawn 2026-01-02 liabilities:a 0.01\n"));
  EXPECT_THAT(seen, HasSubstr("covered_again 2026-01-05 assets:bank 0.00\n"));
  EXPECT_EQ(done->findings_total, 4U);
}

// Books with a clock of their own stamp what is imported; the day that it counts for is the file's.
TEST_F(ImportTest, GoesIntoBooksThatStampTheirTime) {
  ASSERT_TRUE(engine_->execute({.id = base::CommandId(1),
                                .principal = {},
                                .time = {},
                                .signature = {},
                                .command = venue::Genesis{.venue = "stamped",
                                                          .root = "root",
                                                          .time_source = venue::TimeSource::stamped,
                                                          .checkpoint_key = {}}}));
  const auto done = import(kSecond + kFirst);
  ASSERT_TRUE(done) << done.error().text();
  EXPECT_EQ(done->booked, 2U);
  EXPECT_TRUE(credit("liabilities:b") == 500);
}

// What crosses the wall is booked over an observation conduit, counted as a breach.
TEST_F(ImportTest, CrossingsAreBreachesInTheBooks) {
  ImportRequest request;
  request.accounts = {{.name = "*:b", .pool = "b", .account_class = {}, .owner_class = {}}};
  const auto done = import(kFirst + kSecond, request);
  ASSERT_TRUE(done) << done.error().text();
  EXPECT_EQ(done->crossings, 1U);
  ASSERT_EQ(engine_->state().pool.breaches.size(), 1U);
  EXPECT_EQ(engine_->state().pool.breaches.rows().begin()->second.amount, base::Amount(500));
  ASSERT_FALSE(done->findings.empty());
  EXPECT_EQ(done->findings[0].kind, "crossed");
  EXPECT_EQ(done->findings[0].line, 3U);
  const auto again = import(kFirst + kSecond, request);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->known, 2U);
  EXPECT_EQ(engine_->state().pool.breaches.size(), 1U);
}

}  // namespace
}  // namespace cofferdam::report
