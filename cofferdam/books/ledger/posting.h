// SPDX-License-Identifier: Apache-2.0
//
// The arithmetic of one posting: what two accounts can bear, and the booking of it. Every movement
// of the books, whether a client's transfer or a leg of another command, ends here.
#pragma once

#include "cofferdam/books/ledger/transfer.h"

namespace cofferdam::ledger {

enum class Leg : std::uint8_t { posted, pending };

// A flag of accounts that only the system sets: the account counts a wallet of a vault, and what it
// holds leaves it by a signed intent. Nothing else may credit it, as if its class were reserved.
inline constexpr std::uint16_t kLeavesByIntent = 1U << 9;
static_assert((kAccountFlagsAtCreation & kLeavesByIntent) == 0);

// What a balancing transfer may move at most: what the debit account's limit leaves.
[[nodiscard]] Amount available_to_debit(const Account& account);
// The same for crediting an account whose credits must not exceed its debits.
[[nodiscard]] Amount available_to_credit(const Account& account);

// ok, or the first reason in the order of TransferStatus why `amount` cannot be booked between
// these accounts: closed, frozen, overflow, limits, and last whether what the credit account counts
// leaves by a signed intent only. Says nothing of pools, assets or edges.
[[nodiscard]] TransferStatus can_book(const State& state, const Account& debit,
                                      const Account& credit, Amount amount, Leg leg);

// Books what can_book has allowed.
void book(State& state, Changes& changes, Slot debit, Slot credit, Amount amount, Leg leg);

// Takes a hold off the pending counters and posts `posted` of it (zero for a void or an expiry).
void release(State& state, Changes& changes, const Hold& hold, Amount posted);

// Reopens the accounts that the hold had closed.
void reopen(State& state, Changes& changes, const Hold& hold);

// Whether value may move from one account's owner to the other's inside their pool.
[[nodiscard]] bool edge_open(const Compartment& compartment, const Account& debit,
                             const Account& credit, std::uint16_t code);

// Classes that only the system's own commands may touch.
[[nodiscard]] bool is_reserved_class(AccountClass account_class);

// A leg of a command of another room: same pool, same asset and can_book are asked, edges are not
// (the command's own policy stands for them). Appends to the context's postings what it booked.
// A zero amount books nothing and is ok.
[[nodiscard]] TransferStatus post_leg(State& state, Context& context, Slot debit, Slot credit,
                                      Amount amount, std::uint16_t code, u128 reference = 0);

// The same for a leg that signers have ordered: it alone may credit an account with
// kLeavesByIntent. Custody's room calls it, nobody else.
[[nodiscard]] TransferStatus post_signed_leg(State& state, Context& context, Slot debit,
                                             Slot credit, Amount amount, std::uint16_t code,
                                             u128 reference);

}  // namespace cofferdam::ledger
