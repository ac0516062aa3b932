// SPDX-License-Identifier: Apache-2.0
//
// The one file that knows the library of options. Verbs and options of operations are made from the
// registry; the few verbs that are no operations are spelled here.
#include "cofferdam/server/settings.h"

#include "arguments.h"
#include "invocation.h"
#include "output.h"
#include <CLI/CLI.hpp>

#include <cstdlib>
#include <map>
#include <memory>

namespace cofferdam::cli {
namespace {

using operation::Field;
using operation::Kind;
using operation::Type;

const Type& leaf_of(const Type& type) {
  return type.kind == Kind::optional ? leaf_of(*type.element) : type;
}

std::string hint_of(const Field& field) {
  const Type& type = leaf_of(*field.type);
  std::string text(field.doc);
  const auto names = !field.flags.empty() ? field.flags : type.names;
  if (names.empty() || names.size() > 16) return text;
  std::string list;
  for (const std::string_view name : names)
    if (!name.empty()) list += (list.empty() ? "" : ", ") + std::string(name);
  return text + " [" + list + "]";
}

std::string placeholder_of(const Field& field) {
  const Type& type = leaf_of(*field.type);
  if (!field.flags.empty()) return "NAME,...";
  switch (type.kind) {
    case Kind::boolean:
      return "BOOL";
    case Kind::text:
      return "TEXT";
    case Kind::integer:
      return field.is_day ? "DATE" : field.is_operation ? "NAME" : "NUMBER";
    case Kind::enumeration:
      return "NAME";
    case Kind::amount:
    case Kind::signed_amount:
      return "AMOUNT";
    case Kind::price:
    case Kind::quantity:
    case Kind::rate:
    case Kind::shares:
    case Kind::observation:
    case Kind::estimate:
      return "DECIMAL";
    case Kind::identifier:
      return "ID";
    case Kind::numbered:
      return "CODE";
    case Kind::time:
      return "TIME";
    case Kind::duration:
      return "DURATION";
    case Kind::date:
      return "DATE";
    case Kind::list:
      return "ITEM...";
    case Kind::structure:
      return "JSON|FILE";
    default:
      return "VALUE";
  }
}

// Everything that the parse fills; lives until the parse is over.
struct Draft {
  Invocation invocation;
  std::string format;
  std::string propose;
  std::map<const CLI::App*, OperationCall> operations;
  // Per option: where its values go.
  std::vector<std::unique_ptr<std::vector<std::string>>> values;

  struct Bound {
    const CLI::App* app;
    std::string field;
    const std::vector<std::string>* values;
    const CLI::Option* option;
  };

