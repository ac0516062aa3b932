// SPDX-License-Identifier: Apache-2.0
//
// Vectors of doubles in one set of words, so that a kernel is written once. A kind of lanes L has
//
//   L::F  doubles (with + - * / and unary -),   L::I  64-bit unsigned integers (+ - & | ^ << >>),
//   L::M  one truth value a lane,               L::kWidth  how many lanes.
//
// Only included by the files that are compiled for one instruction set. Everything here is forced
// inline: a copy out of line, compiled for a wide machine, must never be linked into a narrow one.
// For the same reason kernels take pointers and include nothing of the standard library that has
// code.
#pragma once

#include <cstddef>
#include <cstdint>

#if defined(__AVX2__) && defined(__FMA__)
#include <immintrin.h>
#endif

#define COFFERDAM_LANE [[gnu::always_inline]] static inline

namespace cofferdam::numerics {

// One lane. Without a fused multiply-add in the processor the C library computes it exactly.
struct PortableLanes {
  using F = double;
  using I = std::uint64_t;
  using M = bool;
  static constexpr std::size_t kWidth = 1;

  COFFERDAM_LANE F set(double v) { return v; }

  COFFERDAM_LANE I set_bits(std::uint64_t v) { return v; }

  COFFERDAM_LANE F load(const double* p) { return *p; }

  COFFERDAM_LANE void store(double* p, F v) { *p = v; }

  COFFERDAM_LANE void stream(double* p, F v) { *p = v; }

  COFFERDAM_LANE I load_bits(const std::uint64_t* p) { return *p; }

  COFFERDAM_LANE void store_bits(std::uint64_t* p, I v) { *p = v; }

  COFFERDAM_LANE M load_flags(const std::uint8_t* p) { return *p != 0; }

  COFFERDAM_LANE F fma(F a, F b, F c) { return __builtin_fma(a, b, c); }

  COFFERDAM_LANE F sqrt(F a) { return __builtin_sqrt(a); }

  COFFERDAM_LANE F abs(F a) { return __builtin_fabs(a); }

  COFFERDAM_LANE F min(F a, F b) { return a < b ? a : b; }

  COFFERDAM_LANE F max(F a, F b) { return a > b ? a : b; }

  COFFERDAM_LANE M less(F a, F b) { return a < b; }

  COFFERDAM_LANE M less_equal(F a, F b) { return a <= b; }

  COFFERDAM_LANE M equal(F a, F b) { return a == b; }

  // By the sign bit, so that -0.0 counts as negative.
  COFFERDAM_LANE M negative(F a) { return __builtin_signbit(a) != 0; }

  COFFERDAM_LANE M both(M a, M b) { return a && b; }

  COFFERDAM_LANE M either(M a, M b) { return a || b; }

  COFFERDAM_LANE M differ(M a, M b) { return a != b; }

  COFFERDAM_LANE M negate(M a) { return !a; }

  COFFERDAM_LANE bool any(M a) { return a; }

  COFFERDAM_LANE F select(M m, F a, F b) { return m ? a : b; }

  COFFERDAM_LANE I bits(F v) { return __builtin_bit_cast(I, v); }

  COFFERDAM_LANE F from_bits(I v) { return __builtin_bit_cast(F, v); }

  // The low 32 bits of each, multiplied to 64.
  COFFERDAM_LANE I multiply_low(I a, I b) { return (a & 0xffffffffU) * (b & 0xffffffffU); }
};

#if defined(__AVX2__) && defined(__FMA__)
struct Avx2Lanes {
  using F = __m256d;
  typedef unsigned long long I __attribute__((vector_size(32)));
  using M = __m256d;  // the sign bit of a lane
  static constexpr std::size_t kWidth = 4;

  COFFERDAM_LANE F set(double v) { return _mm256_set1_pd(v); }

  COFFERDAM_LANE I set_bits(std::uint64_t v) { return I{v, v, v, v}; }

