// SPDX-License-Identifier: Apache-2.0
//
// Prices and sensitivities of a grid of options by QuantLib's BlackCalculator, as text or as the
// header cofferdam/models/pricing/test_quantlib_values.h. A program of its own: nothing of
// Cofferdam is linked. Built where QuantLib is installed (libquantlib0-dev).
//
//   quantlib_black            one option a line: put forward strike volatility years discount
//                             price delta gamma vega theta
//   quantlib_black header     the rows of the header, every fifth option
#include <cmath>
#include <cstdio>
#include <cstring>
#include <ql/pricingengines/blackcalculator.hpp>

namespace {

struct Row {
  bool is_put;
  double forward, strike, volatility, years, discount;
};

void print(const Row& row, bool as_header) {
  const double deviation = row.volatility * std::sqrt(row.years);
  const QuantLib::BlackCalculator calculator(
      row.is_put ? QuantLib::Option::Put : QuantLib::Option::Call, row.strike, row.forward,
      deviation, row.discount);
  // Theta of Black-76: the forward is held, so the spot of QuantLib is the discounted forward and
  // carries the interest; by hand from its vega, whose rounding it shares.
  const double vega = calculator.vega(row.years);
  const double rate = -std::log(row.discount) / row.years;
  const double theta = -vega * row.volatility / (2 * row.years) + rate * calculator.value();
  const char* form =
      as_header ? "    {%s, %.17g, %.17g, %.17g, %.17g, %.17g, %.17g, %.17g, %.17g, %.17g, "
                  "%.17g},\n"
                : "%s %.17g %.17g %.17g %.17g %.17g %.17g %.17g %.17g %.17g %.17g\n";
  std::printf(form, as_header ? (row.is_put ? "true" : "false") : (row.is_put ? "1" : "0"),
              row.forward, row.strike, row.volatility, row.years, row.discount, calculator.value(),
              calculator.deltaForward(), calculator.gammaForward(), vega, theta);
}

}  // namespace

int main(int argc, char** argv) {
  const bool as_header = argc > 1 && std::strcmp(argv[1], "header") == 0;
  const double ratios[] = {1e-6,  0.01, 0.2,  0.5, 0.8, 0.95, 0.999, 1,
                           1.001, 1.05, 1.25, 2,   5,   100,  1e6};
  const double volatilities[] = {0.001, 0.05, 0.3, 0.8, 2, 10};
  const double years[] = {1e-5, 1.0 / 365, 0.1, 1, 10};
  const double forwards[] = {1e-4, 1, 70000};
  int at = 0;
  for (const double forward : forwards)
    for (const double ratio : ratios)
      for (const double volatility : volatilities)
        for (const double time : years)
          for (const double discount : {1.0, 0.9})
            for (const bool is_put : {false, true})
              if (!as_header || at++ % 23 == 0)
                print({is_put, forward, forward * ratio, volatility, time, discount}, as_header);
  return 0;
}
