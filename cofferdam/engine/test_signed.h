// SPDX-License-Identifier: Apache-2.0
//
// Books whose principals have keys, for the tests of signatures and approvals.
#pragma once

#include "cofferdam/engine/test_books.h"
#include "cofferdam/engine/touches.h"

namespace cofferdam::engine {

using base::AccountId;
using base::Amount;
using base::AssetId;
using base::CommandId;
using base::PoolId;
using base::PrincipalId;
using base::Time;

inline constexpr Time kUntil(1'000'000'000'000);
inline constexpr std::uint32_t kAnn = 2;
inline constexpr std::uint32_t kBob = 3;

// Books with a root and two operators, each with a key.
class Signed : public TestBooks {
 protected:
  Signed() : TestBooks(1'000) {
    must(venue::Genesis{.venue = "T", .root = "root"});
    for (const char* code : {"ann", "bob"})
      must(principal::CreatePrincipal{.code = code,
                                      .roles = principal::kOperator | principal::kAdmin});
    must(ledger::CreateAsset{.code = "USD", .scale = 2});
    enrol(1, root_);
    enrol(kAnn, ann_);
    enrol(kBob, bob_);
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

  void sign(Request& request, const crypto::SigningKey& key, Time until = kUntil) const {
    const CommandRecord record = record_of(request);
    request.signature =
        sign_command(key, {.books = engine_->journal().id(),
                           .record = record,
                           .time = request.time,
                           .not_after = until,
                           .subject = subject_to_sign(request.command, engine_->state())});
  }

  // Of the next command.
  [[nodiscard]] Time next_time() const {
    return std::max(Time(now_), engine_->time() + base::Duration(1));
  }

  // A dry run asks for no signature; what the command itself would meet is asked beside it.
  DoorStatus door(const Request& request) {
    if (!request.signature &&
        signature_required(request.command, request.principal, engine_->state()))
      return DoorStatus::signature_missing;
    const auto reply = engine_->dry_run(request);
    EXPECT_TRUE(reply);
    EXPECT_EQ(reply->shape, 0);
    EXPECT_TRUE(reply->outcome.door != DoorStatus::ok || reply->outcome.status == 0);
    return reply->outcome.door;
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

  // Ends the books.
  void expect_a_replay_to_agree() {
    const crypto::Hash hash = state_hash(engine_->state());
    ASSERT_TRUE(engine_->close());
    const auto replayed = replay(disk_, folder_, {.index_table_ids = 4096});
    ASSERT_TRUE(replayed) << replayed.error().text();
    EXPECT_EQ(state_hash(*replayed->state), hash);
  }

  void require(std::uint16_t operation) {
    must_signed(access::SetSignaturePolicy{.operation = operation}, root_);
  }

  crypto::SigningKey root_ = crypto::SigningKey::generate();
  crypto::SigningKey ann_ = crypto::SigningKey::generate();
  crypto::SigningKey bob_ = crypto::SigningKey::generate();
};

// Two pools with two accounts each, and carl and dora, who have roles by grants only.
class InPools : public Signed {
 protected:
  InPools() {
    for (std::uint32_t n = 1; n <= 2; ++n) {
      must(pool::CreatePool{
          .code = "P" + std::to_string(n), .activity = "test", .allows_deficit = true});
      must(pool::AttachAgreement{.pool = PoolId(n),
                                 .title = "Deed",
                                 .document = std::string(64, 'a'),
                                 .parties = {"x"},
                                 .law = "none"});
      pool::ActivatePool activate;
      activate.pool = PoolId(n);
      must(activate);
      ledger::CreateAccounts accounts;
      for (std::uint32_t i = 0; i < 2; ++i)
        accounts.accounts.push_back(
            {.id = AccountId(10 * n + i), .pool = PoolId(n), .asset = AssetId(1), .code = 1});
      must(accounts);
    }
    for (const char* code : {"carl", "dora"}) must(principal::CreatePrincipal{.code = code});
    must(access::SetGrant{
        .principal = PrincipalId(kCarl), .pool = PoolId(1), .roles = principal::kApprover});
  }

  [[nodiscard]] static ledger::CreateTransfers batch(std::vector<std::uint32_t> pools,
                                                     std::uint64_t amount = 5) {
    ledger::CreateTransfers made;
    std::uint32_t id = 0;
    for (const std::uint32_t n : pools)
      made.transfers.push_back({.id = base::TransferId(++id),
                                .debit_account = AccountId(10 * n),
                                .credit_account = AccountId(10 * n + 1),
                                .amount = Amount(amount),
                                .pool = PoolId(n),
                                .asset = AssetId(1),
                                .code = 1});
    return made;
  }

  [[nodiscard]] static decision::Propose proposal(const ledger::CreateTransfers& batch) {
    return {.operation = Operation<ledger::CreateTransfers>::kNumber,
            .version = 1,
            .content = base::encode(batch)};
  }

  [[nodiscard]] std::vector<std::uint32_t> pools_of(const Command& command) const {
    std::vector<std::uint32_t> pools;
    for (const access::Touch& touch : touches_of(command, engine_->state()))
      pools.push_back(touch.pool.value());
    return pools;
  }

  static constexpr std::uint32_t kCarl = 4;
  static constexpr std::uint32_t kDora = 5;
};

}  // namespace cofferdam::engine
