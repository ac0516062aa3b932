// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/actuarial/premium.h"

#include "cofferdam/base/estimate.h"
#include "cofferdam/models/actuarial/grid_choice.h"
#include "cofferdam/models/actuarial/model_text.h"
#include "cofferdam/models/actuarial/ruin.h"
#include "cofferdam/models/numerics/special_functions.h"

#include <algorithm>
#include <cmath>

namespace cofferdam::actuarial {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

struct Bound {
  const std::optional<double>& value;
  std::string_view name;
  double least = 0;
  double most = kInfinity;  // not reached
  bool above_least = false;
};

std::string rule_of(const Bound& b) {
  if (b.above_least) return "must be above " + base::number_text(b.least);
  const std::string from = base::number_text(b.least);
  if (b.most == kInfinity) return "must be finite, at least " + from;
  if (b.most > 1) return "must lie from " + from + " to 1";
  return "must lie from " + from + " to below " + base::number_text(b.most);
}

base::Result<void> check(const PremiumInput& in) {
  if (base::Result<void> points = check_points(in.points, 16, kLatticeMax); !points) return points;
  if (!(in.step >= 0) || !std::isfinite(in.step))
    return base::malformed("step", base::number_text(in.step), "must be finite, not negative");
  const std::optional<double> alpha = in.dutch_alpha;
  const std::optional<double> level = in.capital_level;
  const std::optional<double> expenses = in.expense_ratio;
  const std::array bounds{
      Bound{in.expected_value_loading, "expected_value_loading"},
      Bound{in.variance_loading, "variance_loading"},
      Bound{in.standard_deviation_loading, "standard_deviation_loading"},
      Bound{in.exponential_aversion, "exponential_aversion", 0, kInfinity, true},
      Bound{in.esscher_h, "esscher_h", 0, kInfinity, true},
      Bound{in.dutch_theta, "dutch_theta", 0, std::nextafter(1.0, 2.0)},
      Bound{alpha, "dutch_alpha", 1},
      Bound{in.proportional_hazard_rho, "proportional_hazard_rho", 1},
      Bound{in.wang_lambda, "wang_lambda"},
      Bound{in.dual_power_kappa, "dual_power_kappa", 1},
      Bound{in.minmaxvar_lambda, "minmaxvar_lambda"},
      Bound{in.tvar_level, "tvar_level", 0, 1},
      Bound{in.cost_of_capital_rate, "cost_of_capital_rate"},
      Bound{level, "capital_level", 0, 1},
      Bound{expenses, "expense_ratio", 0, 1}};
  for (const Bound& b : bounds) {
    if (!b.value) continue;
    const double v = *b.value;
    const bool inside = (b.above_least ? v > b.least : v >= b.least) && v < b.most;
    if (!inside || !std::isfinite(v))
      return base::malformed(std::string(b.name), base::number_text(v), rule_of(b));
  }
  return {};
}

// Where the moment generating function of the whole ends: at the first line's that does.
double moment_limit(const Portfolio& portfolio) {
  if (portfolio.annual.limit != kInfinity) return kInfinity;
  double limit = kInfinity;
  for (const Line& line : portfolio.lines) {
    const LossTerms& terms = line.payment.terms;
    if (terms.limit == kInfinity)
      limit = std::min(limit, exponential_moment_limit(line.payment.severity) / terms.coinsurance);
    for (const State& state : line.frequency.states) {
      const Count& count = state.count;
      if (count.family != FrequencyFamily::negative_binomial || count.beta == 0) continue;
      // E e^(sX) must stay below 1 + 1/beta: by Brent on the severity without terms, which is at
      // least as heavy.
      const auto moment = [&](double s) {
        return log_exponential_moment(line.payment.severity, s * terms.coinsurance, terms.limit);
      };
      const double wanted = std::log1p(1 / count.beta);
      double s = std::isfinite(limit) ? limit : 1 / std::max(mean(line.payment), 1e-300);
      while (s > 1e-300 && moment(s) > wanted) s /= 1.01;
      if (std::isfinite(limit) || moment(1.02 * s) > wanted) limit = std::min(limit, s);
    }
  }
  return limit;
}

struct Exponents {
  double log_moment = 0;  // log E e^(sS)
  double mean = 0;        // E[S e^(sS)] / E e^(sS)
};

Exponents exponents_of(const Lattice& lattice, AnnualTerms terms, double s) {
  const auto value = [&](std::size_t i) {
    return std::clamp(lattice.at(i) - terms.deductible, 0.0, terms.limit);
  };
  double most = 0;
  for (std::size_t i = 0; i < lattice.mass.size(); ++i)
    if (lattice.mass[i] > 0) most = std::max(most, std::log(lattice.mass[i]) + s * value(i));
  double sum = 0;
  double of_values = 0;
  for (std::size_t i = 0; i < lattice.mass.size(); ++i) {
    if (lattice.mass[i] <= 0) continue;
    const double weight = std::exp(std::log(lattice.mass[i]) + s * value(i) - most);
    sum += weight;
    of_values += weight * value(i);
  }
  return {.log_moment = most + std::log(sum), .mean = of_values / sum};
}

// The width of the layer whose reinstatements are priced.
base::Result<double> layer_of(const PremiumInput& in, const Portfolio& portfolio) {
  if (in.reinstatements.size() > 100)
    return base::malformed("reinstatements", std::to_string(in.reinstatements.size()),
                           "at most 100");
  for (const double price : in.reinstatements)
    if (!(price >= 0) || !std::isfinite(price))
      return base::malformed("reinstatements", base::number_text(price),
                             "must be finite, not negative");
  const double width =
      portfolio.lines.size() == 1 ? largest_payment(portfolio.lines[0].payment) : kInfinity;
  if (!std::isfinite(width) || !(width > 0) || portfolio.annual.deductible > 0 ||
      portfolio.annual.limit != kInfinity)
    return base::malformed("model", in.model,
                           "reinstatements are of one line with a limit and without annual terms");
  return width;
}

ReinstatementPremium reinstated(const std::vector<double>& prices, double width,
                                const Lattice& lattice) {
  const LatticeView view(lattice);
  ReinstatementPremium out{.annual_limit = width * static_cast<double>(prices.size() + 1)};
  out.payments = view.mean() - view.stop_loss(out.annual_limit);
  for (std::size_t k = 0; k < prices.size(); ++k) {
    const double below = width * static_cast<double>(k);
    out.expected_reinstatements +=
        prices[k] * (view.stop_loss(below) - view.stop_loss(below + width)) / width;
  }
  out.initial = out.payments / (1 + out.expected_reinstatements);
  out.whole = out.initial * (1 + out.expected_reinstatements);
  return out;
}

}  // namespace

