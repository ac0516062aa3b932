// SPDX-License-Identifier: Apache-2.0
//
// HTTP/1.1 as plain values: who uses this header sees no socket and no library of sockets.
//
// One thread runs the network. Requests are handed to an HttpHandler on that thread; answers may
// come from any thread. Everything a client may do is bounded: bytes of headers and bodies,
// connections, the time for each step, and what is held back for a reader that is slow.
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/server/byte_budget.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cofferdam::server {

using base::Error;
using base::Result;

struct HttpLimits {
  std::uint32_t header_bytes_max = 16U << 10;
  std::uint64_t body_bytes_max = std::uint64_t{16} << 20;
  std::uint64_t stream_bytes_max = std::uint64_t{4} << 30;  // of a body that is taken in parts
  std::size_t connections_max = 1024;
  std::size_t connections_of_address_max = 512;  // of one IPv4 address, or one /64 of IPv6
  // Of all bodies that are read whole and not answered yet, as far as they have come; half of it
  // for the bodies of one caller.
  std::uint64_t held_body_bytes_max = std::uint64_t{128} << 20;
  // Of all answers that wait to be taken, half of it those of one caller: beyond it nothing more is
  // carried out.
  std::size_t unsent_bytes_max = std::size_t{512} << 20;
  // A body that is taken in parts waits while so much of its answer has not been read.
  std::size_t unread_bytes_max = std::size_t{16} << 20;
  std::uint32_t idle_seconds = 60;  // between requests, and for a whole header
  std::uint32_t body_seconds = 60;  // for a whole body; of one taken in parts, between parts
  std::uint32_t write_seconds = 30;
  // An upgraded connection is closed when nothing has come for so long, not even a pong.
  std::uint32_t silence_seconds = 60;
  // Nothing more is read of it while so much that was sent has not been taken.
  std::size_t upgraded_unread_bytes_max = std::size_t{1} << 20;
};

struct HttpOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8420;  // 0: any that is free
  std::string certificate_file;
  std::string key_file;
  std::string client_ca_file;  // a client shows a certificate of one of these; empty: it need not
  HttpLimits limits;

  [[nodiscard]] bool has_tls() const { return !certificate_file.empty(); }
};

struct HttpRequest {
  std::string method;
  std::string path;
  std::string query;  // behind the question mark, as it came
  std::string peer;   // address, for logs
  std::string authorization;
  std::string idempotency_key;
  std::string content_type;
  std::string last_event_id;
  std::string accept_encoding;
  std::string if_none_match;
  std::string host;
  std::string origin;
  std::string websocket_key;
  std::string websocket_version;
  std::optional<std::uint64_t> content_length;
  bool wants_websocket = false;  // `Connection: upgrade` and `Upgrade: websocket`
  std::string caller;            // who it is, as the handler has found out; not from the network
  std::string caller_key;
  std::string body;
};

struct HttpResponse {
  unsigned status = 200;
  std::string content_type = {};
  std::string body = {};
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::uint64_t sequence = 0;  // of the books that it rests on; 0: of none
};

// One request that waits for its answer: either answer() once, or begin(), parts and end().
// Callable from any thread; calls for a client that has gone do nothing.
class HttpExchange {
 public:
  HttpExchange() = default;
  virtual ~HttpExchange() = default;
  HttpExchange(const HttpExchange&) = delete;
  HttpExchange& operator=(const HttpExchange&) = delete;

  virtual void answer(HttpResponse response) = 0;
  virtual void begin(HttpResponse head) = 0;
  virtual void part(std::string bytes) = 0;
  virtual void end() = 0;
  // Bytes of parts that the network has not taken yet.
  [[nodiscard]] virtual std::size_t unread_bytes() const = 0;
  [[nodiscard]] virtual bool is_gone() const = 0;
};

// Takes the body of one request in parts, on the network's thread. The next part comes after
// `more` was called, from any thread.
class HttpBody {
 public:
  HttpBody() = default;
  virtual ~HttpBody() = default;
  HttpBody(const HttpBody&) = delete;
  HttpBody& operator=(const HttpBody&) = delete;

  virtual void part(std::string bytes, std::function<void()> more) = 0;
  virtual void end() = 0;
  virtual void broken() = 0;  // the client has gone, or sent what is no body

  // Of an upgraded connection: the network has taken some of what was sent.
  virtual void drained() {}
};

class HttpHandler {
 public:
  HttpHandler() = default;
  virtual ~HttpHandler() = default;
  HttpHandler(const HttpHandler&) = delete;
  HttpHandler& operator=(const HttpHandler&) = delete;

  // Before the body is read: an answer refuses the request without reading it. May note the caller.
  [[nodiscard]] virtual std::optional<HttpResponse> refuse(HttpRequest& head) = 0;
  // Null: the whole body is wanted, and request() is called with it.
  [[nodiscard]] virtual std::unique_ptr<HttpBody> take_body(
      const std::shared_ptr<HttpExchange>& exchange, const HttpRequest& head) = 0;
  // Of a head that wants a WebSocket. Null: it is a request like others. Else the exchange was
  // begun with 101; its parts, and those of the body, are the connection's bytes from then on. The
  // exchange may be used from any thread.
  [[nodiscard]] virtual std::unique_ptr<HttpBody> upgrade(
      const std::shared_ptr<HttpExchange>& exchange, const HttpRequest& head) = 0;
  virtual void request(std::shared_ptr<HttpExchange> exchange, HttpRequest request) = 0;
  // The answer to what could not be read as a request: 400, 413 or 431.
  [[nodiscard]] virtual HttpResponse broken_request(unsigned status, std::string_view why) = 0;
  // For logs and metrics, when an answer has been handed to the network.
  virtual void answered(const HttpRequest& head, unsigned status, std::uint64_t micros) = 0;
};

struct HttpFigures {
  std::uint64_t connections = 0;
  std::uint64_t accepted = 0;
  std::uint64_t turned_away = 0;  // beyond what may be open, in all or of one address
};

class HttpServer {
 public:
  HttpServer() = default;
  virtual ~HttpServer() = default;
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // Listens when this returns. `handler` must outlive the server.
  [[nodiscard]] static Result<std::unique_ptr<HttpServer>> open(HttpOptions options,
                                                                HttpHandler& handler);
  [[nodiscard]] virtual std::uint16_t port() const = 0;
  // Until stop(), and until the requests that were being answered then are, at most `grace` later.
  virtual void run(std::uint32_t grace_seconds) = 0;
  virtual void stop() = 0;  // from any thread
  // Calls `what` when SIGTERM or SIGINT arrives.
  virtual void on_signal(std::function<void(int)> what) = 0;
  virtual void every(std::uint32_t millis, std::function<void()> what) = 0;
  // Once, on the network's thread; from any thread.
  virtual void after(std::uint32_t millis, std::function<void()> what) = 0;
  // From any thread: `what` is called on the network's thread. Answers given inside it go out
  // without waking the network once for each.
  virtual void post(std::function<void()> what) = 0;
  // The same, at once when this is the network's thread.
  virtual void dispatch(std::function<void()> what) = 0;
  [[nodiscard]] virtual HttpFigures figures() const = 0;
  // From any thread. Of what is read of bodies and waits.
  [[nodiscard]] virtual std::shared_ptr<ByteBudget> bodies() const = 0;
  // Of answers that wait to be taken.
  [[nodiscard]] virtual std::shared_ptr<ByteBudget> answers() const = 0;
};

}  // namespace cofferdam::server
