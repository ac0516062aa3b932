// SPDX-License-Identifier: Apache-2.0
//
// Commands, queries and tasks of the registry.
#include "cofferdam/base/parse_integer.h"

#include "books.h"
#include "progress.h"
#include "prove_key.h"
#include "run.h"

#include <filesystem>
#include <set>

namespace cofferdam::cli {
namespace {

namespace fs = std::filesystem;

using base::Result;
using operation::Field;
using operation::Json;
using operation::Kind;
using operation::Type;

const Type& leaf_of(const Type& type) {
  return type.kind == Kind::optional ? leaf_of(*type.element) : type;
}

// What an option holds that stands for a structure: JSON, or the name of a file of it, with or
// without an @ before.
Result<Json> structure_argument(const std::string& argument) {
  const std::size_t begin = argument.find_first_not_of(" \t\r\n");
  if (begin == std::string::npos || argument[begin] == '{' || argument[begin] == '[')
    return operation::parse_json(argument, operation::kOwnJson);
  const Result<std::string> text = read_input(argument[0] == '@' ? argument.substr(1) : argument);
  if (!text) return std::unexpected(text.error());
  return operation::parse_json(*text, operation::kOwnJson);
}

// Text of an option as the JSON that the codec expects there.
Result<Json> json_of(const Field& field, const std::vector<std::string>& values) {
  const Type& type = leaf_of(*field.type);
  const bool many = type.kind == Kind::list && type.element->kind != Kind::structure;
  const bool is_digits = values.size() == 1 && !values[0].empty() &&
                         values[0].find_first_not_of("0123456789") == std::string::npos;
  if (many || (!field.flags.empty() && !is_digits)) {
    Json json = Json::list();
    for (const std::string& value : values)
      if (!value.empty()) json.items.push_back(Json::of(value));
    return json;
  }
  if (values.size() != 1)
    return base::malformed(option_name(field.name), values.back(), "is given once");
  if (type.kind == Kind::structure || type.kind == Kind::list) {
    Result<Json> json = structure_argument(values[0]);
    if (!json) {
      base::Error error = json.error();
      error.field = option_name(field.name) + ": " + error.field;
      return std::unexpected(std::move(error));
    }
    return json;
  }
  return Json::of(values[0]);
}

Result<Json> json_argument(const std::string& argument) {
  if (argument.empty()) return Json::object();
  if (argument != "-" && argument[0] != '@')
    return operation::parse_json(argument, operation::kOwnJson);
  const Result<std::string> text = read_input(argument == "-" ? argument : argument.substr(1));
  if (!text) return std::unexpected(text.error());
  return operation::parse_json(*text, operation::kOwnJson);
}

// The fields of a call: those of --json, and over them those of the options.
Result<Json> content_of(const OperationCall& call, const Type& type) {
  Result<Json> content = json_argument(call.json);
  if (!content || call.fields.empty()) return content;
  if (!content->is_object()) return base::malformed("--json", call.json, "must be an object");
  const OptionFields fields =
      call.kind == OperationCall::Kind::command ? option_fields(type) : OptionFields{&type, {}};
  Json made = Json::object();
  Json& target = fields.events.empty() ? *content : made;
  for (const auto& [name, values] : call.fields) {
    const Field* field = fields.type->find(name);
    COFFERDAM_CHECK(field != nullptr, "an option stands for a field");
    Result<Json> value = json_of(*field, values);
    if (!value) return std::unexpected(value.error());
    if (Json* old = target.find(name))
      *old = std::move(*value);
    else
      target.add(name, std::move(*value));
  }
  if (!fields.events.empty()) {
    Json* events = content->find(fields.events);
    if (events == nullptr) events = &content->add(fields.events, Json::list());
    events->items.push_back(std::move(made));
  }
  return content;
}

int exit_code(operation::Verdict verdict) {
  switch (verdict) {
    case operation::Verdict::ok:
      return kExitOk;
    case operation::Verdict::refused:
      return kExitRefused;
    case operation::Verdict::malformed:
      return kExitMalformed;
  }
  return kExitOk;
}

Result<int> run_command(const Globals& globals, const OperationCall& call,
                        const operation::Registry& registry, Books& books, Output& output) {
  const operation::CommandEntry* entry = registry.find_command(call.name);
  Result<Json> content = content_of(call, *entry->type);
  if (!content) return std::unexpected(content.error());
  if (!globals.prove_with.empty())
    if (Result<void> proven = add_proof(globals.prove_with, call.name, registry, books, *content);
        !proven)
      return std::unexpected(proven.error());
  const Result<operation::Envelope> envelope = envelope_of(globals);
  if (!envelope) return std::unexpected(envelope.error());
  if (globals.propose) {
    Json proposal = Json::object();
    proposal.add("operation", call.name);
    proposal.add("content", std::move(*content));
    proposal.add("reason", *globals.propose);
    entry = registry.find_command("proposal.create");
    content = std::move(proposal);
  }
  const Result<operation::Answer> answer = books.command(*entry, *content, *envelope);
  if (!answer) return std::unexpected(answer.error());
  write_outcome(output, answer->json);
  return exit_code(answer->verdict);
}

Result<operation::Moment> moment_of(const std::string& text) {
  if (text.empty()) return operation::Moment{};
  if (text.find_first_not_of("0123456789") == std::string::npos) {
    const auto sequence = base::parse_u64(text, "--at");
    if (!sequence) return std::unexpected(sequence.error());
    return operation::Moment{base::Sequence{*sequence}};
  }
  const auto time = base::parse_time(text, "--at");
  if (!time) return std::unexpected(time.error());
  return operation::Moment{*time};
}

// Without a limit of their own, people and pipes get every page.
Result<int> run_query(const Globals& globals, const OperationCall& call,
                      const operation::Registry& registry, Books& books, Output& output) {
  const operation::QueryEntry* entry = registry.find_query(call.name);
  Result<Json> parameters = content_of(call, *entry->parameters);
  if (!parameters) return std::unexpected(parameters.error());
  const Result<operation::Moment> at = moment_of(globals.at);
  if (!at) return std::unexpected(at.error());
  const bool has_pages = entry->parameters->find("after") != nullptr;
  const bool every_page = has_pages && parameters->find("limit") == nullptr;
  if (every_page) parameters->add("limit", Json::number(operation::kPageMax));
  ListingWriter writer(output);
  while (true) {
    const Result<operation::Listing> listing = books.query(*entry, *parameters, *at);
    if (!listing) return std::unexpected(listing.error());
    writer.page(*listing);
    if (listing->next.empty()) break;
    if (!every_page) {
      std::fprintf(stderr, "more: --after %s\n", listing->next.c_str());
      break;
    }
    if (Json* after = parameters->find("after"))
      *after = Json::of(listing->next);
    else
      parameters->add("after", listing->next);
  }
  writer.end();
  return kExitOk;
}

// `books` is nullptr for a task that needs none.
Result<int> run_task(const Globals& globals, const OperationCall& call,
                     const operation::TaskEntry& entry, Books* books, Output& output) {
  Result<Json> parameters = content_of(call, *entry.parameters);
  if (!parameters) return std::unexpected(parameters.error());
  Result<operation::Envelope> envelope = envelope_of(globals);
  if (!envelope) return std::unexpected(envelope.error());
  envelope->propose = globals.propose;
  Result<operation::Document> document = [&] {
    TerminalProgress progress;
    return books != nullptr ? books->task(entry, *parameters, *envelope, progress)
                            : entry.run_alone(*parameters, progress);
  }();
  if (!document) return std::unexpected(document.error());
  write_document(output, *document);
  return kExitOk;
}

// What was opened for books that were then not founded (a dry run, an input that is refused) does
// not stay behind.
class FolderAsItWas {
 public:
  explicit FolderAsItWas(const std::string& folder) : folder_(folder) {
    std::error_code absent;
    existed_ = fs::exists(folder_, absent);
    for (const auto& entry : fs::directory_iterator(folder_, absent)) before_.insert(entry.path());
  }

