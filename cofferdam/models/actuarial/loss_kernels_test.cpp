// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/actuarial/loss_kernels.h"

#include "cofferdam/models/actuarial/severity.h"

#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <vector>

namespace cofferdam::actuarial {
namespace {

constexpr std::size_t kCount = 1003;  // not a multiple of any width

TEST(LossKernels, AreTheScalarFunctions) {
  const Severity x{Lognormal{-0.5, 1.3}};
  std::vector<double> tail(kCount);
  std::vector<double> limited(kCount);
  loss_kernels().lognormal_survival(-0.5, 1.3, 0.01, 0.05, tail.data(), kCount);
  loss_kernels().lognormal_limited(-0.5, 1.3, 0.01, 0.05, limited.data(), kCount);
  for (std::size_t i = 0; i < kCount; ++i) {
    const double at = 0.01 + 0.05 * static_cast<double>(i);
    ASSERT_NEAR(tail[i], survival(x, at), 1e-13 * survival(x, at)) << i;
    ASSERT_NEAR(limited[i], limited_expected_value(x, at), 1e-14 * (1 + at)) << i;
  }
  std::vector<double> re(kCount);
  std::vector<double> im(kCount);
  for (std::size_t i = 0; i < kCount; ++i) {
    re[i] = std::cos(0.37 * static_cast<double>(i));
    im[i] = std::sin(0.37 * static_cast<double>(i));
  }
  loss_kernels().compound_poisson(40, re.data(), im.data(), kCount);
  for (std::size_t i = 0; i < kCount; ++i) {
    const std::complex<double> z(std::cos(0.37 * static_cast<double>(i)),
                                 std::sin(0.37 * static_cast<double>(i)));
    const std::complex<double> value = std::exp(40.0 * (z - 1.0));
    ASSERT_NEAR(re[i], value.real(), 2e-14) << i;
    ASSERT_NEAR(im[i], value.imag(), 2e-14) << i;
  }
}

TEST(LossKernels, GiveTheSameBitsWithEveryInstructionSet) {
  const auto run = [](numerics::InstructionSet set) {
    const LossKernels& k = loss_kernels(set);
    std::vector<double> out(5 * kCount, 0.25);
    k.lognormal_survival(2, 0.8, 0.3, 0.7, out.data(), kCount);
    k.lognormal_limited(2, 0.8, 0.3, 0.7, out.data() + kCount, kCount);
    for (std::size_t i = 0; i < kCount; ++i) {
      out[2 * kCount + i] = 1 - 0.002 * static_cast<double>(i);
      out[3 * kCount + i] = 0.001 * static_cast<double>(i) - 0.5;
    }
    k.compound_poisson(13, out.data() + 2 * kCount, out.data() + 3 * kCount, kCount);
    k.lognormal_of_normal(1, 0.7, out.data() + 4 * kCount, kCount);
    return out;
  };
  const std::vector<double> portable = run(numerics::InstructionSet::portable);
  for (const numerics::InstructionSet set : numerics::kInstructionSets)
    if (numerics::is_available(set)) {
      EXPECT_EQ(run(set), portable) << numerics::name_of(set);
    }
}

}  // namespace
}  // namespace cofferdam::actuarial
