// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/default_management/liquidation.h"

#include "cofferdam/books/default_management/certificate.h"
#include "cofferdam/books/margin/assess.h"
#include "cofferdam/books/market/equity.h"

namespace cofferdam::default_management {

using S = LiquidationStatus;

namespace {

margin::Books margin_books(const Books& books) {
  return {books.margin, books.market, books.terms, books.ledger, books.facts, books.now};
}

bool has_margin(const Books& books, PoolId pool) {
  return margin::setting_of(books.margin, pool) != nullptr;
}

template <class C>
S check_account(const C& command, const Books& books) {
  const market::Participant::Key key{command.pool, command.owner, command.asset};
  return books.market.participants.find(key) == nullptr ? S::account_not_found : S::ok;
}

template <class C>
std::optional<SignedAmount> equity_of(const C& command, const Books& books) {
  return equity_at_marks(books, command.pool, command.owner, command.asset);
}

bool has_open_loss(const State& state, const Case& at) {
  for (const auto& [number, loss] : state.losses.rows())
    if (loss.case_number == at.number && !loss.outstanding().is_zero()) return true;
  return false;
}

bool is_too_old(const market::Mark& mark, const market::Contract& contract, Time now) {
  if (contract.mark_age_max <= Duration()) return false;
  const auto until = base::try_add(mark.time, contract.mark_age_max);
  return until && *until < now;
}

}  // namespace

std::optional<SignedAmount> equity_at_marks(const Books& books, PoolId pool, OwnerId owner,
                                            AssetId asset) {
  const auto equity = market::equity(books.market, books.ledger, {pool, owner, asset});
  if (!equity || !equity->complete) return std::nullopt;
  for (const market::PositionLine& line : equity->positions) {
    if (line.position.is_zero()) continue;
    const market::Mark* mark = books.market.marks.find(line.contract);
    if (mark == nullptr ||
        is_too_old(*mark, *books.market.contracts.find(line.contract), books.now))
      return std::nullopt;
  }
  return equity->equity;
}

S check_shape(const BeginLiquidation& /*command*/) {
  return S::ok;
}

S check_shape(const EndLiquidation& /*command*/) {
  return S::ok;
}

S check_shape(const DeclareDefault& command) {
  return is_label(command.cause) ? S::ok : S::cause_malformed;
}

S check(const BeginLiquidation& command, const Books& books) {
  if (const S s = check_account(command, books); s != S::ok) return s;
  if (open_case(books.defaults, command.pool, command.owner, command.asset)) return S::case_open;
  const auto equity = equity_of(command, books);
  if (!equity) return S::marks_not_usable;
  if (!has_margin(books, command.pool)) return equity->is_negative() ? S::ok : S::not_liquidatable;
  const auto health = margin::health_now(margin_books(books), {command.pool, command.owner});
  if (!health) return S::marks_not_usable;
  return *health == margin::Health::liquidatable ? S::ok : S::not_liquidatable;
}

S check(const EndLiquidation& command, const Books& books) {
  const Case* at = open_case(books.defaults, command.pool, command.owner, command.asset);
  if (at == nullptr) return S::no_case;
  const auto equity = equity_of(command, books);
  if (!equity) return S::marks_not_usable;
  if (equity->is_negative() || has_open_loss(books.defaults, *at)) return S::not_healthy;
  if (!has_margin(books, command.pool)) return S::ok;
  const auto health = margin::health_now(margin_books(books), {command.pool, command.owner});
  if (!health) return S::marks_not_usable;
  return *health == margin::Health::liquidatable ? S::not_healthy : S::ok;
}

S check(const DeclareDefault& command, const Books& books) {
  if (const S s = check_account(command, books); s != S::ok) return s;
  const Case* at = open_case(books.defaults, command.pool, command.owner, command.asset);
  if (at == nullptr) return S::no_case;
  if (has_open_loss(books.defaults, *at)) return S::loss_open;
  const auto equity = equity_of(command, books);
  if (!equity) return S::marks_not_usable;
  return equity->is_negative() ? S::ok : S::not_insolvent;
}

void book(const BeginLiquidation& command, State& state, const Books& books, Context& context) {
  const auto number = static_cast<std::uint32_t>(state.cases.size() + 1);
  state.cases.insert(context.changes, Case{.number = number,
                                           .pool = command.pool,
                                           .owner = command.owner,
                                           .asset = command.asset,
                                           .stage = CaseStage::liquidating,
                                           .equity = *equity_of(command, books),
                                           .begun = context.now});
  context.created = number;
}

void book(const EndLiquidation& command, State& state, const Books& /*books*/, Context& context) {
  const Case* at = open_case(state, command.pool, command.owner, command.asset);
  Case& row = state.cases.edit(context.changes, at->number);
  row.stage = row.stage == CaseStage::defaulted ? CaseStage::closed : CaseStage::restored;
  row.ended = context.now;
}

void book(const DeclareDefault& command, State& state, const Books& books, Context& context) {
  const Case* at = open_case(state, command.pool, command.owner, command.asset);
  const auto number = static_cast<std::uint32_t>(state.losses.size() + 1);
  state.losses.insert(context.changes, Loss{.number = number,
                                            .case_number = at->number,
                                            .pool = command.pool,
                                            .owner = command.owner,
                                            .asset = command.asset,
                                            .cause = command.cause,
                                            .amount = equity_of(command, books)->magnitude(),
                                            .born = context.now});
  state.cases.edit(context.changes, at->number).stage = CaseStage::defaulted;
  context.created = number;
}

}  // namespace cofferdam::default_management
