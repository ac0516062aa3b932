// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/ledger/expire_holds.h"

#include "cofferdam/books/ledger/posting.h"

namespace cofferdam::ledger {

std::size_t due_expiries(const State& state, Time now) {
  std::size_t count = 0;
  for (const auto& [key, expiry] : state.expiries.rows()) {
    if (key.expires > now || count == kExpiriesPerTickMax) break;
    ++count;
  }
  return count;
}

void expire_holds(State& state, Context& context) {
  for (std::size_t due = due_expiries(state, context.now); due > 0; --due) {
    const Expiry expiry = state.expiries.rows().begin()->second;
    const Slot slot = state.holds.find_slot(expiry.id);
    const Hold hold = state.holds.at(slot);
    const Account& debit = state.accounts.at(hold.debit);
    const Account& credit = state.accounts.at(hold.credit);
    context.postings.push_back(
        Transfer{.debit_account = debit.id,
                 .credit_account = credit.id,
                 .amount = hold.amount,
                 .pending_id = hold.id,
                 .user_data_128 = hold.user_data_128,
                 .pool = debit.pool,
                 .asset = debit.asset,
                 .code = hold.code,
                 .flags = static_cast<std::uint16_t>(kVoidPending | kExpiry | kSystem)});
    release(state, context.changes, hold, Amount());
    reopen(state, context.changes, hold);
    state.expiries.erase(context.changes, expiry.key());
    state.holds.erase(context.changes, slot);
  }
}

}  // namespace cofferdam::ledger
