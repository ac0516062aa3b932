// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/base/check.h"
#include "cofferdam/models/actuarial/aggregate.h"
#include "cofferdam/models/numerics/fft.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <complex>

namespace cofferdam::actuarial {
namespace {

using numerics::AlignedDoubles;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// The tilted payment, even and odd places apart.
void place(const Lattice& payment, double theta, AlignedDoubles& even, AlignedDoubles& odd) {
  const std::size_t half = even.size();
  std::fill_n(even.data(), half, 0.0);
  std::fill_n(odd.data(), half, 0.0);
  const std::size_t n = payment.mass.size();
  // exp(-theta k) by blocks, so that the error of the products does not grow with k.
  for (std::size_t block = 0; block < n; block += 256) {
    double weight = std::exp(-theta * static_cast<double>(block));
    const double factor = std::exp(-theta);
    const std::size_t end = std::min(n, block + 256);
    for (std::size_t k = block; k < end; ++k) {
      (k % 2 == 0 ? even : odd)[k / 2] = payment.mass[k] * weight;
      weight *= factor;
    }
  }
}

void apply(const Frequency& frequency, double* re, double* im, std::size_t n) {
  if (frequency.states.size() == 1 && !frequency.states[0].count.zero_probability &&
      frequency.states[0].count.family == FrequencyFamily::poisson) {
    const double mean = frequency.states[0].count.mean;
    for (std::size_t k = 0; k < n; ++k) {
      const double size = std::exp(mean * (re[k] - 1));
      const double angle = mean * im[k];
      re[k] = size * std::cos(angle);
      im[k] = size * std::sin(angle);
    }
    return;
  }
  for (std::size_t k = 0; k < n; ++k) {
    const std::complex<double> z = generating_function(frequency, {re[k], im[k]});
    re[k] = z.real();
    im[k] = z.imag();
  }
}

// Chernoff: P(S >= x) <= E exp(s (S - x)) for every s; the best of a few.
double tail_bound(const std::vector<Frequency>& frequencies, const std::vector<Lattice>& payments,
                  double places) {
  double best = 1;
  for (double exponent = 0.5; exponent < 600; exponent *= 2) {
    const double z = std::exp(exponent / places);
    double log_bound = -exponent;
    for (std::size_t i = 0; i < frequencies.size() && std::isfinite(log_bound); ++i) {
      double value = 0;
      for (std::size_t k = payments[i].mass.size(); k-- > 0;)
        value = value * z + payments[i].mass[k];
      double sum = 0;
      for (const State& state : frequencies[i].states) {
        const Count& count = state.count;
        const bool diverges =
            count.family == FrequencyFamily::negative_binomial && count.beta * (value - 1) >= 1;
        sum += diverges ? kInfinity : state.probability * generating_function(count, value).real();
      }
      log_bound += std::log(sum);
    }
    if (std::isfinite(log_bound)) best = std::min(best, std::exp(log_bound));
  }
  return best;
}

}  // namespace

FftAnswer aggregate_by_fft(const std::vector<Frequency>& frequencies,
                           const std::vector<Lattice>& payments, const Transform& transform) {
  COFFERDAM_CHECK(!payments.empty() && frequencies.size() == payments.size(),
                  "each frequency has its payment");
  const std::size_t points = payments[0].mass.size();
  const std::size_t length = points * transform.padding;
  COFFERDAM_CHECK(std::has_single_bit(length) && length >= 2, "the lattice is a power of two");
  const std::size_t half = length / 2;
  const double theta = transform.tilt / static_cast<double>(length);
  const numerics::RealFftPlan plan(length);
  AlignedDoubles even(half + 1);
  AlignedDoubles odd(half + 1);
  AlignedDoubles work(plan.scratch());
  AlignedDoubles product_re;
  AlignedDoubles product_im;
  for (std::size_t i = 0; i < payments.size(); ++i) {
    place(payments[i], theta, even, odd);
    plan.forward(even.data(), odd.data(), work.data());
    apply(frequencies[i], even.data(), odd.data(), half + 1);
    if (payments.size() == 1) break;
    if (i == 0) {
      product_re = AlignedDoubles(half + 1);
      product_im = AlignedDoubles(half + 1);
      std::swap(product_re, even);
      std::swap(product_im, odd);
      continue;
    }
    for (std::size_t k = 0; k <= half; ++k) {
      const double re = product_re[k] * even[k] - product_im[k] * odd[k];
      product_im[k] = product_re[k] * odd[k] + product_im[k] * even[k];
      product_re[k] = re;
    }
  }
  if (payments.size() > 1) {
    std::swap(product_re, even);
    std::swap(product_im, odd);
  }
  plan.inverse(even.data(), odd.data(), work.data());
  FftAnswer out;
  out.lattice.step = payments[0].step;
  out.lattice.mass.resize(points);
  for (std::size_t block = 0; block < points; block += 256) {
    double weight = std::exp(theta * static_cast<double>(block));
    const double factor = std::exp(theta);
    const std::size_t end = std::min(points, block + 256);
    for (std::size_t k = block; k < end; ++k) {
      const double value = (k % 2 == 0 ? even : odd)[k / 2] * weight;
      out.negative_mass -= std::min(value, 0.0);
      out.lattice.mass[k] = std::max(value, 0.0);
      weight *= factor;
    }
  }
  out.rounding_bound = std::numeric_limits<double>::epsilon() *
                       std::log2(static_cast<double>(length)) *
                       std::exp(theta * static_cast<double>(points));
  out.aliasing_bound =
      std::exp(-transform.tilt) * tail_bound(frequencies, payments, static_cast<double>(length));
  return out;
}

FftAnswer aggregate_by_fft(const Portfolio& portfolio, const Grid& grid,
                           const Transform& transform) {
  std::vector<Frequency> frequencies;
  std::vector<Lattice> payments;
  for (const Line& line : portfolio.lines) {
    frequencies.push_back(line.frequency);
    payments.push_back(discretize(line.payment, grid.step, grid.points, grid.method));
  }
  return aggregate_by_fft(frequencies, payments, transform);
}

double suggest_step(const Portfolio& portfolio, std::size_t points) {
  constexpr double kBeyond = 1e-10;
  double end = 0;
  double centre = 0;
  double spread = 0;
  for (const Line& line : portfolio.lines) {
    const double count = std::max(mean(line.frequency), 1e-12);
    const double most = largest_payment(line.payment);
    Payment each = line.payment;
    // The largest of the period's payments hardly passes the quantile at 1 - beyond/count.
    double single =
        std::min(most, quantile(each, std::max(0.0, 1 - std::max(kBeyond / count, 1e-15))));
    single = std::max(single, quantile(each, 0.5));
    // Moments as if payments ended there: a heavy tail has no others.
    each.terms.limit = std::min(each.terms.limit, single / each.terms.coinsurance);
    const Line limited{.frequency = line.frequency, .payment = each};
    const Moments m = moments_of(limited);
    centre += m.mean;
    spread += m.variance;
    end = std::max(end, std::isfinite(most) ? std::min(most, single) : single);
  }
  end = centre + end + 9 * std::sqrt(spread);
  if (!(end > 0)) end = 1;
  const double least = end / static_cast<double>(points - 1);
  const double power = std::pow(10.0, std::floor(std::log10(least)));
  for (const double digit : {1.0, 2.0, 2.5, 5.0})
    if (digit * power >= least) return digit * power;
  return 10 * power;
}

}  // namespace cofferdam::actuarial
