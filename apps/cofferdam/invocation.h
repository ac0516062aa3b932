// SPDX-License-Identifier: Apache-2.0
//
// What the command line asked for, as plain data. Only options.cpp knows how it was spelled.
#pragma once

#include "cofferdam/operation/registry.h"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace cofferdam::cli {

enum class Format : std::uint8_t { automatic, table, json, ndjson, csv, tsv, markdown };

// The exit codes of the program.
enum Exit : int {
  kExitOk = 0,
  kExitRefused = 1,      // a rule of the books said no
  kExitMalformed = 2,    // usage, or input that can never be accepted
  kExitIntegrity = 3,    // stored bytes are not what was written
  kExitUnreachable = 4,  // no books there, or another program holds them, or the disk failed
};

struct Globals {
  std::string books;
  std::string server;  // a URL; empty: the folder
  std::string key_file;
  std::string tls_ca;
  bool is_server_given = false;     // as an option, not by the environment
  bool is_principal_given = false;  // likewise
  Format format = Format::automatic;
  Format error_format = Format::automatic;  // that of --out is for the file only
  std::string out;                          // file; empty: standard output
  std::string at;                           // sequence or time; empty: now
  std::string principal;
  std::string command_id;
  std::string time;
  std::uint64_t segment_bytes = 0;  // of new journal segments; 0: as usual
  bool dry_run = false;
  std::string sign_with;               // file of a key; empty: not signed
  std::string sign_until;              // when the signature lapses; empty: five minutes from now
  std::string prove_with;              // file of the key whose possession a command proves
  std::optional<std::string> propose;  // the reason: wrap the command into a proposal
};

// One operation of the registry with its fields, as text from options and JSON from --json.
struct OperationCall {
  enum class Kind : std::uint8_t { command, query, task };
  Kind kind = Kind::command;
  std::string name;
  std::vector<std::pair<std::string, std::vector<std::string>>> fields;
  std::string json;  // "{...}", "@file" or "-"
};

struct InitCall {
  std::string folder;
  std::string venue;
  std::string root;
  bool time_given = false;
};

struct BatchCall {
  std::string input;  // file; empty or "-": standard input
};

struct CalcCall {
  enum class Want : std::uint8_t { run, list, schema, example };
  Want want = Want::run;
  std::string name;
  std::string input;  // file; empty or "-": standard input
  std::string json;
};

struct SchemaCall {
  std::string name;
};

struct CompleteCall {
  std::string shell;
};

// Writes the generated documentation, or compares it with what lies there.
struct ReferenceCall {
  std::string folder;
  bool check = false;
};

// Checks an owner's file of proofs; needs no books.
struct ProofVerifyCall {
  std::string file;   // "-": standard input
  std::string root;   // the published venue root; empty: not compared
  std::string owner;  // the reader's own id; empty: not compared
};

// Serves the books over HTTP until it is told to stop.
struct ServeCall {
  std::vector<std::pair<std::string, std::string>> given;  // options of settings, as typed
  std::string config;                                      // file; empty: the one in the folder
  bool print_config = false;
};

// Makes books out of a backup, in the folder of --books.
struct RestoreCall {
  std::string from;
  bool only_check = false;
};

// Bundles of intents, where they are signed; needs no books.
struct BundleCall {
  enum class Want : std::uint8_t { show, sign, key };
  Want want = Want::show;
  std::string file;  // "-": standard input; key: the new key file
  std::string key;   // sign: the key file
  std::string kind;  // key: secp256k1 or ed25519
};

// Commands that are signed where the key is; needs no books.
struct SignCall {
  enum class Want : std::uint8_t { sign, inspect, generate };
  Want want = Want::sign;
  std::string file;  // what command digest has written, "-": standard input; generate: the new key
  std::string key;   // sign: the key file
};

// A proof of possession, made where the key is; needs no books.
struct ProveCall {
  std::string file;       // of the key
  std::string journal;    // id of the books
  std::string principal;  // code of its holder
  std::string purpose = "signing";
  std::string kind = "secp256k1";  // of a key of custody
};

struct Invocation {
  Globals globals;
  std::variant<OperationCall, InitCall, BatchCall, CalcCall, SchemaCall, CompleteCall,
               ReferenceCall, ProofVerifyCall, BundleCall, SignCall, ProveCall, ServeCall,
               RestoreCall>
      call;
};

// Either what to do, or the exit code after help, version or a usage error was printed.
[[nodiscard]] std::variant<Invocation, int> read_command_line(int argc, char** argv,
                                                              const operation::Registry& registry);

// Where the fields of a command are, for options: of a batch, those of one event.
struct OptionFields {
  const operation::Type* type = nullptr;
  std::string events;  // name of the list that one event goes into; empty: not a batch
};

[[nodiscard]] OptionFields option_fields(const operation::Type& type);

// "--time-source" for time_source.
[[nodiscard]] std::string option_name(std::string_view field);

// Verbs that are spelled without a noun, and the operation each of them stands for.
struct Alias {
  std::string_view verb;
  std::string_view operation;
  std::string_view summary;
};

inline constexpr std::array<Alias, 5> kAliases{
    Alias{"backup", "books.backup",
          "Copies the books, up to their last durable record, into a folder."},
    Alias{"replay", "books.replay", "Replays a data set into books and reports on it."},
    Alias{"stress", "venue.stress",
          "A seeded book on a recorded crash: who cannot pay, and who pays."},
    Alias{"why", "account.why", "Which entries make this balance."},
    Alias{"verify", "books.verify",
          "Replays the whole journal and checks every hash, outcome, law and checkpoint."}};

}  // namespace cofferdam::cli
