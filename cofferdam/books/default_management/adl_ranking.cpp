// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/default_management/adl_ranking.h"

#include "cofferdam/books/default_management/split.h"

#include <algorithm>
#include <numeric>

namespace cofferdam::default_management {
namespace {

Ratio absolute(const Ratio& value) {
  return sign_of(value) < 0 ? Ratio{Integer(-value.numerator), value.denominator} : value;
}

// Value of the opponent's position, with its sign.
Ratio position_value(const AdlTerms& terms, const Opponent& opponent, Price price) {
  const Ratio value = terms.value(integer(opponent.size), price);
  return opponent.account->position.is_negative() ? Ratio{} - value : value;
}

std::optional<Ratio> bitmex(const AdlTerms& terms, const Opponent& opponent) {
  const Ratio mark = position_value(terms, opponent, terms.input.mark_price);
  const Ratio entry = position_value(terms, opponent, opponent.account->entry_price);
  const Ratio bankrupt = opponent.account->bankruptcy_price
                             ? position_value(terms, opponent, *opponent.account->bankruptcy_price)
                             : mark - opponent.equity;
  const Ratio cushion = mark - bankrupt;
  if (sign_of(cushion) <= 0) return std::nullopt;
  const Ratio leverage = absolute(mark) / cushion;
  const Ratio profit = (mark - entry) / absolute(entry);
  return sign_of(profit) < 0 ? profit / leverage : profit * leverage;
}

std::optional<Ratio> binance(const AdlTerms& terms, const Opponent& opponent) {
  if (sign_of(opponent.equity) <= 0 || sign_of(opponent.profit) <= 0) return Ratio{};
  const Ratio wallet{integer(opponent.account->wallet_balance.units()), 1};
  const Ratio one{power_of_ten(terms.input.scale), 1};
  const Ratio margin{integer(opponent.account->maintenance_margin.units()), 1};
  return opponent.profit / (compare(wallet, one) > 0 ? wallet : one) * margin / opponent.equity;
}

std::optional<Ratio> hyperliquid(const AdlTerms& terms, const Opponent& opponent) {
  if (sign_of(opponent.equity) <= 0) return std::nullopt;
  const Ratio notional = absolute(position_value(terms, opponent, terms.input.mark_price));
  return ratio(integer(terms.input.mark_price.value()),
               integer(opponent.account->entry_price.value())) *
         notional / opponent.equity;
}

}  // namespace

Ratio AdlTerms::value(const Integer& quantity, Price price) const {
  const Integer size = quantity * integer(u128{input.multiplier}) * power_of_ten(input.scale);
  const Integer money = power_of_ten(input.quantity_scale);
  if (input.kind == AdlContractKind::linear)
    return {size * integer(price.value()), money * power_of_ten(input.price_scale)};
  return ratio(Integer(-size * power_of_ten(input.price_scale)), money * integer(price.value()));
}

Ratio AdlTerms::cost_of_one(Price price) const {
  const Ratio rise = value(1, input.mark_price) - value(1, price);
  // The other side of a bankrupt short is long, and gives up what the mark stands higher.
  return input.position.is_negative() ? rise : Ratio{} - rise;
}

std::vector<Opponent> opponents_of(const AdlTerms& terms, const Ratio& cost_of_one) {
  std::vector<Opponent> opponents;
  for (const AdlCounterparty& account : terms.input.counterparties) {
    if (account.position.is_zero() ||
        account.position.is_negative() == terms.input.position.is_negative())
      continue;
    Opponent opponent{.account = &account, .size = account.position.magnitude()};
    opponent.unhedged = opponent.size - account.hedged.magnitude();
    opponent.profit = account.unrealised_profit
                          ? Ratio{integer(account.unrealised_profit->units()), 1}
                          : position_value(terms, opponent, terms.input.mark_price) -
                                position_value(terms, opponent, account.entry_price);
    opponent.equity = Ratio{integer(account.wallet_balance.units()), 1} + opponent.profit;
    const Integer money = floor_of(opponent.equity);
    const Integer size = integer(opponent.size);
    Integer bearable = size;
    if (sign_of(cost_of_one) > 0)
      bearable = money <= 0 ? Integer(0) : floor_of(Ratio{money, 1} / cost_of_one);
    opponent.bearable = *to_u128(std::min(bearable, size));
    opponents.push_back(std::move(opponent));
  }
  std::sort(opponents.begin(), opponents.end(), [](const Opponent& a, const Opponent& b) {
    return a.account->account < b.account->account;
  });
  return opponents;
}

std::optional<Ratio> score_of(const AdlTerms& terms, const Opponent& opponent, AdlRanking ranking) {
  switch (ranking) {
    case AdlRanking::bitmex:
      return bitmex(terms, opponent);
    case AdlRanking::binance:
      return binance(terms, opponent);
    case AdlRanking::hyperliquid:
      return hyperliquid(terms, opponent);
    case AdlRanking::pro_rata:
    case AdlRanking::hedge_aware:
      break;
  }
  return std::nullopt;
}

std::vector<std::size_t> order_of(const std::vector<std::optional<Ratio>>& scores) {
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    if (!scores[a] || !scores[b]) return scores[a].has_value() && !scores[b].has_value();
    return compare(*scores[a], *scores[b]) > 0;
  });
  return order;
}

std::vector<u128> closings(const std::vector<Opponent>& opponents,
                           const std::vector<std::size_t>& order, AdlRanking ranking,
                           u128 quantity) {
  std::vector<u128> closed(opponents.size(), 0);
  if (has_scores(ranking)) {
    for (const std::size_t i : order) {
      closed[i] = std::min(quantity, opponents[i].bearable);
      quantity -= closed[i];
    }
    return closed;
  }
  std::vector<u128> weights;
  std::vector<u128> caps;
  const bool hedges = ranking == AdlRanking::hedge_aware;
  for (const Opponent& opponent : opponents) {
    weights.push_back(hedges ? opponent.unhedged : opponent.size);
    caps.push_back(std::min(opponent.bearable, weights.back()));
  }
  const Split first = split_by_weight(quantity, weights, caps);
  if (!hedges) return first.parts;
  for (std::size_t i = 0; i < opponents.size(); ++i) {
    weights[i] = opponents[i].size - opponents[i].unhedged;
    caps[i] = opponents[i].bearable - first.parts[i];
  }
  const Split second = split_by_weight(first.left, weights, caps);
  for (std::size_t i = 0; i < opponents.size(); ++i) closed[i] = first.parts[i] + second.parts[i];
  return closed;
}

}  // namespace cofferdam::default_management
