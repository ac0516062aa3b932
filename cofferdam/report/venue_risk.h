// SPDX-License-Identifier: Apache-2.0
//
// Margin, default management and insurance beside the replay of a venue's days, where the files
// list liquidations: what happens between trades (published liquidations, the ends of minutes with
// trades, full hours, closes of the pool without a backstop), in the order of time and at one time
// in the order given here.
#pragma once

#include "cofferdam/report/venue_defaults.h"
#include "cofferdam/report/venue_insurance.h"
#include "cofferdam/report/venue_margin.h"
#include "cofferdam/report/venue_unbacked.h"

namespace cofferdam::report {

struct VenueFloor {
  base::PoolId pool;
  base::AssetId asset;
  base::AccountId custody;
  std::vector<base::ContractId> contracts;
  std::vector<VenueSeat> seats;  // as input.users
};

class VenueRisk {
 public:
  VenueRisk(const VenueInput& input, Driver& driver);

  // Published liquidations tell whose margin to look at, and days of a venue without them are many.
  [[nodiscard]] bool observes() const { return !input_.liquidations.empty(); }

  [[nodiscard]] Result<void> begin(base::Time time, const VenueFloor& floor);

  // Of what happens next without being a trade or an update.
  [[nodiscard]] base::Time next() const;
  // Does it. A published liquidation says prices too.
  [[nodiscard]] Result<void> happen(base::Time time, std::vector<base::i128>& prices);

  // To be asked before time passes to `time`, and before every trade.
  [[nodiscard]] bool must_conclude(base::Time time) const {
    return observes() && defaults_.must_conclude(time);
  }

  [[nodiscard]] Result<void> conclude(base::Time time) { return defaults_.conclude(time); }

  // A row of a take-over by the backstop: its price is not the market's, and where a liquidation by
  // command takes it, it is no trade.
  [[nodiscard]] bool is_takeover(std::size_t row) const;

  [[nodiscard]] Result<bool> takes(std::size_t row) { return defaults_.takes(row); }

  void count(const VenueTrade& trade);   // every row
  void booked(const VenueTrade& trade);  // what was booked as a trade

  void moved(std::uint32_t user, base::i128 amount) { accounts_.move(user, amount); }

  // After the settlement of a day.
  [[nodiscard]] Result<void> end_day(base::Time time, std::span<const base::i128> prices);

  void report() const;

 private:
  [[nodiscard]] Result<void> publish(base::Time time, std::vector<base::i128>& prices);
  [[nodiscard]] base::Time next_liquidation() const;

  const VenueInput& input_;
  VenueTakeovers takeovers_;
  VenueAccounts accounts_;
  VenueMargin margin_;
  VenueDefaults defaults_;
  VenueUnbacked unbacked_;
  VenueInsurance insurance_;
  Driver& driver_;
  VenueFloor floor_;
  std::vector<bool> closes_;  // by trade: closes a liquidated account
  std::size_t next_liquidation_ = 0;
  base::Time next_minute_ = base::Time::max();
  base::Time next_hour_ = base::Time::max();
};

}  // namespace cofferdam::report
