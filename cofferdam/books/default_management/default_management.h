// SPDX-License-Identifier: Apache-2.0
//
// Default management: what happens to an account that can no longer carry its positions, and who
// pays when its own money is not enough.
//
// Its words. The *bankruptcy price* of a close is the price at which nothing of the account is
// left; the *fillable price* is the worst price that a liquidation order accepts. A *liquidation*
// closes as much as restores health and no more. A *loss* is an object: born in one pool, with an
// owner and a cause. A *waterfall* names, as data, the *layers* that may be charged for it, in
// order. A *fund* is a layer that belongs to those who hold its *shares*. *Auto-deleveraging* (ADL)
// closes positions of the other side when no prefunded layer is left; what nobody can absorb
// becomes a *haircut* of claims. Every account hit gets a *receipt*, every allocation a
// *certificate*.
//
// Its laws. A loss is charged only to layers that its waterfall names, in their order; the charges
// and what is left uncovered add up to the loss, to the unit. Only prefunded layers that need no
// vote stand before ADL. ADL closes what the deficit needs and nothing more, and ends. A penalty
// never takes more than the account has. Claims never exceed the money behind them.
//
// What it must not know: models, prices that were not recorded, insurance (which turns a deficit
// into a claim from above), the clock, the disk. Ratios are compared by exact integer products, so
// a ranking never depends on a rounding.
#pragma once

#include "cofferdam/base/amount.h"
#include "cofferdam/base/number.h"

#include <cstddef>

namespace cofferdam::default_management {

using base::Amount;
using base::i128;
using base::Price;
using base::Quantity;
using base::Rate;
using base::Shares;
using base::SignedAmount;
using base::u128;

inline constexpr std::uint32_t kPpmOne = 1'000'000;  // parts in a million: 100 %

// Most counterparties, layers, members, claims and events of one calculation.
inline constexpr std::size_t kCounterpartiesMax = 100'000;
inline constexpr std::size_t kLayersMax = 64;
inline constexpr std::size_t kMembersMax = 100'000;
inline constexpr std::size_t kEventsMax = 100'000;

}  // namespace cofferdam::default_management
