// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace cofferdam::numerics {

// Sixteen counters give a block of thirty-two normals: first the sixteen cosines, then the sines.
inline constexpr std::size_t kCountersPerBlock = 16;
inline constexpr std::size_t kNormalsPerBlock = 2 * kCountersPerBlock;

}  // namespace cofferdam::numerics
