// SPDX-License-Identifier: Apache-2.0
//
// The files examples/calculators/NAME.json, built into the program (cmake/Examples.cmake).
#pragma once

#include <string_view>
#include <vector>

namespace cofferdam::operation {

// Empty when there is no example of this name.
[[nodiscard]] std::string_view calculator_example(std::string_view name);
[[nodiscard]] std::vector<std::string_view> calculator_example_names();

}  // namespace cofferdam::operation
