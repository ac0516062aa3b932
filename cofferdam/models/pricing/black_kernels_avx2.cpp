// SPDX-License-Identifier: Apache-2.0
#if defined(__AVX2__)
#include "cofferdam/models/pricing/grid_loops.h"

namespace cofferdam::pricing {

const BlackKernels& black_kernels_avx2() {
  static constexpr BlackKernels kTable =
      make_black_kernels<numerics::Avx2Lanes, numerics::Twice<numerics::Avx2Lanes>>();
  return kTable;
}

}  // namespace cofferdam::pricing
#endif
