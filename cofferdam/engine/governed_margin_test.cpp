// SPDX-License-Identifier: Apache-2.0
//
// The rules of margin under a vote: a rulebook, its safeguards and the limits of a contract change
// after their timelock only, whole or not at all; a guardian tightens at once, within the bounds.
#include "cofferdam/engine/engine.h"
#include "cofferdam/engine/replay.h"
#include "cofferdam/journal/simulated_disk.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace cofferdam::engine {
namespace {

using base::Amount;
using base::AssetId;
using base::ContractId;
using base::PrincipalId;
using base::SignedAmount;
using base::Time;

constexpr PrincipalId kRoot{1U};
constexpr PrincipalId kExecutive{2U};
constexpr PrincipalId kGuardian{3U};
constexpr PrincipalId kAnna{4U};
constexpr AssetId kUsd{1U};
constexpr ContractId kPerp{1U};

class GovernedMargin : public testing::Test {
 protected:
  GovernedMargin() : folder_(std::filesystem::path(testing::TempDir()) / "governed-margin") {
    std::filesystem::remove_all(folder_);
    Options options;
    options.segment_bytes = 256 << 10;
    options.index_table_ids = 4096;
    options.background = false;
    options.clock = [this] { return now_.value(); };
    auto opened = Engine::open(disk_, folder_, options);
    EXPECT_TRUE(opened) << opened.error().text();
    engine_ = std::move(*opened);
  }

  ~GovernedMargin() override {
    engine_.reset();
    std::filesystem::remove_all(folder_);
  }

  Reply send(PrincipalId who, Command command) {
    auto reply = engine_->execute(
        {.id = base::CommandId(++id_), .principal = who, .command = std::move(command)});
    EXPECT_TRUE(reply) << reply.error().text();
    return reply ? *reply : Reply();
  }

  void must(PrincipalId who, const Command& command) {
    const Reply reply = send(who, command);
    EXPECT_TRUE(reply.ok()) << refusal_of(command, reply.outcome).rule << " shape " << reply.shape;
  }

  static margin::SetRulebook rulebook(std::uint32_t initial_ppm) {
    return {.code = "grid",
            .version = "1",
            .asset = kUsd,
            .value_scale = 2,
            .scenarios = 2,
            .initial_ppm = initial_ppm,
            .maintenance_ppm = 600'000,
            .life = base::kDay * 365,
            .late_max = base::kHour};
  }

  static margin::SetProcyclicality safeguards(std::uint32_t buffer_ppm) {
    return {.rulebook = margin::RulebookId(1U),
            .buffer_ppm = buffer_ppm,
            .loosen_ppm = 100'000,
            .period = base::kDay,
            .notice = base::kDay};
  }

  static market::SetLimits limits(std::int64_t open_max) {
    return {.contract = kPerp, .open_max = base::Quantity(open_max)};
  }

