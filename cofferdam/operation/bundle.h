// SPDX-License-Identifier: Apache-2.0
//
// An intent as a file that travels to its signers and back: the typed document that wallets sign
// (the argument of eth_signTypedData_v4), its three hashes, who may sign, and the signatures so
// far. It needs no books: who receives one sees every field, computes the hashes anew, and compares
// them with the screen of the device that signs.
#pragma once

#include "cofferdam/books/custody/typed_intent.h"
#include "cofferdam/crypto/secret.h"
#include "cofferdam/operation/json.h"

#include <string>
#include <string_view>
#include <vector>

namespace cofferdam::operation {

inline constexpr std::string_view kBundleFormat = "cofferdam intent bundle 1";
inline constexpr std::size_t kBundleBytesMax = std::size_t{1} << 20;

struct BundleSigner {
  std::string code;
  custody::SignerKind kind = custody::SignerKind::secp256k1;
  std::string public_key;
};

struct BundleApproval {
  std::string signer;
  std::string signature;
};

struct Bundle {
  std::uint32_t intent = 0;
  std::uint32_t approvals_needed = 0;
  crypto::TypedData typed;
  crypto::TypedDataHashes hashes;
  std::vector<BundleSigner> signers;
  std::vector<BundleApproval> approvals;
};

[[nodiscard]] Bundle bundle_of(const custody::Intent& intent, const custody::View& view);
[[nodiscard]] Json to_json(const Bundle& bundle);
// Refused: another form, a document that is none of the closed list of intents, hashes that are not
// those of the document, an amount that is not its units, a signature that does not verify, a
// signer twice or not listed.
[[nodiscard]] Result<Bundle> read_bundle(std::string_view text);

// The document as wallets take it, and back.
[[nodiscard]] Json typed_data_json(const crypto::TypedData& typed);
[[nodiscard]] Result<crypto::TypedData> read_typed_data(const Json& json);

struct ShownField {
  std::string name;
  std::string type;
  std::string value;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("name", self.name, "name of the field; of nested ones with a path");
    visit("type", self.type, "its type in the signed document");
    visit("value", self.value, "what is signed");
  }
};

// Every field of a document, in the order in which it is hashed.
[[nodiscard]] std::vector<ShownField> shown_fields(const crypto::TypedData& typed);

// What a signer looks at.
[[nodiscard]] Json shown_json(const Bundle& bundle);

// Adds a signature with the key whose seed this is: of the listed signer that has its public key.
[[nodiscard]] Result<void> sign_bundle(Bundle& bundle, const crypto::Secret<32>& seed);

// The public form of a key, as signer.register wants it.
[[nodiscard]] Result<std::string> public_key_of(custody::SignerKind kind,
                                                const crypto::Secret<32>& seed);

}  // namespace cofferdam::operation
