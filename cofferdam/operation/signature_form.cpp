// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/operation/signature_form.h"

#include "cofferdam/crypto/hex.h"
#include "cofferdam/operation/operation_names.h"

#include <algorithm>

namespace cofferdam::operation {
namespace {

const NoNames kNoNames;

std::string hex_of(std::string_view bytes) {
  return crypto::bytes_to_hex({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

Result<std::string> bytes_of_hex(const char* field, std::string_view text) {
  std::string bytes(text.size() / 2, '\0');
  if (text.size() % 2 != 0 ||
      !crypto::bytes_from_hex(text, {reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()}))
    return base::malformed(field, std::string(text.substr(0, 80)),
                           "must be pairs of hexadecimal digits");
  return bytes;
}

// Nobody approves a number: what it stands for is in the statement, or the statement is not signed.
Result<std::optional<Approved>> read_subject(const engine::Command& command,
                                             const std::string& bytes) {
  if (!std::holds_alternative<decision::Approve>(command)) {
    if (bytes.empty()) return std::optional<Approved>();
    return base::malformed("statement.subject", hex_of(bytes).substr(0, 80),
                           "must be empty: this command approves nothing");
  }
  const auto subject = base::decode<engine::ApprovedProposal>(bytes);
  auto proposed =
      subject ? engine::decode_command(subject->operation, subject->version, subject->content)
              : std::nullopt;
  if (!proposed)
    return base::malformed("statement.subject", hex_of(bytes).substr(0, 80),
                           "must be the open proposal that is approved",
                           "what cannot be read is not signed; the digest is made while the "
                           "proposal is open");
  return std::optional(Approved{
      .maker = subject->maker, .operation = subject->operation, .command = std::move(*proposed)});
}

}  // namespace

Result<engine::CommandSignature> read_signature(const SignatureForm& form) {
  const auto key = crypto::parse_public_key(form.key, "signature key");
  if (!key) return std::unexpected(key.error());
  const auto signature = crypto::parse_signature(form.signature);
  if (!signature) return std::unexpected(signature.error());
  return engine::CommandSignature{
      .not_after = form.not_after, .key = key->bytes, .signature = signature->bytes};
}

SignatureForm form_of(const engine::CommandSignature& signature) {
  return {.key = crypto::to_hex(crypto::PublicKey{signature.key}),
          .not_after = signature.not_after,
          .signature = crypto::to_hex(crypto::Signature{signature.signature})};
}

StatementForm statement_of(const engine::ToSign& what) {
  return {.books = journal::to_hex(what.books),
          .command = what.record.id,
          .principal = what.record.principal.value(),
          .operation = what.record.operation,
          .version = what.record.version,
          .time = what.time,
          .not_after = what.not_after,
          .content = hex_of(what.record.content),
          .subject = hex_of(what.subject)};
}

Result<UnsignedCommand> read_unsigned(std::string_view text) {
  Result<Json> json = parse_json(text);
  if (!json) return std::unexpected(json.error());
  const Json* statement = json->find("statement");
  if (statement == nullptr)
    return base::malformed("file", "", "must be what command digest has written",
                           "it has a member `statement`");
  const Result<StatementForm> form = read_json<StatementForm>(*statement, Codec{kNoNames});
  if (!form) return std::unexpected(form.error());
  if (form->form != engine::kSignatureForm)
    return base::malformed("statement.form", std::to_string(form->form), "must be 1");
  const auto books = journal::journal_id_from_hex(form->books);
  if (!books)
    return base::malformed("statement.books", form->books, "must be 32 hexadecimal digits");
  Result<std::string> content = bytes_of_hex("statement.content", form->content);
  if (!content) return std::unexpected(content.error());
  Result<std::string> subject = bytes_of_hex("statement.subject", form->subject);
  if (!subject) return std::unexpected(subject.error());
  auto command = engine::decode_command(form->operation, form->version, *content);
  if (!command)
    return base::malformed("statement.content", form->content.substr(0, 80),
                           "must be a command of its operation and version; what cannot be read "
                           "is not signed");
  if (json->text_of("operation") != operation_name(form->operation))
    return base::malformed("operation", std::string(json->text_of("operation")),
                           "must be that of the statement, " + operation_name(form->operation));
  Result<std::optional<Approved>> approves = read_subject(*command, *subject);
  if (!approves) return std::unexpected(std::move(approves).error());
  UnsignedCommand read{.line = Json::object(),
                       .record = {.id = form->command,
                                  .principal = base::PrincipalId(form->principal),
                                  .operation = form->operation,
                                  .version = form->version,
                                  .content = std::move(*content)},
                       .books = *books,
                       .time = form->time,
                       .not_after = form->not_after,
                       .subject = std::move(*subject),
                       .command = std::move(*command),
                       .approves = std::move(*approves)};
  for (const std::string_view name : {"id", "operation", "principal", "content"})
    if (const Json* member = json->find(name)) read.line.add(std::string(name), *member);
  if (read.time) read.line.add("time", base::format_time(*read.time));
  return read;
}

Json signed_line(const UnsignedCommand& command, const crypto::SigningKey& key) {
  Json line = command.line;
  const engine::ToSign what{command.books, command.record, command.time, command.not_after,
                            command.subject};
  line.add("signature", to_json(form_of(engine::sign_command(key, what)), Codec{kNoNames}));
  return line;
}

}  // namespace cofferdam::operation
