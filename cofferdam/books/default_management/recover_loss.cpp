// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/default_management/recover_loss.h"

#include "cofferdam/books/default_management/certificate.h"
#include "cofferdam/books/default_management/define_waterfall.h"
#include "cofferdam/books/default_management/split.h"
#include "cofferdam/books/ledger/posting.h"
#include "cofferdam/books/pool/conduit_transfer.h"

#include <algorithm>

namespace cofferdam::default_management {

using S = RecoverLossStatus;

namespace {

AccountId collateral_of(const market::State& market, const ledger::State& ledger, const Loss& loss,
                        OwnerId owner) {
  const market::Participant* row = market.participants.find({loss.pool, owner, loss.asset});
  return row == nullptr ? AccountId() : ledger.accounts.at(row->collateral).id;
}

void add_receipts(const State& state, const market::State& market, const ledger::State& ledger,
                  const Loss& loss, PayerKind kind, std::vector<Return>& payers) {
  const auto& rows = state.receipts.rows();
  for (auto at = rows.lower_bound({loss.number, 0});
       at != rows.end() && at->first.loss == loss.number; ++at) {
    const Receipt& receipt = at->second;
    const Amount borne = kind == PayerKind::haircut ? receipt.haircut : receipt.cost;
    if (borne.is_zero()) continue;
    payers.push_back({.loss = loss.number,
                      .kind = kind,
                      .payer = std::to_string(receipt.number),
                      .asset = loss.asset,
                      .account = collateral_of(market, ledger, loss, receipt.owner),
                      .borne = borne});
  }
}

void add_layers(const State& state, const market::State& market, const ledger::State& ledger,
                const Loss& loss, std::vector<Return>& payers) {
  const Waterfall* waterfall = state.waterfalls.find({loss.pool, loss.asset, loss.waterfall});
  if (waterfall == nullptr) return;
  const std::size_t first = payers.size();
  for (const LayerTerms& layer : waterfall->layers) {
    const Charge* charge = state.charges.find({loss.number, layer.code});
    if (charge == nullptr || charge->amount.is_zero()) continue;
    const bool own = layer.kind == LayerKind::defaulter_contribution;
    payers.push_back(
        {.loss = loss.number,
         .kind = PayerKind::layer,
         .payer = layer.code,
         .asset = loss.asset,
         .account = own ? collateral_of(market, ledger, loss, loss.owner) : charge->account,
         .order = layer.order,
         .borne = charge->amount});
  }
  std::sort(payers.begin() + static_cast<std::ptrdiff_t>(first), payers.end(),
            [](const Return& a, const Return& b) {
              return a.order == b.order ? a.payer < b.payer : a.order > b.order;
            });
}

bool same_rank(const Return& a, const Return& b) {
  return a.kind == b.kind && a.order == b.order;
}

bool may_be_source(const ledger::Account& account, const Loss& loss) {
  using C = ledger::AccountClass;
  if (account.pool != loss.pool || account.asset != loss.asset) return false;
  const bool outside = account.account_class == C::custody || account.account_class == C::external;
  const bool own = account.owner == loss.owner && !ledger::is_reserved_class(account.account_class);
  return outside || own || may_bear_losses(account);
}

// The way back into another pool: the first open conduit that leads there.
const pool::Conduit* way_back(const pool::State& pools, const Loss& loss, base::PoolId to) {
  const pool::Conduit* found = nullptr;
  for (Slot slot = 0; slot < pools.conduits.slot_end() && found == nullptr; ++slot) {
    if (!pools.conduits.present(slot)) continue;
    const pool::Conduit& conduit = pools.conduits.at(slot);
    if (conduit.from == loss.pool && conduit.to == to && conduit.asset == loss.asset &&
        !conduit.retired)
      found = &conduit;
  }
  return found;
}

S pay(const RecoverLoss& command, const ReturnPart& part, const Loss& loss, ledger::State& ledger,
      pool::State& pools, Context& context) {
  const ledger::Account* to = ledger.accounts.find(part.payer.account);
  if (to == nullptr) return S::account_refuses;
  if (to->pool == loss.pool) {
    const auto status = ledger::post_leg(
        ledger, context, ledger.accounts.find_slot(command.account),
        ledger.accounts.find_slot(part.payer.account), part.gets, kRecoveryReturn, loss.number);
    return status == ledger::TransferStatus::ok ? S::ok : S::account_refuses;
  }
  const pool::Conduit* conduit = way_back(pools, loss, to->pool);
  if (conduit == nullptr) return S::no_way_back;
  const pool::ConduitTransfer transfer{.conduit = conduit->id,
                                       .debit_account = command.account,
                                       .credit_account = part.payer.account,
                                       .amount = part.gets,
                                       .code = kRecoveryReturn,
                                       .reference = loss.number};
  using T = pool::ConduitTransferStatus;
  if (check_shape(transfer) != T::ok ||
      check_state(transfer, pools, ledger, std::as_const(context)) != T::ok)
    return S::account_refuses;
  return apply(transfer, pools, ledger, context) == T::ok ? S::ok : S::account_refuses;
}

void record(const ReturnPart& part, const Loss& loss, ResolutionState& resolution, State& state,
            Context& context) {
  Return row = part.payer;
  row.returned += part.gets;
  if (resolution.returns.find(row.key()) == nullptr)
    resolution.returns.insert(context.changes, row);
  else
    resolution.returns.edit(context.changes, row.key()) = row;
  const LayerUse::Key key{loss.pool, loss.asset, row.payer};
  if (row.kind != PayerKind::layer || state.uses.find(key) == nullptr) return;
  LayerUse& use = state.uses.edit(context.changes, key);
  use.used -= std::min(use.used, part.gets);
}

std::string certificate_of(const Recovery& recovery, const std::vector<ReturnPart>& parts) {
  Certificate certificate("cofferdam-recovery-1");
  certificate.add("loss", recovery.loss);
  certificate.add("number", recovery.number);
  certificate.add("amount", recovery.amount.units());
  for (const ReturnPart& part : parts) {
    certificate.add("kind", base::name_of(part.payer.kind));
    certificate.add("payer", part.payer.payer);
    certificate.add("borne", part.payer.borne.units());
    certificate.add("returned_before", part.payer.returned.units());
    certificate.add("gets", part.gets.units());
  }
  return certificate.hash();
}

}  // namespace

std::vector<ReturnPart> plan_returns(const State& state, const ResolutionState& resolution,
                                     const market::State& market, const ledger::State& ledger,
                                     const Loss& loss, Amount amount) {
  std::vector<Return> payers;
  add_receipts(state, market, ledger, loss, PayerKind::haircut, payers);
  add_receipts(state, market, ledger, loss, PayerKind::deleveraged, payers);
  add_layers(state, market, ledger, loss, payers);
  std::vector<ReturnPart> parts;
  Amount left = amount;
  for (std::size_t begin = 0; begin < payers.size();) {
    std::size_t end = begin;
    std::vector<u128> missing;
    for (; end < payers.size() && same_rank(payers[begin], payers[end]); ++end) {
      if (const Return* row = resolution.returns.find(payers[end].key()))
        payers[end].returned = row->returned;
      missing.push_back((payers[end].borne - payers[end].returned).units());
    }
    const Split split = split_by_weight(left.units(), missing, missing);
    for (std::size_t i = begin; i < end; ++i)
      parts.push_back({.payer = payers[i], .gets = Amount(split.parts[i - begin])});
    left = Amount(split.left);
    begin = end;
  }
  return parts;
}

S check_shape(const RecoverLoss& command) {
  return command.amount.is_zero() ? S::amount_zero : S::ok;
}

S check_state(const RecoverLoss& command, const ResolutionState& resolution, const State& state,
              const market::State& market, const ledger::State& ledger,
              const pool::State& /*pools*/) {
  const Loss* loss = state.losses.find(command.loss);
  if (loss == nullptr) return S::loss_not_found;
  if (!loss->outstanding().is_zero()) return S::loss_open;
  const ledger::Account* account = ledger.accounts.find(command.account);
  if (account == nullptr) return S::account_not_found;
  if (!may_be_source(*account, *loss)) return S::account_not_allowed;
  Amount placed;
  for (const ReturnPart& part :
       plan_returns(state, resolution, market, ledger, *loss, command.amount)) {
    placed += part.gets;
    if (!part.gets.is_zero() && part.payer.account == command.account)
      return S::account_not_allowed;
  }
  return placed == command.amount ? S::ok : S::more_than_was_borne;
}

S apply(const RecoverLoss& command, ResolutionState& resolution, State& state,
        const market::State& market, ledger::State& ledger, pool::State& pools, Context& context) {
  const Loss loss = *state.losses.find(command.loss);
  const std::vector<ReturnPart> parts =
      plan_returns(state, resolution, market, ledger, loss, command.amount);
  std::uint32_t number = 1;
  const auto& rows = resolution.recoveries.rows();
  while (rows.contains({loss.number, number})) ++number;
  Recovery recovery{.loss = loss.number,
                    .number = number,
                    .asset = loss.asset,
                    .account = command.account,
                    .amount = command.amount,
                    .time = context.now};
  recovery.certificate = certificate_of(recovery, parts);
  for (const ReturnPart& part : parts) {
    if (part.gets.is_zero()) continue;
    if (const S s = pay(command, part, loss, ledger, pools, context); s != S::ok) return s;
    record(part, loss, resolution, state, context);
  }
  resolution.recoveries.insert(context.changes, recovery);
  context.created = number;
  return S::ok;
}

}  // namespace cofferdam::default_management
