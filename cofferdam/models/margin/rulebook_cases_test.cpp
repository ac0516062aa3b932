// SPDX-License-Identifier: Apache-2.0
//
// Portfolios that were worked out by the programs in tests/oracle, which know nothing of this code:
// every rulebook must agree to the last unit, or within the quantum that the file states.
#include "cofferdam/models/margin/test_rulebooks.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace cofferdam::rulebook {
namespace {

i128 units(const testing::Json& json, unsigned scale) {
  return testing::value_of(base::parse_decimal(json.get<std::string>(), scale));
}

void expect_near(base::SignedAmount found, const testing::Json& expected, i128 quantum,
                 unsigned scale, const std::string& what) {
  const i128 wanted = units(expected, scale);
  const i128 distance = found.units() > wanted ? found.units() - wanted : wanted - found.units();
  EXPECT_TRUE(distance <= quantum)
      << what << ": " << base::format_decimal(found, scale) << " for " << expected.dump();
}

// The lines make up the requirement, and the three modes are in their order.
void expect_consistent(const MarginOutput& output, unsigned scale, const std::string& name) {
  if (scale == 18) {
    base::SignedAmount initial;
    base::SignedAmount maintenance;
    for (const MarginLine& line : output.lines) {
      initial = initial + line.initial;
      maintenance = maintenance + line.maintenance;
    }
    EXPECT_EQ(initial, output.figures.initial) << name;
    EXPECT_EQ(maintenance, output.figures.maintenance) << name;
  }
  ASSERT_EQ(output.modes.size(), 3U);
  EXPECT_LE(output.modes[1].cash_needed_initial, output.modes[0].cash_needed_initial) << name;
}

class Cases : public ::testing::TestWithParam<const char*> {};

TEST_P(Cases, AgreeWithTheOracle) {
  const auto file =
      source_root() / "tests" / "oracle" / "margin" / (std::string(GetParam()) + ".json");
  const testing::Json document = testing::read_json_file(file.string());
  EXPECT_GE(document.at("cases").size(), 20U);
  for (const testing::Json& one : document.at("cases")) {
    const std::string name = one.at("name");
    const MarginInput input = read_input(one.at("input"));
    const unsigned scale = input.scale;
    const i128 quantum = units(document.at("quantum"), scale);
    const Result<MarginOutput> output = margin(input);
    ASSERT_TRUE(output) << name << ": " << output.error().text();
    const MarginFigures& figures = output->figures;
    expect_near(figures.equity, one.at("equity"), quantum, scale, name + " equity");
    expect_near(figures.initial, one.at("initial"), quantum, scale, name + " initial");
    expect_near(figures.maintenance, one.at("maintenance"), quantum, scale, name + " maintenance");
    if (one.contains("binding")) {
      EXPECT_EQ(output->binding_scenario, one.at("binding")) << name;
    }
    expect_consistent(*output, scale, name);
  }
}

INSTANTIATE_TEST_SUITE_P(Rulebooks, Cases,
                         ::testing::Values("dydx-v4", "dydx-v4-mainnet-genesis", "imf-mmf",
                                           "derive-srm", "derive-srm-priced", "derive-pmrm",
                                           "derive-pmrm-2", "deribit-like-pm", "span-16",
                                           "deribit-standard", "opyn-naked"));

TEST(Rulebooks, EveryFileCanBeUsed) {
  std::size_t files = 0;
  for (const auto& file :
       std::filesystem::directory_iterator(source_root() / "examples" / "rulebooks")) {
    if (file.path().extension() != ".json") continue;
    const Rulebook rulebook = read_rulebook(file.path());
    const Result<void> done = check(rulebook);
    EXPECT_TRUE(done) << file.path() << ": " << (done ? "" : done.error().text());
    EXPECT_EQ(rulebook.name, file.path().stem().string());
    EXPECT_FALSE(rulebook.known_differences.empty()) << file.path();
    ++files;
  }
  EXPECT_GE(files, 4U);
}

}  // namespace
}  // namespace cofferdam::rulebook