  void restore() const {
    std::error_code trouble;
    if (!existed_) {
      fs::remove_all(folder_, trouble);
      return;
    }
    std::vector<fs::path> made;
    for (const auto& entry : fs::directory_iterator(folder_, trouble))
      if (!before_.contains(entry.path())) made.push_back(entry.path());
    for (const fs::path& path : made) fs::remove_all(path, trouble);
  }

 private:
  fs::path folder_;
  bool existed_ = false;
  std::set<fs::path> before_;
};

// The books of a folder of this machine.
class FolderBooks final : public Books {
 public:
  explicit FolderBooks(operation::Session& session) : session_(session) {}

  [[nodiscard]] Result<operation::Answer> command(const operation::CommandEntry& entry,
                                                  const Json& content,
                                                  const operation::Envelope& envelope) override {
    return session_.run_command(entry, content, envelope);
  }

  [[nodiscard]] Result<operation::Listing> query(const operation::QueryEntry& entry,
                                                 const Json& parameters,
                                                 const operation::Moment& at) override {
    return session_.run_query(entry, parameters, at);
  }

  [[nodiscard]] Result<operation::Document> task(const operation::TaskEntry& entry,
                                                 const Json& parameters,
                                                 const operation::Envelope& envelope,
                                                 operation::Progress& progress) override {
    session_.set_envelope(envelope);
    return entry.run(session_, parameters, progress);
  }

