// SPDX-License-Identifier: Apache-2.0
//
// Arguments before the library of options takes them, and what the environment says beside them.
#pragma once

#include "invocation.h"

#include <string>
#include <vector>

namespace cofferdam::cli {

// The library takes an argument in brackets for a list and cuts it up; a list in JSON is ours to
// read, so a mark that no argument has hides the bracket.
[[nodiscard]] std::vector<std::string> guarded(int argc, char** argv);
[[nodiscard]] std::vector<std::string> unguarded(std::vector<std::string> values);

// Which books, and who acts: what was typed counts more than the environment.
void find_books(Globals& globals);

}  // namespace cofferdam::cli
