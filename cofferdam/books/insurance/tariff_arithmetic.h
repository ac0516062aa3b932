// SPDX-License-Identifier: Apache-2.0
//
// From a contribution to rates, and from rates to a charge: the formulas of tariff.h.
#pragma once

#include "cofferdam/books/insurance/tariff.h"

#include <optional>

namespace cofferdam::insurance {

// The part of a volume that lies in a tier.
[[nodiscard]] Amount volume_in(const std::vector<TariffTier>& tiers, std::size_t tier,
                               Amount volume);

// nullopt when a rate does not fit 127 bits.
[[nodiscard]] std::optional<TariffRate> rate_of(const Tariff& tariff, OwnerId member,
                                                const Contributor& contributor,
                                                const ContributionRow& row, Amount minimum);

struct Charge {
  Amount volume_part;      // rounded down
  Amount collateral_part;  // rounded down
  Amount amount;
};

// nullopt when it does not fit 127 bits.
[[nodiscard]] std::optional<Charge> charge_of(const Tariff& tariff, const TariffRate& rate,
                                              Amount volume, Amount average_collateral);

}  // namespace cofferdam::insurance
