// SPDX-License-Identifier: Apache-2.0
//
// JSON of described structs, both ways.
//
//   field              written                        also read
//   bool               true, false                    "true", "false"
//   8 to 32 bits       number                         "17"
//   64, 128 bits, ids  "17"                           a JSON integer up to 2^53; ids: "0x1f"
//   amounts            "12.50" in the asset's scale   "max" for the largest amount
//   price, quantity    "12.50" in the contract's      -
//   rate               "0.0005", the factor itself    0.0005
//   pool, asset, ...   "client-1", the code           "3", the number; null for none
//   flags, roles       ["pending", "linked"]          the number of their sum
//   enumeration        "collateral"                   -
//   time               "2026-02-28T12:00:00Z"         null for none
//   duration           "8h", "90m", "250ms"           -
//   date               "2026-02-28"                   -
//   optional           the value or null              absent
//   list, struct       [...], {...}                   -
//
// A field that is absent keeps its default, except those that FieldForms calls required. The scale
// of money is found in the same struct, else in the enclosing one: by its asset, else its account,
// else the hold it resolves, else its conduit, else its contract, else a field `scale` (this is how
// calculators say it). A zero needs no scale.
#pragma once

#include "cofferdam/operation/json.h"
#include "cofferdam/operation/names.h"
#include "cofferdam/operation/type.h"

namespace cofferdam::operation {

struct Codec {
  const Names& names;
  bool zero_time_is_none = true;  // written as null; off where the epoch is a time like others
};

// A struct and the one around it: where scales are looked up.
struct Scope {
  const Type* type = nullptr;
  const void* self = nullptr;
  const Scope* around = nullptr;
};

// Fills `out`, which holds the defaults. The error names the path below `path`.
[[nodiscard]] Result<void> read_json(const Json& json, const Type& type, void* out,
                                     const Codec& codec, std::string_view path = {},
                                     const Scope* around = nullptr);
[[nodiscard]] Json to_json(const Type& type, const void* value, const Codec& codec,
                           const Scope* around = nullptr);

template <class T>
[[nodiscard]] Result<T> read_json(const Json& json, const Codec& codec) {
  T value{};
  if (Result<void> read = read_json(json, type_of<T>(), &value, codec); !read)
    return std::unexpected(std::move(read).error());
  return value;
}

template <class T>
[[nodiscard]] Json to_json(const T& value, const Codec& codec, const Scope* around = nullptr) {
  return to_json(type_of<T>(), &value, codec, around);
}

}  // namespace cofferdam::operation
