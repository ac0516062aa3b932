// SPDX-License-Identifier: Apache-2.0
//
// The sides of a command's trades, in the rows of their accounts. A row that is asked about is read
// again before the next command uses it; within the command it follows the trades: whether the one
// that was asked about last was booked is seen in the position that it would have moved.
#include "cofferdam/base/decimal.h"
#include "cofferdam/base/prefetch.h"
#include "cofferdam/books/margin/mirror.h"
#include "cofferdam/books/margin/mirror_numbers.h"
#include "cofferdam/books/market/value.h"

#include <algorithm>

namespace cofferdam::margin {

namespace {

[[nodiscard]] bool untouched(const Books& books) {
  return books.ledger.accounts.untouched() && books.market.participants.untouched() &&
         books.market.holdings.untouched() && books.margin.pools.untouched() &&
         books.margin.collateral.untouched() && books.margin.grids.untouched();
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
  Row& row = rows_[row_of_participant_[slot]];
  if (!(row.account == account)) return false;
  const market::Participant& participant = books_->market.participants.at(slot);
  books_->ledger.accounts.prefetch_row(participant.collateral);
  base::prefetch(legs_.data() + row.legs_first, sizeof(Leg));
  base::prefetch(positions_.data() + row.positions_first,
                 row.positions_count * sizeof(GridPosition));
  base::prefetch(pairs_.data() + row.positions_first / 2,
                 pairs_of(row.positions_count) * sizeof(PositionPair));
  if (row.trades == trades_) {
    follow(row, asked_[row.asked]);
  } else {
    row.trades = trades_;
    row.asked = static_cast<std::uint32_t>(asked_.size());
    asked_.emplace_back();
  }
  asked_[row.asked] = {
      .account = account, .contract = change.contract, .everything = !is_plain_trade(change)};
  return is_plain_trade(change) && covers(row, participant, change);
}

// Takes in what has become of the trade that was asked about. It may yet be taken back.
void Mirror::follow(Row& row, const Note& asked) {
  Note note = asked;
  if (!note.everything) {
    note.holding =
        books_->market.holdings.find_slot({note.contract, row.account.pool, row.account.owner});
    if (note.holding == base::kNoSlot) return;
  }
  if (note.everything || !row.plain || !read_holding(row, note)) read_account(row.account);
  noted_.push_back(note);
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
                         return position.quantity == 0 || views.raising[position.contract] == pass_;
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
  const auto at = static_cast<std::size_t>(position - positions_.data());
  put(at, {contract, side_of(contract, quantity), quantity});
  const std::uint64_t size = row.size;
  const std::uint64_t largest = row.largest;
  row.size += size_of(quantity) - size_of(static_cast<std::int64_t>(before));
  row.largest = std::max(row.largest, size_of(quantity));
  const std::optional<ScenarioSums> sums = sums_of(views, row);
  row.size = size;
  row.largest = largest;
  if (is_new) {
    --row.positions_count;
    put(at, GridPosition());
  } else {
    const auto held_before = static_cast<std::int64_t>(before);
    put(at, {contract, side_of(contract, held_before), held_before});
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
