// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/report/venue_takeovers.h"

#include "cofferdam/base/decimal.h"
#include "cofferdam/base/rounding.h"

#include <algorithm>
#include <map>
#include <span>

namespace cofferdam::report {

namespace {

using base::i128;

constexpr i128 kMissMax = 1'000;  // a mark may miss the published notional by a thousandth

[[nodiscard]] i128 power(unsigned digits) {
  return static_cast<i128>(base::power_of_ten(digits));
}

[[nodiscard]] bool is_other_side(const VenueTrade& one, const VenueTrade& other) {
  return one.time == other.time && one.coin == other.coin && one.price == other.price &&
         one.size == other.size && one.buys != other.buys && one.user != other.user;
}

// The trades of one second.
[[nodiscard]] std::pair<std::size_t, std::size_t> second_of(const VenueInput& input,
                                                            base::Time time) {
  const auto range = std::ranges::equal_range(input.trades, time, {}, &VenueTrade::time);
  const auto at = [&](auto it) { return static_cast<std::size_t>(it - input.trades.begin()); };
  return {at(range.begin()), at(range.end())};
}

// Size x price at kUsdScale, of both signs.
[[nodiscard]] i128 worth(const VenueCoin& coin, i128 size, i128 price) {
  const unsigned scale = coin.price_scale + coin.size_scale;
  if (scale <= kUsdScale) return size * price * power(kUsdScale - scale);
  return base::div_round<base::Rounding::half_even>(size * price, power(scale - kUsdScale));
}

struct Closed {
  i128 size = 0;   // above zero: a long position was closed
  i128 cost = 0;   // at kUsdScale, at the closing prices, above zero
  i128 value = 0;  // size x price in the coin's own scale
};

[[nodiscard]] std::map<std::uint32_t, Closed> closed_by(const VenueInput& input,
                                                        std::span<const std::size_t> trades) {
  std::map<std::uint32_t, Closed> closed;
  for (const std::size_t row : trades) {
    const VenueTrade& trade = input.trades[row];
    Closed& sum = closed[trade.coin];
    sum.size += trade.buys ? -trade.size : trade.size;
    sum.cost += worth(input.coins[trade.coin], trade.size, trade.price);
    sum.value += trade.size * trade.price;
  }
  return closed;
}

// |size| that at `price` is `notional`, solved for the price.
[[nodiscard]] std::optional<i128> price_at(const VenueCoin& coin, i128 size, i128 notional) {
  const unsigned scale = coin.price_scale + coin.size_scale;
  const i128 held = size < 0 ? -size : size;
  if (scale < kUsdScale) return std::nullopt;
  return base::try_mul_div<base::Rounding::half_even>(notional, power(scale - kUsdScale), held);
}

// The price of the close, moved back by value / cost.
[[nodiscard]] std::optional<i128> moved_back(const Closed& closed, i128 value, i128 cost) {
  const i128 size = closed.size < 0 ? -closed.size : closed.size;
  const i128 price = base::div_round<base::Rounding::half_even>(closed.value, size);
  const auto move = base::try_mul_div<base::Rounding::half_even>(price, value, cost);
  if (!move) return std::nullopt;
  return closed.size > 0 ? price + *move : price - *move;
}

[[nodiscard]] std::vector<VenueMark> marks_of(const VenueInput& input,
                                              const VenueLiquidation& event,
                                              const std::map<std::uint32_t, Closed>& closed) {
  i128 cost = 0;
  for (const auto& [coin, sum] : closed) {
    if (sum.size == 0) return {};
    cost += sum.cost;
  }
  std::vector<VenueMark> marks;
  i128 notional = 0;
  for (const auto& [coin, sum] : closed) {
    const auto back = moved_back(sum, event.account_value, cost);
    if (!back || *back <= 0) return {};
    notional += worth(input.coins[coin], sum.size < 0 ? -sum.size : sum.size, *back);
    marks.push_back({.time = event.time, .coin = coin, .price = *back});
  }
  const i128 miss =
      notional < event.notional ? event.notional - notional : notional - event.notional;
  if (marks.empty() || miss * kMissMax > event.notional) return {};
  if (marks.size() > 1) return marks;
  const auto exact =
      price_at(input.coins[marks[0].coin], closed.begin()->second.size, event.notional);
  if (exact && *exact > 0) marks[0].price = *exact;
  return marks;
}

[[nodiscard]] std::optional<std::uint32_t> most_often(
    const std::map<std::uint32_t, std::size_t>& counts) {
  const auto most =
      std::ranges::max_element(counts, {}, [](const auto& entry) { return entry.second; });
  return most == counts.end() ? std::nullopt : std::optional(most->first);
}

}  // namespace

VenueTakeovers find_takeovers(const VenueInput& input) {
  VenueTakeovers found;
  found.mirrors.resize(input.trades.size());
  found.is_mirror.resize(input.trades.size());
  std::map<std::uint32_t, std::size_t> others;
  const auto each_other = [&](std::size_t row, const auto& visit) {
    const auto [from, to] = second_of(input, input.trades[row].time);
    for (std::size_t at = from; at < to; ++at)
      if (is_other_side(input.trades[row], input.trades[at])) visit(at);
  };
  for (const VenueLiquidation& event : input.liquidations) {
    VenueTakeovers::Liquidation one;
    const auto [from, to] = second_of(input, event.time);
    for (std::size_t row = from; row < to; ++row)
      if (input.trades[row].user == event.user) one.trades.push_back(row);
    one.marks = marks_of(input, event, closed_by(input, one.trades));
    for (const std::size_t row : one.trades)
      each_other(row, [&](std::size_t at) { ++others[input.trades[at].user]; });
    found.closing += one.trades.size();
    found.liquidations.push_back(std::move(one));
  }
  found.backstop = most_often(others);
  for (const VenueTakeovers::Liquidation& one : found.liquidations)
    for (const std::size_t row : one.trades)
      each_other(row, [&](std::size_t at) {
        if (found.mirrors[row] || found.is_mirror[at] || input.trades[at].user != *found.backstop)
          return;
        found.mirrors[row] = at;
        found.is_mirror[at] = true;
        ++found.mirrored;
      });
  return found;
}

}  // namespace cofferdam::report
