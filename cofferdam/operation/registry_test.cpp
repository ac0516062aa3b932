// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/operation/registry.h"

#include "cofferdam/operation/reference.h"
#include "cofferdam/operation/schema.h"

#include <gtest/gtest.h>

#include <gmock/gmock.h>
#include <set>

namespace cofferdam::operation {
namespace {

using testing::HasSubstr;

// Everything exists and is counted in cents.
class Everything final : public Names {
 public:
  std::optional<std::uint32_t> number_of(Numbered, std::string_view) const override { return 1; }

  std::string code_of(Numbered, std::uint32_t) const override { return "one"; }

  std::optional<unsigned> scale_of(base::AssetId) const override { return 2; }

  std::optional<unsigned> scale_of(base::AccountId) const override { return 2; }

  std::optional<unsigned> scale_of(base::TransferId) const override { return 2; }

  std::optional<unsigned> scale_of(base::ConduitId) const override { return 2; }

  std::optional<unsigned> scale_of(base::SourceId) const override { return 2; }

  std::optional<ContractScales> scales_of(base::ContractId) const override {
    return ContractScales{.price = 2, .quantity = 2, .settlement = 2};
  }
};

const Everything kNames;
const Codec kCodec{kNames};

const Registry& registry() {
  static const Registry kRegistry = make_registry();
  return kRegistry;
}

TEST(Registry, HasEveryCommandOnceUnderNounAndVerb) {
  EXPECT_EQ(registry().commands.size(), std::variant_size_v<engine::CommandVariant>);
  std::set<std::string_view> names;
  std::set<std::uint16_t> numbers;
  for (const CommandEntry& entry : registry().commands) {
    EXPECT_TRUE(names.insert(entry.name).second) << entry.name;
    EXPECT_TRUE(numbers.insert(entry.number).second) << entry.name;
    EXPECT_EQ(std::count(entry.name.begin(), entry.name.end(), '.'), 1) << entry.name;
    EXPECT_FALSE(entry.summary.empty()) << entry.name;
  }
  for (const QueryEntry& entry : registry().queries)
    EXPECT_TRUE(names.insert(entry.name).second) << entry.name;
  for (const TaskEntry& entry : registry().tasks)
    EXPECT_TRUE(names.insert(entry.name).second) << entry.name;
}

TEST(Registry, EveryRefusalHasARule) {
  for (const CommandEntry& entry : registry().commands)
    for (const auto* rules : {&entry.statuses, &entry.event_statuses})
      for (const Rule& rule : *rules)
        EXPECT_TRUE(rule.number == 0 || !rule.rule.empty()) << entry.name << " " << rule.name;
}

TEST(Registry, EveryFieldOfEveryCommandIsDocumented) {
  for (const CommandEntry& entry : registry().commands)
    for (const Field& field : entry.type->fields)
      EXPECT_FALSE(field.doc.empty()) << entry.name << " " << field.name;
}

// A name in a table of required fields that is no field would be silently forgotten.
TEST(Registry, ExamplesHoldAllThatIsRequiredAndAreRead) {
  for (const CommandEntry& entry : registry().commands) {
    if (entry.name == "proposal.create") continue;  // its content is another command
    const Result<engine::Command> command = entry.read(example_of(*entry.type), kCodec);
    EXPECT_TRUE(command.has_value()) << entry.name << ": " << command.error().text();
  }
}

TEST(Registry, CommandsComeBackFromTheirJson) {
  for (const CommandEntry& entry : registry().commands) {
    if (entry.name == "proposal.create") continue;
    const Result<engine::Command> command = entry.read(example_of(*entry.type), kCodec);
    ASSERT_TRUE(command.has_value()) << entry.name;
    const Json json = command_json(*command, kCodec);
    const Result<engine::Command> again = entry.read(json, kCodec);
    ASSERT_TRUE(again.has_value())
        << entry.name << ": " << again.error().text() << " " << write_json(json);
    EXPECT_EQ(engine::encode_command(*again), engine::encode_command(*command)) << entry.name;
  }
}

TEST(Registry, AProposalCarriesACommandByNameAndContent) {
  const CommandEntry* entry = registry().find_command("proposal.create");
  ASSERT_NE(entry, nullptr);
  const auto read = [&](std::string_view text) { return entry->read(*parse_json(text), kCodec); };
  const auto good =
      read(R"({"operation":"asset.create","reason":"why","content":{"code":"USD","scale":2}})");
  ASSERT_TRUE(good.has_value()) << good.error().text();
  const auto& proposal = std::get<decision::Propose>(*good);
  EXPECT_EQ(proposal.operation, 10);
  const auto inner = engine::decode_command(proposal.operation, proposal.version, proposal.content);
  ASSERT_TRUE(inner.has_value());
  EXPECT_EQ(std::get<ledger::CreateAsset>(*inner).code, "USD");
  EXPECT_THAT(write_json(command_json(*good, kCodec)),
              HasSubstr(R"("operation":"asset.create","content":{"code":"USD","scale":2)"));
  EXPECT_THAT(read(R"({"operation":"asset.create","content":{"code":"USD"}})").error().field,
              HasSubstr("content.scale"));
  EXPECT_EQ(read(R"({"operation":"asset.make","content":{}})").error().field, "operation");
  EXPECT_EQ(read(R"({"operation":"asset.create"})").error().field, "content.code");
}

TEST(Registry, CalculatorsAnswerTheirExamples) {
  for (const CalculatorEntry& entry : registry().calculators) {
    if (entry.example.empty()) continue;
    const Result<Json> example = parse_json(entry.example);
    ASSERT_TRUE(example.has_value()) << entry.name;
    ASSERT_NE(example->find("input"), nullptr) << entry.name;
    const Result<Json> output = entry.run(*example->find("input"));
    ASSERT_TRUE(output.has_value()) << entry.name << ": " << output.error().text();
    EXPECT_EQ(write_json(*output), write_json(*example->find("output"))) << entry.name;
  }
}

TEST(Registry, CalculatorsNameWhatIsWrong) {
  const auto error = [&](std::string_view name, std::string_view text) {
    const auto answer = registry().find_calculator(name)->run(*parse_json(text));
    return answer ? Error{} : answer.error();
  };
  EXPECT_EQ(error("allocate", R"({"scale": 2, "total": 5, "weights": ["1"]})").field, "total");
  EXPECT_EQ(error("allocate", R"({"scale": 2, "total": "5", "weights": ["1"], "x": 1})").field,
            "x");
  EXPECT_EQ(error("allocate", R"({"scale": 0, "total": "0.5", "weights": ["1"]})").field, "total");
}

TEST(Schema, SaysWhatIsRequiredAndWhatTheDefaultsAre) {
  const Json schema = schema_of(*registry().find_command("asset.create")->type);
  EXPECT_EQ(write_json(*schema.find("required")), R"(["code","scale"])");
  EXPECT_EQ(write_json(*schema.find("additionalProperties")), "false");
  const Json accounts = schema_of(*registry().find_command("account.create")->type);
  const Json* item = accounts.find("properties")->find("accounts")->find("items");
  EXPECT_THAT(write_json(*item->find("properties")->find("flags")),
              HasSubstr("debits_must_not_exceed_credits"));
  EXPECT_THAT(write_json(*item->find("properties")->find("owner_class")),
              HasSubstr(R"("default":"pool")"));
}

TEST(Reference, NamesEverything) {
  std::string all;
  for (const Page& page : reference_pages(registry())) all += page.text;
  for (const CommandEntry& entry : registry().commands)
    EXPECT_THAT(all, HasSubstr("## " + std::string(entry.name) + "\n"));
  for (const QueryEntry& entry : registry().queries)
    EXPECT_THAT(all, HasSubstr("## " + entry.name + "\n"));
}

}  // namespace
}  // namespace cofferdam::operation
