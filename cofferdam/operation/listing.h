// SPDX-License-Identifier: Apache-2.0
//
// What a query or a task answers with: rows of one described kind, a JSON document, or text.
#pragma once

#include "cofferdam/operation/codec.h"

#include <string>
#include <variant>
#include <vector>

namespace cofferdam::operation {

// Columns are the fields of the row type, in order. `next` is where the next page starts, empty
// after the last one.
struct Listing {
  const Type* row = nullptr;
  std::vector<Json> rows;
  std::string next;
  bool is_single = false;  // one thing, to be shown as itself and not as a table of one row
};

struct Text {
  std::string media_type;  // "text/html"
  std::string content;
};

using Document = std::variant<Listing, Json, Text>;

inline constexpr std::uint32_t kPageDefault = 100;
inline constexpr std::uint32_t kPageMax = 10'000;

template <class Row>
[[nodiscard]] Listing listing_of() {
  return Listing{.row = &type_of<Row>()};
}

template <class Row>
[[nodiscard]] Listing single(const Row& row, const Codec& codec) {
  Listing listing{.row = &type_of<Row>(), .is_single = true};
  listing.rows.push_back(to_json(row, codec));
  return listing;
}

}  // namespace cofferdam::operation
