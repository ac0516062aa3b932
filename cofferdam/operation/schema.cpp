// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/operation/schema.h"

#include "cofferdam/operation/codec.h"

#include <algorithm>

namespace cofferdam::operation {
namespace {

constexpr std::string_view kDecimal = "[0-9]+(\\.[0-9]+)?";

Json text_list(std::span<const std::string_view> texts) {
  Json json = Json::list();
  for (const std::string_view text : texts)
    if (!text.empty()) json.items.push_back(Json::of(text));
  return json;
}

Json types(std::initializer_list<std::string_view> names) {
  return text_list(std::span<const std::string_view>(names.begin(), names.size()));
}

Json text_like(std::string_view pattern) {
  Json json = Json::object();
  json.add("type", "string");
  json.add("pattern", pattern);
  return json;
}

Json integer_schema(const Type& type) {
  Json json = Json::object();
  json.add("type", types({"integer", "string"}));
  const unsigned width = static_cast<unsigned>(type.bytes * 8) - (type.is_signed ? 1 : 0);
  if (width <= 53) {
    const std::uint64_t max = (std::uint64_t{1} << width) - 1;
    json.add("minimum", Json::number(type.is_signed ? "-" + std::to_string(max + 1) : "0"));
    json.add("maximum", Json::number(max));
  }
  json.add("pattern", type.is_signed ? "^-?[0-9]+$" : "^[0-9]+$");
  return json;
}

// What is not finite is written as a word.
Json estimate_schema() {
  Json number = Json::object();
  number.add("type", "number");
  Json word = Json::object();
  constexpr std::array<std::string_view, 3> kWords{"infinity", "-infinity", "nan"};
  word.add("enum", text_list(kWords));
  Json json = Json::object();
  json.add("anyOf", Json::list()).items = {std::move(number), std::move(word)};
  return json;
}

Json flags_schema(const Field& form) {
  Json names = Json::object();
  names.add("type", "array");
  names.add("uniqueItems", Json::truth(true));
  Json& items = names.add("items", Json::object());
  items.add("enum", text_list(form.flags));
  Json number = Json::object();
  number.add("type", "integer");
  number.add("minimum", Json::number(0));
  number.add("maximum", Json::number(65535));
  Json json = Json::object();
  Json& choice = json.add("oneOf", Json::list());
  choice.items = {std::move(names), std::move(number)};
  return json;
}

Json schema(const Field& form, const Type& type, SchemaSide side);

Json structure_schema(const Type& type, SchemaSide side) {
  Json json = Json::object();
  json.add("type", "object");
  json.add("additionalProperties", Json::truth(false));
  const std::shared_ptr<void> sample = type.make();
  const NoNames names;
  const Codec codec{names};
  const Scope scope{&type, sample.get(), nullptr};
  Json required = Json::list();
  Json& properties = json.add("properties", Json::object());
  for (const Field& field : type.fields) {
    Json member = schema(field, *field.type, side);
    if (!field.doc.empty()) member.add("description", field.doc);
    if (field.is_required || side == SchemaSide::output) {
      required.items.push_back(Json::of(field.name));
    } else if (field.type->kind == Kind::integer || field.type->kind == Kind::boolean ||
               field.type->kind == Kind::enumeration || field.type->kind == Kind::duration ||
               field.type->kind == Kind::estimate) {
      const auto* value = static_cast<const char*>(sample.get()) + field.offset;
      Json written = to_json(*field.type, value, codec, &scope);
      if (!field.flags.empty()) written = Json::list();
      if (field.is_day) written = Json{};
      member.add("default", std::move(written));
    }
    properties.add(std::string(field.name), std::move(member));
  }
  if (!required.items.empty()) json.add("required", std::move(required));
  return json;
}

Json schema(const Field& form, const Type& type, SchemaSide side) {
  if (!form.flags.empty() && type.kind == Kind::integer) return flags_schema(form);
  Json json = Json::object();
  if (form.is_day && type.kind == Kind::integer) {
    json.add("type", types({"string", "null"}));
    json.add("format", "date");
    return json;
  }
  if (form.is_operation) {
    json.add("type", "string");
    return json;
  }
  switch (type.kind) {
    case Kind::boolean:
      json.add("type", "boolean");
      return json;
    case Kind::text:
      json.add("type", "string");
      return json;
    case Kind::integer:
      return integer_schema(type);
    case Kind::enumeration:
      json.add("enum", text_list(type.names));
      return json;
    case Kind::amount:
      return text_like("^(max|\\+?" + std::string(kDecimal) + ")$");
    case Kind::signed_amount:
    case Kind::price:
    case Kind::quantity:
    case Kind::shares:
    case Kind::observation:
      return text_like("^[+-]?" + std::string(kDecimal) + "$");
    case Kind::rate:
      json.add("type", types({"string", "number"}));
      json.add("pattern", "^[+-]?" + std::string(kDecimal) + "$");
      return json;
    case Kind::estimate:
      if (side == SchemaSide::input) {
        json.add("type", types({"number", "string"}));
        return json;
      }
      return estimate_schema();
    case Kind::identifier:
      json.add("type", types({"string", "integer", "null"}));
      json.add("pattern", "^([0-9]+|0x[0-9a-fA-F]{1,32})$");
      return json;
    case Kind::numbered:
      json.add("type", types({"string", "integer", "null"}));
      return json;
    case Kind::time:
      json.add("type", types({"string", "null"}));
      json.add("format", "date-time");
      return json;
    case Kind::duration:
      return text_like("^-?[0-9]+(ns|us|ms|s|m|h|d)$");
    case Kind::date:
      json.add("type", "string");
      json.add("format", "date");
      return json;
    case Kind::list:
      json.add("type", "array");
      json.add("items", schema(form, *type.element, side));
      json.add("maxItems", Json::number(JsonLimits{}.items_max));
      return json;
    case Kind::optional: {
      Json& choice = json.add("anyOf", Json::list());
      choice.items.push_back(schema(form, *type.element, side));
      Json& none = choice.items.emplace_back(Json::object());
      none.add("type", "null");
      return json;
    }
    case Kind::structure:
      return structure_schema(type, side);
  }
  return json;
}

Json example(const Field& form, const Type& type) {
  if (!form.flags.empty() && type.kind == Kind::integer) return Json::list();
  if (form.is_operation) return Json::of("transfer.create");
  switch (type.kind) {
    case Kind::boolean:
      return Json::truth(false);
    case Kind::text:
      return Json::of(form.name == "code" ? "example" : "text");
    case Kind::integer:
      return type.bytes <= 4 ? Json::number(2) : Json::of("2");
    case Kind::enumeration:
      return Json::of(type.names.front());
    case Kind::amount:
    case Kind::signed_amount:
    case Kind::price:
    case Kind::quantity:
      return Json::of("100");
    case Kind::rate:
      return Json::of("0.001");
    case Kind::shares:
    case Kind::observation:
      return Json::of("1");
    case Kind::estimate:
      return Json::number("0.5");
    case Kind::identifier:
      return Json::of("1001");
    case Kind::numbered:
      return Json::of("1");
    case Kind::time:
      return Json::of("2026-02-28T12:00:00Z");
    case Kind::duration:
      return Json::of("8h");
    case Kind::date:
      return Json::of("2026-02-28");
    case Kind::list: {
      Json json = Json::list();
      json.items.push_back(example(form, *type.element));
      return json;
    }
    case Kind::optional:
      return example(form, *type.element);
    case Kind::structure:
      return example_of(type);
  }
  return {};
}

}  // namespace

Json schema_of(const Type& type, SchemaSide side) {
  return schema(Field{}, type, side);
}

Json schema_document(const SchemaDocument& document) {
  Json json = Json::object();
  json.add("$schema", "https://json-schema.org/draft/2020-12/schema");
  json.add("$id", "urn:cofferdam:" + std::string(document.name));
  json.add("title", document.name);
  json.add("description", document.description);
  const Json body = schema_of(*document.type);
  for (std::size_t i = 0; i < body.names.size(); ++i) json.add(body.names[i], body.items[i]);
  if (!document.example.is_null()) {
    Json& examples = json.add("examples", Json::list());
    examples.items.push_back(document.example);
  }
  return json;
}

Json example_of(const Type& type) {
  const auto holds_amount = [](const Field& field) {
    return field.is_required &&
           (field.type->kind == Kind::amount || field.type->kind == Kind::signed_amount);
  };
  const bool needs_scale = std::ranges::any_of(type.fields, holds_amount);
  Json json = Json::object();
  // An amount is read in the scale of its asset, also where the asset need not be there.
  for (const Field& field : type.fields)
    if (field.is_required || (needs_scale && field.type->numbered == Numbered::asset))
      json.add(std::string(field.name), example(field, *field.type));
  return json;
}

std::string describe_kind(const Field& field) {
  const Type* type = field.type;
  std::string before;
  while (type->kind == Kind::list || type->kind == Kind::optional) {
    if (type->kind == Kind::list) before += "list of ";
    type = type->element;
  }
  if (!field.flags.empty() && type->kind == Kind::integer) return before + "flags";
  if (field.is_day) return before + "date";
  if (field.is_operation) return before + "name";
  switch (type->kind) {
    case Kind::boolean:
      return before + "true or false";
    case Kind::text:
      return before + "text";
    case Kind::integer:
      return before + std::to_string(type->bytes * 8) + "-bit number";
    case Kind::enumeration:
      return before + "name";
    case Kind::amount:
      return before + "amount";
    case Kind::signed_amount:
      return before + "signed amount";
    case Kind::price:
      return before + "price";
    case Kind::quantity:
      return before + "quantity";
    case Kind::rate:
      return before + "rate";
    case Kind::shares:
      return before + "shares";
    case Kind::observation:
      return before + "value";
    case Kind::estimate:
      return before + "number";
    case Kind::identifier:
      return before + "id";
    case Kind::numbered:
      return before + "code of " +
             with_article(kNumberedNames[static_cast<std::size_t>(type->numbered)]);
    case Kind::time:
      return before + "time";
    case Kind::duration:
      return before + "duration";
    case Kind::date:
      return before + "date";
    case Kind::structure:
      return before + "object";
    case Kind::list:
    case Kind::optional:
      break;
  }
  return before;
}

}  // namespace cofferdam::operation
