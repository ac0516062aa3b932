// SPDX-License-Identifier: Apache-2.0
//
// The solvency report for people: on one screen, and as a page with pictures. The JSON is the
// answer of the calculator `solvency`.
#pragma once

#include "cofferdam/models/solvency/solvency.h"
#include "cofferdam/report/insurance_replay.h"

#include <string>
#include <vector>

namespace cofferdam::report {

[[nodiscard]] std::vector<NotedTable> solvency_tables(const solvency::SolvencyInput& input,
                                                      const solvency::SolvencyOutput& output);
[[nodiscard]] std::string solvency_summary(const solvency::SolvencyInput& input,
                                           const solvency::SolvencyOutput& output);
[[nodiscard]] std::string solvency_screen(const solvency::SolvencyInput& input,
                                          const solvency::SolvencyOutput& output);
[[nodiscard]] std::string solvency_html(const solvency::SolvencyInput& input,
                                        const solvency::SolvencyOutput& output);

}  // namespace cofferdam::report
