// SPDX-License-Identifier: Apache-2.0
//
// API keys: who is speaking, when a request comes over a network.
//
// A key is `cfd_ID_SECRET`: 64 random bits that name it, and 256 that prove it. It is shown once,
// when it is made. What is kept, in keys/api-keys.ndjson beside the journal, is the HMAC-SHA256 of
// the key under a secret of the folder's own (keys/api-keys.secret): neither file tells the key,
// and the first without the second does not let anybody test a guess. A key stands for a principal;
// what that principal may do is for the books to say, at each request.
#pragma once

#include "cofferdam/base/time.h"
#include "cofferdam/crypto/ed25519.h"
#include "cofferdam/operation/codec.h"

#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cofferdam::server {

using base::Error;
using base::Result;

inline constexpr std::size_t kApiKeysMax = 10'000;
inline constexpr std::size_t kLabelBytesMax = 128;

struct ApiKey {
  std::string id;
  std::string principal;
  std::string label;
  base::Time created;
  std::optional<base::Time> expires;
  std::optional<base::Time> revoked;
  std::string hash;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("id", self.id, "the part of the key that is no secret, 16 hexadecimal digits");
    visit("principal", self.principal, "code of the principal that it stands for");
    visit("label", self.label, "what it is for");
    visit("created", self.created, "when it was made");
    visit("expires", self.expires, "from when on it is refused; null for never");
    visit("revoked", self.revoked, "when it was revoked; null while it is good");
    visit("hash", self.hash, "keyed hash of the key");
  }
};

class ApiKeys {
 public:
  explicit ApiKeys(std::string folder) : folder_(std::move(folder)) {}

  // Reads what the folder holds; nothing there is no error, and no key is good then.
  [[nodiscard]] Result<void> load();
  // Makes a key and returns it whole, for the only time. The file is durable then.
  [[nodiscard]] Result<std::string> create(std::string principal, std::string label, base::Time now,
                                           std::optional<base::Time> expires);
  [[nodiscard]] Result<ApiKey> revoke(std::string_view id, base::Time now);

  struct Holder {
    std::string principal;
    std::string key;  // its id
  };

  // For whom a presented key stands, if it is good at this time. The time this takes says nothing
  // of how much of the key is right.
  [[nodiscard]] std::optional<Holder> holder_of(std::string_view presented, base::Time now) const;
  // Whether a key that was presented earlier is still in force.
  [[nodiscard]] bool is_good(std::string_view id, base::Time now) const;
  [[nodiscard]] std::vector<ApiKey> list() const;

 private:
  [[nodiscard]] Result<void> ensure_secret();
  [[nodiscard]] Result<void> save(const std::vector<ApiKey>& keys) const;
  [[nodiscard]] std::string hash_of(std::string_view presented) const;

  std::string folder_;
  mutable std::mutex mutex_;
  std::optional<crypto::Seed> secret_;
  std::vector<ApiKey> keys_;
};

[[nodiscard]] base::Time system_time();

}  // namespace cofferdam::server
