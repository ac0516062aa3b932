// SPDX-License-Identifier: Apache-2.0
//
// Declares a contract, and with it the two assets that its positions and open values are counted
// in: CODE and CODE.value.
#pragma once

#include "cofferdam/books/market/market.h"

namespace cofferdam::market {

inline constexpr std::size_t kContractCodeMax = 26;  // with ".value" an asset code of 32
inline constexpr std::string_view kValueSuffix = ".value";

struct CreateContract {
  std::string code;
  ContractKind kind = ContractKind::linear;
  AssetId settlement_asset;
  std::uint8_t price_scale = 0;
  std::uint8_t quantity_scale = 0;
  std::uint64_t multiplier = 1;
  std::uint8_t multiplier_scale = 0;
  ValueRounding rounding = ValueRounding::exact;
  std::uint8_t value_scale = 0;
  base::Duration mark_age_max;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("code", self.code, "short unique name, at most 26");
    visit("kind", self.kind, "linear (quantity x price) or inverse (quantity / price)");
    visit("settlement_asset", self.settlement_asset, "what variation is paid in");
    visit("price_scale", self.price_scale, "decimal digits of a price");
    visit("quantity_scale", self.quantity_scale, "decimal digits of a quantity");
    visit("multiplier", self.multiplier, "underlying (linear) or quote (inverse) of one contract");
    visit("multiplier_scale", self.multiplier_scale, "decimal digits of the multiplier");
    visit("rounding", self.rounding,
          "exact for linear; unit_half_up, total_half_even or total_down for inverse");
    visit("value_scale", self.value_scale,
          "inverse: digits of open value, at least the settlement asset's; linear: 0, derived");
    visit("mark_age_max", self.mark_age_max, "oldest mark that may settle; 0 for any");
  }
};

enum class CreateContractStatus : std::uint16_t {
  ok,
  code_malformed,
  multiplier_must_not_be_zero,
  scale_out_of_range,
  rounding_does_not_fit_kind,
  value_scale_is_derived,
  mark_age_negative,
  exists,
  asset_code_taken,
  settlement_asset_not_found,
  value_scale_below_settlement,
  value_scale_out_of_range,
};

[[nodiscard]] CreateContractStatus check_shape(const CreateContract& command);
[[nodiscard]] CreateContractStatus check_state(const CreateContract& command, const State& state,
                                               const ledger::State& ledger);
CreateContractStatus apply(const CreateContract& command, State& state, ledger::State& ledger,
                           ledger::Context& context);

}  // namespace cofferdam::market

template <>
struct cofferdam::base::EnumText<cofferdam::market::CreateContractStatus> {
  static constexpr std::array<std::string_view, 12> kNames{"ok",
                                                           "code_malformed",
                                                           "multiplier_must_not_be_zero",
                                                           "scale_out_of_range",
                                                           "rounding_does_not_fit_kind",
                                                           "value_scale_is_derived",
                                                           "mark_age_negative",
                                                           "exists",
                                                           "asset_code_taken",
                                                           "settlement_asset_not_found",
                                                           "value_scale_below_settlement",
                                                           "value_scale_out_of_range"};
  static constexpr std::array<std::string_view, 12> kDocs{
      "",
      "a code is a letter followed by letters, digits, '.', '_' or '-', at most 26 in all",
      "the multiplier is at least 1",
      "the scales of price, quantity and multiplier are from 0 to 18",
      "a linear contract is exact; an inverse one names how it rounds",
      "the value scale of a linear contract is derived: give 0",
      "the greatest age of a mark is not negative",
      "a contract with this code exists",
      "the codes of the contract's two assets must be free",
      "the settlement asset must exist",
      "open value is counted at least as finely as the settlement asset",
      "the value of one smallest quantity must fit the value scale, at most 38 digits"};
};
