// SPDX-License-Identifier: Apache-2.0
//
// Signatures of commands as JSON, and what a key needs to know to sign where there are no books.
#pragma once

#include "cofferdam/engine/engine.h"
#include "cofferdam/operation/codec.h"

#include <string>

namespace cofferdam::operation {

// As it stands beside the content of a command.
struct SignatureForm {
  std::string key;
  base::Time not_after;
  std::string signature;

  static constexpr std::array<std::string_view, 3> kRequired{"key", "not_after", "signature"};

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("key", self.key, "Ed25519 public key, 64 hexadecimal digits");
    visit("not_after", self.not_after, "until when the signature lets the command in");
    visit("signature", self.signature, "128 hexadecimal digits");
  }
};

[[nodiscard]] Result<engine::CommandSignature> read_signature(const SignatureForm& form);
[[nodiscard]] SignatureForm form_of(const engine::CommandSignature& signature);

// Everything under a signature but the key: command.digest makes it, command sign signs it.
struct StatementForm {
  std::uint8_t form = engine::kSignatureForm;
  std::string books;
  base::CommandId command;
  std::uint32_t principal = 0;
  std::uint16_t operation = 0;
  std::uint16_t version = 0;
  std::optional<base::Time> time;
  base::Time not_after;
  std::string content;
  std::string subject;

  static constexpr std::array<std::string_view, 8> kRequired{
      "form", "books", "command", "principal", "operation", "version", "not_after", "content"};

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("form", self.form, "1");
    visit("books", self.books, "id of the journal, 32 hexadecimal digits");
    visit("command", self.command, "id of the command");
    visit("principal", self.principal, "number of the principal");
    visit("operation", self.operation, "number of the operation");
    visit("version", self.version, "version of its fields");
    visit("time", self.time, "that is given with the command; null: the books' own clock");
    visit("not_after", self.not_after, "until when the signature lets the command in");
    visit("content", self.content, "the command as it would be journalled, in hexadecimal digits");
    visit("subject", self.subject, "of an approval: what is approved, in hexadecimal digits");
  }
};

[[nodiscard]] StatementForm statement_of(const engine::ToSign& what);

// What an approval is over, read.
struct Approved {
  base::PrincipalId maker;
  std::uint16_t operation = 0;
  engine::Command command;
};

// What the file of a command that waits for its signature says, read without books: numbers stand
// for names, amounts for smallest units. Refused when it is none, or is not what its operation
// says.
struct UnsignedCommand {
  Json line;  // as a line of a batch, still without its signature
  engine::CommandRecord record;
  journal::JournalId books{};
  std::optional<base::Time> time;
  base::Time not_after;
  std::string subject;
  engine::Command command;
  std::optional<Approved> approves;
};

[[nodiscard]] Result<UnsignedCommand> read_unsigned(std::string_view text);

// The line with its signature: ready for a batch.
[[nodiscard]] Json signed_line(const UnsignedCommand& command, const crypto::SigningKey& key);

}  // namespace cofferdam::operation
