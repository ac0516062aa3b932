// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/server/api_keys.h"

#include "cofferdam/crypto/hex.h"
#include "cofferdam/crypto/hmac.h"
#include "cofferdam/crypto/random.h"
#include "cofferdam/crypto/secret.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <unistd.h>

namespace cofferdam::server {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "cfd_";
constexpr std::size_t kIdDigits = 16;
constexpr std::size_t kSecretDigits = 64;
constexpr std::size_t kLineBytesMax = 4096;

fs::path keys_folder(const std::string& folder) {
  return fs::path(folder) / "keys";
}

std::unexpected<Error> system_error(const fs::path& path, std::string_view what) {
  return std::unexpected(Error{.kind = base::ErrorKind::unavailable,
                               .field = path.string(),
                               .rule = std::string(what) + ": " + std::strerror(errno)});
}

// Replaces the file in one step: a crash leaves the old one or the new one.
Result<void> replace_file(const fs::path& path, std::string_view text) {
  const fs::path beside = path.string() + ".new";
  const int file =
      ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) return system_error(beside, "cannot be created");
  bool good = true;
  while (good && !text.empty()) {
    const ssize_t wrote = ::write(file, text.data(), text.size());
    good = wrote > 0;
    if (good) text.remove_prefix(static_cast<std::size_t>(wrote));
  }
  good = good && ::fsync(file) == 0;
  good = ::close(file) == 0 && good;
  if (!good || ::rename(beside.c_str(), path.c_str()) != 0)
    return system_error(path, "cannot be written");
  const int folder = ::open(path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = folder >= 0 && ::fsync(folder) == 0;
  if (folder >= 0) ::close(folder);
  if (!synced) return system_error(path, "its folder cannot be synced");
  return {};
}

std::string random_hex(std::size_t digits) {
  std::vector<std::uint8_t> bytes(digits / 2);
  crypto::fill_random(bytes);
  std::string text = crypto::bytes_to_hex(bytes);
  crypto::wipe(bytes);
  return text;
}

bool has_form(std::string_view presented) {
  return presented.size() == kPrefix.size() + kIdDigits + 1 + kSecretDigits &&
         presented.starts_with(kPrefix) && presented[kPrefix.size() + kIdDigits] == '_';
}

bool in_force(const ApiKey& key, base::Time now) {
  return !key.revoked && (!key.expires || now < *key.expires);
}

const operation::NoNames kNoNames;

}  // namespace

base::Time system_time() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return base::Time(std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec);
}

Result<void> ApiKeys::load() {
  const fs::path folder = keys_folder(folder_);
  std::vector<ApiKey> keys;
  // Only where there is no file are there no keys: one that cannot be read is no such thing.
  std::error_code failed;
  const bool has_keys = fs::exists(folder / "api-keys.ndjson", failed);
  if (failed)
    return std::unexpected(Error{.kind = base::ErrorKind::unavailable,
                                 .field = (folder / "api-keys.ndjson").string(),
                                 .rule = "cannot be read: " + failed.message()});
  std::ifstream file;
  if (has_keys) file.open(folder / "api-keys.ndjson");
  std::string line;
  while (has_keys && std::getline(file, line)) {
    const Result<operation::Json> json = operation::parse_json(line, {.bytes_max = kLineBytesMax});
    const Result<ApiKey> key = json
                                   ? operation::read_json<ApiKey>(*json, operation::Codec{kNoNames})
                                   : Result<ApiKey>(std::unexpected(json.error()));
    if (!key)
      return std::unexpected(Error{.kind = base::ErrorKind::integrity,
                                   .field = (folder / "api-keys.ndjson").string() + " line " +
                                            std::to_string(keys.size() + 1),
                                   .rule = key.error().text()});
    keys.push_back(*key);
  }
  if (has_keys && !file.eof())
    return std::unexpected(Error{.kind = base::ErrorKind::unavailable,
                                 .field = (folder / "api-keys.ndjson").string(),
                                 .rule = "cannot be read to its end"});
  std::optional<crypto::Seed> secret;
  if (fs::exists(folder / "api-keys.secret")) {
    Result<crypto::Seed> loaded = crypto::load_seed(folder / "api-keys.secret");
    if (!loaded) return std::unexpected(loaded.error());
    secret.emplace(std::move(*loaded));
  }
  const std::lock_guard lock(mutex_);
  keys_ = std::move(keys);
  secret_ = std::move(secret);
  return {};
}

