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

// A table whose columns are known when it is made: what reports give. Cells are text as it is to be
// read; numbers have no grouping.
struct Sheet {
  struct Column {
    std::string name;
    bool is_number = false;
  };

  std::string title;
  std::vector<Column> columns;
  std::vector<std::vector<std::string>> rows;  // one text per column
};

using Sheets = std::vector<Sheet>;
using Document = std::variant<Listing, Json, Text, Sheets>;

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
