// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/report/replay.h"

#include "cofferdam/base/decimal.h"
#include "cofferdam/journal/real_disk.h"
#include "cofferdam/report/account_entries.h"
#include "cofferdam/report/account_names.h"
#include "cofferdam/report/export_journal.h"
#include "cofferdam/report/export_sqlite.h"
#include "cofferdam/report/generate_venue.h"
#include "cofferdam/report/hledger_journal.h"
#include "cofferdam/report/input.h"
#include "cofferdam/report/pool_sheet.h"
#include "cofferdam/report/segregation_report.h"
#include "cofferdam/report/trial_balance.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <map>

namespace cofferdam::report {
namespace {

using testing::HasSubstr;

class ReplayTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = testing::TempDir() + "cofferdam-replay-" +
              testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }

  void TearDown() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] std::unique_ptr<engine::Engine> open(const std::string& name = "books") {
    auto engine = engine::Engine::open(disk_, folder_ + "/" + name,
                                       engine::Options{.segment_bytes = std::uint64_t{16} << 20,
                                                       .index_table_ids = std::size_t{1} << 17});
    if (!engine) ADD_FAILURE() << engine.error().text();
    return std::move(*engine);
  }

  [[nodiscard]] Replay of_dataset(const std::string& name) const {
    const char* data = std::getenv("COFFERDAM_DATA");
    return {.dataset = name,
            .input_folder = data == nullptr ? "" : std::string(data) + "/" + name,
            .books_folder = folder_ + "/books"};
  }

  [[nodiscard]] Replay generated(GenerateVenue parameters) const {
    const auto made = generate_venue(parameters, folder_ + "/days");
    if (!made) ADD_FAILURE() << made.error().text();
    return {
        .dataset = "venue", .input_folder = folder_ + "/days", .books_folder = folder_ + "/books"};
  }

  // Replays twice: the second run changes nothing. Every stated figure agrees, pools are whole.
  ReplayOutput replay_twice(const Replay& replay) {
    auto engine = open();
    auto first = run_replay(*engine, replay, {});
    if (!first) {
      ADD_FAILURE() << first.error().text();
      return {};
    }
    const base::Sequence sequence = engine->sequence();
    const crypto::Hash hash = engine::state_hash(engine->state());
    EXPECT_TRUE(engine->close());
    engine = open();
    auto second = run_replay(*engine, replay, {});
    if (!second) {
      ADD_FAILURE() << second.error().text();
      return {};
    }
    EXPECT_EQ(second->result.replayed, second->result.commands);
    EXPECT_EQ(engine->sequence(), sequence);
    EXPECT_EQ(engine::state_hash(engine->state()), hash);
    for (const Fact& fact : first->result.facts)
      if (!fact.stated.empty()) {
        EXPECT_EQ(fact.found, fact.stated) << fact.name;
      }
    EXPECT_TRUE(trial_balance(engine->state(), {}).balances);
    EXPECT_EQ(first->screen.find("NOT WHOLE"), std::string::npos);
    EXPECT_EQ(first->screen.find("UNBALANCED"), std::string::npos);
    return std::move(*first);
  }

  journal::RealDisk disk_;
  std::string folder_;
};

[[nodiscard]] const Listing& listing_of(const ReplayResult& result, const std::string& title) {
  static const Listing kNone;
  for (const Listing& one : result.findings)
    if (one.title.starts_with(title)) return one;
  ADD_FAILURE() << "no listing " << title;
  return kNone;
}

[[nodiscard]] std::string fact_of(const ReplayResult& result, const std::string& name) {
  for (const Fact& one : result.facts)
    if (one.name == name) return one.found;
  return "absent";
}

#define NEEDS_DATA()                            \
  if (std::getenv("COFFERDAM_DATA") == nullptr) \
  GTEST_SKIP() << "COFFERDAM_DATA names no folder of data sets"

