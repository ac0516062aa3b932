// SPDX-License-Identifier: Apache-2.0
//
// What a principal may read that has roles in single pools only: what names one of these pools.
#pragma once

#include "cofferdam/engine/state.h"
#include "cofferdam/operation/codec.h"

#include <string_view>

namespace cofferdam::server {

// Whether a grant gives the principal one of these roles in any pool.
[[nodiscard]] bool has_grant(const engine::State& state, base::PrincipalId who,
                             std::uint16_t roles);

// Whether a question is about pools in which the principal has a role, and about nothing else: each
// of its fields that names a pool, or something in one, is asked, and one of them at least is
// there.
[[nodiscard]] bool is_in_scope(const engine::State& state, const operation::Names& names,
                               base::PrincipalId who, std::string_view operation,
                               const operation::Type& fields, const operation::Json& content);

}  // namespace cofferdam::server
