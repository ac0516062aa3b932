// SPDX-License-Identifier: Apache-2.0
//
// Writes the days of a venue that never was, for users without real input: accounts.csv,
// deposits_withdrawals.csv, trades.csv and marks.csv, in the columns that replay_venue reads. Two
// client pools and the house's desk in a third; four perpetuals whose prices walk; trades of
// clients with the desk and with each other, across pools; fees of 5 bp for the one who crosses and
// 2 bp for the other. The same parameters give the same bytes on every machine.
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/base/fields.h"

#include <cstdint>
#include <string>

namespace cofferdam::report {

struct GenerateVenue {
  std::uint64_t seed = 1;
  std::uint32_t days = 3;
  std::uint32_t accounts = 200;
  std::uint32_t trades = 20'000;  // over all days

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("seed", self.seed, "the same seed gives the same days");
    visit("days", self.days, "1 to 366");
    visit("accounts", self.accounts, "clients, 2 to 100,000");
    visit("trades", self.trades, "over all days, at most 10,000,000");
  }
};

// The folder is made; files that are there are replaced.
[[nodiscard]] base::Result<void> generate_venue(const GenerateVenue& parameters,
                                                const std::string& folder);

}  // namespace cofferdam::report
