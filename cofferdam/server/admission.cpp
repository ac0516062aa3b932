// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/server/admission.h"

#include "cofferdam/books/principal/principal.h"
#include "cofferdam/server/address_range.h"
#include "cofferdam/server/log.h"
#include "cofferdam/server/problem.h"

#include <ctime>

namespace cofferdam::server {
namespace {

constexpr std::string_view kBearer = "Bearer ";
// Keys that are none, from one sender: enough for a program with an old key and its retries.
constexpr Rate kBadKeys{.per_second = 1, .burst = 20};

std::int64_t steady_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

Rate rate_of(std::uint64_t per_second) {
  return {.per_second = per_second, .burst = 2 * per_second};
}

std::optional<HttpResponse> slow_down(RateLimit& limit, const std::string& who,
                                      std::string_view whose) {
  const std::uint32_t seconds = limit.take(who, steady_ns());
  if (seconds == 0) return std::nullopt;
  HttpResponse response = problem_response({.status = 429,
                                            .code = "too-many-requests",
                                            .title = "Too many requests in a short time",
                                            .field = std::string(whose),
                                            .rule = "so many come in a second at most; see "
                                                    "Retry-After"});
  response.headers.emplace_back("Retry-After", std::to_string(seconds));
  return response;
}

HttpResponse not_of_this_key(const ApiKeys& keys, const std::string& key,
                             std::string_view operation, bool changes) {
  const bool only_reads = changes && keys.permits(key, operation, false);
  return problem_response({.status = 403,
                           .code = "key-scope",
                           .title = "The key is not good for this",
                           .field = "operation",
                           .value = std::string(operation),
                           .rule = only_reads
                                       ? "must be one that changes nothing: the key is for reading"
                                       : "must be one of those that the key was made for",
                           .hint = "api-key list shows them"});
}

// A task that is none of reading is one that only writers may ask for.
bool changes_something(const Route& route) {
  return route.kind == RouteKind::command ||
         (route.kind == RouteKind::task && (route.roles & principal::kAuditor) == 0 &&
          route.operation != "api-key.list" && route.operation != "command.digest");
}

}  // namespace

Admission::Admission(ApiKeys& keys, std::uint64_t of_address, std::uint64_t of_key)
    : keys_(keys), by_sender_(rate_of(of_address)), by_key_(rate_of(of_key)), bad_keys_(kBadKeys) {}

std::optional<HttpResponse> Admission::ask_sender(const std::string& peer) {
  return slow_down(by_sender_, sender_of(peer), "address");
}

std::optional<HttpResponse> Admission::ask_key(std::string_view authorization,
                                               const std::string& peer, std::string& caller,
                                               std::string& caller_key) {
  std::optional<ApiKeys::Holder> holder;
  const bool is_shown = authorization.starts_with(kBearer);
  if (is_shown) holder = keys_.holder_of(authorization.substr(kBearer.size()), system_time(), peer);
  if (!holder) {
    // Whoever shows a good key never waits for those who do not, from the same address or not.
    if (is_shown)
      if (auto later = slow_down(bad_keys_, sender_of(peer), "address")) return later;
    return problem_response({.status = 401,
                             .code = "unauthenticated",
                             .title = "A key is needed",
                             .field = "Authorization",
                             .value = "",
                             .rule = "must be 'Bearer' and an API key in force",
                             .hint = "cofferdam api-key create --principal CODE makes one"});
  }
  return ask_holder(*holder, peer, caller, caller_key);
}

std::optional<HttpResponse> Admission::ask_session_key(std::string_view key,
                                                       const std::string& peer, std::string& caller,
                                                       std::string& caller_key) {
  const auto holder = keys_.holder_of(key, system_time(), peer);
  if (holder) return ask_holder(*holder, peer, caller, caller_key);
  if (auto later = slow_down(bad_keys_, sender_of(peer), "address")) return later;
  return problem_response({.status = 401,
                           .code = "unauthenticated",
                           .title = "A key is needed",
                           .field = "key",
                           .value = "",
                           .rule = "must be an API key in force",
                           .hint = "cofferdam api-key create --principal CODE makes one"});
}

std::optional<HttpResponse> Admission::ask_holder(const ApiKeys::Holder& holder,
                                                  const std::string& peer, std::string& caller,
                                                  std::string& caller_key) {
  if (!holder.from_here)
    return problem_response({.status = 403,
                             .code = "key-address",
                             .title = "The key is not good from here",
                             .field = "address",
                             .value = peer,
                             .rule = "must be one of those that the key was made for"});
  if (auto later = slow_down(by_key_, holder.key, "key")) return later;
  caller = holder.principal;
  caller_key = holder.key;
  return std::nullopt;
}

std::optional<HttpResponse> Admission::ask_scope(const std::string& key, const Route& route) const {
  const bool changes = changes_something(route);
  if (keys_.permits(key, route.operation, changes)) return std::nullopt;
  return not_of_this_key(keys_, key, route.operation, changes);
}

std::optional<HttpResponse> Admission::ask_scope(const std::string& key,
                                                 std::string_view name) const {
  if (keys_.permits(key, name, false)) return std::nullopt;
  return not_of_this_key(keys_, key, name, false);
}

std::optional<HttpResponse> Admission::ask_again(const std::string& key) {
  return slow_down(by_key_, key, "key");
}

void Admission::save_uses() {
  if (const Result<void> saved = keys_.save_uses(); !saved) {
    operation::Json fields = operation::Json::object();
    fields.add("problem", saved.error().text());
    log_line("error", "key-uses", fields);
  }
}

}  // namespace cofferdam::server
