// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/server/service.h"

#include "cofferdam/books/principal/principal.h"
#include "cofferdam/journal/journal.h"
#include "cofferdam/operation/transfers_text.h"
#include "cofferdam/server/batch_body.h"
#include "cofferdam/server/openapi.h"
#include "cofferdam/server/problem.h"
#include "cofferdam/server/scope.h"
#include "cofferdam/server/web_assets.h"

namespace cofferdam::server {
namespace {

using operation::Json;

constexpr std::uint32_t kUsesMillis = 60'000;
constexpr std::uint32_t kBeatMillis = 15'000;
constexpr std::uint32_t kPumpMillis = 250;
constexpr std::uint32_t kRefreshMillis = 500;
// Commits that follow one another closely are told together.
constexpr std::uint32_t kPumpWaitMillis = 10;

bool is_open_path(std::string_view path) {
  return path == "/health" || path == "/ready" || path == "/openapi.json";
}

// "application/json; charset=utf-8" is application/json.
bool is_media_type(std::string_view given, std::string_view wanted) {
  std::string_view name = given.substr(0, given.find(';'));
  while (name.ends_with(' ')) name.remove_suffix(1);
  return std::equal(name.begin(), name.end(), wanted.begin(), wanted.end(), [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + 32) : a) == b;
  });
}

// Work over files that waits for the one that is done.
constexpr std::size_t kFileJobsMax = 4;

// For logs and metrics: a name out of a closed list.
std::string_view label_of(const Route* route, std::string_view path) {
  if (route != nullptr) return route->operation;
  if (is_open_path(path) || path == "/metrics" || PublicPages::is_path(path)) return path;
  if (find_web_asset(path) != nullptr) return "dashboard";
  if (path == "/v1/batch") return "batch";
  if (path == kSocketPath) return "socket";
  return path == "/v1/events" ? "events" : "other";
}

class NoProgress final : public operation::Progress {
 public:
  void step(std::string_view /*doing*/, std::uint64_t /*done*/, std::uint64_t /*all*/) override {}
};

Json log_fields(const HttpRequest& head, std::string_view operation, unsigned status,
                std::uint64_t micros) {
  Json json = Json::object();
  json.add("method", head.method.substr(0, 32));
  json.add("path", head.path.substr(0, 200));
  json.add("operation", operation);
  json.add("status", Json::number(status));
  json.add("principal", head.caller);
  json.add("key", head.caller_key);
  json.add("peer", head.peer);
  json.add("micros", Json::number(micros));
  return json;
}

}  // namespace

Service::Service(operation::Session& session, const Options& options)
    : session_(session),
      options_(options),
      routes_(session.registry()),
      keys_(session.folder()),
      admission_(keys_, options.requests_per_second_of_address, options.requests_per_second_of_key),
      feed_(session),
      start_seconds_(static_cast<double>(system_time().value()) / 1e9) {}

void Service::attach(HttpServer& http) {
  http_ = &http;
  committer_.emplace(
      session_.engine(), [&http](std::function<void()> all) { http.post(std::move(all)); },
      [this] {
        alerts_->tell_durable();
        want_pump();
      });
  books_.emplace(options_.jobs_max);
  files_.emplace(kFileJobsMax);
  // On the thread of the books, behind what was answered: the network goes on meanwhile.
  session_.engine().leave_snapshots_to_caller();
  books_->set_rest([this] {
    send_ready();
    send_held();
    session_.engine().take_due_snapshot();
  });
  http.every(kUsesMillis, [this] { books_->add([this] { admission_.save_uses(); }); });
  alerts_->attach(*committer_);
  http.every(kBeatMillis, [this] {
    if (feed_.size() > 0) books_->add([this] { feed_.beat(); });
  });
  http.every(kRefreshMillis, [this] {
    if (public_ != nullptr && !is_stopping_) public_->refresh(*books_);
  });
  // For readers that were too slow at the last commit.
  http.every(kPumpMillis, [this] { want_pump(); });
  http.every(1000, [this] {
    const auto sockets = sockets_;  // a socket may leave the set
    for (const auto& socket : sockets) socket->tick();
    give_memory_back();
  });
}

void Service::want_pump() {
  if (feed_.size() == 0 || pump_is_due_.exchange(true)) return;
  // Before what waits: whoever follows the books waits for no batch that comes after.
  http_->after(kPumpWaitMillis, [this] {
    books_->add_first([this] {
      pump_is_due_ = false;
      pump();
    });
  });
}

void Service::queue_pump() {
  if (pump_waits_.exchange(true)) return;
  books_->add([this] {
    pump_waits_ = false;
    pump();
  });
}

