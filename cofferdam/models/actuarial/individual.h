// SPDX-License-Identifier: Apache-2.0
//
// The individual model: covers that differ, each with its own probability of a loss and its own
// losses, independent given the state of the world. A state of crisis multiplies probabilities, so
// covers fall together; in the limit of one shock that hits all, the sum is the comonotone one.
//
// The distribution is built by convolving one cover after the other, each an atom or a few, so a
// cover can be taken out again (the recursion of De Pril 1989) and put back changed without the
// others being touched.
#pragma once

#include "cofferdam/models/actuarial/lattice.h"

#include <span>
#include <string>
#include <vector>

namespace cofferdam::actuarial {

struct CoverRisk {
  double probability = 0;       // of a loss in the period
  std::vector<double> amounts;  // of the loss, on the lattice: places and their probabilities
  std::vector<double> weights;
};

// One atom.
[[nodiscard]] CoverRisk cover_of(double probability, double amount);

class IndividualModel {
 public:
  IndividualModel(double step, std::size_t points);

  // Puts a cover in. Amounts between two places are split so that the mean stays.
  void add(const CoverRisk& cover);
  // Takes one out; exact up to rounding where its probability of no loss is at least one half, else
  // the caller builds the sum anew (checked).
  void remove(const CoverRisk& cover);

  [[nodiscard]] const Lattice& lattice() const { return sum_; }

 private:
  struct Atom {
    std::size_t place = 0;
    double mass = 0;
  };

  [[nodiscard]] std::vector<Atom> atoms_of(const CoverRisk& cover) const;

  Lattice sum_;
  std::vector<double> next_;
};

// A state of the world: its probability, and what every cover's probability of a loss is multiplied
// by in it (at most to 1).
struct CrisisState {
  double probability = 1;
  double factor = 1;
};

// The distribution over all states.
[[nodiscard]] Lattice distribution_of(std::span<const CoverRisk> covers,
                                      std::span<const CrisisState> states, double step,
                                      std::size_t points);

struct Shares {
  double var = 0;
  double tvar = 0;
  std::vector<double> contributions;  // E[X_i | the worst 1 - p]: they sum to TVaR
};

// The sums of all covers in each state, for several questions.
[[nodiscard]] std::vector<IndividualModel> build_states(std::span<const CoverRisk> covers,
                                                        std::span<const CrisisState> states,
                                                        double step, std::size_t points);

// Euler allocation of TVaR (Tasche 1999): E[X_i; S > VaR] plus, of the atom at VaR, the part that
// lies in the worst 1 - p, pro rata; over 1 - p.
[[nodiscard]] Shares allocate_tvar(std::span<const CoverRisk> covers,
                                   std::span<const CrisisState> states, double step,
                                   std::size_t points, double p);
// The same from sums that are there already.
[[nodiscard]] Shares allocate_tvar(std::span<const IndividualModel> models,
                                   std::span<const CoverRisk> covers,
                                   std::span<const CrisisState> states, double p);

}  // namespace cofferdam::actuarial
