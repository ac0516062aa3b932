// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/engine/checkpoint.h"

#include "cofferdam/base/binary.h"

#include <filesystem>

namespace cofferdam::engine {

std::filesystem::path checkpoint_key_path(const std::string& folder, const crypto::PublicKey& key) {
  return std::filesystem::path(folder) / "keys" /
         ("checkpoint-" + crypto::to_hex(crypto::key_id(key)) + ".key");
}

std::string signed_bytes(const Checkpoint& checkpoint) {
  Checkpoint unsigned_part = checkpoint;
  unsigned_part.signature = {};
  std::string bytes = base::encode(unsigned_part);
  bytes.resize(bytes.size() - unsigned_part.signature.size());
  return "cofferdam checkpoint 1" + bytes;
}

bool signature_holds(const Checkpoint& checkpoint) {
  return crypto::verify(crypto::PublicKey{checkpoint.public_key}, signed_bytes(checkpoint),
                        crypto::Signature{checkpoint.signature});
}

std::string rotation_bytes(std::string_view venue, const crypto::PublicKey& old_key,
                           const crypto::PublicKey& new_key) {
  base::Encoder out;
  out.value(std::string("cofferdam key rotation 1"));
  out.value(std::string(venue));
  out.value(old_key.bytes);
  out.value(new_key.bytes);
  return out.take();
}

base::Result<crypto::PublicKey> make_checkpoint_key(const std::string& folder) {
  std::error_code failed;
  const std::filesystem::path keys = std::filesystem::path(folder) / "keys";
  std::filesystem::create_directories(keys, failed);
  if (!failed) std::filesystem::permissions(keys, std::filesystem::perms::owner_all, failed);
  if (failed)
    return std::unexpected(base::Error{.kind = base::ErrorKind::unavailable,
                                       .field = keys.string(),
                                       .rule = "cannot make the folder: " + failed.message()});
  const crypto::Seed seed = crypto::generate_seed();
  const crypto::PublicKey key = crypto::SigningKey::from_seed(seed).public_key();
  if (auto stored = crypto::store_seed(checkpoint_key_path(folder, key), seed); !stored)
    return std::unexpected(stored.error());
  return key;
}

base::Result<crypto::SigningKey> load_checkpoint_key(const std::string& folder,
                                                     const crypto::PublicKey& key) {
  auto seed = crypto::load_seed(checkpoint_key_path(folder, key));
  if (!seed) return std::unexpected(seed.error());
  crypto::SigningKey loaded = crypto::SigningKey::from_seed(*seed);
  if (loaded.public_key() != key)
    return std::unexpected(base::Error{.kind = base::ErrorKind::integrity,
                                       .field = checkpoint_key_path(folder, key).string(),
                                       .rule = "the file holds another key than its name says"});
  return loaded;
}

}  // namespace cofferdam::engine
