// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/base/decimal.h"
#include "cofferdam/operation/codec.h"
#include "cofferdam/operation/operation_names.h"
#include "cofferdam/operation/scale.h"

#include <array>
#include <charconv>
#include <cmath>

namespace cofferdam::operation {
namespace {

using base::i128;
using base::u128;

class Writer {
 public:
  explicit Writer(const Codec& codec) : codec_(codec) {}

  [[nodiscard]] Json write(const Field& form, const Type& type, const void* value,
                           const Scope* scope) const {
    if (!form.flags.empty() && type.kind == Kind::integer) return flags(form, type, value);
    if (form.is_day && type.kind == Kind::integer) return day(type, value);
    if (form.is_operation) {
      const auto number = static_cast<std::uint16_t>(load_bits(type, value));
      return number == 0 ? Json() : Json::of(operation_name(number));
    }
    switch (type.kind) {
      case Kind::boolean:
        return Json::truth(*static_cast<const bool*>(value));
      case Kind::text:
        return Json::of(*static_cast<const std::string*>(value));
      case Kind::integer:
        return integer(type, value);
      case Kind::enumeration: {
        const u128 bits = load_bits(type, value);
        return bits < type.names.size() ? Json::of(type.names[static_cast<std::size_t>(bits)])
                                        : Json::of(base::to_text(bits));
      }
      case Kind::amount:
      case Kind::signed_amount:
      case Kind::price:
      case Kind::quantity:
      case Kind::rate:
      case Kind::shares:
      case Kind::observation:
        return decimal(type, value, scope);
      case Kind::estimate:
        return estimate(*static_cast<const double*>(value));
      case Kind::identifier: {
        const u128 bits = load_bits(type, value);
        return bits == 0 ? Json{} : Json::of(base::to_text(bits));
      }
      case Kind::numbered:
        return numbered(form, type, value);
      case Kind::time:
      case Kind::duration:
      case Kind::date:
        return moment(type, value);
      case Kind::list: {
        Json json = Json::list();
        const std::size_t size = type.size(value);
        json.items.reserve(size);
        for (std::size_t i = 0; i < size; ++i)
          json.items.push_back(write(form, *type.element, type.item(value, i), scope));
        return json;
      }
      case Kind::optional: {
        const void* held = type.held(value);
        return held == nullptr ? Json{} : write(form, *type.element, held, scope);
      }
      case Kind::structure: {
        Json json = Json::object();
        const Scope here{&type, value, scope};
        for (const Field& field : type.fields)
          json.add(
              std::string(field.name),
              write(field, *field.type, static_cast<const char*>(value) + field.offset, &here));
        return json;
      }
    }
    return {};
  }

 private:
  // The shortest digits that give the same double back; JSON has no word for what is not finite.
  [[nodiscard]] static Json estimate(double value) {
    if (std::isnan(value)) return Json::of("nan");
    if (std::isinf(value)) return Json::of(value > 0 ? "infinity" : "-infinity");
    if (value == 0) return Json::number("0");  // the sign of a zero says nothing to a reader
    std::array<char, 32> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    return Json::number(std::string(digits.data(), end));
  }

  [[nodiscard]] static Json integer(const Type& type, const void* value) {
    const u128 bits = load_bits(type, value);
    std::string digits =
        type.is_signed ? base::to_text(static_cast<i128>(bits)) : base::to_text(bits);
    return type.bytes <= 4 ? Json::number(std::move(digits)) : Json::of(digits);
  }

  // Bits without a name make the whole set a number, so that nothing is lost.
  [[nodiscard]] static Json flags(const Field& form, const Type& type, const void* value) {
    const u128 bits = load_bits(type, value);
    Json json = Json::list();
    for (unsigned bit = 0; bit < type.bytes * 8; ++bit) {
      if (((bits >> bit) & 1) == 0) continue;
      if (bit >= form.flags.size() || form.flags[bit].empty()) return integer(type, value);
      json.items.push_back(Json::of(form.flags[bit]));
    }
    return json;
  }

  [[nodiscard]] static Json day(const Type& type, const void* value) {
    const auto days = static_cast<std::int32_t>(load_bits(type, value));
    return days == 0 ? Json{} : Json::of(base::format_date(base::Date(days)));
  }

  [[nodiscard]] Json decimal(const Type& type, const void* value, const Scope* scope) const {
    const u128 bits = load_bits(type, value);
    const bool is_unsigned = type.kind == Kind::amount;
    if (is_unsigned && bits == base::kU128Max) return Json::of("max");
    const std::optional<unsigned> scale = scale_at(scope, type.kind, codec_.names);
    if (!scale && bits == 0) return Json::of("0");
    if (!scale)
      return Json::of((is_unsigned ? base::to_text(bits) : base::to_text(static_cast<i128>(bits))) +
                      " units");
    if (type.kind == Kind::rate)
      return Json::of(base::format_decimal_short(static_cast<i128>(bits), *scale));
    return Json::of(is_unsigned ? base::format_decimal(bits, *scale)
                                : base::format_decimal(static_cast<i128>(bits), *scale));
  }

  // A row's own number stands beside its code, so it is written as the number that it is.
  [[nodiscard]] Json numbered(const Field& form, const Type& type, const void* value) const {
    const auto number = static_cast<std::uint32_t>(load_bits(type, value));
    if (number == 0) return {};
    if (form.name == "id") return Json::of(std::to_string(number));
    std::string code = codec_.names.code_of(type.numbered, number);
    return Json::of(code.empty() ? std::to_string(number) : code);
  }

  [[nodiscard]] Json moment(const Type& type, const void* value) const {
    const auto number = static_cast<std::int64_t>(load_bits(type, value));
    if (type.kind == Kind::date)
      return Json::of(base::format_date(base::Date(static_cast<std::int32_t>(number))));
    if (type.kind == Kind::duration) return Json::of(base::format_duration(base::Duration(number)));
    if (number == 0 && codec_.zero_time_is_none) return {};
    return Json::of(base::format_time(base::Time(number)));
  }

  const Codec& codec_;
};

}  // namespace

Json to_json(const Type& type, const void* value, const Codec& codec, const Scope* around) {
  return Writer(codec).write(Field{}, type, value, around);
}

}  // namespace cofferdam::operation
