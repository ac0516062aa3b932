// SPDX-License-Identifier: Apache-2.0
//
// Sets how accounts of a pool are liquidated in an asset: auctions, penalties, limits by interval,
// the backstop and its quota, the gate after a loss, the outflow limit and the cap of assessments.
// An auction that is open goes on by what it was opened with.
#pragma once

#include "cofferdam/books/default_management/resolution.h"
#include "cofferdam/books/market/market.h"

namespace cofferdam::default_management {

struct SetLiquidationTerms {
  LiquidationTerms terms;

  static constexpr std::string_view kDoc =
      "Sets how accounts of a pool are liquidated: auctions, limits, backstop, gate, assessments.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    LiquidationTerms::settings(self.terms, visit);
  }
};

enum class SetLiquidationTermsStatus : std::uint16_t {
  ok,
  auction_malformed,
  part_out_of_range,
  duration_negative,
  limit_without_interval,
  backstop_without_quota,
  pool_not_found,
  asset_not_found,
  fee_account_not_allowed,
  backstop_not_found,
};

[[nodiscard]] SetLiquidationTermsStatus check_shape(const SetLiquidationTerms& command);
[[nodiscard]] SetLiquidationTermsStatus check_state(const SetLiquidationTerms& command,
                                                    const ResolutionState& state,
                                                    const market::State& market,
                                                    const ledger::State& ledger);
SetLiquidationTermsStatus apply(const SetLiquidationTerms& command, ResolutionState& state,
                                Context& context);

}  // namespace cofferdam::default_management

template <>
struct cofferdam::base::EnumText<cofferdam::default_management::SetLiquidationTermsStatus> {
  static constexpr std::array<std::string_view, 10> kNames{"ok",
                                                           "auction_malformed",
                                                           "part_out_of_range",
                                                           "duration_negative",
                                                           "limit_without_interval",
                                                           "backstop_without_quota",
                                                           "pool_not_found",
                                                           "asset_not_found",
                                                           "fee_account_not_allowed",
                                                           "backstop_not_found"};
  static constexpr std::array<std::string_view, 10> kDocs{
      "",
      "discounts fall from at most 1 to at least 0, lengths are at least a second, rates are 0 to "
      "1",
      "a part is at most 1,000,000 millionths",
      "a duration is not negative",
      "a limit and its interval, or a cap and its period, stand together",
      "a backstop is an owner of a pool and has a quota of notional and one of loss",
      "the pool must exist",
      "the asset must exist",
      "the account of penalties is of this pool and asset, and neither a client's nor the system's",
      "the backstop is a participant of its pool in this asset"};
};
