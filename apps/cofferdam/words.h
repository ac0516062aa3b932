// SPDX-License-Identifier: Apache-2.0
//
// What stands on the command line, as words: for completion scripts and the man page.
#pragma once

#include "invocation.h"

#include <string>
#include <vector>

namespace cofferdam::cli {

struct OptionWord {
  std::string name;   // "--pool"
  std::string value;  // "CODE"; empty for a flag
  std::string doc;
};

struct VerbWords {
  std::string words;  // "pool create", or "batch"
  std::string summary;
  std::vector<OptionWord> options;
};

[[nodiscard]] std::vector<OptionWord> global_words();
[[nodiscard]] std::vector<VerbWords> verb_words(const operation::Registry& registry);

[[nodiscard]] std::string completion_script(std::string_view shell,
                                            const operation::Registry& registry);
[[nodiscard]] std::string manual_page(const operation::Registry& registry);

}  // namespace cofferdam::cli
