// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/base/prefetch.h"
#include "cofferdam/books/margin/mirror.h"
#include "cofferdam/books/margin/mirror_numbers.h"

#include <algorithm>

namespace cofferdam::margin {

namespace {

// A piece of a pass: small enough that the threads end together, large enough to be worth one.
constexpr std::size_t kRowsPerPiece = 1024;
constexpr std::size_t kThreadsMax = 8;
// How far ahead rows that lie anywhere are fetched.
constexpr std::size_t kAhead = 8;

}  // namespace

void Mirror::set(const Manner& manner) {
  manner_ = manner;
  threads_.reset();
}

const ScenarioKernels& Mirror::kernels() const {
  return manner_.kernels != nullptr ? *manner_.kernels : best_scenario_kernels();
}

// None where there is one processor. Threads are started when the first long pass needs them.
base::ThreadPool* Mirror::threads() {
  if (manner_.threads == 0)
    manner_.threads = std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, kThreadsMax);
  if (manner_.threads == 1) return nullptr;
  if (threads_ == nullptr) threads_ = std::make_unique<base::ThreadPool>(manner_.threads);
  return threads_.get();
}

std::vector<Account> Mirror::suspects() {
  const std::size_t count = whole_ ? rows_.size() : passing_.size();
  const auto row_at = [&](std::size_t i) { return whole_ ? i : std::size_t{passing_[i]}; };
  const bool large = count > 2 * kRowsPerPiece;
  if (large) {
    read_all_views();
  } else {
    for (std::size_t i = 0; i < count; ++i) read_views(rows_[row_at(i)]);
  }
  found_.resize(std::max(found_.size(), count / kRowsPerPiece + 1));
  for (auto& list : found_) list.clear();
  in_ranges(count, large ? kRowsPerPiece : count, [&](std::size_t begin, std::size_t end) {
    std::vector<std::uint32_t>& list = found_[begin / kRowsPerPiece];
    for (std::size_t i = begin; i < end; ++i) {
      if (!whole_ && i + 2 * kAhead < end) base::prefetch(&rows_[row_at(i + 2 * kAhead)], 128);
      if (!whole_ && i + kAhead < end) {
        const Row& next = rows_[row_at(i + kAhead)];
        base::prefetch(legs_.data() + next.legs_first, sizeof(Leg));
        base::prefetch(positions_.data() + next.positions_first,
                       next.positions_count * sizeof(GridPosition));
        base::prefetch(pairs_.data() + next.positions_first / 2,
                       pairs_of(next.positions_count) * sizeof(PositionPair));
      }
      const std::size_t row = row_at(i);
      if (judge(rows_[row]) == Finding::suspect) list.push_back(static_cast<std::uint32_t>(row));
    }
  });
  std::vector<Account> accounts;
  for (const auto& list : found_)
    for (const std::uint32_t row : list) accounts.push_back(rows_[row].account);
  std::ranges::sort(accounts);
  return accounts;
}

Mirror::Finding Mirror::judge(const Row& row) const {
  const Pool& pool = pools_[row.pool];
  if (pool.setting == nullptr) return Finding::unchanged;
  // What a plain sum does not say: offsets by contract, and amounts in another asset.
  const Views& views = views_[pool.views];
  const bool foreign = pool.rates.size() > 1 && views.row == nullptr;
  if (!row.plain || pool.setting->mode == Mode::isolated || foreign ||
      (views.row != nullptr && views.scale_factor == 0))
    return Finding::suspect;
  i128 equity = 0;
  u128 maintenance = 0;
  bool known = true;
  if (pool.setting->mode == Mode::portfolio && is_regular(views, row)) {
    if (!add_regular(pool, views, row, equity, maintenance, known)) return Finding::suspect;
    if (!known) return Finding::unchanged;
  } else {
    if (!add_equity(pool, views, row, equity, known)) return Finding::suspect;
    if (!known) return Finding::unchanged;
    if (!maintenance_of(views, pool, row, maintenance)) return Finding::suspect;
  }
  const Health now = plain_health(*pool.setting, equity, maintenance);
  return now == row.recorded ? Finding::unchanged : Finding::suspect;
}

bool Mirror::is_regular(const Views& views, const Row& row) const {
  if (views.row == nullptr) return false;
  if (views.all_regular) return true;
  const GridPosition* const first = positions_.data() + row.positions_first;
  return std::all_of(first, first + row.positions_count, [&](const GridPosition& position) {
    return position.quantity == 0 || views.regular[position.contract] == pass_;
  });
}

