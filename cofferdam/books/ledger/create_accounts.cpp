// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/ledger/create_accounts.h"

#include "cofferdam/books/ledger/posting.h"

namespace cofferdam::ledger {

namespace {

using S = AccountStatus;

// Flags that later commands may change do not count when an account is created again.
constexpr std::uint16_t kFlagsCompared =
    kAccountFlagsAtCreation & static_cast<std::uint16_t>(~(kClosed | kHasFloor | kHasCeiling));

// Collateral is what a pool owes in cash: it is never negative, whatever the client asked.
[[nodiscard]] std::uint16_t flags_of(const AccountEvent& e) {
  if (e.account_class != AccountClass::collateral) return e.flags;
  return static_cast<std::uint16_t>(e.flags | kDebitsMustNotExceedCredits);
}

[[nodiscard]] S compare(const AccountEvent& e, const Account& a) {
  if ((flags_of(e) & kFlagsCompared) != (a.flags & kFlagsCompared))
    return S::exists_with_different_flags;
  if (e.user_data_128 != a.user_data_128) return S::exists_with_different_user_data_128;
  if (e.user_data_64 != a.user_data_64) return S::exists_with_different_user_data_64;
  if (e.user_data_32 != a.user_data_32) return S::exists_with_different_user_data_32;
  if (e.pool != a.pool) return S::exists_with_different_pool;
  if (e.asset != a.asset) return S::exists_with_different_asset;
  if (e.code != a.code) return S::exists_with_different_code;
  if (e.account_class != a.account_class) return S::exists_with_different_class;
  if (e.owner_class != a.owner_class) return S::exists_with_different_owner_class;
  if (e.owner != a.owner) return S::exists_with_different_owner;
  return S::exists;
}

// Ids that custody will give to the transit accounts of wallets (custody.h): whoever took one would
// keep a wallet from being declared.
[[nodiscard]] bool is_wallet_transit(AccountId id) {
  const std::uint64_t mark = base::high64(id.value());
  return mark == 0xC0FF'E2DA'0000'0020 || mark == 0xC0FF'E2DA'0000'0021;
}

[[nodiscard]] S judge(const AccountEvent& e, const State& state) {
  if ((e.flags & ~kAccountFlagsAtCreation) != 0) return S::reserved_flag;
  if (e.id.is_none()) return S::id_must_not_be_zero;
  if (e.id.is_reserved()) return S::id_must_not_be_max;
  if (const Account* existing = state.accounts.find(e.id)) return compare(e, *existing);
  if ((flags_of(e) & kDebitsMustNotExceedCredits) != 0 &&
      (e.flags & kCreditsMustNotExceedDebits) != 0)
    return S::flags_are_mutually_exclusive;
  if (e.pool.is_none()) return S::pool_must_not_be_zero;
  if (e.asset.is_none()) return S::asset_must_not_be_zero;
  if (e.code == 0) return S::code_must_not_be_zero;
  const Compartment* compartment = state.compartments.find(e.pool);
  if (compartment == nullptr) return S::pool_not_found;
  if (state.assets.find(e.asset) == nullptr) return S::asset_not_found;
  if (!compartment->accepts_accounts) return S::pool_not_accepting;
  if (is_reserved_class(e.account_class) || is_wallet_transit(e.id))
    return S::reserved_account_class;
  if (e.owner_class == OwnerClass::pool) {
    if (!e.owner.is_none()) return S::owner_must_be_zero;
  } else if (e.owner.is_none()) {
    return S::owner_must_not_be_zero;
  }
  if ((!e.floor.is_zero() && (e.flags & kHasFloor) == 0) ||
      (!e.ceiling.is_zero() && (e.flags & kHasCeiling) == 0))
    return S::limit_without_flag;
  // An account begins at zero, which its limits must allow.
  if (e.floor > SignedAmount() || e.ceiling < SignedAmount()) return S::limits_exclude_zero;
  return S::ok;
}

}  // namespace

Slot open_account(State& state, Context& context, const AccountEvent& e) {
  const Total::Key key{e.pool, e.asset, e.account_class};
  Slot total = state.totals.find_slot(key);
  if (total == base::kNoSlot)
    total = state.totals.insert(
        context.changes, Total{.pool = e.pool, .asset = e.asset, .account_class = e.account_class});
  return state.accounts.insert(context.changes, Account{.id = e.id,
                                                        .owner = e.owner,
                                                        .pool = e.pool,
                                                        .asset = e.asset,
                                                        .total = total,
                                                        .account_class = e.account_class,
                                                        .owner_class = e.owner_class,
                                                        .flags = flags_of(e),
                                                        .floor = e.floor,
                                                        .ceiling = e.ceiling,
                                                        .user_data_128 = e.user_data_128,
                                                        .user_data_64 = e.user_data_64,
                                                        .created = context.now,
                                                        .user_data_32 = e.user_data_32,
                                                        .code = e.code});
}

CreateAccountsStatus check_shape(const CreateAccounts& command) {
  if (command.accounts.empty()) return CreateAccountsStatus::no_events;
  if (command.accounts.size() > kBatchEventsMax) return CreateAccountsStatus::too_many_events;
  return CreateAccountsStatus::ok;
}

void apply(std::span<const AccountEvent> events, State& state, Context& context,
           std::vector<AccountStatus>& results) {
  constexpr std::size_t kNoChain = ~std::size_t{0};
  results.assign(events.size(), S::ok);
  std::size_t chain_start = kNoChain;
  bool broken = false;
  Changes::Mark mark;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const bool linked = (events[i].flags & kAccountLinked) != 0;
    if (linked && chain_start == kNoChain) {
      chain_start = i;
      mark = context.changes.mark();
      broken = false;
    }
    if (linked && i + 1 == events.size()) {
      results[i] = S::linked_event_chain_open;
    } else if (chain_start != kNoChain && broken) {
      results[i] = S::linked_event_failed;
    } else {
      results[i] = judge(events[i], state);
      if (results[i] == S::ok) open_account(state, context, events[i]);
    }
    if (results[i] != S::ok && chain_start != kNoChain && !broken) {
      broken = true;
      context.changes.rollback(mark);
      for (std::size_t j = chain_start; j < i; ++j) results[j] = S::linked_event_failed;
    }
    if (!linked) chain_start = kNoChain;
  }
}

}  // namespace cofferdam::ledger
