// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/solvency/solvency_parts.h"

#include <algorithm>
#include <cmath>

namespace cofferdam::solvency {
namespace {

using actuarial::Lattice;

constexpr double kCells = 2'000;

enum class Way : std::uint8_t { middle, kind, harsh };

// Losses in cells of the surplus's lattice; what is missing from the sum is more than any surplus.
std::vector<double> in_cells(const Lattice& loss, double cell, std::size_t cells, Way way) {
  std::vector<double> out(cells, 0.0);
  const auto put = [&](double place, double mass) {
    if (place < static_cast<double>(cells)) out[static_cast<std::size_t>(place)] += mass;
  };
  for (std::size_t k = 0; k < loss.mass.size(); ++k) {
    if (loss.mass[k] == 0) continue;
    const double place = loss.at(k) / cell;
    const double below = std::floor(place * (1 + 1e-12));
    const double part = std::max(0.0, place - below);
    if (way == Way::kind || part < 1e-9) {
      put(below, loss.mass[k]);
    } else if (way == Way::harsh) {
      put(below + 1, loss.mass[k]);
    } else {
      put(below, loss.mass[k] * (1 - part));
      put(below + 1, loss.mass[k] * part);
    }
  }
  return out;
}

double rounded(double cells, Way way) {
  if (way == Way::kind) return std::ceil(cells * (1 - 1e-12));
  return way == Way::harsh ? std::floor(cells * (1 + 1e-12)) : std::round(cells);
}

// The probability of ruin by the end of each year.
std::vector<double> run(const SolvencyBook& book, double cell, Way way) {
  const Lattice first = loss_of(book, book.claims, {});
  const Lattice later = loss_of(book, book.claims, {.with_reserves = false});
  const std::uint32_t years = book.input.years;
  const double most = book.assets + book.net_premium * years;
  const auto cells = static_cast<std::size_t>(std::ceil(most / cell)) + 3;
  const std::vector<double> in_first = in_cells(first, cell, cells, way);
  const std::vector<double> in_later = in_cells(later, cell, cells, way);
  std::vector<double> alive(cells, 0.0);
  alive[static_cast<std::size_t>(rounded(book.assets / cell, way))] = 1;
  std::vector<double> out;
  double premiums = 0;  // cells that came in until now: rounded in sum, not year by year
  for (std::uint32_t year = 1; year <= years; ++year) {
    const double now = rounded(book.net_premium * year / cell, way);
    const auto premium = static_cast<std::size_t>(now - premiums);
    premiums = now;
    const std::vector<double>& loss = year == 1 ? in_first : in_later;
    std::vector<double> next(cells, 0.0);
    for (std::size_t i = 0; i < cells; ++i) {
      if (alive[i] == 0) continue;
      const std::size_t have = std::min(i + premium, cells - 1);
      for (std::size_t l = 0; l <= have; ++l) next[have - l] += alive[i] * loss[l];
    }
    double left = 0;
    for (const double mass : next) left += mass;
    alive = std::move(next);
    out.push_back(std::clamp(1 - left, 0.0, 1.0));
  }
  return out;
}

}  // namespace

std::vector<RuinYear> ruin_of(const SolvencyBook& book) {
  const std::uint32_t years = book.input.years;
  const double most = book.assets + book.net_premium * years;
  // Whole steps of the losses' lattice, so that losses fall on cells where cells are steps.
  const double cell = book.step * std::max(1.0, std::ceil(most / kCells / book.step));
  const std::vector<double> middle = run(book, cell, Way::middle);
  const std::vector<double> kind =
      run(rounded_book(book, actuarial::Discretization::upper), cell, Way::kind);
  const std::vector<double> harsh =
      run(rounded_book(book, actuarial::Discretization::lower), cell, Way::harsh);
  std::vector<RuinYear> out;
  for (std::uint32_t y = 0; y < years; ++y)
    out.push_back({.years = y + 1, .probability = middle[y], .lower = kind[y], .upper = harsh[y]});
  return out;
}

}  // namespace cofferdam::solvency
