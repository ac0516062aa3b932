// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/base/decimal.h"
#include "cofferdam/base/parse_integer.h"
#include "cofferdam/operation/codec.h"
#include "cofferdam/operation/operation_names.h"
#include "cofferdam/operation/scale.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace cofferdam::operation {
namespace {

using base::u128;

// Where we are, spelled out only when there is an error to report.
struct Path {
  const Path* around = nullptr;
  std::string_view name;
  std::optional<std::size_t> index;

  [[nodiscard]] std::string text() const {
    std::string before = around == nullptr ? std::string() : around->text();
    if (index) return before + "[" + std::to_string(*index) + "]";
    if (name.empty()) return before;
    return before + (before.empty() ? "" : ".") + std::string(name);
  }
};

std::string join(std::span<const std::string_view> names) {
  std::string text;
  for (const std::string_view name : names)
    if (!name.empty()) text += (text.empty() ? "" : ", ") + std::string(name);
  return text;
}

class Reader {
 public:
  explicit Reader(const Codec& codec) : codec_(codec) {}

  [[nodiscard]] Result<void> read(const Json& json, const Field& form, const Type& type, void* out,
                                  const Scope* scope, const Path& path) {
    if (!form.flags.empty() && type.kind == Kind::integer)
      return flags(json, form, type, out, path);
    if (form.is_day && type.kind == Kind::integer) return day(json, type, out, path);
    if (form.is_operation) return operation(json, type, out, path);
    switch (type.kind) {
      case Kind::boolean:
        return boolean(json, out, path);
      case Kind::text:
        return text(json, out, path);
      case Kind::integer:
        return integer(json, type, out, path);
      case Kind::enumeration:
        return enumeration(json, type, out, path);
      case Kind::amount:
      case Kind::signed_amount:
      case Kind::price:
      case Kind::quantity:
      case Kind::rate:
      case Kind::shares:
      case Kind::observation:
        return decimal(json, type, out, scope, path);
      case Kind::estimate:
        return estimate(json, out, path);
      case Kind::identifier:
        return identifier(json, type, out, path);
      case Kind::numbered:
        return numbered(json, type, out, path);
      case Kind::time:
      case Kind::duration:
      case Kind::date:
        return moment(json, type, out, path);
      case Kind::list:
        return list(json, form, type, out, scope, path);
      case Kind::optional:
        if (json.is_null()) {
          type.reset(out);
          return {};
        }
        return read(json, form, *type.element, type.emplace(out), scope, path);
      case Kind::structure:
        return structure(json, type, out, scope, path);
    }
    return {};
  }

 private:
  [[nodiscard]] static std::unexpected<Error> fail(const Json& json, const Path& path,
                                                   std::string rule, std::string hint = {}) {
    const std::string where = path.text();
    const bool bare = json.kind == Json::Kind::text;
    return base::malformed(where.empty() ? "JSON" : where, bare ? json.text : excerpt(json),
                           std::move(rule), std::move(hint));
  }

  // The digits of a number, or of a text that holds one.
  [[nodiscard]] static const std::string* digits_of(const Json& json) {
    const bool has = json.kind == Json::Kind::number || json.kind == Json::Kind::text;
    return has ? &json.text : nullptr;
  }

  [[nodiscard]] static Result<void> boolean(const Json& json, void* out, const Path& path) {
    bool value = json.flag;
    if (json.kind == Json::Kind::text && (json.text == "true" || json.text == "false")) {
      value = json.text == "true";
    } else if (json.kind != Json::Kind::boolean) {
      return fail(json, path, "must be true or false");
    }
    *static_cast<bool*>(out) = value;
    return {};
  }

  [[nodiscard]] static Result<void> text(const Json& json, void* out, const Path& path) {
    if (json.kind != Json::Kind::text) return fail(json, path, "must be text");
    *static_cast<std::string*>(out) = json.text;
    return {};
  }

