// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/solvency/pool_losses.h"

#include "cofferdam/base/check.h"

#include <algorithm>
#include <cmath>

namespace cofferdam::solvency {
namespace {

using actuarial::Frequency;
using actuarial::Lattice;

double mean_number(std::span<const CoverClass> classes) {
  double sum = 0;
  for (const CoverClass& one : classes) sum += one.mean_number;
  return sum;
}

Lattice mixture(std::span<const CoverClass> classes, double mean) {
  Lattice out{.step = classes[0].payment->step,
              .mass = std::vector<double>(classes[0].payment->mass.size(), 0.0)};
  for (const CoverClass& one : classes) {
    const double weight = one.mean_number / mean;
    if (weight == 0) continue;
    const std::vector<double>& mass = one.payment->mass;
    for (std::size_t k = 0; k < mass.size(); ++k) out.mass[k] += weight * mass[k];
  }
  return out;
}

Frequency number_of(double mean, double size) {
  return std::isfinite(size) ? actuarial::negative_binomial(size, mean / size)
                             : actuarial::poisson(mean);
}

// The size-biased number: the same beta, one more r.
Frequency biased_number_of(double mean, double size) {
  return std::isfinite(size) ? actuarial::negative_binomial(size + 1, mean / size)
                             : actuarial::poisson(mean);
}

Lattice sum_of(actuarial::FftAggregator& sums, Frequency number, Lattice payment) {
  const Frequency numbers[] = {std::move(number)};
  const Lattice payments[] = {std::move(payment)};
  actuarial::FftAnswer answer;
  sums.run(numbers, payments, answer);
  return std::move(answer.lattice);
}

}  // namespace

actuarial::FftAggregator sums_of(std::size_t points) {
  return {points, {.padding = 2, .tilt = 12, .with_aliasing_bound = false}};
}

PoolLosses pool_losses(std::span<const CoverClass> classes, double size,
                       actuarial::FftAggregator& sums) {
  COFFERDAM_CHECK(!classes.empty() && size > 0, "a pool has classes and a size");
  PoolLosses out;
  const double mean = mean_number(classes);
  for (const CoverClass& one : classes) {
    double each = 0;
    for (std::size_t k = 0; k < one.payment->mass.size(); ++k)
      each += one.payment->mass[k] * one.payment->at(k);
    out.mean += one.mean_number * each;
  }
  if (mean > 0) {
    out.sum = sum_of(sums, number_of(mean, size), mixture(classes, mean));
  } else {
    out.sum = {.step = classes[0].payment->step,
               .mass = std::vector<double>(classes[0].payment->mass.size(), 0.0)};
    out.sum.mass[0] = 1;
  }
  out.lost_mass = actuarial::LatticeView(out.sum).lost();
  return out;
}

PoolTail allocate_tail(std::span<const CoverClass> classes, double size, const PoolLosses& losses,
                       double p, actuarial::FftAggregator& sums) {
  PoolTail out;
  out.contributions.assign(classes.size(), 0.0);
  const actuarial::LatticeView view(losses.sum);
  out.var = view.value_at_risk(p);
  out.tvar = view.tail_value_at_risk(p);
  const double mean = mean_number(classes);
  if (mean == 0 || !std::isfinite(out.var)) return out;
  const std::vector<double>& f = losses.sum.mass;
  const auto at = static_cast<std::size_t>(std::llround(out.var / losses.sum.step));
  double below = 0;
  for (std::size_t k = 0; k < at; ++k) below += f[k];
  // The part of the atom at VaR that lies in the worst 1 - p.
  const double part = f[at] > 0 ? std::clamp(1 - (p - below) / f[at], 0.0, 1.0) : 0;
  const Lattice biased = sum_of(sums, biased_number_of(mean, size), mixture(classes, mean));
  std::vector<double> at_most(biased.mass.size());
  double running = 0;
  for (std::size_t k = 0; k < biased.mass.size(); ++k) at_most[k] = running += biased.mass[k];
  for (std::size_t j = 0; j < classes.size(); ++j) {
    const std::vector<double>& payment = classes[j].payment->mass;
    double expected = 0;
    for (std::size_t x = 1; x < payment.size(); ++x) {
      if (payment[x] == 0) continue;
      // P(S' > v - x), and the atom.
      const double above = at >= x ? std::max(0.0, 1 - at_most[at - x]) : 1.0;
      const double equal = at >= x ? biased.mass[at - x] : 0.0;
      expected += payment[x] * classes[j].payment->at(x) * (above + part * equal);
    }
    out.contributions[j] = classes[j].mean_number * expected / (1 - p);
  }
  return out;
}

}  // namespace cofferdam::solvency
