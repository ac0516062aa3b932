// SPDX-License-Identifier: Apache-2.0
//
// API keys: who is speaking, when a request comes over a network.
//
// A key is `cfd_ID_SECRET`: 64 random bits that name it, and 256 that prove it. It is shown once,
// when it is made. What is kept, in keys/api-keys.ndjson beside the journal, is the HMAC-SHA256 of
// the key under a secret of the folder's own (keys/api-keys.secret): neither file tells the key,
// and the first without the second does not let anybody test a guess. The first line of the file
// names its format; keys/api-keys.used says when keys were last used, written once a minute at
// most. A key stands for a principal; what that principal may do is for the books to say, at each
// request.
#pragma once

#include "cofferdam/base/time.h"
#include "cofferdam/crypto/ed25519.h"
#include "cofferdam/operation/codec.h"

#include <map>
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

inline constexpr std::size_t kAddressesMax = 64;
inline constexpr std::size_t kOperationsMax = 512;
inline constexpr std::uint32_t kApiKeysFormat = 2;

// What a key is good for: less than its principal may do, never more.
struct KeyScope {
  std::vector<std::string> addresses;
  bool read_only = false;
  std::vector<std::string> operations;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("addresses", self.addresses,
          "from where it is good, such as 10.0.0.0/8 or 2001:db8::/32; none: from anywhere");
    visit("read_only", self.read_only, "good for queries, reports and calculators only");
    visit("operations", self.operations, "good for these operations only; none: for all");
  }
};

struct ApiKey {
  std::string id;
  std::string principal;
  std::string label;
  base::Time created;
  std::optional<base::Time> expires;
  std::optional<base::Time> revoked;
  KeyScope scope;
  std::string replaced_by;
  std::string request;
  std::string hash;

  template <class Self, class Visitor>
  static void fields(Self& self, Visitor&& visit) {
    visit("id", self.id, "the part of the key that is no secret, 16 hexadecimal digits");
    visit("principal", self.principal, "code of the principal that it stands for");
    visit("label", self.label, "what it is for");
    visit("created", self.created, "when it was made");
    visit("expires", self.expires, "from when on it is refused; null for never");
    visit("revoked", self.revoked, "when it was revoked; null while it is good");
    KeyScope::fields(self.scope, visit);
    visit("replaced_by", self.replaced_by, "id of the key that it was rotated to");
    visit("request", self.request, "idempotency key of the request that made it");
    visit("hash", self.hash, "keyed hash of the key");
  }
};

class ApiKeys {
 public:
  explicit ApiKeys(std::string folder) : folder_(std::move(folder)) {}

  // Reads what the folder holds; nothing there is no error, and no key is good then.
  [[nodiscard]] Result<void> load();

  // Made, or, where the same request has made one before, found again: then `whole` is empty.
  struct Made {
    ApiKey key;
    std::string whole;  // what is shown once
  };

  // Makes a key: `key` says for whom and what. The file is durable then.
  [[nodiscard]] Result<Made> create(ApiKey key, base::Time now);
  // Makes a key like another, which is good until `until` and no longer than it was.
  [[nodiscard]] Result<Made> rotate(std::string_view id, std::string request, base::Time now,
                                    base::Time until);
  [[nodiscard]] Result<ApiKey> revoke(std::string_view id, base::Time now);

  struct Holder {
    std::string principal;
    std::string key;        // its id
    bool from_here = true;  // false: it is not good from this address
  };

  // For whom a presented key stands, if it is good at this time. The time this takes says nothing
  // of how much of the key is right. `peer`: the address at the other end of the connection, which
  // is that of a proxy where there is one; what a request says of itself is not believed.
  [[nodiscard]] std::optional<Holder> holder_of(std::string_view presented, base::Time now,
                                                std::string_view peer);
  // Whether the key is good for an operation; `changes`: one that changes something. One with a
  // scope or an expiry makes and rotates no keys.
  [[nodiscard]] bool permits(std::string_view id, std::string_view operation, bool changes) const;
  // Whether a key that was presented earlier is still in force.
  [[nodiscard]] bool is_good(std::string_view id, base::Time now) const;
  [[nodiscard]] std::vector<ApiKey> list() const;
  // When a key was last shown, as far as it was written down.
  [[nodiscard]] std::optional<base::Time> last_used(std::string_view id) const;
  // Writes down when keys were used, if any was since the last time.
  [[nodiscard]] Result<void> save_uses();

 private:
  [[nodiscard]] Result<Made> add(std::vector<ApiKey> keys, ApiKey key, base::Time now);
  [[nodiscard]] Result<void> load_uses();
  [[nodiscard]] Result<void> ensure_secret();
  [[nodiscard]] Result<void> save(const std::vector<ApiKey>& keys) const;
  [[nodiscard]] std::string hash_of(std::string_view presented) const;

  std::string folder_;
  mutable std::mutex mutex_;
  std::optional<crypto::Seed> secret_;
  std::vector<ApiKey> keys_;
  std::map<std::string, base::Time, std::less<>> uses_;
  bool uses_changed_ = false;
};

[[nodiscard]] base::Time system_time();

}  // namespace cofferdam::server
