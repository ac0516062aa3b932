// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/operation/json.h"

#include "cofferdam/base/check.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <unordered_set>

namespace cofferdam::operation {
namespace {

// Builds the value and refuses what the library would let pass: repeated names, excess of any kind.
class Builder final : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit Builder(const JsonLimits& limits) : limits_(limits) {}

  bool null() override { return place(Json{}); }

  bool boolean(bool value) override { return place(Json::truth(value)); }

  bool number_integer(number_integer_t value) override {
    return place(Json::number(std::to_string(value)));
  }

  bool number_unsigned(number_unsigned_t value) override {
    return place(Json::number(std::to_string(value)));
  }

  bool number_float(number_float_t /*value*/, const string_t& digits) override {
    if (digits.size() > kNumberBytesMax) return fail(digits, "a number has at most 128 digits");
    return place(Json::number(digits));
  }

  bool string(string_t& value) override {
    if (value.size() > limits_.text_bytes_max)
      return fail(value, "text has at most " + std::to_string(limits_.text_bytes_max) + " bytes");
    Json json;
    json.kind = Json::Kind::text;
    json.text = std::move(value);
    return place(std::move(json));
  }

  bool binary(binary_t& /*value*/) override { return fail("", "binary values are not JSON"); }

  bool start_object(std::size_t /*elements*/) override { return open(Json::object()); }

  bool start_array(std::size_t /*elements*/) override { return open(Json::list()); }

  bool key(string_t& name) override {
    if (name.size() > kNameBytesMax) return fail(name, "a name has at most 256 bytes");
    Level& level = levels_.back();
    if (!level.seen.insert(name).second) {
      pending_ = name;
      return fail(name, "a name stands once in an object");
    }
    pending_ = std::move(name);
    return true;
  }

  bool end_object() override { return close(); }

  bool end_array() override { return close(); }

  bool parse_error(std::size_t position, const std::string& last_token,
                   const nlohmann::detail::exception& exception) override {
    error_ = Error{.kind = base::ErrorKind::malformed,
                   .field = "JSON byte " + std::to_string(position),
                   .value = shorten(last_token),
                   .rule = reason_of(exception.what())};
    return false;
  }

  [[nodiscard]] Json take() { return std::move(root_); }

  [[nodiscard]] const std::optional<Error>& error() const { return error_; }

 private:
  static constexpr std::size_t kNumberBytesMax = 128;
  static constexpr std::size_t kNameBytesMax = 256;

  struct Level {
    Json json;
    std::string name;                      // under which the finished value is placed
    std::unordered_set<std::string> seen;  // of an object
  };

  static std::string shorten(std::string text) {
    if (text.size() > 80) text = text.substr(0, 77) + "...";
    return text;
  }

  // The library writes "[json.exception.parse_error.101] parse error at line 1, column 2: syntax
  // error while parsing value - invalid literal; last read: 'x'"; the part in the middle is ours.
  static std::string reason_of(std::string_view what) {
    if (const auto start = what.find(": "); start != std::string_view::npos)
      what.remove_prefix(start + 2);
    if (const auto end = what.find("; last read"); end != std::string_view::npos)
      what = what.substr(0, end);
    return "must be one JSON value in UTF-8: " + std::string(what);
  }

  [[nodiscard]] std::string path() const {
    std::string text;
    for (const Level& level : levels_) {
      if (level.json.kind == Json::Kind::list) {
        text += "[" + std::to_string(level.json.items.size()) + "]";
      } else {
        const bool last = &level == &levels_.back();
        const std::string& name = last ? pending_ : (&level + 1)->name;
        text += (text.empty() ? "" : ".") + name;
      }
    }
    return text.empty() ? "JSON" : text;
  }

  bool fail(std::string_view value, std::string rule) {
    error_ = Error{.kind = base::ErrorKind::malformed,
                   .field = path(),
                   .value = shorten(std::string(value)),
                   .rule = std::move(rule)};
    return false;
  }

  bool open(Json container) {
    if (levels_.size() >= limits_.depth_max)
      return fail("", "values nest at most " + std::to_string(limits_.depth_max) + " deep");
    levels_.push_back({std::move(container), std::exchange(pending_, {}), {}});
    return true;
  }

  bool close() {
    Level level = std::move(levels_.back());
    levels_.pop_back();
    pending_ = std::move(level.name);
    return place(std::move(level.json));
  }

  bool place(Json value) {
    if (++values_ > limits_.values_max)
      return fail("", "there are at most " + std::to_string(limits_.values_max) + " values in all");
    if (levels_.empty()) {
      root_ = std::move(value);
      return true;
    }
    Json& parent = levels_.back().json;
    if (parent.items.size() >= limits_.items_max)
      return fail("",
                  "a list or object has at most " + std::to_string(limits_.items_max) + " members");
    if (parent.kind == Json::Kind::object) parent.names.push_back(std::exchange(pending_, {}));
    parent.items.push_back(std::move(value));
    return true;
  }

