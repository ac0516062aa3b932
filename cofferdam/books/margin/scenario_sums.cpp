// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/margin/scenario_sums.h"

#include "cofferdam/base/check.h"
#include "cofferdam/books/margin/scenario_kernels.h"

namespace cofferdam::margin {

unsigned digit_bits_for(std::int64_t largest_entry) {
  unsigned bits = 1;
  while (bits <= kDigitBitsMax && largest_entry > digits_reach(bits)) ++bits;
  return bits;
}

void write_digits(const std::int64_t* entries, std::size_t count, unsigned bits, DigitBlock* out) {
  const std::int64_t half = std::int64_t{1} << (bits - 1);
  const std::int64_t base = 2 * half;
  for (std::size_t i = 0; i < count; ++i) {
    const std::int64_t low = ((entries[i] + half) & (base - 1)) - half;
    const std::size_t within = i % kDigitBlock;
    const std::size_t at = within / kDigitGroup * 2 * kDigitGroup + within % kDigitGroup;
    std::int16_t* const digits = out[i / kDigitBlock].digits.data();
    digits[at] = static_cast<std::int16_t>(low);
    digits[at + kDigitGroup] = static_cast<std::int16_t>((entries[i] - low) >> bits);
  }
}

bool is_available(VectorWidth width) {
#if defined(__x86_64__)
  switch (width) {
    case VectorWidth::portable:
      return true;
    case VectorWidth::avx2:
      return __builtin_cpu_supports("avx2") != 0;
    case VectorWidth::avx512:
      return __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512dq") != 0 &&
             __builtin_cpu_supports("avx512vl") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
             __builtin_cpu_supports("avx512vnni") != 0;
  }
  return false;
#else
  return width == VectorWidth::portable;
#endif
}

const ScenarioKernels& scenario_kernels(VectorWidth width) {
  COFFERDAM_CHECK(is_available(width), "the processor has these vectors");
#if defined(__x86_64__)
  if (width == VectorWidth::avx2) return scenario_kernels_avx2();
  if (width == VectorWidth::avx512) return scenario_kernels_avx512();
#endif
  return scenario_kernels_portable();
}

// Asking the processor takes microseconds on a virtual machine, so it is asked once.
const ScenarioKernels& best_scenario_kernels() {
  static const ScenarioKernels& kBest =
      scenario_kernels(is_available(VectorWidth::avx512) ? VectorWidth::avx512
                       : is_available(VectorWidth::avx2) ? VectorWidth::avx2
                                                         : VectorWidth::portable);
  return kBest;
}

}  // namespace cofferdam::margin
