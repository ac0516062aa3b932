// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/pricing/black_columns.h"

#include "cofferdam/base/check.h"
#include "cofferdam/models/pricing/black_kernels.h"

namespace cofferdam::pricing {
namespace {

using numerics::InstructionSet;

static_assert(static_cast<std::uint8_t>(OptionType::put) == 1, "the kernels read a flag");

const double* or_null(std::span<const double> column) {
  return column.empty() ? nullptr : column.data();
}

BlackArrays arrays_of(const BlackColumns& in) {
  const std::size_t count = in.types.size();
  COFFERDAM_CHECK(in.forwards.size() == count && in.strikes.size() == count &&
                      in.volatilities.size() == count && in.years.size() == count &&
                      (in.discounts.empty() || in.discounts.size() == count) &&
                      (in.rates.empty() || in.rates.size() == count),
                  "columns have one size");
  return {.is_put = reinterpret_cast<const std::uint8_t*>(in.types.data()),
          .forward = in.forwards.data(),
          .strike = in.strikes.data(),
          .volatility = in.volatilities.data(),
          .years = in.years.data(),
          .discount = or_null(in.discounts),
          .rate = or_null(in.rates)};
}

BlackFigures figures_of(const BlackResults& out, std::size_t count) {
  COFFERDAM_CHECK(out.prices.size() == count && out.deltas.size() == count &&
                      out.gammas.size() == count && out.vegas.size() == count &&
                      out.thetas.size() == count,
                  "results have the size of the columns");
  return {.price = out.prices.data(),
          .delta = out.deltas.data(),
          .gamma = out.gammas.data(),
          .vega = out.vegas.data(),
          .theta = out.thetas.data()};
}

bool is_aligned(const double* p) {
  return reinterpret_cast<std::uintptr_t>(p) % 64 == 0;
}

}  // namespace

const BlackKernels& black_kernels(InstructionSet set) {
#if defined(__x86_64__)
  if (set == InstructionSet::avx512) return black_kernels_avx512();
  if (set == InstructionSet::avx2) return black_kernels_avx2();
#endif
  COFFERDAM_CHECK(set == InstructionSet::portable, "an instruction set of this machine");
  return black_kernels_portable();
}

void black(const BlackColumns& in, const BlackResults& out, InstructionSet set) {
  black_kernels(set).value(arrays_of(in), figures_of(out, in.types.size()), in.types.size(), false);
}

void black_streaming(const BlackColumns& in, const BlackResults& out, InstructionSet set) {
  const BlackFigures figures = figures_of(out, in.types.size());
  COFFERDAM_CHECK(is_aligned(figures.price) && is_aligned(figures.delta) &&
                      is_aligned(figures.gamma) && is_aligned(figures.vega) &&
                      is_aligned(figures.theta),
                  "results are aligned to 64 bytes");
  black_kernels(set).value(arrays_of(in), figures, in.types.size(), true);
}

void black_prices(const BlackColumns& in, std::span<double> prices, InstructionSet set) {
  COFFERDAM_CHECK(prices.size() == in.types.size(), "one price an option");
  black_kernels(set).price(arrays_of(in), prices.data(), prices.size());
}

}  // namespace cofferdam::pricing
