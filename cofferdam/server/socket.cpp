// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/server/socket.h"

#include "cofferdam/base/parse_integer.h"
#include "cofferdam/server/problem.h"
#include "cofferdam/server/service.h"

#include <algorithm>

namespace cofferdam::server {
namespace {

using operation::Json;
using Clock = std::chrono::steady_clock;

constexpr std::uint32_t kPingSeconds = 20;
constexpr std::uint32_t kKeySeconds = 2;  // how often the key is looked at again
constexpr int kNoMethod = -32601;
constexpr int kNoRequest = -32600;

// Hands the answer to a call back to its socket, from whatever thread.
class SocketCall final : public HttpExchange {
 public:
  SocketCall(HttpServer& http, std::shared_ptr<Socket> socket, std::string id, HttpRequest head,
             std::size_t cost)
      : http_(http),
        socket_(std::move(socket)),
        id_(std::move(id)),
        head_(std::move(head)),
        cost_(cost),
        began_(std::chrono::steady_clock::now()) {}

  ~SocketCall() override {
    // A defect of ours must not leave the client waiting.
    if (socket_ != nullptr) answer({.status = 500});
  }

  void answer(HttpResponse response) override {
    if (socket_ == nullptr) return;
    http_.dispatch([socket = std::move(socket_), id = std::move(id_), head = std::move(head_),
                    cost = cost_, began = began_, response = std::move(response)] {
      socket->answered(id, head, cost, began, response);
    });
    socket_ = nullptr;
  }

  // Nothing that a socket can call is answered in parts.
  void begin(HttpResponse /*head*/) override {}

  void part(std::string /*bytes*/) override {}

  void end() override {}

  [[nodiscard]] std::size_t unread_bytes() const override {
    return socket_ == nullptr ? 0 : socket_->unread_bytes();
  }

  [[nodiscard]] bool is_gone() const override { return socket_ == nullptr || socket_->is_gone(); }

