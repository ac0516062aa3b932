// SPDX-License-Identifier: Apache-2.0
//
// The laws of insurance pools, each checked over the rows that a command has touched. The answer is
// the violation in words, or nothing.
#pragma once

#include "cofferdam/books/insurance/state.h"

#include <optional>
#include <string>

namespace cofferdam::insurance {

// The rows of a pool say what its funds hold, and the ledger's accounts hold it (but for the
// layer, whose row follows later what a waterfall took or gave back).
[[nodiscard]] std::optional<std::string> check_funds_are_accounts(const State& state,
                                                                  const ledger::State& ledger);

// What the rows of premiums, reserves and exits gained in a command is what their funds gained.
[[nodiscard]] std::optional<std::string> check_rows_are_funds(const State& state);

// A premium is earned, refunded or unearned: never more in all than was charged, never less than
// before.
[[nodiscard]] std::optional<std::string> check_premiums_go_forward(const State& state);

// What was taken from those who bear a loss is held, or was paid and not recovered.
[[nodiscard]] std::optional<std::string> check_reserves_have_bearers(const State& state);

// No cover is bound beyond capital: where cover rose in a command, the gate is open after it.
[[nodiscard]] std::optional<std::string> check_cover_within_gate(const State& state);

// Capital that leaves was free: while the gate is shut, what falls was set aside or paid for
// losses.
[[nodiscard]] std::optional<std::string> check_capital_stays(const State& state);

// The terms of a cover never change, it never pays more than its aggregate limit, and what covers
// in force may still pay is the sum that limits are judged by.
[[nodiscard]] std::optional<std::string> check_covers_stand(const State& state);

// A tariff never changes, and none is published once its period has begun; a charge stays as it is.
[[nodiscard]] std::optional<std::string> check_tariffs_stand(const State& state);

// A pool is not insured by itself: neither its manager nor against its failure.
[[nodiscard]] std::optional<std::string> check_no_own_cover(const State& state);

}  // namespace cofferdam::insurance