  COFFERDAM_LANE F load(const double* p) { return _mm256_loadu_pd(p); }

  COFFERDAM_LANE void store(double* p, F v) { _mm256_storeu_pd(p, v); }

  COFFERDAM_LANE void stream(double* p, F v) { _mm256_stream_pd(p, v); }

  COFFERDAM_LANE I load_bits(const std::uint64_t* p) {
    return reinterpret_cast<I>(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
  }

  COFFERDAM_LANE void store_bits(std::uint64_t* p, I v) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), reinterpret_cast<__m256i>(v));
  }

  COFFERDAM_LANE M load_flags(const std::uint8_t* p) {
    const __m256i wide = _mm256_cvtepu8_epi64(_mm_loadu_si32(p));
    return reinterpret_cast<M>(_mm256_cmpgt_epi64(wide, _mm256_setzero_si256()));
  }

  COFFERDAM_LANE F fma(F a, F b, F c) { return _mm256_fmadd_pd(a, b, c); }

  COFFERDAM_LANE F sqrt(F a) { return _mm256_sqrt_pd(a); }

  COFFERDAM_LANE F abs(F a) { return _mm256_andnot_pd(_mm256_set1_pd(-0.0), a); }

  COFFERDAM_LANE F min(F a, F b) { return _mm256_min_pd(a, b); }

  COFFERDAM_LANE F max(F a, F b) { return _mm256_max_pd(a, b); }

  COFFERDAM_LANE M less(F a, F b) { return _mm256_cmp_pd(a, b, _CMP_LT_OQ); }

  COFFERDAM_LANE M less_equal(F a, F b) { return _mm256_cmp_pd(a, b, _CMP_LE_OQ); }

  COFFERDAM_LANE M equal(F a, F b) { return _mm256_cmp_pd(a, b, _CMP_EQ_OQ); }

  COFFERDAM_LANE M negative(F a) { return a; }

  COFFERDAM_LANE M both(M a, M b) { return _mm256_and_pd(a, b); }

  COFFERDAM_LANE M either(M a, M b) { return _mm256_or_pd(a, b); }

  COFFERDAM_LANE M differ(M a, M b) { return _mm256_xor_pd(a, b); }

  COFFERDAM_LANE M negate(M a) {
    return _mm256_xor_pd(a, reinterpret_cast<M>(_mm256_set1_epi64x(-1)));
  }

  COFFERDAM_LANE bool any(M a) { return _mm256_movemask_pd(a) != 0; }

  COFFERDAM_LANE F select(M m, F a, F b) { return _mm256_blendv_pd(b, a, m); }

  COFFERDAM_LANE I bits(F v) { return reinterpret_cast<I>(v); }

  COFFERDAM_LANE F from_bits(I v) { return reinterpret_cast<F>(v); }

  COFFERDAM_LANE I multiply_low(I a, I b) {
    return reinterpret_cast<I>(
        _mm256_mul_epu32(reinterpret_cast<__m256i>(a), reinterpret_cast<__m256i>(b)));
  }
};
#endif

#if defined(__AVX512F__) && defined(__AVX512DQ__) && defined(__AVX512BW__) && defined(__AVX512VL__)
struct Avx512Lanes {
  using F = __m512d;
  typedef unsigned long long I __attribute__((vector_size(64)));
  using M = __mmask8;
  static constexpr std::size_t kWidth = 8;

  COFFERDAM_LANE F set(double v) { return _mm512_set1_pd(v); }

  COFFERDAM_LANE I set_bits(std::uint64_t v) { return I{v, v, v, v, v, v, v, v}; }

  COFFERDAM_LANE F load(const double* p) { return _mm512_loadu_pd(p); }

  COFFERDAM_LANE void store(double* p, F v) { _mm512_storeu_pd(p, v); }

  COFFERDAM_LANE void stream(double* p, F v) { _mm512_stream_pd(p, v); }

  COFFERDAM_LANE I load_bits(const std::uint64_t* p) {
    return reinterpret_cast<I>(_mm512_loadu_si512(p));
  }

