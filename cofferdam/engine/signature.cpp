// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/engine/signature.h"

#include "cofferdam/engine/touches.h"

#include <algorithm>

namespace cofferdam::engine {

namespace {

// What changes who may act, how a pool lives, where money may go, and who has agreed. Freezing is
// not among it: to stop must not wait for a key.
constexpr std::array<std::uint16_t, 28> kSensitive{
    Operation<RotateCheckpointKey>::kNumber,
    Operation<principal::CreatePrincipal>::kNumber,
    Operation<principal::ChangePrincipal>::kNumber,
    Operation<access::RegisterSigningKey>::kNumber,
    Operation<access::RotateSigningKey>::kNumber,
    Operation<access::SetSignaturePolicy>::kNumber,
    Operation<access::SetGrant>::kNumber,
    Operation<fact::DeclareSource>::kNumber,
    Operation<decision::SetApprovalPolicy>::kNumber,
    Operation<decision::Approve>::kNumber,
    Operation<pool::CreatePool>::kNumber,
    Operation<pool::AttachAgreement>::kNumber,
    Operation<pool::ActivatePool>::kNumber,
    Operation<pool::UnfreezePool>::kNumber,
    Operation<pool::WindUpPool>::kNumber,
    Operation<pool::ClosePool>::kNumber,
    Operation<pool::DetachPool>::kNumber,
    Operation<pool::AttachPool>::kNumber,
    Operation<pool::DeclareConduit>::kNumber,
    Operation<pool::DistributeRunOff>::kNumber,
    Operation<pool::DeclareReleaseRule>::kNumber,
    Operation<market::CreateContract>::kNumber,
    Operation<market::ChangeContract>::kNumber,
    Operation<custody::RegisterSigner>::kNumber,
    Operation<custody::OpenVault>::kNumber,
    Operation<custody::OpenWallet>::kNumber,
    Operation<custody::AllowBeneficiary>::kNumber,
    Operation<custody::ProposeIntent>::kNumber,
};

[[nodiscard]] std::uint16_t number_of(const Command& command) {
  return std::visit([]<class C>(const C&) { return Operation<C>::kNumber; }, command);
}

[[nodiscard]] bool policy_asks(const Command& command, const State& state) {
  const std::uint16_t number = number_of(command);
  const std::vector<access::Touch> touches = touches_of(command, state);
  if (touches.empty()) return access::signature_needed(state.access, number, {});
  return std::any_of(touches.begin(), touches.end(), [&](const access::Touch& touch) {
    return access::signature_needed(state.access, number, touch);
  });
}

}  // namespace

std::string signed_bytes(const journal::JournalId& books, const CommandRecord& record,
                         base::Time not_after, const crypto::PublicKey& key) {
  return base::encode(SignedStatement{.books = books,
                                      .command = record.id,
                                      .principal = record.principal,
                                      .operation = record.operation,
                                      .version = record.version,
                                      .not_after = not_after,
                                      .key = key.bytes,
                                      .content = record.content});
}

CommandSignature sign_command(const crypto::SigningKey& key, const journal::JournalId& books,
                              const CommandRecord& record, base::Time not_after) {
  const crypto::Signature signature =
      key.sign(signed_bytes(books, record, not_after, key.public_key()));
  return {.not_after = not_after, .key = key.public_key().bytes, .signature = signature.bytes};
}

std::optional<CommandSignature> signature_of(const CommandRecord& record) {
  if (record.signature.empty()) return std::nullopt;
  auto signature = base::decode<CommandSignature>(record.signature);
  if (!signature || signature->form != kSignatureForm) return std::nullopt;
  return signature;
}

bool signature_required(const Command& command, base::PrincipalId principal, const State& state) {
  // Who can sign signs what gives somebody a key: a login alone, when stolen, gives none.
  if (std::holds_alternative<access::RegisterSigningKey>(command) ||
      std::holds_alternative<access::RotateSigningKey>(command)) {
    if (access::has_key_in_force(state.access, principal)) return true;
  }
  if (state.access.policies.size() == 0) return false;
  // Who proposes asks for what is proposed, and signs as if it were given at once.
  if (const auto* proposal = std::get_if<decision::Propose>(&command)) {
    const auto proposed = decode_command(proposal->operation, proposal->version, proposal->content);
    if (proposed && policy_asks(*proposed, state)) return true;
  }
  return policy_asks(command, state);
}

DoorStatus check_signature(const Command& command, const CommandRecord& record,
                           const journal::JournalId& books, base::Time now, const State& state) {
  if (record.signature.empty())
    return signature_required(command, record.principal, state) ? DoorStatus::signature_missing
                                                                : DoorStatus::ok;
  const auto signature = signature_of(record);
  if (!signature) return DoorStatus::signature_malformed;
  const crypto::PublicKey key{signature->key};
  const access::SigningKey* row = access::find_key(state.access, crypto::to_hex(key));
  if (row == nullptr) return DoorStatus::signing_key_unknown;
  if (row->principal != record.principal) return DoorStatus::signing_key_of_another;
  if (!row->in_force()) return DoorStatus::signing_key_revoked;
  if (!crypto::verify(key, signed_bytes(books, record, signature->not_after, key),
                      crypto::Signature{signature->signature}))
    return DoorStatus::signature_does_not_verify;
  if (now > signature->not_after) return DoorStatus::signature_expired;
  const auto furthest = base::try_add(now, kSignatureLifeMax);
  if (furthest && signature->not_after > *furthest) return DoorStatus::signature_lives_too_long;
  return DoorStatus::ok;
}

std::span<const std::uint16_t> operations_of(access::SignaturePreset preset) {
  switch (preset) {
    case access::SignaturePreset::none:
      return {};
    case access::SignaturePreset::sensitive:
      return kSensitive;
  }
  return {};
}

}  // namespace cofferdam::engine
