// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/actuarial/reserve.h"

#include "cofferdam/base/estimate.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace cofferdam::actuarial {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

using Triangle = std::vector<std::vector<double>>;

std::string row_name(std::size_t i) {
  return "triangle[" + std::to_string(i) + "]";
}

base::Result<Triangle> cumulative_of(const ReserveInput& input) {
  const std::size_t n = input.triangle.size();
  if (n < 2 || n > kTriangleMax)
    return base::malformed("triangle", std::to_string(n) + " rows", "2 to 200 rows");
  Triangle out = input.triangle;
  bool any = false;
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t wanted = out[0].size() - i;
    if (out[0].size() != n || out[i].size() != wanted)
      return base::malformed(row_name(i), std::to_string(out[i].size()) + " values",
                             "a triangle: as many columns as rows, each row one value shorter");
    for (std::size_t k = 0; k < out[i].size(); ++k) {
      if (!std::isfinite(out[i][k]))
        return base::malformed(row_name(i), base::number_text(out[i][k]), "must be finite");
      if (input.form == TriangleForm::incremental && k > 0) out[i][k] += out[i][k - 1];
      if (out[i][k] < 0)
        return base::malformed(row_name(i), base::number_text(out[i][k]),
                               "cumulative losses must not be negative");
      any = any || out[i][k] > 0;
    }
  }
  if (!any) return base::malformed("triangle", "all zero", "there must be losses");
  return out;
}

struct Development {
  std::vector<double> factors;
  std::vector<double> variances;  // sigma^2
  std::vector<double> sums;       // S_k, the volume behind a factor
};

base::Result<Development> develop(const Triangle& c, LastSigma rule, std::string& note) {
  const std::size_t n = c.size();
  Development out;
  for (std::size_t k = 0; k + 1 < n; ++k) {
    double below = 0;
    double above = 0;
    for (std::size_t i = 0; i + k + 1 < n; ++i) {
      below += c[i][k];
      above += c[i][k + 1];
    }
    if (below == 0 && above > 0)
      return base::malformed("triangle", "column " + std::to_string(k + 1) + " is zero",
                             "there must be losses before they can develop",
                             "leave the first columns out, or use another method");
    // Nothing before and nothing after develops by 1.
    const double f = below > 0 ? above / below : 1;
    double squares = 0;
    double seen = 0;
    for (std::size_t i = 0; i + k + 1 < n; ++i) {
      if (c[i][k] <= 0) {
        note =
            "rows with a value of 0 have no development factor of their own; they count in the "
            "volume only";
        continue;
      }
      const double off = c[i][k + 1] / c[i][k] - f;
      squares += c[i][k] * off * off;
      seen += 1;
    }
    out.factors.push_back(f);
    out.variances.push_back(seen > 1 ? squares / (seen - 1) : kNone);
    out.sums.push_back(below);
  }
  // Where fewer than two factors are behind a sigma the rule decides.
  for (std::size_t k = 0; k < out.variances.size(); ++k) {
    if (!std::isnan(out.variances[k])) continue;
    double value = 0;
    if (rule == LastSigma::mack) {
      if (k >= 2) {
        const double a = out.variances[k - 2];
        const double b = out.variances[k - 1];
        value = a > 0 ? std::min({b * b / a, a, b}) : 0;
      } else if (k == 1) {
        value = out.variances[0];
      }
      if (k == 1) note = "too few factors for a rule of the last sigma: it repeats the one before";
      if (k == 0)
        note =
            "one factor from one row: no sigma can be estimated; sigma and standard errors are 0 "
            "because they are unknown";
    } else {
      double count = 0;
      double x = 0;
      double y = 0;
      double xx = 0;
      double xy = 0;
      for (std::size_t j = 0; j < k; ++j) {
        if (!(out.variances[j] > 0)) continue;
        const auto at = static_cast<double>(j + 1);
        const double log_sigma = 0.5 * std::log(out.variances[j]);
        count += 1;
        x += at;
        y += log_sigma;
        xx += at * at;
        xy += at * log_sigma;
      }
      if (count >= 2) {
        const double slope = (count * xy - x * y) / (count * xx - x * x);
        const double level = (y - slope * x) / count;
        value = std::exp(2 * (level + slope * static_cast<double>(k + 1)));
      } else {
        note = "too few sigmas for a regression: the last is 0";
      }
    }
    out.variances[k] = std::isnan(value) ? 0 : value;
  }
  return out;
}

