// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/actuarial/individual.h"

#include "cofferdam/base/check.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace cofferdam::actuarial {

CoverRisk cover_of(double probability, double amount) {
  return {.probability = probability, .amounts = {amount}, .weights = {1}};
}

IndividualModel::IndividualModel(double step, std::size_t points)
    : sum_{.step = step, .mass = std::vector<double>(points, 0.0)} {
  sum_.mass[0] = 1;
}

std::vector<IndividualModel::Atom> IndividualModel::atoms_of(const CoverRisk& cover) const {
  std::vector<Atom> out;
  const auto put = [&](double place, double mass) {
    if (mass <= 0) return;
    // Beyond the end a loss is lost mass: its place is the end.
    const auto at =
        static_cast<std::size_t>(std::min(place, static_cast<double>(sum_.mass.size())));
    out.push_back({at, mass});
  };
  for (std::size_t i = 0; i < cover.amounts.size(); ++i) {
    const double mass = cover.probability * cover.weights[i];
    const double place = cover.amounts[i] / sum_.step;
    const double nearest = std::round(place);
    if (std::abs(place - nearest) < 1e-9 * (1 + nearest)) {
      put(nearest, mass);
      continue;
    }
    const double below = std::floor(place);
    put(below, mass * (below + 1 - place));
    put(below + 1, mass * (place - below));
  }
  return out;
}

void IndividualModel::add(const CoverRisk& cover) {
  const std::vector<Atom> atoms = atoms_of(cover);
  double none = 1;
  for (const Atom& a : atoms) none -= a.mass;
  none = std::max(none, 0.0);
  std::vector<double>& f = sum_.mass;
  const std::size_t n = f.size();
  if (atoms.size() == 1 && atoms[0].place == 0) return;
  next_.resize(n);
  const double* from = f.data();
  double* to = next_.data();
  const std::size_t first = atoms.empty() ? n : std::min(atoms[0].place, n);
  const double mass = atoms.empty() ? 0 : atoms[0].mass;
  for (std::size_t k = 0; k < first; ++k) to[k] = none * from[k];
  for (std::size_t k = first; k < n; ++k) to[k] = none * from[k] + mass * from[k - first];
  for (std::size_t i = 1; i < atoms.size(); ++i)
    for (std::size_t k = atoms[i].place; k < n; ++k)
      to[k] += atoms[i].mass * from[k - atoms[i].place];
  std::swap(f, next_);
}

void IndividualModel::remove(const CoverRisk& cover) {
  const std::vector<Atom> atoms = atoms_of(cover);
  double none = 1;
  for (const Atom& a : atoms)
    if (a.place > 0) none -= a.mass;
  COFFERDAM_CHECK(none >= 0.5, "a cover that is more likely than not is not taken out");
  std::vector<double>& f = sum_.mass;
  for (std::size_t k = 0; k < f.size(); ++k) {
    double rest = f[k];
    for (const Atom& a : atoms)
      if (a.place > 0 && k >= a.place) rest -= a.mass * f[k - a.place];
    f[k] = std::max(0.0, rest / none);
  }
}

namespace {

CoverRisk in_state(const CoverRisk& cover, double factor) {
  CoverRisk out = cover;
  out.probability = std::min(1.0, cover.probability * factor);
  return out;
}

IndividualModel build(std::span<const CoverRisk> covers, double factor, double step,
                      std::size_t points) {
  IndividualModel model(step, points);
  for (const CoverRisk& cover : covers) model.add(in_state(cover, factor));
  return model;
}

struct Worst {
  std::size_t at = 0;  // the place of VaR
  double part = 0;     // of the atom there
};

// E[X; S > v] + part E[X; S = v] of one cover, from the sum of the others.
double tail_share(const CoverRisk& cover, const Lattice& others, const Worst& worst) {
  const std::vector<double>& f = others.mass;
  double expected = 0;
  for (std::size_t i = 0; i < cover.amounts.size(); ++i) {
    const double mass = cover.probability * cover.weights[i];
    const double place = cover.amounts[i] / others.step;
    const double below = std::floor(place + 1e-9);
    const double upper_part = std::max(0.0, place - below);
    // As add() does: between two places a loss is split.
    for (const bool upper : {false, true}) {
      const double weight = upper ? upper_part : 1 - upper_part;
      if (weight <= 1e-9) continue;
      const double amount = (below + (upper ? 1 : 0)) * others.step;
      const auto shift = static_cast<std::size_t>(below) + (upper ? 1 : 0);
      const std::size_t from = worst.at + 1 > shift ? worst.at + 1 - shift : 0;
      double under = 0;
      for (std::size_t k = 0; k < std::min(from, f.size()); ++k) under += f[k];
      const double equal = worst.at >= shift ? f[worst.at - shift] : 0;
      expected += mass * weight * amount * (std::max(1 - under, 0.0) + worst.part * equal);
    }
  }
  return expected;
}

// The same of a cover with one amount on the lattice, without taking it out: the distribution of
// the others is G(x) = sum over j of (-q)^j / (1 - q)^(j + 1) F(x - j m), for q below one half.
double atom_share(const CoverRisk& cover, const Lattice& sum, const std::vector<double>& cumulated,
                  const Worst& worst) {
  const double q = cover.probability;
  const auto m = static_cast<std::size_t>(std::llround(cover.amounts[0] / sum.step));
  double below = 0;
  double equal = 0;
  if (worst.at >= m) {
    double weight = 1 / (1 - q);
    for (std::size_t place = worst.at - m;; place -= m) {
      below += weight * cumulated[place];
      equal += weight * sum.mass[place];
      weight *= -q / (1 - q);
      if (place < m || std::abs(weight) < 1e-18) break;
    }
  }
  return q * cover.amounts[0] *
         (std::clamp(1 - below, 0.0, 1.0) + worst.part * std::max(equal, 0.0));
}

bool is_atom(const CoverRisk& cover, double step) {
  if (cover.amounts.size() != 1 || cover.probability > 0.45) return false;
  const double place = cover.amounts[0] / step;
  return place >= 0.5 && std::abs(place - std::round(place)) < 1e-9 * (1 + place);
}

}  // namespace