  std::vector<Bound> bound;
  InitCall init;
  std::string time_source = "stamped";
  BatchCall batch;
  CalcCall calc;
  bool calc_list = false;
  bool calc_schema = false;
  bool calc_example = false;
  SchemaCall schema;
  CompleteCall complete;
  ReferenceCall reference;
  ProofVerifyCall proof_verify;
  ServeCall serve;
  RestoreCall restore;
  BundleCall bundle;
  SignCall sign;
  ProveCall prove;
};

void add_globals(CLI::App& app, Draft& draft) {
  Globals& globals = draft.invocation.globals;
  app.add_option("-b,--books", globals.books,
                 "folder of the books; else COFFERDAM_BOOKS, else books")
      ->type_name("DIR");
  app.add_option("--server", globals.server,
                 "URL of a server of books, instead of a folder; else COFFERDAM_SERVER")
      ->type_name("URL")
      ->excludes("--books");
  app.add_option("--key-file", globals.key_file, "file that holds the API key for the server")
      ->envname("COFFERDAM_KEY_FILE")
      ->type_name("FILE");
  app.add_option("--tls-ca", globals.tls_ca,
                 "certificates that the server's must descend from, PEM; those of the system when "
                 "absent")
      ->envname("COFFERDAM_TLS_CA")
      ->type_name("FILE");
  app.add_option(
         "-o,--output", draft.format,
         "table, json, ndjson, csv, tsv or md; else as --out ends, else COFFERDAM_OUTPUT, else a "
         "table on a terminal and ndjson in a pipe")
      ->type_name("FORMAT")
      ->check(CLI::IsMember({"table", "json", "ndjson", "csv", "tsv", "md"}));
  app.add_option("--out", globals.out, "write here; the extension chooses the format")
      ->type_name("FILE");
  app.add_option("--at", globals.at, "read the books as they were at this record or time")
      ->type_name("SEQ|TIME");
  app.add_option("--as,--principal", globals.principal,
                 "who acts; else COFFERDAM_PRINCIPAL, else the root principal; of a server it is "
                 "who the key stands for")
      ->type_name("CODE");
  app.add_option("--command-id,--id", globals.command_id,
                 "idempotency key of a command, 128 bits; drawn at random when absent")
      ->type_name("ID");
  app.add_option("--command-time,--time", globals.time, "when; only for books whose time is given")
      ->envname("COFFERDAM_TIME")
      ->type_name("TIME");
  app.add_option("--segment-bytes", globals.segment_bytes,
                 "size of new journal segments, a multiple of 4096; bounds the largest command")
      ->envname("COFFERDAM_SEGMENT_BYTES")
      ->type_name("BYTES");
  app.add_option("--sign-with", globals.sign_with,
                 "sign the command with the key in this file, which has mode 0600")
      ->envname("COFFERDAM_SIGN_WITH")
      ->type_name("FILE");
  app.add_option("--sign-until", globals.sign_until,
                 "when the signature lapses; five minutes from now when absent")
      ->type_name("TIME");
  app.add_option("--prove-with", globals.prove_with,
                 "prove possession of the key in this file, which has mode 0600, to the command "
                 "that registers it")
      ->type_name("FILE");
  app.add_flag("--dry-run", globals.dry_run, "say what would happen, and change nothing");
  app.add_option("--propose", draft.propose, "propose the command for approval, for this reason")
      ->type_name("REASON");
}

void add_fields(CLI::App& app, const Type& type, bool positional, Draft& draft) {
  bool first = true;
  for (const Field& field : type.fields) {
    draft.values.push_back(std::make_unique<std::vector<std::string>>());
    std::vector<std::string>& values = *draft.values.back();
    std::string name = option_name(field.name);
    if (positional && first) name += "," + std::string(field.name);
    const Type& leaf = leaf_of(*field.type);
    CLI::Option* option = nullptr;
    if (leaf.kind == Kind::boolean) {
      option = app.add_flag(name + "{true}", values, hint_of(field));
    } else {
      option = app.add_option(name, values, hint_of(field))->type_name(placeholder_of(field));
      const bool many = leaf.kind == Kind::list && leaf.element->kind != Kind::structure;
      if (!field.flags.empty() || many)
        option->delimiter(',')->allow_extra_args(false);
      else
        option->expected(1);
    }
    first = false;
    draft.bound.push_back({&app, std::string(field.name), &values, option});
  }
}

CLI::App& add_operation(CLI::App& parent, std::string verb, std::string_view summary,
                        OperationCall call, const Type& type, Draft& draft) {
  CLI::App& app = *parent.add_subcommand(std::move(verb), std::string(summary));
  app.fallthrough();
  const bool positional =
      call.kind != OperationCall::Kind::command && !call.name.ends_with(".list");
  const OptionFields fields =
      call.kind == OperationCall::Kind::command ? option_fields(type) : OptionFields{&type, {}};
  OperationCall& stored = draft.operations[&app] = std::move(call);
  if (!fields.events.empty())
    app.footer("The options make one of the " + fields.events +
               "; give several, and what the options cannot say, with --json.");
  add_fields(app, *fields.type, positional, draft);
  app.add_option("--json", stored.json,
                 "the fields as JSON: '{...}', @FILE, or - for standard "
                 "input; options win over it")
      ->type_name("JSON");
  return app;
}

void add_operations(CLI::App& app, const operation::Registry& registry, Draft& draft) {
  // `batch` is a verb by itself and the noun of batch.revert.
  std::map<std::string, CLI::App*> nouns{{"batch", app.get_subcommand("batch")},
                                         {"proof", app.get_subcommand("proof")},
                                         {"command", app.get_subcommand("command")},
                                         {"key", app.get_subcommand("key")}};
  const auto add = [&](std::string_view name, std::string_view summary, OperationCall::Kind kind,
                       const Type& type) {
    const auto dot = name.find('.');
    const std::string noun(name.substr(0, dot));
    CLI::App*& parent = nouns[noun];
    if (parent == nullptr) {
      parent = app.add_subcommand(noun, "");
      parent->require_subcommand(1);
      parent->fallthrough();
    }
    OperationCall call{.kind = kind, .name = std::string(name)};
    add_operation(*parent, std::string(name.substr(dot + 1)), summary, std::move(call), type,
                  draft);
    if (noun != "batch")
      parent->description(parent->get_description() +
                          (parent->get_description().empty() ? "" : ", ") +
                          std::string(name.substr(dot + 1)));
    for (const Alias& alias : kAliases)
      if (alias.operation == name)
        add_operation(app, std::string(alias.verb), alias.summary,
                      {.kind = kind, .name = std::string(name)}, type, draft);
  };
  for (const auto& entry : registry.commands)
    if (entry.name != "books.found")
      add(entry.name, entry.summary, OperationCall::Kind::command, *entry.type);
  for (const auto& entry : registry.queries)
    add(entry.name, entry.summary, OperationCall::Kind::query, *entry.parameters);
  for (const auto& entry : registry.tasks)
    add(entry.name, entry.summary, OperationCall::Kind::task, *entry.parameters);
}

void add_serve(CLI::App& app, Draft& draft) {
  CLI::App& serve = *app.add_subcommand("serve", "Serves the books to programs over HTTP.");
  serve.fallthrough();
  serve
      .add_option("--config", draft.serve.config,
                  "configuration; cofferdam.toml in the folder of the books when absent")
      ->type_name("FILE");
  serve.add_flag("--print-config", draft.serve.print_config,
                 "print the configuration that is in force, and serve nothing");
  for (const server::Setting& setting : server::all_settings()) {
    draft.values.push_back(std::make_unique<std::vector<std::string>>());
    std::vector<std::string>& values = *draft.values.back();
    const std::string name(setting.option);
    CLI::Option* const option = serve.add_option(name, values, std::string(setting.doc))
                                    ->type_name(std::string(setting.placeholder))
                                    ->expected(1);
    draft.bound.push_back({&serve, name, &values, option});
  }
}

void add_restore(CLI::App& app, Draft& draft) {
  CLI::App& restore = *app.add_subcommand(
      "restore",
      "Makes books out of a backup, in the folder of --books, which is absent or empty.");
  restore.fallthrough();
  restore.add_option("--from", draft.restore.from, "folder of the backup")
      ->required()
      ->type_name("DIR");
  restore.add_flag("--check", draft.restore.only_check, "read the backup, and write nothing");
}

void add_bundle(CLI::App& app, BundleCall& call) {
  CLI::App& bundle = *app.add_subcommand("bundle", "show, sign, key");
  bundle.require_subcommand(1);
  bundle.fallthrough();
  CLI::App& show = *bundle.add_subcommand(
      "show", "Shows an intent that is to be signed, field by field; needs no books.");
  show.fallthrough();
  show.add_option("file", call.file, "the bundle; - for standard input")
      ->required()
      ->type_name("FILE");
  CLI::App& sign = *bundle.add_subcommand("sign", "Adds a signature; needs no books.");
  sign.fallthrough();
  sign.add_option("file", call.file, "the bundle; - for standard input")
      ->required()
      ->type_name("FILE");
  sign.add_option("--key", call.key, "the key file of one of its signers")
      ->required()
      ->type_name("FILE");
  CLI::App& key = *bundle.add_subcommand("key", "Makes a key file and prints its public key.");
  key.fallthrough();
  key.add_option("file", call.file, "the new key file")->required()->type_name("FILE");
  key.add_option("--kind", call.kind, "kind of key")
      ->required()
      ->check(CLI::IsMember({"secp256k1", "ed25519"}));
}

void add_prove(CLI::App& key, ProveCall& call) {
  CLI::App& prove = *key.add_subcommand(
      "prove", "Proves possession of a key, for who registers it; needs no books.");
  prove.fallthrough();
  prove.add_option("file", call.file, "the key file")->required()->type_name("FILE");
  prove.add_option("--journal", call.journal, "id of the books; journal status shows it")
      ->required()
      ->type_name("HEX");
  prove.add_option("--principal", call.principal, "code of who holds the key")
      ->required()
      ->type_name("CODE");
  prove.add_option("--purpose", call.purpose, "signing (of commands) or custody")
      ->type_name("PURPOSE")
      ->check(CLI::IsMember({"signing", "custody"}));
  prove.add_option("--kind", call.kind, "of a key of custody: secp256k1 or ed25519")
      ->type_name("KIND")
      ->check(CLI::IsMember({"secp256k1", "ed25519"}));
}

void add_sign(CLI::App& app, SignCall& call, ProveCall& prove) {
  CLI::App& command = *app.add_subcommand("command", "sign, inspect");
  command.require_subcommand(1);
  command.fallthrough();
  CLI::App& sign = *command.add_subcommand(
      "sign", "Signs a command that command digest has written; needs no books.");
  sign.fallthrough();
  sign.add_option("file", call.file, "the command; - for standard input")
      ->required()
      ->type_name("FILE");
  sign.add_option("--key", call.key, "the key file")->required()->type_name("FILE");
  CLI::App& inspect = *command.add_subcommand(
      "inspect", "Shows what would be signed, from its bytes; needs no books.");
  inspect.fallthrough();
  inspect.add_option("file", call.file, "the command; - for standard input")
      ->required()
      ->type_name("FILE");
  CLI::App& key = *app.add_subcommand("key", "generate, prove");
  key.require_subcommand(1);
  key.fallthrough();
  CLI::App& generate = *key.add_subcommand(
      "generate", "Makes a key to sign commands with and prints its public key; needs no books.");
  generate.fallthrough();
  generate.add_option("file", call.file, "the new key file, made with mode 0600")
      ->required()
      ->type_name("FILE");
  add_prove(key, prove);
}

void add_own_verbs(CLI::App& app, Draft& draft) {
  CLI::App& init = *app.add_subcommand("init", "Founds new books in a folder.");
  init.fallthrough();
  init.add_option("folder", draft.init.folder, "a folder that does not hold books yet")
      ->required()
      ->type_name("DIR");
  init.add_option("--venue", draft.init.venue, "short name of the venue")
      ->required()
      ->type_name("CODE");
  init.add_option("--root", draft.init.root, "code of the root principal")
      ->required()
      ->type_name("CODE");
  init.add_option("--time-source", draft.time_source,
                  "stamped: by the clock; given: by each command, for books that replay the past")
      ->type_name("SOURCE")
      ->check(CLI::IsMember({"stamped", "given"}));
  CLI::App& batch = *app.add_subcommand(
      "batch", "Commands as JSON lines in, outcomes as JSON lines out, in the same order.");
  batch.fallthrough();
  batch.add_option("input", draft.batch.input, "file of lines; standard input when absent")
      ->type_name("FILE");
  add_serve(app, draft);
  add_restore(app, draft);
  CLI::App& calc =
      *app.add_subcommand("calc", "Runs a calculator: a JSON object in, a JSON object out.");
  calc.fallthrough();
  calc.add_option("name", draft.calc.name, "name of the calculator")->type_name("NAME");
  calc.add_option("--input", draft.calc.input, "file; standard input when absent")
      ->type_name("FILE");
  calc.add_option("--json", draft.calc.json, "the input itself")->type_name("JSON");
  calc.add_flag("--list", draft.calc_list, "names, what they do, and their sources");
  calc.add_flag("--schema", draft.calc_schema, "the JSON Schema of the input");
  calc.add_flag("--example", draft.calc_example, "an input with its output");
  CLI::App& schema =
      *app.add_subcommand("schema", "Prints the JSON Schema of an operation or a calculator.");
  schema.fallthrough();
  schema.add_option("operation", draft.schema.name, "such as transfer.create; all when absent")
      ->type_name("NAME");
  CLI::App& complete = *app.add_subcommand("complete", "Prints a completion script for a shell.");
  complete.fallthrough();
  complete.add_option("shell", draft.complete.shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  CLI::App& proof = *app.add_subcommand("proof", "verify");
  proof.require_subcommand(1);
  proof.fallthrough();
  CLI::App& verify = *proof.add_subcommand(
      "verify", "Checks an owner's file of proofs of liabilities; needs no books.");
  verify.fallthrough();
  verify.add_option("file", draft.proof_verify.file, "the file; - for standard input")
      ->required()
      ->type_name("FILE");
  verify.add_option("--root", draft.proof_verify.root, "the venue root that was published to all")
      ->type_name("HEX");
  verify.add_option("--owner", draft.proof_verify.owner, "one's own id as an owner")
      ->type_name("ID");
  add_bundle(app, draft.bundle);
  add_sign(app, draft.sign, draft.prove);
  CLI::App& reference = *app.add_subcommand(
      "reference", "Writes the reference pages and the man page into a docs folder.");
  reference.fallthrough();
  reference.add_option("folder", draft.reference.folder, "the docs folder")->required();
  reference.add_flag("--check", draft.reference.check, "only say whether they are up to date");
}

const CLI::App& deepest(const CLI::App& app) {
  const auto chosen = app.get_subcommands();
  return chosen.empty() ? app : deepest(*chosen.front());
}

Format format_of(const std::string& name) {
  const std::map<std::string, Format> formats{{"table", Format::table},   {"json", Format::json},
                                              {"ndjson", Format::ndjson}, {"jsonl", Format::ndjson},
                                              {"csv", Format::csv},       {"tsv", Format::tsv},
                                              {"md", Format::markdown}};
  const auto found = formats.find(name);
  return found == formats.end() ? Format::automatic : found->second;
}

Invocation finish(const CLI::App& chosen, Draft& draft, const CLI::App& app) {
  Invocation invocation = draft.invocation;
  Globals& globals = invocation.globals;
  find_books(globals);
  const char* usual = std::getenv("COFFERDAM_OUTPUT");
  globals.format = format_of(draft.format);
  globals.error_format = format_of(draft.format.empty() && usual != nullptr ? usual : draft.format);
  if (globals.format == Format::automatic && globals.out.find('.') != std::string::npos)
    globals.format = format_of(globals.out.substr(globals.out.rfind('.') + 1));
  if (globals.format == Format::automatic) globals.format = globals.error_format;
  if (app.get_option("--propose")->count() > 0) globals.propose = draft.propose;
  const std::string& name = chosen.get_name();
  if (const auto found = draft.operations.find(&chosen); found != draft.operations.end()) {
    OperationCall call = found->second;
    call.json = unguarded({call.json}).front();
    for (const Draft::Bound& bound : draft.bound)
      if (bound.app == &chosen && bound.option->count() > 0)
        call.fields.emplace_back(bound.field, unguarded(*bound.values));
    invocation.call = std::move(call);
  } else if (name == "init") {
    draft.init.time_given = draft.time_source == "given";
    invocation.call = draft.init;
  } else if (name == "batch") {
    invocation.call = draft.batch;
  } else if (name == "calc") {
    using Want = CalcCall::Want;
    draft.calc.want = draft.calc_list      ? Want::list
                      : draft.calc_schema  ? Want::schema
                      : draft.calc_example ? Want::example
                                           : Want::run;
    draft.calc.json = unguarded({draft.calc.json}).front();
    invocation.call = draft.calc;
  } else if (name == "serve") {
    for (const Draft::Bound& bound : draft.bound)
      if (bound.app == &chosen && bound.option->count() > 0)
        draft.serve.given.emplace_back(bound.field, bound.values->back());
    invocation.call = draft.serve;
  } else if (name == "restore") {
    invocation.call = draft.restore;
  } else if (name == "schema") {
    invocation.call = draft.schema;
  } else if (name == "verify") {
    invocation.call = draft.proof_verify;
  } else if (name == "generate" || name == "inspect" ||
             (name == "sign" && chosen.get_parent()->get_name() == "command")) {
    using Want = SignCall::Want;
    draft.sign.want = name == "generate"  ? Want::generate
                      : name == "inspect" ? Want::inspect
                                          : Want::sign;
    invocation.call = draft.sign;
  } else if (name == "prove" && chosen.get_parent()->get_name() == "key") {
    invocation.call = draft.prove;
  } else if (name == "show" || name == "sign" || name == "key") {
    using Want = BundleCall::Want;
    draft.bundle.want = name == "show" ? Want::show : name == "sign" ? Want::sign : Want::key;
    invocation.call = draft.bundle;
  } else if (name == "complete") {
    invocation.call = draft.complete;
  } else {
    invocation.call = draft.reference;
  }
  return invocation;
}

// The library lists what it did not expect from the back, values apart from their options.
std::string unexpected_argument(const CLI::ParseError& error, int argc, char** argv) {
  if (dynamic_cast<const CLI::ExtrasError*>(&error) == nullptr) return error.what();
  const std::string listed = std::string(error.what()) + " ";
  for (int i = 1; i < argc; ++i)
    if (listed.find(" " + std::string(argv[i]) + " ") != std::string::npos)
      return "'" + std::string(argv[i]) + "' was not expected here";
  return error.what();
}

const CLI::App* find_subcommand(const CLI::App& app, const std::string& name) {
  const auto matches =
      app.get_subcommands([&](const CLI::App* candidate) { return candidate->get_name() == name; });
  return matches.empty() ? nullptr : matches.front();
}

// One line that names what was wrong, and where help is.
void report_usage(const CLI::App& app, const CLI::ParseError& error, int argc, char** argv) {
  std::string noun;
  for (int i = 1; i < argc && noun.empty(); ++i) {
    const std::string_view argument = argv[i];
    if (!argument.starts_with('-')) noun = argument;
  }
  const CLI::App* known = noun.empty() ? nullptr : find_subcommand(app, noun);
  std::string what = unexpected_argument(error, argc, argv);
  std::string help = "cofferdam --help";
  if (noun.empty()) {
    what = "give a noun and a verb, such as asset list";
  } else if (known == nullptr && app.get_subcommands().empty()) {
    what = "'" + noun + "' is neither a noun nor a verb";
  } else {
    for (const CLI::App* at = &app; !at->get_subcommands().empty();) {
      at = at->get_subcommands().front();
      help.insert(help.rfind("--help"), at->get_name() + " ");
    }
  }
  std::fprintf(stderr, "cofferdam: %s\n  hint: %s\n", what.c_str(), help.c_str());
}

}  // namespace

std::string option_name(std::string_view field) {
  std::string name = "--" + std::string(field);
  for (char& c : name)
    if (c == '_') c = '-';
  return name;
}

OptionFields option_fields(const Type& type) {
  const Field* events = nullptr;
  for (const Field& field : type.fields) {
    const bool is_list =
        field.type->kind == Kind::list && field.type->element->kind == Kind::structure;
    if (!is_list) return {&type, {}};
    if (field.is_required) events = &field;
  }
  if (events == nullptr) return {&type, {}};
  return {events->type->element, std::string(events->name)};
}

std::variant<Invocation, int> read_command_line(int argc, char** argv,
                                                const operation::Registry& registry) {
  CLI::App app{
      "Cofferdam keeps pools of capital apart, proves that they are whole, and decides who "
      "pays when one runs short.",
      "cofferdam"};
  app.set_version_flag("--version", std::string(kVersion));
  app.require_subcommand(1);
  app.fallthrough();
  app.get_formatter()->column_width(34);
  app.footer(
      "Exit codes: 0 ok, 1 refused by a rule, 2 malformed input or usage, 3 stored bytes are "
      "damaged, 4 the books cannot be reached.");
  Draft draft;
  add_globals(app, draft);
  add_own_verbs(app, draft);
  add_operations(app, registry, draft);
  std::vector<std::string> arguments = guarded(argc, argv);
  try {
    app.parse(arguments);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error) == 0 ? kExitOk : kExitMalformed;
    report_usage(app, error, argc, argv);
    return kExitMalformed;
  }
  return finish(deepest(app), draft, app);
}

}  // namespace cofferdam::cli
