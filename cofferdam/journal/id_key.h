// SPDX-License-Identifier: Apache-2.0
//
// Ids as the id index orders them: scrambled by a secret of the folder. Clients choose ids freely;
// without the secret nobody can choose many that fall into one bucket, one filter line or one
// block. The scrambling is a permutation (four Feistel rounds; Luby and Rackoff, 1988), so equal
// keys mean equal ids and the id itself need not be stored. The round function is a folded
// multiplication with secret operands: fast and well mixing, and its results are never shown to a
// client; it is not an encryption that would withstand someone who sees them.
#pragma once

#include "cofferdam/base/int128.h"

#include <array>
#include <compare>
#include <cstdint>

namespace cofferdam::journal {

using IndexSecret = std::array<std::uint64_t, 8>;

struct IdKey {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  friend constexpr auto operator<=>(const IdKey&, const IdKey&) = default;
};

struct IdRecord {
  IdKey key;
  std::uint64_t value = 0;
};

[[nodiscard]] constexpr std::uint64_t fold_multiply(std::uint64_t a, std::uint64_t b) {
  const base::u128 product = static_cast<base::u128>(a) * b;
  return base::high64(product) ^ base::low64(product);
}

[[nodiscard]] constexpr IdKey scramble(const IndexSecret& secret, base::u128 id) {
  const auto round = [](std::uint64_t x, std::uint64_t a, std::uint64_t b) {
    return fold_multiply(x ^ a, ((x << 32) | (x >> 32)) ^ b);
  };
  std::uint64_t left = base::high64(id);
  std::uint64_t right = base::low64(id);
  left ^= round(right, secret[0], secret[1]);
  right ^= round(left, secret[2], secret[3]);
  left ^= round(right, secret[4], secret[5]);
  right ^= round(left, secret[6], secret[7]);
  return {left, right};
}

// Shards cut the key space by its top bits: merges work on one shard at a time, which bounds both
// the memory that a merge needs beside what it replaces and the time until the next flush.
inline constexpr unsigned kShardBits = 2;
inline constexpr std::size_t kShards = std::size_t{1} << kShardBits;

[[nodiscard]] constexpr std::size_t shard_of(const IdKey& key) {
  return static_cast<std::size_t>(key.high >> (64 - kShardBits));
}

}  // namespace cofferdam::journal
