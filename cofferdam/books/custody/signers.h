// SPDX-License-Identifier: Apache-2.0
//
// Registers a key that may be named in policies, and revokes it. Registering gives no right by
// itself. A revoked key stays revoked: a new key is a new signer, put in force by a change of
// policy.
#pragma once

#include "cofferdam/books/custody/custody.h"

namespace cofferdam::custody {

struct RegisterSigner {
  std::string code;
  SignerKind kind = SignerKind::secp256k1;
  std::string public_key;
  PrincipalId principal;

  static constexpr std::string_view kDoc =
      "Registers a key under a name, so that policies can name it.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("code", self.code, "short unique name: letters, digits, '.', '_' and '-', at most 32");
    visit("kind", self.kind, "secp256k1 (wallets that sign EIP-712) or ed25519");
    visit("public_key", self.public_key,
          "secp256k1: the address with its checksum; ed25519: 64 lower-case hex digits");
    visit("principal", self.principal, "who holds the key");
  }
};

struct RevokeSigner {
  SignerId signer;
  std::string reason;

  static constexpr std::string_view kDoc =
      "Revokes a key at once and for good: its approvals count no more, those given before too.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("signer", self.signer, "the signer");
    visit("reason", self.reason, "why, at most 1024 bytes");
  }
};

enum class SignerStatus : std::uint16_t {
  ok,
  code_malformed,
  public_key_malformed,
  reason_too_long,
  exists,
  key_exists,
  principal_not_found,
  signer_not_found,
  already_revoked,
  not_permitted,
  proof_required,
};

[[nodiscard]] SignerStatus check_shape(const RegisterSigner& command);
[[nodiscard]] SignerStatus check_state(const RegisterSigner& command, const State& state,
                                       const principal::State& principals);
SignerStatus apply(const RegisterSigner& command, State& state, Context& context);

[[nodiscard]] SignerStatus check_shape(const RevokeSigner& command);
// The holder may revoke the own key, an admin any.
[[nodiscard]] SignerStatus check_state(const RevokeSigner& command, const State& state,
                                       const principal::State& principals, const Context& context);
SignerStatus apply(const RevokeSigner& command, State& state, Context& context);

}  // namespace cofferdam::custody

template <>
struct cofferdam::base::EnumText<cofferdam::custody::SignerStatus> {
  static constexpr std::array<std::string_view, 11> kNames{"ok",
                                                           "code_malformed",
                                                           "public_key_malformed",
                                                           "reason_too_long",
                                                           "exists",
                                                           "key_exists",
                                                           "principal_not_found",
                                                           "signer_not_found",
                                                           "already_revoked",
                                                           "not_permitted",
                                                           "proof_required"};
  static constexpr std::array<std::string_view, 11> kDocs{
      "",
      "a code is a letter followed by letters, digits, '.', '_' or '-', at most 32 in all",
      "secp256k1: an address with its checksum, not zero; ed25519: 64 lower-case hex digits",
      "a reason has at most 1024 bytes",
      "a signer with this code exists",
      "this key is registered under another name",
      "the holder must exist",
      "the signer must exist",
      "the signer is revoked already",
      "only the key's holder or an admin revokes it",
      "these books take a key only with proof of possession: signer.enrol"};
};