  const JsonLimits& limits_;
  std::size_t values_ = 0;
  std::vector<Level> levels_;
  std::string pending_;  // the name that was read and waits for its value
  Json root_;
  std::optional<Error> error_;
};

// Length of the UTF-8 sequence at the start of the text; 0 when there is none (RFC 3629).
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xc0U) != 0x80U) return 0;
  if (first == 0xe0 && byte(1) < 0xa0) return 0;  // overlong
  if (first == 0xed && byte(1) > 0x9f) return 0;  // surrogates
  if (first == 0xf0 && byte(1) < 0x90) return 0;  // overlong
  if (first == 0xf4 && byte(1) > 0x8f) return 0;  // beyond U+10FFFF
  return length;
}

void write_text(std::string_view text, std::string& out) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += '"';
  while (!text.empty()) {
    const char c = text.front();
    std::size_t length = utf8_length(text);
    if (length == 0) {
      out += "\xef\xbf\xbd";
      length = 1;
    } else if (c == '"' || c == '\\') {
      out += {'\\', c};
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += "\\u00";
      out += {kHex[static_cast<unsigned char>(c) >> 4U], kHex[static_cast<unsigned char>(c) & 15U]};
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(length);
  }
  out += '"';
}

void write(const Json& json, JsonLayout layout, std::size_t depth, std::string& out) {
  const auto new_line = [&](std::size_t level) {
    if (layout == JsonLayout::line) return;
    out += '\n';
    out.append(level * 2, ' ');
  };
  switch (json.kind) {
    case Json::Kind::null:
      out += "null";
      return;
    case Json::Kind::boolean:
      out += json.flag ? "true" : "false";
      return;
    case Json::Kind::number:
      out += json.text;
      return;
    case Json::Kind::text:
      write_text(json.text, out);
      return;
    case Json::Kind::list:
    case Json::Kind::object:
      break;
  }
  const bool named = json.is_object();
  out += named ? '{' : '[';
  for (std::size_t i = 0; i < json.items.size(); ++i) {
    if (i > 0) out += ',';
    new_line(depth + 1);
    if (named) {
      write_text(json.names[i], out);
      out += layout == JsonLayout::line ? ":" : ": ";
    }
    write(json.items[i], layout, depth + 1, out);
  }
  if (!json.items.empty()) new_line(depth);
  out += named ? '}' : ']';
}

}  // namespace

Json Json::of(std::string_view text) {
  Json json;
  json.kind = Kind::text;
  json.text = text;
  return json;
}

Json Json::truth(bool flag) {
  Json json;
  json.kind = Kind::boolean;
  json.flag = flag;
  return json;
}

Json Json::number(std::uint64_t value) {
  return number(std::to_string(value));
}

Json Json::number(std::string digits) {
  Json json;
  json.kind = Kind::number;
  json.text = std::move(digits);
  return json;
}

Json Json::list() {
  Json json;
  json.kind = Kind::list;
  return json;
}

Json Json::object() {
  Json json;
  json.kind = Kind::object;
  return json;
}

Json& Json::add(std::string name, Json value) {
  names.push_back(std::move(name));
  items.push_back(std::move(value));
  return items.back();
}

const Json* Json::find(std::string_view name) const {
  if (kind != Kind::object) return nullptr;
  const auto found = std::find(names.begin(), names.end(), name);
  return found == names.end() ? nullptr : &items[static_cast<std::size_t>(found - names.begin())];
}

Json* Json::find(std::string_view name) {
  return const_cast<Json*>(std::as_const(*this).find(name));
}

std::string_view Json::text_of(std::string_view name) const {
  const Json* member = find(name);
  return member != nullptr && member->kind == Kind::text ? std::string_view(member->text)
                                                         : std::string_view();
}

Result<Json> parse_json(std::string_view text, const JsonLimits& limits) {
  if (text.size() > limits.bytes_max)
    return base::malformed("JSON", std::to_string(text.size()) + " bytes",
                           "a document has at most " + std::to_string(limits.bytes_max) + " bytes");
  Builder builder(limits);
  const bool good = nlohmann::json::sax_parse(text.begin(), text.end(), &builder,
                                              nlohmann::json::input_format_t::json, true);
  if (builder.error()) return std::unexpected(*builder.error());
  COFFERDAM_CHECK(good, "the parser has an error for what it refuses");
  return builder.take();
}

std::string write_json(const Json& json, JsonLayout layout) {
  std::string out;
  write(json, layout, 0, out);
  return out;
}

std::string excerpt(const Json& json) {
  std::string text = write_json(json);
  if (text.size() > 80) text = text.substr(0, 77) + "...";
  return text;
}

}  // namespace cofferdam::operation
