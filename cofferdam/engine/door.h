// SPDX-License-Identifier: Apache-2.0
//
// The one door: every change of the books goes through judge(), whether it comes from a client,
// from a dry run, or from the journal in a replay. It is a function of the state, the command, the
// record's time and number, and the history before it; it reads no clock and writes no file.
#pragma once

#include "cofferdam/books/margin/scratch.h"
#include "cofferdam/engine/command.h"
#include "cofferdam/engine/outcome.h"
#include "cofferdam/engine/record.h"
#include "cofferdam/engine/state.h"
#include "cofferdam/journal/format.h"

#include <optional>
#include <string>
#include <vector>

namespace cofferdam::engine {

struct RecordedCommand {
  base::Sequence sequence = 0;
  base::Time time;
  CommandRecord record;
};

// Memory that batches use again and again.
struct Scratch {
  ledger::TransferScratch transfers;
  market::TradeScratch trades;
  margin::Scratch margin;
};

// What happened before this command.
class History : public ledger::TransferHistory {
 public:
  [[nodiscard]] virtual const RecordedCommand* find_command(base::CommandId id) = 0;
  [[nodiscard]] virtual market::TradeHistory& trades() = 0;
  // A disk error that an answer met; the command must then not be decided.
  [[nodiscard]] virtual const std::optional<base::Error>& trouble() const = 0;
};

// Refused whatever the state: it is answered and counted, and not recorded. 0 is ok.
[[nodiscard]] std::uint16_t check_shape(const Command& command);

struct Judgement {
  Outcome outcome;
  std::vector<ledger::TransferResult> results;  // of a batch of transfers
};

struct Circumstances {
  base::Time now;
  base::Time time_before;  // of the record before this one
  bool time_given = false;
  base::Sequence sequence = 0;
  base::PrincipalId principal;
  journal::JournalId books{};
  const CommandRecord* record = nullptr;  // with its signature; absent: there is none
  bool dry_run = false;                   // asks for no signature
  bool rehearsal = false;                 // of a governance proposal, before its time
};

// Judges and, unless refused, applies the command. The changes stay in `changes`, to be committed
// or rolled back by the caller; after a refusal there are none.
[[nodiscard]] Judgement judge(const Command& command, const Circumstances& circumstances,
                              State& state, base::Changes& changes, History& history,
                              Scratch& scratch);

// Names for a reader: the refusing status and its rule. Empty when ok.
struct Refusal {
  std::string status;
  std::string rule;
};

// A vote whose opening is refused, too early or for a slip, leaves no record: from one everybody
// would read it while others still vote.
[[nodiscard]] bool stays_sealed(const Command& command, const Outcome& outcome);

[[nodiscard]] Refusal refusal_of(const Command& command, const Outcome& outcome);
[[nodiscard]] Refusal refusal_of_shape(const Command& command, std::uint16_t status);

// The first law that the touched rows break, in words; nothing when all hold.
[[nodiscard]] std::optional<std::string> broken_law(const State& state);

}  // namespace cofferdam::engine
