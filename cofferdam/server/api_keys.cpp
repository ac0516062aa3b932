// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/server/api_keys.h"

#include "cofferdam/crypto/hex.h"
#include "cofferdam/crypto/hmac.h"
#include "cofferdam/crypto/random.h"
#include "cofferdam/crypto/secret.h"
#include "cofferdam/server/address_range.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <filesystem>
#include <unistd.h>
#include <utility>

namespace cofferdam::server {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "cfd_";
constexpr std::size_t kIdDigits = 16;
constexpr std::size_t kSecretDigits = 64;
constexpr std::size_t kLineBytesMax = 65'536;
constexpr std::size_t kFileBytesMax = std::size_t{64} << 20;

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

bool is_from_here(const ApiKey& key, std::string_view peer) {
  if (key.scope.addresses.empty()) return true;
  const auto address = parse_address(peer);
  return address && std::ranges::any_of(key.scope.addresses, [&](const std::string& text) {
           const auto range = parse_address_range(text, "addresses");
           return range && contains(*range, *address);
         });
}

bool same_request(const ApiKey& a, const ApiKey& b) {
  return a.principal == b.principal && a.label == b.label &&
         a.scope.addresses == b.scope.addresses && a.scope.read_only == b.scope.read_only &&
         a.scope.operations == b.scope.operations;
}

Result<void> check_scope(const ApiKey& key) {
  if (key.label.size() > kLabelBytesMax)
    return base::malformed("label", key.label, "has at most 128 bytes");
  if (key.scope.addresses.size() > kAddressesMax)
    return base::malformed("addresses", std::to_string(key.scope.addresses.size()),
                           "there are at most 64");
  if (key.scope.operations.size() > kOperationsMax)
    return base::malformed("operations", std::to_string(key.scope.operations.size()),
                           "there are at most 512");
  for (const std::string& text : key.scope.addresses)
    if (const auto range = parse_address_range(text, "addresses"); !range)
      return std::unexpected(range.error());
  return {};
}

// The lines of a file that may be absent. Whatever else keeps it from being read is an error: a
// half of the keys would look like the other half revoked.
Result<std::vector<std::string>> lines_of(const fs::path& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0 && errno == ENOENT) return std::vector<std::string>();
  if (file < 0) return system_error(path, "cannot be opened");
  std::string text;
  std::array<char, 1 << 16> part{};
  ssize_t got = 0;
  while ((got = ::read(file, part.data(), part.size())) > 0) {
    text.append(part.data(), static_cast<std::size_t>(got));
    if (text.size() > kFileBytesMax) break;
  }
  const bool failed = got < 0;
  const auto trouble = system_error(path, "cannot be read");
  ::close(file);
  if (failed) return trouble;
  if (text.size() > kFileBytesMax || (!text.empty() && text.back() != '\n'))
    return std::unexpected(Error{.kind = base::ErrorKind::integrity,
                                 .field = path.string(),
                                 .rule = "must be whole lines, of 64 MiB at most"});
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = text.find('\n', at);
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

// Nothing: the line that names the format.
Result<std::optional<ApiKey>> read_line(const std::string& line, bool is_first) {
  const Result<operation::Json> json = operation::parse_json(line, {.bytes_max = kLineBytesMax});
  if (!json) return std::unexpected(json.error());
  if (const operation::Json* format = json->find("format"); is_first && format != nullptr) {
    if (format->text != std::to_string(kApiKeysFormat))
      return base::malformed("format", format->text, "this release reads formats 1 and 2");
    return std::optional<ApiKey>();
  }
  Result<ApiKey> key = operation::read_json<ApiKey>(*json, operation::Codec{kNoNames});
  if (!key) return std::unexpected(key.error());
  for (const std::string& text : key->scope.addresses)
    if (const auto range = parse_address_range(text, "addresses"); !range)
      return std::unexpected(range.error());
  return std::optional<ApiKey>(std::move(*key));
}

}  // namespace

base::Time system_time() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return base::Time(std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec);
}

Result<void> ApiKeys::load() {
  const fs::path folder = keys_folder(folder_);
  const Result<std::vector<std::string>> lines = lines_of(folder / "api-keys.ndjson");
  if (!lines) return std::unexpected(lines.error());
  std::vector<ApiKey> keys;
  for (std::size_t i = 0; i < lines->size(); ++i) {
    Result<std::optional<ApiKey>> key = read_line((*lines)[i], i == 0);
    if (!key)
      return std::unexpected(
          Error{.kind = base::ErrorKind::integrity,
                .field = (folder / "api-keys.ndjson").string() + " line " + std::to_string(i + 1),
                .rule = key.error().text()});
    if (*key) keys.push_back(std::move(**key));
  }
  std::optional<crypto::Seed> secret;
  std::error_code failed;
  const bool has_secret = fs::exists(folder / "api-keys.secret", failed);
  if (failed)
    return std::unexpected(Error{.kind = base::ErrorKind::unavailable,
                                 .field = (folder / "api-keys.secret").string(),
                                 .rule = "cannot be examined: " + failed.message()});
  if (has_secret) {
    Result<crypto::Seed> loaded = crypto::load_seed(folder / "api-keys.secret");
    if (!loaded) return std::unexpected(loaded.error());
    secret.emplace(std::move(*loaded));
  } else if (!keys.empty()) {
    return std::unexpected(Error{.kind = base::ErrorKind::integrity,
                                 .field = (folder / "api-keys.secret").string(),
                                 .rule = "is not there, and without it no key can be checked",
                                 .hint = "restore it from the backup, or remove api-keys.ndjson "
                                         "and make new keys"});
  }
  const std::lock_guard lock(mutex_);
  keys_ = std::move(keys);
  secret_ = std::move(secret);
  return load_uses();
}

