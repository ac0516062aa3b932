// SPDX-License-Identifier: Apache-2.0
//
// The discrete Fourier transform of powers of two, forward sign exp(-2 pi i jk/n), in split format:
// real and imaginary parts in arrays of their own.
//
// A transform of length n = R C is taken as columns of length R and rows of length C (Bailey 1990),
// eight columns or rows side by side in vector lanes, each by radix 4 in a tile that stays in the
// cache. The same source is compiled for plain x86-64, AVX2 and AVX-512 and chosen when the program
// starts; every lane does the same additions and products in the same order without fused
// multiply-add, and the roots of unity come from polynomials of our own, so the bits are the same
// on all of them.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace cofferdam::numerics {

// What is computed once for a length and read by every transform of it; safe to share.
class FftPlan {
 public:
  // `length` is a power of two from 1 to 2^28 (checked).
  explicit FftPlan(std::size_t length);
  ~FftPlan();
  FftPlan(FftPlan&&) noexcept;
  FftPlan& operator=(FftPlan&&) noexcept;
  FftPlan(const FftPlan&) = delete;
  FftPlan& operator=(const FftPlan&) = delete;

  [[nodiscard]] std::size_t length() const;

  // Doubles of scratch that a transform needs; any 64-byte aligned memory.
  [[nodiscard]] std::size_t scratch() const;

  // In place. The inverse is not divided by n.
  void forward(double* re, double* im, double* work) const;
  void inverse(double* re, double* im, double* work) const;

 private:
  struct Tables;
  std::unique_ptr<Tables> tables_;
};

// Sixty-four byte aligned doubles.
class AlignedDoubles {
 public:
  AlignedDoubles() = default;
  explicit AlignedDoubles(std::size_t size);

  [[nodiscard]] double* data() { return data_.get(); }

  [[nodiscard]] const double* data() const { return data_.get(); }

  [[nodiscard]] std::size_t size() const { return size_; }

  [[nodiscard]] double& operator[](std::size_t i) { return data_.get()[i]; }

  [[nodiscard]] double operator[](std::size_t i) const { return data_.get()[i]; }

 private:
  struct Free {
    void operator()(double* p) const;
  };

  std::unique_ptr<double, Free> data_;
  std::size_t size_ = 0;
};

// The transform of 2n real numbers through a complex one of n. `even` and `odd` hold the numbers at
// even and odd places; afterwards they hold real and imaginary parts of frequencies 0 to n, so both
// have room for n + 1. Frequencies above n are conjugates and are not stored.
class RealFftPlan {
 public:
  explicit RealFftPlan(std::size_t real_length);  // a power of two, at least 2 (checked)

  [[nodiscard]] std::size_t real_length() const { return 2 * half_.length(); }

  [[nodiscard]] std::size_t scratch() const { return half_.scratch(); }

  void forward(double* even, double* odd, double* work) const;
  // From frequencies 0 to n back to the numbers, divided by their count.
  void inverse(double* even, double* odd, double* work) const;

 private:
  FftPlan half_;
  AlignedDoubles fine_re_;  // W^0 .. W^63
  AlignedDoubles fine_im_;
  AlignedDoubles coarse_re_;  // W^64j
  AlignedDoubles coarse_im_;
};

struct UnityRoot {
  double re = 1;
  double im = 0;
};

// exp(-2 pi i k/n), without libm.
[[nodiscard]] UnityRoot root_of_unity(std::size_t k, std::size_t n);

}  // namespace cofferdam::numerics
