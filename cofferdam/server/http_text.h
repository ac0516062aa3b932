// SPDX-License-Identifier: Apache-2.0
//
// Answers as the bytes that are sent.
#pragma once

#include "cofferdam/server/http.h"

#include <string>
#include <string_view>

namespace cofferdam::server {

enum class Framing : std::uint8_t { length, chunks, until_close };

// The status line and the headers, with the empty line behind them.
[[nodiscard]] std::string head_text(const HttpResponse& response, Framing framing, bool keep_alive);
[[nodiscard]] std::string chunk_text(std::string_view bytes);

}  // namespace cofferdam::server
