// SPDX-License-Identifier: Apache-2.0
//
// The inner loops of the transform, compiled once for each instruction set by fft_plain.cpp,
// fft_avx2.cpp and fft_avx512.cpp. It includes nothing, so that no inline function of a library is
// compiled for an instruction set that the machine may lack.
#pragma once

namespace cofferdam::numerics::fft {

// Of a transform of length n = rows * columns. `lanes` is 8.
struct Shape {
  unsigned long rows = 0;          // length of the first transforms
  unsigned long columns = 0;       // length of the second
  unsigned long stride = 0;        // of a row of the work area
  const double* row_re = nullptr;  // W_rows^k
  const double* row_im = nullptr;
  const double* column_re = nullptr;  // W_columns^k
  const double* column_im = nullptr;
  const unsigned* row_order = nullptr;  // the frequency that ends at a place
  const unsigned* column_order = nullptr;
  // W_n^(c b) for b < 16 and W_n^(16 c a), eight columns c side by side.
  const double* fine_re = nullptr;
  const double* fine_im = nullptr;
  const double* coarse_re = nullptr;
  const double* coarse_im = nullptr;
};

struct Kernels {
  // From re, im into the work areas, then back.
  void (*transform)(const Shape& shape, double* re, double* im, double* work_re, double* work_im,
                    double* tile) = nullptr;
  // Splits and joins the spectrum of a real sequence; n frequencies and the one at n.
  void (*untangle)(double* re, double* im, unsigned long n, const double* fine_re,
                   const double* fine_im, const double* coarse_re,
                   const double* coarse_im) = nullptr;
  void (*tangle)(double* re, double* im, unsigned long n, const double* fine_re,
                 const double* fine_im, const double* coarse_re, const double* coarse_im) = nullptr;
};

[[nodiscard]] Kernels plain_kernels();
[[nodiscard]] Kernels avx2_kernels();
[[nodiscard]] Kernels avx512_kernels();

}  // namespace cofferdam::numerics::fft
