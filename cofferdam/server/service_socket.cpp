// SPDX-License-Identifier: Apache-2.0
//
// What the service does for sockets.
#include "cofferdam/books/principal/principal.h"
#include "cofferdam/journal/journal.h"
#include "cofferdam/server/address_range.h"
#include "cofferdam/server/problem.h"
#include "cofferdam/server/service.h"

#include <algorithm>
#include <malloc.h>

namespace cofferdam::server {
namespace {

constexpr std::uint64_t kUnreadWorthGivingBack = std::uint64_t{32} << 20;

std::string subscription_member(std::string_view subscription) {
  return R"({"subscription":")" + std::string(subscription) + '"';
}

// A page may only speak to the server that it came from. Programs name no origin.
bool is_own_origin(const HttpRequest& head) {
  if (head.origin.empty()) return true;
  for (const std::string_view scheme : {"http://", "https://"})
    if (head.origin.starts_with(scheme) &&
        std::string_view(head.origin).substr(scheme.size()) == head.host)
      return true;
  return false;
}

}  // namespace

// Why a request for the socket was not taken as one.
HttpResponse Service::refuse_socket(const HttpRequest& request) const {
  if (is_stopping_) return overloaded();
  if (request.method != "GET") return wrong_method("GET", request.method);
  if (!is_own_origin(request))
    return problem_response({.status = 403,
                             .code = "origin",
                             .title = "A page of another origin may not open this",
                             .field = "Origin",
                             .value = request.origin.substr(0, 80),
                             .rule = "must be this server itself"});
  if (!request.query.empty())
    return syntax_response(
        base::malformed("query string", "", "the socket takes no parameters here").error());
  if (request.wants_websocket && !request.websocket_key.empty() &&
      request.websocket_version == "13")
    return websocket_accept(request.websocket_key)
               ? overloaded()
               : syntax_response(
                     base::malformed("Sec-WebSocket-Key", "", "must be 16 bytes in base64")
                         .error());
  HttpResponse response = problem_response({.status = 426,
                                            .code = "upgrade-required",
                                            .title = "This path is a WebSocket",
                                            .field = "Upgrade",
                                            .value = "",
                                            .rule = "must be websocket, of version 13"});
  response.headers.emplace_back("Upgrade", "websocket");
  response.headers.emplace_back("Sec-WebSocket-Version", "13");
  return response;
}

// Who has shown no key takes no places from those who have.
bool Service::has_unopened_room(const std::string& peer) const {
  const std::string sender = sender_of(peer);
  std::size_t all = 0;
  std::size_t own = 0;
  for (const auto& socket : sockets_) {
    if (socket->is_open()) continue;
    ++all;
    own += sender_of(socket->peer()) == sender ? 1U : 0U;
  }
  return all < kSocketsUnopenedMax && own < kSocketsUnopenedOfSenderMax;
}

// One principal leaves places for the others. `own`: 1 where the asking socket is among them.
bool Service::has_room_of(const std::string& who, std::size_t own) const {
  const auto open =
      std::ranges::count_if(sockets_, [&](const auto& socket) { return socket->caller() == who; });
  return static_cast<std::size_t>(open) < kSocketsOfPrincipalMax + own;
}

std::unique_ptr<HttpBody> Service::upgrade(const std::shared_ptr<HttpExchange>& exchange,
                                           const HttpRequest& head) {
  const bool is_good = head.path == kSocketPath && head.method == "GET" && head.query.empty() &&
                       head.websocket_version == "13" && is_own_origin(head);
  const auto accept = websocket_accept(head.websocket_key);
  if (!is_good || !accept || is_stopping_ || sockets_.size() >= kSocketsMax) return nullptr;
  if (head.caller.empty() ? !has_unopened_room(head.peer) : !has_room_of(head.caller, 0))
    return nullptr;
  exchange->begin({.status = 101,
                   .headers = {{"Upgrade", "websocket"},
                               {"Connection", "Upgrade"},
                               {"Sec-WebSocket-Accept", *accept}}});
  auto socket = std::make_shared<Socket>(*this, exchange, head);
  sockets_.insert(socket);
  return std::make_unique<SocketBody>(std::move(socket));
}

