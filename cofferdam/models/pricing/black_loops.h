// SPDX-License-Identifier: Apache-2.0
//
// The loops over black_lanes.h, compiled once for each instruction set.
#pragma once

#include "cofferdam/models/pricing/black_lanes.h"

namespace cofferdam::pricing {

template <class L, bool kDiscounted>
COFFERDAM_LANE Inputs<L> load_inputs(const BlackArrays& in, std::size_t at) {
  Inputs<L> block;
  block.is_put = L::load_flags(in.is_put + at);
  block.forward = L::load(in.forward + at);
  block.strike = L::load(in.strike + at);
  block.volatility = L::load(in.volatility + at);
  block.years = L::load(in.years + at);
  if constexpr (kDiscounted) {
    block.discount = in.discount == nullptr ? L::set(1.0) : L::load(in.discount + at);
    block.rate = in.rate == nullptr ? L::set(0.0) : L::load(in.rate + at);
  } else {
    block.discount = L::set(1.0);
    block.rate = L::set(0.0);
  }
  return block;
}

template <class L, bool kStreams>
COFFERDAM_LANE void store_figures(const BlackFigures& out, std::size_t at, const Outcome<L>& v) {
  if constexpr (kStreams) {
    L::stream(out.price + at, v.price);
    L::stream(out.delta + at, v.delta);
    L::stream(out.gamma + at, v.gamma);
    L::stream(out.vega + at, v.vega);
    L::stream(out.theta + at, v.theta);
  } else {
    L::store(out.price + at, v.price);
    L::store(out.delta + at, v.delta);
    L::store(out.gamma + at, v.gamma);
    L::store(out.vega + at, v.vega);
    L::store(out.theta + at, v.theta);
  }
}

// Out of line, so that the loop over regular lanes stays short.
template <class L>
[[gnu::noinline]] void careful_block(const BlackArrays& in, const BlackFigures& out,
                                     std::size_t at) {
  store_figures<L, false>(out, at, careful_outcome<L>(load_inputs<L, true>(in, at)));
}

template <class L>
[[gnu::noinline]] typename L::F careful_price(const Inputs<L>& block) {
  return careful_outcome<L>(block).price;
}

template <class L, bool kDiscounted, bool kStreams>
COFFERDAM_LANE void value_block(const BlackArrays& in, const BlackFigures& out, std::size_t at) {
  using F = typename L::F;
  const Inputs<L> block = load_inputs<L, kDiscounted>(in, at);
  const F root = L::sqrt(block.years);
  const F deviation = block.volatility * root;
  auto regular = is_regular<L>(block, deviation);
  if constexpr (kDiscounted) regular = L::both(regular, has_good_interest<L>(block));
  if (L::any(L::negate(regular))) {
    careful_block<L>(in, out, at);
    return;
  }
  store_figures<L, kStreams>(out, at, regular_outcome<L, kDiscounted>(block, root, deviation));
}

// The last few options, filled up to a whole vector with harmless ones.
template <class L>
[[gnu::noinline]] void value_rest(const BlackArrays& in, const BlackFigures& out, std::size_t at,
                                  std::size_t count) {
  constexpr std::size_t kWidth = L::kWidth;
  std::uint8_t is_put[kWidth] = {};
  double columns[6][kWidth];
  double figures[5][kWidth];
  for (std::size_t i = 0; i < kWidth; ++i) {
    const bool is_real = at + i < count;
    is_put[i] = is_real ? in.is_put[at + i] : std::uint8_t{0};
    columns[0][i] = is_real ? in.forward[at + i] : 1.0;
    columns[1][i] = is_real ? in.strike[at + i] : 1.0;
    columns[2][i] = is_real ? in.volatility[at + i] : 1.0;
    columns[3][i] = is_real ? in.years[at + i] : 1.0;
    columns[4][i] = is_real && in.discount != nullptr ? in.discount[at + i] : 1.0;
    columns[5][i] = is_real && in.rate != nullptr ? in.rate[at + i] : 0.0;
  }
  const BlackArrays part{is_put,     columns[0], columns[1], columns[2],
                         columns[3], columns[4], columns[5]};
  const BlackFigures made{figures[0], figures[1], figures[2], figures[3], figures[4]};
  value_block<L, true, false>(part, made, 0);
  for (std::size_t i = 0; at + i < count; ++i) {
    out.price[at + i] = figures[0][i];
    out.delta[at + i] = figures[1][i];
    out.gamma[at + i] = figures[2][i];
    out.vega[at + i] = figures[3][i];
    out.theta[at + i] = figures[4][i];
  }
}

template <class L, bool kDiscounted, bool kStreams>
void value_loop(const BlackArrays& in, const BlackFigures& out, std::size_t count) {
  std::size_t at = 0;
  for (; at + L::kWidth <= count; at += L::kWidth)
    value_block<L, kDiscounted, kStreams>(in, out, at);
  if (at < count) value_rest<L>(in, out, at, count);
}

template <class L>
void value_all(const BlackArrays& in, const BlackFigures& out, std::size_t count, bool streams) {
  const bool discounted = in.discount != nullptr || in.rate != nullptr;
  if (discounted && streams) return value_loop<L, true, true>(in, out, count);
  if (discounted) return value_loop<L, true, false>(in, out, count);
  if (streams) return value_loop<L, false, true>(in, out, count);
  return value_loop<L, false, false>(in, out, count);
}

template <class L, bool kDiscounted>
void price_loop(const BlackArrays& in, double* price, std::size_t count) {
  using F = typename L::F;
  std::size_t at = 0;
  for (; at + L::kWidth <= count; at += L::kWidth) {
    const Inputs<L> block = load_inputs<L, kDiscounted>(in, at);
    const F deviation = block.volatility * L::sqrt(block.years);
    auto regular = is_regular<L>(block, deviation);
    if constexpr (kDiscounted) regular = L::both(regular, has_good_interest<L>(block));
    if (L::any(L::negate(regular))) {
      L::store(price + at, careful_price<L>(block));
      continue;
    }
    const Option<L> option{block.is_put, block.forward, block.strike, deviation,
                           numerics::log_ratio<L>(block.forward, block.strike)};
    L::store(price + at,
             block.discount * (parts_of<L>(option).out_price + intrinsic_of<L>(option)));
  }
  if (at == count) return;
  double figures[5][L::kWidth];
  const BlackFigures made{figures[0], figures[1], figures[2], figures[3], figures[4]};
  const auto from = [at](const double* column) { return column == nullptr ? column : column + at; };
  value_rest<L>({in.is_put + at, in.forward + at, in.strike + at, in.volatility + at, in.years + at,
                 from(in.discount), from(in.rate)},
                made, 0, count - at);
  for (std::size_t i = 0; at + i < count; ++i) price[at + i] = figures[0][i];
}

template <class L>
void price_all(const BlackArrays& in, double* price, std::size_t count) {
  if (in.discount == nullptr && in.rate == nullptr) return price_loop<L, false>(in, price, count);
  return price_loop<L, true>(in, price, count);
}

}  // namespace cofferdam::pricing
