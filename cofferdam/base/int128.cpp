// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/base/int128.h"

#include <algorithm>

namespace cofferdam::base {

std::string to_text(u128 v) {
  std::string digits;
  do {
    digits.push_back(static_cast<char>('0' + static_cast<int>(v % 10)));
    v /= 10;
  } while (v != 0);
  std::reverse(digits.begin(), digits.end());
  return digits;
}

std::string to_text(i128 v) {
  std::string text = to_text(magnitude(v));
  if (v < 0) text.insert(text.begin(), '-');
  return text;
}

}  // namespace cofferdam::base
