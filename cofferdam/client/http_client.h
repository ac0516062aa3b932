// SPDX-License-Identifier: Apache-2.0
//
// Room client: speaking to a server of books from another process or another machine.
//
// Its words. A *server* is a URL, http or https. A *key* is what it asks to see; it stands for a
// principal. A *request* is sent once: whoever wants to send it again says so, with the same id.
//
// Its laws. A key goes over TLS, or stays on this machine. A certificate is checked, always. A key
// comes from a file, and no error, address or argument shows it. What cannot be reached, and what
// was cut off, are errors that say which of the two it was: only the second leaves in doubt whether
// a command was recorded. Answers are bounded.
//
// What it must not know: the books, their operations, JSON. The library of HTTP is known to one
// file, http_client.cpp.
#pragma once

#include "cofferdam/base/error.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace cofferdam::client {

using base::Error;
using base::ErrorKind;
using base::Result;

struct Options {
  std::string server;   // "http://127.0.0.1:8420"
  std::string key;      // empty: none is shown
  std::string ca_file;  // PEM; empty: those that the system trusts
  std::uint32_t connect_seconds = 10;
  std::uint32_t answer_seconds = 600;
  std::size_t answer_bytes_max = std::size_t{256} << 20;
};

struct Request {
  std::string method = "GET";
  std::string target;  // "/v1/asset/list?limit=2"
  std::string content_type = {};
  std::string idempotency_key = {};
  std::string body = {};
};

struct Response {
  unsigned status = 0;
  std::string content_type;
  std::string body;  // of a stream that went well: empty
};

class HttpClient {
 public:
  // Checks the address and whether the key may go there; reaches out to nobody.
  [[nodiscard]] static Result<std::unique_ptr<HttpClient>> open(Options options);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  [[nodiscard]] Result<Response> send(const Request& request);

  // Sends what comes from `descriptor` until its end as the body, and hands the answer on as it
  // comes, while the rest is still on its way. An answer of another status than 200 is returned
  // with its body.
  using Sink = std::function<void(std::string_view bytes)>;
  [[nodiscard]] Result<Response> stream(const Request& request, int descriptor, const Sink& sink);

 private:
  struct State;
  explicit HttpClient(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Whether this address is on this machine.
[[nodiscard]] bool is_loopback(std::string_view host);

// The parts of "https://books.example:8420"; refused when it has a path, a user or anything else.
struct Address {
  bool is_tls = false;
  std::string host;
};

[[nodiscard]] Result<Address> parse_server(std::string_view text);

// The first line of a file that nobody but its owner and group may read.
[[nodiscard]] Result<std::string> read_key_file(const std::string& path);

// As a value in a target.
[[nodiscard]] std::string percent_encoded(std::string_view text);

}  // namespace cofferdam::client
