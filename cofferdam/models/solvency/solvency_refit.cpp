// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/actuarial/fit.h"
#include "cofferdam/models/actuarial/simulate.h"
#include "cofferdam/models/solvency/solvency_parts.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <variant>

namespace cofferdam::solvency {
namespace {

using actuarial::Draws;
using actuarial::FitFamily;
using actuarial::Line;
using actuarial::Severity;

std::optional<FitFamily> family_of(const Severity& severity) {
  namespace a = actuarial;
  const auto& f = severity.family;
  if (std::holds_alternative<a::Exponential>(f)) return FitFamily::exponential;
  if (std::holds_alternative<a::Gamma>(f)) return FitFamily::gamma;
  if (std::holds_alternative<a::Weibull>(f)) return FitFamily::weibull;
  if (std::holds_alternative<a::Lognormal>(f)) return FitFamily::lognormal;
  if (std::holds_alternative<a::Pareto>(f)) return FitFamily::pareto;
  if (std::holds_alternative<a::SinglePareto>(f)) return FitFamily::single_parameter_pareto;
  if (std::holds_alternative<a::Burr>(f)) return FitFamily::burr;
  if (std::holds_alternative<a::InverseGaussian>(f)) return FitFamily::inverse_gaussian;
  if (std::holds_alternative<a::Loggamma>(f)) return FitFamily::loggamma;
  if (std::holds_alternative<a::GeneralizedPareto>(f)) return FitFamily::generalized_pareto;
  return std::nullopt;
}

// Losses anew, fitted by their own family; a family that has no fit is taken as what was drawn.
std::optional<Severity> drawn_severity(const Severity& severity, std::uint32_t losses,
                                       Draws& draws) {
  std::vector<double> values;
  for (std::uint32_t i = 0; i < losses; ++i)
    values.push_back(actuarial::quantile(severity, draws.uniform()));
  const std::optional<FitFamily> family = family_of(severity);
  if (!family) return actuarial::empirical_of(values);
  std::vector<actuarial::Observation> data;
  for (const double value : values) data.push_back({.value = value});
  const base::Result<actuarial::Fit> fit = actuarial::fit_family(*family, data);
  if (!fit || !fit->converged || !actuarial::fault_of(fit->severity).empty()) return std::nullopt;
  return fit->severity;
}

// The estimated mean number over the true one. Whole years are drawn; half a loss stands for none,
// so that no fit says that nothing can happen.
double drawn_factor(const actuarial::Frequency& frequency, double years, Draws& draws) {
  const actuarial::CountSampler sampler(frequency);
  const double whole = std::max(1.0, std::round(years));
  double losses = 0;
  for (double y = 0; y < whole; ++y) losses += static_cast<double>(sampler.draw(draws.uniform()));
  const double mean = actuarial::mean(frequency);
  return mean > 0 ? std::max(losses, 0.5) / whole / mean : 1;
}

}  // namespace

Refit refitted(const SolvencyBook& book, std::uint32_t number) {
  Refit out;
  for (std::size_t i = 0; i < book.lines.size(); ++i) {
    const SolvencyLine& known = book.input.lines[i];
    if (known.years_observed == 0 && known.losses_observed == 0) {
      out.claims.push_back(book.claims[i]);
      continue;
    }
    Draws draws(book.input.seed, i, number);
    Line line = book.lines[i];
    if (known.years_observed > 0)
      line.frequency =
          scaled(line.frequency, drawn_factor(line.frequency, known.years_observed, draws));
    if (known.losses_observed == 0) {
      out.claims.push_back({.number = line.frequency, .payment = book.claims[i].payment});
      continue;
    }
    std::optional<Severity> severity =
        drawn_severity(line.payment.severity, known.losses_observed, draws);
    if (severity) line.payment.severity = std::move(*severity);
    out.failed = out.failed || !severity;
    out.claims.push_back(part_of(line, book));
  }
  return out;
}

}  // namespace cofferdam::solvency
