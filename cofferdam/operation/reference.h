// SPDX-License-Identifier: Apache-2.0
//
// The reference pages, generated from the registry. Markdown; a test compares them with docs/.
#pragma once

#include "cofferdam/operation/registry.h"

#include <string>
#include <vector>

namespace cofferdam::operation {

struct Page {
  std::string path;  // below docs/
  std::string text;
};

[[nodiscard]] std::vector<Page> reference_pages(const Registry& registry);

}  // namespace cofferdam::operation