  [[nodiscard]] static Result<void> integer(const Json& json, const Type& type, void* out,
                                            const Path& path) {
    const unsigned width = static_cast<unsigned>(type.bytes * 8) - (type.is_signed ? 1 : 0);
    const u128 max = width == 128 ? base::kU128Max : (u128{1} << width) - 1;
    const std::string rule = "must be a whole number from " +
                             (type.is_signed ? "-" + base::to_text(max + 1) : std::string("0")) +
                             " to " + base::to_text(max);
    const std::string* digits = digits_of(json);
    if (digits == nullptr) return fail(json, path, rule);
    if (Result<void> safe = within_double(json, path); !safe) return safe;
    std::string_view rest = *digits;
    const bool negative = !rest.empty() && rest.front() == '-';
    if (negative) rest.remove_prefix(1);
    const Result<u128> number = base::parse_u128(rest, "");
    if (!number || (negative && !type.is_signed) || *number > max + (negative ? 1 : 0))
      return fail(json, path, rule);
    store_bits(type, out, negative ? ~*number + 1 : *number);
    return {};
  }

  // Many JSON libraries read every number into a double, which holds integers up to 2^53 only:
  // whoever sends a larger one without quotes may have sent another number than they think.
  [[nodiscard]] static Result<void> within_double(const Json& json, const Path& path) {
    if (json.kind != Json::Kind::number) return {};
    std::string_view digits = json.text;
    if (!digits.empty() && digits.front() == '-') digits.remove_prefix(1);
    const Result<u128> number = base::parse_u128(digits, "");
    if (!number) return fail(json, path, "must be a whole number");
    if (*number > (u128{1} << 53))
      return fail(json, path, "a number above 2^53 must be written as text", "put it in quotes");
    return {};
  }

  [[nodiscard]] static Result<void> enumeration(const Json& json, const Type& type, void* out,
                                                const Path& path) {
    const auto found = std::find(type.names.begin(), type.names.end(), json.text);
    if (json.kind != Json::Kind::text || json.text.empty() || found == type.names.end())
      return fail(json, path, "must be one of: " + join(type.names));
    store_bits(type, out, static_cast<u128>(found - type.names.begin()));
    return {};
  }

  [[nodiscard]] static Result<void> flags(const Json& json, const Field& form, const Type& type,
                                          void* out, const Path& path) {
    if (json.kind != Json::Kind::list) {
      if (digits_of(json) != nullptr && !json.text.empty() && json.text[0] >= '0' &&
          json.text[0] <= '9')
        return integer(json, type, out, path);
      return fail(json, path, "must be a list of names, out of: " + join(form.flags));
    }
    u128 bits = 0;
    for (std::size_t i = 0; i < json.items.size(); ++i) {
      const Path at{&path, {}, i};
      const Json& item = json.items[i];
      const auto found = std::find(form.flags.begin(), form.flags.end(), item.text);
      if (item.kind != Json::Kind::text || item.text.empty() || found == form.flags.end())
        return fail(item, at, "must be one of: " + join(form.flags));
      const u128 bit = u128{1} << static_cast<unsigned>(found - form.flags.begin());
      if ((bits & bit) != 0) return fail(item, at, "a flag is named once");
      bits |= bit;
    }
    store_bits(type, out, bits);
    return {};
  }

  [[nodiscard]] static Result<void> day(const Json& json, const Type& type, void* out,
                                        const Path& path) {
    if (json.is_null()) {
      store_bits(type, out, 0);
      return {};
    }
    if (json.kind != Json::Kind::text)
      return fail(json, path, "must be a date such as 2026-02-28, or null");
    const Result<base::Date> date = base::parse_date(json.text, path.text());
    if (!date) return std::unexpected(date.error());
    store_bits(type, out, static_cast<u128>(static_cast<base::i128>(date->value())));
    return {};
  }

