// SPDX-License-Identifier: Apache-2.0
#if defined(__AVX512F__)
#include "cofferdam/models/numerics/vector_loops.h"

namespace cofferdam::numerics {

const VectorKernels& vector_kernels_avx512() {
  return kVectorKernelsOf<Avx512Lanes, Twice<Avx512Lanes>>;
}

}  // namespace cofferdam::numerics
#endif
