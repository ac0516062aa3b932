// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/operation/scale.h"

#include "cofferdam/base/decimal.h"

#include <string>

namespace cofferdam::operation {
namespace {

const void* member(const Scope& scope, const Field& field) {
  return static_cast<const char*>(scope.self) + field.offset;
}

// The value of an id field that is set; zero otherwise. Looks through an optional.
base::u128 id_in(const Scope& scope, const Field& field, bool (*wanted)(const Type&)) {
  const Type* type = field.type;
  const void* value = member(scope, field);
  if (type->kind == Kind::optional) {
    value = type->held(value);
    type = type->element;
  }
  return value != nullptr && wanted(*type) ? load_bits(*type, value) : base::u128{0};
}

template <class Id>
std::optional<unsigned> first_known(const Scope& scope, bool (*wanted)(const Type&),
                                    const Names& names) {
  for (const Field& field : scope.type->fields) {
    const base::u128 id = id_in(scope, field, wanted);
    if (id == 0) continue;
    if (const auto scale = names.scale_of(Id(static_cast<typename Id::rep>(id)))) return scale;
  }
  return std::nullopt;
}

std::optional<ContractScales> contract_of(const Scope& scope, const Names& names) {
  for (const Field& field : scope.type->fields) {
    const base::u128 id =
        id_in(scope, field, [](const Type& type) { return type.numbered == Numbered::contract; });
    if (id == 0) continue;
    if (const auto scales = names.scales_of(base::ContractId(static_cast<std::uint32_t>(id))))
      return scales;
  }
  return std::nullopt;
}

std::optional<unsigned> declared(const Scope& scope, std::string_view name) {
  const Field* field = scope.type->find(name);
  if (field == nullptr || field->type->kind != Kind::integer || field->type->bytes != 1)
    return std::nullopt;
  return static_cast<unsigned>(load_bits(*field->type, member(scope, *field)));
}

// What an alert looks at is money in some measures and a whole number in the others.
bool counts_no_money(const Scope& scope) {
  const Field* field = scope.type->find("measure");
  if (field == nullptr || field->type != &type_of<alert::Measure>()) return false;
  const auto measure = static_cast<alert::Measure>(load_bits(*field->type, member(scope, *field)));
  return alert::unit_of(measure) != alert::Unit::money;
}

std::optional<unsigned> money_scale(const Scope& scope, const Names& names) {
  if (counts_no_money(scope)) return 0;
  if (const auto scale = first_known<base::AssetId>(
          scope, [](const Type& type) { return type.numbered == Numbered::asset; }, names))
    return scale;
  if (const auto scale = first_known<base::AccountId>(
          scope, [](const Type& type) { return type.identifies == Identifies::account; }, names))
    return scale;
  if (const auto scale = first_known<base::TransferId>(
          scope, [](const Type& type) { return type.identifies == Identifies::transfer; }, names))
    return scale;
  if (const auto scale = first_known<base::ConduitId>(
          scope, [](const Type& type) { return type.numbered == Numbered::conduit; }, names))
    return scale;
  if (const auto scales = contract_of(scope, names)) return scales->settlement;
  return declared(scope, "scale");
}

std::optional<unsigned> scale_here(const Scope& scope, Kind kind, const Names& names) {
  switch (kind) {
    case Kind::amount:
    case Kind::signed_amount:
      return money_scale(scope, names);
    case Kind::price:
      if (const auto scales = contract_of(scope, names)) return scales->price;
      return declared(scope, "price_scale");
    case Kind::quantity:
      if (const auto scales = contract_of(scope, names)) return scales->quantity;
      return declared(scope, "quantity_scale");
    case Kind::shares:
      return declared(scope, "share_scale");
    case Kind::observation:
      if (const auto scale = first_known<base::SourceId>(
              scope, [](const Type& type) { return type.numbered == Numbered::source; }, names))
        return scale;
      return declared(scope, "scale");
    default:
      return std::nullopt;
  }
}

}  // namespace

std::optional<unsigned> scale_at(const Scope* scope, Kind kind, const Names& names) {
  if (kind == Kind::rate) return base::kRateScale;
  for (; scope != nullptr; scope = scope->around)
    if (const auto scale = scale_here(*scope, kind, names)) return scale;
  return std::nullopt;
}

Result<void> check_scales(const Type& type, const void* value, const std::string& path) {
  if (type.kind == Kind::optional) {
    const void* held = type.held(value);
    return held == nullptr ? Result<void>() : check_scales(*type.element, held, path);
  }
  if (type.kind == Kind::list && type.element->kind == Kind::structure) {
    for (std::size_t i = 0; i < type.size(value); ++i)
      if (Result<void> fine = check_scales(*type.element, type.item(value, i),
                                           path + "[" + std::to_string(i) + "]");
          !fine)
        return fine;
  }
  if (type.kind != Kind::structure) return {};
  const Scope scope{&type, value, nullptr};
  for (const Field& field : type.fields) {
    const std::string at = (path.empty() ? "" : path + ".") + std::string(field.name);
    if (field.name == "scale" || field.name.ends_with("_scale")) {
      if (const auto scale = declared(scope, field.name); scale && *scale > base::kScaleMax)
        return base::malformed(at, std::to_string(*scale), "must be at most 38");
    } else if (Result<void> fine = check_scales(*field.type, member(scope, field), at); !fine) {
      return fine;
    }
  }
  return {};
}

bool has_scale(Kind kind) {
  switch (kind) {
    case Kind::amount:
    case Kind::signed_amount:
    case Kind::price:
    case Kind::quantity:
    case Kind::rate:
    case Kind::shares:
    case Kind::observation:
      return true;
    default:
      return false;
  }
}

std::string_view scale_givers(Kind kind) {
  switch (kind) {
    case Kind::price:
    case Kind::quantity:
      return "name a contract that exists";
    case Kind::observation:
      return "name a source that exists";
    case Kind::shares:
      return "give share_scale";
    default:
      return "name an asset, an account, a conduit or a contract that exists, or a hold that is "
             "open";
  }
}

}  // namespace cofferdam::operation
