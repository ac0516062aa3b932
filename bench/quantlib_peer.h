// SPDX-License-Identifier: Apache-2.0
//
// QuantLib as a peer, behind plain pointers: it is compiled as C++17 in a file of its own. Each
// function works through `count` options and returns a sum, so that nothing is left out.
#pragma once

#include <cstddef>

namespace cofferdam::bench {

struct PeerOptions {
  const unsigned char* is_put;
  const double* forward;
  const double* strike;
  const double* volatility;
  const double* years;
  const double* price;  // not discounted
  std::size_t count;
};

[[nodiscard]] bool quantlib_is_here();
[[nodiscard]] const char* quantlib_version();

double quantlib_calculator(const PeerOptions& in);      // BlackCalculator: value and four greeks
double quantlib_formula(const PeerOptions& in);         // blackFormula: value
double quantlib_engine_rebuilt(const PeerOptions& in);  // VanillaOption + engine, built for each
double quantlib_engine_held(const PeerOptions& in);     // one of them, its quote bumped; NPV
double quantlib_implied(const PeerOptions& in, double accuracy, double* deviation);
double quantlib_normals(std::size_t count);  // Mersenne twister + InverseCumulativeNormal

// Full revaluation: MT + inverse normal + Cholesky + blackFormula of every option in every
// scenario.
double quantlib_scenarios(const PeerOptions& in, std::size_t factors, std::size_t scenarios);

// Moves of all quotes together.
struct PeerScenarios {
  const double* factor;  // of the forward
  const double* shock;   // of the volatility, relative
  std::size_t count;
};

// Every option built once, its two quotes bumped, NPV to out[option * scenarios.count + scenario].
// `seconds` is what the bumping and pricing took.
void quantlib_grid(const PeerOptions& in, const PeerScenarios& scenarios, double* out,
                   double* seconds);

}  // namespace cofferdam::bench
