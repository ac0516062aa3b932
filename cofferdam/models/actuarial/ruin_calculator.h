// SPDX-License-Identifier: Apache-2.0
//
// Ruin of a surplus, by the method that fits the claims.
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/base/fields.h"
#include "cofferdam/models/actuarial/ruin.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cofferdam::actuarial {

enum class RuinMethod : std::uint8_t { automatic, exponential, phase_type, lattice, simulation };

struct PhaseTypeInput {
  std::vector<double> initial;
  std::vector<std::vector<double>> generator;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("initial", self.initial, "probabilities of the first phase, summing to 1; 1 to 100");
    visit("generator", self.generator,
          "sub-intensity matrix, row by row: negative diagonal, rows that sum to at most 0");
  }
};

struct RuinInput {
  std::string claims;
  std::optional<PhaseTypeInput> phase_type;
  double claim_rate = 1;
  std::optional<double> loading;
  std::optional<double> premium_rate;
  std::vector<double> surpluses{0};
  std::optional<double> horizon;
  RuinMethod method = RuinMethod::automatic;
  double step = 0;
  std::uint64_t points = 65'536;
  std::uint32_t paths = 100'000;
  std::uint64_t seed = 1;
  double retained_share = 1;
  double retention = 0;
  double reinsurance_loading = 0;

  static constexpr std::string_view kDoc =
      "The probability of ruin of a Cramer-Lundberg surplus: exponential and phase-type closed "
      "forms, any claims on a lattice with bounds, finite horizon, simulation; the adjustment "
      "coefficient with and without reinsurance.";
  static constexpr std::string_view kSource =
      "Asmussen and Albrecher, Ruin Probabilities, 2nd ed. 2010, ch. IV, V and IX; Kaas et al., "
      "Modern Actuarial Risk Theory, 2008, ch. 4; Panjer and Willmot 1992";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("claims", self.claims, "a severity, such as exponential(mean 1); or else phase_type");
    visit("phase_type", self.phase_type, "instead of claims");
    visit("claim_rate", self.claim_rate, "lambda: claims in a unit of time, above 0");
    visit("loading", self.loading, "theta: premium = (1 + theta) lambda E X; or else premium_rate");
    visit("premium_rate", self.premium_rate, "c: premium in a unit of time");
    visit("surpluses", self.surpluses, "initial surpluses u, not below 0, at most 10,000");
    visit("horizon", self.horizon, "null for ever; finite: exponential claims, or simulation");
    visit("method", self.method,
          "automatic: the closed form where there is one, else the lattice; simulation needs a "
          "horizon");
    visit("step", self.step,
          "lattice: of the ladder heights; 0 chooses one for each surplus, by its size");
    visit("points", self.points, "lattice: a power of two from 256 to 1,048,576");
    visit("paths", self.paths, "simulation: at most 10,000,000");
    visit("seed", self.seed, "simulation");
    visit("retained_share", self.retained_share,
          "proportional reinsurance: the part of each claim that is kept, above 0, at most 1");
    visit("retention", self.retention,
          "excess-of-loss reinsurance: the most that is kept of a claim; 0 for all");
    visit("reinsurance_loading", self.reinsurance_loading,
          "of the reinsurer, on the expected claims that are given away");
  }
};

struct RuinRow {
  double surplus = 0;
  double probability = 0;
  double lower = 0;
  double upper = 0;
  double lundberg_bound = 0;
  double heavy_tail = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("surplus", self.surplus, "u");
    visit("probability", self.probability, "psi(u), or psi(u, horizon)");
    visit("lower", self.lower,
          "lattice: bound; simulation: less two standard errors; closed forms: the value");
    visit("upper", self.upper, "the same");
    visit("lundberg_bound", self.lundberg_bound, "exp(-R u); nan where there is no R");
    visit("heavy_tail", self.heavy_tail,
          "(1 - F_I(u))/theta, what psi tends to for subexponential claims; nan where R exists");
  }
};

struct RuinOutput {
  RuinMethod method = RuinMethod::automatic;
  double mean_claim = 0;
  double loading = 0;
  double premium_rate = 0;
  double adjustment_coefficient = 0;
  double retained_loading = 0;
  double retained_adjustment_coefficient = 0;
  double step = 0;
  std::vector<RuinRow> rows;
  std::string note;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("method", self.method, "that was used");
    visit("mean_claim", self.mean_claim, "E X");
    visit("loading", self.loading, "theta");
    visit("premium_rate", self.premium_rate, "c");
    visit("adjustment_coefficient", self.adjustment_coefficient,
          "Lundberg's R before reinsurance; nan where the tail is too heavy for one");
    visit("retained_loading", self.retained_loading, "theta after reinsurance");
    visit("retained_adjustment_coefficient", self.retained_adjustment_coefficient,
          "R of what is kept, after the reinsurer's premium");
    visit("step", self.step,
          "of the lattice, the widest where there are several; 0 where there is none");
    visit("rows", self.rows, "one for each of `surpluses`, before reinsurance");
    visit("note", self.note, "");
  }
};

[[nodiscard]] base::Result<RuinOutput> ruin(const RuinInput& input);

}  // namespace cofferdam::actuarial

template <>
struct cofferdam::base::EnumText<cofferdam::actuarial::RuinMethod> {
  static constexpr std::array<std::string_view, 5> kNames{"automatic", "exponential", "phase_type",
                                                          "lattice", "simulation"};
};
