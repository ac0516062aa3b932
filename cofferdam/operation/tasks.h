// SPDX-License-Identifier: Apache-2.0
//
// The tasks of this room, by what they are about.
#pragma once

#include "cofferdam/operation/session.h"

namespace cofferdam::operation {

void register_journal_tasks(Registry& registry);
void register_key_tasks(Registry& registry);
void register_signature_tasks(Registry& registry);
void register_pool_tasks(Registry& registry);
void register_custody_tasks(Registry& registry);
void register_margin_tasks(Registry& registry);
void register_publication_tasks(Registry& registry);

// Gives the command of a task, with the session's envelope. A refusal by the books is an error
// here: the task has not done what it is for.
[[nodiscard]] Result<Answer> give_command(Session& session, engine::Command command);

// For a task that changes something and cannot say beforehand what it would do.
[[nodiscard]] Result<void> must_not_be_dry(const Session& session);

}  // namespace cofferdam::operation