  void found() {
    must(kRoot, venue::Genesis{.venue = "T", .root = "root"});
    for (const auto& [code, roles] : {std::pair{"governance", int{principal::kAdmin}},
                                      {"guardian", int{principal::kAdmin}},
                                      {"anna", int{principal::kOperator}}})
      must(kRoot,
           principal::CreatePrincipal{.code = code, .roles = static_cast<std::uint16_t>(roles)});
    must(kRoot, ledger::CreateAsset{.code = "USD", .scale = 2});
    must(kRoot, market::CreateContract{.code = "P", .settlement_asset = kUsd, .price_scale = 2});
    must(kRoot, rulebook(1'200'000));
    must(kRoot, safeguards(250'000));
    must(kRoot, limits(1'000));
    decision::Constitute terms;
    terms.rules.quorum_numerator = 30;
    terms.proposal_threshold = Amount(10);
    terms.bootstrap_ends = now_ + base::kHour;
    terms.executive = kExecutive;
    terms.guardians = {kGuardian};
    terms.governed = {
        {.operation = Operation<margin::SetRulebook>::kNumber, .tighten_at_once = false},
        {.operation = Operation<margin::SetProcyclicality>::kNumber, .tighten_at_once = true},
        {.operation = Operation<market::SetLimits>::kNumber, .tighten_at_once = false}};
    terms.bounds = {{.operation = Operation<margin::SetProcyclicality>::kNumber,
                     .field = "buffer_ppm",
                     .scale = 0,
                     .least = SignedAmount(250'000),
                     .most = SignedAmount(1'000'000),
                     .tighter = decision::Tightening::higher}};
    must(kRoot, terms);
    must(kRoot, decision::SetWeight{.voter = kAnna, .scale = 0, .weight = Amount(60), .owner = {}});
    must(kRoot, safeguards(250'000));  // a setting that the guardian's is compared with
    now_ = now_ + base::kHour;
  }

  static decision::ProposeChange propose(const std::vector<Command>& commands) {
    decision::ProposeChange change;
    for (const Command& command : commands)
      std::visit(
          [&]<class C>(const C& content) {
            change.commands.push_back({.operation = Operation<C>::kNumber,
                                       .version = Operation<C>::kVersion,
                                       .content = base::encode(content)});
          },
          command);
    change.reason = "calmer markets";
    return change;
  }

  [[nodiscard]] std::uint32_t initial_ppm() const {
    return engine_->state().margin.rulebooks.find(margin::RulebookId(1U))->initial_ppm;
  }

  [[nodiscard]] std::uint32_t buffer_ppm() const {
    return engine_->state().safeguards.procyclicalities.find(margin::RulebookId(1U))->buffer_ppm;
  }

  journal::SimulatedDisk disk_;
  std::string folder_;
  Time now_{1'700'000'000'000'000'000};
  std::uint64_t id_ = 0;
  std::unique_ptr<Engine> engine_;
};

TEST_F(GovernedMargin, RulesLoosenByAVoteAndItsTimelockOnly) {
  found();
  for (const Command& looser :
       {Command(rulebook(1'000'000)), Command(limits(2'000)), Command(safeguards(250'000))})
    EXPECT_EQ(send(kRoot, looser).outcome.door, DoorStatus::approval_required);
  must(kGuardian, safeguards(400'000));  // tighter, and within the bounds
  EXPECT_EQ(buffer_ppm(), 400'000U);
  EXPECT_EQ(send(kGuardian, safeguards(300'000)).outcome.door, DoorStatus::approval_required);
  EXPECT_EQ(send(kGuardian, safeguards(1'100'000)).outcome.door, DoorStatus::approval_required);

  const Reply proposed =
      send(kAnna, propose({rulebook(1'000'000), safeguards(300'000), limits(2'000)}));
  ASSERT_TRUE(proposed.ok()) << proposed.outcome.status << " shape " << proposed.shape;
  const auto number = static_cast<std::uint32_t>(proposed.outcome.created);
  now_ = now_ + base::kDay + base::kSecond;
  must(kAnna, decision::CastVote{
                  .proposal = number, .support = decision::Support::in_favour, .reason = "yes"});
  now_ = now_ + base::kDay * 8;
  must(kAnna, decision::QueueChange{number});
  EXPECT_EQ(send(kAnna, decision::ExecuteChange{number}).outcome.status,
            static_cast<std::uint16_t>(decision::GovernanceStatus::not_ready));
  EXPECT_EQ(initial_ppm(), 1'200'000U);
  now_ = now_ + base::kDay * 2;
  must(kAnna, decision::ExecuteChange{number});
  EXPECT_EQ(initial_ppm(), 1'000'000U);
  EXPECT_EQ(buffer_ppm(), 300'000U);
  EXPECT_EQ(engine_->state().limits.limits.find(kPerp)->at(now_).open_max, base::Quantity(2'000));

  const auto hash = state_hash(engine_->state());
  ASSERT_TRUE(engine_->close());
  const auto replayed = replay(disk_, folder_, {.index_table_ids = 4096});
  ASSERT_TRUE(replayed) << replayed.error().text();
  EXPECT_EQ(state_hash(*replayed->state), hash);
}

}  // namespace
}  // namespace cofferdam::engine
