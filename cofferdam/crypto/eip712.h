// SPDX-License-Identifier: Apache-2.0
//
// EIP-712: the hash of typed, structured data, so that a wallet can show what it signs.
//
//   digest = keccak256(0x19 || 0x01 || domain hash || message hash)
//   hash of a struct = keccak256(type hash || each member as one 32-byte word)
//
// Values are given as text in the forms that wallets use in JSON: integers in decimal or 0x
// hexadecimal, addresses and bytes in 0x hexadecimal, true and false, strings as they are. The
// encoder is strict where wallets differ: a member that is missing, unknown or given twice, an
// integer out of range, an unknown or an unreferenced type are refused, so that two programs that
// both accept a document agree on its hash.
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/crypto/sha256.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cofferdam::crypto {

struct TypedMember {
  std::string name;
  std::string type;
};

struct TypedStruct {
  std::string name;
  std::vector<TypedMember> members;
};

struct TypedField;

struct TypedValue {
  enum class Form { scalar, list, object };
  Form form = Form::scalar;
  std::string text;
  std::vector<TypedValue> items;
  std::vector<TypedField> members;

  [[nodiscard]] static TypedValue scalar(std::string text);
  [[nodiscard]] static TypedValue list(std::vector<TypedValue> items);
  [[nodiscard]] static TypedValue object(std::vector<TypedField> members);
};

struct TypedField {
  std::string name;
  TypedValue value;
};

// Behind the struct, because a list of its own kind can only be made once it is whole.
inline TypedValue TypedValue::scalar(std::string text) {
  return {.text = std::move(text)};
}

inline TypedValue TypedValue::list(std::vector<TypedValue> items) {
  return {.form = Form::list, .items = std::move(items)};
}

inline TypedValue TypedValue::object(std::vector<TypedField> members) {
  return {.form = Form::object, .members = std::move(members)};
}

struct TypedData {
  std::vector<TypedStruct> types;  // EIP712Domain among them
  std::string primary_type;
  TypedValue domain;
  TypedValue message;
};

inline constexpr std::size_t kTypedStructsMax = 64;
inline constexpr std::size_t kTypedMembersMax = 64;
inline constexpr unsigned kTypedDepthMax = 16;

struct TypedDataHashes {
  Hash domain{};
  Hash message{};
  Hash digest{};
};

// "Mail(Person from,Person to,string contents)Person(string name,address wallet)"
[[nodiscard]] base::Result<std::string> encode_type(const std::vector<TypedStruct>& types,
                                                    std::string_view name);
[[nodiscard]] base::Result<Hash> hash_struct(const std::vector<TypedStruct>& types,
                                             std::string_view name, const TypedValue& value);
[[nodiscard]] base::Result<TypedDataHashes> hash_typed_data(const TypedData& typed);
// The last step alone.
[[nodiscard]] Hash typed_digest(const Hash& domain, const Hash& message);

}  // namespace cofferdam::crypto
