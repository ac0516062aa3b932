// SPDX-License-Identifier: Apache-2.0
//
// The value of an index now: the median of the facts of its sources that are fresh. Between the two
// middle ones of an even number it is their mean, rounded half to even. A source whose fact is
// stale, deviating, missing or not positive says nothing. Facts of another scale are rounded half
// to even to that of the index.
#pragma once

#include "cofferdam/books/market/terms.h"

#include <optional>

namespace cofferdam::market {

enum class Standing : std::uint8_t { fresh, stale, deviating, absent };

struct IndexReading {
  Standing standing = Standing::absent;
  Level value;             // zero when absent or stale
  Level low;               // of the fresh sources
  Level high;              // of the fresh sources
  std::uint8_t fresh = 0;  // fresh sources that are not the venue's own book
  Time fresh_until;        // when the minimum is no longer met; zero when it never was
};

// absent: no source ever observed it; stale: fewer fresh sources than the minimum, the venue's own
// book not counted; deviating: the fresh sources lie too far apart.
[[nodiscard]] IndexReading read_index(const Index& index, const fact::State& facts, Time now);

// nullptr when the contract has no terms or these name no index.
[[nodiscard]] const Index* index_of(const TermsState& state, ContractId contract);

// A level in another scale, rounded half to even; nullopt when it does not fit.
[[nodiscard]] std::optional<i128> rescaled(i128 value, unsigned from, unsigned to);

// Adds the index to the averages whose window holds this observation. To be called after a fact of
// this source and key was recorded.
void follow_fact(const fact::Fact& fact, const fact::State& facts, TermsState& state,
                 ledger::Context& context);

}  // namespace cofferdam::market

template <>
struct cofferdam::base::EnumText<cofferdam::market::Standing> {
  static constexpr std::array<std::string_view, 4> kNames{"fresh", "stale", "deviating", "absent"};
};
