// SPDX-License-Identifier: Apache-2.0
//
// The worked cases are in cents; the arithmetic beside them was done by hand.
#include "cofferdam/books/pool/segregation_statement.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace cofferdam::pool {
namespace {

using base::Amount;
using base::i128;
using base::SignedAmount;

base::Date date(std::string_view text) {
  return *base::parse_date(text);
}

constexpr std::int64_t kHundredth = 10'000'000'000'000'000;  // 1 % as a rate

SegregationProfile cftc() {
  SegregationProfile profile{.code = "cftc-1.32",
                             .deficit_offset_by_securities = true,
                             .haircuts = {{.kind = "note", .rate = base::Rate(2 * kHundredth)}},
                             .withdrawal_sign_off_above = base::Rate(25 * kHundredth),
                             .utc_offset_minutes = -300,
                             .cut_off_minute = 1'020,
                             .calendar = {.weekend = {6, 7}, .holidays = {date("2026-07-03")}},
                             .due_minute = 720,
                             .retention_years = 5};
  for (std::size_t i = 0; i < kSegregatedAssets; ++i)
    profile.assets_counted.push_back(static_cast<SegregatedAsset>(i));
  return profile;
}

SegregationCustomer customer(std::string account, i128 cash, i128 unrealised = 0) {
  return {.account = std::move(account),
          .net_ledger_cash = SignedAmount(cash),
          .unrealised = SignedAmount(unrealised)};
}

SegregationStatementInput input() {
  return {.scale = 2, .currency = "USD", .date = date("2026-07-02"), .profile = cftc()};
}

SegregationStatementOutput statement(const SegregationStatementInput& in) {
  const auto output = segregation_statement(in);
  EXPECT_TRUE(output.has_value()) << output.error().text();
  return output.value_or(SegregationStatementOutput{});
}

SignedAmount line(const SegregationStatementOutput& output, std::string_view number) {
  for (const SegregationLine& row : output.lines)
    if (row.line == number) return row.amount;
  ADD_FAILURE() << "no line " << number;
  return {};
}

// Anna  cash 10,000.00, unrealised -250.50, options bought 300.25, sold 120.10
//       equity 10,000.00 - 250.50 + 300.25 - 120.10 = 9,929.65            required  9,929.65
// Ben   cash -1,500.75, unrealised 400.00: equity -1,100.75, no securities, deficit 1,100.75
//       nothing offsets it                                                required      0.00
// Cora  cash -2,000.00, note at market 1,999.99, haircut 2 %:
//       1,999.99 x 0.98 = 1,959.9902 -> 1,959.99 offsets the deficit of 2,000.00
//       required 1,999.99 - 1,959.99 =                                                 40.00
// 1A  10,000.00 - 1,500.75 - 2,000.00 = 6,499.25       1B 1,999.99
// 2   -250.50 + 400.00 = 149.50    3A 300.25    3B -120.10
// 4   6,499.25 + 1,999.99 + 149.50 + 300.25 - 120.10 = 8,828.89
// 5   1,100.75 + 2,000.00 = 3,100.75 less 1,959.99 = 1,140.76
// 6   8,828.89 + 1,140.76 = 9,969.65 = 9,929.65 + 40.00
SegregationStatementInput three_customers() {
  SegregationStatementInput in = input();
  in.customers = {customer("anna", 1'000'000, -25'050), customer("ben", -150'075, 40'000),
                  customer("cora", -200'000)};
  in.customers[0].long_options = Amount(30'025);
  in.customers[0].short_options = Amount(12'010);
  in.customers[2].securities = {{.kind = "note", .market_value = Amount(199'999)}};
  return in;
}

void expect_required(const SegregationStatementOutput& output) {
  EXPECT_EQ(line(output, "1A"), SignedAmount(649'925));
  EXPECT_EQ(line(output, "1B"), SignedAmount(199'999));
  EXPECT_EQ(line(output, "2"), SignedAmount(14'950));
  EXPECT_EQ(line(output, "3A"), SignedAmount(30'025));
  EXPECT_EQ(line(output, "3B"), SignedAmount(-12'010));
  EXPECT_EQ(line(output, "4"), SignedAmount(882'889));
  EXPECT_EQ(line(output, "5 gross"), SignedAmount(310'075));
  EXPECT_EQ(line(output, "5 offset"), SignedAmount(-195'999));
  EXPECT_EQ(line(output, "5"), SignedAmount(114'076));
  EXPECT_EQ(line(output, "6"), SignedAmount(996'965));
  EXPECT_EQ(output.accounts[0].required, Amount(992'965));
  EXPECT_EQ(output.accounts[1].required, Amount(0));
  EXPECT_EQ(output.accounts[2].required, Amount(4'000));
}

// Held: bank 4,000.00, Cora's note 1,999.99, clearing 5,000.00, settlement -149.50 to pay,
// options 300.25 - 120.10: 4,000.00 + 1,999.99 + 5,000.00 - 149.50 + 300.25 - 120.10 = 11,030.64
// Excess 11,030.64 - 9,969.65 = 1,060.99; over a target of 1,000.00: 60.99.
TEST(SegregationStatement, SurplusToTheCent) {
  SegregationStatementInput in = three_customers();
  in.holdings = {
      {.asset = SegregatedAsset::bank_cash, .amount = SignedAmount(400'000)},
      {.asset = SegregatedAsset::bank_customer_securities, .amount = SignedAmount(199'999)},
      {.asset = SegregatedAsset::clearing_cash, .amount = SignedAmount(500'000)},
      {.asset = SegregatedAsset::net_settlement, .amount = SignedAmount(-14'950)},
      {.asset = SegregatedAsset::long_options, .amount = SignedAmount(30'025)},
      {.asset = SegregatedAsset::short_options, .amount = SignedAmount(12'010)}};
  in.target_residual = Amount(100'000);
  const SegregationStatementOutput output = statement(in);
  expect_required(output);
  EXPECT_EQ(line(output, "10B"), SignedAmount(-12'010));
  EXPECT_EQ(line(output, "13"), SignedAmount(1'103'064));
  EXPECT_EQ(line(output, "14"), SignedAmount(106'099));
  EXPECT_EQ(line(output, "16"), SignedAmount(6'099));
  EXPECT_EQ(output.verdict, SegregationVerdict::sufficient);
  in.target_residual = Amount(106'100);
  EXPECT_EQ(statement(in).verdict, SegregationVerdict::below_target);
}

// Held 9,969.64, one cent less than 9,969.65.
TEST(SegregationStatement, DeficitToTheCent) {
  SegregationStatementInput in = three_customers();
  in.holdings = {{.asset = SegregatedAsset::bank_cash, .amount = SignedAmount(996'964)}};
  const SegregationStatementOutput output = statement(in);
  expect_required(output);
  EXPECT_EQ(output.excess, SignedAmount(-1));
  EXPECT_EQ(output.verdict, SegregationVerdict::deficient);
  in.holdings[0].amount = SignedAmount(996'965);
  EXPECT_EQ(statement(in).verdict, SegregationVerdict::sufficient);
}

TEST(SegregationStatement, WithoutOffsetADeficitIsAddedBackWhole) {
  SegregationStatementInput in = three_customers();
  in.profile.deficit_offset_by_securities = false;
  // Cora is owed her whole note: 9,929.65 + 1,999.99.
  EXPECT_EQ(statement(in).required, SignedAmount(1'192'964));
}

TEST(SegregationStatement, ASecurityWithoutAHaircutOffsetsNothing) {
  SegregationStatementInput in = three_customers();
  in.customers[2].securities[0].kind = "painting";
  EXPECT_EQ(statement(in).required, SignedAmount(1'192'964));
}

// Undermargined: Anna needs 10,000.00 and has 9,929.65: 70.35. Ben needs 500.00 and has
// -1,100.75: 1,600.75 less the debit balance of 1,100.75 that line 5 counts: 500.00. Cora needs
// 10.00 and has -2,000.00 + 1,959.99 = -40.01: 50.01 less 40.01: 10.00. Together 580.35.
TEST(SegregationStatement, UndermarginedAmount) {
  SegregationStatementInput in = three_customers();
  in.customers[0].margin_required = Amount(1'000'000);
  in.customers[1].margin_required = Amount(50'000);
  in.customers[2].margin_required = Amount(1'000);
  in.holdings = {{.asset = SegregatedAsset::on_hand, .amount = SignedAmount(996'965 + 58'035)}};
  SegregationStatementOutput output = statement(in);
  EXPECT_EQ(output.accounts[0].undermargined, Amount(7'035));
  EXPECT_EQ(output.accounts[1].undermargined, Amount(50'000));
  EXPECT_EQ(output.accounts[2].undermargined, Amount(1'000));
  EXPECT_EQ(output.undermargined, Amount(58'035));
  EXPECT_TRUE(output.residual_covers_undermargined);
  in.holdings[0].amount = SignedAmount(996'965 + 58'034);
  EXPECT_FALSE(statement(in).residual_covers_undermargined);
}

// 25 % of 1,000.03 is 250.0075: 250.00 goes without sign-off, 250.01 does not.
TEST(SegregationStatement, LargeWithdrawalsNeedSignOff) {
  SegregationStatementInput in = input();
  in.previous_excess = SignedAmount(100'003);
  in.withdrawn = Amount(25'000);
  EXPECT_FALSE(statement(in).sign_off_required);
  in.withdrawn = Amount(25'001);
  EXPECT_TRUE(statement(in).sign_off_required);
  in.previous_excess = SignedAmount(-5);
  in.withdrawn = Amount(1);
  EXPECT_TRUE(statement(in).sign_off_required);
  in.profile.withdrawal_sign_off_above.reset();
  EXPECT_FALSE(statement(in).sign_off_required);
}

// Noon at five hours behind UTC on Monday, after a holiday and a weekend.
TEST(SegregationStatement, DueAndKept) {
  const SegregationStatementOutput output = statement(input());
  EXPECT_EQ(base::format_time(output.due), "2026-07-06T17:00:00Z");
  EXPECT_EQ(output.keep_until, date("2031-07-02"));
}

// Omnibus x: equities 100 and -30 are netted to 70. Omnibus y: -5. Ida stands alone with 50, of
// which 45 are at clearing.
TEST(SegregationStatement, NettedOmnibusAndIndividualAccounts) {
  SegregationStatementInput in = input();
  in.profile.omnibus_netting = OmnibusNetting::net;
  in.profile.excess_margin_at_clearing = true;
  in.customers = {customer("a", 100), customer("b", -30), customer("ida", 50), customer("c", -5)};
  in.customers[0].omnibus_account = in.customers[1].omnibus_account = "x";
  in.customers[2].regime = SegregationRegime::individual;
  in.customers[2].held_at_clearing = Amount(45);
  in.customers[3].omnibus_account = "y";
  const SegregationStatementOutput output = statement(in);
  ASSERT_EQ(output.accounts.size(), 3U);
  EXPECT_EQ(output.accounts[0].account, "x");
  EXPECT_EQ(output.accounts[0].required, Amount(70));
  EXPECT_EQ(output.accounts[1].clearing_shortfall, Amount(5));
  EXPECT_EQ(output.required, SignedAmount(120));
  in.profile.omnibus_netting = OmnibusNetting::gross;
  EXPECT_EQ(statement(in).required, SignedAmount(150));
}

TEST(SegregationStatement, WhatTheProfileDoesNotCountIsShownApart) {
  SegregationStatementInput in = input();
  in.profile.assets_counted = {SegregatedAsset::bank_cash};
  in.holdings = {{.asset = SegregatedAsset::bank_cash, .amount = SignedAmount(7)},
                 {.asset = SegregatedAsset::on_hand, .amount = SignedAmount(3)}};
  const SegregationStatementOutput output = statement(in);
  EXPECT_EQ(output.held, SignedAmount(7));
  EXPECT_EQ(output.not_counted, SignedAmount(3));
}

TEST(SegregationStatement, MalformedInput) {
  const auto field = [](const SegregationStatementInput& in) {
    const auto output = segregation_statement(in);
    return output ? std::string("accepted") : output.error().field;
  };
  SegregationStatementInput in = input();
  in.date = date("2026-07-03");
  EXPECT_EQ(field(in), "date");
  in = input();
  in.customers = {customer("a", 1), customer("a", 2)};
  EXPECT_EQ(field(in), "customers[1].account");
  in = input();
  in.customers = {customer("a", static_cast<i128>(1) << 96)};
  EXPECT_EQ(field(in), "customers[0].net_ledger_cash");
  in = input();
  in.holdings = {{.asset = SegregatedAsset::bank_cash, .amount = SignedAmount(-1)}};
  EXPECT_EQ(field(in), "holdings[0].amount");
  in = input();
  in.profile.haircuts[0].rate = base::Rate(101 * kHundredth);
  EXPECT_EQ(field(in), "profile.haircuts.note");
}

// The law: a customer whose account falls into any deficit changes nobody else's part.
RC_GTEST_PROP(SegregationStatement, ADeficitNeverLowersWhatOthersAreOwed, ()) {
  SegregationStatementInput in = input();
  const i128 good = *rc::gen::inRange(0, 1'000'000);
  in.customers = {customer("good", good), customer("bad", -*rc::gen::inRange(0, 1'000'000))};
  in.customers[1].securities = {
      {.kind = "note", .market_value = Amount(*rc::gen::inRange(0U, 1'000'000U))}};
  const SegregationStatementOutput output = statement(in);
  RC_ASSERT(output.accounts[0].required.units() == static_cast<base::u128>(good));
  RC_ASSERT(output.required.units() >= good);
}

}  // namespace
}  // namespace cofferdam::pool