  [[nodiscard]] static Result<void> operation(const Json& json, const Type& type, void* out,
                                              const Path& path) {
    if (json.is_null()) {
      store_bits(type, out, 0);  // none
      return {};
    }
    const std::optional<std::uint16_t> number =
        json.kind == Json::Kind::text ? operation_number(json.text) : std::nullopt;
    if (!number)
      return fail(json, path, "must be the name of a command, such as transfer.create",
                  "cofferdam schema lists the names");
    store_bits(type, out, *number);
    return {};
  }

  [[nodiscard]] Result<void> decimal(const Json& json, const Type& type, void* out,
                                     const Scope* scope, const Path& path) {
    const bool may_be_number = type.kind == Kind::rate;
    if (json.kind != Json::Kind::text && !(may_be_number && json.kind == Json::Kind::number))
      return fail(json, path, "must be a decimal number written as text, such as \"12.50\"");
    if (type.kind == Kind::amount && json.text == "max") {
      store_bits(type, out, base::kU128Max);
      return {};
    }
    std::optional<unsigned> scale = scale_at(scope, type.kind, codec_.names);
    const bool is_zero = !json.text.empty() && json.text.find_first_not_of("0.") == json.text.npos;
    if (!scale && !is_zero && json.text.find_first_not_of("+-.0123456789") == json.text.npos)
      return fail(json, path, "needs a scale: " + std::string(scale_givers(type.kind)));
    const unsigned digits = scale.value_or(base::kScaleMax);
    if (type.kind == Kind::amount) {
      const Result<u128> units = base::parse_unsigned_decimal(json.text, digits, path.text());
      if (!units) return std::unexpected(units.error());
      store_bits(type, out, *units);
      return {};
    }
    const Result<base::i128> units = base::parse_decimal(json.text, digits, path.text());
    if (!units) return std::unexpected(units.error());
    store_bits(type, out, static_cast<u128>(*units));
    return {};
  }

  // A number as JSON writes it, or the same digits as text; the nearest double is taken.
  [[nodiscard]] static Result<void> estimate(const Json& json, void* out, const Path& path) {
    const std::string* digits = digits_of(json);
    double value = 0;
    const char* end = digits == nullptr ? nullptr : digits->data() + digits->size();
    if (digits == nullptr || digits->empty()) return fail(json, path, "must be a number");
    const auto [stop, error] = std::from_chars(digits->data(), end, value);
    if (error == std::errc::result_out_of_range)
      return fail(json, path, "must be a number that a double holds");
    if (error != std::errc{} || stop != end || !std::isfinite(value))
      return fail(json, path, "must be a finite number");
    *static_cast<double*>(out) = value;
    return {};
  }

  [[nodiscard]] static Result<void> identifier(const Json& json, const Type& type, void* out,
                                               const Path& path) {
    if (json.is_null()) {
      store_bits(type, out, 0);
      return {};
    }
    const std::string* digits = digits_of(json);
    const Result<u128> number =
        digits == nullptr ? base::malformed("", "", "") : base::parse_u128(*digits, "");
    if (!number)
      return fail(json, path, "must be a 128-bit number as text: decimal, or 0x and hexadecimal");
    if (Result<void> safe = within_double(json, path); !safe) return safe;
    store_bits(type, out, *number);
    return {};
  }

