// SPDX-License-Identifier: Apache-2.0
//
// Whether an insurance pool survives: a back-test of its rules on losses that happened, and the
// solvency report of a book as it stands. The distributions come from models/actuarial, the rules
// of other systems from books/insurance; this room puts capital, premiums and losses side by side.
//
// Words. A *cover* is a promise to one insured organisation for one quarter: it pays of each loss
// what exceeds its deductible, up to its limit. An *incident* is a loss that happened to somebody.
// A *rule* prices covers and says how many of them a pool may sell. *Own funds* are assets less
// what is owed on losses that happened. The *requirement* is what a measure of the next year's
// losses asks the own funds to be. *Ruin* is own funds below zero: what is owed is then cut pro
// rata, the cut is counted, and the pool sells nothing more.
//
// Laws. Before a quarter begins a rule sees only what was known then. Money is whole cents;
// estimates become money by a stated rounding, against the buyer in a premium. Every draw is a
// function of the seed and of names, so that a run can be repeated and a part of it looked at
// alone. Nothing here enters the books: a result is a figure about them.
//
// This file: a book of covers that is made from a seed, and which of them an incident hits.
#pragma once

#include "cofferdam/base/int128.h"
#include "cofferdam/base/time.h"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cofferdam::solvency {

using base::i128;

inline constexpr unsigned kCents = 2;          // fraction digits of money
inline constexpr i128 kMillion = 100'000'000;  // in cents

enum class Segment : std::uint8_t { exchange, protocol };
inline constexpr std::array<std::string_view, 2> kSegmentNames{"exchange", "protocol"};

struct Incident {
  base::Date date;
  std::string name;
  Segment segment = Segment::protocol;
  i128 loss = 0;  // cents
};

struct BookTerms {
  std::uint64_t seed = 1;
  std::uint32_t exchanges = 12;   // covers of exchanges and custodians
  std::uint32_t protocols = 108;  // covers of protocols, bridges and chains
  double participation = 0.1;     // the part of all organisations that ask this pool for cover
  i128 deductible = kMillion / 4;
  double least_rate =
      0.02;                // what buyers pay at most in a year, as part of the limit: drawn evenly
  double most_rate = 0.2;  // on a logarithmic scale between these two
};

struct Cover {
  std::string name;
  Segment segment = Segment::protocol;
  i128 limit = 0;
  double most_rate = 0;  // the buyer pays no more than this in a year
};

// Limits by segment; a cover takes one of them by the seed.
inline constexpr std::array<i128, 4> kExchangeLimits{5 * kMillion, 10 * kMillion, 15 * kMillion,
                                                     20 * kMillion};
inline constexpr std::array<i128, 4> kProtocolLimits{kMillion, 2 * kMillion, 5 * kMillion,
                                                     10 * kMillion};

[[nodiscard]] constexpr std::span<const i128> limits_of(Segment segment) {
  return segment == Segment::exchange ? std::span<const i128>(kExchangeLimits)
                                      : std::span<const i128>(kProtocolLimits);
}

// In the order in which buyers come, which the seed gives.
[[nodiscard]] std::vector<Cover> make_book(const BookTerms& terms);

// The cover that an incident hits: none, or one of its segment, by the seed and the victim's name
// alone, so that a victim that is hit again hits the same cover. Size and date play no part.
[[nodiscard]] std::optional<std::size_t> cover_hit(const std::vector<Cover>& book,
                                                   const BookTerms& terms,
                                                   const Incident& incident);

// min(limit, (loss - deductible)+).
[[nodiscard]] i128 payout(const Cover& cover, i128 deductible, i128 loss);

}  // namespace cofferdam::solvency
