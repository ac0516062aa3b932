// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/server/web_assets.h"

#include "cofferdam/base/check.h"

#include <algorithm>
#include <limits>
#include <zlib.h>

namespace cofferdam::server {
namespace {

// A page that holds a key to the books runs what the program brought and no more: nothing from
// elsewhere, nothing inline, and in nobody's frame.
constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'";

// "gzip", "gzip;q=0.5, br" and "*" take it; "gzip;q=0" does not.
bool takes_gzip(std::string_view accepted) {
  while (!accepted.empty()) {
    const auto comma = accepted.find(',');
    std::string item(accepted.substr(0, comma));
    accepted = comma == std::string_view::npos ? "" : accepted.substr(comma + 1);
    std::erase_if(item, [](char c) { return c == ' ' || c == '\t'; });
    const auto semicolon = item.find(';');
    const std::string name = item.substr(0, semicolon);
    if (name != "gzip" && name != "*") continue;
    const std::string weight = semicolon == std::string::npos ? "" : item.substr(semicolon + 1);
    return !weight.starts_with("q=0") || weight.find_first_of("123456789") != std::string::npos;
  }
  return false;
}

std::string unpack(const WebAsset& asset) {
  z_stream stream{};
  // 16 more than the window's bits: a gzip member.
  COFFERDAM_CHECK(inflateInit2(&stream, 16 + MAX_WBITS) == Z_OK, "zlib has memory");
  std::string packed(asset.begin, asset.end);
  stream.next_in = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_in = static_cast<uInt>(packed.size());
  std::string out;
  int state = Z_OK;
  while (state == Z_OK) {
    const std::size_t from = out.size();
    out.resize(from + (std::size_t{64} << 10));
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + from);
    stream.avail_out = static_cast<uInt>(out.size() - from);
    state = inflate(&stream, Z_NO_FLUSH);
    out.resize(out.size() - stream.avail_out);
  }
  inflateEnd(&stream);
  COFFERDAM_CHECK(state == Z_STREAM_END, "the build packed the file whole");
  return out;
}

}  // namespace

const WebAsset* find_web_asset(std::string_view path) {
  const std::span<const WebAsset> all = web_assets();
  const auto at = std::ranges::lower_bound(all, path, {}, &WebAsset::path);
  return at != all.end() && at->path == path ? &*at : nullptr;
}

bool is_web_request(const HttpRequest& request) {
  return (request.method == "GET" || request.method == "HEAD") &&
         find_web_asset(request.path) != nullptr;
}

HttpResponse web_response(const HttpRequest& request) {
  const WebAsset* asset = find_web_asset(request.path);
  COFFERDAM_CHECK(asset != nullptr, "only what is_web_request comes here");
  HttpResponse response{
      .headers = {{"ETag", std::string(asset->etag)},
                  {"Cache-Control",
                   asset->is_versioned ? "public, max-age=31536000, immutable" : "no-cache"},
                  {"Vary", "Accept-Encoding"},
                  {"Content-Security-Policy", std::string(kPolicy)},
                  {"Referrer-Policy", "no-referrer"},
                  {"Cross-Origin-Opener-Policy", "same-origin"},
                  {"Cross-Origin-Resource-Policy", "same-origin"}}};
  if (request.if_none_match.find(asset->etag) != std::string::npos) {
    response.status = 304;
    return response;
  }
  response.content_type = asset->content_type;
  if (takes_gzip(request.accept_encoding)) {
    response.headers.emplace_back("Content-Encoding", "gzip");
    response.body.assign(asset->begin, asset->end);
  } else {
    response.body = unpack(*asset);
  }
  return response;
}

}  // namespace cofferdam::server
