// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cofferdam/models/margin/grid.h"

namespace cofferdam::rulebook {

[[nodiscard]] Result<UnitGrids> unit_grids(const Pmrm& rules, const Book& book);
[[nodiscard]] Result<UnitGrids> unit_grids(const Pmrm2& rules, const Book& book);

}  // namespace cofferdam::rulebook
