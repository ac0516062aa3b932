// SPDX-License-Identifier: Apache-2.0
//
// The layers that stand behind a failed account in the drills: the fund of its pool, the operator's
// capital in it, and a fund that is shared, at most so much of it for one pool. What they pay, and
// the certificate, is the waterfall's of the books.
#pragma once

#include "cofferdam/base/int128.h"
#include "cofferdam/books/default_management/waterfall.h"

#include <cstdint>
#include <optional>
#include <string>

namespace cofferdam::stress {

// Sums are in the smallest unit of the drill's scale and not below zero.
struct DrillLoss {
  std::string pool;
  std::string owner;
  std::string cause;
  base::i128 deficit = 0;
  base::i128 fund = 0;
  base::i128 operator_capital = 0;
  base::i128 shared = 0;

  // Of the shared fund for this pool, and what of that is used; absent: all in one, without a cap.
  struct SharedCap {
    base::i128 cap = 0;
    base::i128 used = 0;
  };

  std::optional<SharedCap> shared_cap;
};

[[nodiscard]] default_management::WaterfallInput drill_waterfall(const DrillLoss& loss,
                                                                 std::uint8_t scale);

}  // namespace cofferdam::stress
