// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/actuarial/model_families.h"

#include <cmath>
#include <map>

namespace cofferdam::actuarial {
namespace {

template <class T>
using Result = base::Result<T>;

using Maker = Result<Severity> (*)(Arguments&);

template <class F>
Result<Severity> finish(Arguments& a, std::string_view takes, std::optional<F> made) {
  if (Result<void> rest = a.check_empty(takes); !rest) return std::unexpected(rest.error());
  if (!made) return a.missing(takes);
  return Severity{*std::move(made)};
}

Result<Severity> make_exponential(Arguments& a) {
  constexpr std::string_view kTakes = "mean (scale, theta), or rate";
  std::optional<double> scale;
  if (const auto rate = a.take({"rate", "lambda"})) scale = 1 / *rate;
  if (!scale) scale = a.take_or_next({"mean", "scale", "theta"});
  return finish(a, kTakes, scale ? std::optional(Exponential{*scale}) : std::nullopt);
}

Result<Severity> make_gamma(Arguments& a) {
  constexpr std::string_view kTakes = "shape (alpha) and scale (theta) or rate; or mean and cv";
  const auto cv = a.take({"cv"});
  const auto mean = a.take({"mean"});
  if (cv && mean)
    return finish(a, kTakes, std::optional(Gamma{1 / (*cv * *cv), *mean * *cv * *cv}));
  const auto shape = a.take_or_next({"shape", "alpha"});
  const auto rate = a.take({"rate", "beta"});
  auto scale = rate ? std::optional(1 / *rate) : a.take_or_next({"scale", "theta"});
  if (!scale && mean && shape) scale = *mean / *shape;
  return finish(a, kTakes,
                shape && scale && !cv ? std::optional(Gamma{*shape, *scale}) : std::nullopt);
}

Result<Severity> make_weibull(Arguments& a) {
  constexpr std::string_view kTakes = "shape (tau) and scale (theta)";
  const auto shape = a.take_or_next({"shape", "tau"});
  const auto scale = a.take_or_next({"scale", "theta"});
  return finish(a, kTakes, shape && scale ? std::optional(Weibull{*shape, *scale}) : std::nullopt);
}

Result<Severity> make_lognormal(Arguments& a) {
  constexpr std::string_view kTakes =
      "meanlog (mu) and sdlog (sigma); or mean or median and cv or sdlog";
  const auto cv = a.take({"cv"});
  const auto mean = a.take({"mean"});
  const auto median = a.take({"median"});
  auto meanlog = a.take({"meanlog", "mu"});
  if (!mean && !median && !meanlog) meanlog = a.next();
  std::optional<double> sdlog = a.take({"sdlog", "sigma"});
  if (cv) sdlog = std::sqrt(std::log1p(*cv * *cv));
  if (!sdlog) sdlog = a.next();
  if (!sdlog) return a.missing(kTakes);
  if (mean) meanlog = std::log(*mean) - 0.5 * *sdlog * *sdlog;
  if (median) meanlog = std::log(*median);
  return finish(a, kTakes, meanlog ? std::optional(Lognormal{*meanlog, *sdlog}) : std::nullopt);
}

Result<Severity> make_single_pareto(Arguments& a) {
  constexpr std::string_view kTakes = "shape (alpha) and threshold (min)";
  const auto shape = a.take_or_next({"shape", "alpha"});
  const auto least = a.take_or_next({"threshold", "min", "scale", "theta"});
  return finish(a, kTakes,
                shape && least ? std::optional(SinglePareto{*shape, *least}) : std::nullopt);
}

Result<Severity> make_pareto(Arguments& a) {
  constexpr std::string_view kTakes = "shape (alpha) and scale (theta) or mean";
  const auto shape = a.take_or_next({"shape", "alpha"});
  auto scale = a.take({"scale", "theta"});
  if (!scale)
    if (const auto mean = a.take({"mean"}); mean && shape) scale = *mean * (*shape - 1);
  if (!scale) scale = a.next();
  return finish(a, kTakes, shape && scale ? std::optional(Pareto{*shape, *scale}) : std::nullopt);
}

Result<Severity> make_burr(Arguments& a) {
  constexpr std::string_view kTakes = "shape1 (alpha), shape2 (gamma) and scale (theta)";
  const auto shape1 = a.take_or_next({"shape1", "alpha"});
  const auto shape2 = a.take_or_next({"shape2", "gamma"});
  const auto scale = a.take_or_next({"scale", "theta"});
  const bool whole = shape1 && shape2 && scale;
  return finish(a, kTakes, whole ? std::optional(Burr{*shape1, *shape2, *scale}) : std::nullopt);
}

Result<Severity> make_inverse_gaussian(Arguments& a) {
  constexpr std::string_view kTakes = "mean (mu) and shape (theta, lambda), dispersion (phi) or cv";
  const auto mean = a.take_or_next({"mean", "mu"});
  std::optional<double> shape;
  if (const auto dispersion = a.take({"dispersion", "phi"})) shape = 1 / *dispersion;
  if (const auto cv = a.take({"cv"}); cv && mean) shape = *mean / (*cv * *cv);
  if (!shape) shape = a.take_or_next({"shape", "theta", "lambda"});
  return finish(a, kTakes,
                mean && shape ? std::optional(InverseGaussian{*mean, *shape}) : std::nullopt);
}

Result<Severity> make_loggamma(Arguments& a) {
  constexpr std::string_view kTakes = "shapelog and ratelog";
  const auto shape = a.take_or_next({"shapelog", "shape", "alpha"});
  const auto rate = a.take_or_next({"ratelog", "rate", "lambda"});
  return finish(a, kTakes, shape && rate ? std::optional(Loggamma{*shape, *rate}) : std::nullopt);
}

Result<Severity> make_generalized_pareto(Arguments& a) {
  constexpr std::string_view kTakes = "threshold (u), scale (beta, sigma) and shape (xi)";
  auto threshold = a.take({"threshold", "u", "location"});
  auto scale = a.take({"scale", "beta", "sigma"});
  auto shape = a.take({"shape", "xi"});
  if (!threshold) threshold = a.next();
  if (!scale) scale = a.next();
  if (!shape) shape = a.next();
  const bool whole = threshold && scale && shape;
  return finish(
      a, kTakes,
      whole ? std::optional(GeneralizedPareto{*threshold, *scale, *shape}) : std::nullopt);
}

Result<Severity> make_uniform(Arguments& a) {
  constexpr std::string_view kTakes = "min and max";
  const auto least = a.take_or_next({"min", "minimum"});
  const auto most = a.take_or_next({"max", "maximum"});
  return finish(a, kTakes, least && most ? std::optional(Uniform{*least, *most}) : std::nullopt);
}

Result<Severity> make_constant(Arguments& a) {
  const auto value = a.take_or_next({"value"});
  return finish(a, "value", value ? std::optional(Empirical{{*value}, {1}}) : std::nullopt);
}

const std::map<std::string, Maker, std::less<>>& makers() {
  static const std::map<std::string, Maker, std::less<>> kMakers{
      {"exponential", make_exponential},
      {"gamma", make_gamma},
      {"weibull", make_weibull},
      {"lognormal", make_lognormal},
      {"single parameter pareto", make_single_pareto},
      {"single pareto", make_single_pareto},
      {"pareto i", make_single_pareto},
      {"pareto 1", make_single_pareto},
      {"pareto", make_pareto},
      {"pareto ii", make_pareto},
      {"pareto 2", make_pareto},
      {"lomax", make_pareto},
      {"burr", make_burr},
      {"inverse gaussian", make_inverse_gaussian},
      {"loggamma", make_loggamma},
      {"generalized pareto", make_generalized_pareto},
      {"generalised pareto", make_generalized_pareto},
      {"gpd", make_generalized_pareto},
      {"uniform", make_uniform},
      {"constant", make_constant}};
  return kMakers;
}

}  // namespace

bool is_severity_name(std::string_view name) {
  return makers().contains(name);
}

Result<Severity> make_severity(std::string_view name, Arguments& arguments) {
  return makers().find(name)->second(arguments);
}

Result<Count> make_count(std::string_view family, Arguments& a) {
  Count count;
  count.zero_probability = a.take({"zero", "p0"});
  std::string_view takes;
  bool whole = false;
  if (family == "poisson") {
    takes = "mean (lambda), and zero";
    const auto mean = a.take_or_next({"mean", "lambda"});
    if ((whole = mean.has_value())) count.mean = *mean;
  } else if (family == "fixed") {
    takes = "number";
    count.family = FrequencyFamily::binomial;
    count.probability = 1;
    const auto number = a.take_or_next({"number", "n"});
    if ((whole = number.has_value())) count.size = *number;
  } else if (family == "binomial" || family == "bernoulli") {
    takes = "trials (size, m, n) and probability (q, p), and zero";
    count.family = FrequencyFamily::binomial;
    const auto trials =
        family == "bernoulli" ? std::optional(1.0) : a.take_or_next({"trials", "size", "m", "n"});
    auto probability = a.take({"probability", "prob", "q", "p"});
    if (!probability)
      if (const auto mean = a.take({"mean"}); mean && trials) probability = *mean / *trials;
    if (!probability) probability = a.next();
    if ((whole = trials && probability)) {
      count.size = *trials;
      count.probability = *probability;
    }
  } else {
    takes = "size (r) and beta, mean or probability (R's prob), and zero";
    count.family = FrequencyFamily::negative_binomial;
    const auto size = family == "geometric" ? std::optional(1.0) : a.take_or_next({"size", "r"});
    auto beta = a.take({"beta"});
    if (!beta)
      if (const auto mean = a.take({"mean", "mu"}); mean && size) beta = *mean / *size;
    if (!beta)
      if (const auto p = a.take({"probability", "prob", "p"})) beta = (1 - *p) / *p;
    if (!beta) beta = a.next();
    if ((whole = size && beta)) {
      count.size = *size;
      count.beta = *beta;
    }
  }
  if (Result<void> rest = a.check_empty(takes); !rest) return std::unexpected(rest.error());
  if (!whole) return a.missing(takes);
  return count;
}

}  // namespace cofferdam::actuarial
