// SPDX-License-Identifier: Apache-2.0
//
// Says how the grids of a rulebook may move, and publishes the stressed grids that they are held
// against.
#pragma once

#include "cofferdam/books/margin/safeguards.h"

namespace cofferdam::margin {

struct SetProcyclicality {
  RulebookId rulebook;
  std::uint32_t buffer_ppm = 0;
  std::uint32_t rebuild_ppm = 0;
  std::uint32_t stress_weight_ppm = 0;
  bool floor = false;
  std::uint32_t loosen_ppm = 0;
  Duration period;
  Duration notice;

  static constexpr std::string_view kDoc =
      "Says how far the grids of a rulebook may come down, how soon, and what they never go below.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("rulebook", self.rulebook, "the rulebook");
    visit("buffer_ppm", self.buffer_ppm,
          "asked on top of the calculated grid, and used up while that rises");
    visit("rebuild_ppm", self.rebuild_ppm,
          "most that the buffer grows again in a period, of the whole; 0: it is never used up");
    visit("stress_weight_ppm", self.stress_weight_ppm,
          "weight of the stressed grid in the calculated one");
    visit("floor", self.floor,
          "whether the stressed scenarios stand beside the published ones: the rulebook then has "
          "twice as many scenarios as a publication");
    visit("loosen_ppm", self.loosen_ppm,
          "most that an entry comes down in a period, of what it was; 0: any");
    visit("period", self.period, "least time between two steps; 0: every publication is one");
    visit("notice", self.notice, "how long after a rise nothing comes down");
  }
};

enum class SetProcyclicalityStatus : std::uint16_t {
  ok,
  part_out_of_range,
  duration_negative,
  rulebook_not_found,
  floor_needs_even_scenarios,
  floor_is_fixed,
  notice_would_be_shorter,
};

struct StressEntries {
  ContractId contract;
  std::vector<std::int64_t> entries;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("contract", self.contract, "the contract");
    visit("entries", self.entries, "change of value of the smallest quantity, by scenario");
  }
};

struct PublishStressGrid {
  RulebookId rulebook;
  std::string origin;
  std::vector<StressEntries> grids;

  static constexpr std::string_view kDoc =
      "Publishes the grids of a period of stress, or of a long look-back.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("rulebook", self.rulebook, "the rulebook");
    visit("origin", self.origin, "the period or look-back that they were made from, 1 to 64 bytes");
    visit("grids", self.grids, "one for each contract");
  }
};

enum class PublishStressGridStatus : std::uint16_t {
  ok,
  origin_malformed,
  grids_must_not_be_empty,
  too_many_grids,
  entry_out_of_range,
  contract_named_twice,
  rulebook_not_found,
  procyclicality_not_set,
  contract_not_found,
  partial,
};

// How many entries a publication of the rulebook has.
[[nodiscard]] std::size_t published_scenarios(const Rulebook& rulebook,
                                              const Procyclicality* setting);

[[nodiscard]] SetProcyclicalityStatus check_shape(const SetProcyclicality& command);
[[nodiscard]] SetProcyclicalityStatus check_state(const SetProcyclicality& command,
                                                  const SafeguardState& safeguards,
                                                  const State& state);
SetProcyclicalityStatus apply(const SetProcyclicality& command, SafeguardState& safeguards,
                              ledger::Context& context);

[[nodiscard]] PublishStressGridStatus check_shape(const PublishStressGrid& command);
[[nodiscard]] PublishStressGridStatus check_state(const PublishStressGrid& command,
                                                  const SafeguardState& safeguards,
                                                  const State& state, const market::State& market);
PublishStressGridStatus apply(const PublishStressGrid& command, SafeguardState& safeguards,
                              ledger::Context& context);

}  // namespace cofferdam::margin

template <>
struct cofferdam::base::EnumText<cofferdam::margin::SetProcyclicalityStatus> {
  static constexpr std::array<std::string_view, 7> kNames{"ok",
                                                          "part_out_of_range",
                                                          "duration_negative",
                                                          "rulebook_not_found",
                                                          "floor_needs_even_scenarios",
                                                          "floor_is_fixed",
                                                          "notice_would_be_shorter"};
  static constexpr std::array<std::string_view, 7> kDocs{
      "",
      "the buffer is at most 10000000 millionths; weight, rebuild and step at most 1000000",
      "a period and a notice are some time, or none",
      "the rulebook must exist",
      "with a floor a rulebook has an even number of scenarios, the second half the stressed ones",
      "whether a rulebook has a floor is said before its first grid",
      "the notice of a rulebook is never made shorter"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::margin::PublishStressGridStatus> {
  static constexpr std::array<std::string_view, 10> kNames{"ok",
                                                           "origin_malformed",
                                                           "grids_must_not_be_empty",
                                                           "too_many_grids",
                                                           "entry_out_of_range",
                                                           "contract_named_twice",
                                                           "rulebook_not_found",
                                                           "procyclicality_not_set",
                                                           "contract_not_found",
                                                           "partial"};
  static constexpr std::array<std::string_view, 10> kDocs{
      "",
      "the origin of stressed grids is said in 1 to 64 bytes",
      "a publication has at least one grid",
      "a publication has at most 4096 grids",
      "an entry is less than 2^53 either way",
      "a publication names a contract once",
      "the rulebook must exist",
      "it must be said first how the grids of the rulebook may move",
      "the contract must exist",
      "a stressed grid has an entry for every scenario that a publication has"};
};
