// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/report/venue_accounts.h"

#include "cofferdam/base/decimal.h"
#include "cofferdam/base/rounding.h"

#include <algorithm>

namespace cofferdam::report {

namespace {

using base::i128;

constexpr unsigned kFine = 18;

[[nodiscard]] i128 power(unsigned digits) {
  return static_cast<i128>(base::power_of_ten(digits));
}

}  // namespace

VenueAccounts::VenueAccounts(const VenueInput& input) {
  for (const VenueCoin& coin : input.coins)
    factors_.push_back(power(kFine - std::min(kFine, coin.price_scale + coin.size_scale)));
  accounts_.resize(input.users.size());
  for (Account& account : accounts_) account.sizes.resize(input.coins.size());
}

void VenueAccounts::trade(const VenueTrade& trade) {
  const i128 size = trade.buys ? trade.size : -trade.size;
  const i128 cost = size * trade.price * factors_[trade.coin];
  Account& user = accounts_[trade.user];
  Account& other = accounts_[trade.counterparty];
  user.sizes[trade.coin] += size;
  other.sizes[trade.coin] -= size;
  user.cash -= cost + trade.fee * power(kFine - kUsdScale);
  other.cash += cost - trade.counterparty_fee * power(kFine - kUsdScale);
}

void VenueAccounts::move(std::uint32_t user, i128 amount) {
  accounts_[user].cash += amount * power(kFine - kUsdScale);
}

bool VenueAccounts::is_flat(std::uint32_t user) const {
  return std::ranges::all_of(accounts_[user].sizes, [](i128 size) { return size == 0; });
}

VenueAccounts::Worth VenueAccounts::worth(std::uint32_t user, std::span<const i128> prices) const {
  const Account& account = accounts_[user];
  i128 equity = account.cash;
  i128 notional = 0;
  for (std::size_t coin = 0; coin < account.sizes.size(); ++coin) {
    if (account.sizes[coin] == 0) continue;
    const i128 value = account.sizes[coin] * prices[coin] * factors_[coin];
    equity += value;
    notional += value < 0 ? -value : value;
  }
  const i128 unit = power(kFine - kUsdScale);
  return {.equity = base::div_round<base::Rounding::floor>(equity, unit),
          .notional = base::div_round<base::Rounding::up>(notional, unit)};
}

i128 VenueAccounts::volume(const VenueTrade& trade) const {
  return trade.size * trade.price * factors_[trade.coin] / power(kFine - kUsdScale);
}

}  // namespace cofferdam::report