void Service::pump() {
  // The rest behind what waits for the books now.
  if (feed_.pump()) queue_pump();
}

void Service::begin_stop() {
  is_stopping_ = true;
  if (public_ != nullptr) public_->stop();
  const auto sockets = sockets_;
  for (const auto& socket : sockets) socket->close(CloseCode::going_away, "the server stops");
  books_->add([this] { feed_.end(); });
}

void Service::abandon() {
  books_->abandon();
}

void Service::finish() {
  books_->stop();
  files_->stop();
  committer_->stop();
  alerts_->finish();
  feed_.end();
  for (const auto& socket : sockets_) socket->let_go();
  admission_.save_uses();
}

std::optional<HttpResponse> Service::refuse(HttpRequest& head) {
  if (head.path == "/health" || head.path == "/ready") return std::nullopt;
  if (auto later = admission_.ask_sender(head.peer)) return later;
  if (is_open_path(head.path) || is_web_request(head) || is_public_path(head.path))
    return std::nullopt;
  // A page of a browser cannot name a key here, and does so in its first message.
  if (head.path == kSocketPath && head.wants_websocket && head.authorization.empty())
    return std::nullopt;
  auto refused = admission_.ask_key(head.authorization, head.peer, head.caller, head.caller_key);
  head.authorization.clear();
  return refused;
}

bool Service::is_key_good(const std::string& key) const {
  return keys_.is_good(key, system_time());
}

HttpResponse Service::broken_request(unsigned status, std::string_view why) {
  return problem_response({.status = status,
                           .code = status == 413   ? "too-large"
                                   : status == 431 ? "header-too-large"
                                                   : "syntax",
                           .title = "The request could not be read",
                           .rule = std::string(why)});
}

void Service::answered(const HttpRequest& head, unsigned status, std::uint64_t micros) {
  const std::string_view operation = label_of(routes_.find(head.path), head.path);
  metrics_.count(operation, status, micros);
  const bool wanted = options_.log_requests == LogRequests::all ||
                      (options_.log_requests == LogRequests::failed && status >= 400);
  if (wanted)
    log_line(status >= 500 ? "error" : "info", "request",
             log_fields(head, operation, status, micros));
}

std::unique_ptr<HttpBody> Service::take_body(const std::shared_ptr<HttpExchange>& exchange,
                                             const HttpRequest& head) {
  if (head.path == kBulkPath && head.method == "POST" && head.query.empty() &&
      is_media_type(head.content_type, kBulkType) && !is_stopping_)
    return std::make_unique<BulkBody>(*this, exchange, head);
  if (head.path != "/v1/batch" || head.method != "POST" || !head.query.empty() ||
      !is_media_type(head.content_type, kLinesType) || is_stopping_)
    return nullptr;
  return std::make_unique<BatchBody>(*this, exchange, head);
}

const std::string& Service::openapi() {
  if (openapi_.empty())
    openapi_ = operation::write_json(openapi_document(routes_, options_.version)) + "\n";
  return openapi_;
}

// What is no operation of the registry. False: it is.
bool Service::answer_own(const std::shared_ptr<HttpExchange>& exchange,
                         const HttpRequest& request) {
  const std::string& path = request.path;
  if (is_web_request(request)) {
    exchange->answer(web_response(request));
    return true;
  }
  const bool is_get = request.method == "GET" || request.method == "HEAD";
  if (path == "/v1/batch") {
    if (request.method != "POST") {
      exchange->answer(wrong_method("POST", request.method));
    } else if (is_stopping_) {
      exchange->answer(overloaded());
    } else {
      exchange->answer(problem_response({.status = 415,
                                         .code = "content-type",
                                         .title = "A batch is lines of JSON",
                                         .field = "Content-Type",
                                         .value = request.content_type,
                                         .rule = "must be application/x-ndjson, and the target "
                                                 "without parameters"}));
    }
    return true;
  }
  if (path == kSocketPath) {
    exchange->answer(refuse_socket(request));
    return true;
  }
  const bool is_public = is_public_path(path);
  if (!is_open_path(path) && path != "/metrics" && path != "/v1/events" && !is_public) return false;
  const bool is_full = http_->answers()->is_full("");
  const bool is_stream = path == "/v1/events";  // has no length that a HEAD could ask for
  if (!is_get || (is_stream && request.method != "GET")) {
    exchange->answer(wrong_method("GET", request.method));
  } else if (is_public) {
    exchange->answer(is_full ? overloaded() : public_->answer(request));
  } else if (path == "/openapi.json" && is_full) {
    exchange->answer(overloaded());
  } else if (path == "/openapi.json") {
    exchange->answer({.content_type = std::string(kJsonType), .body = openapi()});
  } else if (is_stream || path == "/metrics") {
    if (auto refused = admission_.ask_scope(request.caller_key, is_stream ? "events" : "metrics"))
      exchange->answer(std::move(*refused));
    else if (is_stream)
      follow(exchange, request);
    else
      give_metrics(exchange, request.caller);
  } else if (path == "/ready" && (is_stopping_ || is_disk_bad_ || committer_->has_failed())) {
    exchange->answer(problem_response(
        {.status = 503,
         .code = "not-ready",
         .title = "No commands are taken",
         .rule = is_stopping_ ? "the server is stopping" : "records cannot be made durable"}));
  } else {
    Json json = Json::object();
    json.add("status", "ok");
    exchange->answer(json_response(json));
  }
  return true;
}

