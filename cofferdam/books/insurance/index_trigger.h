// SPDX-License-Identifier: Apache-2.0
//
// Triggers that read an index of several sources instead of one fact: whoever holds one source, or
// fewer than half of them, decides no claim.
//
// The value is that of the index (market/index_reading.h): the median of the sources that are fresh
// and within their own bounds, where enough of them are there and they do not lie too far apart.
// Only observations from the incident on count. What the trigger asks of the index, how many
// sources at least and how far apart at most, is its own and frozen with it: an index whose bounds
// are widened, or that is left with fewer sources, decides nothing for a cover bound before.
//
// A trigger is never changed: setting it again makes a version for the covers that are bound
// afterwards, one with a payout of 0 ends it for them. A cover has the triggers that stood before
// it was bound. A code that its claim rules have as well means those.
#pragma once

#include "cofferdam/books/insurance/claim_filing.h"
#include "cofferdam/books/market/index_reading.h"

namespace cofferdam::insurance {

inline constexpr std::size_t kIndexTriggersMax = 4'096;  // versions, of a pool

struct IndexTrigger {
  struct Key {
    PoolId pool;
    std::string code;
    std::uint32_t version = 0;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  PoolId pool;
  std::string code;
  std::uint32_t version = 0;
  Peril peril = Peril::extreme_volatility;
  std::string index;
  pool::FactComparison comparison = pool::FactComparison::at_least;
  std::uint8_t scale = 0;
  Amount value;
  std::uint8_t minimum_sources = 2;
  std::uint32_t deviation_bps_max = 0;
  std::uint32_t payout_ppm = 0;
  Time set;

  [[nodiscard]] Key key() const { return {pool, code, version}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the insurance pool");
    visit("code", self.code, "short name, unique in the pool");
    visit("version", self.version, "counted from 1");
    visit("peril", self.peril, "of the covers that it decides");
    visit("index", self.index, "code of the index that it reads");
    visit("comparison", self.comparison, "of the index with the value");
    visit("scale", self.scale, "fraction digits of the value, those of the index");
    visit("value", self.value, "what the index is compared with");
    visit("minimum_sources", self.minimum_sources, "fresh outside sources that it takes");
    visit("deviation_bps_max", self.deviation_bps_max,
          "furthest that they may lie apart, in basis points of the lowest");
    visit("payout_ppm", self.payout_ppm, "agreed loss, in millionths of the limit; 0: ended");
    visit("set", self.set, "for covers that are bound later");
  }
};

struct TriggerState {
  base::OrderedTable<IndexTrigger> triggers;

  template <class Self, class F>
  static void tables(Self& self, F&& f) {
    f(self.triggers);
  }
};

struct SetIndexTrigger {
  PoolId pool;
  std::string code;
  Peril peril = Peril::extreme_volatility;
  std::string index;
  pool::FactComparison comparison = pool::FactComparison::at_least;
  std::uint8_t scale = 0;
  Amount value;
  std::uint8_t minimum_sources = 2;
  std::uint32_t deviation_bps_max = 0;
  std::uint32_t payout_ppm = 0;

  static constexpr std::string_view kDoc =
      "Sets a trigger of claims on an index of several sources, for covers that are bound later.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the insurance pool");
    visit("code", self.code, "short name, unique in the pool");
    visit("peril", self.peril, "of the covers that it decides");
    visit("index", self.index, "code of the index that it reads");
    visit("comparison", self.comparison, "of the index with the value");
    visit("scale", self.scale, "fraction digits of the value, those of the index");
    visit("value", self.value, "what the index is compared with");
    visit("minimum_sources", self.minimum_sources, "fresh outside sources that it takes, from 2");
    visit("deviation_bps_max", self.deviation_bps_max,
          "furthest that they may lie apart, in basis points of the lowest, above 0");
    visit("payout_ppm", self.payout_ppm,
          "agreed loss, in millionths of the limit; 0: no later cover has it");
  }
};

enum class IndexTriggerStatus : std::uint16_t {
  ok,
  code_malformed,
  payout_out_of_range,
  minimum_below_two,
  deviation_must_be_bounded,
  not_an_insurance_pool,
  index_not_found,
  scale_differs,
  index_asks_for_fewer,
  index_too_wide,
  too_many_versions,
};

[[nodiscard]] IndexTriggerStatus check_shape(const SetIndexTrigger& command);
[[nodiscard]] IndexTriggerStatus check_state(const SetIndexTrigger& command,
                                             const TriggerState& triggers, const State& state,
                                             const market::TermsState& terms);
IndexTriggerStatus apply(const SetIndexTrigger& command, TriggerState& triggers, Context& context);

// The version that stood before the cover was bound; null where there was none, or it had ended.
[[nodiscard]] const IndexTrigger* trigger_for(const TriggerState& triggers, const Cover& cover,
                                              std::string_view code);

// The index as a trigger reads it: observations from `since` on, under the trigger's own bounds.
[[nodiscard]] market::IndexReading read_for(const IndexTrigger& trigger,
                                            const market::TermsState& terms,
                                            const fact::State& facts, Time since, Time now);

// claim.trigger with the triggers of both kinds.
[[nodiscard]] ClaimFilingStatus check_state(const TriggerClaim& command, const ClaimsState& claims,
                                            const State& state, const ledger::State& ledger,
                                            const fact::State& facts, const TriggerState& triggers,
                                            const market::TermsState& terms);
ClaimFilingStatus apply(const TriggerClaim& command, ClaimsState& claims, State& state,
                        ledger::State& ledger, const fact::State& facts,
                        const TriggerState& triggers, const market::TermsState& terms,
                        Context& context);

// The law: a version of a trigger is never changed.
[[nodiscard]] std::optional<std::string> check_triggers_stand(const TriggerState& triggers);

}  // namespace cofferdam::insurance

template <>
struct cofferdam::base::EnumText<cofferdam::insurance::IndexTriggerStatus> {
  static constexpr std::array<std::string_view, 11> kNames{"ok",
                                                           "code_malformed",
                                                           "payout_out_of_range",
                                                           "minimum_below_two",
                                                           "deviation_must_be_bounded",
                                                           "not_an_insurance_pool",
                                                           "index_not_found",
                                                           "scale_differs",
                                                           "index_asks_for_fewer",
                                                           "index_too_wide",
                                                           "too_many_versions"};
  static constexpr std::array<std::string_view, 11> kDocs{
      "",
      "a code is a letter followed by letters, digits, '.', '_' or '-', at most 32 in all",
      "a payout is at most 1,000,000 millionths",
      "one source is no index: a trigger takes at least two",
      "a trigger says how far its sources may lie apart",
      "the pool must be an insurance pool",
      "the index must exist",
      "the value is in the scale of the index",
      "the index itself asks for at least as many sources",
      "the index itself keeps its sources at least as close together",
      "a pool has at most 4,096 versions of such triggers"};
};
