// SPDX-License-Identifier: Apache-2.0
//
// Books behind a server: requests out, and answers back into what a folder would have given.
#include "cofferdam/client/http_client.h"
#include "cofferdam/crypto/random.h"

#include "books.h"
#include "run.h"

#include <algorithm>

namespace cofferdam::cli {
namespace {

using base::Error;
using base::ErrorKind;
using base::Result;
using operation::Json;

constexpr operation::JsonLimits kAnswerLimits{.bytes_max = std::size_t{256} << 20,
                                              .text_bytes_max = std::size_t{64} << 20,
                                              .items_max = std::size_t{16} << 20,
                                              .values_max = operation::kManyJsonValues};

ErrorKind kind_of(std::string_view code, unsigned status) {
  for (const ErrorKind kind : {ErrorKind::malformed, ErrorKind::refused, ErrorKind::integrity,
                               ErrorKind::exhausted, ErrorKind::unavailable})
    if (code == operation::kind_name(kind)) return kind;
  if (code == "idempotency-key-reused" || status == 403 || status == 409) return ErrorKind::refused;
  if (status == 507) return ErrorKind::exhausted;
  return status == 401 || status >= 500 ? ErrorKind::unavailable : ErrorKind::malformed;
}

// The error that stands in a problem document: the same that a folder would have given.
Error error_of(const Json& problem, unsigned status) {
  const std::string_view code = problem.text_of("code");
  Error error{.kind = kind_of(code, status),
              .field = std::string(problem.text_of("field")),
              .value = std::string(problem.text_of("value")),
              .rule = std::string(problem.text_of("rule")),
              .hint = std::string(problem.text_of("hint"))};
  if (error.field.empty()) error.field = std::string(problem.text_of("title"));
  if (status == 401) error.hint = "--key-file names the file of a key";
  if (code == "no-such-path")
    return {.kind = ErrorKind::malformed,
            .field = "verb",
            .value = error.value,
            .rule = "the server does not offer this verb",
            .hint = "give it where the books are, with --books, while they are not served"};
  return error;
}

class ServerBooks final : public Books {
 public:
  ServerBooks(std::unique_ptr<client::HttpClient> client, std::string server)
      : client_(std::move(client)), server_(std::move(server)) {}

  [[nodiscard]] Result<operation::Answer> command(const operation::CommandEntry& entry,
                                                  const Json& content,
                                                  const operation::Envelope& envelope) override;
  [[nodiscard]] Result<operation::Listing> query(const operation::QueryEntry& entry,
                                                 const Json& parameters,
                                                 const operation::Moment& at) override;
  [[nodiscard]] Result<operation::Document> task(const operation::TaskEntry& entry,
                                                 const Json& parameters,
                                                 const operation::Envelope& envelope,
                                                 operation::Progress& progress) override;

 private:
  struct Said {
    unsigned status = 0;
    std::string media_type;
    std::string text;
    Json json;  // where it is JSON
  };

  [[nodiscard]] Result<Said> ask(client::Request request);
  [[nodiscard]] std::unexpected<Error> not_ours(unsigned status) const;
  [[nodiscard]] static client::Request request_of(std::string_view operation, const Json& content,
                                                  const operation::Envelope& envelope);

