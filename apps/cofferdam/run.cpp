// SPDX-License-Identifier: Apache-2.0
#include "run.h"

#include "cofferdam/base/parse_integer.h"
#include "cofferdam/journal/real_disk.h"
#include "cofferdam/report/register_reports.h"
#include "cofferdam/server/api_key_tasks.h"
#include "cofferdam/server/api_keys.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <unistd.h>

namespace cofferdam::cli {
namespace {

using base::Error;
using base::ErrorKind;
using base::Result;

constexpr std::size_t kInputBytesMax = std::size_t{16} << 20;

// Books are founded and served where they are; and a key says who acts.
Result<void> check_place(const Invocation& invocation) {
  const Globals& globals = invocation.globals;
  const bool is_local = std::holds_alternative<InitCall>(invocation.call) ||
                        std::holds_alternative<ServeCall>(invocation.call) ||
                        std::holds_alternative<RestoreCall>(invocation.call);
  if (globals.is_server_given && is_local)
    return base::malformed("--server", globals.server, "this verb works on a folder",
                           "leave it out, and name the folder");
  if (!globals.server.empty() && !is_local && globals.is_principal_given)
    return base::malformed("--as", globals.principal, "of a server, the key says who acts",
                           "give the --key-file of another");
  if (!globals.server.empty() && !is_local && !globals.sign_with.empty())
    return base::malformed("--sign-with", globals.sign_with,
                           "what a server is to carry out is signed beforehand",
                           "command digest, then command sign, then batch");
  return {};
}

Result<int> dispatch(const Invocation& invocation, const operation::Registry& registry) {
  const Globals& globals = invocation.globals;
  if (Result<void> place = check_place(invocation); !place) return std::unexpected(place.error());
  return std::visit(
      [&]<class C>(const C& call) -> Result<int> {
        if constexpr (std::is_same_v<C, OperationCall>)
          return run_operation(globals, call, registry);
        if constexpr (std::is_same_v<C, InitCall>) return run_init(globals, call, registry);
        if constexpr (std::is_same_v<C, BatchCall>) return run_batch(globals, call, registry);
        if constexpr (std::is_same_v<C, CalcCall>) return run_calc(globals, call, registry);
        if constexpr (std::is_same_v<C, SchemaCall>) return run_schema(globals, call, registry);
        if constexpr (std::is_same_v<C, CompleteCall>) return run_complete(call, registry);
        if constexpr (std::is_same_v<C, ProofVerifyCall>) return run_proof_verify(globals, call);
        if constexpr (std::is_same_v<C, ServeCall>) return run_serve(globals, call, registry);
        if constexpr (std::is_same_v<C, RestoreCall>) return run_restore(globals, call, registry);
        if constexpr (std::is_same_v<C, BundleCall>) return run_bundle(globals, call);
        if constexpr (std::is_same_v<C, SignCall>) return run_sign(globals, call);
        if constexpr (std::is_same_v<C, ProveCall>) return run_prove(globals, call);
        if constexpr (std::is_same_v<C, ReferenceCall>) return run_reference(call, registry);
      },
      invocation.call);
}

}  // namespace

int exit_code(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::malformed:
      return kExitMalformed;
    case ErrorKind::refused:
      return kExitRefused;
    case ErrorKind::integrity:
      return kExitIntegrity;
    case ErrorKind::exhausted:
    case ErrorKind::unavailable:
      return kExitUnreachable;
  }
  return kExitUnreachable;
}

int report(const Error& error, Format format) {
  const bool as_json =
      format == Format::json || format == Format::ndjson ||
      (format == Format::automatic && !is_terminal(STDOUT_FILENO) && !is_terminal(STDERR_FILENO));
  if (as_json) {
    const std::string text = operation::write_json(operation::problem_json(error));
    std::fprintf(stderr, "%s\n", text.c_str());
  } else {
    Error bare = error;
    bare.hint.clear();
    std::fprintf(stderr, "cofferdam: %s\n", bare.text().c_str());
    if (!error.hint.empty()) std::fprintf(stderr, "  hint: %s\n", error.hint.c_str());
  }
  return exit_code(error.kind);
}

