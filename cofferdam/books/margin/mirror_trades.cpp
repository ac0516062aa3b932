// SPDX-License-Identifier: Apache-2.0
//
// The sides of a command's trades, in the rows of their accounts. A row that is asked about is read
// again before the next command uses it; within the command it follows the trades: whether the one
// that was asked about last was booked is seen in the position that it would have moved.
#include "cofferdam/base/decimal.h"
#include "cofferdam/books/margin/mirror.h"
#include "cofferdam/books/margin/mirror_numbers.h"
#include "cofferdam/books/market/value.h"

#include <algorithm>

namespace cofferdam::margin {

namespace {

[[nodiscard]] bool untouched(const Books& books) {
  return books.ledger.accounts.untouched() && books.market.participants.untouched() &&
         books.market.holdings.untouched() && books.margin.pools.untouched() &&
         books.margin.collateral.untouched();
}

[[nodiscard]] bool has_orders(const Books& books, const Account& account) {
  if (books.margin.reserved.size() == 0) return false;
  const auto& rows = books.margin.reserved.rows();
  const auto at = rows.lower_bound({account.pool, account.owner, ContractId()});
  return at != rows.end() && at->first.pool == account.pool && at->first.owner == account.owner;
}

// A trade of one contract, paid in what the contract settles in.
[[nodiscard]] bool is_plain_trade(const Change& change) {
  return !change.contract.is_none() && change.other_asset.is_none() && change.buys == 0 &&
         change.sells == 0;
}

}  // namespace

bool Mirror::begin_trades(const Books& books) {
  if (!built_ || contracts_seen_ != books.market.contracts.size() || !untouched(books))
    return false;
  books_ = &books;
  ++pass_;
  ++trades_;
  asked_.clear();
  catch_up();
  begin_views();
  return true;
}

bool Mirror::surely_covers(const Account& account, const Change& change) {
  const market::Contract* contract = books_->market.contracts.find(change.contract);
  const Slot slot = books_->market.participants.find_slot(
      {account.pool, account.owner,
       contract == nullptr ? change.asset : contract->settlement_asset});
  if (slot >= row_of_participant_.size() || row_of_participant_[slot] == kNoRow) return false;
  const std::uint32_t number = row_of_participant_[slot];
  Row& row = rows_[number];
  if (!(row.account == account)) return false;
  if (row.trades == trades_) {
    follow(row);
  } else {
    if (row.stale) read_account(account);
    mark_stale(number);
    row.trades = trades_;
    row.asked = static_cast<std::uint32_t>(asked_.size());
    asked_.push_back({});
  }
  if (!is_plain_trade(change)) {
    asked_[row.asked] = Asked{};
    return false;
  }
  asked_[row.asked] = {change.contract, change.position, change.open_value};
  return covers(row, books_->market.participants.at(slot), change);
}

void Mirror::follow(Row& row) {
  const Asked asked = asked_[row.asked];
  const market::Holding* holding =
      books_->market.holdings.find({asked.contract, row.account.pool, row.account.owner});
  const i128 position =
      holding == nullptr ? 0 : market::net_credit(books_->ledger.accounts.at(holding->position));
  if (asked.contract.is_none() || !take_in(row, asked, position)) read_account(row.account);
}

// False: the row is to be read again.
bool Mirror::take_in(Row& row, const Asked& asked, i128 position) {
  const market::Contract& contract = *books_->market.contracts.find(asked.contract);
  const auto legs = std::span(legs_).subspan(row.legs_first, row.legs_count);
  const auto leg = std::ranges::find(legs, contract.settlement_asset, &Leg::asset);
  if (leg == legs.end() || !is_plain(position) || !row.plain) return false;
  GridPosition* held = position_in(row, *leg, asked.contract.value());
  const std::int64_t before = held == nullptr ? 0 : held->quantity;
  if (position == before) return true;
  if (position != before + asked.position) return false;
  i128 raised = 0;
  const unsigned finer = scales_.at(contract.settlement_asset) - contract.value_scale;
  if (__builtin_mul_overflow(asked.open_value, static_cast<i128>(base::power_of_ten(finer)),
                             &raised) ||
      __builtin_add_overflow(leg->open_value, raised, &leg->open_value) ||
      leg->open_value >= kPlainSumMax || leg->open_value <= -kPlainSumMax)
    return false;
  const auto quantity = static_cast<std::int64_t>(position);
  if (held == nullptr) {
    if (row.positions_count == row.positions_room || leg->first + leg->count != row.positions_count)
      return false;
    held = &positions_[row.positions_first + row.positions_count];
    ++row.positions_count;
    ++leg->count;
    add_holder(asked.contract.value(), static_cast<std::uint32_t>(&row - rows_.data()));
  }
  *held = {asked.contract.value(), side_of(asked.contract.value(), quantity), quantity};
  row.size += size_of(quantity) - size_of(before);
  return true;
}

GridPosition* Mirror::position_in(Row& row, const Leg& leg, std::uint32_t contract) {
  const auto held = std::span(positions_).subspan(row.positions_first + leg.first, leg.count);
  const auto found = std::ranges::find(held, contract, &GridPosition::contract);
  return found == held.end() ? nullptr : &*found;
}

// The trade is put into the row, added up, and taken out again.
bool Mirror::covers(Row& row, const market::Participant& participant, const Change& change) {
  read_views(row);
  const Pool& pool = pools_[row.pool];
  if (pool.setting == nullptr || pool.setting->mode != Mode::portfolio || !row.plain) return false;
  Views& views = views_[pool.views];
  if (views.row == nullptr || views.scale_factor == 0 || has_orders(*books_, row.account))
    return false;
  const std::uint32_t contract = change.contract.value();
  view_of(views, contract);
  if (row.positions_count == kPositionsPerAccountMax) return false;
  make_room(row);
  const auto held = std::span(positions_).subspan(row.positions_first, row.positions_count);
  const bool raising = views.raising[contract] == pass_ &&
                       std::ranges::all_of(held, [&](const GridPosition& position) {
                         return views.raising[position.contract] == pass_;
                       });
  const auto legs = std::span(legs_).subspan(row.legs_first, row.legs_count);
  const auto leg = std::ranges::find(legs, participant.asset, &Leg::asset);
  if (!raising || leg == legs.end() || leg->count != row.positions_count) return false;

  const ledger::Account& account = books_->ledger.accounts.at(participant.collateral);
  const i128 cash =
      market::net_credit(account) - static_cast<i128>(account.debits_pending.units()) + change.cash;
  GridPosition* position = position_in(row, *leg, contract);
  const i128 before = position == nullptr ? 0 : position->quantity;
  i128 after = 0;
  i128 open_value = 0;
  const unsigned finer =
      scales_.at(participant.asset) - books_->market.contracts.find(change.contract)->value_scale;
  if (__builtin_add_overflow(before, change.position, &after) || !is_plain(after) ||
      !is_plain(cash) ||
      __builtin_mul_overflow(change.open_value, static_cast<i128>(base::power_of_ten(finer)),
                             &open_value) ||
      __builtin_add_overflow(open_value, leg->open_value, &open_value) ||
      open_value >= kPlainSumMax || open_value <= -kPlainSumMax)
    return false;

  const bool is_new = position == nullptr;
  if (is_new) {
    position = &positions_[row.positions_first + row.positions_count];
    ++row.positions_count;
  }
  const auto quantity = static_cast<std::int64_t>(after);
  *position = {contract, side_of(contract, quantity), quantity};
  const std::uint64_t size = row.size;
  row.size += size_of(quantity) - size_of(static_cast<std::int64_t>(before));
  const std::optional<ScenarioSums> sums = sums_of(views, row);
  row.size = size;
  if (is_new) {
    --row.positions_count;
  } else {
    const auto held_before = static_cast<std::int64_t>(before);
    *position = {contract, side_of(contract, held_before), held_before};
  }
  return sums && backs(row, *leg, *sums, cash, open_value);
}

// As assess() adds it up: what backs risk against the initial requirement.
bool Mirror::backs(const Row& row, const Leg& leg, const ScenarioSums& sums, i128 cash,
                   i128 open_value) const {
  const Pool& pool = pools_[row.pool];
  i128 backing = 0;
  for (std::uint32_t l = 0; l < row.legs_count; ++l) {
    const Leg& each = legs_[row.legs_first + l];
    const Rate* rate = rate_of(pool, each.asset);
    if (rate == nullptr || rate->conversion.basis != Basis::complete) return false;
    i128 worth = each.cash;
    if (&each == &leg) {
      const i128 variation = divided_down(open_value + sums.sides[Side::kUnit], rate->divisor);
      if (!is_plain(variation)) return false;
      worth = cash + (variation <= 0 ? variation : variation * pool.setting->profit_ppm / kPpm);
    } else if (each.open_value != 0) {
      return false;
    }
    if (!rate->at_par) {
      const auto converted = rate->conversion.value_of(worth);
      if (!converted || *converted >= kPlainSumMax || *converted <= -kPlainSumMax) return false;
      worth = *converted;
    }
    backing += worth;
  }
  const Views& views = views_[pool.views];
  const auto required = plain_requirement(
      size_of(sums.least), views.row->initial_ppm,
      static_cast<std::uint64_t>(sums.sides[Side::kInitialAddOn]), views.scale_factor);
  return required && backing >= static_cast<i128>(*required);
}

}  // namespace cofferdam::margin
