// SPDX-License-Identifier: Apache-2.0
//
// Between a fund's rows and the arithmetic of its shares.
#pragma once

#include "cofferdam/books/default_management/state.h"

namespace cofferdam::default_management {

// The fund as it stands now; its balance is that of its account, which is not below zero.
[[nodiscard]] Fund read_fund(const FundRow& row, const ledger::State& ledger);
[[nodiscard]] Stake read_stake(const State& state, const FundRow& fund, OwnerId owner);

void write_fund(State& state, Context& context, const std::string& code, const Fund& fund);
void write_stake(State& state, Context& context, const FundRow& fund, OwnerId owner,
                 const Stake& stake);

// What the defaulter's own stake could bear, at most what may be drawn.
[[nodiscard]] Amount contribution_of(const State& state, const FundRow& row,
                                     const ledger::State& ledger, OwnerId owner);

// Burns the shares that a contribution is paid with: as many as the amount is worth, rounded up.
void burn_contribution(State& state, Context& context, const FundRow& row,
                       const ledger::State& ledger, OwnerId owner, Amount amount);

}  // namespace cofferdam::default_management
