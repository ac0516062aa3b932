// SPDX-License-Identifier: Apache-2.0
//
// The tranches by command: subscribed for shares, left with notice through the exit queue. While an
// incident is open nobody joins, so that nobody bears what was lost before.
#pragma once

#include "cofferdam/books/insurance/state.h"

namespace cofferdam::insurance {

struct SubscribeTranche {
  PoolId pool;
  TrancheKind tranche = TrancheKind::junior;
  OwnerId owner;
  AccountId account;
  Amount amount;

  static constexpr std::string_view kDoc = "Puts money into a tranche, for shares.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the insurance pool");
    visit("tranche", self.tranche, "junior or senior");
    visit("owner", self.owner, "who joins");
    visit("account", self.account, "of the owner in the pool, that pays");
    visit("amount", self.amount, "how much");
  }
};

struct RequestExit {
  PoolId pool;
  TrancheKind tranche = TrancheKind::junior;
  OwnerId owner;
  AccountId account;
  u128 shares = 0;

  static constexpr std::string_view kDoc = "Asks to leave a tranche; the notice begins.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the insurance pool");
    visit("tranche", self.tranche, "junior or senior");
    visit("owner", self.owner, "who leaves");
    visit("account", self.account, "of the owner in the pool, that will be paid");
    visit("shares", self.shares, "how many, in their smallest unit; 0: all");
  }
};

struct PayExit {
  PoolId pool;
  std::uint32_t exit = 0;

  static constexpr std::string_view kDoc =
      "Pays an exit whose notice and tail have run and that answers for no open incident.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the insurance pool");
    visit("exit", self.exit, "its number");
  }
};

enum class TrancheStatus : std::uint16_t {
  ok,
  amount_zero,
  not_an_insurance_pool,
  account_not_found,
  account_in_another_pool,
  account_has_different_asset,
  account_class_not_allowed,
  account_of_another_owner,
  incident_open,
  drained,
  issues_nothing,
  request_open,
  exceeds_shares,
  too_large,
  too_many_exits,
  exit_not_found,
  paid_before,
  notice_runs,
  gate_shut,
  answers_still,
  account_refuses,
};

[[nodiscard]] TrancheStatus check_shape(const SubscribeTranche& command);
[[nodiscard]] TrancheStatus check_state(const SubscribeTranche& command, const State& state,
                                        const ledger::State& ledger);
TrancheStatus apply(const SubscribeTranche& command, State& state, ledger::State& ledger,
                    Context& context);

[[nodiscard]] TrancheStatus check_shape(const RequestExit& command);
[[nodiscard]] TrancheStatus check_state(const RequestExit& command, const State& state,
                                        const ledger::State& ledger);
TrancheStatus apply(const RequestExit& command, State& state, ledger::State& ledger,
                    Context& context);

[[nodiscard]] TrancheStatus check_shape(const PayExit& command);
[[nodiscard]] TrancheStatus check_state(const PayExit& command, const State& state,
                                        const ledger::State& ledger);
TrancheStatus apply(const PayExit& command, State& state, ledger::State& ledger, Context& context);

}  // namespace cofferdam::insurance

template <>
struct cofferdam::base::EnumText<cofferdam::insurance::TrancheStatus> {
  static constexpr std::array<std::string_view, 21> kNames{"ok",
                                                           "amount_zero",
                                                           "not_an_insurance_pool",
                                                           "account_not_found",
                                                           "account_in_another_pool",
                                                           "account_has_different_asset",
                                                           "account_class_not_allowed",
                                                           "account_of_another_owner",
                                                           "incident_open",
                                                           "drained",
                                                           "issues_nothing",
                                                           "request_open",
                                                           "exceeds_shares",
                                                           "too_large",
                                                           "too_many_exits",
                                                           "exit_not_found",
                                                           "paid_before",
                                                           "notice_runs",
                                                           "gate_shut",
                                                           "answers_still",
                                                           "account_refuses"};
  static constexpr std::array<std::string_view, 21> kDocs{
      "",
      "an amount is above 0",
      "an insurance pool must have been opened over the pool",
      "the account must exist",
      "money of an insurance pool moves inside its pool only",
      "the account counts what the pool counts",
      "custodians, the outside, the system and the funds themselves neither pay nor are paid",
      "the account belongs to the owner",
      "nobody joins a tranche while an incident is open",
      "a tranche that has shares and no money takes nobody in",
      "the amount must be worth at least one share",
      "a request that is open must first be paid",
      "shares must be above zero and at most those that are held",
      "the result must fit 127 bits",
      "at most 4096 exits wait in a pool",
      "the exit must exist",
      "the exit was paid before",
      "the notice must have run",
      "capital must stay at or above what is required; exits wait in their order",
      "the tail must have run, and no incident from before it left may be open",
      "the account's own limits do not allow it, or it is frozen or closed"};
};
