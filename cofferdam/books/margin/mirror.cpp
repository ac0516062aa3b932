// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/margin/mirror.h"

#include "cofferdam/base/decimal.h"
#include "cofferdam/base/prefetch.h"
#include "cofferdam/books/margin/mirror_numbers.h"
#include "cofferdam/books/market/value.h"

#include <algorithm>
#include <span>

namespace cofferdam::margin {

namespace {

// A trade in a contract that is not held yet is judged in place. Pairs of positions are whole.
[[nodiscard]] std::uint16_t room_for(std::uint16_t positions) {
  return static_cast<std::uint16_t>((positions + positions / 4 + 2) / 2 * 2);
}

[[nodiscard]] i128 available(const ledger::Account& account) {
  return market::net_credit(account) - static_cast<i128>(account.debits_pending.units());
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
  begin_views();
}

void Mirror::build() {
  rows_.clear();
  legs_.clear();
  positions_.clear();
  pairs_.clear();
  pools_.clear();
  pool_index_.clear();
  views_.clear();
  open_values_.clear();
  noted_.clear();
  row_of_participant_.assign(books_->market.participants.slot_end(), kNoRow);
  read_scales();
  holders_.assign(contracts_seen_ + 1, {});
  books_->margin.pools.each([&](const PoolMargin& setting) {
    pool_index_.emplace(setting.pool, static_cast<std::uint32_t>(pools_.size()));
    pools_.push_back(Pool{.id = setting.pool});
  });
  books_->market.participants.each([&](const market::Participant& participant) {
    if (pool_index_.contains(participant.pool) && !participant.outside &&
        row_of(Account{participant.pool, participant.owner}) == kNoRow)
      read_account({participant.pool, participant.owner});
  });
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

// A trade touches two accounts of each holding, one soon after the other.
void Mirror::note(const Note& note) {
  if (!built_) return;
  const std::size_t recent = std::min<std::size_t>(noted_.size(), 3);
  if (note.holding != base::kNoSlot &&
      std::any_of(noted_.end() - static_cast<std::ptrdiff_t>(recent), noted_.end(),
                  [&](const Note& before) { return before.holding == note.holding; }))
    return;
  noted_.push_back(note);
  if (noted_.size() > kNotedMax) forget();
}

// Each step needs what the one before has fetched.
void Mirror::fetch_ahead(std::size_t note) const {
  constexpr std::size_t kStep = 6;
  const auto& holdings = books_->market.holdings;
  const auto there = [&](std::size_t i) {
    return i < noted_.size() && noted_[i].holding < holdings.slot_end() &&
           holdings.present(noted_[i].holding);
  };
  const auto row_at = [&](std::size_t i) { return there(i) ? row_of(noted_[i]) : kNoRow; };
  if (const std::size_t i = note + 4 * kStep;
      i < noted_.size() && noted_[i].holding != base::kNoSlot)
    if (noted_[i].holding < holdings.slot_end()) holdings.prefetch_row(noted_[i].holding);
  if (const std::size_t i = note + 3 * kStep; there(i)) {
    const market::Holding& holding = holdings.at(noted_[i].holding);
    books_->ledger.accounts.prefetch_row(holding.position);
    books_->ledger.accounts.prefetch_row(holding.open_value);
    if (holding.participant < row_of_participant_.size())
      base::prefetch(&row_of_participant_[holding.participant], sizeof(std::uint32_t));
  }
  if (const std::size_t i = note + 2 * kStep; there(i)) {
    const Slot participant = holdings.at(noted_[i].holding).participant;
    if (participant < row_of_participant_.size() && row_of_participant_[participant] != kNoRow)
      base::prefetch(&rows_[row_of_participant_[participant]], sizeof(Row));
  }
  if (const std::uint32_t row = row_at(note + kStep); row != kNoRow) {
    const Row& next = rows_[row];
    base::prefetch(legs_.data() + next.legs_first, sizeof(Leg));
    base::prefetch(positions_.data() + next.positions_first,
                   next.positions_count * sizeof(GridPosition));
    base::prefetch(pairs_.data() + next.positions_first / 2,
                   pairs_of(next.positions_count) * sizeof(PositionPair));
    base::prefetch(open_values_.data() + next.positions_first,
                   next.positions_count * sizeof(std::int64_t));
  }
}

void Mirror::catch_up() {
  for (std::size_t i = 0; i < noted_.size(); ++i) {
    fetch_ahead(i);
    take_in(noted_[i]);
  }
  noted_.clear();
}

// By way of the holding, where it is still there.
std::uint32_t Mirror::row_of(const Note& note) const {
  const auto& holdings = books_->market.holdings;
  if (note.holding < holdings.slot_end() && holdings.present(note.holding)) {
    const Slot participant = holdings.at(note.holding).participant;
    if (participant < row_of_participant_.size() && row_of_participant_[participant] != kNoRow &&
        rows_[row_of_participant_[participant]].account == note.account)
      return row_of_participant_[participant];
  }
  return row_of(note.account);
}

// What was noted may have come and gone: where it is not found as it was, all is read.
void Mirror::take_in(const Note& note) {
  const std::uint32_t row = row_of(note);
  const bool taken =
      row != kNoRow && !note.everything && rows_[row].plain &&
      (note.holding == base::kNoSlot ? read_cash(rows_[row]) : read_holding(rows_[row], note));
  if (!taken) read_account(note.account);
}

bool Mirror::read_cash(Row& row) {
  row.recorded = health_of(books_->margin, row.account);
  for (Leg& leg : std::span(legs_).subspan(row.legs_first, row.legs_count)) {
    const market::Participant* participant =
        books_->market.participants.find({row.account.pool, row.account.owner, leg.asset});
    if (participant == nullptr) return false;
    leg.cash = available(books_->ledger.accounts.at(participant->collateral));
    if (!is_plain(leg.cash)) return false;
  }
  return true;
}

bool Mirror::read_holding(Row& row, const Note& note) {
  const auto& holdings = books_->market.holdings;
  if (note.holding >= holdings.slot_end() || !holdings.present(note.holding)) return false;
  const market::Holding& holding = holdings.at(note.holding);
  if (holding.contract != note.contract || holding.pool != row.account.pool ||
      holding.owner != row.account.owner)
    return false;
  const std::optional<Held> now = held_in(holding);
  const AssetId asset = books_->market.contracts.find(note.contract)->settlement_asset;
  const auto legs = std::span(legs_).subspan(row.legs_first, row.legs_count);
  const auto leg = std::ranges::find(legs, asset, &Leg::asset);
  if (!now || leg == legs.end()) return false;
  GridPosition* position = position_in(row, *leg, now->position.contract);
  if (position == nullptr) {
    if (now->position.quantity == 0 && now->open_value == 0) return true;
    if (leg->first + leg->count != row.positions_count ||
        row.positions_count == kPositionsPerAccountMax)
      return false;
    make_room(row);
    position = &positions_[row.positions_first + row.positions_count];
    *position = {now->position.contract, 0, 0};
    open_values_[static_cast<std::size_t>(position - positions_.data())] = 0;
    ++row.positions_count;
    ++leg->count;
    add_holder(now->position.contract, static_cast<std::uint32_t>(&row - rows_.data()));
  }
  const auto at = static_cast<std::size_t>(position - positions_.data());
  std::int64_t& open_value = open_values_[at];
  leg->open_value += now->open_value - open_value;
  open_value = now->open_value;
  row.size += size_of(now->position.quantity) - size_of(position->quantity);
  row.largest = std::max(row.largest, size_of(now->position.quantity));
  put(at, now->position);
  const bool last_leg = leg->first + leg->count == row.positions_count;
  if (now->position.quantity != 0 || now->open_value != 0 || !last_leg) return true;
  // It is left; the last one takes its place.
  const std::size_t end = row.positions_first + row.positions_count - 1U;
  put(at, positions_[end]);
  put(end, GridPosition());
  open_value = open_values_[end];
  --row.positions_count;
  --leg->count;
  return true;
}

// Nothing where its numbers do not fit.
std::optional<Mirror::Held> Mirror::held_in(const market::Holding& holding) const {
  const auto& accounts = books_->ledger.accounts;
  const i128 position = market::net_credit(accounts.at(holding.position));
  const i128 open_value = market::net_credit(accounts.at(holding.open_value));
  const market::Contract& contract = *books_->market.contracts.find(holding.contract);
  const unsigned finer = scales_.at(contract.settlement_asset) - contract.value_scale;
  i128 raised = 0;
  if (!is_plain(position) || !is_plain(open_value) ||
      __builtin_mul_overflow(open_value, static_cast<i128>(base::power_of_ten(finer)), &raised) ||
      !is_plain(raised))
    return std::nullopt;
  const std::uint32_t number = holding.contract.value();
  const auto quantity = static_cast<std::int64_t>(position);
  return Held{{number, side_of(number, quantity), quantity}, static_cast<std::int64_t>(raised)};
}

GridPosition* Mirror::position_in(Row& row, const Leg& leg, std::uint32_t contract) {
  const auto held = std::span(positions_).subspan(row.positions_first + leg.first, leg.count);
  const auto found = std::ranges::find(held, contract, &GridPosition::contract);
  return found == held.end() ? nullptr : &*found;
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
  kept.largest = 0;
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
  Leg leg{.asset = participant.asset,
          .first = static_cast<std::uint32_t>(read_positions_.size()),
          .cash = available(books_->ledger.accounts.at(participant.collateral))};
  for (Slot slot = participant.first_holding; slot != base::kNoSlot;) {
    const market::Holding& holding = books_->market.holdings.at(slot);
    slot = holding.next_of_participant;
    if (slot != base::kNoSlot) books_->market.holdings.prefetch_row(slot);
    const std::optional<Held> held = held_in(holding);
    if (!held) {
      row.plain = false;
      // Marks of its contract concern it all the same.
      read_positions_.push_back({{holding.contract.value(), 0, 0}, 0});
      continue;
    }
    if (held->position.quantity == 0 && held->open_value == 0) continue;
    read_positions_.push_back(*held);
    leg.open_value += held->open_value;
    row.size += size_of(held->position.quantity);
    row.largest = std::max(row.largest, size_of(held->position.quantity));
  }
  leg.count = static_cast<std::uint32_t>(read_positions_.size()) - leg.first;
  if (read_positions_.size() > kPositionsPerAccountMax || !is_plain(leg.cash)) row.plain = false;
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

void Mirror::add_places(std::size_t room) {
  positions_.resize(positions_.size() + room);
  open_values_.resize(positions_.size());
  pairs_.resize(positions_.size() / 2);
}

// What comes after a row's last position is of no quantity, where its number is odd.
void Mirror::put(std::size_t at, const GridPosition& position) {
  positions_[at] = position;
  put_position(pairs_.data(), at, position);
}

// For one more position than the row has.
void Mirror::make_room(Row& row) {
  if (row.positions_count < row.positions_room) return;
  const std::uint32_t first = row.positions_first;
  row.positions_first = static_cast<std::uint32_t>(positions_.size());
  row.positions_room = room_for(row.positions_count);
  add_places(row.positions_room);
  std::copy_n(pairs_.begin() + first / 2, pairs_of(row.positions_count),
              pairs_.begin() + row.positions_first / 2);
  std::copy_n(positions_.begin() + first, row.positions_count,
              positions_.begin() + row.positions_first);
  std::copy_n(open_values_.begin() + first, row.positions_count,
              open_values_.begin() + row.positions_first);
}

// In the place that the row has, or at the end with room to grow. What does not fit the row's own
// numbers is left to the full assessment.
void Mirror::keep(Row& row) {
  const auto held = std::span(positions_).subspan(row.positions_first, row.positions_count);
  for (const auto& [position, open_value] : read_positions_)
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
    add_places(row.positions_room);
  }
  row.legs_count = legs;
  row.positions_count = positions;
  std::ranges::copy(read_legs_, legs_.begin() + row.legs_first);
  for (std::size_t i = 0; i < read_positions_.size(); ++i) {
    put(row.positions_first + i, read_positions_[i].position);
    open_values_[row.positions_first + i] = read_positions_[i].open_value;
  }
  if (positions % 2 != 0) put(std::size_t{row.positions_first} + positions, GridPosition());
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
