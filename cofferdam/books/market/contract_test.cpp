// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/base/decimal.h"
#include "cofferdam/books/market/create_contract.h"
#include "cofferdam/books/market/equity.h"
#include "cofferdam/books/market/test_books.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace cofferdam::market {
namespace {

TEST(CreateContract, RefusalsInOrderOfPrecedence) {
  using S = CreateContractStatus;
  TestBooks books;
  const AssetId usd = books.asset("USD", 2);
  const CreateContract good{
      .code = "PERP", .settlement_asset = usd, .price_scale = 1, .quantity_scale = 3};
  const auto judge = [&](auto&& change) {
    CreateContract command = good;
    change(command);
    const S shape = check_shape(command);
    return shape != S::ok ? shape : check_state(command, books.market, books.ledger);
  };
  const auto inverse = [](CreateContract& c) {
    c.kind = ContractKind::inverse;
    c.rounding = ValueRounding::unit_half_up;
    c.value_scale = 4;
  };
  EXPECT_EQ(judge([](CreateContract&) {}), S::ok);
  EXPECT_EQ(judge([](CreateContract& c) { c.code = "1"; }), S::code_malformed);
  EXPECT_EQ(judge([](CreateContract& c) { c.code = std::string(27, 'a'); }), S::code_malformed);
  EXPECT_EQ(judge([](CreateContract& c) { c.multiplier = 0; }), S::multiplier_must_not_be_zero);
  EXPECT_EQ(judge([](CreateContract& c) { c.price_scale = 19; }), S::scale_out_of_range);
  EXPECT_EQ(judge([](CreateContract& c) { c.rounding = ValueRounding::total_down; }),
            S::rounding_does_not_fit_kind);
  EXPECT_EQ(judge([](CreateContract& c) { c.kind = ContractKind::inverse; }),
            S::rounding_does_not_fit_kind);
  EXPECT_EQ(judge([](CreateContract& c) { c.value_scale = 1; }), S::value_scale_is_derived);
  EXPECT_EQ(judge([](CreateContract& c) { c.mark_age_max = base::Duration(-1); }),
            S::mark_age_negative);
  EXPECT_EQ(judge([](CreateContract& c) { c.settlement_asset = AssetId(9); }),
            S::settlement_asset_not_found);
  EXPECT_EQ(judge([](CreateContract& c) { c.code = "USD"; }), S::asset_code_taken);
  EXPECT_EQ(judge([&](CreateContract& c) {
              inverse(c);
              c.value_scale = 1;
            }),
            S::value_scale_below_settlement);
  EXPECT_EQ(judge([&](CreateContract& c) {
              inverse(c);
              c.value_scale = 39;
            }),
            S::value_scale_out_of_range);
  // A value of one smallest quantity that would be a fraction: 2 digits less than needed.
  EXPECT_EQ(judge([&](CreateContract& c) {
              inverse(c);
              c.price_scale = 0;
              c.quantity_scale = 6;
            }),
            S::value_scale_out_of_range);
  EXPECT_EQ(judge([](CreateContract& c) { c.price_scale = c.quantity_scale = 18; }), S::ok);
  EXPECT_EQ(judge([](CreateContract& c) {
              c.price_scale = c.quantity_scale = 18;
              c.multiplier_scale = 3;
            }),
            S::value_scale_out_of_range);
  books.contract(good);
  EXPECT_EQ(judge([](CreateContract&) {}), S::exists);
  EXPECT_EQ(judge([](CreateContract& c) { c.code = "PERP.value"; }), S::asset_code_taken);
}

TEST(CreateContract, DeclaresItsAssets) {
  TestBooks books;
  const AssetId usd = books.asset("USD", 6);
  // Contracts of 0.1 coin: 1 at 1.00 is worth 0.1000 USD in a value asset of 6 digits.
  const ContractId id = books.contract({.code = "MINI",
                                        .settlement_asset = usd,
                                        .price_scale = 2,
                                        .multiplier = 1,
                                        .multiplier_scale = 1});
  const Contract& contract = *find_contract(books.market, "MINI");
  EXPECT_EQ(contract.id, id);
  EXPECT_EQ(books.ledger.assets.find(contract.position_asset)->scale, 0);
  EXPECT_EQ(books.ledger.assets.find(contract.value_asset)->code, "MINI.value");
  EXPECT_EQ(books.ledger.assets.find(contract.value_asset)->scale, 6);
  EXPECT_EQ(contract.settle_factor, 1U);
  EXPECT_EQ(trade_value(contract, Price(100), Quantity(1)), u128{100'000});
  EXPECT_EQ(entry_price(contract, 3, -3 * 100'000), Price(100));
  EXPECT_EQ(base::encode(*base::decode<Contract>(base::encode(contract))), base::encode(contract));
}

TEST(OpenParticipant, RefusalsInOrderOfPrecedence) {
  using S = OpenParticipantStatus;
  TestBooks books;
  const AssetId usd = books.asset("USD", 2);
  const AssetId btc = books.asset("BTC", 8);
  const PoolId a = books.pool(1);
  const PoolId b = books.pool(2);
  const ContractId coin = books.contract({.code = "COIN", .settlement_asset = btc});
  const ContractId perp = books.contract({.code = "PERP", .settlement_asset = usd});
  const AccountId account = books.collateral(a, 1, usd, 10);
  ledger::Context given = books.context();
  const auto open = [&](std::uint64_t id, ledger::AccountClass account_class, std::uint16_t flags) {
    ledger::open_account(books.ledger, given,
                         {.id = AccountId(id),
                          .pool = a,
                          .asset = usd,
                          .account_class = account_class,
                          .owner_class = ledger::OwnerClass::client,
                          .owner = OwnerId(1),
                          .code = 1,
                          .flags = flags});
    return AccountId(id);
  };
  constexpr std::uint16_t kSolvent = ledger::kDebitsMustNotExceedCredits;
  const AccountId general = open(71, ledger::AccountClass::general, kSolvent);
  const AccountId unlimited = open(72, ledger::AccountClass::collateral, 0);
  const AccountId closed = open(73, ledger::AccountClass::collateral,
                                static_cast<std::uint16_t>(kSolvent | ledger::kClosed));
  const AccountId second = open(74, ledger::AccountClass::collateral, kSolvent);
  // Collateral has the limit from birth; the check stands for books that would not have given it.
  books.ledger.accounts.edit(books.changes, unlimited).flags = 0;
  books.changes.commit();
  const OpenParticipant good{.pool = a, .owner = OwnerId(1), .collateral = account};
  const auto judge = [&](auto&& change) {
    OpenParticipant command = good;
    change(command);
    const S shape = check_shape(command);
    return shape != S::ok ? shape : check_state(command, books.market, books.ledger);
  };
  EXPECT_EQ(judge([](OpenParticipant& c) { c.owner = OwnerId(); }), S::owner_must_not_be_zero);
  EXPECT_EQ(judge([](OpenParticipant& c) { c.contracts.resize(65); }), S::too_many_contracts);
  EXPECT_EQ(judge([](OpenParticipant& c) { c.pool = PoolId(9); }), S::pool_not_found);
  EXPECT_EQ(judge([](OpenParticipant& c) { c.collateral = AccountId(9); }), S::account_not_found);
  EXPECT_EQ(judge([&](OpenParticipant& c) { c.pool = b; }), S::account_in_another_pool);
  EXPECT_EQ(judge([](OpenParticipant& c) { c.owner = OwnerId(2); }), S::account_of_another_owner);
  EXPECT_EQ(judge([&](OpenParticipant& c) { c.collateral = general; }), S::account_not_collateral);
  EXPECT_EQ(judge([&](OpenParticipant& c) { c.collateral = unlimited; }),
            S::account_may_go_negative);
  EXPECT_EQ(judge([&](OpenParticipant& c) { c.collateral = closed; }), S::account_closed);
  EXPECT_EQ(judge([](OpenParticipant& c) { c.contracts = {ContractId(9)}; }),
            S::contract_not_found);
  EXPECT_EQ(judge([&](OpenParticipant& c) { c.contracts = {coin}; }),
            S::contract_settles_in_another_asset);
  OpenParticipant command = good;
  command.contracts = {perp};
  ASSERT_EQ(check_state(command, books.market, books.ledger), S::ok);
  ASSERT_EQ(apply(command, books.market, books.ledger, given), S::ok);
  books.commit();
  EXPECT_NE(books.market.holdings.find({perp, a, OwnerId(1)}), nullptr);
  EXPECT_EQ(judge([](OpenParticipant&) {}), S::exists);
  EXPECT_EQ(judge([&](OpenParticipant& c) { c.collateral = second; }),
            S::exists_with_different_account);
  books.ledger.compartments.edit(books.changes, a).accepts_accounts = false;
  EXPECT_EQ(judge([](OpenParticipant&) {}), S::pool_not_accepting);
}

TEST(TradeValue, InverseRoundingRules) {
  Contract contract{.kind = ContractKind::inverse, .value_factor = 1'000'000'000};
  // 10^9 / 76940 = 12997.14..., times 20: BitMEX 259940, exact 259942.8...
  contract.rounding = ValueRounding::unit_half_up;
  EXPECT_EQ(trade_value(contract, Price(76'940), Quantity(20)), u128{259'940});
  contract.rounding = ValueRounding::total_half_even;
  EXPECT_EQ(trade_value(contract, Price(76'940), Quantity(20)), u128{259'943});
  contract.rounding = ValueRounding::total_down;
  EXPECT_EQ(trade_value(contract, Price(76'940), Quantity(20)), u128{259'942});
  EXPECT_EQ(trade_value(contract, Price(0), Quantity(20)), std::nullopt);
  EXPECT_EQ(trade_value(contract, Price(76'940), Quantity(0)), std::nullopt);
  // A half is rounded up: 10^9 / 400 = 2500000; 10^9 / 2 x 10^9 = 0.5 -> 1.
  EXPECT_EQ(unit_value(contract, Price(2'000'000'000)), u128{1});
  EXPECT_EQ(unit_value(contract, Price(2'000'000'001)), std::nullopt);
}

TEST(TradeValue, BitmexTradesMatchToTheSatoshi) {
  const char* data = std::getenv("COFFERDAM_DATA");
  if (data == nullptr) GTEST_SKIP() << "COFFERDAM_DATA is not set";
  std::ifstream file(std::string(data) +
                     "/bitmex_xbtusd/xbtusd_trades_near_funding_2018-06_2020-11.csv");
  ASSERT_TRUE(file) << "the set bitmex_xbtusd is missing";
  TestBooks books;
  const AssetId btc = books.asset("XBT", 8);
  const PoolId a = books.pool(1);
  const PoolId b = books.pool(2);
  books.participant(a, 1, btc, 0);
  books.participant(b, 2, btc, 0);
  const ContractId xbt = books.contract({.code = "XBTUSD",
                                         .kind = ContractKind::inverse,
                                         .settlement_asset = btc,
                                         .price_scale = 1,
                                         .rounding = ValueRounding::unit_half_up,
                                         .value_scale = 8});
  std::string line;
  std::getline(file, line);
  std::size_t trades = 0;
  i128 long_value = 0;
  while (std::getline(file, line)) {
    std::istringstream fields(line);
    std::string time, side, size, price, tick, gross;
    std::getline(fields, time, ',');
    std::getline(fields, side, ',');
    std::getline(fields, size, ',');
    std::getline(fields, price, ',');
    std::getline(fields, tick, ',');
    std::getline(fields, gross, ',');
    const auto price_units = base::parse_decimal(price, 1);
    ASSERT_TRUE(price_units) << line;
    const bool buy = side == "Buy";
    const Trade trade{.id = ++trades,
                      .contract = xbt,
                      .price = Price(*price_units),
                      .quantity = Quantity(std::stoll(size)),
                      .buyer_pool = buy ? a : b,
                      .buyer = OwnerId(buy ? 1 : 2),
                      .seller_pool = buy ? b : a,
                      .seller = OwnerId(buy ? 2 : 1)};
    ASSERT_EQ(books.trade(trade), TradeStatus::ok) << line;
    long_value += (buy ? 1 : -1) * i128{std::stoll(gross)};
    ASSERT_EQ(books.open_value(xbt, a, 1), long_value) << line;
  }
  EXPECT_EQ(trades, 2652U);
}

}  // namespace
}  // namespace cofferdam::market