void Service::request(std::shared_ptr<HttpExchange> exchange, HttpRequest request) {
  if (answer_own(exchange, request)) return;
  auto call = std::make_shared<Call>();
  call->exchange = exchange;
  call->principal = request.caller;
  call->caller_key = request.caller_key;
  if (auto problem = read_call(request, *call)) return exchange->answer(std::move(*problem));
  carry_out(std::move(call));
}

std::optional<HttpResponse> Service::read_call(const HttpRequest& request, Call& call) const {
  call.route = routes_.find(request.path);
  if (call.route == nullptr)
    return problem_response({.status = 404,
                             .code = "no-such-path",
                             .title = "There is nothing at this path",
                             .field = "path",
                             .value = request.path.substr(0, 80),
                             .rule = "must be a path of /openapi.json"});
  if (auto refused = admission_.ask_scope(request.caller_key, *call.route)) return refused;
  const bool is_get = request.method == "GET" || request.method == "HEAD";
  if (request.method != "POST" && !(is_get && call.route->has_get()))
    return wrong_method(call.route->has_get() ? "GET, POST" : "POST", request.method);
  if (!is_get && !request.body.empty() && !is_media_type(request.content_type, kJsonType))
    return problem_response({.status = 415,
                             .code = "content-type",
                             .title = "The body is JSON",
                             .field = "Content-Type",
                             .value = request.content_type.substr(0, 80),
                             .rule = "must be application/json"});
  Result<Pairs> pairs = parse_query_string(request.query);
  if (!pairs) return syntax_response(pairs.error());
  Result<Controls> controls = take_controls(*call.route, *pairs);
  if (!controls) return syntax_response(controls.error());
  call.controls = std::move(*controls);
  if (!request.idempotency_key.empty()) {
    const Result<base::CommandId> id = parse_idempotency_key(request.idempotency_key);
    if (!id) return syntax_response(id.error());
    if (!call.controls.id.is_none() && call.controls.id != *id)
      return syntax_response(
          base::malformed("id", "", "is the same as the header Idempotency-Key").error());
    call.controls.id = *id;
  }
  return read_input(request, std::move(*pairs), call);
}

std::optional<HttpResponse> Service::read_input(const HttpRequest& request, Pairs pairs,
                                                Call& call) const {
  if (call.route->kind == RouteKind::command && call.controls.id.is_none())
    return id_missing("Idempotency-Key");
  if (request.method != "POST") {
    Result<Json> fields = fields_of(pairs, call.route->input());
    if (!fields) return syntax_response(fields.error());
    call.content = std::move(*fields);
    return std::nullopt;
  }
  if (!pairs.empty())
    return syntax_response(base::malformed(pairs.front().first, pairs.front().second,
                                           "is no parameter here; fields stand in the body")
                               .error());
  call.content = Json::object();
  if (request.body.empty()) return std::nullopt;
  if (call.route->path == kBulkPath && !call.controls.dry_run && !call.controls.propose &&
      !call.controls.time && !call.controls.signature) {
    call.text = request.body;
    return std::nullopt;
  }
  if (Result<void> small = check_values(request.body); !small)
    return syntax_response(small.error());
  Result<Json> content = operation::parse_json(request.body);
  if (!content) return syntax_response(content.error());
  call.content = std::move(*content);
  return std::nullopt;
}

std::optional<HttpResponse> Service::forbid(const std::string& principal,
                                            std::uint16_t roles) const {
  return forbid_roles(session_.engine().state().principal, principal, roles);
}

std::optional<HttpResponse> Service::forbid_command(const std::string& principal,
                                                    std::uint16_t roles) const {
  auto forbidden = forbid(principal, roles);
  if (forbidden && has_grant(session_.engine().state(), principal, roles)) return std::nullopt;
  return forbidden;
}

