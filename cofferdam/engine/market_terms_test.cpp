// SPDX-License-Identifier: Apache-2.0
//
// Trades whose fees follow from a schedule, funding, expiry and reversals through the door, the
// journal and a start of the books anew: the history must find a trade, and the fees that it paid,
// in whatever command had booked it.
#include "cofferdam/engine/test_books.h"

namespace cofferdam::engine {
namespace {

using base::AccountId;
using base::Amount;
using base::AssetId;
using base::ContractId;
using base::OwnerId;
using base::PoolId;
using base::PrincipalId;
using base::SourceId;
using base::Time;

constexpr base::Duration kDay = base::kDay;

class MarketTerms : public TestBooks {
 protected:
  MarketTerms() { found(); }

  void found() {
    must(venue::Genesis{.venue = "T", .root = "root"});
    must(ledger::CreateAsset{.code = "USD", .scale = 2});
    for (const std::uint32_t pool : {1U, 2U}) {
      must(pool::CreatePool{.code = "P" + std::to_string(pool), .activity = "test"});
      must(pool::AttachAgreement{.pool = PoolId(pool),
                                 .title = "Deed",
                                 .document = std::string(64, 'a'),
                                 .parties = {"x"},
                                 .law = "none"});
      pool::ActivatePool activate;
      activate.pool = PoolId(pool);
      must(activate);
      must(ledger::CreateAccounts{.accounts = {{.id = AccountId(10 * pool),
                                                .pool = PoolId(pool),
                                                .asset = AssetId(1),
                                                .account_class = ledger::AccountClass::custody,
                                                .code = 1},
                                               {.id = AccountId(10 * pool + 1),
                                                .pool = PoolId(pool),
                                                .asset = AssetId(1),
                                                .account_class = ledger::AccountClass::collateral,
                                                .owner_class = ledger::OwnerClass::client,
                                                .owner = OwnerId(pool),
                                                .code = 1,
                                                .flags = ledger::kDebitsMustNotExceedCredits}}});
      must(ledger::CreateTransfers{.transfers = {{.id = base::TransferId(pool),
                                                  .debit_account = AccountId(10 * pool),
                                                  .credit_account = AccountId(10 * pool + 1),
                                                  .amount = Amount(10'000'000),
                                                  .pool = PoolId(pool),
                                                  .asset = AssetId(1),
                                                  .code = 1}}});
      must(market::OpenParticipant{
          .pool = PoolId(pool), .owner = OwnerId(pool), .collateral = AccountId(10 * pool + 1)});
    }
    must(fact::DeclareSource{.code = "feed", .staleness = base::kHour, .scale = 2});
    must(market::SetIndex{
        .code = "I", .scale = 2, .sources = {{.source = SourceId(1), .fact_key = "k"}}});
  }

  [[nodiscard]] static market::ClearedTrade trade(base::u128 id, std::int64_t price) {
    return {.id = id,
            .contract = ContractId(1),
            .price = base::Price(price),
            .quantity = base::Quantity(10),
            .buyer_pool = PoolId(1),
            .buyer = OwnerId(1),
            .seller_pool = PoolId(2),
            .seller = OwnerId(2),
            .taker = market::TradeSide::seller};
  }

