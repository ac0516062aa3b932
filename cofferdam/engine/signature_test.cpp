// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/engine/signature.h"

#include "cofferdam/engine/engine.h"
#include "cofferdam/engine/replay.h"
#include "cofferdam/journal/simulated_disk.h"

#include <rapidcheck.h>

#include <filesystem>
#include <gmock/gmock.h>

namespace cofferdam::engine {
namespace {

using base::AccountId;
using base::Amount;
using base::AssetId;
using base::CommandId;
using base::PoolId;
using base::PrincipalId;
using base::Time;

constexpr Time kUntil(1'000'000'000'000);
constexpr std::uint32_t kAnn = 2;
constexpr std::uint32_t kBob = 3;

// Books with a root and two operators, each with a key.
class Signed : public testing::Test {
 protected:
  Signed()
      : folder_(std::filesystem::path(testing::TempDir()) /
                (std::string("signed-") +
                 testing::UnitTest::GetInstance()->current_test_info()->name())) {
    std::filesystem::remove_all(folder_);
    Options options;
    options.segment_bytes = 256 << 10;
    options.index_table_ids = 4096;
    options.background = false;
    options.clock = [this] { return now_; };
    auto opened = Engine::open(disk_, folder_, options);
    EXPECT_TRUE(opened);
    engine_ = std::move(*opened);
    must(venue::Genesis{.venue = "T", .root = "root"});
    for (const char* code : {"ann", "bob"})
      must(principal::CreatePrincipal{.code = code,
                                      .roles = principal::kOperator | principal::kAdmin});
    must(ledger::CreateAsset{.code = "USD", .scale = 2});
    enrol(1, root_);
    enrol(kAnn, ann_);
    enrol(kBob, bob_);
  }

  ~Signed() override {
    engine_.reset();
    std::filesystem::remove_all(folder_);
  }

  void enrol(std::uint32_t who, const crypto::SigningKey& key) {
    Request request{.id = next(),
                    .principal = PrincipalId(1),
                    .command = access::RegisterSigningKey{PrincipalId(who), "laptop",
                                                          crypto::to_hex(key.public_key())}};
    sign(request, root_);  // needed as soon as root has a key, and refused before
    if (who == 1) request.signature.reset();
    ASSERT_TRUE(engine_->execute(request)->ok());
  }

  CommandId next() { return CommandId(++id_); }

  void sign(Request& request, const crypto::SigningKey& key, Time until = kUntil) const {
    request.signature = sign_command(key, engine_->journal().id(), record_of(request), until);
  }

  // Of the next command.
  [[nodiscard]] Time next_time() const {
    return std::max(Time(now_), engine_->time() + base::Duration(1));
  }

  DoorStatus door(const Request& request) {
    const auto reply = engine_->dry_run(request);
    EXPECT_TRUE(reply);
    EXPECT_EQ(reply->shape, 0);
    EXPECT_TRUE(reply->outcome.door != DoorStatus::ok || reply->outcome.status == 0);
    return reply->outcome.door;
  }

  Reply must(Command command, std::uint32_t who = 1) {
    auto reply = engine_->execute(
        {.id = next(), .principal = PrincipalId(who), .command = std::move(command)});
    EXPECT_TRUE(reply && reply->ok());
    return *reply;
  }

  Reply must_signed(Command command, const crypto::SigningKey& key, std::uint32_t who = 1) {
    Request request{.id = next(), .principal = PrincipalId(who), .command = std::move(command)};
    sign(request, key);
    auto reply = engine_->execute(request);
    EXPECT_TRUE(reply);
    EXPECT_TRUE(reply->ok()) << static_cast<int>(reply->outcome.door) << " "
                             << reply->outcome.status;
    return *reply;
  }

  // An asset that ann makes, under her signature.
  Request asset() {
    Request request{.id = next(),
                    .principal = PrincipalId(kAnn),
                    .command = ledger::CreateAsset{.code = "EUR", .scale = 2}};
    sign(request, ann_);
    return request;
  }

  void require(std::uint16_t operation) {
    must(access::SetSignaturePolicy{.operation = operation});
  }

  journal::SimulatedDisk disk_;
  std::string folder_;
  std::unique_ptr<Engine> engine_;
  std::int64_t now_ = 1'000;
  base::u128 id_ = 0;
  crypto::SigningKey root_ = crypto::SigningKey::generate();
  crypto::SigningKey ann_ = crypto::SigningKey::generate();
  crypto::SigningKey bob_ = crypto::SigningKey::generate();
};

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
    const auto signature = sign_command(ann_, books, record, kUntil);
    std::string bytes = signed_bytes(books, record, kUntil, ann_.public_key());
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
  const crypto::Hash hash = state_hash(engine_->state());
  ASSERT_TRUE(engine_->close());
  const auto replayed = replay(disk_, folder_, {.index_table_ids = 4096});
  ASSERT_TRUE(replayed) << replayed.error().text();
  EXPECT_EQ(state_hash(*replayed->state), hash);
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

}  // namespace
}  // namespace cofferdam::engine
