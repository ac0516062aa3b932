// SPDX-License-Identifier: Apache-2.0
//
// The worked example of every calculator gives exactly the output that is printed beside it.
#include "cofferdam/books/pool/allocation_plan.h"
#include "cofferdam/books/pool/outflow_capacity.h"
#include "cofferdam/books/pool/pool_shares.h"
#include "cofferdam/books/pool/refilling_limit.h"
#include "cofferdam/books/pool/run_off_plan.h"
#include "cofferdam/books/pool/segregation_statement.h"

#include "tests/calculator_json.h"
#include <gtest/gtest.h>

#include <filesystem>

namespace cofferdam::pool {
namespace {

std::string folder(const char* name) {
  std::filesystem::path root = std::filesystem::path(__FILE__);
  for (int i = 0; i < 4; ++i) root = root.parent_path();
  return (root / "examples" / name).string();
}

template <class Input, class Output>
void expect_example(const std::string& name, base::Result<Output> (*calculator)(const Input&)) {
  const testing::Json example =
      testing::read_json_file(folder("calculators") + "/" + name + ".json");
  EXPECT_EQ(testing::run(calculator, example.at("input")).dump(1), example.at("output").dump(1));
}

TEST(CalculatorExamples, RefillingLimit) {
  expect_example("refilling-limit", refilling_limit);
}

TEST(CalculatorExamples, OutflowCapacity) {
  expect_example("outflow-capacity", outflow_capacity);
}

TEST(CalculatorExamples, PoolShares) {
  expect_example("pool-shares", pool_shares);
}

TEST(CalculatorExamples, Allocate) {
  expect_example("allocate", allocation_plan);
}

TEST(CalculatorExamples, RunOff) {
  expect_example("run-off", run_off_plan);
}

TEST(CalculatorExamples, SegregationStatement) {
  expect_example("segregation-statement", segregation_statement);
}

TEST(SegregationProfiles, ShippedProfilesCanBeUsed) {
  for (const char* name : {"cftc-1.32", "emir-39", "none"}) {
    const testing::Json json = testing::read_json_file(folder("profiles") + "/" + name + ".json");
    SegregationProfile profile;
    testing::JsonReader(testing::Scales{}).read(json, profile);
    EXPECT_EQ(profile.code, name);
    EXPECT_FALSE(fault_of(profile).has_value()) << fault_of(profile)->text();
    EXPECT_EQ(testing::JsonWriter(testing::Scales{}).write(profile), json);
  }
}

}  // namespace
}  // namespace cofferdam::pool
