// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/base/decimal.h"
#include "cofferdam/books/margin/mirror.h"
#include "cofferdam/books/margin/mirror_numbers.h"
#include "cofferdam/books/market/value.h"

#include <algorithm>

namespace cofferdam::margin {

void Mirror::begin_views() {
  for (Views& views : views_) {
    views.largest = 0;
    views.largest_entry = 0;
    views.all_regular = false;
    views.row = views.rulebook.is_none() ? nullptr : books_->margin.rulebooks.find(views.rulebook);
  }
  // A rulebook that was made in a command that was taken back may have come again as another.
  std::erase_if(views_, [](const Views& views) {
    return !views.rulebook.is_none() &&
           (views.row == nullptr || views.stride != padded(views.row->scenarios));
  });
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

std::size_t Mirror::views_of(RulebookId rulebook) {
  const auto found = std::ranges::find(views_, rulebook, &Views::rulebook);
  if (found != views_.end()) return static_cast<std::size_t>(found - views_.begin());
  Views views{.rulebook = rulebook};
  views.row = rulebook.is_none() ? nullptr : books_->margin.rulebooks.find(rulebook);
  views.views.resize(contracts_seen_ + 1);
  if (views.row != nullptr) {
    views.stride = padded(views.row->scenarios);
    views.blocks.resize((contracts_seen_ + 1) * views.stride / kScenarioBlock);
    views.digits.resize((contracts_seen_ + 1) * digit_blocks(views.stride));
    views.sides.resize(2 * (contracts_seen_ + 1));
    views.regular.resize(contracts_seen_ + 1);
    views.raising.resize(contracts_seen_ + 1);
    const u128 factor = base::power_of_ten(unsigned{views.row->value_scale} -
                                           books_->ledger.assets.find(views.row->asset)->scale);
    views.scale_factor =
        factor > static_cast<u128>(kPlainMax) ? 0 : static_cast<std::uint64_t>(factor);
  }
  views_.push_back(std::move(views));
  return views_.size() - 1;
}

void Mirror::read_all_views() {
  for (Pool& pool : pools_) refresh(pool);
  for (Views& views : views_) {
    views.all_regular = views.row != nullptr;
    for (std::uint32_t contract = 1; contract <= contracts_seen_; ++contract) {
      if (holders_[contract].empty()) continue;
      view_of(views, contract);
      if (views.row != nullptr) views.all_regular &= views.regular[contract] == pass_;
    }
  }
}

// What one account needs of it.
void Mirror::read_views(const Row& row) {
  Pool& pool = pools_[row.pool];
  refresh(pool);
  if (pool.setting == nullptr) return;
  Views& views = views_[pool.views];
  for (std::uint32_t i = 0; i < row.positions_count; ++i)
    view_of(views, positions_[row.positions_first + i].contract);
}

const Mirror::View& Mirror::view_of(Views& views, std::uint32_t contract) {
  View& view = views.views[contract];
  if (view.pass != pass_) read_view(views, view, contract);
  return view;
}

void Mirror::read_view(Views& views, View& view, std::uint32_t contract_number) {
  view = View{.pass = pass_,
              .keeps_entries = view.keeps_entries,
              .least = view.least,
              .greatest = view.greatest};
  if (views.row != nullptr)
    for (const std::int64_t side : {1, -1}) views.sides[side_of(contract_number, side)] = Sides();
  const market::Contract& contract = *books_->market.contracts.find(ContractId(contract_number));
  const MarkReading mark = read_mark(*books_, contract, Pricing::better);
  if (mark.basis != Basis::complete) return;
  const Grid* grid =
      views.row == nullptr ? nullptr : books_->margin.grids.find({views.rulebook, contract.id});
  const Tiers* tiers = grid == nullptr ? books_->margin.tiers.find(contract.id) : nullptr;
  if (grid != nullptr ? books_->now >= grid->expires : tiers == nullptr) return;
  view.known = true;
  view.may_raise = mark.may_raise;
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
  if (grid != nullptr) {
    if (!view.keeps_entries) read_entries(views, view, contract_number, *grid);
    views.largest_entry = std::max({views.largest_entry, -view.least, view.greatest});
    views.largest = std::max(views.largest, views.largest_entry);
    view.has_grid = true;
    view.add_ons = grid->add_ons;
    view.size_free = static_cast<std::uint64_t>(grid->add_ons.size_free.value());
    return write_sides(views, view, contract_number);
  }
  // A contract without a grid has a row of zeros.
  std::fill_n(views.blocks.data() + contract_number * views.stride / kScenarioBlock,
              views.stride / kScenarioBlock, Block{});
  std::fill_n(views.digits.data() + contract_number * digit_blocks(views.stride),
              digit_blocks(views.stride), DigitBlock{});
  view.keeps_entries = false;
  view.tiers = tiers->at(books_->now);
}

void Mirror::read_entries(Views& views, View& view, std::uint32_t contract, const Grid& grid) {
  Block* const row = views.blocks.data() + contract * views.stride / kScenarioBlock;
  view.keeps_entries = true;
  view.least = 0;
  view.greatest = 0;
  for (std::size_t s = 0; s < grid.entries.size(); ++s) {
    const std::int64_t entry = grid.entries[s];
    row[s / kScenarioBlock].entries[s % kScenarioBlock] = entry;
    view.least = std::min(view.least, entry);
    view.greatest = std::max(view.greatest, entry);
  }
  const unsigned bits = digit_bits_for(std::max(-view.least, view.greatest));
  if (bits > kDigitBitsMax) return;
  if (bits <= views.digit_bits) return write_digits_of(views, view, contract);
  views.digit_bits = bits;
  for (std::uint32_t other = 1; other <= contracts_seen_; ++other)
    write_digits_of(views, views.views[other], other);
}

// What they do not reach is left: while it counts, sums are not taken by digits.
void Mirror::write_digits_of(Views& views, const View& view, std::uint32_t contract) {
  if (!view.keeps_entries || std::max(-view.least, view.greatest) > digits_reach(views.digit_bits))
    return;
  write_digits(views.blocks[contract * views.stride / kScenarioBlock].entries.data(), views.stride,
               views.digit_bits, views.digits.data() + contract * digit_blocks(views.stride));
}

void Mirror::note_grid(RulebookId rulebook, ContractId contract) {
  for (Views& views : views_)
    if (views.rulebook == rulebook && contract.value() < views.views.size())
      views.views[contract.value()].keeps_entries = false;
}

// The quantities of shorts are negative, their add-ons are not.
void Mirror::write_sides(Views& views, const View& view, std::uint32_t contract) {
  const AddOns& add_ons = view.add_ons;
  if (add_ons.size_add != 0) return;
  views.sides[side_of(contract, 1)].numbers = {view.unit_long, add_ons.maintenance_long,
                                               add_ons.initial_long, 0};
  views.sides[side_of(contract, -1)].numbers = {view.unit_short, -add_ons.maintenance_short,
                                                -add_ons.initial_short, 0};
  for (const std::int64_t side : {1, -1})
    for (const std::int64_t number : views.sides[side_of(contract, side)].numbers)
      views.largest = std::max({views.largest, number, -number});
  views.regular[contract] = pass_;
  if (view.may_raise) views.raising[contract] = pass_;
}

}  // namespace cofferdam::margin
