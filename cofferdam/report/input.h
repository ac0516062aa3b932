// SPDX-License-Identifier: Apache-2.0
//
// A file of foreign input, whole and bounded: plain, or gzip (told by its first two bytes).
#pragma once

#include "cofferdam/base/error.h"

#include <cstddef>
#include <string>

namespace cofferdam::report {

// More than any file we were given, and small enough that a bomb of zeros cannot fill the memory.
inline constexpr std::size_t kInputBytesMax = std::size_t{1} << 30;

// The bytes of the file, unpacked. Errors name the file: absent, too large, a gzip stream that is
// cut short or damaged, or followed by something else.
[[nodiscard]] base::Result<std::string> read_input(const std::string& path,
                                                   std::size_t bytes_max = kInputBytesMax);

// Standard input to its end, unpacked in the same way.
[[nodiscard]] base::Result<std::string> read_standard_input(std::size_t bytes_max = kInputBytesMax);

// gzip bytes unpacked; `name` stands in errors.
[[nodiscard]] base::Result<std::string> unpack_gzip(std::string_view packed,
                                                    const std::string& name,
                                                    std::size_t bytes_max = kInputBytesMax);

// The first of these that exists: path, path + ".gz"; an error that names both.
[[nodiscard]] base::Result<std::string> find_input(const std::string& path);

// Byte at which the text stops being UTF-8 (RFC 3629) or holds a NUL; npos when it does not.
[[nodiscard]] std::size_t find_bad_text(std::string_view text);

}  // namespace cofferdam::report
