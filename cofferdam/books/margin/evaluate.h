// SPDX-License-Identifier: Apache-2.0
//
// Keeps the recorded state of accounts in step with what a command has changed: a mark, a grid,
// tiers, a price of collateral, a setting, or the accounts themselves. Only what holds the changed
// contract, or was touched, is looked at.
#pragma once

#include "cofferdam/books/margin/margin.h"
#include "cofferdam/books/margin/scratch.h"

namespace cofferdam::margin {

struct EvaluatePool {
  PoolId pool;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "whose accounts are looked at again");
  }
};

enum class EvaluatePoolStatus : std::uint16_t { ok, margin_not_set };

[[nodiscard]] EvaluatePoolStatus check_shape(const EvaluatePool& command);
[[nodiscard]] EvaluatePoolStatus check_state(const EvaluatePool& command, const State& state);

enum class Occasion : std::uint8_t {
  command,   // accounts that this command has touched are looked at where they are not healthy
  settling,  // and all others that it has touched: it moves money between open value and cash
};

// At the end of every command, over the rows that it touched; `books` are of the same state.
// `whole` names a pool that is looked at as a whole.
void evaluate(State& state, const Books& books, ledger::Context& context, Scratch& scratch,
              Occasion occasion, PoolId whole = PoolId());

}  // namespace cofferdam::margin

template <>
struct cofferdam::base::EnumText<cofferdam::margin::EvaluatePoolStatus> {
  static constexpr std::array<std::string_view, 2> kNames{"ok", "margin_not_set"};
  static constexpr std::array<std::string_view, 2> kDocs{"", "the pool must have margin in force"};
};
