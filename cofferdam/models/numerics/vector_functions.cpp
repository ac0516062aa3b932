// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/numerics/vector_functions.h"

#include "cofferdam/base/check.h"
#include "cofferdam/models/numerics/vector_kernels.h"

#include <cmath>
#include <limits>

namespace cofferdam::numerics {
namespace {

double one(void (*kernel)(const double*, double*, std::size_t), double x) {
  double out = 0;
  kernel(&x, &out, 1);
  return out;
}

// Abramowitz and Stegun 26.2.23 for the left half: absolute error below 4.5e-4.
double rough_quantile(double p) {
  const double t = std::sqrt(-2 * logarithm(p));
  const double top = 2.515517 + t * (0.802853 + t * 0.010328);
  const double bottom = 1 + t * (1.432788 + t * (0.189269 + t * 0.001308));
  return top / bottom - t;
}

}  // namespace

const VectorKernels& vector_kernels(InstructionSet set) {
#if defined(__x86_64__)
  if (set == InstructionSet::avx512) return vector_kernels_avx512();
  if (set == InstructionSet::avx2) return vector_kernels_avx2();
#endif
  COFFERDAM_CHECK(set == InstructionSet::portable, "an instruction set of this machine");
  return vector_kernels_portable();
}

void exponentials(std::span<const double> x, std::span<double> out, InstructionSet set) {
  COFFERDAM_CHECK(x.size() == out.size(), "input and output have one size");
  vector_kernels(set).exp(x.data(), out.data(), x.size());
}

void logarithms(std::span<const double> x, std::span<double> out, InstructionSet set) {
  COFFERDAM_CHECK(x.size() == out.size(), "input and output have one size");
  vector_kernels(set).log(x.data(), out.data(), x.size());
}

void normal_distributions(std::span<const double> x, std::span<double> out, InstructionSet set) {
  COFFERDAM_CHECK(x.size() == out.size(), "input and output have one size");
  vector_kernels(set).normal(x.data(), out.data(), x.size());
}

double exponential(double x) {
  return one(vector_kernels(best_instruction_set()).exp, x);
}

double logarithm(double x) {
  return one(vector_kernels(best_instruction_set()).log, x);
}

double normal_density(double x) {
  return 0.3989422804014327 * exponential(-0.5 * x * x);
}

double normal_distribution(double x) {
  return one(vector_kernels(best_instruction_set()).normal, x);
}

double normal_quantile(double p) {
  if (!(p >= 0 && p <= 1)) return std::numeric_limits<double>::quiet_NaN();
  if (p == 0 || p == 1) return (p == 0 ? -1 : 1) * std::numeric_limits<double>::infinity();
  if (p > 0.5) return -normal_quantile(1 - p);  // exact: Sterbenz
  double x = rough_quantile(p);
  // Halley's step on N(x) - p, of third order: 4.5e-4 becomes 1e-11, then below rounding.
  for (int step = 0; step < 3; ++step) {
    const double density = normal_density(x);
    if (!(density > 0)) break;
    const double newton = (normal_distribution(x) - p) / density;
    x -= newton / (1 + 0.5 * x * newton);
  }
  return x;
}

}  // namespace cofferdam::numerics
