// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/actuarial/allocate_calculator.h"

#include "cofferdam/base/estimate.h"
#include "cofferdam/models/actuarial/aggregate.h"
#include "cofferdam/models/actuarial/grid_choice.h"
#include "cofferdam/models/actuarial/individual.h"
#include "cofferdam/models/actuarial/model_text.h"
#include "cofferdam/models/actuarial/severity_calculator.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace cofferdam::actuarial {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr std::size_t kPointsMax = std::size_t{1} << 20;
constexpr std::size_t kUsualPoints = std::size_t{1} << 14;
// The sum without each line costs a transform for each pair: so many lines times lines times
// points.
constexpr std::size_t kWorkMax = std::size_t{1} << 24;

// What is named in the answer must be told apart in it.
template <class Named>
base::Result<void> check_names(const std::vector<Named>& all, std::string_view field) {
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < all.size(); ++i)
    if (!all[i].name.empty() && !seen.insert(all[i].name).second)
      return base::malformed(std::string(field) + "[" + std::to_string(i) + "].name", all[i].name,
                             "must be given once");
  return {};
}

base::Result<void> check(const AllocateCapitalInput& in) {
  if (in.lines.empty() && in.covers.empty())
    return base::malformed("lines", "", "lines or covers must be given");
  if (!in.lines.empty() && !in.covers.empty())
    return base::malformed(
        "lines", std::to_string(in.lines.size()),
        "lines or covers, not both: covers has " + std::to_string(in.covers.size()));
  if (in.lines.size() > kLinesMax)
    return base::malformed("lines", std::to_string(in.lines.size()), "at most 200");
  if (in.covers.size() > kCoversMax)
    return base::malformed("covers", std::to_string(in.covers.size()), "at most 10,000");
  if (!in.lines.empty() && !in.states.empty())
    return base::malformed("states", std::to_string(in.states.size()), "are for covers only");
  if (in.states.size() > 64)
    return base::malformed("states", std::to_string(in.states.size()), "at most 64");
  for (const NamedCover& c : in.covers) {
    if (!(c.probability >= 0 && c.probability <= 1))
      return base::malformed("probability", base::number_text(c.probability),
                             "must lie from 0 to 1");
    if (!(c.amount > 0) || !std::isfinite(c.amount))
      return base::malformed("amount", base::number_text(c.amount), "must be above 0");
  }
  if (base::Result<void> once = check_names(in.lines, "lines"); !once) return once;
  if (base::Result<void> once = check_names(in.covers, "covers"); !once) return once;
  double sum = in.states.empty() ? 1 : 0;
  for (const NamedState& s : in.states) {
    if (!(s.probability >= 0) || !(s.factor >= 0) || !std::isfinite(s.factor))
      return base::malformed("states", base::number_text(s.probability),
                             "probabilities and factors must not be negative");
    sum += s.probability;
  }
  if (std::abs(sum - 1) > 1e-9)
    return base::malformed("states", base::number_text(sum), "probabilities must sum to 1");
  if (base::Result<void> points = check_points(in.points, 16, kPointsMax); !points) return points;
  if (!(in.level >= 0 && in.level < 1))
    return base::malformed("level", base::number_text(in.level), "must lie from 0 to below 1");
  if (!(in.step >= 0) || !std::isfinite(in.step))
    return base::malformed("step", base::number_text(in.step), "must be finite, not negative");
  return {};
}

void finish(const AllocateCapitalInput& in, AllocateCapitalOutput& out) {
  for (AllocationRow& row : out.rows) {
    row.share = row.contribution / out.tvar;
    out.standalone_sum += row.standalone_tvar;
  }
  out.diversification = 1 - out.tvar / out.standalone_sum;
  const auto say = [&out](const std::string& text) {
    out.note += (out.note.empty() ? "" : "; ") + text;
  };
  if (out.var == kInfinity)
    say("the lattice ends before VaR: enlarge step or points");
  else if (out.lost_mass > 1e-3 * (1 - in.level))
    say("mass beyond the lattice matters: enlarge step or points");
}

