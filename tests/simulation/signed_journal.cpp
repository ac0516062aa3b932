// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/signed_journal.h"

#include "cofferdam/engine/checkpoint.h"
#include "cofferdam/engine/replay.h"
#include "cofferdam/journal/simulated_disk.h"

#include "tests/simulation/simulation.h"

#include <filesystem>
#include <span>

namespace cofferdam::simulation {

namespace {

using base::AccountId;
using base::Amount;
using base::AssetId;
using base::PoolId;
using base::PrincipalId;
using engine::DoorStatus;
using engine::Operation;

constexpr PrincipalId kRoot(1);
constexpr PrincipalId kAnn(2);
constexpr PrincipalId kBob(3);
constexpr PrincipalId kCem(4);
constexpr PrincipalId kDan(5);
constexpr PrincipalId kCarl(6);
constexpr AssetId kUsd(1);
constexpr std::int64_t kSecond = base::kNanosecondsPerSecond;

[[nodiscard]] crypto::Seed seed_of(char letter) {
  crypto::Seed seed;
  for (std::uint8_t& byte : seed.writable()) byte = static_cast<std::uint8_t>(letter);
  return seed;
}

[[nodiscard]] crypto::SigningKey key_of(char letter) {
  return crypto::SigningKey::from_seed(seed_of(letter));
}

[[nodiscard]] std::string hex_of(char letter) {
  return crypto::to_hex(key_of(letter).public_key());
}

[[nodiscard]] std::string store_checkpoint_key(const std::string& folder) {
  const crypto::PublicKey key = key_of('k').public_key();
  std::filesystem::create_directories(folder + "/keys");
  const auto stored =
      crypto::store_seed(engine::checkpoint_key_path(folder, key).string(), seed_of('k'));
  COFFERDAM_CHECK(stored.has_value(), "the key of the checkpoints can be stored");
  return crypto::to_hex(key);
}

class Books {
 public:
  Books(venue::TimeSource time_source, std::string folder)
      : is_given_(time_source == venue::TimeSource::given), folder_(std::move(folder)) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    const std::string checkpoint_key = store_checkpoint_key(folder_);
    engine::Options options;
    options.segment_bytes = 256 << 10;
    options.index_table_ids = 4096;
    options.background = false;
    options.clock = [this] { return now_; };
    auto opened = engine::Engine::open(disk_, folder_, options);
    COFFERDAM_CHECK(opened.has_value(), "the books open");
    engine_ = std::move(*opened);
    give(kRoot, venue::Genesis{.venue = "SIGNED",
                               .root = "root",
                               .time_source = time_source,
                               .checkpoint_key = checkpoint_key});
  }

  // With the key of this letter, when there is one; another outcome than this ends the program.
  void give(PrincipalId who, engine::Command command, char key = 0,
            DoorStatus door = DoorStatus::ok) {
    now_ += kSecond;
    engine::Request request{
        .id = base::CommandId(++id_), .principal = who, .command = std::move(command)};
    if (is_given_) request.time = base::Time(now_);
    if (key != 0) sign(request, key_of(key));
    expect(request, door);
  }

  void expect(const engine::Request& request, DoorStatus door) {
    const base::Sequence before = engine_->sequence();
    const auto reply = engine_->execute(request);
    COFFERDAM_CHECK(reply.has_value(), "a command is answered");
    COFFERDAM_CHECK(reply->shape == 0, "a command has its shape");
    COFFERDAM_CHECK(reply->outcome.door == door, "the door says what it must");
    if (door == DoorStatus::ok)
      COFFERDAM_CHECK(reply->outcome.status == 0, "an accepted command is carried out");
    alert_moves_ += reply->outcome.alerts.size();
    const bool leaves_none = engine::leaves_no_record(door, request.time.has_value());
    COFFERDAM_CHECK(engine_->sequence() == before + (leaves_none ? 0U : 1U),
                    "what is refused over who or when leaves no record, all else does");
  }

