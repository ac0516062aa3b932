// SPDX-License-Identifier: Apache-2.0
//
// Randomness from the operating system, for keys and identifiers only. The books never call it: a
// state that depended on it could not be replayed.
#pragma once

#include "cofferdam/base/int128.h"

#include <cstdint>
#include <span>

namespace cofferdam::crypto {

void fill_random(std::span<std::uint8_t> bytes);

// An identifier that nobody can guess; never zero and never the reserved all-ones.
[[nodiscard]] base::u128 random_id();

}  // namespace cofferdam::crypto
