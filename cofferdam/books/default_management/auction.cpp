// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/default_management/auction.h"

#include "cofferdam/base/decimal.h"
#include "cofferdam/books/default_management/exact.h"

#include <algorithm>

namespace cofferdam::default_management {
namespace {

using Fault = std::optional<base::Error>;

Fault fail(std::string field, std::string value, std::string rule) {
  return base::malformed(std::move(field), std::move(value), std::move(rule)).error();
}

Fault fault_of(const AuctionInput& input) {
  const auto text = [](Rate rate) {
    return base::format_decimal_short(rate.value(), base::kRateScale);
  };
  const Rate one(base::kRateOne);
  const AuctionParameters& p = input.parameters;
  if (input.scale > base::kScaleMax)
    return fail("scale", std::to_string(input.scale), "must be at most 38");
  if (p.starting_discount > one || p.fast_cutoff_discount.is_negative() ||
      p.starting_discount < p.fast_cutoff_discount)
    return fail("parameters.starting_discount", text(p.starting_discount),
                "must be at most 1 and at least the fast cutoff, which is not below 0");
  for (const auto& [name, length] : {std::pair{"parameters.fast_length", p.fast_length},
                                     {"parameters.slow_length", p.slow_length},
                                     {"parameters.insolvent_length", p.insolvent_length}})
    if (length < base::kSecond)
      return fail(name, base::format_duration(length), "must be at least one second");
  for (const auto& [name, rate] : {std::pair{"parameters.buffer_margin_rate", p.buffer_margin_rate},
                                   {"parameters.liquidator_fee_rate", p.liquidator_fee_rate}})
    if (rate.is_negative() || rate > one)
      return fail(name, text(rate), "must be at least 0 and at most 1");
  if (input.elapsed.is_negative())
    return fail("elapsed", base::format_duration(input.elapsed), "must not be negative");
  if (input.bid_fraction <= Rate() || input.bid_fraction > one)
    return fail("bid_fraction", text(input.bid_fraction), "must be above 0 and at most 1");
  if (input.maintenance_margin > input.mark_to_market)
    return fail("maintenance_margin", base::to_text(input.maintenance_margin.units()),
                "must not be above mark_to_market: a requirement is not below zero");
  return std::nullopt;
}

Integer seconds(base::Duration duration) {
  return duration.value() / base::kNanosecondsPerSecond;
}

const Integer& unit() {
  static const Integer kUnit = integer(base::kRateOne);
  return kUnit;
}

// x y / 10^18 and x 10^18 / y, toward zero.
Integer times(const Integer& x, const Integer& y) {
  return x * y / unit();
}

Integer over(const Integer& x, const Integer& y) {
  return x * unit() / y;
}

struct Figures {
  Integer mtm;
  Integer mm;
  Integer bm;
  Integer reserved;
};

Integer discount_of(const AuctionInput& input) {
  const AuctionParameters& p = input.parameters;
  const Integer now = seconds(input.elapsed);
  const Integer fast = seconds(p.fast_length);
  const Integer slow = seconds(p.slow_length);
  const Integer start = integer(p.starting_discount.value());
  const Integer cutoff = integer(p.fast_cutoff_discount.value());
  if (now < fast) return start - (start - cutoff) * now / fast;
  if (now >= fast + slow) return 0;
  return cutoff - over(times(cutoff, Integer(now - fast)), slow);
}

// nullopt: the divisor is zero.
std::optional<Integer> largest_part(const Figures& figures, const SignedAmount& cutoff,
                                    const Integer& discount, const Integer& reserved) {
  if (figures.mtm < integer(cutoff.units())) return unit();
  const Integer bm = std::min(figures.bm, Integer(0));
  const Integer divisor =
      bm - times(figures.mtm, discount) - times(reserved, Integer(unit() - discount));
  if (divisor == 0) return std::nullopt;
  return over(bm, divisor);
}

AuctionStatus status_of(const AuctionInput& input, const Figures& figures) {
  const AuctionParameters& p = input.parameters;
  if (input.insolvent) return figures.mm >= 0 ? AuctionStatus::healthy : AuctionStatus::insolvent;
  if (seconds(input.elapsed) >= seconds(p.fast_length) + seconds(p.slow_length))
    return figures.mm >= 0 ? AuctionStatus::healthy : AuctionStatus::solvent_ended;
  if (figures.mtm < 0 || figures.reserved >= figures.mtm) return AuctionStatus::restart;
  return figures.bm >= 0 ? AuctionStatus::healthy : AuctionStatus::solvent;
}

Integer insolvent_price(const AuctionInput& input, const Figures& figures) {
  const Integer from = std::min(figures.mtm, Integer(0));
  const Integer now = seconds(input.elapsed);
  const Integer length = seconds(input.parameters.insolvent_length);
  if (now >= length) return figures.mm;
  return (figures.mm - from) * now / length + from;
}

// The figures as numbers of the books; nullopt when one does not fit.
std::optional<AuctionOutput> written(AuctionStatus status, const Figures& figures,
                                     const Integer& discount, const Integer& price,
                                     const Integer& most, const Integer& fraction) {
  const auto bm = to_i128(figures.bm);
  const auto bid = to_i128(price);
  const auto part = to_i128(most);
  if (!bm || !bid || !part) return std::nullopt;
  return AuctionOutput{.status = status,
                       .buffer_margin = SignedAmount(*bm),
                       .discount = Rate(*to_i128(discount)),
                       .bid_price = SignedAmount(*bid),
                       .max_fraction = Rate(*part),
                       .fraction = Rate(*to_i128(fraction))};
}

std::optional<AuctionOutput> bid(const AuctionInput& input, const Figures& figures) {
  const AuctionStatus status = status_of(input, figures);
  const Integer wanted = integer(input.bid_fraction.value());
  if (status == AuctionStatus::insolvent) {
    const Integer price = insolvent_price(input, figures);
    auto output = written(status, figures, 0, price, unit(), wanted);
    const auto owed = to_u128(times(Integer(-price), wanted));
    if (!output || !owed) return std::nullopt;
    output->cash_to_bidder = Amount(*owed);
    output->fund_pays = std::min(Amount(*owed), input.fund_cash.value_or(Amount::max()));
    output->socialised = output->cash_to_bidder - output->fund_pays;
    output->ends = wanted == unit();
    return output;
  }
  if (status != AuctionStatus::solvent) {
    auto output = written(status, figures, 0, 0, 0, 0);
    if (output) output->ends = status != AuctionStatus::solvent_ended;
    return output;
  }
  const Integer discount = discount_of(input);
  const Integer price = times(Integer(figures.mtm - figures.reserved), discount);
  const SignedAmount cutoff = input.parameters.mark_to_market_cutoff;
  const auto most = largest_part(figures, cutoff, discount, figures.reserved);
  const auto at_start = largest_part(figures, cutoff, unit(), 0);
  if (!most || !at_start) return std::nullopt;
  const Integer fraction = std::min(wanted, *most);
  auto output = written(status, figures, discount, price, *most, fraction);
  const auto cash = to_u128(times(price, fraction));
  const auto fee = to_u128(
      times(times(*at_start, figures.mtm), integer(input.parameters.liquidator_fee_rate.value())));
  if (!output || !cash || !fee) return std::nullopt;
  output->cash_from_bidder = Amount(*cash);
  output->liquidator_fee = Amount(*fee);
  output->ends = wanted >= *most;
  return output;
}

}  // namespace

base::Result<AuctionOutput> auction(const AuctionInput& input) {
  if (Fault fault = fault_of(input)) return std::unexpected(*std::move(fault));
  Figures figures{.mtm = integer(input.mark_to_market.units()),
                  .mm = integer(input.maintenance_margin.units()),
                  .bm = 0,
                  .reserved = integer(input.reserved_cash.units())};
  figures.bm = figures.mm + times(Integer(figures.mm - figures.mtm),
                                  integer(input.parameters.buffer_margin_rate.value()));
  const std::optional<AuctionOutput> output = bid(input, figures);
  if (!output)
    return base::malformed("mark_to_market", base::to_text(input.mark_to_market.units()),
                           "every result must fit 127 bits");
  return *output;
}

}  // namespace cofferdam::default_management
