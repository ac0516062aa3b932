// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/engine/signature.h"

#include "cofferdam/engine/test_signed.h"

#include <rapidcheck.h>

#include <map>
#include <set>
#include <string>
#include <type_traits>

namespace cofferdam::engine {
namespace {

TEST_F(Signed, EachRefusalHasItsName) {
  const Request good = asset();
  EXPECT_EQ(door(good), DoorStatus::ok);

  Request unsigned_one = good;
  unsigned_one.signature.reset();
  EXPECT_EQ(door(unsigned_one), DoorStatus::ok);
  require(Operation<ledger::CreateAsset>::kNumber);
  EXPECT_EQ(door(unsigned_one), DoorStatus::signature_missing);
  EXPECT_EQ(door(good), DoorStatus::ok);

  Request request = good;
  sign(request, crypto::SigningKey::generate());
  EXPECT_EQ(door(request), DoorStatus::signing_key_unknown);
  sign(request, bob_);
  EXPECT_EQ(door(request), DoorStatus::signing_key_of_another);
  sign(request, ann_, next_time());
  EXPECT_EQ(door(request), DoorStatus::ok);
  now_ += 1'000;
  EXPECT_EQ(door(request), DoorStatus::signature_expired);
  sign(request, ann_, next_time() + kSignatureLifeMax);
  EXPECT_EQ(door(request), DoorStatus::ok);
  sign(request, ann_, next_time() + kSignatureLifeMax + base::Duration(1));
  EXPECT_EQ(door(request), DoorStatus::signature_lives_too_long);
  request = good;
  request.command = ledger::CreateAsset{.code = "GBP", .scale = 2};
  EXPECT_EQ(door(request), DoorStatus::signature_does_not_verify);
  request = good;
  request.signature->form = 2;
  EXPECT_EQ(door(request), DoorStatus::signature_malformed);
  must_signed(access::RevokeSigningKey{crypto::to_hex(ann_.public_key()), "lost"}, root_);
  EXPECT_EQ(door(good), DoorStatus::signing_key_revoked);
  // A wrong signature is refused also where none is needed.
  request = good;
  request.command = Tick{};
  EXPECT_EQ(door(request), DoorStatus::signing_key_revoked);
}

// Whatever is changed in what was signed, in the signature or in the key, is refused.
TEST_F(Signed, EveryBitCounts) {
  const Request good = asset();
  const CommandRecord record = record_of(good);
  const journal::JournalId books = engine_->journal().id();
  const auto judged = [&](const CommandRecord& changed, const journal::JournalId& of) {
    return check_signature(good.command, changed, of, Time(now_), engine_->state());
  };
  ASSERT_EQ(judged(record, books), DoorStatus::ok);
  const auto flip = [](auto& bytes, std::size_t bit) {
    using Byte = std::remove_reference_t<decltype(bytes[0])>;
    bytes[bit / 8] = static_cast<Byte>(bytes[bit / 8] ^ (1 << bit % 8));
  };
  for (std::size_t bit = 0; bit < record.signature.size() * 8; ++bit) {
    CommandRecord changed = record;
    flip(changed.signature, bit);
    EXPECT_NE(judged(changed, books), DoorStatus::ok) << "signature, bit " << bit;
  }
  for (std::size_t bit = 0; bit < record.content.size() * 8; ++bit) {
    CommandRecord changed = record;
    flip(changed.content, bit);
    EXPECT_EQ(judged(changed, books), DoorStatus::signature_does_not_verify) << bit;
  }
  for (std::size_t bit = 0; bit < books.size() * 8; ++bit) {
    journal::JournalId other = books;
    flip(other, bit);
    EXPECT_EQ(judged(record, other), DoorStatus::signature_does_not_verify) << bit;
  }
  for (unsigned bit = 0; bit < 128; ++bit) {
    CommandRecord changed = record;
    changed.id = CommandId(changed.id.value() ^ (base::u128{1} << bit));
    EXPECT_EQ(judged(changed, books), DoorStatus::signature_does_not_verify) << bit;
  }
  for (unsigned bit = 0; bit < 16; ++bit) {
    CommandRecord changed = record;
    changed.operation = static_cast<std::uint16_t>(changed.operation ^ (1U << bit));
    EXPECT_EQ(judged(changed, books), DoorStatus::signature_does_not_verify) << bit;
    changed = record;
    changed.version = static_cast<std::uint16_t>(changed.version ^ (1U << bit));
    EXPECT_EQ(judged(changed, books), DoorStatus::signature_does_not_verify) << bit;
  }
  for (unsigned bit = 0; bit < 32; ++bit) {
    CommandRecord changed = record;
    changed.principal = PrincipalId(changed.principal.value() ^ (1U << bit));
    EXPECT_EQ(judged(changed, books), DoorStatus::signing_key_of_another) << bit;
  }
}

// Random commands and random changes of one byte, against a verifier that knows only the bytes.
TEST_F(Signed, ASignatureFitsExactlyTheBytesItWasMadeOver) {
  const journal::JournalId books = engine_->journal().id();
  EXPECT_TRUE(rc::check("one byte of the signed bytes", [&] {
    CommandRecord record{.id = CommandId(*rc::gen::inRange<std::uint64_t>(1, 1U << 30U)),
                         .principal = PrincipalId(kAnn),
                         .operation = *rc::gen::arbitrary<std::uint16_t>(),
                         .version = *rc::gen::arbitrary<std::uint16_t>(),
                         .content = *rc::gen::arbitrary<std::string>()};
    std::optional<Time> time;
    if (*rc::gen::arbitrary<bool>()) time = Time(*rc::gen::arbitrary<std::int32_t>());
    const ToSign what{books, record, time, kUntil, *rc::gen::arbitrary<std::string>()};
    const auto signature = sign_command(ann_, what);
    std::string bytes = signed_bytes(what, ann_.public_key());
    RC_ASSERT(crypto::verify(ann_.public_key(), bytes, {signature.signature}));
    const auto at = *rc::gen::inRange<std::size_t>(0, bytes.size());
    const auto by = *rc::gen::inRange(1, 256);
    bytes[at] = static_cast<char>(bytes[at] ^ by);
    RC_ASSERT(!crypto::verify(ann_.public_key(), bytes, {signature.signature}));
  }));
}

// A scalar that is not reduced is another writing of the same signature: refused.
TEST_F(Signed, AMalleatedSignatureIsRefused) {
  Request request = asset();
  constexpr std::array<std::uint8_t, 32> kOrder{0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,
                                                0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
                                                0,    0,    0,    0,    0,    0,    0,    0,
                                                0,    0,    0,    0,    0,    0,    0,    0x10};
  unsigned carry = 0;
  for (std::size_t i = 0; i < 32; ++i) {
    const unsigned sum = request.signature->signature[32 + i] + kOrder[i] + carry;
    request.signature->signature[32 + i] = static_cast<std::uint8_t>(sum);
    carry = sum >> 8;
  }
  EXPECT_EQ(door(request), DoorStatus::signature_does_not_verify);
}

TEST_F(Signed, AReplayVerifiesEverySignatureAgain) {
  require(Operation<ledger::CreateAsset>::kNumber);
  ASSERT_TRUE(engine_->execute(asset())->ok());
  // A key that was in force then stays good for what it signed.
  must_signed(access::RotateSigningKey{crypto::to_hex(ann_.public_key()),
                                       crypto::to_hex(crypto::SigningKey::generate().public_key()),
                                       "phone"},
              ann_, kAnn);
  must_signed(access::RevokeSigningKey{crypto::to_hex(bob_.public_key()), "left"}, root_);
  Request refused = asset();
  const auto reply = engine_->execute(refused);
  ASSERT_EQ(reply->outcome.door, DoorStatus::signing_key_revoked);
  ASSERT_EQ(reply->sequence, 0);
  expect_a_replay_to_agree();
}

// Somebody else could use the id up, or fill the journal, under the name of who has the key.
TEST_F(Signed, ARefusedSignatureUsesNothingUp) {
  require(Operation<ledger::CreateAsset>::kNumber);
  const crypto::SigningKey old = crypto::SigningKey::generate();
  must_signed(
      access::RegisterSigningKey{PrincipalId(kAnn), "old", crypto::to_hex(old.public_key())},
      root_);
  must_signed(access::RevokeSigningKey{crypto::to_hex(old.public_key()), "old"}, root_);
  const Request good = asset();
  std::map<DoorStatus, Request> refused;
  const auto add = [&](DoorStatus status, const crypto::SigningKey& key, Time until = kUntil) {
    refused[status] = good;
    sign(refused[status], key, until);
  };
  add(DoorStatus::signature_missing, ann_);
  refused[DoorStatus::signature_missing].signature.reset();
  add(DoorStatus::signature_malformed, ann_);
  refused[DoorStatus::signature_malformed].signature->form = 2;
  add(DoorStatus::signing_key_unknown, crypto::SigningKey::generate());
  add(DoorStatus::signing_key_of_another, bob_);
  add(DoorStatus::signing_key_revoked, old);
  add(DoorStatus::signature_does_not_verify, ann_);
  refused[DoorStatus::signature_does_not_verify].signature->signature[5] ^= 1;
  add(DoorStatus::signature_expired, ann_, Time(5));
  add(DoorStatus::signature_lives_too_long, ann_, next_time() + base::kDay * 32);
  ASSERT_EQ(refused.size(), 8U);
  const base::Sequence before = engine_->sequence();
  for (const auto& [status, request] : refused) {
    const auto reply = engine_->execute(request);
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->outcome.door, status);
    EXPECT_EQ(reply->sequence, 0);
    EXPECT_FALSE(engine_->find_command(good.id)->has_value());
  }
  EXPECT_EQ(engine_->sequence(), before);
  EXPECT_EQ(engine_->figures().unsealed, 8U);
  const auto reply = engine_->execute(good);
  EXPECT_TRUE(reply->ok());
  EXPECT_FALSE(reply->replayed);
  expect_a_replay_to_agree();
}

TEST(Unfounded, AGenesisWithASignatureIsNoRecord) {
  journal::SimulatedDisk disk;
  const std::string folder =
      std::filesystem::path(testing::TempDir()) / "signed-AGenesisWithASignature";
  std::filesystem::remove_all(folder);
  Options options;
  options.index_table_ids = 4096;
  options.background = false;
  auto engine = Engine::open(disk, folder, options);
  ASSERT_TRUE(engine);
  Request request{.id = CommandId(1), .command = venue::Genesis{.venue = "T", .root = "root"}};
  const CommandRecord record = record_of(request);
  request.signature = sign_command(crypto::SigningKey::generate(),
                                   {(*engine)->journal().id(), record, {}, kUntil, {}});
  const auto refused = (*engine)->execute(request);
  EXPECT_EQ(refused->outcome.door, DoorStatus::signature_malformed);
  EXPECT_EQ(refused->sequence, 0);
  request.signature.reset();
  EXPECT_EQ((*engine)->execute(request)->sequence, 1U);
  engine->reset();
  std::filesystem::remove_all(folder);
}

TEST_F(Signed, WhoCanSignSignsWhatGivesKeys) {
  const std::string key = crypto::to_hex(crypto::SigningKey::generate().public_key());
  Request request{.id = next(),
                  .principal = PrincipalId(kAnn),
                  .command = access::RegisterSigningKey{PrincipalId(kAnn), "phone", key}};
  EXPECT_EQ(door(request), DoorStatus::signature_missing);
  sign(request, ann_);
  EXPECT_EQ(door(request), DoorStatus::ok);
}

TEST_F(Signed, AProposalIsSignedForWhatItProposes) {
  must(principal::CreatePrincipal{.code = "cem", .roles = principal::kApprover});
  const auto proposal = [&] {
    return Request{.id = next(),
                   .principal = PrincipalId(kAnn),
                   .command = decision::Propose{
                       .operation = Operation<ledger::CreateAsset>::kNumber,
                       .version = 1,
                       .content = base::encode(ledger::CreateAsset{.code = "EUR", .scale = 2})}};
  };
  ASSERT_TRUE(engine_->execute(proposal())->ok());  // 1, before the policy
  require(Operation<ledger::CreateAsset>::kNumber);
  Request request = proposal();
  EXPECT_EQ(door(request), DoorStatus::signature_missing);
  sign(request, ann_);
  ASSERT_TRUE(engine_->execute(request)->ok());  // 2
  must(decision::Approve{.proposal = base::ProposalId(1)}, 4);
  using decision::ProposalState;
  const auto state_of = [&](std::uint32_t id) {
    return engine_->state().decision.proposals.find(base::ProposalId(id))->state;
  };
  EXPECT_EQ(state_of(1), ProposalState::failed);
  must(decision::Approve{.proposal = base::ProposalId(2)}, 4);
  EXPECT_EQ(state_of(2), ProposalState::executed);
}

TEST_F(Signed, ThePresetAsksForKeysPoliciesAndRolesAndNotForFreezing) {
  must_signed(access::SetSignaturePolicy{.preset = access::SignaturePreset::sensitive}, root_);
  const auto asked = [&](Command command) {
    return signature_required(command, PrincipalId(1), engine_->state());
  };
  EXPECT_TRUE(asked(principal::CreatePrincipal{.code = "x"}));
  EXPECT_TRUE(asked(decision::SetApprovalPolicy{.operation = 1}));
  EXPECT_TRUE(asked(access::SetSignaturePolicy{.operation = 1}));
  EXPECT_TRUE(asked(decision::Approve{.proposal = base::ProposalId(1)}));
  EXPECT_TRUE(asked(custody::RegisterSigner{}));
  EXPECT_TRUE(asked(RevertBatch{}));
  EXPECT_TRUE(asked(pool::SetBeneficiaries{}));
  EXPECT_TRUE(asked(reconciliation::SetGuard{}));
  EXPECT_TRUE(asked(reconciliation::ResolveBreak{}));
  EXPECT_TRUE(asked(alert::SetAlert{}));
  EXPECT_TRUE(asked(alert::RetireAlert{}));
  EXPECT_FALSE(asked(pool::FreezePool{}));
  EXPECT_FALSE(asked(access::RevokeSigningKey{}));
  EXPECT_FALSE(asked(Tick{}));
  // The last root that can sign is not taken away by another command either.
  Request request{.id = next(),
                  .principal = PrincipalId(1),
                  .command = principal::CreatePrincipal{.code = "two", .roles = principal::kRoot}};
  sign(request, root_);
  ASSERT_TRUE(engine_->execute(request)->ok());
  Request leave{
      .id = next(),
      .principal = PrincipalId(1),
      .command = principal::ChangePrincipal{.principal = PrincipalId(1), .active = false}};
  sign(leave, root_);
  EXPECT_EQ(door(leave), DoorStatus::law_broken);
}

// Each operation of the books is placed: it is in the list, or here with what it is.
TEST(SignaturePresets, WhatMovesMoneyOrDecidesIsSigned) {
  const std::set<std::string_view> unsigned_ones{
      // what founds the books, and what time brings about
      "books.found", "time.tick", "margin.evaluate", "insurance.advance", "claim.advance",
      // what says something that others judge or bound
      "fact.record", "mark.record", "statement.record", "reconciliation.begin", "break.assign",
      "claim.notify", "claim.evidence", "alert.acknowledge",
      // what machines book all day
      "account.create", "participant.open", "trade.record", "trade.clear", "order.reserve",
      "order.release",
      // what stops, takes back, or opens what was fixed before
      "pool.freeze", "conduit.retire", "release.retire", "beneficiary.remove", "proposal.reject",
      "proposal.withdraw", "intent.veto", "intent.cancel", "signer.revoke", "signing-key.revoke",
      "fund.cancel", "governance.cancel", "claim.reveal",
      // what carries signatures of its own, or is signed when what it proposes is
      "intent.approve", "proposal.create", "signing-key.prove",
      // what came after the list, which stays as it is
      "governance.review-conflicts"};
  const auto listed = operations_of(access::SignaturePreset::money_and_votes);
  const auto has = [&](std::uint16_t number) {
    return std::ranges::find(listed, number) != listed.end();
  };
  const auto place = [&]<class C>(std::type_identity<C>) {
    using O = Operation<C>;
    if (O::kNumber >= 280) return;  // came after the list
    EXPECT_NE(has(O::kNumber), unsigned_ones.contains(O::kName)) << O::kName;
  };
  [&]<class... C>(std::type_identity<std::variant<C...>>) {
    (place(std::type_identity<C>{}), ...);
  }(std::type_identity<CommandVariant>{});
}

// Journals name the lists: these are the numbers that they mean, for ever.
TEST(SignaturePresets, NeverChange) {
  const auto joined = [](access::SignaturePreset preset) {
    std::string text;
    for (const std::uint16_t number : operations_of(preset))
      text += (text.empty() ? "" : " ") + std::to_string(number);
    return text;
  };
  const std::string sensitive =
      "4 20 21 22 23 25 26 30 40 42 50 51 52 54 55 56 57 58 60 65 66 80 81 100 102 103 104 106 3 "
      "64 132 135 150 152 180 181 188 189 190 191";
  EXPECT_EQ(joined(access::SignaturePreset::sensitive), sensitive);
  EXPECT_EQ(
      joined(access::SignaturePreset::money_and_votes),
      sensitive +
          " 10 12 13 62 63 68 85 110 111 134 160 161 163 164 165 166 167 170 171 172 173 174 "
          "182 183 184 186 187 192 193 194 195 196 197 198 199 200 201 202 203 205 206 207 "
          "208 209 210 211 212 213 214 215 216 217 218 220 221 222 225 226 227 228 229 231 "
          "232 233 234 235 237 238 239 240 241 242 243 244 245 250 251 252 253 254 255 260 261 262 "
          "263 270 272 273");
  const auto all = operations_of(access::SignaturePreset::money_and_votes);
  EXPECT_EQ(std::set<std::uint16_t>(all.begin(), all.end()).size(), all.size());
}

TEST_F(Signed, APresetIsLoosenedByTheOperation) {
  const auto asked = [&](Command command) {
    return signature_required(command, PrincipalId(1), engine_->state());
  };
  EXPECT_FALSE(asked(ledger::CreateTransfers{}));
  must_signed(access::SetSignaturePolicy{.preset = access::SignaturePreset::money_and_votes},
              root_);
  EXPECT_TRUE(asked(ledger::CreateTransfers{}));
  EXPECT_TRUE(asked(insurance::PayClaim{}));
  EXPECT_TRUE(asked(insurance::CommitClaimVote{}));
  EXPECT_TRUE(asked(decision::CastVote{}));
  EXPECT_FALSE(asked(insurance::RevealClaimVote{}));
  must_signed(access::SetSignaturePolicy{.operation = Operation<ledger::CreateTransfers>::kNumber,
                                         .required = false},
              root_);
  EXPECT_FALSE(asked(ledger::CreateTransfers{}));
  expect_a_replay_to_agree();
}

TEST_F(Signed, ADryRunAsksForNoSignatureAndTheCommandDoes) {
  require(Operation<ledger::CreateAsset>::kNumber);
  Request request = asset();
  request.signature.reset();
  const auto rehearsed = engine_->dry_run(request);
  ASSERT_TRUE(rehearsed);
  EXPECT_TRUE(rehearsed->ok());
  EXPECT_EQ(engine_->execute(request)->outcome.door, DoorStatus::signature_missing);
}

// The record says which time was given; the statement has the same, or does not verify.
TEST_F(Signed, ATimeThatIsGivenIsUnderTheSignature) {
  const Request good = asset();
  const journal::JournalId books = engine_->journal().id();
  const auto judged = [&](std::optional<Time> signed_time, std::optional<Time> given, Time now) {
    Request request = good;
    request.time = given;
    request.signature.reset();
    const CommandRecord record = record_of(request);
    request.signature = sign_command(ann_, {books, record, signed_time, kUntil, {}});
    return check_signature(request.command, record_of(request), books, now, engine_->state());
  };
  const Time now(now_);
  EXPECT_EQ(judged(now, now, now), DoorStatus::ok);
  EXPECT_EQ(judged(std::nullopt, std::nullopt, now), DoorStatus::ok);
  EXPECT_EQ(judged(now, std::nullopt, now), DoorStatus::signature_does_not_verify);
  EXPECT_EQ(judged(std::nullopt, now, now), DoorStatus::signature_does_not_verify);
  const Time later = now + base::Duration(1);
  EXPECT_EQ(judged(now, later, later), DoorStatus::signature_does_not_verify);
  EXPECT_EQ(judged(now, now, later), DoorStatus::signature_malformed);  // a forged record
}

TEST_F(Signed, WhoTakesTheirKeyBackDoesNotGiveThemselvesAnother) {
  const std::string key = crypto::to_hex(crypto::SigningKey::generate().public_key());
  must(access::RevokeSigningKey{crypto::to_hex(ann_.public_key()), "lost"}, kAnn);
  Request again{.id = next(),
                .principal = PrincipalId(kAnn),
                .command = access::RegisterSigningKey{PrincipalId(kAnn), "new", key}};
  EXPECT_EQ(door(again), DoorStatus::signature_missing);
  EXPECT_EQ(engine_->execute(again)->outcome.door, DoorStatus::signature_missing);
  must_signed(access::RegisterSigningKey{PrincipalId(kAnn), "new", key}, bob_, kBob);
}

TEST_F(Signed, OnlyOnesOwnKeysAreRevokedUnsignedAndNeverARoots) {
  const auto revoke = [&](std::uint32_t who, const crypto::SigningKey& key) {
    return door({.id = next(),
                 .principal = PrincipalId(who),
                 .command = access::RevokeSigningKey{crypto::to_hex(key.public_key()), "x"}});
  };
  EXPECT_EQ(revoke(1, ann_), DoorStatus::signature_missing);
  EXPECT_EQ(revoke(kBob, ann_), DoorStatus::signature_missing);
  EXPECT_EQ(revoke(1, root_), DoorStatus::signature_missing);
  EXPECT_EQ(revoke(kAnn, ann_), DoorStatus::ok);
  const crypto::SigningKey second = crypto::SigningKey::generate();
  must_signed(
      access::RegisterSigningKey{PrincipalId(1), "phone", crypto::to_hex(second.public_key())},
      root_);
  // Which of two is left, a stolen login does not choose.
  EXPECT_EQ(revoke(1, second), DoorStatus::signature_missing);
  EXPECT_EQ(revoke(1, root_), DoorStatus::signature_missing);
  must_signed(access::RevokeSigningKey{crypto::to_hex(second.public_key()), "lost"}, root_);
}

// Also in books that ask for nothing but one operation.
TEST_F(Signed, WhileAnythingMustBeSignedWhatGuardsItMustBe) {
  const auto asked = [&](Command command) {
    return signature_required(command, PrincipalId(1), engine_->state());
  };
  const std::array<Command, 5> guarding{
      access::SetSignaturePolicy{.operation = Operation<ledger::CreateAsset>::kNumber,
                                 .required = false},
      access::SetGrant{.principal = PrincipalId(kAnn), .pool = PoolId(1)},
      principal::CreatePrincipal{.code = "x"},
      principal::ChangePrincipal{.principal = PrincipalId(kAnn)},
      decision::SetApprovalPolicy{.operation = 1}};
  for (const Command& command : guarding) EXPECT_FALSE(asked(command)) << command.index();
  require(Operation<ledger::CreateAsset>::kNumber);
  for (const Command& command : guarding) EXPECT_TRUE(asked(command)) << command.index();
  EXPECT_FALSE(asked(ledger::ChangeAccount{}));
  // What a policy says of themselves changes nothing.
  must_signed(
      access::SetSignaturePolicy{.operation = Operation<access::SetSignaturePolicy>::kNumber,
                                 .required = false},
      root_);
  EXPECT_TRUE(asked(guarding[0]));
  // Nor does the way over a proposal.
  EXPECT_TRUE(
      asked(decision::Propose{.operation = Operation<principal::CreatePrincipal>::kNumber,
                              .version = 1,
                              .content = base::encode(principal::CreatePrincipal{.code = "x"})}));
}

TEST_F(InPools, ABatchOverSeveralPoolsIsNotApprovedFromOneOfThem) {
  must(decision::SetApprovalPolicy{.operation = Operation<ledger::CreateTransfers>::kNumber,
                                   .pool = PoolId(2),
                                   .approvals = 2,
                                   .roles = principal::kApprover,
                                   .life = base::kDay});
  must(proposal(batch({1, 2})), kAnn);
  const decision::Proposal* row = engine_->state().decision.proposals.find(base::ProposalId(1));
  EXPECT_TRUE(row->pool.is_none());
  EXPECT_EQ(row->approvals_needed, 2);
  const auto approve = [&](std::uint32_t number) {
    return engine_->execute({.id = next(),
                             .principal = PrincipalId(kCarl),
                             .command = decision::Approve{.proposal = base::ProposalId(number)}});
  };
  EXPECT_EQ(approve(1)->outcome.status,
            static_cast<std::uint16_t>(decision::AnswerStatus::not_permitted));
  must(proposal(batch({1})), kAnn);
  EXPECT_TRUE(approve(2)->ok());
}

TEST_F(InPools, AThresholdIsOfTheWholeCommand) {
  must(access::SetSignaturePolicy{.operation = Operation<ledger::CreateTransfers>::kNumber,
                                  .asset = AssetId(1),
                                  .above = Amount(10)});
  const auto asked = [&](Command command) {
    return signature_required(command, PrincipalId(kAnn), engine_->state());
  };
  EXPECT_FALSE(asked(batch({1, 1})));
  EXPECT_TRUE(asked(batch({1, 1, 1})));
  EXPECT_FALSE(asked(batch({1, 1, 2, 2})));  // ten in each
}

TEST_F(InPools, NobodyChangesWhoHasByAGrantWhatTheyHaveNot) {
  const auto status = [&](std::uint32_t who) {
    return engine_
        ->dry_run({.id = next(),
                   .principal = PrincipalId(who),
                   .command = principal::ChangePrincipal{.principal = PrincipalId(kCarl),
                                                         .active = false}})
        ->outcome.status;
  };
  EXPECT_EQ(status(kAnn),
            static_cast<std::uint16_t>(principal::ChangePrincipalStatus::role_not_held));
  EXPECT_EQ(status(1), 0);
}

TEST_F(InPools, AlertsAndReconciliationActOnThePoolThatTheyName) {
  using testing::ElementsAre;
  must(alert::SetAlert{.code = "low",
                       .measure = alert::Measure::hold_age,
                       .pool = PoolId(2),
                       .direction = alert::Direction::above,
                       .raise = base::SignedAmount(100),
                       .clear = base::SignedAmount(50)});
  EXPECT_THAT(pools_of(alert::AcknowledgeAlert{.alert = alert::AlertId(1)}), ElementsAre(2));
  EXPECT_THAT(pools_of(alert::RetireAlert{.alert = alert::AlertId(1)}), ElementsAre(2));
  EXPECT_THAT(pools_of(alert::RetireAlert{.alert = alert::AlertId(9)}), ElementsAre(0));
  EXPECT_THAT(pools_of(reconciliation::BeginReconciliation{.account = AccountId(20)}),
              ElementsAre(2));
  EXPECT_THAT(pools_of(reconciliation::RecordStatement{.account = AccountId(10)}), ElementsAre(1));
  EXPECT_THAT(pools_of(reconciliation::RecordStatement{.wallet = base::WalletId(9)}),
              ElementsAre(0));
  EXPECT_THAT(pools_of(reconciliation::ResolveBreak{.breaks = {reconciliation::BreakId(9)}}),
              ElementsAre(0));
  // So a role in the pool is enough there, and in no other.
  must(access::SetGrant{
      .principal = PrincipalId(kDora), .pool = PoolId(2), .roles = principal::kAdmin});
  const auto retire = [&] {
    return engine_
        ->dry_run({.id = next(),
                   .principal = PrincipalId(kDora),
                   .command = alert::RetireAlert{.alert = alert::AlertId(1)}})
        ->outcome.door;
  };
  EXPECT_EQ(retire(), DoorStatus::ok);
  must(access::SetGrant{.principal = PrincipalId(kDora), .pool = PoolId(2), .roles = 0});
  must(access::SetGrant{
      .principal = PrincipalId(kDora), .pool = PoolId(1), .roles = principal::kAdmin});
  EXPECT_EQ(retire(), DoorStatus::principal_not_allowed);
}

}  // namespace
}  // namespace cofferdam::engine
