// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/engine/signature.h"

#include "cofferdam/books/access/key_rules.h"
#include "cofferdam/engine/touches.h"

#include <algorithm>
#include <map>
#include <utility>

namespace cofferdam::engine {

namespace {

// As soon as any signature is asked for, these are: who could give them unsigned would take the
// policy out of force, or act as somebody for whom it does not hold.
constexpr std::array<std::uint16_t, 9> kGuarding{
    Operation<principal::CreatePrincipal>::kNumber,  Operation<principal::ChangePrincipal>::kNumber,
    Operation<access::RegisterSigningKey>::kNumber,  Operation<access::RotateSigningKey>::kNumber,
    Operation<access::SetSignaturePolicy>::kNumber,  Operation<access::SetGrant>::kNumber,
    Operation<decision::SetApprovalPolicy>::kNumber, Operation<access::EnrolSigningKey>::kNumber,
    Operation<access::SetKeyProofPolicy>::kNumber,
};

[[nodiscard]] std::uint16_t number_of(const Command& command) {
  return std::visit([]<class C>(const C&) { return Operation<C>::kNumber; }, command);
}

// What one command moves in a pool counts together: many small events are one large payment.
[[nodiscard]] std::vector<access::Touch> totals(const std::vector<access::Touch>& touches) {
  std::map<std::pair<base::PoolId, base::AssetId>, std::optional<base::Amount>> sums;
  for (const access::Touch& touch : touches) {
    const auto [at, is_new] = sums.try_emplace({touch.pool, touch.asset}, touch.amount);
    if (is_new) continue;
    // What has no amount, or has too large a one, is above every threshold.
    at->second =
        at->second && touch.amount ? base::try_add(*at->second, *touch.amount) : std::nullopt;
  }
  std::vector<access::Touch> result;
  result.reserve(sums.size());
  for (const auto& [where, amount] : sums) result.push_back({where.first, where.second, amount});
  return result;
}

[[nodiscard]] bool policy_asks(const Command& command, const State& state) {
  const std::uint16_t number = number_of(command);
  // Looking up what a batch touches costs more than posting it.
  if (!access::has_policy_on(state.access, number)) return false;
  const std::vector<access::Touch> touches = totals(touches_of(command, state));
  if (touches.empty()) return access::signature_needed(state.access, number, {});
  return std::any_of(touches.begin(), touches.end(), [&](const access::Touch& touch) {
    return access::signature_needed(state.access, number, touch);
  });
}

// Whatever the policies say. Who ever could sign signs what gives somebody a key: a login alone,
// when stolen, gives none, not even after it took the old ones out of force.
[[nodiscard]] bool keys_ask(const Command& command, base::PrincipalId principal,
                            const State& state) {
  if (std::holds_alternative<access::RegisterSigningKey>(command) ||
      std::holds_alternative<access::EnrolSigningKey>(command) ||
      std::holds_alternative<access::RotateSigningKey>(command))
    return access::ever_had_key(state.access, principal);
  if (const auto* revoke = std::get_if<access::RevokeSigningKey>(&command))
    return !access::may_revoke_unsigned(state.access, state.principal, principal,
                                        revoke->public_key);
  return false;
}

}  // namespace

std::string subject_to_sign(const Command& command, const State& state) {
  const auto* approve = std::get_if<decision::Approve>(&command);
  if (approve == nullptr) return {};
  const decision::Proposal* row = state.decision.proposals.find(approve->proposal);
  if (row == nullptr || row->state != decision::ProposalState::open) return {};
  return base::encode(ApprovedProposal{row->maker, row->operation, row->version, row->content});
}

std::string signed_bytes(const ToSign& what, const crypto::PublicKey& key) {
  return base::encode(SignedStatement{.books = what.books,
                                      .command = what.record.id,
                                      .principal = what.record.principal,
                                      .operation = what.record.operation,
                                      .version = what.record.version,
                                      .time = what.time,
                                      .not_after = what.not_after,
                                      .key = key.bytes,
                                      .content = what.record.content,
                                      .subject = what.subject});
}

CommandSignature sign_command(const crypto::SigningKey& key, const ToSign& what) {
  const crypto::Signature signature = key.sign(signed_bytes(what, key.public_key()));
  return {.time = what.time,
          .not_after = what.not_after,
          .key = key.public_key().bytes,
          .signature = signature.bytes};
}

std::optional<CommandSignature> signature_of(const CommandRecord& record) {
  if (record.signature.empty()) return std::nullopt;
  auto signature = base::decode<CommandSignature>(record.signature);
  if (!signature || signature->form != kSignatureForm) return std::nullopt;
  return signature;
}

bool signature_required(const Command& command, base::PrincipalId principal, const State& state) {
  if (keys_ask(command, principal, state)) return true;
  // Who proposes asks for what is proposed, and signs as if it were given at once.
  if (const auto* proposal = std::get_if<decision::Propose>(&command)) {
    const auto proposed = decode_command(proposal->operation, proposal->version, proposal->content);
    if (proposed && !std::holds_alternative<decision::Propose>(*proposed) &&
        signature_required(*proposed, principal, state))
      return true;
  }
  if (state.access.policies.size() == 0) return false;
  if (std::ranges::find(kGuarding, number_of(command)) != kGuarding.end() &&
      access::asks_for_signatures(state.access))
    return true;
  return policy_asks(command, state);
}

DoorStatus check_signature(const Command& command, const CommandRecord& record,
                           const journal::JournalId& books, base::Time now, const State& state) {
  if (record.signature.empty())
    return signature_required(command, record.principal, state) ? DoorStatus::signature_missing
                                                                : DoorStatus::ok;
  const auto signature = signature_of(record);
  if (!signature) return DoorStatus::signature_malformed;
  // The record says which time was given; where it says another than its own, it was forged.
  if (signature->time && *signature->time != now) return DoorStatus::signature_malformed;
  const crypto::PublicKey key{signature->key};
  const access::SigningKey* row = access::find_key(state.access, crypto::to_hex(key));
  if (row == nullptr) return DoorStatus::signing_key_unknown;
  if (row->principal != record.principal) return DoorStatus::signing_key_of_another;
  if (!row->in_force()) return DoorStatus::signing_key_revoked;
  const ToSign what{.books = books,
                    .record = record,
                    .time = signature->time,
                    .not_after = signature->not_after,
                    .subject = subject_to_sign(command, state)};
  if (!crypto::verify(key, signed_bytes(what, key), crypto::Signature{signature->signature}))
    return DoorStatus::signature_does_not_verify;
  if (now > signature->not_after) return DoorStatus::signature_expired;
  const auto furthest = base::try_add(now, kSignatureLifeMax);
  if (furthest && signature->not_after > *furthest) return DoorStatus::signature_lives_too_long;
  return DoorStatus::ok;
}

}  // namespace cofferdam::engine
