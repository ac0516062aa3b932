// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/report/entries.h"

#include "cofferdam/books/pool/reason.h"
#include "cofferdam/engine/history.h"
#include "cofferdam/journal/journal.h"
#include "cofferdam/journal/reader.h"

#include <tuple>

namespace cofferdam::report {

using base::Result;
using ledger::Transfer;

Result<std::optional<Entry>> EntryWalk::entry_of(const ledger::StoredTransfer& stored) {
  const Transfer& event = stored.event;
  if (stored.status != ledger::TransferStatus::ok) return std::optional<Entry>();
  if (event.is(ledger::kPending)) {
    pending_[event.id.value()] = {event.debit_account, event.credit_account};
    return std::optional<Entry>();
  }
  if (event.is(ledger::kVoidPending) || event.is(ledger::kExpiry)) {
    pending_.erase(event.pending_id.value());
    return std::optional<Entry>();
  }
  Entry entry{.sequence = ledger::sequence_of(stored.address),
              .position = ledger::position_of(stored.address),
              .time = stored.time,
              .value_date =
                  event.value_date == 0 ? base::day_of(stored.time) : base::Date(event.value_date),
              .transfer = event.id,
              .debit = event.debit_account,
              .credit = event.credit_account,
              .amount = event.amount,
              .code = event.code,
              .reference = event.user_data_128,
              .reversal = event.is(ledger::kReversal)};
  if (event.is(ledger::kPostPending)) {
    const auto hold = pending_.find(event.pending_id.value());
    if (hold == pending_.end())
      return std::unexpected(
          base::Error{.kind = base::ErrorKind::integrity,
                      .field = "journal record " + std::to_string(entry.sequence),
                      .value = base::to_text(event.pending_id.value()),
                      .rule = "what is posted was held before"});
    std::tie(entry.debit, entry.credit) = hold->second;
    pending_.erase(hold);
  }
  const ledger::Account* account = state_.ledger.accounts.find(entry.debit);
  COFFERDAM_CHECK(account != nullptr, "an accepted transfer has accounts");
  entry.pool = account->pool;
  entry.asset = account->asset;
  return std::optional(entry);
}

Result<void> EntryWalk::each(const engine::RecordedCommand& command, const EntryVisitor& visit) {
  constexpr std::uint16_t kAttach = engine::Operation<pool::AttachPool>::kNumber;
  if (command.record.outcome.ok() && engine::effective_command(command.record).operation == kAttach)
    if (const auto attach =
            base::decode<pool::AttachPool>(engine::effective_command(command.record).content))
      for (const pool::ImageHold& hold : attach->image.holds)
        pending_[hold.id.value()] = {hold.debit, hold.credit};
  for (const ledger::StoredTransfer& stored :
       engine::transfers_of(command.record, command.sequence, command.time)) {
    Result<std::optional<Entry>> found = entry_of(stored);
    if (!found) return std::unexpected(std::move(found).error());
    std::optional<Entry>& entry = *found;
    if (!entry) continue;
    entry->command = command.record.id;
    entry->operation = command.record.operation;
    if (Result<void> done = visit(*entry); !done) return done;
  }
  return {};
}

Result<void> each_entry(engine::Engine& engine, const EntryVisitor& visit) {
  if (engine.sequence() == 0) return {};
  if (Result<void> done = engine.commit(engine.sequence()); !done) return done;
  auto reader = engine.journal().read_from(engine.journal().first_sequence());
  if (!reader) return std::unexpected(std::move(reader).error());
  EntryWalk walk(engine.state());
  while (true) {
    Result<const journal::Record*> record = (*reader)->next();
    if (!record) return std::unexpected(std::move(record).error());
    if (*record == nullptr) return {};
    if ((*record)->kind != engine::kCommandRecord) continue;
    Result<engine::RecordedCommand> command = engine::recorded_command(**record);
    if (!command) return std::unexpected(std::move(command).error());
    if (Result<void> done = walk.each(*command, visit); !done) return done;
  }
}

std::string reason_name(std::uint16_t code) {
  for (const pool::Reason& reason : pool::kReasons)
    if (reason.code == code) return std::string(reason.name);
  switch (code) {
    case market::kTradePosition:
      return "trade_position";
    case market::kTradeValue:
      return "trade_value";
    case market::kTradeFee:
      return "trade_fee";
    case market::kSettleValue:
      return "settle_value";
    case market::kSettleCash:
      return "settle_cash";
    case market::kSettleBetweenPools:
      return "settle_between_pools";
    case market::kSettleDust:
      return "settle_dust";
    case market::kTradePremium:
      return "trade_premium";
    case market::kTradeDelivery:
      return "trade_delivery";
    case market::kFundingValue:
      return "funding_value";
    case market::kClosePosition:
      return "close_position";
    case market::kCloseValue:
      return "close_value";
    case market::kReversePosition:
      return "reverse_position";
    case market::kReverseValue:
      return "reverse_value";
    case market::kReverseFee:
      return "reverse_fee";
    case market::kReversePremium:
      return "reverse_premium";
    case market::kReverseDelivery:
      return "reverse_delivery";
    default:
      return std::to_string(code);
  }
}

}  // namespace cofferdam::report
