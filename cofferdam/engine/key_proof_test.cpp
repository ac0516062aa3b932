// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/access/key_proof.h"

#include "cofferdam/engine/test_signed.h"

namespace cofferdam::engine {
namespace {

class KeyProofs : public Signed {
 protected:
  std::string proof(const crypto::SigningKey& key, std::string_view principal,
                    access::KeyPurpose purpose = access::KeyPurpose::signing) const {
    const std::string books = journal::to_hex(engine_->journal().id());
    const std::string text = crypto::to_hex(key.public_key());
    return crypto::to_hex(key.sign(access::possession_text(
        {.books = books, .principal = principal, .purpose = purpose, .public_key = text})));
  }

  access::EnrolSigningKey enrolment(const crypto::SigningKey& key, std::string_view code) const {
    return {.principal = PrincipalId(kAnn),
            .name = "phone",
            .public_key = crypto::to_hex(key.public_key()),
            .replaces = "",
            .proof = proof(key, code)};
  }

  std::uint16_t status(const Command& command) {
    Request request{.id = next(), .principal = PrincipalId(1), .command = command};
    sign(request, root_);
    const auto reply = engine_->execute(request);
    EXPECT_TRUE(reply);
    EXPECT_EQ(reply->outcome.door, DoorStatus::ok);
    return reply->outcome.status;
  }
};

TEST_F(KeyProofs, NoKeyComesInWithoutOneOnceTheBooksRequireIt) {
  using access::SigningKeyStatus;
  EXPECT_EQ(status(access::SetKeyProofPolicy{}),
            static_cast<std::uint16_t>(access::KeyProofStatus::keys_without_proof));
  EXPECT_EQ(
      status(access::ProveSigningKey{crypto::to_hex(root_.public_key()), proof(root_, "root")}), 0);
  EXPECT_EQ(status(access::ProveSigningKey{crypto::to_hex(ann_.public_key()), proof(ann_, "ann")}),
            0);
  must_signed(access::RevokeSigningKey{crypto::to_hex(bob_.public_key()), "gone"}, root_);
  EXPECT_EQ(status(access::SetKeyProofPolicy{}), 0);

  const crypto::SigningKey phone = crypto::SigningKey::generate();
  const auto required = static_cast<std::uint16_t>(SigningKeyStatus::proof_required);
  EXPECT_EQ(status(access::RegisterSigningKey{PrincipalId(kAnn), "phone",
                                              crypto::to_hex(phone.public_key())}),
            required);
  EXPECT_EQ(status(access::RotateSigningKey{crypto::to_hex(root_.public_key()),
                                            crypto::to_hex(phone.public_key()), "next"}),
            required);
  EXPECT_EQ(status(enrolment(phone, "bob")),
            static_cast<std::uint16_t>(SigningKeyStatus::proof_does_not_verify));
  EXPECT_EQ(status(enrolment(phone, "ann")), 0);
  expect_a_replay_to_agree();
}

TEST_F(KeyProofs, AStolenLoginGivesItselfNoKeyByTheNewDoorEither) {
  const crypto::SigningKey phone = crypto::SigningKey::generate();
  Request request{.id = next(), .principal = PrincipalId(kAnn), .command = enrolment(phone, "ann")};
  EXPECT_EQ(door(request), DoorStatus::signature_missing);
  require(Operation<ledger::CreateAsset>::kNumber);
  request.command = access::SetKeyProofPolicy{.required = false};
  EXPECT_EQ(door(request), DoorStatus::signature_missing);
}

TEST_F(KeyProofs, SignersOfVaultsLikewise) {
  const crypto::SigningKey key = crypto::SigningKey::generate();
  const std::string text = crypto::to_hex(key.public_key());
  EXPECT_EQ(status(access::SetKeyProofPolicy{.purpose = access::KeyPurpose::custody}), 0);
  EXPECT_EQ(status(custody::RegisterSigner{.code = "s1",
                                           .kind = custody::SignerKind::ed25519,
                                           .public_key = text,
                                           .principal = PrincipalId(kAnn)}),
            static_cast<std::uint16_t>(custody::SignerStatus::proof_required));
  custody::EnrolSigner enrol{.code = "s1",
                             .kind = custody::SignerKind::ed25519,
                             .public_key = text,
                             .principal = PrincipalId(kAnn),
                             .proof = proof(key, "ann")};
  EXPECT_EQ(status(enrol),
            static_cast<std::uint16_t>(custody::EnrolSignerStatus::proof_does_not_verify));
  enrol.proof = proof(key, "ann", access::KeyPurpose::custody);
  EXPECT_EQ(status(enrol), 0);
  EXPECT_EQ(engine_->state().key_proofs.proofs.size(), 1U);
  expect_a_replay_to_agree();
}

}  // namespace
}  // namespace cofferdam::engine
