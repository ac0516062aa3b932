// SPDX-License-Identifier: Apache-2.0
//
// The price at which closing a position leaves nothing of what stands behind it, in three published
// forms, and what a fill then means for the fund.
//
//   linear   long  E - C/q                short  E + C/q
//   inverse  long  1 / (1/E + C/N)        short  1 / (1/E - C/N)
//   quote    -DNNV - floor(TNC * |DMMR| / TMMR)
//
// with entry price E, collateral C, size q or N (N counts units of the quote currency, C the coin).
// The third form is dYdX v4's (protocol/x/clob/keeper/liquidations.go,
// GetBankruptcyPriceInQuoteQuantums): what a close receives in quote currency, positive for a sale;
// DNNV and DMMR are the changes of net notional and of the maintenance requirement by that close,
// TNC and TMMR belong to the account before it.
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/base/fields.h"
#include "cofferdam/books/default_management/default_management.h"

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace cofferdam::default_management {

enum class BankruptcyForm : std::uint8_t { linear, inverse, quote };

struct BankruptcyPriceInput {
  BankruptcyForm form = BankruptcyForm::linear;
  std::uint8_t scale = 0;
  std::uint8_t price_scale = 0;
  std::uint8_t quantity_scale = 0;
  // linear and inverse
  Quantity position;
  Price entry_price;
  SignedAmount collateral;
  std::uint64_t multiplier = 1;
  Rate maintenance_margin_rate;
  Price tick_size = Price(1);
  // quote
  SignedAmount delta_net_notional;
  SignedAmount total_net_collateral;
  SignedAmount delta_maintenance_requirement;
  Amount total_maintenance_requirement;
  // a fill, of the form quote
  std::optional<SignedAmount> fill_quote;
  std::uint32_t max_liquidation_fee_ppm = 5'000;
  std::optional<Amount> fund_balance;

  static constexpr std::string_view kDoc =
      "The price at which closing a position leaves nothing of its margin, exact, and what a fill "
      "means for the fund.";
  static constexpr std::string_view kSource =
      "linear and inverse: equity of an isolated position is zero; quote: dYdX v4, "
      "protocol/x/clob/keeper/liquidations.go GetBankruptcyPriceInQuoteQuantums and "
      "GetLiquidationInsuranceFundDelta";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("form", self.form, "linear, inverse or quote");
    visit("scale", self.scale, "fraction digits of amounts, 0 to 38");
    visit("price_scale", self.price_scale, "fraction digits of prices, 0 to 38");
    visit("quantity_scale", self.quantity_scale, "fraction digits of the position, 0 to 38");
    visit("position", self.position,
          "linear, inverse: long above zero, short below; of an inverse contract in quote units");
    visit("entry_price", self.entry_price, "linear, inverse: average price of entry");
    visit("collateral", self.collateral,
          "linear, inverse: margin behind the position; of an inverse contract in the coin");
    visit("multiplier", self.multiplier,
          "linear, inverse: units of the underlying (linear) or of the quote (inverse) in one "
          "contract");
    visit("maintenance_margin_rate", self.maintenance_margin_rate,
          "linear, inverse: of the notional at the liquidation price; 0 asks for none");
    visit("tick_size", self.tick_size, "linear, inverse: prices are rounded to its multiples");
    visit("delta_net_notional", self.delta_net_notional,
          "quote: net notional after the close less before; below zero when a long is closed");
    visit("total_net_collateral", self.total_net_collateral,
          "quote: of the account before the close");
    visit("delta_maintenance_requirement", self.delta_maintenance_requirement,
          "quote: maintenance requirement after the close less before; not above zero");
    visit("total_maintenance_requirement", self.total_maintenance_requirement,
          "quote: of the account before the close; above zero");
    visit("fill_quote", self.fill_quote,
          "quote: what the fill pays to the account; below zero when it buys");
    visit("max_liquidation_fee_ppm", self.max_liquidation_fee_ppm,
          "quote: highest fee of a fill, in millionths of its size; at most 1,000,000");
    visit("fund_balance", self.fund_balance, "quote: what the fund holds");
  }
};

struct BankruptcyPriceOutput {
  std::optional<Price> bankruptcy_price;
  std::string exact;
  std::optional<Price> liquidation_price;
  std::string liquidation_exact;
  std::optional<SignedAmount> bankruptcy_quote;
  std::optional<SignedAmount> insurance_fund_delta;
  std::optional<Amount> liquidation_fee;
  std::optional<Amount> fund_pays;
  std::optional<bool> fund_suffices;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("bankruptcy_price", self.bankruptcy_price,
          "linear, inverse: to the tick, up for a long and down for a short, so that closing there "
          "costs nobody else; null when no price bankrupts the position");
    visit("exact", self.exact, "the same before rounding, as a fraction in lowest terms");
    visit("liquidation_price", self.liquidation_price,
          "linear, inverse: where the margin meets the maintenance requirement, rounded in the "
          "same way; null when not asked for or when there is none");
    visit("liquidation_exact", self.liquidation_exact, "the same before rounding");
    visit("bankruptcy_quote", self.bankruptcy_quote,
          "what the close must at least pay to the account, rounded toward plus infinity; of the "
          "forms linear and inverse: the value of the position there, in the amount's scale");
    visit("insurance_fund_delta", self.insurance_fund_delta,
          "of the fill: above zero the account pays the fund, below the fund pays");
    visit("liquidation_fee", self.liquidation_fee,
          "min(fee rate x size rounded down, what the account has left): never a cause of "
          "bankruptcy");
    visit("fund_pays", self.fund_pays, "what the fund must add");
    visit("fund_suffices", self.fund_suffices,
          "false: the fill is not allowed, and the position goes to deleveraging");
  }
};

[[nodiscard]] base::Result<BankruptcyPriceOutput> bankruptcy_price(
    const BankruptcyPriceInput& input);

// dYdX v4's rule on a fill: delta = fill - bankruptcy quote; when it is above zero the fund takes
// min(floor(|fill| * ppm / 10^6), delta), else it pays what is missing. nullopt: does not fit.
[[nodiscard]] std::optional<SignedAmount> insurance_fund_delta(SignedAmount fill_quote,
                                                               SignedAmount bankruptcy_quote,
                                                               std::uint32_t max_fee_ppm);

}  // namespace cofferdam::default_management

template <>
struct cofferdam::base::EnumText<cofferdam::default_management::BankruptcyForm> {
  static constexpr std::array<std::string_view, 3> kNames{"linear", "inverse", "quote"};
  static constexpr std::array<std::string_view, 3> kDocs{
      "an isolated position worth quantity x price", "an isolated position worth quantity / price",
      "part of a cross-margined account, in quote currency"};
};