  COFFERDAM_LANE void store_bits(std::uint64_t* p, I v) {
    _mm512_storeu_si512(p, reinterpret_cast<__m512i>(v));
  }

  COFFERDAM_LANE M load_flags(const std::uint8_t* p) {
    const __m128i bytes = _mm_loadu_si64(p);
    return static_cast<M>(_mm_test_epi8_mask(bytes, bytes));
  }

  COFFERDAM_LANE F fma(F a, F b, F c) { return _mm512_fmadd_pd(a, b, c); }

  COFFERDAM_LANE F sqrt(F a) { return _mm512_sqrt_pd(a); }

  COFFERDAM_LANE F abs(F a) { return _mm512_abs_pd(a); }

  COFFERDAM_LANE F min(F a, F b) { return _mm512_min_pd(a, b); }

  COFFERDAM_LANE F max(F a, F b) { return _mm512_max_pd(a, b); }

  COFFERDAM_LANE M less(F a, F b) { return _mm512_cmp_pd_mask(a, b, _CMP_LT_OQ); }

  COFFERDAM_LANE M less_equal(F a, F b) { return _mm512_cmp_pd_mask(a, b, _CMP_LE_OQ); }

  COFFERDAM_LANE M equal(F a, F b) { return _mm512_cmp_pd_mask(a, b, _CMP_EQ_OQ); }

  COFFERDAM_LANE M negative(F a) { return _mm512_movepi64_mask(reinterpret_cast<__m512i>(a)); }

  COFFERDAM_LANE M both(M a, M b) { return static_cast<M>(a & b); }

  COFFERDAM_LANE M either(M a, M b) { return static_cast<M>(a | b); }

  COFFERDAM_LANE M differ(M a, M b) { return static_cast<M>(a ^ b); }

  COFFERDAM_LANE M negate(M a) { return static_cast<M>(~a); }

  COFFERDAM_LANE bool any(M a) { return a != 0; }

  COFFERDAM_LANE F select(M m, F a, F b) { return _mm512_mask_blend_pd(m, b, a); }

  COFFERDAM_LANE I bits(F v) { return reinterpret_cast<I>(v); }

  COFFERDAM_LANE F from_bits(I v) { return reinterpret_cast<F>(v); }

  COFFERDAM_LANE I multiply_low(I a, I b) {
    return reinterpret_cast<I>(
        _mm512_mul_epu32(reinterpret_cast<__m512i>(a), reinterpret_cast<__m512i>(b)));
  }
};
#endif

// Two vectors in lock-step: while one waits for a result the other computes, which hides the
// latency of long chains better than the processor does by itself.
template <class L>
struct Twice {
  static constexpr std::size_t kWidth = 2 * L::kWidth;

#define COFFERDAM_OPERATOR(op)                                                          \
  [[gnu::always_inline]] friend inline Pair operator op(const Pair& a, const Pair& b) { \
    return {a.low op b.low, a.high op b.high};                                          \
  }

  struct F {
    using Pair = F;
    typename L::F low, high;
    COFFERDAM_OPERATOR(+)
    COFFERDAM_OPERATOR(-)
    COFFERDAM_OPERATOR(*)
    COFFERDAM_OPERATOR(/)

    [[gnu::always_inline]] friend inline F operator-(const F& a) { return {-a.low, -a.high}; }
  };

  struct I {
    using Pair = I;
    typename L::I low, high;
    COFFERDAM_OPERATOR(+)
    COFFERDAM_OPERATOR(-)
    COFFERDAM_OPERATOR(&)
    COFFERDAM_OPERATOR(|)
    COFFERDAM_OPERATOR(^)

    [[gnu::always_inline]] friend inline I operator<<(const I& a, int n) {
      return {a.low << n, a.high << n};
    }

    [[gnu::always_inline]] friend inline I operator>>(const I& a, int n) {
      return {a.low >> n, a.high >> n};
    }
  };

#undef COFFERDAM_OPERATOR

