// SPDX-License-Identifier: Apache-2.0
//
// An estimate as JSON: a number, or "infinity" and "nan" as text, as calculators write them.
#pragma once

#include "cofferdam/operation/json.h"

#include <charconv>
#include <cmath>
#include <string>

namespace cofferdam::report {

[[nodiscard]] inline operation::Json figure(double value) {
  using operation::Json;
  if (std::isnan(value)) return Json::of("nan");
  if (std::isinf(value)) return Json::of(value > 0 ? "infinity" : "-infinity");
  char text[32];
  const auto [end, error] = std::to_chars(text, text + sizeof text, value);
  return Json::number(std::string(text, error == std::errc{} ? end : text));
}

}  // namespace cofferdam::report