 private:
  HttpServer& http_;
  std::shared_ptr<Socket> socket_;
  std::string id_;
  HttpRequest head_;
  std::size_t cost_;
  std::chrono::steady_clock::time_point began_;
};

// Exactly these members, each of them optional.
Result<void> check_members(const Json& params, std::initializer_list<std::string_view> known) {
  for (std::size_t i = 0; i < params.names.size(); ++i)
    if (std::find(known.begin(), known.end(), params.names[i]) == known.end())
      return base::malformed(params.names[i], operation::excerpt(params.items[i]),
                             "is no parameter here");
  return {};
}

Result<std::uint64_t> number_of(const Json& params, std::string_view name) {
  const Json* found = params.find(name);
  if (found == nullptr || (found->kind != Json::Kind::number && found->kind != Json::Kind::text))
    return base::malformed(std::string(name), found == nullptr ? "" : operation::excerpt(*found),
                           "must be a number");
  return base::parse_u64(found->text, name);
}

HttpResponse unauthenticated(std::string rule) {
  return problem_response({.status = 401,
                           .code = "unauthenticated",
                           .title = "A key is needed",
                           .field = "key",
                           .value = "",
                           .rule = std::move(rule),
                           .hint = "cofferdam api-key create --principal CODE makes one"});
}

HttpResponse no_subscription(const std::string& name) {
  return problem_response({.status = 404,
                           .code = "not-found",
                           .title = "There is no such subscription",
                           .field = "subscription",
                           .value = name.substr(0, 80),
                           .rule = "must be one of this socket"});
}

}  // namespace

Socket::Socket(Service& service, std::shared_ptr<HttpExchange> exchange, const HttpRequest& head)
    : service_(service),
      exchange_(std::move(exchange)),
      peer_(head.peer),
      caller_(head.caller),
      caller_key_(head.caller_key) {
  if (is_open()) frames_.allow(kSocketMessageBytesMax);
}

void Socket::part(std::string_view bytes, std::function<void()> more) {
  if (is_over_ || is_closing_) return;
  frames_.add(bytes);
  more_ = std::move(more);
  go();
}

bool Socket::can_take() const {
  return calls_ < kSocketCallsMax && exchange_->unread_bytes() < kSocketUnreadMax;
}

void Socket::drained() {
  if (!is_over_ && !is_closing_) go();
}

void Socket::go() {
  if (is_going_) return;
  is_going_ = true;
  while (!is_closing_ && !is_over_ && can_take()) {
    auto next = frames_.next();
    if (!next) {
      close(next.error().code, next.error().why);
    } else if (*next) {
      take(std::move(**next));
    } else {
      if (more_) std::exchange(more_, nullptr)();
      break;
    }
  }
  is_going_ = false;
  end_if_done();
}

void Socket::take(FrameMessage message) {
  switch (message.kind) {
    case FrameKind::ping:
      exchange_->part(pong_frame(message.payload));
      break;
    case FrameKind::pong:
      break;
    case FrameKind::close:
      close(CloseCode::normal, "");
      break;
    case FrameKind::text:
      was_heard_ = true;
      take_call(message.payload);
      break;
  }
}

void Socket::take_call(std::string_view text) {
  // Each message is counted before it is read: what is no call costs its reading, too.
  if (!caller_.empty())
    if (auto later = service_.admission_.ask_again(caller_key_)) return put_off(text, *later);
  auto call = read_rpc(text);
  if (caller_.empty()) {
    if (call && call->method == "session.open") return open_session(*call);
    send_problem(call ? *call : RpcCall{},
                 unauthenticated("the first message must be session.open with an API key"));
    return close(CloseCode::unauthenticated, "session.open comes first");
  }
  if (!call) return send(rpc_fault(call.error()));
  if (call->method == "session.open")
    return send(rpc_fault({call->id, kNoRequest, "the session is open already"}));
  if (call->method == "session.heartbeat") return set_heartbeat(*call);
  if (call->method == "session.test") return send(rpc_result(call->id, "\"ok\""));
  if (call->method == "feed.subscribe") return subscribe(*call);
  if (call->method == "feed.unsubscribe") return unsubscribe(*call);
  operate(std::move(*call));
}

// A short call is told which it was. Who sends what is none, or what is long, is not heard further.
void Socket::put_off(std::string_view text, const HttpResponse& later) {
  const auto call = text.size() <= kPutOffBytesMax ? read_rpc(text) : std::unexpected(RpcFault{});
  if (call) return refuse(*call, later);
  note("", later.status, Clock::now());
  close(CloseCode::policy, "too many messages in a short time");
}

void Socket::open_session(const RpcCall& call) {
  const auto began = Clock::now();
  std::optional<HttpResponse> refused;
  if (Result<void> known = check_members(call.params, {"key"}); !known)
    refused = syntax_response(known.error());
  else
    refused = service_.admission_.ask_session_key(call.params.text_of("key"), peer_, caller_,
                                                  caller_key_);
  if (!refused && !service_.has_room_of(caller_, 1)) {
    refused = overloaded();
    caller_.clear();
  }
  note(call.method, refused ? refused->status : 200, began);
  if (refused) {
    send_problem(call, *refused);
    return close(CloseCode::unauthenticated, "no good key");
  }
  frames_.allow(kSocketMessageBytesMax);
  Json result = Json::object();
  result.add("principal", caller_);
  result.add("key", caller_key_);
  send(rpc_result(call.id, operation::write_json(result)));
}

void Socket::set_heartbeat(const RpcCall& call) {
  Result<void> known = check_members(call.params, {"seconds"});
  const Result<std::uint64_t> seconds =
      known ? number_of(call.params, "seconds") : std::unexpected(known.error());
  if (!seconds) return send_problem(call, syntax_response(seconds.error()));
  const bool is_off = *seconds == 0;
  if (!is_off && (*seconds < kHeartbeatSecondsMin || *seconds > kHeartbeatSecondsMax))
    return send_problem(call, syntax_response(base::malformed("seconds", std::to_string(*seconds),
                                                              "must be 0, or from 5 to 600")
                                                  .error()));
  heartbeat_seconds_ = heartbeat_left_ = static_cast<std::uint32_t>(*seconds);
  was_asked_ = false;
  send(rpc_result(call.id, "\"ok\""));
}

// A key that was revoked is good for nothing from the next message on.
bool Socket::ask_key(const RpcCall& call) {
  if (service_.is_key_good(caller_key_)) return true;
  refuse(call, key_ended());
  close(CloseCode::key_ended, "the key is revoked or has ended");
  return false;
}

void Socket::subscribe(const RpcCall& call) {
  const auto began = Clock::now();
  if (!ask_key(call)) return;
  if (auto refused = service_.admission_.ask_scope(caller_key_, "events"))
    return refuse(call, *refused);
  Result<void> known = check_members(call.params, {"channels", "after"});
  if (!known) return refuse(call, syntax_response(known.error()));
  const Json* channels = call.params.find("channels");
  Result<FeedFilter> filter = channels == nullptr ? FeedFilter{} : read_filter(*channels);
  if (!filter) return refuse(call, syntax_response(filter.error()));
  std::optional<base::Sequence> after;
  if (call.params.find("after") != nullptr) {
    const Result<std::uint64_t> number = number_of(call.params, "after");
    if (!number) return refuse(call, syntax_response(number.error()));
    after = *number;
  }
  ++calls_;
  const std::string name = std::to_string(++subscriptions_made_);
  const bool taken = service_.books_->offer(
      [service = &service_, self = shared_from_this(), exchange = exchange_, after, id = call.id,
       name, who = caller_, key = caller_key_, filter = std::move(*filter), began]() mutable {
        const HttpResponse answer = service->subscribe({.name = name, .who = who, .key = key}, self,
                                                       exchange, after, std::move(filter));
        // Sent from here, so that it goes out before the first event.
        exchange->part(text_frame(rpc_answer(id, answer)));
        service->http_->dispatch([self = std::move(self), status = answer.status, began] {
          self->note("feed.subscribe", status, began);
          self->finished();
        });
      });
  if (taken) return;
  --calls_;
  refuse(call, overloaded());
}

void Socket::unsubscribe(const RpcCall& call) {
  const auto began = Clock::now();
  Result<void> known = check_members(call.params, {"subscription"});
  if (!known) return refuse(call, syntax_response(known.error()));
  ++calls_;
  const bool taken = service_.books_->offer(
      [service = &service_, self = shared_from_this(), exchange = exchange_, id = call.id,
       name = std::string(call.params.text_of("subscription")), began] {
        const bool removed = service->feed_.remove(exchange.get(), name);
        exchange->part(
            text_frame(removed ? rpc_result(id, "\"ok\"") : rpc_answer(id, no_subscription(name))));
        service->http_->dispatch([self, removed, began] {
          self->note("feed.unsubscribe", removed ? 200 : 404, began);
          self->finished();
        });
      });
  if (taken) return;
  --calls_;
  refuse(call, overloaded());
}

void Socket::operate(RpcCall call) {
  const bool has_dots = call.method.find('/') == std::string::npos;
  const Route* route = has_dots ? service_.routes_.of_operation(call.method) : nullptr;
  if (route == nullptr)
    return send(rpc_fault({call.id, kNoMethod,
                           call.method.substr(0, 80) + ": must be an operation of /openapi.json"}));
  if (!ask_key(call)) return;
  if (service_.calls_cost_ + call.cost > kSocketCallsCostMax) return refuse(call, overloaded());
  Result<RpcParameters> parameters = read_rpc_parameters(std::move(call.params));
  if (!parameters) return send_problem(call, syntax_response(parameters.error()));
  ++calls_;
  service_.calls_cost_ += call.cost;
  HttpRequest head;
  head.method = "RPC";
  head.path = route->path;
  head.peer = peer_;
  head.caller = caller_;
  head.caller_key = caller_key_;
  auto exchange =
      std::make_shared<SocketCall>(*service_.http_, shared_from_this(), call.id, head, call.cost);
  service_.request_of_socket(std::move(exchange), *route, caller_, caller_key_,
                             std::move(*parameters));
}

void Socket::send_problem(const RpcCall& call, const HttpResponse& problem) {
  send(rpc_answer(call.id, problem));
}

// Of what the log and the metrics have not heard of otherwise.
void Socket::refuse(const RpcCall& call, const HttpResponse& problem) {
  send_problem(call, problem);
  note(call.method, problem.status, Clock::now());
}

void Socket::note(std::string_view method, unsigned status,
                  std::chrono::steady_clock::time_point began) const {
  HttpRequest head;
  head.method = method;
  head.path = kSocketPath;
  head.peer = peer_;
  head.caller = caller_;
  head.caller_key = caller_key_;
  const auto spent = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - began);
  service_.answered(head, status, static_cast<std::uint64_t>(spent.count()));
}

