// SPDX-License-Identifier: Apache-2.0
//
// Registers a key of custody with proof that its holder has the private one: an address of somebody
// else's, or a mistyped one, would count among the signers of a vault and never sign.
#pragma once

#include "cofferdam/books/access/key_proof.h"
#include "cofferdam/books/custody/signers.h"

namespace cofferdam::custody {

struct EnrolSigner {
  std::string code;
  SignerKind kind = SignerKind::secp256k1;
  std::string public_key;
  PrincipalId principal;
  std::string proof;

  static constexpr std::string_view kDoc =
      "Registers a key with proof of possession, so that policies can name it.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("code", self.code, "short unique name: letters, digits, '.', '_' and '-', at most 32");
    visit("kind", self.kind, "secp256k1 (wallets that sign EIP-712) or ed25519");
    visit("public_key", self.public_key,
          "secp256k1: the address with its checksum; ed25519: 64 lower-case hex digits");
    visit("principal", self.principal, "who holds the key");
    visit("proof", self.proof,
          "its signature over the statement of possession, lower-case hex: secp256k1 r, s, v of "
          "personal_sign; ed25519 the signature");
  }
};

enum class EnrolSignerStatus : std::uint16_t {
  ok,
  code_malformed,
  public_key_malformed,
  proof_malformed,
  exists,
  key_exists,
  principal_not_found,
  proof_does_not_verify,
};

[[nodiscard]] EnrolSignerStatus check_shape(const EnrolSigner& command);
// `books`: the id of the journal in hexadecimal.
[[nodiscard]] EnrolSignerStatus check_state(const EnrolSigner& command, const State& state,
                                            const principal::State& principals,
                                            std::string_view books);
EnrolSignerStatus apply(const EnrolSigner& command, State& state, access::KeyProofState& proofs,
                        Context& context);

}  // namespace cofferdam::custody

template <>
struct cofferdam::base::EnumText<cofferdam::custody::EnrolSignerStatus> {
  static constexpr std::array<std::string_view, 8> kNames{
      "ok",     "code_malformed", "public_key_malformed", "proof_malformed",
      "exists", "key_exists",     "principal_not_found",  "proof_does_not_verify"};
  static constexpr std::array<std::string_view, 8> kDocs{
      "",
      "a code is a letter followed by letters, digits, '.', '_' or '-', at most 32 in all",
      "secp256k1: an address with its checksum, not zero; ed25519: 64 lower-case hex digits",
      "secp256k1: 130 lower-case hexadecimal digits r, s, v; ed25519: 128",
      "a signer with this code exists",
      "this key is registered under another name",
      "the holder must exist",
      "the proof is the key's own signature, for these books, this principal and this purpose"};
};
