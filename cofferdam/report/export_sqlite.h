// SPDX-License-Identifier: Apache-2.0
//
// The books as a SQLite file: tables assets, pools, accounts, transfers. Amounts stand twice, as
// decimal text and as integer units in text, because SQLite's integers have 64 bits. The file
// appears under its name only when it is complete; one that is there is replaced in one step.
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/engine/engine.h"
#include "cofferdam/report/owners.h"

#include <string>

namespace cofferdam::report {

[[nodiscard]] base::Result<void> export_sqlite(engine::Engine& engine, const OwnerLabels& labels,
                                               const std::string& path);

}  // namespace cofferdam::report
