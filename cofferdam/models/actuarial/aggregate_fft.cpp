// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/base/check.h"
#include "cofferdam/models/actuarial/aggregate.h"
#include "cofferdam/models/actuarial/loss_kernels.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <complex>

namespace cofferdam::actuarial {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr std::size_t kTiltBlock = 256;

void apply(const Frequency& frequency, double* re, double* im, std::size_t n) {
  if (frequency.states.size() == 1 && !frequency.states[0].count.zero_probability &&
      frequency.states[0].count.family == FrequencyFamily::poisson) {
    loss_kernels().compound_poisson(frequency.states[0].count.mean, re, im, n);
    return;
  }
  if (frequency.states.size() == 1 && !frequency.states[0].count.zero_probability &&
      frequency.states[0].count.family == FrequencyFamily::negative_binomial &&
      frequency.states[0].count.size == 1) {
    // Geometric: 1/(1 - beta (z - 1)).
    const double beta = frequency.states[0].count.beta;
    for (std::size_t k = 0; k < n; ++k) {
      const double a = 1 - beta * (re[k] - 1);
      const double b = -beta * im[k];
      const double norm = 1 / (a * a + b * b);
      re[k] = a * norm;
      im[k] = -b * norm;
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
double tail_bound(std::span<const Frequency> frequencies, std::span<const Lattice> payments,
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

FftAggregator::FftAggregator(std::size_t points, const Transform& transform)
    : points_(points),
      transform_(transform),
      plan_(points * transform.padding),
      even_(points * transform.padding / 2 + 1),
      odd_(points * transform.padding / 2 + 1),
      work_(plan_.scratch()) {
  const double theta = transform.tilt / static_cast<double>(points * transform.padding);
  for (std::size_t k = 0; k < kTiltBlock; ++k) {
    fine_.push_back(std::exp(-theta * static_cast<double>(k)));
    fine_back_.push_back(std::exp(theta * static_cast<double>(k)));
  }
  for (std::size_t k = 0; k < points; k += kTiltBlock) {
    coarse_.push_back(std::exp(-theta * static_cast<double>(k)));
    coarse_back_.push_back(std::exp(theta * static_cast<double>(k)));
  }
}

// The tilted payment, even and odd places apart, zeros behind it.
void FftAggregator::place(const Lattice& payment) {
  const double* mass = payment.mass.data();
  double* even = even_.data();
  double* odd = odd_.data();
  for (std::size_t block = 0; block < points_; block += kTiltBlock) {
    const double weight = coarse_[block / kTiltBlock];
    const std::size_t end = std::min(points_, block + kTiltBlock);
    for (std::size_t k = block; k < end; k += 2) {
      even[k / 2] = mass[k] * (weight * fine_[k - block]);
      odd[k / 2] = mass[k + 1] * (weight * fine_[k + 1 - block]);
    }
  }
  std::fill(even + points_ / 2, even + even_.size(), 0.0);
  std::fill(odd + points_ / 2, odd + odd_.size(), 0.0);
}

void FftAggregator::run(std::span<const Frequency> frequencies, std::span<const Lattice> payments,
                        FftAnswer& out) {
  COFFERDAM_CHECK(!payments.empty() && frequencies.size() == payments.size(),
                  "each frequency has its payment");
  const std::size_t half = plan_.real_length() / 2;
  double* even = even_.data();
  double* odd = odd_.data();
  for (std::size_t i = 0; i < payments.size(); ++i) {
    COFFERDAM_CHECK(payments[i].mass.size() == points_, "the lattices have one length");
    place(payments[i]);
    plan_.forward(even, odd, work_.data());
    apply(frequencies[i], even, odd, half + 1);
    if (payments.size() == 1) break;
    if (i == 0) {
      product_re_.assign(even, even + half + 1);
      product_im_.assign(odd, odd + half + 1);
      continue;
    }
    for (std::size_t k = 0; k <= half; ++k) {
      const double re = product_re_[k] * even[k] - product_im_[k] * odd[k];
      product_im_[k] = product_re_[k] * odd[k] + product_im_[k] * even[k];
      product_re_[k] = re;
    }
  }
  if (payments.size() > 1) {
    std::ranges::copy(product_re_, even);
    std::ranges::copy(product_im_, odd);
  }
  plan_.inverse(even, odd, work_.data());
  out.lattice.step = payments[0].step;
  out.lattice.mass.resize(points_);
  double* mass = out.lattice.mass.data();
  double negative[2] = {0, 0};
  for (std::size_t block = 0; block < points_; block += kTiltBlock) {
    const double weight = coarse_back_[block / kTiltBlock];
    const std::size_t end = std::min(points_, block + kTiltBlock);
    for (std::size_t k = block; k < end; k += 2) {
      const double a = even[k / 2] * (weight * fine_back_[k - block]);
      const double b = odd[k / 2] * (weight * fine_back_[k + 1 - block]);
      negative[0] += std::min(a, 0.0);
      negative[1] += std::min(b, 0.0);
      mass[k] = std::max(a, 0.0);
      mass[k + 1] = std::max(b, 0.0);
    }
  }
  out.negative_mass = -(negative[0] + negative[1]);
  const auto length = static_cast<double>(plan_.real_length());
  out.rounding_bound = std::numeric_limits<double>::epsilon() * std::log2(length) *
                       std::exp(transform_.tilt * static_cast<double>(points_) / length);
  out.aliasing_bound = transform_.with_aliasing_bound
                           ? std::exp(-transform_.tilt) * tail_bound(frequencies, payments, length)
                           : std::exp(-transform_.tilt);
}

FftAnswer aggregate_by_fft(const std::vector<Frequency>& frequencies,
                           const std::vector<Lattice>& payments, const Transform& transform) {
  COFFERDAM_CHECK(!payments.empty() && std::has_single_bit(payments[0].mass.size()) &&
                      payments[0].mass.size() >= 2,
                  "the lattice is a power of two");
  FftAggregator aggregator(payments[0].mass.size(), transform);
  FftAnswer out;
  aggregator.run(frequencies, payments, out);
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
