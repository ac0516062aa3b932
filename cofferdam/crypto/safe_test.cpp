// SPDX-License-Identifier: Apache-2.0
//
// Safe transactions against what the contracts of Safe 1.4.1 and 1.5.0 answered, and the review
// against the shapes of known drains.
#include "cofferdam/crypto/keccak.h"
#include "cofferdam/crypto/safe_review.h"
#include "cofferdam/crypto/test_safe_vectors.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <gmock/gmock.h>

namespace cofferdam::crypto {
namespace {

using test::kSafeVectors;
using test::SafeVector;
using test::SafeVectorSet;
using S = SafeSignatureStatus;

std::string bytes(std::string_view text) {
  return bytes_from_prefixed_hex(text).value();
}

Address address(std::string_view text) {
  return parse_address(text).value();
}

SafeDomain domain_of(const SafeVector& vector) {
  return {.chain_id = parse_word(vector.chain_id).value(),
          .safe = address(vector.safe),
          .version = vector.version == "1.5.0" ? SafeVersion::v1_5_0 : SafeVersion::v1_4_1};
}

SafeTransaction transaction_of(const SafeVector& vector) {
  const auto& t = vector.transaction;
  return {.to = address(t[0]),
          .value = parse_word(t[1]).value(),
          .data = bytes(t[2]),
          .operation = static_cast<std::uint8_t>(t[3][0] - '0'),
          .safe_tx_gas = parse_word(t[4]).value(),
          .base_gas = parse_word(t[5]).value(),
          .gas_price = parse_word(t[6]).value(),
          .gas_token = address(t[7]),
          .refund_receiver = address(t[8]),
          .nonce = parse_word(t[9]).value()};
}

// What the chain of the vectors knew: the third owner has approved, the fourth is a Safe.
SafeSigners signers_of(const SafeVector& vector) {
  SafeSigners signers{.threshold = 3};
  for (const auto owner : vector.owners) signers.owners.insert(address(owner));
  signers.has_approved = [&vector](const Address& owner) {
    return owner == address(vector.owners[2]);
  };
  signers.contract_accepts = [&vector](const Address& contract, std::string_view shown) {
    SafeDomain inner = domain_of(vector);
    inner.safe = address(vector.nested);
    NestedSafe nested{.domain = inner, .signers = {.threshold = 2}};
    for (const auto owner : vector.nested_owners) nested.signers.owners.insert(address(owner));
    return contract == inner.safe &&
           nested_safe_accepts(nested, safe_preimage(domain_of(vector), transaction_of(vector)),
                               inner.version, shown);
  };
  return signers;
}

TEST(Safe, the_three_hashes_are_those_of_the_contracts) {
  ASSERT_EQ(kSafeVectors.size(), 6U);
  for (const SafeVector& vector : kSafeVectors) {
    const TypedDataHashes hashes = safe_hashes(domain_of(vector), transaction_of(vector));
    EXPECT_EQ("0x" + to_hex(hashes.domain), vector.domain);
    EXPECT_EQ("0x" + to_hex(hashes.digest), vector.digest);
    EXPECT_EQ(keccak256(safe_preimage(domain_of(vector), transaction_of(vector))), hashes.digest);
  }
}

TEST(Safe, published_type_hashes) {
  const TypedData typed = safe_typed_data({}, {});
  EXPECT_EQ(to_hex(keccak256(encode_type(typed.types, "EIP712Domain").value())),
            "47e79534a245952e8b16893a336b85a3d9ea9fa8c573f3d803afb92a79469218");
  EXPECT_EQ(to_hex(keccak256(encode_type(typed.types, "SafeTx").value())),
            "bb8310d486368db6bd6f849402fdd73ad53d316b5a4b2644ad6efe0f941286d8");
}

TEST(Safe, signatures_are_judged_as_the_contracts_do) {
  for (const SafeVector& vector : kSafeVectors) {
    const Hash digest = hash_from_hex(vector.digest.substr(2)).value();
    for (const SafeVectorSet& set : vector.sets) {
      const auto verdict = check_safe_signatures(digest, bytes(set.signatures), signers_of(vector));
      // The one place where these vectors find us stricter than a Safe.
      const bool expected = set.accepted && set.name != "high_s";
      EXPECT_EQ(verdict.status == S::ok, expected)
          << vector.version << " " << set.name << " " << base::name_of(verdict.status);
    }
  }
}

TEST(Safe, each_refusal_has_its_reason) {
  const SafeVector& vector = kSafeVectors[0];
  const auto status_of = [&](std::string_view name) {
    const auto& set = *std::find_if(vector.sets.begin(), vector.sets.end(),
                                    [&](const auto& s) { return s.name == name; });
    return check_safe_signatures(hash_from_hex(vector.digest.substr(2)).value(),
                                 bytes(set.signatures), signers_of(vector))
        .status;
  };
  const std::string few = bytes(vector.sets[0].signatures).substr(0, 130);
  EXPECT_EQ(
      check_safe_signatures(hash_from_hex(vector.digest.substr(2)).value(), few, signers_of(vector))
          .status,
      S::too_short);
  EXPECT_EQ(status_of("not_an_owner"), S::not_an_owner);
  EXPECT_EQ(status_of("duplicate"), S::owners_not_ascending);
  EXPECT_EQ(status_of("unsorted"), S::owners_not_ascending);
  EXPECT_EQ(status_of("not_approved"), S::hash_not_approved);
  EXPECT_EQ(status_of("contract_refuses"), S::contract_refused);
  EXPECT_EQ(status_of("high_s"), S::signature_not_canonical);
}

TEST(Safe, packing_is_the_inverse_of_reading) {
  for (const SafeVector& vector : kSafeVectors) {
    for (const SafeVectorSet& set : vector.sets) {
      const auto verdict = check_safe_signatures(hash_from_hex(vector.digest.substr(2)).value(),
                                                 bytes(set.signatures), signers_of(vector));
      if (verdict.status == S::ok) {
        EXPECT_EQ(pack(verdict.signatures), bytes(set.signatures));
      }
    }
  }
}

TEST(Safe, kinds_and_owners_are_recovered) {
  const SafeVector& vector = kSafeVectors[0];
  const auto& set = *std::find_if(vector.sets.begin(), vector.sets.end(),
                                  [](const auto& s) { return s.name == "four_kinds"; });
  const auto verdict = check_safe_signatures(hash_from_hex(vector.digest.substr(2)).value(),
                                             bytes(set.signatures), signers_of(vector));
  ASSERT_EQ(verdict.signatures.size(), 4U);
  std::set<SafeSignatureKind> kinds;
  for (const SafeSignature& signature : verdict.signatures) {
    kinds.insert(signature.kind);
    EXPECT_THAT(vector.owners, testing::Contains(to_text(signature.owner)));
  }
  EXPECT_EQ(kinds.size(), 4U);
}

TEST(Safe, nothing_may_hide_behind_or_between_the_parts) {
  const SafeVector& vector = kSafeVectors[0];
  const Hash digest = hash_from_hex(vector.digest.substr(2)).value();
  const SafeSigners signers = signers_of(vector);
  for (const SafeVectorSet& set : vector.sets) {
    if (!set.accepted || set.name == "high_s") continue;
    const std::string good = bytes(set.signatures);
    EXPECT_NE(check_safe_signatures(digest, good + "x", signers).status, S::ok);
    EXPECT_NE(check_safe_signatures(digest, good + std::string(65, '\0'), signers).status, S::ok);
    // Any byte changed is a refusal: there is no second way to write the same approvals.
    for (std::size_t i = 0; i < good.size(); ++i) {
      std::string bad = good;
      bad[i] = static_cast<char>(bad[i] ^ 1);
      EXPECT_NE(check_safe_signatures(digest, bad, signers).status, S::ok) << i;
    }
    for (std::size_t size = 0; size < good.size(); ++size)
      EXPECT_NE(
          check_safe_signatures(digest, std::string_view(good).substr(0, size), signers).status,
          S::ok);
  }
}

TEST(Safe, another_chain_safe_or_nonce_is_another_hash) {
  const SafeVector& vector = kSafeVectors[0];
  const SafeDomain domain = domain_of(vector);
  const SafeTransaction tx = transaction_of(vector);
  const Hash digest = safe_hashes(domain, tx).digest;
  SafeDomain elsewhere = domain;
  elsewhere.chain_id = word_of(base::u128{1});
  EXPECT_NE(safe_hashes(elsewhere, tx).digest, digest);
  elsewhere = domain;
  elsewhere.safe.bytes[0] ^= 1U;
  EXPECT_NE(safe_hashes(elsewhere, tx).digest, digest);
  SafeTransaction later = tx;
  later.nonce = word_of(base::u128{1});
  EXPECT_NE(safe_hashes(domain, later).digest, digest);
}

const SafeDomain kDomain{.chain_id = word_of(base::u128{1}),
                         .safe = address("0x1Db92e2EeBC8E0c075a02BeA49a2935BcD2dFCF4")};
const Address kPayee = address("0x00000000219ab540356cBB839Cbe05303d7705Fa");
const Address kToken = address("0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48");

std::vector<SafeFindingKind> refusals(const SafeTransaction& tx) {
  std::vector<SafeFindingKind> kinds;
  for (const SafeFinding& finding :
       review_safe_transaction(kDomain, tx, default_safe_review_policy()).findings)
    if (finding.refused) kinds.push_back(finding.kind);
  return kinds;
}

SafeTransaction token_payment() {
  return {.to = kToken, .data = erc20_transfer_data(kPayee, word_of(base::u128{1'500'000}))};
}

TEST(SafeReview, a_payment_is_shown_field_by_field) {
  const SafeReview review =
      review_safe_transaction(kDomain, token_payment(), default_safe_review_policy());
  EXPECT_FALSE(review.refused());
  EXPECT_TRUE(review.findings.empty());
  ASSERT_TRUE(review.call);
  EXPECT_EQ(review.call->signature, "transfer(address,uint256)");
  ASSERT_EQ(review.call->arguments.size(), 2U);
  EXPECT_EQ(review.call->arguments[0].value, to_text(kPayee));
  EXPECT_EQ(review.call->arguments[1].value, "1500000");
}

// February 2025: a message that read like a token transfer of nothing, with operation 1, to a
// contract whose "transfer" wrote the singleton's slot.
TEST(SafeReview, the_bybit_shape_is_refused) {
  const SafeTransaction tx{
      .to = address("0x96221423681A6d52E184D440a8eFCEbB105C7242"),
      .data = erc20_transfer_data(address("0xbDd077f651EBe7f7b3cE16fe5F2b025BE2969516"), Word{}),
      .operation = 1,
      .safe_tx_gas = word_of(base::u128{45'746}),
      .nonce = word_of(base::u128{71})};
  EXPECT_THAT(refusals(tx), testing::ElementsAre(SafeFindingKind::delegatecall_to_unknown_code));
  SafeTransaction honest = tx;
  honest.operation = 0;
  EXPECT_THAT(refusals(honest), testing::IsEmpty());
}

TEST(SafeReview, refund_drains_are_refused) {
  for (int field = 0; field < 4; ++field) {
    SafeTransaction tx = token_payment();
    if (field == 0) tx.gas_price = word_of(base::u128{1});
    if (field == 1) tx.base_gas = word_of(base::u128{1});
    if (field == 2) tx.gas_token = kToken;
    if (field == 3) tx.refund_receiver = kPayee;
    EXPECT_THAT(refusals(tx), testing::ElementsAre(SafeFindingKind::refund_fields_set)) << field;
  }
}

TEST(SafeReview, what_cannot_be_read_is_refused) {
  SafeTransaction tx = token_payment();
  const std::string good = tx.data;
  for (const std::string& data :
       {std::string("\xde\xad\xbe\xef"), std::string("abc"), good + std::string(1, '\0'),
        good.substr(0, good.size() - 1), good.substr(0, 4) + "\x01" + good.substr(5)}) {
    tx.data = data;
    EXPECT_THAT(refusals(tx), testing::ElementsAre(SafeFindingKind::cannot_be_decoded));
  }
  tx = token_payment();
  tx.operation = 2;
  EXPECT_THAT(refusals(tx), testing::ElementsAre(SafeFindingKind::operation_unknown));
}

const std::string kMultiSend = bytes(
    "0x8d80ff0a0000000000000000000000000000000000000000000000000000000000000020000000"
    "00000000000000000000000000000000000000000000000000000000ee0000000000219ab540356c"
    "bb839cbe05303d7705fa000000000000000000000000000000000000000000000000000000000000"
    "0005000000000000000000000000000000000000000000000000000000000000000000a0b86991c6"
    "218b36c1d19d4a2e9eb0ce3606eb4800000000000000000000000000000000000000000000000000"
    "00000000000000000000000000000000000000000000000000000000000000000000000000004409"
    "5ea7b300000000000000000000000000000000219ab540356cbb839cbe05303d7705faffffffffff"
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffff00000000000000000000000000"
    "0000000000");

TEST(SafeReview, a_list_of_calls_is_read_through) {
  const Address library = address("0x9641d764fc13c8B624c04430C7356C1C7C8102e2");
  SafeTransaction tx{.to = library, .data = kMultiSend, .operation = 1};
  const SafeReview review = review_safe_transaction(kDomain, tx, default_safe_review_policy());
  EXPECT_FALSE(review.refused());
  ASSERT_TRUE(review.call);
  ASSERT_EQ(review.call->calls.size(), 2U);
  EXPECT_EQ(review.call->calls[0].kind, CallKind::native_transfer);
  EXPECT_EQ(review.call->calls[1].kind, CallKind::erc20_approve);
  ASSERT_EQ(review.findings.size(), 1U);
  EXPECT_EQ(review.findings[0].kind, SafeFindingKind::approves_without_limit);
  tx.operation = 0;
  EXPECT_THAT(refusals(tx), testing::ElementsAre(SafeFindingKind::multi_send_by_call));
  tx.operation = 1;
  tx.to = kPayee;
  EXPECT_THAT(refusals(tx), testing::ElementsAre(SafeFindingKind::delegatecall_to_unknown_code));
  // A trusted library runs nothing but a list.
  tx.to = library;
  tx.data = token_payment().data;
  EXPECT_THAT(refusals(tx), testing::ElementsAre(SafeFindingKind::delegatecall_to_unknown_code));
  // The first inner call's operation.
  tx.data = kMultiSend;
  tx.data[4 + 64] = 1;
  EXPECT_THAT(refusals(tx), testing::ElementsAre(SafeFindingKind::delegatecall_inside_multi_send));
  tx.data[4 + 64] = 2;
  EXPECT_THAT(refusals(tx), testing::Contains(SafeFindingKind::cannot_be_decoded));
  tx.data = kMultiSend;
  tx.data.back() = 1;  // padding
  EXPECT_THAT(refusals(tx), testing::Contains(SafeFindingKind::cannot_be_decoded));
}

TEST(SafeReview, changes_of_control_stand_out) {
  const auto call = [](std::string_view signature, std::initializer_list<Word> words) {
    std::string data(bytes_of(keccak256(signature)).substr(0, 4));
    for (const Word& word : words) data += bytes_view(word);
    return data;
  };
  const Word owner = word_of(kPayee);
  const Word one = word_of(base::u128{1});
  for (const std::string& data :
       {call("addOwnerWithThreshold(address,uint256)", {owner, one}),
        call("removeOwner(address,address,uint256)", {owner, owner, one}),
        call("swapOwner(address,address,address)", {owner, owner, owner}),
        call("changeThreshold(uint256)", {one}), call("enableModule(address)", {owner}),
        call("disableModule(address,address)", {owner, owner}), call("setGuard(address)", {owner}),
        call("setModuleGuard(address)", {owner}), call("setFallbackHandler(address)", {owner})}) {
    SafeTransaction tx{.to = kDomain.safe, .data = data};
    const SafeReview review = review_safe_transaction(kDomain, tx, default_safe_review_policy());
    ASSERT_EQ(review.findings.size(), 1U);
    EXPECT_EQ(review.findings[0].kind, SafeFindingKind::changes_control);
    tx.to = kPayee;
    EXPECT_THAT(refusals(tx), testing::ElementsAre(SafeFindingKind::control_change_elsewhere));
  }
}

}  // namespace
}  // namespace cofferdam::crypto
