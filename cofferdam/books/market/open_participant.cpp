// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/market/open_participant.h"

#include "cofferdam/books/market/accounts.h"

namespace cofferdam::market {

namespace {

using S = OpenParticipantStatus;

}  // namespace

S check_shape(const OpenParticipant& command) {
  if (command.owner.is_none()) return S::owner_must_not_be_zero;
  if (command.contracts.size() > kContractsOpenedMax) return S::too_many_contracts;
  return S::ok;
}

S check_state(const OpenParticipant& command, const State& state, const ledger::State& ledger) {
  const ledger::Compartment* compartment = ledger.compartments.find(command.pool);
  if (compartment == nullptr) return S::pool_not_found;
  if (!compartment->accepts_accounts) return S::pool_not_accepting;
  const Slot slot = ledger.accounts.find_slot(command.collateral);
  if (slot == base::kNoSlot) return S::account_not_found;
  const ledger::Account& account = ledger.accounts.at(slot);
  if (account.pool != command.pool) return S::account_in_another_pool;
  if (account.owner != command.owner) return S::account_of_another_owner;
  if (account.account_class != ledger::AccountClass::collateral) return S::account_not_collateral;
  if (!account.is(ledger::kDebitsMustNotExceedCredits)) return S::account_may_go_negative;
  if (account.is(ledger::kClosed)) return S::account_closed;
  if (const Participant* existing =
          state.participants.find({command.pool, command.owner, account.asset}))
    return existing->collateral == slot ? S::exists : S::exists_with_different_account;
  for (const ContractId id : command.contracts) {
    const Contract* contract = state.contracts.find(id);
    if (contract == nullptr) return S::contract_not_found;
    if (contract->settlement_asset != account.asset) return S::contract_settles_in_another_asset;
  }
  return S::ok;
}

S apply(const OpenParticipant& command, State& state, ledger::State& ledger,
        ledger::Context& context) {
  const Slot collateral = ledger.accounts.find_slot(command.collateral);
  const Slot participant = state.participants.insert(
      context.changes, Participant{.pool = command.pool,
                                   .owner = command.owner,
                                   .asset = ledger.accounts.at(collateral).asset,
                                   .collateral = collateral,
                                   .outside = command.outside});
  for (const ContractId id : command.contracts) {
    const Found found =
        ensure_holding(state, ledger, context, *state.contracts.find(id), participant);
    switch (found.opened) {
      case Opened::ok:
        break;
      case Opened::too_many_holders:
        return S::too_many_holders;
      case Opened::account_id_taken:
        return S::account_id_taken;
    }
  }
  return S::ok;
}

}  // namespace cofferdam::market
