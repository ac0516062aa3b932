// SPDX-License-Identifier: Apache-2.0
//
// The always-on check: our own mistakes stop the program with the place and the condition, in every
// build type. Never used to validate input; input is answered with an Error or a status.
#pragma once

#include <string_view>

namespace cofferdam::base {

[[noreturn]] void check_failed(const char* file, int line, const char* condition,
                               std::string_view explanation);

}  // namespace cofferdam::base

#define COFFERDAM_CHECK(condition, explanation)                                       \
  do {                                                                                \
    if (!(condition)) [[unlikely]]                                                    \
      ::cofferdam::base::check_failed(__FILE__, __LINE__, #condition, (explanation)); \
  } while (false)
