// SPDX-License-Identifier: Apache-2.0
//
// Opens up to 8,190 accounts in order; linked ones stand or fall together.
#pragma once

#include "cofferdam/books/ledger/ledger.h"

#include <span>
#include <vector>

namespace cofferdam::ledger {

struct AccountEvent {
  AccountId id;
  PoolId pool;
  AssetId asset;
  AccountClass account_class = AccountClass::general;
  OwnerClass owner_class = OwnerClass::pool;
  OwnerId owner;
  std::uint16_t code = 0;
  std::uint16_t flags = 0;
  SignedAmount floor;
  SignedAmount ceiling;
  u128 user_data_128 = 0;
  std::uint64_t user_data_64 = 0;
  std::uint32_t user_data_32 = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("id", self.id, "the client's 128-bit id, used once for ever");
    visit("pool", self.pool, "the compartment it belongs to for life");
    visit("asset", self.asset, "what it counts");
    visit("class", self.account_class, "what the account is for");
    visit("owner_class", self.owner_class, "whose money it is");
    visit("owner", self.owner, "opaque id of the owner; only the pool's own accounts have none");
    visit("code", self.code, "the client's own kind of account, 1 to 65535");
    visit("flags", self.flags, "see AccountFlag");
    visit("floor", self.floor, "least net credit balance, with the flag has_floor");
    visit("ceiling", self.ceiling, "greatest net credit balance, with the flag has_ceiling");
    visit("user_data_128", self.user_data_128, "free");
    visit("user_data_64", self.user_data_64, "free");
    visit("user_data_32", self.user_data_32, "free");
  }
};

struct CreateAccounts {
  std::vector<AccountEvent> accounts;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("accounts", self.accounts, "the accounts to open, in order");
  }
};

// In order of precedence, as TigerBeetle's; ours are added where the ledger is checked.
enum class AccountStatus : std::uint8_t {
  ok,
  linked_event_chain_open,
  linked_event_failed,
  reserved_flag,
  id_must_not_be_zero,
  id_must_not_be_max,
  exists_with_different_flags,
  exists_with_different_user_data_128,
  exists_with_different_user_data_64,
  exists_with_different_user_data_32,
  exists_with_different_pool,
  exists_with_different_asset,
  exists_with_different_code,
  exists_with_different_class,
  exists_with_different_owner_class,
  exists_with_different_owner,
  exists,
  flags_are_mutually_exclusive,
  pool_must_not_be_zero,
  asset_must_not_be_zero,
  code_must_not_be_zero,
  pool_not_found,
  asset_not_found,
  pool_not_accepting,
  reserved_account_class,
  owner_must_not_be_zero,
  owner_must_be_zero,
  limit_without_flag,
  limits_exclude_zero,
};

enum class CreateAccountsStatus : std::uint16_t { ok, no_events, too_many_events };

[[nodiscard]] CreateAccountsStatus check_shape(const CreateAccounts& command);
void apply(std::span<const AccountEvent> events, State& state, Context& context,
           std::vector<AccountStatus>& results);

// Opens an account for the system's own use (clearing, conduit, dust, ...), with a total to add to.
// The caller has made sure that pool and asset exist and that the id is free.
Slot open_account(State& state, Context& context, const AccountEvent& event);

}  // namespace cofferdam::ledger

template <>
struct cofferdam::base::EnumText<cofferdam::ledger::AccountStatus> {
  static constexpr std::array<std::string_view, 29> kNames{"ok",
                                                           "linked_event_chain_open",
                                                           "linked_event_failed",
                                                           "reserved_flag",
                                                           "id_must_not_be_zero",
                                                           "id_must_not_be_max",
                                                           "exists_with_different_flags",
                                                           "exists_with_different_user_data_128",
                                                           "exists_with_different_user_data_64",
                                                           "exists_with_different_user_data_32",
                                                           "exists_with_different_pool",
                                                           "exists_with_different_asset",
                                                           "exists_with_different_code",
                                                           "exists_with_different_class",
                                                           "exists_with_different_owner_class",
                                                           "exists_with_different_owner",
                                                           "exists",
                                                           "flags_are_mutually_exclusive",
                                                           "pool_must_not_be_zero",
                                                           "asset_must_not_be_zero",
                                                           "code_must_not_be_zero",
                                                           "pool_not_found",
                                                           "asset_not_found",
                                                           "pool_not_accepting",
                                                           "reserved_account_class",
                                                           "owner_must_not_be_zero",
                                                           "owner_must_be_zero",
                                                           "limit_without_flag",
                                                           "limits_exclude_zero"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::ledger::CreateAccountsStatus> {
  static constexpr std::array<std::string_view, 3> kNames{"ok", "no_events", "too_many_events"};
  static constexpr std::array<std::string_view, 3> kDocs{"", "a batch has at least one event",
                                                         "a batch has at most 8190 events"};
};
