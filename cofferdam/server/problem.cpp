// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/server/problem.h"

namespace cofferdam::server {
namespace {

using operation::Json;

Json* set(Json& json, std::string_view name, Json value) {
  if (Json* old = json.find(name)) {
    *old = std::move(value);
    return old;
  }
  return &json.add(std::string(name), std::move(value));
}

HttpResponse response_of(unsigned status, const Json& problem) {
  HttpResponse response{.status = status,
                        .content_type = std::string(kProblemType),
                        .body = operation::write_json(problem) + "\n"};
  if (status == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer");
  if (status == 503) response.headers.emplace_back("Retry-After", "1");
  return response;
}

HttpResponse with_status(const Error& error, unsigned status, std::string_view code) {
  Json problem = operation::problem_json(error);
  set(problem, "type", Json::of("/problems/" + std::string(code)));
  set(problem, "code", Json::of(code));
  set(problem, "status", Json::number(status));
  return response_of(status, problem);
}

bool is_absence(const Error& error) {
  return error.kind == base::ErrorKind::malformed && error.rule.ends_with(" that exists");
}

// The door's verdicts on who asks.
bool is_forbidden(std::string_view status) {
  return status == "principal_not_allowed" || status == "principal_unknown";
}

}  // namespace

HttpResponse problem_response(const Problem& problem) {
  Json json = Json::object();
  json.add("type", "/problems/" + std::string(problem.code));
  json.add("title", problem.title);
  json.add("status", Json::number(problem.status));
  json.add("detail", problem.field.empty()
                         ? problem.rule
                         : problem.field + " '" + problem.value + "': " + problem.rule);
  json.add("code", problem.code);
  if (!problem.field.empty()) {
    json.add("field", problem.field);
    json.add("value", problem.value);
  }
  json.add("rule", problem.rule);
  if (!problem.hint.empty()) json.add("hint", problem.hint);
  return response_of(problem.status, json);
}

HttpResponse too_many_subscriptions() {
  return problem_response({.status = 409,
                           .code = "too-many-subscriptions",
                           .title = "A principal has at most 128 subscriptions",
                           .rule = "end another one first"});
}

HttpResponse overloaded() {
  return problem_response({.status = 503,
                           .code = "overloaded",
                           .title = "Too many requests wait for the books",
                           .rule = "so many requests wait at most; try again"});
}

HttpResponse id_missing(std::string field) {
  return problem_response({.status = 400,
                           .code = "idempotency-key-missing",
                           .title = "A command needs an id",
                           .field = std::move(field),
                           .value = "",
                           .rule = "every command has one, so that it can be sent again safely",
                           .hint = "draw a UUID, and keep it until the answer has come"});
}

HttpResponse wrong_method(std::string allow, const std::string& method) {
  HttpResponse response = problem_response({.status = 405,
                                            .code = "method-not-allowed",
                                            .title = "This path takes another method",
                                            .field = "method",
                                            .value = method,
                                            .rule = "must be " + allow});
  response.headers.emplace_back("Allow", std::move(allow));
  return response;
}

HttpResponse key_ended() {
  return problem_response({.status = 401,
                           .code = "unauthenticated",
                           .title = "The key has ended",
                           .field = "Authorization",
                           .value = "",
                           .rule = "the key was revoked or has ended while this was under way"});
}

HttpResponse error_response(const Error& error) {
  if (is_absence(error)) return with_status(error, 404, "not-found");
  if (error.kind == base::ErrorKind::refused &&
      error.rule.find("id was used before") != std::string::npos)
    return with_status(error, 422, "idempotency-key-reused");
  const Json problem = operation::problem_json(error);
  const Json* status = problem.find("status");
  return response_of(static_cast<unsigned>(std::stoul(status->text)), problem);
}

HttpResponse syntax_response(const Error& error) {
  return with_status(error, 400, "syntax");
}

HttpResponse json_response(const Json& json) {
  return {.content_type = std::string(kJsonType), .body = operation::write_json(json) + "\n"};
}

HttpResponse listing_response(const operation::Listing& listing) {
  Json json = Json::object();
  if (listing.is_single && listing.rows.size() == 1) {
    json.add("row", listing.rows.front());
  } else {
    Json& rows = json.add("rows", Json::list());
    rows.items = listing.rows;
    json.add("next", listing.next.empty() ? Json{} : Json::of(listing.next));
  }
  return json_response(json);
}

HttpResponse document_response(const Result<operation::Document>& document) {
  if (!document) return error_response(document.error());
  if (const auto* listing = std::get_if<operation::Listing>(&*document))
    return listing_response(*listing);
  if (const auto* text = std::get_if<operation::Text>(&*document))
    return {.content_type = text->media_type, .body = text->content};
  return json_response(std::get<Json>(*document));
}

HttpResponse outcome_response(const operation::Answer& answer) {
  const Json& json = answer.json;
  const Json* replayed = json.find("replayed");
  HttpResponse response;
  const std::string_view status = json.text_of("status");
  if (answer.verdict == operation::Verdict::ok || status == "events_refused") {
    response = json_response(json);
    if (answer.verdict != operation::Verdict::ok) response.status = 207;
  } else {
    const bool malformed = answer.verdict == operation::Verdict::malformed;
    const unsigned code = malformed ? 422 : is_forbidden(status) ? 403 : 409;
    const std::string kind = malformed ? "malformed" : code == 403 ? "forbidden" : "refused";
    const std::string rule(json.text_of("rule"));
    Json problem = Json::object();
    problem.add("type", "/problems/" + kind);
    problem.add("title", malformed ? "The input cannot be accepted" : "A rule says no");
    problem.add("status", Json::number(code));
    problem.add("detail",
                std::string(json.text_of("operation")) + " '" + std::string(status) + "': " + rule);
    problem.add("code", status);
    for (const std::string_view name : {"field", "value"})
      if (const Json* found = json.find(name)) problem.add(std::string(name), *found);
    problem.add("rule", rule);
    if (status == "approval_required")
      problem.add("hint", "repeat it with ?propose=REASON, and have others approve the proposal");
    problem.add("outcome", json);
    response = response_of(code, problem);
  }
  if (replayed != nullptr && replayed->flag)
    response.headers.emplace_back("Idempotency-Replayed", "true");
  return response;
}

}  // namespace cofferdam::server
