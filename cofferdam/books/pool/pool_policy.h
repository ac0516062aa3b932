// SPDX-License-Identifier: Apache-2.0
//
// What a pool's policy forbids and an ordinary command could do: booked transfers are many and know
// nothing of policies, so the engine asks here once, at the end of every command, over the rows
// that it touched, before the invariants. A breach is a refusal with a reason, not an alarm.
#pragma once

#include "cofferdam/books/pool/pool.h"

#include <optional>
#include <string>

namespace cofferdam::pool {

enum class PolicyBreach : std::uint16_t {
  none,
  foreign_owner,           // another client's account in a pool of one owner
  undeclared_house_money,  // a house account in a client pool that is no buffer and no fee
  buffer_above_cap,
  deficit_not_allowed,
  below_zero,
};

struct PolicyFinding {
  PolicyBreach breach = PolicyBreach::none;
  PoolId pool;
  std::string text;  // names the pool and the class, for the reader of the refusal
};

// The first breach in the order of the enumeration; none in the ordinary case.
//
//  - A pool of one owner holds accounts of that owner alone, beside the pool's own, the house's
//    and the insurer's.
//  - House money in a client pool lies in buffer accounts, or in fee accounts until it is swept;
//    the sum of the buffers stays within the declared cap.
//  - A pool holds no negative assets and owes no negative amounts: the totals of custody are never
//    in credit, those of collateral, buffer, reserve and fee never in debit, and a deficit account
//    has no balance, unless the pool's policy allows a deficit.
[[nodiscard]] PolicyFinding find_policy_breach(const State& state, const ledger::State& ledger);

}  // namespace cofferdam::pool

template <>
struct cofferdam::base::EnumText<cofferdam::pool::PolicyBreach> {
  static constexpr std::array<std::string_view, 6> kNames{"none",
                                                          "foreign_owner",
                                                          "undeclared_house_money",
                                                          "buffer_above_cap",
                                                          "deficit_not_allowed",
                                                          "below_zero"};
  static constexpr std::array<std::string_view, 6> kDocs{
      "",
      "a pool of one owner takes no account of another owner",
      "house money in a client pool is a buffer or an earned fee",
      "the buffers of a client pool stay within the declared cap",
      "a deficit account has a balance only where the pool's policy allows a deficit",
      "a pool neither holds less than nothing nor owes less than nothing"};
};
