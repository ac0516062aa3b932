// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/server/openapi.h"

#include "cofferdam/operation/schema.h"
#include "cofferdam/server/bulk.h"
#include "cofferdam/server/problem.h"

#include <algorithm>
#include <set>

namespace cofferdam::server {
namespace {

using operation::Json;
using operation::Type;

Json text_type() {
  Json json = Json::object();
  json.add("type", "string");
  return json;
}

Json reference(std::string_view where) {
  Json json = Json::object();
  json.add("$ref", where);
  return json;
}

Json content(std::string_view media_type, Json schema) {
  Json json = Json::object();
  json.add(std::string(media_type), Json::object()).add("schema", std::move(schema));
  return json;
}

Json response(std::string_view description, Json body) {
  Json json = Json::object();
  json.add("description", description);
  json.add("content", std::move(body));
  return json;
}

Json parameter(std::string_view name, std::string_view in, std::string_view description,
               Json schema, bool required = false) {
  Json json = Json::object();
  json.add("name", name);
  json.add("in", in);
  json.add("description", description);
  if (required) json.add("required", Json::truth(true));
  json.add("schema", std::move(schema));
  return json;
}

Json problem_schema() {
  Json json = Json::object();
  json.add("type", "object");
  json.add("description", "A problem document (RFC 9457).");
  Json& required = json.add("required", Json::list());
  for (const std::string_view name : {"type", "title", "status", "detail", "code", "rule"})
    required.items.push_back(Json::of(name));
  Json& properties = json.add("properties", Json::object());
  for (const std::string_view name :
       {"type", "title", "detail", "code", "field", "value", "rule", "hint"})
    properties.add(std::string(name), text_type());
  properties.add("status", Json::object()).add("type", "integer");
  properties.add("outcome", reference("#/components/schemas/Outcome"));
  return json;
}

Json outcome_schema() {
  Json json = Json::object();
  json.add("type", "object");
  json.add("description",
           "What a command came to: the same object as on the command line and in a batch.");
  Json& required = json.add("required", Json::list());
  for (const std::string_view name : {"id", "operation", "verdict", "status"})
    required.items.push_back(Json::of(name));
  Json& properties = json.add("properties", Json::object());
  for (const std::string_view name : {"id", "operation", "status", "rule", "field", "law"})
    properties.add(std::string(name), text_type());
  Json verdicts = Json::list();
  for (const std::string_view name : {"ok", "refused", "malformed"})
    verdicts.items.push_back(Json::of(name));
  properties.add("verdict", Json::object()).add("enum", std::move(verdicts));
  Json& sequence = properties.add("sequence", Json::object());
  sequence.add("type", Json::list()).items = {Json::of("string"), Json::of("null")};
  sequence.add("description", "number of the record in the journal");
  properties.add("time", text_type()).add("format", "date-time");
  properties.add("replayed", Json::object()).add("type", "boolean");
  properties.add("created", text_type());
  for (const std::string_view name : {"events", "postings"}) {
    Json& list = properties.add(std::string(name), Json::object());
    list.add("type", "array");
    list.add("items", Json::object()).add("type", "object");
  }
  return json;
}

Json command_parameters() {
  Json json = Json::object();
  json.add("IdempotencyKey",
           parameter("Idempotency-Key", "header",
                     "The command's id: a number of 128 bits, 0x and hexadecimal digits, or a "
                     "UUID. It may stand in the query string as `id` instead. Kept for ever.",
                     text_type()));
  json.add("id",
           parameter("id", "query", "The command's id, where no header can be set.", text_type()));
  Json truth = Json::object();
  truth.add("type", "boolean");
  json.add("dry_run", parameter("dry_run", "query", "Say what would happen; change nothing.",
                                std::move(truth)));
  json.add("time",
           parameter("time", "query", "When; only for books whose time is given.", text_type()));
  json.add("propose", parameter("propose", "query",
                                "Propose the command for approval, for this reason.", text_type()));
  json.add("signature",
           parameter("signature", "query",
                     "Of the principal over the command, 128 hexadecimal digits; see the guide to "
                     "access. Goes with signature_key and signature_until.",
                     text_type()));
  json.add("signature_key", parameter("signature_key", "query",
                                      "The public key that the signature verifies with, 64 "
                                      "hexadecimal digits.",
                                      text_type()));
  json.add("signature_until", parameter("signature_until", "query",
                                        "The time until which the signature lets the command in, "
                                        "as it was signed.",
                                        text_type()));
  json.add("at", parameter("at", "query", "Read the books as they were at this record or time.",
                           text_type()));
  return json;
}

Json listing_schema(const Type& row) {
  Json json = Json::object();
  json.add("type", "object");
  Json& properties = json.add("properties", Json::object());
  Json& rows = properties.add("rows", Json::object());
  rows.add("type", "array");
  rows.add("items", operation::schema_of(row, operation::SchemaSide::output));
  Json& next = properties.add("next", Json::object());
  next.add("type", Json::list()).items = {Json::of("string"), Json::of("null")};
  next.add("description", "give it as `after` for the next page; null after the last one");
  properties.add("row", operation::schema_of(row, operation::SchemaSide::output))
      .add("description", "instead of rows, of a query for one thing");
  return json;
}

void add_problems(Json& responses, std::initializer_list<std::string_view> statuses) {
  for (const std::string_view status : statuses)
    responses.add(std::string(status), reference("#/components/responses/Problem"));
}

Json roles_json(const Route& route) {
  Json json = Json::list();
  for (const std::string_view name : role_names(route.roles)) json.items.push_back(Json::of(name));
  return json;
}

Json bytes_of_fixed_width() {
  Json media = Json::object();
  Json& schema = media.add("schema", Json::object());
  schema.add("type", "string");
  schema.add("format", "binary");
  schema.add("description", "128 bytes a transfer: docs/internals/bulk.md.");
  return media;
}

Json body_of(const Route& route) {
  Json schema = operation::schema_of(route.input());
  // What is proposed has a shape of its own.
  if (route.operation == "proposal.create")
    if (Json* properties = schema.find("properties"))
      properties->add("content", Json::object()).add("type", "object");
  Json json = Json::object();
  const bool is_needed = schema.find("required") != nullptr;
  json.add("required", Json::truth(is_needed));
  Json& media = json.add("content", Json::object()).add(std::string(kJsonType), Json::object());
  media.add("schema", std::move(schema));
  if (route.kind == RouteKind::calculator && !route.calculator->example.empty()) {
    if (const auto example = operation::parse_json(route.calculator->example); example)
      if (const Json* input = example->find("input")) media.add("example", *input);
  } else if (is_needed) {
    Json example = operation::example_of(route.input());
    if (route.operation == "proposal.create") example.add("content", Json::object());
    media.add("example", std::move(example));
  }
  if (route.operation == "transfer.create")
    json.find("content")->add(std::string(kBulkType), bytes_of_fixed_width());
  return json;
}

Json answer_of(const Route& route) {
  switch (route.kind) {
    case RouteKind::command:
      return content(kJsonType, reference("#/components/schemas/Outcome"));
    case RouteKind::query:
      return content(kJsonType, listing_schema(*route.query->row));
    case RouteKind::calculator:
      return content(kJsonType, operation::schema_of(*route.calculator->output,
                                                     operation::SchemaSide::output));
    case RouteKind::task:
      break;
  }
  Json any = Json::object();
  any.add("type", "object");
  return content(kJsonType, std::move(any));
}

std::string tag_of(const Route& route) {
  if (route.kind == RouteKind::calculator) return "calc";
  return route.operation.substr(0, route.operation.find('.'));
}

Json operation_json(const Route& route, bool is_get) {
  Json json = Json::object();
  const bool has_both = route.has_get() && !is_get;
  json.add("operationId", route.operation + (has_both ? ".post" : ""));
  json.add("summary", route.summary);
  json.add("tags", Json::list()).items.push_back(Json::of(tag_of(route)));
  json.add("x-cofferdam-operation", route.operation);
  json.add("x-cofferdam-roles", roles_json(route));
  Json parameters = Json::list();
  if (route.kind == RouteKind::command || route.kind == RouteKind::task)
    for (const std::string_view name : {"IdempotencyKey", "id", "dry_run", "time", "propose",
                                        "signature", "signature_key", "signature_until"})
      parameters.items.push_back(reference("#/components/parameters/" + std::string(name)));
  if (route.kind == RouteKind::query)
    parameters.items.push_back(reference("#/components/parameters/at"));
  if (is_get) {
    const Json schema = operation::schema_of(route.input());
    const Json* properties = schema.find("properties");
    for (const operation::Field& field : route.input().fields)
      parameters.items.push_back(parameter(field.name, "query", field.doc,
                                           *properties->find(field.name), field.is_required));
  }
  if (!parameters.items.empty()) json.add("parameters", std::move(parameters));
  if (!is_get) json.add("requestBody", body_of(route));
  Json& responses = json.add("responses", Json::object());
  responses.add("200", response("Done.", answer_of(route)));
  if (route.kind == RouteKind::command)
    responses.add(
        "207", response("Carried out; some events of the batch were refused.", answer_of(route)));
  add_problems(responses, {"400", "401", "403", "404", "409", "413", "415", "422", "431", "500",
                           "503", "507"});
  return json;
}

// What is no operation of the registry.
void add_own_paths(Json& paths) {
  const auto add = [&](std::string_view path, std::string_view method, std::string_view id,
                       std::string_view summary, std::string_view media_type, bool is_open,
                       std::initializer_list<std::string_view> problems = {}) {
    Json json = Json::object();
    json.add("operationId", id);
    json.add("summary", summary);
    json.add("tags", Json::list()).items.push_back(Json::of("server"));
    if (is_open) json.add("security", Json::list());
    if (method == "post") {
      Json& body = json.add("requestBody", Json::object());
      body.add("required", Json::truth(true));
      body.add("content", content(kLinesType, text_type()));
    }
    if (id == "events.follow") {
      Json& parameters = json.add("parameters", Json::list());
      parameters.items.push_back(parameter(
          "Last-Event-ID", "header", "Go on behind this record; 0 from the first.", text_type()));
      parameters.items.push_back(
          parameter("after", "query", "The same, where no header can be set.", text_type()));
    }
    Json& responses = json.add("responses", Json::object());
    if (id == "socket.open")
      responses.add("101",
                    response("JSON-RPC 2.0 from here on.", content(media_type, text_type())));
    else
      responses.add("200", response("Done.", content(media_type, text_type())));
    if (!is_open) add_problems(responses, {"401", "403"});
    if (problems.size() != 0) add_problems(responses, problems);
    paths.add(std::string(path), Json::object()).add(std::string(method), std::move(json));
  };
  add("/health", "get", "server.health", "Whether the program runs.", kJsonType, true);
  add("/ready", "get", "server.ready", "Whether it takes commands.", kJsonType, true);
  add("/openapi.json", "get", "server.openapi", "This document.", kJsonType, true);
  add("/metrics", "get", "server.metrics", "Counters, in the text format of Prometheus.",
      "text/plain", false);
  add("/public", "get", "public.page",
      "Coverage, history, parameters and proofs of the pools that --public names; else 404.",
      "text/html", true, {"401", "404", "503"});
  add("/public.json", "get", "public.document", "The same as data.", kJsonType, true,
      {"401", "404", "503"});
  add("/v1/batch", "post", "server.batch",
      "Commands one a line in, outcomes one a line out, in the same order.", kLinesType, false);
  add("/v1/events", "get", "events.follow",
      "What is recorded from now on, or from a record on, as server-sent events.",
      "text/event-stream", false);
  add("/v1/ws", "get", "socket.open",
      "A WebSocket with JSON-RPC 2.0: every operation under its name, and the feed.", kJsonType,
      false);
}

}  // namespace

Json openapi_document(const Routes& routes, std::string_view version) {
  Json json = Json::object();
  json.add("openapi", "3.1.0");
  Json& info = json.add("info", Json::object());
  info.add("title", "Cofferdam");
  info.add("version", version);
  info.add("summary", "An exact, durable and replayable ledger of segregated pools of capital.");
  info.add("description",
           "Money is a decimal string in the scale of its asset; ids and sequences are strings. "
           "Every answer stands on durable records only.");
  Json& license = info.add("license", Json::object());
  license.add("name", "Apache-2.0");
  license.add("identifier", "Apache-2.0");
  json.add("servers", Json::list()).items.emplace_back(Json::object()).add("url", "/");
  json.add("security", Json::list()).items.emplace_back(Json::object()).add("apiKey", Json::list());
  Json& tags = json.add("tags", Json::list());
  std::set<std::string> names{"server"};
  for (const auto& [path, route] : routes.all()) names.insert(tag_of(route));
  for (const std::string& name : names) tags.items.emplace_back(Json::object()).add("name", name);
  Json& paths = json.add("paths", Json::object());
  add_own_paths(paths);
  for (const auto& [path, route] : routes.all()) {
    Json& item = paths.add(path, Json::object());
    if (route.has_get()) item.add("get", operation_json(route, true));
    item.add("post", operation_json(route, false));
  }
  Json& components = json.add("components", Json::object());
  Json& schemes = components.add("securitySchemes", Json::object());
  Json& key = schemes.add("apiKey", Json::object());
  key.add("type", "http");
  key.add("scheme", "bearer");
  key.add("description", "A key of `cofferdam api-key create`.");
  Json& schemas = components.add("schemas", Json::object());
  schemas.add("Problem", problem_schema());
  schemas.add("Outcome", outcome_schema());
  components.add("parameters", command_parameters());
  components.add("responses", Json::object())
      .add("Problem", response("A problem document.",
                               content(kProblemType, reference("#/components/schemas/Problem"))));
  return json;
}

}  // namespace cofferdam::server
