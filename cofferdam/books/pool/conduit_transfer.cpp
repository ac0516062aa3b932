// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/pool/conduit_transfer.h"

#include "cofferdam/books/ledger/posting.h"
#include "cofferdam/books/pool/reason.h"

namespace cofferdam::pool {

using S = ConduitTransferStatus;

namespace {

[[nodiscard]] S status_of_leg(ledger::TransferStatus status) {
  using T = ledger::TransferStatus;
  if (status == T::ok) return S::ok;
  if (status == T::debit_account_already_closed || status == T::credit_account_already_closed ||
      status == T::debit_account_frozen || status == T::credit_account_frozen)
    return S::account_closed_or_frozen;
  if (status == T::exceeds_credits || status == T::exceeds_debits || status == T::exceeds_floor ||
      status == T::exceeds_ceiling)
    return S::exceeds_balance;
  return status == T::reserved_account_class ? S::reserved_account_class : S::overflows;
}

[[nodiscard]] S check_amount(Amount amount) {
  if (amount.is_zero()) return S::amount_must_not_be_zero;
  if (amount.units() > static_cast<base::u128>(base::kI128Max)) return S::amount_too_large;
  return S::ok;
}

// The two sides in one pool and the two in the other.
struct FourSides {
  Slot from_debit = base::kNoSlot;
  Slot from_credit = base::kNoSlot;
  Slot to_debit = base::kNoSlot;
  Slot to_credit = base::kNoSlot;
};

[[nodiscard]] S post(ledger::State& ledger, Context& context, const FourSides& sides, Amount amount,
                     std::uint16_t code, base::u128 reference, std::int32_t value_date) {
  for (const auto& [debit, credit] : {std::pair{sides.from_debit, sides.from_credit},
                                      std::pair{sides.to_debit, sides.to_credit}}) {
    const S status =
        status_of_leg(ledger::post_leg(ledger, context, debit, credit, amount, code, reference));
    if (status != S::ok) return status;
    context.postings.back().value_date = value_date;
  }
  return S::ok;
}

[[nodiscard]] S check_accounts(const Conduit& conduit, const ledger::Account* debit,
                               const ledger::Account* credit) {
  if (debit == nullptr) return S::debit_account_not_found;
  if (credit == nullptr) return S::credit_account_not_found;
  if (debit->pool != conduit.from) return S::debit_account_not_in_from_pool;
  if (credit->pool != conduit.to) return S::credit_account_not_in_to_pool;
  if (debit->asset != conduit.asset || credit->asset != conduit.asset)
    return S::account_has_different_asset;
  if (ledger::is_reserved_class(debit->account_class) ||
      ledger::is_reserved_class(credit->account_class))
    return S::reserved_account_class;
  return S::ok;
}

[[nodiscard]] S check_owners(const Conduit& conduit, const ledger::Account& debit,
                             const ledger::Account& credit) {
  if (conduit.debit_class && *conduit.debit_class != debit.owner_class)
    return S::owner_class_not_allowed;
  if (conduit.credit_class && *conduit.credit_class != credit.owner_class)
    return S::owner_class_not_allowed;
  if (conduit.same_owner &&
      (debit.owner_class != credit.owner_class || debit.owner != credit.owner))
    return S::owners_must_be_the_same;
  return S::ok;
}

[[nodiscard]] S check_pools(const Conduit& conduit, const State& state) {
  const Pool& from = state.pools.at(state.pools.find_slot(conduit.from));
  const Pool& to = state.pools.at(state.pools.find_slot(conduit.to));
  const bool leaves = from.state == PoolState::active ||
                      (from.state == PoolState::winding_up && conduit.distribution);
  if (!leaves) return S::from_pool_not_open;
  return to.state == PoolState::active ? S::ok : S::to_pool_not_open;
}

void record_breach(const ConduitTransfer& command, const Conduit& conduit, State& state,
                   Context& context) {
  const auto& kept = state.breaches.rows();
  const std::uint64_t number = kept.empty() ? 1 : kept.rbegin()->first + 1;
  if (kept.size() >= kBreachesKept) state.breaches.erase(context.changes, kept.begin()->first);
  state.breaches.insert(context.changes, Breach{.number = number,
                                                .asset = conduit.asset,
                                                .conduit = conduit.id,
                                                .from = conduit.from,
                                                .to = conduit.to,
                                                .amount = command.amount,
                                                .time = context.now,
                                                .sequence = context.sequence,
                                                .reference = command.reference});
}

}  // namespace

Amount available(const Conduit& conduit, Time now) {
  if (conduit.limit.max.is_zero()) return Amount::max();
  return accrue(conduit.limit, conduit.window, now).balance;
}

Amount in_transit(const Conduit& conduit) {
  return conduit.transferred - conduit.settled;
}

std::uint8_t approvals_needed(const ConduitTransfer& command, const State& state) {
  const Conduit* conduit = state.conduits.find(command.conduit);
  if (conduit == nullptr || command.amount <= conduit->approvals_above) return 0;
  return conduit->approvals;
}

S check_shape(const ConduitTransfer& command) {
  if (const S status = check_amount(command.amount); status != S::ok) return status;
  if (command.code == 0) return S::code_must_not_be_zero;
  if (command.debit_account == command.credit_account) return S::accounts_must_be_different;
  return S::ok;
}

S check_state(const ConduitTransfer& command, const State& state, const ledger::State& ledger,
              const Context& context) {
  const Conduit* conduit = state.conduits.find(command.conduit);
  if (conduit == nullptr) return S::conduit_not_found;
  if (conduit->retired) return S::conduit_retired;
  if (conduit->expires != Time() && conduit->expires <= context.now) return S::conduit_expired;
  const ledger::Account* debit = ledger.accounts.find(command.debit_account);
  const ledger::Account* credit = ledger.accounts.find(command.credit_account);
  if (const S status = check_accounts(*conduit, debit, credit); status != S::ok) return status;
  if (const S status = check_owners(*conduit, *debit, *credit); status != S::ok) return status;
  if (const S status = check_pools(*conduit, state); status != S::ok) return status;
  if (!conduit->transfer_max.is_zero() && command.amount > conduit->transfer_max)
    return S::exceeds_transfer_max;
  if (command.amount > available(*conduit, context.now)) return S::exceeds_limit;
  if (!base::try_add(conduit->transferred, command.amount)) return S::overflows;
  return S::ok;
}

S apply(const ConduitTransfer& command, State& state, ledger::State& ledger, Context& context) {
  Conduit& conduit = state.conduits.edit(context.changes, command.conduit);
  const FourSides sides{.from_debit = ledger.accounts.find_slot(command.debit_account),
                        .from_credit = ledger.accounts.find_slot(conduit.half_from),
                        .to_debit = ledger.accounts.find_slot(conduit.half_to),
                        .to_credit = ledger.accounts.find_slot(command.credit_account)};
  if (const S status = post(ledger, context, sides, command.amount, command.code, command.reference,
                            command.value_date);
      status != S::ok)
    return status;
  if (conduit.observation) {
    record_breach(command, conduit, state, context);
    conduit.breaches += 1;
  }
  conduit.transfers += 1;
  conduit.transferred += command.amount;
  if (!conduit.limit.max.is_zero()) {
    conduit.window = accrue(conduit.limit, conduit.window, context.now);
    conduit.window.balance -= command.amount;
  }
  return S::ok;
}

S check_shape(const SettleConduit& command) {
  if (const S status = check_amount(command.amount); status != S::ok) return status;
  if (command.custody_from == command.custody_to) return S::accounts_must_be_different;
  return S::ok;
}

S check_state(const SettleConduit& command, const State& state, const ledger::State& ledger) {
  const Conduit* conduit = state.conduits.find(command.conduit);
  if (conduit == nullptr) return S::conduit_not_found;
  const ledger::Account* from = ledger.accounts.find(command.custody_from);
  const ledger::Account* to = ledger.accounts.find(command.custody_to);
  if (const S status = check_accounts(*conduit, from, to); status != S::ok) return status;
  if (from->account_class != ledger::AccountClass::custody ||
      to->account_class != ledger::AccountClass::custody)
    return S::not_a_custody_account;
  if (from->is(ledger::kLeavesByIntent)) return S::reserved_account_class;
  // A pool that is winding up or retired its conduit still delivers what it owes.
  const auto open = [&](PoolId id) {
    const PoolState pool = state.pools.at(state.pools.find_slot(id)).state;
    return pool == PoolState::active || pool == PoolState::winding_up;
  };
  if (!open(conduit->from)) return S::from_pool_not_open;
  if (!open(conduit->to)) return S::to_pool_not_open;
  if (command.amount > in_transit(*conduit)) return S::exceeds_in_transit;
  return S::ok;
}

S apply(const SettleConduit& command, State& state, ledger::State& ledger, Context& context) {
  Conduit& conduit = state.conduits.edit(context.changes, command.conduit);
  const FourSides sides{.from_debit = ledger.accounts.find_slot(conduit.half_from),
                        .from_credit = ledger.accounts.find_slot(command.custody_from),
                        .to_debit = ledger.accounts.find_slot(command.custody_to),
                        .to_credit = ledger.accounts.find_slot(conduit.half_to)};
  if (const S status = post(ledger, context, sides, command.amount, kSettlement, command.reference,
                            command.value_date);
      status != S::ok)
    return status;
  conduit.settled += command.amount;
  return S::ok;
}

}  // namespace cofferdam::pool