  void sign(engine::Request& request, const crypto::SigningKey& key) const {
    const engine::CommandRecord record = engine::record_of(request);
    request.signature = engine::sign_command(
        key, {.books = engine_->journal().id(),
              .record = record,
              .time = request.time,
              .not_after = base::Time(now_ + 600 * kSecond),
              .subject = engine::subject_to_sign(request.command, engine_->state())});
  }

  [[nodiscard]] engine::Request next(PrincipalId who, engine::Command command) {
    now_ += kSecond;
    engine::Request request{
        .id = base::CommandId(++id_), .principal = who, .command = std::move(command)};
    if (is_given_) request.time = base::Time(now_);
    return request;
  }

  [[nodiscard]] base::ProposalId last_proposal() const {
    return base::ProposalId(static_cast<std::uint32_t>(engine_->state().decision.proposals.size()));
  }

  void expect_proposal(decision::ProposalState state, std::uint16_t outcome) const {
    const decision::Proposal& row = *engine_->state().decision.proposals.find(last_proposal());
    COFFERDAM_CHECK(row.state == state && row.outcome == outcome, "a proposal ends as it must");
  }

  [[nodiscard]] crypto::Hash end(const std::string& keep) {
    COFFERDAM_CHECK(engine_->checkpoint().has_value(), "a checkpoint is made");
    const crypto::Hash hash = engine::state_hash(engine_->state());
    COFFERDAM_CHECK(engine_->close().has_value(), "the books close");
    const auto replayed = engine::replay(disk_, folder_, {.index_table_ids = 4096});
    COFFERDAM_CHECK(replayed && engine::state_hash(*replayed->state) == hash,
                    "a replay comes to the same state");
    if (!keep.empty()) keep_journal(disk_, folder_, keep);
    return hash;
  }

  [[nodiscard]] std::size_t alert_moves() const { return alert_moves_; }

  [[nodiscard]] base::CommandId last_command() const { return base::CommandId(id_); }

