// SPDX-License-Identifier: Apache-2.0
//
// Who signs at this moment, since when enough of them have, and what the caps leave to be spent.
#pragma once

#include "cofferdam/books/custody/custody.h"

#include <optional>

namespace cofferdam::custody {

// Whether the key and the principal who holds it are in force now.
[[nodiscard]] bool signs(const Signer& signer, const principal::State& principals);

// When the last of the `needed` approvals came that stand now, of as many different persons;
// nullopt while there are too few.
[[nodiscard]] std::optional<Time> enough_since(const Intent& intent, std::size_t needed,
                                               const State& state,
                                               const principal::State& principals);

// The cap on an asset; nullptr without one.
[[nodiscard]] const AssetCap* cap_of(const VaultPolicy& policy, AssetId asset);

// Takes from a cap what its caller has found to be left.
void spend_cap(VaultId vault, AssetId asset, Amount amount, State& state, Context& context);

}  // namespace cofferdam::custody
