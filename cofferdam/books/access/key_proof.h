// SPDX-License-Identifier: Apache-2.0
//
// Proofs of possession: that whoever registers a public key holds the private one.
//
// Without one, a mistyped key takes the place of one that signs, and a key of somebody else's is
// taken for one's own. What is signed is a text that a wallet can show, and it names the books, the
// principal and the purpose: a proof is good for nothing else. Books ask for proofs when a policy
// says so; while it does, no key comes in without one.
#pragma once

#include "cofferdam/books/access/access.h"

namespace cofferdam::access {

enum class KeyPurpose : std::uint8_t {
  signing,  // of commands
  custody,  // of intents
};

// That the key was proven, by which record. Of custody, only what came in with a proof.
struct KeyProof {
  struct Key {
    KeyPurpose purpose = KeyPurpose::signing;
    std::string public_key;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  KeyPurpose purpose = KeyPurpose::signing;
  std::string public_key;
  PrincipalId principal;
  Sequence from = 0;
  Time proven;
  std::string proof;

  [[nodiscard]] Key key() const { return {purpose, public_key}; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("purpose", self.purpose, "what the key signs: commands, or intents of custody");
    visit("public_key", self.public_key, "the key");
    visit("principal", self.principal, "who holds it");
    visit("from", self.from, "the record that brought the proof");
    visit("proven", self.proven, "when");
    visit("proof", self.proof, "its signature over the statement of possession");
  }
};

struct KeyProofPolicy {
  using Key = KeyPurpose;
  KeyPurpose purpose = KeyPurpose::signing;
  bool required = true;

  [[nodiscard]] Key key() const { return purpose; }

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("purpose", self.purpose, "what the keys sign");
    visit("required", self.required, "whether they come in only with a proof");
  }
};

// A room of its own in the state, so that books without proofs hash as they did.
struct KeyProofState {
  base::OrderedTable<KeyProof> proofs;
  base::OrderedTable<KeyProofPolicy> policies;

  template <class Self, class F>
  static void tables(Self& self, F&& f) {
    f(self.proofs);
    f(self.policies);
  }
};

[[nodiscard]] bool proof_required(const KeyProofState& state, KeyPurpose purpose);

// What a proof is about. `books`: the id of the journal in hexadecimal; `principal`: its code.
struct Possession {
  std::string_view books;
  std::string_view principal;
  KeyPurpose purpose = KeyPurpose::signing;
  std::string_view public_key;
};

// The text under the signature:
//   cofferdam key possession 1
//   books <32 hexadecimal digits>
//   principal <code>
//   purpose <signing or custody>
//   key <public key>
// Five lines, each but the last ended by a line feed.
[[nodiscard]] std::string possession_text(const Possession& possession);

// 128 hexadecimal digits of an Ed25519 signature over the text, or, of an address, 130 of r, s, v
// over the text as personal_sign has it (EIP-191).
[[nodiscard]] bool is_proof(std::string_view text);
[[nodiscard]] bool proves(const Possession& possession, std::string_view proof);

void keep_proof(const Possession& possession, PrincipalId principal, std::string_view proof,
                KeyProofState& state, Context& context);

// The laws: a proof stays as it was given; while proofs of signing keys are required, each key in
// force has one.
[[nodiscard]] std::optional<std::string> check_proofs_stay(const KeyProofState& state);
[[nodiscard]] std::optional<std::string> check_keys_are_proven(const KeyProofState& state,
                                                               const State& keys);

}  // namespace cofferdam::access

template <>
struct cofferdam::base::EnumText<cofferdam::access::KeyPurpose> {
  static constexpr std::array<std::string_view, 2> kNames{"signing", "custody"};
};
