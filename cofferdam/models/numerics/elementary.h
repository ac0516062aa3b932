// SPDX-License-Identifier: Apache-2.0
//
// Elementary functions on lanes (lanes.h says what L is). The coefficients are minimax fits of our
// own, computed with 50 digits; the error beside each is relative, before rounding (a double rounds
// to 1.1e-16).
#pragma once

#include "cofferdam/models/numerics/lanes.h"

namespace cofferdam::numerics {

inline constexpr double kLog2OfE = 1.4426950408889634;
inline constexpr double kLn2High = 0x1.62e42fefp-1;  // 32 bits: a product with an exponent is exact
inline constexpr double kLn2Low = 7.440617110012397e-11;
inline constexpr double kInverseRootTwoPi = 0.3989422804014327;
inline constexpr double kRoundToInteger = 0x1.8p52;  // added and taken away: to the nearest integer
inline constexpr std::uint64_t kSignBit = std::uint64_t{1} << 63;
inline constexpr std::uint64_t kExponentOne = std::uint64_t{1} << 52;

// exp(r) = 1 + r + r^2 P(r), |r| <= ln(2)/2: 3.6e-18.
inline constexpr double kExpTail[] = {
    0.5000000000000011,    0.16666666666666413,   0.041666666666530155,   0.008333333333494466,
    0.0013888888943630372, 0.0001984126950657235, 2.4801493098632217e-05, 2.7557586378063306e-06,
    2.763024847658922e-07, 2.5000060571192997e-08};

// ln((1+z)/(1-z)) = 2z + z^3 P(z^2), |z| <= 0.2002: 1.5e-17.
inline constexpr double kLogTail[] = {0.666666666666728,   0.39999999996114166, 0.2857142940381277,
                                      0.22222137805492753, 0.1818638457745065,  0.15249618142737584,
                                      0.15372628070910557};

// Mills' ratio R(x) = (1 - N(x)) / n(x) as P(x)/Q(x), 0 <= x <= 40: 8.3e-17; to 56: 1.3e-14.
inline constexpr double kMillsTop[] = {367698.4682054642,  569003.2694422664, 435611.63154344127,
                                       211859.4392477424,  71426.43289252199, 17239.597565000968,
                                       2978.3419292738668, 356.3291848091441, 26.988858720338854,
                                       0.9999999999970742};
inline constexpr double kMillsBottom[] = {293380.93081200315,
                                          688083.0388632059,
                                          749888.1631679955,
                                          501350.08230051707,
                                          228396.45141965823,
                                          74350.79361174225,
                                          17593.92687597997,
                                          3005.330784700911,
                                          357.3291848672324,
                                          26.988858719724185,
                                          1.0};

// c[0] + c[1] x + ... by Horner's rule.
template <class L, std::size_t kSize, std::size_t kAt = 0>
COFFERDAM_LANE typename L::F polynomial(const typename L::F& x, const double (&c)[kSize]) {
  if constexpr (kAt + 1 == kSize) {
    return L::set(c[kAt]);
  } else {
    return L::fma(polynomial<L, kSize, kAt + 1>(x, c), x, L::set(c[kAt]));
  }
}

template <class L>
struct Mills {
  typename L::F top, bottom;  // R = top / bottom, so that several may share one division
};

template <class L>
COFFERDAM_LANE Mills<L> mills(const typename L::F& x) {
  return {polynomial<L>(x, kMillsTop), polynomial<L>(x, kMillsBottom)};
}

// For -708 <= x <= 709; below that 0. Error at most 0.9 units in the last place.
template <class L>
COFFERDAM_LANE typename L::F exp_bounded(const typename L::F& x) {
  using F = typename L::F;
  const F shifted = L::fma(x, L::set(kLog2OfE), L::set(kRoundToInteger));
  const F n = shifted - L::set(kRoundToInteger);
  const F r = L::fma(n, L::set(-kLn2Low), L::fma(n, L::set(-kLn2High), x));
  const F tail = polynomial<L>(r, kExpTail);
  const F power = L::fma(tail, r * r, r) + L::set(1.0);
  const F scaled = L::from_bits(L::bits(power) + (L::bits(shifted) << 52));
  return L::select(L::less(x, L::set(-708.0)), L::set(0.0), scaled);
}

// For every x: subnormal results are rounded twice, infinities and NaN are kept.
template <class L>
COFFERDAM_LANE typename L::F exp_full(const typename L::F& x) {
  using F = typename L::F;
  const F bounded = L::max(L::set(-746.0), L::min(L::set(710.0), x));
  const F magic = L::set(kRoundToInteger);
  const F n = L::fma(bounded, L::set(kLog2OfE), magic) - magic;
  const F r = L::fma(n, L::set(-kLn2Low), L::fma(n, L::set(-kLn2High), bounded));
  const F power = L::fma(polynomial<L>(r, kExpTail), r * r, r) + L::set(1.0);
  // 2^n as the product of two, each of which is a normal number.
  const F first = L::fma(n, L::set(0.5), magic);
  const F second = (n - (first - magic)) + magic;
  const auto one = L::set_bits(std::uint64_t{1023});
  const F scale1 = L::from_bits((L::bits(first) + one) << 52);
  const F scale2 = L::from_bits((L::bits(second) + one) << 52);
  return L::select(L::equal(x, x), power * scale1 * scale2, x);
}

// ln(a/b) of positive, normal numbers. Exact to two units in the last place also where the two are
// close, because their difference is then exact (Sterbenz).
template <class L>
COFFERDAM_LANE typename L::F log_ratio(const typename L::F& a, const typename L::F& b) {
  using F = typename L::F;
  using I = typename L::I;
  // Times 2^j, b is within a factor 3/2 of a. The offset keeps j positive while it is shifted.
  const I distance = L::bits(a) - L::bits(b) + L::set_bits(kExponentOne >> 1);
  const I whole = distance & L::set_bits(~(kExponentOne - 1));
  const F near = L::from_bits(L::bits(b) + whole);
  const I biased = (whole + L::set_bits(std::uint64_t{2048} << 52)) >> 52;
  const F j =
      L::from_bits(biased | L::set_bits(0x4330000000000000U)) - L::set(4503599627370496.0 + 2048.0);
  const F z = (a - near) / (a + near);
  const F square = z * z;
  const F tail = polynomial<L>(square, kLogTail);
  const F fraction = L::fma(z * square, tail, L::fma(j, L::set(kLn2Low), z + z));
  return L::fma(j, L::set(kLn2High), fraction);
}

// Of a positive, normal number.
template <class L>
COFFERDAM_LANE typename L::F log_positive(const typename L::F& x) {
  return log_ratio<L>(x, L::set(1.0));
}

// Of every x: -infinity of 0, NaN below.
template <class L>
COFFERDAM_LANE typename L::F log_full(const typename L::F& x) {
  using F = typename L::F;
  const F zero = L::set(0.0);
  const F infinity = L::set(__builtin_inf());
  const auto tiny = L::less(x, L::set(0x1p-1022));
  const auto usual = L::both(L::less(zero, x), L::less(x, infinity));
  const F normal = L::select(usual, L::select(tiny, x * L::set(0x1p54), x), L::set(1.0));
  const F shift = L::select(tiny, L::set(-54.0), zero);
  const F value = log_positive<L>(normal);
  const F moved = L::fma(shift, L::set(kLn2High), L::fma(shift, L::set(kLn2Low), value));
  const F other = L::select(L::equal(x, zero), -infinity,
                            L::select(L::equal(x, infinity), x, L::set(__builtin_nan(""))));
  return L::select(usual, moved, other);
}

// N(x), with all its digits in the left tail.
template <class L>
COFFERDAM_LANE typename L::F normal_cdf(const typename L::F& x) {
  using F = typename L::F;
  const F size = L::min(L::abs(x), L::set(40.0));
  // The exponent as a sum of two, or its rounding would show in the tail.
  const F square = size * size;
  const F rest = L::fma(size, size, -square);
  const F density = exp_full<L>(L::set(-0.5) * square) * L::fma(rest, L::set(-0.5), L::set(1.0));
  const Mills<L> ratio = mills<L>(size);
  const F tail = L::set(kInverseRootTwoPi) * density * (ratio.top / ratio.bottom);
  const F value = L::select(L::less(x, L::set(0.0)), tail, L::set(1.0) - tail);
  return L::select(L::equal(x, x), value, x);
}

// (sin, cos) of pi r for |r| <= 1/4 by polynomials in r^2: 3.3e-18 and 3.1e-20.
inline constexpr double kSinPi[] = {
    3.141592653589793,   -5.167712780049954,    2.5501640398732666,    -0.5992645289321831,
    0.08214586894998108, -0.007370018318146603, 0.00046151443351974246};
inline constexpr double kCosPi[] = {1.0,
                                    -4.934802200544679,
                                    4.058712126416747,
                                    -1.3352627688519185,
                                    0.23533063019094172,
                                    -0.02580688565421505,
                                    0.0019294657587848932,
                                    -0.00010356753977239448};

template <class L>
struct SineCosine {
  typename L::F sine, cosine;
};

// Of 2 pi turn, for 0 <= turn < 1.
template <class L>
COFFERDAM_LANE SineCosine<L> turn_sine_cosine(const typename L::F& turn) {
  using F = typename L::F;
  using I = typename L::I;
  const F shifted = L::fma(turn, L::set(4.0), L::set(kRoundToInteger));
  const F quarters = shifted - L::set(kRoundToInteger);
  const F r = L::fma(turn, L::set(2.0), L::set(-0.5) * quarters);
  const F square = r * r;
  const F sine = r * polynomial<L>(square, kSinPi);
  const F cosine = polynomial<L>(square, kCosPi);
  const I quadrant = L::bits(shifted);
  const I one = L::set_bits(1);
  // An odd quadrant exchanges the two; the second bit, and their sum, turn the signs.
  const I odd = L::set_bits(0) - (quadrant & one);
  const I differ = (L::bits(sine) ^ L::bits(cosine)) & odd;
  const I sign_of_sine = (quadrant & L::set_bits(2)) << 62;
  const I sign_of_cosine = ((quadrant + one) & L::set_bits(2)) << 62;
  return {L::from_bits((L::bits(sine) ^ differ) ^ sign_of_sine),
          L::from_bits((L::bits(cosine) ^ differ) ^ sign_of_cosine)};
}

}  // namespace cofferdam::numerics
