// SPDX-License-Identifier: Apache-2.0
//
// The life of a pool after it was laid out. Each step is an operation of its own, so that each can
// have an approval policy of its own: freezing should be quick, winding up should not.
#pragma once

#include "cofferdam/books/pool/pool.h"

namespace cofferdam::pool {

// One step of a pool's life; `To` is where it leads.
template <PoolState From, PoolState To>
struct PoolStep {
  static constexpr PoolState kFrom = From;
  static constexpr PoolState kTo = To;
  PoolId pool;
  std::string reason;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the pool");
    visit("reason", self.reason, "why, at most 1024 bytes");
  }
};

struct ActivatePool : PoolStep<PoolState::draft, PoolState::active> {
  static constexpr std::string_view kDoc = "Opens a draft pool; refused without an agreement.";
};

struct FreezePool : PoolStep<PoolState::active, PoolState::frozen> {
  static constexpr std::string_view kDoc = "Stops every movement in and out of a pool.";
};

struct UnfreezePool : PoolStep<PoolState::frozen, PoolState::active> {
  static constexpr std::string_view kDoc = "Opens a frozen pool again.";
};

// From active or frozen.
struct WindUpPool : PoolStep<PoolState::active, PoolState::winding_up> {
  static constexpr std::string_view kDoc = "Ends a pool's business: from now on it only pays out.";
};

// From winding up, or a draft that nobody wants any more.
struct ClosePool : PoolStep<PoolState::winding_up, PoolState::closed> {
  static constexpr std::string_view kDoc = "Closes a pool in which every account is at zero.";
};

// The pool goes on in other books, from its image (pool_image.h).
struct DetachPool : PoolStep<PoolState::frozen, PoolState::detached> {
  static constexpr std::string_view kDoc = "Marks a frozen pool as living in other books now.";
};

enum class PoolLifeStatus : std::uint16_t {
  ok,
  reason_too_long,
  pool_not_found,
  not_possible_in_this_state,
  agreement_missing,
  agreement_not_in_force,
  hold_open,
  balance_not_zero,
  break_open,
  position_open,
  order_reserved,
  margin_in_force,
  default_open,
  fund_has_shares,
  claim_open,
  insurance_open,
};

[[nodiscard]] PoolLifeStatus check_shape_of_step(const std::string& reason);
[[nodiscard]] PoolLifeStatus check_state_of_step(PoolId pool, PoolState to, const State& state,
                                                 const ledger::State& ledger,
                                                 const Context& context);

template <PoolState From, PoolState To>
[[nodiscard]] PoolLifeStatus check_shape(const PoolStep<From, To>& command) {
  return check_shape_of_step(command.reason);
}

template <PoolState From, PoolState To>
[[nodiscard]] PoolLifeStatus check_state(const PoolStep<From, To>& command, const State& state,
                                         const ledger::State& ledger, const Context& context) {
  // Unfreezing and activating lead to the same state from different ones.
  const Pool* row = state.pools.find(command.pool);
  if (row != nullptr && To == PoolState::active && row->state != From)
    return PoolLifeStatus::not_possible_in_this_state;
  return check_state_of_step(command.pool, To, state, ledger, context);
}

template <PoolState From, PoolState To>
PoolLifeStatus apply(const PoolStep<From, To>& command, State& state, ledger::State& ledger,
                     Context& context) {
  enter(state, ledger, context, command.pool, To);
  return PoolLifeStatus::ok;
}

}  // namespace cofferdam::pool

template <>
struct cofferdam::base::EnumText<cofferdam::pool::PoolLifeStatus> {
  static constexpr std::array<std::string_view, 16> kNames{"ok",
                                                           "reason_too_long",
                                                           "pool_not_found",
                                                           "not_possible_in_this_state",
                                                           "agreement_missing",
                                                           "agreement_not_in_force",
                                                           "hold_open",
                                                           "balance_not_zero",
                                                           "break_open",
                                                           "position_open",
                                                           "order_reserved",
                                                           "margin_in_force",
                                                           "default_open",
                                                           "fund_has_shares",
                                                           "claim_open",
                                                           "insurance_open"};
  static constexpr std::array<std::string_view, 16> kDocs{
      "",
      "a reason has at most 1024 bytes",
      "the pool must exist",
      "a pool's life goes draft, active or frozen, winding_up, closed; detached from frozen",
      "a pool becomes active with an agreement attached",
      "an attached agreement must be in force on the day",
      "no hold is open in a pool that closes",
      "every account is at zero in a pool that closes; nothing is in transit in one that is "
      "detached",
      "a pool that is detached has no open break: it would be explained in other books",
      "a pool that is detached has no open position: contracts are the venue's and stay here",
      "a pool that is detached has no order reserved",
      "a pool that is detached has no margin in force: margin.set-pool takes it out",
      "a pool that is detached has no liquidation, auction, loss or assessment that is open",
      "a pool that is detached has no fund with shares: who holds them stands in these books",
      "a pool that is detached has no open claim",
      "a pool of insurance is not detached: covers, members and tranches stand in these books"};
};
