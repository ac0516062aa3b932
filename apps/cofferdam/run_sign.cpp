// SPDX-License-Identifier: Apache-2.0
//
// key generate, command sign, command inspect: need no books, for signing is done where the keys
// are.
#include "cofferdam/crypto/ed25519.h"
#include "cofferdam/operation/operation_names.h"
#include "cofferdam/operation/signature_form.h"

#include "run.h"

namespace cofferdam::cli {
namespace {

using base::Result;
using operation::Json;

Result<Json> generate(const SignCall& call) {
  const crypto::Seed seed = crypto::generate_seed();
  if (auto stored = crypto::store_seed(call.file, seed); !stored)
    return std::unexpected(stored.error());
  Json json = Json::object();
  json.add("file", call.file);
  json.add("public_key", crypto::to_hex(crypto::SigningKey::from_seed(seed).public_key()));
  return json;
}

// From the bytes alone: what stands beside them in the file is not what is signed.
Json inspected(const operation::UnsignedCommand& command) {
  const operation::NoNames names;
  Json json = Json::object();
  json.add("books", journal::to_hex(command.books));
  json.add("command", base::to_text(command.record.id.value()));
  json.add("principal", Json::number(command.record.principal.value()));
  json.add("operation", command.line.text_of("operation"));
  if (command.time) json.add("time", base::format_time(*command.time));
  json.add("not_after", base::format_time(command.not_after));
  const operation::Codec codec{.names = names};
  json.add("content", operation::command_json(command.command, codec));
  if (command.approves) {
    Json& approves = json.add("approves", Json::object());
    approves.add("maker", Json::number(command.approves->maker.value()));
    approves.add("operation", operation::operation_name(command.approves->operation));
    approves.add("content", operation::command_json(command.approves->command, codec));
  }
  return json;
}

Result<Json> sign_or_inspect(const SignCall& call) {
  const Result<std::string> text = read_input(call.file);
  if (!text) return std::unexpected(text.error());
  const Result<operation::UnsignedCommand> command = operation::read_unsigned(*text);
  if (!command) return std::unexpected(command.error());
  if (call.want == SignCall::Want::inspect) return inspected(*command);
  const Result<crypto::Seed> seed = crypto::load_seed(call.key);
  if (!seed) return std::unexpected(seed.error());
  return operation::signed_line(*command, crypto::SigningKey::from_seed(*seed));
}

}  // namespace

Result<int> run_sign(const Globals& globals, const SignCall& call) {
  const auto output = Output::open(globals);
  if (!output) return std::unexpected(output.error());
  const Result<Json> json =
      call.want == SignCall::Want::generate ? generate(call) : sign_or_inspect(call);
  if (!json) return std::unexpected(json.error());
  // A line, as a batch takes it, unless somebody asks for more.
  (*output)->write(operation::write_json(*json, globals.format == Format::json
                                                    ? operation::JsonLayout::indented
                                                    : operation::JsonLayout::line) +
                   "\n");
  if (Result<void> written = (*output)->finish(); !written) return std::unexpected(written.error());
  return kExitOk;
}

}  // namespace cofferdam::cli
