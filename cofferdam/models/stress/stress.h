// SPDX-License-Identifier: Apache-2.0
//
// What could be lost, and who would pay it: tail risk of a set of outcomes, judgement of a risk
// model on what came, the largest defaults that a fund must stand, the cost of margin trading, and
// stress of a book of accounts on recorded markets. This room estimates; what it finds enters the
// books only as integers inside a command.
//
// Words. An *outcome* is a profit (positive) or a loss (negative) in money. *Value at risk* at the
// confidence p is the p-quantile of the losses, *expected shortfall* the mean of the worst 1 - p of
// them; both are positive where money is lost. An *exceedance* is an outcome that lost more than
// the value at risk that was forecast for it. A *shortfall* of an account is what its loss leaves
// unpaid after its own margin and its own part of the fund.
//
// Laws. A quantile is an order statistic that occurred unless another rule is asked for by name. A
// mean of the tail splits the outcome at the quantile, so that it is the mean of exactly 1 - p.
// Sums run in the order given: no result depends on the number of threads.
#pragma once

#include <cstddef>

namespace cofferdam::stress {

inline constexpr std::size_t kOutcomesMax = 1'000'000;
inline constexpr std::size_t kConfidencesMax = 100;
inline constexpr std::size_t kFactorsMax = 500;

}  // namespace cofferdam::stress
