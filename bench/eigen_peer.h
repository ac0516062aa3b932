// SPDX-License-Identifier: Apache-2.0
//
// Eigen as a peer, behind plain pointers, compiled in a file of its own.
#pragma once

#include <cstddef>
#include <cstdint>

namespace cofferdam::bench {

// Quantities of `accounts` times a grid of doubles, scenario by scenario within a contract.
struct PeerVenue {
  std::size_t accounts;
  std::size_t contracts;
  std::size_t scenarios;
  std::size_t positions;  // of every account
  const std::uint32_t* contract;
  const double* quantity;
};

[[nodiscard]] bool eigen_is_here();

// Sparse times dense, then the least of every row; the matrix of quantities is made beforehand.
// Returns the median seconds of `runs`.
double eigen_sparse(const PeerVenue& venue, const double* grid, double* least, int runs);

}  // namespace cofferdam::bench
