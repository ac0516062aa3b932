// SPDX-License-Identifier: Apache-2.0
//
// How numbered things are found by their unique names, and hashes that are carried as text.
#pragma once

#include "cofferdam/books/ledger/ledger.h"

#include <algorithm>
#include <string>
#include <string_view>

namespace cofferdam::ledger {

// A row of the index from a unique code to the number that the system gave.
template <class Id>
struct Named {
  using Key = std::string;
  std::string code;
  Id id;

  [[nodiscard]] const Key& key() const { return code; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("code", self.code, "the unique name");
    visit("id", self.id, "the number");
  }
};

template <class Id>
using NameIndex = base::OrderedTable<Named<Id>>;

// The number behind a name; none when there is no such name.
template <class Id>
[[nodiscard]] Id find_named(const NameIndex<Id>& index, std::string_view code) {
  const Named<Id>* row = index.find(std::string(code));
  return row == nullptr ? Id() : row->id;
}

// Exactly `digits` lower-case hexadecimal digits: one way to write a hash or a key, so that equal
// texts mean equal values.
[[nodiscard]] inline bool is_hex(std::string_view text, std::size_t digits) {
  return text.size() == digits && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

inline constexpr std::size_t kHashHexDigits = 64;
inline constexpr std::size_t kReasonMax = 1024;

}  // namespace cofferdam::ledger
