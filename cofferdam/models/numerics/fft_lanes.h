// SPDX-License-Identifier: Apache-2.0
//
// See fft_kernel.h. Everything here has internal linkage: each file that includes it gets its own.
#pragma once

#include "cofferdam/models/numerics/fft_kernel.h"

// Vectors never pass between functions that are not inlined.
#pragma GCC diagnostic ignored "-Wpsabi"

namespace cofferdam::numerics::fft {
namespace {

using Lanes = double __attribute__((vector_size(64)));

constexpr unsigned long kLanes = 8;

__attribute__((always_inline)) inline Lanes load(const double* from) {
  return *reinterpret_cast<const Lanes*>(from);
}

__attribute__((always_inline)) inline void store(double* to, const Lanes& value) {
  *reinterpret_cast<Lanes*>(to) = value;
}

// (a + ib)(c + id), two products and one sum at a time.
#define COFFERDAM_MULTIPLY(out_re, out_im, a, b, c, d) \
  const Lanes out_re = (a) * (c) - (b) * (d);          \
  const Lanes out_im = (a) * (d) + (b) * (c)

// Radix 4 by decimation in frequency on a tile of `length` places of eight lanes; what ends at a
// place is told by the order table.
__attribute__((always_inline)) inline void transform_tile(double* re, double* im,
                                                          unsigned long length,
                                                          const double* root_re,
                                                          const double* root_im) {
  unsigned long block = length;
  for (; block > 4; block /= 4) {
    if (block == 8) break;
    const unsigned long quarter = block / 4;
    const unsigned long step = length / block;
    for (unsigned long base = 0; base < length; base += block) {
      for (unsigned long j = 0; j < quarter; ++j) {
        const unsigned long p0 = (base + j) * kLanes;
        const unsigned long p1 = p0 + quarter * kLanes;
        const unsigned long p2 = p1 + quarter * kLanes;
        const unsigned long p3 = p2 + quarter * kLanes;
        const Lanes a0 = load(re + p0), b0 = load(im + p0);
        const Lanes a1 = load(re + p1), b1 = load(im + p1);
        const Lanes a2 = load(re + p2), b2 = load(im + p2);
        const Lanes a3 = load(re + p3), b3 = load(im + p3);
        const Lanes s0 = a0 + a2, t0 = b0 + b2;
        const Lanes s1 = a0 - a2, t1 = b0 - b2;
        const Lanes s2 = a1 + a3, t2 = b1 + b3;
        const Lanes s3 = a1 - a3, t3 = b1 - b3;
        store(re + p0, s0 + s2);
        store(im + p0, t0 + t2);
        const Lanes y1re = s1 + t3, y1im = t1 - s3;
        const Lanes y2re = s0 - s2, y2im = t0 - t2;
        const Lanes y3re = s1 - t3, y3im = t1 + s3;
        const unsigned long w = j * step;
        const double c1 = root_re[w], d1 = root_im[w];
        const double c2 = root_re[2 * w], d2 = root_im[2 * w];
        const double c3 = root_re[3 * w], d3 = root_im[3 * w];
        store(re + p1, y1re * c1 - y1im * d1);
        store(im + p1, y1re * d1 + y1im * c1);
        store(re + p2, y2re * c2 - y2im * d2);
        store(im + p2, y2re * d2 + y2im * c2);
        store(re + p3, y3re * c3 - y3im * d3);
        store(im + p3, y3re * d3 + y3im * c3);
      }
    }
  }
  if (block == 8) {
    // One radix-2 step; then the blocks have length 4.
    for (unsigned long base = 0; base < length; base += 8) {
      for (unsigned long j = 0; j < 4; ++j) {
        const unsigned long p0 = (base + j) * kLanes;
        const unsigned long p1 = p0 + 4 * kLanes;
        const Lanes a0 = load(re + p0), b0 = load(im + p0);
        const Lanes a1 = load(re + p1), b1 = load(im + p1);
        const Lanes dre = a0 - a1, dim = b0 - b1;
        const double c = root_re[j * (length / 8)], d = root_im[j * (length / 8)];
        store(re + p0, a0 + a1);
        store(im + p0, b0 + b1);
        store(re + p1, dre * c - dim * d);
        store(im + p1, dre * d + dim * c);
      }
    }
  }
  for (unsigned long base = 0; base < length; base += 4) {
    const unsigned long p0 = base * kLanes;
    const Lanes a0 = load(re + p0), b0 = load(im + p0);
    const Lanes a1 = load(re + p0 + 8), b1 = load(im + p0 + 8);
    const Lanes a2 = load(re + p0 + 16), b2 = load(im + p0 + 16);
    const Lanes a3 = load(re + p0 + 24), b3 = load(im + p0 + 24);
    const Lanes s0 = a0 + a2, t0 = b0 + b2;
    const Lanes s1 = a0 - a2, t1 = b0 - b2;
    const Lanes s2 = a1 + a3, t2 = b1 + b3;
    const Lanes s3 = a1 - a3, t3 = b1 - b3;
    store(re + p0, s0 + s2);
    store(im + p0, t0 + t2);
    store(re + p0 + 8, s1 + t3);
    store(im + p0 + 8, t1 - s3);
    store(re + p0 + 16, s0 - s2);
    store(im + p0 + 16, t0 - t2);
    store(re + p0 + 24, s1 - t3);
    store(im + p0 + 24, t1 + s3);
  }
}

// Eight rows of eight into eight columns of eight.
__attribute__((always_inline)) inline void transpose(const double* from, unsigned long stride,
                                                     double* to) {
  const Lanes r0 = load(from), r1 = load(from + stride), r2 = load(from + 2 * stride),
              r3 = load(from + 3 * stride), r4 = load(from + 4 * stride),
              r5 = load(from + 5 * stride), r6 = load(from + 6 * stride),
              r7 = load(from + 7 * stride);
#define COFFERDAM_LOW(a, b) __builtin_shufflevector(a, b, 0, 8, 2, 10, 4, 12, 6, 14)
#define COFFERDAM_HIGH(a, b) __builtin_shufflevector(a, b, 1, 9, 3, 11, 5, 13, 7, 15)
  const Lanes a0 = COFFERDAM_LOW(r0, r1), a1 = COFFERDAM_HIGH(r0, r1);
  const Lanes a2 = COFFERDAM_LOW(r2, r3), a3 = COFFERDAM_HIGH(r2, r3);
  const Lanes a4 = COFFERDAM_LOW(r4, r5), a5 = COFFERDAM_HIGH(r4, r5);
  const Lanes a6 = COFFERDAM_LOW(r6, r7), a7 = COFFERDAM_HIGH(r6, r7);
#undef COFFERDAM_LOW
#undef COFFERDAM_HIGH
#define COFFERDAM_LOW(a, b) __builtin_shufflevector(a, b, 0, 1, 8, 9, 4, 5, 12, 13)
#define COFFERDAM_HIGH(a, b) __builtin_shufflevector(a, b, 2, 3, 10, 11, 6, 7, 14, 15)
  const Lanes b0 = COFFERDAM_LOW(a0, a2), b2 = COFFERDAM_HIGH(a0, a2);
  const Lanes b1 = COFFERDAM_LOW(a1, a3), b3 = COFFERDAM_HIGH(a1, a3);
  const Lanes b4 = COFFERDAM_LOW(a4, a6), b6 = COFFERDAM_HIGH(a4, a6);
  const Lanes b5 = COFFERDAM_LOW(a5, a7), b7 = COFFERDAM_HIGH(a5, a7);
#undef COFFERDAM_LOW
#undef COFFERDAM_HIGH
#define COFFERDAM_LOW(a, b) __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11)
#define COFFERDAM_HIGH(a, b) __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15)
  store(to, COFFERDAM_LOW(b0, b4));
  store(to + 8, COFFERDAM_LOW(b1, b5));
  store(to + 16, COFFERDAM_LOW(b2, b6));
  store(to + 24, COFFERDAM_LOW(b3, b7));
  store(to + 32, COFFERDAM_HIGH(b0, b4));
  store(to + 40, COFFERDAM_HIGH(b1, b5));
  store(to + 48, COFFERDAM_HIGH(b2, b6));
  store(to + 56, COFFERDAM_HIGH(b3, b7));
#undef COFFERDAM_LOW
#undef COFFERDAM_HIGH
}

void columns_pass(const Shape& s, const double* re, const double* im, double* work_re,
                  double* work_im, double* tile) {
  double* tile_re = tile;
  double* tile_im = tile + s.rows * kLanes;
  for (unsigned long c = 0; c < s.columns; c += kLanes) {
    for (unsigned long r = 0; r < s.rows; ++r) {
      store(tile_re + r * kLanes, load(re + r * s.columns + c));
      store(tile_im + r * kLanes, load(im + r * s.columns + c));
    }
    transform_tile(tile_re, tile_im, s.rows, s.row_re, s.row_im);
    const double* fine_re = s.fine_re + c * 16;
    const double* fine_im = s.fine_im + c * 16;
    const double* coarse_re = s.coarse_re + c * (s.rows / 16);
    const double* coarse_im = s.coarse_im + c * (s.rows / 16);
    for (unsigned long p = 0; p < s.rows; ++p) {
      const unsigned long k = s.row_order[p];
      const unsigned long f = (k % 16) * kLanes;
      const unsigned long g = (k / 16) * kLanes;
      COFFERDAM_MULTIPLY(wre, wim, load(fine_re + f), load(fine_im + f), load(coarse_re + g),
                         load(coarse_im + g));
      const Lanes a = load(tile_re + p * kLanes);
      const Lanes b = load(tile_im + p * kLanes);
      COFFERDAM_MULTIPLY(ore, oim, a, b, wre, wim);
      store(work_re + k * s.stride + c, ore);
      store(work_im + k * s.stride + c, oim);
    }
  }
}

void rows_pass(const Shape& s, const double* work_re, const double* work_im, double* re, double* im,
               double* tile) {
  double* tile_re = tile;
  double* tile_im = tile + s.columns * kLanes;
  for (unsigned long r = 0; r < s.rows; r += kLanes) {
    for (unsigned long c = 0; c < s.columns; c += kLanes) {
      transpose(work_re + r * s.stride + c, s.stride, tile_re + c * kLanes);
      transpose(work_im + r * s.stride + c, s.stride, tile_im + c * kLanes);
    }
    transform_tile(tile_re, tile_im, s.columns, s.column_re, s.column_im);
    for (unsigned long p = 0; p < s.columns; ++p) {
      const unsigned long k = s.column_order[p];
      store(re + k * s.rows + r, load(tile_re + p * kLanes));
      store(im + k * s.rows + r, load(tile_im + p * kLanes));
    }
  }
}

[[maybe_unused]] void transform(const Shape& shape, double* re, double* im, double* work_re,
                                double* work_im, double* tile) {
  columns_pass(shape, re, im, work_re, work_im, tile);
  rows_pass(shape, work_re, work_im, re, im, tile);
}

// For the pair k and n - k of Z, the transform of even + i odd:
//   X[k] = (Z[k] + conj Z[n-k]) / 2 + W^k (Z[k] - conj Z[n-k]) / 2i
// and X[n-k] is the same with k and n - k exchanged. One frequency a time; the vector form of the
// loop is left to the compiler, which may not change the order of operations in one element.
[[maybe_unused]] void untangle(double* re, double* im, unsigned long n, const double* fine_re,
                               const double* fine_im, const double* coarse_re,
                               const double* coarse_im) {
  const double zero_re = re[0];
  const double zero_im = im[0];
  for (unsigned long block = 0; block <= n / 2; block += 64) {
    const double cre = coarse_re[block / 64];
    const double cim = coarse_im[block / 64];
    const unsigned long end = block + 64 < n / 2 + 1 ? block + 64 : n / 2 + 1;
    for (unsigned long k = block == 0 ? 1 : block; k < end; ++k) {
      const double fre = fine_re[k - block];
      const double fim = fine_im[k - block];
      const double wre = cre * fre - cim * fim;
      const double wim = cre * fim + cim * fre;
      const double sre = 0.5 * (re[k] + re[n - k]);
      const double sim = 0.5 * (im[k] - im[n - k]);
      const double dre = 0.5 * (im[k] + im[n - k]);  // of (Z[k] - conj Z[n-k]) / 2i
      const double dim = -0.5 * (re[k] - re[n - k]);
      const double tre = wre * dre - wim * dim;
      const double tim = wre * dim + wim * dre;
      re[k] = sre + tre;
      im[k] = sim + tim;
      re[n - k] = sre - tre;
      im[n - k] = tim - sim;
    }
  }
  re[0] = zero_re + zero_im;
  im[0] = 0;
  re[n] = zero_re - zero_im;
  im[n] = 0;
}

[[maybe_unused]] void tangle(double* re, double* im, unsigned long n, const double* fine_re,
                             const double* fine_im, const double* coarse_re,
                             const double* coarse_im) {
  const double zero = re[0];
  const double last = re[n];
  for (unsigned long block = 0; block <= n / 2; block += 64) {
    const double cre = coarse_re[block / 64];
    const double cim = coarse_im[block / 64];
    const unsigned long end = block + 64 < n / 2 + 1 ? block + 64 : n / 2 + 1;
    for (unsigned long k = block == 0 ? 1 : block; k < end; ++k) {
      const double fre = fine_re[k - block];
      const double fim = fine_im[k - block];
      const double wre = cre * fre - cim * fim;
      const double wim = cre * fim + cim * fre;
      const double sre = 0.5 * (re[k] + re[n - k]);
      const double sim = 0.5 * (im[k] - im[n - k]);
      const double tre = 0.5 * (re[k] - re[n - k]);
      const double tim = 0.5 * (im[k] + im[n - k]);
      // The inverse rotation: multiply by conj W.
      const double dre = wre * tre + wim * tim;
      const double dim = wre * tim - wim * tre;
      re[k] = sre - dim;
      im[k] = sim + dre;
      re[n - k] = sre + dim;
      im[n - k] = dre - sim;
    }
  }
  re[0] = 0.5 * (zero + last);
  im[0] = 0.5 * (zero - last);
}

#undef COFFERDAM_MULTIPLY

}  // namespace
}  // namespace cofferdam::numerics::fft