Result<void> ApiKeys::ensure_secret() {
  if (secret_) return {};
  const fs::path folder = keys_folder(folder_);
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (!failed) fs::permissions(folder, fs::perms::owner_all, failed);
  if (failed)
    return std::unexpected(Error{.kind = base::ErrorKind::unavailable,
                                 .field = folder.string(),
                                 .rule = "cannot be made: " + failed.message()});
  crypto::Seed secret = crypto::generate_seed();
  if (Result<void> stored = crypto::store_seed(folder / "api-keys.secret", secret); !stored)
    return stored;
  secret_.emplace(std::move(secret));
  return {};
}

Result<void> ApiKeys::save(const std::vector<ApiKey>& keys) const {
  std::string text;
  for (const ApiKey& key : keys)
    text += operation::write_json(operation::to_json(key, operation::Codec{kNoNames})) + "\n";
  return replace_file(keys_folder(folder_) / "api-keys.ndjson", text);
}

std::string ApiKeys::hash_of(std::string_view presented) const {
  return crypto::to_hex(crypto::hmac_sha256(secret_->reveal(), presented));
}

Result<std::string> ApiKeys::create(std::string principal, std::string label, base::Time now,
                                    std::optional<base::Time> expires) {
  if (label.size() > kLabelBytesMax)
    return base::malformed("label", label, "has at most 128 bytes");
  const std::lock_guard lock(mutex_);
  if (keys_.size() >= kApiKeysMax)
    return base::malformed("api-key", std::to_string(keys_.size()), "a folder has at most 10,000");
  if (Result<void> ready = ensure_secret(); !ready) return std::unexpected(ready.error());
  ApiKey key{.id = random_hex(kIdDigits),
             .principal = std::move(principal),
             .label = std::move(label),
             .created = now,
             .expires = expires};
  std::string whole = std::string(kPrefix) + key.id + "_" + random_hex(kSecretDigits);
  key.hash = hash_of(whole);
  std::vector<ApiKey> keys = keys_;
  keys.push_back(std::move(key));
  if (Result<void> saved = save(keys); !saved) return std::unexpected(saved.error());
  keys_ = std::move(keys);
  return whole;
}

Result<ApiKey> ApiKeys::revoke(std::string_view id, base::Time now) {
  const std::lock_guard lock(mutex_);
  std::vector<ApiKey> keys = keys_;
  const auto found =
      std::find_if(keys.begin(), keys.end(), [&](const ApiKey& key) { return key.id == id; });
  if (found == keys.end())
    return base::malformed("key", std::string(id), "must be the id of an API key",
                           "api-key list shows them");
  if (!found->revoked) found->revoked = now;
  ApiKey revoked = *found;
  if (Result<void> saved = save(keys); !saved) return std::unexpected(saved.error());
  keys_ = std::move(keys);
  return revoked;
}

std::optional<ApiKeys::Holder> ApiKeys::holder_of(std::string_view presented,
                                                  base::Time now) const {
  if (!has_form(presented)) return std::nullopt;
  const std::string_view id = presented.substr(kPrefix.size(), kIdDigits);
  const std::lock_guard lock(mutex_);
  if (!secret_) return std::nullopt;
  const std::string hash = hash_of(presented);
  const ApiKey* found = nullptr;
  for (const ApiKey& key : keys_)
    if (key.id == id) found = &key;
  // An unknown id is compared with something as long, so that it takes as long.
  static const std::string kNobody(2 * std::tuple_size_v<crypto::Hash>, '0');
  const bool equal = crypto::equal_in_constant_time(hash, found == nullptr ? kNobody : found->hash);
  if (!equal || found == nullptr || !in_force(*found, now)) return std::nullopt;
  return Holder{found->principal, found->id};
}

bool ApiKeys::is_good(std::string_view id, base::Time now) const {
  const std::lock_guard lock(mutex_);
  return std::any_of(keys_.begin(), keys_.end(),
                     [&](const ApiKey& key) { return key.id == id && in_force(key, now); });
}

std::vector<ApiKey> ApiKeys::list() const {
  const std::lock_guard lock(mutex_);
  return keys_;
}

}  // namespace cofferdam::server
