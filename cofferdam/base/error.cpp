// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/base/error.h"

namespace cofferdam::base {

std::string Error::text() const {
  std::string line = field;
  if (!value.empty()) line += " '" + value + "'";
  line += ": " + rule;
  if (!hint.empty()) line += " (" + hint + ")";
  return line;
}

}  // namespace cofferdam::base
