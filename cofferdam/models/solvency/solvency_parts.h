// SPDX-License-Identifier: Apache-2.0
//
// The parts of the solvency report, which share one lattice.
#pragma once

#include "cofferdam/models/actuarial/aggregate.h"
#include "cofferdam/models/solvency/solvency.h"

#include <span>
#include <vector>

namespace cofferdam::solvency {

// One of the things that can be lost, on the lattice: so many payments of this distribution.
struct Part {
  actuarial::Frequency number;
  actuarial::Lattice payment;
};

struct AssetEvent {
  std::string name;
  double probability = 0;
  double loss = 0;
};

// The book in doubles, whole units of money, with what never changes made once.
struct SolvencyBook {
  const SolvencyInput& input;
  std::vector<actuarial::Line> lines;
  std::vector<actuarial::Line> challengers;
  std::vector<actuarial::Line> operational;
  std::vector<SolvencyState> states;
  std::vector<AssetEvent> events;
  double assets = 0;
  double liquid = 0;
  double reserves = 0;
  double own_funds = 0;
  double premium = 0;
  double net_premium = 0;  // less expenses
  double sum_insured = 0;
  double step = 1;
  actuarial::Discretization method = actuarial::Discretization::unbiased;
  std::vector<Part> claims;      // one for each line
  std::vector<Part> rivals;      // the challengers
  std::vector<Part> background;  // reserves, then operational losses
  std::vector<actuarial::Line> background_lines;
};

[[nodiscard]] base::Result<SolvencyBook> book_of(const SolvencyInput& input);
[[nodiscard]] Part part_of(const actuarial::Line& line, const SolvencyBook& book);

// The frequency with its mean multiplied; a probability goes at most to 1.
[[nodiscard]] actuarial::Frequency scaled(const actuarial::Frequency& frequency, double factor);

// The distribution over the states of claims times `claims_scale`, and, where asked, of the rest.
struct Joint {
  double claims_scale = 1;
  bool with_claims = true;
  bool with_reserves = true;
  bool with_operational = true;
  bool with_assets = true;
};

[[nodiscard]] actuarial::Lattice loss_of(const SolvencyBook& book, std::span<const Part> claims,
                                         const Joint& what);

// Mass beyond the lattice counts as above every amount.
[[nodiscard]] double probability_above(const actuarial::Lattice& lattice, double amount);
// The same book with every loss rounded the other way: `upper` down, `lower` up.
[[nodiscard]] SolvencyBook rounded_book(const SolvencyBook& book, actuarial::Discretization method);

// Surplus begins as all assets; the first year's loss holds the reserves too, later ones do not.
[[nodiscard]] std::vector<RuinYear> ruin_of(const SolvencyBook& book);

// One fit of every line's claims to what was drawn from the models given: a parametric bootstrap.
// The draws of a fit are a function of the seed and its number.
struct Refit {
  std::vector<Part> claims;
  bool failed = false;  // a line could not be fitted and is as it was
};

[[nodiscard]] Refit refitted(const SolvencyBook& book, std::uint32_t number);

[[nodiscard]] double standard_formula(const SolvencyBook& book);

}  // namespace cofferdam::solvency
