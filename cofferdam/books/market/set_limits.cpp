// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/market/set_limits.h"

namespace cofferdam::market {

namespace {

using S = SetLimitsStatus;

// A bound of zero is none.
[[nodiscard]] bool bounds_no_more(Quantity after, Quantity before) {
  if (before.is_zero()) return true;
  return !after.is_zero() && after <= before;
}

// No time and no pool at which the new terms allow more.
[[nodiscard]] bool allows_no_more(const LimitTerms& after, const LimitTerms& before, Time now) {
  if (!bounds_no_more(after.open_max, before.open_max)) return false;
  if (!before.quarantined(now)) return true;
  const bool same_pool =
      before.quarantine_pool.is_none() || after.quarantine_pool == before.quarantine_pool;
  return after.quarantine_until >= before.quarantine_until && same_pool &&
         bounds_no_more(after.quarantine_open_max, before.quarantine_open_max);
}

}  // namespace

S check_shape(const SetLimits& command) {
  if (command.open_max.is_negative() || command.quarantine_open_max.is_negative())
    return S::quantity_negative;
  const bool quarantines =
      !command.quarantine_pool.is_none() || !command.quarantine_open_max.is_zero();
  if (quarantines && command.quarantine_until == Time()) return S::quarantine_needs_an_end;
  return command.notice.is_negative() ? S::notice_must_not_be_negative : S::ok;
}

S check_state(const SetLimits& command, const LimitState& state, const State& market,
              const ledger::State& ledger, const ledger::Context& context) {
  const Contract* contract = market.contracts.find(command.contract);
  if (contract == nullptr) return S::contract_not_found;
  if (contract->status == ContractStatus::closed) return S::contract_closed;
  if (!command.quarantine_pool.is_none() &&
      ledger.compartments.find(command.quarantine_pool) == nullptr)
    return S::pool_not_found;
  if (command.quarantine_until != Time() && command.quarantine_until <= context.now)
    return S::quarantine_ends_in_the_past;
  const Limit* earlier = state.limits.find(command.contract);
  return earlier != nullptr && command.notice < earlier->notice ? S::notice_would_be_shorter
                                                                : S::ok;
}

S apply(const SetLimits& command, LimitState& state, ledger::Context& context) {
  Limit row{.contract = command.contract,
            .terms = {.open_max = command.open_max,
                      .quarantine_until = command.quarantine_until,
                      .quarantine_pool = command.quarantine_pool,
                      .quarantine_open_max = command.quarantine_open_max},
            .effective = context.now,
            .notice = command.notice,
            .set = context.now};
  const Limit* earlier = state.limits.find(command.contract);
  if (earlier == nullptr) {
    state.limits.insert(context.changes, row);
    return S::ok;
  }
  const LimitTerms held = earlier->at(context.now);
  if (!allows_no_more(row.terms, held, context.now)) {
    row.before = held;
    row.effective = base::try_add(context.now, earlier->notice).value_or(Time::max());
  }
  state.limits.edit(context.changes, command.contract) = row;
  return S::ok;
}

}  // namespace cofferdam::market
