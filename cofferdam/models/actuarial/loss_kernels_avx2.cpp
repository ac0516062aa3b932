// SPDX-License-Identifier: Apache-2.0
#if defined(__AVX2__) && defined(__FMA__)
#include "cofferdam/models/actuarial/loss_loops.h"

namespace cofferdam::actuarial {

const LossKernels& loss_kernels_avx2() {
  return kLossKernelsOf<numerics::Twice<numerics::Avx2Lanes>>;
}

}  // namespace cofferdam::actuarial
#endif
