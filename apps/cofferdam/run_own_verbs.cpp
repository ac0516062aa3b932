// SPDX-License-Identifier: Apache-2.0
//
// Verbs that are no operations of the registry: init, batch, calc, schema.
#include "cofferdam/engine/checkpoint.h"
#include "cofferdam/journal/real_disk.h"
#include "cofferdam/operation/batch.h"
#include "cofferdam/operation/culprit.h"
#include "cofferdam/operation/schema.h"

#include "run.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace cofferdam::cli {
namespace {

using base::Error;
using base::ErrorKind;
using base::Result;
using operation::Json;

// Lines of a descriptor, with the moments at which no more input waits.
class Lines {
 public:
  explicit Lines(int descriptor) : descriptor_(descriptor) {}

  // Calls `line` for each, `rest` whenever the next read would wait. A line beyond the maximum is
  // handed over cut, one byte too long, so that it is refused as such.
  [[nodiscard]] Result<void> each(const std::function<Result<void>(std::string_view)>& line,
                                  const std::function<Result<void>()>& rest) {
    std::vector<char> part(std::size_t{1} << 16);
    while (true) {
      pollfd waiting{descriptor_, POLLIN, 0};
      if (poll(&waiting, 1, 0) == 0)
        if (Result<void> done = rest(); !done) return done;
      const ssize_t got = ::read(descriptor_, part.data(), part.size());
      if (got < 0 && errno == EINTR) continue;
      if (got < 0)
        return std::unexpected(
            Error{.kind = ErrorKind::unavailable, .field = "input", .rule = std::strerror(errno)});
      if (got == 0) break;
      if (Result<void> done = take({part.data(), static_cast<std::size_t>(got)}, line); !done)
        return done;
    }
    if (!held_.empty())
      if (Result<void> done = line(held_); !done) return done;
    return rest();
  }

 private:
  [[nodiscard]] Result<void> take(std::string_view bytes,
                                  const std::function<Result<void>(std::string_view)>& line) {
    while (!bytes.empty()) {
      const auto end = bytes.find('\n');
      const std::string_view piece = bytes.substr(0, end);
      const std::size_t room = operation::kBatchLineBytesMax + 1 - held_.size();
      held_.append(piece.substr(0, room));
      if (end == std::string_view::npos) return {};
      Result<void> done = line(held_);
      held_.clear();
      if (!done) return done;
      bytes.remove_prefix(end + 1);
    }
    return {};
  }

  int descriptor_;
  std::string held_;
};

Json founding(const InitCall& call) {
  Json genesis = Json::object();
  genesis.add("venue", call.venue);
  genesis.add("root", call.root);
  genesis.add("time_source", call.time_given ? "given" : "stamped");
  return genesis;
}

// Before anything is written: a folder with half-founded books would be in the way.
Result<void> check_founding(const Json& genesis, const operation::Registry& registry) {
  const operation::NoNames names;
  const auto command = registry.find_command("books.found")->read(genesis, operation::Codec{names});
  if (!command) return std::unexpected(command.error());
  const std::uint16_t shape = engine::check_shape(*command);
  if (shape == 0) return {};
  const engine::Refusal refusal = engine::refusal_of_shape(*command, shape);
  const auto culprit =
      operation::culprit_of(*registry.find_command("books.found")->type, genesis, refusal.status);
  return base::malformed(culprit ? culprit->field : std::string(refusal.status),
                         culprit ? culprit->value : "", refusal.rule);
}

// A file as examples/calculators holds them, {"input": ..., "output": ...}, stands for its input:
// no calculator has a field of that name.
Result<Json> without_wrapping(Result<Json> read) {
  if (!read) return read;
  const Json* input = read->find("input");
  const bool wrapped = input != nullptr && input->kind == Json::Kind::object &&
                       read->names.size() == (read->find("output") == nullptr ? 1U : 2U);
  if (!wrapped) return read;
  return Json(*input);
}

Result<Json> calc_input(const CalcCall& call) {
  if (!call.json.empty())
    return without_wrapping(operation::parse_json(call.json, operation::kOwnJson));
  if (call.input.empty() && is_terminal(STDIN_FILENO))
    return base::malformed("input", "", "give --input FILE or --json, or write to standard input",
                           "cofferdam calc " + call.name + " --example shows one");
  const Result<std::string> text = read_input(call.input);
  if (!text) return std::unexpected(text.error());
  return without_wrapping(operation::parse_json(*text, operation::kOwnJson));
}

struct CalculatorRow {
  std::string name;
  std::string summary;
  std::string source;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("name", self.name, "");
    visit("summary", self.summary, "");
    visit("source", self.source, "");
  }
};

