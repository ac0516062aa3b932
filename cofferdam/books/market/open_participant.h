// SPDX-License-Identifier: Apache-2.0
//
// Lets an owner of a collateral account trade the contracts that settle in its asset. The holdings
// of the named contracts are opened at once, those of others by the first trade.
#pragma once

#include "cofferdam/books/market/market.h"

#include <vector>

namespace cofferdam::market {

inline constexpr std::size_t kContractsOpenedMax = 64;

struct OpenParticipant {
  PoolId pool;
  OwnerId owner;
  AccountId collateral;
  bool outside = false;
  std::vector<ContractId> contracts;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the compartment");
    visit("owner", self.owner, "opaque id of the owner");
    visit("collateral", self.collateral,
          "the owner's account of class collateral, whose debits must not exceed its credits");
    visit("outside", self.outside,
          "stands for counterparties whose own trades are not recorded, as in a replay");
    visit("contracts", self.contracts, "contracts to open holdings in at once, at most 64");
  }
};

enum class OpenParticipantStatus : std::uint16_t {
  ok,
  owner_must_not_be_zero,
  too_many_contracts,
  pool_not_found,
  pool_not_accepting,
  account_not_found,
  account_in_another_pool,
  account_of_another_owner,
  account_not_collateral,
  account_may_go_negative,
  account_closed,
  exists_with_different_account,
  exists,
  contract_not_found,
  contract_settles_in_another_asset,
  too_many_holders,
  account_id_taken,
};

[[nodiscard]] OpenParticipantStatus check_shape(const OpenParticipant& command);
[[nodiscard]] OpenParticipantStatus check_state(const OpenParticipant& command, const State& state,
                                                const ledger::State& ledger);
OpenParticipantStatus apply(const OpenParticipant& command, State& state, ledger::State& ledger,
                            ledger::Context& context);

}  // namespace cofferdam::market

template <>
struct cofferdam::base::EnumText<cofferdam::market::OpenParticipantStatus> {
  static constexpr std::array<std::string_view, 17> kNames{"ok",
                                                           "owner_must_not_be_zero",
                                                           "too_many_contracts",
                                                           "pool_not_found",
                                                           "pool_not_accepting",
                                                           "account_not_found",
                                                           "account_in_another_pool",
                                                           "account_of_another_owner",
                                                           "account_not_collateral",
                                                           "account_may_go_negative",
                                                           "account_closed",
                                                           "exists_with_different_account",
                                                           "exists",
                                                           "contract_not_found",
                                                           "contract_settles_in_another_asset",
                                                           "too_many_holders",
                                                           "account_id_taken"};
  static constexpr std::array<std::string_view, 17> kDocs{
      "",
      "a participant has an owner",
      "at most 64 contracts are opened at once",
      "the pool must exist",
      "the pool does not accept new accounts",
      "the collateral account must exist",
      "the collateral account belongs to the participant's pool",
      "the collateral account belongs to the participant's owner",
      "the account is of class collateral",
      "the account has the flag that its debits must not exceed its credits",
      "the collateral account is not closed",
      "the participant has another collateral account in this asset",
      "the participant exists with this account",
      "each contract named must exist",
      "each contract named settles in the asset of the collateral account",
      "a contract has at most 100000 holders at a time",
      "an id reserved for the market's own accounts is used by another account"};
};
