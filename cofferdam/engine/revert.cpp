// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/engine/revert.h"

#include "cofferdam/books/ledger/posting.h"

#include <algorithm>
#include <set>

namespace cofferdam::engine {

namespace {

using ledger::StoredTransfer;
using ledger::Transfer;
using S = RevertStatus;

// The accounts of the event; a resolution may have left them to its hold.
[[nodiscard]] Transfer complete(Transfer event, History& history) {
  if (!event.is(ledger::kPostPending)) return event;
  const StoredTransfer* pending = history.find(event.pending_id);
  // Absent only where the history cannot be read; the engine then takes the command back.
  if (pending == nullptr) return event;
  event.debit_account = pending->event.debit_account;
  event.credit_account = pending->event.credit_account;
  event.pool = pending->event.pool;
  event.asset = pending->event.asset;
  event.code = pending->event.code;
  return event;
}

[[nodiscard]] S release_hold(const Transfer& event, ledger::State& state,
                             ledger::Context& context) {
  const ledger::Slot slot = state.holds.find_slot(event.id);
  if (slot == base::kNoSlot) return S::hold_resolved_since;
  const ledger::Hold hold = state.holds.at(slot);
  ledger::release(state, context.changes, hold, base::Amount());
  ledger::reopen(state, context.changes, hold);
  if (hold.timeout_s != 0)
    state.expiries.erase(context.changes, ledger::Expiry::Key{hold.expires, hold.address});
  state.holds.erase(context.changes, slot);
  context.postings.push_back(Transfer{
      .debit_account = event.debit_account,
      .credit_account = event.credit_account,
      .amount = hold.amount,
      .pending_id = hold.id,
      .user_data_128 = event.id.value(),
      .pool = event.pool,
      .asset = event.asset,
      .code = event.code,
      .flags =
          static_cast<std::uint16_t>(ledger::kVoidPending | ledger::kReversal | ledger::kSystem)});
  return S::ok;
}

[[nodiscard]] S post_back(const Transfer& event, ledger::State& state, ledger::Context& context) {
  if (event.amount.is_zero()) return S::ok;
  const ledger::Slot debit = state.accounts.find_slot(event.debit_account);
  const ledger::Slot credit = state.accounts.find_slot(event.credit_account);
  if (debit == base::kNoSlot || credit == base::kNoSlot) return S::leg_refused;
  const ledger::Compartment* compartment = state.compartments.find(event.pool);
  if (compartment == nullptr || !compartment->accepts_transfers) return S::leg_refused;
  if (ledger::post_leg(state, context, credit, debit, event.amount, event.code, event.id.value()) !=
      ledger::TransferStatus::ok)
    return S::leg_refused;
  context.postings.back().flags |= ledger::kReversal;
  return S::ok;
}

}  // namespace

S revert_batch(const RevertBatch& command, ledger::State& state, ledger::Context& context,
               History& history) {
  const RecordedCommand* found = history.find_command(command.command);
  if (found == nullptr) return S::command_not_found;
  if (effective_command(found->record).operation != Operation<ledger::CreateTransfers>::kNumber)
    return S::not_a_batch;
  if (state.reversals.find(command.command) != nullptr) return S::already_reverted;
  std::vector<StoredTransfer> events = transfers_of(found->record, found->sequence, found->time);
  std::erase_if(events,
                [](const StoredTransfer& e) { return e.status != ledger::TransferStatus::ok; });
  if (events.empty()) return S::nothing_to_revert;
  // Last in, first out: limits then hold at every step if they held on the way there.
  std::reverse(events.begin(), events.end());
  std::set<base::TransferId> posted_here;  // holds that the batch itself posted: nothing is held
  for (const StoredTransfer& stored : events) {
    if (stored.event.is(ledger::kVoidPending)) return S::void_cannot_be_reverted;
    if (stored.event.is(ledger::kPostPending)) posted_here.insert(stored.event.pending_id);
    if (posted_here.contains(stored.event.id)) continue;
    const Transfer event = complete(stored.event, history);
    const S status = event.is(ledger::kPending) ? release_hold(event, state, context)
                                                : post_back(event, state, context);
    if (status != S::ok) return status;
  }
  state.reversals.insert(context.changes,
                         ledger::Reversal{.command = command.command, .by = context.sequence});
  return S::ok;
}

}  // namespace cofferdam::engine
