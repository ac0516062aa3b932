// SPDX-License-Identifier: Apache-2.0
//
// Structured logs: one JSON object a line, on standard error. What is logged of a request is its
// method, path, verdict, principal and duration; never a header, a query string or a body.
#pragma once

#include "cofferdam/operation/json.h"

#include <string_view>

namespace cofferdam::server {

enum class LogRequests : std::uint8_t { none, failed, all };

// Adds `time`, `level` and `event` before the fields. From any thread.
void log_line(std::string_view level, std::string_view event, const operation::Json& fields);

// A reader of the feed was let go because the journal could not be read.
void log_feed_trouble(const base::Error& error);

}  // namespace cofferdam::server
