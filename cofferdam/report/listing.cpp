// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/report/listing.h"

#include "cofferdam/report/csv.h"

#include <algorithm>
#include <numeric>

namespace cofferdam::report {

namespace {

constexpr std::size_t kGap = 2;
constexpr std::size_t kShortest = 8;  // columns that a shortened column keeps

[[nodiscard]] std::vector<std::size_t> widths_of(const Listing& listing, std::size_t rows,
                                                 std::size_t width) {
  std::vector<std::size_t> widths;
  for (const Column& column : listing.columns) widths.push_back(columns_of(column.name));
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t c = 0; c < widths.size(); ++c)
      widths[c] = std::max(widths[c], columns_of(listing.rows[r][c]));
  while (true) {
    const std::size_t total = std::accumulate(widths.begin(), widths.end(), std::size_t{0}) +
                              kGap * (widths.empty() ? 0 : widths.size() - 1);
    if (total <= width) return widths;
    std::size_t widest = widths.size();
    for (std::size_t c = 0; c < widths.size(); ++c)
      if (listing.columns[c].align == Align::left &&
          (widest == widths.size() || widths[c] > widths[widest]))
        widest = c;
    if (widest == widths.size() || widths[widest] <= kShortest) return widths;
    widths[widest] = std::max(kShortest, widths[widest] - std::min(widths[widest], total - width));
  }
}

void append_cell(std::string& out, const std::string& text, std::size_t width, Align align) {
  const std::string shown = align == Align::left ? shortened(text, width) : text;
  const std::size_t used = columns_of(shown);
  const std::string blanks(width > used ? width - used : 0, ' ');
  out += align == Align::left ? shown + blanks : blanks + shown;
}

void append_line(std::string& out, const Listing& listing, const std::vector<std::string>& cells,
                 const std::vector<std::size_t>& widths) {
  std::string line;
  for (std::size_t c = 0; c < cells.size(); ++c) {
    if (c > 0) line += std::string(kGap, ' ');
    append_cell(line, cells[c], widths[c], listing.columns[c].align);
  }
  line.erase(line.find_last_not_of(' ') + 1);
  out += line + "\n";
}

}  // namespace

std::size_t columns_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

std::string shortened(std::string_view text, std::size_t columns) {
  if (columns_of(text) <= columns) return std::string(text);
  const std::size_t kept = columns > 3 ? columns - 3 : columns;
  std::size_t at = 0;
  for (std::size_t seen = 0; at < text.size(); ++at) {
    if ((static_cast<unsigned char>(text[at]) & 0xc0) != 0x80 && seen++ == kept) break;
  }
  return std::string(text.substr(0, at)) + (columns > 3 ? "..." : "");
}

std::string grouped(std::string_view number) {
  const std::size_t begin = number.starts_with('-') ? 1 : 0;
  const std::size_t end = std::min(number.find('.'), number.size());
  std::string out(number.substr(0, begin));
  for (std::size_t i = begin; i < end; ++i) {
    if (i > begin && (end - i) % 3 == 0) out += ',';
    out += number[i];
  }
  return out + std::string(number.substr(end));
}

std::string to_text(const Listing& listing, std::size_t width, std::size_t rows_max) {
  const std::size_t rows =
      rows_max == 0 ? listing.rows.size() : std::min(rows_max, listing.rows.size());
  const std::vector<std::size_t> widths = widths_of(listing, rows, width);
  std::string out;
  std::vector<std::string> names;
  for (const Column& column : listing.columns) names.push_back(column.name);
  append_line(out, listing, names, widths);
  for (std::size_t r = 0; r < rows; ++r) append_line(out, listing, listing.rows[r], widths);
  if (rows < listing.rows.size())
    out += "... and " + std::to_string(listing.rows.size() - rows) + " more\n";
  return out;
}

std::string to_csv(const Listing& listing) {
  std::string out;
  const auto append = [&out](const std::string& text, bool last) {
    out += csv_field(text) + (last ? "\n" : ",");
  };
  for (std::size_t c = 0; c < listing.columns.size(); ++c)
    append(listing.columns[c].name, c + 1 == listing.columns.size());
  for (const std::vector<std::string>& row : listing.rows)
    for (std::size_t c = 0; c < row.size(); ++c) append(row[c], c + 1 == row.size());
  return out;
}

}  // namespace cofferdam::report
