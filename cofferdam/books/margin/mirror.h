// SPDX-License-Identifier: Apache-2.0
//
// The accounts as rows of numbers, so that a mark or a grid is judged over all of them without
// looking into the ledger.
#pragma once

#include "cofferdam/books/margin/assess.h"
#include "cofferdam/books/margin/scratch.h"

namespace cofferdam::margin {

class Mirror {};

}  // namespace cofferdam::margin