std::vector<IndividualModel> build_states(std::span<const CoverRisk> covers,
                                          std::span<const CrisisState> states, double step,
                                          std::size_t points) {
  std::vector<IndividualModel> out;
  for (const CrisisState& state : states) out.push_back(build(covers, state.factor, step, points));
  return out;
}

Lattice distribution_of(std::span<const CoverRisk> covers, std::span<const CrisisState> states,
                        double step, std::size_t points) {
  Lattice out{.step = step, .mass = std::vector<double>(points, 0.0)};
  for (const CrisisState& state : states) {
    const IndividualModel model = build(covers, state.factor, step, points);
    for (std::size_t k = 0; k < points; ++k)
      out.mass[k] += state.probability * model.lattice().mass[k];
  }
  return out;
}

Shares allocate_tvar(std::span<const CoverRisk> covers, std::span<const CrisisState> states,
                     double step, std::size_t points, double p) {
  return allocate_tvar(build_states(covers, states, step, points), covers, states, p);
}

Shares allocate_tvar(std::span<const IndividualModel> models, std::span<const CoverRisk> covers,
                     std::span<const CrisisState> states, double p) {
  COFFERDAM_CHECK(!models.empty() && models.size() == states.size(), "a sum for each state");
  const double step = models[0].lattice().step;
  const std::size_t points = models[0].lattice().mass.size();
  Lattice sum{.step = step, .mass = std::vector<double>(points, 0.0)};
  for (std::size_t s = 0; s < states.size(); ++s)
    for (std::size_t k = 0; k < points; ++k)
      sum.mass[k] += states[s].probability * models[s].lattice().mass[k];
  const LatticeView view(sum);
  Shares out;
  out.var = view.value_at_risk(p);
  out.tvar = view.tail_value_at_risk(p);
  out.contributions.assign(covers.size(), 0.0);
  if (!std::isfinite(out.var)) return out;
  Worst worst{.at = static_cast<std::size_t>(std::llround(out.var / step))};
  double above = view.lost();
  for (std::size_t k = points; k-- > worst.at + 1;) above += sum.mass[k];
  const double atom = sum.mass[worst.at];
  worst.part = atom > 0 ? std::clamp((1 - p - above) / atom, 0.0, 1.0) : 0;
  std::vector<double> cumulated(points);
  for (std::size_t s = 0; s < states.size(); ++s) {
    const Lattice& in_this = models[s].lattice();
    double running = 0;
    for (std::size_t k = 0; k < points; ++k) cumulated[k] = running += in_this.mass[k];
    for (std::size_t i = 0; i < covers.size(); ++i) {
      const CoverRisk cover = in_state(covers[i], states[s].factor);
      double share = 0;
      if (is_atom(cover, step)) {
        share = atom_share(cover, in_this, cumulated, worst);
      } else if (cover.probability <= 0.5) {
        IndividualModel others = models[s];
        others.remove(cover);
        share = tail_share(cover, others.lattice(), worst);
      } else {
        IndividualModel others(step, points);
        for (std::size_t j = 0; j < covers.size(); ++j)
          if (j != i) others.add(in_state(covers[j], states[s].factor));
        share = tail_share(cover, others.lattice(), worst);
      }
      out.contributions[i] += states[s].probability * share / (1 - p);
    }
  }
  return out;
}

}  // namespace cofferdam::actuarial
