// SPDX-License-Identifier: Apache-2.0
//
// For tests: rulebooks and inputs from JSON files.
#pragma once

#include "cofferdam/models/margin/margin.h"

#include "tests/calculator_json.h"

#include <filesystem>
#include <string>

namespace cofferdam::rulebook {

inline std::filesystem::path source_root() {
  std::filesystem::path path = std::filesystem::path(__FILE__);
  for (int i = 0; i < 4; ++i) path = path.parent_path();
  return path;
}

inline testing::JsonReader json_reader(const testing::Json& input) {
  return testing::JsonReader({.amount = input.value("scale", 18U),
                              .price = input.value("price_scale", 18U),
                              .quantity = input.value("quantity_scale", 18U)});
}

inline Rulebook read_rulebook(const std::filesystem::path& file) {
  Rulebook rulebook;
  json_reader(testing::Json::object()).read(testing::read_json_file(file.string()), rulebook);
  return rulebook;
}

inline Rulebook rulebook_named(const std::string& name) {
  return read_rulebook(source_root() / "examples" / "rulebooks" / (name + ".json"));
}

inline MarginInput read_input(const testing::Json& json) {
  MarginInput input;
  json_reader(json).read(json, input);
  if (!input.rulebook.empty()) input.parameters = rulebook_named(input.rulebook);
  return input;
}

}  // namespace cofferdam::rulebook
