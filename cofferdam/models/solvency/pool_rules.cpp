// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/solvency/pool_rules.h"

#include "cofferdam/base/check.h"
#include "cofferdam/base/estimate.h"
#include "cofferdam/base/rounding.h"
#include "cofferdam/books/insurance/cover_price.h"
#include "cofferdam/books/insurance/mcr.h"

#include <algorithm>
#include <cmath>

namespace cofferdam::solvency {
namespace {

using base::Amount;
using base::Rounding;

constexpr double kDaysInYear = 365;

double dollars(i128 cents) {
  return base::to_double(cents, kCents);
}

// Up to the cent; the figure is finite and small, since limits are.
i128 cents_up(double amount) {
  const base::Result<i128> cents = base::quantize<Rounding::ceil>(amount, kCents, "estimate");
  COFFERDAM_CHECK(cents.has_value(), "an estimate of a bounded book is finite");
  return *cents;
}

struct Counts {
  std::array<double, kClasses> covers{};
  std::array<CoverClass, kClasses> classes{};
};

// Number of covers of each class and how often they are hit in `years`.
Counts counts_of(const std::vector<Cover>& book, const BookTerms& terms, const QuarterView& quarter,
                 const std::vector<Sale>& sales, double years) {
  Counts out;
  for (std::size_t i = 0; i < book.size(); ++i)
    if (sales[i].is_sold) out.covers[class_of(book[i])] += 1;
  const std::array<double, 2> all{static_cast<double>(terms.exchanges),
                                  static_cast<double>(terms.protocols)};
  for (std::size_t c = 0; c < kClasses; ++c) {
    const std::size_t s = c / (kClasses / 2);
    const double each = all[s] == 0 ? 0
                                    : quarter.calibration->segments[s].incidents_a_year *
                                          terms.participation / all[s];
    out.classes[c] = {.mean_number = out.covers[c] * each * years,
                      .payment = &(*quarter.payments)[c]};
  }
  return out;
}

struct Tariff {
  std::array<double, kClasses> technical{};  // of a year, as part of the limit
  std::array<double, kClasses> offered{};
};

i128 limit_of(std::size_t c) {
  return limits_of(static_cast<Segment>(c / (kClasses / 2)))[c % (kClasses / 2)];
}

// Rates for the covers that `sales` holds; a class without covers keeps its last rate.
Tariff tariff_of(const std::vector<Cover>& book, const BookTerms& book_terms,
                 const RuleTerms& terms, const QuarterView& quarter, const std::vector<Sale>& sales,
                 i128 own_funds, const RuleState& state) {
  Tariff out{.technical = state.rates, .offered = state.rates};
  const Counts counts = counts_of(book, book_terms, quarter, sales, 1);
  const PoolLosses year = pool_losses(counts.classes, quarter.calibration->size, *quarter.sums);
  if (year.mean == 0) return out;
  const PoolTail tail =
      allocate_tail(counts.classes, quarter.calibration->size, year, terms.level, *quarter.sums);
  const double expenses = base::to_double(static_cast<i128>(terms.expense_ppm)) / 1e6;
  double technical = 0;
  for (std::size_t c = 0; c < kClasses; ++c) {
    if (counts.covers[c] == 0) continue;
    const double expected = counts.classes[c].mean_number * quarter.mean_payments[c];
    const double premium = (expected + terms.cost_of_capital * tail.contributions[c]) /
                           (1 + terms.cost_of_capital) / (1 - expenses);
    technical += premium;
    out.technical[c] = premium / (counts.covers[c] * dollars(limit_of(c)));
  }
  const double gap = (tail.tvar - dollars(own_funds)) / terms.refill_years;
  const double refill = 1 + std::clamp(gap / technical, -0.5, 1.0);
  for (std::size_t c = 0; c < kClasses; ++c) {
    if (counts.covers[c] == 0) continue;
    double rate = out.technical[c] * refill;
    const double last = state.rates[c];
    if (last > 0) rate = std::clamp(rate, last * (1 - terms.step), last * (1 + terms.step));
    out.offered[c] = std::max(rate, out.technical[c]);
  }
  return out;
}

// A rate for a quarter, up to the cent; rates are kept to a millionth of the limit, upward.
i128 premium_at(double rate, i128 limit, std::uint32_t days) {
  const base::Result<i128> ppm = base::quantize<Rounding::ceil>(rate * 1e6);
  COFFERDAM_CHECK(ppm.has_value(), "a rate is finite");
  return base::mul_div<Rounding::ceil>(limit, *ppm * days, static_cast<i128>(365) * 1'000'000);
}

void total(const std::vector<Cover>& book, Sales& sales) {
  for (std::size_t i = 0; i < book.size(); ++i) {
    if (!sales.covers[i].is_sold) continue;
    ++sales.count;
    sales.insured += book[i].limit;
    sales.premium += sales.covers[i].premium;
  }
}

std::vector<Sale> willing(const std::vector<Cover>& book,
                          const std::array<double, kClasses>& rates) {
  std::vector<Sale> out(book.size());
  for (std::size_t i = 0; i < book.size(); ++i)
    out[i].is_sold = rates[class_of(book[i])] <= book[i].most_rate;
  return out;
}

Sales sell_technical(const std::vector<Cover>& book, const BookTerms& book_terms,
                     const RuleTerms& terms, const QuarterView& quarter, i128 own_funds,
                     RuleState& state) {
  // Who buys depends on the price and the price on who buys: first as if all bought, then once more
  // for those who would.
  std::vector<Sale> buyers(book.size(), {.is_sold = true, .premium = 0});
  Tariff tariff;
  for (int round = 0; round < 2; ++round) {
    tariff = tariff_of(book, book_terms, terms, quarter, buyers, own_funds, state);
    buyers = willing(book, tariff.offered);
  }
  state.rates = tariff.offered;
  // Admission: the longest run of buyers whose tail own funds bear.
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < book.size(); ++i)
    if (buyers[i].is_sold) order.push_back(i);
  const auto first = [&](std::size_t n) {
    std::vector<Sale> sales(book.size());
    for (std::size_t k = 0; k < n; ++k) sales[order[k]].is_sold = true;
    return sales;
  };
  const auto need = [&](std::size_t n) {
    return cents_up(required_tvar(book, book_terms, quarter, first(n), terms.level));
  };
  std::size_t fits = 0;
  std::size_t beyond = order.size() + 1;
  while (beyond - fits > 1) {
    const std::size_t middle = fits + (beyond - fits) / 2;
    (need(middle) <= own_funds ? fits : beyond) = middle;
  }
  Sales out{.covers = first(fits)};
  for (std::size_t i = 0; i < book.size(); ++i)
    if (out.covers[i].is_sold)
      out.covers[i].premium =
          premium_at(tariff.offered[class_of(book[i])], book[i].limit, quarter.days());
  out.requirement = fits == 0 ? 0 : need(fits);
  total(book, out);
  return out;
}

Sales sell_gearing(const std::vector<Cover>& book, const BookTerms& book_terms,
                   const RuleTerms& terms, const QuarterView& quarter, i128 own_funds,
                   RuleState& state) {
  if (state.flat_rate == 0) {
    const std::vector<Sale> all(book.size(), {.is_sold = true, .premium = 0});
    double limits = 0;
    for (const Cover& cover : book) limits += dollars(cover.limit);
    state.flat_rate =
        year_of(book, book_terms, quarter, all).mean / limits / terms.target_loss_ratio;
  }
  Sales out{.covers = std::vector<Sale>(book.size())};
  const i128 most = own_funds * terms.gearing_bps / 10'000;
  i128 insured = 0;
  for (std::size_t i = 0; i < book.size(); ++i) {
    if (state.flat_rate > book[i].most_rate || insured + book[i].limit > most) continue;
    insured += book[i].limit;
    out.covers[i] = {.is_sold = true,
                     .premium = premium_at(state.flat_rate, book[i].limit, quarter.days())};
  }
  total(book, out);
  out.requirement = base::mul_div<Rounding::ceil>(out.insured, static_cast<i128>(10'000),
                                                  static_cast<i128>(terms.gearing_bps));
  return out;
}

Amount amount(i128 cents) {
  return Amount(base::magnitude(cents));
}

// The stored minimum after a quarter of daily updates.
void update_minimum(RuleState& state, i128 insured, i128 own_funds, std::uint32_t days) {
  for (std::uint32_t day = 0; day < days; ++day) {
    const base::Result<insurance::McrOutput> next =
        insurance::mcr({.scale = kCents,
                        .stored = amount(state.minimum),
                        .desired = amount(state.desired),
                        .elapsed = base::kDay,
                        .active_cover = amount(insured),
                        .capital = amount(own_funds)});
    COFFERDAM_CHECK(next.has_value(), "a minimum of a bounded book");
    state.minimum = static_cast<i128>(next->stored.units());
    state.desired = static_cast<i128>(next->desired.units());
  }
}

Sales sell_nexus(const std::vector<Cover>& book, const RuleTerms& terms, const QuarterView& quarter,
                 i128 own_funds, RuleState& state) {
  Sales out{.covers = std::vector<Sale>(book.size())};
  const i128 capacity = own_funds * terms.nexus_capacity_bps / 10'000;
  std::array<i128, 2> used{};
  // Buyers come evenly over the quarter.
  const base::Duration between{base::kDay.value() * quarter.days() /
                               static_cast<std::int64_t>(book.size())};
  for (std::size_t i = 0; i < book.size() && capacity > 0; ++i) {
    const auto s = static_cast<std::size_t>(book[i].segment);
    const base::Result<insurance::CoverPriceOutput> price =
        insurance::cover_price({.scale = kCents,
                                .rule = insurance::CoverPriceRule::nexus_2_11,
                                .amount = amount(book[i].limit),
                                .period_days = quarter.days(),
                                .capacity = amount(capacity),
                                .capacity_used = amount(used[s]),
                                .target_price_bps = terms.nexus_target_bps,
                                .bumped_price_bps = state.bumped[s],
                                .since_bump = between});
    COFFERDAM_CHECK(price.has_value(), "a price of a bounded book");
    if (price->status != insurance::CoverPriceStatus::priced) continue;
    if (price->rate_bps / 1e4 > book[i].most_rate) continue;
    state.bumped[s] = price->bumped_price_bps;
    used[s] += book[i].limit;
    out.covers[i] = {.is_sold = true, .premium = static_cast<i128>(price->premium.units())};
  }
  total(book, out);
  if (state.minimum == 0) state.minimum = state.desired = out.insured * 10'000 / 48'000;
  update_minimum(state, out.insured, own_funds, quarter.days());
  out.requirement = state.minimum;
  return out;
}

Sales sell_neptune(const std::vector<Cover>& book, const RuleTerms& terms,
                   const QuarterView& quarter, i128 own_funds) {
  Sales out{.covers = std::vector<Sale>(book.size())};
  i128 committed = 0;
  for (std::size_t i = 0; i < book.size() && own_funds > 0; ++i) {
    const auto s = static_cast<std::size_t>(book[i].segment);
    if (committed + book[i].limit > own_funds) continue;
    // The first day is the coverage lag.
    const base::Result<insurance::CoverPriceOutput> price =
        insurance::cover_price({.scale = kCents,
                                .rule = insurance::CoverPriceRule::neptune_1,
                                .amount = amount(book[i].limit),
                                .period_days = quarter.days() - 1,
                                .vault = amount(own_funds),
                                .commitment = amount(committed),
                                .floor_bps = terms.neptune_floor_bps[s],
                                .ceiling_bps = terms.neptune_ceiling_bps[s],
                                .months = 3});
    COFFERDAM_CHECK(price.has_value(), "a price of a bounded book");
    if (price->status != insurance::CoverPriceStatus::priced) continue;
    if (price->rate_bps / 1e4 > book[i].most_rate) continue;
    committed += book[i].limit;
    out.covers[i] = {.is_sold = true, .premium = static_cast<i128>(price->premium.units())};
  }
  total(book, out);
  out.requirement = out.insured;
  return out;
}

// Of one cover for the quarter, in dollars.
struct EnsuroQuote {
  double premium = 0;
  double locked = 0;
};

EnsuroQuote quote_ensuro(double limit, double expected, const RuleTerms& terms, double years) {
  const auto part = [](std::uint32_t bps) { return bps / 1e4; };
  const double pure = expected * part(terms.ensuro_margin_bps);
  const double junior = std::max(limit * part(terms.ensuro_junior_bps) - pure, 0.0);
  const double senior = std::max(limit * part(terms.ensuro_collateral_bps) - pure - junior, 0.0);
  const double cost = (junior * part(terms.ensuro_junior_return_bps) +
                       senior * part(terms.ensuro_senior_return_bps)) *
                      years;
  const double expenses = base::to_double(static_cast<i128>(terms.expense_ppm)) / 1e6;
  return {.premium = (pure + cost) / (1 - expenses), .locked = junior + senior};
}

Sales sell_ensuro(const std::vector<Cover>& book, const BookTerms& book_terms,
                  const RuleTerms& terms, const QuarterView& quarter, i128 own_funds) {
  Sales out{.covers = std::vector<Sale>(book.size())};
  const double years = quarter.days() / kDaysInYear;
  const std::vector<Sale> all(book.size(), {.is_sold = true, .premium = 0});
  const Counts counts = counts_of(book, book_terms, quarter, all, years);
  std::array<EnsuroQuote, kClasses> quotes;
  for (std::size_t c = 0; c < kClasses; ++c)
    if (counts.covers[c] > 0)
      quotes[c] =
          quote_ensuro(dollars(limit_of(c)),
                       counts.classes[c].mean_number / counts.covers[c] * quarter.mean_payments[c],
                       terms, years);
  for (std::size_t i = 0; i < book.size(); ++i) {
    const EnsuroQuote& quote = quotes[class_of(book[i])];
    const i128 locked = cents_up(quote.locked);
    if (quote.premium / years / dollars(book[i].limit) > book[i].most_rate) continue;
    if (out.requirement + locked > own_funds) continue;
    out.requirement += locked;
    out.covers[i] = {.is_sold = true, .premium = cents_up(quote.premium)};
  }
  total(book, out);
  return out;
}

}  // namespace

std::size_t class_of(const Cover& cover) {
  const std::span<const i128> limits = limits_of(cover.segment);
  const auto at = std::ranges::find(limits, cover.limit);
  COFFERDAM_CHECK(at != limits.end(), "a cover has a limit of its segment");
  return static_cast<std::size_t>(cover.segment) * (kClasses / 2) +
         static_cast<std::size_t>(at - limits.begin());
}

PoolLosses year_of(const std::vector<Cover>& book, const BookTerms& terms,
                   const QuarterView& quarter, const std::vector<Sale>& sales, double years) {
  const Counts counts = counts_of(book, terms, quarter, sales, years);
  return pool_losses(counts.classes, quarter.calibration->size, *quarter.sums);
}

double expected_losses(const std::vector<Cover>& book, const BookTerms& terms,
                       const QuarterView& quarter, const std::vector<Sale>& sales, double years) {
  const Counts counts = counts_of(book, terms, quarter, sales, years);
  double sum = 0;
  for (std::size_t c = 0; c < kClasses; ++c)
    sum += counts.classes[c].mean_number * quarter.mean_payments[c];
  return sum;
}

double required_tvar(const std::vector<Cover>& book, const BookTerms& terms,
                     const QuarterView& quarter, const std::vector<Sale>& sales, double level) {
  const PoolLosses year = year_of(book, terms, quarter, sales);
  if (year.mean == 0) return 0;
  const actuarial::LatticeView view(year.sum);
  const double tvar = view.tail_value_at_risk(level);
  // A lattice that ends before VaR: the whole sum insured, four times over, stands for "too much".
  return std::isfinite(tvar) ? tvar : kLatticeStep * static_cast<double>(4 * kLatticePoints);
}

Sales sell(const std::vector<Cover>& book, const BookTerms& book_terms, const RuleTerms& terms,
           const QuarterView& quarter, i128 own_funds, RuleState& state) {
  switch (state.rule) {
    case PoolRule::technical:
      return sell_technical(book, book_terms, terms, quarter, own_funds, state);
    case PoolRule::gearing:
      return sell_gearing(book, book_terms, terms, quarter, own_funds, state);
    case PoolRule::nexus:
      return sell_nexus(book, terms, quarter, own_funds, state);
    case PoolRule::neptune:
      return sell_neptune(book, terms, quarter, own_funds);
    case PoolRule::ensuro:
      return sell_ensuro(book, book_terms, terms, quarter, own_funds);
  }
  return {};
}

}  // namespace cofferdam::solvency
