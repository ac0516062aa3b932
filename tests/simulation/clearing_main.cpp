// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/clearing.h"
#include "tests/simulation/run_seeds.h"

namespace {

// Fewer lives than this may miss a command.
constexpr std::uint64_t kSeedsForAll = 100;

// Every command of terms, margin, safeguards, limits and conversion.
[[nodiscard]] bool is_expected(std::size_t operation) {
  return (operation >= 160 && operation <= 167) || (operation >= 170 && operation <= 177) ||
         (operation >= 250 && operation <= 255);
}

[[nodiscard]] std::string missing(const cofferdam::simulation::SimulationStatistics& statistics,
                                  std::uint64_t seeds) {
  if (seeds < kSeedsForAll) return {};
  std::string out;
  for (std::size_t i = 0; i < statistics.accepted.size(); ++i)
    if (is_expected(i) && statistics.accepted[i] == 0)
      out += "operation " + std::to_string(i) + " was never accepted; ";
  return out;
}

}  // namespace

int main(int count, char** words) {
  namespace simulation = cofferdam::simulation;
  return simulation::run_seeds<simulation::ClearingSimulation>(
      count, words, 80, "refused by a gate, a limit or a policy", &missing);
}
