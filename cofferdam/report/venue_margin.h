// SPDX-License-Identifier: Apache-2.0
//
// Margin over a replayed venue whose trades have already happened: nothing is refused, every
// account's state is recorded at each hour's last trades and at the moment of each published
// liquidation, just before its trades, and compared with what the venue did.
//
// The venue's rule is not in the data. All 54 published liquidations of cross accounts show an
// account value below 1 % of the notional, 0.9998 % at most: the tiers say a maintenance margin of
// 1 %, half of an initial margin of 2 %. Of the eight isolated ones four show more.
#pragma once

#include "cofferdam/report/driver.h"
#include "cofferdam/report/venue_input.h"

#include <span>
#include <vector>

namespace cofferdam::report {

inline constexpr std::uint32_t kReplayInitialPpm = 20'000;
inline constexpr std::uint32_t kReplayMaintenancePpm = 500'000;
inline constexpr std::uint32_t kReplayCallBufferPpm = 250'000;

// The setting of a pool that is observed. It is in force only while the books decide on a
// liquidation, since they ask nothing of an account by a rule that is not in force: the trades of
// the record are not to be refused.
[[nodiscard]] Result<void> set_margin(Driver& driver, const std::string& step, base::Time time,
                                      base::PoolId pool, base::AssetId asset, bool in_force);

class VenueMargin {
 public:
  VenueMargin(const VenueInput& input, Driver& driver) : input_(input), driver_(driver) {}

  // Tiers of every contract, and the pool under observation.
  [[nodiscard]] Result<void> begin(base::Time time, base::PoolId pool, base::AssetId asset,
                                   std::span<const base::ContractId> contracts);

  // The marks of this moment; by number when it is the moment of a published liquidation.
  [[nodiscard]] Result<void> mark(base::Time time, std::span<const base::i128> last_prices);
  [[nodiscard]] Result<void> look(std::size_t liquidation, base::OwnerId owner,
                                  std::span<const base::i128> last_prices);

  void report() const;

 private:
  struct Look {
    std::size_t liquidation = 0;
    bool known = false;  // not where an earlier run had been here: the books have moved on
    margin::Health health = margin::Health::healthy;
    base::i128 equity = 0;
    base::i128 maintenance = 0;
    base::i128 notional = 0;
  };

  const VenueInput& input_;
  Driver& driver_;
  base::PoolId pool_;
  std::vector<base::ContractId> contracts_;
  std::uint64_t marks_ = 0;
  std::vector<Look> looks_;
};

}  // namespace cofferdam::report