void add_mack_errors(const Triangle& c, const Development& d, double tail, ReserveOutput& out) {
  const std::size_t n = c.size();
  // Squares for each row and, over pairs of rows, the shared error of the factors.
  std::vector<double> ultimate(n);
  std::vector<double> shared(n, 0.0);  // sum over the ages still to come of sigma^2/f^2/S
  double total = 0;
  for (std::size_t i = 0; i < n; ++i) {
    double value = c[i].back();
    double relative = 0;
    for (std::size_t k = n - 1 - i; k + 1 < n; ++k) {
      const double f2 = d.factors[k] * d.factors[k];
      if (d.sums[k] > 0 && f2 > 0) {
        if (value > 0) relative += d.variances[k] / f2 * (1 / value + 1 / d.sums[k]);
        shared[i] += d.variances[k] / f2 / d.sums[k];
      }
      value *= d.factors[k];
    }
    ultimate[i] = value * tail;
    out.rows[i].standard_error = ultimate[i] * std::sqrt(relative);
    total += out.rows[i].standard_error * out.rows[i].standard_error;
  }
  for (std::size_t i = 0; i < n; ++i) {
    double later = 0;
    for (std::size_t j = i + 1; j < n; ++j) later += ultimate[j];
    total += 2 * ultimate[i] * later * shared[i];
  }
  out.standard_error = std::sqrt(total);
}

base::Result<std::vector<double>> ratios_of(const ReserveInput& input, const Triangle& c,
                                            const std::vector<double>& to_ultimate,
                                            ReserveOutput& out) {
  const std::size_t n = c.size();
  if (input.premiums.size() != n)
    return base::malformed("premiums", std::to_string(input.premiums.size()),
                           "one for each row of the triangle");
  for (const double p : input.premiums)
    if (!(p > 0) || !std::isfinite(p))
      return base::malformed("premiums", base::number_text(p), "must be above 0");
  if (input.method == ReserveMethod::cape_cod) {
    double losses = 0;
    double used = 0;
    for (std::size_t i = 0; i < n; ++i) {
      losses += c[i].back();
      used += input.premiums[i] / to_ultimate[n - 1 - i];
    }
    out.expected_loss_ratio = losses / used;
    return std::vector<double>(n, out.expected_loss_ratio);
  }
  std::vector<double> ratios = input.expected_loss_ratios;
  if (ratios.size() == 1) ratios.assign(n, input.expected_loss_ratios[0]);
  if (ratios.size() != n)
    return base::malformed("expected_loss_ratios", std::to_string(ratios.size()),
                           "one for all, or one for each row of the triangle");
  for (const double r : ratios)
    if (!(r >= 0) || !std::isfinite(r))
      return base::malformed("expected_loss_ratios", base::number_text(r), "must not be negative");
  return ratios;
}

}  // namespace

base::Result<ReserveOutput> reserve(const ReserveInput& input) {
  const base::Result<Triangle> triangle = cumulative_of(input);
  if (!triangle) return std::unexpected(triangle.error());
  if (!(input.tail_factor >= 1) || !std::isfinite(input.tail_factor))
    return base::malformed("tail_factor", base::number_text(input.tail_factor),
                           "must be at least 1");
  const Triangle& c = *triangle;
  const std::size_t n = c.size();
  ReserveOutput out;
  const base::Result<Development> d = develop(c, input.last_sigma, out.note);
  if (!d) return std::unexpected(d.error());
  out.factors = d->factors;
  for (const double v : d->variances) out.sigmas.push_back(std::sqrt(v));
  out.cumulative_factors.assign(n, input.tail_factor);
  for (std::size_t k = n - 1; k-- > 0;)
    out.cumulative_factors[k] = out.cumulative_factors[k + 1] * d->factors[k];
  out.expected_loss_ratio = kNone;
  out.standard_error = kNone;
  const bool ladder = input.method == ReserveMethod::chain_ladder;
  std::vector<double> ratios(n, 0.0);
  if (!ladder) {
    base::Result<std::vector<double>> given = ratios_of(input, c, out.cumulative_factors, out);
    if (!given) return std::unexpected(given.error());
    ratios = *std::move(given);
  }
  for (std::size_t i = 0; i < n; ++i) {
    const double to_ultimate = out.cumulative_factors[n - 1 - i];
    ReserveRow row{.latest = c[i].back(), .developed = 1 / to_ultimate, .standard_error = kNone};
    const double open = 1 - 1 / to_ultimate;
    if (ladder) {
      row.ultimate = row.latest * to_ultimate;
    } else {
      const double prior = input.premiums[i] * ratios[i];
      row.ultimate = row.latest + open * prior;
      if (input.method == ReserveMethod::benktander)
        row.ultimate = row.latest + open * row.ultimate;
    }
    row.reserve = row.ultimate - row.latest;
    out.latest += row.latest;
    out.ultimate += row.ultimate;
    out.reserve += row.reserve;
    out.rows.push_back(row);
  }
  if (ladder) add_mack_errors(c, *d, input.tail_factor, out);
  for (ReserveRow& row : out.rows)
    row.coefficient_of_variation =
        row.reserve > 0 ? row.standard_error / row.reserve : (ladder ? 0 : kNone);
  return out;
}

}  // namespace cofferdam::actuarial
