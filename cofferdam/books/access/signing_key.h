// SPDX-License-Identifier: Apache-2.0
//
// Gives a principal a key to sign commands with, exchanges it, takes it out of force.
#pragma once

#include "cofferdam/books/access/access.h"

namespace cofferdam::access {

struct RegisterSigningKey {
  PrincipalId principal;
  std::string name;
  std::string public_key;

  static constexpr std::string_view kDoc = "Registers a key with which a principal signs commands.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("principal", self.principal, "who signs with it");
    visit("name", self.name, "such as its device: letters, digits, '.', '_' and '-', at most 32");
    visit("public_key", self.public_key, "Ed25519, 64 lower-case hexadecimal digits");
  }
};

struct RotateSigningKey {
  std::string public_key;
  std::string next_key;
  std::string name;

  static constexpr std::string_view kDoc =
      "Puts another key in the place of one, which is revoked by the same record.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("public_key", self.public_key, "the key that is in force");
    visit("next_key", self.next_key, "Ed25519, 64 lower-case hexadecimal digits");
    visit("name", self.name, "of the next key: letters, digits, '.', '_' and '-', at most 32");
  }
};

struct RevokeSigningKey {
  std::string public_key;
  std::string reason;

  static constexpr std::string_view kDoc =
      "Takes a signing key out of force at once and for good; what it signed before stays signed.";

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("public_key", self.public_key, "the key");
    visit("reason", self.reason, "why, at most 1024 bytes");
  }
};

enum class SigningKeyStatus : std::uint16_t {
  ok,
  public_key_malformed,
  name_malformed,
  reason_too_long,
  principal_not_found,
  not_permitted,
  role_not_held,
  first_key_by_admin,
  key_exists,
  name_exists,
  too_many_keys,
  key_not_found,
  already_revoked,
  last_root_key,
  proof_malformed,
  proof_required,
  proof_does_not_verify,
};

[[nodiscard]] SigningKeyStatus check_shape(const RegisterSigningKey& command);
[[nodiscard]] SigningKeyStatus check_shape(const RotateSigningKey& command);
[[nodiscard]] SigningKeyStatus check_shape(const RevokeSigningKey& command);

// An admin registers for whom they could have made; the holder of a key registers further ones.
[[nodiscard]] SigningKeyStatus check_state(const RegisterSigningKey& command, const State& state,
                                           const principal::State& principals,
                                           const Context& context);
[[nodiscard]] SigningKeyStatus check_state(const RotateSigningKey& command, const State& state,
                                           const principal::State& principals,
                                           const Context& context);
[[nodiscard]] SigningKeyStatus check_state(const RevokeSigningKey& command, const State& state,
                                           const principal::State& principals,
                                           const Context& context);

SigningKeyStatus apply(const RegisterSigningKey& command, State& state, Context& context);
SigningKeyStatus apply(const RotateSigningKey& command, State& state, Context& context);
SigningKeyStatus apply(const RevokeSigningKey& command, State& state, Context& context);

}  // namespace cofferdam::access

template <>
struct cofferdam::base::EnumText<cofferdam::access::SigningKeyStatus> {
  static constexpr std::array<std::string_view, 17> kNames{"ok",
                                                           "public_key_malformed",
                                                           "name_malformed",
                                                           "reason_too_long",
                                                           "principal_not_found",
                                                           "not_permitted",
                                                           "role_not_held",
                                                           "first_key_by_admin",
                                                           "key_exists",
                                                           "name_exists",
                                                           "too_many_keys",
                                                           "key_not_found",
                                                           "already_revoked",
                                                           "last_root_key",
                                                           "proof_malformed",
                                                           "proof_required",
                                                           "proof_does_not_verify"};
  static constexpr std::array<std::string_view, 17> kDocs{
      "",
      "a public key is 64 lower-case hexadecimal digits that are a point of the curve and not of "
      "small order",
      "a name is a letter followed by letters, digits, '.', '_' or '-', at most 32 in all",
      "a reason has at most 1024 bytes",
      "the principal must exist",
      "only an active root or admin, or the holder, does this",
      "nobody gives a key to a principal that holds a role that they do not hold",
      "the first key of a principal is registered by a root or admin",
      "a public key is registered once, for one principal",
      "the keys of one principal have different names",
      "a principal has at most 16 keys in force",
      "the key must be registered",
      "a key is revoked once",
      "while signatures are asked for, an active root has a key in force",
      "a proof is 128 lower-case hexadecimal digits",
      "these books take a key only with proof of possession: signing-key.enrol",
      "the proof is the key's own signature, for these books, this principal and this purpose"};
};
