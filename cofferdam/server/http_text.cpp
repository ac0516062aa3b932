// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/server/http_text.h"

#include <array>
#include <cstdio>
#include <ctime>

namespace cofferdam::server {
namespace {

std::string_view reason_of(unsigned status) {
  switch (status) {
    case 101:
      return "Switching Protocols";
    case 200:
      return "OK";
    case 207:
      return "Multi-Status";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 409:
      return "Conflict";
    case 411:
      return "Length Required";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 422:
      return "Unprocessable Content";
    case 426:
      return "Upgrade Required";
    case 431:
      return "Request Header Fields Too Large";
    case 503:
      return "Service Unavailable";
    case 507:
      return "Insufficient Storage";
    default:
      return status < 400 ? "OK" : "Internal Server Error";
  }
}

std::string date_text() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  std::array<char, 64> buffer{};
  const std::size_t size =
      std::strftime(buffer.data(), buffer.size(), "%a, %d %b %Y %H:%M:%S GMT", &utc);
  return {buffer.data(), size};
}

}  // namespace

std::string head_text(const HttpResponse& response, Framing framing, bool keep_alive) {
  std::string out = "HTTP/1.1 " + std::to_string(response.status) + " ";
  out += reason_of(response.status);
  out += "\r\nDate: " + date_text();
  if (!response.content_type.empty()) out += "\r\nContent-Type: " + response.content_type;
  bool may_be_kept = false;
  for (const auto& [name, value] : response.headers) {
    out += "\r\n" + name + ": " + value;
    may_be_kept = may_be_kept || name == "Cache-Control";
  }
  if (framing == Framing::length && response.status != 304)
    out += "\r\nContent-Length: " + std::to_string(response.body.size());
  if (response.sequence > 0) out += "\r\nCofferdam-Sequence: " + std::to_string(response.sequence);
  if (framing == Framing::chunks) out += "\r\nTransfer-Encoding: chunked";
  out += "\r\nX-Content-Type-Options: nosniff";
  if (!may_be_kept) out += "\r\nCache-Control: no-store";
  if (!keep_alive) out += "\r\nConnection: close";
  out += "\r\n\r\n";
  return out;
}

std::string chunk_text(std::string_view bytes) {
  std::array<char, 20> size{};
  const int digits = std::snprintf(size.data(), size.size(), "%zx\r\n", bytes.size());
  std::string out(size.data(), static_cast<std::size_t>(digits));
  out += bytes;
  out += "\r\n";
  return out;
}

}  // namespace cofferdam::server
