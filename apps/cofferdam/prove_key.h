// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "books.h"

namespace cofferdam::cli {

// Fills in the public key and the proof of a command that brings one, by the key in this file. The
// key leaves its file for no more than that.
[[nodiscard]] base::Result<void> add_proof(const std::string& file, std::string_view operation,
                                           const operation::Registry& registry, Books& books,
                                           operation::Json& content);

}  // namespace cofferdam::cli
