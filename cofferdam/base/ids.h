// SPDX-License-Identifier: Apache-2.0
//
// Identifiers as types of their own: a pool id cannot stand where an asset id is asked.
// Zero means "none"; the all-ones value is reserved, as in TigerBeetle's data model.
#pragma once

#include "cofferdam/base/int128.h"

#include <compare>
#include <cstdint>
#include <limits>

namespace cofferdam::base {

template <class Tag, class Rep>
class Id {
 public:
  using rep = Rep;
  constexpr Id() = default;

  constexpr explicit Id(Rep value) : value_(value) {}

  [[nodiscard]] constexpr Rep value() const { return value_; }

  [[nodiscard]] constexpr bool is_none() const { return value_ == 0; }

  [[nodiscard]] constexpr bool is_reserved() const { return value_ == static_cast<Rep>(~Rep{0}); }

  friend constexpr auto operator<=>(const Id&, const Id&) = default;

 private:
  Rep value_ = 0;
};

// Given by the client, 128 bits, idempotent for ever.
using AccountId = Id<struct AccountTag, u128>;
using TransferId = Id<struct TransferTag, u128>;
using CommandId = Id<struct CommandTag, u128>;
using OwnerId = Id<struct OwnerTag, u128>;  // opaque; who it is stands beside the journal
using Reference = Id<struct ReferenceTag, u128>;

// Given by the system, counting from 1 in the order of creation.
using PoolId = Id<struct PoolTag, std::uint32_t>;
using AssetId = Id<struct AssetTag, std::uint32_t>;
using PrincipalId = Id<struct PrincipalTag, std::uint32_t>;
using ConduitId = Id<struct ConduitTag, std::uint32_t>;
using ContractId = Id<struct ContractTag, std::uint32_t>;
using RuleId = Id<struct RuleTag, std::uint32_t>;
using SourceId = Id<struct SourceTag, std::uint32_t>;
using ProposalId = Id<struct ProposalTag, std::uint32_t>;
using VaultId = Id<struct VaultTag, std::uint32_t>;
using WalletId = Id<struct WalletTag, std::uint32_t>;
using SignerId = Id<struct SignerTag, std::uint32_t>;
using BeneficiaryId = Id<struct BeneficiaryTag, std::uint32_t>;
using IntentId = Id<struct IntentTag, std::uint32_t>;

// Position in the journal: 1 is the genesis record.
using Sequence = std::uint64_t;

}  // namespace cofferdam::base