 private:
  operation::Session& session_;
};

Result<int> run_with(Books& books, const Globals& globals, const OperationCall& call,
                     const operation::Registry& registry, Output& output) {
  switch (call.kind) {
    case OperationCall::Kind::command:
      return run_command(globals, call, registry, books, output);
    case OperationCall::Kind::query:
      return run_query(globals, call, registry, books, output);
    case OperationCall::Kind::task:
      break;
  }
  return run_task(globals, call, *registry.find_task(call.name), &books, output);
}

Result<int> run_on_server(const Globals& globals, const OperationCall& call,
                          const operation::Registry& registry, Output& output) {
  const auto books = connect(globals);
  if (!books) return std::unexpected(books.error());
  return run_with(**books, globals, call, registry, output);
}

Result<int> run_on_folder(const Globals& globals, const OperationCall& call,
                          const operation::TaskEntry* task, const operation::Registry& registry,
                          Output& output) {
  const FolderAsItWas before(globals.books);
  const auto session = open_books(
      globals, registry, task != nullptr ? task->needs_books : operation::NeedsBooks::existing);
  if (!session) return std::unexpected(session.error());
  FolderBooks books(**session);
  const Result<int> code = run_with(books, globals, call, registry, output);
  const bool founded = (*session)->engine().sequence() > 0;
  const Result<void> closed = (*session)->close();
  if (!founded && task != nullptr && task->needs_books == operation::NeedsBooks::may_found)
    before.restore();
  if (code && !closed) return std::unexpected(closed.error());
  return code;
}

}  // namespace

Result<int> run_operation(const Globals& globals, const OperationCall& call,
                          const operation::Registry& registry) {
  const auto output = Output::open(globals);
  if (!output) return std::unexpected(output.error());
  const operation::TaskEntry* task =
      call.kind == OperationCall::Kind::task ? registry.find_task(call.name) : nullptr;
  const bool alone = task != nullptr && task->needs_books == operation::NeedsBooks::none;
  const Result<int> code = alone ? run_task(globals, call, *task, nullptr, **output)
                           : globals.server.empty()
                               ? run_on_folder(globals, call, task, registry, **output)
                               : run_on_server(globals, call, registry, **output);
  if (!code) return code;
  if (const Result<void> written = (*output)->finish(); !written)
    return std::unexpected(written.error());
  return code;
}

}  // namespace cofferdam::cli
