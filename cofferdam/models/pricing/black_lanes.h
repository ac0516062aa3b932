// SPDX-License-Identifier: Apache-2.0
//
// Black-76 on lanes. With n the normal density, N its distribution and R = (1 - N)/n (Mills'
// ratio):
//
//   F n(d1) = K n(d2),   so with   p = F n(d1)   the option out of the money is worth
//   p |R(|d1|) - R(|d2|)|                where d1 and d2 have the same sign,
//   min(F, K) - p (R(|d1|) + R(|d2|))    where they do not,
//
// and N(-|d1|) = n(d1) R(|d1|). One exponential, and one division for both ratios, serve the price
// and every sensitivity. The option in the money is the one out of the money plus F - K, so parity
// holds to the rounding of one addition.
//
// For a deviation s below kDeviationSmall the difference of the two ratios would cancel; there the
// price is p s (Y' + t^2 (Y'''/6 + t^2 Y'''''/120)) with Y(h) = N(h)/n(h), h = -|x|/s, t = s/2: the
// odd part of Taylor's series about the middle of d1 and d2 (Jaeckel, "Let's Be Rational", 2015,
// section 6, expands the same difference).
#pragma once

#include "cofferdam/models/numerics/elementary.h"
#include "cofferdam/models/pricing/black_kernels.h"

