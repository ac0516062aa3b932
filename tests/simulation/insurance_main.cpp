// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/insurance.h"
#include "tests/simulation/run_seeds.h"

int main(int count, char** words) {
  namespace simulation = cofferdam::simulation;
  return simulation::run_seeds<simulation::InsuranceSimulation>(count, words, 150, "claims paid");
}
