// SPDX-License-Identifier: Apache-2.0
//
// What every account of a replayed venue is worth, followed from the files and from recorded
// outcomes alone: so a replay may decide by it what to ask of the books, and asks the same when it
// is run again. It decides when to ask only; what the books answer counts.
#pragma once

#include "cofferdam/report/venue_input.h"

#include <span>
#include <vector>

namespace cofferdam::report {

class VenueAccounts {
 public:
  explicit VenueAccounts(const VenueInput& input);

  void trade(const VenueTrade& trade);
  // Into the account, or out of it below zero; at kUsdScale.
  void move(std::uint32_t user, base::i128 amount);

  [[nodiscard]] base::i128 position(std::uint32_t user, std::uint32_t coin) const {
    return accounts_[user].sizes[coin];
  }

  [[nodiscard]] bool is_flat(std::uint32_t user) const;

  // At kUsdScale and these prices; equity rounded down, notional up.
  struct Worth {
    base::i128 equity = 0;
    base::i128 notional = 0;
  };

  [[nodiscard]] Worth worth(std::uint32_t user, std::span<const base::i128> prices) const;

  // |size x price| of a trade at kUsdScale, rounded down.
  [[nodiscard]] base::i128 volume(const VenueTrade& trade) const;

 private:
  struct Account {
    base::i128 cash = 0;  // at kFine: what came in, less what left, less what positions cost
    std::vector<base::i128> sizes;  // by coin
  };

  std::vector<base::i128> factors_;  // by coin: from size x price to kFine
  std::vector<Account> accounts_;
};

}  // namespace cofferdam::report