 private:
  bool is_given_;
  std::string folder_;
  journal::SimulatedDisk disk_;
  std::int64_t now_ = 1'700'000'000 * kSecond;
  base::u128 id_ = 0;
  std::size_t alert_moves_ = 0;
  std::unique_ptr<engine::Engine> engine_;
};

[[nodiscard]] ledger::CreateTransfers transfers(std::span<const std::uint32_t> pools,
                                                std::uint64_t first_id, std::uint64_t amount) {
  ledger::CreateTransfers made;
  for (const std::uint32_t pool : pools)
    made.transfers.push_back({.id = base::TransferId(first_id++),
                              .debit_account = AccountId(10 * pool),
                              .credit_account = AccountId(10 * pool + 1),
                              .amount = Amount(amount),
                              .pool = PoolId(pool),
                              .asset = kUsd,
                              .code = 1});
  return made;
}

[[nodiscard]] ledger::CreateTransfers one(std::uint32_t pool, std::uint64_t id,
                                          std::uint64_t amount) {
  return transfers(std::span(&pool, 1), id, amount);
}

template <class C>
[[nodiscard]] decision::Propose propose(const C& command) {
  return {.operation = Operation<C>::kNumber,
          .version = Operation<C>::kVersion,
          .content = base::encode(command)};
}

[[nodiscard]] ledger::CreateAsset asset(std::string code) {
  return {.code = std::move(code), .scale = 2};
}

void open_pools(Books& books) {
  for (const char* code : {"ann", "bob"})
    books.give(kRoot, principal::CreatePrincipal{
                          .code = code, .roles = principal::kOperator | principal::kAdmin});
  for (const char* code : {"cem", "dan"})
    books.give(kRoot, principal::CreatePrincipal{.code = code, .roles = principal::kApprover});
  books.give(kRoot, principal::CreatePrincipal{.code = "carl"});
  books.give(kRoot, asset("USD"));
  for (std::uint32_t n = 1; n <= 2; ++n) {
    books.give(kRoot,
               pool::CreatePool{
                   .code = "P" + std::to_string(n), .activity = "test", .allows_deficit = true});
    books.give(kRoot, pool::AttachAgreement{.pool = PoolId(n),
                                            .title = "Deed",
                                            .document = std::string(64, 'a'),
                                            .parties = {"x"},
                                            .law = "none"});
    pool::ActivatePool activate;
    activate.pool = PoolId(n);
    books.give(kRoot, activate);
    ledger::CreateAccounts accounts;
    for (std::uint32_t i = 0; i < 2; ++i)
      accounts.accounts.push_back(
          {.id = AccountId(10 * n + i), .pool = PoolId(n), .asset = kUsd, .code = 1});
    books.give(kRoot, accounts);
  }
}

void register_keys(Books& books) {
  const auto enrol = [&](PrincipalId who, char letter, char by) {
    books.give(kRoot, access::RegisterSigningKey{who, std::string(1, letter), hex_of(letter)}, by);
  };
  enrol(kRoot, 'r', 0);
  enrol(kAnn, 'a', 'r');
  enrol(kBob, 'b', 'r');
  enrol(kCem, 'c', 'r');
  enrol(kDan, 'd', 'r');
}

// Before anything must be signed: a proposal that nobody has signed, for later.
void set_policies(Books& books) {
  books.give(kAnn, propose(asset("OLD")));
  books.give(kRoot, access::SetSignaturePolicy{.preset = access::SignaturePreset::sensitive}, 'r');
  books.give(kRoot,
             access::SetSignaturePolicy{.operation = Operation<ledger::CreateTransfers>::kNumber,
                                        .asset = kUsd,
                                        .above = Amount(100'000)},
             'r');
  books.give(kRoot,
             access::SetSignaturePolicy{.operation = Operation<ledger::CreateTransfers>::kNumber,
                                        .pool = PoolId(2),
                                        .required = false},
             'r');
  books.give(kRoot,
             access::SetSignaturePolicy{.operation = Operation<ledger::CreateAsset>::kNumber}, 'r');
  books.give(kRoot,
             access::SetGrant{.principal = kCarl, .pool = PoolId(1), .roles = principal::kApprover},
             'r');
  books.give(kCem, decision::Approve{.proposal = books.last_proposal()}, 'c');
  books.expect_proposal(decision::ProposalState::failed,
                        static_cast<std::uint16_t>(DoorStatus::signature_missing));
}

void post(Books& books) {
  books.give(kAnn, one(1, 1, 500));
  books.give(kAnn, one(1, 2, 100'001), 0, DoorStatus::signature_missing);
  books.give(kAnn, one(1, 2, 100'001), 'a');
  books.give(kAnn, one(2, 3, 900'000));
  constexpr std::array<std::uint32_t, 2> kBoth{1, 2};
  books.give(kAnn, transfers(kBoth, 4, 200), 'a');
  books.give(kRoot, engine::RevertBatch{.command = books.last_command(), .reason = "twice"}, 'r');
}

void decide(Books& books) {
  books.give(kRoot,
             decision::SetApprovalPolicy{.operation = Operation<ledger::CreateAsset>::kNumber,
                                         .approvals = 2},
             'r');
  books.give(kAnn, asset("EUR"), 'a', DoorStatus::approval_required);
  books.give(kAnn, propose(asset("EUR")), 'a');
  books.give(kCem, decision::Approve{.proposal = books.last_proposal()}, 'c');
  books.give(kDan, decision::Approve{.proposal = books.last_proposal()}, 'd');
  books.expect_proposal(decision::ProposalState::executed, 0);
  // Approved by a key that is revoked before the other one approves; and again by others.
  books.give(kAnn, propose(asset("GBP")), 'a');
  books.give(kRoot, principal::CreatePrincipal{.code = "eve", .roles = principal::kApprover}, 'r');
  books.give(kRoot, access::RegisterSigningKey{PrincipalId(7), "e", hex_of('e')}, 'r');
  books.give(PrincipalId(7), decision::Approve{.proposal = books.last_proposal()}, 'e');
  books.give(kRoot, access::RevokeSigningKey{hex_of('e'), "lost"}, 'r');
  books.give(kCem, decision::Approve{.proposal = books.last_proposal()}, 'c');
  books.expect_proposal(decision::ProposalState::open, 0);
  books.give(kDan, decision::Approve{.proposal = books.last_proposal()}, 'd');
  books.expect_proposal(decision::ProposalState::executed, 0);
  // Proposed by a key that is exchanged before anybody approves.
  books.give(kAnn, propose(asset("CHF")), 'a');
  books.give(kAnn, access::RotateSigningKey{hex_of('a'), hex_of('n'), "new"}, 'a');
  for (const auto& [who, key] : {std::pair{kCem, 'c'}, std::pair{kDan, 'd'}})
    books.give(who, decision::Approve{.proposal = books.last_proposal()}, key);
  books.expect_proposal(decision::ProposalState::failed,
                        static_cast<std::uint16_t>(DoorStatus::signing_key_revoked));
  // Over two pools, of which one asks.
  books.give(kRoot,
             decision::SetApprovalPolicy{.operation = Operation<ledger::CreateTransfers>::kNumber,
                                         .pool = PoolId(2),
                                         .approvals = 1},
             'r');
  constexpr std::array<std::uint32_t, 2> kBoth{1, 2};
  books.give(kAnn, transfers(kBoth, 10, 300), 'n', DoorStatus::approval_required);
  books.give(kAnn, propose(transfers(kBoth, 10, 300)), 'n');
  books.give(kCem, decision::Approve{.proposal = books.last_proposal()}, 'c');
  books.expect_proposal(decision::ProposalState::executed, 0);
}

// Each refusal of a signature, of which there is no record, and then the same command, well signed.
void refuse(Books& books) {
  engine::Request request = books.next(kAnn, one(1, 20, 200'000));
  books.expect(request, DoorStatus::signature_missing);
  books.sign(request, key_of('x'));
  books.expect(request, DoorStatus::signing_key_unknown);
  books.sign(request, key_of('b'));
  books.expect(request, DoorStatus::signing_key_of_another);
  books.sign(request, key_of('a'));
  books.expect(request, DoorStatus::signing_key_revoked);
  books.sign(request, key_of('n'));
  request.signature->signature[7] ^= 1U;
  books.expect(request, DoorStatus::signature_does_not_verify);
  books.sign(request, key_of('n'));
  books.expect(request, DoorStatus::ok);
  books.give(kBob, access::RevokeSigningKey{hex_of('b'), "one's own, unsigned"});
  books.give(kRoot, access::RevokeSigningKey{hex_of('r'), "a root's"}, 0,
             DoorStatus::signature_missing);
  books.give(kCem, one(1, 21, 5), 0, DoorStatus::principal_not_allowed);
}

// A rule that is raised and cleared: records of the second format.
void alert(Books& books) {
  books.give(kRoot,
             alert::SetAlert{.code = "waiting",
                             .measure = alert::Measure::hold_age,
                             .pool = PoolId(1),
                             .direction = alert::Direction::above,
                             .raise = base::SignedAmount(3),
                             .clear = base::SignedAmount(2)},
             'r');
  ledger::CreateTransfers hold = one(1, 30, 700);
  hold.transfers[0].flags = ledger::kPending;
  books.give(kAnn, hold);
  for (int i = 0; i < 6; ++i) books.give(kRoot, engine::Tick{});
  books.give(kAnn, ledger::CreateTransfers{.transfers = {{.id = base::TransferId(31),
                                                          .pending_id = base::TransferId(30),
                                                          .flags = ledger::kVoidPending}}});
  books.give(kRoot, engine::Tick{});
  COFFERDAM_CHECK(books.alert_moves() >= 2, "an alert is raised and cleared");
  books.give(kRoot, alert::RetireAlert{.alert = alert::AlertId(1)}, 'r');
}

}  // namespace

crypto::Hash write_signed_journal(venue::TimeSource time_source, const std::string& scratch,
                                  const std::string& keep) {
  Books books(time_source, scratch);
  open_pools(books);
  register_keys(books);
  set_policies(books);
  post(books);
  decide(books);
  refuse(books);
  alert(books);
  return books.end(keep);
}

}  // namespace cofferdam::simulation
