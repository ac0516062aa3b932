// SPDX-License-Identifier: Apache-2.0
//
// The report of a drill on recorded minutes of an inverse perpetual: the same book with its pools
// apart and with all money in one, minute by minute through a halt, what each would have paid, and
// what would have broken each pool the day before.
#pragma once

#include "cofferdam/report/option_stress.h"
#include "cofferdam/report/perpetual_minutes.h"

#include <string>
#include <vector>

namespace cofferdam::report {

struct PerpetualStress {
  PerpetualRecord record;
  stress::PerpetualTerms terms;
  stress::PerpetualRun apart;
  stress::PerpetualRun commingled;
  stress::PerpetualRun thin;  // pools apart, every minute with a trade making a mark
  std::vector<stress::PerpetualBreak> breaking;  // of each pool, and of all last
  base::Time judged;
  std::vector<Fact> facts;  // of the record, and of the runs
};

[[nodiscard]] base::Result<PerpetualStress> stress_perpetual(PerpetualRecord record,
                                                             stress::PerpetualTerms terms);

[[nodiscard]] std::vector<StressTable> stress_tables(const PerpetualStress& stress);
[[nodiscard]] std::string stress_summary(const PerpetualStress& stress);
[[nodiscard]] std::string stress_screen(const PerpetualStress& stress);
[[nodiscard]] std::string stress_html(const PerpetualStress& stress);

// Facts and tables under their names, for programs.
[[nodiscard]] std::string stress_json(const std::string& summary, const std::vector<Fact>& facts,
                                      const std::vector<StressTable>& tables);

}  // namespace cofferdam::report
