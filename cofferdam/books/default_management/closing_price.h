// SPDX-License-Identifier: Apache-2.0
//
// Where a position that carries all of an account's equity leaves nothing of it: the one price at
// which failed accounts are closed, by deleveraging and by the backstop.
#pragma once

#include "cofferdam/books/default_management/default_management.h"
#include "cofferdam/books/market/market.h"

#include <optional>

namespace cofferdam::default_management {

// Rounded to a tick, up for a long and down for a short, so that nothing is missing; nullopt when
// it is not a price.
[[nodiscard]] std::optional<Price> closing_price(const market::Contract& contract,
                                                 const market::Mark& mark, i128 position,
                                                 SignedAmount equity);

}  // namespace cofferdam::default_management
