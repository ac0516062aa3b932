// SPDX-License-Identifier: Apache-2.0
//
// What was signed earlier and takes effect now: proposals and approvals.
#include "cofferdam/engine/test_signed.h"

namespace cofferdam::engine {
namespace {

using decision::ProposalState;

class SignedApproval : public Signed {
 protected:
  SignedApproval() {
    for (const char* code : {"cem", "dan", "eve"})
      must(principal::CreatePrincipal{.code = code, .roles = principal::kApprover});
    enrol(kCem, cem_);
    enrol(kDan, dan_);
    enrol(kEve, eve_);
  }

  [[nodiscard]] static decision::Propose proposal() {
    return {.operation = Operation<ledger::CreateAsset>::kNumber,
            .version = 1,
            .content = base::encode(ledger::CreateAsset{.code = "EUR", .scale = 2})};
  }

  [[nodiscard]] static decision::Approve approval() { return {.proposal = base::ProposalId(1)}; }

  [[nodiscard]] const decision::Proposal& row() const {
    return *engine_->state().decision.proposals.find(base::ProposalId(1));
  }

  void ask_for_approvals(std::uint8_t number) {
    must(decision::SetApprovalPolicy{.operation = Operation<ledger::CreateAsset>::kNumber,
                                     .approvals = number});
  }

  void revoke(const crypto::SigningKey& key) {
    must_signed(access::RevokeSigningKey{crypto::to_hex(key.public_key()), "stolen"}, root_);
  }

  void expect_failed_for_its_key() {
    EXPECT_EQ(row().state, ProposalState::failed);
    EXPECT_EQ(row().outcome, static_cast<std::uint16_t>(DoorStatus::signing_key_revoked));
    EXPECT_EQ(engine_->state().ledger.assets.size(), 1U);
    expect_a_replay_to_agree();
  }

  static constexpr std::uint32_t kCem = 4;
  static constexpr std::uint32_t kDan = 5;
  static constexpr std::uint32_t kEve = 6;
  crypto::SigningKey cem_ = crypto::SigningKey::generate();
  crypto::SigningKey dan_ = crypto::SigningKey::generate();
  crypto::SigningKey eve_ = crypto::SigningKey::generate();
};

TEST_F(SignedApproval, AProposalDiesWithTheKeyThatSignedIt) {
  require(Operation<ledger::CreateAsset>::kNumber);
  must_signed(proposal(), ann_, kAnn);
  revoke(ann_);
  must(approval(), kCem);
  expect_failed_for_its_key();
}

TEST_F(SignedApproval, AlsoWhenTheKeyWasExchanged) {
  require(Operation<ledger::CreateAsset>::kNumber);
  must_signed(proposal(), ann_, kAnn);
  must_signed(access::RotateSigningKey{crypto::to_hex(ann_.public_key()),
                                       crypto::to_hex(crypto::SigningKey::generate().public_key()),
                                       "phone"},
              ann_, kAnn);
  must(approval(), kCem);
  expect_failed_for_its_key();
}

TEST_F(SignedApproval, AlsoWhereNothingMustBeSigned) {
  must_signed(proposal(), ann_, kAnn);
  revoke(ann_);
  must(approval(), kCem);
  expect_failed_for_its_key();
}

// Whoever shows one proposal and has another approved has no signature for it.
TEST_F(SignedApproval, TheApproverSignsWhatIsApproved) {
  must(proposal(), kAnn);
  decision::Propose other = proposal();
  other.content = base::encode(ledger::CreateAsset{.code = "XYZ", .scale = 2});
  must(other, kAnn);
  Request request{.id = next(), .principal = PrincipalId(kCem), .command = approval()};
  const CommandRecord record = record_of(request);
  const auto over = [&](const std::string& subject) {
    request.signature = sign_command(cem_, {.books = engine_->journal().id(),
                                            .record = record,
                                            .time = {},
                                            .not_after = kUntil,
                                            .subject = subject});
    return door(request);
  };
  const std::string good = subject_to_sign(approval(), engine_->state());
  EXPECT_EQ(good, base::encode(ApprovedProposal{PrincipalId(kAnn), row().operation, row().version,
                                                row().content}));
  EXPECT_EQ(over(good), DoorStatus::ok);
  EXPECT_EQ(
      over(subject_to_sign(decision::Approve{.proposal = base::ProposalId(2)}, engine_->state())),
      DoorStatus::signature_does_not_verify);
  EXPECT_EQ(over(""), DoorStatus::signature_does_not_verify);
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    std::string bad = good;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << bit % 8));
    EXPECT_EQ(over(bad), DoorStatus::signature_does_not_verify) << bit;
  }
  // By somebody else it would be carried out in another name.
  EXPECT_EQ(over(base::encode(ApprovedProposal{PrincipalId(kBob), row().operation, row().version,
                                               row().content})),
            DoorStatus::signature_does_not_verify);
}

TEST_F(SignedApproval, AnApprovalDiesWithItsKey) {
  ask_for_approvals(2);
  must(proposal(), kAnn);
  must_signed(approval(), cem_, kCem);
  revoke(cem_);
  must_signed(approval(), dan_, kDan);
  EXPECT_EQ(row().state, ProposalState::open);
  must_signed(approval(), eve_, kEve);
  EXPECT_EQ(row().state, ProposalState::executed);
  expect_a_replay_to_agree();
}

TEST_F(SignedApproval, AnUnsignedApprovalCountsNoMoreOnceItMustBeSigned) {
  ask_for_approvals(2);
  must(proposal(), kAnn);
  must(approval(), kCem);
  require(Operation<decision::Approve>::kNumber);
  must_signed(approval(), dan_, kDan);
  EXPECT_EQ(row().state, ProposalState::open);
  // A rehearsal carries no signature, and what it rehearses would be good.
  const auto rehearsed =
      engine_->dry_run({.id = next(), .principal = PrincipalId(kEve), .command = approval()});
  EXPECT_TRUE(rehearsed->outcome.executed);
  must_signed(approval(), eve_, kEve);
  EXPECT_EQ(row().state, ProposalState::executed);
  expect_a_replay_to_agree();
}

TEST_F(SignedApproval, WhoMayCheckNoMoreHasNotApproved) {
  ask_for_approvals(2);
  must(proposal(), kAnn);
  must(approval(), kCem);
  must(principal::ChangePrincipal{.principal = PrincipalId(kCem), .active = false});
  must(approval(), kDan);
  EXPECT_EQ(row().state, ProposalState::open);
  must(approval(), kEve);
  EXPECT_EQ(row().state, ProposalState::executed);
  expect_a_replay_to_agree();
}

}  // namespace
}  // namespace cofferdam::engine
