// SPDX-License-Identifier: Apache-2.0
//
// What a pool holds against what it owes, in one asset: the one way in which the reports, the
// alerts and the public page count it.
//
// Sums are kept modulo 2^128, as two's complement: adding and taking away are exact and may come in
// any order, and no command is ever refused because somebody counts. A sum that does not fit 127
// bits, which no amount of money is, reads as another number.
#pragma once

#include "cofferdam/base/int128.h"
#include "cofferdam/books/ledger/ledger.h"

#include <cstdint>
#include <optional>

namespace cofferdam::pool {

// On which side of the comparison an account stands.
//
//  - held: custody accounts.
//  - declared: claims on the world outside, where books begin or end.
//  - between: conduits and what is in transit; positive: owed to other pools.
//  - owners: accounts of clients, members and providers, of every other class.
//  - own: accounts of the house, the insurer and the pool itself, of every other class.
enum class Side : std::uint8_t { held, declared, between, owners, own };

[[nodiscard]] Side side_of(const ledger::Account& account);

struct Standing {
  base::i128 held = 0;
  base::i128 declared = 0;
  base::i128 between = 0;
  base::i128 owed = 0;   // the claims: of each owners' account what it is owed, never below zero
  base::i128 debts = 0;  // what owners' accounts are in debit; it pays nobody else's claim
  base::i128 own = 0;
};

// Credits less debits, booked.
[[nodiscard]] base::i128 credit_of(const ledger::Account& account);

// Adds the account as it is, or takes it away again.
void add(Standing& standing, const ledger::Account& account);
void subtract(Standing& standing, const ledger::Account& account);
// An account of this side goes from one credit balance to another.
void change(Standing& standing, Side side, base::i128 before, base::i128 after);

// What covers the claims: held and declared, less what is owed to other pools.
[[nodiscard]] base::i128 covering(const Standing& standing);
// What is left when every claim is paid; negative: a shortfall.
[[nodiscard]] base::i128 surplus(const Standing& standing);
// What covers the claims, in parts in a million of them, rounded down; nothing where none are owed.
[[nodiscard]] std::optional<base::i128> coverage_ppm(const Standing& standing);
// Claims less debts, as reports of all pools show them.
[[nodiscard]] base::i128 net_owed(const Standing& standing);
// Debits equal credits.
[[nodiscard]] bool is_balanced(const Standing& standing);

}  // namespace cofferdam::pool
