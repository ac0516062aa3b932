// SPDX-License-Identifier: Apache-2.0
//
// Models written back as text, with the fewest digits that give the same parameters.
#include "cofferdam/base/estimate.h"
#include "cofferdam/models/actuarial/model_text.h"

#include <initializer_list>
#include <utility>

namespace cofferdam::actuarial {
namespace {

std::string call(std::string_view family,
                 std::initializer_list<std::pair<std::string_view, double>> parameters) {
  std::string out(family);
  out += '(';
  bool first = true;
  for (const auto& [name, value] : parameters) {
    if (!first) out += ", ";
    first = false;
    out += std::string(name) + ' ' + base::number_text(value);
  }
  return out + ')';
}

std::string format(const Exponential& f) {
  return call("exponential", {{"mean", f.scale}});
}

std::string format(const Gamma& f) {
  return call("gamma", {{"shape", f.shape}, {"scale", f.scale}});
}

std::string format(const Weibull& f) {
  return call("weibull", {{"shape", f.shape}, {"scale", f.scale}});
}

std::string format(const Lognormal& f) {
  return call("lognormal", {{"meanlog", f.meanlog}, {"sdlog", f.sdlog}});
}

std::string format(const SinglePareto& f) {
  return call("single parameter pareto", {{"shape", f.shape}, {"threshold", f.threshold}});
}

std::string format(const Pareto& f) {
  return call("pareto", {{"shape", f.shape}, {"scale", f.scale}});
}

std::string format(const Burr& f) {
  return call("burr", {{"shape1", f.shape1}, {"shape2", f.shape2}, {"scale", f.scale}});
}

std::string format(const InverseGaussian& f) {
  return call("inverse gaussian", {{"mean", f.mean}, {"shape", f.shape}});
}

std::string format(const Loggamma& f) {
  return call("loggamma", {{"shapelog", f.shapelog}, {"ratelog", f.ratelog}});
}

std::string format(const GeneralizedPareto& f) {
  return call("generalized pareto",
              {{"threshold", f.threshold}, {"scale", f.scale}, {"shape", f.shape}});
}

std::string format(const Uniform& f) {
  return call("uniform", {{"min", f.minimum}, {"max", f.maximum}});
}

std::string format(const Empirical& f) {
  if (f.values.size() == 1) return "constant(" + base::number_text(f.values[0]) + ")";
  std::string out = "empirical(";
  for (std::size_t i = 0; i < f.values.size(); ++i)
    out += (i == 0 ? "" : ", ") + base::number_text(f.values[i]) + ": " +
           base::number_text(f.probabilities[i]);
  return out + ")";
}

std::string format(const Spliced& f) {
  return "spliced(" + text_of(*f.body) + ", " + format(f.tail) + ", tail " +
         base::number_text(f.tail_probability) + ")";
}

std::string format(const Count& count) {
  std::string out;
  if (count.family == FrequencyFamily::poisson)
    out = "poisson(mean " + base::number_text(count.mean);
  else if (count.family == FrequencyFamily::binomial)
    out = "binomial(trials " + base::number_text(count.size) + ", probability " +
          base::number_text(count.probability);
  else
    out = "negative binomial(size " + base::number_text(count.size) + ", beta " +
          base::number_text(count.beta);
  if (count.zero_probability) out += ", zero " + base::number_text(*count.zero_probability);
  return out + ")";
}

}  // namespace

std::string text_of(const Severity& severity) {
  return std::visit([](const auto& f) { return format(f); }, severity.family);
}

std::string text_of(const Frequency& frequency) {
  if (frequency.states.size() == 1) return format(frequency.states[0].count);
  std::string out = "mixture(";
  for (std::size_t i = 0; i < frequency.states.size(); ++i)
    out += (i == 0 ? "" : ", ") + base::number_text(frequency.states[i].probability) + ": " +
           format(frequency.states[i].count);
  return out + ")";
}

}  // namespace cofferdam::actuarial
