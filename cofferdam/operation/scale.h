// SPDX-License-Identifier: Apache-2.0
//
// Which scale a decimal text has at its place in a struct. See codec.h for the order of the search.
#pragma once

#include "cofferdam/operation/codec.h"

#include <optional>

namespace cofferdam::operation {

// nullopt: nothing in the struct or around it says so. Only for kinds that have a scale.
[[nodiscard]] std::optional<unsigned> scale_at(const Scope* scope, Kind kind, const Names& names);

// What would have to be named, for an error.
[[nodiscard]] std::string_view scale_givers(Kind kind);

[[nodiscard]] bool has_scale(Kind kind);

// Of what says itself how many digits its amounts have, in fields `scale` or `..._scale`: none is
// beyond what a decimal text can hold. The error names the path.
[[nodiscard]] Result<void> check_scales(const Type& type, const void* value,
                                        const std::string& path = {});

}  // namespace cofferdam::operation
