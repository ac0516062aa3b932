// SPDX-License-Identifier: Apache-2.0
//
// The OpenAPI 3.1 document of what is served, made from the routes: no operation is named here.
#pragma once

#include "cofferdam/operation/json.h"
#include "cofferdam/server/route.h"

namespace cofferdam::server {

[[nodiscard]] operation::Json openapi_document(const Routes& routes, std::string_view version);

}  // namespace cofferdam::server
