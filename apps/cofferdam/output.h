// SPDX-License-Identifier: Apache-2.0
//
// How answers look: tables for people, the rest for programs. Nothing here groups digits.
#pragma once

#include "cofferdam/operation/listing.h"

#include "invocation.h"

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

namespace cofferdam::cli {

inline constexpr std::string_view kVersion = COFFERDAM_VERSION;

// Standard output or the file of --out, which is replaced when everything has been written.
class Output {
 public:
  [[nodiscard]] static base::Result<std::unique_ptr<Output>> open(const Globals& globals);
  ~Output();
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  void write(std::string_view text);
  void flush();

  // The format that was asked for, or what the place asks for.
  [[nodiscard]] Format format() const { return format_; }

  [[nodiscard]] base::Result<void> finish();

 private:
  Output() = default;

  std::FILE* file_ = nullptr;
  std::string path_;  // empty: standard output
  Format format_ = Format::ndjson;
  bool failed_ = false;
};

[[nodiscard]] bool is_terminal(int descriptor);

// Rows of one listing, page after page: a table measures each page, the other formats stream.
class ListingWriter {
 public:
  explicit ListingWriter(Output& output) : output_(output) {}

  void page(const operation::Listing& listing);
  void end();

 private:
  Output& output_;
  bool begun_ = false;
  bool single_ = false;
  std::uint64_t rows_ = 0;
};

void write_document(Output& output, const operation::Document& document);
// An object: of names and values on a terminal, else as JSON.
void write_object(Output& output, const operation::Json& json);
// What a command came to: a line and what it moved on a terminal, else as JSON.
void write_outcome(Output& output, const operation::Json& answer);

// The value of a cell as text: null is empty, lists of plain values are joined, the rest is JSON.
[[nodiscard]] std::string cell_text(const operation::Json& json);

}  // namespace cofferdam::cli
