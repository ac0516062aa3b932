// SPDX-License-Identifier: Apache-2.0
//
// A table for a reader: what every report gives back, whatever form it is shown in.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace cofferdam::report {

enum class Align : std::uint8_t { left, right };

struct Column {
  std::string name;
  Align align = Align::left;
};

struct Listing {
  std::string title;
  std::vector<Column> columns;
  std::vector<std::vector<std::string>> rows;  // one text per column
};

[[nodiscard]] inline Column text_column(std::string name) {
  return {std::move(name), Align::left};
}

[[nodiscard]] inline Column number_column(std::string name) {
  return {std::move(name), Align::right};
}

// Aligned columns, at most `width` wide: the widest text column is shortened with "...". Rows
// beyond `rows_max` are counted, not shown; 0 shows all.
[[nodiscard]] std::string to_text(const Listing& listing, std::size_t width = 100,
                                  std::size_t rows_max = 0);
[[nodiscard]] std::string to_csv(const Listing& listing);

// Columns that a text takes on a terminal, taking every code point for one.
[[nodiscard]] std::size_t columns_of(std::string_view text);
[[nodiscard]] std::string shortened(std::string_view text, std::size_t columns);

// 1234567 -> 1,234,567; a sign and a fraction are left alone. For screens, never for data.
[[nodiscard]] std::string grouped(std::string_view number);

}  // namespace cofferdam::report
