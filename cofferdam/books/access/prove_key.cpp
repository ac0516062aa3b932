// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/access/prove_key.h"

namespace cofferdam::access {

namespace {

[[nodiscard]] Possession possession_of(PrincipalId principal, std::string_view public_key,
                                       const KeyProofBooks& books) {
  const principal::Principal* row = books.principals.principals.find(principal);
  return {.books = books.books,
          .principal = row == nullptr ? std::string_view() : std::string_view(row->code),
          .purpose = KeyPurpose::signing,
          .public_key = public_key};
}

[[nodiscard]] bool is_signing_proof(std::string_view proof) {
  return is_proof(proof) && proof.size() == kPublicKeyHexDigits * 2;
}

}  // namespace

SigningKeyStatus check_shape(const EnrolSigningKey& command) {
  const SigningKeyStatus status =
      check_shape(RegisterSigningKey{.name = command.name, .public_key = command.public_key});
  if (status != SigningKeyStatus::ok) return status;
  return is_signing_proof(command.proof) ? SigningKeyStatus::ok : SigningKeyStatus::proof_malformed;
}

KeyProofStatus check_shape(const ProveSigningKey& command) {
  return is_signing_proof(command.proof) ? KeyProofStatus::ok : KeyProofStatus::proof_malformed;
}

KeyProofStatus check_shape(const SetKeyProofPolicy& /*command*/) {
  return KeyProofStatus::ok;
}

SigningKeyStatus check_state(const EnrolSigningKey& command, const KeyProofBooks& books,
                             const Context& context) {
  using S = SigningKeyStatus;
  S status = S::ok;
  if (command.replaces.empty()) {
    status = check_state(
        RegisterSigningKey{
            .principal = command.principal, .name = command.name, .public_key = command.public_key},
        books.keys, books.principals, context);
  } else {
    const SigningKey* replaced = find_key(books.keys, command.replaces);
    if (replaced == nullptr || replaced->principal != command.principal) return S::key_not_found;
    status = check_state(
        RotateSigningKey{
            .public_key = command.replaces, .next_key = command.public_key, .name = command.name},
        books.keys, books.principals, context);
  }
  if (status != S::ok) return status;
  return proves(possession_of(command.principal, command.public_key, books), command.proof)
             ? S::ok
             : S::proof_does_not_verify;
}

KeyProofStatus check_state(const ProveSigningKey& command, const KeyProofBooks& books,
                           const Context& context) {
  using S = KeyProofStatus;
  const SigningKey* key = find_key(books.keys, command.public_key);
  if (key == nullptr) return S::key_not_found;
  if (key->principal != context.principal &&
      !principal::may(books.principals, context.principal, principal::kAdmin))
    return S::not_permitted;
  if (!key->in_force()) return S::already_revoked;
  if (books.proofs.proofs.find({KeyPurpose::signing, command.public_key}) != nullptr)
    return S::already_proven;
  return proves(possession_of(key->principal, command.public_key, books), command.proof)
             ? S::ok
             : S::proof_does_not_verify;
}

KeyProofStatus check_state(const SetKeyProofPolicy& command, const KeyProofBooks& books,
                           const Context& context) {
  using S = KeyProofStatus;
  if (!principal::may(books.principals, context.principal, principal::kAdmin))
    return S::not_permitted;
  if (!command.required || command.purpose != KeyPurpose::signing) return S::ok;
  bool all = true;
  books.keys.keys.each([&](const SigningKey& key) {
    all = all && (!key.in_force() ||
                  books.proofs.proofs.find({KeyPurpose::signing, key.public_key}) != nullptr);
  });
  return all ? S::ok : S::keys_without_proof;
}

SigningKeyStatus apply(const EnrolSigningKey& command, State& keys, KeyProofState& proofs,
                       Context& context) {
  if (command.replaces.empty()) {
    apply(
        RegisterSigningKey{
            .principal = command.principal, .name = command.name, .public_key = command.public_key},
        keys, context);
  } else {
    apply(
        RotateSigningKey{
            .public_key = command.replaces, .next_key = command.public_key, .name = command.name},
        keys, context);
  }
  keep_proof({.public_key = command.public_key}, command.principal, command.proof, proofs, context);
  return SigningKeyStatus::ok;
}

KeyProofStatus apply(const ProveSigningKey& command, const State& keys, KeyProofState& proofs,
                     Context& context) {
  const SigningKey* key = find_key(keys, command.public_key);
  keep_proof({.public_key = command.public_key}, key->principal, command.proof, proofs, context);
  return KeyProofStatus::ok;
}

KeyProofStatus apply(const SetKeyProofPolicy& command, KeyProofState& proofs, Context& context) {
  const KeyProofPolicy row{.purpose = command.purpose, .required = command.required};
  if (proofs.policies.find(row.key()) == nullptr) {
    proofs.policies.insert(context.changes, row);
  } else {
    proofs.policies.edit(context.changes, row.key()) = row;
  }
  return KeyProofStatus::ok;
}

}  // namespace cofferdam::access
