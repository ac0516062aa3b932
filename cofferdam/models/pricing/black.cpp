// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/pricing/black.h"

#include "cofferdam/models/numerics/vector_functions.h"
#include "cofferdam/models/pricing/black_kernels.h"

#include <cmath>
#include <limits>

namespace cofferdam::pricing {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

bool is_price(double price) {
  return price >= kPriceMin && price <= kPriceMax;
}

BlackValue value_at(const BlackInput& in, double rate) {
  const std::uint8_t is_put = in.type == OptionType::put;
  BlackValue value;
  black_kernels(numerics::best_instruction_set())
      .value({.is_put = &is_put,
              .forward = &in.forward,
              .strike = &in.strike,
              .volatility = &in.volatility,
              .years = &in.years,
              .discount = &in.discount,
              .rate = &rate},
             {.price = &value.price,
              .delta = &value.delta,
              .gamma = &value.gamma,
              .vega = &value.vega,
              .theta = &value.theta},
             1, false);
  return value;
}

}  // namespace

bool is_valid(const BlackInput& in) {
  return is_price(in.forward) && is_price(in.strike) && in.volatility >= 0 &&
         std::isfinite(in.volatility) && in.years >= 0 && std::isfinite(in.years) &&
         in.discount > 0 && std::isfinite(in.discount);
}

BlackValue black(const BlackInput& in) {
  if (!is_valid(in)) return {kNaN, kNaN, kNaN, kNaN, kNaN, kNaN};
  const double rate =
      in.discount == 1.0 || !(in.years > 0) ? 0.0 : -numerics::logarithm(in.discount) / in.years;
  BlackValue value = value_at(in, std::isfinite(rate) ? rate : 0.0);
  value.rho = -in.years * value.price;
  return value;
}

double black_price(const BlackInput& in) {
  return is_valid(in) ? value_at(in, 0.0).price : kNaN;
}

}  // namespace cofferdam::pricing
