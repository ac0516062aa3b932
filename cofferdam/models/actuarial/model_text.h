// SPDX-License-Identifier: Apache-2.0
//
// A model of losses in one line of text.
//
//   poisson 0.8 of lognormal(mean 5e6, cv 2) xs 250e3 limit 10e6
//   negative binomial(mean 33, size 3.74) of pareto(shape 1.6, scale 1e6) limit 50e6 annual limit
//   2e8 poisson 3 of gamma(shape 2, scale 500) + binomial(trials 10, probability 0.02) of constant
//   1e6 mixture(0.9: poisson 1, 0.1: poisson 8) of exponential(mean 2e6)
//
//   model      = line { "+" line } { "annual deductible" number | "annual limit" number }
//   line       = frequency "of" severity { term }
//   term       = "xs" number | "deductible" number | "franchise" number | "limit" number
//              | "coinsurance" number | "per payment"
//   frequency  = name number | name "(" arguments ")" | "mixture(" p ":" frequency, ... ")"
//   severity   = name number | name "(" arguments ")"
//   arguments  = [name] number, ...       by name, or in the order of the table in the guide
//   number     = 5e6 | 0.8 | 12%
//
// Names are read without regard to case; "-" and "_" in them count as spaces.
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/models/actuarial/coverage.h"

#include <string>
#include <string_view>

namespace cofferdam::actuarial {

inline constexpr std::size_t kModelTextMax = 20'000;  // bytes
inline constexpr std::size_t kLinesMax = 200;

[[nodiscard]] base::Result<Portfolio> parse_model(std::string_view text,
                                                  std::string_view field = "model");
[[nodiscard]] base::Result<Severity> parse_severity(std::string_view text,
                                                    std::string_view field = "severity");
[[nodiscard]] base::Result<Frequency> parse_frequency(std::string_view text,
                                                      std::string_view field = "frequency");

// The text that parse_severity reads back, with the family's own parameters.
[[nodiscard]] std::string text_of(const Severity& severity);
[[nodiscard]] std::string text_of(const Frequency& frequency);

}  // namespace cofferdam::actuarial
