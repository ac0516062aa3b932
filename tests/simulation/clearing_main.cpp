// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/clearing.h"
#include "tests/simulation/run_seeds.h"

int main(int count, char** words) {
  namespace simulation = cofferdam::simulation;
  return simulation::run_seeds<simulation::ClearingSimulation>(
      count, words, 80, "refused by a gate, a limit or a policy");
}
