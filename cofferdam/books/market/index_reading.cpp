// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/market/index_reading.h"

#include "cofferdam/base/decimal.h"
#include "cofferdam/base/rounding.h"

#include <algorithm>

namespace cofferdam::market {

namespace {

using base::Rounding;

// The mean of two, rounded half to even, without their sum, which may not fit.
[[nodiscard]] i128 mean(i128 low, i128 high) {
  const i128 gap = high - low;  // both are positive
  i128 middle = low + gap / 2;
  if (gap % 2 != 0 && middle % 2 != 0) ++middle;
  return middle;
}

[[nodiscard]] bool too_far_apart(i128 low, i128 high, std::uint32_t bps_max) {
  if (bps_max == 0) return false;
  const auto bps = base::try_mul_div<Rounding::up>(high - low, i128{kBpsOne}, low);
  return !bps || *bps > bps_max;
}

// What a source says of the index, in the index's scale; nullopt when it says nothing.
[[nodiscard]] std::optional<i128> said_by(const fact::Observation& observation,
                                          const fact::State& facts, SourceId source,
                                          unsigned scale) {
  if (observation.reading != fact::Reading::fresh) return std::nullopt;
  const std::optional<i128> value =
      rescaled(observation.fact->value.value(), facts.sources.find(source)->scale, scale);
  if (!value || *value <= 0) return std::nullopt;
  return value;
}

}  // namespace

std::optional<i128> rescaled(i128 value, unsigned from, unsigned to) {
  const unsigned distance = from < to ? to - from : from - to;
  if (distance > base::kScaleMax) return std::nullopt;
  const i128 factor = static_cast<i128>(base::power_of_ten(distance));
  if (from > to) return base::try_div_round<Rounding::half_even>(value, factor);
  i128 result = 0;
  if (__builtin_mul_overflow(value, factor, &result)) return std::nullopt;
  return result;
}

IndexReading read_index(const Index& index, const fact::State& facts, Time now) {
  IndexReading reading;
  std::vector<i128> values;
  std::vector<Time> ends;  // until when each outside source stays fresh
  bool seen = false;
  for (const PriceSource& each : index.sources) {
    const fact::Observation found = fact::read_fact(facts, each.source, each.fact_key, now);
    seen = seen || found.fact != nullptr;
    if (found.fact != nullptr && !found.fact->deviating && !each.own_book)
      ends.push_back(base::try_add(found.fact->observed, facts.sources.find(each.source)->staleness)
                         .value_or(Time::max()));
    const std::optional<i128> value = said_by(found, facts, each.source, index.scale);
    if (!value) continue;
    values.push_back(*value);
    if (!each.own_book) ++reading.fresh;
  }
  std::sort(ends.begin(), ends.end(), std::greater<>());
  if (ends.size() >= index.minimum_sources) reading.fresh_until = ends[index.minimum_sources - 1U];
  if (reading.fresh < index.minimum_sources) {
    reading.standing = seen ? Standing::stale : Standing::absent;
    return reading;
  }
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  reading.value =
      Level(values.size() % 2 == 1 ? values[middle] : mean(values[middle - 1], values[middle]));
  reading.low = Level(values.front());
  reading.high = Level(values.back());
  reading.standing = too_far_apart(values.front(), values.back(), index.deviation_bps_max)
                         ? Standing::deviating
                         : Standing::fresh;
  return reading;
}

const Index* index_of(const TermsState& state, ContractId contract) {
  const Terms* terms = state.terms.find(contract);
  if (terms == nullptr || terms->index.empty()) return nullptr;
  return state.indices.find(terms->index);
}

void follow_fact(const fact::Fact& fact, const fact::State& facts, TermsState& state,
                 ledger::Context& context) {
  std::vector<IndexAverage::Key> open;
  const auto& rows = state.averages.rows();
  for (auto row = rows.lower_bound(IndexAverage::Key{fact.observed, {}, {}, {}}); row != rows.end();
       ++row) {
    const IndexAverage& average = row->second;
    const std::optional<Duration> before_end = base::try_sub(average.expiry, fact.observed);
    if (!before_end || *before_end >= average.averaging) continue;
    if (average.observations > 0 &&
        base::try_sub(fact.observed, average.last).value_or(Duration()) <
            std::max(average.observation_interval, Duration(1)))
      continue;
    open.push_back(row->first);
  }
  for (const IndexAverage::Key& key : open) {
    const Index& index = *state.indices.find(key.index);
    const bool concerns = std::ranges::any_of(index.sources, [&](const PriceSource& each) {
      return each.source == fact.source && each.fact_key == fact.fact_key;
    });
    if (!concerns) continue;
    const IndexReading reading = read_index(index, facts, context.now);
    if (reading.standing != Standing::fresh) continue;
    i128 sum = 0;
    if (__builtin_add_overflow(state.averages.find(key)->sum, reading.value.value(), &sum))
      continue;
    IndexAverage& average = state.averages.edit(context.changes, key);
    average.sum = sum;
    if (average.observations == 0) {
      average.first = fact.observed;
      average.lowest = reading.value;
      average.highest = reading.value;
    }
    average.last = fact.observed;
    average.lowest = std::min(average.lowest, reading.value);
    average.highest = std::max(average.highest, reading.value);
    ++average.observations;
  }
}

}  // namespace cofferdam::market