void list_calculators(Output& output, const operation::Registry& registry) {
  const operation::NoNames names;
  operation::Listing listing = operation::listing_of<CalculatorRow>();
  for (const auto& entry : registry.calculators)
    listing.rows.push_back(operation::to_json(
        CalculatorRow{entry.name, entry.summary, entry.source}, operation::Codec{names}));
  write_document(output, listing);
}

Json calculator_schema(const operation::CalculatorEntry& entry) {
  Json json = operation::schema_document(
      {.name = entry.name, .description = entry.summary, .type = entry.input});
  if (!entry.example.empty())
    if (const Result<Json> example = operation::parse_json(entry.example); example)
      if (const Json* input = example->find("input"))
        json.add("examples", Json::list()).items.push_back(*input);
  return json;
}

// nullopt when nothing has the name.
std::optional<Json> schema_by_name(const operation::Registry& registry, std::string_view name) {
  if (const auto* command = registry.find_command(name))
    return operation::schema_document({.name = name,
                                       .description = command->summary,
                                       .type = command->type,
                                       .example = operation::example_of(*command->type)});
  if (const auto* query = registry.find_query(name))
    return operation::schema_document(
        {.name = name, .description = query->summary, .type = query->parameters});
  if (const auto* task = registry.find_task(name))
    return operation::schema_document(
        {.name = name, .description = task->summary, .type = task->parameters});
  if (const auto* calculator = registry.find_calculator(name))
    return calculator_schema(*calculator);
  return std::nullopt;
}

}  // namespace

Result<int> run_init(const Globals& globals, const InitCall& call,
                     const operation::Registry& registry) {
  static journal::RealDisk disk;
  const auto output = Output::open(globals);
  if (!output) return std::unexpected(output.error());
  const Result<operation::Envelope> envelope = envelope_of(globals);
  if (!envelope) return std::unexpected(envelope.error());
  Json genesis = founding(call);
  if (Result<void> shaped = check_founding(genesis, registry); !shaped)
    return std::unexpected(shaped.error());
  if (disk.list(call.folder + "/journal"))
    return std::unexpected(Error{.kind = ErrorKind::refused,
                                 .field = "folder",
                                 .value = call.folder,
                                 .rule = "new books are founded in a folder without books"});
  if (Result<void> made = disk.create_folder(call.folder); !made)
    return std::unexpected(made.error());
  const auto key = engine::make_checkpoint_key(call.folder);
  if (!key) return std::unexpected(key.error());
  genesis.add("checkpoint_key", crypto::to_hex(*key));
  const auto session =
      operation::Session::open(disk, registry, call.folder, engine_options(globals));
  if (!session) return std::unexpected(session.error());
  const Result<operation::Answer> answer = (*session)->found(genesis, *envelope);
  if (!answer) return std::unexpected(answer.error());
  write_outcome(**output, answer->json);
  if (Result<void> closed = (*session)->close(); !closed) return std::unexpected(closed.error());
  if (Result<void> written = (*output)->finish(); !written) return std::unexpected(written.error());
  return answer->verdict == operation::Verdict::ok          ? kExitOk
         : answer->verdict == operation::Verdict::malformed ? kExitMalformed
                                                            : kExitRefused;
}

