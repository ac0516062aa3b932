// SPDX-License-Identifier: Apache-2.0
//
// Carries one command out in the rooms that it concerns: the two phases that need a state, after
// the door has let it in.
#pragma once

#include "cofferdam/engine/door.h"
#include "cofferdam/engine/signature.h"

namespace cofferdam::engine {

struct Room {
  State& state;
  ledger::Context& context;
  History& history;
  Scratch& scratch;
  Judgement& judgement;
  std::optional<CommandSignature> signature = {};  // that the command came with, and is good
  bool settles_positions = false;                  // see OperationBase
  bool judges_cover = false;
  base::PoolId evaluated = {};    // a pool whose accounts are all looked at again
  std::uint32_t governed_by = 0;  // the governance proposal whose commands are carried out
  bool is_rehearsal = false;      // of such a proposal, before its time
  journal::JournalId books{};     // which books these are
};

// The operation's own status; 0 is ok. After a refusal the caller rolls back.
[[nodiscard]] std::uint16_t carry_out(const Command& command, Room& room);

// What the room of reconciliation works on in a command.
[[nodiscard]] reconciliation::Books reconciliation_of(Room& room);

// What margin reads beside its own room.
[[nodiscard]] margin::Books margin_books(const State& state, base::Time now);

// A term of a reconciled account would have gone beyond its bound.
void refuse_large_terms(Outcome& outcome);

// The pools that a command acts on and the approvals that it needs of itself.
[[nodiscard]] decision::Subject subject_of(const Command& command, const State& state);

}  // namespace cofferdam::engine
