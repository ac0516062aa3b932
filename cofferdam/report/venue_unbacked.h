// SPDX-License-Identifier: Apache-2.0
//
// What if the venue had had no backstop, and nothing had been closed for six hours? In the record a
// backstop takes every liquidated account over before it has less than nothing, so nobody ever has
// to pay. Here every published liquidation of a cross account is repeated in a pool of its own: the
// published account value, the positions that were closed, at the publisher's marks. Six hours
// later what is left is closed at the last published trades of that moment. An account that has its
// margin again lives; one that has less than nothing defaults, and its loss goes through the
// waterfall: own capital, a fund, the insurance pool's layer, deleveraging, cut claims.
//
// The other side of these accounts is one maker, declared like the market makers of the record.
#pragma once

#include "cofferdam/report/driver.h"
#include "cofferdam/report/venue_takeovers.h"
#include "cofferdam/report/venue_waterfall.h"

#include <span>
#include <vector>

namespace cofferdam::report {

inline constexpr std::int64_t kUnbackedHours = 6;
inline constexpr std::uint64_t kUnbackedFundUsd = 250;

class VenueUnbacked {
 public:
  VenueUnbacked(const VenueInput& input, const VenueTakeovers& takeovers, Driver& driver)
      : input_(input), takeovers_(takeovers), driver_(driver), twins_(input.liquidations.size()) {}

  // The pool with its accounts; the waterfall follows when the conduit is declared.
  [[nodiscard]] Result<base::PoolId> open_pool(base::Time time, base::AssetId asset);
  [[nodiscard]] Result<void> begin(base::Time time, const VenueLayer& layer,
                                   base::ConduitId conduit,
                                   std::span<const base::ContractId> contracts);

  // When the next account is closed; Time::max() for none.
  [[nodiscard]] base::Time next_close() const;

  // A published liquidation, after its marks were recorded.
  [[nodiscard]] Result<void> open(std::size_t liquidation);
  // After the marks of next_close() were recorded.
  [[nodiscard]] Result<void> close(base::Time time, std::span<const base::i128> prices);

  struct Borne {
    std::uint32_t user = 0;
    base::Amount loss;
  };

  // The losses since the last call, by the accounts that they repeat.
  [[nodiscard]] std::vector<Borne> take_losses() { return std::exchange(new_losses_, {}); }

  void report() const;

 private:
  enum class End : std::uint8_t { none, lives, closed, defaulted };

  struct Twin {
    bool is_open = false;
    base::Time closes;
    End end = End::none;
    std::uint32_t loss = 0;
    bool deleveraged = false;
  };

  [[nodiscard]] bool is_repeated(std::size_t liquidation) const;
  [[nodiscard]] base::OwnerId owner_of(std::size_t liquidation) const;
  [[nodiscard]] base::AccountId account_of(std::size_t liquidation) const;
  [[nodiscard]] std::string step_of(std::size_t liquidation, const char* what) const;
  [[nodiscard]] std::vector<ledger::AccountEvent> accounts() const;
  [[nodiscard]] Result<void> participant(const std::string& name, base::Time time,
                                         base::OwnerId owner, base::AccountId account,
                                         bool outside);
  [[nodiscard]] Result<void> pay(const std::string& step, base::Time time, base::AccountId to,
                                 base::Amount amount, std::uint16_t code);
  [[nodiscard]] Result<void> trade(std::size_t liquidation, base::Time time,
                                   std::span<const base::i128> prices, bool opens);
  [[nodiscard]] Result<void> put_in_force(std::size_t liquidation, const char* what,
                                          base::Time time, bool in_force);
  [[nodiscard]] Result<void> close_one(std::size_t liquidation, base::Time time,
                                       std::span<const base::i128> prices);
  [[nodiscard]] Result<void> bear(std::size_t liquidation, base::Time time);
  [[nodiscard]] Result<bool> fill(std::size_t liquidation, base::Time time,
                                  std::span<const base::i128> prices);

  const VenueInput& input_;
  const VenueTakeovers& takeovers_;
  Driver& driver_;
  base::PoolId pool_;
  base::AssetId asset_;
  base::OwnerId maker_;
  base::AccountId maker_account_;
  VenueWaterfall waterfall_;
  std::vector<base::ContractId> contracts_;
  std::vector<Twin> twins_;  // by liquidation
  std::vector<Borne> new_losses_;
};

}  // namespace cofferdam::report
