// SPDX-License-Identifier: Apache-2.0
//
// Defines who bears a pool's losses in an asset, in a new version. Losses that were declared before
// and are not yet allocated are allocated by the version in force then.
#pragma once

#include "cofferdam/books/default_management/state.h"
#include "cofferdam/books/pool/pool.h"

namespace cofferdam::default_management {

struct DefineWaterfall {
  PoolId pool;
  AssetId asset;
  std::vector<LayerTerms> layers;

  static constexpr std::string_view kDoc =
      "Defines the layers that bear a pool's losses in an asset, as a new version.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the compartment");
    visit("asset", self.asset, "what losses are counted in");
    visit("layers", self.layers, "1 to 64");
  }
};

enum class DefineWaterfallStatus : std::uint16_t {
  ok,
  too_many_layers,
  code_malformed,
  code_not_unique,
  kind_not_definable,
  money_not_named,
  contribution_without_fund,
  period_without_cap,
  duration_negative,
  pool_not_found,
  asset_not_found,
  fund_not_found,
  account_not_found,
  account_has_different_asset,
  account_class_not_allowed,
  conduit_not_found,
  conduit_does_not_lead_here,
  conduit_missing,
  contribution_after_fund,
};

[[nodiscard]] DefineWaterfallStatus check_shape(const DefineWaterfall& command);
[[nodiscard]] DefineWaterfallStatus check_state(const DefineWaterfall& command, const State& state,
                                                const ledger::State& ledger,
                                                const pool::State& pools);
DefineWaterfallStatus apply(const DefineWaterfall& command, State& state, Context& context);

// Whether an account may be a layer or take penalties: money of clients, of the system and of the
// outside may not.
[[nodiscard]] bool may_bear_losses(const ledger::Account& account);

}  // namespace cofferdam::default_management

template <>
struct cofferdam::base::EnumText<cofferdam::default_management::DefineWaterfallStatus> {
  static constexpr std::array<std::string_view, 19> kNames{"ok",
                                                           "too_many_layers",
                                                           "code_malformed",
                                                           "code_not_unique",
                                                           "kind_not_definable",
                                                           "money_not_named",
                                                           "contribution_without_fund",
                                                           "period_without_cap",
                                                           "duration_negative",
                                                           "pool_not_found",
                                                           "asset_not_found",
                                                           "fund_not_found",
                                                           "account_not_found",
                                                           "account_has_different_asset",
                                                           "account_class_not_allowed",
                                                           "conduit_not_found",
                                                           "conduit_does_not_lead_here",
                                                           "conduit_missing",
                                                           "contribution_after_fund"};
  static constexpr std::array<std::string_view, 19> kDocs{
      "",
      "a waterfall has 1 to 64 layers",
      "a code is 1 to 32 letters, digits, '.', '_' or '-', beginning with a letter",
      "a layer's code stands once",
      "the defaulter's margin is always first and is not defined",
      "a layer names an account or a fund, and not both",
      "the defaulter's contribution is a stake in a fund",
      "a period and its cap stand together",
      "a duration is not negative",
      "the pool must exist",
      "the asset must exist",
      "each fund named must exist",
      "each account named must exist",
      "a layer counts the waterfall's asset",
      "money of clients, of the system and of the outside is no layer",
      "each conduit named must exist and be open",
      "a conduit leads from the layer's pool to this one, in this asset",
      "a layer in another pool needs a conduit",
      "the defaulter's contribution to a fund comes before the fund"};
};
