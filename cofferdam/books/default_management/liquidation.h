// SPDX-License-Identifier: Apache-2.0
//
// From healthy to default, by command: a liquidation begins when the pool's margin rule says that
// the account can be liquidated (margin calls are made by the margin rule itself), it ends when the
// account is healthy again, and it becomes a default when the account has less than nothing. Then a
// loss is born: what is missing at the marks. In a pool without a margin rule an account can be
// liquidated when it has less than nothing.
#pragma once

#include "cofferdam/books/default_management/state.h"
#include "cofferdam/books/fact/fact.h"
#include "cofferdam/books/margin/margin.h"
#include "cofferdam/books/market/market.h"

namespace cofferdam::default_management {

struct BeginLiquidation {
  PoolId pool;
  OwnerId owner;
  AssetId asset;

  static constexpr std::string_view kDoc = "Begins the liquidation of an account that may be.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the compartment");
    visit("owner", self.owner, "opaque id of the owner");
    visit("asset", self.asset, "settlement asset of the account");
  }
};

struct EndLiquidation {
  PoolId pool;
  OwnerId owner;
  AssetId asset;

  static constexpr std::string_view kDoc = "Ends the liquidation of an account that is healthy.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the compartment");
    visit("owner", self.owner, "opaque id of the owner");
    visit("asset", self.asset, "settlement asset of the account");
  }
};

struct DeclareDefault {
  PoolId pool;
  OwnerId owner;
  AssetId asset;
  std::string cause;

  static constexpr std::string_view kDoc =
      "Declares the default of an account that has less than nothing; its loss is born.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the compartment");
    visit("owner", self.owner, "opaque id of the owner");
    visit("asset", self.asset, "settlement asset of the account");
    visit("cause", self.cause, "in a word: 1 to 64 letters, digits and . _ : / -");
  }
};

enum class LiquidationStatus : std::uint16_t {
  ok,
  cause_malformed,
  account_not_found,
  case_open,
  no_case,
  marks_not_usable,
  not_liquidatable,
  not_healthy,
  not_insolvent,
  loss_open,
  collateral_unsold,
};

// What the phases read.
struct Books {
  const State& defaults;
  const market::State& market;
  const market::TermsState& terms;
  const ledger::State& ledger;
  const margin::State& margin;
  const fact::State& facts;
  Time now;
};

// Collateral and open positions at the marks, in the asset; nullopt where a mark is missing or too
// old for its contract.
[[nodiscard]] std::optional<SignedAmount> equity_at_marks(const Books& books, PoolId pool,
                                                          OwnerId owner, AssetId asset);

[[nodiscard]] LiquidationStatus check_shape(const BeginLiquidation& command);
[[nodiscard]] LiquidationStatus check_shape(const EndLiquidation& command);
[[nodiscard]] LiquidationStatus check_shape(const DeclareDefault& command);
[[nodiscard]] LiquidationStatus check(const BeginLiquidation& command, const Books& books);
[[nodiscard]] LiquidationStatus check(const EndLiquidation& command, const Books& books);
[[nodiscard]] LiquidationStatus check(const DeclareDefault& command, const Books& books);
// After check() has said ok.
void book(const BeginLiquidation& command, State& state, const Books& books, Context& context);
void book(const EndLiquidation& command, State& state, const Books& books, Context& context);
void book(const DeclareDefault& command, State& state, const Books& books, Context& context);

// In the form of the engine: the states that are read, then the one that is written.
template <class C>
  requires requires(const C& c, const Books& b) { check(c, b); }
[[nodiscard]] auto check_state(const C& command, const State& state, const market::State& market,
                               const market::TermsState& terms, const ledger::State& ledger,
                               const margin::State& margin, const fact::State& facts,
                               const Context& context) {
  return check(command, Books{state, market, terms, ledger, margin, facts, context.now});
}

template <class C>
  requires requires(const C& c, State& s, const Books& b, Context& x) { book(c, s, b, x); }
LiquidationStatus apply(const C& command, State& state, const market::State& market,
                        const market::TermsState& terms, const ledger::State& ledger,
                        const margin::State& margin, const fact::State& facts, Context& context) {
  book(command, state, Books{state, market, terms, ledger, margin, facts, context.now}, context);
  return LiquidationStatus::ok;
}

}  // namespace cofferdam::default_management

template <>
struct cofferdam::base::EnumText<cofferdam::default_management::LiquidationStatus> {
  static constexpr std::array<std::string_view, 11> kNames{"ok",
                                                           "cause_malformed",
                                                           "account_not_found",
                                                           "case_open",
                                                           "no_case",
                                                           "marks_not_usable",
                                                           "not_liquidatable",
                                                           "not_healthy",
                                                           "not_insolvent",
                                                           "loss_open",
                                                           "collateral_unsold"};
  static constexpr std::array<std::string_view, 11> kDocs{
      "",
      "a cause is 1 to 64 letters, digits and . _ : / -",
      "the owner is a participant of the pool in this asset",
      "the account is under liquidation or in default already",
      "the account must be under liquidation",
      "every position has a mark that is not too old",
      "the account is below its maintenance margin, or below nothing where no margin is asked",
      "the account has its margin again and no loss of it is open",
      "an account in default has less than nothing",
      "the account's earlier loss must first be closed",
      "other collateral of the account is sold before its default, where the pool asks for it"};
};
