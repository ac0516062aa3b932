// SPDX-License-Identifier: Apache-2.0
//
// Random venues against an auditor that keeps its own books and works every requirement out in the
// plainest way: scenario by scenario, and open orders by trying every fill.
#include "cofferdam/base/decimal.h"
#include "cofferdam/books/margin/test_books.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <random>

namespace cofferdam::margin {
namespace {

constexpr std::size_t kOwners = 5;
constexpr std::size_t kContracts = 4;   // the last has tiers and no grid
constexpr std::size_t kScenarios = 9;   // more than one block of the kernel
constexpr i128 kAmountOne = 100;        // cash has two digits
constexpr i128 kFine = 10'000'000'000;  // from the finest scale, 10^-12, to cash

[[nodiscard]] i128 floor_div(i128 a, i128 b) {
  return a >= 0 ? a / b : -((-a + b - 1) / b);
}

[[nodiscard]] i128 ceil_div(i128 a, i128 b) {
  return -floor_div(-a, b);
}

struct Sheet {
  i128 cash = 0;
  std::array<i128, kContracts> position{};
  std::array<i128, kContracts> paid{};  // in value units
};

struct Order {
  std::size_t owner = 0;
  std::size_t contract = 0;
  u128 id = 0;
  bool buy = true;
  i128 quantity = 0;
  i128 price = 0;
};

struct Figures {
  i128 equity = 0;
  i128 backing = 0;
  i128 initial = 0;
  i128 with_orders = 0;
  i128 maintenance = 0;

  [[nodiscard]] i128 free() const { return backing - with_orders; }
};

// Everything that the auditor knows.
struct Audit {
  std::array<Sheet, kOwners> sheets;
  std::vector<Order> orders;
  std::array<i128, kContracts> mark{};
  std::array<std::vector<std::int64_t>, kContracts> entries;
  std::array<AddOns, kContracts> add_ons;
  std::array<unsigned, kContracts> value_scale{};
  std::uint32_t initial_ppm = kPpm;
  std::uint32_t profit_ppm = kPpm;
  std::uint32_t buffer_ppm = 0;
  bool plain_add_ons = false;

  [[nodiscard]] static i128 ten(unsigned digits) {
    return static_cast<i128>(base::power_of_ten(digits));
  }

  [[nodiscard]] i128 variation(const Sheet& sheet, std::size_t c) const {
    return sheet.position[c] * mark[c] - sheet.paid[c];
  }

  [[nodiscard]] i128 profit(const Sheet& sheet, std::size_t c) const {
    return floor_div(variation(sheet, c), ten(value_scale[c] - 2));
  }

  [[nodiscard]] i128 backs(i128 profit_units) const {
    return profit_units <= 0 ? profit_units : profit_units * profit_ppm / kPpm;
  }

  [[nodiscard]] static i128 add_on(const AddOns& a, i128 q, bool initial) {
    i128 sum = 0;
    if (q > 0) sum = q * (initial ? a.initial_long : a.maintenance_long);
    if (q < 0) sum = -q * (initial ? a.initial_short : a.maintenance_short);
    const i128 size = q < 0 ? -q : q;
    return sum + std::max<i128>(0, size - a.size_free.value()) * a.size_add;
  }

