// SPDX-License-Identifier: Apache-2.0
//
// A WebSocket that speaks JSON-RPC 2.0: the operations of the registry under their names, and the
// feed. docs/guides/websocket.md says what goes over it.
//
// All on the network's thread, but for what the feed sends. Calls are answered as they are done,
// at most so many at a time, and none is taken while too much of the answers has not been read:
// what comes beyond waits in the client's own socket.
#pragma once

#include "cofferdam/server/http.h"
#include "cofferdam/server/rpc.h"
#include "cofferdam/server/websocket.h"

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace cofferdam::server {

class Service;

inline constexpr std::size_t kSocketsMax = 512;
// That have not shown a key yet; of one sender.
inline constexpr std::size_t kSocketsUnopenedMax = 64;
inline constexpr std::size_t kSocketsUnopenedOfSenderMax = 32;
inline constexpr std::size_t kSocketMessageBytesMax = std::size_t{1} << 20;
inline constexpr std::size_t kUnopenedMessageBytesMax = std::size_t{4} << 10;
// Of a message beyond the rate of its key: what is longer is not read.
inline constexpr std::size_t kPutOffBytesMax = std::size_t{4} << 10;
// While so much of what was sent has not been taken, no more calls are.
inline constexpr std::size_t kSocketUnreadMax = std::size_t{1} << 20;
// While so much has not been taken, the calls that are under way are not carried out either.
inline constexpr std::size_t kSocketUnreadEndMax = std::size_t{32} << 20;
// What the calls under way of all sockets may take of memory.
inline constexpr std::size_t kSocketCallsCostMax = std::size_t{256} << 20;
inline constexpr std::size_t kSocketsOfPrincipalMax = 128;
inline constexpr std::size_t kSocketCallsMax = 16;  // that wait for their answers
inline constexpr std::size_t kSocketSubscriptionsMax = 8;
inline constexpr std::uint32_t kOpenSecondsMax = 5;
inline constexpr std::uint32_t kHeartbeatSecondsMin = 5;
inline constexpr std::uint32_t kHeartbeatSecondsMax = 600;

class Socket final : public std::enable_shared_from_this<Socket> {
 public:
  // `head`: of the request that asked for it; its caller may be nobody yet.
  Socket(Service& service, std::shared_ptr<HttpExchange> exchange, const HttpRequest& head);

  void part(std::string_view bytes, std::function<void()> more);
  // The network has taken some of what was sent.
  void drained();
  void broken();
  // Once a second.
  void tick();
  // Answers what was asked, then closes.
  void close(CloseCode code, std::string_view why);
  void let_go();

  // The answer to a call, from SocketCall.
  void answered(const std::string& id, const HttpRequest& head, std::size_t cost,
                std::chrono::steady_clock::time_point began, const HttpResponse& response);
  // A message that something else has answered already.
  void finished();
  // For logs and metrics: what is answered without an operation of the registry.
  void note(std::string_view method, unsigned status,
            std::chrono::steady_clock::time_point began) const;

  [[nodiscard]] bool is_open() const { return !caller_.empty(); }

  // From any thread.
  [[nodiscard]] bool is_gone() const { return exchange_->is_gone(); }

  [[nodiscard]] const std::string& peer() const { return peer_; }

  [[nodiscard]] const std::string& caller() const { return caller_; }

  // From any thread.
  [[nodiscard]] std::size_t unread_bytes() const { return exchange_->unread_bytes(); }

 private:
  void go();
  [[nodiscard]] bool can_take() const;
  [[nodiscard]] bool ask_key(const RpcCall& call);
  void take(FrameMessage message);
  void take_call(std::string_view text);
  void put_off(std::string_view text, const HttpResponse& later);
  void open_session(const RpcCall& call);
  void set_heartbeat(const RpcCall& call);
  void subscribe(const RpcCall& call);
  void unsubscribe(const RpcCall& call);
  void operate(RpcCall call);

  void send(std::string_view text) { exchange_->part(text_frame(text)); }

  void send_problem(const RpcCall& call, const HttpResponse& problem);
  void refuse(const RpcCall& call, const HttpResponse& problem);
  void end_if_done();

  Service& service_;
  std::shared_ptr<HttpExchange> exchange_;
  std::string peer_;
  std::string caller_;  // empty: not opened yet
  std::string caller_key_;
  FrameReader frames_{kUnopenedMessageBytesMax};
  std::function<void()> more_;  // while bytes that came wait here
  std::size_t calls_ = 0;
  std::uint64_t subscriptions_made_ = 0;
  std::uint32_t seconds_ = 0;  // since it was opened
  std::uint32_t heartbeat_seconds_ = 0;
  std::uint32_t heartbeat_left_ = 0;
  bool was_heard_ = false;  // since the last heartbeat
  bool was_asked_ = false;  // the last heartbeat asked for an answer
  bool is_going_ = false;
  bool is_closing_ = false;
  bool is_over_ = false;
  std::string closing_;  // the frame that closes
};

// What the connection holds of a socket.
class SocketBody final : public HttpBody {
 public:
  explicit SocketBody(std::shared_ptr<Socket> socket) : socket_(std::move(socket)) {}

  void part(std::string bytes, std::function<void()> more) override {
    socket_->part(bytes, std::move(more));
  }

  void end() override {}

  void broken() override { socket_->broken(); }

  void drained() override { socket_->drained(); }

 private:
  std::shared_ptr<Socket> socket_;
};

}  // namespace cofferdam::server
