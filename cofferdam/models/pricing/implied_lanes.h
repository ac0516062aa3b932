// SPDX-License-Identifier: Apache-2.0
//
// The deviation s that a price implies, on lanes. The option is folded so that it is out of the
// money: b is its price over sqrt(FK), x = -|ln(F/K)|, h = x/s <= 0, t = s/2, and
//
//   b = n(h) exp(-t^2/2) (Y(h+t) - Y(h-t)),   Y(z) = N(z)/n(z).
//
// Taking logarithms leaves no exponential: ln b = -(h^2+t^2)/2 - ln sqrt(2 pi) + ln(Y(h+t) -
// Y(h-t)), and its derivative by s is 1/(Y(h+t) - Y(h-t)). Beyond the inflection (d1 = h+t >= 0)
// what is left of the upper bound is used instead: ln(exp(x/2) - b), with Y(h+t) - Y(h-t) replaced
// by R(h+t) + R(t-h). Both functions are solved by Householder's step of fourth order (Jaeckel,
// "Let's Be Rational", 2015, section 4, uses such steps on other functions). Relative to s the
// error of either logarithm is divided by h^2 in the wing, so nothing cancels there.
//
// The guess is that of Bachelier's model, b/|x| = n(h)/|h| - N(h), whose inverse is fitted as
// |h| = w / sqrt(C(w)), w = ln(1 + |x|/b), to 0.8 %.
#pragma once

#include "cofferdam/models/pricing/black_lanes.h"

