// SPDX-License-Identifier: Apache-2.0
//
// Signed commands: which bytes a principal signs, and when the door asks for it.
//
// What is signed names the books, the command with its id, principal and content, the key, and the
// time after which the signature counts no more: nothing of it can be used for another command, in
// other books, by another principal or later. Where the time of a command is given with it, that
// time is signed too. Who approves signs what is approved, and not only its number: where the key
// is, nobody can look the number up. docs/guides/access.md gives the bytes.
//
// A dry run asks for no signature: who rehearses need not hand out one that is good for the act.
#pragma once

#include "cofferdam/crypto/ed25519.h"
#include "cofferdam/engine/record.h"
#include "cofferdam/engine/state.h"
#include "cofferdam/journal/format.h"

#include <optional>

namespace cofferdam::engine {

inline constexpr std::uint8_t kSignatureForm = 1;
// A signature that could be used for longer would be one that nobody remembers having given.
inline constexpr base::Duration kSignatureLifeMax = base::kDay * 31;
inline constexpr std::string_view kSignatureDomain = "cofferdam command";

// Stands encoded in CommandRecord::signature.
struct CommandSignature {
  std::uint8_t form = kSignatureForm;
  std::optional<base::Time> time = {};  // that the request gave; written when it is recorded
  base::Time not_after;
  std::array<std::uint8_t, 32> key{};
  std::array<std::uint8_t, 64> signature{};

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("form", self.form, "1");
    visit("time", self.time, "that was given with the command; null: the books' own clock");
    visit("not_after", self.not_after, "until when the signature lets the command in");
    visit("key", self.key, "Ed25519 public key");
    visit("signature", self.signature, "Ed25519 signature over the statement");
  }
};

// What an approval approves; stands encoded in its statement.
struct ApprovedProposal {
  base::PrincipalId maker;
  std::uint16_t operation = 0;
  std::uint16_t version = 0;
  std::string content;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("maker", self.maker, "number of the principal that proposed it");
    visit("operation", self.operation, "number of the proposed operation");
    visit("version", self.version, "version of its fields");
    visit("content", self.content, "its fields");
  }
};

// What is signed, in the encoding of the journal.
struct SignedStatement {
  std::string domain = std::string(kSignatureDomain);
  std::uint8_t form = kSignatureForm;
  journal::JournalId books{};
  base::CommandId command;
  base::PrincipalId principal;
  std::uint16_t operation = 0;
  std::uint16_t version = 0;
  std::optional<base::Time> time = {};
  base::Time not_after;
  std::array<std::uint8_t, 32> key{};
  std::string content;
  std::string subject;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("domain", self.domain, "'cofferdam command'");
    visit("form", self.form, "1");
    visit("books", self.books, "id of the journal");
    visit("command", self.command, "id of the command");
    visit("principal", self.principal, "number of the principal");
    visit("operation", self.operation, "number of the operation");
    visit("version", self.version, "version of its fields");
    visit("time", self.time, "that is given with the command; null: the books' own clock");
    visit("not_after", self.not_after, "until when the signature lets the command in");
    visit("key", self.key, "Ed25519 public key");
    visit("content", self.content, "the command's fields");
    visit("subject", self.subject, "of an approval: what is approved; empty for all others");
  }
};

// The statement but for its domain, form and key: all that whoever signs must be told.
struct ToSign {
  journal::JournalId books{};
  const CommandRecord& record;
  std::optional<base::Time> time;
  base::Time not_after;
  std::string subject;
};

// Of an approval, as long as what it approves is open: it stands in no record, for the books have
// it at that moment.
[[nodiscard]] std::string subject_to_sign(const Command& command, const State& state);

// The bytes under the signature of a record's command.
[[nodiscard]] std::string signed_bytes(const ToSign& what, const crypto::PublicKey& key);

[[nodiscard]] CommandSignature sign_command(const crypto::SigningKey& key, const ToSign& what);

// Of a record: nullopt where it has none, or where its bytes are none.
[[nodiscard]] std::optional<CommandSignature> signature_of(const CommandRecord& record);

// Whether this command, given now by this principal, must be signed.
[[nodiscard]] bool signature_required(const Command& command, base::PrincipalId principal,
                                      const State& state);

// The signature that the record carries, or its absence: asked before anything else about the
// command. `principal` is known to be active.
[[nodiscard]] DoorStatus check_signature(const Command& command, const CommandRecord& record,
                                         const journal::JournalId& books, base::Time now,
                                         const State& state);

// The operations of a preset of signature policies.
[[nodiscard]] std::span<const std::uint16_t> operations_of(access::SignaturePreset preset);

}  // namespace cofferdam::engine
