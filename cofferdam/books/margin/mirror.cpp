// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/margin/mirror.h"

#include "cofferdam/base/decimal.h"
#include "cofferdam/books/margin/mirror_numbers.h"
#include "cofferdam/books/market/value.h"

#include <algorithm>
#include <span>

namespace cofferdam::margin {

namespace {

// A trade in a contract that is not held yet is judged in place.
[[nodiscard]] std::uint16_t room_for(std::uint16_t positions) {
  return static_cast<std::uint16_t>(positions + positions / 4 + 1);
}

}  // namespace

Scratch::Scratch() : mirror_(std::make_unique<Mirror>()) {}

Scratch::~Scratch() = default;

void Mirror::begin(const Books& books) {
  books_ = &books;
  ++pass_;
  passing_.clear();
  whole_ = false;
  if (!built_ || contracts_seen_ != books.market.contracts.size()) build();
  catch_up();
  for (const std::uint32_t row : stale_) {
    rows_[row].stale = false;
    read_account(rows_[row].account);
  }
  stale_.clear();
  begin_views();
}

void Mirror::build() {
  rows_.clear();
  legs_.clear();
  positions_.clear();
  pools_.clear();
  pool_index_.clear();
  views_.clear();
  noted_.clear();
  stale_.clear();
  row_of_participant_.assign(books_->market.participants.slot_end(), kNoRow);
  read_scales();
  holders_.assign(contracts_seen_ + 1, {});
  books_->margin.pools.each([&](const PoolMargin& setting) {
    pool_index_.emplace(setting.pool, static_cast<std::uint32_t>(pools_.size()));
    pools_.push_back(Pool{.id = setting.pool});
  });
  books_->market.participants.each([&](const market::Participant& participant) {
    if (pool_index_.contains(participant.pool) && !participant.outside)
      noted_.push_back({participant.pool, participant.owner});
  });
  std::ranges::sort(noted_);
  noted_.erase(std::ranges::unique(noted_).begin(), noted_.end());
  built_ = true;
}

// Of every settlement asset the finest scale of what settles in it.
void Mirror::read_scales() {
  scales_.clear();
  contracts_seen_ = books_->market.contracts.size();
  books_->market.contracts.each([&](const market::Contract& contract) {
    unsigned& scale = scales_[contract.settlement_asset];
    scale = std::max<unsigned>(scale, contract.value_scale);
  });
}

// Accounts that are new are read at once, the others are marked.
void Mirror::catch_up() {
  for (const Account& account : noted_) {
    const std::uint32_t row = row_of(account);
    if (row == kNoRow) {
      read_account(account);
    } else {
      mark_stale(row);
    }
  }
  noted_.clear();
}

void Mirror::mark_stale(std::uint32_t row) {
  if (rows_[row].stale) return;
  rows_[row].stale = true;
  stale_.push_back(row);
}

std::uint32_t Mirror::row_of(const Account& account) const {
  std::uint32_t row = kNoRow;
  const PoolMargin* setting = books_->margin.pools.find(account.pool);
  if (setting == nullptr) return row;
  each_asset(books_->margin, *setting, [&](AssetId asset, const Collateral*) {
    if (row != kNoRow) return;
    const Slot slot = books_->market.participants.find_slot({account.pool, account.owner, asset});
    if (slot < row_of_participant_.size() && row_of_participant_[slot] != kNoRow &&
        rows_[row_of_participant_[slot]].account == account)
      row = row_of_participant_[slot];
  });
  return row;
}

void Mirror::read_account(const Account& account) {
  const auto pool = pool_index_.find(account.pool);
  if (pool == pool_index_.end()) return;
  const PoolMargin* setting = books_->margin.pools.find(account.pool);
  if (setting == nullptr) return;
  read_participants_.clear();
  std::uint32_t row = kNoRow;
  each_asset(books_->margin, *setting, [&](AssetId asset, const Collateral*) {
    const Slot slot = books_->market.participants.find_slot({account.pool, account.owner, asset});
    if (slot == base::kNoSlot) return;
    read_participants_.push_back(slot);
    if (slot < row_of_participant_.size() && row_of_participant_[slot] != kNoRow &&
        rows_[row_of_participant_[slot]].account == account)
      row = row_of_participant_[slot];
  });
  if (row == kNoRow && read_participants_.empty()) return;
  if (row == kNoRow) {
    row = static_cast<std::uint32_t>(rows_.size());
    rows_.push_back(Row{.account = account, .pool = pool->second});
    pools_[pool->second].rows.push_back(row);
  }
  Row& kept = rows_[row];
  kept.plain = true;
  kept.size = 0;
  kept.recorded = health_of(books_->margin, account);
  read_positions_.clear();
  read_legs_.clear();
  for (const Slot slot : read_participants_) {
    if (slot >= row_of_participant_.size()) row_of_participant_.resize(slot + 1, kNoRow);
    row_of_participant_[slot] = row;
    read_leg(books_->market.participants.at(slot), kept);
  }
  keep(kept);
}

void Mirror::read_leg(const market::Participant& participant, Row& row) {
  const auto& accounts = books_->ledger.accounts;
  const ledger::Account& cash = accounts.at(participant.collateral);
  Leg leg{.asset = participant.asset,
          .first = static_cast<std::uint32_t>(read_positions_.size()),
          .cash = market::net_credit(cash) - static_cast<i128>(cash.debits_pending.units())};
  for (Slot slot = participant.first_holding; slot != base::kNoSlot;) {
    const market::Holding& holding = books_->market.holdings.at(slot);
    slot = holding.next_of_participant;
    if (slot != base::kNoSlot) books_->market.holdings.prefetch_row(slot);
    const i128 position = market::net_credit(accounts.at(holding.position));
    const i128 open_value = market::net_credit(accounts.at(holding.open_value));
    if (position == 0 && open_value == 0) continue;
    const market::Contract& contract = *books_->market.contracts.find(holding.contract);
    const unsigned finer = scales_.at(contract.settlement_asset) - contract.value_scale;
    i128 raised = 0;
    if (__builtin_mul_overflow(open_value, static_cast<i128>(base::power_of_ten(finer)), &raised) ||
        __builtin_add_overflow(leg.open_value, raised, &leg.open_value) || !is_plain(position)) {
      row.plain = false;
      continue;
    }
    if (position == 0) continue;
    const std::uint32_t index = holding.contract.value();
    const auto quantity = static_cast<std::int64_t>(position);
    read_positions_.push_back({index, side_of(index, quantity), quantity});
    row.size += size_of(quantity);
  }
  leg.count = static_cast<std::uint32_t>(read_positions_.size()) - leg.first;
  if (read_positions_.size() > kPositionsPerAccountMax || !is_plain(leg.cash) ||
      leg.open_value >= kPlainSumMax || leg.open_value <= -kPlainSumMax)
    row.plain = false;
  read_legs_.push_back(leg);
}

// Who has left a contract and comes back is listed again: the list is cleaned when it is long.
void Mirror::add_holder(std::uint32_t contract, std::uint32_t row) {
  std::vector<std::uint32_t>& list = holders_[contract];
  list.push_back(row);
  if (list.size() <= 2 * rows_.size() + 64) return;
  std::ranges::sort(list);
  list.erase(std::ranges::unique(list).begin(), list.end());
}

// For one more position than the row has.
void Mirror::make_room(Row& row) {
  if (row.positions_count < row.positions_room) return;
  const std::uint32_t first = row.positions_first;
  row.positions_first = static_cast<std::uint32_t>(positions_.size());
  row.positions_room = room_for(row.positions_count);
  positions_.resize(positions_.size() + row.positions_room);
  std::copy_n(positions_.begin() + first, row.positions_count,
              positions_.begin() + row.positions_first);
}

// In the place that the row has, or at the end with room to grow. What does not fit the row's own
// numbers is left to the full assessment.
void Mirror::keep(Row& row) {
  const auto held = std::span(positions_).subspan(row.positions_first, row.positions_count);
  for (const GridPosition& position : read_positions_)
    if (std::ranges::find(held, position.contract, &GridPosition::contract) == held.end())
      add_holder(position.contract, static_cast<std::uint32_t>(&row - rows_.data()));
  if (read_positions_.size() > kPositionsPerAccountMax) read_positions_.clear();
  const auto legs = static_cast<std::uint16_t>(read_legs_.size());
  const auto positions = static_cast<std::uint16_t>(read_positions_.size());
  if (legs > row.legs_room) {
    row.legs_first = static_cast<std::uint32_t>(legs_.size());
    row.legs_room = legs;
    legs_.resize(legs_.size() + row.legs_room);
  }
  if (positions > row.positions_room) {
    row.positions_first = static_cast<std::uint32_t>(positions_.size());
    row.positions_room = room_for(positions);
    positions_.resize(positions_.size() + row.positions_room);
  }
  row.legs_count = legs;
  row.positions_count = positions;
  std::ranges::copy(read_legs_, legs_.begin() + row.legs_first);
  std::ranges::copy(read_positions_, positions_.begin() + row.positions_first);
}

void Mirror::add_row(std::uint32_t row) {
  if (row == kNoRow || rows_[row].pass == pass_) return;
  rows_[row].pass = pass_;
  passing_.push_back(row);
}

// Where the contracts are held by as many as there are accounts, all of these are looked at.
void Mirror::add_holders(const std::set<ContractId>& contracts) {
  if (whole_) return;
  std::size_t holders = 0;
  for (const ContractId contract : contracts) holders += holders_[contract.value()].size();
  if (holders >= rows_.size()) {
    whole_ = true;
    return;
  }
  for (const ContractId contract : contracts)
    for (const std::uint32_t row : holders_[contract.value()]) add_row(row);
}

void Mirror::add_pool(PoolId pool) {
  const auto found = pool_index_.find(pool);
  if (whole_ || found == pool_index_.end()) return;
  if (pools_[found->second].rows.size() == rows_.size()) {
    whole_ = true;
    return;
  }
  for (const std::uint32_t row : pools_[found->second].rows) add_row(row);
}

}  // namespace cofferdam::margin
