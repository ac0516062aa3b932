// SPDX-License-Identifier: Apache-2.0
//
// What a described struct looks like, as a value that can be walked while the program runs. One
// small template turns a struct into a Type; everything else (reading and writing JSON, schemas,
// documentation, options of the command line) is ordinary code over Types.
#pragma once

#include "cofferdam/base/binary.h"
#include "cofferdam/base/check.h"
#include "cofferdam/base/number.h"
#include "cofferdam/base/time.h"
#include "cofferdam/books/alert/measure.h"
#include "cofferdam/books/margin/ids.h"
#include "cofferdam/books/reconciliation/ids.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace cofferdam::operation {

enum class Kind : std::uint8_t {
  boolean,
  text,
  integer,      // signed or not, 8 to 128 bits
  enumeration,  // by the names of its values
  amount,
  signed_amount,
  price,
  quantity,
  rate,
  shares,
  observation,  // a value in the scale of its source
  estimate,     // a double of the models; never money
  identifier,   // 128 bits, given by the client; zero is none
  numbered,     // given by the system; written by its code; zero is none
  time,
  duration,
  date,
  list,
  optional,
  structure,
};

enum class Numbered : std::uint8_t {
  none,
  pool,
  asset,
  principal,
  conduit,
  contract,
  rule,
  source,
  proposal,
  vault,
  wallet,
  signer,
  beneficiary,
  intent,
  alert,
  statement,
  reconciliation_break,
  rulebook,
};
inline constexpr std::array<std::string_view, 18> kNumberedNames{
    "none",        "pool",   "asset",    "principal", "conduit", "contract",
    "rule",        "source", "proposal", "vault",     "wallet",  "signer",
    "beneficiary", "intent", "alert",    "statement", "break",   "rulebook"};

// "an asset", "a pool".
[[nodiscard]] std::string with_article(std::string_view noun);

enum class Identifies : std::uint8_t { other, account, transfer };

struct Type;

struct Field {
  std::string_view name;
  std::string_view doc;
  std::size_t offset = 0;
  const Type* type = nullptr;
  std::span<const std::string_view> flags = {};  // name of bit i; empty: not a set of flags
  bool is_day = false;                           // an integer that counts days, 0 for none
  bool is_operation = false;                     // an integer that is an operation's number
  bool is_required = false;                      // input without it is malformed
};

struct Type {
  Kind kind = Kind::structure;
  std::size_t bytes = 0;
  bool is_signed = false;                        // integer
  Numbered numbered = Numbered::none;            // numbered
  Identifies identifies = Identifies::other;     // identifier
  std::span<const std::string_view> names = {};  // enumeration: value i has name i
  std::span<const std::string_view> docs = {};   // enumeration: what value i means, may be empty
  const Type* element = nullptr;                 // list, optional
  std::vector<Field> fields = {};                // structure, in order
  std::string_view doc = {};                     // structure

  // list
  std::size_t (*size)(const void* list) = nullptr;
  const void* (*item)(const void* list, std::size_t index) = nullptr;
  void* (*append)(void* list) = nullptr;
  void (*clear)(void* list) = nullptr;
  // optional
  const void* (*held)(const void* optional) = nullptr;  // nullptr when empty
  void* (*emplace)(void* optional) = nullptr;
  void (*reset)(void* optional) = nullptr;
  // A value as the type makes it by itself: the defaults.
  std::shared_ptr<void> (*make)() = nullptr;

  [[nodiscard]] const Field* find(std::string_view name) const;
};

// Specialised in field_forms.h for structs with fields that a description cannot tell all about:
//   static constexpr std::array kRequired{"id"sv, ...};      must be given
//   static constexpr std::string_view kFlagsField; static constexpr std::array kFlags{...};
//   static constexpr std::string_view kDayField;
//   static constexpr std::string_view kOperationField;       written by the operation's name
// A struct that belongs to no room of the books may say kRequired itself.
template <class S>
struct FieldForms {};

