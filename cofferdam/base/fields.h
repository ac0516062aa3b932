// SPDX-License-Identifier: Apache-2.0
//
// One description of a struct serves every form it takes: the bytes in the journal and in
// snapshots, the JSON of the command line, the schema, the documentation. A struct describes
// itself:
//
//   struct Greeting {
//     std::string text;
//     static constexpr std::string_view kDoc = "What is said at the door.";
//     template <class Self, class Visitor>
//     static void fields(Self& self, Visitor&& visit) {
//       visit("text", self.text, "the words, at most 64 bytes");
//     }
//   };
//
// The order of the visits is the order of the bytes: fields are only ever appended, and only under
// a new version of the operation or of the snapshot. An enumeration names its values in order by
// specialising EnumText.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <type_traits>

namespace cofferdam::base {

struct AnyVisitor {
  template <class T>
  void operator()(std::string_view /*name*/, T& /*field*/, std::string_view /*doc*/) const {}
};

template <class T>
concept Described = requires(T& value) { T::fields(value, AnyVisitor{}); };

// specialise: static constexpr std::array<std::string_view, N> kNames{...}; value i has name i.
template <class E>
struct EnumText;

template <class E>
concept NamedEnum = std::is_enum_v<E> && requires { EnumText<E>::kNames.size(); };

template <NamedEnum E>
[[nodiscard]] constexpr std::string_view name_of(E value) {
  const auto index = static_cast<std::size_t>(value);
  return index < EnumText<E>::kNames.size() ? EnumText<E>::kNames[index] : "?";
}

}  // namespace cofferdam::base
