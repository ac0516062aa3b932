// SPDX-License-Identifier: Apache-2.0
//
// What a pool holds against what it owes, in one asset: the one way in which the reports, the
// alerts and the public page count it.
//
// Sums have 192 bits, in which 2^32 accounts of 128 bits each fit: adding and taking away are exact
// and may come in any order, and no command is ever refused because somebody counts. What does not
// fit 127 bits is read as the greatest or the least number that does: a debt that is too large to
// be written is not a small one.
#pragma once

#include "cofferdam/base/int128.h"
#include "cofferdam/books/ledger/ledger.h"

#include <compare>
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

// Two's complement of 192 bits.
struct Sum {
  base::u128 low = 0;
  std::int64_t high = 0;

  [[nodiscard]] static Sum of(base::u128 amount) { return {amount, 0}; }

  [[nodiscard]] bool is_negative() const { return high < 0; }

  [[nodiscard]] bool is_zero() const { return low == 0 && high == 0; }

  // As far as it fits 127 bits.
  [[nodiscard]] base::i128 value() const;

  friend Sum operator+(const Sum& a, const Sum& b);
  friend Sum operator-(const Sum& a, const Sum& b);
  friend bool operator==(const Sum&, const Sum&) = default;

  friend std::strong_ordering operator<=>(const Sum& a, const Sum& b) {
    return a.high != b.high ? a.high <=> b.high : a.low <=> b.low;
  }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("low", self.low, "the lower 128 bits");
    visit("high", self.high, "the bits above, with the sign");
  }
};

struct Standing {
  Sum held;
  Sum declared;
  Sum between;
  Sum owed;   // the claims: of each owners' account what it is owed, never below zero
  Sum debts;  // what owners' accounts are in debit; it pays nobody else's claim
  Sum own;
};

// Credits less debits, booked.
[[nodiscard]] Sum credit_of(const ledger::Account& account);

// Adds the account as it is, or takes it away again.
void add(Standing& standing, const ledger::Account& account);
void subtract(Standing& standing, const ledger::Account& account);
// An account of this side goes from one credit balance to another.
void change(Standing& standing, Side side, const Sum& before, const Sum& after);

// What covers the claims: held and declared, less what is owed to other pools.
[[nodiscard]] Sum covering(const Standing& standing);
// What is left when every claim is paid; negative: a shortfall.
[[nodiscard]] Sum surplus(const Standing& standing);
// What covers the claims, in parts in a million of them, rounded down; nothing where none are owed.
[[nodiscard]] std::optional<base::i128> coverage_ppm(const Standing& standing);
// Claims less debts, as reports of all pools show them.
[[nodiscard]] Sum net_owed(const Standing& standing);
// Debits equal credits.
[[nodiscard]] bool is_balanced(const Standing& standing);

}  // namespace cofferdam::pool
