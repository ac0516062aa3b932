// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/numerics/fft.h"

#include "cofferdam/models/numerics/fft_kernel.h"

#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <cstdint>
#include <numbers>

namespace cofferdam::numerics {
namespace {

double noise(std::uint64_t& state) {
  state = state * 6364136223846793005ULL + 1442695040888963407ULL;
  return static_cast<double>(state >> 11) * 0x1p-53 - 0.5;
}

TEST(Fft, RootsOfUnityAreThoseOfLibm) {
  for (const std::size_t n : {8UL, 256UL, 1024UL, 1UL << 20})
    for (std::size_t k = 0; k < n; k += n / 8 > 97 ? 97 : 1) {
      const long double angle = -2 * std::numbers::pi_v<long double> * static_cast<long double>(k) /
                                static_cast<long double>(n);
      const UnityRoot w = root_of_unity(k, n);
      EXPECT_NEAR(w.re, static_cast<double>(std::cos(angle)), 2.3e-16) << k << "/" << n;
      EXPECT_NEAR(w.im, static_cast<double>(std::sin(angle)), 2.3e-16) << k << "/" << n;
    }
}

TEST(Fft, IsTheSumOfItsDefinition) {
  for (const std::size_t n : {1UL, 2UL, 4UL, 16UL, 128UL, 256UL, 512UL, 1024UL, 2048UL}) {
    const FftPlan plan(n);
    AlignedDoubles re(n), im(n), work(plan.scratch());
    std::uint64_t state = n;
    std::vector<std::complex<double>> x(n);
    for (std::size_t i = 0; i < n; ++i) {
      x[i] = {noise(state), noise(state)};
      re[i] = x[i].real();
      im[i] = x[i].imag();
    }
    plan.forward(re.data(), im.data(), work.data());
    for (std::size_t k = 0; k < n; k += n > 256 ? 61 : 1) {
      std::complex<double> sum = 0;
      for (std::size_t i = 0; i < n; ++i) {
        const UnityRoot w = root_of_unity(i * k, n);
        sum += x[i] * std::complex<double>(w.re, w.im);
      }
      EXPECT_NEAR(re[k], sum.real(), 1e-13 * static_cast<double>(n)) << k << " of " << n;
      EXPECT_NEAR(im[k], sum.imag(), 1e-13 * static_cast<double>(n)) << k << " of " << n;
    }
  }
}

TEST(Fft, ThereAndBackIsTheSame) {
  for (std::size_t n = 1; n <= (1UL << 18); n *= 2) {
    const FftPlan plan(n);
    AlignedDoubles re(n), im(n), work(plan.scratch());
    std::uint64_t state = 7;
    for (std::size_t i = 0; i < n; ++i) {
      re[i] = noise(state);
      im[i] = noise(state);
    }
    plan.forward(re.data(), im.data(), work.data());
    plan.inverse(re.data(), im.data(), work.data());
    state = 7;
    double worst = 0;
    for (std::size_t i = 0; i < n; ++i) {
      worst = std::max(worst, std::abs(re[i] / static_cast<double>(n) - noise(state)));
      worst = std::max(worst, std::abs(im[i] / static_cast<double>(n) - noise(state)));
    }
    EXPECT_LT(worst, 3e-15) << n;
  }
}

TEST(Fft, OfRealNumbersIsTheComplexOne) {
  for (std::size_t n = 2; n <= (1UL << 14); n *= 2) {
    const RealFftPlan plan(n);
    const FftPlan whole(n);
    AlignedDoubles even(n / 2 + 1), odd(n / 2 + 1), work(plan.scratch());
    AlignedDoubles re(n), im(n), more(whole.scratch());
    std::uint64_t state = 3;
    for (std::size_t i = 0; i < n; ++i) {
      re[i] = noise(state);
      (i % 2 == 0 ? even : odd)[i / 2] = re[i];
    }
    whole.forward(re.data(), im.data(), more.data());
    plan.forward(even.data(), odd.data(), work.data());
    for (std::size_t k = 0; k <= n / 2; ++k) {
      ASSERT_NEAR(even[k], re[k], 1e-12) << k << " of " << n;
      ASSERT_NEAR(odd[k], im[k], 1e-12) << k << " of " << n;
    }
    plan.inverse(even.data(), odd.data(), work.data());
    state = 3;
    for (std::size_t i = 0; i < n; ++i)
      ASSERT_NEAR((i % 2 == 0 ? even : odd)[i / 2], noise(state), 3e-15) << i << " of " << n;
  }
}

// The sign and the place of a single frequency, so that a mirrored transform cannot pass.
TEST(Fft, PutsARotationAtItsFrequency) {
  const std::size_t n = 1024;
  const FftPlan plan(n);
  AlignedDoubles re(n), im(n), work(plan.scratch());
  for (std::size_t i = 0; i < n; ++i) {
    const UnityRoot w = root_of_unity(i * 5, n);
    re[i] = w.re;
    im[i] = -w.im;
  }
  plan.forward(re.data(), im.data(), work.data());
  EXPECT_NEAR(re[5], 1024, 1e-9);
  EXPECT_NEAR(re[n - 5], 0, 1e-9);
}

#if defined(__x86_64__)
// Zero differing bits between the instruction sets that this machine has.
TEST(Fft, GivesTheSameBitsWithEveryInstructionSet) {
  const std::size_t rows = 32;
  const std::size_t columns = 64;
  const std::size_t n = rows * columns;
  AlignedDoubles row_re(rows), row_im(rows), column_re(columns), column_im(columns);
  for (std::size_t k = 0; k < columns; ++k) {
    const UnityRoot w = root_of_unity(k, columns);
    column_re[k] = w.re;
    column_im[k] = w.im;
    if (k < rows) {
      row_re[k] = root_of_unity(k, rows).re;
      row_im[k] = root_of_unity(k, rows).im;
    }
  }
  AlignedDoubles table(16 * columns);
  std::uint64_t state = 11;
  for (std::size_t i = 0; i < table.size(); ++i) table[i] = noise(state);
  std::vector<unsigned> row_order(rows), column_order(columns);
  for (unsigned i = 0; i < columns; ++i) column_order[i] = i;
  for (unsigned i = 0; i < rows; ++i) row_order[i] = i;
  const fft::Shape shape{.rows = rows,
                         .columns = columns,
                         .stride = columns + 8,
                         .row_re = row_re.data(),
                         .row_im = row_im.data(),
                         .column_re = column_re.data(),
                         .column_im = column_im.data(),
                         .row_order = row_order.data(),
                         .column_order = column_order.data(),
                         .fine_re = table.data(),
                         .fine_im = table.data(),
                         .coarse_re = table.data(),
                         .coarse_im = table.data()};
  const auto run = [&](const fft::Kernels& kernels) {
    AlignedDoubles re(n + 1), im(n + 1), work_re(rows * (columns + 8)),
        work_im(rows * (columns + 8)), tile(2 * 8 * columns);
    std::uint64_t seed = 5;
    for (std::size_t i = 0; i < n; ++i) {
      re[i] = noise(seed);
      im[i] = noise(seed);
    }
    kernels.transform(shape, re.data(), im.data(), work_re.data(), work_im.data(), tile.data());
    kernels.untangle(re.data(), im.data(), n, table.data(), table.data(), table.data(),
                     table.data());
    kernels.tangle(re.data(), im.data(), n, table.data(), table.data(), table.data(), table.data());
    std::vector<double> out(re.data(), re.data() + n);
    out.insert(out.end(), im.data(), im.data() + n);
    return out;
  };
  const std::vector<double> plain = run(fft::plain_kernels());
  if (__builtin_cpu_supports("avx2")) {
    EXPECT_EQ(run(fft::avx2_kernels()), plain);
  }
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq")) {
    EXPECT_EQ(run(fft::avx512_kernels()), plain);
  }
}
#endif

}  // namespace
}  // namespace cofferdam::numerics
