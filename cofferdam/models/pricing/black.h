// SPDX-License-Identifier: Apache-2.0
//
// What options are worth: prices, sensitivities ("greeks"), implied volatilities, and surfaces of
// them fitted to a chain of quotes. This room estimates: it works in doubles, knows nothing of
// pools or books, and what it finds enters the books only as integers inside a command.
//
// Words. The forward F is today's price for delivery at expiry; the strike K; the volatility is a
// number a year (0.5 is 50 %); years are the time to expiry; the deviation s = volatility *
// sqrt(years) is the standard deviation of ln(price at expiry / F); the discount D turns money at
// expiry into money now (1 when there is no interest). Moneyness is x = ln(F/K), or k = ln(K/F) on
// a surface.
//
// Black-76 (Black, "The pricing of commodity contracts", 1976):
//
//   call = D (F N(d1) - K N(d2)),  put = D (K N(-d2) - F N(-d1)),  d1 = x/s + s/2,  d2 = d1 - s
//
// Laws. A call less a put is D (F - K). A price lies between its intrinsic value D max(0, +-(F -
// K)) and D F (call) or D K (put). No result depends on the width of vectors or the number of
// threads.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace cofferdam::base {
template <class E>
struct EnumText;
}

namespace cofferdam::pricing {

enum class OptionType : std::uint8_t { call, put };

struct BlackInput {
  OptionType type = OptionType::call;
  double forward = 0;
  double strike = 0;
  double volatility = 0;  // a year; 0.5 is 50 %
  double years = 0;
  double discount = 1;
};

// Of one option on one unit. Units: price in the money of the forward; delta per unit of the
// forward; gamma per unit squared; vega per 1.00 of volatility (100 points); theta per year of
// calendar time with forward, volatility and interest held; rho per 1.00 of the interest rate with
// the forward held.
struct BlackValue {
  double price = 0;
  double delta = 0;
  double gamma = 0;
  double vega = 0;
  double theta = 0;
  double rho = 0;
};

// Forward and strike lie in [kPriceMin, kPriceMax]; every product then stays within a double.
inline constexpr double kPriceMin = 1e-100;
inline constexpr double kPriceMax = 1e100;

// False for a forward or strike outside their range; a volatility or time that is negative or not
// finite; a discount that is not positive and finite.
[[nodiscard]] bool is_valid(const BlackInput& input);

// Every figure is NaN when the input is not valid. Without volatility or time the limits are taken:
// the price is the intrinsic value, the delta a step (one half at the money), gamma and theta are
// 0 (infinite at the money where the limit is).
[[nodiscard]] BlackValue black(const BlackInput& input);
[[nodiscard]] double black_price(const BlackInput& input);

}  // namespace cofferdam::pricing

template <>
struct cofferdam::base::EnumText<cofferdam::pricing::OptionType> {
  static constexpr std::array<std::string_view, 2> kNames{"call", "put"};
};
