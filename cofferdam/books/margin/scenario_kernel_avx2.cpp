// SPDX-License-Identifier: Apache-2.0
#if defined(__AVX2__)
#include "cofferdam/books/margin/scenario_kernel.h"
#include "cofferdam/books/margin/scenario_kernels.h"

#include <algorithm>
#include <bit>
#include <immintrin.h>

namespace cofferdam::margin {
namespace {

[[nodiscard]] inline __m256i load(const std::int64_t* from) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
}

struct Lanes {
  static constexpr std::size_t kLanes = 4;
  using Vector = __m256i;
  using Side = __m256i;

  static Vector zero() { return _mm256_setzero_si256(); }

  static Side zero_side() { return _mm256_setzero_si256(); }

  static Vector all(std::int64_t quantity) { return _mm256_set1_epi64x(quantity); }

  static void store_side(std::int64_t* out, Side sum) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out), sum);
  }

  static Vector least(Vector a, Vector b) {
    return _mm256_blendv_epi8(a, b, _mm256_cmpgt_epi64(a, b));
  }

  static std::int64_t least_lane(Vector a) {
    std::array<std::int64_t, kLanes> lanes{};
    store_side(lanes.data(), a);
    return std::ranges::min(lanes);
  }
};

struct NarrowLanes : Lanes {
  static Vector add_product(Vector sum, const std::int64_t* entries, Vector quantity) {
    return _mm256_add_epi64(sum, _mm256_mul_epi32(load(entries), quantity));
  }

  static Side add_side(Side sum, const std::int64_t* numbers, std::int64_t quantity) {
    return add_product(sum, numbers, all(quantity));
  }
};

// The low 64 bits of a product from three products of halves.
struct WideLanes : Lanes {
  static Vector add_product(Vector sum, const std::int64_t* entries, Vector quantity) {
    const Vector entry = load(entries);
    const Vector low = _mm256_mul_epu32(entry, quantity);
    const Vector crossed = _mm256_mullo_epi32(entry, _mm256_shuffle_epi32(quantity, 0xB1));
    const Vector high =
        _mm256_slli_epi64(_mm256_add_epi32(crossed, _mm256_srli_epi64(crossed, 32)), 32);
    return _mm256_add_epi64(sum, _mm256_add_epi64(low, high));
  }

  static Side add_side(Side sum, const std::int64_t* numbers, std::int64_t quantity) {
    return add_product(sum, numbers, all(quantity));
  }
};

struct DigitLanes : WideLanes {
  static constexpr std::size_t kDigits = 16;
  static constexpr std::size_t kGroup = 3;
  using Digits = __m256i;

  static Digits zero_digits() { return _mm256_setzero_si256(); }

  static Digits all_digits(const std::array<std::int16_t, 2>& quantities) {
    return _mm256_set1_epi32(std::bit_cast<std::int32_t>(quantities));
  }

  [[nodiscard]] static __m256i load_digits(const std::int16_t* from) {
    return _mm256_load_si256(reinterpret_cast<const __m256i*>(from));
  }

  static void add_digits(Digits& low, Digits& high, const std::int16_t* these,
                         const std::int16_t* those, Digits quantities) {
    const __m256i one = load_digits(these);
    const __m256i other = load_digits(those);
    low = _mm256_add_epi32(low, _mm256_madd_epi16(_mm256_unpacklo_epi16(one, other), quantities));
    high = _mm256_add_epi32(high, _mm256_madd_epi16(_mm256_unpackhi_epi16(one, other), quantities));
  }

  // The even lanes, then the odd ones.
  static Vector least_together(Vector sum, Digits low, Digits high, unsigned bits) {
    const Vector base = all(std::int64_t{1} << bits);
    const Vector one = all(1);
    const auto together = [&](Vector h, Vector l) {
      return _mm256_add_epi64(_mm256_mul_epi32(h, base), _mm256_mul_epi32(l, one));
    };
    const Vector even = together(high, low);
    const Vector odd = together(_mm256_srli_epi64(high, 32), _mm256_srli_epi64(low, 32));
    return least(sum, least(even, odd));
  }
};

}  // namespace

const ScenarioKernels& scenario_kernels_avx2() {
  static constexpr ScenarioKernels kKernels{add_scenario_digits<DigitLanes>,
                                            add_scenarios<NarrowLanes>, add_scenarios<WideLanes>};
  return kKernels;
}

}  // namespace cofferdam::margin
#endif
