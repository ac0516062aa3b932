// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/actuarial/loss_loops.h"

namespace cofferdam::actuarial {

const LossKernels& loss_kernels_portable() {
  return kLossKernelsOf<numerics::PortableLanes>;
}

}  // namespace cofferdam::actuarial
