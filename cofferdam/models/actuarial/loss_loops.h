// SPDX-License-Identifier: Apache-2.0
//
// The loops behind loss_kernels.h, compiled once for each instruction set.
#pragma once

#include "cofferdam/models/actuarial/loss_kernels.h"
#include "cofferdam/models/numerics/elementary.h"

namespace cofferdam::actuarial {

inline constexpr double kPlaces[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

// Calls body(place as a double in each lane) and stores; the last vector is stored in part.
template <class L, class Body>
[[gnu::always_inline]] inline void fill(double* out, std::size_t count, const Body& body) {
  std::size_t at = 0;
  for (; at < count; at += L::kWidth) {
    const auto place = L::load(kPlaces) + L::set(static_cast<double>(at));
    const auto value = body(place);
    if (at + L::kWidth <= count) {
      L::store(out + at, value);
      continue;
    }
    double rest[L::kWidth];
    L::store(rest, value);
    for (std::size_t i = 0; at + i < count; ++i) out[at + i] = rest[i];
  }
}

template <class L>
void lognormal_survival_all(double meanlog, double sdlog, double first, double step, double* out,
                            std::size_t count) {
  const double inverse = 1 / sdlog;
  fill<L>(out, count, [&](const typename L::F& place) {
    const auto x = L::fma(place, L::set(step), L::set(first));
    const auto z = (L::set(meanlog) - numerics::log_positive<L>(x)) * L::set(inverse);
    return numerics::normal_cdf<L>(z);
  });
}

template <class L>
void lognormal_limited_all(double meanlog, double sdlog, double first, double step, double* out,
                           std::size_t count) {
  const double inverse = 1 / sdlog;
  double mean = 0;
  {
    const auto value = numerics::exp_full<L>(L::set(meanlog) + L::set(0.5 * sdlog) * L::set(sdlog));
    double lanes[L::kWidth];
    L::store(lanes, value);
    mean = lanes[0];
  }
  fill<L>(out, count, [&](const typename L::F& place) {
    const auto x = L::fma(place, L::set(step), L::set(first));
    const auto z = (L::set(meanlog) - numerics::log_positive<L>(x)) * L::set(inverse);
    const auto below = numerics::normal_cdf<L>(-z - L::set(sdlog));
    return L::fma(x, numerics::normal_cdf<L>(z), L::set(mean) * below);
  });
}

template <class L>
[[gnu::always_inline]] inline void poisson_lanes(double mean, double* re, double* im) {
  using F = typename L::F;
  const F size = numerics::exp_full<L>(L::set(mean) * (L::load(re) - L::set(1.0)));
  // The angle as a part of a whole turn, from 0 to below 1.
  const F turns = L::set(mean) * L::load(im) * L::set(0.15915494309189535);
  const F magic = L::set(numerics::kRoundToInteger);
  F part = turns - ((turns + magic) - magic);
  part = L::select(L::less(part, L::set(0.0)), part + L::set(1.0), part);
  const auto angle = numerics::turn_sine_cosine<L>(part);
  L::store(re, size * angle.cosine);
  L::store(im, size * angle.sine);
}

template <class L>
void compound_poisson_all(double mean, double* re, double* im, std::size_t count) {
  std::size_t at = 0;
  for (; at + L::kWidth <= count; at += L::kWidth) poisson_lanes<L>(mean, re + at, im + at);
  if (at == count) return;
  double rest_re[L::kWidth] = {};
  double rest_im[L::kWidth] = {};
  for (std::size_t i = 0; at + i < count; ++i) {
    rest_re[i] = re[at + i];
    rest_im[i] = im[at + i];
  }
  poisson_lanes<L>(mean, rest_re, rest_im);
  for (std::size_t i = 0; at + i < count; ++i) {
    re[at + i] = rest_re[i];
    im[at + i] = rest_im[i];
  }
}

template <class L>
void lognormal_of_normal_all(double meanlog, double sdlog, double* x, std::size_t count) {
  std::size_t at = 0;
  for (; at + L::kWidth <= count; at += L::kWidth)
    L::store(x + at,
             numerics::exp_full<L>(L::fma(L::load(x + at), L::set(sdlog), L::set(meanlog))));
  if (at == count) return;
  double rest[L::kWidth] = {};
  for (std::size_t i = 0; at + i < count; ++i) rest[i] = x[at + i];
  L::store(rest, numerics::exp_full<L>(L::fma(L::load(rest), L::set(sdlog), L::set(meanlog))));
  for (std::size_t i = 0; at + i < count; ++i) x[at + i] = rest[i];
}

template <class L>
inline constexpr LossKernels kLossKernelsOf{.lognormal_survival = &lognormal_survival_all<L>,
                                            .lognormal_limited = &lognormal_limited_all<L>,
                                            .compound_poisson = &compound_poisson_all<L>,
                                            .lognormal_of_normal = &lognormal_of_normal_all<L>};

}  // namespace cofferdam::actuarial
