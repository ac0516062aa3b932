// SPDX-License-Identifier: Apache-2.0
//
// What a principal may read that has roles in single pools only: what names one of these pools.
#pragma once

#include "cofferdam/engine/state.h"
#include "cofferdam/operation/codec.h"
#include "cofferdam/server/http.h"
#include "cofferdam/server/route.h"

#include <optional>
#include <string>
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

// The answer to somebody who lacks these roles; nothing when they have one of them in all pools.
[[nodiscard]] std::optional<HttpResponse> forbid_roles(const principal::State& state,
                                                       const std::string& principal,
                                                       std::uint16_t roles);

// The same for a request of somebody whose roles may be those of single pools: a command is judged
// by the books, a question must be about these pools.
[[nodiscard]] std::optional<HttpResponse> forbid_request(const engine::State& state,
                                                         const operation::Names& names,
                                                         const std::string& principal,
                                                         const Route& route,
                                                         const operation::Json& content);

// Whether a grant gives the principal of this name one of these roles in any pool.
[[nodiscard]] bool has_grant(const engine::State& state, const std::string& principal,
                             std::uint16_t roles);

}  // namespace cofferdam::server
