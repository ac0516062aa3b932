// SPDX-License-Identifier: Apache-2.0
//
// Splitting a total so that the parts sum to it exactly: the largest-remainder method (Hamilton
// 1792). Everybody gets the whole part of total * weight / sum of weights; the units that are left,
// fewer than there are parts, go one each to the largest remainders, ties to the lowest index. The
// result depends on nothing but the arguments. A weight of zero gets nothing.
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/base/int128.h"

#include <span>
#include <vector>

namespace cofferdam::base {

// Error when the weights are none or sum to zero: there is nobody to give the total to.
[[nodiscard]] Result<std::vector<u128>> allocate(u128 total, std::span<const u128> weights);

struct CappedAllocation {
  std::vector<u128> parts;  // parts[i] is at most claims[i]
  u128 left = 0;            // what no claim could take: total less the sum of the parts
};

// Pays claims pro rata out of a total, nobody above the claim: in full when the total suffices,
// else as allocate() with the claims for weights. No claims at all leave the whole total.
[[nodiscard]] CappedAllocation allocate_capped(u128 total, std::span<const u128> claims);

}  // namespace cofferdam::base