template <class T>
[[nodiscard]] const Type& type_of();

namespace detail {

template <class T>
inline constexpr bool kIsId = false;
template <class Tag, class Rep>
inline constexpr bool kIsId<base::Id<Tag, Rep>> = true;
template <class T>
inline constexpr bool kIsNumber = false;
template <class Tag>
inline constexpr bool kIsNumber<base::Number<Tag>> = true;

template <class T>
consteval Numbered numbered_kind() {
  if (std::is_same_v<T, base::PoolId>) return Numbered::pool;
  if (std::is_same_v<T, base::AssetId>) return Numbered::asset;
  if (std::is_same_v<T, base::PrincipalId>) return Numbered::principal;
  if (std::is_same_v<T, base::ConduitId>) return Numbered::conduit;
  if (std::is_same_v<T, base::ContractId>) return Numbered::contract;
  if (std::is_same_v<T, base::RuleId>) return Numbered::rule;
  if (std::is_same_v<T, base::SourceId>) return Numbered::source;
  if (std::is_same_v<T, base::ProposalId>) return Numbered::proposal;
  if (std::is_same_v<T, base::VaultId>) return Numbered::vault;
  if (std::is_same_v<T, base::WalletId>) return Numbered::wallet;
  if (std::is_same_v<T, base::SignerId>) return Numbered::signer;
  if (std::is_same_v<T, base::BeneficiaryId>) return Numbered::beneficiary;
  if (std::is_same_v<T, base::IntentId>) return Numbered::intent;
  if (std::is_same_v<T, alert::AlertId>) return Numbered::alert;
  if (std::is_same_v<T, margin::RulebookId>) return Numbered::rulebook;
  if (std::is_same_v<T, reconciliation::StatementId>) return Numbered::statement;
  if (std::is_same_v<T, reconciliation::BreakId>) return Numbered::reconciliation_break;
  return Numbered::none;
}

template <class T>
consteval Kind number_kind() {
  if (std::is_same_v<T, base::Price>) return Kind::price;
  if (std::is_same_v<T, base::Quantity>) return Kind::quantity;
  if (std::is_same_v<T, base::Rate>) return Kind::rate;
  if (std::is_same_v<T, base::Shares>) return Kind::shares;
  return Kind::observation;
}

template <class T>
void describe_leaf(Type& type) {
  if constexpr (std::is_same_v<T, bool>) {
    type.kind = Kind::boolean;
  } else if constexpr (std::is_same_v<T, std::string>) {
    type.kind = Kind::text;
  } else if constexpr (std::is_same_v<T, double>) {
    type.kind = Kind::estimate;
  } else if constexpr (base::kIsRawInteger<T>) {
    type.kind = Kind::integer;
    type.is_signed = std::is_signed_v<T> || std::is_same_v<T, base::i128>;
  } else if constexpr (std::is_enum_v<T>) {
    static_assert(base::NamedEnum<T>, "an enumeration in JSON needs EnumText");
    type.kind = Kind::enumeration;
    type.names = base::EnumText<T>::kNames;
    if constexpr (requires { base::EnumText<T>::kDocs; }) type.docs = base::EnumText<T>::kDocs;
  } else if constexpr (std::is_same_v<T, base::Amount>) {
    type.kind = Kind::amount;
  } else if constexpr (std::is_same_v<T, base::SignedAmount>) {
    type.kind = Kind::signed_amount;
  } else if constexpr (kIsNumber<T>) {
    type.kind = number_kind<T>();
  } else if constexpr (kIsId<T>) {
    type.numbered = numbered_kind<T>();
    type.kind = type.numbered == Numbered::none ? Kind::identifier : Kind::numbered;
    if (std::is_same_v<T, base::AccountId>) type.identifies = Identifies::account;
    if (std::is_same_v<T, base::TransferId>) type.identifies = Identifies::transfer;
  } else if constexpr (std::is_same_v<T, base::Time>) {
    type.kind = Kind::time;
  } else if constexpr (std::is_same_v<T, base::Duration>) {
    type.kind = Kind::duration;
  } else {
    static_assert(std::is_same_v<T, base::Date>, "a type in JSON needs fields()");
    type.kind = Kind::date;
  }
}

template <class S>
struct FieldCollector {
  Type& type;
  const S& sample;

