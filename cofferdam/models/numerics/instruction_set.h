// SPDX-License-Identifier: Apache-2.0
//
// The tools of the estimating rooms: elementary functions on vectors, random numbers, threads. They
// know nothing of money.
//
// Words. A *lane* is one number of a vector; the *width* is how many lanes a vector has. Every
// kernel is ONE template over the kind of vector (lanes.h), compiled once for each instruction set
// in a file of its own, and chosen when the program runs. The law: every instruction set gives the
// same bits. It holds because each step is one IEEE operation, correctly rounded on every machine,
// because fused multiply-add is written where it is meant and the compiler makes none of its own
// (-ffp-contract=off), and because no lane looks at its neighbour.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace cofferdam::numerics {

enum class InstructionSet : std::uint8_t { portable, avx2, avx512 };

inline constexpr std::array<InstructionSet, 3> kInstructionSets{
    InstructionSet::portable, InstructionSet::avx2, InstructionSet::avx512};

[[nodiscard]] std::string_view name_of(InstructionSet set);

// Compiled into this program, and understood by this processor.
[[nodiscard]] bool is_available(InstructionSet set);

// The widest that is available.
[[nodiscard]] InstructionSet best_instruction_set();

}  // namespace cofferdam::numerics
