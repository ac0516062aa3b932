// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/margin/invariants.h"

#include <map>

namespace cofferdam::margin {

namespace {

struct Sums {
  i128 buys = 0;
  i128 sells = 0;
  std::int64_t orders = 0;

  friend bool operator==(const Sums&, const Sums&) = default;
};

void add(Sums& sums, const Reservation* row, int sign) {
  if (row == nullptr) return;
  (row->side == OrderSide::buy ? sums.buys : sums.sells) += sign * row->quantity.value();
  sums.orders += sign;
}

void add(Sums& sums, const Reserved* row, int sign) {
  if (row == nullptr) return;
  sums.buys += sign * row->buys.value();
  sums.sells += sign * row->sells.value();
  sums.orders += sign * static_cast<std::int64_t>(row->orders);
}

}  // namespace

std::optional<std::string> check_reservations_add_up(const State& state) {
  std::optional<std::string> violation;
  if (state.reservations.untouched() && state.reserved.untouched()) return violation;
  std::map<Reserved::Key, Sums> differences;
  state.reservations.each_touched([&](const Reservation* before, const Reservation* after) {
    const Reservation& row = after != nullptr ? *after : *before;
    Sums& sums = differences[{row.pool, row.owner, row.contract}];
    add(sums, after, 1);
    add(sums, before, -1);
    if (after != nullptr && after->quantity.value() <= 0)
      violation = "order " + base::to_text(after->order) + " must reserve something";
  });
  state.reserved.each_touched([&](const Reserved* before, const Reserved* after) {
    Sums& sums = differences[(after != nullptr ? *after : *before).key()];
    add(sums, after, -1);
    add(sums, before, 1);
  });
  for (const auto& [key, sums] : differences)
    if (sums != Sums())
      violation = "the reservations of owner " + base::to_text(key.owner.value()) +
                  " must add up to their sums";
  return violation;
}

std::optional<std::string> check_grids_go_forward(const State& state) {
  std::optional<std::string> violation;
  state.grids.each_touched([&](const Grid* before, const Grid* after) {
    const bool forward =
        after != nullptr && (before == nullptr ? after->version == 1
                                               : after->version > before->version &&
                                                     after->computed >= before->computed);
    if (!forward)
      violation = "a grid of contract " +
                  std::to_string((after != nullptr ? *after : *before).contract.value()) +
                  " must follow the one before it";
  });
  return violation;
}

std::optional<std::string> check_standings(const State& state) {
  std::optional<std::string> violation;
  state.standings.each_touched([&](const Standing* /*before*/, const Standing* after) {
    if (after == nullptr) return;
    if (after->health == Health::healthy || state.pools.find(after->account.pool) == nullptr)
      violation = "owner " + base::to_text(after->account.owner.value()) +
                  " must have a recorded state only while it is not healthy";
  });
  return violation;
}

}  // namespace cofferdam::margin
