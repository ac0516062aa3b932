// SPDX-License-Identifier: Apache-2.0
#include "bench/eigen_peer.h"

#include <Eigen/Dense>
#include <Eigen/Sparse>
#include <algorithm>
#include <chrono>
#include <vector>

namespace cofferdam::bench {

bool eigen_is_here() {
  return true;
}

double eigen_sparse(const PeerVenue& venue, const double* grid, double* least, int runs) {
  using Quantities = Eigen::SparseMatrix<double, Eigen::RowMajor>;
  using Grid = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  std::vector<Eigen::Triplet<double>> entries;
  for (std::size_t a = 0; a < venue.accounts; ++a)
    for (std::size_t p = 0; p < venue.positions; ++p) {
      const std::size_t at = a * venue.positions + p;
      entries.emplace_back(static_cast<int>(a), static_cast<int>(venue.contract[at]),
                           venue.quantity[at]);
    }
  Quantities quantities(static_cast<long>(venue.accounts), static_cast<long>(venue.contracts));
  quantities.setFromTriplets(entries.begin(), entries.end());
  const Eigen::Map<const Grid> changes(grid, static_cast<long>(venue.contracts),
                                       static_cast<long>(venue.scenarios));
  Grid sums(static_cast<long>(venue.accounts), static_cast<long>(venue.scenarios));
  Eigen::VectorXd worst;
  std::vector<double> times;
  for (int i = 0; i <= runs; ++i) {
    const auto began = std::chrono::steady_clock::now();
    sums.noalias() = quantities * changes;
    worst = sums.rowwise().minCoeff();
    times.push_back(
        std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count());
  }
  for (std::size_t a = 0; a < venue.accounts; ++a) least[a] = worst[static_cast<long>(a)];
  std::sort(times.begin() + 1, times.end());  // the first one warms up
  return times[1 + static_cast<std::size_t>(runs) / 2];
}

}  // namespace cofferdam::bench
