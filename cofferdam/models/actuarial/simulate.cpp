// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/actuarial/simulate.h"

#include "cofferdam/models/actuarial/loss_kernels.h"
#include "cofferdam/models/numerics/random.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace cofferdam::actuarial {
namespace {

std::uint64_t mixed(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

}  // namespace

Draws::Draws(std::uint64_t seed, std::uint64_t line, std::uint64_t year)
    : state_(mixed(mixed(mixed(seed + 0x9e3779b97f4a7c15ULL) + line) + year)) {}

std::uint64_t Draws::next() {
  return mixed(state_ += 0x9e3779b97f4a7c15ULL);
}

double Draws::uniform() {
  return (static_cast<double>(next() >> 12) + 0.5) * 0x1p-52;
}

CountSampler::CountSampler(const Frequency& frequency) {
  // From where the probabilities begin to matter; far below the mean they are nothing.
  const double centre = mean(frequency);
  const double reach = 12 * std::sqrt(variance(frequency)) + 40;
  const bool single = frequency.states.size() == 1 && !frequency.states[0].count.zero_probability;
  if (single && centre > reach) first_ = static_cast<std::uint64_t>(centre - reach);
  double sum = 0;
  constexpr std::uint64_t kNumbersMax = 20'000'000;
  for (std::uint64_t k = first_; k < first_ + kNumbersMax; ++k) {
    sum += probability_of(frequency, k);
    cumulated_.push_back(sum);
    if (static_cast<double>(k) > centre && sum > 1 - 1e-15) break;
    if (static_cast<double>(k) > centre + 100 * reach) break;
  }
}

std::uint64_t CountSampler::draw(double uniform) const {
  const auto at = std::ranges::lower_bound(cumulated_, uniform);
  const auto place = static_cast<std::uint64_t>(at - cumulated_.begin());
  return first_ + std::min<std::uint64_t>(place, cumulated_.size() - 1);
}

namespace {

// Lognormal losses of many years in one array: normals by counter, then exp, then a sum for each
// year. A block of years has a stream of its own, so it can be drawn again alone.
void add_lognormal_years(const Line& line, const Lognormal& f, const CountSampler& counts,
                         std::uint64_t seed, std::uint64_t index, std::vector<double>& out) {
  constexpr std::size_t kYears = 256;
  std::vector<double> losses;
  std::vector<std::uint64_t> numbers;
  const LossTerms& t = line.payment.terms;
  const bool plain =
      t.deductible == 0 && t.limit == std::numeric_limits<double>::infinity() && t.coinsurance == 1;
  const bool franchise = t.kind == DeductibleKind::franchise;
  for (std::size_t from = 0; from < out.size(); from += kYears) {
    const std::size_t end = std::min(out.size(), from + kYears);
    numbers.clear();
    std::uint64_t total = 0;
    for (std::size_t year = from; year < end; ++year) {
      Draws draws(seed, index, year);
      numbers.push_back(counts.draw(draws.uniform()));
      total += numbers.back();
    }
    losses.resize(total);
    numerics::fill_normals(mixed(seed), (index << 40) + from / kYears, 0, losses);
    loss_kernels().lognormal_of_normal(f.meanlog, f.sdlog, losses.data(), total);
    if (!plain)
      for (double& x : losses) {
        const double over = x > t.deductible ? (franchise ? x : x - t.deductible) : 0;
        x = t.coinsurance * std::min(over, t.limit);
      }
    const double* at = losses.data();
    for (std::size_t year = from; year < end; ++year) {
      const std::uint64_t n = numbers[year - from];
      double parts[4] = {};
      std::uint64_t i = 0;
      for (; i + 4 <= n; i += 4)
        for (std::size_t j = 0; j < 4; ++j) parts[j] += at[i + j];
      for (; i < n; ++i) parts[0] += at[i];
      out[year] += (parts[0] + parts[1]) + (parts[2] + parts[3]);
      at += n;
    }
  }
}

}  // namespace

std::vector<double> simulate_years(const Portfolio& portfolio, std::size_t years,
                                   std::uint64_t seed) {
  std::vector<double> out(years, 0.0);
  for (std::size_t l = 0; l < portfolio.lines.size(); ++l) {
    const Line& line = portfolio.lines[l];
    const CountSampler counts(line.frequency);
    const auto* lognormal = std::get_if<Lognormal>(&line.payment.severity.family);
    if (lognormal != nullptr && line.payment.basis == PaymentBasis::per_loss) {
      add_lognormal_years(line, *lognormal, counts, seed, l, out);
      continue;
    }
    for (std::size_t year = 0; year < years; ++year) {
      Draws draws(seed, l, year);
      const std::uint64_t n = counts.draw(draws.uniform());
      for (std::uint64_t i = 0; i < n; ++i) out[year] += quantile(line.payment, draws.uniform());
    }
  }
  for (double& paid : out)
    paid = std::clamp(paid - portfolio.annual.deductible, 0.0, portfolio.annual.limit);
  return out;
}

SampleFigures figures_of(std::span<const double> sample) {
  SampleFigures out;
  const auto n = static_cast<double>(sample.size());
  if (sample.empty()) return out;
  for (const double x : sample) out.mean += x;
  out.mean /= n;
  for (const double x : sample) out.variance += (x - out.mean) * (x - out.mean);
  out.variance = n > 1 ? out.variance / (n - 1) : 0;
  out.standard_error = std::sqrt(out.variance / n);
  return out;
}

SampleRisk risk_of(std::span<const double> sorted, double p) {
  SampleRisk out;
  if (sorted.empty()) return out;
  const auto n = static_cast<double>(sorted.size());
  const auto at = [&](double rank) {
    const double place = std::clamp(std::ceil(rank - 1e-9), 1.0, n);
    return sorted[static_cast<std::size_t>(place) - 1];
  };
  out.var = at(n * p);
  const double off = 1.959963984540054 * std::sqrt(n * p * (1 - p));
  out.var_lower = at(n * p - off);
  out.var_upper = at(n * p + off + 1);
  double excess = 0;
  double squares = 0;
  for (std::size_t i = sorted.size(); i-- > 0 && sorted[i] > out.var;) {
    excess += sorted[i] - out.var;
    squares += (sorted[i] - out.var) * (sorted[i] - out.var);
  }
  const double share = excess / n;
  out.tvar = out.var + share / (1 - p);
  out.tvar_error = std::sqrt(std::max(0.0, squares / n - share * share) / n) / (1 - p);
  return out;
}

}  // namespace cofferdam::actuarial
