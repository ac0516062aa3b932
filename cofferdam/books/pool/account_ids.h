// SPDX-License-Identifier: Apache-2.0
//
// Ids of the accounts that this room opens. The upper half marks an account as the system's own and
// says of which kind it is; the lower half is the number of the thing that it belongs to. Clients'
// ids are theirs to choose, so a command that opens such an account first looks whether it is free.
#pragma once

#include "cofferdam/base/ids.h"

#include <cstdint>

namespace cofferdam::pool {

inline constexpr std::uint64_t kSystemAccountMark = 0xC0FF'E2DA'0000'0000;

enum class SystemAccount : std::uint64_t {
  conduit_from = 0x0010,  // a conduit's half in the pool that value leaves
  conduit_to = 0x0011,    // a conduit's half in the pool that value enters
};

[[nodiscard]] constexpr base::AccountId system_account(SystemAccount kind, std::uint64_t number) {
  return base::AccountId(
      base::make_u128(kSystemAccountMark | static_cast<std::uint64_t>(kind), number));
}

// Whether the id is that of a half of one of this room's conduits.
[[nodiscard]] constexpr bool is_conduit_half(base::AccountId id) {
  const std::uint64_t mark = base::high64(id.value());
  return mark == (kSystemAccountMark | static_cast<std::uint64_t>(SystemAccount::conduit_from)) ||
         mark == (kSystemAccountMark | static_cast<std::uint64_t>(SystemAccount::conduit_to));
}

// Whether the id is one that custody gives to the transit accounts of wallets: numbered as wallets
// are, it means nothing in other books.
[[nodiscard]] constexpr bool is_wallet_transit(base::AccountId id) {
  const std::uint64_t mark = base::high64(id.value());
  return mark == (kSystemAccountMark | 0x0020) || mark == (kSystemAccountMark | 0x0021);
}

}  // namespace cofferdam::pool
