// SPDX-License-Identifier: Apache-2.0
//
// An intent as the typed document that its signers see and sign (EIP-712), and whether a signature
// over it holds. docs/guides/vault.md shows a document of each kind.
#pragma once

#include "cofferdam/books/custody/custody.h"
#include "cofferdam/crypto/eip712.h"

#include <string>
#include <string_view>
#include <vector>

namespace cofferdam::custody {

// Everything is taken from the books by name; amounts stand there twice, as people read them and in
// smallest units.
[[nodiscard]] crypto::TypedData typed_data(const Intent& intent, const View& view);
// The types of every document of this kind, in the order in which they stand in it; none when the
// name is not that of an intent. A document with other types is none of ours.
[[nodiscard]] std::vector<crypto::TypedStruct> types_of(std::string_view primary_type);
[[nodiscard]] crypto::TypedDataHashes hashes_of(const Intent& intent, const View& view);

enum class SignatureVerdict : std::uint8_t {
  ok,
  malformed,      // not the hexadecimal text of a signature of this kind
  not_canonical,  // high s, v that is not 27 or 28, r or s out of range
  does_not_verify,
};

// secp256k1: 65 bytes r, s, v; ed25519: 64 bytes. Lower-case hexadecimal digits without 0x.
[[nodiscard]] SignatureVerdict check_signature(const Signer& signer, const crypto::Hash& digest,
                                               std::string_view signature);

// The address that stands for a vault in the signing domain: from the salt that its opener chose
// and its code. A salt that is used nowhere else keeps signatures of other books out of these.
[[nodiscard]] std::string vault_address(std::string_view salt_hex, std::string_view code);

}  // namespace cofferdam::custody
