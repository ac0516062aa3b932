// SPDX-License-Identifier: Apache-2.0
//
// What the losses known on a day say about the next year: how many incidents exceed the deductible,
// and how large they are.
//
// Numbers. Months of a trailing window are counted; a negative binomial is fitted to them (the
// Poisson where they are not over-dispersed). Months of one year share its state, so the size r
// stays and the mean grows with time. The mean itself is estimated from n incidents, which adds
// 1/n to the squared coefficient of variation: 1/r' = 1/r + 1/n.
//
// Sizes. Excesses over the deductible follow the generalised Pareto, by maximum likelihood on all
// that is known, for each segment where at least `least_excesses` are, else for both together. The
// shape is taken `shape_errors` standard errors above its estimate: the tail is what is known
// least.
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/models/actuarial/severity.h"
#include "cofferdam/models/solvency/cover_book.h"

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace cofferdam::solvency {

struct CalibrationTerms {
  std::uint32_t window_months = 24;
  std::uint32_t least_excesses = 30;
  double shape_errors = 1;
  i128 deductible = kMillion / 4;
};

struct SegmentModel {
  double incidents_a_year = 0;  // above the deductible, in the whole market
  actuarial::GeneralizedPareto size;
  double shape_error = 0;
  std::size_t excesses = 0;
  bool is_own = false;  // fitted on this segment alone
};

struct Calibration {
  base::Date known_until;  // incidents before this day were known
  std::size_t incidents = 0;
  std::size_t in_window = 0;
  double size = 0;  // r' of the negative binomial; infinite for the Poisson
  std::array<SegmentModel, 2> segments;
  std::string note;
};

// `incidents` by date; those on or after `known_until` are not looked at. An error where too little
// is known.
[[nodiscard]] base::Result<Calibration> calibrate(std::span<const Incident> incidents,
                                                  base::Date known_until,
                                                  const CalibrationTerms& terms);

}  // namespace cofferdam::solvency