Result<std::string> read_input(const std::string& path) {
  const bool is_standard = path.empty() || path == "-";
  std::FILE* file = is_standard ? stdin : std::fopen(path.c_str(), "rb");
  if (file == nullptr) return base::malformed("file", path, std::strerror(errno));
  std::string text;
  std::array<char, 1 << 16> part{};
  bool good = true;
  while (text.size() <= kInputBytesMax) {
    const std::size_t got = std::fread(part.data(), 1, part.size(), file);
    text.append(part.data(), got);
    if (got < part.size()) {
      good = std::ferror(file) == 0;
      break;
    }
  }
  if (!is_standard) std::fclose(file);
  if (!good) return base::malformed("file", path, "could not be read");
  if (text.size() > kInputBytesMax)
    return base::malformed(is_standard ? "standard input" : path, "", "has at most 16 MiB");
  return text;
}

engine::Options engine_options(const Globals& globals) {
  engine::Options options = operation::session_options();
  if (globals.segment_bytes != 0) options.segment_bytes = globals.segment_bytes;
  return options;
}

Result<std::unique_ptr<operation::Session>> open_books(const Globals& globals,
                                                       const operation::Registry& registry,
                                                       operation::NeedsBooks needs) {
  static journal::RealDisk disk;
  if (needs == operation::NeedsBooks::existing && !disk.list(globals.books + "/journal"))
    return std::unexpected(
        Error{.kind = ErrorKind::unavailable,
              .field = "--books",
              .value = globals.books,
              .rule = "there are no books in this folder",
              .hint = "found some: cofferdam init " + globals.books + " --venue CODE --root CODE"});
  auto session = operation::Session::open(disk, registry, globals.books, engine_options(globals));
  // What is refused here is the folder: another program writes to it.
  if (!session && session.error().kind == ErrorKind::refused) {
    Error error = session.error();
    error.kind = ErrorKind::unavailable;
    return std::unexpected(std::move(error));
  }
  return session;
}

namespace {

// The key is in a file and nowhere else: not in an argument, which other users could read.
Result<std::shared_ptr<const operation::Signer>> signer_of(const Globals& globals,
                                                           std::optional<base::Time> time) {
  const Result<crypto::Seed> seed = crypto::load_seed(globals.sign_with);
  if (!seed) return std::unexpected(seed.error());
  base::Time until;
  if (!globals.sign_until.empty()) {
    const auto given = base::parse_time(globals.sign_until, "--sign-until");
    if (!given) return std::unexpected(given.error());
    until = *given;
  } else {
    const auto soon = base::try_add(time.value_or(server::system_time()), base::kMinute * 5);
    if (!soon) return base::malformed("--sign-until", "", "there is no time five minutes from now");
    until = *soon;
  }
  return std::make_shared<const operation::Signer>(
      operation::Signer{crypto::SigningKey::from_seed(*seed), until});
}

}  // namespace

Result<operation::Envelope> envelope_of(const Globals& globals) {
  operation::Envelope envelope{.principal = globals.principal, .dry_run = globals.dry_run};
  if (!globals.command_id.empty()) {
    const auto id = base::parse_id<base::CommandId>(globals.command_id, "--command-id");
    if (!id) return std::unexpected(id.error());
    envelope.id = *id;
  }
  if (!globals.time.empty()) {
    const auto time = base::parse_time(globals.time, "--time");
    if (!time) return std::unexpected(time.error());
    envelope.time = *time;
  }
  if (!globals.sign_with.empty()) {
    auto signer = signer_of(globals, envelope.time);
    if (!signer) return std::unexpected(signer.error());
    envelope.signer = std::move(*signer);
  } else if (!globals.sign_until.empty()) {
    return base::malformed("--sign-until", globals.sign_until, "goes with --sign-with");
  }
  return envelope;
}

int run(int argc, char** argv) {
  // A reader that goes away ends the program by an error of write, not by a signal.
  std::signal(SIGPIPE, SIG_IGN);
  operation::Registry registry = operation::make_registry();
  report::register_reports(registry);
  server::register_api_keys(registry);
  const auto read = read_command_line(argc, argv, registry);
  if (const int* code = std::get_if<int>(&read)) return *code;
  const auto& invocation = std::get<Invocation>(read);
  const Result<int> done = dispatch(invocation, registry);
  return done ? *done : report(done.error(), invocation.globals.error_format);
}

}  // namespace cofferdam::cli
