// SPDX-License-Identifier: Apache-2.0
//
// Mutual TLS: a client, too, shows a certificate before anything of it is read.
#pragma once

#include "cofferdam/base/error.h"

#include <string>

struct ssl_ctx_st;

namespace cofferdam::server {

// From now on a handshake fails unless the client shows a certificate that one of the authorities
// in the file has signed.
[[nodiscard]] base::Result<void> ask_for_certificates(ssl_ctx_st* context, const std::string& file);

}  // namespace cofferdam::server
