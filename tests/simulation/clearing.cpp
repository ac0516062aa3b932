// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/clearing.h"

#include "cofferdam/engine/replay.h"
#include "cofferdam/engine/state.h"

#include <filesystem>
#include <map>
#include <set>

namespace cofferdam::simulation {

namespace dm = default_management;
using base::AccountId;
using base::Amount;
using base::AssetId;
using base::ContractId;
using base::OwnerId;
using base::PoolId;
using base::u128;

namespace {

[[nodiscard]] std::uint16_t number_of(const engine::Command& command) {
  return std::visit([]<class C>(const C&) { return engine::Operation<C>::kNumber; }, command);
}

// The owners that a command names, and so may touch.
struct Named {
  std::set<OwnerId> owners;
  bool applies = true;
};

[[nodiscard]] Named named_by(const engine::Command& command, const engine::State& state) {
  Named named;
  const auto backstop = [&](PoolId pool, AssetId asset) {
    const dm::LiquidationTerms* terms = state.resolution.terms.find({pool, asset});
    return terms == nullptr ? OwnerId() : terms->backstop;
  };
  if (const auto* fill = std::get_if<dm::FillLiquidation>(&command)) {
    named.owners = {fill->owner,
                    fill->taker.is_none() ? backstop(fill->pool, fill->asset) : fill->taker};
  } else if (const auto* bid = std::get_if<dm::BidAuction>(&command)) {
    named.owners = {bid->owner, bid->bidder};
  } else if (const auto* opened = std::get_if<dm::OpenAuction>(&command)) {
    named.owners = {opened->owner};
  } else if (const auto* allocated = std::get_if<dm::AllocateLoss>(&command)) {
    named.owners = {state.default_management.losses.find(allocated->loss)->owner};
  } else {
    named.applies = false;
  }
  return named;
}

}  // namespace

void ClearingStatistics::add(const ClearingStatistics& other) {
  commands += other.commands;
  dry_runs += other.dry_runs;
  power_cuts += other.power_cuts;
  gated += other.gated;
  for (std::size_t i = 0; i < accepted.size(); ++i) accepted[i] += other.accepted[i];
  for (std::size_t i = 0; i < refused.size(); ++i) refused[i] += other.refused[i];
}

ClearingSimulation::ClearingSimulation(ClearingSettings settings)
    : settings_(std::move(settings)), random_(settings_.seed ^ 0xC1EA'2149'0000'0000ULL) {
  std::error_code ignored;
  std::filesystem::remove_all(settings_.scratch, ignored);
  std::filesystem::create_directories(settings_.scratch);
}

ClearingSimulation::~ClearingSimulation() {
  engine_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(settings_.scratch, ignored);
}

void ClearingSimulation::fail(const std::string& text) {
  if (!failure_) failure_ = "step " + std::to_string(step_) + ": " + text;
}

void ClearingSimulation::open() {
  engine_.reset();
  engine::Options options;
  options.segment_bytes = 256 << 10;
  options.index_table_ids = 256;
  options.snapshot_every_bytes = 64 << 10;
  options.query_index = false;
  options.background = false;
  options.clock = [this] { return clock_; };
  auto opened = engine::Engine::open(disk_, settings_.scratch, options);
  if (!opened) return fail("does not open: " + opened.error().text());
  engine_ = std::move(*opened);
}

std::optional<std::string> ClearingSimulation::run() {
  open();
  if (!failure_) found();
  for (step_ = 1; step_ <= settings_.steps && !failure_; ++step_) step();
  if (!failure_) end_losses();
  if (!failure_) cut_power();
  if (!failure_) replay_all();
  return failure_;
}

void ClearingSimulation::step() {
  clock_ += static_cast<std::int64_t>(random_.below(20'000'000'000));
  if (random_.chance(4)) clock_ += static_cast<std::int64_t>(random_.below(7'200)) * 1'000'000'000;
  if (random_.chance(1)) cut_power();
  if (!failure_) roll_dated();
  if (!failure_) give(draw());
}

// Everything that was acknowledged is there again, and nothing else.
void ClearingSimulation::cut_power() {
  ++statistics_.power_cuts;
  const auto before = engine::state_hash(engine_->state());
  engine_.reset();
  disk_.crash(random_.next());
  open();
  if (!failure_ && engine::state_hash(engine_->state()) != before)
    fail("other books after a power cut");
}

void ClearingSimulation::replay_all() {
  const auto now = engine::state_hash(engine_->state());
  if (const auto closed = engine_->close(); !closed) return fail(closed.error().text());
  const auto replayed = engine::replay(disk_, settings_.scratch, {.index_table_ids = 256});
  if (!replayed) return fail("does not replay: " + replayed.error().text());
  if (engine::state_hash(*replayed->state) != now) fail("a replay comes to other books");
}

engine::Reply ClearingSimulation::give(engine::Command command) {
  if (failure_) return {};
  ++statistics_.commands;
  const engine::Request request{.id = base::CommandId(++ids_),
                                .principal = base::PrincipalId(1),
                                .command = std::move(command)};
  std::optional<engine::Reply> dry;
  if (random_.chance(10)) {
    const auto before = engine::state_hash(engine_->state());
    auto tried = engine_->dry_run(request);
    if (!tried) return fail(tried.error().text()), engine::Reply();
    if (engine::state_hash(engine_->state()) != before) fail("a dry run leaves a trace");
    dry = std::move(*tried);
    ++statistics_.dry_runs;
  }
  auto reply = engine_->execute(request);
  if (!reply) return fail(reply.error().text()), engine::Reply();
  if (dry && (dry->shape != reply->shape || dry->outcome.status != reply->outcome.status ||
              dry->outcome.door != reply->outcome.door ||
              dry->outcome.postings.size() != reply->outcome.postings.size()))
    fail("a dry run is not the run");
  if (dry)
    for (std::size_t i = 0; i < dry->outcome.postings.size() && !failure_; ++i)
      if (dry->outcome.postings[i].amount != reply->outcome.postings[i].amount)
        fail("a dry run posts something else");
  check(request.command, *reply);
  return *reply;
}

void ClearingSimulation::check(const engine::Command& command, const engine::Reply& reply) {
  const std::uint16_t number = number_of(command);
  ++(reply.ok() ? statistics_.accepted : statistics_.refused)[number % 256];
  if (reply.outcome.door == engine::DoorStatus::policy_breach) ++statistics_.gated;
  if (reply.outcome.door == engine::DoorStatus::law_broken)
    return fail("operation " + std::to_string(number) + " breaks a law: " + reply.outcome.law);
  if (!reply.ok()) return;
  check_pools();
  check_payers(command, reply);
}

// In every pool and asset claims equal the money: all balances together are nothing.
void ClearingSimulation::check_pools() {
  std::map<std::pair<PoolId, AssetId>, u128> sums;
  engine_->state().ledger.accounts.each([&](const ledger::Account& account) {
    sums[{account.pool, account.asset}] +=
        account.credits_posted.units() - account.debits_posted.units();
  });
  for (const auto& [where, sum] : sums)
    if (sum != 0) return fail("a pool's claims are not its money");
}

// Cash of clients moves for those that the command names, and for nobody else.
void ClearingSimulation::check_payers(const engine::Command& command, const engine::Reply& reply) {
  const engine::State& state = engine_->state();
  const Named named = named_by(command, state);
  if (!named.applies) return;
  for (const ledger::Transfer& leg : reply.outcome.postings)
    for (const AccountId id : {leg.debit_account, leg.credit_account}) {
      const ledger::Account& account = *state.ledger.accounts.find(id);
      if (account.account_class == ledger::AccountClass::collateral &&
          !named.owners.contains(account.owner))
        return fail("operation " + std::to_string(number_of(command)) +
                    " touches an owner that it does not name");
    }
}

// Whatever is left open at the end: layers, positions, claims; it ends, and is borne or named.
void ClearingSimulation::end_losses() {
  give(market::RecordMarks{{{.contract = ContractId(1U), .price = base::Price(price_)},
                            {.contract = dated_, .price = base::Price(dated_price())}}});
  std::vector<std::uint32_t> open;
  engine_->state().default_management.losses.each([&](const dm::Loss& loss) {
    if (!loss.outstanding().is_zero()) open.push_back(loss.number);
  });
  for (const std::uint32_t number : open) {
    give(dm::AllocateLoss{.loss = number});
    for (const ContractId contract : {ContractId(1U), dated_})
      give(dm::Deleverage{.loss = number, .contract = contract});
    give(dm::CutClaims{.loss = number});
    if (failure_) return;
    const dm::Loss& loss = *engine_->state().default_management.losses.find(number);
    if (loss.charged + loss.deleveraged + loss.haircut + loss.recovered + loss.outstanding() !=
        loss.amount)
      fail("a loss does not add up");
  }
}

}  // namespace cofferdam::simulation
