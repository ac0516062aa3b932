// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/default_management/split.h"

#include "cofferdam/base/allocate.h"
#include "cofferdam/base/check.h"

#include <algorithm>
#include <numeric>

namespace cofferdam::default_management {

using base::u128;

Split split_by_weight(u128 total, std::span<const u128> weights, std::span<const u128> caps) {
  COFFERDAM_CHECK(weights.size() == caps.size(), "one cap for each weight");
  Split split{std::vector<u128>(weights.size(), 0), total};
  std::vector<u128> open(weights.begin(), weights.end());
  for (std::size_t i = 0; i < open.size(); ++i)
    if (caps[i] == 0) open[i] = 0;
  // Every round but the last fills at least one, so there are at most as many rounds as parts.
  while (split.left > 0) {
    const base::Result<std::vector<u128>> parts = base::allocate(split.left, open);
    if (!parts) break;  // nobody is left
    bool filled = false;
    for (std::size_t i = 0; i < open.size(); ++i) {
      const u128 room = caps[i] - split.parts[i];
      if (open[i] == 0 || (*parts)[i] < room) continue;
      split.parts[i] = caps[i];
      split.left -= room;
      open[i] = 0;
      filled = true;
    }
    if (filled) continue;
    for (std::size_t i = 0; i < open.size(); ++i) split.parts[i] += (*parts)[i];
    split.left = 0;
  }
  return split;
}

std::vector<Integer> round_parts(std::span<const u128> sizes, const Ratio& each) {
  std::vector<Integer> parts(sizes.size());
  std::vector<Integer> remainders(sizes.size());
  Integer sum = 0;
  Integer floors = 0;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const Integer product = integer(sizes[i]) * each.numerator;
    parts[i] = product / each.denominator;
    remainders[i] = product - parts[i] * each.denominator;
    sum += product;
    floors += parts[i];
  }
  Integer left = ceil_of(Ratio{sum, each.denominator}) - floors;
  std::vector<std::size_t> order(sizes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return remainders[a] == remainders[b] ? a < b : remainders[a] > remainders[b];
  });
  for (std::size_t i = 0; left > 0; ++i, --left) ++parts[order[i]];
  return parts;
}

}  // namespace cofferdam::default_management
