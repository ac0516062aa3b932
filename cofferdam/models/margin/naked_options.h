// SPDX-License-Identifier: Apache-2.0
//
// Margin of naked short options in vaults of their own: Opyn's Gamma protocol
// (opynfinance/GammaProtocol, contracts/core/MarginCalculator.sol, _getNakedMarginRequired), in
// fixed point of 27 digits cut toward zero. With n short options, spot S, the spot shock s and U
// the upper bound of an option's value at the next time to expiry in the table:
//
//   put   (U * min(K, s * S) + max(K - s * S, 0)) * n, in the strike asset
//   call  (U * min(1, K * s / S) + max(1 - K * s / S, 0)) * n, in the underlying
//
// rounded up to quanta of the collateral. Every position is a vault; a vault's collateral is cash,
// and longs count for nothing.
#pragma once

#include "cofferdam/models/margin/evaluation.h"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace cofferdam::rulebook {

inline constexpr std::size_t kUpperBoundsMax = 64;

struct UpperBound {
  base::Duration time_to_expiry;
  base::Rate value;

  static constexpr std::array<std::string_view, 2> kRequired{"time_to_expiry", "value"};

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("time_to_expiry", self.time_to_expiry, "rising");
    visit("value", self.value, "of an option at the money on one unit, 0 to 1");
  }
};

struct NakedProduct {
  std::string underlying;
  bool is_put = false;
  std::uint8_t scale = 0;
  base::Rate spot_shock;
  std::vector<UpperBound> upper_bounds;

  static constexpr std::array<std::string_view, 5> kRequired{"underlying", "is_put", "scale",
                                                             "spot_shock", "upper_bounds"};

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("underlying", self.underlying, "its code");
    visit("is_put", self.is_put, "puts are backed by the strike asset, calls by the underlying");
    visit("scale", self.scale, "fraction digits of a quantum of the collateral, at most 18");
    visit("spot_shock", self.spot_shock, "above 0 and at most 1");
    visit("upper_bounds", self.upper_bounds, "1 to 64");
  }
};

struct NakedOptions {
  std::vector<NakedProduct> products;

  static constexpr std::array<std::string_view, 1> kRequired{"products"};

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("products", self.products, "1 to 256; puts and calls of an underlying stand once each");
  }
};

[[nodiscard]] Result<void> check(const NakedOptions& rules);
[[nodiscard]] Result<Evaluation> evaluate(const NakedOptions& rules, const Book& book);

}  // namespace cofferdam::rulebook
