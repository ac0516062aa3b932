// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/crypto/ed25519.h"

#include "cofferdam/base/check.h"
#include "cofferdam/crypto/hex.h"
#include "cofferdam/crypto/random.h"
#include "cofferdam/crypto/sha256.h"

#include <gtest/gtest.h>

#include <fstream>
#include <gmock/gmock.h>
#include <set>
#include <sys/stat.h>
#include <type_traits>
#include <unistd.h>

namespace cofferdam::crypto {
namespace {

using testing::HasSubstr;

static_assert(!std::is_copy_constructible_v<Seed> && !std::is_copy_assignable_v<Seed>);
static_assert(!std::is_copy_constructible_v<SigningKey>);
static_assert(std::is_nothrow_move_constructible_v<SigningKey>);

template <class T>
concept Printable = requires(std::ostream& out, const T& v) { out << v; };
static_assert(!Printable<Seed> && !Printable<SigningKey>);

Seed seed_of(std::string_view hex) {
  Seed seed;
  COFFERDAM_CHECK(bytes_from_hex(hex, seed.writable()), "the test's own seed");
  return seed;
}

std::string from_hex(std::string_view hex) {
  std::vector<std::uint8_t> bytes(hex.size() / 2);
  COFFERDAM_CHECK(bytes_from_hex(hex, bytes), "the test's own text");
  return {bytes.begin(), bytes.end()};
}

struct Vector {
  std::string seed, public_key, message, signature;
};

// RFC 8032, section 7.1: TEST 1, TEST 2, TEST 3 and TEST SHA(abc).
const std::vector<Vector>& rfc_8032() {
  static const std::vector<Vector> kVectors{
      {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
       "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
       "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf"
       "9b4"
       "6bd25bf5f0595bbe24655141438e7a100b"},
      {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
       "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
       "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f"
       "11d"
       "8c387b2eaeb4302aeeb00d291612bb0c00"},
      {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
       "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
       "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984"
       "dc6"
       "594a7c15e9716ed28dc027beceea1ec40a"},
      {"833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
       "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
       "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3f"
       "eeb"
       "bd454d4423643ce80e2a9ac94fa54ca49f",
       "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c6643"
       "1e0"
       "303dca179c138ac17ad9bef1177331a704"}};
  return kVectors;
}

TEST(Ed25519, Rfc8032Vectors) {
  for (const Vector& v : rfc_8032()) {
    const SigningKey key = SigningKey::from_seed(seed_of(v.seed));
    EXPECT_EQ(to_hex(key.public_key()), v.public_key);
    const Signature signature = key.sign(from_hex(v.message));
    EXPECT_EQ(to_hex(signature), v.signature);
    EXPECT_TRUE(verify(key.public_key(), from_hex(v.message), signature));
  }
}

TEST(Ed25519, EveryFlippedBitIsNoticed) {
  const SigningKey key = SigningKey::from_seed(seed_of(rfc_8032()[1].seed));
  const std::string message = "pay 5";
  const Signature signature = key.sign(message);
  for (std::size_t bit = 0; bit < 512; ++bit) {
    Signature bad = signature;
    bad.bytes[bit / 8] = static_cast<std::uint8_t>(bad.bytes[bit / 8] ^ (1U << (bit % 8)));
    EXPECT_FALSE(verify(key.public_key(), message, bad)) << bit;
  }
  EXPECT_FALSE(verify(key.public_key(), "pay 6", signature));
  EXPECT_FALSE(verify(SigningKey::generate().public_key(), message, signature));
}

// S + L instead of S satisfies the equation too; a strict verifier refuses the second form.
TEST(Ed25519, RefusesAScalarThatIsNotReduced) {
  const SigningKey key = SigningKey::from_seed(seed_of(rfc_8032()[1].seed));
  const std::string order =  // L = 2^252 + 27742317777372353535851937790883648493, little-endian
      from_hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
  Signature signature = key.sign("x");
  unsigned carry = 0;
  for (std::size_t i = 0; i < 32; ++i) {
    const unsigned sum = signature.bytes[32 + i] + static_cast<std::uint8_t>(order[i]) + carry;
    signature.bytes[32 + i] = static_cast<std::uint8_t>(sum);
    carry = sum >> 8;
  }
  EXPECT_EQ(carry, 0U);
  EXPECT_FALSE(verify(key.public_key(), "x", signature));
}

// With the identity for a key, R = [S]B verifies any message where small orders are let in.
TEST(Ed25519, RefusesAPublicKeyOfSmallOrder) {
  PublicKey identity;
  identity.bytes[0] = 1;
  Signature signature;
  signature.bytes[0] = 1;  // R = identity, S = 0
  EXPECT_FALSE(verify(identity, "anything", signature));
  EXPECT_FALSE(verify(PublicKey{}, "anything", Signature{}));
}

TEST(Ed25519, KeyIdIsTheHeadOfTheHash) {
  const PublicKey key = parse_public_key(rfc_8032()[0].public_key).value();
  // python3: hashlib.sha256(bytes.fromhex(public_key)).hexdigest()[:16]
  EXPECT_EQ(to_hex(key_id(key)), "21fe31dfa154a261");
  EXPECT_FALSE(parse_public_key("d75a").has_value());
  EXPECT_FALSE(parse_public_key(std::string(64, 'g')).has_value());
  EXPECT_FALSE(parse_signature(std::string(126, '0')).has_value());
}

class KeyFile : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "cofferdam_key_XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder = pattern;
    path = folder / "key";
  }

