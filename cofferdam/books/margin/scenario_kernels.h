// SPDX-License-Identifier: Apache-2.0
//
// The kernels by instruction set; scenario_sums.cpp chooses among those that were compiled.
#pragma once

#include "cofferdam/books/margin/scenario_sums.h"

namespace cofferdam::margin {

[[nodiscard]] const ScenarioKernels& scenario_kernels_portable();
#if defined(__x86_64__)
[[nodiscard]] const ScenarioKernels& scenario_kernels_avx2();
[[nodiscard]] const ScenarioKernels& scenario_kernels_avx512();
#endif

}  // namespace cofferdam::margin