  std::unique_ptr<client::HttpClient> client_;
  std::string server_;
};

std::unexpected<Error> ServerBooks::not_ours(unsigned status) const {
  return std::unexpected(Error{.kind = ErrorKind::unavailable,
                               .field = "--server",
                               .value = server_,
                               .rule = "the answer, of status " + std::to_string(status) +
                                       ", is not one of a server of books"});
}

Result<ServerBooks::Said> ServerBooks::ask(client::Request request) {
  request.method = "POST";
  request.content_type = "application/json";
  Result<client::Response> response = client_->send(request);
  if (!response) return std::unexpected(response.error());
  Said said{.status = response->status,
            .media_type = response->content_type.substr(0, response->content_type.find(';')),
            .text = std::move(response->body),
            .json = {}};
  const bool is_json =
      said.media_type == "application/json" || said.media_type == "application/problem+json";
  if (is_json) {
    Result<Json> json = operation::parse_json(said.text, kAnswerLimits);
    if (!json || !json->is_object()) return not_ours(said.status);
    said.json = std::move(*json);
  }
  if (said.status < 300) return said;
  if (!is_json || said.json.text_of("rule").empty()) return not_ours(said.status);
  if (said.json.find("outcome") != nullptr) return said;
  return std::unexpected(error_of(said.json, said.status));
}

client::Request ServerBooks::request_of(std::string_view operation, const Json& content,
                                        const operation::Envelope& envelope) {
  std::string target = "/v1/" + std::string(operation);
  std::replace(target.begin() + 4, target.end(), '.', '/');
  std::string query;
  const auto parameter = [&](std::string_view name, std::string_view value) {
    query += (query.empty() ? "?" : "&") + std::string(name) + "=" + client::percent_encoded(value);
  };
  if (envelope.dry_run) parameter("dry_run", "true");
  if (envelope.time) parameter("time", base::format_time(*envelope.time));
  if (envelope.propose) parameter("propose", *envelope.propose);
  const base::CommandId id =
      envelope.id.is_none() ? base::CommandId(crypto::random_id()) : envelope.id;
  return {.target = target + query,
          .idempotency_key = base::to_text(id.value()),
          .body = operation::write_json(content)};
}

Result<operation::Answer> ServerBooks::command(const operation::CommandEntry& entry,
                                               const Json& content,
                                               const operation::Envelope& envelope) {
  Result<Said> said = ask(request_of(entry.name, content, envelope));
  if (!said) return std::unexpected(said.error());
  Json* outcome = said->json.find("outcome");
  operation::Answer answer{.json =
                               outcome != nullptr ? std::move(*outcome) : std::move(said->json)};
  const std::string_view verdict = answer.json.text_of("verdict");
  if (verdict.empty()) return not_ours(said->status);
  answer.verdict = verdict == "ok"        ? operation::Verdict::ok
                   : verdict == "refused" ? operation::Verdict::refused
                                          : operation::Verdict::malformed;
  return answer;
}

operation::Listing listing_of(Json json, const operation::Type* type) {
  operation::Listing listing{.row = type};
  if (Json* row = json.find("row")) {
    listing.is_single = true;
    listing.rows.push_back(std::move(*row));
  } else if (Json* rows = json.find("rows")) {
    listing.rows = std::move(rows->items);
    listing.next = json.text_of("next");
  }
  return listing;
}

Result<operation::Listing> ServerBooks::query(const operation::QueryEntry& entry,
                                              const Json& parameters, const operation::Moment& at) {
  client::Request request = request_of(entry.name, parameters, {});
  request.idempotency_key.clear();
  if (const auto* sequence = std::get_if<base::Sequence>(&at))
    request.target += "?at=" + std::to_string(*sequence);
  if (const auto* time = std::get_if<base::Time>(&at))
    request.target += "?at=" + client::percent_encoded(base::format_time(*time));
  Result<Said> said = ask(std::move(request));
  if (!said) return std::unexpected(said.error());
  if (said->json.find("rows") == nullptr && said->json.find("row") == nullptr)
    return not_ours(said->status);
  return listing_of(std::move(said->json), entry.row);
}

Result<operation::Document> ServerBooks::task(const operation::TaskEntry& entry,
                                              const Json& parameters,
                                              const operation::Envelope& envelope,
                                              operation::Progress& /*progress*/) {
  client::Request request = request_of(entry.name, parameters, envelope);
  Result<Said> said = ask(std::move(request));
  if (!said) return std::unexpected(said.error());
  if (said->media_type != "application/json")
    return operation::Document(operation::Text{said->media_type, std::move(said->text)});
  if (entry.row != nullptr)
    return operation::Document(listing_of(std::move(said->json), entry.row));
  return operation::Document(std::move(said->json));
}

Result<std::unique_ptr<client::HttpClient>> client_of(const Globals& globals) {
  client::Options options{.server = globals.server, .key = {}, .ca_file = globals.tls_ca};
  if (!globals.key_file.empty()) {
    Result<std::string> key = client::read_key_file(globals.key_file);
    if (!key) return std::unexpected(key.error());
    options.key = std::move(*key);
  }
  return client::HttpClient::open(std::move(options));
}

// Outcomes as they come, a line each; what they say is counted for the exit code.
class Outcomes {
 public:
  explicit Outcomes(Output& output) : output_(output) {}

