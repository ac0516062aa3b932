// SPDX-License-Identifier: Apache-2.0
//
// What each line of business or each cover adds to the capital of the whole: Euler's co-TVaR, with
// the atom at VaR split pro rata, beside what each would need alone and its share of the
// covariance.
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/base/fields.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cofferdam::actuarial {

inline constexpr std::size_t kCoversMax = 10'000;

struct NamedLine {
  std::string name;
  std::string model;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("name", self.name, "");
    visit("model", self.model, "a model text of one line, without annual terms");
  }
};

struct NamedCover {
  std::string name;
  double probability = 0;
  double amount = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("name", self.name, "");
    visit("probability", self.probability, "of a loss in the period, from 0 to 1");
    visit("amount", self.amount, "of the loss, above 0");
  }
};

struct NamedState {
  double probability = 1;
  double factor = 1;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("probability", self.probability, "of this state of the world; all sum to 1");
    visit("factor", self.factor, "multiplies every cover's probability in this state, not below 0");
  }
};

struct AllocateCapitalInput {
  std::vector<NamedLine> lines;
  std::vector<NamedCover> covers;
  std::vector<NamedState> states;
  double level = 0.995;
  double step = 0;
  std::optional<std::uint64_t> points;

  static constexpr std::string_view kDoc =
      "TVaR of the whole and the part of it that each line or cover bears (Euler allocation, the "
      "atom at VaR split pro rata).";
  static constexpr std::string_view kSource =
      "Tasche 1999; Acerbi and Tasche 2002 (TVaR at atoms); De Pril 1989 and FFT for the sums";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("lines", self.lines, "at most 200 independent lines; or else covers");
    visit("covers", self.covers,
          "at most 10,000 covers with one amount each (the individual model)");
    visit("states", self.states,
          "covers: states of the world in which all probabilities are multiplied together; none "
          "means independence");
    visit("level", self.level, "p of VaR and TVaR, from 0 to below 1");
    visit("step", self.step, "of the lattice; 0 chooses one");
    visit(
        "points", self.points,
        "of the lattice: a power of two from 16 to 1,048,576; absent: 16,384, for lines with step "
        "0 as many as keep mean and variance");
  }
};

struct AllocationRow {
  std::string name;
  double mean = 0;
  double standalone_var = 0;
  double standalone_tvar = 0;
  double contribution = 0;
  double share = 0;
  double covariance_share = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("name", self.name, "");
    visit("mean", self.mean, "expected payments");
    visit("standalone_var", self.standalone_var, "VaR if it stood alone");
    visit("standalone_tvar", self.standalone_tvar, "TVaR if it stood alone");
    visit("contribution", self.contribution, "E[X_i in the worst 1 - p]; the sum is TVaR");
    visit("share", self.share, "contribution / TVaR");
    visit("covariance_share", self.covariance_share, "Cov(X_i, S) / Var S");
  }
};

struct AllocateCapitalOutput {
  double mean = 0;
  double var = 0;
  double tvar = 0;
  double standalone_sum = 0;
  double diversification = 0;
  double step = 0;
  double lost_mass = 0;
  std::vector<AllocationRow> rows;
  std::string note;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("mean", self.mean, "of the whole");
    visit("var", self.var, "of the whole");
    visit("tvar", self.tvar, "of the whole");
    visit("standalone_sum", self.standalone_sum, "sum of the TVaRs of each alone");
    visit("diversification", self.diversification, "1 - tvar / standalone_sum");
    visit("step", self.step, "of the lattice");
    visit("lost_mass", self.lost_mass, "probability beyond the lattice");
    visit("rows", self.rows, "in the order of the input");
    visit("note", self.note, "");
  }
};

[[nodiscard]] base::Result<AllocateCapitalOutput> allocate_capital(
    const AllocateCapitalInput& input);

}  // namespace cofferdam::actuarial
