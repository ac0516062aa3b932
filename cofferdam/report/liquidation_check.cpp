// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/report/liquidation_check.h"

#include "cofferdam/base/decimal.h"
#include "cofferdam/base/rounding.h"

#include <array>
#include <map>

namespace cofferdam::report {

namespace {

using base::i128;

constexpr std::array<std::string_view, 4> kMatchNames{
    "within 1 %", "within 5 % (last trade is not the mark)", "position there, notional differs",
    "position absent (before the window, or omitted trades)"};

struct Positions {
  std::map<std::pair<std::uint32_t, std::uint32_t>, i128> sizes;  // user, coin
  std::map<std::uint32_t, i128> prices;
  std::size_t next = 0;

  void take(const VenueTrade& trade) {
    const i128 signed_size = trade.buys ? trade.size : -trade.size;
    sizes[{trade.user, trade.coin}] += signed_size;
    sizes[{trade.counterparty, trade.coin}] -= signed_size;
    prices[trade.coin] = trade.price;
  }
};

// |size x price| at kUsdScale.
[[nodiscard]] i128 notional_of(const VenueCoin& coin, i128 size, i128 price) {
  const i128 product = (size < 0 ? -size : size) * price;
  const unsigned scale = coin.price_scale + coin.size_scale;
  if (scale <= kUsdScale) return product * static_cast<i128>(base::power_of_ten(kUsdScale - scale));
  return base::div_round<base::Rounding::half_even>(
      product, static_cast<i128>(base::power_of_ten(scale - kUsdScale)));
}

[[nodiscard]] i128 distance(i128 a, i128 b) {
  return a < b ? b - a : a - b;
}

[[nodiscard]] LiquidationMatch judge(i128 published, i128 found) {
  if (found == 0) return LiquidationMatch::position_absent;
  const i128 gap = distance(published, found);
  if (gap * 100 <= published) return LiquidationMatch::within_1_percent;
  if (gap * 20 <= published) return LiquidationMatch::within_5_percent;
  return LiquidationMatch::position_partly;
}

}  // namespace

std::vector<LiquidationComparison> compare_liquidations(const VenueInput& input) {
  std::vector<LiquidationComparison> all;
  Positions positions;
  for (const VenueLiquidation& event : input.liquidations) {
    while (positions.next < input.trades.size() && input.trades[positions.next].time < event.time)
      positions.take(input.trades[positions.next++]);
    LiquidationComparison comparison;
    std::vector<std::uint32_t> coins;
    for (std::uint32_t coin = 0; coin < input.coins.size(); ++coin) {
      const auto held = positions.sizes.find({event.user, coin});
      if (held == positions.sizes.end() || held->second == 0) continue;
      const i128 worth = notional_of(input.coins[coin], held->second, positions.prices.at(coin));
      if (event.leverage == Leverage::cross) {
        comparison.notional += worth;
        coins.push_back(coin);
      } else if (coins.empty() ||
                 distance(worth, event.notional) < distance(comparison.notional, event.notional)) {
        comparison.notional = worth;
        coins = {coin};
      }
    }
    comparison.match = judge(event.notional, comparison.notional);
    Positions after = positions;
    while (after.next < input.trades.size() && input.trades[after.next].time == event.time)
      after.take(input.trades[after.next++]);
    comparison.flat_after = !coins.empty();
    for (const std::uint32_t coin : coins)
      comparison.flat_after = comparison.flat_after && after.sizes.at({event.user, coin}) == 0;
    all.push_back(comparison);
  }
  return all;
}

Listing liquidation_listing(const VenueInput& input,
                            const std::vector<LiquidationComparison>& comparisons) {
  Listing listing{
      .title = "Published liquidations against the positions in the books",
      .columns = {text_column("time"), text_column("account"), text_column("kind"),
                  number_column("published"), number_column("position x last"),
                  number_column("difference %"), text_column("closed then"), text_column("class")},
      .rows = {}};
  for (std::size_t i = 0; i < comparisons.size(); ++i) {
    const VenueLiquidation& event = input.liquidations[i];
    const LiquidationComparison& comparison = comparisons[i];
    const i128 basis_points =
        event.notional == 0 ? 0
                            : base::div_round<base::Rounding::half_even>(
                                  (comparison.notional - event.notional) * 10'000, event.notional);
    listing.rows.push_back({base::format_time(event.time), input.users[event.user].name,
                            event.leverage == Leverage::cross ? "cross" : "isolated",
                            base::format_decimal(event.notional, kUsdScale),
                            base::format_decimal(comparison.notional, kUsdScale),
                            base::format_decimal(basis_points, 2),
                            comparison.flat_after ? "yes" : "no",
                            std::string(kMatchNames[static_cast<std::size_t>(comparison.match)])});
  }
  return listing;
}

Listing liquidation_summary(const std::vector<LiquidationComparison>& comparisons) {
  Listing listing{.title = "Liquidations by class of difference",
                  .columns = {text_column("class"), number_column("liquidations"),
                              number_column("closed by trades of the same second")},
                  .rows = {}};
  for (std::size_t match = 0; match < kMatchNames.size(); ++match) {
    std::size_t count = 0;
    std::size_t closed = 0;
    for (const LiquidationComparison& comparison : comparisons) {
      if (static_cast<std::size_t>(comparison.match) != match) continue;
      ++count;
      if (comparison.flat_after) ++closed;
    }
    listing.rows.push_back(
        {std::string(kMatchNames[match]), std::to_string(count), std::to_string(closed)});
  }
  return listing;
}

}  // namespace cofferdam::report
