// SPDX-License-Identifier: Apache-2.0
#if defined(__AVX512F__)
#include "cofferdam/models/pricing/grid_loops.h"

namespace cofferdam::pricing {

const BlackKernels& black_kernels_avx512() {
  static constexpr BlackKernels kTable =
      make_black_kernels<numerics::Avx512Lanes, numerics::Twice<numerics::Avx512Lanes>>();
  return kTable;
}

}  // namespace cofferdam::pricing
#endif
