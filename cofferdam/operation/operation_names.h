// SPDX-License-Identifier: Apache-2.0
//
// Operations by their names: people and programs say `transfer.create`, the journal says 6.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cofferdam::operation {

// "asset.create", or the number in digits when no command has it.
[[nodiscard]] std::string operation_name(std::uint16_t number);
[[nodiscard]] std::optional<std::uint16_t> operation_number(std::string_view name);
// Whether a command begins so, as "asset.".
[[nodiscard]] bool is_beginning_of_operations(std::string_view text);

}  // namespace cofferdam::operation
