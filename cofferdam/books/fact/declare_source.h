// SPDX-License-Identifier: Apache-2.0
//
// Declares who observes, how long an observation stays fresh and how far it may step.
#pragma once

#include "cofferdam/books/fact/fact.h"

namespace cofferdam::fact {

struct DeclareSource {
  std::string code;
  std::string description;
  Duration staleness;
  std::uint32_t deviation_bps_max = 0;
  std::uint8_t scale = 0;
  PrincipalId reporter;

  static constexpr std::string_view kDoc = "Declares a source of facts and its bounds.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("code", self.code, "short unique name: letters, digits, '.', '_' and '-', at most 32");
    visit("description", self.description, "in words, at most 1024 bytes");
    visit("staleness", self.staleness, "older than this, a fact is stale");
    visit("deviation_bps_max", self.deviation_bps_max,
          "furthest step from the last value, in basis points of it; 0: not bounded");
    visit("scale", self.scale, "decimal digits of its values, 0 to 38");
    visit("reporter", self.reporter, "who alone may record; none: whoever may record facts");
  }
};

enum class DeclareSourceStatus : std::uint16_t {
  ok,
  code_malformed,
  description_too_long,
  staleness_must_be_positive,
  scale_out_of_range,
  exists,
  reporter_not_found,
};

[[nodiscard]] DeclareSourceStatus check_shape(const DeclareSource& command);
[[nodiscard]] DeclareSourceStatus check_state(const DeclareSource& command, const State& state,
                                              const principal::State& principals);
DeclareSourceStatus apply(const DeclareSource& command, State& state, Context& context);

}  // namespace cofferdam::fact

template <>
struct cofferdam::base::EnumText<cofferdam::fact::DeclareSourceStatus> {
  static constexpr std::array<std::string_view, 7> kNames{"ok",
                                                          "code_malformed",
                                                          "description_too_long",
                                                          "staleness_must_be_positive",
                                                          "scale_out_of_range",
                                                          "exists",
                                                          "reporter_not_found"};
  static constexpr std::array<std::string_view, 7> kDocs{
      "",
      "a code is a letter followed by letters, digits, '.', '_' or '-', at most 32 in all",
      "a description has at most 1024 bytes",
      "a fact stays fresh for more than no time",
      "the scale is from 0 to 38",
      "a source with this code exists",
      "the reporter is a principal"};
};
