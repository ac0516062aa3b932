// SPDX-License-Identifier: Apache-2.0
//
// From prices to deviations: folding, the two ways of implied_lanes.h, and the edges.
#pragma once

#include "cofferdam/models/pricing/implied_lanes.h"

namespace cofferdam::pricing {

template <class L>
COFFERDAM_LANE typename L::F implied_deviation(const typename L::M& is_put,
                                               const typename L::F& raw_price,
                                               const typename L::F& raw_forward,
                                               const typename L::F& raw_strike) {
  using F = typename L::F;
  using M = typename L::M;
  const F zero = L::set(0.0);
  const F one = L::set(1.0);
  const F nan = L::set(__builtin_nan(""));
  const M valid = L::both(L::both(is_between<L>(raw_forward, kLanePriceMin, kLanePriceMax),
                                  is_between<L>(raw_strike, kLanePriceMin, kLanePriceMax)),
                          is_between<L>(raw_price, 0.0, kLaneFiniteMax));
  const F forward = L::select(valid, raw_forward, one);
  const F strike = L::select(valid, raw_strike, one);
  const F price = L::select(valid, raw_price, zero);
  // The time value, with the rounding of F - K given back (Knuth's two-sum).
  const F gain = forward - strike;
  const F part = gain - forward;
  const F lost = (forward - (gain - part)) - (strike + part);
  const F signed_gain = L::select(is_put, -gain, gain);
  const F signed_lost = L::select(is_put, -lost, lost);
  const M inside = L::less(zero, signed_gain);
  const F time_value = L::select(inside, (price - signed_gain) - signed_lost, price);
  const F bound = L::min(forward, strike);
  const F rest = bound - time_value;
  const F scale = one / L::sqrt(forward * strike);
  const F b = time_value * scale;
  const M solvable = L::both(L::less_equal(L::set(kValueMin), b), L::less(zero, rest));
  const F x = -L::abs(numerics::log_ratio<L>(forward, strike));
  const F value = L::select(solvable, b, one);
  const F log_value = numerics::log_positive<L>(value);
  const F guess = bachelier_guess<L>(x, value);
  const M series = L::both(L::less_equal(guess, L::set(kSeriesDeviationMax)),
                           L::less_equal(L::set(-kSeriesMoneynessMax), x));
  // Lanes that the series does not serve run along on harmless numbers.
  const F series_x = L::select(series, x, zero);
  F s = L::select(series, guess, L::set(0.1));
  for (int k = 0; k < kSeriesSteps; ++k) s = series_step<L>(series_x, log_value, s);
  const M general = L::both(solvable, L::negate(series));
  if (L::any(general)) {
    const F log_rest = numerics::log_positive<L>(L::select(solvable, rest * scale, one));
    const F wide = general_deviation<L>(
        L::select(general, x, L::set(-1.0)), L::select(general, log_value, L::set(-1.3764)),
        L::select(general, log_rest, L::set(-1.0)), L::select(general, guess, one));
    s = L::select(general, wide, s);
  }
  // Nothing above zero; at the bound or above it; not valid.
  const M below = L::less(time_value, zero);
  const M above = L::less(rest, zero);
  const M full = L::equal(rest, zero);
  s = L::select(solvable, s, L::select(full, L::set(__builtin_inf()), zero));
  return L::select(L::both(valid, L::negate(L::either(below, above))), s, nan);
}

template <class L>
void implied_all(const ImpliedArrays& in, double* deviation, std::size_t count) {
  std::size_t at = 0;
  for (; at + L::kWidth <= count; at += L::kWidth)
    L::store(deviation + at,
             implied_deviation<L>(L::load_flags(in.is_put + at), L::load(in.price + at),
                                  L::load(in.forward + at), L::load(in.strike + at)));
  if (at == count) return;
  std::uint8_t is_put[L::kWidth] = {};
  double columns[3][L::kWidth] = {};
  for (std::size_t i = 0; i < L::kWidth; ++i) {
    const bool is_real = at + i < count;
    is_put[i] = is_real ? in.is_put[at + i] : std::uint8_t{0};
    columns[0][i] = is_real ? in.price[at + i] : 0.04;
    columns[1][i] = is_real ? in.forward[at + i] : 1.0;
    columns[2][i] = is_real ? in.strike[at + i] : 1.0;
  }
  L::store(columns[0], implied_deviation<L>(L::load_flags(is_put), L::load(columns[0]),
                                            L::load(columns[1]), L::load(columns[2])));
  for (std::size_t i = 0; at + i < count; ++i) deviation[at + i] = columns[0][i];
}

}  // namespace cofferdam::pricing
