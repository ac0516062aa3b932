// SPDX-License-Identifier: Apache-2.0
//
// What a principal signs, for keys that are kept on another machine.
#include "cofferdam/crypto/hex.h"
#include "cofferdam/crypto/random.h"
#include "cofferdam/journal/journal.h"
#include "cofferdam/operation/signature_form.h"
#include "cofferdam/operation/tasks.h"

namespace cofferdam::operation {
namespace {

struct DigestParameters {
  std::string operation;
  std::string content;
  base::Time not_after;
  base::CommandId id;
  std::string principal;
  std::optional<base::Time> time;
  std::string key;

  static constexpr std::array<std::string_view, 2> kRequired{"operation", "not_after"};

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("operation", self.operation, "name of the command");
    visit("content", self.content, "its fields, as the text of a JSON object");
    visit("not_after", self.not_after, "until when the signature is to let the command in");
    visit("id", self.id, "id of the command; drawn at random when absent");
    visit("principal", self.principal, "code of who signs; who asks when absent");
    visit("time", self.time, "of the command; only for books whose time is given");
    visit("key", self.key, "public key: then the very bytes that it signs are given too");
  }
};

Result<Document> command_digest(Session& session, const DigestParameters& parameters,
                                Progress& /*progress*/) {
  const CommandEntry* entry = session.registry().find_command(parameters.operation);
  if (entry == nullptr)
    return base::malformed("operation", parameters.operation, "must be the name of a command");
  const Result<Json> content =
      parameters.content.empty() ? Json::object() : parse_json(parameters.content);
  if (!content) return std::unexpected(content.error());
  Envelope envelope = session.envelope();
  if (!parameters.principal.empty()) envelope.principal = parameters.principal;
  envelope.id = parameters.id.is_none() ? base::CommandId(crypto::random_id()) : parameters.id;
  const Result<engine::Request> request = session.request_of(*entry, *content, envelope);
  if (!request) return std::unexpected(request.error());
  const engine::CommandRecord record = engine::record_of(*request);
  const engine::ToSign what{
      .books = session.engine().journal().id(),
      .record = record,
      .time = parameters.time,
      .not_after = parameters.not_after,
      .subject = engine::subject_to_sign(request->command, session.engine().state())};
  Json json = Json::object();
  json.add("id", base::to_text(record.id.value()));
  json.add("operation", entry->name);
  if (parameters.time) json.add("time", base::format_time(*parameters.time));
  json.add("principal", session.engine().state().principal.principals.find(record.principal)->code);
  json.add("content", *content);
  json.add("statement", to_json(statement_of(what), session.codec()));
  if (!parameters.key.empty()) {
    const auto key = crypto::parse_public_key(parameters.key, "key");
    if (!key) return std::unexpected(key.error());
    const std::string bytes = engine::signed_bytes(what, *key);
    json.add(
        "signed_bytes",
        crypto::bytes_to_hex({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}));
  }
  return Document(std::move(json));
}

}  // namespace

void register_signature_tasks(Registry& registry) {
  add_task<DigestParameters>(registry, "command.digest",
                             "What a principal has to sign for a command; changes nothing.",
                             &command_digest);
}

}  // namespace cofferdam::operation
