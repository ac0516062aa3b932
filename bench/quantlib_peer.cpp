// SPDX-License-Identifier: Apache-2.0
#include "bench/quantlib_peer.h"

#include <chrono>
#include <cmath>
#include <ql/exercise.hpp>
#include <ql/instruments/vanillaoption.hpp>
#include <ql/math/distributions/normaldistribution.hpp>
#include <ql/math/matrixutilities/choleskydecomposition.hpp>
#include <ql/math/randomnumbers/inversecumulativerng.hpp>
#include <ql/math/randomnumbers/mt19937uniformrng.hpp>
#include <ql/pricingengines/blackcalculator.hpp>
#include <ql/pricingengines/blackformula.hpp>
#include <ql/pricingengines/vanilla/analyticeuropeanengine.hpp>
#include <ql/processes/blackscholesprocess.hpp>
#include <ql/quotes/simplequote.hpp>
#include <ql/settings.hpp>
#include <ql/termstructures/volatility/equityfx/blackconstantvol.hpp>
#include <ql/termstructures/yield/flatforward.hpp>
#include <ql/time/calendars/nullcalendar.hpp>
#include <ql/time/daycounters/actual365fixed.hpp>
#include <ql/version.hpp>
#include <vector>

namespace cofferdam::bench {
namespace {

namespace ql = QuantLib;

ql::Option::Type type_of(const PeerOptions& in, std::size_t i) {
  return in.is_put[i] != 0 ? ql::Option::Put : ql::Option::Call;
}

// Today in QuantLib is a global; any fixed day will do.
ql::Date today() {
  const ql::Date day(2, ql::January, 2026);
  ql::Settings::instance().evaluationDate() = day;
  return day;
}

struct Held {
  boost::shared_ptr<ql::SimpleQuote> spot;
  boost::shared_ptr<ql::SimpleQuote> volatility;
  boost::shared_ptr<ql::VanillaOption> option;
};

Held build(const PeerOptions& in, std::size_t i, const ql::Date& day) {
  const ql::Actual365Fixed counter;
  const auto spot = boost::make_shared<ql::SimpleQuote>(in.forward[i]);
  const ql::Handle<ql::YieldTermStructure> flat(
      boost::make_shared<ql::FlatForward>(day, 0.0, counter));
  const auto deviation = boost::make_shared<ql::SimpleQuote>(in.volatility[i]);
  const ql::Handle<ql::BlackVolTermStructure> volatility(boost::make_shared<ql::BlackConstantVol>(
      day, ql::NullCalendar(), ql::Handle<ql::Quote>(deviation), counter));
  const auto process = boost::make_shared<ql::BlackScholesMertonProcess>(
      ql::Handle<ql::Quote>(spot), flat, flat, volatility);
  const long days = std::max(1L, std::lround(in.years[i] * 365));
  const auto option = boost::make_shared<ql::VanillaOption>(
      boost::make_shared<ql::PlainVanillaPayoff>(type_of(in, i), in.strike[i]),
      boost::make_shared<ql::EuropeanExercise>(day + static_cast<int>(days)));
  option->setPricingEngine(boost::make_shared<ql::AnalyticEuropeanEngine>(process));
  return {spot, deviation, option};
}

}  // namespace

bool quantlib_is_here() {
  return true;
}

const char* quantlib_version() {
  return QL_VERSION;
}

double quantlib_calculator(const PeerOptions& in) {
  double sum = 0;
  for (std::size_t i = 0; i < in.count; ++i) {
    const ql::BlackCalculator calculator(type_of(in, i), in.strike[i], in.forward[i],
                                         in.volatility[i] * std::sqrt(in.years[i]), 1.0);
    sum += calculator.value() + calculator.deltaForward() + calculator.gammaForward() +
           calculator.vega(in.years[i]) + calculator.theta(in.forward[i], in.years[i]);
  }
  return sum;
}

double quantlib_formula(const PeerOptions& in) {
  double sum = 0;
  for (std::size_t i = 0; i < in.count; ++i)
    sum += ql::blackFormula(type_of(in, i), in.strike[i], in.forward[i],
                            in.volatility[i] * std::sqrt(in.years[i]));
  return sum;
}

double quantlib_engine_rebuilt(const PeerOptions& in) {
  const ql::Date day = today();
  double sum = 0;
  for (std::size_t i = 0; i < in.count; ++i) {
    const Held held = build(in, i, day);
    sum += held.option->NPV() + held.option->delta() + held.option->gamma() + held.option->vega() +
           held.option->theta();
  }
  return sum;
}

double quantlib_engine_held(const PeerOptions& in) {
  const ql::Date day = today();
  const Held held = build(in, 0, day);
  double sum = 0;
  for (std::size_t i = 0; i < in.count; ++i) {
    held.spot->setValue(in.forward[i]);
    sum += held.option->NPV();
  }
  return sum;
}

double quantlib_implied(const PeerOptions& in, double accuracy, double* deviation) {
  double sum = 0;
  for (std::size_t i = 0; i < in.count; ++i) {
    try {
      deviation[i] =
          ql::blackFormulaImpliedStdDev(type_of(in, i), in.strike[i], in.forward[i], in.price[i],
                                        1.0, 0.0, ql::Null<ql::Real>(), accuracy, 1000);
    } catch (const std::exception&) {
      deviation[i] = std::nan("");
    }
    sum += deviation[i];
  }
  return sum;
}

double quantlib_normals(std::size_t count) {
  using Rng = ql::InverseCumulativeRng<ql::MersenneTwisterUniformRng, ql::InverseCumulativeNormal>;
  const Rng rng(ql::MersenneTwisterUniformRng(42));
  double sum = 0;
  for (std::size_t i = 0; i < count; ++i) sum += rng.next().value;
  return sum;
}

double quantlib_scenarios(const PeerOptions& in, std::size_t factors, std::size_t scenarios) {
  using Rng = ql::InverseCumulativeRng<ql::MersenneTwisterUniformRng, ql::InverseCumulativeNormal>;
  const Rng rng(ql::MersenneTwisterUniformRng(42));
  ql::Matrix correlation(factors, factors, 0.5);
  for (std::size_t i = 0; i < factors; ++i) correlation[i][i] = 1;
  const ql::Matrix root = ql::CholeskyDecomposition(correlation);
  std::vector<double> z(factors), move(factors);
  double sum = 0;
  for (std::size_t s = 0; s < scenarios; ++s) {
    for (double& value : z) value = rng.next().value;
    for (std::size_t i = 0; i < factors; ++i) {
      double total = 0;
      for (std::size_t j = 0; j <= i; ++j) total += root[i][j] * z[j];
      move[i] = std::exp(0.03 * total);
    }
    for (std::size_t i = 0; i < in.count; ++i)
      sum += ql::blackFormula(type_of(in, i), in.strike[i], in.forward[i] * move[i % factors],
                              in.volatility[i] * std::sqrt(in.years[i]));
  }
  return sum;
}

void quantlib_grid(const PeerOptions& in, const PeerScenarios& scenarios, double* out,
                   double* seconds) {
  const ql::Date day = today();
  std::vector<Held> options;
  for (std::size_t i = 0; i < in.count; ++i) options.push_back(build(in, i, day));
  const auto began = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < in.count; ++i)
    for (std::size_t s = 0; s < scenarios.count; ++s) {
      options[i].spot->setValue(in.forward[i] * scenarios.factor[s]);
      options[i].volatility->setValue(in.volatility[i] * (1 + scenarios.shock[s]));
      out[i * scenarios.count + s] = options[i].option->NPV();
    }
  *seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

}  // namespace cofferdam::bench
