// SPDX-License-Identifier: Apache-2.0
//
// Random commands of the ledger.
#include "tests/simulation/workload.h"

namespace cofferdam::simulation {

namespace {

using base::AccountId;
using base::Amount;
using base::AssetId;
using base::OwnerId;
using base::PoolId;
using base::SignedAmount;
using base::TransferId;
using ledger::AccountClass;
using ledger::OwnerClass;
using ledger::Transfer;

constexpr std::uint64_t kLimitMax = 120;

}  // namespace

ledger::CreateAccounts Workload::accounts(const engine::State& state) {
  ledger::CreateAccounts command;
  for (std::uint64_t i = random_.below(7) + (random_.chance(3) ? 0 : 1); i > 0; --i) {
    command.accounts.push_back(account(state));
    if (random_.chance(8)) command.accounts.back().flags |= ledger::kAccountLinked;
  }
  return command;
}

ledger::AccountEvent Workload::account(const engine::State& state) {
  struct Kind {
    AccountClass account_class;
    OwnerClass owner_class;
  };

  static const std::vector<Kind> kKinds{{AccountClass::custody, OwnerClass::pool},
                                        {AccountClass::custody, OwnerClass::pool},
                                        {AccountClass::external, OwnerClass::pool},
                                        {AccountClass::general, OwnerClass::pool},
                                        {AccountClass::collateral, OwnerClass::client},
                                        {AccountClass::collateral, OwnerClass::client},
                                        {AccountClass::general, OwnerClass::client},
                                        {AccountClass::buffer, OwnerClass::house},
                                        {AccountClass::fee, OwnerClass::house},
                                        {AccountClass::reserve, OwnerClass::house},
                                        {AccountClass::clearing, OwnerClass::pool}};
  const Kind kind = random_.one_of(kKinds);
  ledger::AccountEvent e{
      .id = AccountId(++accounts_),
      .pool = PoolId(random_.chance(95) ? 1 + static_cast<std::uint32_t>(random_.below(2))
                                        : any_pool(state).value()),
      .asset = AssetId(random_.chance(85) ? 1 : 2),
      .account_class = kind.account_class,
      .owner_class = kind.owner_class,
      .code = 1};
  if (kind.owner_class == OwnerClass::client) e.owner = OwnerId(1 + random_.below(2));
  if (kind.owner_class == OwnerClass::house) e.owner = OwnerId(9);
  if (kind.account_class == AccountClass::collateral && random_.chance(90))
    e.flags |= ledger::kDebitsMustNotExceedCredits;
  if (kind.account_class == AccountClass::custody && random_.chance(30))
    e.flags |= ledger::kCreditsMustNotExceedDebits;
  if (random_.chance(15)) {
    e.flags |= ledger::kHasFloor;
    e.floor = SignedAmount(-static_cast<base::i128>(random_.below(kLimitMax)));
  }
  if (random_.chance(10)) {
    e.flags |= ledger::kHasCeiling;
    e.ceiling = SignedAmount(static_cast<base::i128>(random_.below(kLimitMax)));
  }
  if (random_.chance(2)) e.flags |= ledger::kClosed;
  if (!random_.chance(10)) return e;
  switch (random_.below(12)) {
    case 0:
      e.id = AccountId(random_.chance(50) ? 0 : ~base::u128{0});
      break;
    case 1:
    case 2:
    case 3:
      e.id = AccountId(1 + random_.below(accounts_));
      break;
    case 4:
      e.pool = PoolId(static_cast<std::uint32_t>(random_.below(9)));
      break;
    case 5:
      e.asset = AssetId(static_cast<std::uint32_t>(random_.below(9)));
      break;
    case 6:
      e.flags ^= static_cast<std::uint16_t>(1U << random_.below(10));
      break;
    case 7:
      e.code = 0;
      break;
    case 8:
      e.owner = OwnerId(random_.below(3));
      break;
    case 9:
      e.floor = SignedAmount(static_cast<base::i128>(random_.below(3)));
      break;
    case 10:
      e.user_data_64 = 1;
      break;
    default:
      e.owner_class = OwnerClass::client;
      break;
  }
  return e;
}

ledger::ChangeAccount Workload::change(const engine::State& state) {
  const ledger::Account* row = any_account(state);
  ledger::ChangeAccount command{
      .account = row == nullptr || random_.chance(5) ? AccountId(999) : row->id,
      .change = static_cast<ledger::AccountChange>(random_.below(4))};
  // Frozen accounts are thawed soon, so that the venue does not come to a stand.
  if (row != nullptr && row->is(ledger::kFrozen) && random_.chance(80))
    command.change = ledger::AccountChange::unfreeze;
  const bool small = row != nullptr && row->credits_posted.units() >> 100 == 0 &&
                     row->debits_posted.units() >> 100 == 0 &&
                     row->credits_pending.units() >> 100 == 0 &&
                     row->debits_pending.units() >> 100 == 0;
  if (command.change == ledger::AccountChange::set_limits && !small)
    command.change = ledger::AccountChange::freeze;
  const bool limits = command.change == ledger::AccountChange::set_limits || random_.chance(2);
  if (limits && random_.chance(50))
    command.floor = SignedAmount(static_cast<base::i128>(random_.below(200)) - 150);
  if (limits && random_.chance(40))
    command.ceiling = SignedAmount(static_cast<base::i128>(random_.below(400)) - 50);
  if (random_.chance(1)) command.reason = std::string(1025, 'r');
  return command;
}

ledger::CreateTransfers Workload::transfers(const engine::State& state) {
  ledger::CreateTransfers command;
  if (random_.chance(8)) {
    const auto guards = random_.chance(5) ? 65 : 1 + random_.below(2);
    for (std::uint64_t i = 0; i < guards; ++i)
      command.guards.push_back(
          {.pool = any_pool(state),
           .asset = AssetId(1),
           .account_class = random_.chance(50) ? AccountClass::custody : AccountClass::collateral,
           .comparison =
               random_.chance(50) ? ledger::Comparison::at_least : ledger::Comparison::at_most,
           .amount = SignedAmount(static_cast<base::i128>(random_.below(600)) - 300)});
  }
  const std::uint64_t count = random_.chance(1) ? 0 : 1 + random_.below(random_.chance(50) ? 2 : 9);
  for (std::uint64_t i = 0; i < count; ++i) {
    Transfer t = transfer(state);
    if (random_.chance(15)) t.flags |= ledger::kLinked;
    if (!t.id.is_none()) sent_.push_back(t);
    command.transfers.push_back(t);
  }
  if (sent_.size() > 64) sent_.erase(sent_.begin(), sent_.begin() + 16);
  return command;
}

Transfer Workload::transfer(const engine::State& state) {
  Transfer t;
  if (!sent_.empty() && random_.chance(7)) {
    t = random_.one_of(sent_);
  } else if (!sent_.empty() && random_.chance(22)) {
    t = resolution(state);
  } else {
    t = movement(state);
  }
  if (random_.chance(9)) spoil(t, state);
  return t;
}

Transfer Workload::resolution(const engine::State& state) {
  Transfer t{.id = TransferId(random_.wide() | 1)};
  Transfer hold = random_.one_of(sent_);
  // Mostly something that is held indeed.
  if (state.ledger.holds.size() > 0 && random_.chance(75)) {
    base::Slot slot = static_cast<base::Slot>(random_.below(state.ledger.holds.slot_end()));
    while (!state.ledger.holds.present(slot)) slot = (slot + 1) % state.ledger.holds.slot_end();
    hold.id = state.ledger.holds.at(slot).id;
    hold.amount = state.ledger.holds.at(slot).amount;
  }
  t.pending_id = hold.id;
  t.flags = random_.chance(60) ? ledger::kPostPending : ledger::kVoidPending;
  const std::uint64_t dice = random_.below(10);
  if (t.is(ledger::kPostPending) && dice < 5) t.amount = Amount::max();
  if (dice >= 5 && dice < 8) t.amount = Amount(hold.amount.units());
  if (dice >= 8) t.amount = Amount(random_.below(150));
  if (random_.chance(5)) t.user_data_64 = 7;
  return t;
}

Transfer Workload::movement(const engine::State& state) {
  Transfer t{.id = TransferId(random_.wide() | 1), .amount = amount(), .code = 1};
  t.code = static_cast<std::uint16_t>(1 + random_.below(9));
  const ledger::Account* debit = any_account(state);
  if (debit == nullptr) return t;
  const ledger::Account* credit = any_account(state);
  for (int i = 0; i < 6; ++i) {
    if (credit->pool == debit->pool && credit->asset == debit->asset && credit != debit &&
        (credit->owner == debit->owner || credit->owner.is_none() || debit->owner.is_none()))
      break;
    credit = any_account(state);
  }
  t.debit_account = debit->id;
  t.credit_account = credit->id;
  t.pool = debit->pool;
  t.asset = debit->asset;
  if (random_.chance(20)) {
    t.flags |= ledger::kPending;
    if (random_.chance(60)) t.timeout_s = static_cast<std::uint32_t>(1 + random_.below(20));
    if (random_.chance(2)) t.timeout_s = ~std::uint32_t{0};
    if (random_.chance(6)) t.flags |= ledger::kClosingDebit;
    if (random_.chance(6)) t.flags |= ledger::kClosingCredit;
  }
  if (random_.chance(10)) t.flags |= ledger::kBalancingDebit;
  if (random_.chance(10)) t.flags |= ledger::kBalancingCredit;
  if (random_.chance(20)) t.user_data_128 = random_.below(4);
  return t;
}

void Workload::spoil(Transfer& t, const engine::State& state) {
  switch (random_.below(19)) {
    case 0:
      t.id = TransferId(random_.chance(50) ? 0 : ~base::u128{0});
      break;
    case 1:
      t.debit_account = AccountId(random_.chance(50) ? 0 : ~base::u128{0});
      break;
    case 2:
      t.credit_account = AccountId(random_.chance(50) ? 0 : ~base::u128{0});
      break;
    case 3:
      t.credit_account = t.debit_account;
      break;
    case 4:
      t.pending_id = TransferId(random_.chance(50) ? 5 : ~base::u128{0});
      break;
    case 5:
      t.pending_id = t.id;
      break;
    case 6:
      t.timeout_s += 1;
      break;
    case 7:
      t.flags ^= static_cast<std::uint16_t>(1U << random_.below(16));
      break;
    case 8:
      t.pool = PoolId(static_cast<std::uint32_t>(random_.below(4)));
      break;
    case 9:
      t.asset = AssetId(static_cast<std::uint32_t>(random_.below(4)));
      break;
    case 10:
      t.code = 0;
      break;
    case 11:
      t.debit_account = AccountId(900 + random_.below(3));
      break;
    case 12:
      t.credit_account = AccountId(900 + random_.below(3));
      break;
    case 13:
      if (const auto* other = any_account(state)) t.credit_account = other->id;
      break;
    case 14:
      t.amount = amount();
      break;
    case 15:
      t.user_data_32 += 1;
      break;
    case 16:
      t.user_data_128 += 1;
      break;
    case 17:
      t.value_date += 1;
      break;
    default:
      t.code = static_cast<std::uint16_t>(t.code + 1);
      break;
  }
}

}  // namespace cofferdam::simulation
