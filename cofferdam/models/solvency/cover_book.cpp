// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/solvency/cover_book.h"

#include "cofferdam/models/actuarial/simulate.h"

#include <algorithm>
#include <cmath>

namespace cofferdam::solvency {
namespace {

using actuarial::Draws;

// Lines of draws: what they are for.
constexpr std::uint64_t kForCovers = 1;
constexpr std::uint64_t kForOrder = 2;
constexpr std::uint64_t kForVictims = 3;

// FNV-1a, 64 bits.
std::uint64_t number_of(std::string_view name) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : name) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3U;
  }
  return hash;
}

std::size_t place_in(double uniform, std::size_t count) {
  return std::min(count - 1, static_cast<std::size_t>(uniform * static_cast<double>(count)));
}

}  // namespace

std::vector<Cover> make_book(const BookTerms& terms) {
  std::vector<Cover> book;
  const std::array<std::uint32_t, 2> counts{terms.exchanges, terms.protocols};
  for (const Segment segment : {Segment::exchange, Segment::protocol}) {
    const auto s = static_cast<std::size_t>(segment);
    for (std::uint32_t i = 0; i < counts[s]; ++i) {
      Draws draws(terms.seed, kForCovers, s * 1'000'000 + i);
      const std::span<const i128> limits = limits_of(segment);
      const i128 limit = limits[place_in(draws.uniform(), limits.size())];
      const double rate =
          terms.least_rate * std::pow(terms.most_rate / terms.least_rate, draws.uniform());
      book.push_back({.name = std::string(kSegmentNames[s]) + "-" + std::to_string(i + 1),
                      .segment = segment,
                      .limit = limit,
                      .most_rate = rate});
    }
  }
  Draws draws(terms.seed, kForOrder, 0);
  for (std::size_t i = book.size(); i > 1; --i)
    std::swap(book[i - 1], book[place_in(draws.uniform(), i)]);
  return book;
}

std::optional<std::size_t> cover_hit(const std::vector<Cover>& book, const BookTerms& terms,
                                     const Incident& incident) {
  Draws draws(terms.seed, kForVictims, number_of(incident.name));
  if (draws.uniform() >= terms.participation) return std::nullopt;
  std::vector<std::size_t> of_segment;
  for (std::size_t i = 0; i < book.size(); ++i)
    if (book[i].segment == incident.segment) of_segment.push_back(i);
  if (of_segment.empty()) return std::nullopt;
  return of_segment[place_in(draws.uniform(), of_segment.size())];
}

i128 payout(const Cover& cover, i128 deductible, i128 loss) {
  return std::clamp<i128>(loss - deductible, 0, cover.limit);
}

}  // namespace cofferdam::solvency
