// SPDX-License-Identifier: Apache-2.0
//
// The rulebooks of examples/rulebooks by their names, built into the program, and the calculators
// `margin`, `margin-grid` and `rulebook` that take a name.
#pragma once

#include "cofferdam/models/margin/grid.h"
#include "cofferdam/models/margin/margin.h"

#include <string>
#include <string_view>
#include <vector>

namespace cofferdam::operation {

// The text of a parameter file; empty when there is none of this name.
[[nodiscard]] std::string_view rulebook_file(std::string_view name);
[[nodiscard]] std::vector<std::string_view> rulebook_file_names();

// Read and checked. The error lists the names there are.
[[nodiscard]] base::Result<rulebook::Rulebook> rulebook_by_name(const std::string& name);

[[nodiscard]] base::Result<rulebook::MarginOutput> margin(const rulebook::MarginInput& input);
[[nodiscard]] base::Result<rulebook::GridOutput> margin_grid(const rulebook::GridInput& input);

struct RulebookInput {
  std::string name;

  static constexpr std::string_view kDoc =
      "The parameters of a margin rulebook, as the calculator `margin` takes them.";
  static constexpr std::string_view kSource = "examples/rulebooks; each states its own source";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("name", self.name, "of a rulebook; empty: the names only");
  }
};

struct RulebookOutput {
  std::vector<std::string> names;
  std::optional<rulebook::Rulebook> rulebook;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("names", self.names, "of every built-in rulebook");
    visit("rulebook", self.rulebook, "its parameters");
  }
};

[[nodiscard]] base::Result<RulebookOutput> rulebook_parameters(const RulebookInput& input);

}  // namespace cofferdam::operation
