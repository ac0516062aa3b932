// SPDX-License-Identifier: Apache-2.0
//
// Keccak-256, addresses, ECDSA and EIP-712 against published vectors and against ethers 6.17.0.
#include "cofferdam/crypto/eip712.h"
#include "cofferdam/crypto/keccak.h"
#include "cofferdam/crypto/keccak_sponge.h"
#include "cofferdam/crypto/secp256k1.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <rapidcheck.h>

#include <gmock/gmock.h>

namespace cofferdam::crypto {
namespace {

Hash hash(std::string_view text) {
  return hash_from_hex(text).value();
}

EcdsaKey key_from(std::string_view phrase) {
  return EcdsaKey::from_bytes(Secret<32>(keccak256(phrase))).value();
}

TEST(Keccak, known_digests) {
  EXPECT_EQ(to_hex(keccak256("")),
            "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
  EXPECT_EQ(to_hex(keccak256("abc")),
            "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45");
  // One byte short of a block, a whole block, one more (ethers).
  EXPECT_EQ(to_hex(keccak256(std::string(135, 'a'))),
            "34367dc248bbd832f4e3e69dfaac2f92638bd0bbd18f2912ba4ef454919cf446");
  EXPECT_EQ(to_hex(keccak256(std::string(136, 'a'))),
            "a6c4d403279fe3e0af03729caada8374b5ca54d8065329a3ebcaeb4b60aa386e");
  EXPECT_EQ(to_hex(keccak256(std::string(137, 'a'))),
            "d869f639c7046b4929fc92a4d988a8b22c55fbadb802c0c66ebcd484f1915f39");
}

// The sponge with the other padding, against OpenSSL's, for every length around two blocks.
TEST(Keccak, permutation_is_that_of_sha3) {
  std::string text;
  for (unsigned size = 0; size <= 300; ++size) {
    Hash theirs{};
    ASSERT_EQ(EVP_Digest(text.data(), text.size(), theirs.data(), nullptr, EVP_sha3_256(), nullptr),
              1);
    EXPECT_EQ(to_hex(keccak_sponge(text, 0x06)), to_hex(theirs)) << size;
    text += static_cast<char>(37 * size + size / 7);
  }
}

TEST(Word, decimal_and_hexadecimal) {
  EXPECT_EQ(to_decimal(parse_word("0").value()), "0");
  const std::string most =
      "115792089237316195423570985008687907853269984665640564039457584007913129639935";
  EXPECT_EQ(to_decimal(parse_word(most).value()), most);
  EXPECT_EQ(bit_width(parse_word(most).value()), 256U);
  EXPECT_EQ(parse_word("0x" + std::string(64, 'f')), parse_word(most));
  EXPECT_FALSE(
      parse_word("115792089237316195423570985008687907853269984665640564039457584007913129639936"));
  for (const char* bad : {"", "-1", "01", "0x", "1e3", " 1", "0xg"}) EXPECT_FALSE(parse_word(bad));
  EXPECT_EQ(to_u128(word_of(base::kU128Max)), base::kU128Max);
  EXPECT_FALSE(to_u128(parse_word("340282366920938463463374607431768211456").value()));
}

TEST(Word, text_round_trip) {
  rc::check([](std::uint64_t a, std::uint64_t b, std::uint64_t c, std::uint64_t d) {
    Word word = word_of(base::make_u128(a, b));
    const Word upper = word_of(base::make_u128(c, d));
    std::copy(upper.begin() + 16, upper.end(), word.begin());
    RC_ASSERT(parse_word(to_decimal(word)) == word);
    RC_ASSERT(parse_word(to_prefixed_hex(bytes_view(word))) == word);
    RC_ASSERT(negated(negated(word)) == word);
  });
}

TEST(EthereumAddress, the_examples_of_eip_55) {
  for (const std::string text :
       {"0x52908400098527886E0F7030069857D2E4169EE7", "0x8617E340B3D01FA5F11F306F4090FD50E238070D",
        "0xde709f2102306220921060314715629080e2fb77", "0x27b1fdb04752bbc536007a920d24acb045561c26",
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
        "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
        "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb"}) {
    const auto address = parse_address(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(to_text(*address), text);
  }
  EXPECT_TRUE(parse_address("0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed"));
  EXPECT_FALSE(parse_address("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1Beaed"));  // one letter's case
  EXPECT_FALSE(parse_address("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAe"));
  EXPECT_FALSE(parse_address("5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"));
}

struct SignedByEthers {
  const char* phrase;
  const char* message;
  const char* address;
  const char* signature;
};

constexpr SignedByEthers kSigned[] = {
    {"cofferdam ecdsa 1", "message 1", "0xe63739a3D19760aa2DcD475fBd15895De11e457D",
     "0x4692c66e7934c750dbfe0797498253cbec256586b701452924bca009702627a6"
     "31528d7e03adfa2b4b7a1f6b5bfd5314a871fab3d6312b0c0eaa77ee14d735df1b"},
    {"cofferdam ecdsa 2", "message 2", "0xC740Ee221bF1d5c293992e5Aa482c00cc8ce0e8E",
     "0x1e50d2c34b68c1214e00a8ff12d8017869d7c09844ba7b680c090be14754590a"
     "23032b7d727d8aa13d3737f56410e3fd0b9d24c9156c6b1a0e101aba463acbab1b"},
    {"cofferdam ecdsa 3", "message 3", "0x68dE9ee84c903D56586B37510bAF22f13d4AecA8",
     "0x4ab5327cb41e5b08a86c7407b11c9cab14ae67f6971905c7ef550ffb3898d6b9"
     "63279fce1a1dcbdb017938d8ad5f595636f698eaf15b2270fcaa9c63c94b18d11c"}};

TEST(Ecdsa, signs_and_recovers_as_ethers_does) {
  for (const SignedByEthers& known : kSigned) {
    const EcdsaKey key = key_from(known.phrase);
    EXPECT_EQ(to_text(key.address()), known.address);
    const EcdsaSignature signature = key.sign(keccak256(known.message));
    EXPECT_EQ(to_prefixed_hex(to_bytes(signature)), known.signature);
    EcdsaSignature read;
    ASSERT_EQ(parse_signature_bytes(bytes_from_prefixed_hex(known.signature).value(), read),
              EcdsaStatus::ok);
    EXPECT_EQ(read, signature);
    EXPECT_TRUE(verify(key.address(), keccak256(known.message), read));
    EXPECT_FALSE(verify(key.address(), keccak256("another"), read));
  }
}

TEST(Ecdsa, a_personal_message) {
  EXPECT_EQ(to_hex(personal_message_hash("hello world")),
            "d9eba16ed0ecae432b71fe008c98cc872bb4cc214d3220a36f365326cf807d68");
  EXPECT_EQ(to_hex(personal_message_hash("")),
            "5f35dce98ba4fba25530a026ed80b2cecdaa31091ba4958b99b52ea1d068adad");
  EXPECT_EQ(to_prefixed_hex(to_bytes(key_from("cow").sign(personal_message_hash("hello world")))),
            "0xe1ffe99aa71b20a5a9bfe344aa88d410141149c2be44ab8ff3e4fa4cdc1e90dc"
            "41ad65439332078f28538cd371b4bf9b216af7478cff49abda5ce04a3d603c6a1b");
}

// The order of the group, and the order less a number.
Word order() {
  return parse_word("0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141").value();
}

Word order_less(const Word& number) {
  Word sum = negated(number);
  unsigned carry = 0;
  const Word n = order();
  for (std::size_t i = 32; i-- > 0;) {
    const unsigned total = sum[i] + n[i] + carry;
    sum[i] = static_cast<std::uint8_t>(total & 0xFFU);
    carry = total >> 8;
  }
  return sum;
}

TEST(Ecdsa, only_one_form_of_a_signature) {
  const EcdsaKey key = key_from("cofferdam ecdsa 1");
  const Hash digest = keccak256("m");
  const EcdsaSignature good = key.sign(digest);
  EcdsaSignature other = good;
  other.s = order_less(good.s);
  other.parity ^= 1U;
  Address signer;
  EXPECT_EQ(recover(digest, other, signer), EcdsaStatus::high_s);
  EXPECT_FALSE(verify(key.address(), digest, other));
  EcdsaSignature read;
  std::string bytes = to_bytes(good);
  for (const int v : {0, 1, 26, 29, 31, 255}) {
    bytes[64] = static_cast<char>(v);
    EXPECT_EQ(parse_signature_bytes(bytes, read), EcdsaStatus::v_not_accepted);
  }
  EXPECT_EQ(parse_signature_bytes(to_bytes(good) + "x", read), EcdsaStatus::wrong_size);
  for (const Word& bad : {Word{}, order(), parse_word("0x" + std::string(64, 'f')).value()}) {
    EcdsaSignature broken = good;
    broken.r = bad;
    EXPECT_EQ(recover(digest, broken, signer), EcdsaStatus::zero_or_too_large);
    broken = good;
    broken.s = bad;
    EXPECT_EQ(recover(digest, broken, signer), EcdsaStatus::zero_or_too_large);
  }
}

TEST(Ecdsa, half_the_order_is_the_last_low_s) {
  // (n - 1) / 2 and its successor, which add up to n.
  const Word half =
      parse_word("0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0").value();
  EcdsaSignature signature = key_from("cow").sign(keccak256("m"));
  signature.s = half;
  EXPECT_EQ(check_canonical(signature), EcdsaStatus::ok);
  signature.s = order_less(half);
  EXPECT_EQ(check_canonical(signature), EcdsaStatus::high_s);
}

TEST(Ecdsa, keys_out_of_range) {
  EXPECT_FALSE(EcdsaKey::from_bytes(Secret<32>(Word{})));
  EXPECT_FALSE(EcdsaKey::from_bytes(Secret<32>(order())));
}

TypedData mail() {
  const auto person = [](const char* name, const char* wallet) {
    return TypedValue::object(
        {{"name", TypedValue::scalar(name)}, {"wallet", TypedValue::scalar(wallet)}});
  };
  return {
      .types = {{"EIP712Domain",
                 {{"name", "string"},
                  {"version", "string"},
                  {"chainId", "uint256"},
                  {"verifyingContract", "address"}}},
                {"Person", {{"name", "string"}, {"wallet", "address"}}},
                {"Mail", {{"from", "Person"}, {"to", "Person"}, {"contents", "string"}}}},
      .primary_type = "Mail",
      .domain =
          TypedValue::object({{"name", TypedValue::scalar("Ether Mail")},
                              {"version", TypedValue::scalar("1")},
                              {"chainId", TypedValue::scalar("1")},
                              {"verifyingContract",
                               TypedValue::scalar("0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC")}}),
      .message =
          TypedValue::object({{"from", person("Cow", "0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826")},
                              {"to", person("Bob", "0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB")},
                              {"contents", TypedValue::scalar("Hello, Bob!")}})};
}

TEST(Eip712, the_mail_of_the_specification) {
  const TypedData typed = mail();
  EXPECT_EQ(encode_type(typed.types, "Mail").value(),
            "Mail(Person from,Person to,string contents)Person(string name,address wallet)");
  const auto hashes = hash_typed_data(typed);
  ASSERT_TRUE(hashes);
  EXPECT_EQ(hashes->domain,
            hash("f2cee375fa42b42143804025fc449deafd50cc031ca257e0b194a650a912090f"));
  EXPECT_EQ(hashes->message,
            hash("c52c0ee5d84264471806290a3f2c4cecfc5490626bf912d01f240d7a274b371e"));
  EXPECT_EQ(hashes->digest,
            hash("be609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2"));
  const EcdsaKey cow = key_from("cow");
  EXPECT_EQ(to_text(cow.address()), "0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826");
  EXPECT_EQ(to_prefixed_hex(to_bytes(cow.sign(hashes->digest))),
            "0x4355c47d63924e8a72e509b65029052eb6c299d53a04e167c5775fd466751c9d"
            "07299936d304c153f6443dfa05f40ff007d72911b6f72307f996231605b915621c");
}

std::string repeated(std::string_view two, int times) {
  std::string text = "0x";
  for (int i = 0; i < times; ++i) text += two;
  return text;
}

TypedData order_document() {
  const auto scalar = [](std::string text) { return TypedValue::scalar(std::move(text)); };
  const auto leg = [&](const char* asset, const char* amount) {
    return TypedValue::object({{"asset", scalar(asset)}, {"amount", scalar(amount)}});
  };
  return {.types = {{"EIP712Domain",
                     {{"name", "string"},
                      {"version", "string"},
                      {"chainId", "uint256"},
                      {"verifyingContract", "address"},
                      {"salt", "bytes32"}}},
                    {"Order",
                     {{"who", "address"},
                      {"delta", "int64"},
                      {"low", "int8"},
                      {"tag", "bytes4"},
                      {"blob", "bytes"},
                      {"live", "bool"},
                      {"legs", "Leg[]"},
                      {"grid", "uint16[2][]"},
                      {"note", "string"}}},
                    {"Leg", {{"asset", "string"}, {"amount", "uint256"}}}},
          .primary_type = "Order",
          .domain = TypedValue::object(
              {{"name", scalar("Oracle")},
               {"version", scalar("2")},
               {"chainId", scalar("10")},
               {"verifyingContract", scalar("0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC")},
               {"salt", scalar(repeated("5a", 32))}}),
          .message = TypedValue::object(
              {{"who", scalar("0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB")},
               {"delta", scalar("-9223372036854775808")},
               {"low", scalar("-1")},
               {"tag", scalar("0xdeadbeef")},
               {"blob", scalar(repeated("01", 33))},
               {"live", scalar("true")},
               {"legs", TypedValue::list(
                            {leg("USDC", ("0x" + std::string(64, 'f')).c_str()), leg("ETH", "0")})},
               {"grid", TypedValue::list({TypedValue::list({scalar("1"), scalar("65535")}),
                                          TypedValue::list({scalar("0"), scalar("7")})})},
               {"note", scalar("Überweisung")}})};
}

TEST(Eip712, every_kind_of_type_as_ethers_hashes_it) {
  const auto hashes = hash_typed_data(order_document());
  ASSERT_TRUE(hashes) << hashes.error().text();
  EXPECT_EQ(to_hex(hashes->domain),
            "6709e70918234b251b55acd4dc8fb5d830b20694aa65804cd35240d75b49aedf");
  EXPECT_EQ(to_hex(hashes->message),
            "9bc659bcba9981ea00e7432680b2e03dc837c9f37b01420cd66c716e8d89a484");
  EXPECT_EQ(to_hex(hashes->digest),
            "ad0c45b6f9569efde8697f4f22b0c521eb44b5c8f8a813fa57801329b5bbc910");
}

TEST(Eip712, what_wallets_read_differently_is_refused) {
  const auto refused = [](auto change) {
    TypedData typed = order_document();
    change(typed);
    return !hash_typed_data(typed).has_value();
  };
  const auto member = [](TypedData& typed, std::size_t i) -> TypedValue& {
    return typed.message.members[i].value;
  };
  ASSERT_FALSE(refused([](TypedData&) {}));
  EXPECT_TRUE(refused([](TypedData& t) { t.message.members.pop_back(); }));
  EXPECT_TRUE(refused(
      [](TypedData& t) { t.message.members.emplace_back("extra", TypedValue::scalar("1")); }));
  EXPECT_TRUE(refused([](TypedData& t) { t.message.members[0] = t.message.members[1]; }));
  EXPECT_TRUE(refused([&](TypedData& t) { member(t, 1).text = "9223372036854775808"; }));
  EXPECT_TRUE(refused([&](TypedData& t) { member(t, 1).text = "-9223372036854775809"; }));
  EXPECT_TRUE(refused([&](TypedData& t) { member(t, 1).text = "-0"; }));
  EXPECT_TRUE(refused([&](TypedData& t) { member(t, 2).text = "128"; }));
  EXPECT_TRUE(refused([&](TypedData& t) { member(t, 3).text = "0xdeadbe"; }));
  EXPECT_TRUE(refused([&](TypedData& t) { member(t, 4).text = "0x0"; }));
  EXPECT_TRUE(refused([&](TypedData& t) { member(t, 5).text = "1"; }));
  EXPECT_TRUE(refused([&](TypedData& t) { member(t, 7).items[0].items.pop_back(); }));
  EXPECT_TRUE(refused([](TypedData& t) { t.types[1].members[0].type = "adress"; }));
  EXPECT_TRUE(refused([](TypedData& t) { t.types[1].members[2].type = "int7"; }));
  EXPECT_TRUE(refused([](TypedData& t) { t.types.push_back({"Unused", {}}); }));
  // An empty list encodes nothing, and hides no type that is none.
  const auto empty_list_of = [&](const char* type) {
    return refused([&](TypedData& t) {
      for (auto& described : t.types)
        if (described.name == t.primary_type) described.members.push_back({"more", type});
      t.message.members.emplace_back("more", TypedValue::list({}));
    });
  };
  for (const char* good : {"uint256[]", "string[]", "bytes32[][]", "int8[]", "bytes[]"})
    EXPECT_FALSE(empty_list_of(good)) << good;
  for (const char* bad :
       {"uint7[]", "nothing[]", "bytes33[]", "uint[]", "string[x]", "string[]]", "bytes32[][0]"})
    EXPECT_TRUE(empty_list_of(bad)) << bad;
  EXPECT_TRUE(refused([](TypedData& t) { t.types.push_back(t.types[2]); }));
  EXPECT_TRUE(refused([](TypedData& t) { t.primary_type = "Absent"; }));
  // A type that holds itself has no finite value.
  TypedData loop = mail();
  loop.types[2].members[0].type = "Mail";
  EXPECT_FALSE(hash_typed_data(loop).has_value());
}

}  // namespace
}  // namespace cofferdam::crypto
