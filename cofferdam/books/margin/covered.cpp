// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/margin/covered.h"

#include "cofferdam/base/decimal.h"
#include "cofferdam/books/margin/mirror.h"
#include "cofferdam/books/market/value.h"

#include <algorithm>

namespace cofferdam::margin {

namespace {

// Whether the position comes nearer to zero and does not pass it, with no new order.
[[nodiscard]] bool is_reduction(const Books& books, const Account& account, const Change& change) {
  if (change.buys != 0 || change.sells != 0 || change.position == 0) return false;
  const market::Holding* holding =
      books.market.holdings.find({change.contract, account.pool, account.owner});
  if (holding == nullptr) return false;
  const i128 before = market::net_credit(books.ledger.accounts.at(holding->position));
  i128 after = 0;
  if (__builtin_add_overflow(before, change.position, &after)) return false;
  return before > 0 ? after >= 0 && after < before : after <= 0 && after > before;
}

[[nodiscard]] u128 required(const Assessment& assessment) {
  return assessment.initial.units() + assessment.orders.units();
}

[[nodiscard]] bool stands_for_outside(const Books& books, const Account& account,
                                      const Change& change) {
  const market::Contract* contract = books.market.contracts.find(change.contract);
  const market::Participant* participant = books.market.participants.find(
      {account.pool, account.owner,
       contract == nullptr ? change.asset : contract->settlement_asset});
  return participant != nullptr && participant->outside;
}

// What of an account's balance is not promised to a held transfer.
[[nodiscard]] i128 available(const ledger::Account& account) {
  return market::net_credit(account) - static_cast<i128>(account.debits_pending.units());
}

[[nodiscard]] std::optional<std::string> judge_withdrawal(const Books& books,
                                                          const ledger::Account& touched) {
  const Account account{touched.pool, touched.owner};
  const market::Participant* participant =
      books.market.participants.find({touched.pool, touched.owner, touched.asset});
  if (participant == nullptr || participant->outside) return std::nullopt;
  if (&books.ledger.accounts.at(participant->collateral) != &touched) return std::nullopt;
  const Assessment after = assess(books, account);
  if (!after.has_risk && after.basis != Basis::out_of_range) {
    if (!after.withdrawable().is_negative()) return std::nullopt;
  } else if (after.basis != Basis::complete) {
    return "owner " + base::to_text(account.owner.value()) + ": " +
           std::string(base::name_of(after.basis)) + ": no withdrawal on what is not known";
  }
  if (!after.withdrawable().is_negative()) return std::nullopt;
  const ledger::Asset& asset = *books.ledger.assets.find(after.asset);
  return "owner " + base::to_text(account.owner.value()) + " would lack " +
         base::format_decimal(after.withdrawable().magnitude(), asset.scale) + " " + asset.code +
         " of initial margin without its unsettled profit";
}

}  // namespace

Cover cover(const Books& books, const Account& account, const Change& change, i128 moved) {
  if (setting_of(books.margin, account.pool) == nullptr) return Cover::ok;
  if (stands_for_outside(books, account, change)) return Cover::ok;
  const Assessment after = assess(books, account, change);
  if (!after.has_risk && !after.free().is_negative() && after.basis != Basis::out_of_range)
    return Cover::ok;
  if (after.basis != Basis::complete)
    return is_reduction(books, account, change) ? Cover::ok : Cover::unknown;
  if (after.covered()) return Cover::ok;
  const Assessment before = assess(
      books, account, Change{.contract = change.contract, .asset = change.asset, .cash = -moved});
  const bool eases = before.basis == Basis::complete && required(after) <= required(before) &&
                     after.free() >= before.free();
  return eases ? Cover::ok : Cover::insufficient;
}

TradeCover::TradeCover(const Books& books, Scratch* scratch) : books_(books) {
  if (scratch != nullptr && scratch->mirror().begin_trades(books_)) mirror_ = &scratch->mirror();
}

bool TradeCover::covers(const market::SideChange& side) {
  const Account account{side.pool, side.owner};
  const Change change{.contract = side.contract,
                      .position = side.position,
                      .open_value = side.open_value,
                      .asset = side.asset,
                      .cash = side.cash,
                      .other_asset = side.other,
                      .other_cash = side.delivered};
  if (mirror_ != nullptr && mirror_->surely_covers(account, change)) return true;
  return cover(books_, account, change, side.moved) == Cover::ok;
}

std::optional<std::string> find_uncovered_withdrawal(const Books& books) {
  std::optional<std::string> found;
  books.ledger.accounts.each_touched([&](const ledger::Account* before,
                                         const ledger::Account* after) {
    if (found || after == nullptr || before == nullptr ||
        after->account_class != ledger::AccountClass::collateral ||
        available(*after) >= available(*before) || setting_of(books.margin, after->pool) == nullptr)
      return;
    found = judge_withdrawal(books, *after);
  });
  return found;
}

}  // namespace cofferdam::margin
