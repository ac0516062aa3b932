// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/actuarial/lattice.h"

#include "cofferdam/models/actuarial/loss_kernels.h"

#include <algorithm>
#include <cmath>

namespace cofferdam::actuarial {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr std::size_t kBlock = 64;

// Rounding of sums of masses may not decide an order statistic.
constexpr double kSlack = 1e-13;

// A lognormal without terms, for which whole lattices are computed in vectors.
const Lognormal* plain_lognormal(const Payment& payment) {
  const LossTerms& t = payment.terms;
  const bool plain = t.deductible == 0 && t.limit == kInfinity && t.coinsurance == 1;
  return plain ? std::get_if<Lognormal>(&payment.severity.family) : nullptr;
}

// Falling survival at the ends of the cells becomes the mass between them.
void differences(std::vector<double>& survival) {
  double above = 1;
  for (double& value : survival) {
    const double next = value;
    value = above - next;
    above = next;
  }
}

void by_rounding(const Payment& payment, Lattice& out) {
  if (const Lognormal* f = plain_lognormal(payment)) {
    loss_kernels().lognormal_survival(f->meanlog, f->sdlog, 0.5 * out.step, out.step,
                                      out.mass.data(), out.mass.size());
    differences(out.mass);
    return;
  }
  double above = 1;
  for (std::size_t i = 0; i < out.mass.size(); ++i) {
    const double next = at_least(payment, out.at(i) + 0.5 * out.step);
    out.mass[i] = above - next;
    above = next;
  }
}

void downward(const Payment& payment, Lattice& out) {
  double above = 1;
  for (std::size_t i = 0; i < out.mass.size(); ++i) {
    const double next = i + 1 == out.mass.size() ? 0 : at_least(payment, out.at(i + 1));
    out.mass[i] = above - next;
    above = next;
  }
}

void upward(const Payment& payment, Lattice& out) {
  double above = 1;
  for (std::size_t i = 0; i < out.mass.size(); ++i) {
    const double next = survival(payment, out.at(i));
    out.mass[i] = above - next;
    above = next;
  }
}

// Between two points each loss is split so that its mean stays: the mass at a point is the second
// difference of the limited expected value over the step.
void unbiased(const Payment& payment, Lattice& out) {
  const std::size_t n = out.mass.size();
  const double h = out.step;
  // Of the cell from i to i + 1: the mean of the survival function.
  const auto cell = [&](double below, double above) { return (above - below) / h; };
  double lev = 0;
  double before = 1;
  for (std::size_t i = 0; i < n; ++i) {
    const double next = limited_expected_value(payment, out.at(i + 1));
    // A cell's survival lies between those at its ends; this keeps digits where the limited
    // expected value has none left.
    double inside = cell(lev, next);
    inside = std::clamp(inside, survival(payment, out.at(i + 1)), survival(payment, out.at(i)));
    out.mass[i] = std::max(0.0, before - inside);
    before = inside;
    lev = next;
  }
}

}  // namespace

Lattice discretize(const Payment& payment, double step, std::size_t points, Discretization method) {
  Lattice out{.step = step, .mass = std::vector<double>(points, 0.0)};
  switch (method) {
    case Discretization::rounding:
      by_rounding(payment, out);
      break;
    case Discretization::upper:
      downward(payment, out);
      break;
    case Discretization::lower:
      upward(payment, out);
      break;
    case Discretization::unbiased:
      unbiased(payment, out);
      break;
  }
  return out;
}

LatticeMoments moments_of(const Lattice& lattice) {
  LatticeMoments m;
  for (std::size_t i = 0; i < lattice.mass.size(); ++i) {
    m.mass += lattice.mass[i];
    m.mean += lattice.mass[i] * lattice.at(i);
  }
  double third = 0;
  for (std::size_t i = 0; i < lattice.mass.size(); ++i) {
    const double off = lattice.at(i) - m.mean;
    m.variance += lattice.mass[i] * off * off;
    third += lattice.mass[i] * off * off * off;
  }
  m.skewness = m.variance > 0 ? third / std::pow(m.variance, 1.5) : 0;
  return m;
}

