// SPDX-License-Identifier: Apache-2.0
//
// Reserves: money set aside for one incident, for incidents not yet reported, or for the parametric
// layer, and the only way by which losses reach those who bear them.
//
// Money is taken from earned premium first, then from the junior tranche, then from the senior; for
// an incident, first from the IBNR reserve. Beside a tranche stand those who left it after the
// incident: their part is pro rata to what each has. What is given back and what is recovered goes
// the inverse way, to those from whom it came. Held for one incident it pays for no other.
//
// These functions are phases of other rooms' commands too: check first, or roll the command back on
// any answer but ok.
#pragma once

#include "cofferdam/books/insurance/state.h"

namespace cofferdam::insurance {

enum class ReserveStatus : std::uint8_t {
  ok,
  pool_not_found,
  exceeds_capital,
  exceeds_reserve,
  exceeds_borne,
  cover_not_found,
  exceeds_cover,
  account_refuses,
};

// Which reserve, and for an incident when it occurred.
struct ReserveFor {
  PoolId pool;
  ReserveKind kind = ReserveKind::incident;
  std::uint32_t number = 0;
  Time occurred;
};

// Held for it now.
[[nodiscard]] Amount reserve_held(const State& state, const ReserveFor& what);

// The most to which set_reserve can bring it.
[[nodiscard]] Amount reserve_most(const State& state, const ReserveFor& what);

// Brings what is held to this amount, up or down. exceeds_capital: more than there is to take; then
// nothing is changed.
[[nodiscard]] ReserveStatus set_reserve(State& state, ledger::State& ledger, Context& context,
                                        const ReserveFor& what, Amount amount);

// Gives back all that is held.
[[nodiscard]] ReserveStatus release_reserve(State& state, ledger::State& ledger, Context& context,
                                            const ReserveFor& what);

// Pays an account of the same pool and asset out of a reserve. exceeds_reserve: more than is held.
[[nodiscard]] ReserveStatus pay_from_reserve(State& state, ledger::State& ledger, Context& context,
                                             const ReserveFor& what, Amount amount, AccountId to,
                                             u128 reference = 0);

// The same for a cover: the payment also uses up its aggregate limit, and the cover in force with
// it. exceeds_cover: more than it may still pay.
[[nodiscard]] ReserveStatus pay_cover(State& state, ledger::State& ledger, Context& context,
                                      const ReserveFor& what, const std::string& cover,
                                      Amount amount, u128 reference = 0);

// Gives a recovery out of an account of the same pool to those who bore the loss, the last to bear
// first. exceeds_borne: more than was paid and not yet recovered; the rest is the claimants'.
[[nodiscard]] ReserveStatus return_recovery(State& state, ledger::State& ledger, Context& context,
                                            const ReserveFor& what, Amount amount, AccountId from,
                                            u128 reference = 0);

// An incident was reported, or is settled: in between, exits that answer for it wait and nobody
// joins a tranche. Reporting sets apart the exits that are due before it.
void open_incident(State& state, ledger::State& ledger, Context& context, const ReserveFor& what);
void close_incident(State& state, Context& context, const ReserveFor& what);

// The layer's account is charged by waterfalls: the rows follow what the ledger says was paid.
// Every command of this room that looks at a pool's money begins with it.
void follow_layer(State& state, const ledger::State& ledger, Context& context, PoolId pool);

// Claims that are not settled hold a cover from being cancelled.
void count_open_claim(State& state, Context& context, const std::string& cover, bool is_opened);

}  // namespace cofferdam::insurance

template <>
struct cofferdam::base::EnumText<cofferdam::insurance::ReserveStatus> {
  static constexpr std::array<std::string_view, 8> kNames{"ok",
                                                          "pool_not_found",
                                                          "exceeds_capital",
                                                          "exceeds_reserve",
                                                          "exceeds_borne",
                                                          "cover_not_found",
                                                          "exceeds_cover",
                                                          "account_refuses"};
  static constexpr std::array<std::string_view, 8> kDocs{
      "",
      "the insurance pool must exist",
      "what is set aside is at most what may bear it",
      "a payment is at most what is held for it",
      "a recovery given back is at most what was borne",
      "the cover must exist",
      "payments for a cover stay within its aggregate limit",
      "the account's own limits do not allow it, or it is frozen or closed"};
};
