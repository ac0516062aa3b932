// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/engine/command.h"

namespace cofferdam::engine {

Command::Command() = default;
Command::Command(const Command& other) = default;
Command::Command(Command&& other) noexcept = default;
Command& Command::operator=(const Command& other) = default;
Command& Command::operator=(Command&& other) noexcept = default;
Command::~Command() = default;

}  // namespace cofferdam::engine
