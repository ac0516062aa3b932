// SPDX-License-Identifier: Apache-2.0
//
// What a voter has sealed is read by nobody before its time, also not where opening it is refused.
#include "cofferdam/engine/test_signed.h"

namespace cofferdam::engine {
namespace {

insurance::RevealClaimVote opening() {
  return {.claim = 1,
          .asset = AssetId(1),
          .voter = base::OwnerId(7),
          .support = decision::Support::against,
          .amount = {},
          .salt = std::string(32, '5'),
          .reason = "in the voter's words"};
}

TEST_F(Signed, ARefusedOpeningOfAVoteLeavesNoRecord) {
  const base::Sequence before = engine_->sequence();
  Request request{.id = next(), .principal = PrincipalId(1), .command = opening()};
  const auto reply = engine_->execute(request);
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->outcome.door, DoorStatus::ok);
  EXPECT_EQ(reply->outcome.status,
            static_cast<std::uint16_t>(insurance::ClaimBallotStatus::claim_not_found));
  EXPECT_EQ(reply->sequence, 0U);
  EXPECT_EQ(engine_->sequence(), before);
  // Nor does who may not give it: 4 is nobody.
  request.principal = PrincipalId(4);
  EXPECT_EQ(engine_->execute(request)->sequence, 0U);
  EXPECT_EQ(engine_->sequence(), before);
  // The id is free; another refusal is recorded as ever.
  request.principal = PrincipalId(1);
  request.command = insurance::CloseClaimVote{.claim = 1};
  EXPECT_NE(engine_->execute(request)->sequence, 0U);
  expect_a_replay_to_agree();
}

TEST_F(Signed, AnOpeningIsNotProposed) {
  const Command command =
      decision::Propose{.operation = Operation<insurance::RevealClaimVote>::kNumber,
                        .version = 1,
                        .content = base::encode(opening())};
  EXPECT_EQ(check_shape(command),
            static_cast<std::uint16_t>(decision::ProposeStatus::operation_not_proposable));
}

}  // namespace
}  // namespace cofferdam::engine
