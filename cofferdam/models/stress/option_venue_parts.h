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

// What closing would bring; less than the mark by the cost of it. What has no quote counts nothing.
[[nodiscard]] i128 close_out_value(const VenueAccount& account, const QuoteIndex& quotes,
                                   const VenueTerms& terms);

// Of an account that was judged: remembers what closing it would cost, and adds what is required of
// that to its requirements.
void add_liquidity(VenueAccount& account, const QuoteIndex& quotes, const VenueTerms& terms);

[[nodiscard]] i128 add_on_of(const VenueAccount& account);

}  // namespace cofferdam::stress
