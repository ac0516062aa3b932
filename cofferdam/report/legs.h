// SPDX-License-Identifier: Apache-2.0
//
// A foreign transaction debits and credits any number of accounts; ours move from one to one. This
// pairs them, so that the legs together are the transaction.
#pragma once

#include "cofferdam/base/amount.h"

#include <cstddef>
#include <vector>

namespace cofferdam::report {

struct OpenPosting {
  std::size_t account = 0;  // any number that stands for it
  std::size_t asset = 0;
  std::size_t pool = 0;
  base::i128 units = 0;  // debit positive
};

struct Leg {
  std::size_t debit = 0;  // places in the list of postings
  std::size_t credit = 0;
  base::u128 units = 0;
};

// First debit with first credit of the same asset: inside a pool as far as possible; what is left
// over crosses the wall. What would go from an account to itself moves nothing and is left out. The
// postings sum to zero in every asset.
[[nodiscard]] std::vector<Leg> legs_of(std::vector<OpenPosting> postings);

}  // namespace cofferdam::report
