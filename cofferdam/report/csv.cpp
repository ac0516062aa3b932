// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/report/csv.h"

#include "cofferdam/base/check.h"
#include "cofferdam/base/decimal.h"
#include "cofferdam/base/parse_integer.h"
#include "cofferdam/report/input.h"

#include <algorithm>

namespace cofferdam::report {

namespace {

using base::malformed;
using base::Result;

[[nodiscard]] std::size_t line_of(std::string_view text, std::size_t at) {
  return 1 + static_cast<std::size_t>(
                 std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
}

[[nodiscard]] std::string base_name(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? path : path.substr(slash + 1);
}

}  // namespace

Result<Csv> Csv::open(std::string name, std::string text, CsvLimits limits) {
  Csv csv(std::move(name), std::move(text), limits);
  if (std::string_view(csv.text_).starts_with("\xef\xbb\xbf")) csv.at_ = 3;
  if (const std::size_t bad = find_bad_text(csv.text_); bad != std::string::npos)
    return malformed(csv.name_ + " line " + std::to_string(line_of(csv.text_, bad)), "",
                     "must be UTF-8 text without NUL bytes");
  Result<bool> header = csv.read_record(csv.columns_);
  if (!header) return std::unexpected(std::move(header).error());
  if (!*header) return malformed(csv.name_ + " line 1", "", "must name the columns");
  for (std::size_t i = 0; i < csv.columns_.size(); ++i) {
    const auto first = std::find(csv.columns_.begin(), csv.columns_.end(), csv.columns_[i]);
    if (static_cast<std::size_t>(first - csv.columns_.begin()) != i)
      return malformed(csv.where(1, i), csv.columns_[i], "a column is named once");
  }
  return csv;
}

Result<Csv> Csv::open_file(const std::string& path, CsvLimits limits) {
  Result<std::string> found = find_input(path);
  if (!found) return std::unexpected(std::move(found).error());
  Result<std::string> text = read_input(*found);
  if (!text) return std::unexpected(std::move(text).error());
  return open(base_name(*found), std::move(*text), limits);
}

Result<void> Csv::require(std::span<const std::string_view> columns) const {
  for (const std::string_view column : columns)
    if (!has(column))
      return malformed(name_ + " line 1", std::string(column), "this column must be in the header");
  return {};
}

bool Csv::has(std::string_view column) const {
  return std::find(columns_.begin(), columns_.end(), column) != columns_.end();
}

std::size_t Csv::index_of(std::string_view column) const {
  const auto found = std::find(columns_.begin(), columns_.end(), column);
  COFFERDAM_CHECK(found != columns_.end(), "the column was not required before it was read");
  return static_cast<std::size_t>(found - columns_.begin());
}

std::string Csv::where(std::size_t line, std::size_t column) const {
  std::string text = name_ + " line " + std::to_string(line) + " column ";
  return text +
         (column < columns_.size() && row_ > 0 ? columns_[column] : std::to_string(column + 1));
}

std::string Csv::where(std::string_view column) const {
  return name_ + " line " + std::to_string(line_) + " column " + std::string(column);
}

// One field, and the separator behind it unless that is a line end. Quoted text is taken as it is.
Result<std::string> Csv::read_field(std::size_t column) {
  std::string field;
  const auto too_long = [&] {
    return malformed(where(line_now_, column), field,
                     "a field has at most " + std::to_string(limits_.field_bytes) + " bytes");
  };
  if (at_ < text_.size() && text_[at_] == '"') {
    const std::size_t opened = line_now_;
    for (++at_;; ++at_) {
      if (at_ >= text_.size())
        return malformed(where(opened, column), field, "a quote that opens is closed");
      if (text_[at_] == '"') {
        if (at_ + 1 >= text_.size() || text_[at_ + 1] != '"') break;
        ++at_;
      }
      if (text_[at_] == '\n') ++line_now_;
      field += text_[at_];
      if (field.size() > limits_.field_bytes) return too_long();
    }
    ++at_;
    if (at_ < text_.size() && text_[at_] != ',' && text_[at_] != '\n' && text_[at_] != '\r')
      return malformed(where(line_now_, column), field,
                       "a closing quote is followed by a comma or the end of the line");
    return field;
  }
  const std::size_t end = std::min(text_.find_first_of(",\n\r\"", at_), text_.size());
  if (end - at_ > limits_.field_bytes) {
    field = text_.substr(at_, 80);
    return too_long();
  }
  field = text_.substr(at_, end - at_);
  at_ = end;
  if (at_ < text_.size() && text_[at_] == '"')
    return malformed(where(line_now_, column), field,
                     "a field that holds a quote is quoted, its quotes doubled");
  return field;
}

Result<bool> Csv::read_record(std::vector<std::string>& fields) {
  fields.clear();
  if (at_ >= text_.size()) return false;
  line_ = line_now_;
  const std::size_t began = at_;
  while (true) {
    if (fields.size() >= limits_.columns)
      return malformed(where(line_, fields.size()), "",
                       "a record has at most " + std::to_string(limits_.columns) + " fields");
    Result<std::string> field = read_field(fields.size());
    if (!field) return std::unexpected(std::move(field).error());
    fields.push_back(std::move(*field));
    if (at_ - began > limits_.record_bytes)
      return malformed(where(line_, fields.size() - 1), "",
                       "a record has at most " + std::to_string(limits_.record_bytes) + " bytes");
    if (at_ >= text_.size()) return true;
    if (text_[at_] == ',') {
      ++at_;
      continue;
    }
    if (text_[at_] == '\r') ++at_;
    if (at_ < text_.size() && text_[at_] != '\n')
      return malformed(where(line_now_, fields.size() - 1), fields.back(),
                       "a carriage return is followed by a line feed");
    ++at_;
    ++line_now_;
    return true;
  }
}

Result<bool> Csv::next() {
  Result<bool> read = read_record(fields_);
  if (!read || !*read) return read;
  ++row_;
  if (row_ > limits_.records)
    return malformed(name_ + " line " + std::to_string(line_), "",
                     "a file has at most " + std::to_string(limits_.records) + " records");
  if (fields_.size() != columns_.size())
    return malformed(
        name_ + " line " + std::to_string(line_), std::to_string(fields_.size()),
        "a record has as many fields as the header, " + std::to_string(columns_.size()));
  return true;
}

const std::string& Csv::text(std::string_view column) const {
  return fields_[index_of(column)];
}

Result<base::i128> Csv::decimal(std::string_view column, unsigned scale) const {
  return base::parse_decimal(text(column), scale, where(column));
}

Result<base::u128> Csv::unsigned_number(std::string_view column) const {
  return base::parse_u128(text(column), where(column));
}

Result<base::Time> Csv::time(std::string_view column) const {
  return base::parse_time(text(column), where(column));
}

Result<base::Date> Csv::date(std::string_view column) const {
  return base::parse_date(text(column), where(column));
}

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

}  // namespace cofferdam::report
