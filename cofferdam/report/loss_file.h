// SPDX-License-Identifier: Apache-2.0
//
// Losses that happened, from a file: date, name, class (exchange_custodian or anything else),
// amount_usd, and, where it stands there, insurable_event (0: left out).
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/models/solvency/cover_book.h"

#include <string>
#include <vector>

namespace cofferdam::report {

// Every error names file, line and column. Amounts are rounded down to the cent.
[[nodiscard]] base::Result<std::vector<solvency::Incident>> read_losses(const std::string& path);

}  // namespace cofferdam::report
