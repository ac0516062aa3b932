// SPDX-License-Identifier: Apache-2.0
//
// Names a set of scenarios and the bounds that its grids must keep, or changes these bounds. What
// grids count, and in how many scenarios, stays as it was first set.
#pragma once

#include "cofferdam/books/margin/margin.h"

namespace cofferdam::margin {

struct SetRulebook {
  std::string code;
  std::string version;
  AssetId asset;
  std::uint8_t value_scale = 0;
  std::uint16_t scenarios = 0;
  std::uint32_t initial_ppm = kPpm;
  std::uint32_t maintenance_ppm = kPpm;
  std::uint32_t step_ppm = 0;
  bool whole = false;
  Duration life;
  Duration late_max;
  std::vector<std::string> names;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("code", self.code, "short unique name");
    visit("version", self.version, "of the rules that its grids are made by; at most 64 bytes");
    visit("asset", self.asset, "what the entries of its grids count");
    visit("value_scale", self.value_scale, "decimal digits of an entry, at least the asset's");
    visit("scenarios", self.scenarios, "entries of every grid, 1 to 256");
    visit("initial_ppm", self.initial_ppm, "initial requirement, of the worst scenario's loss");
    visit("maintenance_ppm", self.maintenance_ppm,
          "maintenance requirement, of the worst scenario's loss");
    visit("step_ppm", self.step_ppm,
          "furthest step of an entry between versions, of the largest before; 0: any");
    visit("whole", self.whole,
          "a publication covers every contract with open interest that has a grid");
    visit("life", self.life, "a grid counts for this long after its computation");
    visit("late_max", self.late_max, "a grid may be this old when it is published");
    visit("names", self.names, "of the scenarios, for readers; none, or one for each");
  }
};

enum class SetRulebookStatus : std::uint16_t {
  ok,
  code_malformed,
  version_malformed,
  scenarios_out_of_range,
  part_out_of_range,
  life_must_be_positive,
  late_max_must_not_be_negative,
  names_do_not_match,
  asset_not_found,
  value_scale_out_of_range,
  asset_is_fixed,
  value_scale_is_fixed,
  scenarios_are_fixed,
  too_many_rulebooks,
};

[[nodiscard]] SetRulebookStatus check_shape(const SetRulebook& command);
[[nodiscard]] SetRulebookStatus check_state(const SetRulebook& command, const State& state,
                                            const ledger::State& ledger);
SetRulebookStatus apply(const SetRulebook& command, State& state, ledger::Context& context);

}  // namespace cofferdam::margin

template <>
struct cofferdam::base::EnumText<cofferdam::margin::SetRulebookStatus> {
  static constexpr std::array<std::string_view, 14> kNames{"ok",
                                                           "code_malformed",
                                                           "version_malformed",
                                                           "scenarios_out_of_range",
                                                           "part_out_of_range",
                                                           "life_must_be_positive",
                                                           "late_max_must_not_be_negative",
                                                           "names_do_not_match",
                                                           "asset_not_found",
                                                           "value_scale_out_of_range",
                                                           "asset_is_fixed",
                                                           "value_scale_is_fixed",
                                                           "scenarios_are_fixed",
                                                           "too_many_rulebooks"};
  static constexpr std::array<std::string_view, 14> kDocs{
      "",
      "a code has 1 to 32 letters, digits and marks",
      "a version has 1 to 64 bytes",
      "a rulebook has 1 to 256 scenarios",
      "initial and maintenance parts are at most 10000000 millionths, the initial part at least "
      "the maintenance part, a step at most 1000000000",
      "a grid counts for some time",
      "a grid is published after its computation",
      "scenarios have no names, or one each of at most 64 bytes",
      "the asset must exist",
      "entries have at least the asset's digits and at most 24 more",
      "what a rulebook's grids count stays",
      "the digits of a rulebook's entries stay",
      "the number of a rulebook's scenarios stays",
      "there are at most 64 rulebooks"};
};
