// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/market/accounts.h"

#include "cofferdam/books/ledger/create_accounts.h"

namespace cofferdam::market {

namespace {

using ledger::AccountClass;
using ledger::AccountEvent;
using ledger::OwnerClass;

[[nodiscard]] constexpr std::uint64_t pair(std::uint32_t high, std::uint32_t low) {
  return (std::uint64_t{high} << 32) | low;
}

// kNoSlot when the id is used by an account of somebody else.
[[nodiscard]] Slot open(ledger::State& ledger, ledger::Context& context, const AccountEvent& e) {
  if (ledger.accounts.find(e.id) != nullptr) return base::kNoSlot;
  return ledger::open_account(ledger, context, e);
}

[[nodiscard]] AccountEvent pool_account(AccountId id, PoolId pool, AssetId asset,
                                        AccountClass account_class, std::uint16_t flags = 0) {
  return AccountEvent{.id = id,
                      .pool = pool,
                      .asset = asset,
                      .account_class = account_class,
                      .owner_class = OwnerClass::pool,
                      .code = kMarketAccountCode,
                      .flags = flags};
}

[[nodiscard]] Opened ensure_clearing(State& state, ledger::State& ledger, ledger::Context& context,
                                     const Contract& contract, PoolId pool) {
  if (state.clearings.find({pool, contract.id}) != nullptr) return Opened::ok;
  const std::uint64_t number = pair(pool.value(), contract.id.value());
  const Slot position = open(ledger, context,
                             pool_account(account_id(AccountKind::clearing_position, number), pool,
                                          contract.position_asset, AccountClass::clearing));
  const Slot value = open(ledger, context,
                          pool_account(account_id(AccountKind::clearing_value, number), pool,
                                       contract.value_asset, AccountClass::clearing));
  if (position == base::kNoSlot || value == base::kNoSlot) return Opened::account_id_taken;
  state.clearings.insert(
      context.changes,
      Clearing{.pool = pool, .contract = contract.id, .position = position, .open_value = value});
  return Opened::ok;
}

}  // namespace

// Settlement and fee account cannot pay what they do not have.
Opened ensure_desk(State& state, ledger::State& ledger, ledger::Context& context, PoolId pool,
                   AssetId asset) {
  if (state.desks.find({pool, asset}) != nullptr) return Opened::ok;
  const std::uint64_t number = pair(pool.value(), asset.value());
  constexpr std::uint16_t kSolvent = ledger::kDebitsMustNotExceedCredits;
  Desk desk{.pool = pool, .asset = asset};
  desk.settlement = open(ledger, context,
                         pool_account(account_id(AccountKind::settlement, number), pool, asset,
                                      AccountClass::settlement, kSolvent));
  desk.dust =
      open(ledger, context,
           pool_account(account_id(AccountKind::dust, number), pool, asset, AccountClass::dust));
  desk.fee = open(
      ledger, context,
      pool_account(account_id(AccountKind::fee, number), pool, asset, AccountClass::fee, kSolvent));
  if (desk.settlement == base::kNoSlot || desk.dust == base::kNoSlot || desk.fee == base::kNoSlot)
    return Opened::account_id_taken;
  state.desks.insert(context.changes, desk);
  return Opened::ok;
}

Opened ensure_listed(State& state, ledger::Context& context, Slot holding) {
  if (state.holdings.at(holding).listed) return Opened::ok;
  const ContractId contract = state.holdings.at(holding).contract;
  if (state.turnovers.find(contract)->holders >= kHoldersPerContractMax)
    return Opened::too_many_holders;
  Turnover& turnover = state.turnovers.edit(context.changes, contract);
  Holding& row = state.holdings.edit(context.changes, holding);
  row.listed = true;
  row.next_of_contract = turnover.first_holding;
  turnover.first_holding = holding;
  ++turnover.holders;
  return Opened::ok;
}

Found ensure_holding(State& state, ledger::State& ledger, ledger::Context& context,
                     const Contract& contract, Slot participant) {
  const Participant owner = state.participants.at(participant);
  const Slot found = state.holdings.find_slot({contract.id, owner.pool, owner.owner});
  if (found != base::kNoSlot) return {found, ensure_listed(state, context, found)};
  if (const Opened opened = ensure_clearing(state, ledger, context, contract, owner.pool);
      opened != Opened::ok)
    return {base::kNoSlot, opened};
  if (const Opened opened = ensure_desk(state, ledger, context, owner.pool, owner.asset);
      opened != Opened::ok)
    return {base::kNoSlot, opened};
  const std::uint64_t number = state.holdings.size() + 1;  // holdings are never erased
  AccountEvent event{.id = account_id(AccountKind::position, number),
                     .pool = owner.pool,
                     .asset = contract.position_asset,
                     .account_class = AccountClass::position,
                     .owner_class = ledger.accounts.at(owner.collateral).owner_class,
                     .owner = owner.owner,
                     .code = kMarketAccountCode};
  const Slot position = open(ledger, context, event);
  event.id = account_id(AccountKind::open_value, number);
  event.asset = contract.value_asset;
  event.account_class = AccountClass::open_value;
  const Slot value = open(ledger, context, event);
  if (position == base::kNoSlot || value == base::kNoSlot)
    return {base::kNoSlot, Opened::account_id_taken};
  const Slot slot =
      state.holdings.insert(context.changes, Holding{.contract = contract.id,
                                                     .pool = owner.pool,
                                                     .owner = owner.owner,
                                                     .participant = participant,
                                                     .position = position,
                                                     .open_value = value,
                                                     .next_of_participant = owner.first_holding});
  state.participants.edit(context.changes, participant).first_holding = slot;
  return {slot, ensure_listed(state, context, slot)};
}

Found ensure_dust_holding(State& state, ledger::State& ledger, ledger::Context& context,
                          const Contract& contract, PoolId pool) {
  const Participant::Key key{pool, kDustOwner, contract.settlement_asset};
  if (const Opened opened = ensure_desk(state, ledger, context, pool, contract.settlement_asset);
      opened != Opened::ok)
    return {base::kNoSlot, opened};
  Slot participant = state.participants.find_slot(key);
  if (participant == base::kNoSlot)
    participant = state.participants.insert(
        context.changes,
        Participant{.pool = pool,
                    .owner = kDustOwner,
                    .asset = contract.settlement_asset,
                    .collateral = state.desks.find({pool, contract.settlement_asset})->dust});
  return ensure_holding(state, ledger, context, contract, participant);
}

Opened ensure_conduit(State& state, ledger::State& ledger, ledger::Context& context,
                      const ClearingConduit::Key& key) {
  if (state.conduits.find(key) != nullptr) return Opened::ok;
  const std::uint64_t number = state.conduits.size() + 1;
  const Slot sent = open(ledger, context,
                         pool_account(account_id(AccountKind::conduit_sent, number), key.from,
                                      key.asset, AccountClass::conduit));
  const Slot received = open(ledger, context,
                             pool_account(account_id(AccountKind::conduit_received, number), key.to,
                                          key.asset, AccountClass::conduit));
  if (sent == base::kNoSlot || received == base::kNoSlot) return Opened::account_id_taken;
  state.conduits.insert(
      context.changes,
      ClearingConduit{
          .from = key.from, .to = key.to, .asset = key.asset, .sent = sent, .received = received});
  return Opened::ok;
}

}  // namespace cofferdam::market
