// SPDX-License-Identifier: Apache-2.0
//
// The short ways against the plain one. Venues of the same seed are led through the same commands:
// one asks for every side's full assessment and judges marks on one thread with the plain kernel,
// the others use everything. They must answer alike and record the same states; and whenever every
// price has moved, what is recorded must be what a full assessment of each account says.
#include "cofferdam/books/margin/mirror.h"

#include "cofferdam/books/margin/test_books.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>

namespace cofferdam::margin {
namespace {

using market::Trade;
using market::TradeStatus;

constexpr std::uint64_t kOwners = 1'300;  // in each of two pools: enough for several threads
constexpr std::size_t kContracts = 6;
constexpr std::size_t kTiers = 4;    // a contract without a grid
constexpr std::size_t kInverse = 5;  // one that settles in the other asset
constexpr std::uint16_t kScenarios = 21;

class Venue {
 public:
  Venue(std::uint64_t seed, const Mirror::Manner& manner, bool uses_mirror)
      : random_(seed), uses_mirror_(uses_mirror) {
    books.margin_scratch.mirror().set(manner);
    open_contracts();
    open_accounts();
    set_rules();
    mark_all();
  }

  void step() {
    switch (below(9)) {
      case 0:
        return mark_one();
      case 1:
        return mark_all();
      case 2:
        return publish();
      case 3:
        return move_cash();
      case 4:
        return reserve();
      case 5:
        return price_of_coin();
      default:
        return trade(below(4) == 0);
    }
  }

  // Every contract at a new price: everybody who holds anything is looked at.
  void mark_all() {
    std::vector<market::MarkEvent> events;
    for (std::size_t c = 0; c < kContracts; ++c) {
      move(c);
      events.push_back({.contract = contracts_[c], .price = Price(prices_[c])});
    }
    std::vector<market::MarkStatus> statuses;
    ledger::Context given = books.context();
    market::apply(events, books.market, given, statuses);
    books.finish();
  }

  void compare_with_assessments() {
    for (const PoolId pool : pools_)
      for (std::uint64_t o = 1; o <= kOwners; ++o) {
        const Account account{pool, OwnerId(o)};
        const auto now = health_now(books.books(), account);
        if (!now) continue;
        ASSERT_EQ(health_of(books.margin, account), *now) << o;
      }
  }

  // How many of the accounts of the first pool may buy a little by the short way alone.
  [[nodiscard]] std::size_t clearly_covered() {
    Mirror& mirror = books.margin_scratch.mirror();
    const Books now = books.books();
    if (!mirror.begin_trades(now)) return 0;
    std::size_t found = 0;
    for (std::uint64_t o = 1; o <= kOwners; ++o)
      found += mirror.surely_covers(
          {pools_[0], OwnerId(o)},
          {.contract = contracts_[0], .position = 1, .open_value = -prices_[0]});
    return found;
  }

  [[nodiscard]] std::size_t in_trouble() const { return books.margin.standings.size(); }

  TestBooks books;
  std::vector<TradeStatus> answers;
  std::size_t booked = 0;
  std::size_t refused = 0;

 private:
  [[nodiscard]] std::uint64_t below(std::uint64_t bound) { return random_() % bound; }

  [[nodiscard]] std::int64_t within(std::int64_t reach) {
    return static_cast<std::int64_t>(below(2 * static_cast<std::uint64_t>(reach) + 1)) - reach;
  }

  static void require(bool holds) { COFFERDAM_CHECK(holds, "the venue is well formed"); }

  void open_contracts() {
    for (std::size_t c = 0; c < kContracts; ++c) {
      market::CreateContract command{.code = "C" + std::to_string(c),
                                     .settlement_asset = cash_,
                                     .price_scale = 2,
                                     .quantity_scale = c == 2 ? std::uint8_t{6} : std::uint8_t{2}};
      if (c == kInverse) {
        command.kind = market::ContractKind::inverse;
        command.settlement_asset = coin_;
        command.price_scale = 1;
        command.quantity_scale = 0;
        command.rounding = market::ValueRounding::unit_half_up;
        command.value_scale = 10;
      }
      contracts_.push_back(books.contract(command));
      prices_.push_back(c == kInverse ? 600'000 : 10'000);
    }
  }

