// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/numerics/vector_loops.h"

namespace cofferdam::numerics {

const VectorKernels& vector_kernels_portable() {
  return kVectorKernelsOf<PortableLanes, PortableLanes>;
}

}  // namespace cofferdam::numerics
