// SPDX-License-Identifier: Apache-2.0
//
// JSON Schema (draft 2020-12) of a described struct: what read_json accepts. A field without which
// input is malformed is in `required`; every other one has the default that the struct gives it.
#pragma once

#include "cofferdam/operation/json.h"
#include "cofferdam/operation/type.h"

#include <string>
#include <string_view>

namespace cofferdam::operation {

enum class SchemaSide : std::uint8_t { input, output };

[[nodiscard]] Json schema_of(const Type& type, SchemaSide side = SchemaSide::input);

// A whole document: $schema, $id, title, description, examples.
struct SchemaDocument {
  std::string_view name;  // asset.create
  std::string_view description;
  const Type* type = nullptr;
  Json example;  // null: none
};

[[nodiscard]] Json schema_document(const SchemaDocument& document);

// A small value of the type, made from the kinds of its fields: required ones and one element of
// each list that is required.
[[nodiscard]] Json example_of(const Type& type);

// The kind of a field in a few words, for tables of documentation.
[[nodiscard]] std::string describe_kind(const Field& field);

}  // namespace cofferdam::operation
