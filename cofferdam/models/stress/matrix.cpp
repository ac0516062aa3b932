// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/stress/matrix.h"

#include "cofferdam/base/estimate.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace cofferdam::stress {
namespace {

double largest(const Matrix& matrix) {
  double most = 0;
  for (const auto& row : matrix)
    for (const double x : row) most = std::max(most, std::fabs(x));
  return most;
}

}  // namespace

base::Result<void> check_symmetric(const Matrix& matrix, std::size_t n, std::string_view field) {
  const std::string name(field);
  if (matrix.size() != n)
    return base::malformed(name, std::to_string(matrix.size()) + " rows",
                           "must have one row and one column for each entry of delta");
  for (std::size_t i = 0; i < n; ++i)
    if (matrix[i].size() != n)
      return base::malformed(name + "[" + std::to_string(i) + "]",
                             std::to_string(matrix[i].size()) + " columns",
                             "must have one row and one column for each entry of delta");
  const double tolerance = 1e-9 * largest(matrix);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (std::fabs(matrix[i][j] - matrix[j][i]) > tolerance)
        return base::malformed(name + "[" + std::to_string(i) + "][" + std::to_string(j) + "]",
                               base::number_text(matrix[i][j]), "must be symmetric");
  return {};
}

bool is_positive_semidefinite(const Matrix& matrix) {
  const std::size_t n = matrix.size();
  const double tolerance = 1e-10 * std::max(largest(matrix), 1e-300);
  Matrix lower(n, std::vector<double>(n, 0.0));
  for (std::size_t j = 0; j < n; ++j) {
    double pivot = matrix[j][j];
    for (std::size_t k = 0; k < j; ++k) pivot -= lower[j][k] * lower[j][k];
    if (pivot < -tolerance) return false;
    const double root = pivot > tolerance ? std::sqrt(pivot) : 0;
    lower[j][j] = root;
    for (std::size_t i = j + 1; i < n; ++i) {
      double rest = matrix[i][j];
      for (std::size_t k = 0; k < j; ++k) rest -= lower[i][k] * lower[j][k];
      // A direction without variance has no covariance either.
      if (root == 0 && std::fabs(rest) > 1e-6 * std::max(largest(matrix), 1e-300)) return false;
      lower[i][j] = root == 0 ? 0 : rest / root;
    }
  }
  return true;
}

Matrix product(const Matrix& a, const Matrix& b) {
  const std::size_t n = a.size();
  Matrix out(n, std::vector<double>(n, 0.0));
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t k = 0; k < n; ++k)
      for (std::size_t j = 0; j < n; ++j) out[i][j] += a[i][k] * b[k][j];
  return out;
}

std::vector<double> product(const Matrix& a, const std::vector<double>& x) {
  std::vector<double> out(a.size(), 0.0);
  for (std::size_t i = 0; i < a.size(); ++i) out[i] = dot(a[i], x);
  return out;
}

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

double trace(const Matrix& a) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i][i];
  return sum;
}

double trace_of_product(const Matrix& a, const Matrix& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    for (std::size_t k = 0; k < a.size(); ++k) sum += a[i][k] * b[k][i];
  return sum;
}

}  // namespace cofferdam::stress
