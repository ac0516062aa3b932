// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/operation/session.h"

#include "cofferdam/crypto/random.h"
#include "cofferdam/journal/journal.h"

namespace cofferdam::operation {

engine::Options session_options() {
  engine::Options options;
  options.index_table_ids = std::size_t{1} << 18;
  return options;
}

Session::Session(journal::Disk& disk, const Registry& registry, std::string folder,
                 std::unique_ptr<engine::Engine> engine)
    : disk_(disk),
      registry_(registry),
      folder_(std::move(folder)),
      engine_(std::move(engine)),
      names_(engine_->state()) {}

Result<std::unique_ptr<Session>> Session::open(journal::Disk& disk, const Registry& registry,
                                               std::string folder, engine::Options options) {
  auto engine = engine::Engine::open(disk, folder, std::move(options));
  if (!engine) return std::unexpected(std::move(engine).error());
  return std::unique_ptr<Session>(
      new Session(disk, registry, std::move(folder), std::move(*engine)));
}

Result<base::PrincipalId> Session::principal_of(const std::string& code) const {
  if (code.empty()) return base::PrincipalId(1);
  const std::optional<std::uint32_t> number = names_.number_of(Numbered::principal, code);
  if (!number)
    return base::malformed("principal", code, "must be the code of a principal that exists");
  return base::PrincipalId(*number);
}

Result<std::string> Session::place_of(const std::string& name) const {
  if (!files_folder_) return name;
  if (files_folder_->empty())
    return std::unexpected(
        Error{.kind = base::ErrorKind::refused,
              .field = "to",
              .value = name,
              .rule = "this server has no folder for backups",
              .hint = "serve with --backup-folder, or backup.folder in its file"});
  const bool is_name = !name.empty() && name.size() <= 64 && name.front() != '.' &&
                       name.find_first_not_of(
                           "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                           "0123456789._-") == std::string::npos;
  if (!is_name)
    return base::malformed(
        "to", name, "on a server it is a name of at most 64 letters, digits, '.', '_' or '-'");
  return *files_folder_ + "/" + name;
}

void Session::sign(engine::Request& request, const Signer& signer) const {
  const engine::CommandRecord record = engine::record_of(request);
  request.signature = engine::sign_command(
      signer.key, {.books = engine_->journal().id(),
                   .record = record,
                   .time = request.time,
                   .not_after = signer.not_after,
                   .subject = engine::subject_to_sign(request.command, engine_->state())});
}

Result<Answer> Session::submit(const CommandEntry& entry, engine::Request request,
                               const Envelope& envelope) {
  if (request.id.is_none()) request.id = base::CommandId(crypto::random_id());
  request.time = envelope.time;
  request.signature = envelope.signature;
  if (envelope.dry_run && request.signature)
    return base::malformed("signature", "", "a dry run carries none",
                           "it asks for none, and whoever sees one could give the command with it");
  if (envelope.signer && !envelope.dry_run && !request.signature && !request.principal.is_none())
    sign(request, *envelope.signer);
  request.want_balances = std::holds_alternative<ledger::CreateTransfers>(request.command);
  Result<engine::Reply> reply = envelope.dry_run   ? engine_->dry_run(request)
                                : envelope.durable ? engine_->execute(request)
                                                   : engine_->submit(request);
  if (!reply) return std::unexpected(std::move(reply).error());
  Answer answer{.sequence = reply->sequence, .json = answer_json(entry, request, *reply, codec())};
  if (envelope.dry_run) {
    answer.json.add("dry_run", Json::truth(true));
    if (reply->ok() && !reply->replayed &&
        engine::signature_required(request.command, request.principal, engine_->state()))
      answer.json.add("must_be_signed", Json::truth(true));
  }
  const std::string_view status = answer.json.text_of("verdict");
  answer.verdict = status == "ok"        ? Verdict::ok
                   : status == "refused" ? Verdict::refused
                                         : Verdict::malformed;
  return answer;
}

Result<Answer> Session::found(const Json& genesis, const Envelope& envelope) {
  const CommandEntry* entry = registry_.find_command("books.found");
  COFFERDAM_CHECK(entry != nullptr, "the genesis command is registered");
  Result<engine::Command> command = entry->read(genesis, codec());
  if (!command) return std::unexpected(std::move(command).error());
  return submit(*entry, {.id = envelope.id, .command = std::move(*command)}, envelope);
}

Result<engine::Request> Session::request_of(const CommandEntry& entry, const Json& content,
                                            const Envelope& envelope) const {
  const Result<base::PrincipalId> principal = principal_of(envelope.principal);
  if (!principal) return std::unexpected(principal.error());
  Result<engine::Command> command = entry.read(content, codec());
  if (!command) return std::unexpected(std::move(command).error());
  return engine::Request{
      .id = envelope.id, .principal = *principal, .command = std::move(*command)};
}

Result<Answer> Session::run_command(const CommandEntry& entry, const Json& content,
                                    const Envelope& envelope) {
  Result<engine::Request> request = request_of(entry, content, envelope);
  if (!request) return std::unexpected(std::move(request).error());
  return submit(entry, std::move(*request), envelope);
}

Result<Answer> Session::give(engine::Command command, const Envelope& envelope) {
  const Result<base::PrincipalId> principal = principal_of(envelope.principal);
  if (!principal) return std::unexpected(principal.error());
  if (envelope.propose) {
    const auto [operation, version] = std::visit(
        []<class C>(const C&) {
          return std::pair{engine::Operation<C>::kNumber, engine::Operation<C>::kVersion};
        },
        command);
    command = decision::Propose{.operation = operation,
                                .version = version,
                                .content = engine::encode_command(command),
                                .reason = *envelope.propose};
  }
  const std::uint16_t number =
      std::visit([]<class C>(const C&) { return engine::Operation<C>::kNumber; }, command);
  const CommandEntry* entry = registry_.find_command(number);
  COFFERDAM_CHECK(entry != nullptr, "every command is registered");
  return submit(*entry, {.id = envelope.id, .principal = *principal, .command = std::move(command)},
                envelope);
}

Result<Listing> Session::run_query(const QueryEntry& entry, const Json& parameters,
                                   const Moment& at) {
  if (std::holds_alternative<std::monostate>(at)) {
    const View view{engine_->state(), engine_->sequence(), engine_->time(), codec(), *engine_};
    return entry.run(view, parameters);
  }
  const auto* sequence = std::get_if<base::Sequence>(&at);
  Result<engine::Engine::Moment> past =
      sequence != nullptr ? engine_->at(*sequence) : engine_->at(std::get<base::Time>(at));
  if (!past) return std::unexpected(std::move(past).error());
  const StateNames names(*past->state);
  const View view{*past->state, past->sequence, past->time, Codec{names}, *engine_};
  return entry.run(view, parameters);
}

}  // namespace cofferdam::operation
