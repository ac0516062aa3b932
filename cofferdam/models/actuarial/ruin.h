// SPDX-License-Identifier: Apache-2.0
//
// The probability that a surplus u + c t - claims ever falls below zero, claims arriving as a
// Poisson process (Cramer and Lundberg). With loading theta = c/(lambda m) - 1:
//
//   exponential   psi(u) = exp(-theta u / (m (1 + theta))) / (1 + theta)
//   phase-type    psi(u) = a+ exp((T + t a+) u) 1,  a+ = -(lambda/c) a T^-1, t = -T 1
//                 (Asmussen and Albrecher 2010, IX.3)
//   any           psi(u) = P(M > u), M a geometric sum of ladder heights with distribution function
//                 E min(X, x)/m (Pollaczek and Khinchine), on a lattice, with bounds
//   finite time   exponential claims: the integral of Asmussen and Albrecher, V.1.3; else
//   simulation Lundberg      psi(u) <= exp(-R u), 1 + (1 + theta) m R = E exp(R X); there is no R
//   for a heavy
//                 tail, where psi(u) ~ (1/theta) (1 - F_I(u))
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/models/actuarial/severity.h"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace cofferdam::actuarial {

// Time to absorption of a Markov chain: `initial` probabilities, `generator` the sub-intensities,
// row by row.
struct PhaseType {
  std::vector<double> initial;
  std::vector<double> generator;

  [[nodiscard]] std::size_t phases() const { return initial.size(); }
};

inline constexpr std::size_t kPhasesMax = 100;

[[nodiscard]] std::string fault_of(const PhaseType& claims);
[[nodiscard]] double mean(const PhaseType& claims);
// A gamma with a whole shape, an exponential; nullopt for what is not phase-type.
[[nodiscard]] std::optional<PhaseType> phase_type_of(const Severity& severity);

// Ruin of phase-type claims, made once for a model and then read for any u. The matrix exponential
// is cut into cells of one mean jump of its uniformised chain; in a cell it is a Poisson sum of
// positive terms, so nothing cancels and repeated eigenvalues do no harm.
class PhaseTypeRuin {
 public:
  // premium_rate must exceed intensity * mean (checked by the caller); u up to `reach` is
  // tabulated, beyond it the tail is continued from the last cell.
  PhaseTypeRuin(const PhaseType& claims, double intensity, double premium_rate, double reach);

  [[nodiscard]] double operator()(double u) const;

 private:
  static constexpr std::size_t kTerms = 20;
  double rate_ = 1;
  double cell_ = 1;
  double decay_ = 0;           // of the last two cells
  std::vector<double> terms_;  // kTerms for each cell
};

[[nodiscard]] double exponential_ruin(double mean_claim, double loading, double u);

// Exponential claims, ruin before `horizon`.
[[nodiscard]] double exponential_ruin_before(double mean_claim, double intensity,
                                             double premium_rate, double u, double horizon);

struct RuinBounds {
  double value = 0;
  double lower = 0;
  double upper = 0;
};

// On lattices of step h and 2h, extrapolated; the bounds come from ladder heights that are rounded
// down and up.
class LatticeRuin {
 public:
  LatticeRuin(const Severity& claims, double loading, double step, std::size_t points,
              bool with_bounds);

  [[nodiscard]] RuinBounds operator()(double u) const;

 private:
  double step_ = 1;
  std::vector<double> coarse_;  // P(M > x) at every second place
  std::vector<double> fine_;
  std::vector<double> lower_;
  std::vector<double> upper_;
};

// sup { s : E exp(s X) is finite }; infinite for bounded losses, 0 for a heavy tail.
[[nodiscard]] double exponential_moment_limit(const Severity& severity);
// log E exp(s X); infinite where it does not exist. Of a loss limited to `limit`.
[[nodiscard]] double log_exponential_moment(const Severity& severity, double s, double limit);

// The adjustment coefficient of premium rate c and claims min(share * X, retention) at the given
// intensity; nullopt where there is none.
struct Retained {
  double share = 1;      // of each claim that is kept (proportional reinsurance)
  double retention = 0;  // the most that is kept of a claim (excess of loss); 0 for all of it
};

[[nodiscard]] std::optional<double> adjustment_coefficient(const Severity& claims, double intensity,
                                                           double premium_rate,
                                                           const Retained& retained = {});

struct SimulatedRuin {
  double probability = 0;
  double standard_error = 0;
};

[[nodiscard]] SimulatedRuin simulate_ruin(const Severity& claims, double intensity,
                                          double premium_rate, double u, double horizon,
                                          std::size_t paths, std::uint64_t seed);

}  // namespace cofferdam::actuarial
