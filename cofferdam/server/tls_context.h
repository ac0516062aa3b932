// SPDX-License-Identifier: Apache-2.0
//
// What a server of TLS needs before its first connection: its own certificate, and, where clients
// are to show theirs, who may have signed them.
#pragma once

#include "cofferdam/server/http.h"

struct ssl_ctx_st;

namespace cofferdam::server {

[[nodiscard]] Result<void> prepare_tls(ssl_ctx_st* context, const HttpOptions& options);

}  // namespace cofferdam::server
