// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/numerics/fft_lanes.h"

namespace cofferdam::numerics::fft {

Kernels avx2_kernels() {
  return {.transform = transform, .untangle = untangle, .tangle = tangle};
}

}  // namespace cofferdam::numerics::fft