  void TearDown() override { std::filesystem::remove_all(folder); }

  void write(std::string_view text, ::mode_t mode) const {
    std::ofstream(path) << text;
    ASSERT_EQ(::chmod(path.c_str(), mode), 0);
  }

  std::filesystem::path folder;
  std::filesystem::path path;
};

TEST_F(KeyFile, IsWrittenOnceAndReadBack) {
  const Seed seed = seed_of(rfc_8032()[0].seed);
  ASSERT_TRUE(store_seed(path, seed).has_value());
  struct stat status{};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0600U);
  const base::Result<Seed> again = load_seed(path);
  ASSERT_TRUE(again.has_value()) << again.error().text();
  EXPECT_EQ(bytes_to_hex(again->reveal()), rfc_8032()[0].seed);
  EXPECT_FALSE(store_seed(path, generate_seed()).has_value());
  EXPECT_EQ(bytes_to_hex(load_seed(path)->reveal()), rfc_8032()[0].seed);
}

TEST_F(KeyFile, OfAnyOtherModeIsRefused) {
  for (const ::mode_t mode : {0644U, 0640U, 0604U, 0660U, 0700U, 0400U, 04600U}) {
    write(rfc_8032()[0].seed, mode);
    const base::Result<Seed> seed = load_seed(path);
    ASSERT_FALSE(seed.has_value()) << mode;
    EXPECT_THAT(seed.error().rule, HasSubstr("0600"));
    EXPECT_EQ(seed.error().kind, base::ErrorKind::refused);
  }
}

TEST_F(KeyFile, WithAnythingElseInItIsRefusedAndNotShown) {
  for (const std::string& text :
       {std::string(), std::string(63, 'a'), std::string(65, 'a'), std::string(64, 'g'),
        rfc_8032()[0].seed + "\n\n", rfc_8032()[0].seed + " ", " " + rfc_8032()[0].seed}) {
    write(text, 0600);
    const base::Result<Seed> seed = load_seed(path);
    ASSERT_FALSE(seed.has_value()) << text.size();
    if (text.size() > 8) {
      EXPECT_THAT(seed.error().text(), testing::Not(HasSubstr(text)));
    }
  }
  write(rfc_8032()[0].seed + "\n", 0600);
  EXPECT_TRUE(load_seed(path).has_value());
}

TEST_F(KeyFile, MustBeARegularFile) {
  EXPECT_FALSE(load_seed(path).has_value());
  EXPECT_FALSE(load_seed(folder).has_value());
  write(rfc_8032()[0].seed, 0600);
  std::filesystem::create_symlink(path, folder / "link");
  EXPECT_FALSE(load_seed(folder / "link").has_value());
}

TEST(Secret, IsWipedWhenMovedFrom) {
  Seed a = seed_of(rfc_8032()[0].seed);
  const Seed b = std::move(a);
  EXPECT_EQ(bytes_to_hex(b.reveal()), rfc_8032()[0].seed);
  EXPECT_EQ(bytes_to_hex(a.reveal()), std::string(64, '0'));  // NOLINT(bugprone-use-after-move)
  EXPECT_TRUE(equal_in_constant_time("abc", "abc"));
  EXPECT_FALSE(equal_in_constant_time("abc", "abd"));
  EXPECT_FALSE(equal_in_constant_time("abc", "ab"));
}

TEST(Random, IdentifiersDiffer) {
  std::set<base::u128> seen;
  for (int i = 0; i < 1'000; ++i) seen.insert(random_id());
  EXPECT_EQ(seen.size(), 1'000U);
}

TEST(Sha256, Fips180Vectors) {
  EXPECT_EQ(to_hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(to_hex(sha256("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  Sha256 parts;
  for (int i = 0; i < 1'000; ++i) parts.update(std::string(1'000, 'a'));
  EXPECT_EQ(to_hex(parts.finish()),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  EXPECT_EQ(hash_from_hex(to_hex(sha256("abc"))), sha256("abc"));
  EXPECT_EQ(hash_from_hex("ba78"), std::nullopt);
}

}  // namespace
}  // namespace cofferdam::crypto
