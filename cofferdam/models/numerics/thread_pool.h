// SPDX-License-Identifier: Apache-2.0
//
// The threads of base, under the names by which the estimating rooms know them.
#pragma once

#include "cofferdam/base/thread_pool.h"

namespace cofferdam::numerics {

using base::for_ranges;
using base::kThreadsMax;
using base::ThreadPool;

}  // namespace cofferdam::numerics
