// SPDX-License-Identifier: Apache-2.0
//
// What past losses will still cost: chain ladder with Mack's errors (Mack 1993, 1999), Bornhuetter
// and Ferguson (1972), Benktander (1976), Cape Cod (Stanard-Buehlmann).
//
//   f_k = sum C_(i,k+1) / sum C_(i,k),  sigma_k^2 = sum C_(i,k) (F_(i,k) - f_k)^2 / (rows - 1)
//   mse_i = C_i^2 sum_k sigma_k^2/f_k^2 (1/C_(i,k) + 1/S_k)
//
// The last sigma has one development factor behind it and cannot be estimated; the rule for it is
// named: `mack` min(s_(n-2)^4/s_(n-3)^2, s_(n-3)^2, s_(n-2)^2), or `log_linear`, the regression of
// log sigma on the age.
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/base/fields.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cofferdam::actuarial {

inline constexpr std::size_t kTriangleMax = 200;

enum class ReserveMethod : std::uint8_t {
  chain_ladder,
  bornhuetter_ferguson,
  benktander,
  cape_cod
};
enum class LastSigma : std::uint8_t { mack, log_linear };
enum class TriangleForm : std::uint8_t { cumulative, incremental };

struct ReserveInput {
  std::vector<std::vector<double>> triangle;
  TriangleForm form = TriangleForm::cumulative;
  ReserveMethod method = ReserveMethod::chain_ladder;
  LastSigma last_sigma = LastSigma::mack;
  double tail_factor = 1;
  std::vector<double> premiums;
  std::vector<double> expected_loss_ratios;

  static constexpr std::string_view kDoc =
      "Ultimate losses and reserves of a triangle by chain ladder with Mack's standard errors, "
      "Bornhuetter-Ferguson, Benktander or Cape Cod.";
  static constexpr std::string_view kSource =
      "Mack, ASTIN Bulletin 23 (1993) and 29 (1999); Bornhuetter and Ferguson 1972; Benktander "
      "1976; Friedland, Estimating Unpaid Claims, 2010, ch. 7 to 10";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("triangle", self.triangle,
          "one row for each origin period, oldest first, each with what is known: row i has one "
          "value less than row i - 1; at most 200 rows");
    visit("form", self.form, "of the values: cumulative or incremental");
    visit("method", self.method, "");
    visit("last_sigma", self.last_sigma,
          "rule for the last sigma, which the data do not show: mack or log_linear");
    visit("tail_factor", self.tail_factor, "from the last column to ultimate, at least 1");
    visit("premiums", self.premiums,
          "one for each origin period, all methods but chain_ladder: earned premium or exposure");
    visit("expected_loss_ratios", self.expected_loss_ratios,
          "bornhuetter_ferguson, benktander: one for all, or one for each origin period");
  }
};

struct ReserveRow {
  double latest = 0;
  double developed = 0;
  double ultimate = 0;
  double reserve = 0;
  double standard_error = 0;
  double coefficient_of_variation = 0;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("latest", self.latest, "the last cumulative value that is known");
    visit("developed", self.developed, "the part of the ultimate that is expected by now");
    visit("ultimate", self.ultimate, "");
    visit("reserve", self.reserve, "ultimate - latest");
    visit("standard_error", self.standard_error, "chain ladder: Mack's; nan for other methods");
    visit("coefficient_of_variation", self.coefficient_of_variation, "of the reserve");
  }
};

struct ReserveOutput {
  std::vector<double> factors;
  std::vector<double> sigmas;
  std::vector<double> cumulative_factors;
  std::vector<ReserveRow> rows;
  double latest = 0;
  double ultimate = 0;
  double reserve = 0;
  double standard_error = 0;
  double expected_loss_ratio = 0;
  std::string note;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("factors", self.factors, "f_k from age k to k + 1, weighted by volume");
    visit("sigmas", self.sigmas, "Mack's sigma_k");
    visit("cumulative_factors", self.cumulative_factors,
          "from each age to ultimate, with the tail factor");
    visit("rows", self.rows, "one for each origin period");
    visit("latest", self.latest, "sum");
    visit("ultimate", self.ultimate, "sum");
    visit("reserve", self.reserve, "sum");
    visit("standard_error", self.standard_error,
          "of the whole reserve, with the correlation through the factors");
    visit("expected_loss_ratio", self.expected_loss_ratio, "cape_cod: estimated; else nan");
    visit("note", self.note, "");
  }
};

[[nodiscard]] base::Result<ReserveOutput> reserve(const ReserveInput& input);

}  // namespace cofferdam::actuarial

template <>
struct cofferdam::base::EnumText<cofferdam::actuarial::ReserveMethod> {
  static constexpr std::array<std::string_view, 4> kNames{"chain_ladder", "bornhuetter_ferguson",
                                                          "benktander", "cape_cod"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::actuarial::LastSigma> {
  static constexpr std::array<std::string_view, 2> kNames{"mack", "log_linear"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::actuarial::TriangleForm> {
  static constexpr std::array<std::string_view, 2> kNames{"cumulative", "incremental"};
};