  [[nodiscard]] base::i128 cash(std::uint32_t pool) const {
    const ledger::Account& row = *engine_->state().ledger.accounts.find(AccountId(10 * pool + 1));
    return static_cast<base::i128>(row.credits_posted.units() - row.debits_posted.units());
  }
};

TEST_F(MarketTerms, AReversalFindsTheFeesThatTheScheduleHadSet) {
  must(market::CreateContract{.code = "P", .settlement_asset = AssetId(1), .price_scale = 2});
  market::SetTerms terms{.contract = ContractId(1), .maker_ppm = 100, .taker_ppm = 500};
  must(terms);
  must(market::ClearTrades{.trades = {trade(1, 100'000), trade(2, 100'000)}});
  // 10,000.00 each: the buyer made and pays 1.00, the seller took and pays 5.00.
  EXPECT_EQ(cash(1), 10'000'000 - 200);
  EXPECT_EQ(cash(2), 10'000'000 - 1'000);
  terms.taker_ppm = 9'000;
  must(terms);
  expect_the_same_after_a_start();
  must(market::BustTrade{.contract = ContractId(1), .trade = 2, .reason = "x"});
  EXPECT_EQ(cash(1), 10'000'000 - 100);
  EXPECT_EQ(cash(2), 10'000'000 - 500);
  // The same trade again is known, by the command that had booked it and by another.
  const Reply again = send(market::ClearTrades{.trades = {trade(2, 100'000)}});
  EXPECT_EQ(again.outcome.event_statuses.front(),
            static_cast<std::uint8_t>(market::TradeStatus::exists));
  must(market::AmendTrade{.contract = ContractId(1),
                          .trade = 1,
                          .id = 3,
                          .price = base::Price(90'000),
                          .quantity = base::Quantity(10),
                          .buyer_pool = PoolId(1),
                          .buyer = OwnerId(1),
                          .seller_pool = PoolId(2),
                          .seller = OwnerId(2),
                          .reason = "x"});
  EXPECT_EQ(cash(1), 10'000'000);
  EXPECT_EQ(cash(2), 10'000'000);
  expect_the_same_after_a_start();
  must(market::BustTrade{.contract = ContractId(1), .trade = 3, .reason = "x"});
  EXPECT_TRUE(engine_->state().market.turnovers.find(ContractId(1))->long_open.is_zero());
  const Reply twice = send(market::BustTrade{.contract = ContractId(1), .trade = 3, .reason = "x"});
  EXPECT_EQ(twice.outcome.status,
            static_cast<std::uint16_t>(market::ReverseTradeStatus::already_reversed));
  expect_the_same_after_a_start();
}

TEST_F(MarketTerms, AnOptionLivesAndExpiresAtRecordedFacts) {
  must(market::CreateContract{.code = "C", .settlement_asset = AssetId(1), .price_scale = 2});
  must(market::SetTerms{.contract = ContractId(1),
                        .instrument = market::Instrument::option,
                        .index = "I",
                        .expiry = Time(now_) + kDay,
                        .averaging = base::kHour,
                        .observations_min = 2,
                        .scale = 2,
                        .strike = fact::Value(100'000)});
  must(market::ClearTrades{.trades = {trade(1, 5'000)}});
  EXPECT_EQ(cash(1), 10'000'000 - 50'000);
  now_ += kDay.value() - base::kMinute.value();
  for (const std::int64_t value : {110'000, 110'002}) {
    must(fact::RecordFact{.source = SourceId(1),
                          .fact_key = "k",
                          .value = fact::Value(value),
                          .scale = 2,
                          .observed = Time(now_)});
    now_ += 1'000'000'000;
  }
  now_ += base::kMinute.value();
  ASSERT_TRUE(engine_->take_snapshot());
  expect_the_same_after_a_start();
  must(market::ExpireContract{.contract = ContractId(1)});
  // 10 x (1,100.01 - 1,000.00).
  EXPECT_EQ(cash(1), 10'000'000 - 50'000 + 100'010);
  EXPECT_EQ(cash(2), 10'000'000 + 50'000 - 100'010);
  expect_the_same_after_a_start();
}

// Books without terms have no room of terms, and so the hash that they always had.
TEST_F(MarketTerms, RoomIsEmptyUntilItIsUsed) {
  State bare;
  for (const RoomHash& room : room_hashes(bare)) EXPECT_NE(room.room, "contract_terms");
  const auto rooms = room_hashes(engine_->state());
  EXPECT_EQ(rooms.back().room, "contract_terms");  // of the index that was declared
}

}  // namespace
}  // namespace cofferdam::engine
