// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/engine/record.h"

#include <algorithm>

namespace cofferdam::engine {

namespace {

template <std::size_t I = 0>
[[nodiscard]] std::optional<Command> decode_from(std::uint16_t operation, std::uint16_t version,
                                                 std::string_view content) {
  if constexpr (I < std::variant_size_v<CommandVariant>) {
    using C = std::variant_alternative_t<I, CommandVariant>;
    if (Operation<C>::kNumber != operation) return decode_from<I + 1>(operation, version, content);
    if (Operation<C>::kVersion != version) return std::nullopt;
    if (auto command = base::decode<C>(content)) return Command(std::move(*command));
    return std::nullopt;
  } else {
    return std::nullopt;
  }
}

}  // namespace

std::string encode_command(const Command& command) {
  return std::visit([](const auto& c) { return base::encode(c); }, command);
}

std::optional<Command> decode_command(std::uint16_t operation, std::uint16_t version,
                                      std::string_view content) {
  return decode_from(operation, version, content);
}

Effective effective_command(const CommandRecord& record) {
  if (const auto& executed = record.outcome.executed)
    return {executed->operation, executed->version, executed->content};
  return {record.operation, record.version, record.content};
}

NamedTrades trades_of(const Effective& command) {
  NamedTrades named;
  if (command.operation == Operation<market::RecordTrades>::kNumber) {
    if (auto batch = base::decode<market::RecordTrades>(command.content))
      named.trades = std::move(batch->trades);
  } else if (command.operation == Operation<market::ClearTrades>::kNumber) {
    if (const auto batch = base::decode<market::ClearTrades>(command.content))
      for (const market::ClearedTrade& trade : batch->trades) {
        named.trades.push_back(market::without_fees(trade));
        named.takers.push_back(trade.taker);
      }
  } else if (command.operation == Operation<market::AmendTrade>::kNumber) {
    if (const auto amend = base::decode<market::AmendTrade>(command.content))
      named.trades.push_back(market::replacement_of(*amend));
  }
  return named;
}

bool fits_its_command(const CommandRecord& record) {
  const Outcome& outcome = record.outcome;
  const Effective effective = effective_command(record);
  if (outcome.executed &&
      !decode_command(effective.operation, effective.version, effective.content))
    return false;
  if (outcome.event_statuses.empty()) return true;
  std::size_t events = 0;
  if (effective.operation == Operation<ledger::CreateTransfers>::kNumber) {
    const auto batch = base::decode<ledger::CreateTransfers>(effective.content);
    if (!batch) return false;
    events = batch->transfers.size();
  } else if (effective.operation == Operation<market::RecordTrades>::kNumber ||
             effective.operation == Operation<market::ClearTrades>::kNumber) {
    // Unreadable bytes name no trade, and then the statuses are too many.
    events = trades_of(effective).trades.size();
  } else {
    return true;
  }
  return events == outcome.event_statuses.size() &&
         std::ranges::all_of(outcome.moved,
                             [&](const MovedAmount& moved) { return moved.position < events; });
}

std::vector<ledger::StoredTransfer> transfers_of(const CommandRecord& record,
                                                 base::Sequence sequence, base::Time time) {
  std::vector<ledger::StoredTransfer> all;
  const Outcome& outcome = record.outcome;
  const Effective effective = effective_command(record);
  if (effective.operation == Operation<ledger::CreateTransfers>::kNumber &&
      !outcome.event_statuses.empty()) {
    const auto batch = base::decode<ledger::CreateTransfers>(effective.content);
    COFFERDAM_CHECK(batch && batch->transfers.size() == outcome.event_statuses.size(),
                    "a recorded batch has one status per event");
    for (std::size_t i = 0; i < batch->transfers.size(); ++i)
      all.push_back({.event = batch->transfers[i],
                     .status = static_cast<ledger::TransferStatus>(outcome.event_statuses[i]),
                     .address = ledger::address_of(sequence, i),
                     .time = time});
    for (const MovedAmount& moved : outcome.moved)
      all.at(moved.position).event.amount = moved.amount;
  }
  for (const ledger::Transfer& posting : outcome.postings)
    all.push_back(
        {.event = posting, .address = ledger::address_of(sequence, all.size()), .time = time});
  return all;
}

}  // namespace cofferdam::engine
