// SPDX-License-Identifier: Apache-2.0
//
// The tasks api-key.create, .list, .rotate and .revoke, for the command line and for HTTP.
// Only admins use them, and nobody makes a key for a principal with a role that they do not hold.
#pragma once

#include "cofferdam/operation/registry.h"

namespace cofferdam::server {

void register_api_keys(operation::Registry& registry);

}  // namespace cofferdam::server
