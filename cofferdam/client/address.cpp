// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/client/http_client.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <sys/stat.h>

namespace cofferdam::client {
namespace {

constexpr std::string_view kPlain = "http://";
constexpr std::string_view kTls = "https://";

bool is_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// The characters of names, addresses and what stands in brackets.
bool is_host(std::string_view text) {
  return !text.empty() && text.find_first_not_of(
                              "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVW"
                              "XYZ0123456789.-_:[]") == std::string_view::npos;
}

struct Closed {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

}  // namespace

bool is_loopback(std::string_view host) {
  if (host == "localhost" || host == "[::1]" || host == "::1") return true;
  if (!host.starts_with("127.")) return false;
  return host.find_first_not_of("0123456789.") == std::string_view::npos;
}

Result<Address> parse_server(std::string_view text) {
  const auto bad = [&] {
    return base::malformed("--server", std::string(text),
                           "must be http:// or https://, a host and a port",
                           "such as http://127.0.0.1:8420");
  };
  std::string_view rest = text;
  Address address{.is_tls = rest.starts_with(kTls), .host = {}};
  if (!address.is_tls && !rest.starts_with(kPlain)) return bad();
  rest.remove_prefix(address.is_tls ? kTls.size() : kPlain.size());
  if (rest.ends_with('/')) rest.remove_suffix(1);
  const auto bracket = rest.find(']');
  const auto colon = rest.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (colon != std::string_view::npos) {
    const std::string_view port = rest.substr(colon + 1);
    if (!is_digits(port) || port.size() > 5) return bad();
    rest = rest.substr(0, colon);
  }
  if (!is_host(rest)) return bad();
  address.host = rest;
  return address;
}

Result<std::string> read_key_file(const std::string& path) {
  const std::unique_ptr<std::FILE, Closed> file(std::fopen(path.c_str(), "rb"));
  if (!file) return base::malformed("--key-file", path, std::strerror(errno));
  struct stat about{};
  if (::fstat(fileno(file.get()), &about) != 0)
    return base::malformed("--key-file", path, std::strerror(errno));
  if ((about.st_mode & S_IRWXO) != 0)
    return base::malformed("--key-file", path, "must not be open to others", "chmod 600 " + path);
  std::array<char, 512> line{};
  const std::size_t got = std::fread(line.data(), 1, line.size(), file.get());
  std::string_view key(line.data(), got);
  key = key.substr(0, key.find('\n'));
  while (key.ends_with('\r') || key.ends_with(' ')) key.remove_suffix(1);
  const bool is_plain =
      key.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.") ==
      std::string_view::npos;
  // The file's content is a secret, and stays out of the error.
  if (key.empty() || key.size() > 256 || !is_plain)
    return base::malformed("--key-file", path, "must hold an API key in its first line",
                           "cofferdam api-key create --principal CODE makes one");
  return std::string(key);
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
    if (is_plain) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kDigits[byte >> 4U];
    out += kDigits[byte & 15U];
  }
  return out;
}

}  // namespace cofferdam::client
