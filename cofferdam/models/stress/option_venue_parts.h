// SPDX-License-Identifier: Apache-2.0
//
// What founding and running the drill share.
#pragma once

#include "cofferdam/models/stress/option_venue.h"

namespace cofferdam::stress {

using QuoteIndex = std::map<std::string, const OptionQuote*>;

[[nodiscard]] QuoteIndex index_of(const OptionChain& chain);

// Sets equity and requirements of every account that holds something; an account that holds nothing
// has its cash and needs none. Accounts are independent, so they are judged on all cores.
[[nodiscard]] base::Result<void> judge(const rulebook::Rulebook& rulebook, const OptionChain& chain,
                                       const QuoteIndex& quotes,
                                       std::vector<VenueAccount>& accounts);

}  // namespace cofferdam::stress
