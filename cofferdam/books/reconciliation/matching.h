// SPDX-License-Identifier: Apache-2.0
//
// The two sides of a holding's items, how they find each other, and the terms of the equation that
// follow. Every function keeps the equation: an item enters and leaves with its term. A function
// that answers `false` met a sum beyond kUnitsMax; the caller's command is then refused.
#pragma once

#include "cofferdam/books/reconciliation/reconciliation.h"

#include <string_view>

namespace cofferdam::reconciliation {

struct Books {
  State& state;
  const custody::State& custody;
  const ledger::State& ledger;
  Context& context;
};

using Term = SignedAmount Holding::*;

// Moves a term of a holding.
[[nodiscard]] bool shift(const Books& books, AccountId account, Term term, SignedAmount by);

// Begins to compare an account; what the books say now is taken as stated.
[[nodiscard]] bool begin_holding(const Books& books, AccountId account, WalletId wallet);

// Opens a break; id, times, pool, asset, wallet and the first note are filled in here.
BreakId open_break(const Books& books, Break found, std::string text);
// Adds a step to a break's history. A break that is resolved is taken off the open ones.
void note_break(const Books& books, BreakId id, BreakNote note);
// Closes a break that healed, unless it is closed already.
void heal_break(const Books& books, BreakId id, std::string text);
// Closes the newest breaks of balances of an account whose differences sum to zero.
void heal_balances(const Books& books, AccountId account);

// Adds an entry as open, without a break.
[[nodiscard]] bool add_entry(const Books& books, const Entry& entry);
// Finds the booking of an open entry and takes both off. `found` says whether there was one.
[[nodiscard]] bool match_by_reference(const Books& books, Entry::Key key, bool& found);
[[nodiscard]] bool match_by_amount(const Books& books, Entry::Key key, bool& found);
// Names an open entry as what an executed intent has ordered.
[[nodiscard]] bool match_in_transit(const Books& books, Entry::Key key, bool& found);
// The entry is in no transit any more, and nothing in the books stands for it.
[[nodiscard]] bool reopen_entry(const Books& books, Entry::Key key, const std::string& text);

// Adds a booking, and takes it off again where a stated entry or a balance has waited for it.
[[nodiscard]] bool add_booking(const Books& books, const Booking& booking);
// Takes a booking off that a stated balance covers.
[[nodiscard]] bool cover_booking(const Books& books, Booking::Key key);

// An executed and not yet settled intent, as a holding sees it.
struct Ordered {
  IntentId intent;
  SignedAmount amount;
};

// Those that no stated entry has claimed, in the order of their execution.
[[nodiscard]] std::vector<Ordered> unclaimed_intents(const Books& books, AccountId account);

// Entries of an account that this intent explains.
[[nodiscard]] std::vector<Entry::Key> entries_in_transit(const State& state, AccountId account,
                                                         IntentId intent);

// "intent/7" is that intent.
[[nodiscard]] std::optional<IntentId> intent_in(std::string_view our_reference);

}  // namespace cofferdam::reconciliation