// E[S_i; S = k] at the sum's places, S_i the payments of a line and `others` the sum of the other
// lines: the convolution of k g_i(k) with the others.
std::vector<double> expected_part(const Lattice& line, const Lattice& others, std::size_t first) {
  const std::size_t n = line.mass.size();
  Lattice weighted = line;
  for (std::size_t k = 0; k < n; ++k) weighted.mass[k] *= line.at(k);
  const std::size_t begin = line.first + others.first;
  const std::size_t further = first > begin ? first - begin : 0;
  const std::size_t missing = begin > first ? begin - first : 0;
  // One sure loss of each: the product of the two transforms.
  const std::vector<Frequency> once{binomial(1, 1), binomial(1, 1)};
  const std::vector<Lattice> both{std::move(weighted), others};
  const bool from_zero = line.first + others.first + first == 0;
  FftAggregator aggregator(
      n, {.tilt = from_zero ? Transform{}.tilt : 0, .with_aliasing_bound = false});
  FftAnswer out;
  aggregator.run(once, both, out, further);
  std::vector<double>& mass = out.lattice.mass;
  mass.insert(mass.begin(), std::min(missing, n), 0.0);
  mass.resize(n);
  return std::move(mass);
}

base::Result<AllocateCapitalOutput> of_lines(const AllocateCapitalInput& in) {
  AllocateCapitalOutput out;
  Portfolio all;
  for (const NamedLine& line : in.lines) {
    const base::Result<Portfolio> one = parse_model(line.model, "lines.model");
    if (!one) return std::unexpected(one.error());
    if (one->lines.size() != 1 || one->annual.deductible > 0 || one->annual.limit != kInfinity)
      return base::malformed("lines.model", line.model, "one line without annual terms");
    if (std::string note = infinite_mean_note(one->lines[0].payment); !note.empty())
      return base::malformed("lines.model", line.model, "no capital exists for an infinite mean",
                             std::move(note));
    all.lines.push_back(one->lines[0]);
  }
  std::size_t points_max = kPointsMax;
  while (points_max > kUsualPoints && all.lines.size() * all.lines.size() * points_max > kWorkMax)
    points_max /= 2;
  const GridChoice choice = choose_grid(all, {.step = in.step,
                                              .points = in.points,
                                              .usual_points = kUsualPoints,
                                              .points_max = points_max});
  const Grid& grid = choice.grid;
  out.step = grid.step;
  out.note = choice.note;
  const std::size_t n = all.lines.size();
  std::vector<Lattice> payments;
  std::vector<Frequency> frequencies;
  for (const Line& line : all.lines) {
    payments.push_back(discretize(line.payment, grid.step, grid.points, grid.method));
    frequencies.push_back(line.frequency);
  }
  const auto summed = [&](const std::vector<Frequency>& numbers, const std::vector<Lattice>& each) {
    const Transform transform{.with_aliasing_bound = false};
    return (grid.shifted ? aggregate_shifted(numbers, each, transform)
                         : aggregate_by_fft(numbers, each, transform))
        .lattice;
  };
  const Lattice sum = summed(frequencies, payments);
  const LatticeView view(sum);
  const double tail = 1 - in.level;
  out.mean = moments_of(all).mean;
  out.var = view.value_at_risk(in.level);
  out.lost_mass = view.lost();
  const bool within = out.var != kInfinity;
  const std::size_t at =
      within ? static_cast<std::size_t>(std::llround(out.var / out.step)) - sum.first
             : grid.points - 1;
  double below = 0;
  for (std::size_t k = 0; k < at; ++k) below += sum.mass[k];
  // Of the atom at VaR, what is among the best p; the rest is among the worst.
  const double best =
      sum.mass[at] > 0 ? std::clamp((in.level - below) / sum.mass[at], 0.0, 1.0) : 0;
  const double whole = moments_of(all).variance;
  for (std::size_t i = 0; i < n; ++i) {
    AllocationRow row{.name = in.lines[i].name};
    const Moments own = moments_of(all.lines[i]);
    row.mean = own.mean;
    row.covariance_share = own.variance / whole;
    const Lattice alone = summed({frequencies[i]}, {payments[i]});
    const LatticeView alone_view(alone);
    row.standalone_var = alone_view.value_at_risk(in.level);
    row.standalone_tvar = alone_view.tail_value_at_risk(in.level);
    Lattice others{.step = out.step, .mass = std::vector<double>(grid.points, 0.0)};
    others.mass[0] = 1;
    if (n > 1) {
      std::vector<Frequency> rest_frequencies = frequencies;
      std::vector<Lattice> rest_payments = payments;
      rest_frequencies.erase(rest_frequencies.begin() + static_cast<std::ptrdiff_t>(i));
      rest_payments.erase(rest_payments.begin() + static_cast<std::ptrdiff_t>(i));
      others = summed(rest_frequencies, rest_payments);
    }
    const std::vector<double> part = expected_part(alone, others, sum.first);
    // The mean less what lies in the best p: the tail beyond the lattice is in the difference.
    double good = best * part[at];
    for (std::size_t k = 0; k < at; ++k) good += part[k];
    row.contribution = within ? (row.mean - good) / tail : kInfinity;
    out.tvar += row.contribution;
    out.rows.push_back(std::move(row));
  }
  finish(in, out);
  return out;
}

