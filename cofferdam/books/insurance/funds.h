// SPDX-License-Identifier: Apache-2.0
//
// The money of a pool's funds: every movement of it is a leg of the ledger and a change of the row,
// made together here and nowhere else.
#pragma once

#include "cofferdam/books/insurance/state.h"

namespace cofferdam::insurance {

enum class Moved : std::uint8_t { ok, refused };

[[nodiscard]] Amount money_in(const Funds& funds, Fund fund);

// What the account of a fund holds in the ledger.
[[nodiscard]] Amount balance_of(const ledger::State& ledger, Fund fund, PoolId pool);

// Between two funds of a pool; what is moved must be there (checked).
void move(State& state, ledger::State& ledger, Context& context, PoolId pool, Fund from, Fund to,
          Amount amount, PostingCode code, u128 reference = 0);

// From an account of the pool into a fund, and back. Refused when the account's own limits or state
// do not allow it.
[[nodiscard]] Moved take_in(State& state, ledger::State& ledger, Context& context, PoolId pool,
                            AccountId from, Fund to, Amount amount, PostingCode code,
                            u128 reference = 0);
[[nodiscard]] Moved pay_out(State& state, ledger::State& ledger, Context& context, PoolId pool,
                            Fund from, AccountId to, Amount amount, PostingCode code,
                            u128 reference = 0);

// What is required: the model's figure, or the active cover over the gearing, whichever is more.
[[nodiscard]] Amount required_capital(const InsurancePool& pool, Amount active_cover,
                                      Amount model_capital);
[[nodiscard]] Amount required_capital(const InsurancePool& pool);

// Whether capital is at least what is required.
[[nodiscard]] bool is_gate_open(const InsurancePool& pool);

// What may leave without shutting the gate.
[[nodiscard]] Amount free_capital(const InsurancePool& pool);

enum class AccountFault : std::uint8_t {
  none,
  not_found,
  another_pool,
  another_asset,
  not_allowed
};

// Whether an account may pay to or be paid by a fund of the pool. Accounts of the system, of the
// outside and of custodians may not.
[[nodiscard]] AccountFault fault_of(const ledger::State& ledger, const InsurancePool& pool,
                                    AccountId account);

}  // namespace cofferdam::insurance
