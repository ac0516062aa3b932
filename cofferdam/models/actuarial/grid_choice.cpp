// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/actuarial/grid_choice.h"

#include "cofferdam/base/estimate.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

namespace cofferdam::actuarial {
namespace {

// The moments of a heavy tail are those of its rarest losses and say nothing of the step: payments
// count up to the one that is exceeded in one period of a thousand.
constexpr double kRare = 1e-3;

// A power tail is cut earlier where the whole of it would take too coarse a step.
constexpr std::array kBeyond{1e-10, 1e-8, 1e-7};

bool has_power_tail(const Portfolio& portfolio) {
  return std::ranges::any_of(portfolio.lines, [](const Line& line) {
    return !std::isfinite(largest_payment(line.payment)) &&
           std::isfinite(tail_index(line.payment.severity));
  });
}

bool is_bound(Discretization method) {
  return method == Discretization::upper || method == Discretization::lower;
}

std::string in_words(const Coarseness& c, Discretization method) {
  std::string out = "the step is too coarse for the claims: the lattice's mean is off by " +
                    base::number_text(std::abs(c.mean_shift), 2) +
                    " standard deviations, its variance by " +
                    base::number_text(100 * std::abs(c.variance_error), 2) +
                    " %; give more points or a smaller step";
  if (method == Discretization::rounding) out += ", or discretization unbiased";
  return out;
}

std::string grouped(std::uint64_t value) {
  std::string out = std::to_string(value);
  for (std::size_t at = out.size(); at > 3; at -= 3) out.insert(at - 3, ",");
  return out;
}

}  // namespace

double Coarseness::worst() const {
  const double both = std::max(std::abs(mean_shift), std::abs(variance_error) / 2);
  return std::isnan(both) ? 0 : both;
}

Coarseness coarseness_of(const Portfolio& portfolio, const Grid& grid) {
  const Discretization method = is_bound(grid.method) ? Discretization::unbiased : grid.method;
  double shift = 0;
  double centre = 0;
  double exact = 0;
  double rough = 0;
  for (const Line& line : portfolio.lines) {
    const Lattice lattice = discretize(line.payment, grid.step, grid.points, method);
    Payment limited = line.payment;
    const double share = limited.terms.coinsurance;
    const double count = std::max(mean(line.frequency), 1e-12);
    const double rare = quantile(limited, std::clamp(1 - kRare / count, 0.5, 1 - 1e-15));
    const double end = std::min(lattice.at(grid.points - 1), std::max(rare, 0x1p-1000));
    double mass = 0;
    double first = 0;
    double second = 0;
    for (std::size_t k = 0; k < lattice.mass.size(); ++k) {
      const double value = std::min(lattice.at(k), end);
      mass += lattice.mass[k];
      first += lattice.mass[k] * value;
      second += lattice.mass[k] * value * value;
    }
    first += (1 - mass) * end;
    second += (1 - mass) * end * end;
    limited.terms.limit = std::min(limited.terms.limit, end / share);
    const double mean_before = raw_moment(limited, 1);
    const double square_before = raw_moment(limited, 2);
    const double number = mean(line.frequency);
    const double spread = variance(line.frequency);
    shift += number * (first - mean_before);
    centre += number * mean_before;
    exact +=
        number * (square_before - mean_before * mean_before) + spread * mean_before * mean_before;
    rough += number * (second - first * first) + spread * first * first;
  }
  // A sum that does not vary is compared with its size.
  const bool varies = exact > 1e-20 * centre * centre;
  return {.mean_shift = shift / (varies ? std::sqrt(exact) : std::max(centre, 1e-300)),
          .variance_error = varies ? rough / exact - 1 : 0};
}

namespace {

// With so many points, the best first.
std::vector<Grid> grids_of(std::size_t points, const std::vector<Reach>& reaches,
                           const std::vector<Discretization>& methods, bool may_shift) {
  std::vector<Grid> out;
  for (const Reach& reach : reaches)
    for (const bool shifted : {false, true}) {
      if (shifted && !(may_shift && reach.lower > 0.25 * reach.upper)) continue;
      const double width = shifted ? reach.upper - reach.lower : reach.upper;
      for (const Discretization method : methods)
        out.push_back({.step = step_for(width, points),
                       .points = points,
                       .method = method,
                       .shifted = shifted});
    }
  return out;
}

}  // namespace

GridChoice choose_grid(const Portfolio& portfolio, const GridWanted& wanted) {
  const auto least = static_cast<std::size_t>(wanted.points.value_or(wanted.usual_points));
  GridChoice best;
  best.grid = {
      .step = wanted.step, .points = least, .method = wanted.method.value_or(wanted.usual_method)};
  const Discretization usual = best.grid.method;
  const auto done = [&] {
    if (best.coarseness.worst() > kCoarse)
      best.note = in_words(best.coarseness, best.grid.method);
    else if (best.grid.method != usual)
      best.note =
          "discretization unbiased: rounding to the nearest point would move the mean by too much";
    return best;
  };
  if (wanted.step > 0) {
    best.coarseness = coarseness_of(portfolio, best.grid);
    return done();
  }
  std::vector<Reach> reaches;
  for (const double beyond : kBeyond)
    if (reaches.empty() || has_power_tail(portfolio))
      reaches.push_back(reach_of(portfolio, beyond));
  std::vector<Discretization> methods{usual};
  if (!wanted.method && usual != Discretization::unbiased)
    methods.push_back(Discretization::unbiased);
  double found = std::numeric_limits<double>::infinity();
  for (std::size_t points = least;; points *= 2) {
    for (const Grid& grid : grids_of(points, reaches, methods, wanted.may_shift)) {
      const Coarseness coarseness = coarseness_of(portfolio, grid);
      if (coarseness.worst() >= found) continue;
      found = coarseness.worst();
      best.grid = grid;
      best.coarseness = coarseness;
      if (found <= kFine) return done();
    }
    if (wanted.points || 2 * points > wanted.points_max) return done();
  }
}

base::Result<void> check_points(std::optional<std::uint64_t> points, std::uint64_t least,
                                std::uint64_t most) {
  if (!points || (std::has_single_bit(*points) && *points >= least && *points <= most)) return {};
  return base::malformed("points", std::to_string(*points),
                         "a power of two from " + grouped(least) + " to " + grouped(most));
}

}  // namespace cofferdam::actuarial
