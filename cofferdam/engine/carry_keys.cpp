// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/engine/carry_keys.h"

#include "cofferdam/journal/format.h"

namespace cofferdam::engine {

namespace {

// What check_state() of a proof reads, as long as the text of the journal's id lives.
[[nodiscard]] access::KeyProofBooks proof_books(const Room& room, const std::string& books) {
  return {room.state.access, room.state.key_proofs, room.state.principal, books};
}

template <class C>
[[nodiscard]] std::uint16_t change_signing_key(const C& command, Room& room) {
  using S = access::SigningKeyStatus;
  State& state = room.state;
  S status = access::proof_required(state.key_proofs, access::KeyPurpose::signing)
                 ? S::proof_required
                 : check_state(command, state.access, state.principal, std::as_const(room.context));
  if (status == S::ok) status = apply(command, state.access, room.context);
  return static_cast<std::uint16_t>(status);
}

}  // namespace

std::uint16_t give_key(const access::RegisterSigningKey& command, Room& room) {
  return change_signing_key(command, room);
}

std::uint16_t give_key(const access::RotateSigningKey& command, Room& room) {
  return change_signing_key(command, room);
}

std::uint16_t give_key(const access::EnrolSigningKey& command, Room& room) {
  const std::string books = journal::to_hex(room.books);
  auto status = check_state(command, proof_books(room, books), std::as_const(room.context));
  if (status == access::SigningKeyStatus::ok)
    status = apply(command, room.state.access, room.state.key_proofs, room.context);
  return static_cast<std::uint16_t>(status);
}

std::uint16_t give_key(const access::ProveSigningKey& command, Room& room) {
  const std::string books = journal::to_hex(room.books);
  auto status = check_state(command, proof_books(room, books), std::as_const(room.context));
  if (status == access::KeyProofStatus::ok)
    status = apply(command, room.state.access, room.state.key_proofs, room.context);
  return static_cast<std::uint16_t>(status);
}

std::uint16_t give_key(const access::SetKeyProofPolicy& command, Room& room) {
  const std::string books = journal::to_hex(room.books);
  auto status = check_state(command, proof_books(room, books), std::as_const(room.context));
  if (status == access::KeyProofStatus::ok)
    status = apply(command, room.state.key_proofs, room.context);
  return static_cast<std::uint16_t>(status);
}

std::uint16_t give_key(const custody::RegisterSigner& command, Room& room) {
  using S = custody::SignerStatus;
  State& state = room.state;
  S status = access::proof_required(state.key_proofs, access::KeyPurpose::custody)
                 ? S::proof_required
                 : check_state(command, state.custody, state.principal);
  if (status == S::ok) status = apply(command, state.custody, room.context);
  return static_cast<std::uint16_t>(status);
}

std::uint16_t give_key(const custody::EnrolSigner& command, Room& room) {
  State& state = room.state;
  auto status = check_state(command, state.custody, state.principal, journal::to_hex(room.books));
  if (status == custody::EnrolSignerStatus::ok)
    status = apply(command, state.custody, state.key_proofs, room.context);
  return static_cast<std::uint16_t>(status);
}

}  // namespace cofferdam::engine
