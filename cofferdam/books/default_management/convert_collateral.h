// SPDX-License-Identifier: Apache-2.0
//
// Sells collateral of a failing account (conversion.h), and says for a pool that it is sold first.
#pragma once

#include "cofferdam/books/default_management/conversion.h"

namespace cofferdam::default_management {

struct SetConversion {
  PoolId pool;
  bool in_force = true;
  Duration within;

  static constexpr std::string_view kDoc =
      "Says whether a failing account's other collateral is sold before its default is declared.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the compartment");
    visit("in_force", self.in_force, "whether it is");
    visit("within", self.within,
          "how long after the liquidation has begun a default waits for it; 0: until it is sold");
  }
};

enum class SetConversionStatus : std::uint16_t { ok, within_negative, pool_not_found };

struct ConvertCollateral {
  PoolId pool;
  OwnerId owner;
  AssetId asset;
  CollateralPart sold;
  OwnerId buyer;
  std::optional<Amount> proceeds;

  static constexpr std::string_view kDoc =
      "Sells other collateral of a failing account for what it is missing, at the haircut price or "
      "above.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("pool", self.pool, "the compartment");
    visit("owner", self.owner, "of the account under liquidation");
    visit("asset", self.asset, "settlement asset of the account");
    visit("sold", self.sold, "what is sold; amount 0: as much as is missing, or all there is");
    visit("buyer", self.buyer, "a participant of the pool in both assets");
    visit("proceeds", self.proceeds, "what the buyer pays; none: the haircut value, rounded up");
  }
};

enum class ConvertCollateralStatus : std::uint16_t {
  ok,
  same_asset,
  buyer_is_the_account,
  account_not_found,
  no_case,
  loss_open,
  marks_not_usable,
  nothing_missing,
  nothing_to_sell,
  more_than_there_is,
  more_than_is_missing,
  below_haircut_price,
  buyer_not_found,
  buyer_not_covered,
  account_refuses,
};

[[nodiscard]] SetConversionStatus check_shape(const SetConversion& command);
[[nodiscard]] SetConversionStatus check_state(const SetConversion& command,
                                              const ConversionState& state,
                                              const ledger::State& ledger);
SetConversionStatus apply(const SetConversion& command, ConversionState& state, Context& context);

[[nodiscard]] ConvertCollateralStatus check_shape(const ConvertCollateral& command);
ConvertCollateralStatus apply(const ConvertCollateral& command, ConversionState& state,
                              ResolutionBooks books, Context& context);

}  // namespace cofferdam::default_management

template <>
struct cofferdam::base::EnumText<cofferdam::default_management::SetConversionStatus> {
  static constexpr std::array<std::string_view, 3> kNames{"ok", "within_negative",
                                                          "pool_not_found"};
  static constexpr std::array<std::string_view, 3> kDocs{"", "a time to wait is not negative",
                                                         "the pool must exist"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::default_management::ConvertCollateralStatus> {
  static constexpr std::array<std::string_view, 15> kNames{"ok",
                                                           "same_asset",
                                                           "buyer_is_the_account",
                                                           "account_not_found",
                                                           "no_case",
                                                           "loss_open",
                                                           "marks_not_usable",
                                                           "nothing_missing",
                                                           "nothing_to_sell",
                                                           "more_than_there_is",
                                                           "more_than_is_missing",
                                                           "below_haircut_price",
                                                           "buyer_not_found",
                                                           "buyer_not_covered",
                                                           "account_refuses"};
  static constexpr std::array<std::string_view, 15> kDocs{
      "",
      "another asset is sold than the one that is missing",
      "nobody buys the own collateral",
      "the owner is a participant of the pool in this asset",
      "the account must be under liquidation",
      "a loss of the account is borne before more of it is sold",
      "every position has a mark that is not too old",
      "the account has less than nothing in this asset at the marks",
      "the asset is in the pool's schedule, has a usable price, and the account has some of it",
      "no more is sold than the account has and does not owe in that asset",
      "no more is sold than covers what is missing",
      "what is paid is at least the haircut value, rounded up",
      "the buyer is a participant of the pool in both assets",
      "the buyer stays covered",
      "an account does not allow the payment"};
};
