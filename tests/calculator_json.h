// SPDX-License-Identifier: Apache-2.0
//
// JSON for the described structs of a calculator, for tests that run the examples in
// examples/calculators without the command line: amounts are decimal text in the input's `scale`,
// shares in its `share_scale`. Missing fields keep their defaults, unknown ones are an error.
#pragma once

#include "cofferdam/base/decimal.h"
#include "cofferdam/base/fields.h"
#include "cofferdam/base/number.h"
#include "cofferdam/base/time.h"

#include <nlohmann/json.hpp>

#include <fstream>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace cofferdam::testing {

using Json = nlohmann::ordered_json;

struct Scales {
  unsigned amount = 0;
  unsigned share = 0;
  unsigned price = 0;
  unsigned quantity = 0;

  // An object that says its own amounts' scale has it for itself and what it holds.
  [[nodiscard]] Scales within(const Json& object) const {
    Scales inner = *this;
    if (object.is_object()) inner.amount = object.value("scale", amount);
    return inner;
  }
};

inline Scales scales_of(const Json& input) {
  return {.amount = input.value("scale", 0U),
          .share = input.value("share_scale", 0U),
          .price = input.value("price_scale", 0U),
          .quantity = input.value("quantity_scale", 0U)};
}

template <class T>
T value_of(base::Result<T> result) {
  if (!result) throw std::runtime_error(result.error().text());
  return *std::move(result);
}

// One family of overloads for each direction, all declared before the templates that recurse.
class JsonReader {
 public:
  explicit JsonReader(Scales scales) : scales_(scales) {}

  void read(const Json& json, base::Amount& field) const {
    field = value_of(base::parse_amount(text(json), scales_.amount));
  }

  void read(const Json& json, base::SignedAmount& field) const {
    field = value_of(base::parse_signed_amount(text(json), scales_.amount));
  }

  void read(const Json& json, base::Shares& field) const {
    field = base::Shares(value_of(base::parse_decimal(text(json), scales_.share)));
  }

  void read(const Json& json, base::Price& field) const {
    field = base::Price(value_of(base::parse_decimal(text(json), scales_.price)));
  }

  void read(const Json& json, base::Quantity& field) const {
    field = base::Quantity(value_of(base::parse_decimal(text(json), scales_.quantity)));
  }

  void read(const Json& json, double& field) const {
    field = json.is_string() ? std::stod(json.get<std::string>()) : json.get<double>();
  }

  void read(const Json& json, base::Rate& field) const {
    field = base::Rate(value_of(base::parse_decimal(text(json), base::kRateScale)));
  }

  void read(const Json& json, base::Time& field) const {
    field = value_of(base::parse_time(text(json)));
  }

  void read(const Json& json, base::Duration& field) const {
    field = value_of(base::parse_duration(text(json)));
  }

  void read(const Json& json, base::Date& field) const {
    field = value_of(base::parse_date(text(json)));
  }

  void read(const Json& json, std::string& field) const { field = text(json); }

  void read(const Json& json, bool& field) const { field = json.get<bool>(); }

  template <std::integral T>
  void read(const Json& json, T& field) const {
    field = json.get<T>();
  }

  void read(const Json& json, base::u128& field) const {
    field = value_of(base::parse_unsigned_decimal(text(json), 0));
  }

  template <base::NamedEnum E>
  void read(const Json& json, E& field) const {
    const auto& names = base::EnumText<E>::kNames;
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (names[i] != json.get<std::string>()) continue;
      field = static_cast<E>(i);
      return;
    }
    throw std::runtime_error("no such value: " + json.dump());
  }

  template <class T>
  void read(const Json& json, std::vector<T>& field) const {
    field.clear();
    for (const Json& element : json) read(element, field.emplace_back());
  }

  template <class T>
  void read(const Json& json, std::optional<T>& field) const {
    field.reset();
    if (!json.is_null()) read(json, field.emplace());
  }

  template <base::Described T>
  void read(const Json& json, T& object) const {
    std::set<std::string> known;
    const JsonReader inner(scales_.within(json));
    T::fields(object, [&](std::string_view name, auto& field, std::string_view) {
      known.emplace(name);
      if (json.contains(std::string(name))) inner.read(json.at(std::string(name)), field);
    });
    for (const auto& [name, value] : json.items())
      if (!known.contains(name)) throw std::runtime_error("unknown field " + name);
  }

 private:
  static std::string text(const Json& json) {
    return json.is_string() ? json.get<std::string>() : json.dump();
  }

  Scales scales_;
};

class JsonWriter {
 public:
  explicit JsonWriter(Scales scales) : scales_(scales) {}

  Json write(base::Amount v) const { return base::format_decimal(v, scales_.amount); }

  Json write(base::SignedAmount v) const { return base::format_decimal(v, scales_.amount); }

  Json write(base::Shares v) const { return base::format_decimal(v.value(), scales_.share); }

  Json write(base::Price v) const { return base::format_decimal(v.value(), scales_.price); }

  Json write(base::Quantity v) const { return base::format_decimal(v.value(), scales_.quantity); }

  Json write(double v) const { return v; }

  Json write(base::Rate v) const { return base::format_decimal_short(v.value(), base::kRateScale); }

  Json write(base::Time v) const { return base::format_time(v); }

  Json write(base::Duration v) const { return base::format_duration(v); }

  Json write(base::Date v) const { return base::format_date(v); }

  Json write(const std::string& v) const { return v; }

  Json write(bool v) const { return v; }

  template <std::integral T>
  Json write(T v) const {
    return v;
  }

  Json write(base::u128 v) const { return base::to_text(v); }

  template <base::NamedEnum E>
  Json write(E v) const {
    return std::string(base::name_of(v));
  }

  template <class T>
  Json write(const std::vector<T>& list) const {
    Json json = Json::array();
    for (const T& element : list) json.push_back(write(element));
    return json;
  }

  template <class T>
  Json write(const std::optional<T>& v) const {
    return v ? write(*v) : Json();
  }

  template <base::Described T>
  Json write(const T& object) const {
    Json json = Json::object();
    T::fields(object, [&](std::string_view name, const auto& field, std::string_view) {
      json[std::string(name)] = write(field);
    });
    return json;
  }

 private:
  Scales scales_;
};

inline Json read_json_file(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot read " + path);
  return Json::parse(file);
}

// Runs a calculator on JSON.
template <class Input, class Output>
Json run(base::Result<Output> (*calculator)(const Input&), const Json& json) {
  const Scales scales = scales_of(json);
  Input input;
  JsonReader(scales).read(json, input);
  return JsonWriter(scales).write(value_of(calculator(input)));
}

}  // namespace cofferdam::testing
