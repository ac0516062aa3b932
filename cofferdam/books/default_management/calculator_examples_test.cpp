// SPDX-License-Identifier: Apache-2.0
//
// The worked example of every calculator gives exactly the output that is printed beside it.
#include "cofferdam/books/default_management/adl.h"
#include "cofferdam/books/default_management/auction.h"
#include "cofferdam/books/default_management/bankruptcy_price.h"
#include "cofferdam/books/default_management/fillable_price.h"
#include "cofferdam/books/default_management/fund_calculator.h"
#include "cofferdam/books/default_management/liquidation_size.h"
#include "cofferdam/books/default_management/socialise.h"
#include "cofferdam/books/default_management/waterfall.h"

#include "tests/calculator_json.h"
#include <gtest/gtest.h>

#include <filesystem>

namespace cofferdam::default_management {
namespace {

template <class Input, class Output>
void expect_example(const std::string& name, base::Result<Output> (*calculator)(const Input&)) {
  std::filesystem::path root = std::filesystem::path(__FILE__);
  for (int i = 0; i < 4; ++i) root = root.parent_path();
  const testing::Json example =
      testing::read_json_file((root / "examples/calculators" / (name + ".json")).string());
  EXPECT_EQ(testing::run(calculator, example.at("input")).dump(1), example.at("output").dump(1));
}

TEST(CalculatorExamples, Adl) {
  expect_example("adl", adl);
}

TEST(CalculatorExamples, Auction) {
  expect_example("auction", auction);
}

TEST(CalculatorExamples, BankruptcyPrice) {
  expect_example("bankruptcy-price", bankruptcy_price);
}

TEST(CalculatorExamples, FillablePrice) {
  expect_example("fillable-price", fillable_price);
}

TEST(CalculatorExamples, FundShares) {
  expect_example("fund-shares", fund_shares);
}

TEST(CalculatorExamples, LiquidationSize) {
  expect_example("liquidation-size", liquidation_size);
}

TEST(CalculatorExamples, Socialise) {
  expect_example("socialise", socialise);
}

TEST(CalculatorExamples, Waterfall) {
  expect_example("waterfall", waterfall);
}

}  // namespace
}  // namespace cofferdam::default_management
