// SPDX-License-Identifier: Apache-2.0
#if defined(__AVX512F__)
#include "cofferdam/models/actuarial/loss_loops.h"

namespace cofferdam::actuarial {

const LossKernels& loss_kernels_avx512() {
  return kLossKernelsOf<numerics::Twice<numerics::Avx512Lanes>>;
}

}  // namespace cofferdam::actuarial
#endif
