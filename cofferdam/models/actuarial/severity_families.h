// SPDX-License-Identifier: Apache-2.0
//
// The functions of each family, overloaded; severity.cpp chooses among them.
#pragma once

#include "cofferdam/models/actuarial/severity.h"

namespace cofferdam::actuarial::family {

#define COFFERDAM_SEVERITY_FAMILY(Family)                            \
  [[nodiscard]] std::string fault(const Family& f);                  \
  [[nodiscard]] double density(const Family& f, double x);           \
  [[nodiscard]] double survival(const Family& f, double x);          \
  [[nodiscard]] double distribution(const Family& f, double x);      \
  [[nodiscard]] double upper_quantile(const Family& f, double tail); \
  [[nodiscard]] double quantile(const Family& f, double p);          \
  [[nodiscard]] double raw_moment(const Family& f, int k);           \
  [[nodiscard]] double limited_mean(const Family& f, double limit)

COFFERDAM_SEVERITY_FAMILY(Exponential);
COFFERDAM_SEVERITY_FAMILY(Gamma);
COFFERDAM_SEVERITY_FAMILY(Weibull);
COFFERDAM_SEVERITY_FAMILY(Lognormal);
COFFERDAM_SEVERITY_FAMILY(SinglePareto);
COFFERDAM_SEVERITY_FAMILY(Pareto);
COFFERDAM_SEVERITY_FAMILY(Burr);
COFFERDAM_SEVERITY_FAMILY(InverseGaussian);
COFFERDAM_SEVERITY_FAMILY(Loggamma);
COFFERDAM_SEVERITY_FAMILY(GeneralizedPareto);
COFFERDAM_SEVERITY_FAMILY(Uniform);
COFFERDAM_SEVERITY_FAMILY(Empirical);
COFFERDAM_SEVERITY_FAMILY(Spliced);

#undef COFFERDAM_SEVERITY_FAMILY

}  // namespace cofferdam::actuarial::family
