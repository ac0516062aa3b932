// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/pool/distribute_run_off.h"

#include "cofferdam/base/allocate.h"
#include "cofferdam/books/ledger/posting.h"
#include "cofferdam/books/pool/reason.h"

#include <algorithm>
#include <map>

namespace cofferdam::pool {

using S = DistributeRunOffStatus;

namespace {

using base::i128;
using base::u128;
using ledger::AccountClass;

struct Claim {
  i128 net = 0;
  std::vector<std::pair<AccountId, u128>> accounts;  // those in credit
};

using Claims = std::map<std::pair<OwnerClass, OwnerId>, Claim>;

// What stands in the way of an account's being paid out; adds it to its owner's claim.
[[nodiscard]] S gather(const ledger::Account& account, AssetId asset, Claims& claims) {
  if (account.account_class == AccountClass::position ||
      account.account_class == AccountClass::open_value)
    return account.debits_posted == account.credits_posted ? S::ok : S::position_open;
  if (account.asset != asset || !is_claim(account)) return S::ok;
  if (!account.debits_pending.is_zero() || !account.credits_pending.is_zero()) return S::hold_open;
  const auto net = base::try_difference(account.credits_posted, account.debits_posted);
  if (!net) return S::balance_too_large;
  Claim& claim = claims[{account.owner_class, account.owner}];
  if (__builtin_add_overflow(claim.net, net->units(), &claim.net)) return S::balance_too_large;
  if (net->units() > 0) claim.accounts.emplace_back(account.id, static_cast<u128>(net->units()));
  return S::ok;
}

// Takes a payment from the owner's accounts in the order of their ids.
void spread(const std::pair<OwnerClass, OwnerId>& owner, Claim& claim, u128 left,
            std::vector<RunOffLeg>& payments) {
  std::sort(claim.accounts.begin(), claim.accounts.end());
  for (const auto& [account, balance] : claim.accounts) {
    const u128 part = std::min(left, balance);
    if (part == 0) break;
    payments.push_back({account, owner.first, owner.second, Amount(part)});
    left -= part;
  }
}

// Pays one class as far as `left` goes; returns what is left for the next.
[[nodiscard]] u128 pay_class(OwnerClass owner_class, Claims& claims, u128 left,
                             std::vector<RunOffLeg>& payments) {
  std::vector<Claims::iterator> owners;
  std::vector<u128> weights;
  for (auto at = claims.lower_bound({owner_class, OwnerId()});
       at != claims.end() && at->first.first == owner_class; ++at) {
    if (at->second.net <= 0) continue;
    owners.push_back(at);
    weights.push_back(static_cast<u128>(at->second.net));
  }
  const base::CappedAllocation paid = base::allocate_capped(left, weights);
  for (std::size_t i = 0; i < owners.size(); ++i)
    spread(owners[i]->first, owners[i]->second, paid.parts[i], payments);
  return paid.left;
}

[[nodiscard]] S check_custody(const DistributeRunOff& command, const ledger::Account* custody) {
  if (custody == nullptr) return S::custody_account_not_found;
  if (custody->pool != command.pool) return S::custody_account_in_another_pool;
  if (custody->account_class != AccountClass::custody) return S::not_a_custody_account;
  // What a vault guards is paid out by releases that are signed.
  return custody->is(ledger::kLeavesByIntent) ? S::not_a_custody_account : S::ok;
}

// What intents have ordered out of the pool's wallets and has not left them: it is spent, and lies
// in one of the pool's custody accounts still.
[[nodiscard]] Amount ordered_out(PoolId pool, AssetId asset, const ledger::State& ledger) {
  const ledger::Total* total =
      ledger.totals.find(ledger::Total::Key{pool, asset, AccountClass::in_transit});
  if (total == nullptr) return Amount();
  return base::try_sub(total->credits_posted, total->debits_posted).value_or(Amount());
}

}  // namespace

RunOffLegs run_off_legs(const DistributeRunOff& command, const State& state,
                        const ledger::State& ledger) {
  const Pool* pool = state.pools.find(command.pool);
  if (pool == nullptr) return {S::pool_not_found, {}};
  if (pool->state != PoolState::winding_up) return {S::not_winding_up, {}};
  const ledger::Account* custody = ledger.accounts.find(command.custody);
  if (const S status = check_custody(command, custody); status != S::ok) return {status, {}};
  Claims claims;
  S status = S::ok;
  ledger.accounts.each([&](const ledger::Account& account) {
    if (account.pool != command.pool) return;
    const S found = gather(account, custody->asset, claims);
    if (found != S::ok && (status == S::ok || found < status)) status = found;
  });
  if (status != S::ok) return {status, {}};
  const Amount debits = custody->debits_posted;
  const Amount credits = custody->credits_posted + custody->credits_pending;
  const auto held = base::try_sub(debits, credits);
  const auto paid =
      base::try_add(command.amount, ordered_out(command.pool, custody->asset, ledger));
  if (!held || !paid || *held < *paid) return {S::exceeds_held, {}};
  RunOffLegs result;
  u128 left = command.amount.units();
  for (const OwnerClass owner_class : pool->run_off_order)
    left = pay_class(owner_class, claims, left, result.payments);
  if (left != 0) return {S::exceeds_claims, {}};
  if (result.payments.size() > kRunOffPaymentsMax) return {S::too_many_payments, {}};
  return result;
}

S check_shape(const DistributeRunOff& command) {
  return command.amount.is_zero() ? S::amount_must_not_be_zero : S::ok;
}

S check_state(const DistributeRunOff& command, const State& state, const ledger::State& ledger) {
  return run_off_legs(command, state, ledger).status;
}

S apply(const DistributeRunOff& command, const State& state, ledger::State& ledger,
        Context& context) {
  const RunOffLegs plan = run_off_legs(command, state, ledger);
  if (plan.status != S::ok) return plan.status;
  const Slot custody = ledger.accounts.find_slot(command.custody);
  for (const RunOffLeg& payment : plan.payments) {
    const auto status =
        ledger::post_leg(ledger, context, ledger.accounts.find_slot(payment.account), custody,
                         payment.amount, kDistribution, command.reference);
    if (status == ledger::TransferStatus::ok) continue;
    return status < ledger::TransferStatus::overflows_debits_pending ? S::account_closed_or_frozen
                                                                     : S::exceeds_balance;
  }
  return S::ok;
}

}  // namespace cofferdam::pool