  void open_accounts() {
    for (const PoolId pool : pools_)
      for (std::uint64_t o = 1; o <= kOwners; ++o) {
        books.participant(pool, o, cash_, 100'000 + below(1'500'000));
        if (has_coin(o)) books.participant(pool, o, coin_, 1'000'000 + below(20'000'000));
      }
  }

  [[nodiscard]] static bool has_coin(std::uint64_t owner) { return owner % 3 == 0; }

  void set_rules() {
    source_ = books.source("index", 2, base::kDay);
    books.price(source_, "BTC", 6'000'000);
    require(books.set(SetRulebook{.code = "random",
                                  .version = "1",
                                  .asset = cash_,
                                  .value_scale = 6,
                                  .scenarios = kScenarios,
                                  .initial_ppm = 1'300'000,
                                  .life = base::kDay,
                                  .late_max = base::kDay}) == SetRulebookStatus::ok);
    require(books.set(SetTiers{.contract = contracts_[kTiers],
                               .initial_ppm = 100'000,
                               .maintenance_ppm = 600'000}) == SetTiersStatus::ok);
    for (const PoolId pool : pools_) {
      require(books.set(SetPool{.pool = pool,
                                .asset = cash_,
                                .mode = pool == pools_[0] ? Mode::portfolio : Mode::cross,
                                .rulebook = RulebookId(1),
                                .profit_ppm = 700'000,
                                .call_buffer_ppm = 250'000}) == SetPoolStatus::ok);
      require(books.set(SetCollateral{.pool = pool,
                                      .asset = coin_,
                                      .haircut_ppm = 100'000,
                                      .source = source_,
                                      .fact_key = "BTC"}) == SetCollateralStatus::ok);
    }
    publish();
  }

  void publish() {
    PublishGrid command{.rulebook = RulebookId(1), .version = "1"};
    for (std::size_t c = 0; c < kContracts; ++c) {
      if (c == kTiers) continue;
      const std::int64_t reach = c == 2 ? 20 : 200'000;
      ContractGrid grid{.contract = contracts_[c]};
      for (std::uint16_t s = 0; s < kScenarios; ++s) grid.entries.push_back(within(reach));
      const auto part = [&] { return static_cast<std::int64_t>(below(20)) * reach / 400; };
      grid.add_ons = {.initial_long = part(),
                      .initial_short = part(),
                      .maintenance_long = part(),
                      .maintenance_short = part()};
      if (c == 3 && below(2) == 0) {
        grid.add_ons.size_add = part();
        grid.add_ons.size_free = Quantity(2'000);
      }
      command.grids.push_back(std::move(grid));
    }
    // Now and then one that is looked at and taken back.
    if (below(3) == 0) {
      PublishGrid taken_back = command;
      for (ContractGrid& grid : taken_back.grids)
        for (std::int64_t& entry : grid.entries) entry = -3 * entry;
      ledger::Context given = books.context();
      require(apply(taken_back, books.margin, given) == PublishGridStatus::ok);
      evaluate(books.margin, books.books(), given, books.margin_scratch, Occasion::command);
      books.changes.rollback();
    }
    require(books.publish(command) == PublishGridStatus::ok);
    if (below(3) == 0) {
      ledger::Context given = books.context();
      command.grids.erase(command.grids.begin(), command.grids.begin() + 3);
      for (ContractGrid& grid : command.grids)
        for (std::int64_t& entry : grid.entries) entry = 2 * entry;
      require(apply(command, books.margin, given) == PublishGridStatus::ok);
      evaluate(books.margin, books.books(), given, books.margin_scratch, Occasion::command);
      books.changes.rollback();
    }
  }

  void move(std::size_t c) {
    const std::int64_t start = c == kInverse ? 600'000 : 10'000;
    prices_[c] = start + within(start / 4);
  }

  void mark_one() {
    const std::size_t c = below(kContracts);
    move(c);
    books.mark_at(contracts_[c], prices_[c]);
  }

  void move_cash() {
    const std::uint64_t owner = 1 + below(kOwners);
    (void)books.withdraw(pools_[below(2)], owner, cash_, within(300'000));
  }

  void price_of_coin() { books.price(source_, "BTC", 6'000'000 + within(1'500'000)); }

  void reserve() {
    const std::size_t c = below(kInverse);
    (void)books.reserve({.pool = pools_[below(2)],
                         .owner = OwnerId(1 + below(kOwners)),
                         .contract = contracts_[c],
                         .order = ++last_order_,
                         .side = below(2) == 0 ? OrderSide::buy : OrderSide::sell,
                         .quantity = Quantity(static_cast<i128>(1 + below(2'000))),
                         .price = Price(prices_[c] + within(100))});
  }

  [[nodiscard]] Trade one_trade() {
    const std::size_t c = below(kContracts);
    const PoolId pool = pools_[below(2)];
    // Some are traded with again and again.
    const std::uint64_t among = below(2) == 0 ? 30 : kOwners;
    std::uint64_t buyer = 1 + below(among);
    std::uint64_t seller = 1 + below(among);
    if (c == kInverse) {
      buyer = (buyer + 2) / 3 * 3 % kOwners + 3;
      seller = (seller + 2) / 3 * 3 % kOwners + 3;
      buyer -= buyer % 3;
      seller -= seller % 3;
    }
    const std::uint64_t most = c == 2 ? 80'000'000 : c == kInverse ? 4'000 : 8'000;
    const i128 fee = below(3) == 0 ? static_cast<i128>(below(40)) : 0;
    return {.id = ++last_trade_,
            .contract = contracts_[c],
            .price = Price(prices_[c] + within(150)),
            .quantity = Quantity(static_cast<i128>(1 + below(most))),
            .buyer_pool = pool,
            .buyer = OwnerId(buyer),
            .seller_pool = pool,
            .seller = OwnerId(seller),
            .buyer_fee = SignedAmount(fee),
            .seller_fee = SignedAmount(-fee / 2)};
  }

  // A batch; one that is taken back leaves no trace, though everything was looked at.
  void trade(bool taken_back) {
    std::vector<Trade> trades;
    for (std::size_t i = 0; i < 150; ++i) trades.push_back(one_trade());
    std::vector<TradeStatus> results;
    ledger::Context given = books.context();
    {
      TradeCover cover(books.books(), uses_mirror_ ? &books.margin_scratch : nullptr);
      market::apply(trades,
                    market::TradeBooks{books.market, books.ledger, books.history, books.scratch,
                                       &books.terms, &cover},
                    given, results);
    }
    answers.insert(answers.end(), results.begin(), results.end());
    for (const TradeStatus status : results) {
      booked += status == TradeStatus::ok;
      refused += status == TradeStatus::buyer_margin_insufficient ||
                 status == TradeStatus::seller_margin_insufficient;
    }
    if (!taken_back) return books.finish();
    if (below(2) == 0)
      evaluate(books.margin, books.books(), given, books.margin_scratch, Occasion::command);
    books.changes.rollback();
  }

  std::mt19937_64 random_;
  bool uses_mirror_;
  AssetId cash_ = books.asset("USDC", 2);
  AssetId coin_ = books.asset("BTC", 8);
  std::array<PoolId, 2> pools_{books.pool(1), books.pool(2)};
  SourceId source_;
  std::vector<ContractId> contracts_;
  std::vector<std::int64_t> prices_;
  u128 last_order_ = 0;
  u128 last_trade_ = 0;
};

[[nodiscard]] bool same_standings(const State& a, const State& b) {
  return std::ranges::equal(
      a.standings.rows(), b.standings.rows(), [](const auto& x, const auto& y) {
        return x.first == y.first && x.second.health == y.second.health &&
               x.second.since == y.second.since && x.second.sequence == y.second.sequence &&
               x.second.equity == y.second.equity && x.second.initial == y.second.initial &&
               x.second.maintenance == y.second.maintenance;
      });
}

TEST(Mirror, ShortWaysSayWhatThePlainOneSays) {
  std::size_t booked = 0;
  std::size_t refused = 0;
  std::size_t troubled = 0;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    std::vector<std::unique_ptr<Venue>> venues;
    const auto add = [&](std::size_t threads, VectorWidth width, bool uses_mirror) {
      if (is_available(width))
        venues.push_back(std::make_unique<Venue>(
            seed, Mirror::Manner{threads, &scenario_kernels(width)}, uses_mirror));
    };
    add(1, VectorWidth::portable, false);
    add(2, VectorWidth::avx2, true);
    add(3, VectorWidth::avx512, true);
    add(5, VectorWidth::portable, true);
    for (int i = 0; i < 40; ++i) {
      for (const auto& venue : venues) i % 8 == 7 ? venue->mark_all() : venue->step();
      for (const auto& venue : venues) {
        ASSERT_EQ(venue->answers, venues.front()->answers) << "step " << i;
        ASSERT_TRUE(same_standings(venue->books.margin, venues.front()->books.margin))
            << "step " << i;
      }
      if (i % 8 == 7) venues.back()->compare_with_assessments();
      if (i == 15) {
        EXPECT_GT(venues.back()->clearly_covered(), kOwners / 4);
      }
      troubled += venues.back()->in_trouble();
    }
    booked += venues.back()->booked;
    refused += venues.back()->refused;
  }
  EXPECT_GT(booked, 1'000U);
  EXPECT_GT(refused, 100U);
  EXPECT_GT(troubled, 100U);
}

}  // namespace
}  // namespace cofferdam::margin
