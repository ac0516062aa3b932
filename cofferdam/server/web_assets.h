// SPDX-License-Identifier: Apache-2.0
//
// The dashboard's files, which lie inside the program: `/`, `/favicon.svg` and `/assets/...`. They
// hold no data and are given without a key; what they show they ask for with the user's.
#pragma once

#include "cofferdam/server/http.h"

#include <span>
#include <string>
#include <string_view>

namespace cofferdam::server {

struct WebAsset {
  std::string_view path;
  std::string_view content_type;
  std::string_view etag;                 // with its quotation marks
  bool is_versioned = false;             // its name changes with its content
  const unsigned char* begin = nullptr;  // of the gzip member
  const unsigned char* end = nullptr;
};

// In the order of their paths; the build makes this table.
[[nodiscard]] std::span<const WebAsset> web_assets();

[[nodiscard]] const WebAsset* find_web_asset(std::string_view path);
[[nodiscard]] bool is_web_request(const HttpRequest& request);
// To what is_web_request.
[[nodiscard]] HttpResponse web_response(const HttpRequest& request);

}  // namespace cofferdam::server
