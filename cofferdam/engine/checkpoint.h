// SPDX-License-Identifier: Apache-2.0
//
// Checkpoints: the venue's signature under its own history. A checkpoint says, at a sequence, what
// the chain hash and the state hash were. The public key stands in the books since genesis and is
// changed by a command that the old key signs. The secret key lies in a file of keys/ that is named
// after its public key, has mode 0600, and never enters the journal.
#pragma once

#include "cofferdam/base/error.h"
#include "cofferdam/base/ids.h"
#include "cofferdam/crypto/ed25519.h"
#include "cofferdam/crypto/sha256.h"

#include <filesystem>

namespace cofferdam::engine {

struct Checkpoint {
  base::Sequence sequence = 0;  // the checkpoint speaks of the records up to this one
  crypto::Hash chain_hash{};
  crypto::Hash state_hash{};
  std::array<std::uint8_t, 32> public_key{};
  std::array<std::uint8_t, 64> signature{};

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("sequence", self.sequence, "last record spoken of");
    visit("chain_hash", self.chain_hash, "of that record");
    visit("state_hash", self.state_hash, "of the books after that record");
    visit("public_key", self.public_key, "Ed25519 key that signs");
    visit("signature", self.signature, "over the encoding of all fields before it");
  }
};

// What is signed: "cofferdam checkpoint 1" and the encoding of the fields before the signature.
[[nodiscard]] std::string signed_bytes(const Checkpoint& checkpoint);
[[nodiscard]] bool signature_holds(const Checkpoint& checkpoint);

// What the old key signs when a new one takes over.
[[nodiscard]] std::string rotation_bytes(std::string_view venue, const crypto::PublicKey& old_key,
                                         const crypto::PublicKey& new_key);

// The file of a secret key: keys/checkpoint-<id of the public key>.key.
[[nodiscard]] std::filesystem::path checkpoint_key_path(const std::string& folder,
                                                        const crypto::PublicKey& key);

// Makes a key in the folder's keys/ and returns its public half.
[[nodiscard]] base::Result<crypto::PublicKey> make_checkpoint_key(const std::string& folder);
[[nodiscard]] base::Result<crypto::SigningKey> load_checkpoint_key(const std::string& folder,
                                                                   const crypto::PublicKey& key);

}  // namespace cofferdam::engine
