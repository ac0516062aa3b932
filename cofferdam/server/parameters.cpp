// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/server/parameters.h"

#include "cofferdam/base/parse_integer.h"
#include "cofferdam/operation/signature_form.h"

#include <algorithm>

namespace cofferdam::server {
namespace {

using operation::Field;
using operation::Json;
using operation::Kind;
using operation::Type;

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

Result<std::string> decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
      if (high < 0 || low < 0)
        return base::malformed("query string", std::string(text),
                               "a percent sign is followed by two hexadecimal digits");
      out += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  return out;
}

const Type& leaf_of(const Type& type) {
  return type.kind == Kind::optional ? leaf_of(*type.element) : type;
}

Json list_of(std::string_view text) {
  Json json = Json::list();
  while (!text.empty()) {
    const auto comma = text.find(',');
    if (comma != 0) json.items.push_back(Json::of(text.substr(0, comma)));
    if (comma == std::string_view::npos) break;
    text.remove_prefix(comma + 1);
  }
  return json;
}

Result<Json> field_json(const Field& field, const std::string& text) {
  const Type& type = leaf_of(*field.type);
  const bool is_number = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
  if (type.kind == Kind::structure ||
      (type.kind == Kind::list && leaf_of(*type.element).kind == Kind::structure))
    return operation::parse_json(text);
  if (type.kind == Kind::list || (!field.flags.empty() && !is_number)) return list_of(text);
  return Json::of(text);
}

std::optional<std::string> take(Pairs& pairs, std::string_view name) {
  const auto found = std::find_if(pairs.begin(), pairs.end(),
                                  [&](const auto& pair) { return pair.first == name; });
  if (found == pairs.end()) return std::nullopt;
  std::string value = std::move(found->second);
  pairs.erase(found);
  return value;
}

Result<operation::Moment> moment_of(const std::string& text) {
  if (!text.empty() && text.find_first_not_of("0123456789") == std::string::npos) {
    const auto sequence = base::parse_u64(text, "at");
    if (!sequence) return std::unexpected(sequence.error());
    return operation::Moment{base::Sequence{*sequence}};
  }
  const auto time = base::parse_time(text, "at");
  if (!time) return std::unexpected(time.error());
  return operation::Moment{*time};
}

Result<bool> truth_of(const std::string& text) {
  if (text == "true" || text == "1" || text.empty()) return true;
  if (text == "false" || text == "0") return false;
  return base::malformed("dry_run", text, "must be true or false");
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (is_dash ? text[i] != '-' : hex_digit(text[i]) < 0) return false;
  }
  return true;
}

}  // namespace

Result<Pairs> parse_query_string(std::string_view text) {
  Pairs pairs;
  while (!text.empty()) {
    const std::string_view piece = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), piece.size() + 1));
    if (piece.empty()) continue;
    const auto equals = piece.find('=');
    Result<std::string> name = decoded(piece.substr(0, equals));
    if (!name) return std::unexpected(name.error());
    Result<std::string> value =
        equals == std::string_view::npos ? std::string() : decoded(piece.substr(equals + 1));
    if (!value) return std::unexpected(value.error());
    for (const auto& [known, ignored] : pairs)
      if (known == *name) return base::malformed(*name, *value, "is given once");
    pairs.emplace_back(std::move(*name), std::move(*value));
    if (pairs.size() > kParametersMax)
      return base::malformed("query string", "", "has at most 64 parameters");
  }
  return pairs;
}

Result<Controls> take_controls(const Route& route, Pairs& pairs) {
  Controls controls;
  if (route.kind == RouteKind::query) {
    if (const auto at = take(pairs, "at")) {
      const Result<operation::Moment> moment = moment_of(*at);
      if (!moment) return std::unexpected(moment.error());
      controls.at = *moment;
    }
    return controls;
  }
  if (route.kind == RouteKind::calculator) return controls;
  if (const auto dry_run = take(pairs, "dry_run")) {
    const Result<bool> truth = truth_of(*dry_run);
    if (!truth) return std::unexpected(truth.error());
    controls.dry_run = *truth;
  }
  if (const auto id = take(pairs, "id")) {
    Result<base::CommandId> parsed = parse_idempotency_key(*id);
    if (!parsed) {
      parsed.error().field = "id";
      return std::unexpected(std::move(parsed.error()));
    }
    controls.id = *parsed;
  }
  if (const auto time = take(pairs, "time")) {
    const Result<base::Time> parsed = base::parse_time(*time, "time");
    if (!parsed) return std::unexpected(parsed.error());
    controls.time = *parsed;
  }
  controls.propose = take(pairs, "propose");
  const auto signature = take(pairs, "signature");
  const auto key = take(pairs, "signature_key");
  const auto until = take(pairs, "signature_until");
  if (!signature && !key && !until) return controls;
  if (!signature || !key || !until)
    return base::malformed("signature", signature.value_or(""),
                           "signature, signature_key and signature_until go together");
  const auto time = base::parse_time(*until, "signature_until");
  if (!time) return std::unexpected(time.error());
  const auto read =
      operation::read_signature({.key = *key, .not_after = *time, .signature = *signature});
  if (!read) return std::unexpected(read.error());
  controls.signature = *read;
  return controls;
}

Result<Json> fields_of(const Pairs& pairs, const Type& type) {
  Json json = Json::object();
  for (const auto& [name, value] : pairs) {
    const Field* field = type.find(name);
    if (field == nullptr) return base::malformed(name, value, "is no parameter of this operation");
    Result<Json> read = field_json(*field, value);
    if (!read) return std::unexpected(read.error());
    json.add(name, std::move(*read));
  }
  return json;
}

Result<void> check_values(std::string_view body) {
  const auto values = 1 + std::count_if(body.begin(), body.end(),
                                        [](char c) { return c == ',' || c == '[' || c == '{'; });
  if (static_cast<std::size_t>(values) <= kBodyValuesMax) return {};
  return base::malformed("body", std::to_string(values) + " values", "has at most 524,288 values");
}

Result<base::CommandId> parse_idempotency_key(std::string_view text) {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"')
    text = text.substr(1, text.size() - 2);
  std::string number(text);
  if (is_uuid(text)) {
    std::erase(number, '-');
    number.insert(0, "0x");
  }
  auto id = base::parse_id<base::CommandId>(number, "Idempotency-Key");
  if (id) return id;
  return base::malformed("Idempotency-Key", std::string(text),
                         "must be a UUID, or a number from 1 to "
                         "340282366920938463463374607431768211454");
}

}  // namespace cofferdam::server
