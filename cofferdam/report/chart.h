// SPDX-License-Identifier: Apache-2.0
//
// Small pictures as inline SVG. Colours are the page's CSS variables, so that they follow light and
// dark; every picture has a title and says its greatest value in text.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace cofferdam::report {

struct ChartSeries {
  std::string name;
  std::vector<double> values;  // one per label
};

// Lines over the same labels (days). Empty without labels.
[[nodiscard]] std::string line_chart(const std::string& title, const std::string& unit,
                                     const std::vector<std::string>& labels,
                                     const std::vector<ChartSeries>& series);

// Horizontal bars, one per name.
[[nodiscard]] std::string bar_chart(const std::string& title, const std::string& unit,
                                    const std::vector<std::pair<std::string, double>>& bars);

// Text for HTML and SVG: the five characters that mean something there are replaced.
[[nodiscard]] std::string escaped(std::string_view text);

}  // namespace cofferdam::report
