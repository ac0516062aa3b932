// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/pricing/grid_loops.h"

namespace cofferdam::pricing {

const BlackKernels& black_kernels_portable() {
  static constexpr BlackKernels kTable =
      make_black_kernels<numerics::PortableLanes, numerics::PortableLanes>();
  return kTable;
}

}  // namespace cofferdam::pricing
