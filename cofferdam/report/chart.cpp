// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/report/chart.h"

#include "cofferdam/report/listing.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace cofferdam::report {

namespace {

// Small, so that the text is still read where the page is as narrow as a telephone.
constexpr double kWidth = 480;
constexpr double kHeight = 230;
constexpr double kLeft = 52;
constexpr double kRight = 12;
constexpr double kTop = 12;
constexpr double kBottom = 26;
constexpr std::size_t kTicks = 4;
constexpr std::size_t kDates = 4;
constexpr std::size_t kColours = 8;  // variables --c0 to --c7 of the page

[[nodiscard]] std::string number(double value) {
  const double size = std::abs(value);
  if (size >= 1e15) return fmt::format("{:.3g}", value);
  if (size >= 1e12) return fmt::format("{:.4g} T", value / 1e12);
  if (size >= 1e9) return fmt::format("{:.4g} bn", value / 1e9);
  if (size >= 1e6) return fmt::format("{:.4g} m", value / 1e6);
  if (size >= 1e4) return fmt::format("{:.4g} k", value / 1e3);
  return size >= 1e3 ? grouped(fmt::format("{:.0f}", value)) : fmt::format("{:.4g}", value);
}

// 1, 2 or 5 times a power of ten: the least that covers the range in kTicks steps.
[[nodiscard]] double tick_step(double range) {
  const double rough = range / static_cast<double>(kTicks);
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  for (const double factor : {1.0, 2.0, 5.0})
    if (factor * power >= rough * 0.999999) return factor * power;
  return 10 * power;
}

[[nodiscard]] std::string text_at(double x, double y, std::string_view anchor,
                                  std::string_view text) {
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>", x, y, anchor,
                     escaped(text));
}

struct Range {
  double low = 0;
  double high = 0;
};

[[nodiscard]] Range range_of(const std::vector<ChartSeries>& series) {
  Range range;
  for (const ChartSeries& line : series)
    for (const double value : line.values) {
      range.low = std::min(range.low, value);
      range.high = std::max(range.high, value);
    }
  if (range.high == range.low) range.high = range.low + 1;
  const double step = tick_step(range.high - range.low);
  range.low = step * std::floor(range.low / step + 1e-9);
  range.high = step * std::ceil(range.high / step - 1e-9);
  return range;
}

[[nodiscard]] std::string open_figure(const std::string& title, double height) {
  return fmt::format(
      "<figure><figcaption>{0}</figcaption><svg viewBox=\"0 0 {1:.0f} {2:.0f}\" role=\"img\" "
      "aria-label=\"{0}\">",
      escaped(title), kWidth, height);
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string line_chart(const std::string& title, const std::string& unit,
                       const std::vector<std::string>& labels,
                       const std::vector<ChartSeries>& series) {
  if (labels.empty() || series.empty()) return {};
  const Range range = range_of(series);
  const auto x = [&](std::size_t i) {
    const double steps = std::max<double>(1, static_cast<double>(labels.size() - 1));
    return kLeft + (kWidth - kLeft - kRight) * static_cast<double>(i) / steps;
  };
  const auto y = [&](double value) {
    return kTop + (kHeight - kTop - kBottom) * (range.high - value) / (range.high - range.low);
  };
  std::string svg = open_figure(title + ", " + unit, kHeight);
  const double step = tick_step(range.high - range.low);
  for (double value = range.low; value < range.high + step / 2; value += step) {
    svg += fmt::format(
        "<line class=\"grid\" x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" "
        "y2=\"{:.1f}\"/>",
        kLeft, y(value), kWidth - kRight, y(value));
    svg += text_at(kLeft - 6, y(value) + 4, "end", number(value));
  }
  const std::size_t dates = std::min(kDates, labels.size());
  for (std::size_t d = 0; d < dates; ++d) {
    const std::size_t at = dates == 1 ? 0 : d * (labels.size() - 1) / (dates - 1);
    const std::string_view anchor = d == 0 ? "start" : d + 1 == dates ? "end" : "middle";
    svg += text_at(d == 0 ? 4 : x(at), kHeight - 6, anchor, labels[at]);
  }
  std::string legend;
  for (std::size_t s = 0; s < series.size(); ++s) {
    std::string points;
    for (std::size_t i = 0; i < series[s].values.size(); ++i)
      points += fmt::format("{:.1f},{:.1f} ", x(i), y(series[s].values[i]));
    if (series[s].values.size() == 1)
      points += fmt::format("{:.1f},{:.1f}", kWidth - kRight, y(series[s].values[0]));
    svg += fmt::format("<polyline class=\"c{}\" points=\"{}\"/>", s % kColours, points);
    legend +=
        fmt::format("<span class=\"k c{}\">{}</span> ", s % kColours, escaped(series[s].name));
  }
  if (series.size() == 1) return svg + "</svg></figure>\n";  // the title says it
  return svg + "</svg><div class=\"legend\">" + legend + "</div></figure>\n";
}

std::string bar_chart(const std::string& title, const std::string& unit,
                      const std::vector<std::pair<std::string, double>>& bars) {
  if (bars.empty()) return {};
  constexpr double kBar = 22;
  constexpr double kName = 190;
  constexpr std::size_t kNameLetters = 24;
  double most = 0;
  for (const auto& [name, value] : bars) most = std::max(most, std::abs(value));
  if (most == 0) most = 1;
  const double height = kBar * static_cast<double>(bars.size()) + 8;
  std::string svg = open_figure(title + ", " + unit, height);
  for (std::size_t i = 0; i < bars.size(); ++i) {
    const auto& [name, value] = bars[i];
    const double top = 4 + kBar * static_cast<double>(i);
    const double length = (kWidth - kName - 62) * std::abs(value) / most;
    svg += text_at(kName - 8, top + 15, "end", shortened(name, kNameLetters));
    svg += fmt::format(
        "<rect class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" "
        "height=\"{:.1f}\"/>",
        value < 0 ? "c1" : "c0", kName, top + 2, length, kBar - 6);
    svg += text_at(kName + length + 6, top + 15, "start", number(value));
  }
  return svg + "</svg></figure>\n";
}

}  // namespace cofferdam::report