TEST_F(ReplayTest, Hyperliquid) {
  NEEDS_DATA();
  const ReplayOutput output = replay_twice(of_dataset("hyperliquid_2023"));
  EXPECT_EQ(output.result.rows, 36'251U);
  EXPECT_THAT(output.screen, HasSubstr("agrees    trades: 35,691"));
  EXPECT_EQ(listing_of(output.result, "Withdrawals beyond").rows.size(), 27U);
  const auto& classes = listing_of(output.result, "Liquidations by class").rows;
  EXPECT_EQ(classes[0][1], "29");
  EXPECT_EQ(classes[1][1], "25");
  EXPECT_EQ(classes[2][1], "8");
  EXPECT_EQ(classes[3][1], "0");
  EXPECT_EQ(listing_of(output.result, "State of the accounts").rows.size(), 62U);
  // The other figures are compared with the files by tests/replay_test.py.
  EXPECT_EQ(fact_of(output.result, "liquidations reproduced by command"), "52");
  EXPECT_EQ(fact_of(output.result, "published value taken over USD"), "3706.470270");
  EXPECT_EQ(fact_of(output.result, "volatility claims opened"), "1");
}

// One liquidation by hand. The account holds 10 at 100.00 with 100.00. At 90.90 it is worth
// 100.00 - 91.00 = 9.00, which is 0.99 % of 909.00; taken over at 90.90 - 0.90 = 90.00 it has
// nothing left, and the backstop that sells at 90.80 makes 8.00. Without one, and closed six hours
// later at 40.00, it has 9.00 - 509.00 = -500.00: own capital 25.00, the fund 250.00 but its last
// unit, the layer at most 200.00, and the rest by deleveraging. The fall of 60 % pays the cover.
TEST_F(ReplayTest, LiquidationByCommandWorkedOut) {
  std::filesystem::create_directories(folder_ + "/days");
  std::ofstream(folder_ + "/days/deposits_withdrawals.csv")
      << "time,user,delta_usd\n2024-01-01T09:00:00Z,ann,100\n2024-01-01T09:00:00Z,bob,10000\n";
  std::ofstream(folder_ + "/days/trades.csv") << "time,user,coin,side,px,sz\n"
                                                 "2024-01-01T10:00:00Z,ann,XYZ,Bid,100.00,10\n"
                                                 "2024-01-03T09:30:00Z,bob,XYZ,Bid,100.00,1\n"
                                                 "2024-01-03T09:58:30Z,bob,XYZ,Ask,90.90,1\n"
                                                 "2024-01-03T10:00:10Z,keep,XYZ,Bid,90.00,10\n"
                                                 "2024-01-03T10:00:10Z,ann,XYZ,Ask,90.00,10\n"
                                                 "2024-01-03T10:00:13Z,keep,XYZ,Ask,90.80,10\n"
                                                 "2024-01-03T15:00:30Z,bob,XYZ,Bid,40.00,1\n"
                                                 "2024-01-16T12:00:00Z,bob,XYZ,Ask,40.00,1\n";
  std::ofstream(folder_ + "/days/liquidations.csv")
      << "time,user,liquidated_ntl_pos,liquidated_account_value,leverage_type\n"
         "2024-01-03T10:00:10Z,ann,909,9,Cross\n";
  const ReplayOutput output = replay_twice(
      {.dataset = "venue", .input_folder = folder_ + "/days", .books_folder = folder_ + "/books"});
  const auto& liquidation = listing_of(output.result, "Liquidations by command").rows.at(0);
  EXPECT_EQ(liquidation[3], "9.000000");
  EXPECT_EQ(liquidation[4], "9.000000");
  EXPECT_EQ(liquidation[5], "");
  EXPECT_EQ(liquidation[8], "70s");  // the minute of 09:58:30 ends 70 seconds before
  EXPECT_EQ(liquidation[9], "reproduced");
  EXPECT_EQ(fact_of(output.result, "losses of published liquidations USD"), "0.000000");
  EXPECT_EQ(fact_of(output.result, "result of the backstop USD"), "8.000000");
  const auto& paid = listing_of(output.result, "Who paid, without").rows.at(0);
  const std::vector<std::string> parts(paid.begin() + 2, paid.begin() + 8);
  EXPECT_THAT(parts, testing::ElementsAre("500.000000", "25.000000", "249.999999", "200.000000",
                                          "25.000001", "0.000000"));
  const auto& claim = listing_of(output.result, "Claims on").rows.at(0);
  EXPECT_THAT(claim, testing::ElementsAre("2024-01-03T16:00:00Z", "XYZ 60.00 %", "paid",
                                          "1000.000000", "1000.000000"));
  const auto& week = listing_of(output.result, "Contributions by week").rows.at(0);
  EXPECT_EQ(week[1], "2024-01-07T00:00:00Z");
  EXPECT_EQ(week[3], "2");
  EXPECT_EQ(week[4], "0.06");  // 20 millionths of 1,900 and of the floor of 1,000
}

// A liquidation in the last second of the files, of a venue whose files show no other side: the
// rule begins it, it is booked as a trade, and the account is brought to its published value first.
TEST_F(ReplayTest, LiquidationWithoutABackstop) {
  std::filesystem::create_directories(folder_ + "/days");
  std::ofstream(folder_ + "/days/deposits_withdrawals.csv")
      << "time,user,delta_usd\n2024-01-01T09:00:00Z,ann,101\n2024-01-01T09:00:00Z,bob,1000\n";
  std::ofstream(folder_ + "/days/trades.csv") << "time,user,coin,side,px,sz\n"
                                                 "2024-01-01T10:00:00Z,ann,XYZ,Bid,100.00,10\n"
                                                 "2024-01-01T11:00:00Z,bob,XYZ,Bid,100.05,1\n"
                                                 "2024-01-01T23:59:59Z,ann,XYZ,Ask,90.00,10\n";
  const std::string header =
      "time,user,liquidated_ntl_pos,liquidated_account_value,leverage_type\n";
  std::ofstream(folder_ + "/days/liquidations.csv")
      << header << "2024-01-01T23:59:59Z,ann,909,9,Cross\n";
  const Replay replay{
      .dataset = "venue", .input_folder = folder_ + "/days", .books_folder = folder_ + "/books"};
  const ReplayOutput output = replay_twice(replay);
  const auto& liquidation = listing_of(output.result, "Liquidations by command").rows.at(0);
  EXPECT_EQ(liquidation[4], "10.000000");
  EXPECT_EQ(liquidation[5], "-1.000000");
  EXPECT_EQ(liquidation[9], "booked as trades: no other side");
  // An account that is in another pool than the clients is not liquidated there.
  std::ofstream(folder_ + "/days/accounts.csv") << "user,pool,kind\nann,others,client\n";
  auto engine = open("more");
  const auto refused = run_replay(*engine, replay, {});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().text(), HasSubstr("liquidated accounts are in the pool clients"));
}

