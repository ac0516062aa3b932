// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/margin/mirror.h"

#include "cofferdam/base/decimal.h"
#include "cofferdam/base/rounding.h"
#include "cofferdam/books/margin/requirement.h"
#include "cofferdam/books/market/value.h"

#include <algorithm>
#include <limits>
#include <span>

namespace cofferdam::margin {

namespace {

using base::Rounding;

constexpr std::uint32_t kNoRow = ~std::uint32_t{0};
// Numbers of the plain form: products of two stay in 127 bits with room for a thousand of them.
constexpr i128 kPlainMax = static_cast<i128>(1) << 58;
constexpr i128 kPlainSumMax = static_cast<i128>(1) << 118;

[[nodiscard]] bool is_plain(i128 value) {
  return -kPlainMax < value && value < kPlainMax;
}

[[nodiscard]] std::uint64_t size_of(std::int64_t quantity) {
  return static_cast<std::uint64_t>(quantity < 0 ? -quantity : quantity);
}

[[nodiscard]] u128 divided_up(u128 value, u128 by) {
  return (value + by - 1) / by;
}

}  // namespace

Scratch::Scratch() : mirror_(std::make_unique<Mirror>()) {}

Scratch::~Scratch() = default;

void Mirror::begin(const Books& books) {
  books_ = &books;
  ++pass_;
  passing_.clear();
  if (!built_ || contracts_seen_ != books.market.contracts.size()) build();
  std::ranges::sort(noted_);
  noted_.erase(std::ranges::unique(noted_).begin(), noted_.end());
  for (const Account& account : noted_) read_account(account);
  noted_.clear();
  for (Views& views : views_) {
    views.largest = 0;
    views.row = views.rulebook.is_none() ? nullptr : books.margin.rulebooks.find(views.rulebook);
  }
  // A rulebook that was made in a command that was taken back may have come again as another.
  std::erase_if(views_, [](const Views& views) {
    return !views.rulebook.is_none() &&
           (views.row == nullptr || views.stride != padded(views.row->scenarios));
  });
}

void Mirror::build() {
  rows_.clear();
  legs_.clear();
  positions_.clear();
  pools_.clear();
  pool_index_.clear();
  views_.clear();
  noted_.clear();
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

void Mirror::read_account(const Account& account) {
  const auto pool = pool_index_.find(account.pool);
  if (pool == pool_index_.end()) return;
  const PoolMargin* setting = books_->margin.pools.find(account.pool);
  if (setting == nullptr) return;
  std::vector<Slot> participants;
  std::uint32_t row = kNoRow;
  each_asset(books_->margin, *setting, [&](AssetId asset, const Collateral*) {
    const Slot slot = books_->market.participants.find_slot({account.pool, account.owner, asset});
    if (slot == base::kNoSlot) return;
    participants.push_back(slot);
    if (slot < row_of_participant_.size() && row_of_participant_[slot] != kNoRow &&
        rows_[row_of_participant_[slot]].account == account)
      row = row_of_participant_[slot];
  });
  if (participants.empty()) return;
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
  for (const Slot slot : participants) {
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
    read_positions_.push_back({index, index, static_cast<std::int64_t>(position)});
    row.size += size_of(static_cast<std::int64_t>(position));
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

// In the place that the row has, or at the end with room to grow.
void Mirror::keep(Row& row) {
  const auto held = std::span(positions_).subspan(row.positions_first, row.positions_count);
  for (const GridPosition& position : read_positions_)
    if (std::ranges::find(held, position.contract, &GridPosition::contract) == held.end())
      add_holder(position.contract, static_cast<std::uint32_t>(&row - rows_.data()));
  const auto legs = static_cast<std::uint32_t>(read_legs_.size());
  const auto positions = static_cast<std::uint32_t>(read_positions_.size());
  if (legs > row.legs_room) {
    row.legs_first = static_cast<std::uint32_t>(legs_.size());
    row.legs_room = legs;
    legs_.resize(legs_.size() + row.legs_room);
  }
  if (positions > row.positions_room) {
    row.positions_first = static_cast<std::uint32_t>(positions_.size());
    row.positions_room = positions + positions / 4;
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
  std::size_t holders = 0;
  for (const ContractId contract : contracts) holders += holders_[contract.value()].size();
  if (holders >= rows_.size()) {
    for (std::uint32_t row = 0; row < rows_.size(); ++row) add_row(row);
    return;
  }
  for (const ContractId contract : contracts)
    for (const std::uint32_t row : holders_[contract.value()]) add_row(row);
}

void Mirror::add_pool(PoolId pool) {
  const auto found = pool_index_.find(pool);
  if (found == pool_index_.end()) return;
  for (const std::uint32_t row : pools_[found->second].rows) add_row(row);
}

std::vector<Account> Mirror::suspects() {
  std::vector<Account> found;
  for (const std::uint32_t row : passing_)
    if (judge(rows_[row]) == Finding::suspect) found.push_back(rows_[row].account);
  std::ranges::sort(found);
  return found;
}

void Mirror::refresh(Pool& pool) {
  if (pool.pass == pass_) return;
  pool.pass = pass_;
  pool.setting = books_->margin.pools.find(pool.id);
  pool.rates.clear();
  if (pool.setting == nullptr) return;
  pool.views = views_of(pool.setting->rulebook);
  each_asset(books_->margin, *pool.setting, [&](AssetId asset, const Collateral* row) {
    Rate rate{.asset = asset, .conversion = conversion_of(*books_, *pool.setting, asset, row)};
    const Conversion& conversion = rate.conversion;
    rate.at_par = conversion.basis == Basis::complete && conversion.numerator == 1 &&
                  conversion.denominator == 1 && conversion.haircut_ppm == 0 && conversion.cap == 0;
    if (const auto scale = scales_.find(asset); scale != scales_.end())
      rate.divisor = static_cast<i128>(
          base::power_of_ten(scale->second - books_->ledger.assets.find(asset)->scale));
    pool.rates.push_back(rate);
  });
}

const Mirror::Rate* Mirror::rate_of(Pool& pool, AssetId asset) {
  const auto found = std::ranges::find(pool.rates, asset, &Rate::asset);
  return found == pool.rates.end() ? nullptr : &*found;
}

std::size_t Mirror::views_of(RulebookId rulebook) {
  const auto found = std::ranges::find(views_, rulebook, &Views::rulebook);
  if (found != views_.end()) return static_cast<std::size_t>(found - views_.begin());
  Views views{.rulebook = rulebook};
  views.row = rulebook.is_none() ? nullptr : books_->margin.rulebooks.find(rulebook);
  views.views.resize(contracts_seen_ + 1);
  if (views.row != nullptr) {
    views.stride = padded(views.row->scenarios);
    views.grids.resize((contracts_seen_ + 1) * views.stride);
    const u128 factor = base::power_of_ten(unsigned{views.row->value_scale} -
                                           books_->ledger.assets.find(views.row->asset)->scale);
    views.scale_factor =
        factor > static_cast<u128>(kPlainMax) ? 0 : static_cast<std::uint64_t>(factor);
  }
  views_.push_back(std::move(views));
  return views_.size() - 1;
}

const Mirror::View& Mirror::view_of(Views& views, std::uint32_t contract) {
  View& view = views.views[contract];
  if (view.pass != pass_) read_view(views, view, contract);
  return view;
}

void Mirror::read_view(Views& views, View& view, std::uint32_t contract_number) {
  view = View{.pass = pass_};
  const market::Contract& contract = *books_->market.contracts.find(ContractId(contract_number));
  const MarkReading mark = read_mark(*books_, contract, Pricing::better);
  if (mark.basis != Basis::complete) return;
  const Grid* grid =
      views.row == nullptr ? nullptr : books_->margin.grids.find({views.rulebook, contract.id});
  const Tiers* tiers = grid == nullptr ? books_->margin.tiers.find(contract.id) : nullptr;
  if (grid != nullptr ? books_->now >= grid->expires : tiers == nullptr) return;
  view.known = true;
  const u128 finer =
      base::power_of_ten(scales_.at(contract.settlement_asset) - contract.value_scale);
  const int sign = market::long_sign(contract.kind);
  const auto raised = [&](u128 unit, std::int64_t& value) {
    u128 product = 0;
    if (__builtin_mul_overflow(unit, finer, &product) || product >= static_cast<u128>(kPlainMax))
      return false;
    value = sign * static_cast<std::int64_t>(product);
    return true;
  };
  view.plain = raised(mark.unit_long, view.unit_long) && raised(mark.unit_short, view.unit_short) &&
               contract.settle_factor < static_cast<u128>(kPlainMax);
  if (!view.plain) return;
  // Tiers of a contract that settles in another asset than the rulebook counts.
  if (grid == nullptr && views.row != nullptr && contract.settlement_asset != views.row->asset)
    view.plain = false;
  view.unit_value = static_cast<std::uint64_t>(std::max(mark.unit_long, mark.unit_short));
  view.settle_factor = static_cast<std::uint64_t>(contract.settle_factor);
  const auto row =
      views.grids.begin() + static_cast<std::ptrdiff_t>(contract_number * views.stride);
  if (grid == nullptr) {
    std::fill_n(row, views.stride, 0);
    view.tiers = tiers->at(books_->now);
    return;
  }
  view.has_grid = true;
  view.add_ons = grid->add_ons;
  view.size_free = static_cast<std::uint64_t>(grid->add_ons.size_free.value());
  std::ranges::copy(grid->entries, row);
  for (const std::int64_t entry : grid->entries) {
    view.least = std::min(view.least, entry);
    view.greatest = std::max(view.greatest, entry);
  }
  views.largest = std::max({views.largest, -view.least, view.greatest});
}

// False: its numbers do not fit, and the full assessment is to look at it.
bool Mirror::add_equity(Pool& pool, Views& views, const Row& row, i128& equity, bool& known) {
  for (std::uint32_t l = 0; l < row.legs_count; ++l) {
    const Leg& leg = legs_[row.legs_first + l];
    if (leg.cash == 0 && leg.count == 0 && leg.open_value == 0) continue;
    const Rate* rate = rate_of(pool, leg.asset);
    if (rate == nullptr) return false;
    if (rate->conversion.basis != Basis::complete) {
      known = false;
      return true;
    }
    i128 sum = leg.open_value;
    const GridPosition* position = positions_.data() + row.positions_first + leg.first;
    for (std::uint32_t i = 0; i < leg.count; ++i, ++position) {
      const View& view = view_of(views, position->contract);
      if (!view.known) {
        known = false;
        return true;
      }
      if (!view.plain) return false;
      sum += static_cast<i128>(position->quantity) *
             (position->quantity < 0 ? view.unit_short : view.unit_long);
    }
    if (sum >= kPlainSumMax || sum <= -kPlainSumMax) return false;
    const i128 worth = leg.cash + base::div_round<Rounding::floor>(sum, rate->divisor);
    if (rate->at_par) {
      equity += worth;
      continue;
    }
    const auto value = rate->conversion.value_of(worth);
    if (!value || *value >= kPlainSumMax || *value <= -kPlainSumMax) return false;
    equity += *value;
  }
  return true;
}

bool Mirror::maintenance_of(Views& views, const Pool& pool, const Row& row, u128& maintenance) {
  const bool portfolio = pool.setting->mode == Mode::portfolio;
  u128 add_ons = 0;
  const GridPosition* const first = positions_.data() + row.positions_first;
  std::size_t grids = 0;
  for (std::uint32_t i = 0; i < row.positions_count; ++i) {
    const View& view = views.views[first[i].contract];
    const std::int64_t quantity = first[i].quantity;
    if (!view.has_grid) {
      const u128 notional =
          static_cast<u128>(size_of(quantity)) * view.unit_value / view.settle_factor;
      if (notional >= static_cast<u128>(kPlainSumMax) / kPpm) return false;
      const u128 initial = divided_up(notional * view.tiers.initial_ppm, kPpm);
      maintenance += divided_up(initial * view.tiers.maintenance_ppm, kPpm);
      continue;
    }
    ++grids;
    const std::uint64_t size = size_of(quantity);
    u128 extra = static_cast<u128>(size) *
                 static_cast<std::uint64_t>(quantity > 0 ? view.add_ons.maintenance_long
                                                         : view.add_ons.maintenance_short);
    if (size > view.size_free)
      extra += static_cast<u128>(size - view.size_free) *
               static_cast<std::uint64_t>(view.add_ons.size_add);
    if (portfolio) {
      add_ons += extra;
      continue;
    }
    const std::int64_t worst = quantity < 0 ? view.greatest : -view.least;
    const auto alone =
        grid_requirement(static_cast<u128>(size_of(quantity)) * static_cast<std::uint64_t>(worst),
                         views.row->maintenance_ppm, extra, views.scale_factor);
    if (!alone) return false;
    maintenance += *alone;
  }
  if (!portfolio || grids == 0) return true;
  // A contract without a grid has a row of zeros.
  if (static_cast<u128>(row.size) * static_cast<std::uint64_t>(views.largest) >=
      static_cast<u128>(std::numeric_limits<std::int64_t>::max()))
    return false;
  const std::int64_t least =
      least_scenario_sum(views.grids.data(), views.stride, first, row.positions_count);
  const auto together = grid_requirement(base::magnitude(least), views.row->maintenance_ppm,
                                         add_ons, views.scale_factor);
  if (!together) return false;
  maintenance += *together;
  return true;
}

Mirror::Finding Mirror::judge(Row& row) {
  Pool& pool = pools_[row.pool];
  refresh(pool);
  if (pool.setting == nullptr) return Finding::unchanged;
  // What a plain sum does not say: offsets by contract, and amounts in another asset.
  Views& views = views_[pool.views];
  const bool foreign = pool.rates.size() > 1 && views.row == nullptr;
  if (!row.plain || pool.setting->mode == Mode::isolated || foreign ||
      (views.row != nullptr && views.scale_factor == 0))
    return Finding::suspect;
  i128 equity = 0;
  u128 maintenance = 0;
  bool known = true;
  if (!add_equity(pool, views, row, equity, known)) return Finding::suspect;
  if (!known) return Finding::unchanged;
  if (!maintenance_of(views, pool, row, maintenance)) return Finding::suspect;
  const Health now = health_of_numbers(*pool.setting, SignedAmount(equity), Amount(maintenance));
  return now == row.recorded ? Finding::unchanged : Finding::suspect;
}

}  // namespace cofferdam::margin
