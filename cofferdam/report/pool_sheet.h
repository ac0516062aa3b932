// SPDX-License-Identifier: Apache-2.0
//
// One pool on a sheet: what it is and who may act, what it is made of, the house's money in it
// apart, its conduits, and its flows by reason.
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/engine/engine.h"
#include "cofferdam/report/listing.h"

#include <string_view>
#include <vector>

namespace cofferdam::report {

// Policy; composition; buffer; conduits; flows. An error when there is no such pool.
[[nodiscard]] base::Result<std::vector<Listing>> pool_sheet(engine::Engine& engine,
                                                            std::string_view pool);

}  // namespace cofferdam::report