Result<int> run_batch(const Globals& globals, const BatchCall& call,
                      const operation::Registry& registry) {
  const auto output = Output::open(globals);
  if (!output) return std::unexpected(output.error());
  const bool is_standard = call.input.empty() || call.input == "-";
  const int descriptor = is_standard ? STDIN_FILENO : ::open(call.input.c_str(), O_RDONLY);
  if (descriptor < 0) return base::malformed("file", call.input, std::strerror(errno));
  if (!globals.server.empty()) {
    const Result<int> code = run_remote_batch(globals, descriptor, **output);
    if (!is_standard) ::close(descriptor);
    if (!code) return code;
    if (Result<void> written = (*output)->finish(); !written)
      return std::unexpected(written.error());
    return code;
  }
  const auto session = open_books(globals, registry);
  if (!session) return std::unexpected(session.error());
  operation::Batch batch(**session, globals.principal, [&](std::string_view outcomes) {
    (*output)->write(outcomes);
    (*output)->flush();
  });
  if (!globals.sign_with.empty()) {
    const Result<operation::Envelope> envelope = envelope_of(globals);
    if (!envelope) return std::unexpected(envelope.error());
    batch.set_signer(envelope->signer);
  }
  Result<void> done = Lines(descriptor)
                          .each([&](std::string_view line) { return batch.line(line); },
                                [&] { return batch.flush(); });
  if (!is_standard) ::close(descriptor);
  if (!done) return std::unexpected(done.error());
  if (Result<void> closed = (*session)->close(); !closed) return std::unexpected(closed.error());
  if (Result<void> written = (*output)->finish(); !written) return std::unexpected(written.error());
  if (batch.figures().malformed > 0) return kExitMalformed;
  return batch.figures().refused > 0 ? kExitRefused : kExitOk;
}

Result<int> run_calc(const Globals& globals, const CalcCall& call,
                     const operation::Registry& registry) {
  const auto output = Output::open(globals);
  if (!output) return std::unexpected(output.error());
  if (call.want == CalcCall::Want::list || call.name.empty()) {
    list_calculators(**output, registry);
  } else {
    const operation::CalculatorEntry* entry = registry.find_calculator(call.name);
    if (entry == nullptr)
      return base::malformed("calculator", call.name, "must be one of those of calc --list");
    if (call.want == CalcCall::Want::schema) {
      (*output)->write(
          operation::write_json(calculator_schema(*entry), operation::JsonLayout::indented) + "\n");
    } else if (call.want == CalcCall::Want::example) {
      (*output)->write(entry->example.empty() ? "{}\n" : entry->example);
    } else {
      const Result<Json> input = calc_input(call);
      if (!input) return std::unexpected(input.error());
      const Result<Json> answer = entry->run(*input);
      if (!answer) return std::unexpected(answer.error());
      const bool line = (*output)->format() == Format::ndjson;
      (*output)->write(operation::write_json(*answer, line ? operation::JsonLayout::line
                                                           : operation::JsonLayout::indented) +
                       "\n");
    }
  }
  if (Result<void> written = (*output)->finish(); !written) return std::unexpected(written.error());
  return kExitOk;
}

Result<int> run_schema(const Globals& globals, const SchemaCall& call,
                       const operation::Registry& registry) {
  const auto output = Output::open(globals);
  if (!output) return std::unexpected(output.error());
  Json json;
  if (call.name.empty()) {
    json = Json::object();
    const auto add = [&](std::string_view name) {
      json.add(std::string(name), *schema_by_name(registry, name));
    };
    for (const auto& entry : registry.commands) add(entry.name);
    for (const auto& entry : registry.queries) add(entry.name);
    for (const auto& entry : registry.tasks) add(entry.name);
    for (const auto& entry : registry.calculators) add(entry.name);
  } else if (auto found = schema_by_name(registry, call.name)) {
    json = std::move(*found);
  } else {
    return base::malformed("operation", call.name,
                           "must be the name of a command, query, task or calculator");
  }
  (*output)->write(operation::write_json(json, operation::JsonLayout::indented) + "\n");
  if (Result<void> written = (*output)->finish(); !written) return std::unexpected(written.error());
  return kExitOk;
}

}  // namespace cofferdam::cli
