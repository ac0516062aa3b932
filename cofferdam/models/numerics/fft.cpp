// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/numerics/fft.h"

#include "cofferdam/base/check.h"
#include "cofferdam/models/numerics/fft_kernel.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <sys/mman.h>

namespace cofferdam::numerics {
namespace {

constexpr std::size_t kLanes = 8;
constexpr std::size_t kSmall = 256;  // below this the plain radix-2 loop

fft::Kernels choose_kernels() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq"))
    return fft::avx512_kernels();
  if (__builtin_cpu_supports("avx2")) return fft::avx2_kernels();
#endif
  return fft::plain_kernels();
}

const fft::Kernels& kernels() {
  static const fft::Kernels kChosen = choose_kernels();
  return kChosen;
}

// Where radix 4, and at last radix 2, by decimation in frequency leaves each frequency.
void fill_order(std::vector<unsigned>& order, std::size_t at, std::size_t length, unsigned first,
                unsigned step) {
  if (length == 1) {
    order[at] = first;
    return;
  }
  const std::size_t radix = length == 8 || length == 2 ? 2 : 4;
  for (std::size_t q = 0; q < radix; ++q)
    fill_order(order, at + q * (length / radix), length / radix,
               first + static_cast<unsigned>(q) * step, step * static_cast<unsigned>(radix));
}

}  // namespace

UnityRoot root_of_unity(std::size_t k, std::size_t n) {
  // The angle 2 pi k/n as an octant and a rest from 0 to pi/4.
  k %= n;
  const std::size_t eighths = 8 * k;
  std::size_t octant = eighths / n;
  std::size_t rest = eighths % n;  // of an octant, in parts of n
  const bool mirrored = octant % 2 == 1;
  if (mirrored) rest = n - rest;
  constexpr double kQuarterPi = 0.78539816339744830962;
  const double x = kQuarterPi * (static_cast<double>(rest) / static_cast<double>(n));
  const double y = x * x;
  // Taylor's series to x^17 and x^18: below 1e-19 at pi/4.
  double sine = 1.0 / 355687428096000;
  sine = sine * y - 1.0 / 1307674368000;
  sine = sine * y + 1.0 / 6227020800;
  sine = sine * y - 1.0 / 39916800;
  sine = sine * y + 1.0 / 362880;
  sine = sine * y - 1.0 / 5040;
  sine = sine * y + 1.0 / 120;
  sine = sine * y - 1.0 / 6;
  sine = x + x * (sine * y);
  double cosine = -1.0 / 6402373705728000;
  cosine = cosine * y + 1.0 / 20922789888000;
  cosine = cosine * y - 1.0 / 87178291200;
  cosine = cosine * y + 1.0 / 479001600;
  cosine = cosine * y - 1.0 / 3628800;
  cosine = cosine * y + 1.0 / 40320;
  cosine = cosine * y - 1.0 / 720;
  cosine = cosine * y + 1.0 / 24;
  cosine = cosine * y - 0.5;
  cosine = 1 + cosine * y;
  const std::size_t quadrant = ((octant + 1) / 2) % 4;
  const double c = cosine;
  const double s = mirrored ? -sine : sine;  // the angle less quadrant * pi/2
  switch (quadrant) {
    case 0:
      return {c, -s};
    case 1:
      return {-s, -c};
    case 2:
      return {-c, s};
    default:
      return {s, c};
  }
}

AlignedDoubles::AlignedDoubles(std::size_t size) : size_(size) {
  // Large arrays are read across their pages, so they ask for pages of 2 MiB.
  constexpr std::size_t kPage = std::size_t{1} << 21;
  const bool large = size * sizeof(double) >= kPage;
  const std::size_t unit = large ? kPage : 64;
  const std::size_t bytes = std::max((size * sizeof(double) + unit - 1) / unit * unit, unit);
  data_.reset(static_cast<double*>(std::aligned_alloc(unit, bytes)));
  COFFERDAM_CHECK(data_ != nullptr, "no memory for an array of a model");
  if (large) static_cast<void>(::madvise(data_.get(), bytes, MADV_HUGEPAGE));
  std::memset(data_.get(), 0, bytes);
}

void AlignedDoubles::Free::operator()(double* p) const {
  std::free(p);
}

struct FftPlan::Tables {
  std::size_t length = 1;
  fft::Shape shape;
  AlignedDoubles row_re, row_im, column_re, column_im;
  AlignedDoubles fine_re, fine_im, coarse_re, coarse_im;
  std::vector<unsigned> row_order, column_order;
};