// Advisory: a file that cannot be read as such is begun again.
Result<void> ApiKeys::load_uses() {
  const Result<std::vector<std::string>> lines = lines_of(keys_folder(folder_) / "api-keys.used");
  if (!lines) return std::unexpected(lines.error());
  for (const std::string& line : *lines) {
    const auto space = line.find(' ');
    if (space != kIdDigits) continue;
    const auto time = base::parse_time(line.substr(space + 1), "time");
    if (!time) continue;
    base::Time& known = uses_[line.substr(0, space)];
    known = std::max(known, *time);
  }
  return {};
}

Result<void> ApiKeys::save_uses() {
  std::string text;
  {
    const std::lock_guard lock(mutex_);
    if (!uses_changed_) return {};
    uses_changed_ = false;
    for (const auto& [id, time] : uses_) text += id + " " + base::format_time(time) + "\n";
  }
  return replace_file(keys_folder(folder_) / "api-keys.used", text);
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
  std::string text = "{\"format\":" + std::to_string(kApiKeysFormat) + "}\n";
  for (const ApiKey& key : keys)
    text += operation::write_json(operation::to_json(key, operation::Codec{kNoNames})) + "\n";
  return replace_file(keys_folder(folder_) / "api-keys.ndjson", text);
}

std::string ApiKeys::hash_of(std::string_view presented) const {
  return crypto::to_hex(crypto::hmac_sha256(secret_->reveal(), presented));
}

Result<ApiKeys::Made> ApiKeys::create(ApiKey key, base::Time now) {
  if (Result<void> good = check_scope(key); !good) return std::unexpected(good.error());
  const std::lock_guard lock(mutex_);
  return add(keys_, std::move(key), now);
}

Result<ApiKeys::Made> ApiKeys::rotate(std::string_view id, std::string request, base::Time now,
                                      base::Time until) {
  const std::lock_guard lock(mutex_);
  std::vector<ApiKey> keys = keys_;
  const auto old =
      std::find_if(keys.begin(), keys.end(), [&](const ApiKey& key) { return key.id == id; });
  if (old == keys.end())
    return base::malformed("key", std::string(id), "must be the id of an API key",
                           "api-key list shows them");
  ApiKey next = *old;
  next.request = std::move(request);
  next.replaced_by.clear();
  if (!next.request.empty())
    for (const ApiKey& key : keys_)
      if (key.request == next.request) return add(std::move(keys), std::move(next), now);
  if (!in_force(*old, now))
    return base::malformed("key", std::string(id), "must be in force: make a new one instead");
  if (!old->expires || until < *old->expires) old->expires = until;
  return add(std::move(keys), std::move(next), now);
}

// Under the lock. `keys`: those that are to stand beside it.
Result<ApiKeys::Made> ApiKeys::add(std::vector<ApiKey> keys, ApiKey key, base::Time now) {
  if (!key.request.empty())
    for (const ApiKey& earlier : keys_) {
      if (earlier.request != key.request) continue;
      if (!same_request(earlier, key))
        return base::malformed("Idempotency-Key", key.request,
                               "was used before, to make another key");
      return Made{.key = earlier};
    }
  if (keys.size() >= kApiKeysMax)
    return base::malformed("api-key", std::to_string(keys.size()), "a folder has at most 10,000");
  if (Result<void> ready = ensure_secret(); !ready) return std::unexpected(ready.error());
  const std::string old_id = std::exchange(key.id, random_hex(kIdDigits));
  key.created = now;
  key.revoked.reset();
  for (ApiKey& other : keys)
    if (other.id == old_id) other.replaced_by = key.id;
  Made made{.whole = std::string(kPrefix) + key.id + "_" + random_hex(kSecretDigits)};
  key.hash = hash_of(made.whole);
  made.key = key;
  keys.push_back(std::move(key));
  if (Result<void> saved = save(keys); !saved) return std::unexpected(saved.error());
  keys_ = std::move(keys);
  return made;
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

std::optional<ApiKeys::Holder> ApiKeys::holder_of(std::string_view presented, base::Time now,
                                                  std::string_view peer) {
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
  Holder holder{found->principal, found->id, is_from_here(*found, peer)};
  if (holder.from_here) {
    base::Time& last = uses_[found->id];
    // To the second: a busy key does not make its file new each time.
    if (now - last >= base::kSecond) {
      last = now;
      uses_changed_ = true;
    }
  }
  return holder;
}

bool ApiKeys::permits(std::string_view id, std::string_view operation, bool changes) const {
  const std::lock_guard lock(mutex_);
  for (const ApiKey& key : keys_) {
    if (key.id != id) continue;
    if (changes && key.scope.read_only) return false;
    // A key that is good for less than its principal may do would make, or rotate, one that is not.
    const bool is_restricted =
        !key.scope.addresses.empty() || !key.scope.operations.empty() || key.expires;
    if (is_restricted && (operation == "api-key.create" || operation == "api-key.rotate"))
      return false;
    return key.scope.operations.empty() ||
           std::ranges::find(key.scope.operations, operation) != key.scope.operations.end();
  }
  return false;
}

std::optional<base::Time> ApiKeys::last_used(std::string_view id) const {
  const std::lock_guard lock(mutex_);
  const auto found = uses_.find(id);
  return found == uses_.end() ? std::nullopt : std::optional(found->second);
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
