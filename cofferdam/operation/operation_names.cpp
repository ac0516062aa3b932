// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/operation/operation_names.h"

#include "cofferdam/engine/command.h"

#include <array>
#include <utility>

namespace cofferdam::operation {
namespace {

struct Named {
  std::uint16_t number = 0;
  std::string_view name;
};

template <std::size_t... I>
constexpr auto names_of(std::index_sequence<I...> /*alternatives*/) {
  return std::array{
      Named{engine::Operation<std::variant_alternative_t<I, engine::CommandVariant>>::kNumber,
            engine::Operation<std::variant_alternative_t<I, engine::CommandVariant>>::kName}...};
}

constexpr auto kNamed =
    names_of(std::make_index_sequence<std::variant_size_v<engine::CommandVariant>>());

}  // namespace

std::string operation_name(std::uint16_t number) {
  for (const Named& each : kNamed)
    if (each.number == number) return std::string(each.name);
  return std::to_string(number);
}

bool is_beginning_of_operations(std::string_view text) {
  return std::ranges::any_of(kNamed,
                             [&](const Named& each) { return each.name.starts_with(text); });
}

std::optional<std::uint16_t> operation_number(std::string_view name) {
  for (const Named& each : kNamed)
    if (each.name == name) return each.number;
  return std::nullopt;
}

}  // namespace cofferdam::operation
