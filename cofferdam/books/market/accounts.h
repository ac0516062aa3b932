// SPDX-License-Identifier: Apache-2.0
//
// The accounts that the market opens for itself, and their ids.
//
// An id is 0xC0FFE2DA000008KK in the upper half, KK being the kind, and a number in the lower half:
// the row of the holding for 01 position and 02 open value; pool * 2^32 + contract for 03 clearing
// of positions and 04 clearing of open values; pool * 2^32 + asset for 05 settlement, 06 dust and
// 07 fee; the ordinal of the conduit for 08 its paying and 09 its paid half. 00 with the number 0
// is no account but the owner that holds what rounding leaves.
#pragma once

#include "cofferdam/books/market/market.h"

#include <optional>

namespace cofferdam::market {

enum class AccountKind : std::uint8_t {
  position = 1,
  open_value,
  clearing_position,
  clearing_value,
  settlement,
  dust,
  fee,
  conduit_sent,
  conduit_received,
};

inline constexpr std::uint64_t kMarketAccounts = 0xC0FF'E2DA'0000'0800;
inline constexpr std::uint16_t kMarketAccountCode = 800;

[[nodiscard]] constexpr AccountId account_id(AccountKind kind, std::uint64_t number) {
  return AccountId(base::make_u128(kMarketAccounts | static_cast<std::uint64_t>(kind), number));
}

enum class Opened : std::uint8_t { ok, too_many_holders, account_id_taken };

struct Found {
  Slot slot = base::kNoSlot;
  Opened opened = Opened::ok;
};

// The holding of a participant in a contract of its asset, opened when it is not there, with the
// pool's clearing accounts and desk. What was opened before a refusal is left to the caller's
// rollback.
[[nodiscard]] Found ensure_holding(State& state, ledger::State& ledger, ledger::Context& context,
                                   const Contract& contract, Slot participant);

// A pool's settlement, dust and fee accounts in an asset, opened when they are not there.
[[nodiscard]] Opened ensure_desk(State& state, ledger::State& ledger, ledger::Context& context,
                                 PoolId pool, AssetId asset);

// The participant that stands for the pool itself and whose collateral is the desk's dust account:
// what rounding leaves in value units is its open value, and is settled with everybody's.
inline constexpr OwnerId kDustOwner{base::make_u128(kMarketAccounts, 0)};
[[nodiscard]] Found ensure_dust_holding(State& state, ledger::State& ledger,
                                        ledger::Context& context, const Contract& contract,
                                        PoolId pool);

// Puts a holding that a settlement took off the contract's list back on it.
[[nodiscard]] Opened ensure_listed(State& state, ledger::Context& context, Slot holding);

// The conduit between two pools, opened when it is not there.
[[nodiscard]] Opened ensure_conduit(State& state, ledger::State& ledger, ledger::Context& context,
                                    const ClearingConduit::Key& key);

}  // namespace cofferdam::market
