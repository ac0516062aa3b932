// SPDX-License-Identifier: Apache-2.0
//
// Bertoni, Daemen, Peeters and Van Assche, The Keccak reference 3.0 (2011); FIPS 202, section 3.
#include "cofferdam/crypto/keccak.h"

#include "cofferdam/crypto/keccak_sponge.h"

#include <bit>
#include <cstring>

namespace cofferdam::crypto {
namespace {

static_assert(std::endian::native == std::endian::little, "a lane is 64 bits, lowest byte first");

constexpr std::size_t kLanes = 25;
// The capacity is twice the digest: 512 of the 1,600 bits are never met by the input.
constexpr std::size_t kRate = 200 - 2 * sizeof(Hash);

using Lanes = std::array<std::uint64_t, kLanes>;

// FIPS 202, 3.2.5: bits of a linear feedback shift register, at the places 2^j - 1.
constexpr std::array<std::uint64_t, 24> round_constants() {
  std::array<std::uint64_t, 24> constants{};
  unsigned state = 1;
  for (std::uint64_t& constant : constants)
    for (unsigned j = 0; j < 7; ++j) {
      if ((state & 1U) != 0) constant |= std::uint64_t{1} << ((1U << j) - 1);
      state <<= 1;
      if ((state & 0x100U) != 0) state ^= 0x171U;
    }
  return constants;
}

struct Step {
  unsigned to = 0;
  int turn = 0;
};

// FIPS 202, 3.2.2 and 3.2.3 in one: where each lane goes, beginning with lane 1, and by how many
// bits it turns on the way.
constexpr std::array<Step, 24> walk() {
  std::array<Step, 24> steps{};
  unsigned x = 1;
  unsigned y = 0;
  for (unsigned t = 0; t < 24; ++t) {
    const unsigned next = (2 * x + 3 * y) % 5;
    x = y;
    y = next;
    steps[t] = {x + 5 * y, static_cast<int>((t + 1) * (t + 2) / 2 % 64)};
  }
  return steps;
}

constexpr auto kRounds = round_constants();
constexpr auto kWalk = walk();
static_assert(kRounds.back() == 0x8000000080008008U, "the last one of the reference's table");

void permute(Lanes& a) {
  for (const std::uint64_t constant : kRounds) {
    std::array<std::uint64_t, 5> column{};
    for (std::size_t x = 0; x < 5; ++x)
      column[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
    for (std::size_t x = 0; x < 5; ++x) {
      const std::uint64_t mixed = column[(x + 4) % 5] ^ std::rotl(column[(x + 1) % 5], 1);
      for (std::size_t y = 0; y < kLanes; y += 5) a[x + y] ^= mixed;
    }
    std::uint64_t moving = a[1];
    for (const Step& step : kWalk) {
      const std::uint64_t displaced = a[step.to];
      a[step.to] = std::rotl(moving, step.turn);
      moving = displaced;
    }
    for (std::size_t y = 0; y < kLanes; y += 5) {
      const std::array<std::uint64_t, 5> row{a[y], a[y + 1], a[y + 2], a[y + 3], a[y + 4]};
      for (std::size_t x = 0; x < 5; ++x)
        a[x + y] = row[x] ^ (~row[(x + 1) % 5] & row[(x + 2) % 5]);
    }
    a[0] ^= constant;
  }
}

void absorb(Lanes& lanes, const char* block) {
  for (std::size_t i = 0; i < kRate / 8; ++i) {
    std::uint64_t lane = 0;
    std::memcpy(&lane, block + 8 * i, sizeof(lane));
    lanes[i] ^= lane;
  }
  permute(lanes);
}

}  // namespace

Hash keccak_sponge(std::string_view bytes, unsigned char padding) {
  Lanes lanes{};
  for (; bytes.size() >= kRate; bytes.remove_prefix(kRate)) absorb(lanes, bytes.data());
  std::array<char, kRate> last{};
  if (!bytes.empty()) std::memcpy(last.data(), bytes.data(), bytes.size());
  const auto mark = [&](std::size_t at, unsigned char bits) {
    last[at] = static_cast<char>(static_cast<unsigned char>(last[at]) | bits);
  };
  mark(bytes.size(), padding);
  mark(kRate - 1, 0x80);
  absorb(lanes, last.data());
  Hash hash{};
  std::memcpy(hash.data(), lanes.data(), hash.size());
  return hash;
}

Hash keccak256(std::string_view bytes) {
  return keccak_sponge(bytes, 0x01);
}

}  // namespace cofferdam::crypto