  // (worst loss x part + add-ons) in 10^-6 of a whole, rounded up to cash.
  [[nodiscard]] i128 grid_margin(const std::vector<std::pair<std::size_t, i128>>& book,
                                 bool initial) const {
    i128 worst = 0;
    i128 extra = 0;
    for (std::size_t s = 0; s < kScenarios; ++s) {
      i128 loss = 0;
      for (const auto& [c, q] : book) loss -= q * entries[c][s];
      worst = std::max(worst, loss);
    }
    for (const auto& [c, q] : book) extra += add_on(add_ons[c], q, initial);
    return ceil_div(worst * (initial ? initial_ppm : kPpm) + extra * kPpm, 10'000 * i128{kPpm});
  }

  [[nodiscard]] i128 tier_margin(i128 q, bool initial) const {
    const std::size_t c = kContracts - 1;
    const i128 notional = (q < 0 ? -q : q) * mark[c] / ten(value_scale[c] - 2);
    const i128 base_initial = ceil_div(notional * 100'000, kPpm);
    return initial ? base_initial : ceil_div(base_initial * 600'000, kPpm);
  }

  [[nodiscard]] i128 margin_of(const std::vector<std::pair<std::size_t, i128>>& book, bool initial,
                               bool together) const {
    i128 sum = 0;
    std::vector<std::pair<std::size_t, i128>> grids;
    for (const auto& [c, q] : book) {
      if (c == kContracts - 1) {
        sum += tier_margin(q, initial);
      } else if (together) {
        grids.emplace_back(c, q);
      } else {
        sum += grid_margin({{c, q}}, initial);
      }
    }
    return sum + grid_margin(grids, initial);
  }

  // What is lost at once if the orders fill at their limits.
  [[nodiscard]] i128 limit_losses(std::size_t owner, std::size_t c) const {
    i128 losses = 0;
    for (const Order& order : orders)
      if (order.owner == owner && order.contract == c)
        losses +=
            std::max<i128>(0, (order.buy ? 1 : -1) * (order.price - mark[c])) * order.quantity;
    return ceil_div(losses, ten(value_scale[c] - 2));
  }

  [[nodiscard]] std::pair<i128, i128> open_orders(std::size_t owner, std::size_t c) const {
    i128 buys = 0;
    i128 sells = 0;
    for (const Order& order : orders)
      if (order.owner == owner && order.contract == c) (order.buy ? buys : sells) += order.quantity;
    return {buys, sells};
  }

  // The dearest of all ways in which the orders could fill, each contract wholly on one side or
  // not.
  [[nodiscard]] i128 dearest(std::size_t owner, const Sheet& sheet, bool together) const {
    i128 worst = 0;
    std::size_t ways = 1;
    for (std::size_t c = 0; c < kContracts; ++c) ways *= 3;
    for (std::size_t way = 0; way < ways; ++way) {
      std::vector<std::pair<std::size_t, i128>> book;
      std::size_t rest = way;
      for (std::size_t c = 0; c < kContracts; ++c, rest /= 3) {
        const auto [buys, sells] = open_orders(owner, c);
        const i128 filled = rest % 3 == 0 ? 0 : rest % 3 == 1 ? buys : -sells;
        book.emplace_back(c, sheet.position[c] + filled);
      }
      worst = std::max(worst, margin_of(book, true, together));
    }
    for (std::size_t c = 0; c < kContracts; ++c) worst += limit_losses(owner, c);
    return worst;
  }

  [[nodiscard]] Figures figures(std::size_t owner, const Sheet& sheet, Mode mode) const {
    std::vector<std::pair<std::size_t, i128>> book;
    i128 exact = 0;
    for (std::size_t c = 0; c < kContracts; ++c) {
      book.emplace_back(c, sheet.position[c]);
      exact += variation(sheet, c) * ten(12 - value_scale[c]);
    }
    const bool together = mode == Mode::portfolio;
    Figures f{.equity = sheet.cash + floor_div(exact, kFine),
              .backing = sheet.cash + backs(floor_div(exact, kFine)),
              .initial = margin_of(book, true, together),
              .maintenance = margin_of(book, false, together)};
    f.with_orders = dearest(owner, sheet, together);
    if (mode != Mode::isolated) return f;
    f = Figures{.equity = sheet.cash, .backing = sheet.cash};
    for (std::size_t c = 0; c < kContracts; ++c) {
      const i128 own = profit(sheet, c);
      f.equity += own;
      f.backing += backs(own);
      f.maintenance += std::max(margin_of({book[c]}, false, false), std::max<i128>(own, 0));
      f.initial += std::max(margin_of({book[c]}, true, false), std::max<i128>(backs(own), 0));
    }
    f.with_orders = f.initial;
    return f;
  }

  [[nodiscard]] Health health(const Figures& f) const {
    if (f.equity < f.maintenance) return Health::liquidatable;
    if (f.equity < f.maintenance + ceil_div(f.maintenance * buffer_ppm, kPpm))
      return Health::margin_call;
    return Health::healthy;
  }
};

class RandomVenue {
 public:
  RandomVenue(std::uint64_t seed, Mode mode) : random_(seed), mode_(mode) {
    audit.initial_ppm = kPpm + static_cast<std::uint32_t>(below(500'000));
    audit.profit_ppm = below(2) == 0 ? kPpm : static_cast<std::uint32_t>(below(kPpm));
    audit.buffer_ppm = static_cast<std::uint32_t>(below(400'000));
    audit.plain_add_ons = below(2) == 0;
    for (std::size_t o = 0; o < kOwners; ++o) {
      const std::uint64_t deposit = 100'000 + below(1'000'000);
      books.participant(pool, o + 1, cash, deposit);
      audit.sheets[o].cash = static_cast<i128>(deposit);
    }
    for (std::size_t c = 0; c < kContracts; ++c) {
      const auto digits = static_cast<std::uint8_t>(c * 3);
      contracts[c] = books.contract({.code = "C" + std::to_string(c),
                                     .settlement_asset = cash,
                                     .price_scale = 2,
                                     .quantity_scale = digits});
      audit.value_scale[c] = 2U + digits;
      mark(c, 5'000 + below(10'000));
    }
    require(books.set(SetRulebook{.code = "random",
                                  .version = "1",
                                  .asset = cash,
                                  .value_scale = 6,
                                  .scenarios = kScenarios,
                                  .initial_ppm = audit.initial_ppm,
                                  .life = base::kDay,
                                  .late_max = base::kDay}) == SetRulebookStatus::ok);
    require(books.set(SetTiers{.contract = contracts[kContracts - 1],
                               .initial_ppm = 100'000,
                               .maintenance_ppm = 600'000}) == SetTiersStatus::ok);
    require(books.set(SetPool{.pool = pool,
                              .asset = cash,
                              .mode = mode,
                              .rulebook = RulebookId(1),
                              .profit_ppm = audit.profit_ppm,
                              .call_buffer_ppm = audit.buffer_ppm}) == SetPoolStatus::ok);
    publish();
  }

  static void require(bool holds) { COFFERDAM_CHECK(holds, "the random venue is well formed"); }

  [[nodiscard]] std::uint64_t below(std::uint64_t bound) { return random_() % bound; }

  void mark(std::size_t c, std::uint64_t price) {
    audit.mark[c] = static_cast<i128>(price);
    books.mark_at(contracts[c], static_cast<std::int64_t>(price));
  }

  // Up to a fifth of the value of the smallest quantity, either way.
  void publish() {
    PublishGrid command{.rulebook = RulebookId(1), .version = "1"};
    for (std::size_t c = 0; c + 1 < kContracts; ++c) {
      const auto unit = static_cast<std::int64_t>(
          static_cast<std::int64_t>(audit.mark[c]) * 10'000 /
          static_cast<std::int64_t>(Audit::ten(audit.value_scale[c] - 2)));
      const std::int64_t reach = std::max<std::int64_t>(unit / 5, 1);
      audit.entries[c].resize(kScenarios);
      for (std::int64_t& entry : audit.entries[c])
        entry = static_cast<std::int64_t>(below(2 * static_cast<std::uint64_t>(reach) + 1)) - reach;
      const auto part = [&] {
        return static_cast<std::int64_t>(below(static_cast<std::uint64_t>(reach) / 10 + 2));
      };
      audit.add_ons[c] = AddOns{};
      if (!audit.plain_add_ons)
        audit.add_ons[c] = {.initial_long = part(),
                            .initial_short = part(),
                            .maintenance_long = part(),
                            .maintenance_short = part(),
                            .size_add = part(),
                            .size_free = Quantity(static_cast<i128>(below(1'000)))};
      command.grids.push_back({contracts[c], audit.add_ons[c], audit.entries[c]});
    }
    require(books.publish(command) == PublishGridStatus::ok);
  }

  void step() {
    switch (below(8)) {
      case 0:
        return mark(below(kContracts), 4'000 + below(12'000));
      case 1:
        return publish();
      case 2:
        return move_cash();
      case 3:
        return reserve();
      case 4:
        return release();
      default:
        return trade();
    }
  }

  void trade() {
    const std::size_t c = below(kContracts);
    const std::size_t buyer = below(kOwners);
    const std::size_t seller = (buyer + 1 + below(kOwners - 1)) % kOwners;
    const auto size = static_cast<std::int64_t>(Audit::ten(audit.value_scale[c] - 2));
    const std::int64_t quantity =
        1 + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(300 * size)));
    const std::int64_t price =
        static_cast<std::int64_t>(audit.mark[c]) - 200 + static_cast<std::int64_t>(below(400));
    const std::int64_t fee = static_cast<std::int64_t>(below(50));
    std::array<Sheet, 2> after{audit.sheets[buyer], audit.sheets[seller]};
    for (std::size_t side = 0; side < 2; ++side) {
      const i128 sign = side == 0 ? 1 : -1;
      after[side].position[c] += sign * quantity;
      after[side].paid[c] += sign * quantity * price;
      after[side].cash -= fee;
    }
    const auto status = books.deal({.contract = contracts[c],
                                    .pool = pool,
                                    .buyer = buyer + 1,
                                    .seller = seller + 1,
                                    .quantity = quantity,
                                    .price = price,
                                    .buyer_fee = fee,
                                    .seller_fee = fee});
    const bool buyer_may = may(buyer, after[0]);
    const bool seller_may = may(seller, after[1]);
    if (status == market::TradeStatus::ok) {
      RC_ASSERT(buyer_may || !is_exact(buyer));
      RC_ASSERT(seller_may || !is_exact(seller));
      audit.sheets[buyer] = after[0];
      audit.sheets[seller] = after[1];
      ++booked;
    } else {
      RC_ASSERT(status == market::TradeStatus::buyer_margin_insufficient ||
                status == market::TradeStatus::seller_margin_insufficient ||
                status == market::TradeStatus::buyer_fee_not_covered ||
                status == market::TradeStatus::seller_fee_not_covered);
      if (status == market::TradeStatus::buyer_margin_insufficient)
        RC_ASSERT(!buyer_may || !is_exact(buyer));
      if (status == market::TradeStatus::seller_margin_insufficient)
        RC_ASSERT(!seller_may || !is_exact(seller));
      ++refused;
    }
  }

  // The rule: covered afterwards, or smaller and with no less free than before. With orders and
  // add-ons the books may ask more than the dearest fill does, never less.
  [[nodiscard]] bool may(std::size_t owner, const Sheet& after) {
    const Figures then = of_books_kind(owner, after);
    if (then.free() >= 0) return true;
    const Figures now = of_books_kind(owner, audit.sheets[owner]);
    return then.with_orders <= now.with_orders && then.free() >= now.free();
  }

  [[nodiscard]] Figures of_books_kind(std::size_t owner, const Sheet& sheet) const {
    return audit.figures(owner, sheet, mode_);
  }

  // Without open orders, or without add-ons, the dearest fill is what the books ask.
  [[nodiscard]] bool is_exact(std::size_t owner) const {
    return audit.plain_add_ons || std::ranges::none_of(audit.orders, [&](const Order& order) {
             return order.owner == owner;
           });
  }

  void move_cash() {
    const std::size_t owner = below(kOwners);
    const std::int64_t amount = static_cast<std::int64_t>(below(200'000)) - 60'000;
    if (amount == 0) return;
    Sheet after = audit.sheets[owner];
    after.cash -= amount;
    if (!books.withdraw(pool, owner + 1, cash, amount)) return;
    audit.sheets[owner] = after;
    if (amount < 0 || mode_ == Mode::isolated) return;
    // What has left was no profit: covered without any.
    const Figures f = audit.figures(owner, after, mode_);
    RC_ASSERT(std::min(f.equity, after.cash) >= f.with_orders);
  }

  void reserve() {
    if (mode_ == Mode::isolated) return;
    const std::size_t owner = below(kOwners);
    const std::size_t c = below(kContracts);
    const i128 size = Audit::ten(audit.value_scale[c] - 2);
    Order order{.owner = owner,
                .contract = c,
                .id = ++last_order_,
                .buy = below(2) == 0,
                .quantity = 1 + static_cast<i128>(below(static_cast<std::uint64_t>(100 * size))),
                .price = audit.mark[c] - 100 + static_cast<i128>(below(200))};
    const auto status = books.reserve({.pool = pool,
                                       .owner = OwnerId(owner + 1),
                                       .contract = contracts[c],
                                       .order = order.id,
                                       .side = order.buy ? OrderSide::buy : OrderSide::sell,
                                       .quantity = Quantity(order.quantity),
                                       .price = Price(order.price)});
    if (status != ReserveOrderStatus::ok) {
      RC_ASSERT(status == ReserveOrderStatus::insufficient_margin);
      return;
    }
    const i128 before = audit.figures(owner, audit.sheets[owner], mode_).free();
    audit.orders.push_back(order);
    const i128 after = audit.figures(owner, audit.sheets[owner], mode_).free();
    RC_ASSERT(after >= 0 || after >= before);
  }

  void release() {
    if (audit.orders.empty()) return;
    const std::size_t at = below(audit.orders.size());
    Order& order = audit.orders[at];
    const i128 part = below(2) == 0 ? order.quantity : (order.quantity + 1) / 2;
    require(books.release({.pool = pool,
                           .owner = OwnerId(order.owner + 1),
                           .contract = contracts[order.contract],
                           .order = order.id,
                           .quantity = Quantity(part)}) == ReleaseOrderStatus::ok);
    order.quantity -= part;
    if (order.quantity == 0) audit.orders.erase(audit.orders.begin() + static_cast<long>(at));
  }

  void compare() {
    for (std::size_t o = 0; o < kOwners; ++o)
      for (const Mode mode : {Mode::isolated, Mode::cross, Mode::portfolio}) {
        const Figures f = audit.figures(o, audit.sheets[o], mode);
        const Assessment found = explain(books.books(), {pool, OwnerId(o + 1)}, mode).total;
        RC_ASSERT(found.basis == Basis::complete);
        RC_ASSERT(found.equity.units() == f.equity);
        RC_ASSERT(found.backing.units() == f.backing);
        RC_ASSERT(static_cast<i128>(found.initial.units()) == f.initial);
        RC_ASSERT(static_cast<i128>(found.maintenance.units()) == f.maintenance);
        if (mode == Mode::isolated) continue;
        const auto with_orders = static_cast<i128>((found.initial + found.orders).units());
        if (audit.plain_add_ons) {
          RC_ASSERT(with_orders == f.with_orders);
        } else {
          RC_ASSERT(with_orders >= f.with_orders);
        }
      }
  }

  // After every contract was marked, the recorded state of everybody is what the figures say.
  void compare_health() {
    for (std::size_t c = 0; c < kContracts; ++c) mark(c, 4'000 + below(12'000));
    for (std::size_t o = 0; o < kOwners; ++o) {
      const Figures f = audit.figures(o, audit.sheets[o], mode_);
      RC_ASSERT(books.health(pool, o + 1) == audit.health(f));
      if (audit.health(f) != Health::healthy) ++troubled;
    }
  }

  TestBooks books;
  Audit audit;
  AssetId cash = books.asset("USDC", 2);
  PoolId pool = books.pool(1);
  std::array<ContractId, kContracts> contracts;
  std::size_t booked = 0;
  std::size_t refused = 0;
  std::size_t troubled = 0;

 private:
  std::mt19937_64 random_;
  Mode mode_;
  u128 last_order_ = 0;
};

// Many venues of one mode; between them they met every case, or the test says nothing.
void run(Mode mode) {
  std::size_t booked = 0;
  std::size_t refused = 0;
  std::size_t troubled = 0;
  EXPECT_TRUE(rc::check([&](std::uint64_t seed) {
    RandomVenue venue(seed, mode);
    for (int i = 0; i < 50; ++i) {
      venue.step();
      venue.compare();
      if (i % 10 == 9) venue.compare_health();
    }
    booked += venue.booked;
    refused += venue.refused;
    troubled += venue.troubled;
  }));
  EXPECT_GT(booked, 100U);
  EXPECT_GT(refused, 100U);
  EXPECT_GT(troubled, 10U);
}

TEST(MarginProperty, PortfolioIsThePlainSum) {
  run(Mode::portfolio);
}

TEST(MarginProperty, CrossIsThePlainSum) {
  run(Mode::cross);
}

TEST(MarginProperty, IsolatedIsThePlainSum) {
  run(Mode::isolated);
}

}  // namespace
}  // namespace cofferdam::margin
