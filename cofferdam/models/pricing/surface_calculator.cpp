// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/pricing/surface_calculator.h"

#include "cofferdam/models/numerics/vector_functions.h"
#include "cofferdam/models/pricing/chain.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

namespace cofferdam::pricing {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
// Total variance may fall by rounding of the quotes; this share of it is not yet a calendar spread.
constexpr double kCalendarSlack = 1e-3;
// The least that a quote must be worth over the forward: below half a tick only digits are left.
constexpr double kValueMin = 1e-6;

struct Used {
  const RelativeQuote* quote;
  SmilePoint point;
};

// Out of the money and with a volatility that is not lost in the rounding of the quote.
std::vector<Used> usable(const ChainSlice& slice) {
  std::vector<Used> used;
  for (const RelativeQuote& quote : slice.quotes) {
    const bool out = quote.type == OptionType::call ? quote.strike >= 1 : quote.strike < 1;
    if (!out || !(quote.value > kValueMin)) continue;
    const ImpliedVolatility implied = implied_volatility({.type = quote.type,
                                                          .price = quote.value,
                                                          .forward = 1,
                                                          .strike = quote.strike,
                                                          .years = slice.years});
    if (implied.status != ImpliedStatus::solved) continue;
    const double vega = black({.type = quote.type,
                               .forward = 1,
                               .strike = quote.strike,
                               .volatility = implied.volatility,
                               .years = slice.years})
                            .vega;
    used.push_back({&quote,
                    {.k = numerics::logarithm(quote.strike),
                     .variance = implied.volatility * implied.volatility * slice.years,
                     // Between equal weights, which chase the wings, and vega, which forgets them.
                     .weight = std::sqrt(vega / std::sqrt(slice.years))}});
  }
  std::sort(used.begin(), used.end(),
            [](const Used& x, const Used& y) { return x.point.k < y.point.k; });
  return used;
}

// Total variance at k on the straight lines between the points; NaN outside.
double variance_between(const std::vector<Used>& points, double k) {
  const auto above = std::lower_bound(points.begin(), points.end(), k,
                                      [](const Used& x, double v) { return x.point.k < v; });
  if (above == points.end()) return kNaN;
  if (above->point.k == k) return above->point.variance;
  if (above == points.begin()) return kNaN;
  const SmilePoint& low = (above - 1)->point;
  const SmilePoint& high = above->point;
  return low.variance + (high.variance - low.variance) * (k - low.k) / (high.k - low.k);
}

void find_calendars(const ChainSlice& slice, const std::vector<Used>& later,
                    const std::vector<Used>& earlier, std::vector<ChainFinding>& findings) {
  for (const Used& used : later) {
    const double before = variance_between(earlier, used.point.k);
    const double missing = before * (1 - kCalendarSlack) - used.point.variance;
    if (missing > 0)
      findings.push_back({ChainFault::calendar, used.quote->type, slice.expiry,
                          used.quote->listed_strike, missing});
  }
}

void measure(const Svi& svi, const std::vector<Used>& used, SurfaceSlice& out) {
  double squares = 0;
  std::size_t two_sided = 0;
  std::size_t within = 0;
  for (const Used& point : used) {
    const double deviation = std::sqrt(total_variance(svi, point.point.k));
    const double error = (deviation - std::sqrt(point.point.variance)) / std::sqrt(out.years);
    squares += error * error;
    out.error_max = std::max(out.error_max, std::abs(error));
    const RelativeQuote& quote = *point.quote;
    if (quote.bid < 0 || quote.ask < 0) continue;
    ++two_sided;
    const double price = black_price({.type = quote.type,
                                      .forward = 1,
                                      .strike = quote.strike,
                                      .volatility = deviation,
                                      .years = 1});
    within += quote.bid <= price && price <= quote.ask;
  }
  out.error_rms = std::sqrt(squares / static_cast<double>(used.size()));
  out.within_spread =
      two_sided == 0 ? kNaN : static_cast<double>(within) / static_cast<double>(two_sided);
}

SurfaceSlice slice_of(const ChainSlice& chain, const std::vector<Used>& used, const Svi* before,
                      std::optional<Svi>& fitted) {
  SurfaceSlice out{.expiry = chain.expiry,
                   .years = chain.years,
                   .forward = chain.forward,
                   .forward_source = chain.forward_source};
  out.quotes_used = static_cast<std::uint32_t>(used.size());
  out.quotes_left_out = static_cast<std::uint32_t>(chain.quotes.size() - used.size());
  std::vector<SmilePoint> points;
  for (const Used& point : used) points.push_back(point.point);
  fitted = fit_slice(points, chain.years, before);
  out.fitted = fitted.has_value();
  if (!fitted) return out;
  const Svi& svi = *fitted;
  out.a = svi.a;
  out.b = svi.b;
  out.rho = svi.rho;
  out.m = svi.m;
  out.sigma = svi.sigma;
  out.atm_volatility = std::sqrt(total_variance(svi, 0) / chain.years);
  const double slope = svi.b * (svi.rho - svi.m / std::sqrt(svi.m * svi.m + svi.sigma * svi.sigma));
  out.atm_skew = slope / (2 * out.atm_volatility * chain.years);
  measure(svi, used, out);
  const SliceChecks checks = check_slice(svi, before, check_range(points));
  out.density_factor_min = checks.density_factor_min;
  out.calendar_min = checks.calendar_min;
  out.wing_slope = checks.wing_slope;
  out.butterfly_free = checks.butterfly_free;
  out.calendar_free = checks.calendar_free;
  return out;
}

struct Fitted {
  double years;
  double forward;
  Svi svi;
};

// Between two expiries total variance is linear in time at the same moneyness, and the forward
// grows at one rate; before the first and after the last the volatility is held.
SurfacePoint point_at(const std::vector<Fitted>& surface, double years, double strike) {
  if (surface.empty()) return {.forward = kNaN, .volatility = kNaN};
  const auto above = std::lower_bound(surface.begin(), surface.end(), years,
                                      [](const Fitted& x, double t) { return x.years < t; });
  const Fitted& high = above == surface.end() ? surface.back() : *above;
  const Fitted& low = above == surface.begin() ? surface.front() : *(above - 1);
  const bool between = &low != &high && above != surface.end();
  const double share = between ? (years - low.years) / (high.years - low.years) : 1;
  const double forward =
      between ? low.forward *
                    numerics::exponential(share * numerics::logarithm(high.forward / low.forward))
              : high.forward;
  const double k = numerics::logarithm(strike / forward);
  const double late = total_variance(high.svi, k);
  const double variance =
      between ? total_variance(low.svi, k) * (1 - share) + late * share : late * years / high.years;
  return {.forward = forward, .volatility = std::sqrt(variance / years)};
}

base::Result<void> check_points(const SurfaceInput& input) {
  for (std::size_t i = 0; i < input.points.size(); ++i) {
    const std::string at = "points[" + std::to_string(i) + "]";
    if (const auto good = check_price_field(input.points[i].strike, at + ".strike"); !good)
      return good;
    const auto years = years_until(input.points[i].expiry, input.valuation_time, at + ".expiry");
    if (!years) return std::unexpected(years.error());
    if (*years == 0)
      return base::malformed(at + ".expiry", base::format_time(input.points[i].expiry),
                             "must lie after valuation_time");
  }
  return {};
}

void close(SurfaceOutput& output) {
  double squares = 0;
  output.arbitrage_free =
      std::ranges::any_of(output.slices, [](const SurfaceSlice& slice) { return slice.fitted; });
  for (const SurfaceSlice& slice : output.slices) {
    if (!slice.fitted) continue;
    output.quotes_used += slice.quotes_used;
    squares += slice.error_rms * slice.error_rms * slice.quotes_used;
    output.arbitrage_free = output.arbitrage_free && slice.butterfly_free && slice.calendar_free;
  }
  output.error_rms =
      output.quotes_used == 0 ? kNaN : std::sqrt(squares / static_cast<double>(output.quotes_used));
  output.findings_all = static_cast<std::uint32_t>(output.findings.size());
  if (output.findings.size() > kFindingsMax) output.findings.resize(kFindingsMax);
}

}  // namespace

base::Result<SurfaceOutput> surface_figures(const SurfaceInput& input) {
  const base::Result<std::vector<ChainSlice>> chain = read_chain(input);
  if (!chain) return std::unexpected(chain.error());
  if (const auto good = check_points(input); !good) return std::unexpected(good.error());
  SurfaceOutput output;
  std::vector<Fitted> surface;
  std::vector<Used> earlier;
  for (const ChainSlice& slice : *chain) {
    find_arbitrage(slice, output.findings);
    std::vector<Used> used = usable(slice);
    find_calendars(slice, used, earlier, output.findings);
    std::optional<Svi> fitted;
    const Svi* before = surface.empty() ? nullptr : &surface.back().svi;
    output.slices.push_back(slice_of(slice, used, before, fitted));
    if (fitted) surface.push_back({slice.years, slice.forward, *fitted});
    if (!used.empty()) earlier = std::move(used);
  }
  for (const SurfacePointInput& point : input.points)
    output.points.push_back(point_at(
        surface, *years_until(point.expiry, input.valuation_time, "expiry"), point.strike));
  close(output);
  return output;
}

}  // namespace cofferdam::pricing
