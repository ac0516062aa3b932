// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/base/check.h"
#include "cofferdam/models/actuarial/aggregate.h"
#include "cofferdam/models/actuarial/loss_kernels.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <complex>
#include <numbers>
#include <numeric>

namespace cofferdam::actuarial {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr std::size_t kTiltBlock = 256;
// Standard deviations to either side of the mean, and mean payments more below.
constexpr double kSpreads = 9;
constexpr double kPaymentsBelow = 20;

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

// log E v^N; infinite where it does not exist.
double log_generating(const Count& count, double v) {
  double out = 0;
  switch (count.family) {
    case FrequencyFamily::poisson:
      out = count.mean * (v - 1);
      break;
    case FrequencyFamily::binomial:
      out = count.size == 0 ? 0 : count.size * std::log1p(count.probability * (v - 1));
      break;
    case FrequencyFamily::negative_binomial:
      if (count.beta * (v - 1) >= 1) return kInfinity;
      out = -count.size * std::log1p(-count.beta * (v - 1));
      break;
  }
  if (!count.zero_probability) return out;
  // What is above 0 is multiplied, and 0 has the mass that is given.
  const double more = out + std::log(std::max(modification(count), 1e-300));
  return std::max(more, 0.0) + std::numbers::ln2;
}

// log E exp(s S / step).
double log_moment(std::span<const Frequency> frequencies, std::span<const Lattice> payments,
                  double s) {
  const double z = std::exp(s);
  double sum = 0;
  for (std::size_t i = 0; i < frequencies.size() && std::isfinite(sum); ++i) {
    double value = 0;
    for (std::size_t k = payments[i].mass.size(); k-- > 0;) value = value * z + payments[i].mass[k];
    double most = -kInfinity;
    std::vector<double> logs;
    for (const State& state : frequencies[i].states) {
      if (state.probability <= 0) continue;
      logs.push_back(std::log(state.probability) + log_generating(state.count, value));
      most = std::max(most, logs.back());
    }
    if (!std::isfinite(most)) return kInfinity;
    double parts = 0;
    for (const double log : logs) parts += std::exp(log - most);
    sum += most + std::log(parts);
  }
  return sum;
}

// Chernoff: P(S >= x) <= E exp(s (S - x)) for every s; the best of a few.
double tail_bound(std::span<const Frequency> frequencies, std::span<const Lattice> payments,
                  double places) {
  double best = 1;
  for (double exponent = 0.5; exponent < 600; exponent *= 2) {
    const double log_bound = log_moment(frequencies, payments, exponent / places) - exponent;
    if (std::isfinite(log_bound)) best = std::min(best, std::exp(log_bound));
  }
  return best;
}

// Of the sum in places, from payments on a lattice.
struct Spot {
  double mean = 0;
  double variance = 0;
  double largest_mean = 0;  // of one payment
  double least_mean = 0;    // of the sum in the state with the fewest payments
};

Spot spot_of(std::span<const Frequency> frequencies, std::span<const Lattice> payments) {
  Spot spot;
  for (std::size_t i = 0; i < frequencies.size(); ++i) {
    double first = 0;
    double second = 0;
    for (std::size_t k = 0; k < payments[i].mass.size(); ++k) {
      const auto place = static_cast<double>(k);
      first += payments[i].mass[k] * place;
      second += payments[i].mass[k] * place * place;
    }
    const double number = mean(frequencies[i]);
    spot.mean += number * first;
    spot.variance += number * (second - first * first) + variance(frequencies[i]) * first * first;
    spot.largest_mean = std::max(spot.largest_mean, first);
    double least = kInfinity;
    for (const State& state : frequencies[i].states) {
      const Frequency alone{{State{1, state.count}}};
      least = std::min(least, state.count.zero_probability ? 0 : mean(alone) * first);
    }
    spot.least_mean += least;
  }
  return spot;
}

// On what lies outside of the places from `first` on, to the left and to the right.
double outside_bound(std::span<const Frequency> frequencies, std::span<const Lattice> payments,
                     double first, double length) {
  const Spot spot = spot_of(frequencies, payments);
  const auto bound = [&](double place) {
    const double at_best = (place - spot.mean) / std::max(spot.variance, 1.0);
    double best = 1;
    for (double factor = 0x1p-9; factor <= 4; factor *= 2) {
      const double s = at_best * factor;
      const double log_bound = log_moment(frequencies, payments, s) - s * place;
      if (std::isfinite(log_bound)) best = std::min(best, std::exp(log_bound));
    }
    return best;
  };
  return (first > 0 ? bound(first - 1) : 0) + bound(first + length);
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
                        FftAnswer& out, std::size_t first) {
  COFFERDAM_CHECK(first == 0 || (transform_.tilt == 0 && first % 2 == 0),
                  "a shifted answer has no tilt and begins at an even place");
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
  double spectrum = 0;
  if (first > 0)
    for (std::size_t k = 0; k <= half; ++k) spectrum += std::hypot(even[k], odd[k]);
  plan_.inverse(even, odd, work_.data());
  out.lattice.step = payments[0].step;
  out.lattice.first = first;
  read(out);
  const auto length = static_cast<double>(plan_.real_length());
  const double epsilon = std::numeric_limits<double>::epsilon() * std::log2(length);
  out.aliasing_bound = std::exp(-transform_.tilt);
  if (first > 0) {
    // The exponent of a transform carries its error as many times as there are payments.
    double number = 1;
    for (const Frequency& frequency : frequencies) number += mean(frequency);
    out.rounding_bound = epsilon * number * 2 * spectrum / length;
    if (transform_.with_aliasing_bound)
      out.aliasing_bound = outside_bound(frequencies, payments, static_cast<double>(first), length);
    return;
  }
  out.rounding_bound = epsilon * std::exp(transform_.tilt * static_cast<double>(points_) / length);
  if (transform_.with_aliasing_bound)
    out.aliasing_bound *= tail_bound(frequencies, payments, length);
}

// The places from the answer's first on, without the tilt; what rounding made negative is 0.
void FftAggregator::read(FftAnswer& out) const {
  out.lattice.mass.resize(points_);
  double* mass = out.lattice.mass.data();
  const double* even = even_.data();
  const double* odd = odd_.data();
  const std::size_t half = plan_.real_length() / 2;
  double negative[2] = {0, 0};
  for (std::size_t block = 0; block < points_; block += kTiltBlock) {
    const double weight = coarse_back_[block / kTiltBlock];
    const std::size_t end = std::min(points_, block + kTiltBlock);
    for (std::size_t k = block; k < end; k += 2) {
      const std::size_t from = (out.lattice.first / 2 + k / 2) & (half - 1);
      const double a = even[from] * (weight * fine_back_[k - block]);
      const double b = odd[from] * (weight * fine_back_[k + 1 - block]);
      negative[0] += std::min(a, 0.0);
      negative[1] += std::min(b, 0.0);
      mass[k] = std::max(a, 0.0);
      mass[k + 1] = std::max(b, 0.0);
    }
  }
  out.negative_mass = -(negative[0] + negative[1]);
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
  return grid.shifted ? aggregate_shifted(frequencies, payments, transform)
                      : aggregate_by_fft(frequencies, payments, transform);
}

std::size_t first_place(const std::vector<Frequency>& frequencies,
                        const std::vector<Lattice>& payments) {
  const Spot spot = spot_of(frequencies, payments);
  const double place =
      spot.least_mean - kSpreads * std::sqrt(spot.variance) - kPaymentsBelow * spot.largest_mean;
  return place > 0 ? static_cast<std::size_t>(place / 2) * 2 : 0;
}

namespace {

// Far from 0 the mean is so large that it would show the least error of the whole mass: what was
// set to 0, and what the exponent of very many claims makes of a unit in the last place.
void keep_the_mass(std::span<const Frequency> frequencies, std::span<const Lattice> payments,
                   Lattice& out) {
  double lost = 0;
  double noise = 1e-9;
  for (std::size_t i = 0; i < frequencies.size(); ++i) {
    const auto missing = static_cast<double>(
        1 - std::accumulate(payments[i].mass.begin(), payments[i].mass.end(), 0.0L));
    lost += mean(frequencies[i]) * std::max(0.0, missing);
    noise += mean(frequencies[i]) * 16 * std::numeric_limits<double>::epsilon();
  }
  const double wanted = lost > noise ? 1 - lost : 1;
  const auto sum = static_cast<double>(std::accumulate(out.mass.begin(), out.mass.end(), 0.0L));
  if (!(sum > 0.5) || !(wanted > 0.5)) return;
  for (double& m : out.mass) m *= wanted / sum;
}

}  // namespace

FftAnswer aggregate_shifted(const std::vector<Frequency>& frequencies,
                            const std::vector<Lattice>& payments, const Transform& transform) {
  const std::size_t first = first_place(frequencies, payments);
  if (first == 0) return aggregate_by_fft(frequencies, payments, transform);
  Transform plain = transform;
  plain.tilt = 0;
  FftAggregator aggregator(payments[0].mass.size(), plain);
  FftAnswer out;
  aggregator.run(frequencies, payments, out, first);
  keep_the_mass(frequencies, payments, out.lattice);
  return out;
}

Reach reach_of(const Portfolio& portfolio, double beyond) {
  double end = 0;
  double centre = 0;
  double spread = 0;
  double least = 0;
  double largest_mean = 0;
  for (const Line& line : portfolio.lines) {
    const double count = std::max(mean(line.frequency), 1e-12);
    const double most = largest_payment(line.payment);
    Payment each = line.payment;
    // The largest of the period's payments hardly passes the quantile at 1 - beyond/count.
    double single =
        std::min(most, quantile(each, std::max(0.0, 1 - std::max(beyond / count, 1e-15))));
    single = std::max(single, quantile(each, 0.5));
    // Moments as if payments ended there: a heavy tail has no others.
    each.terms.limit = std::min(each.terms.limit, single / each.terms.coinsurance);
    const Line limited{.frequency = line.frequency, .payment = each};
    const Moments m = moments_of(limited);
    centre += m.mean;
    spread += m.variance;
    const double payment = mean(each);
    largest_mean = std::max(largest_mean, payment);
    double fewest = kInfinity;
    for (const State& state : line.frequency.states)
      fewest = std::min(fewest, state.count.zero_probability
                                    ? 0
                                    : mean(Frequency{{State{1, state.count}}}) * payment);
    least += fewest;
    end = std::max(end, std::isfinite(most) ? std::min(most, single) : single);
  }
  Reach reach;
  reach.upper = centre + end + kSpreads * std::sqrt(spread);
  if (!(reach.upper > 0)) reach.upper = 1;
  reach.lower = std::max(0.0, least - kSpreads * std::sqrt(spread) - kPaymentsBelow * largest_mean);
  return reach;
}

double step_for(double width, std::size_t points) {
  const double least = width / static_cast<double>(points - 1);
  const double power = std::pow(10.0, std::floor(std::log10(least)));
  for (const double digit : {1.0, 2.0, 2.5, 5.0})
    if (digit * power >= least) return digit * power;
  return 10 * power;
}

double suggest_step(const Portfolio& portfolio, std::size_t points) {
  return step_for(reach_of(portfolio).upper, points);
}

}  // namespace cofferdam::actuarial
