// SPDX-License-Identifier: Apache-2.0
#include "output.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <unistd.h>

namespace cofferdam::cli {
namespace {

using operation::Json;
using operation::JsonLayout;
using operation::Kind;
using operation::Listing;
using operation::Type;

std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
  }));
}

bool is_right_aligned(const Type& type) {
  switch (type.kind) {
    case Kind::integer:
    case Kind::amount:
    case Kind::signed_amount:
    case Kind::price:
    case Kind::quantity:
    case Kind::rate:
    case Kind::shares:
    case Kind::observation:
    case Kind::estimate:
      return true;
    case Kind::optional:
      return is_right_aligned(*type.element);
    default:
      return false;
  }
}

std::string padded(const std::string& text, std::size_t width, bool right) {
  const std::string gap(width - std::min(width, width_of(text)), ' ');
  return right ? gap + text : text + gap;
}

// On a terminal a line break or a control character inside a cell would be more than text.
std::string printable(std::string text) {
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  return text;
}

std::string csv_cell(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

std::string replaced(std::string text, std::string_view characters, std::string_view letters) {
  std::string out;
  for (const char c : text) {
    const auto at = characters.find(c);
    if (at == std::string_view::npos)
      out += c;
    else
      out += {'\\', letters[at]};
  }
  return out;
}

std::string line_of(const std::vector<std::string>& cells, Format format) {
  std::string line = format == Format::markdown ? "| " : "";
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (format == Format::csv) {
      line += (i > 0 ? "," : "") + csv_cell(cells[i]);
    } else if (format == Format::tsv) {
      line += (i > 0 ? "\t" : "") + replaced(cells[i], "\t\n\r\\", "tnr\\");
    } else {
      line += (i > 0 ? " | " : "") + replaced(printable(cells[i]), "|", "|");
    }
  }
  return line + (format == Format::markdown ? " |\n" : "\n");
}

std::vector<std::string> cells_of(const Json& row) {
  std::vector<std::string> cells;
  for (const Json& item : row.items) cells.push_back(cell_text(item));
  return cells;
}

// Reports answer with text: what looks like an amount is lined up like one.
bool is_decimal(std::string_view text) {
  const std::size_t begin = text.starts_with('-') ? 1 : 0;
  const auto point = text.find('.');
  return point != std::string_view::npos && point > begin && point + 1 < text.size() &&
         text.find_first_not_of("0123456789", begin) == point &&
         text.find_first_not_of("0123456789", point + 1) == std::string_view::npos;
}

// A field that the client may fill and did not: no column on a terminal.
bool is_free(std::string_view name) {
  return name.starts_with("user_data_");
}

struct TableColumn {
  std::string name;
  bool is_right = false;  // else by what its cells hold
};

// Columns that are empty in every row say nothing on a terminal.
void write_table(Output& output, const std::vector<TableColumn>& columns,
                 std::vector<std::vector<std::string>> rows) {
  std::vector<std::size_t> widths(columns.size());
  std::vector<bool> used(columns.size());
  std::vector<bool> right(columns.size());
  for (std::size_t i = 0; i < columns.size(); ++i) {
    bool all_decimal = true;
    for (auto& row : rows) {
      std::string& cell = row[i] = printable(row[i]);
      widths[i] = std::max(widths[i], width_of(cell));
      used[i] = used[i] || !(cell.empty() || (is_free(columns[i].name) && cell == "0"));
      all_decimal = all_decimal && (cell.empty() || is_decimal(cell));
    }
    widths[i] = std::max(widths[i], columns[i].name.size());
    right[i] = columns[i].is_right || all_decimal;
  }
  const auto put = [&](const auto& text) {
    std::string line;
    bool first = true;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (!used[i]) continue;
      line += (first ? "" : "  ") + padded(text(i), widths[i], right[i]);
      first = false;
    }
    while (line.ends_with(' ')) line.pop_back();
    output.write(line + "\n");
  };
  put([&](std::size_t i) { return columns[i].name; });
  for (const auto& row : rows) put([&](std::size_t i) { return row[i]; });
}

void write_table(Output& output, const Listing& listing) {
  std::vector<TableColumn> columns;
  for (const operation::Field& field : listing.row->fields)
    columns.push_back(
        {std::string(field.name), field.flags.empty() && is_right_aligned(*field.type)});
  std::vector<std::vector<std::string>> rows;
  for (const Json& row : listing.rows) rows.push_back(cells_of(row));
  write_table(output, columns, std::move(rows));
}

// A list of objects below its name; what is nested in them has its name before its own.
void write_object_table(Output& output, const Json& list) {
  std::vector<TableColumn> columns;
  std::vector<std::vector<std::string>> rows;
  const auto put = [&](auto&& self, const Json& object, const std::string& before) -> void {
    for (std::size_t i = 0; i < object.names.size(); ++i) {
      const std::string name = before + object.names[i];
      if (object.items[i].is_object()) {
        self(self, object.items[i], name + ".");
        continue;
      }
      std::size_t at = 0;
      while (at < columns.size() && columns[at].name != name) ++at;
      if (at == columns.size()) columns.push_back({.name = name});
      rows.back().resize(columns.size());
      rows.back()[at] = cell_text(object.items[i]);
    }
  };
  for (const Json& item : list.items) {
    rows.emplace_back(columns.size());
    put(put, item, "");
  }
  for (auto& row : rows) row.resize(columns.size());
  write_table(output, columns, std::move(rows));
}

}  // namespace

