// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/margin/naked_options.h"

#include <algorithm>
#include <optional>
#include <set>

namespace cofferdam::rulebook {
namespace {

using base::malformed;
using base::Rounding;

// Of 27 digits; nullopt what does not fit, and all that comes of it.
using Ray = std::optional<i128>;
constexpr i128 kRayOne = kDecimalOne * 1'000'000'000;

Ray to_ray(Decimal value) {
  i128 ray = 0;
  if (value.is_void() || __builtin_mul_overflow(value.units(), i128{1'000'000'000}, &ray))
    return std::nullopt;
  return ray;
}

Ray multiply(Ray a, Ray b) {
  return a && b ? base::try_mul_div<Rounding::down>(*a, *b, kRayOne) : Ray();
}

Ray divide(Ray a, Ray b) {
  return a && b ? base::try_mul_div<Rounding::down>(*a, kRayOne, *b) : Ray();
}

Ray add(Ray a, Ray b) {
  i128 sum = 0;
  if (!a || !b || __builtin_add_overflow(*a, *b, &sum)) return std::nullopt;
  return sum;
}

Ray subtract(Ray a, Ray b) {
  return b ? add(a, -*b) : Ray();
}

Ray least(Ray a, Ray b) {
  return a && b ? Ray(std::min(*a, *b)) : Ray();
}

Ray at_least_zero(Ray a) {
  return a ? Ray(std::max(*a, i128{0})) : Ray();
}

struct Naked {
  Ray bound;
  Ray shock;
  Ray spot;
  Ray strike;
  Ray amount;
};

Ray put_margin(const Naked& n) {
  const Ray shocked = multiply(n.shock, n.spot);
  const Ray covered = least(n.strike, shocked);
  const Ray beyond = at_least_zero(subtract(n.strike, shocked));
  return multiply(add(multiply(n.bound, covered), beyond), n.amount);
}

Ray call_margin(const Naked& n) {
  const Ray ratio = divide(multiply(n.strike, n.shock), n.spot);
  const Ray covered = least(Ray(kRayOne), ratio);
  const Ray beyond = at_least_zero(subtract(Ray(kRayOne), ratio));
  return multiply(add(multiply(n.bound, covered), beyond), n.amount);
}

const NakedProduct* product_of(const NakedOptions& rules, const std::string& code, bool put) {
  const auto found =
      std::find_if(rules.products.begin(), rules.products.end(),
                   [&](const NakedProduct& p) { return p.underlying == code && p.is_put == put; });
  return found == rules.products.end() ? nullptr : &*found;
}

Result<Decimal> requirement(const NakedProduct& product, const Book& book, const Holding& holding) {
  const Contract& contract = book.of(holding);
  const auto bound = std::find_if(
      product.upper_bounds.begin(), product.upper_bounds.end(), [&](const UpperBound& one) {
        return one.time_to_expiry.value() / base::kNanosecondsPerSecond >= contract.seconds;
      });
  if (bound == product.upper_bounds.end())
    return malformed("market.instruments.expiry", time_text(contract.expiry),
                     "is beyond the table of upper bounds", "of " + contract.code);
  const Naked naked{.bound = to_ray(from_rate(bound->value)),
                    .shock = to_ray(from_rate(product.spot_shock)),
                    .spot = to_ray(book.of(contract).spot),
                    .strike = to_ray(contract.strike),
                    .amount = to_ray(-holding.quantity * contract.size)};
  const Ray margin = product.is_put ? put_margin(naked) : call_margin(naked);
  if (!margin)
    return malformed("portfolio.positions.quantity", text(holding.quantity),
                     "is too large for fixed point of 27 digits", "of " + contract.code);
  const auto quantum = static_cast<i128>(base::power_of_ten(27 - product.scale));
  return from_scaled(base::div_round<Rounding::ceil>(*margin, quantum), product.scale);
}

}  // namespace

Result<void> check(const NakedOptions& rules) {
  if (rules.products.empty() || rules.products.size() > kUnderlyingsMax)
    return malformed("naked_options.products", std::to_string(rules.products.size()),
                     "must be 1 to 256");
  std::set<std::pair<std::string, bool>> seen;
  for (std::size_t i = 0; i < rules.products.size(); ++i) {
    const NakedProduct& product = rules.products[i];
    const std::string at = "naked_options.products[" + std::to_string(i) + "].";
    if (product.underlying.empty() || !seen.insert({product.underlying, product.is_put}).second)
      return malformed(at + "underlying", product.underlying, "must be given, and stand once");
    if (product.scale > kDecimalScale)
      return malformed(at + "scale", std::to_string(product.scale), "must be at most 18");
    const Decimal shock = from_rate(product.spot_shock);
    if (!shock.is_positive() || shock > Decimal::one())
      return malformed(at + "spot_shock", text(shock), "must be above 0 and at most 1");
    if (product.upper_bounds.empty() || product.upper_bounds.size() > kUpperBoundsMax)
      return malformed(at + "upper_bounds", std::to_string(product.upper_bounds.size()),
                       "must be 1 to 64");
    base::Duration before;
    for (const UpperBound& bound : product.upper_bounds) {
      const Decimal value = from_rate(bound.value);
      if (bound.time_to_expiry <= before || value.is_negative() || value > Decimal::one())
        return malformed(at + "upper_bounds", base::format_duration(bound.time_to_expiry),
                         "times must rise and values be 0 to 1");
      before = bound.time_to_expiry;
    }
  }
  return {};
}

Result<Evaluation> evaluate(const NakedOptions& rules, const Book& book) {
  Evaluation out{.equity = book.cash};
  for (const Holding& holding : book.holdings) {
    const Contract& contract = book.of(holding);
    const Contract& first = book.of(book.holdings.front());
    if (!is_option(contract.kind)) return not_margined(contract, "naked short options");
    const bool put = contract.kind == InstrumentKind::put;
    const bool same = put ? first.kind == InstrumentKind::put
                          : first.kind == contract.kind && first.underlying == contract.underlying;
    if (!same)
      return malformed("portfolio.positions.instrument", contract.code,
                       "is backed by another collateral than " + first.code,
                       "margin each collateral by itself");
    const std::string& code = book.of(contract).code;
    const NakedProduct* product = product_of(rules, code, put);
    if (product == nullptr)
      return malformed(
          "portfolio.positions.instrument", contract.code,
          "the rulebook has no " + std::string(put ? "puts" : "calls") + " on " + code);
    out.values.emplace_back();
    if (!holding.quantity.is_negative()) continue;
    const Result<Decimal> margin = requirement(*product, book, holding);
    if (!margin) return std::unexpected(margin.error());
    out.lines.push_back({.name = "vault",
                         .where = contract.code,
                         .detail = "spot shock " + text(from_rate(product->spot_shock)),
                         .initial = *margin,
                         .maintenance = *margin});
  }
  return closed(std::move(out));
}

}  // namespace cofferdam::rulebook