HttpResponse Service::run(Call& call) {
  if (auto forbidden = forbid_request(session_.engine().state(), session_.codec().names,
                                      call.principal, *call.route, call.content))
    return std::move(*forbidden);
  switch (call.route->kind) {
    case RouteKind::command:
      return call.text.empty() ? run_command(call) : run_transfers(call);
    case RouteKind::query:
      return run_query(call);
    case RouteKind::task:
      return run_task(call);
    case RouteKind::calculator:
      break;
  }
  const Result<Json> output = call.route->calculator->run(call.content);
  return output ? json_response(*output) : error_response(output.error());
}

// Most requests are these, and most are plain.
HttpResponse Service::run_transfers(Call& call) {
  auto transfers = operation::read_plain_transfers(call.text, session_.codec().names);
  if (!transfers) {
    if (Result<void> small = check_values(call.text); !small) return syntax_response(small.error());
    Result<Json> content = operation::parse_json(call.text);
    if (!content) return syntax_response(content.error());
    call.content = std::move(*content);
    return run_command(call);
  }
  const Result<operation::Posted> posted =
      operation::post_transfers(session_, std::move(*transfers), call.controls.id, call.principal);
  note_disk(posted ? nullptr : &posted.error());
  if (!posted) return error_response(posted.error());
  if (posted->text.empty()) return outcome_response(posted->answer);
  HttpResponse response{.content_type = std::string(kJsonType), .body = posted->text + "\n"};
  if (posted->is_replayed) response.headers.emplace_back("Idempotency-Replayed", "true");
  return response;
}

operation::Envelope Service::envelope_of(const Call& call) {
  return {.id = call.controls.id,
          .time = call.controls.time,
          .principal = call.principal,
          .dry_run = call.controls.dry_run,
          .propose = call.controls.propose,
          .signature = call.controls.signature};
}

HttpResponse Service::run_command(Call& call) {
  const operation::CommandEntry* entry = call.route->command;
  if (call.controls.propose) {
    Json proposal = Json::object();
    proposal.add("operation", call.route->operation);
    proposal.add("content", std::move(call.content));
    proposal.add("reason", *call.controls.propose);
    entry = session_.registry().find_command("proposal.create");
    call.content = std::move(proposal);
  }
  const Result<operation::Answer> answer =
      session_.run_command(*entry, call.content,
                           {.id = call.controls.id,
                            .time = call.controls.time,
                            .principal = call.principal,
                            .dry_run = call.controls.dry_run,
                            .durable = false,
                            .signature = call.controls.signature});
  note_disk(answer ? nullptr : &answer.error());
  return answer ? outcome_response(*answer) : error_response(answer.error());
}

void Service::note_unsealed(const std::string& principal, const std::string& key,
                            std::string_view operation, base::CommandId id) {
  const std::uint64_t all = session_.engine().figures().unsealed;
  const std::uint64_t refused = all - std::exchange(unsealed_, all);
  if (refused == 0) return;
  Json json = Json::object();
  json.add("operation", operation);
  if (!id.is_none()) json.add("command", base::to_text(id.value()));
  json.add("principal", principal);
  json.add("key", key);
  json.add("refused", Json::number(refused));
  log_line("warning", "signature", json);
}

void Service::note_disk(const Error* error) {
  is_disk_bad_ = error != nullptr && error->kind != base::ErrorKind::malformed &&
                 error->kind != base::ErrorKind::refused;
}

HttpResponse Service::run_query(const Call& call) {
  const Result<operation::Listing> listing =
      session_.run_query(*call.route->query, call.content, call.controls.at);
  return listing ? listing_response(*listing) : error_response(listing.error());
}

HttpResponse Service::run_task(const Call& call) {
  NoProgress progress;
  session_.set_envelope(envelope_of(call));
  const Result<operation::Document> document =
      call.route->task->run(session_, call.content, progress);
  if (document && call.route->operation.starts_with("api-key."))
    if (Result<void> loaded = keys_.load(); !loaded) return error_response(loaded.error());
  return document_response(document);
}

void Service::begin_task(const std::shared_ptr<Call>& call) {
  if (auto forbidden = forbid(call->principal, call->route->roles))
    return call->exchange->answer(std::move(*forbidden));
  session_.set_envelope(envelope_of(*call));
  Result<operation::TaskEntry::Rest> rest = call->route->task->begin(session_, call->content);
  if (!rest) return call->exchange->answer(error_response(rest.error()));
  const bool taken = files_->offer([call, rest = std::move(*rest)] {
    NoProgress progress;
    call->exchange->answer(document_response(rest(progress)));
  });
  if (!taken) call->exchange->answer(overloaded());
}

}  // namespace cofferdam::server