FftPlan::FftPlan(std::size_t length) : tables_(std::make_unique<Tables>()) {
  COFFERDAM_CHECK(std::has_single_bit(length) && length <= (std::size_t{1} << 28),
                  "a transform has a power of two of places");
  Tables& t = *tables_;
  t.length = length;
  const auto fill = [](AlignedDoubles& re, AlignedDoubles& im, std::size_t n) {
    re = AlignedDoubles(n);
    im = AlignedDoubles(n);
    for (std::size_t k = 0; k < n; ++k) {
      const UnityRoot w = root_of_unity(k, n);
      re[k] = w.re;
      im[k] = w.im;
    }
  };
  if (length < kSmall) {
    fill(t.row_re, t.row_im, length);
    return;
  }
  const auto bits = static_cast<unsigned>(std::countr_zero(length));
  const std::size_t rows = std::size_t{1} << (bits / 2);
  const std::size_t columns = length / rows;
  fill(t.row_re, t.row_im, rows);
  fill(t.column_re, t.column_im, columns);
  t.row_order.resize(rows);
  t.column_order.resize(columns);
  fill_order(t.row_order, 0, rows, 0, 1);
  fill_order(t.column_order, 0, columns, 0, 1);
  t.fine_re = AlignedDoubles(columns * 16);
  t.fine_im = AlignedDoubles(columns * 16);
  t.coarse_re = AlignedDoubles(columns * rows / 16);
  t.coarse_im = AlignedDoubles(columns * rows / 16);
  for (std::size_t c = 0; c < columns; ++c) {
    const std::size_t group = c / kLanes * kLanes;
    for (std::size_t b = 0; b < 16; ++b) {
      const UnityRoot w = root_of_unity(c * b, length);
      t.fine_re[group * 16 + b * kLanes + c % kLanes] = w.re;
      t.fine_im[group * 16 + b * kLanes + c % kLanes] = w.im;
    }
    for (std::size_t a = 0; a < rows / 16; ++a) {
      const UnityRoot w = root_of_unity(c * a * 16, length);
      t.coarse_re[group * (rows / 16) + a * kLanes + c % kLanes] = w.re;
      t.coarse_im[group * (rows / 16) + a * kLanes + c % kLanes] = w.im;
    }
  }
  // Rows of a power of two would all fall on the same sets of the cache.
  t.shape = {.rows = rows,
             .columns = columns,
             .stride = columns + kLanes,
             .row_re = t.row_re.data(),
             .row_im = t.row_im.data(),
             .column_re = t.column_re.data(),
             .column_im = t.column_im.data(),
             .row_order = t.row_order.data(),
             .column_order = t.column_order.data(),
             .fine_re = t.fine_re.data(),
             .fine_im = t.fine_im.data(),
             .coarse_re = t.coarse_re.data(),
             .coarse_im = t.coarse_im.data()};
}

FftPlan::~FftPlan() = default;
FftPlan::FftPlan(FftPlan&&) noexcept = default;
FftPlan& FftPlan::operator=(FftPlan&&) noexcept = default;

std::size_t FftPlan::length() const {
  return tables_->length;
}

std::size_t FftPlan::scratch() const {
  const fft::Shape& s = tables_->shape;
  if (tables_->length < kSmall) return 0;
  return 2 * s.rows * s.stride + 2 * std::max(s.rows, s.columns) * kLanes;
}

void FftPlan::forward(double* re, double* im, double* work) const {
  const Tables& t = *tables_;
  if (t.length >= kSmall) {
    double* work_im = work + t.shape.rows * t.shape.stride;
    double* tile = work_im + t.shape.rows * t.shape.stride;
    kernels().transform(t.shape, re, im, work, work_im, tile);
    return;
  }
  const std::size_t n = t.length;
  for (std::size_t i = 1, j = 0; i < n; ++i) {
    std::size_t bit = n / 2;
    for (; (j & bit) != 0; bit /= 2) j ^= bit;
    j ^= bit;
    if (i < j) {
      std::swap(re[i], re[j]);
      std::swap(im[i], im[j]);
    }
  }
  for (std::size_t block = 2; block <= n; block *= 2) {
    for (std::size_t base = 0; base < n; base += block) {
      for (std::size_t k = 0; k < block / 2; ++k) {
        const double c = t.row_re[k * (n / block)];
        const double d = t.row_im[k * (n / block)];
        const std::size_t p = base + k;
        const std::size_t q = p + block / 2;
        const double x = re[q] * c - im[q] * d;
        const double y = re[q] * d + im[q] * c;
        re[q] = re[p] - x;
        im[q] = im[p] - y;
        re[p] += x;
        im[p] += y;
      }
    }
  }
}

void FftPlan::inverse(double* re, double* im, double* work) const {
  forward(im, re, work);
}

RealFftPlan::RealFftPlan(std::size_t real_length)
    : half_(real_length / 2),
      fine_re_(64),
      fine_im_(64),
      coarse_re_(real_length / 256 + 1),
      coarse_im_(real_length / 256 + 1) {
  for (std::size_t k = 0; k < 64; ++k) {
    const UnityRoot w = root_of_unity(k, real_length);
    fine_re_[k] = w.re;
    fine_im_[k] = w.im;
  }
  for (std::size_t j = 0; j < coarse_re_.size(); ++j) {
    const UnityRoot w = root_of_unity(64 * j, real_length);
    coarse_re_[j] = w.re;
    coarse_im_[j] = w.im;
  }
}

void RealFftPlan::forward(double* even, double* odd, double* work) const {
  half_.forward(even, odd, work);
  kernels().untangle(even, odd, half_.length(), fine_re_.data(), fine_im_.data(), coarse_re_.data(),
                     coarse_im_.data());
}

void RealFftPlan::inverse(double* even, double* odd, double* work) const {
  const std::size_t n = half_.length();
  kernels().tangle(even, odd, n, fine_re_.data(), fine_im_.data(), coarse_re_.data(),
                   coarse_im_.data());
  half_.inverse(even, odd, work);
  const double share = 1 / static_cast<double>(n);
  for (std::size_t i = 0; i < n; ++i) {
    even[i] *= share;
    odd[i] *= share;
  }
}

}  // namespace cofferdam::numerics
