// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/operation/transfers_text.h"

#include "cofferdam/journal/real_disk.h"

#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <gmock/gmock.h>
#include <random>

namespace cofferdam::operation {
namespace {

// Books with one asset, one pool and three accounts.
class TransfersTextTest : public testing::Test {
 protected:
  TransfersTextTest() {
    std::filesystem::remove_all(folder_);
    auto opened = Session::open(disk_, registry_, folder_, session_options());
    EXPECT_TRUE(opened.has_value()) << opened.error().text();
    session_ = std::move(*opened);
    const auto founded = session_->found(*parse_json(R"({"venue":"demo","root":"root"})"), {});
    EXPECT_TRUE(founded.has_value()) << founded.error().text();
    give("asset.create", R"({"code":"USD","scale":2})");
    give("asset.create", R"({"code":"WEI","scale":18})");
    give("pool.create", R"({"code":"main","activity":"tests","regime":"house"})");
    give("pool.attach-agreement",
         R"({"pool":"main","title":"Deed","parties":["x"],"law":"none","effective":"2026-01-01",)"
         R"("document":")" +
             std::string(64, '0') + "\"}");
    give("pool.activate", R"({"pool":"main"})");
    give("account.create",
         R"({"accounts":[)" + account(1) + "," + account(2) + "," + account(3) + "]}");
  }

  ~TransfersTextTest() override {
    session_.reset();
    std::filesystem::remove_all(folder_);
  }

  static std::string account(int id) {
    return R"({"id":")" + std::to_string(id) +
           R"(","pool":"main","asset":"USD","class":"general","owner_class":"house","owner":"7",)"
           R"("code":1})";
  }

  void give(std::string_view operation, const std::string& content) {
    const CommandEntry* entry = registry_.find_command(operation);
    ASSERT_NE(entry, nullptr);
    const auto answer = session_->run_command(*entry, *parse_json(content), {.principal = "root"});
    ASSERT_TRUE(answer.has_value()) << answer.error().text();
    ASSERT_EQ(answer->verdict, Verdict::ok) << write_json(answer->json);
  }

  [[nodiscard]] Result<engine::Command> read_slowly(std::string_view text) {
    const Result<Json> json = parse_json(text);
    if (!json) return std::unexpected(json.error());
    return registry_.find_command("transfer.create")->read(*json, session_->codec());
  }

  // Whatever the short way takes, the long way takes as well, and as the same.
  void compare(const std::string& text, bool must_be_plain) {
    const auto plain = read_plain_transfers(text, session_->codec().names);
    if (must_be_plain) {
      ASSERT_TRUE(plain.has_value()) << text;
    }
    if (!plain) return;
    const Result<engine::Command> slow = read_slowly(text);
    ASSERT_TRUE(slow.has_value()) << text << "\n" << slow.error().text();
    const auto& other = std::get<ledger::CreateTransfers>(*slow);
    ASSERT_EQ(plain->transfers.size(), other.transfers.size());
    ASSERT_TRUE(other.guards.empty());
    EXPECT_EQ(std::memcmp(plain->transfers.data(), other.transfers.data(),
                          other.transfers.size() * sizeof(ledger::Transfer)),
              0)
        << text;
  }

  const std::string folder_ = testing::TempDir() + "cofferdam_transfers_text_" +
                              testing::UnitTest::GetInstance()->current_test_info()->name();
  journal::RealDisk disk_;
  Registry registry_ = make_registry();
  std::unique_ptr<Session> session_;
};

const std::string kOne =
    R"({"id":"340282366920938463463374607431768211455","debit_account":"1","credit_account":2,)"
    R"("amount":"12.5","pool":"main","asset":"USD","code":7})";
const std::string kAll =
    R"({ "flags" : ["pending","linked"], "user_data_128":"18446744073709551616", )"
    R"("user_data_64":"18446744073709551615","user_data_32":4294967295,"timeout_s":"60",)"
    R"("pending_id":"0","value_date":"2026-02-28","asset":"WEI","code":"65535","id":5,)"
    R"("amount":"1.000000000000000001","pool":"main","debit_account":"3","credit_account":"4"})";

TEST_F(TransfersTextTest, ReadsWhatTheCodecReads) {
  compare(R"({"transfers":[)" + kOne + "]}", true);
  compare(R"({"transfers":[)" + kOne + " , " + kAll + "]}\n", true);
  compare(R"({"transfers":[{"id":"1","amount":"max","asset":"USD","flags":[]}]})", true);
}

