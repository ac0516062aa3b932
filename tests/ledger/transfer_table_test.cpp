// SPDX-License-Identifier: Apache-2.0
//
// Runs transfers.txt: one line, one event, in the manner of TigerBeetle's table tests.
#include "cofferdam/engine/engine.h"
#include "cofferdam/journal/simulated_disk.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace cofferdam {
namespace {

using base::u128;

[[nodiscard]] u128 number(const std::string& word) {
  if (word == "max") return base::kU128Max;
  if (word == "half") return static_cast<u128>(1) << 127;
  return std::stoull(word);
}

class Table : public testing::Test {
 protected:
  Table() {
    engine::Options options;
    options.background = false;
    options.query_index = false;
    options.index_table_ids = 4096;
    options.clock = [this] { return now_; };
    const std::string folder = std::filesystem::path(testing::TempDir()) / "transfer_table";
    std::filesystem::remove_all(folder);
    engine_ = std::move(engine::Engine::open(disk_, folder, options).value());
    run(venue::Genesis{.venue = "T", .root = "root"});
    run(ledger::CreateAsset{.code = "A"});
    run(ledger::CreateAsset{.code = "B"});
    for (std::uint32_t i = 1; i <= 3; ++i) {
      run(pool::CreatePool{
          .code = "P" + std::to_string(i), .activity = "table", .allows_deficit = true});
      run(pool::AttachAgreement{.pool = base::PoolId(i),
                                .title = "Deed",
                                .document = std::string(64, 'a'),
                                .parties = {"x"},
                                .law = "none"});
      pool::ActivatePool activate;
      activate.pool = base::PoolId(i);
      if (i < 3) run(activate);
    }
  }

  engine::Reply run(engine::Command command) {
    auto reply = engine_->execute({.id = base::CommandId(++commands_),
                                   .principal = base::PrincipalId(1),
                                   .command = std::move(command)});
    EXPECT_TRUE(reply && reply->ok()) << (reply ? "refused" : reply.error().text());
    return reply ? *reply : engine::Reply();
  }

  void account(std::istringstream& words) {
    std::string id, pool, asset, keyword, flag, owner;
    words >> id >> pool >> asset >> keyword >> flag >> owner;
    ledger::AccountEvent e{.id = base::AccountId(number(id)),
                           .pool = base::PoolId(static_cast<std::uint32_t>(number(pool))),
                           .asset = base::AssetId(static_cast<std::uint32_t>(number(asset))),
                           .code = 1};
    if (flag == "d") e.flags = ledger::kDebitsMustNotExceedCredits;
    if (flag == "c") e.flags = ledger::kCreditsMustNotExceedDebits;
    if (flag == "closed") e.flags = ledger::kClosed;
    const std::size_t colon = flag.find(':');
    if (colon != std::string::npos) {
      const base::SignedAmount limit(std::stoll(flag.substr(colon + 1)));
      const bool floor = flag.starts_with("floor");
      e.flags = floor ? ledger::kHasFloor : ledger::kHasCeiling;
      (floor ? e.floor : e.ceiling) = limit;
    }
    if (owner == "client") {
      e.owner_class = ledger::OwnerClass::client;
      e.owner = base::OwnerId(1);
    }
    EXPECT_EQ(run(ledger::CreateAccounts{{e}}).outcome.event_statuses.at(0), 0) << id;
  }

  void transfer(std::istringstream& words) {
    std::vector<u128> f;
    for (std::string word; f.size() < 13 && words >> word;) f.push_back(number(word));
    ASSERT_EQ(f.size(), 13U);
    std::string flags, equals, status, amount;
    words >> flags >> equals >> status >> amount;
    ledger::Transfer t{.id = base::TransferId(f[0]),
                       .debit_account = base::AccountId(f[1]),
                       .credit_account = base::AccountId(f[2]),
                       .amount = base::Amount(f[3]),
                       .pending_id = base::TransferId(f[4]),
                       .user_data_128 = f[5],
                       .user_data_64 = static_cast<std::uint64_t>(f[6]),
                       .user_data_32 = static_cast<std::uint32_t>(f[7]),
                       .timeout_s = static_cast<std::uint32_t>(f[8]),
                       .pool = base::PoolId(static_cast<std::uint32_t>(f[9])),
                       .asset = base::AssetId(static_cast<std::uint32_t>(f[10])),
                       .value_date = static_cast<std::int32_t>(f[11]),
                       .code = static_cast<std::uint16_t>(f[12])};
    static const std::string kLetters = "LPSVDCXY";
    for (const char letter : flags) {
      const std::size_t bit = kLetters.find(letter);
      if (bit != std::string::npos) t.flags |= static_cast<std::uint16_t>(1U << bit);
      if (letter == 'R') t.flags |= ledger::kSystem;
    }
    batch_.transfers.push_back(t);
    expected_.push_back({line_, status, amount});
  }

  void flush() {
    if (batch_.transfers.empty()) return;
    const auto outcome = run(batch_).outcome;
    ASSERT_EQ(outcome.event_statuses.size(), expected_.size());
    for (std::size_t i = 0; i < expected_.size(); ++i) {
      const auto status = static_cast<ledger::TransferStatus>(outcome.event_statuses[i]);
      EXPECT_EQ(base::name_of(status), expected_[i].status)
          << "transfers.txt:" << expected_[i].line;
      seen_[static_cast<std::size_t>(status)] = true;
      if (expected_[i].amount.empty()) continue;
      u128 moved = batch_.transfers[i].amount.units();
      for (const auto& m : outcome.moved)
        if (m.position == i) moved = m.amount.units();
      EXPECT_EQ(base::to_text(moved), expected_[i].amount) << "line " << expected_[i].line;
    }
    batch_ = {};
    expected_.clear();
  }

  void line(const std::string& text) {
    ++line_;
    std::istringstream words(text);
    std::string word;
    words >> word;
    if (word != "t") flush();
    if (word == "t") transfer(words);
    if (word == "account") account(words);
    if (word == "tick") run(engine::Tick{});
    std::string argument;
    if (word == "wait" && words >> argument) now_ += std::stoll(argument) * 1'000'000'000;
    if (word == "freeze" && words >> argument)
      run(ledger::ChangeAccount{.account = base::AccountId(number(argument))});
  }

  struct Line {
    int line;
    std::string status;
    std::string amount;
  };

  journal::SimulatedDisk disk_;
  std::unique_ptr<engine::Engine> engine_;
  std::int64_t now_ = 1'700'000'000'000'000'000;
  std::uint64_t commands_ = 0;
  int line_ = 0;
  ledger::CreateTransfers batch_;
  std::vector<Line> expected_;
  std::array<bool, 256> seen_{};
};

TEST_F(Table, EveryLineIsAnsweredAsItSays) {
  std::ifstream file(COFFERDAM_SOURCE_DIR "/tests/ledger/transfers.txt");
  ASSERT_TRUE(file);
  for (std::string text; std::getline(file, text);) line(text);
  flush();
  EXPECT_GT(line_, 200);
  EXPECT_GE(std::count(seen_.begin(), seen_.end(), true), 60);
}

}  // namespace
}  // namespace cofferdam
