// SPDX-License-Identifier: Apache-2.0
//
// Gives a principal a signing key with proof that it holds the private one; proves one that is
// registered; says whether keys come in only so.
#pragma once

#include "cofferdam/books/access/key_proof.h"
#include "cofferdam/books/access/signing_key.h"

namespace cofferdam::access {

struct EnrolSigningKey {
  PrincipalId principal;
  std::string name;
  std::string public_key;
  std::string replaces;
  std::string proof;

  static constexpr std::string_view kDoc =
      "Registers a key with proof of possession, or puts it in the place of one.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("principal", self.principal, "who signs with it");
    visit("name", self.name, "such as its device: letters, digits, '.', '_' and '-', at most 32");
    visit("public_key", self.public_key, "Ed25519, 64 lower-case hexadecimal digits");
    visit("replaces", self.replaces, "a key in force that this record revokes; empty: none");
    visit("proof", self.proof,
          "its signature over the statement of possession, 128 lower-case hexadecimal digits");
  }
};

struct ProveSigningKey {
  std::string public_key;
  std::string proof;

  static constexpr std::string_view kDoc = "Proves possession of a key that is registered.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("public_key", self.public_key, "the key");
    visit("proof", self.proof,
          "its signature over the statement of possession, 128 lower-case hexadecimal digits");
  }
};

struct SetKeyProofPolicy {
  KeyPurpose purpose = KeyPurpose::signing;
  bool required = true;

  static constexpr std::string_view kDoc =
      "Says whether keys come in only with proof of possession.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("purpose", self.purpose, "what the keys sign: commands, or intents of custody");
    visit("required", self.required, "false: also without");
  }
};

enum class KeyProofStatus : std::uint16_t {
  ok,
  proof_malformed,
  not_permitted,
  key_not_found,
  already_revoked,
  already_proven,
  proof_does_not_verify,
  keys_without_proof,
};

[[nodiscard]] SigningKeyStatus check_shape(const EnrolSigningKey& command);
[[nodiscard]] KeyProofStatus check_shape(const ProveSigningKey& command);
[[nodiscard]] KeyProofStatus check_shape(const SetKeyProofPolicy& command);

// What the three read. `books`: the id of the journal in hexadecimal.
struct KeyProofBooks {
  const State& keys;
  const KeyProofState& proofs;
  const principal::State& principals;
  std::string_view books;
};

[[nodiscard]] SigningKeyStatus check_state(const EnrolSigningKey& command,
                                           const KeyProofBooks& books, const Context& context);
[[nodiscard]] KeyProofStatus check_state(const ProveSigningKey& command, const KeyProofBooks& books,
                                         const Context& context);
[[nodiscard]] KeyProofStatus check_state(const SetKeyProofPolicy& command,
                                         const KeyProofBooks& books, const Context& context);

SigningKeyStatus apply(const EnrolSigningKey& command, State& keys, KeyProofState& proofs,
                       Context& context);
KeyProofStatus apply(const ProveSigningKey& command, const State& keys, KeyProofState& proofs,
                     Context& context);
KeyProofStatus apply(const SetKeyProofPolicy& command, KeyProofState& proofs, Context& context);

}  // namespace cofferdam::access

template <>
struct cofferdam::base::EnumText<cofferdam::access::KeyProofStatus> {
  static constexpr std::array<std::string_view, 8> kNames{"ok",
                                                          "proof_malformed",
                                                          "not_permitted",
                                                          "key_not_found",
                                                          "already_revoked",
                                                          "already_proven",
                                                          "proof_does_not_verify",
                                                          "keys_without_proof"};
  static constexpr std::array<std::string_view, 8> kDocs{
      "",
      "a proof is 128 lower-case hexadecimal digits",
      "only an active root or admin, or the holder, does this",
      "the key must be registered",
      "a revoked key is proven no more",
      "a key is proven once",
      "the proof is the key's own signature, for these books, this principal and this purpose",
      "every signing key in force is proven, or revoked, before proofs are required"};
};