  struct M {
    typename L::M low, high;
  };

  COFFERDAM_LANE F set(double v) { return {L::set(v), L::set(v)}; }

  COFFERDAM_LANE I set_bits(std::uint64_t v) { return {L::set_bits(v), L::set_bits(v)}; }

  COFFERDAM_LANE F load(const double* p) { return {L::load(p), L::load(p + L::kWidth)}; }

  COFFERDAM_LANE void store(double* p, const F& v) {
    L::store(p, v.low);
    L::store(p + L::kWidth, v.high);
  }

  COFFERDAM_LANE void stream(double* p, const F& v) {
    L::stream(p, v.low);
    L::stream(p + L::kWidth, v.high);
  }

  COFFERDAM_LANE I load_bits(const std::uint64_t* p) {
    return {L::load_bits(p), L::load_bits(p + L::kWidth)};
  }

  COFFERDAM_LANE void store_bits(std::uint64_t* p, const I& v) {
    L::store_bits(p, v.low);
    L::store_bits(p + L::kWidth, v.high);
  }

  COFFERDAM_LANE M load_flags(const std::uint8_t* p) {
    return {L::load_flags(p), L::load_flags(p + L::kWidth)};
  }

  COFFERDAM_LANE F fma(const F& a, const F& b, const F& c) {
    return {L::fma(a.low, b.low, c.low), L::fma(a.high, b.high, c.high)};
  }

  COFFERDAM_LANE F sqrt(const F& a) { return {L::sqrt(a.low), L::sqrt(a.high)}; }

  COFFERDAM_LANE F abs(const F& a) { return {L::abs(a.low), L::abs(a.high)}; }

  COFFERDAM_LANE F min(const F& a, const F& b) {
    return {L::min(a.low, b.low), L::min(a.high, b.high)};
  }

  COFFERDAM_LANE F max(const F& a, const F& b) {
    return {L::max(a.low, b.low), L::max(a.high, b.high)};
  }

  COFFERDAM_LANE M less(const F& a, const F& b) {
    return {L::less(a.low, b.low), L::less(a.high, b.high)};
  }

  COFFERDAM_LANE M less_equal(const F& a, const F& b) {
    return {L::less_equal(a.low, b.low), L::less_equal(a.high, b.high)};
  }

  COFFERDAM_LANE M equal(const F& a, const F& b) {
    return {L::equal(a.low, b.low), L::equal(a.high, b.high)};
  }

  COFFERDAM_LANE M negative(const F& a) { return {L::negative(a.low), L::negative(a.high)}; }

  COFFERDAM_LANE M both(const M& a, const M& b) {
    return {L::both(a.low, b.low), L::both(a.high, b.high)};
  }

  COFFERDAM_LANE M either(const M& a, const M& b) {
    return {L::either(a.low, b.low), L::either(a.high, b.high)};
  }

  COFFERDAM_LANE M differ(const M& a, const M& b) {
    return {L::differ(a.low, b.low), L::differ(a.high, b.high)};
  }

  COFFERDAM_LANE M negate(const M& a) { return {L::negate(a.low), L::negate(a.high)}; }

  COFFERDAM_LANE bool any(const M& a) { return L::any(L::either(a.low, a.high)); }

  COFFERDAM_LANE F select(const M& m, const F& a, const F& b) {
    return {L::select(m.low, a.low, b.low), L::select(m.high, a.high, b.high)};
  }

  COFFERDAM_LANE I bits(const F& v) { return {L::bits(v.low), L::bits(v.high)}; }

  COFFERDAM_LANE F from_bits(const I& v) { return {L::from_bits(v.low), L::from_bits(v.high)}; }

  COFFERDAM_LANE I multiply_low(const I& a, const I& b) {
    return {L::multiply_low(a.low, b.low), L::multiply_low(a.high, b.high)};
  }
};

}  // namespace cofferdam::numerics