TEST_F(TransfersTextTest, LeavesToTheCodecWhatIsNotPlain) {
  for (const std::string text :
       {R"({})", R"({"transfers":[]})", R"({"transfers":[],"guards":[]})",
        R"({"transfers":[{"id":"1","amount":"1.001","asset":"USD"}]})",
        R"({"transfers":[{"id":"1","amount":1,"asset":"USD"}]})",
        R"({"transfers":[{"id":"1","amount":"1","asset":"EUR"}]})",
        R"({"transfers":[{"id":"1","amount":"1","asset":"USD","asset":"USD"}]})",
        R"({"transfers":[{"id":"1","amount":"1","asset":"USD","more":1}]})",
        R"({"transfers":[{"id":"0x1","amount":"1","asset":"USD"}]})",
        R"({"transfers":[{"id":9007199254740993,"amount":"1","asset":"USD"}]})",
        R"({"transfers":[{"id":"1","amount":"1","asset":"USD"}]} x)",
        R"({"transfers":[{"id":"1","amount":"1","asset":"USD"},]})",
        R"({"transfers":[{"id":"1","amount":"1","asset":"US\u0044"}]})",
        R"({"transfers":[{"id":"1","amount":"1","asset":"USD","code":65536}]})",
        R"({"transfers":[{"id":"1","amount":"1","asset":"USD","code":01}]})",
        R"({"transfers":[{"amount":"1","asset":"USD"}]})",
        R"({"transfers":[{"id":"340282366920938463463374607431768211456",)"
        R"("amount":"1","asset":"USD"}]})"})
    EXPECT_FALSE(read_plain_transfers(text, session_->codec().names).has_value()) << text;
}

TEST_F(TransfersTextTest, NeverReadsWhatTheCodecReadsOtherwise) {
  const std::string good = R"({"transfers":[)" + kOne + "," + kAll + "]}";
  std::mt19937 dice(1);
  const std::string signs = "\"\\{}[],:0123456789.-+eEx nulltrue\t\x01\x80";
  for (int i = 0; i < 200'000; ++i) {
    std::string text = good;
    for (unsigned change = 0; change < 1 + dice() % 3; ++change) {
      const std::size_t at = dice() % text.size();
      const std::size_t kind = dice() % 3;
      if (kind == 0) text[at] = signs[dice() % signs.size()];
      if (kind == 1) text.erase(at, 1 + dice() % 4);
      if (kind == 2) text.insert(at, 1, signs[dice() % signs.size()]);
      if (text.empty()) text = good;
    }
    compare(text, false);
    if (HasFatalFailure()) return;
  }
}

TEST_F(TransfersTextTest, AnswersInTheSameBytes) {
  std::mt19937 dice(2);
  const CommandEntry* entry = registry_.find_command("transfer.create");
  std::size_t plain = 0;
  for (unsigned i = 0; i < 300; ++i) {
    ledger::CreateTransfers batch;
    for (unsigned n = 0; n < 1 + dice() % 5; ++n) {
      ledger::Transfer& t = batch.transfers.emplace_back();
      t.id = base::TransferId(1 + dice() % 400);
      t.debit_account = base::AccountId(1 + dice() % 3);
      t.credit_account = base::AccountId(1 + (dice() % 12 == 0 ? 9 : dice() % 3));
      t.amount = base::Amount(dice() % 5 == 0 ? 0 : dice());
      t.pool = base::PoolId(1);
      t.asset = base::AssetId(1);
      t.code = 1;
      t.flags = dice() % 4 == 0 ? ledger::kPending : dice() % 9 == 0 ? ledger::kLinked : 0;
    }
    engine::Request request{.id = base::CommandId(1000 + i), .principal = base::PrincipalId(1)};
    request.command = batch;
    request.want_balances = true;
    const auto reply = session_->engine().submit(request);
    ASSERT_TRUE(reply.has_value());
    std::string text;
    if (!write_plain_answer(text, request, *reply, session_->codec().names)) {
      EXPECT_EQ(text, "");
      continue;
    }
    ++plain;
    EXPECT_EQ(text, write_json(answer_json(*entry, request, *reply, session_->codec())));
  }
  EXPECT_GE(plain, 20U);
}

TEST_F(TransfersTextTest, ReadsLines) {
  const auto line = read_plain_line(
      R"({"id":"17","operation":"transfer.create","principal":"ops","content":{"a":["}",{}]}})");
  ASSERT_TRUE(line.has_value());
  EXPECT_EQ(line->id, base::CommandId(17));
  EXPECT_EQ(line->principal, "ops");
  EXPECT_EQ(line->content, R"({"a":["}",{}]})");
  for (const std::string_view text :
       {R"({"id":"17","operation":"asset.create","content":{}})",
        R"({"operation":"transfer.create","content":{}})", R"({"id":"17","content":{}})",
        R"({"id":"17","operation":"transfer.create"})",
        R"({"id":"17","id":"17","operation":"transfer.create","content":{}})",
        R"({"id":"17","operation":"transfer.create","time":null,"content":{}})",
        R"({"id":"17","operation":"transfer.create","content":{}} x)",
        R"({"id":"17","operation":"transfer.create","content":{)"})
    EXPECT_FALSE(read_plain_line(text).has_value()) << text;
}

}  // namespace
}  // namespace cofferdam::operation
