// SPDX-License-Identifier: Apache-2.0
//
// Facts: what was observed outside the books and recorded in them.
//
// Its words. A *source* is who observes: a price feed, a bank's statement, a model's coverage
// ratio. A *fact* is one value under a source and a key, with the time of the observation. A
// *reading* is a fact as it looks now: fresh, stale, deviating or missing.
//
// Its laws. A fact enters by a command and so has a place in the journal. A source's observations
// of a key go forward in time. A value further from the last one than the source's bound is
// refused, or, when the reporter insists, kept as deviating until a later value stands within the
// bound of it; nothing that is not fresh may decide anything.
//
// What it must not know: what the facts mean, who uses them, the clock.
#pragma once

#include "cofferdam/base/number.h"
#include "cofferdam/books/ledger/names.h"
#include "cofferdam/books/principal/principal.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace cofferdam::fact {

using base::Duration;
using base::PrincipalId;
using base::SourceId;
using base::Time;
using ledger::Context;

// A value in its source's scale.
using Value = base::Number<struct FactTag>;

inline constexpr std::size_t kCodeMax = 32;
inline constexpr std::size_t kFactKeyMax = 64;
inline constexpr std::uint8_t kScaleMax = 38;
inline constexpr std::uint32_t kBpsOne = 10'000;
// Clocks of feeds and ours differ; an observation further ahead than this is no observation.
inline constexpr Duration kFutureTolerance = base::kSecond * 5;

struct Source {
  using Key = SourceId;
  SourceId id;
  std::string code;
  std::string description;
  Duration staleness;
  std::uint32_t deviation_bps_max = 0;
  std::uint8_t scale = 0;
  PrincipalId reporter;
  Time created;

  [[nodiscard]] Key key() const { return id; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("id", self.id, "number of the source");
    visit("code", self.code, "short unique name");
    visit("description", self.description, "in words");
    visit("staleness", self.staleness, "older than this, a fact is stale");
    visit("deviation_bps_max", self.deviation_bps_max,
          "furthest step from the last value, in basis points of it; 0: not bounded");
    visit("scale", self.scale, "decimal digits of its values");
    visit("reporter", self.reporter, "who alone may record; none: whoever may record facts");
    visit("created", self.created, "when it was declared");
  }
};

// The latest value of a source and key.
struct Fact {
  struct Key {
    SourceId source;
    std::string fact_key;
    friend bool operator==(const Key&, const Key&) = default;
  };

  SourceId source;
  std::string fact_key;
  Value value;
  Time observed;
  Time recorded;
  base::Sequence sequence = 0;
  bool deviating = false;
  std::string document;

  [[nodiscard]] Key key() const { return {source, fact_key}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("source", self.source, "who has observed it");
    visit("fact_key", self.fact_key, "of what: 'BTC-PERP', 'coverage/client-1'");
    visit("value", self.value, "in the source's scale");
    visit("observed", self.observed, "when it was observed");
    visit("recorded", self.recorded, "when it was recorded");
    visit("sequence", self.sequence, "the journal record that brought it");
    visit("deviating", self.deviating, "beyond the bound, kept because the reporter insisted");
    visit("document", self.document, "SHA-256 of the evidence in hex; empty for none");
  }
};

// Fowler, Noll and Vo's hash (FNV-1a, 64 bits) of the text, mixed with the source.
[[nodiscard]] constexpr std::uint64_t hash_key(const Fact::Key& key) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : key.fact_key) {
    hash ^= static_cast<std::uint8_t>(c);
    hash *= 0x100000001b3ULL;
  }
  return base::hash_key(base::make_u128(key.source.value(), hash));
}

struct State {
  base::Table<Source> sources;
  ledger::NameIndex<SourceId> names;
  base::Table<Fact> facts;

  template <class Self, class F>
  static void tables(Self& self, F&& f) {
    f(self.sources);
    f(self.names);
    f(self.facts);
  }
};

[[nodiscard]] const Source* find_source(const State& state, std::string_view code);

enum class Reading : std::uint8_t { fresh, stale, deviating, missing };

struct Observation {
  Reading reading = Reading::missing;
  const Fact* fact = nullptr;  // null when missing
};

// The latest fact as it looks at `now`: missing, else stale, else deviating, else fresh.
[[nodiscard]] Observation read_fact(const State& state, SourceId source, std::string_view fact_key,
                                    Time now);

}  // namespace cofferdam::fact

template <>
struct cofferdam::base::EnumText<cofferdam::fact::Reading> {
  static constexpr std::array<std::string_view, 4> kNames{"fresh", "stale", "deviating", "missing"};
};
