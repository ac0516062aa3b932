// SPDX-License-Identifier: Apache-2.0
//
// Premium lines and the cover in force: what is earned as time passes, what lapses, and the sums
// that limits and the gate are judged by.
#pragma once

#include "cofferdam/books/insurance/funds.h"

namespace cofferdam::insurance {

// A premium that was taken into the fund of unearned premium; the number of its line.
std::uint32_t open_line(State& state, Context& context, PoolId pool, LineKind kind, Amount amount,
                        Rate expense_ratio, Time start, Time end);

// Of the amount, by day: amount * whole days passed / days of the period, rounded down; a period of
// n days and a part has n + 1, and at its end all is earned.
[[nodiscard]] Amount earned_by(Amount amount, Time start, Time end, Time now);

// Earns one line to a moment. The expense part of what was earned so far is rounded down.
void earn_line(State& state, ledger::State& ledger, Context& context, PremiumLine::Key key,
               Time now);

// Gives an account the unearned rest of a line. The line is then done.
[[nodiscard]] Moved refund_line(State& state, ledger::State& ledger, Context& context,
                                PremiumLine::Key key, AccountId to);

// Adds to or takes from the sums of cover in force.
void raise_cover(State& state, Context& context, const Cover& cover, Amount amount);
void lower_cover(State& state, Context& context, const Cover& cover, Amount amount);

// A payment uses up a cover; one that has nothing left ends as exhausted.
void use_cover(State& state, Context& context, const std::string& code, Amount amount);

// Ends a cover that is in force: what it might still have paid leaves the sums.
void end_cover(State& state, Context& context, const std::string& code, CoverStage stage);

struct Advanced {
  std::uint32_t lines = 0;
  std::uint32_t covers = 0;
};

// Earns what time has earned and ends the covers whose period is over, at most kAdvanceMax of each.
Advanced advance(State& state, ledger::State& ledger, Context& context, PoolId pool);

}  // namespace cofferdam::insurance
