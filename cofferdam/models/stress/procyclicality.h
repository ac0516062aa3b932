// SPDX-License-Identifier: Apache-2.0
//
// Margin over time from past moves, with and without the tools against procyclicality, judged on
// what came after. At each step t, from moves before t only:
//
//   base      quantile of the last `look_back` absolute moves, or z x EWMA deviation,
//             x sqrt(horizon)
//   floor     at least the same quantile over all moves of the last `long_look_back` steps
//   stressed  at least (1 - w) base + w x the largest base so far
//   buffer    (1 + b) x base while that is below (1 + b) x its own long mean, else that mean, and
//             never below base: the buffer is given up as margins rise
//   all       the largest of the three
//
// (Regulation (EU) 153/2013, article 28: a buffer of at least 25 % that may be exhausted, at least
// 25 % weight to stressed observations, a floor by a ten-year look-back). What held is counted
// against the sum of the next `horizon` moves, either way. Steps before `judged_from` calibrate,
// steps from it on are reported apart, so that nothing is judged on what it was chosen by.
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/base/fields.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cofferdam::stress {

enum class MarginEstimate : std::uint8_t { historical, ewma };

struct ProcyclicalityInput {
  std::vector<double> moves;
  MarginEstimate estimate = MarginEstimate::historical;
  double confidence = 0.995;
  std::uint32_t horizon = 1;
  std::uint32_t look_back = 250;
  std::uint32_t long_look_back = 2'500;
  double decay = 0.94;
  double buffer = 0.25;
  double stress_weight = 0.25;
  std::uint32_t judged_from = 0;
  std::uint32_t call_steps = 5;

  static constexpr std::array<std::string_view, 1> kRequired{"moves"};
  static constexpr std::string_view kDoc =
      "Margin over time with and without tools against procyclicality: did it hold, peak to "
      "trough, "
      "five-day call.";
  static constexpr std::string_view kSource =
      "Regulation (EU) 153/2013, article 28; Murphy, Vasios and Vause, An investigation into the "
      "procyclicality of risk-based initial margin models, Bank of England 2014 (peak to trough, "
      "n-day call)";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("moves", self.moves, "relative moves of the price, oldest first, to 1,000,000");
    visit("estimate", self.estimate, "historical: a quantile; ewma: z x deviation");
    visit("confidence", self.confidence, "of the margin, above 0.5 and below 1");
    visit("horizon", self.horizon, "steps to close out, 1 to 1,000");
    visit("look_back", self.look_back, "steps, 20 to 10,000; margins begin after so many");
    visit("long_look_back", self.long_look_back, "steps, at least look_back, to 50,000");
    visit("decay", self.decay, "ewma: weight of the past, 0.5 to 0.9999");
    visit("buffer", self.buffer, "0 to 1");
    visit("stress_weight", self.stress_weight, "0 to 1");
    visit("judged_from", self.judged_from,
          "index of the first move that is reported as later; 0: half of them");
    visit("call_steps", self.call_steps, "of the largest call, such as five days");
  }
};

struct MarginTool {
  std::string tool;
  double mean = 0;
  double peak = 0;
  double trough = 0;
  double peak_to_trough = 0;
  double call_max = 0;
  std::uint64_t earlier = 0;
  std::uint64_t earlier_exceeded = 0;
  double earlier_coverage = 0;
  std::uint64_t later = 0;
  std::uint64_t later_exceeded = 0;
  double later_coverage = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("tool", self.tool, "none, floor, stressed, buffer or all");
    visit("mean", self.mean, "margin, as part of the price");
    visit("peak", self.peak, "largest");
    visit("trough", self.trough, "smallest");
    visit("peak_to_trough", self.peak_to_trough, "one by the other");
    visit("call_max", self.call_max,
          "largest rise from a step to the one call_steps later, as part of the price");
    visit("earlier", self.earlier, "steps before judged_from");
    visit("earlier_exceeded", self.earlier_exceeded, "of them");
    visit("earlier_coverage", self.earlier_coverage, "part that held");
    visit("later", self.later, "steps from it on");
    visit("later_exceeded", self.later_exceeded, "of them");
    visit("later_coverage", self.later_coverage, "part that held");
  }
};

struct ProcyclicalityOutput {
  std::vector<MarginTool> tools;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("tools", self.tools, "none, floor, stressed, buffer, all");
  }
};

[[nodiscard]] base::Result<ProcyclicalityOutput> procyclicality(const ProcyclicalityInput& input);

}  // namespace cofferdam::stress

template <>
struct cofferdam::base::EnumText<cofferdam::stress::MarginEstimate> {
  static constexpr std::array<std::string_view, 2> kNames{"historical", "ewma"};
};
