// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/operation/batch.h"

#include "cofferdam/operation/signature_form.h"
#include "cofferdam/operation/transfers_text.h"

namespace cofferdam::operation {
namespace {

struct Line {
  base::CommandId id;
  std::string operation;
  std::optional<base::Time> time;
  std::string principal;
  std::optional<SignatureForm> signature;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("id", self.id, "idempotency key");
    visit("operation", self.operation, "noun.verb");
    visit("time", self.time, "only for books whose time is given");
    visit("principal", self.principal, "code");
    visit("signature", self.signature, "of the principal");
  }
};

Json take(Json& object, std::string_view name) {
  for (std::size_t i = 0; i < object.names.size(); ++i) {
    if (object.names[i] != name) continue;
    Json value = std::move(object.items[i]);
    object.names.erase(object.names.begin() + static_cast<std::ptrdiff_t>(i));
    object.items.erase(object.items.begin() + static_cast<std::ptrdiff_t>(i));
    return value;
  }
  return {};
}

}  // namespace

Batch::Batch(Session& session, std::string principal, Sink sink)
    : session_(session), principal_(std::move(principal)), sink_(std::move(sink)) {}

Result<Answer> Batch::answer(std::string_view text, std::string& id) {
  if (text.size() > line_bytes_max_)
    return base::malformed("line", std::to_string(text.size()) + " bytes",
                           "a line has at most " + std::to_string(line_bytes_max_ >> 20U) + " MiB");
  Result<Json> json = parse_json(text);
  if (!json) return std::unexpected(std::move(json).error());
  Json content = take(*json, "content");
  const Result<Line> line = read_json<Line>(*json, session_.codec());
  if (!line) return std::unexpected(line.error());
  id = line->id.is_none() ? "" : base::to_text(line->id.value());
  const CommandEntry* entry = session_.registry().find_command(line->operation);
  if (entry == nullptr)
    return base::malformed("operation", line->operation, "must be the name of a command");
  if (content.is_null()) content = Json::object();
  const std::string& principal = line->principal.empty() ? principal_ : line->principal;
  if (guard_)
    if (Result<void> allowed = guard_(*entry, principal, line->id); !allowed)
      return std::unexpected(std::move(allowed).error());
  Envelope envelope{.id = line->id,
                    .time = line->time,
                    .principal = principal,
                    .durable = false,
                    .signer = signer_};
  if (line->signature) {
    const Result<engine::CommandSignature> signature = read_signature(*line->signature);
    if (!signature) return std::unexpected(signature.error());
    envelope.signature = *signature;
  }
  return session_.run_command(*entry, content, envelope);
}

// Transfers on the shortest way. False: nothing has happened, and the line goes the way of all.
bool Batch::take_plain(std::string_view text) {
  if (signer_ != nullptr || text.size() > line_bytes_max_) return false;
  const std::optional<PlainLine> plain = read_plain_line(text);
  if (!plain) return false;
  std::optional<ledger::CreateTransfers> transfers =
      read_plain_transfers(plain->content, session_.codec().names);
  if (!transfers) return false;
  const std::string principal(plain->principal.empty() ? principal_ : plain->principal);
  const CommandEntry* entry = session_.registry().find_command("transfer.create");
  if (guard_ && !guard_(*entry, principal, plain->id)) return false;
  const Result<Posted> posted =
      post_transfers(session_, std::move(*transfers), plain->id, principal);
  if (!posted) return false;
  figures_.refused += posted->verdict == Verdict::refused ? 1U : 0U;
  figures_.malformed += posted->verdict == Verdict::malformed ? 1U : 0U;
  submitted_ = std::max(submitted_, posted->sequence);
  held_ += posted->text.empty() ? write_json(posted->answer.json) : posted->text;
  return true;
}

Result<void> Batch::held_one() {
  held_ += '\n';
  if (++held_lines_ >= kBatchGroupMax || held_.size() >= kBatchHeldBytesMax) return flush();
  return {};
}

Result<void> Batch::line(std::string_view text) {
  ++line_number_;
  if (text.find_first_not_of(" \t\r") == std::string_view::npos) return {};
  ++figures_.lines;
  if (take_plain(text)) return held_one();
  std::string id;
  const Result<Answer> answered = answer(text, id);
  if (answered) {
    figures_.refused += answered->verdict == Verdict::refused ? 1U : 0U;
    figures_.malformed += answered->verdict == Verdict::malformed ? 1U : 0U;
    submitted_ = std::max(submitted_, answered->sequence);
    held_ += write_json(answered->json);
  } else {
    const Error& error = answered.error();
    if (error.kind != base::ErrorKind::malformed && error.kind != base::ErrorKind::refused)
      return std::unexpected(error);
    const bool refused = error.kind == base::ErrorKind::refused;
    ++(refused ? figures_.refused : figures_.malformed);
    Json json = Json::object();
    json.add("id", id.empty() ? Json{} : Json::of(id));
    json.add("line", Json::of(std::to_string(line_number_)));
    json.add("verdict", refused ? "refused" : "malformed");
    json.add("problem", problem_json(error));
    held_ += write_json(json);
  }
  return held_one();
}

Result<void> Batch::flush() {
  if (held_sink_) {
    if (!held_.empty())
      held_sink_(std::exchange(submitted_, 0), std::exchange(held_, std::string()));
    held_lines_ = 0;
    return {};
  }
  if (submitted_ > 0) {
    if (Result<void> committed = session_.engine().commit(submitted_); !committed) return committed;
    submitted_ = 0;
  }
  if (!held_.empty()) sink_(held_);
  held_.clear();
  held_lines_ = 0;
  return {};
}

}  // namespace cofferdam::operation
