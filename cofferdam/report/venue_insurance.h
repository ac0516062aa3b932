// SPDX-License-Identifier: Apache-2.0
//
// The insurance pool beside a replayed venue. The files name none: that it exists, its capital, its
// layer, its cover and the parameters of its tariff are assumed and said; what it is charged and
// what it pays follows from the record.
//
//  - Members are the accounts that traded in the week before a tariff is published. A tariff is
//    published a day before its week begins, from what was known then: volume and average equity of
//    the last seven days are what is expected, expected losses are a part of the expected volume,
//    the capital charge is on the layer's year, and own losses count as far as they can be
//    believed. What is expected has a floor: who held next to nothing for a week and deposits the
//    next day would otherwise pay a rate per unit that was meant for next to nothing.
//  - At the end of the week each is charged on its volume, in tiers, and on its average equity. The
//    venue pays it for its clients, so their collateral stays as recorded.
//  - A layer stands in the waterfalls of the venue's pools. A cover insures the venue against
//    extreme volatility: its trigger is the fall of a contract from the highest of its hourly
//    prices of 24 hours, at the levels of examples/17-claims. A fall is one event until the
//    condition has not been met for 24 hours; each event opens one claim.
#pragma once

#include "cofferdam/report/driver.h"
#include "cofferdam/report/venue_accounts.h"
#include "cofferdam/report/venue_input.h"
#include "cofferdam/report/venue_waterfall.h"

#include <array>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <vector>

namespace cofferdam::report {

// In USD.
inline constexpr std::uint64_t kInsuranceCapitalUsd = 5'000;
inline constexpr std::uint64_t kVolatilityLimitUsd = 1'000;

// What a member is expected to trade in a week, and to hold, at least; of what it is expected to
// hold also a part of the volume.
inline constexpr std::uint64_t kVolumeFloorUsd = 1'000;
inline constexpr std::uint64_t kEquityFloorUsd = 10;
inline constexpr std::uint32_t kEquityFloorPpm = 10'000;

// Expected losses of a week, in millionths of its volume: 0.2 basis points.
inline constexpr std::uint32_t kExpectedLossPpm = 20;

class VenueInsurance {
 public:
  // `venue_user` is the venue's own account among the users, where it has one: it is no member.
  VenueInsurance(const VenueInput& input, Driver& driver, const VenueAccounts& accounts,
                 std::optional<std::uint32_t> venue_user)
      : input_(input),
        driver_(driver),
        accounts_(accounts),
        venue_user_(venue_user),
        members_(input.users.size()) {}

  // The pool with its capital, the reserve of its layer and its cover.
  [[nodiscard]] Result<void> begin(base::Time time, base::AssetId asset,
                                   std::vector<base::OwnerId> owners);
  // The layer's way to a pool of the venue.
  [[nodiscard]] Result<base::ConduitId> conduit_to(base::Time time, const std::string& code,
                                                   base::PoolId pool);

  [[nodiscard]] const VenueLayer& layer() const { return layer_; }

  void trade(const VenueTrade& trade);
  void loss(std::uint32_t user, base::i128 amount);

  // At every full hour: the falls, and the claim that they open.
  [[nodiscard]] Result<void> hour(base::Time time, std::span<const base::i128> prices);
  // At every midnight: premium is earned, a week is charged, the tariff of the next is published.
  [[nodiscard]] Result<void> day(base::Time time, std::span<const base::i128> prices);

  void report() const;

 private:
  static constexpr std::size_t kWeek = 7;

  struct Member {
    bool admitted = false;
    std::array<base::i128, kWeek> volumes{};   // of the last seven days, the oldest first
    std::array<base::i128, kWeek> equities{};  // at their ends
    base::i128 today = 0;
    base::i128 losses = 0;
  };

  struct Fall {
    base::i128 worst = 0;  // in 1/10,000
    std::uint32_t coin = 0;
    base::Time time;
  };

  struct Claimed {
    Fall fall;
    std::uint32_t claim = 0;
    base::Time payable;
    bool paid = false;
  };

  // What is expected of a member: what it did in the last seven days, but for the floors.
  struct Expected {
    base::i128 volume = 0;
    base::i128 equity = 0;
  };

  [[nodiscard]] Expected expected_of(const Member& member) const;
  [[nodiscard]] Result<void> open_pool(base::Time time);
  [[nodiscard]] Result<void> open_accounts(base::Time time);
  [[nodiscard]] Result<void> promise_layer(base::Time time);
  [[nodiscard]] Result<void> bind_cover(base::Time time);
  [[nodiscard]] Result<void> publish(base::Time time);
  [[nodiscard]] Result<void> charge(base::Time time);
  [[nodiscard]] Result<void> admit(base::Time time, std::uint32_t user);
  [[nodiscard]] Result<void> claim(base::Time time, const Fall& fall);
  [[nodiscard]] Result<void> pay_claims(base::Time time);
  [[nodiscard]] Result<void> deposit(const std::string& step, base::Time time,
                                     const std::vector<std::pair<base::AccountId, base::i128>>& to);
  [[nodiscard]] base::AccountId account_of(std::size_t user) const;
  [[nodiscard]] static base::i128 sum_of(const std::array<base::i128, kWeek>& days);
  void report_weeks() const;
  void report_bills() const;
  void report_claims() const;

  const VenueInput& input_;
  Driver& driver_;
  const VenueAccounts& accounts_;
  std::optional<std::uint32_t> venue_user_;
  base::PoolId pool_;
  base::AssetId asset_;
  base::SourceId source_;
  std::vector<base::OwnerId> owners_;
  std::vector<Member> members_;
  VenueLayer layer_;
  std::uint32_t period_ = 0;  // whose tariff was published last
  std::uint32_t days_ = 0;
  std::map<std::uint32_t, std::deque<base::i128>> hours_;  // by coin: prices of the last 24 hours
  Fall fall_;
  std::optional<base::Time> last_met_;
  base::Time cover_begins_;
  std::vector<Claimed> claims_;
};

}  // namespace cofferdam::report
