// SPDX-License-Identifier: Apache-2.0
//
// Whether an account may take on a change of its risk: the one rule that trades, reservations and
// withdrawals pass.
//
//  - A change that leaves the account covered is allowed.
//  - One that does not is allowed if it lowers the requirement and leaves no less free than before:
//    an account in trouble may always become smaller.
//  - Where a mark, a price or a grid that the account needs is missing or old, a trade may only
//    bring the position nearer to zero.
//  - Pools without a setting in force, and participants that stand for the outside, have no margin.
#pragma once

#include "cofferdam/books/margin/assess.h"
#include "cofferdam/books/margin/scratch.h"
#include "cofferdam/books/market/record_trades.h"

#include <string>

namespace cofferdam::margin {

enum class Cover : std::uint8_t {
  ok,
  unknown,  // something that is needed is missing or old, and the change is no reduction
  insufficient,
};

// `moved` is what of the change's cash the books show already.
[[nodiscard]] Cover cover(const Books& books, const Account& account, const Change& change,
                          i128 moved = 0);

// Asked by the market for each side of a trade before it is booked.
class TradeCover final : public market::TradeGuard {
 public:
  // With the memory of the room, a side that is clearly covered costs little; what is answered is
  // the same. It is for one command, which has not moved anything yet.
  explicit TradeCover(const Books& books, Scratch* scratch = nullptr);
  TradeCover(const TradeCover&) = delete;
  TradeCover& operator=(const TradeCover&) = delete;

  [[nodiscard]] bool covers(const market::SideChange& side) override;

 private:
  Books books_;
  Mirror* mirror_ = nullptr;
};

// The guard that a command's trades need: null where no pool has margin.
[[nodiscard]] inline bool has_margin(const State& state) {
  return state.pools.size() != 0;
}

// The first account whose collateral this command has lowered, and which is not covered without its
// unsettled profit; in words. Nothing in the ordinary case.
[[nodiscard]] std::optional<std::string> find_uncovered_withdrawal(const Books& books);

}  // namespace cofferdam::margin

template <>
struct cofferdam::base::EnumText<cofferdam::margin::Cover> {
  static constexpr std::array<std::string_view, 3> kNames{"ok", "unknown", "insufficient"};
};
