// SPDX-License-Identifier: Apache-2.0
//
// One contract in many scenarios: the logarithms of the moves are the scenarios', so none is taken
// for a price.
#pragma once

#include "cofferdam/models/pricing/black_loops.h"
#include "cofferdam/models/pricing/implied_loops.h"

namespace cofferdam::pricing {

// Out of line: a scenario whose price is not regular. Regular lanes keep what they had.
template <class L>
[[gnu::noinline]] typename L::F careful_scenario(const GridContract& contract,
                                                 typename L::F forward, typename L::F deviation,
                                                 typename L::F log_moneyness) {
  using F = typename L::F;
  const F one = L::set(1.0);
  Inputs<L> in;
  in.is_put = L::less(L::set(0.5), L::set(contract.is_put ? 1.0 : 0.0));
  in.forward = forward;
  in.strike = L::set(contract.strike);
  in.volatility = deviation;
  in.years = one;
  in.discount = one;
  in.rate = L::set(0.0);
  const auto regular = is_regular<L>(in, deviation);
  const F careful = careful_outcome<L>(in).price;
  const F tame = L::select(regular, deviation, one);
  const Option<L> option{in.is_put, L::select(regular, forward, one),
                         L::select(regular, in.strike, one), tame,
                         L::select(regular, log_moneyness, L::set(0.0))};
  return L::select(regular, parts_of<L>(option).out_price + intrinsic_of<L>(option), careful);
}

template <class L>
COFFERDAM_LANE typename L::F scenario_price(const GridContract& contract,
                                            const typename L::F& forward,
                                            const typename L::F& deviation,
                                            const typename L::F& log_moneyness) {
  Inputs<L> in;
  in.forward = forward;
  in.strike = L::set(contract.strike);
  if (L::any(L::negate(is_regular<L>(in, deviation))))
    return careful_scenario<L>(contract, forward, deviation, log_moneyness);
  const Option<L> option{L::less(L::set(0.5), L::set(contract.is_put ? 1.0 : 0.0)), forward,
                         in.strike, deviation, log_moneyness};
  return parts_of<L>(option).out_price + intrinsic_of<L>(option);
}

// Harmless where the contract is not valid: the price is then NaN by other means.
template <class Single>
COFFERDAM_LANE double contract_moneyness(const GridContract& contract) {
  const auto forward = Single::set(contract.forward);
  const auto strike = Single::set(contract.strike);
  const auto valid = Single::both(is_between<Single>(forward, kLanePriceMin, kLanePriceMax),
                                  is_between<Single>(strike, kLanePriceMin, kLanePriceMax));
  double x[Single::kWidth];
  Single::store(x, numerics::log_ratio<Single>(Single::select(valid, forward, Single::set(1.0)),
                                               Single::select(valid, strike, Single::set(1.0))));
  return x[0];
}

template <class Single, class L>
void grid_all(const GridContract& contract, const GridScenarios& scenarios, double* price) {
  using F = typename L::F;
  const F x0 = L::set(contract_moneyness<Single>(contract));
  const F forward0 = L::set(contract.forward);
  const F scale = L::set(contract.volatility_scale);
  const F volatility = L::set(contract.volatility);
  const F least = L::set(contract.volatility_min);
  const F root = L::set(contract.root_years);
  for (std::size_t at = 0; at < scenarios.count; at += L::kWidth) {
    const F factor = L::load(scenarios.factor + at);
    const F x = x0 + L::load(scenarios.log_factor + at);
    const F relative =
        L::max(L::set(0.0), L::fma(scale, L::load(scenarios.shock + at), L::set(1.0)));
    const F deviation = L::max(least, volatility * relative) * root;
    L::store(price + at, scenario_price<L>(contract, forward0 * factor, deviation, x));
  }
}

template <class Single, class L>
void accumulate_all(const GridContract& contract, const GridScenarios& scenarios, double scale,
                    double* total) {
  using F = typename L::F;
  const F x0 = L::set(contract_moneyness<Single>(contract));
  const F forward0 = L::set(contract.forward);
  const F deviation = L::set(contract.volatility * contract.root_years);
  const F quantity = L::set(scale);
  for (std::size_t at = 0; at < scenarios.count; at += L::kWidth) {
    const F forward = forward0 * L::load(scenarios.factor + at);
    const F x = x0 + L::load(scenarios.log_factor + at);
    const F price = scenario_price<L>(contract, forward, deviation, x);
    L::store(total + at, L::fma(quantity, price, L::load(total + at)));
  }
}

template <class Single, class L>
constexpr BlackKernels make_black_kernels() {
  return {.value = &value_all<L>,
          .price = &price_all<L>,
          .implied = &implied_all<L>,
          .grid = &grid_all<Single, L>,
          .accumulate = &accumulate_all<Single, L>};
}

}  // namespace cofferdam::pricing
