// SPDX-License-Identifier: Apache-2.0
//
// Problem documents (RFC 9457) and the statuses of HTTP that go with them:
//
//   400 syntax: of the target, a header, the JSON       415 the content type
//   401 no good key                                     422 a field can never be accepted; a key
//   403 the principal lacks the role                        of idempotency used with other content
//   404 no such path, no such thing                     500 stored bytes are damaged
//   405 another method                                  503 the disk, the server is stopping, or
//   409 a rule of the books says no                         too much waits
//   413, 431 too large                                  507 no space is left
#pragma once

#include "cofferdam/operation/session.h"
#include "cofferdam/server/http.h"

#include <string>
#include <string_view>

namespace cofferdam::server {

inline constexpr std::string_view kJsonType = "application/json";
inline constexpr std::string_view kLinesType = "application/x-ndjson";
inline constexpr std::string_view kProblemType = "application/problem+json";

// What the surface itself refuses.
struct Problem {
  unsigned status = 400;
  std::string_view code;
  std::string_view title;
  std::string field = {};
  std::string value = {};
  std::string rule = {};
  std::string hint = {};
};

[[nodiscard]] HttpResponse problem_response(const Problem& problem);
// Too much waits: to be tried again.
[[nodiscard]] HttpResponse overloaded();
// Of one principal, over all of its connections.
[[nodiscard]] HttpResponse too_many_subscriptions();
[[nodiscard]] HttpResponse wrong_method(std::string allow, const std::string& method);
[[nodiscard]] HttpResponse id_missing(std::string field);
// Of work that was under way when its key was revoked or ended.
[[nodiscard]] HttpResponse key_ended();
// An error of input, disk or rule.
[[nodiscard]] HttpResponse error_response(const Error& error);
// The same, where text could not be read at all.
[[nodiscard]] HttpResponse syntax_response(const Error& error);
// What a command came to: 200, 207 when some events of a batch were refused, or a problem.
[[nodiscard]] HttpResponse outcome_response(const operation::Answer& answer);
[[nodiscard]] HttpResponse json_response(const operation::Json& json);
[[nodiscard]] HttpResponse listing_response(const operation::Listing& listing);
// What a task came to.
[[nodiscard]] HttpResponse document_response(const Result<operation::Document>& document);

}  // namespace cofferdam::server
