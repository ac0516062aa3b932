// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/solvency/calibration.h"

#include "cofferdam/base/estimate.h"
#include "cofferdam/models/actuarial/fit.h"
#include "cofferdam/models/actuarial/tail.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace cofferdam::solvency {
namespace {

constexpr double kDaysInYear = 365.25;
constexpr double kDaysInMonth = kDaysInYear / 12;
// A shape at which limited means are still computed without trouble.
constexpr double kShapeMax = 5;

double dollars(i128 cents) {
  return base::to_double(cents, kCents);
}

// Counts of the months that end on `until`, each a twelfth of a mean year.
std::vector<double> monthly_counts(std::span<const Incident> known, base::Date until,
                                   std::uint32_t months) {
  std::vector<double> counts(months, 0.0);
  for (const Incident& one : known) {
    const auto age = static_cast<double>(days_between(one.date, until));
    const auto month = static_cast<std::size_t>(age / kDaysInMonth);
    if (month < months) counts[month] += 1;
  }
  return counts;
}

base::Result<SegmentModel> sizes_of(const std::vector<double>& losses,
                                    const CalibrationTerms& terms) {
  const base::Result<actuarial::TailFit> fit =
      actuarial::fit_tail(losses, dollars(terms.deductible));
  if (!fit) return std::unexpected(fit.error());
  SegmentModel out{.size = fit->tail, .shape_error = fit->shape_error, .excesses = fit->excesses};
  if (std::isfinite(fit->shape_error)) out.size.shape += terms.shape_errors * fit->shape_error;
  out.size.shape = std::min(out.size.shape, kShapeMax);
  return out;
}

}  // namespace

base::Result<Calibration> calibrate(std::span<const Incident> incidents, base::Date known_until,
                                    const CalibrationTerms& terms) {
  std::vector<Incident> known;
  for (const Incident& one : incidents)
    if (one.date < known_until && one.loss > terms.deductible) known.push_back(one);
  Calibration out{.known_until = known_until, .incidents = known.size()};
  std::array<std::vector<double>, 2> losses;
  std::vector<double> all;
  std::array<double, 2> recent{};
  const double window = kDaysInMonth * terms.window_months;
  for (const Incident& one : known) {
    const auto s = static_cast<std::size_t>(one.segment);
    losses[s].push_back(dollars(one.loss));
    all.push_back(dollars(one.loss));
    const auto age = static_cast<double>(days_between(one.date, known_until));
    if (age < window) recent[s] += 1;
  }
  out.in_window = static_cast<std::size_t>(recent[0] + recent[1]);
  if (all.size() < actuarial::kExcessesNeeded || out.in_window == 0)
    return base::malformed(
        "losses",
        std::to_string(all.size()) + " above the deductible, " + std::to_string(out.in_window) +
            " of them in the window",
        "at least 10 must be known before " + format_date(known_until) + ", one of them recent",
        "begin the replay later, or give losses that go further back");
  const std::vector<double> counts = monthly_counts(known, known_until, terms.window_months);
  const actuarial::CountFit fit = actuarial::fit_negative_binomial(counts);
  const actuarial::Count& count = fit.frequency.states[0].count;
  double inverse = 1 / static_cast<double>(out.in_window);
  if (count.family == actuarial::FrequencyFamily::negative_binomial) inverse += 1 / count.size;
  out.size = 1 / inverse;
  out.note = fit.note;
  const base::Result<SegmentModel> pooled = sizes_of(all, terms);
  if (!pooled) return std::unexpected(pooled.error());
  const double years = terms.window_months / 12.0;
  for (std::size_t s = 0; s < 2; ++s) {
    SegmentModel model = *pooled;
    if (losses[s].size() >= terms.least_excesses) {
      const base::Result<SegmentModel> own = sizes_of(losses[s], terms);
      if (own) model = *own;
      model.is_own = own.has_value();
    }
    // Half an incident: a segment without a recent one is not without risk.
    model.incidents_a_year = std::max(recent[s], 0.5) / years;
    out.segments[s] = model;
  }
  return out;
}

}  // namespace cofferdam::solvency