  template <class F>
  void operator()(std::string_view name, const F& field, std::string_view doc) const {
    const auto* at = reinterpret_cast<const char*>(&field);
    Field entry{.name = name,
                .doc = doc,
                .offset = static_cast<std::size_t>(at - reinterpret_cast<const char*>(&sample)),
                .type = &type_of<F>()};
    if constexpr (requires { FieldForms<S>::kFlags; })
      if (name == FieldForms<S>::kFlagsField) entry.flags = FieldForms<S>::kFlags;
    if constexpr (requires { FieldForms<S>::kDayField; })
      entry.is_day = name == FieldForms<S>::kDayField;
    if constexpr (requires { FieldForms<S>::kOperationField; })
      entry.is_operation = name == FieldForms<S>::kOperationField;
    if constexpr (requires { FieldForms<S>::kRequired; })
      for (const std::string_view required : FieldForms<S>::kRequired)
        entry.is_required = entry.is_required || name == required;
    if constexpr (requires { S::kRequired; })
      for (const std::string_view required : S::kRequired)
        entry.is_required = entry.is_required || name == required;
    if (!entry.flags.empty()) entry.doc = "names of flags";
    if (entry.is_day) entry.doc = "a date; null for the day of booking";
    if (entry.is_operation) entry.doc = "name of the operation, such as transfer.create";
    type.fields.push_back(entry);
  }
};

template <class L>
void describe_list(Type& type) {
  type.kind = Kind::list;
  type.element = &type_of<typename L::value_type>();
  type.size = [](const void* list) { return static_cast<const L*>(list)->size(); };
  type.item = [](const void* list, std::size_t index) -> const void* {
    return &(*static_cast<const L*>(list))[index];
  };
  type.append = [](void* list) -> void* { return &static_cast<L*>(list)->emplace_back(); };
  type.clear = [](void* list) { static_cast<L*>(list)->clear(); };
}

template <class O>
void describe_optional(Type& type) {
  type.kind = Kind::optional;
  type.element = &type_of<typename O::value_type>();
  type.held = [](const void* optional) -> const void* {
    const O& value = *static_cast<const O*>(optional);
    return value ? &*value : nullptr;
  };
  type.emplace = [](void* optional) -> void* { return &static_cast<O*>(optional)->emplace(); };
  type.reset = [](void* optional) { static_cast<O*>(optional)->reset(); };
}

template <class T>
Type describe() {
  Type type;
  type.bytes = sizeof(T);
  type.make = []() -> std::shared_ptr<void> { return std::make_shared<T>(); };
  if constexpr (base::kIsVector<T>) {
    describe_list<T>(type);
  } else if constexpr (base::kIsOptional<T>) {
    describe_optional<T>(type);
  } else if constexpr (base::Described<T>) {
    const T sample{};
    T::fields(sample, FieldCollector<T>{type, sample});
    if constexpr (requires { T::kDoc; }) type.doc = T::kDoc;
  } else {
    describe_leaf<T>(type);
    static_assert(std::is_same_v<T, std::string> || std::is_trivially_copyable_v<T>);
  }
  return type;
}

}  // namespace detail

template <class T>
const Type& type_of() {
  static const Type kType = detail::describe<T>();
  return kType;
}

// The bits of a leaf that is a number of any kind, zero- or sign-extended.
[[nodiscard]] base::u128 load_bits(const Type& type, const void* value);
void store_bits(const Type& type, void* value, base::u128 bits);

}  // namespace cofferdam::operation
