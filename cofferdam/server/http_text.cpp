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

// "Sun, 22 Nov 2026 23:15:00 GMT" (RFC 9110, 5.6.7). std::strftime() asks the locale for each part.
std::string date_text() {
  static constexpr std::string_view kDays = "SunMonTueWedThuFriSat";
  static constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  std::string out(kDays.substr(3 * static_cast<std::size_t>(utc.tm_wday), 3));
  const auto two = [&out](int value, std::string_view before) {
    out += before;
    out += static_cast<char>('0' + value / 10 % 10);
    out += static_cast<char>('0' + value % 10);
  };
  two(utc.tm_mday, ", ");
  out += ' ';
  out += kMonths.substr(3 * static_cast<std::size_t>(utc.tm_mon), 3);
  two((utc.tm_year + 1900) / 100, " ");
  two((utc.tm_year + 1900) % 100, "");
  two(utc.tm_hour, " ");
  two(utc.tm_min, ":");
  two(utc.tm_sec, ":");
  out += " GMT";
  return out;
}

// Bytes of a head without headers of its own.
constexpr std::size_t kHeadBytes = 320;

}  // namespace

std::string head_text(const HttpResponse& response, Framing framing, bool keep_alive) {
  std::string out;
  out.reserve(kHeadBytes + (framing == Framing::length ? response.body.size() : 0));
  out += "HTTP/1.1 ";
  out += std::to_string(response.status);
  out += ' ';
  out += reason_of(response.status);
  out += "\r\nDate: ";
  out += date_text();
  const auto header = [&out](std::string_view name, std::string_view value) {
    out += "\r\n";
    out += name;
    out += ": ";
    out += value;
  };
  if (!response.content_type.empty()) header("Content-Type", response.content_type);
  bool may_be_kept = false;
  for (const auto& [name, value] : response.headers) {
    header(name, value);
    may_be_kept = may_be_kept || name == "Cache-Control";
  }
  if (framing == Framing::length && response.status != 304)
    header("Content-Length", std::to_string(response.body.size()));
  if (response.sequence > 0) header("Cofferdam-Sequence", std::to_string(response.sequence));
  if (framing == Framing::chunks) header("Transfer-Encoding", "chunked");
  header("X-Content-Type-Options", "nosniff");
  if (!may_be_kept) header("Cache-Control", "no-store");
  if (!keep_alive) header("Connection", "close");
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
