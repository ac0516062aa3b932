// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/custody/enrol_signer.h"

namespace cofferdam::custody {

using S = EnrolSignerStatus;

namespace {

[[nodiscard]] RegisterSigner without_proof(const EnrolSigner& command) {
  return {.code = command.code,
          .kind = command.kind,
          .public_key = command.public_key,
          .principal = command.principal};
}

}  // namespace

S check_shape(const EnrolSigner& command) {
  const SignerStatus status = check_shape(without_proof(command));
  if (status == SignerStatus::code_malformed) return S::code_malformed;
  if (status != SignerStatus::ok) return S::public_key_malformed;
  const bool has_size = command.proof.size() == (command.kind == SignerKind::ed25519 ? 128U : 130U);
  return has_size && access::is_proof(command.proof) ? S::ok : S::proof_malformed;
}

S check_state(const EnrolSigner& command, const State& state, const principal::State& principals,
              std::string_view books) {
  const SignerStatus status = check_state(without_proof(command), state, principals);
  if (status == SignerStatus::exists) return S::exists;
  if (status == SignerStatus::key_exists) return S::key_exists;
  if (status != SignerStatus::ok) return S::principal_not_found;
  const access::Possession possession{
      .books = books,
      .principal = principals.principals.find(command.principal)->code,
      .purpose = access::KeyPurpose::custody,
      .public_key = command.public_key};
  return access::proves(possession, command.proof) ? S::ok : S::proof_does_not_verify;
}

S apply(const EnrolSigner& command, State& state, access::KeyProofState& proofs, Context& context) {
  apply(without_proof(command), state, context);
  access::keep_proof({.purpose = access::KeyPurpose::custody, .public_key = command.public_key},
                     command.principal, command.proof, proofs, context);
  return S::ok;
}

}  // namespace cofferdam::custody
