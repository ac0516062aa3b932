// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/insurance.h"
#include "tests/simulation/run_seeds.h"

namespace {

// Fewer lives than this may miss a command.
constexpr std::uint64_t kSeedsForAll = 100;

// Every command of insurance, claims, governance and publications; 219 is none.
[[nodiscard]] bool is_expected(std::size_t operation) {
  return (operation >= 200 && operation <= 246 && operation != 219) ||
         (operation >= 260 && operation <= 264);
}

[[nodiscard]] std::string missing(const cofferdam::simulation::SimulationStatistics& statistics,
                                  std::uint64_t seeds) {
  if (seeds < kSeedsForAll) return {};
  std::string out;
  for (std::size_t i = 0; i < statistics.accepted.size(); ++i)
    if (is_expected(i) && statistics.accepted[i] == 0)
      out += "operation " + std::to_string(i) + " was never accepted; ";
  if (statistics.noted < seeds) out += "fewer claims were paid than lives were lived; ";
  return out;
}

}  // namespace

int main(int count, char** words) {
  namespace simulation = cofferdam::simulation;
  return simulation::run_seeds<simulation::InsuranceSimulation>(count, words, 220, "claims paid",
                                                                &missing);
}