void Service::forget(Socket* socket) {
  sockets_.erase(socket->shared_from_this());
}

void Service::request_of_socket(std::shared_ptr<HttpExchange> exchange, const Route& route,
                                const std::string& caller, const std::string& key,
                                RpcParameters parameters) {
  if (auto refused = admission_.ask_scope(key, route)) return exchange->answer(std::move(*refused));
  auto call = std::make_shared<Call>();
  call->exchange = exchange;
  call->route = &route;
  call->principal = caller;
  call->key = key;
  call->caller_key = key;
  call->content = std::move(parameters.content);
  Result<Controls> controls = take_controls(route, parameters.controls);
  if (!controls) return exchange->answer(syntax_response(controls.error()));
  call->controls = std::move(*controls);
  if (!parameters.controls.empty())
    return exchange->answer(syntax_response(base::malformed(parameters.controls.front().first,
                                                            parameters.controls.front().second,
                                                            "is no parameter of this operation")
                                                .error()));
  if (route.kind == RouteKind::command && call->controls.id.is_none())
    return exchange->answer(id_missing("command_id"));
  carry_out(std::move(call));
}

HttpResponse Service::subscribe(const SocketSubscription& asked, std::shared_ptr<Socket> socket,
                                const std::shared_ptr<HttpExchange>& exchange,
                                std::optional<base::Sequence> after, FeedFilter filter) {
  if (!is_key_good(asked.key)) return key_ended();
  if (auto forbidden = forbid(asked.who, principal::kAllRoles)) return std::move(*forbidden);
  const Result<base::Sequence> from = feed_start(after);
  if (!from) return error_response(from.error());
  if (feed_.size_of_principal(asked.who) >= kSubscriptionsOfPrincipalMax)
    return too_many_subscriptions();
  if (feed_.size_of(exchange.get()) >= kSocketSubscriptionsMax)
    return problem_response({.status = 409,
                             .code = "too-many-subscriptions",
                             .title = "A socket has at most 8 subscriptions",
                             .rule = "end another one first"});
  const std::string member = subscription_member(asked.name);
  const bool added = feed_.add(
      {.exchange = exchange,
       .name = asked.name,
       .who = asked.who,
       .after = *from,
       .filter = std::move(filter),
       .may_stay = [this, who = asked.who, key = asked.key] { return may_follow(who, key); },
       .form =
           [member](const FeedEvent& event) {
             std::string params = member;
             params += R"(,"sequence":")" + std::to_string(event.sequence) + R"(","event":")";
             params += event.kind;
             params += R"(","data":)" + event.json + "}";
             return text_frame(rpc_notification("feed.event", params));
           },
       .gap =
           [member](base::Sequence first, base::Sequence last) {
             std::string params = member;
             params += R"(,"from":")" + std::to_string(first) + R"(","to":")" +
                       std::to_string(last) + "\"}";
             return text_frame(rpc_notification("feed.gap", params));
           },
       .ended =
           [http = http_, weak = std::weak_ptr(socket)](const Error* trouble) {
             if (trouble != nullptr) log_feed_trouble(*trouble);
             const bool is_ours = trouble != nullptr;
             http->dispatch([weak, is_ours] {
               const auto kept = weak.lock();
               if (kept == nullptr) return;
               if (is_ours)
                 kept->close(CloseCode::internal, "the journal cannot be read");
               else
                 kept->close(CloseCode::key_ended, "the feed is closed to this key");
             });
           }});
  if (!added) return overloaded();
  // Behind this answer, on the same thread.
  queue_pump();
  std::string result = member + R"(,"after":")" + std::to_string(*from) + R"(","sequence":")" +
                       std::to_string(session_.engine().journal().durable()) + "\"}";
  return {.content_type = std::string(kJsonType), .body = std::move(result)};
}

void Service::give_memory_back() {
  const std::uint64_t unread = http_->answers()->taken();
  most_unread_ = std::max(most_unread_, unread);
  // While there is much, it is used again; looking through all of the allocator takes milliseconds.
  if (most_unread_ < kUnreadWorthGivingBack || unread > most_unread_ / 8) return;
  if (files_->offer([] { malloc_trim(0); })) most_unread_ = 0;
}

}  // namespace cofferdam::server
