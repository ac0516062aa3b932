// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/principal/invariants.h"

namespace cofferdam::principal {

std::optional<std::string> check_root_remains(const State& state) {
  if (state.principals.untouched()) return std::nullopt;
  bool found = false;
  state.principals.each(
      [&](const Principal& row) { found = found || (row.active && (row.roles & kRoot) != 0); });
  if (found || state.principals.size() == 0) return std::nullopt;
  return "no active root principal is left";
}

}  // namespace cofferdam::principal
