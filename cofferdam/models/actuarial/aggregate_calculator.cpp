// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/actuarial/aggregate_calculator.h"

#include "cofferdam/base/estimate.h"
#include "cofferdam/models/actuarial/grid_choice.h"
#include "cofferdam/models/actuarial/model_text.h"
#include "cofferdam/models/actuarial/simulate.h"

#include <algorithm>
#include <cmath>

namespace cofferdam::actuarial {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

struct Work {
  const AggregateInput& input;
  const Portfolio& portfolio;
  GridChoice choice;
  AggregateOutput& out;
};

base::Result<void> check(const AggregateInput& input) {
  if (base::Result<void> points = check_points(input.points, 16, kLatticeMax); !points)
    return points;
  if (input.padding != 1 && input.padding != 2 && input.padding != 4 && input.padding != 8)
    return base::malformed("padding", std::to_string(input.padding), "1, 2, 4 or 8");
  if (!(input.tilt >= 0 && input.tilt <= 40))
    return base::malformed("tilt", base::number_text(input.tilt), "must lie from 0 to 40");
  if (!(input.step >= 0) || !std::isfinite(input.step))
    return base::malformed("step", base::number_text(input.step), "must be finite, not negative");
  if (input.at.size() > kPointsAskedMax)
    return base::malformed("at", std::to_string(input.at.size()), "at most 10,000");
  if (input.masses > kPointsAskedMax)
    return base::malformed("masses", std::to_string(input.masses), "at most 10,000");
  if (input.method == AggregateMethod::panjer && input.points.value_or(0) > kPanjerPointsMax)
    return base::malformed("points", std::to_string(*input.points),
                           "at most 131,072 for Panjer's recursion", "use the method fft");
  if (input.simulations == 0 || input.simulations > 10'000'000)
    return base::malformed("simulations", std::to_string(input.simulations),
                           "from 1 to 10,000,000");
  return check_levels(input.levels);
}

std::string verdict_of(const ErrorCertificate& c, const std::vector<AggregateRisk>& risk,
                       const GridChoice& choice) {
  std::string out;
  const auto say = [&out](const std::string& text) { out += (out.empty() ? "" : "; ") + text; };
  for (const AggregateRisk& r : risk)
    if (r.var == kInfinity) {
      say("the lattice ends before a VaR: enlarge step or points");
      break;
    }
  double finest = 1;
  for (const AggregateRisk& r : risk) finest = std::min(finest, 1 - r.level);
  if (c.lost_mass > 1e-3 * finest) say("mass beyond the end matters at the highest level");
  if (c.aliasing_bound > 1e-3 * finest) say("wrapped mass matters: more padding or tilt");
  if (c.rounding_bound > 1e-9 && !choice.grid.shifted)
    say("the tilt magnifies rounding: less tilt or more padding");
  if (c.rounding_bound > 1e-7 && choice.grid.shifted)
    say("so many claims magnify rounding: compare with normal_power");
  if (c.panjer_difference > 1e-9) say("Panjer and FFT disagree");
  if (choice.coarseness.worst() > kCoarse) say(choice.note);
  if (std::abs(c.mean_error) > 1e-3) say("the lattice misses the mean");
  if (c.variance_error > 1e-2) say("the lattice misses the variance");
  return out;
}

// Bounds from the lattices whose losses are all too small or all too large.
void bound_risk(Work& work, const Transform& transform) {
  Grid grid = work.choice.grid;
  grid.method = Discretization::upper;
  const FftAnswer small = aggregate_by_fft(work.portfolio, grid, transform);
  grid.method = Discretization::lower;
  const FftAnswer large = aggregate_by_fft(work.portfolio, grid, transform);
  const LatticeView below(small.lattice, work.portfolio.annual);
  const LatticeView above(large.lattice, work.portfolio.annual);
  const double exact =
      work.portfolio.annual.deductible == 0 && work.portfolio.annual.limit == kInfinity
          ? work.out.mean
          : kInfinity;
  for (AggregateRisk& r : work.out.risk) {
    r.var_lower = below.value_at_risk(r.level);
    r.var_upper = above.value_at_risk(r.level);
    r.tvar_lower = below.tail_value_at_risk(r.level);
    // Losses too large, where none is lost; or any v in v + (E S - E min(S, v))/(1 - p)
    // (Rockafellar and Uryasev 2000) with losses too small in the last term.
    const bool whole = above.lost() < 1e-12 || work.portfolio.annual.limit != kInfinity;
    r.tvar_upper = whole ? above.tail_value_at_risk(r.level) : kInfinity;
    if (exact != kInfinity && r.var != kInfinity) {
      const double limited = below.mean() - below.stop_loss(r.var);
      r.tvar_upper = std::min(r.tvar_upper, r.var + (exact - limited) / (1 - r.level));
    }
  }
}

void certify(Work& work, const Lattice& lattice, ErrorCertificate certificate) {
  const LatticeMoments have = moments_of(lattice);
  certificate.lost_mass = std::max(0.0, 1 - have.mass);
  certificate.mean_error = have.mean / work.out.mean - 1;
  certificate.variance_error = have.variance / work.out.variance - 1;
  if (work.out.mean == kInfinity) certificate.mean_error = kNone;
  if (work.out.variance == kInfinity) certificate.variance_error = kNone;
  const std::size_t lines = work.portfolio.lines.size();
  const std::size_t compared = std::min<std::size_t>(
      work.choice.grid.points, lines == 1 ? kPanjerCheckPoints : kPanjerCheckPoints / 4);
  certificate.panjer_difference = kNone;
  const std::optional<Lattice> other =
      lines > 16 || lattice.first > 0
          ? std::nullopt
          : aggregate_by_panjer(work.portfolio, work.choice.grid, compared);
  if (other) {
    certificate.panjer_difference = 0;
    certificate.panjer_points = static_cast<std::uint32_t>(compared);
    for (std::size_t i = 0; i < compared; ++i)
      certificate.panjer_difference =
          std::max(certificate.panjer_difference, std::abs(other->mass[i] - lattice.mass[i]));
  }
  certificate.verdict = verdict_of(certificate, work.out.risk, work.choice);
  work.out.certificate = std::move(certificate);
}

base::Result<void> by_lattice(Work& work) {
  const Transform transform{.padding = work.input.padding, .tilt = work.input.tilt};
  Lattice lattice;
  ErrorCertificate certificate;
  if (work.input.method == AggregateMethod::panjer) {
    std::optional<Lattice> answer =
        aggregate_by_panjer(work.portfolio, work.choice.grid, work.choice.grid.points);
    if (!answer)
      return base::malformed("method", "panjer", "a fixed number of losses has no recursion",
                             "use the method fft");
    lattice = *std::move(answer);
  } else {
    FftAnswer answer = aggregate_by_fft(work.portfolio, work.choice.grid, transform);
    lattice = std::move(answer.lattice);
    certificate.aliasing_bound = answer.aliasing_bound;
    certificate.negative_mass = answer.negative_mass;
    certificate.rounding_bound = answer.rounding_bound;
  }
  const LatticeView view(lattice, work.portfolio.annual);
  AggregateOutput& out = work.out;
  out.step = work.choice.grid.step;
  out.points_used = static_cast<std::uint32_t>(work.choice.grid.points);
  out.paid_mean = view.mean();
  out.probability_of_zero = view.distribution(0);
  for (const double x : work.input.at)
    out.points.push_back(
        {.x = x, .distribution = view.distribution(x), .stop_loss = view.stop_loss(x)});
  // What the mean has beyond the lattice, where only the end can have taken it.
  const AnnualTerms& annual = work.portfolio.annual;
  const bool kept = work.choice.grid.method == Discretization::unbiased && annual.deductible == 0 &&
                    annual.limit == kInfinity;
  const double beyond = kept && view.lost() > 1e-12 ? std::max(0.0, out.mean - out.paid_mean) : 0;
  for (AggregateRisk& r : out.risk) {
    r.var = view.value_at_risk(r.level);
    r.tvar = view.tail_value_at_risk(r.level) + beyond / (1 - r.level);
    r.var_lower = r.var_upper = r.tvar_lower = r.tvar_upper = kNone;
  }
  if (work.input.certificate) {
    bound_risk(work, transform);
    certify(work, lattice, std::move(certificate));
  }
  lattice.mass.insert(lattice.mass.begin(), std::min<std::size_t>(lattice.first, work.input.masses),
                      0.0);
  lattice.mass.resize(std::min<std::size_t>(lattice.mass.size(), work.input.masses));
  out.masses = std::move(lattice.mass);
  return {};
}

base::Result<void> by_simulation(Work& work) {
  double losses = static_cast<double>(work.input.simulations);
  for (const Line& line : work.portfolio.lines)
    losses += static_cast<double>(work.input.simulations) * mean(line.frequency);
  if (losses > kSimulatedLossesMax)
    return base::malformed("simulations", std::to_string(work.input.simulations),
                           "at most 50,000,000 losses are drawn", "fewer years, or the method fft");
  std::vector<double> sample =
      simulate_years(work.portfolio, work.input.simulations, work.input.seed);
  std::ranges::sort(sample);
  AggregateOutput& out = work.out;
  const auto n = static_cast<double>(sample.size());
  out.paid_mean = figures_of(sample).mean;
  const auto share = [&](double x) {
    return static_cast<double>(std::ranges::upper_bound(sample, x) - sample.begin()) / n;
  };
  out.probability_of_zero = share(0);
  for (const double x : work.input.at) {
    double excess = 0;
    for (auto it = std::ranges::upper_bound(sample, x); it != sample.end(); ++it) excess += *it - x;
    out.points.push_back({.x = x, .distribution = share(x), .stop_loss = excess / n});
  }
  for (AggregateRisk& r : out.risk) {
    const SampleRisk s = risk_of(sample, r.level);
    r.var = s.var;
    r.tvar = s.tvar;
    r.var_lower = s.var_lower;
    r.var_upper = s.var_upper;
    r.tvar_lower = s.tvar - 2 * s.tvar_error;
    r.tvar_upper = s.tvar + 2 * s.tvar_error;
  }
  return {};
}

base::Result<void> by_moments(Work& work, const Moments& moments) {
  const AnnualTerms& annual = work.portfolio.annual;
  if (annual.deductible > 0 || annual.limit != kInfinity)
    return base::malformed("model", "annual terms", "an approximation by moments has none",
                           "use the method fft");
  const bool power = work.input.method == AggregateMethod::normal_power;
  AggregateOutput& out = work.out;
  out.paid_mean = moments.mean;
  out.probability_of_zero = kNone;
  for (const double x : work.input.at)
    out.points.push_back({.x = x,
                          .distribution = power ? normal_power_distribution(moments, x)
                                                : translated_gamma_distribution(moments, x),
                          .stop_loss = kNone});
  for (AggregateRisk& r : out.risk) {
    r.var = power ? r.normal_power : r.translated_gamma;
    r.tvar = r.var_lower = r.var_upper = r.tvar_lower = r.tvar_upper = kNone;
  }
  out.note = "an approximation by three moments: it says nothing of the tail's shape";
  return {};
}

}  // namespace

