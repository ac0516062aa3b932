// SPDX-License-Identifier: Apache-2.0
//
// What stands in the journal for one command: who asked for what, and what it came to.
#pragma once

#include "cofferdam/engine/command.h"
#include "cofferdam/engine/outcome.h"

#include <optional>
#include <string>
#include <string_view>

namespace cofferdam::engine {

// Kinds of records in the journal.
inline constexpr std::uint16_t kCommandRecord = 1;
inline constexpr std::uint16_t kCheckpointRecord = 2;

inline constexpr std::uint16_t kCommandRecordFormat = 1;
// Of a record whose outcome names alerts.
inline constexpr std::uint16_t kCommandRecordFormatAlerts = 2;

struct CommandRecord {
  std::uint16_t format = kCommandRecordFormat;
  base::CommandId id;
  base::PrincipalId principal;
  std::uint16_t operation = 0;
  std::uint16_t version = 0;
  std::string signature;  // an encoded CommandSignature; empty where there is none
  std::string content;    // the encoded command
  Outcome outcome;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("format", self.format, "1, or 2 where alerts stand behind the outcome");
    visit("id", self.id, "the client's id of the command");
    visit("principal", self.principal, "who asked");
    visit("operation", self.operation, "number of the operation");
    visit("version", self.version, "version of the operation's fields");
    visit("signature", self.signature,
          "of the principal: form, not_after, key, signature; or empty");
    visit("content", self.content, "the command's fields");
    visit("outcome", self.outcome, "what it came to");
    if (self.format == kCommandRecordFormatAlerts)
      visit("alerts", self.outcome.alerts, "what it did to alerts");
  }
};

// What was carried out by a record: its own content, or what it approved.
struct Effective {
  std::uint16_t operation = 0;
  std::uint16_t version = 0;
  std::string_view content;
};

[[nodiscard]] Effective effective_command(const CommandRecord& record);

// The trades that a command books, in the order of its events; takers[i] is that of trades[i] where
// the fees follow from the contract's schedule, and none otherwise.
struct NamedTrades {
  std::vector<market::Trade> trades;
  std::vector<market::TradeSide> takers;
};

// Empty for a command that books none, and for bytes that cannot be read.
[[nodiscard]] NamedTrades trades_of(const Effective& command);

// Whether the outcome fits the command: of a batch that was judged one status for each event, moved
// amounts of events that are there, and an approved command that can be read. No release has
// written a record of which this is not true; whoever reads a journal asks before relying on it.
[[nodiscard]] bool fits_its_command(const CommandRecord& record);

// A record's transfers in the order of their positions: first the events of a batch (accepted or
// burned, with the amount that was moved), then the postings of the system.
[[nodiscard]] std::vector<ledger::StoredTransfer> transfers_of(const CommandRecord& record,
                                                               base::Sequence sequence,
                                                               base::Time time);

// The bytes of `encode_command(command)` as content; nullopt for an unknown operation or version,
// or for bytes that are not exactly one command.
[[nodiscard]] std::string encode_command(const Command& command);
[[nodiscard]] std::optional<Command> decode_command(std::uint16_t operation, std::uint16_t version,
                                                    std::string_view content);

}  // namespace cofferdam::engine
