// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/actuarial/fit.h"
#include "cofferdam/models/numerics/solve.h"
#include "cofferdam/models/numerics/special_functions.h"

#include <algorithm>
#include <cmath>

namespace cofferdam::actuarial {
namespace {

void finish(CountFit& fit, std::span<const double> counts, double parameters) {
  const auto n = static_cast<double>(counts.size());
  for (const double x : counts) fit.mean += x / n;
  for (const double x : counts)
    fit.variance += (x - fit.mean) * (x - fit.mean) / std::max(n - 1, 1.0);
  for (const double x : counts)
    fit.log_likelihood +=
        std::log(probability_of(fit.frequency, static_cast<std::uint64_t>(std::llround(x))));
  fit.aic = 2 * parameters - 2 * fit.log_likelihood;
  fit.bic = parameters * std::log(n) - 2 * fit.log_likelihood;
}

struct Two {
  double mean = 0;
  double second_central = 0;  // divided by n
};

Two moments_of(std::span<const double> counts) {
  Two m;
  const auto n = static_cast<double>(counts.size());
  for (const double x : counts) m.mean += x / n;
  for (const double x : counts) m.second_central += (x - m.mean) * (x - m.mean) / n;
  return m;
}

}  // namespace

CountFit fit_poisson(std::span<const double> counts) {
  CountFit fit;
  fit.frequency = poisson(moments_of(counts).mean);
  finish(fit, counts, 1);
  return fit;
}

CountFit fit_negative_binomial(std::span<const double> counts) {
  const Two m = moments_of(counts);
  // The likelihood has a maximum at a finite size just when the counts are over-dispersed
  // (Levin and Reeds 1977).
  if (!(m.second_central > m.mean)) {
    CountFit fit = fit_poisson(counts);
    fit.note =
        "the counts are not over-dispersed (variance at most the mean), so no negative binomial "
        "fits better than its limit: the Poisson is given instead";
    return fit;
  }
  const auto slope = [&](double log_size) {
    const double r = std::exp(log_size);
    double sum = 0;
    for (const double x : counts) {
      // digamma(r + x) - digamma(r), as a sum while that is short.
      if (x <= 50) {
        for (double j = 0; j < x; ++j) sum += 1 / (r + j);
      } else {
        sum += numerics::digamma(r + x) - numerics::digamma(r);
      }
    }
    return sum - static_cast<double>(counts.size()) * std::log1p(m.mean / r);
  };
  const double guess = m.mean * m.mean / (m.second_central - m.mean);
  double lower = std::log(guess) - 1;
  double upper = std::log(guess) + 1;
  while (slope(lower) < 0 && lower > -40) lower -= 1;
  while (slope(upper) > 0 && upper < 40) upper += 1;
  const double size = std::exp(numerics::find_root(slope, lower, upper).x);
  CountFit fit;
  fit.frequency = negative_binomial(size, m.mean / size);
  finish(fit, counts, 2);
  return fit;
}

CountFit fit_binomial(std::span<const double> counts) {
  const Two m = moments_of(counts);
  if (!(m.second_central < m.mean)) {
    CountFit fit = fit_poisson(counts);
    fit.note =
        "the counts are not under-dispersed (variance at least the mean), so no binomial fits "
        "better than its limit: the Poisson is given instead";
    return fit;
  }
  // The likelihood over whole numbers of trials, each with its best probability.
  double most = 1;
  for (const double x : counts) most = std::max(most, x);
  CountFit best;
  bool first = true;
  const double last = std::max(most + 1000, 20 * m.mean * m.mean / (m.mean - m.second_central));
  for (double trials = most; trials <= std::min(last, most + 20'000); ++trials) {
    CountFit fit;
    fit.frequency = binomial(trials, m.mean / trials);
    finish(fit, counts, 2);
    if (first || fit.log_likelihood > best.log_likelihood) {
      best = fit;
      first = false;
    } else if (trials > most + 50 && fit.log_likelihood < best.log_likelihood - 1) {
      break;
    }
  }
  return best;
}

}  // namespace cofferdam::actuarial
