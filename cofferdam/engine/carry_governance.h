// SPDX-License-Identifier: Apache-2.0
//
// What the engine does for governance: it reads proposed commands, and carries them out in the name
// of the executive when their time has come.
#pragma once

#include "cofferdam/engine/carry_out.h"

namespace cofferdam::engine {

[[nodiscard]] decision::ConstituteStatus check_governed(const decision::Constitute& command);
[[nodiscard]] decision::GovernanceStatus check_proposed(const decision::ProposeChange& command);

[[nodiscard]] decision::GovernanceStatus propose_change(const decision::ProposeChange& command,
                                                        Room& room);
// All commands of the proposal or, when one is refused, none: the caller rolls back.
[[nodiscard]] decision::GovernanceStatus execute_change(const decision::ExecuteChange& command,
                                                        Room& room);

// Keeps what a governed command has set, for the next one to be compared with.
void follow_settings(const Command& command, Room& room);

}  // namespace cofferdam::engine
