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
  } else if (const auto* sale = std::get_if<dm::ConvertCollateral>(&command)) {
    named.owners = {sale->owner, sale->buyer};
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

ClearingSimulation::ClearingSimulation(SimulationSettings settings)
    : SimulatedBooks(std::move(settings), 0xC1EA'2149'0000'0000ULL) {}

void ClearingSimulation::step() {
  clock_ += static_cast<std::int64_t>(random_.below(20'000'000'000));
  if (random_.chance(4)) clock_ += static_cast<std::int64_t>(random_.below(7'200)) * 1'000'000'000;
  if (random_.chance(1)) cut_power();
  if (!failure_) roll_dated();
  if (!failure_) give(draw());
}

void ClearingSimulation::check(const engine::Command& command, const engine::Reply& reply) {
  if (reply.outcome.door == engine::DoorStatus::policy_breach) ++statistics_.noted;
  if (reply.ok()) check_payers(command, reply);
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
        return fail(name_of(command) + " touches an owner that it does not name");
    }
}

// Whatever is left open at the end: layers, positions, claims; it ends, and is borne or named.
void ClearingSimulation::end() {
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
