// SPDX-License-Identifier: Apache-2.0
#include "words.h"

#include "cofferdam/operation/schema.h"
#include "cofferdam/server/settings.h"

#include <algorithm>

namespace cofferdam::cli {
namespace {

VerbWords words_of(std::string_view name, std::string_view summary, const operation::Type& type) {
  VerbWords verb{.words = std::string(name), .summary = std::string(summary), .options = {}};
  std::replace(verb.words.begin(), verb.words.end(), '.', ' ');
  for (const operation::Field& field : type.fields)
    verb.options.push_back(
        {option_name(field.name), operation::describe_kind(field), std::string(field.doc)});
  verb.options.push_back({"--json", "JSON", "the fields as JSON, @FILE, or - for standard input"});
  return verb;
}

VerbWords serve_words() {
  VerbWords verb{
      .words = "serve",
      .summary = "Serves the books to programs over HTTP, until SIGTERM or SIGINT.",
      .options = {{"--config", "FILE", "cofferdam.toml in the folder of the books when absent"},
                  {"--print-config", "", "print the configuration in force, and serve nothing"}}};
  for (const server::Setting& setting : server::all_settings())
    verb.options.push_back(
        {std::string(setting.option), std::string(setting.placeholder), std::string(setting.doc)});
  return verb;
}

}  // namespace

std::vector<OptionWord> global_words() {
  return {
      {"--books", "DIR", "folder of the books; else COFFERDAM_BOOKS, else books"},
      {"--server", "URL", "a server of books instead of a folder; else COFFERDAM_SERVER"},
      {"--key-file", "FILE", "holds the API key for the server; else COFFERDAM_KEY_FILE"},
      {"--tls-ca", "FILE", "certificates that the server's must descend from, PEM"},
      {"--output", "FORMAT", "table, json, ndjson, csv, tsv or md; else COFFERDAM_OUTPUT"},
      {"--out", "FILE", "write here; the extension chooses the format"},
      {"--at", "SEQ|TIME", "read the books as they were at this record or time"},
      {"--as", "CODE", "who acts; else COFFERDAM_PRINCIPAL, else the root principal"},
      {"--command-id", "ID", "idempotency key of a command; drawn at random when absent"},
      {"--command-time", "TIME", "when; only for books whose time is given; else COFFERDAM_TIME"},
      {"--segment-bytes", "BYTES", "size of new journal segments; else COFFERDAM_SEGMENT_BYTES"},
      {"--sign-with", "FILE", "sign the command with the key in this file; COFFERDAM_SIGN_WITH"},
      {"--sign-until", "TIME", "when the signature lapses; five minutes from now when absent"},
      {"--prove-with", "FILE", "prove possession of the key in this file to what registers it"},
      {"--dry-run", "", "say what would happen, and change nothing"},
      {"--propose", "REASON", "propose the command for approval"},
      {"--help", "", "what a verb does and takes"}};
}

std::vector<VerbWords> verb_words(const operation::Registry& registry) {
  std::vector<VerbWords> verbs{
      {"init",
       "Founds new books in a folder.",
       {{"--venue", "CODE", "short name of the venue"},
        {"--root", "CODE", "code of the root principal"},
        {"--time-source", "SOURCE", "stamped or given"}}},
      {"batch", "Commands as JSON lines in, outcomes as JSON lines out, in the same order.", {}},
      {"calc",
       "Runs a calculator: a JSON object in, a JSON object out.",
       {{"--input", "FILE", "standard input when absent"},
        {"--json", "JSON", "the input itself"},
        {"--list", "", "names, what they do, and their sources"},
        {"--schema", "", "the JSON Schema of the input"},
        {"--example", "", "an input with its output"}}},
      serve_words(),
      {"restore",
       "Makes books out of a backup, in the folder of --books, which is absent or empty; --at up "
       "to "
       "a record.",
       {{"--from", "DIR", "folder of the backup"},
        {"--check", "", "read the backup, and write nothing"}}},
      {"schema", "Prints the JSON Schema of an operation or a calculator.", {}},
      {"complete", "Prints a completion script for bash, zsh or fish.", {}},
      {"proof verify",
       "Checks an owner's file of proofs of liabilities; needs no books.",
       {{"--root", "HEX", "the venue root that was published to all"},
        {"--owner", "ID", "one's own id as an owner"}}},
      {"bundle show",
       "Shows an intent that is to be signed, field by field, with its hashes; needs no books.",
       {}},
      {"bundle sign",
       "Adds a signature to a bundle; needs no books.",
       {{"--key", "FILE", "the key file of one of its signers"}}},
      {"bundle key",
       "Makes a key file for a signer and prints its public key.",
       {{"--kind", "KIND", "secp256k1 or ed25519"}}},
      {"command sign",
       "Signs a command that command digest has written; needs no books.",
       {{"--key", "FILE", "the key file"}}},
      {"command inspect", "Shows what would be signed, from its bytes; needs no books.", {}},
      {"key generate",
       "Makes a key to sign commands with and prints its public key; needs no books.",
       {}},
      {"key prove",
       "Proves possession of a key, for who registers it; needs no books.",
       {{"--journal", "HEX", "id of the books; journal status shows it"},
        {"--principal", "CODE", "code of who holds the key"},
        {"--purpose", "PURPOSE", "signing or custody"},
        {"--kind", "KIND", "of a key of custody: secp256k1 or ed25519"}}},
      {"reference",
       "Writes the reference pages and this page into a docs folder.",
       {{"--check", "", "only say whether they are up to date"}}}};
  std::vector<VerbWords> operations;
  const auto alias = [&](std::string_view name, const operation::Type& type) {
    for (const Alias& known : kAliases)
      if (known.operation == name) verbs.push_back(words_of(known.verb, known.summary, type));
  };
  for (const auto& entry : registry.commands)
    if (entry.name != "books.found")
      operations.push_back(words_of(entry.name, entry.summary, *option_fields(*entry.type).type));
  for (const auto& entry : registry.queries) {
    operations.push_back(words_of(entry.name, entry.summary, *entry.parameters));
    alias(entry.name, *entry.parameters);
  }
  for (const auto& entry : registry.tasks) {
    operations.push_back(words_of(entry.name, entry.summary, *entry.parameters));
    alias(entry.name, *entry.parameters);
  }
  std::sort(operations.begin(), operations.end(),
            [](const VerbWords& a, const VerbWords& b) { return a.words < b.words; });
  verbs.insert(verbs.end(), operations.begin(), operations.end());
  return verbs;
}

}  // namespace cofferdam::cli