base::Result<AggregateOutput> aggregate_figures(const AggregateInput& input) {
  if (base::Result<void> fine = check(input); !fine) return std::unexpected(fine.error());
  const base::Result<Portfolio> portfolio = parse_model(input.model);
  if (!portfolio) return std::unexpected(portfolio.error());
  AggregateOutput out;
  const Moments moments = moments_of(*portfolio);
  out.mean = moments.mean;
  out.variance = moments.variance;
  out.skewness = moments.skewness;
  for (const double p : input.levels)
    out.risk.push_back({.level = p,
                        .normal_power = normal_power_quantile(moments, p),
                        .translated_gamma = translated_gamma_quantile(moments, p)});
  const bool limited = portfolio->annual.limit != kInfinity;
  for (const Line& line : portfolio->lines)
    if (std::string note = infinite_mean_note(line.payment); !note.empty() && !limited)
      return base::malformed("model", input.model, "the aggregate has no mean", std::move(note));
  Work work{.input = input, .portfolio = *portfolio, .choice = {}, .out = out};
  base::Result<void> done;
  const bool panjer = input.method == AggregateMethod::panjer;
  switch (input.method) {
    case AggregateMethod::fft:
    case AggregateMethod::panjer:
      work.choice = choose_grid(*portfolio, {.step = input.step,
                                             .points = input.points,
                                             .points_max = panjer ? kPanjerPointsMax : kLatticeMax,
                                             .method = input.discretization,
                                             .usual_method = Discretization::rounding,
                                             .may_shift = !panjer});
      out.note = work.choice.note;
      done = by_lattice(work);
      break;
    case AggregateMethod::simulation:
      done = by_simulation(work);
      break;
    case AggregateMethod::normal_power:
    case AggregateMethod::translated_gamma:
      done = by_moments(work, moments);
      break;
  }
  if (!done) return std::unexpected(done.error());
  return out;
}

}  // namespace cofferdam::actuarial
