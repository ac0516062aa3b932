// SPDX-License-Identifier: Apache-2.0
//
// What the engine knows of commands for the sake of governance: which can be carried by a proposal,
// which numbers they hold under which names, and whether one may be given without a vote.
#pragma once

#include "cofferdam/engine/command.h"
#include "cofferdam/engine/state.h"

#include <optional>
#include <string_view>
#include <vector>

namespace cofferdam::engine {

// Not genesis, ticks, batches of events or what has a signature, approvals or votes of its own.
[[nodiscard]] bool is_governable(std::uint16_t operation);

// Whether an operation has a number of this name; parts of a structure are joined by a dot.
[[nodiscard]] bool has_number(std::uint16_t operation, std::string_view field);

// The numbers that the constitution bounds, and the hash of what is left when they are taken out.
// nullopt: one of them has no value (an absent optional), or is beyond 127 bits.
[[nodiscard]] std::optional<decision::ParameterReading> read_parameters(
    const Command& command, const decision::Constitution& constitution);

// Whether the constitution in force leaves this command to a vote, whoever gives it.
[[nodiscard]] bool needs_governance(const Command& command, base::PrincipalId principal,
                                    base::Time now, const State& state);

// The commands of a proposal; one that cannot be read, or may not be carried, is nullopt.
[[nodiscard]] std::optional<Command> proposed_command(const decision::ProposedCommand& proposed);

}  // namespace cofferdam::engine
