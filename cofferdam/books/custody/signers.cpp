// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/custody/signers.h"

#include "cofferdam/books/ledger/create_asset.h"
#include "cofferdam/crypto/ed25519.h"
#include "cofferdam/crypto/ethereum_address.h"

namespace cofferdam::custody {

using S = SignerStatus;

namespace {

[[nodiscard]] bool is_key(SignerKind kind, const std::string& text) {
  if (kind == SignerKind::ed25519)
    return ledger::is_hex(text, 64) && crypto::parse_public_key(text).has_value();
  const auto address = crypto::parse_address(text);
  return address && !address->is_zero() && crypto::to_text(*address) == text;
}

}  // namespace

S check_shape(const RegisterSigner& command) {
  if (!ledger::is_code(command.code, kCodeMax)) return S::code_malformed;
  return is_key(command.kind, command.public_key) ? S::ok : S::public_key_malformed;
}

S check_state(const RegisterSigner& command, const State& state,
              const principal::State& principals) {
  if (find_signer(state, command.code) != nullptr) return S::exists;
  bool taken = false;
  state.signers.each(
      [&](const Signer& signer) { taken = taken || signer.public_key == command.public_key; });
  if (taken) return S::key_exists;
  return principals.principals.find(command.principal) == nullptr ? S::principal_not_found : S::ok;
}

S apply(const RegisterSigner& command, State& state, Context& context) {
  const SignerId id(static_cast<std::uint32_t>(state.signers.size() + 1));
  state.signer_names.insert(context.changes, {command.code, id});
  state.signers.insert(context.changes, Signer{.id = id,
                                               .code = command.code,
                                               .kind = command.kind,
                                               .public_key = command.public_key,
                                               .principal = command.principal,
                                               .registered = context.now});
  context.created = id.value();
  return S::ok;
}

S check_shape(const RevokeSigner& command) {
  return command.reason.size() > kReasonMax ? S::reason_too_long : S::ok;
}

S check_state(const RevokeSigner& command, const State& state, const principal::State& principals,
              const Context& context) {
  const Signer* signer = state.signers.find(command.signer);
  if (signer == nullptr) return S::signer_not_found;
  if (signer->revoked) return S::already_revoked;
  const bool permitted = principal::same_person(principals, signer->principal, context.principal) ||
                         principal::may(principals, context.principal, principal::kAdmin);
  return permitted ? S::ok : S::not_permitted;
}

S apply(const RevokeSigner& command, State& state, Context& context) {
  Signer& signer = state.signers.edit(context.changes, command.signer);
  signer.revoked = true;
  signer.revoked_at = context.now;
  return S::ok;
}

}  // namespace cofferdam::custody