TEST_F(ReplayTest, Gratipay) {
  NEEDS_DATA();
  const ReplayOutput output = replay_twice(of_dataset("ledger_gratipay_escrow"));
  const std::vector<std::vector<std::string>>& rows = output.result.findings.at(0).rows;
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0][0], "2012-06-15");
  EXPECT_EQ(rows[0][2], "BREACH");
  EXPECT_EQ(rows[0][5], "1.50");
  EXPECT_THAT(rows[0][6], HasSubstr("increased our escrow with cash from his pocket"));
  EXPECT_EQ(rows[1][2], "healed");
}

TEST_F(ReplayTest, Ethereum) {
  NEEDS_DATA();
  replay_twice(of_dataset("ledger_ethereum_2017"));
}

TEST_F(ReplayTest, Berka) {
  NEEDS_DATA();
  const ReplayOutput output = replay_twice(of_dataset("ledger_berka"));
  EXPECT_EQ(output.result.findings.at(2).rows.size(), 4'031U);
}

TEST_F(ReplayTest, GeneratedDaysAreTheSameEverywhere) {
  const Replay replay = generated({.seed = 7, .days = 2, .accounts = 20, .trades = 400});
  const std::string trades = read_input(replay.input_folder + "/trades.csv").value();
  ASSERT_TRUE(
      generate_venue({.seed = 7, .days = 2, .accounts = 20, .trades = 400}, folder_ + "/again"));
  EXPECT_EQ(read_input(folder_ + "/again/trades.csv").value(), trades);
  ASSERT_TRUE(
      generate_venue({.seed = 8, .days = 2, .accounts = 20, .trades = 400}, folder_ + "/other"));
  EXPECT_NE(read_input(folder_ + "/other/trades.csv").value(), trades);
  const ReplayOutput output = replay_twice(replay);
  EXPECT_EQ(output.result.facts.at(0).found, "400");
  EXPECT_THAT(output.html, HasSubstr("<svg"));
  EXPECT_EQ(output.html.find("<script"), std::string::npos);
  EXPECT_EQ(output.html.find("http://"), std::string::npos);
  EXPECT_EQ(output.html.find("https://"), std::string::npos);
}

// The export read back by an independent reader sums to the trial balance, account by account.
TEST_F(ReplayTest, HledgerExportAgreesWithTheTrialBalance) {
  const Replay replay = generated({.seed = 3, .days = 2, .accounts = 10, .trades = 200});
  auto engine = open();
  ASSERT_TRUE(run_replay(*engine, replay, {}));
  std::string text;
  const TextSink sink = [&](std::string_view piece) {
    text += piece;
    return base::Result<void>();
  };
  ASSERT_TRUE(export_hledger(*engine, sink));
  const auto journal = read_hledger_journal("export", text, {.line_bytes = 1 << 20});
  ASSERT_TRUE(journal) << journal.error().text();
  std::map<std::pair<std::string, std::string>, base::i128> sums;
  for (const JournalTransaction& transaction : *journal)
    for (const JournalPosting& posting : transaction.postings)
      sums[{posting.account, posting.amount.commodity}] += at_scale(posting.amount, 18).value();
  const TrialBalance balance = trial_balance(engine->state(), {});
  std::size_t compared = 0;
  for (const auto& row : balance.accounts.rows) {
    const auto value = base::parse_decimal(row[9], 18);
    ASSERT_TRUE(value);
    const auto found = sums.find({row[1], row[3]});
    EXPECT_TRUE((found == sums.end() ? base::i128{0} : found->second) == *value) << row[1];
    ++compared;
  }
  EXPECT_GT(compared, 50U);
}

TEST_F(ReplayTest, SqliteExportHoldsEveryEntry) {
  const Replay replay = generated({.seed = 3, .days = 1, .accounts = 4, .trades = 30});
  auto engine = open();
  ASSERT_TRUE(run_replay(*engine, replay, {}));
  const std::string path = folder_ + "/books.db";
  ASSERT_TRUE(export_sqlite(*engine, {}, path));
  ASSERT_TRUE(export_sqlite(*engine, {}, path));  // replaces
  EXPECT_FALSE(std::filesystem::exists(path + ".partial"));
  EXPECT_FALSE(export_sqlite(*engine, {}, folder_ + "/absent/books.db"));
}

// Erasing who somebody is leaves the books as they were.
TEST_F(ReplayTest, ErasingAnOwnerLeavesTheBooksIntact) {
  const Replay replay = generated({.seed = 3, .days = 1, .accounts = 4, .trades = 30});
  auto engine = open();
  ASSERT_TRUE(run_replay(*engine, replay, {}));
  const crypto::Hash state = engine::state_hash(engine->state());
  const crypto::Hash chain = engine->chain_hash();
  auto owners = Owners::open(replay.books_folder);
  ASSERT_TRUE(owners);
  const auto all = owners->all().value();
  ASSERT_EQ(all.size(), 5U);  // four clients and the desk
  const auto before = OwnerLabels::read(replay.books_folder).value();
  EXPECT_THAT(to_csv(trial_balance(engine->state(), before).accounts), HasSubstr(all[0].second));
  ASSERT_TRUE(owners->erase(all[0].first).value());
  const auto after = OwnerLabels::read(replay.books_folder).value();
  const std::string reports = to_csv(trial_balance(engine->state(), after).accounts);
  EXPECT_EQ(reports.find(all[0].second + ","), std::string::npos);
  EXPECT_EQ(engine::state_hash(engine->state()), state);
  EXPECT_EQ(engine->chain_hash(), chain);
}

// What a balance, a statement and a drill say is one thing, told three times.
TEST_F(ReplayTest, ReportsAgreeWithEachOther) {
  const Replay replay = generated({.seed = 5, .days = 2, .accounts = 6, .trades = 120});
  auto engine = open();
  ASSERT_TRUE(run_replay(*engine, replay, {}));
  const engine::State& state = engine->state();
  const auto labels = OwnerLabels::read(replay.books_folder).value();
  const TrialBalance balance = trial_balance(state, labels);
  const ledger::Account* cash = nullptr;
  state.ledger.accounts.each([&](const ledger::Account& account) {
    if (account.account_class == ledger::AccountClass::collateral &&
        account.owner_class == ledger::OwnerClass::client && cash == nullptr)
      cash = &account;
  });
  ASSERT_NE(cash, nullptr);
  const auto row =
      std::find_if(balance.accounts.rows.begin(), balance.accounts.rows.end(),
                   [&](const auto& each) { return each[1] == account_path(state, *cash); });
  ASSERT_NE(row, balance.accounts.rows.end());
  const auto statement = owner_statement(*engine, cash->owner, {}, labels);
  ASSERT_TRUE(statement) << statement.error().text();
  const auto close =
      std::find_if(statement->rows.begin(), statement->rows.end(), [&](const auto& line) {
        return line[0] == account_path(state, *cash) && line[4] == "closing";
      });
  ASSERT_NE(close, statement->rows.end());
  EXPECT_EQ("-" + (*close)[7], (*row)[9]);
  // A statement from a midnight opens where one until then closes.
  const base::Time midnight = base::parse_time("2024-01-02T00:00:00Z").value();
  const auto before = owner_statement(*engine, cash->owner, {.until = midnight}, labels);
  const auto after = owner_statement(*engine, cash->owner, {.from = midnight}, labels);
  std::map<std::string, std::string> closing;
  for (const auto& line : before->rows)
    if (line[4] == "closing") closing[line[0]] = line[7];
  for (const auto& line : after->rows)
    if (line[4] == "opening") {
      EXPECT_EQ(closing.at(line[0]), line[7]) << line[0];
    }
  const HouseDefaultDrill drill = house_default_drill(state, labels);
  EXPECT_EQ(drill.clients.rows.size(), 6U);
  const auto sheet = pool_sheet(*engine, "clients-a");
  ASSERT_TRUE(sheet) << sheet.error().text();
  EXPECT_THAT(to_text(sheet->at(0)), HasSubstr("omnibus"));
  EXPECT_FALSE(pool_sheet(*engine, "nobody"));
  EXPECT_FALSE(owner_statement(*engine, base::OwnerId(1), {}, labels));
  const auto segregation = segregation_report(state,
                                              {.pool = "clients-a",
                                               .asset = "USDC",
                                               .date = *base::date_of(2024, 1, 2),
                                               .profile = venue_profile(),
                                               .target_residual = {}},
                                              labels);
  ASSERT_TRUE(segregation) << segregation.error().text();
  EXPECT_THAT(segregation->title, HasSubstr("clients-a"));
}

TEST_F(ReplayTest, RefusesBooksOfAnotherDataSet) {
  const Replay replay = generated({.seed = 3, .days = 1, .accounts = 4, .trades = 30});
  auto engine = open();
  ASSERT_TRUE(run_replay(*engine, replay, {}));
  Replay other = replay;
  other.dataset = "hyperliquid_2023";
  const auto refused = run_replay(*engine, other, {});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().text(), HasSubstr("genesis"));
  other.dataset = "nothing";
  EXPECT_THAT(run_replay(*engine, other, {}).error().text(), HasSubstr("is one of"));
}

}  // namespace
}  // namespace cofferdam::report
