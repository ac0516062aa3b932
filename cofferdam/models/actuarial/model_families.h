// SPDX-License-Identifier: Apache-2.0
//
// The families of the model text: which parameters each takes, by name or by place.
#pragma once

#include "cofferdam/models/actuarial/frequency.h"
#include "cofferdam/models/actuarial/severity.h"

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cofferdam::actuarial {

struct Argument {
  std::string name;
  double value = 0;
};

// The arguments of one family, taken by name or by place.
class Arguments {
 public:
  Arguments(std::string_view field, std::string_view owner, std::vector<Argument> given)
      : field_(field), owner_(owner), given_(std::move(given)), used_(given_.size(), false) {}

  // By the first of these names, or else the next without a name.
  [[nodiscard]] std::optional<double> take(std::initializer_list<std::string_view> names) {
    for (std::size_t i = 0; i < given_.size(); ++i) {
      if (used_[i] || std::ranges::find(names, given_[i].name) == names.end()) continue;
      used_[i] = true;
      return given_[i].value;
    }
    return std::nullopt;
  }

  [[nodiscard]] std::optional<double> next() { return take({""}); }

  [[nodiscard]] std::optional<double> take_or_next(std::initializer_list<std::string_view> names) {
    if (const std::optional<double> named = take(names)) return named;
    return next();
  }

  // What was given and not asked for.
  [[nodiscard]] base::Result<void> check_empty(std::string_view takes) const {
    for (std::size_t i = 0; i < given_.size(); ++i)
      if (!used_[i])
        return base::malformed(field_,
                               given_[i].name.empty() ? "a number too many" : given_[i].name,
                               "no such parameter of " + owner_, "it takes " + std::string(takes));
    return {};
  }

  [[nodiscard]] std::unexpected<base::Error> missing(std::string_view takes) const {
    return base::malformed(field_, owner_, "a parameter is missing",
                           "it takes " + std::string(takes));
  }

 private:
  std::string field_;
  std::string owner_;
  std::vector<Argument> given_;
  std::vector<bool> used_;
};

[[nodiscard]] bool is_severity_name(std::string_view name);
[[nodiscard]] base::Result<Severity> make_severity(std::string_view name, Arguments& arguments);
[[nodiscard]] base::Result<Count> make_count(std::string_view name, Arguments& arguments);

}  // namespace cofferdam::actuarial
