// SPDX-License-Identifier: Apache-2.0
//
// Statements of the client pools of replayed days, one for each pool and day.
#pragma once

#include "cofferdam/report/driver.h"

#include <map>
#include <string>
#include <vector>

namespace cofferdam::report {

// Adds a row for every client pool at the day's end. Books that an earlier run has left behind are
// read as they were then, which costs a replay up to there: for generated days only.
[[nodiscard]] Result<void> state_segregation(Driver& driver,
                                             const std::map<std::string, base::PoolId>& pools,
                                             base::Time now,
                                             std::vector<std::vector<std::string>>& rows);

}  // namespace cofferdam::report
