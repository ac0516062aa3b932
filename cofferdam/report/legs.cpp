// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/report/legs.h"

#include <algorithm>
#include <map>
#include <utility>

namespace cofferdam::report {

namespace {

enum class Walls : std::uint8_t { obeyed, crossed };

void pair_up(std::vector<OpenPosting>& open, Walls walls, std::vector<Leg>& legs) {
  const auto group = [&](const OpenPosting& posting) {
    return std::pair(posting.asset, walls == Walls::obeyed ? posting.pool : std::size_t{0});
  };
  // Where the next credit of a group is looked for: behind those that are used up.
  std::map<std::pair<std::size_t, std::size_t>, std::size_t> next;
  for (std::size_t debit = 0; debit < open.size(); ++debit) {
    if (open[debit].units <= 0) continue;
    std::size_t& credit = next[group(open[debit])];
    while (open[debit].units > 0) {
      while (credit < open.size() &&
             (open[credit].units >= 0 || group(open[credit]) != group(open[debit])))
        ++credit;
      if (credit == open.size()) break;
      const base::i128 units = std::min(open[debit].units, -open[credit].units);
      open[debit].units -= units;
      open[credit].units += units;
      if (open[debit].account != open[credit].account)
        legs.push_back({debit, credit, static_cast<base::u128>(units)});
    }
  }
}

}  // namespace

std::vector<Leg> legs_of(std::vector<OpenPosting> postings) {
  std::vector<Leg> legs;
  pair_up(postings, Walls::obeyed, legs);
  pair_up(postings, Walls::crossed, legs);
  return legs;
}

}  // namespace cofferdam::report
