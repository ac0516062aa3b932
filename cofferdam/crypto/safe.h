// SPDX-License-Identifier: Apache-2.0
//
// The transactions of a Safe (the m-of-n wallet contract), versions 1.4.1 and 1.5.0: their three
// hashes, their signatures, and whether a set of signatures would be accepted by the contract.
//
// The three hashes are what a signer compares with the screen of a hardware wallet: of the domain
// (which Safe, on which chain), of the message (which transaction), and of both (what is signed).
// Both versions compute them alike (Safe.sol, domainSeparator and getTransactionHash). Versions up
// to 1.2.0 leave the chain out of the domain, so that a signature counts on every chain: refused.
#pragma once

#include "cofferdam/base/fields.h"
#include "cofferdam/crypto/eip712.h"
#include "cofferdam/crypto/secp256k1.h"

#include <functional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cofferdam::crypto {

enum class SafeVersion : std::uint8_t { v1_4_1, v1_5_0 };

struct SafeDomain {
  Word chain_id{};
  Address safe;
  SafeVersion version = SafeVersion::v1_4_1;
};

struct SafeTransaction {
  Address to;
  Word value{};
  std::string data;
  std::uint8_t operation = 0;  // 0 call, 1 delegatecall
  Word safe_tx_gas{};
  Word base_gas{};
  Word gas_price{};
  Address gas_token;
  Address refund_receiver;
  Word nonce{};
};

[[nodiscard]] TypedDataHashes safe_hashes(const SafeDomain& domain, const SafeTransaction& tx);
// The same as a document that a wallet can sign.
[[nodiscard]] TypedData safe_typed_data(const SafeDomain& domain, const SafeTransaction& tx);
// The bytes whose Keccak-256 is the transaction's hash (encodeTransactionData).
[[nodiscard]] std::string safe_preimage(const SafeDomain& domain, const SafeTransaction& tx);
// Of SafeMessage(bytes message): what the owners of a Safe sign when that Safe signs as a contract.
[[nodiscard]] TypedDataHashes safe_message_hashes(const SafeDomain& domain,
                                                  std::string_view message);

enum class SafeSignatureKind : std::uint8_t {
  contract,       // v = 0: a contract answers for the owner (ERC-1271)
  approved_hash,  // v = 1: the owner has approved the hash on the chain, or sends the transaction
  eth_sign,       // v > 30: over the hash as a personal message
  ecdsa,          // v = 27, 28: over the hash itself
};

struct SafeSignature {
  SafeSignatureKind kind = SafeSignatureKind::ecdsa;
  Address owner;
  EcdsaSignature ecdsa;  // eth_sign, ecdsa
  std::string bytes;     // contract: what the contract is shown
};

// The signatures in the form that the contract takes: fixed parts ascending by owner, then the
// bytes for contracts. A part v of eth_sign is the parity plus 31.
[[nodiscard]] std::string pack(std::vector<SafeSignature> signatures);

enum class SafeSignatureStatus : std::uint8_t {
  ok,
  threshold_is_zero,          // GS001
  too_short,                  // GS020
  pointer_into_fixed_part,    // GS021
  pointer_out_of_bounds,      // GS022, GS023
  contract_refused,           // GS024
  hash_not_approved,          // GS025
  owners_not_ascending,       // GS026
  not_an_owner,               // GS026
  v_not_accepted,             // ours
  signature_not_canonical,    // ours: high s, r or s out of range
  surplus_bytes,              // ours
  owner_word_not_an_address,  // ours: the contract ignores the upper 12 bytes
};

// What the chain knows and the bytes do not say. The callbacks may be empty: then no hash counts as
// approved, and no contract as having signed.
struct SafeSigners {
  std::set<Address> owners;
  std::uint32_t threshold = 0;
  std::function<bool(const Address& owner)> has_approved;
  std::function<bool(const Address& contract, std::string_view bytes)> contract_accepts;
};

struct SafeSignatureVerdict {
  SafeSignatureStatus status = SafeSignatureStatus::ok;
  std::size_t position = 0;               // of the part that was refused
  std::vector<SafeSignature> signatures;  // those read so far, with their owners recovered
};

// The rules of checkNSignatures, and stricter: every fixed part that is given is checked, not only
// the first `threshold`; s must be low; v is 0, 1, 27, 28, 31 or 32 (a Safe lets any value reach
// ecrecover); the bytes for contracts follow one another without a gap
// and nothing comes after; the unused word of an approved hash is zero.
[[nodiscard]] SafeSignatureVerdict check_safe_signatures(const Hash& digest,
                                                         std::string_view signatures,
                                                         const SafeSigners& signers);

// How a Safe that is an owner of another Safe answers through its compatibility fallback handler:
// its own owners have signed SafeMessage over the outer hash (1.5.0) or the outer preimage (1.4.1).
struct NestedSafe {
  SafeDomain domain;
  SafeSigners signers;
};

[[nodiscard]] bool nested_safe_accepts(const NestedSafe& nested, std::string_view outer_preimage,
                                       SafeVersion outer_version, std::string_view bytes);

}  // namespace cofferdam::crypto

template <>
struct cofferdam::base::EnumText<cofferdam::crypto::SafeVersion> {
  static constexpr std::array<std::string_view, 2> kNames{"1.4.1", "1.5.0"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::crypto::SafeSignatureKind> {
  static constexpr std::array<std::string_view, 4> kNames{"contract", "approved_hash", "eth_sign",
                                                          "ecdsa"};
};

template <>
struct cofferdam::base::EnumText<cofferdam::crypto::SafeSignatureStatus> {
  static constexpr std::array<std::string_view, 13> kNames{"ok",
                                                           "threshold_is_zero",
                                                           "too_short",
                                                           "pointer_into_fixed_part",
                                                           "pointer_out_of_bounds",
                                                           "contract_refused",
                                                           "hash_not_approved",
                                                           "owners_not_ascending",
                                                           "not_an_owner",
                                                           "v_not_accepted",
                                                           "signature_not_canonical",
                                                           "surplus_bytes",
                                                           "owner_word_not_an_address"};
  static constexpr std::array<std::string_view, 13> kDocs{
      "",
      "a Safe asks for at least one signature (GS001)",
      "there are fewer signatures than the threshold asks (GS020)",
      "a contract's bytes lie behind the fixed parts (GS021)",
      "a contract's bytes end within the signatures (GS022, GS023)",
      "the contract must answer that it has signed (GS024)",
      "the owner must have approved the hash (GS025)",
      "signatures stand in ascending order of their owners, each once (GS026)",
      "who signed must be an owner (GS026)",
      "v is 0, 1, 27, 28, 31 or 32",
      "r and s are in range and s is in the lower half",
      "nothing stands behind or between the parts",
      "an owner's word is an address"};
};
