// SPDX-License-Identifier: Apache-2.0
//
// Records what was observed.
#pragma once

#include "cofferdam/books/fact/fact.h"

namespace cofferdam::fact {

struct RecordFact {
  SourceId source;
  std::string fact_key;
  Value value;
  std::uint8_t scale = 0;
  Time observed;
  bool accept_deviation = false;
  std::string document;

  static constexpr std::string_view kDoc = "Records the latest value of a source and key.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("source", self.source, "who has observed it");
    visit("fact_key", self.fact_key, "of what, 1 to 64 bytes without blanks");
    visit("value", self.value, "the integer at the scale given");
    visit("scale", self.scale, "decimal digits of the value; must be the source's");
    visit("observed", self.observed, "when it was observed");
    visit("accept_deviation", self.accept_deviation,
          "keep a value beyond the source's bound, marked as deviating");
    visit("document", self.document, "SHA-256 of the evidence in hex; empty for none");
  }
};

enum class RecordFactStatus : std::uint16_t {
  ok,
  key_malformed,
  document_malformed,
  source_not_found,
  not_the_reporter,
  scale_differs,
  observed_in_the_future,
  older_than_the_last,
  deviates_too_far,
};

[[nodiscard]] RecordFactStatus check_shape(const RecordFact& command);
[[nodiscard]] RecordFactStatus check_state(const RecordFact& command, const State& state,
                                           const Context& context);
RecordFactStatus apply(const RecordFact& command, State& state, Context& context);

// Whether the step between two values is beyond the bound; from zero every step is.
[[nodiscard]] bool deviates(Value last, Value next, std::uint32_t bps_max);

}  // namespace cofferdam::fact

template <>
struct cofferdam::base::EnumText<cofferdam::fact::RecordFactStatus> {
  static constexpr std::array<std::string_view, 9> kNames{"ok",
                                                          "key_malformed",
                                                          "document_malformed",
                                                          "source_not_found",
                                                          "not_the_reporter",
                                                          "scale_differs",
                                                          "observed_in_the_future",
                                                          "older_than_the_last",
                                                          "deviates_too_far"};
  static constexpr std::array<std::string_view, 9> kDocs{
      "",
      "a key has 1 to 64 printable ASCII bytes, no blanks",
      "a document is named by its SHA-256, 64 lower-case hexadecimal digits, or not at all",
      "the source must exist",
      "the source has a reporter, who alone records its facts",
      "the value comes in the source's scale",
      "an observation is at most 5 seconds ahead of the books",
      "observations of a key go forward in time",
      "a step stays within the source's bound unless the deviation is accepted"};
};
