// SPDX-License-Identifier: Apache-2.0
//
// Small dense matrices, by rows, for moments of a book of sensitivities.
#pragma once

#include "cofferdam/base/error.h"

#include <string_view>
#include <vector>

namespace cofferdam::stress {

using Matrix = std::vector<std::vector<double>>;

// n rows of n finite numbers, equal to its transpose within 1e-9 of its largest entry.
[[nodiscard]] base::Result<void> check_symmetric(const Matrix& matrix, std::size_t n,
                                                 std::string_view field);
// By a Cholesky factorisation that allows zeros, within 1e-10 of the largest entry.
[[nodiscard]] bool is_positive_semidefinite(const Matrix& matrix);
[[nodiscard]] Matrix product(const Matrix& a, const Matrix& b);
[[nodiscard]] std::vector<double> product(const Matrix& a, const std::vector<double>& x);
[[nodiscard]] double dot(const std::vector<double>& a, const std::vector<double>& b);
[[nodiscard]] double trace(const Matrix& a);
[[nodiscard]] double trace_of_product(const Matrix& a, const Matrix& b);

}  // namespace cofferdam::stress