base::Result<PremiumOutput> premium(const PremiumInput& in) {
  if (base::Result<void> fine = check(in); !fine) return std::unexpected(fine.error());
  const base::Result<Portfolio> portfolio = parse_model(in.model);
  if (!portfolio) return std::unexpected(portfolio.error());
  if (portfolio->annual.limit == kInfinity)
    for (const Line& line : portfolio->lines)
      if (std::string note = infinite_mean_note(line.payment); !note.empty())
        return base::malformed("model", in.model, "no premium exists for an infinite mean",
                               std::move(note));
  const GridChoice choice =
      choose_grid(*portfolio, {.step = in.step, .points = in.points, .method = in.discretization});
  const Lattice lattice = aggregate_by_fft(*portfolio, choice.grid).lattice;
  const AnnualTerms terms = portfolio->annual;
  const LatticeView view(lattice, terms);
  const bool plain = terms.deductible == 0 && terms.limit == kInfinity;
  const Moments moments = moments_of(*portfolio);
  PremiumOutput out;
  out.mean = plain ? moments.mean : view.mean();
  out.standard_deviation = std::sqrt(plain ? moments.variance : view.variance());
  out.lost_mass = view.lost();
  out.capital = in.capital_measure == CapitalMeasure::tvar
                    ? view.tail_value_at_risk(in.capital_level)
                    : view.value_at_risk(in.capital_level);
  const auto add = [&](std::string_view name, double parameter, double value) {
    out.premiums.push_back({.principle = std::string(name),
                            .parameter = parameter,
                            .premium = value,
                            .loading = value / out.mean - 1,
                            .gross = value / (1 - in.expense_ratio)});
  };
  const double e = out.mean;
  const double variance = out.standard_deviation * out.standard_deviation;
  if (in.expected_value_loading)
    add("expected_value", *in.expected_value_loading, (1 + *in.expected_value_loading) * e);
  if (in.variance_loading)
    add("variance", *in.variance_loading, e + *in.variance_loading * variance);
  if (in.standard_deviation_loading)
    add("standard_deviation", *in.standard_deviation_loading,
        e + *in.standard_deviation_loading * out.standard_deviation);
  const double end = in.exponential_aversion || in.esscher_h ? moment_limit(*portfolio) : 0;
  const auto beyond = [&](double s) {
    if (s < end) return false;
    out.note =
        "the exponential moment does not exist at this parameter: such a principle needs a light "
        "tail or a limit";
    return true;
  };
  if (const auto a = in.exponential_aversion)
    add("exponential", *a,
        beyond(*a) ? kInfinity : exponents_of(lattice, terms, *a).log_moment / *a);
  if (const auto h = in.esscher_h)
    add("esscher", *h, beyond(*h) ? kInfinity : exponents_of(lattice, terms, *h).mean);
  if (const auto theta = in.dutch_theta)
    add("dutch", *theta, e + *theta * view.stop_loss(in.dutch_alpha * e));
  if (const auto rho = in.proportional_hazard_rho)
    add("proportional_hazard", *rho,
        distorted_mean(lattice, terms, [&](double s) { return std::pow(s, 1 / *rho); }));
  if (const auto lambda = in.wang_lambda)
    add("wang", *lambda, distorted_mean(lattice, terms, [&](double s) {
          return numerics::gaussian_cdf(numerics::gaussian_quantile(std::min(s, 1.0)) + *lambda);
        }));
  if (const auto kappa = in.dual_power_kappa)
    add("dual_power", *kappa, distorted_mean(lattice, terms, [&](double s) {
          return -std::expm1(*kappa * std::log1p(-std::min(s, 1.0)));
        }));
  if (const auto lambda = in.minmaxvar_lambda)
    add("minmaxvar", *lambda, distorted_mean(lattice, terms, [&](double s) {
          const double root = std::pow(std::min(s, 1.0), 1 / (1 + *lambda));
          return -std::expm1((1 + *lambda) * std::log1p(-root));
        }));
  if (in.tvar_level) add("tvar", *in.tvar_level, view.tail_value_at_risk(*in.tvar_level));
  if (const auto r = in.cost_of_capital_rate)
    add("cost_of_capital", *r, (e + *r * out.capital) / (1 + *r));
  if (!in.reinstatements.empty()) {
    const base::Result<double> width = layer_of(in, *portfolio);
    if (!width) return std::unexpected(width.error());
    out.reinstatement = reinstated(in.reinstatements, *width, lattice);
  }
  const auto say = [&out](const std::string& text) {
    out.note += (out.note.empty() ? "" : "; ") + text;
  };
  if (!choice.note.empty()) say(choice.note);
  if (out.lost_mass > 1e-6) say("mass beyond the lattice: enlarge step or points");
  return out;
}

}  // namespace cofferdam::actuarial