  void take(std::string_view bytes) {
    output_.write(bytes);
    output_.flush();
    while (!bytes.empty()) {
      const auto end = bytes.find('\n');
      line_ += bytes.substr(0, end);
      if (end == std::string_view::npos) return;
      count();
      line_.clear();
      bytes.remove_prefix(end + 1);
    }
  }

  // Absent when every line was answered.
  [[nodiscard]] const std::optional<Error>& trouble() const { return trouble_; }

  [[nodiscard]] bool is_cut() const { return !line_.empty(); }

  [[nodiscard]] int exit_code() const {
    return malformed_ > 0 ? kExitMalformed : refused_ > 0 ? kExitRefused : kExitOk;
  }

 private:
  void count() {
    const Result<Json> json = operation::parse_json(line_, kAnswerLimits);
    const std::string_view verdict = json ? json->text_of("verdict") : "unknown";
    malformed_ += verdict == "malformed" ? 1U : 0U;
    refused_ += verdict == "refused" ? 1U : 0U;
    if (verdict != "unknown") return;
    const Json* problem = json ? json->find("problem") : nullptr;
    trouble_ = problem != nullptr ? error_of(*problem, 503)
                                  : Error{.kind = ErrorKind::unavailable,
                                          .field = "--server",
                                          .rule = "a line of the answer cannot be read"};
  }

  Output& output_;
  std::string line_;
  std::uint64_t malformed_ = 0;
  std::uint64_t refused_ = 0;
  std::optional<Error> trouble_;
};

}  // namespace

Result<std::unique_ptr<Books>> connect(const Globals& globals) {
  auto client = client_of(globals);
  if (!client) return std::unexpected(client.error());
  return std::make_unique<ServerBooks>(std::move(*client), globals.server);
}

Result<int> run_remote_batch(const Globals& globals, int descriptor, Output& output) {
  const auto client = client_of(globals);
  if (!client) return std::unexpected(client.error());
  Outcomes outcomes(output);
  const client::Request request{
      .method = "POST", .target = "/v1/batch", .content_type = "application/x-ndjson"};
  const Result<client::Response> response =
      (*client)->stream(request, descriptor, [&](std::string_view bytes) { outcomes.take(bytes); });
  if (!response) return std::unexpected(response.error());
  if (response->status != 200) {
    const Result<Json> problem = operation::parse_json(response->body);
    if (problem && problem->is_object())
      return std::unexpected(error_of(*problem, response->status));
    return std::unexpected(
        Error{.kind = ErrorKind::unavailable,
              .field = "--server",
              .value = globals.server,
              .rule = "the answer has status " + std::to_string(response->status)});
  }
  if (outcomes.trouble()) return std::unexpected(*outcomes.trouble());
  if (outcomes.is_cut())
    return std::unexpected(Error{.kind = ErrorKind::unavailable,
                                 .field = "--server",
                                 .value = globals.server,
                                 .rule = "the connection was cut off in the middle of an outcome",
                                 .hint = "send the lines again: those with the same id are not "
                                         "carried out twice"});
  return outcomes.exit_code();
}

}  // namespace cofferdam::cli
