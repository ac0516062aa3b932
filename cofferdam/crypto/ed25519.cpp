// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/crypto/ed25519.h"

#include "cofferdam/base/check.h"
#include "cofferdam/crypto/hex.h"
#include "cofferdam/crypto/random.h"
#include "cofferdam/crypto/sha256.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace cofferdam::crypto {
namespace {

constexpr std::size_t kSeedTextBytes = 64;

const unsigned char* raw(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}

  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }

  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
};

std::unexpected<base::Error> file_error(base::ErrorKind kind, const std::filesystem::path& path,
                                        std::string rule, std::string hint = {}) {
  return std::unexpected(base::Error{.kind = kind,
                                     .field = "key file",
                                     .value = path.string(),
                                     .rule = std::move(rule),
                                     .hint = std::move(hint)});
}

std::unexpected<base::Error> system_error(const std::filesystem::path& path, std::string what) {
  return file_error(base::ErrorKind::unavailable, path, what + ": " + std::strerror(errno));
}

// Reads up to the size of the buffer; the count that was there, or -1.
ssize_t read_all(int file, std::span<std::uint8_t> buffer) {
  std::size_t count = 0;
  while (count < buffer.size()) {
    const ssize_t got = ::read(file, buffer.data() + count, buffer.size() - count);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return -1;
    if (got == 0) break;
    count += static_cast<std::size_t>(got);
  }
  return static_cast<ssize_t>(count);
}

bool write_all(int file, std::span<const std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(file, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(put));
  }
  return true;
}

}  // namespace

SigningKey SigningKey::from_seed(const Seed& seed) {
  COFFERDAM_CHECK(sodium_init() >= 0, "libsodium does not start");
  SigningKey key;
  COFFERDAM_CHECK(
      crypto_sign_ed25519_seed_keypair(key.public_key_.bytes.data(),
                                       key.expanded_.writable().data(), seed.reveal().data()) == 0,
      "libsodium makes no key pair");
  return key;
}

SigningKey SigningKey::generate() {
  return from_seed(generate_seed());
}

Signature SigningKey::sign(std::string_view message) const {
  Signature signature;
  COFFERDAM_CHECK(crypto_sign_ed25519_detached(signature.bytes.data(), nullptr, raw(message),
                                               message.size(), expanded_.reveal().data()) == 0,
                  "libsodium does not sign");
  return signature;
}

bool verify(const PublicKey& key, std::string_view message, const Signature& signature) {
  return crypto_sign_ed25519_verify_detached(signature.bytes.data(), raw(message), message.size(),
                                             key.bytes.data()) == 0;
}

bool can_verify(const PublicKey& key) {
  return crypto_core_ed25519_is_valid_point(key.bytes.data()) == 1;
}

KeyId key_id(const PublicKey& key) {
  const Hash hash = sha256({reinterpret_cast<const char*>(key.bytes.data()), key.bytes.size()});
  KeyId id{};
  for (std::size_t i = 0; i < id.size(); ++i) id[i] = hash[i];
  return id;
}

std::string to_hex(const PublicKey& key) {
  return bytes_to_hex(key.bytes);
}

std::string to_hex(const Signature& signature) {
  return bytes_to_hex(signature.bytes);
}

std::string to_hex(const KeyId& id) {
  return bytes_to_hex(id);
}

base::Result<PublicKey> parse_public_key(std::string_view text, std::string_view field) {
  PublicKey key;
  if (!bytes_from_hex(text, key.bytes))
    return base::malformed(std::string(field), std::string(text), "must be 64 hexadecimal digits");
  return key;
}

base::Result<Signature> parse_signature(std::string_view text, std::string_view field) {
  Signature signature;
  if (!bytes_from_hex(text, signature.bytes))
    return base::malformed(std::string(field), std::string(text), "must be 128 hexadecimal digits");
  return signature;
}

Seed generate_seed() {
  Seed seed;
  fill_random(seed.writable());
  return seed;
}

base::Result<Seed> load_seed(const std::filesystem::path& path) {
  // Not through a link, and the same open file is examined and read: nobody can swap it between.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (file.number() < 0) return system_error(path, "cannot be opened");
  struct stat status{};
  if (::fstat(file.number(), &status) != 0) return system_error(path, "cannot be examined");
  if (!S_ISREG(status.st_mode))
    return file_error(base::ErrorKind::refused, path, "must be a regular file");
  if ((status.st_mode & 07777) != 0600)
    return file_error(base::ErrorKind::refused, path, "must have mode 0600",
                      "others may have read this key: replace it, or chmod 600 if you are sure");
  if (status.st_uid != ::geteuid())
    return file_error(base::ErrorKind::refused, path, "must belong to the user who runs this");
  Secret<kSeedTextBytes + 2> text;  // one byte more than a final newline, to notice what follows
  const ssize_t count = read_all(file.number(), text.writable());
  if (count < 0) return system_error(path, "cannot be read");
  const auto size = static_cast<std::size_t>(count);
  const bool newline = size == kSeedTextBytes + 1 && text.reveal()[kSeedTextBytes] == '\n';
  Seed seed;
  const std::string_view digits(reinterpret_cast<const char*>(text.reveal().data()),
                                kSeedTextBytes);
  if ((size != kSeedTextBytes && !newline) || !bytes_from_hex(digits, seed.writable()))
    return file_error(base::ErrorKind::malformed, path, "must hold 64 hexadecimal digits");
  return seed;
}

base::Result<void> store_seed(const std::filesystem::path& path, const Seed& seed) {
  const Descriptor file(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (file.number() < 0) return system_error(path, "cannot be created");
  Secret<kSeedTextBytes + 1> text;
  static constexpr std::string_view kDigits = "0123456789abcdef";
  for (std::size_t i = 0; i < seed.reveal().size(); ++i) {
    const std::uint8_t byte = seed.reveal()[i];
    text.writable()[2 * i] = static_cast<std::uint8_t>(kDigits[byte >> 4]);
    text.writable()[2 * i + 1] = static_cast<std::uint8_t>(kDigits[byte & 15]);
  }
  text.writable()[kSeedTextBytes] = '\n';
  // A umask may have taken bits away, never added any; load_seed asks for exactly 0600.
  if (::fchmod(file.number(), 0600) != 0 || !write_all(file.number(), text.reveal()) ||
      ::fsync(file.number()) != 0)
    return system_error(path, "cannot be written");
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
  const Descriptor directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.number() < 0 || ::fsync(directory.number()) != 0)
    return system_error(path, "its folder cannot be synced");
  return {};
}

}  // namespace cofferdam::crypto
