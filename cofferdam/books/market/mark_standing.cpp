// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/market/mark_standing.h"

#include "cofferdam/base/decimal.h"
#include "cofferdam/base/rounding.h"
#include "cofferdam/books/market/payoff.h"
#include "cofferdam/books/market/value.h"

#include <algorithm>

namespace cofferdam::market {

namespace {

using base::Rounding;

[[nodiscard]] Duration since(Time then, Time now) {
  if (then >= now) return {};
  return base::try_sub(now, then).value_or(Duration(std::numeric_limits<std::int64_t>::max()));
}

[[nodiscard]] Duration age_allowed(const Contract& contract, const Terms* terms) {
  if (terms != nullptr && terms->mark_age_max != Duration()) return terms->mark_age_max;
  return contract.mark_age_max;
}

// How long the price has been stale; zero when it is not.
[[nodiscard]] Duration stale_for(const Contract& contract, const Terms* terms,
                                 const IndexReading* reading, const Mark& mark, Time now) {
  Duration stale;
  const Duration age = since(mark.time, now);
  const Duration allowed = age_allowed(contract, terms);
  if (allowed != Duration() && age > allowed) stale = Duration(age.value() - allowed.value());
  if (reading != nullptr &&
      (reading->standing == Standing::stale || reading->standing == Standing::absent)) {
    // An index that never had enough sources was stale from the mark on.
    const Time from = reading->fresh_until == Time() ? mark.time : reading->fresh_until;
    stale = std::max({stale, since(from, now), Duration(1)});
  }
  return stale;
}

[[nodiscard]] std::uint32_t haircut(const Terms& terms, Duration stale) {
  if (terms.haircut_ppm == 0) return 0;
  std::int64_t periods = 1;
  if (terms.haircut_period > Duration())
    periods = (stale.value() - 1) / terms.haircut_period.value() + 1;
  const u128 growth = static_cast<u128>(periods) * terms.haircut_ppm;
  return growth < kHaircutPpmMax ? static_cast<std::uint32_t>(growth) : kHaircutPpmMax;
}

// The value of one smallest quantity; a price that has none is worth nothing, one whose value does
// not fit is worth the greatest that does.
[[nodiscard]] u128 value_at(const Contract& contract, Price price) {
  if (price.value() <= 0) return 0;
  const std::optional<u128> value = unit_value(contract, price);
  if (value) return *value;
  const bool huge =
      contract.kind == ContractKind::linear || price.magnitude() < contract.value_factor;
  return huge ? kValueMax - 1 : 0;
}

void cut(MarkStanding& result, std::uint32_t ppm) {
  const u128 price = result.price.magnitude();
  result.haircut_ppm = ppm;
  const u128 loss = base::try_mul_div<Rounding::up>(price, u128{ppm}, u128{kPpmOne}).value_or(0);
  result.low = Price(static_cast<i128>(std::max<u128>(price - loss, 1)));
  result.high = Price(static_cast<i128>(price + loss));
}

void widen(MarkStanding& result, i128 low, i128 high) {
  result.low = std::min(result.low, Price(std::max<i128>(low, 0)));
  result.high = std::max(result.high, Price(high));
}

// A mark of the underlying itself against the index and its sources.
[[nodiscard]] bool judge_underlying(const Contract& contract, const Terms& terms,
                                    const Index& index, const IndexReading& reading,
                                    MarkStanding& result) {
  const auto in_price = [&](Level level) {
    return rescaled(level.value(), index.scale, contract.price_scale);
  };
  const auto value = in_price(reading.value);
  const auto low = in_price(reading.low);
  const auto high = in_price(reading.high);
  if (!value || !low || !high || *value <= 0) return true;
  bool deviates = false;
  if (terms.mark_deviation_bps_max != 0) {
    const i128 mark = result.price.value();
    const i128 gap = mark < *value ? *value - mark : mark - *value;
    const auto bps = base::try_mul_div<Rounding::up>(gap, i128{kBpsOne}, *value);
    deviates = !bps || *bps > terms.mark_deviation_bps_max;
    if (deviates) widen(result, *value, *value);
  }
  if (reading.standing == Standing::deviating) {
    widen(result, *low, *high);
    deviates = true;
  }
  return deviates;
}

// An option's mark against the bounds of its price. When the sources lie `gap` apart, the price of
// an option may be off by as much; in coin by gap x max(1, K / S) / S.
[[nodiscard]] bool judge_option(const Contract& contract, const Terms& terms,
                                const IndexReading& reading, MarkStanding& result) {
  bool deviates = false;
  if (terms.mark_deviation_bps_max != 0) {
    const auto bounds = option_bounds(contract, terms, reading.value, terms.mark_deviation_bps_max);
    if (!bounds) return true;
    const i128 mark = result.price.value();
    deviates = mark < bounds->low || mark > bounds->high;
    if (mark < bounds->low) widen(result, mark, bounds->low);
    if (mark > bounds->high) widen(result, bounds->high, mark);
  }
  if (reading.standing == Standing::deviating) {
    deviates = true;
    const u128 one = base::power_of_ten(contract.price_scale);
    const bool coin = terms.payoff == OptionPayoff::coin;
    const u128 divisor = coin ? reading.low.magnitude() : base::power_of_ten(terms.scale);
    std::optional<u128> gap = base::try_mul_div<Rounding::up>(
        reading.high.magnitude() - reading.low.magnitude(), one, divisor);
    if (gap && coin && terms.strike > reading.low)
      gap =
          base::try_mul_div<Rounding::up>(*gap, terms.strike.magnitude(), reading.low.magnitude());
    if (gap && *gap < kValueMax && result.price.magnitude() < kValueMax)
      widen(result, result.price.value() - static_cast<i128>(*gap),
            result.price.value() + static_cast<i128>(*gap));
  }
  return deviates;
}

}  // namespace

MarkStanding mark_standing(const MarkBooks& books, ContractId id, Time now) {
  const Contract* contract = books.market.contracts.find(id);
  COFFERDAM_CHECK(contract != nullptr, "the standing of a mark is asked of a contract");
  const Mark* mark = books.market.marks.find(id);
  if (mark == nullptr) return {};
  MarkStanding result{.standing = Standing::fresh,
                      .price = mark->price,
                      .low = mark->price,
                      .high = mark->price,
                      .unit_value = mark->unit_value,
                      .age = since(mark->time, now)};
  const Terms* terms = books.terms.terms.find(id);
  const Index* index = index_of(books.terms, id);
  IndexReading reading;
  if (index != nullptr) reading = read_index(*index, books.facts, now);
  const Duration stale =
      stale_for(*contract, terms, index == nullptr ? nullptr : &reading, *mark, now);
  if (stale > Duration()) {
    result.standing = Standing::stale;
    if (terms != nullptr) cut(result, haircut(*terms, stale));
  } else if (index != nullptr) {
    const bool deviates = terms->instrument == Instrument::option
                              ? judge_option(*contract, *terms, reading, result)
                              : judge_underlying(*contract, *terms, *index, reading, result);
    if (deviates) result.standing = Standing::deviating;
  }
  result.unit_value_low = value_at(*contract, result.low);
  result.unit_value_high = value_at(*contract, result.high);
  return result;
}

}  // namespace cofferdam::market
