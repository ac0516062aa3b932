// SPDX-License-Identifier: Apache-2.0
//
// Room operation: what can be asked of the books, each thing registered once.
//
// Its words. A *command* changes the books through the engine's one door. A *query* reads them and
// answers with a *listing*: columns and rows. A *calculator* is a pure function from one JSON
// object to another. A *task* is longer work over files: a report, an export, an import. The
// *registry* (registry.h) holds all four with names, documentation and JSON Schemas; the command
// line, and every later surface, takes them from there and adds nothing of its own.
//
// Its laws. JSON, schema, documentation and command-line options of a struct are generated from the
// one description that also makes its bytes (base/fields.h); no struct has code of its own here.
// Input is refused unless every key is known, stands once and holds what its field asks for; the
// error names the path, the value and the rule. Money is decimal text in its asset's scale, and is
// never rounded on its way in or out. Everything read has a named maximum.
//
// What it must not know: options, terminals, sockets, headers, signals.
//
// Here: JSON as a value. Numbers keep the text they were written with, so that no digit is lost.
#pragma once

#include "cofferdam/base/error.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cofferdam::operation {

using base::Error;
using base::Result;

struct Json {
  enum class Kind : std::uint8_t { null, boolean, number, text, list, object };

  Kind kind = Kind::null;
  bool flag = false;               // boolean
  std::string text;                // text; number: its digits as written
  std::vector<std::string> names;  // object: names[i] belongs to items[i]
  std::vector<Json> items;         // list, object

  [[nodiscard]] static Json of(std::string_view text);
  [[nodiscard]] static Json truth(bool flag);
  [[nodiscard]] static Json number(std::uint64_t value);
  [[nodiscard]] static Json number(std::string digits);
  [[nodiscard]] static Json list();
  [[nodiscard]] static Json object();

  [[nodiscard]] bool is_null() const { return kind == Kind::null; }

  [[nodiscard]] bool is_object() const { return kind == Kind::object; }

  // Appends without looking whether the name is there; returns the value.
  Json& add(std::string name, Json value);

  Json& add(std::string name, std::string_view value) { return add(std::move(name), of(value)); }

  Json& add(std::string name, const char* value) { return add(std::move(name), of(value)); }

  // nullptr when this is no object or has no such name.
  [[nodiscard]] const Json* find(std::string_view name) const;
  [[nodiscard]] Json* find(std::string_view name);
  // The text of a member that is text; empty otherwise.
  [[nodiscard]] std::string_view text_of(std::string_view name) const;
};

inline constexpr std::size_t kJsonValuesMax = std::size_t{1} << 19;
// For files that the caller has chosen itself.
inline constexpr std::size_t kManyJsonValues = std::size_t{1} << 26;

struct JsonLimits {
  std::size_t bytes_max = std::size_t{16} << 20;
  std::size_t text_bytes_max = std::size_t{1} << 20;  // of one string
  std::size_t items_max = std::size_t{1} << 20;       // of one list or object
  std::size_t depth_max = 32;
  // Of the whole text: a value takes some hundred bytes of memory where it may take two in a text.
  std::size_t values_max = kJsonValuesMax;
};

// Of what the caller wrote itself, for itself.
inline constexpr JsonLimits kOwnJson{.values_max = kManyJsonValues};

// Exactly one JSON value in UTF-8 (RFC 8259). Refused, each with its place: repeated names in an
// object, text after the value, text that is not UTF-8, and what exceeds the limits.
[[nodiscard]] Result<Json> parse_json(std::string_view text, const JsonLimits& limits = {});

enum class JsonLayout : std::uint8_t { line, indented };
// Bytes that are not UTF-8 become U+FFFD.
[[nodiscard]] std::string write_json(const Json& json, JsonLayout layout = JsonLayout::line);

// As in an error: text in quotes, lists and objects by their first bytes.
[[nodiscard]] std::string excerpt(const Json& json);

}  // namespace cofferdam::operation
