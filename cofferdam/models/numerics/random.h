// SPDX-License-Identifier: Apache-2.0
//
// Random numbers by counter: the numbers of a key and a stream are a function of their place, so
// any of them can be computed alone, on any thread and any machine, with the same bits.
// Philox4x32-10 (Salmon and others 2011) makes the words, Box and Muller's transform the normals.
//
// The counter's low 64 bits are the place, its high 64 bits the stream (for instance the scenario,
// or the factor). Normals come in blocks (random_layout.h).
#pragma once

#include "cofferdam/models/numerics/instruction_set.h"
#include "cofferdam/models/numerics/random_layout.h"

#include <array>
#include <cstdint>
#include <span>

namespace cofferdam::numerics {

// One step of the generator: ten rounds over a counter of four words, low word first.
[[nodiscard]] std::array<std::uint32_t, 4> philox_words(const std::array<std::uint32_t, 4>& counter,
                                                        const std::array<std::uint32_t, 2>& key);

// Fills out with the normals of blocks first_block, first_block + 1, ...; the last may be in part.
void fill_normals(std::uint64_t key, std::uint64_t stream, std::uint64_t first_block,
                  std::span<double> out, InstructionSet set = best_instruction_set());

// The one at a place: fill_normals from block 0 puts it at out[place].
[[nodiscard]] double normal_at(std::uint64_t key, std::uint64_t stream, std::uint64_t place);

}  // namespace cofferdam::numerics
