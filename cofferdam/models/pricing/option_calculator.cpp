// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/pricing/option_calculator.h"

#include "cofferdam/models/numerics/vector_functions.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>

namespace cofferdam::pricing {
namespace {

constexpr double kNanosecondsPerYear = 365.0 * 86'400.0 * 1e9;
constexpr double kPointsPerUnit = 100;
constexpr double kDaysPerYear = 365;

std::string text_of(double value) {
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  return {digits, end};
}

std::string line_at(std::size_t i) {
  return "options[" + std::to_string(i) + "]";
}

base::Result<void> check_count(std::size_t count) {
  if (count == 0 || count > kOptionsMax)
    return base::malformed("options", std::to_string(count) + " options", "must be 1 to 100,000");
  return {};
}

base::Result<void> check_rate(double rate, const std::string& field) {
  return check_between(rate, -kRateMax, kRateMax, field, "must be between -10 and 10");
}

base::Result<BlackInput> black_input(const OptionInput& input, const OptionLine& line,
                                     const std::string& at) {
  const base::Result<double> years = years_of({line.expiry, line.years}, input.valuation_time, at);
  if (!years) return std::unexpected(years.error());
  const bool has_spot = input.model == OptionModel::black_scholes;
  const double start = has_spot ? line.spot : line.forward;
  for (const base::Result<void>& checked :
       {check_price_field(start, at + (has_spot ? ".spot" : ".forward")),
        check_price_field(line.strike, at + ".strike"),
        check_between(line.volatility, 0, kVolatilityMax, at + ".volatility",
                      "must be between 0 and 1000 (0.5 is 50 %)"),
        check_rate(line.rate, at + ".rate"), check_rate(line.yield, at + ".yield")})
    if (!checked) return std::unexpected(checked.error());
  BlackInput black{.type = line.type,
                   .forward = start,
                   .strike = line.strike,
                   .volatility = line.volatility,
                   .years = *years,
                   .discount = numerics::exponential(-line.rate * *years)};
  if (has_spot) black.forward *= numerics::exponential((line.rate - line.yield) * *years);
  // Interest of centuries can leave the doubles behind.
  if (!is_valid(black))
    return base::malformed(at + ".rate", text_of(line.rate),
                           "the forward and the discount must stay between 1e-100 and 1e100");
  return black;
}

// From the forward to the spot, along F = S exp((r - y) T).
void move_to_spot(const OptionLine& line, const BlackInput& black, BlackValue& value) {
  const double growth = black.forward / line.spot;
  const double carried = value.delta * black.forward;
  value.theta -= carried * (line.rate - line.yield);
  value.rho += carried * black.years;
  value.delta *= growth;
  value.gamma *= growth * growth;
}

OptionFigures figures_of(const OptionInput& input, const OptionLine& line,
                         const BlackInput& black_in) {
  BlackValue value = black(black_in);
  if (input.model == OptionModel::black_scholes) move_to_spot(line, black_in, value);
  OptionFigures out;
  out.price = value.price;
  out.delta = value.delta;
  out.net_delta = value.delta;
  if (input.settlement == Settlement::inverse) {
    out.price_coin = value.price / black_in.forward;
    out.net_delta = value.delta - out.price_coin;
  }
  const bool points = input.units == GreekUnits::deribit;
  out.gamma = value.gamma;
  out.vega = points ? value.vega / kPointsPerUnit : value.vega;
  out.theta = points ? value.theta / kDaysPerYear : value.theta;
  out.rho = points ? value.rho / kPointsPerUnit : value.rho;
  const double gain = line.type == OptionType::call ? black_in.forward - black_in.strike
                                                    : black_in.strike - black_in.forward;
  out.intrinsic = black_in.discount * std::max(0.0, gain);
  out.forward = black_in.forward;
  out.discount = black_in.discount;
  out.years = black_in.years;
  return out;
}

}  // namespace

base::Result<void> check_between(double value, double low, double high, const std::string& field,
                                 std::string_view rule) {
  if (!(value >= low && value <= high))
    return base::malformed(field, text_of(value), std::string(rule));
  return {};
}

base::Result<void> check_price_field(double value, const std::string& field) {
  return check_between(value, kPriceMin, kPriceMax, field, "must be above 0: 1e-100 to 1e100");
}

base::Result<double> years_until(base::Time expiry, base::Time valuation_time,
                                 std::string_view field) {
  if (expiry < valuation_time)
    return base::malformed(
        std::string(field), base::format_time(expiry),
        "must not lie before valuation_time, " + base::format_time(valuation_time),
        "an option that has expired has no price; leave it out");
  // Either difference fits: the moments are 64-bit, and 200 years are 6.3e18 nanoseconds.
  const double distance = static_cast<double>(static_cast<std::uint64_t>(expiry.value()) -
                                              static_cast<std::uint64_t>(valuation_time.value()));
  return distance / kNanosecondsPerYear;
}

base::Result<double> years_of(const Tenor& tenor, const std::optional<base::Time>& valuation_time,
                              const std::string& at) {
  if (tenor.expiry.has_value() == tenor.years.has_value())
    return base::malformed(at + ".expiry", tenor.expiry ? "and years" : "",
                           "exactly one of expiry and years must be given");
  if (tenor.years) {
    if (const auto good =
            check_between(*tenor.years, 0, kYearsMax, at + ".years", "must be between 0 and 200");
        !good)
      return std::unexpected(good.error());
    return *tenor.years;
  }
  if (!valuation_time)
    return base::malformed("valuation_time", "", "must be given where a line has an expiry");
  const base::Result<double> years = years_until(*tenor.expiry, *valuation_time, at + ".expiry");
  if (years && *years > kYearsMax)
    return base::malformed(at + ".expiry", base::format_time(*tenor.expiry),
                           "must lie within 200 years of valuation_time");
  return years;
}

base::Result<OptionOutput> option_figures(const OptionInput& input) {
  if (const auto good = check_count(input.options.size()); !good)
    return std::unexpected(good.error());
  OptionOutput output;
  output.options.reserve(input.options.size());
  for (std::size_t i = 0; i < input.options.size(); ++i) {
    const base::Result<BlackInput> black = black_input(input, input.options[i], line_at(i));
    if (!black) return std::unexpected(black.error());
    output.options.push_back(figures_of(input, input.options[i], *black));
  }
  return output;
}

base::Result<ImpliedVolOutput> implied_figures(const ImpliedVolInput& input) {
  if (const auto good = check_count(input.options.size()); !good)
    return std::unexpected(good.error());
  ImpliedVolOutput output;
  output.options.reserve(input.options.size());
  for (std::size_t i = 0; i < input.options.size(); ++i) {
    const ImpliedLine& line = input.options[i];
    const std::string at = line_at(i);
    const base::Result<double> years =
        years_of({line.expiry, line.years}, input.valuation_time, at);
    if (!years) return std::unexpected(years.error());
    for (const base::Result<void>& checked :
         {check_price_field(line.forward, at + ".forward"),
          check_price_field(line.strike, at + ".strike"),
          check_between(line.price, 0, kPriceMax, at + ".price", "must be 0 to 1e100"),
          check_rate(line.rate, at + ".rate")})
      if (!checked) return std::unexpected(checked.error());
    const bool in_coin = input.settlement == Settlement::inverse;
    const ImpliedVolatility implied =
        implied_volatility({.type = line.type,
                            .price = in_coin ? line.price * line.forward : line.price,
                            .forward = line.forward,
                            .strike = line.strike,
                            .years = *years,
                            .discount = numerics::exponential(-line.rate * *years)});
    output.options.push_back({.status = implied.status,
                              .volatility = implied.volatility,
                              .uncertainty = implied.uncertainty,
                              .years = *years});
  }
  return output;
}

}  // namespace cofferdam::pricing
