// SPDX-License-Identifier: Apache-2.0
//
// Declares an index of several sources, or sets the sources and bounds of one that exists.
#pragma once

#include "cofferdam/books/market/terms.h"

namespace cofferdam::market {

struct SetIndex {
  std::string code;
  std::uint8_t scale = 0;
  std::vector<PriceSource> sources;
  std::uint8_t minimum_sources = 1;
  std::uint32_t deviation_bps_max = 0;

  static constexpr std::string_view kDoc =
      "Says who observes an index, how many of them it needs and how far they may lie apart.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("code", self.code, "short unique name: letters, digits, '.', '_' and '-', at most 32");
    visit("scale", self.scale, "decimal digits of its value, 0 to 18; never changes");
    visit("sources", self.sources, "1 to 32: who observes it, each under a key of its facts");
    visit("minimum_sources", self.minimum_sources,
          "fresh sources that it needs; the venue's own book does not count");
    visit("deviation_bps_max", self.deviation_bps_max,
          "furthest that fresh sources may lie apart, in basis points of the lowest; 0: any");
  }
};

enum class SetIndexStatus : std::uint16_t {
  ok,
  code_malformed,
  scale_out_of_range,
  no_sources,
  too_many_sources,
  fact_key_malformed,
  source_named_twice,
  minimum_must_not_be_zero,
  too_few_outside_sources,
  source_not_found,
  scale_differs,
  too_many_indices,
  too_many_versions,
};

[[nodiscard]] SetIndexStatus check_shape(const SetIndex& command);
[[nodiscard]] SetIndexStatus check_state(const SetIndex& command, const TermsState& state,
                                         const fact::State& facts);
SetIndexStatus apply(const SetIndex& command, TermsState& state, ledger::Context& context);

}  // namespace cofferdam::market

template <>
struct cofferdam::base::EnumText<cofferdam::market::SetIndexStatus> {
  static constexpr std::array<std::string_view, 13> kNames{"ok",
                                                           "code_malformed",
                                                           "scale_out_of_range",
                                                           "no_sources",
                                                           "too_many_sources",
                                                           "fact_key_malformed",
                                                           "source_named_twice",
                                                           "minimum_must_not_be_zero",
                                                           "too_few_outside_sources",
                                                           "source_not_found",
                                                           "scale_differs",
                                                           "too_many_indices",
                                                           "too_many_versions"};
  static constexpr std::array<std::string_view, 13> kDocs{
      "",
      "a code is a letter followed by letters, digits, '.', '_' or '-', at most 32 in all",
      "the scale of an index is from 0 to 18",
      "an index has at least one source",
      "an index has at most 32 sources",
      "a key of facts has 1 to 64 printable bytes without blanks",
      "a source and key stand once in an index",
      "an index needs at least one source",
      "sources other than the venue's own book are at least as many as the index needs",
      "every source must exist",
      "the scale of an index never changes",
      "the books have at most 4096 indices",
      "an index is set at most 10000 times"};
};
