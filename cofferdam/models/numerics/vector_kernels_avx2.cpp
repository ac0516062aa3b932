// SPDX-License-Identifier: Apache-2.0
#if defined(__AVX2__)
#include "cofferdam/models/numerics/vector_loops.h"

namespace cofferdam::numerics {

const VectorKernels& vector_kernels_avx2() {
  return kVectorKernelsOf<Avx2Lanes, Twice<Avx2Lanes>>;
}

}  // namespace cofferdam::numerics
#endif
