// SPDX-License-Identifier: Apache-2.0
#if defined(__AVX512VNNI__)
#include "cofferdam/books/margin/scenario_kernel.h"
#include "cofferdam/books/margin/scenario_kernels.h"

#include <bit>
#include <immintrin.h>

namespace cofferdam::margin {
namespace {

[[nodiscard]] inline __m256i load_side(const std::int64_t* from) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
}

struct Lanes {
  static constexpr std::size_t kLanes = 8;
  using Vector = __m512i;
  using Side = __m256i;

  static Vector zero() { return _mm512_setzero_si512(); }

  static Side zero_side() { return _mm256_setzero_si256(); }

  static Vector all(std::int64_t quantity) { return _mm512_set1_epi64(quantity); }

  static void store_side(std::int64_t* out, Side sum) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out), sum);
  }

  static Vector least(Vector a, Vector b) { return _mm512_min_epi64(a, b); }

  static std::int64_t least_lane(Vector a) { return _mm512_reduce_min_epi64(a); }
};

struct NarrowLanes : Lanes {
  static Vector add_product(Vector sum, const std::int64_t* entries, Vector quantity) {
    return _mm512_add_epi64(sum, _mm512_mul_epi32(_mm512_loadu_si512(entries), quantity));
  }

  static Side add_side(Side sum, const std::int64_t* numbers, std::int64_t quantity) {
    return _mm256_add_epi64(sum,
                            _mm256_mul_epi32(load_side(numbers), _mm256_set1_epi64x(quantity)));
  }
};

struct WideLanes : Lanes {
  static Vector add_product(Vector sum, const std::int64_t* entries, Vector quantity) {
    return _mm512_add_epi64(sum, _mm512_mullo_epi64(_mm512_loadu_si512(entries), quantity));
  }

  static Side add_side(Side sum, const std::int64_t* numbers, std::int64_t quantity) {
    return _mm256_add_epi64(sum,
                            _mm256_mullo_epi64(load_side(numbers), _mm256_set1_epi64x(quantity)));
  }
};

struct DigitLanes : WideLanes {
  static constexpr std::size_t kDigits = 32;
  static constexpr std::size_t kGroup = 3;
  using Digits = __m512i;

  static Digits zero_digits() { return _mm512_setzero_si512(); }

  static Digits all_digits(const std::array<std::int16_t, 2>& quantities) {
    return _mm512_set1_epi32(std::bit_cast<std::int32_t>(quantities));
  }

  // Both are held in registers: the loads are what bounds the loop, and either is used twice.
  static void add_digits(Digits& low, Digits& high, const std::int16_t* these,
                         const std::int16_t* those, Digits quantities) {
    __m512i one = _mm512_load_si512(these);
    __m512i other = _mm512_load_si512(those);
    asm("" : "+v"(one), "+v"(other));
    low = _mm512_dpwssd_epi32(low, _mm512_unpacklo_epi16(one, other), quantities);
    high = _mm512_dpwssd_epi32(high, _mm512_unpackhi_epi16(one, other), quantities);
  }

  // The even lanes, then the odd ones.
  static Vector least_together(Vector sum, Digits low, Digits high, unsigned bits) {
    const Vector base = _mm512_set1_epi64(std::int64_t{1} << bits);
    const Vector even =
        _mm512_add_epi64(_mm512_mul_epi32(high, base), _mm512_mul_epi32(low, _mm512_set1_epi64(1)));
    const Vector odd = _mm512_add_epi64(_mm512_mul_epi32(_mm512_srli_epi64(high, 32), base),
                                        _mm512_srai_epi64(low, 32));
    return least(sum, least(even, odd));
  }
};

}  // namespace

const ScenarioKernels& scenario_kernels_avx512() {
  static constexpr ScenarioKernels kKernels{add_scenario_digits<DigitLanes>,
                                            add_scenarios<NarrowLanes>, add_scenarios<WideLanes>};
  return kKernels;
}

}  // namespace cofferdam::margin
#endif
