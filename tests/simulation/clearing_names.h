// SPDX-License-Identifier: Apache-2.0
//
// Who and what there is in the clearing venue of the simulation, by number.
#pragma once

#include "cofferdam/base/ids.h"

#include <cstdint>

namespace cofferdam::simulation {

inline constexpr base::PoolId kVenue{1U};
inline constexpr base::PoolId kShared{2U};
inline constexpr base::AssetId kUsd{1U};
inline constexpr base::AssetId kCoin{2U};
inline constexpr base::ContractId kPerp{1U};
inline constexpr std::uint64_t kFirstOwner = 11;
inline constexpr std::uint64_t kOwners = 6;
inline constexpr std::uint64_t kFund = 20;
inline constexpr std::uint64_t kHouse = 21;
inline constexpr std::uint64_t kPenalties = 22;
inline constexpr std::uint64_t kSharedFund = 30;
inline constexpr std::uint64_t kOperator = 90;
inline constexpr std::uint64_t kCoins = 1000;  // account of an owner's coins: this and the owner
inline constexpr std::uint64_t kCoinCustody = 999;

[[nodiscard]] inline std::uint64_t custody_of(base::PoolId pool) {
  return pool.value();
}

}  // namespace cofferdam::simulation