bool is_terminal(int descriptor) {
  return isatty(descriptor) == 1;
}

base::Result<std::unique_ptr<Output>> Output::open(const Globals& globals) {
  auto output = std::unique_ptr<Output>(new Output());
  output->format_ = globals.format;
  if (globals.out.empty()) {
    output->file_ = stdout;
    if (globals.format == Format::automatic)
      output->format_ = is_terminal(STDOUT_FILENO) ? Format::table : Format::ndjson;
    return output;
  }
  if (globals.format == Format::automatic) output->format_ = Format::ndjson;
  output->path_ = globals.out;
  output->file_ = std::fopen((globals.out + ".part").c_str(), "wb");
  if (output->file_ == nullptr)
    return std::unexpected(base::Error{.kind = base::ErrorKind::unavailable,
                                       .field = "--out",
                                       .value = globals.out,
                                       .rule = std::strerror(errno)});
  return output;
}

Output::~Output() {
  if (!path_.empty() && file_ != nullptr) {
    std::fclose(file_);
    std::remove((path_ + ".part").c_str());
  }
}

void Output::write(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), file_) != text.size()) failed_ = true;
}

void Output::flush() {
  failed_ = std::fflush(file_) != 0 || failed_;
}

base::Result<void> Output::finish() {
  failed_ = std::fflush(file_) != 0 || failed_;
  if (!path_.empty()) {
    failed_ = std::fclose(std::exchange(file_, nullptr)) != 0 || failed_;
    failed_ = failed_ || std::rename((path_ + ".part").c_str(), path_.c_str()) != 0;
  }
  if (!failed_) return {};
  return std::unexpected(base::Error{.kind = base::ErrorKind::unavailable,
                                     .field = path_.empty() ? "standard output" : path_,
                                     .rule = "could not be written"});
}

std::string cell_text(const Json& json) {
  switch (json.kind) {
    case Json::Kind::null:
      return {};
    case Json::Kind::boolean:
      return json.flag ? "true" : "false";
    case Json::Kind::number:
    case Json::Kind::text:
      return json.text;
    case Json::Kind::list: {
      std::string joined;
      for (const Json& item : json.items) {
        if (item.kind == Json::Kind::list || item.kind == Json::Kind::object)
          return operation::write_json(json);
        joined += (joined.empty() ? "" : ",") + cell_text(item);
      }
      return joined;
    }
    case Json::Kind::object:
      return operation::write_json(json);
  }
  return {};
}

void write_object(Output& output, const Json& json) {
  if (output.format() != Format::table || !json.is_object()) {
    const bool indented = output.format() == Format::json || output.format() == Format::table;
    output.write(operation::write_json(json, indented ? JsonLayout::indented : JsonLayout::line) +
                 "\n");
    return;
  }
  std::size_t width = 0;
  for (const std::string& name : json.names) width = std::max(width, name.size());
  for (std::size_t i = 0; i < json.names.size(); ++i) {
    const Json& item = json.items[i];
    const std::string label = padded(json.names[i], width, false) + "  ";
    if (item.kind == Json::Kind::list && !item.items.empty() && item.items.front().is_object()) {
      output.write(json.names[i] + "\n");
      write_object_table(output, item);
    } else if (const std::string text = printable(cell_text(item));
               !text.empty() && !(is_free(json.names[i]) && text == "0")) {
      output.write(label + text + "\n");
    }
  }
}

void ListingWriter::page(const Listing& listing) {
  const Format format = output_.format();
  if (listing.is_single && (format == Format::table || format == Format::json) &&
      listing.rows.size() == 1) {
    write_object(output_, listing.rows.front());
    begun_ = false;
    rows_ = 1;
    single_ = true;
    return;
  }
  switch (format) {
    case Format::table:
      if (!listing.rows.empty()) write_table(output_, listing);
      break;
    case Format::json:
      for (const Json& row : listing.rows)
        output_.write((rows_++ == 0 ? "[\n" : ",\n") + operation::write_json(row));
      return;
    case Format::automatic:
    case Format::ndjson:
      for (const Json& row : listing.rows) output_.write(operation::write_json(row) + "\n");
      break;
    case Format::csv:
    case Format::tsv:
    case Format::markdown: {
      if (!begun_) {
        std::vector<std::string> names;
        for (const operation::Field& field : listing.row->fields) names.emplace_back(field.name);
        output_.write(line_of(names, format));
        if (format == Format::markdown)
          output_.write(line_of(std::vector<std::string>(names.size(), "---"), format));
        begun_ = true;
      }
      for (const Json& row : listing.rows) output_.write(line_of(cells_of(row), format));
      break;
    }
  }
  rows_ += listing.rows.size();
}

void ListingWriter::end() {
  if (output_.format() == Format::json && !single_) output_.write(rows_ == 0 ? "[]\n" : "\n]\n");
  if (output_.format() == Format::table && rows_ == 0) output_.write("nothing\n");
}

void write_document(Output& output, const operation::Document& document) {
  if (const auto* listing = std::get_if<Listing>(&document)) {
    ListingWriter writer(output);
    writer.page(*listing);
    writer.end();
  } else if (const auto* json = std::get_if<Json>(&document)) {
    if (json->find("verdict") != nullptr && json->find("operation") != nullptr)
      write_outcome(output, *json);
    else
      write_object(output, *json);
  } else {
    output.write(std::get<operation::Text>(document).content);
  }
}

}  // namespace cofferdam::cli
