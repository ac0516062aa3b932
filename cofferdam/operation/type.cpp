// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/operation/type.h"

#include <cstring>

namespace cofferdam::operation {

const Field* Type::find(std::string_view name) const {
  for (const Field& field : fields)
    if (field.name == name) return &field;
  return nullptr;
}

std::string with_article(std::string_view noun) {
  const bool vowel = std::string_view("aeiou").find(noun.front()) != std::string_view::npos;
  return (vowel ? "an " : "a ") + std::string(noun);
}

base::u128 load_bits(const Type& type, const void* value) {
  COFFERDAM_CHECK(type.bytes <= sizeof(base::u128), "a leaf of numbers has at most 128 bits");
  base::u128 bits = 0;
  std::memcpy(&bits, value, type.bytes);  // the supported machines are little-endian
  const bool extends = type.kind == Kind::time || type.kind == Kind::duration ||
                       type.kind == Kind::date || type.is_signed;
  const auto width = static_cast<unsigned>(type.bytes * 8);
  if (extends && width < 128 && ((bits >> (width - 1)) & 1) != 0) bits |= ~base::u128{0} << width;
  return bits;
}

void store_bits(const Type& type, void* value, base::u128 bits) {
  COFFERDAM_CHECK(type.bytes <= sizeof(base::u128), "a leaf of numbers has at most 128 bits");
  std::memcpy(value, &bits, type.bytes);
}

}  // namespace cofferdam::operation
