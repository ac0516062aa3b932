// SPDX-License-Identifier: Apache-2.0
//
// A chain of quotes made ready for fitting: everything over the forward, so that quotes taken at
// slightly different prices of the underlying can be compared.
#pragma once

#include "cofferdam/models/pricing/surface_calculator.h"

#include <vector>

namespace cofferdam::pricing {

inline constexpr double kNoPrice = -1;

// One quote over its own forward: strike and prices are K/F and price/F. kNoPrice where there is
// none.
struct RelativeQuote {
  OptionType type = OptionType::call;
  double strike = 0;
  double bid = kNoPrice;
  double ask = kNoPrice;
  double value = kNoPrice;  // what is fitted
  double listed_strike = 0;
};

struct ChainSlice {
  base::Time expiry;
  double years = 0;
  double forward = 0;
  ForwardSource forward_source = ForwardSource::quoted;
  std::vector<RelativeQuote> quotes;  // by type, then strike
};

// Slices by expiry. An error where an input is malformed, or an expiry has no forward: neither a
// future, nor an underlying, nor a call and a put of one strike.
[[nodiscard]] base::Result<std::vector<ChainSlice>> read_chain(const SurfaceInput& input);

// The arbitrage that can be seen in the quotes of one slice. `sink` receives each finding.
void find_arbitrage(const ChainSlice& slice, std::vector<ChainFinding>& findings);

}  // namespace cofferdam::pricing
