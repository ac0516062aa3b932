// SPDX-License-Identifier: Apache-2.0
//
// Brings the grids of one or more contracts into force, all of them or none: what offsets in a
// portfolio was computed on one view of the market. Under safeguards (safeguards.h) what comes into
// force is what they leave of a publication; the rulebook's step bounds that.
#pragma once

#include "cofferdam/books/margin/margin.h"
#include "cofferdam/books/margin/safeguards.h"

namespace cofferdam::margin {

struct ContractGrid {
  ContractId contract;
  AddOns add_ons;
  std::vector<std::int64_t> entries;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("contract", self.contract, "the contract");
    AddOns::fields(self.add_ons, visit);
    visit("entries", self.entries, "change of value of the smallest quantity, by scenario");
  }
};

struct PublishGrid {
  RulebookId rulebook;
  std::string version;
  Time computed;
  std::vector<ContractGrid> grids;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("rulebook", self.rulebook, "the rulebook");
    visit("version", self.version, "of the rules that they were made by: the rulebook's");
    visit("computed", self.computed, "as of when their maker saw the market; 0: now");
    visit("grids", self.grids, "one for each contract");
  }
};

enum class PublishGridStatus : std::uint16_t {
  ok,
  grids_must_not_be_empty,
  too_many_grids,
  entry_out_of_range,
  add_on_out_of_range,
  contract_named_twice,
  rulebook_not_found,
  version_not_in_force,
  computed_in_the_future,
  late,
  contract_not_found,
  partial,
  older_than_last_grid,
  not_whole,
  step_out_of_bounds,
  stress_grid_missing,
};

[[nodiscard]] PublishGridStatus check_shape(const PublishGrid& command);
[[nodiscard]] PublishGridStatus check_state(const PublishGrid& command, const State& state,
                                            const market::State& market,
                                            const ledger::Context& context);
PublishGridStatus apply(const PublishGrid& command, State& state, ledger::Context& context);

// The same for books with safeguards.
[[nodiscard]] PublishGridStatus check_state(const PublishGrid& command, const State& state,
                                            const SafeguardState& safeguards,
                                            const market::State& market,
                                            const ledger::Context& context);
PublishGridStatus apply(const PublishGrid& command, State& state, SafeguardState& safeguards,
                        ledger::Context& context);

}  // namespace cofferdam::margin

template <>
struct cofferdam::base::EnumText<cofferdam::margin::PublishGridStatus> {
  static constexpr std::array<std::string_view, 16> kNames{"ok",
                                                           "grids_must_not_be_empty",
                                                           "too_many_grids",
                                                           "entry_out_of_range",
                                                           "add_on_out_of_range",
                                                           "contract_named_twice",
                                                           "rulebook_not_found",
                                                           "version_not_in_force",
                                                           "computed_in_the_future",
                                                           "late",
                                                           "contract_not_found",
                                                           "partial",
                                                           "older_than_last_grid",
                                                           "not_whole",
                                                           "step_out_of_bounds",
                                                           "stress_grid_missing"};
  static constexpr std::array<std::string_view, 16> kDocs{
      "",
      "a publication has at least one grid",
      "a publication has at most 4096 grids",
      "an entry is less than 2^53 either way",
      "an add-on is at least 0 and less than 2^53",
      "a publication names a contract once",
      "the rulebook must exist",
      "grids are made by the rulebook's version in force",
      "a grid is not computed after its publication",
      "a grid is published within the rulebook's time after its computation",
      "the contract must exist",
      "a grid has an entry for every scenario of the rulebook",
      "a grid is not computed before the one it replaces",
      "a publication of this rulebook covers every contract with open interest that has a grid",
      "no entry steps further from the last version than the rulebook allows",
      "a weight or floor of stressed scenarios needs the stressed grid of every contract named"};
};
