// SPDX-License-Identifier: Apache-2.0
#include "bench/quantlib_peer.h"

namespace cofferdam::bench {

bool quantlib_is_here() {
  return false;
}

const char* quantlib_version() {
  return "not installed";
}

double quantlib_calculator(const PeerOptions& /*in*/) {
  return 0;
}

double quantlib_formula(const PeerOptions& /*in*/) {
  return 0;
}

double quantlib_engine_rebuilt(const PeerOptions& /*in*/) {
  return 0;
}

double quantlib_engine_held(const PeerOptions& /*in*/) {
  return 0;
}

double quantlib_implied(const PeerOptions& /*in*/, double /*accuracy*/, double* /*deviation*/) {
  return 0;
}

double quantlib_normals(std::size_t /*count*/) {
  return 0;
}

double quantlib_scenarios(const PeerOptions& /*in*/, std::size_t /*factors*/,
                          std::size_t /*scenarios*/) {
  return 0;
}

void quantlib_grid(const PeerOptions& /*in*/, const PeerScenarios& /*scenarios*/, double* /*out*/,
                   double* /*seconds*/) {}

}  // namespace cofferdam::bench
