// SPDX-License-Identifier: Apache-2.0
//
// What a change of two positions does to the open interest of their contract.
#pragma once

#include "cofferdam/books/market/market.h"

#include <algorithm>

namespace cofferdam::market {

struct Interest {
  i128 longs = 0;
  i128 shorts = 0;

  // How much a change of position adds to the long and to the short side.
  constexpr void move(i128 before, i128 after) {
    longs += std::max<i128>(after, 0) - std::max<i128>(before, 0);
    shorts += std::max<i128>(-after, 0) - std::max<i128>(-before, 0);
  }
};

}  // namespace cofferdam::market
