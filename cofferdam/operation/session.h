// SPDX-License-Identifier: Apache-2.0
//
// A session: books that are open, and a registry to speak to them. One thread at a time.
#pragma once

#include "cofferdam/engine/engine.h"
#include "cofferdam/operation/registry.h"
#include "cofferdam/operation/state_names.h"

#include <memory>
#include <optional>
#include <string>
#include <variant>

namespace cofferdam::operation {

// Signs what is given; shared by the commands of one run.
struct Signer {
  crypto::SigningKey key;
  base::Time not_after;
};

// What comes with the content of a command.
struct Envelope {
  base::CommandId id;  // zero: drawn at random
  std::optional<base::Time> time;
  std::string principal;  // code; empty: the root principal
  bool dry_run = false;
  bool durable = true;  // false: the caller commits; the answer is not to be shown before
  std::optional<std::string> propose;  // of a task: propose its command, for this reason
  std::optional<engine::CommandSignature> signature;
  std::shared_ptr<const Signer> signer;  // signs where no signature is given
};

enum class Verdict : std::uint8_t { ok, refused, malformed };

struct Answer {
  Verdict verdict = Verdict::ok;
  base::Sequence sequence = 0;  // what must be durable before the answer is shown
  Json json;
};

// A point in the past of the books.
using Moment = std::variant<std::monostate, base::Sequence, base::Time>;

// What the engine of a session is opened with unless somebody asks otherwise: ids that wait in
// memory before a run is written, small because most sessions are short.
[[nodiscard]] engine::Options session_options();

class Session {
 public:
  // `disk` and `registry` must outlive the session.
  [[nodiscard]] static Result<std::unique_ptr<Session>> open(
      journal::Disk& disk, const Registry& registry, std::string folder,
      engine::Options options = session_options());

  // Founds new books; refused where there are some.
  [[nodiscard]] Result<Answer> found(const Json& genesis, const Envelope& envelope);

  // The errors are those of input and disk; a refusal is an answer.
  [[nodiscard]] Result<Answer> run_command(const CommandEntry& entry, const Json& content,
                                           const Envelope& envelope);
  // What would be given to the engine, not signed.
  [[nodiscard]] Result<engine::Request> request_of(const CommandEntry& entry, const Json& content,
                                                   const Envelope& envelope) const;
  [[nodiscard]] Result<Answer> give(engine::Command command, const Envelope& envelope);
  [[nodiscard]] Result<Listing> run_query(const QueryEntry& entry, const Json& parameters,
                                          const Moment& at = {});

  [[nodiscard]] engine::Engine& engine() { return *engine_; }

  [[nodiscard]] journal::Disk& disk() { return disk_; }

  [[nodiscard]] const Registry& registry() const { return registry_; }

  [[nodiscard]] const std::string& folder() const { return folder_; }

  // What comes with the commands that a task gives.
  void set_envelope(Envelope envelope) { envelope_ = std::move(envelope); }

  [[nodiscard]] const Envelope& envelope() const { return envelope_; }

  // From now on tasks write where they are asked from elsewhere: names in this folder, or nowhere
  // when it is empty. A session that is not confined writes wherever its caller may.
  void confine_files(std::string folder) { files_folder_ = std::move(folder); }

  // The path that a task may write to for the name that it was given.
  [[nodiscard]] Result<std::string> place_of(const std::string& name) const;

  [[nodiscard]] Codec codec() const { return Codec{names_}; }

  [[nodiscard]] Result<void> close() { return engine_->close(); }

 private:
  Session(journal::Disk& disk, const Registry& registry, std::string folder,
          std::unique_ptr<engine::Engine> engine);
  [[nodiscard]] Result<base::PrincipalId> principal_of(const std::string& code) const;
  void sign(engine::Request& request, const Signer& signer) const;
  [[nodiscard]] Result<Answer> submit(const CommandEntry& entry, engine::Request request,
                                      const Envelope& envelope);

  journal::Disk& disk_;
  const Registry& registry_;
  std::string folder_;
  std::unique_ptr<engine::Engine> engine_;
  Envelope envelope_;
  std::optional<std::string> files_folder_;
  StateNames names_;
};

// The form of an answer to a command, for documentation: see docs/reference/commands.md.
[[nodiscard]] Json answer_json(const CommandEntry& entry, const engine::Request& request,
                               const engine::Reply& reply, const Codec& codec);

// An error as a problem document (RFC 9457): type, title, status, detail and our own members field,
// value, rule, hint.
[[nodiscard]] Json problem_json(const Error& error);
[[nodiscard]] std::string_view kind_name(base::ErrorKind kind);

}  // namespace cofferdam::operation