namespace cofferdam::pricing {

inline constexpr double kDeviationSmall = 0.01;
inline constexpr double kDeviationLarge = 100;    // every price is at its upper bound
inline constexpr double kDeviationNone = 1e-290;  // below: no deviation at all
inline constexpr double kLanePriceMin = 1e-100;   // as kPriceMin, kPriceMax of black.h
inline constexpr double kLanePriceMax = 1e100;
inline constexpr double kLaneFiniteMax = 1.7976931348623157e308;

template <class L>
struct Option {
  typename L::M is_put;
  typename L::F forward, strike, deviation, log_moneyness;
};

// What both prices and sensitivities are made of.
template <class L>
struct Parts {
  typename L::F d1, d2;
  typename L::F density;    // n(d1)
  typename L::F money;      // F n(d1) = K n(d2)
  typename L::F ratio1;     // R(|d1|)
  typename L::F out_price;  // of the option out of the money
};

template <class L>
COFFERDAM_LANE Parts<L> parts_of(const Option<L>& option) {
  using F = typename L::F;
  using I = typename L::I;
  const F h = option.log_moneyness / option.deviation;
  const F t = L::set(0.5) * option.deviation;
  Parts<L> parts;
  parts.d1 = h + t;
  parts.d2 = h - t;
  const F exponent = L::set(-0.5) * (parts.d1 * parts.d1);
  parts.density = L::set(numerics::kInverseRootTwoPi) * numerics::exp_bounded<L>(exponent);
  parts.money = option.forward * parts.density;
  const numerics::Mills<L> one = numerics::mills<L>(L::abs(parts.d1));
  const numerics::Mills<L> two = numerics::mills<L>(L::abs(parts.d2));
  const F inverse = L::set(1.0) / (one.bottom * two.bottom);
  parts.ratio1 = one.top * (two.bottom * inverse);
  const F ratio2 = two.top * (one.bottom * inverse);
  // With the signs of d1 and d2 on the ratios one difference serves both cases of the header.
  const I sign = L::set_bits(numerics::kSignBit);
  const I sign1 = L::bits(parts.d1) & sign;
  const I sign2 = L::bits(parts.d2) & sign;
  const F spread =
      L::abs(L::from_bits(L::bits(parts.ratio1) | sign1) - L::from_bits(L::bits(ratio2) | sign2));
  const I apart = sign1 ^ sign2;
  const F base = L::select(L::negative(L::from_bits(apart)), L::min(option.forward, option.strike),
                           L::set(0.0));
  parts.out_price = L::fma(L::from_bits(L::bits(parts.money) ^ apart), spread, base);
  return parts;
}

template <class L>
COFFERDAM_LANE typename L::F intrinsic_of(const Option<L>& option) {
  using F = typename L::F;
  const F gain = option.forward - option.strike;
  return L::max(L::select(option.is_put, -gain, gain), L::set(0.0));
}

template <class L>
COFFERDAM_LANE typename L::F delta_of(const Option<L>& option, const Parts<L>& parts) {
  using F = typename L::F;
  const F tail = parts.density * parts.ratio1;
  const auto is_tail = L::differ(L::negative(parts.d1), option.is_put);
  const F size = L::select(is_tail, tail, L::set(1.0) - tail);
  return L::select(option.is_put, -size, size);
}

// The price out of the money for a small deviation, see above.
template <class L>
COFFERDAM_LANE typename L::F small_deviation_price(const Option<L>& option, const Parts<L>& parts) {
  using F = typename L::F;
  const F t = L::set(0.5) * option.deviation;
  const F h = L::set(-0.5) * L::abs(parts.d1 + parts.d2);
  const numerics::Mills<L> ratio = numerics::mills<L>(-h);
  const F y0 = ratio.top / ratio.bottom;
  const F y1 = L::max(L::fma(h, y0, L::set(1.0)), L::set(0.0));
  const F y2 = L::fma(h, y1, y0);
  const F y3 = L::fma(h, y2, y1 + y1);
  const F y4 = L::fma(h, y3, L::set(3.0) * y2);
  const F y5 = L::fma(h, y4, L::set(4.0) * y3);
  const F square = t * t;
  const F bend = L::fma(square, y5 * L::set(1.0 / 120.0), y3 * L::set(1.0 / 6.0));
  return parts.money * option.deviation * L::max(L::fma(square, bend, y1), L::set(0.0));
}

// The inputs of a vector, and which of its lanes need care.
template <class L>
struct Inputs {
  typename L::M is_put;
  typename L::F forward, strike, volatility, years, discount, rate;
};

template <class L>
COFFERDAM_LANE typename L::M is_between(const typename L::F& x, double low, double high) {
  return L::both(L::less_equal(L::set(low), x), L::less_equal(x, L::set(high)));
}

template <class L>
COFFERDAM_LANE typename L::M is_regular(const Inputs<L>& in, const typename L::F& deviation) {
  return L::both(L::both(is_between<L>(in.forward, kLanePriceMin, kLanePriceMax),
                         is_between<L>(in.strike, kLanePriceMin, kLanePriceMax)),
                 is_between<L>(deviation, kDeviationSmall, kDeviationLarge));
}

template <class L>
COFFERDAM_LANE typename L::M has_good_interest(const Inputs<L>& in) {
  return L::both(L::both(L::less(L::set(0.0), in.discount),
                         L::less_equal(in.discount, L::set(kLaneFiniteMax))),
                 is_between<L>(in.rate, -kLaneFiniteMax, kLaneFiniteMax));
}

// What a kernel of this header computes for each lane.
template <class L>
struct Outcome {
  typename L::F price, delta, gamma, vega, theta;
};

// Without interest a product with the rate 0 would still cost its multiplication.
template <class L, bool kDiscounted>
COFFERDAM_LANE Outcome<L> outcome_of(const Inputs<L>& in, const Option<L>& option,
                                     const typename L::F& inverse, const typename L::F& root) {
  using F = typename L::F;
  const Parts<L> parts = parts_of<L>(option);
  Outcome<L> out;
  out.price = in.discount * (parts.out_price + intrinsic_of<L>(option));
  out.delta = in.discount * delta_of<L>(option, parts);
  out.gamma = in.discount * (parts.density * inverse);
  out.vega = in.discount * (parts.money * root);
  const F speed =
      L::set(-0.5) * (parts.money * in.volatility) * (in.volatility * (in.forward * inverse));
  if constexpr (kDiscounted)
    out.theta = L::fma(in.rate, out.price, in.discount * speed);
  else
    out.theta = speed;
  return out;
}

template <class L, bool kDiscounted>
COFFERDAM_LANE Outcome<L> regular_outcome(const Inputs<L>& in, const typename L::F& root,
                                          const typename L::F& deviation) {
  using F = typename L::F;
  const F inverse = L::set(1.0) / (deviation * in.forward);
  const Option<L> option{in.is_put, in.forward, in.strike, deviation,
                         numerics::log_ratio<L>(in.forward, in.strike)};
  return outcome_of<L, kDiscounted>(in, option, inverse, root);
}

// Lanes that are small, huge, without deviation, or not valid; each lane is as it would be among
// regular ones, or what the limit says.
template <class L>
COFFERDAM_LANE Outcome<L> careful_outcome(const Inputs<L>& raw) {
  using F = typename L::F;
  using M = typename L::M;
  const F zero = L::set(0.0);
  const F one = L::set(1.0);
  const F nan = L::set(__builtin_nan(""));
  const F infinity = L::set(__builtin_inf());
  const F root = L::sqrt(raw.years);
  const F deviation = raw.volatility * root;
  const M valid = L::both(L::both(L::both(is_between<L>(raw.forward, kLanePriceMin, kLanePriceMax),
                                          is_between<L>(raw.strike, kLanePriceMin, kLanePriceMax)),
                                  L::both(is_between<L>(raw.volatility, 0.0, kLaneFiniteMax),
                                          is_between<L>(raw.years, 0.0, kLaneFiniteMax))),
                          has_good_interest<L>(raw));
  Inputs<L> in = raw;
  in.forward = L::select(valid, raw.forward, one);
  in.strike = L::select(valid, raw.strike, one);
  const M none = L::less(deviation, L::set(kDeviationNone));
  const M small = L::less(deviation, L::set(kDeviationSmall));
  const M regular = L::both(valid, L::negate(small));
  const M tame = L::both(regular, L::less_equal(deviation, L::set(kDeviationLarge)));
  Outcome<L> out = regular_outcome<L, true>(in, root, L::select(tame, deviation, one));

  // Small: x/s is cut where the density has long vanished.
  const F bounded =
      L::min(L::select(L::both(valid, L::negate(none)), deviation, one), L::set(kDeviationLarge));
  const F moneyness = numerics::log_ratio<L>(in.forward, in.strike);
  const F limit = L::set(1000.0) * bounded;
  Option<L> option{in.is_put, in.forward, in.strike, bounded,
                   L::max(-limit, L::min(limit, moneyness))};
  const Parts<L> parts = parts_of<L>(option);
  const F out_price = L::select(small, small_deviation_price<L>(option, parts), parts.out_price);
  const F intrinsic = intrinsic_of<L>(option);
  const M unusual = L::negate(tame);
  out.price = L::select(unusual, in.discount * (out_price + intrinsic), out.price);
  out.delta = L::select(unusual, in.discount * delta_of<L>(option, parts), out.delta);
  out.gamma =
      L::select(unusual, in.discount * (parts.density / option.deviation / in.forward), out.gamma);
  out.vega = L::select(unusual, in.discount * (parts.money * root), out.vega);
  const F per_root = L::select(L::less(zero, root), in.volatility / root, zero);
  out.theta =
      L::select(unusual,
                L::fma(in.rate, out.price,
                       L::select(L::less(zero, parts.money),
                                 in.discount * (L::set(-0.5) * parts.money * per_root), zero)),
                out.theta);

  // No deviation: the limits.
  const M level = L::equal(in.forward, in.strike);
  const F half = L::set(0.5);
  const M gains = L::less(zero, intrinsic);
  const F step = L::select(level, half, L::select(gains, one, zero));
  const F plain = in.discount * intrinsic;
  out.price = L::select(none, plain, out.price);
  out.delta = L::select(none, in.discount * L::select(in.is_put, -step, step), out.delta);
  out.gamma = L::select(none, L::select(level, infinity, zero), out.gamma);
  const F at_level = in.discount * in.forward * L::set(numerics::kInverseRootTwoPi) * root;
  out.vega = L::select(none, L::select(level, at_level, zero), out.vega);
  const M falls = L::both(level, L::less(zero, in.volatility));
  out.theta = L::select(none, L::select(falls, -infinity, in.rate * plain), out.theta);

  out.price = L::select(valid, out.price, nan);
  out.delta = L::select(valid, out.delta, nan);
  out.gamma = L::select(valid, out.gamma, nan);
  out.vega = L::select(valid, out.vega, nan);
  out.theta = L::select(valid, out.theta, nan);
  return out;
}

}  // namespace cofferdam::pricing