void Socket::answered(const std::string& id, const HttpRequest& head, std::size_t cost,
                      std::chrono::steady_clock::time_point began, const HttpResponse& response) {
  const auto spent = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::steady_clock::now() - began);
  service_.calls_cost_ -= cost;
  service_.answered(head, response.status, static_cast<std::uint64_t>(spent.count()));
  if (!is_over_) send(rpc_answer(id, response));
  finished();
}

void Socket::finished() {
  --calls_;
  if (!is_over_) go();
}

void Socket::tick() {
  if (is_over_ || is_closing_) return;
  ++seconds_;
  if (caller_.empty()) {
    if (seconds_ > kOpenSecondsMax)
      close(CloseCode::unauthenticated, "session.open did not come in time");
    return;
  }
  if (seconds_ % kKeySeconds == 0 && !service_.is_key_good(caller_key_))
    return close(CloseCode::key_ended, "the key is revoked or has ended");
  if (seconds_ % kPingSeconds == 0) exchange_->part(ping_frame());
  if (heartbeat_seconds_ == 0 || --heartbeat_left_ > 0) return;
  heartbeat_left_ = heartbeat_seconds_;
  // What the client has sent since may stand in what is not read yet: because of us, or because it
  // does not take its answers, which has a limit of its own.
  was_heard_ = was_heard_ || more_ != nullptr || !can_take();
  if (was_asked_ && !was_heard_)
    return close(CloseCode::heartbeat_unanswered, "the heartbeat was not answered");
  was_asked_ = !was_heard_;
  was_heard_ = false;
  send(rpc_notification("session.heartbeat",
                        was_asked_ ? R"({"type":"test_request"})" : R"({"type":"heartbeat"})"));
}

void Socket::close(CloseCode code, std::string_view why) {
  if (is_over_ || is_closing_) return;
  is_closing_ = true;
  closing_ = close_frame(code, why);
  end_if_done();
}

void Socket::end_if_done() {
  if (!is_closing_ || is_over_ || calls_ > 0 || is_going_) return;
  is_over_ = true;
  if (subscriptions_made_ > 0)
    service_.books_->add(
        [service = &service_, exchange = exchange_] { service->feed_.remove_all(exchange.get()); });
  exchange_->part(std::move(closing_));
  exchange_->end();
}

void Socket::broken() {
  is_over_ = true;
  more_ = nullptr;
  service_.forget(this);
}

void Socket::let_go() {
  is_over_ = true;
  more_ = nullptr;
  exchange_.reset();
}

}  // namespace cofferdam::server