  [[nodiscard]] Result<void> numbered(const Json& json, const Type& type, void* out,
                                      const Path& path) {
    const std::string kind = with_article(kNumberedNames[static_cast<std::size_t>(type.numbered)]);
    if (json.is_null()) {
      store_bits(type, out, 0);
      return {};
    }
    if (digits_of(json) == nullptr || json.text.empty())
      return fail(json, path, "must be the code of " + kind + ", or its number");
    if (json.text[0] >= '0' && json.text[0] <= '9') {
      const Result<std::uint64_t> number = base::parse_u64(json.text, "", 0xffff'ffff);
      if (!number) return fail(json, path, "must be the code of " + kind + ", or its number");
      store_bits(type, out, *number);
      return {};
    }
    const std::optional<std::uint32_t> number = codec_.names.number_of(type.numbered, json.text);
    if (!number) return fail(json, path, "must be the code of " + kind + " that exists");
    store_bits(type, out, *number);
    return {};
  }

  [[nodiscard]] static Result<void> moment(const Json& json, const Type& type, void* out,
                                           const Path& path) {
    if (type.kind == Kind::time && json.is_null()) {
      store_bits(type, out, 0);
      return {};
    }
    const auto put = [&](const auto& parsed) -> Result<void> {
      if (!parsed) return std::unexpected(parsed.error());
      store_bits(type, out, static_cast<u128>(static_cast<base::i128>(parsed->value())));
      return {};
    };
    const bool is_text = json.kind == Json::Kind::text;
    if (type.kind == Kind::time) {
      if (!is_text) return fail(json, path, "must be a time such as 2026-02-28T12:00:00Z");
      return put(base::parse_time(json.text, path.text()));
    }
    if (type.kind == Kind::duration) {
      if (!is_text) return fail(json, path, "must be a duration such as 8h, 90m or 250ms");
      return put(base::parse_duration(json.text, path.text()));
    }
    if (!is_text) return fail(json, path, "must be a date such as 2026-02-28");
    return put(base::parse_date(json.text, path.text()));
  }

  [[nodiscard]] Result<void> list(const Json& json, const Field& form, const Type& type, void* out,
                                  const Scope* scope, const Path& path) {
    if (json.kind != Json::Kind::list) return fail(json, path, "must be a list");
    type.clear(out);
    for (std::size_t i = 0; i < json.items.size(); ++i) {
      const Path at{&path, {}, i};
      Result<void> item = read(json.items[i], form, *type.element, type.append(out), scope, at);
      if (!item) return item;
    }
    return {};
  }

  [[nodiscard]] static bool waits_for_others(const Type& type) {
    switch (type.kind) {
      case Kind::list:
      case Kind::optional:
        return waits_for_others(*type.element);
      case Kind::structure:
        return true;
      default:
        return has_scale(type.kind);
    }
  }

  [[nodiscard]] Result<void> structure(const Json& json, const Type& type, void* out,
                                       const Scope* around, const Path& path) {
    if (!json.is_object()) return fail(json, path, "must be an object");
    for (std::size_t i = 0; i < json.names.size(); ++i) {
      if (type.find(json.names[i]) != nullptr) continue;
      std::string known;
      for (const Field& field : type.fields)
        known += (known.empty() ? "" : ", ") + std::string(field.name);
      return fail(json.items[i], Path{&path, json.names[i], {}}, "no such field",
                  "the fields are: " + known);
    }
    for (const Field& field : type.fields)
      if (field.is_required && json.find(field.name) == nullptr)
        return base::malformed(Path{&path, field.name, {}}.text(), "", "must be given",
                               std::string(field.doc));
    // Elsewhere null is the time zero, which says none; where a time must be said it says nothing.
    for (const Field& field : type.fields)
      if (field.is_required && field.type->kind == Kind::time && json.find(field.name)->is_null())
        return base::malformed(Path{&path, field.name, {}}.text(), "null",
                               "must be a time such as 2026-02-28T12:00:00Z");
    // What names an asset is read before what is counted in it, wherever it stands.
    const Scope scope{&type, out, around};
    for (const bool late : {false, true}) {
      for (const Field& field : type.fields) {
        const Json* member = json.find(field.name);
        if (member == nullptr || waits_for_others(*field.type) != late) continue;
        Result<void> done =
            read(*member, field, *field.type, static_cast<char*>(out) + field.offset, &scope,
                 Path{&path, field.name, {}});
        if (!done) return done;
      }
    }
    return {};
  }

  const Codec& codec_;
};

}  // namespace

Result<void> read_json(const Json& json, const Type& type, void* out, const Codec& codec,
                       std::string_view path, const Scope* around) {
  return Reader(codec).read(json, Field{}, type, out, around, Path{nullptr, path, {}});
}

}  // namespace cofferdam::operation
