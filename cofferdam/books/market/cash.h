// SPDX-License-Identifier: Apache-2.0
//
// Cash from one participant to another at once, within a pool or across two: an option's premium,
// the price and the delivery of spot, and their way back. Across pools it runs through the desks
// and the clearing conduit, as variation does.
#pragma once

#include "cofferdam/books/market/accounts.h"

namespace cofferdam::market {

struct Payment {
  Slot payer = base::kNoSlot;  // participants with collateral in the same asset
  Slot payee = base::kNoSlot;
  Amount paid;      // by the payer
  Amount received;  // by the payee: at most what is paid, the rest is dust of the payer's pool
  PostingCode code = kTradePremium;
  u128 reference = 0;
};

enum class Paid : std::uint8_t {
  ok,
  not_covered,
  cannot_be_credited,
  account_id_taken,
  overflows,
};

// What was booked before a refusal is left to the caller's rollback.
[[nodiscard]] Paid pay(const Payment& payment, State& state, ledger::State& ledger,
                       ledger::Context& context);

// The opposite: the payee gives back what it received, the payer gets back what it paid, and the
// dust returns.
[[nodiscard]] Paid pay_back(const Payment& payment, State& state, ledger::State& ledger,
                            ledger::Context& context);

// What a trade of this value costs in the settlement asset: paid rounded up, received rounded down.
// Payer and payee are the caller's to set.
[[nodiscard]] Payment price_of(const Contract& contract, u128 value);

// A quantity of spot in the base asset, which is at least as fine; nullopt when it does not fit.
[[nodiscard]] std::optional<Amount> delivered_by(const Contract& contract, unsigned base_scale,
                                                 Quantity quantity);

}  // namespace cofferdam::market
