// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/report/venue_risk.h"

#include <algorithm>

namespace cofferdam::report {

namespace {

using base::Time;

constexpr base::Duration kMinute(base::kHour.value() / 60);

// The next full one after a time.
[[nodiscard]] Time next_full(Time time, base::Duration step) {
  const base::Duration day = time - *base::start_of_day(base::day_of(time));
  return time + base::Duration(step.value() - day.value() % step.value());
}

}  // namespace

VenueRisk::VenueRisk(const VenueInput& input, Driver& driver)
    : input_(input),
      takeovers_(find_takeovers(input)),
      accounts_(input),
      margin_(input, driver),
      defaults_(input, takeovers_, driver, accounts_),
      unbacked_(input, takeovers_, driver),
      insurance_(input, driver, accounts_, takeovers_.backstop),
      driver_(driver),
      closes_(input.trades.size()) {
  for (const VenueTakeovers::Liquidation& one : takeovers_.liquidations)
    for (const std::size_t row : one.trades) closes_[row] = true;
}

Result<void> VenueRisk::begin(Time time, const VenueFloor& floor) {
  if (!observes()) return {};
  floor_ = floor;
  next_hour_ = next_full(time, base::kHour);
  if (Result<void> done = margin_.begin(time, floor.pool, floor.asset, floor.contracts); !done)
    return done;
  std::vector<base::OwnerId> owners;
  for (const VenueSeat& seat : floor.seats) owners.push_back(seat.owner);
  if (Result<void> done = insurance_.begin(time, floor.asset, std::move(owners)); !done)
    return done;
  const Result<base::PoolId> unbacked = unbacked_.open_pool(time, floor.asset);
  if (!unbacked) return std::unexpected(unbacked.error());
  const Result<base::ConduitId> to_unbacked = insurance_.conduit_to(time, "unbacked", *unbacked);
  if (!to_unbacked) return std::unexpected(to_unbacked.error());
  if (Result<void> done = unbacked_.begin(time, insurance_.layer(), *to_unbacked, floor.contracts);
      !done)
    return done;
  const Result<base::ConduitId> to_clients = insurance_.conduit_to(time, "clients", floor.pool);
  if (!to_clients) return std::unexpected(to_clients.error());
  const VenueWaterfall waterfall{.code = "clients",
                                 .pool = floor.pool,
                                 .asset = floor.asset,
                                 .custody = floor.custody,
                                 .source = floor.custody,
                                 .own = base::AccountId(driver_.id("account/own/clients")),
                                 .fund = base::AccountId(driver_.id("account/fund/clients")),
                                 .conduit = *to_clients,
                                 .layer = insurance_.layer(),
                                 .fund_begins_with = {}};
  if (Result<void> done = driver_.accounts("waterfall", time, waterfall_accounts(waterfall)); !done)
    return done;
  if (Result<void> done = open_waterfall(driver_, time, waterfall); !done) return done;
  return defaults_.begin(time, waterfall, floor.contracts, floor.seats);
}

Time VenueRisk::next_liquidation() const {
  return next_liquidation_ < input_.liquidations.size()
             ? input_.liquidations[next_liquidation_].time
             : Time::max();
}

Time VenueRisk::next() const {
  if (!observes()) return Time::max();
  return std::min({next_liquidation(), next_minute_, next_hour_, unbacked_.next_close()});
}

Result<void> VenueRisk::happen(Time time, std::vector<base::i128>& prices) {
  if (next_liquidation() == time) return publish(time, prices);
  if (next_minute_ == time) {
    next_minute_ = Time::max();
    if (Result<void> done = margin_.mark(time, prices); !done) return done;
    return defaults_.look(time, prices);
  }
  if (unbacked_.next_close() == time) {
    if (Result<void> done = margin_.mark(time, prices); !done) return done;
    if (Result<void> done = unbacked_.close(time, prices); !done) return done;
    for (const VenueUnbacked::Borne& borne : unbacked_.take_losses())
      insurance_.loss(borne.user, static_cast<base::i128>(borne.loss.units()));
    return {};
  }
  next_hour_ = time + base::kHour;
  if (Result<void> done = margin_.mark(time, prices); !done) return done;
  return insurance_.hour(time, prices);
}

Result<void> VenueRisk::publish(Time /*time*/, std::vector<base::i128>& prices) {
  const std::size_t liquidation = next_liquidation_++;
  for (const VenueMark& mark : takeovers_.liquidations[liquidation].marks)
    prices[mark.coin] = mark.price;
  const VenueSeat& seat = floor_.seats[input_.liquidations[liquidation].user];
  if (Result<void> done = margin_.look(liquidation, seat.owner, prices); !done) return done;
  if (Result<void> done = defaults_.published(liquidation, prices); !done) return done;
  return unbacked_.open(liquidation);
}

bool VenueRisk::is_takeover(std::size_t row) const {
  return observes() && (closes_[row] || takeovers_.is_mirror[row]);
}

void VenueRisk::count(const VenueTrade& trade) {
  if (!observes()) return;
  insurance_.trade(trade);
  next_minute_ = next_full(trade.time, kMinute);
}

void VenueRisk::booked(const VenueTrade& trade) {
  accounts_.trade(trade);
}

Result<void> VenueRisk::end_day(Time time, std::span<const base::i128> prices) {
  if (!observes()) return {};
  if (Result<void> done = defaults_.end_day(time, prices); !done) return done;
  return insurance_.day(time, prices);
}

void VenueRisk::report() const {
  margin_.report();
  defaults_.report();
  unbacked_.report();
  insurance_.report();
}

}  // namespace cofferdam::report
