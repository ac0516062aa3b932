// SPDX-License-Identifier: Apache-2.0
//
// What fills, bids and take-overs have in common: the books that they read and write, what an
// account is worth and must have, the close of a position at a price, and a loss that its layers
// bear at once and whole.
#pragma once

#include "cofferdam/books/default_management/allocate_loss.h"
#include "cofferdam/books/default_management/liquidation.h"
#include "cofferdam/books/default_management/resolution.h"
#include "cofferdam/books/ledger/posting.h"
#include "cofferdam/books/market/equity.h"
#include "cofferdam/books/market/record_trades.h"

#include <optional>
#include <string>
#include <vector>

namespace cofferdam::default_management {

struct ResolutionBooks {
  ResolutionState& resolution;
  State& defaults;
  market::TradeBooks trades;  // with the terms of contracts
  const market::TermsState& terms;
  pool::State& pools;
  const margin::State& margin;
  const fact::State& facts;
};

[[nodiscard]] Books reading(const ResolutionBooks& books, Time now);

// Who is liquidated: an owner in a pool, with its settlement asset.
struct Failing {
  PoolId pool;
  OwnerId owner;
  AssetId asset;
};

// What the account is worth at the marks, and that less its maintenance requirement.
struct Standing {
  SignedAmount value;
  SignedAmount margin;
  bool liquidatable = false;
};

// nullopt where marks are missing or too old, or where margin is counted in another asset.
[[nodiscard]] std::optional<Standing> standing_of(const Books& books, const Failing& failing);

// The positions that are not flat, in the order of their contracts.
[[nodiscard]] std::vector<market::PositionLine> open_positions(const Books& books,
                                                               const Failing& failing);

// Of a quantity at the mark, rounded up to the settlement asset; nullopt when it does not fit.
[[nodiscard]] std::optional<Amount> notional_of(const market::State& market, ContractId contract,
                                                u128 quantity);

// One close of the failing account's position, against `other`, who must be covered afterwards.
struct Close {
  ContractId contract;
  i128 position = 0;  // of the failing account, before
  u128 quantity = 0;
  Price price;
  PoolId other_pool;
  OwnerId other;
};

[[nodiscard]] bool book_close(const Close& close, const Failing& failing, ResolutionBooks books,
                              Context& context, std::uint64_t number);

// Declares a loss of the case and charges the layers of the waterfall for it, in one step. False
// when they do not bear all of it: the caller takes the step back.
[[nodiscard]] bool bear_at_once(Amount amount, const Case& at, std::string_view cause,
                                ResolutionBooks books, Context& context);

// What can be taken out of the collateral of the failing account.
[[nodiscard]] Amount cash_of(const ResolutionBooks& books, const Failing& failing);

// Out of that collateral into an account of the same pool.
[[nodiscard]] bool pay_from(const Failing& failing, Slot to, Amount amount, std::uint16_t code,
                            ResolutionBooks books, Context& context, u128 reference);

// Whether a loss of the case is not yet borne.
[[nodiscard]] bool has_open_loss(const State& state, std::uint32_t case_number);

}  // namespace cofferdam::default_management