AllocateCapitalOutput of_covers(const AllocateCapitalInput& in) {
  AllocateCapitalOutput out;
  std::vector<CoverRisk> covers;
  double total = 0;
  double spread = 0;
  double largest = 0;
  std::vector<CrisisState> states;
  for (const NamedState& s : in.states) states.push_back({s.probability, s.factor});
  if (states.empty()) states.push_back({1, 1});
  for (const NamedCover& c : in.covers) {
    covers.push_back(cover_of(c.probability, c.amount));
    total += c.amount;
    largest = std::max(largest, c.amount);
    spread += c.probability * c.amount * c.amount;
  }
  // All of it if the lattice can hold that at a step of a hundredth of the largest cover, else so
  // far that hardly anything lies beyond.
  double most_factor = 0;
  double mean_in_crisis = 0;
  for (const CrisisState& s : states) most_factor = std::max(most_factor, s.factor);
  for (const CoverRisk& c : covers)
    mean_in_crisis += std::min(1.0, c.probability * most_factor) * c.amounts[0];
  const double reach = std::min(
      total, mean_in_crisis + 12 * std::sqrt(spread * std::max(1.0, most_factor)) + 3 * largest);
  const auto points = static_cast<std::size_t>(in.points.value_or(kUsualPoints));
  out.step = in.step > 0 ? in.step : step_for(reach, points);
  const Lattice sum = distribution_of(covers, states, out.step, points);
  out.lost_mass = LatticeView(sum).lost();
  const Shares shares = allocate_tvar(covers, states, out.step, points, in.level);
  out.var = shares.var;
  out.tvar = shares.tvar;
  double variance = 0;
  std::vector<double> covariances;
  for (const CoverRisk& c : covers) {
    double p = 0;
    for (const CrisisState& s : states)
      p += s.probability * std::min(1.0, c.probability * s.factor);
    out.mean += p * c.amounts[0];
    covariances.push_back(p);
  }
  // Cov(X_i, S): within the states, then between them.
  std::vector<double> cross(covers.size(), 0.0);
  for (const CrisisState& s : states) {
    double in_state = 0;
    for (const CoverRisk& c : covers)
      in_state += std::min(1.0, c.probability * s.factor) * c.amounts[0];
    for (std::size_t i = 0; i < covers.size(); ++i) {
      const double p = std::min(1.0, covers[i].probability * s.factor);
      const double a = covers[i].amounts[0];
      cross[i] += s.probability * (p * (1 - p) * a * a + (p - covariances[i]) * a * in_state);
    }
  }
  for (const double c : cross) variance += c;
  for (std::size_t i = 0; i < covers.size(); ++i) {
    const double p = covariances[i];
    const double a = covers[i].amounts[0];
    AllocationRow row{.name = in.covers[i].name, .mean = p * a};
    row.standalone_var = in.level > 1 - p ? a : 0;
    row.standalone_tvar = std::min(a, p * a / (1 - in.level));
    row.contribution = shares.contributions[i];
    row.covariance_share = variance > 0 ? cross[i] / variance : 0;
    out.rows.push_back(std::move(row));
  }
  finish(in, out);
  return out;
}

}  // namespace

base::Result<AllocateCapitalOutput> allocate_capital(const AllocateCapitalInput& in) {
  if (base::Result<void> fine = check(in); !fine) return std::unexpected(fine.error());
  if (!in.lines.empty()) return of_lines(in);
  return of_covers(in);
}

}  // namespace cofferdam::actuarial