// Nothing where a sum might not fit.
std::optional<ScenarioSums> Mirror::sums_of(const Views& views, const Row& row) const {
  const auto largest = static_cast<std::uint64_t>(views.largest);
  if (static_cast<u128>(row.size) * largest >= static_cast<u128>(1) << 63) return std::nullopt;
  constexpr std::uint64_t kNarrow = std::uint64_t{1} << 31;
  ScenarioSums sums;
  if (views.largest_entry <= digits_reach(views.digit_bits) &&
      digits_fit(views.digit_bits, row.size, row.largest)) {
    kernels().digits(views.table(), pairs_.data() + row.positions_first / 2,
                     pairs_of(row.positions_count), sums);
    return sums;
  }
  const auto add = row.size < kNarrow && largest < kNarrow ? kernels().narrow : kernels().wide;
  add(views.table(), positions_.data() + row.positions_first, row.positions_count, sums);
  return sums;
}

i128 Mirror::value_of(const Views& views, std::span<const GridPosition> positions) {
  i128 sum = 0;
  for (const GridPosition& position : positions)
    sum += static_cast<i128>(position.quantity) * views.sides[position.side].numbers[Side::kUnit];
  return sum;
}

// Every position is regular. False: its numbers do not fit, and the full assessment is to look.
bool Mirror::add_regular(const Pool& pool, const Views& views, const Row& row, i128& equity,
                         u128& maintenance, bool& known) const {
  const std::optional<ScenarioSums> sums = sums_of(views, row);
  if (!sums) return false;
  for (std::uint32_t l = 0; l < row.legs_count; ++l) {
    const Leg& leg = legs_[row.legs_first + l];
    if (leg.cash == 0 && leg.count == 0 && leg.open_value == 0) continue;
    const Rate* rate = rate_of(pool, leg.asset);
    if (rate == nullptr) return false;
    if (rate->conversion.basis != Basis::complete) {
      known = false;
      return true;
    }
    const i128 value =
        leg.count == row.positions_count
            ? i128{sums->sides[Side::kUnit]}
            : value_of(views, {positions_.data() + row.positions_first + leg.first, leg.count});
    const i128 worth = leg.cash + divided_down(leg.open_value + value, rate->divisor);
    if (rate->at_par) {
      equity += worth;
      continue;
    }
    const auto converted = rate->conversion.value_of(worth);
    if (!converted || *converted >= kPlainSumMax || *converted <= -kPlainSumMax) return false;
    equity += *converted;
  }
  const auto required = plain_requirement(
      size_of(sums->least), views.row->maintenance_ppm,
      static_cast<std::uint64_t>(sums->sides[Side::kMaintenanceAddOn]), views.scale_factor);
  if (!required) return false;
  maintenance = *required;
  return true;
}

const Mirror::Rate* Mirror::rate_of(const Pool& pool, AssetId asset) const {
  const auto found = std::ranges::find(pool.rates, asset, &Rate::asset);
  return found == pool.rates.end() ? nullptr : &*found;
}

// False: its numbers do not fit, and the full assessment is to look at it.
bool Mirror::add_equity(const Pool& pool, const Views& views, const Row& row, i128& equity,
                        bool& known) const {
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
      if (position->quantity == 0) continue;
      const View& view = views.views[position->contract];
      if (!view.known) {
        known = false;
        return true;
      }
      if (!view.plain) return false;
      sum += static_cast<i128>(position->quantity) *
             (position->quantity < 0 ? view.unit_short : view.unit_long);
    }
    if (sum >= kPlainSumMax || sum <= -kPlainSumMax) return false;
    const i128 worth = leg.cash + divided_down(sum, rate->divisor);
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

bool Mirror::maintenance_of(const Views& views, const Pool& pool, const Row& row,
                            u128& maintenance) const {
  const bool portfolio = pool.setting->mode == Mode::portfolio;
  u128 add_ons = 0;
  const GridPosition* const first = positions_.data() + row.positions_first;
  std::size_t grids = 0;
  for (std::uint32_t i = 0; i < row.positions_count; ++i) {
    const View& view = views.views[first[i].contract];
    const std::int64_t quantity = first[i].quantity;
    if (quantity == 0) continue;
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
  const std::optional<ScenarioSums> sums = sums_of(views, row);
  if (!sums) return false;
  const auto together = grid_requirement(size_of(sums->least), views.row->maintenance_ppm, add_ons,
                                         views.scale_factor);
  if (!together) return false;
  maintenance += *together;
  return true;
}

}  // namespace cofferdam::margin
