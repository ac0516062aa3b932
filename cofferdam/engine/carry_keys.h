// SPDX-License-Identifier: Apache-2.0
//
// Commands that give keys to principals and to signers of vaults. Whether a proof of possession is
// needed stands in a room of its own, and what it must name is the journal's id: both are known
// here.
#pragma once

#include "cofferdam/engine/carry_out.h"

namespace cofferdam::engine {

template <class C>
concept GivesKeys =
    std::is_same_v<C, access::RegisterSigningKey> || std::is_same_v<C, access::RotateSigningKey> ||
    std::is_same_v<C, access::EnrolSigningKey> || std::is_same_v<C, access::ProveSigningKey> ||
    std::is_same_v<C, access::SetKeyProofPolicy> || std::is_same_v<C, custody::RegisterSigner> ||
    std::is_same_v<C, custody::EnrolSigner>;

[[nodiscard]] std::uint16_t give_key(const access::RegisterSigningKey& command, Room& room);
[[nodiscard]] std::uint16_t give_key(const access::RotateSigningKey& command, Room& room);
[[nodiscard]] std::uint16_t give_key(const access::EnrolSigningKey& command, Room& room);
[[nodiscard]] std::uint16_t give_key(const access::ProveSigningKey& command, Room& room);
[[nodiscard]] std::uint16_t give_key(const access::SetKeyProofPolicy& command, Room& room);
[[nodiscard]] std::uint16_t give_key(const custody::RegisterSigner& command, Room& room);
[[nodiscard]] std::uint16_t give_key(const custody::EnrolSigner& command, Room& room);

}  // namespace cofferdam::engine