LatticeView::LatticeView(const Lattice& lattice, AnnualTerms terms)
    : lattice_(lattice), terms_(terms) {
  double sum = 0;
  const std::size_t n = lattice.mass.size();
  const double* mass = lattice.mass.data();
  cumulated_.reserve(n / kBlock + 2);
  for (std::size_t from = 0; from < n; from += kBlock) {
    cumulated_.push_back(sum);
    // Eight sums side by side, always in this order.
    double parts[8] = {};
    const std::size_t whole = std::min(kBlock, n - from);
    for (std::size_t i = 0; i + 8 <= whole; i += 8)
      for (std::size_t j = 0; j < 8; ++j) parts[j] += mass[from + i + j];
    for (std::size_t i = whole / 8 * 8; i < whole; ++i) parts[0] += mass[from + i];
    sum += ((parts[0] + parts[1]) + (parts[2] + parts[3])) +
           ((parts[4] + parts[5]) + (parts[6] + parts[7]));
  }
  cumulated_.push_back(sum);
  lost_ = std::max(0.0, 1 - sum);
}

double LatticeView::value(std::size_t i) const {
  return std::clamp(lattice_.at(i) - terms_.deductible, 0.0, terms_.limit);
}

std::size_t LatticeView::first_at(double p) const {
  const double wanted = p - kSlack;
  // The first block whose end reaches it, then the place in the block.
  std::size_t block = 0;
  while (block + 1 < cumulated_.size() && cumulated_[block + 1] < wanted) ++block;
  if (block + 1 >= cumulated_.size()) return lattice_.mass.size();
  double sum = cumulated_[block];
  for (std::size_t i = block * kBlock; i < lattice_.mass.size(); ++i) {
    sum += lattice_.mass[i];
    if (sum >= wanted && lattice_.mass[i] > 0) return i;
  }
  return lattice_.mass.size();
}

double LatticeView::distribution(double x) const {
  if (x < 0) return 0;
  if (x >= terms_.limit) return 1;
  double sum = 0;
  for (std::size_t i = 0; i < lattice_.mass.size() && value(i) <= x * (1 + 1e-14); ++i)
    sum += lattice_.mass[i];
  return std::min(sum, 1.0);
}

double LatticeView::value_at_risk(double p) const {
  const std::size_t i = first_at(p);
  if (i < lattice_.mass.size()) return value(i);
  const double last = lattice_.at(lattice_.mass.size() - 1);
  return terms_.limit != kInfinity && last >= terms_.deductible + terms_.limit ? terms_.limit
                                                                               : kInfinity;
}

double LatticeView::stop_loss(double retention) const {
  double sum = 0;
  for (std::size_t i = lattice_.mass.size(); i-- > 0;) {
    const double v = value(i);
    if (v <= retention) break;
    sum += lattice_.mass[i] * (v - retention);
  }
  if (terms_.limit != kInfinity && terms_.limit > retention)
    sum += lost_ * (terms_.limit - retention);
  return sum;
}

double LatticeView::tail_value_at_risk(double p) const {
  if (p <= 0) return mean();
  const double var = value_at_risk(p);
  if (var == kInfinity || p >= 1) return var;
  return var + stop_loss(var) / (1 - p);
}

double LatticeView::mean() const {
  return stop_loss(0);
}

double LatticeView::variance() const {
  const double centre = mean();
  double sum = 0;
  for (std::size_t i = 0; i < lattice_.mass.size(); ++i)
    sum += lattice_.mass[i] * (value(i) - centre) * (value(i) - centre);
  if (terms_.limit != kInfinity) sum += lost_ * (terms_.limit - centre) * (terms_.limit - centre);
  return sum;
}

}  // namespace cofferdam::actuarial
