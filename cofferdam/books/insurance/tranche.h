// SPDX-License-Identifier: Apache-2.0
//
// Between a tranche's rows and the arithmetic of fund shares (default_management/fund_shares.h),
// and the exit queue: who asked to leave is out when the notice has run and the gate lets the money
// go, in the order of the requests. Being out, the money lies apart, gains nothing more, and
// answers for incidents from before it left.
#pragma once

#include "cofferdam/books/insurance/funds.h"

namespace cofferdam::insurance {

[[nodiscard]] constexpr Fund fund_of(TrancheKind tranche) {
  return tranche == TrancheKind::junior ? Fund::junior : Fund::senior;
}

[[nodiscard]] constexpr Fund exits_of(TrancheKind tranche) {
  return tranche == TrancheKind::junior ? Fund::junior_exits : Fund::senior_exits;
}

[[nodiscard]] default_management::Fund read_tranche(const State& state, const Tranche& row);
[[nodiscard]] default_management::Stake read_stake(const State& state, const Tranche& tranche,
                                                   OwnerId owner);

void write_tranche(State& state, Context& context, const Tranche& row,
                   const default_management::Fund& fund);
void write_stake(State& state, Context& context, const Tranche& tranche, OwnerId owner,
                 const default_management::Stake& stake);

// What an incident may take out of a tranche: all but one unit while there are shares.
[[nodiscard]] Amount drawable(const State& state, PoolId pool, TrancheKind tranche);

// Sets apart the money of exits whose notice has run, first come first served, while the gate lets
// it go. The first that it does not holds up those behind it.
void set_apart_due_exits(State& state, ledger::State& ledger, Context& context, PoolId pool);

// Whether an exit that is out may be paid now: its tail has run, and no incident from before it
// left is open.
[[nodiscard]] bool is_free(const State& state, const Exit& exit, Time now);

}  // namespace cofferdam::insurance
