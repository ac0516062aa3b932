// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/workload.h"

namespace cofferdam::simulation {

namespace {

using base::AccountId;
using base::Amount;
using base::AssetId;
using base::i128;
using base::OwnerId;
using base::PoolId;
using base::SignedAmount;
using ledger::AccountClass;
using ledger::OwnerClass;

[[nodiscard]] pool::CreatePool new_pool(Random& random, std::string code) {
  pool::CreatePool command{.code = std::move(code), .activity = "simulation"};
  const std::vector<pool::Regime> regimes{pool::Regime::capital, pool::Regime::omnibus,
                                          pool::Regime::omnibus, pool::Regime::house,
                                          pool::Regime::individual};
  command.regime = random.one_of(regimes);
  if (command.regime == pool::Regime::individual) command.owner = OwnerId(1);
  command.allows_deficit = random.chance(70);
  if (command.regime == pool::Regime::omnibus)
    command.buffer_caps.push_back({.asset = AssetId(1), .cap = Amount(random.below(200))});
  using enum OwnerClass;
  constexpr OwnerClass kPool = OwnerClass::pool;
  command.edges = {{kPool, client, 0}, {client, kPool, 0}, {client, house, 3},
                   {kPool, house, 0},  {house, kPool, 2},  {house, client, 6}};
  return command;
}

[[nodiscard]] pool::AttachAgreement agreement(PoolId pool) {
  return {.pool = pool,
          .title = "Deed",
          .document = std::string(64, 'a'),
          .parties = {"operator"},
          .law = "law of the simulation"};
}

}  // namespace

engine::Request Workload::request(engine::Command command) {
  engine::Request made{
      .id = new_id(), .principal = base::PrincipalId(1), .command = std::move(command)};
  made.want_balances = random_.chance(50);
  if (std::holds_alternative<ledger::CreateTransfers>(made.command)) batches_.push_back(made.id);
  return made;
}

std::optional<engine::Request> Workload::opening() {
  switch (opened_++) {
    case 0:
      return request(
          venue::Genesis{.venue = "SIM", .root = "root", .checkpoint_key = checkpoint_key_});
    case 1:
      return request(ledger::CreateAsset{.code = "USD", .scale = 2});
    case 2:
      return request(ledger::CreateAsset{.code = "BTC", .scale = 8});
    case 3:
      return request(
          principal::CreatePrincipal{.code = "op", .roles = principal::kOperator, .person = 2});
    case 4:
      return request(
          principal::CreatePrincipal{.code = "check", .roles = principal::kApprover, .person = 3});
    case 5:
    case 8:
    case 11:
      return request(new_pool(random_, "P" + std::to_string(opened_)));
    case 6:
    case 9:
      return request(agreement(PoolId(opened_ == 7 ? 1 : 2)));
    case 7:
    case 10: {
      pool::ActivatePool activate;
      activate.pool = PoolId(opened_ == 8 ? 1 : 2);
      return request(activate);
    }
    case 12:
      return request(market::CreateContract{
          .code = "PERP", .settlement_asset = AssetId(1), .price_scale = 0, .quantity_scale = 0});
    default:
      return std::nullopt;
  }
}

engine::Request Workload::next(const engine::State& state, base::Time now) {
  engine::Request made = request(draw(state, now));
  if (random_.chance(3))
    made.principal = base::PrincipalId(1 + static_cast<std::uint32_t>(random_.below(5)));
  if (random_.chance(1)) made.time = base::Time(now.value());
  const auto* approve = std::get_if<decision::Approve>(&made.command);
  if (approve != nullptr && random_.chance(80)) made.principal = base::PrincipalId(3);
  return made;
}

engine::Request Workload::repeat(const engine::Request& earlier, bool changed) {
  engine::Request again = earlier;
  if (!changed) return again;
  if (auto* batch = std::get_if<ledger::CreateTransfers>(&again.command);
      batch != nullptr && !batch->transfers.empty()) {
    batch->transfers[random_.below(batch->transfers.size())].user_data_64 += 1;
  } else if (random_.chance(50)) {
    again.principal = base::PrincipalId(again.principal.value() + 1);
  } else {
    again.command = engine::RevertBatch{.command = base::CommandId(random_.wide() | 1)};
  }
  return again;
}

engine::Command Workload::draw(const engine::State& state, base::Time now) {
  const std::uint64_t dice = random_.below(100);
  if (accounts_ < 6 || dice < 8) return accounts(state);
  if (dice < 62) return transfers(state);
  if (dice < 68) return change(state);
  if (dice < 74) return engine::Tick{static_cast<std::uint8_t>(random_.chance(3) ? 1 : 0)};
  if (dice < 79) {
    const bool known = !batches_.empty() && random_.chance(90);
    return engine::RevertBatch{.command = known ? random_.one_of(batches_) : new_id(),
                               .reason = random_.chance(2) ? std::string(1025, 'x') : "mistake"};
  }
  if (dice < 88) return draw_pool(state);
  if (dice < 95) return draw_market(state);
  static_cast<void>(now);
  return draw_decision(state);
}

base::PoolId Workload::any_pool(const engine::State& state) {
  return PoolId(1 + static_cast<std::uint32_t>(random_.below(state.pool.pools.size() + 1)));
}

engine::Command Workload::draw_pool(const engine::State& state) {
  const PoolId pool = any_pool(state);
  const auto step = [&]<class C>(C command) -> engine::Command {
    command.pool = pool;
    return command;
  };
  switch (random_.below(12)) {
    case 0:
      return new_pool(random_, "N" + std::to_string(++names_));
    case 1:
      return agreement(pool);
    case 2:
      return step(pool::ActivatePool());
    case 3:
      return step(pool::FreezePool());
    case 4:
    case 5:
      return step(pool::UnfreezePool());
    case 6:
      if (random_.chance(30)) return step(pool::WindUpPool());
      return step(pool::ClosePool());
    case 7:
    case 8: {
      const auto half = static_cast<std::uint32_t>(random_.below(2));
      return pool::DeclareConduit{.code = "C" + std::to_string(++names_),
                                  .from = PoolId(1 + half),
                                  .to = PoolId(2 - half),
                                  .asset = AssetId(1),
                                  .purpose = "simulation",
                                  .transfer_max = Amount(random_.below(300))};
    }
    default:
      break;
  }
  const auto conduit = base::ConduitId(
      1 + static_cast<std::uint32_t>(random_.below(state.pool.conduits.size() + 1)));
  const ledger::Account* from = any_account(state);
  const ledger::Account* to = any_account(state);
  if (from == nullptr || to == nullptr) return agreement(pool);
  if (random_.chance(60))
    return pool::ConduitTransfer{.conduit = conduit,
                                 .debit_account = from->id,
                                 .credit_account = to->id,
                                 .amount = amount(),
                                 .code = 1};
  return pool::SettleConduit{
      .conduit = conduit, .custody_from = from->id, .custody_to = to->id, .amount = amount()};
}

engine::Command Workload::draw_market(const engine::State& state) {
  std::vector<const market::Participant*> participants;
  state.market.participants.each(
      [&](const market::Participant& row) { participants.push_back(&row); });
  const base::ContractId perp(1);
  const std::uint64_t dice = random_.below(10);
  if (participants.size() < 2 || dice < 3) {
    std::vector<const ledger::Account*> collateral;
    state.ledger.accounts.each([&](const ledger::Account& row) {
      if (row.account_class == AccountClass::collateral) collateral.push_back(&row);
    });
    if (collateral.empty()) return accounts(state);
    const ledger::Account* account = random_.one_of(collateral);
    return market::OpenParticipant{
        .pool = account->pool, .owner = account->owner, .collateral = account->id};
  }
  if (dice < 5)
    return market::RecordMarks{
        {{.contract = perp, .price = base::Price(static_cast<i128>(90 + random_.below(20)))}}};
  if (dice < 6) return market::Settle{.contract = perp};
  market::RecordTrades batch;
  for (std::uint64_t i = 1 + random_.below(4); i > 0; --i) {
    if (!trades_.empty() && random_.chance(15)) {
      batch.trades.push_back(random_.one_of(trades_));
      continue;
    }
    const market::Participant* buyer = random_.one_of(participants);
    const market::Participant* seller = random_.one_of(participants);
    batch.trades.push_back({.id = random_.wide() | 1,
                            .contract = perp,
                            .price = base::Price(static_cast<i128>(90 + random_.below(20))),
                            .quantity = base::Quantity(static_cast<i128>(random_.below(4))),
                            .buyer_pool = buyer->pool,
                            .buyer = buyer->owner,
                            .seller_pool = seller->pool,
                            .seller = seller->owner,
                            .buyer_fee = SignedAmount(static_cast<i128>(random_.below(3)))});
    trades_.push_back(batch.trades.back());
  }
  return batch;
}

engine::Command Workload::draw_decision(const engine::State& state) {
  switch (random_.below(5)) {
    case 0:
      return decision::SetApprovalPolicy{
          .operation = 12,
          .pool = any_pool(state),
          .approvals = static_cast<std::uint8_t>(random_.chance(30) ? 1 : 0)};
    case 1:
    case 2:
      return decision::Propose{.operation = 12,
                               .version = 1,
                               .content = base::encode(transfers(state)),
                               .reason = "simulation"};
    default:
      return decision::Approve{.proposal = base::ProposalId(static_cast<std::uint32_t>(
                                   state.decision.proposals.size() - random_.below(2)))};
  }
}

const ledger::Account* Workload::any_account(const engine::State& state) {
  const base::Slot end = state.ledger.accounts.slot_end();
  if (end == 0) return nullptr;
  return &state.ledger.accounts.at(static_cast<base::Slot>(random_.below(end)));
}

base::Amount Workload::amount() {
  const std::uint64_t dice = random_.below(100);
  if (dice < 90) return Amount(random_.below(150));
  if (dice < 94) return Amount::max();
  if (dice < 96) return Amount(static_cast<base::u128>(1) << 127);
  if (dice < 98) return Amount((static_cast<base::u128>(1) << 127) - random_.below(3));
  return Amount();
}

}  // namespace cofferdam::simulation
