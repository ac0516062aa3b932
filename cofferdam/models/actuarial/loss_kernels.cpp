// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/actuarial/loss_kernels.h"

#include "cofferdam/base/check.h"

namespace cofferdam::actuarial {

const LossKernels& loss_kernels(numerics::InstructionSet set) {
#if defined(__x86_64__)
  if (set == numerics::InstructionSet::avx512) return loss_kernels_avx512();
  if (set == numerics::InstructionSet::avx2) return loss_kernels_avx2();
#endif
  COFFERDAM_CHECK(set == numerics::InstructionSet::portable, "an instruction set of this machine");
  return loss_kernels_portable();
}

}  // namespace cofferdam::actuarial
