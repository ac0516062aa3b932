// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/report/entries.h"

#include "cofferdam/books/pool/reason.h"
#include "cofferdam/engine/history.h"
#include "cofferdam/journal/journal.h"
#include "cofferdam/journal/reader.h"

#include <map>
#include <utility>

namespace cofferdam::report {

namespace {

using base::Result;
using ledger::Transfer;

class Walk {
 public:
  explicit Walk(const engine::State& state) : state_(state) {}

  // The movement of a stored event, or nothing when it moved nothing.
  [[nodiscard]] std::optional<Entry> entry_of(const ledger::StoredTransfer& stored) {
    const Transfer& event = stored.event;
    if (stored.status != ledger::TransferStatus::ok) return std::nullopt;
    if (event.is(ledger::kPending)) {
      pending_[event.id.value()] = {event.debit_account, event.credit_account};
      return std::nullopt;
    }
    if (event.is(ledger::kVoidPending) || event.is(ledger::kExpiry)) return std::nullopt;
    Entry entry{.sequence = ledger::sequence_of(stored.address),
                .position = ledger::position_of(stored.address),
                .time = stored.time,
                .value_date = event.value_date == 0 ? base::day_of(stored.time)
                                                    : base::Date(event.value_date),
                .transfer = event.id,
                .debit = event.debit_account,
                .credit = event.credit_account,
                .amount = event.amount,
                .code = event.code,
                .reference = event.user_data_128,
                .reversal = event.is(ledger::kReversal)};
    if (event.is(ledger::kPostPending))
      std::tie(entry.debit, entry.credit) = pending_.at(event.pending_id.value());
    const ledger::Account* account = state_.ledger.accounts.find(entry.debit);
    COFFERDAM_CHECK(account != nullptr, "an accepted transfer has accounts");
    entry.pool = account->pool;
    entry.asset = account->asset;
    return entry;
  }

 private:
  const engine::State& state_;
  std::map<base::u128, std::pair<base::AccountId, base::AccountId>> pending_;
};

}  // namespace

Result<void> each_entry(engine::Engine& engine,
                        const std::function<Result<void>(const Entry&)>& visit) {
  if (engine.sequence() == 0) return {};
  if (Result<void> done = engine.commit(engine.sequence()); !done) return done;
  auto reader = engine.journal().read_from(engine.journal().first_sequence());
  if (!reader) return std::unexpected(std::move(reader).error());
  Walk walk(engine.state());
  while (true) {
    Result<const journal::Record*> record = (*reader)->next();
    if (!record) return std::unexpected(std::move(record).error());
    if (*record == nullptr) return {};
    if ((*record)->kind != engine::kCommandRecord) continue;
    Result<engine::RecordedCommand> command = engine::recorded_command(**record);
    if (!command) return std::unexpected(std::move(command).error());
    for (const ledger::StoredTransfer& stored :
         engine::transfers_of(command->record, command->sequence, command->time)) {
      std::optional<Entry> entry = walk.entry_of(stored);
      if (!entry) continue;
      entry->command = command->record.id;
      entry->operation = command->record.operation;
      if (Result<void> done = visit(*entry); !done) return done;
    }
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
    default:
      return std::to_string(code);
  }
}

}  // namespace cofferdam::report
