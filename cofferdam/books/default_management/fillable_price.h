// SPDX-License-Identifier: Apache-2.0
//
// The worst price that a liquidation order accepts, by dYdX v4's rule
// (protocol/x/clob/keeper/liquidations.go, GetFillablePrice, ConvertFillablePriceToSubticks):
//
//   P = (PNNV - ABR * SMMR * PMMR) / size,   ABR = clamp(BA * (1 - TNC / TMMR), 0, 1)
//
// All of it is a fraction until the last step: a sale rounds up to the tick, a purchase down, and
// at least one tick is asked.
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/base/fields.h"
#include "cofferdam/books/default_management/default_management.h"

#include <string>
#include <string_view>

namespace cofferdam::default_management {

struct FillablePriceInput {
  std::uint8_t scale = 0;
  std::uint8_t price_scale = 0;
  std::uint8_t quantity_scale = 0;
  Quantity position;
  SignedAmount position_net_notional;
  Amount position_maintenance_requirement;
  SignedAmount total_net_collateral;
  Amount total_maintenance_requirement;
  std::uint32_t bankruptcy_adjustment_ppm = kPpmOne;
  std::uint32_t spread_to_maintenance_margin_ratio_ppm = 100'000;
  Price tick_size = Price(1);

  static constexpr std::string_view kDoc =
      "The worst price that a liquidation order accepts: it widens as the account nears "
      "bankruptcy.";
  static constexpr std::string_view kSource =
      "dYdX v4, protocol/x/clob/keeper/liquidations.go GetFillablePrice and "
      "ConvertFillablePriceToSubticks; defaults of "
      "protocol/x/clob/types/liquidations_config.go";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("scale", self.scale, "fraction digits of amounts, 0 to 38");
    visit("price_scale", self.price_scale, "fraction digits of prices, 0 to 38");
    visit("quantity_scale", self.quantity_scale, "fraction digits of the position, 0 to 38");
    visit("position", self.position, "the whole position: long above zero, short below");
    visit("position_net_notional", self.position_net_notional,
          "PNNV: its value at the index price, with the position's sign");
    visit("position_maintenance_requirement", self.position_maintenance_requirement, "PMMR");
    visit("total_net_collateral", self.total_net_collateral, "TNC, of the account");
    visit("total_maintenance_requirement", self.total_maintenance_requirement,
          "TMMR, of the account; above zero");
    visit("bankruptcy_adjustment_ppm", self.bankruptcy_adjustment_ppm,
          "BA, in millionths; at least 1,000,000");
    visit("spread_to_maintenance_margin_ratio_ppm", self.spread_to_maintenance_margin_ratio_ppm,
          "SMMR, in millionths; above zero");
    visit("tick_size", self.tick_size, "prices are rounded to its multiples");
  }
};

struct FillablePriceOutput {
  Price fillable_price;
  std::string exact;
  std::string adjusted_bankruptcy_rating;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("fillable_price", self.fillable_price,
          "limit of the order: up to the tick when a long is sold, down when a short is bought");
    visit("exact", self.exact, "the same before rounding, as a fraction in lowest terms");
    visit("adjusted_bankruptcy_rating", self.adjusted_bankruptcy_rating,
          "ABR, as a fraction in lowest terms");
  }
};

[[nodiscard]] base::Result<FillablePriceOutput> fillable_price(const FillablePriceInput& input);

}  // namespace cofferdam::default_management
