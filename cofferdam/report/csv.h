// SPDX-License-Identifier: Apache-2.0
//
// Comma-separated values as RFC 4180 has them: quoted fields, doubled quotes, CRLF or LF, a
// byte-order mark at the front. The first record names the columns; fields are asked for by name.
// Every error names file, line and column. What is refused: NUL bytes, text that is not UTF-8, a
// quote inside an unquoted field, text after a closing quote, a quote that is never closed, records
// with more or fewer fields than the header, a column named twice, anything beyond the bounds.
#pragma once

#include "cofferdam/base/amount.h"
#include "cofferdam/base/error.h"
#include "cofferdam/base/time.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cofferdam::report {

struct CsvLimits {
  std::size_t field_bytes = std::size_t{1} << 16;
  std::size_t record_bytes = std::size_t{1} << 20;
  std::size_t columns = 1'024;
  std::size_t records = 100'000'000;
};

class Csv {
 public:
  // `name` stands in errors; `text` is the whole file.
  [[nodiscard]] static base::Result<Csv> open(std::string name, std::string text,
                                              CsvLimits limits = {});
  // The file at `path` or `path`.gz.
  [[nodiscard]] static base::Result<Csv> open_file(const std::string& path, CsvLimits limits = {});

  // An error that names the columns that are missing; others may stand beside them.
  [[nodiscard]] base::Result<void> require(std::span<const std::string_view> columns) const;
  [[nodiscard]] bool has(std::string_view column) const;

  [[nodiscard]] const std::string& name() const { return name_; }

  [[nodiscard]] const std::vector<std::string>& columns() const { return columns_; }

  // The next record; false at the end of the file.
  [[nodiscard]] base::Result<bool> next();

  // Of the record that next() has read. The column must exist.
  [[nodiscard]] const std::string& text(std::string_view column) const;
  [[nodiscard]] base::Result<base::i128> decimal(std::string_view column, unsigned scale) const;
  [[nodiscard]] base::Result<base::u128> unsigned_number(std::string_view column) const;
  [[nodiscard]] base::Result<base::Time> time(std::string_view column) const;
  [[nodiscard]] base::Result<base::Date> date(std::string_view column) const;

  [[nodiscard]] std::size_t row() const { return row_; }  // 1 is the first after the header

  [[nodiscard]] std::size_t line() const { return line_; }  // on which the record begins

  // "trades.csv line 7 column px", for errors about the record.
  [[nodiscard]] std::string where(std::string_view column) const;

 private:
  Csv(std::string name, std::string text, CsvLimits limits)
      : name_(std::move(name)), text_(std::move(text)), limits_(limits) {}

  [[nodiscard]] base::Result<bool> read_record(std::vector<std::string>& fields);
  [[nodiscard]] base::Result<std::string> read_field(std::size_t column);
  [[nodiscard]] std::size_t index_of(std::string_view column) const;
  [[nodiscard]] std::string where(std::size_t line, std::size_t column) const;

  std::string name_;
  std::string text_;
  CsvLimits limits_;
  std::size_t at_ = 0;
  std::size_t line_now_ = 1;
  std::size_t line_ = 1;
  std::size_t row_ = 0;
  std::vector<std::string> columns_;
  std::vector<std::string> fields_;
};

// A field as it is written: quoted where it must be.
[[nodiscard]] std::string csv_field(std::string_view text);

}  // namespace cofferdam::report