namespace cofferdam::pricing {

inline constexpr double kGuessTop[] = {6.295293152722949, 1.4997706192718336, 0.13307006719090075};
inline constexpr double kGuessBottom[] = {1.0, 0.2631136532370859};

// Where the series about h serves; outside, the difference of two ratios does.
inline constexpr double kSeriesDeviationMax = 0.45;
inline constexpr double kSeriesMoneynessMax = 4;
inline constexpr int kSeriesSteps = 2;
inline constexpr int kGeneralStepsMax = 24;
inline constexpr double kSettled = 1e-5;     // a step of fourth order from here is exact
inline constexpr double kValueMin = 1e-290;  // of b: less is no value at all

// 1/3!, 1/5!, ... 1/17!
inline constexpr double kOddFactorials[] = {1.0 / 6,
                                            1.0 / 120,
                                            1.0 / 5040,
                                            1.0 / 362880,
                                            1.0 / 39916800,
                                            1.0 / 6227020800.0,
                                            1.0 / 1307674368000.0,
                                            1.0 / 355687428096000.0};

// Y' + t^2 Y'''/3! + ...: the terms above the first, from the derivatives below and at order kAt-1.
// Y(n+1) = n Y(n-1) + h Y(n).
template <class L, int kTerm>
COFFERDAM_LANE typename L::F series_tail(const typename L::F& h, const typename L::F& square,
                                         const typename L::F& even, const typename L::F& odd) {
  using F = typename L::F;
  constexpr int kOrder = 2 * kTerm + 1;  // of `odd`
  const F next_even = L::fma(h, odd, L::set(kOrder) * even);
  const F next_odd = L::fma(h, next_even, L::set(kOrder + 1) * odd);
  const F term = next_odd * L::set(kOddFactorials[kTerm]);
  if constexpr (kTerm + 1 == 8) {
    return term;
  } else {
    return L::fma(square, series_tail<L, kTerm + 1>(h, square, next_even, next_odd), term);
  }
}

// One step of fourth order: residual = target - f, slope = f', q = (ln v')', dq = q'.
template <class L>
COFFERDAM_LANE typename L::F householder(const typename L::F& residual, const typename L::F& slope,
                                         const typename L::F& inverse_slope, const typename L::F& q,
                                         const typename L::F& dq) {
  using F = typename L::F;
  const F newton = residual * inverse_slope;
  const F h2 = q - slope;
  const F h3 = L::fma(h2, h2, L::fma(-slope, h2, dq));
  const F top = L::fma(L::set(0.5) * h2, newton, L::set(1.0));
  const F bottom = L::fma(newton, L::fma(h3 * L::set(1.0 / 6.0), newton, h2), L::set(1.0));
  const F step = newton * (top / bottom);
  return L::select(L::less(L::set(0.1), bottom), step, newton);
}

template <class L>
COFFERDAM_LANE typename L::F series_step(const typename L::F& x, const typename L::F& log_value,
                                         const typename L::F& s) {
  using F = typename L::F;
  const F one = L::set(1.0);
  const F inverse = one / s;
  const F h = x * inverse;
  const F t = L::set(0.5) * s;
  const F square = t * t;
  const numerics::Mills<L> ratio = numerics::mills<L>(-h);
  const F y0 = ratio.top / ratio.bottom;
  const F y1 = L::fma(h, y0, one);
  const F spread = s * L::fma(square, series_tail<L, 0>(h, square, y0, y1), y1);
  const F slope = one / spread;
  const F h_square = h * h;
  const F log_spread = numerics::log_positive<L>(spread * L::set(numerics::kInverseRootTwoPi));
  const F residual = log_value + L::fma(L::set(0.5), h_square + square, -log_spread);
  const F q = (h_square - square) * inverse;
  const F dq = L::fma(L::set(-3.0) * h_square, inverse * inverse, L::set(-0.25));
  return s + householder<L>(residual, slope, spread, q, dq);
}

// Of b > 0: the guess by Bachelier's model.
template <class L>
COFFERDAM_LANE typename L::F bachelier_guess(const typename L::F& x, const typename L::F& value) {
  using F = typename L::F;
  // Near the money 1 + y would lose y; the guess needs few digits.
  const F y = L::max(-x / value, L::set(1e-6));
  const F w = numerics::log_positive<L>(y + L::set(1.0));
  const F c = numerics::polynomial<L>(w, kGuessTop) / numerics::polynomial<L>(w, kGuessBottom);
  return value * (y / w) * L::sqrt(c);
}

// Lanes beyond the series: large deviations, far wings.
template <class L>
[[gnu::noinline]] typename L::F general_deviation(typename L::F x, typename L::F log_value,
                                                  typename L::F log_rest, typename L::F guess) {
  using F = typename L::F;
  using M = typename L::M;
  const F zero = L::set(0.0);
  const F one = L::set(1.0);
  F s = guess;
  M open = L::equal(zero, zero);
  for (int k = 0; k < kGeneralStepsMax && L::any(open); ++k) {
    const F inverse = one / s;
    const F h = x * inverse;
    const F t = L::set(0.5) * s;
    const F d1 = h + t;
    const M upper = L::less_equal(zero, d1);
    const numerics::Mills<L> near = numerics::mills<L>(L::abs(d1));
    const numerics::Mills<L> far = numerics::mills<L>(t - h);
    const F r1 = near.top / near.bottom;
    const F r2 = far.top / far.bottom;
    const F spread = L::select(upper, r1 + r2, r1 - r2);
    const F h_square = h * h;
    const F square = t * t;
    const F log_spread = numerics::log_positive<L>(spread * L::set(numerics::kInverseRootTwoPi));
    const F target = L::select(upper, log_rest, log_value);
    const F residual = target + L::fma(L::set(0.5), h_square + square, -log_spread);
    const F signed_spread = L::select(upper, -spread, spread);
    const F q = (h_square - square) * inverse;
    const F dq = L::fma(L::set(-3.0) * h_square, inverse * inverse, L::set(-0.25));
    const F step = householder<L>(residual, one / signed_spread, signed_spread, q, dq);
    const F next = L::max(L::set(0.5) * s, L::min(s + s, s + step));
    const M settled = L::less_equal(L::abs(step), L::set(kSettled) * s);
    s = L::select(open, next, s);
    open = L::both(open, L::negate(settled));
  }
  return s;
}

}  // namespace cofferdam::pricing
