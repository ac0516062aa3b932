// SPDX-License-Identifier: Apache-2.0
//
// Splitting what several must bear, so that the parts add up to the unit and depend on nothing but
// the arguments.
#pragma once

#include "cofferdam/base/int128.h"
#include "cofferdam/books/default_management/exact.h"

#include <span>
#include <vector>

namespace cofferdam::default_management {

struct Split {
  std::vector<base::u128> parts;  // parts[i] is at most caps[i]
  base::u128 left = 0;            // what no cap could take
};

// By weights, nobody above the cap: what a full one cannot take goes to the others by their weights
// again. Largest remainder, ties to the lowest index. A weight of zero gets nothing.
[[nodiscard]] Split split_by_weight(base::u128 total, std::span<const base::u128> weights,
                                    std::span<const base::u128> caps);

// sizes[i] * numerator / denominator each, rounded so that the parts sum to the whole rounded up:
// floors first, the units that are left to the largest remainders, ties to the lowest index. No
// part is above its own value rounded up.
[[nodiscard]] std::vector<Integer> round_parts(std::span<const base::u128> sizes,
                                               const Ratio& each);

}  // namespace cofferdam::default_management
