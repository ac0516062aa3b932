// SPDX-License-Identifier: Apache-2.0
//
// The report of a drill on recorded option chains: the same book with its pools apart and with all
// money in one, what each would have paid, and what would break each pool.
#pragma once

#include "cofferdam/models/stress/option_shock.h"
#include "cofferdam/report/listing.h"

#include <string>
#include <vector>

namespace cofferdam::report {

struct OptionStress {
  std::string rulebook;
  std::string rulebook_source;
  stress::VenueTerms terms;
  stress::VenueRun apart;
  stress::VenueRun commingled;
  // Of each pool, and of all last, at the first chain.
  std::vector<stress::ReverseStress> breaking;
  std::vector<stress::CoverOutput> cover;
};

[[nodiscard]] base::Result<OptionStress> stress_options(
    const rulebook::Rulebook& rulebook, const std::vector<stress::OptionChain>& chains,
    const stress::VenueTerms& terms);

// Tables for people; `note` says what the figures mean.
struct StressTable {
  Listing listing;
  std::string note;
};

[[nodiscard]] std::vector<StressTable> stress_tables(const OptionStress& stress);

[[nodiscard]] std::string stress_summary(const OptionStress& stress);
[[nodiscard]] std::string stress_screen(const OptionStress& stress);
[[nodiscard]] std::string stress_html(const OptionStress& stress);

}  // namespace cofferdam::report
