// SPDX-License-Identifier: Apache-2.0
//
// A file that a caller names as input, whole and bounded. That it cannot be read is the caller's
// input, not the books: malformed, with the field "file".
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/journal/disk.h"

#include <cstddef>
#include <string>

namespace cofferdam::operation {

[[nodiscard]] base::Result<std::string> read_input_file(journal::Disk& disk,
                                                        const std::string& path,
                                                        std::size_t bytes_max);

}  // namespace cofferdam::operation
