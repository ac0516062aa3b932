// SPDX-License-Identifier: Apache-2.0
//
// Random markets over several pools against an auditor that knows nothing of accounts: it keeps,
// per participant, the sum of what its trades have made at the present mark.
#include "cofferdam/base/rounding.h"
#include "cofferdam/books/market/equity.h"
#include "cofferdam/books/market/test_books.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <random>

namespace cofferdam::market {
namespace {

constexpr std::uint64_t kOwners = 7;

[[nodiscard]] std::uint32_t pool_of(std::uint64_t owner) {
  return static_cast<std::uint32_t>(1 + owner % 3);
}

// 0: linear, as coarse as its cash; 1: linear, finer than its cash; 2, 3: inverse.
[[nodiscard]] CreateContract flavour(int kind, AssetId asset) {
  switch (kind) {
    case 0:
      return {.code = "C", .settlement_asset = asset, .price_scale = 2};
    case 1:
      return {.code = "C", .settlement_asset = asset, .price_scale = 2, .quantity_scale = 3};
    case 2:
      return {.code = "C",
              .kind = ContractKind::inverse,
              .settlement_asset = asset,
              .price_scale = 2,
              .multiplier = 1'000'000,
              .rounding = ValueRounding::unit_half_up,
              .value_scale = 2};
    default:
      return {.code = "C",
              .kind = ContractKind::inverse,
              .settlement_asset = asset,
              .price_scale = 2,
              .multiplier = 1'000'000,
              .rounding = ValueRounding::total_half_even,
              .value_scale = 5};
  }
}

struct Market {
  TestBooks books;
  AssetId asset = books.asset("CASH", 2);
  ContractId contract;
  std::uint64_t deposit;
  u128 next_id = 1;
  // The auditor's own books.
  std::map<std::uint64_t, i128> quantity;
  std::map<std::uint64_t, i128> paid;  // in value units: what the quantity has cost

  Market(int kind, std::uint64_t given) : deposit(given) {
    for (std::uint32_t p = 1; p <= 3; ++p) books.pool(p);
    contract = books.contract(flavour(kind, asset));
    for (std::uint64_t o = 1; o <= kOwners; ++o)
      books.participant(PoolId(pool_of(o)), o, asset, deposit);
  }

  [[nodiscard]] const Contract& terms() const { return *books.market.contracts.find(contract); }

  [[nodiscard]] Trade make(std::uint64_t buyer, std::uint64_t seller, std::int64_t q,
                           std::int64_t price) {
    return Trade{.id = next_id++,
                 .contract = contract,
                 .price = Price(price),
                 .quantity = Quantity(q),
                 .buyer_pool = PoolId(pool_of(buyer)),
                 .buyer = OwnerId(buyer),
                 .seller_pool = PoolId(pool_of(seller)),
                 .seller = OwnerId(seller)};
  }

  void record(const Trade& trade) {
    RC_ASSERT(books.trade(trade) == TradeStatus::ok);
    const i128 cost = long_sign(terms().kind) *
                      static_cast<i128>(*trade_value(terms(), trade.price, trade.quantity));
    const auto buyer = static_cast<std::uint64_t>(trade.buyer.value());
    const auto seller = static_cast<std::uint64_t>(trade.seller.value());
    quantity[buyer] += trade.quantity.value();
    quantity[seller] -= trade.quantity.value();
    paid[buyer] += cost;
    paid[seller] -= cost;
  }

  // What the participant's trades have made at the mark, in value units.
  [[nodiscard]] i128 profit(std::uint64_t owner, std::int64_t mark) {
    const u128 unit = *unit_value(terms(), Price(mark));
    return long_sign(terms().kind) * quantity[owner] * static_cast<i128>(unit) - paid[owner];
  }

  [[nodiscard]] i128 cash(std::uint64_t owner) const {
    return books.cash(PoolId(pool_of(owner)), owner, asset);
  }

  // Collateral in value units + value at the mark + open value.
  [[nodiscard]] i128 equity_in_value(std::uint64_t owner, std::int64_t mark) const {
    const PoolId pool(pool_of(owner));
    const u128 unit = *unit_value(terms(), Price(mark));
    return cash(owner) * static_cast<i128>(terms().settle_factor) +
           *position_value(terms().kind, books.position(contract, pool, owner), unit) +
           books.open_value(contract, pool, owner);
  }

  // Cash of all pools: nothing appears and nothing vanishes, in each and in all.
  void check_conservation() const {
    i128 all = 0;
    for (std::uint32_t p = 1; p <= 3; ++p) {
      const PoolId pool(p);
      i128 held = books.desk(pool, asset, &Desk::dust) + books.desk(pool, asset, &Desk::fee);
      i128 deposits = 0;
      for (std::uint64_t o = 1; o <= kOwners; ++o) {
        if (pool_of(o) != p) continue;
        held += cash(o);
        deposits += static_cast<i128>(deposit);
      }
      RC_ASSERT(books.desk(pool, asset, &Desk::dust) >= 0);
      i128 conduits = 0;
      books.market.conduits.each([&](const ClearingConduit& conduit) {
        const auto moved = static_cast<i128>(conduit.moved.units());
        if (conduit.from == pool) conduits -= moved;
        if (conduit.to == pool) conduits += moved;
      });
      RC_ASSERT(held == deposits + conduits);
      all += held;
    }
    RC_ASSERT(all == static_cast<i128>(deposit * kOwners));
    i128 open = 0;
    for (std::uint64_t o = 1; o <= kOwners; ++o)
      open += books.open_value(contract, PoolId(pool_of(o)), o);
    RC_ASSERT(open == 0);
  }
};

[[nodiscard]] std::int64_t any_price() {
  return *rc::gen::inRange<std::int64_t>(5'000, 20'000);
}

[[nodiscard]] Trade any_trade(Market& market) {
  const auto buyer = *rc::gen::inRange<std::uint64_t>(1, kOwners + 1);
  const auto step = *rc::gen::inRange<std::uint64_t>(1, kOwners);
  const auto q = *rc::gen::inRange<std::int64_t>(1, 5'000);
  return market.make(buyer, 1 + (buyer - 1 + step) % kOwners, q, any_price());
}

TEST(MarketProperty, EquityIsTheDepositAndWhatTheTradesMade) {
  EXPECT_TRUE(
      rc::check("rich participants: every settlement costs each at most one unit of rounding", [] {
        Market market(*rc::gen::inRange(0, 4), 1'000'000'000'000'000);
        int settlements = 0;
        const int steps = *rc::gen::inRange(1, 40);
        for (int i = 0; i < steps; ++i) {
          const int many = *rc::gen::inRange(1, 4);
          for (int j = 0; j < many; ++j) market.record(any_trade(market));
          if (*rc::gen::inRange(0, 3) != 0) continue;
          const std::int64_t mark = any_price();
          RC_ASSERT(market.books.mark(market.contract, mark) == MarkStatus::ok);
          Settlement result;
          RC_ASSERT(market.books.settle({.contract = market.contract}, result) == SettleStatus::ok);
          ++settlements;
          market.check_conservation();
          const auto k = static_cast<i128>(market.terms().settle_factor);
          for (std::uint64_t o = 1; o <= kOwners; ++o) {
            const i128 exact = static_cast<i128>(market.deposit) * k + market.profit(o, mark);
            const i128 lost = exact - market.equity_in_value(o, mark);
            RC_ASSERT(lost >= 0);
            RC_ASSERT(lost <= settlements * (k - 1));
            const auto view = equity(market.books.market, market.books.ledger,
                                     {PoolId(pool_of(o)), OwnerId(o), market.asset});
            RC_ASSERT(view.has_value());
            RC_ASSERT(view->equity.units() == market.cash(o));  // all of it is cash now
          }
          for (const PoolLine& pool : result.pools) RC_ASSERT(pool.unpaid + pool.shortfall == 0U);
        }
      }));
}

TEST(MarketProperty, PoorParticipantsAreNeverNegativeAndNothingIsLost) {
  EXPECT_TRUE(rc::check("open value keeps to the unit what could not be paid", [] {
    Market market(*rc::gen::inRange(0, 4), *rc::gen::inRange<std::uint64_t>(0, 3'000'000));
    const int steps = *rc::gen::inRange(1, 30);
    for (int i = 0; i < steps; ++i) {
      market.record(any_trade(market));
      const std::int64_t mark = any_price();
      RC_ASSERT(market.books.mark(market.contract, mark) == MarkStatus::ok);
      std::map<std::uint64_t, i128> before;
      for (std::uint64_t o = 1; o <= kOwners; ++o) before[o] = market.equity_in_value(o, mark);
      RC_ASSERT(market.books.settle(market.contract) == SettleStatus::ok);  // commits the laws
      market.check_conservation();
      const auto k = static_cast<i128>(market.terms().settle_factor);
      for (std::uint64_t o = 1; o <= kOwners; ++o) {
        const i128 lost = before[o] - market.equity_in_value(o, mark);
        RC_ASSERT(lost >= 0);
        RC_ASSERT(lost < k);
      }
    }
  }));
}

TEST(MarketProperty, TheOrderOfTradesDoesNotMatter) {
  EXPECT_TRUE(rc::check("shuffled trades leave the same positions, open values and cash", [] {
    const int kind = *rc::gen::inRange(0, 4);
    const auto deposit = *rc::gen::inRange<std::uint64_t>(0, 3'000'000);
    Market one(kind, deposit);
    Market other(kind, deposit);
    std::vector<Trade> trades;
    const int count = *rc::gen::inRange(1, 20);
    for (int i = 0; i < count; ++i) trades.push_back(any_trade(one));
    for (const Trade& trade : trades) one.record(trade);
    std::shuffle(trades.begin(), trades.end(), std::mt19937(*rc::gen::arbitrary<std::uint32_t>()));
    for (const Trade& trade : trades) other.record(trade);
    const std::int64_t mark = any_price();
    for (Market* market : {&one, &other}) {
      RC_ASSERT(market->books.mark(market->contract, mark) == MarkStatus::ok);
      RC_ASSERT(market->books.settle(market->contract) == SettleStatus::ok);
    }
    for (std::uint64_t o = 1; o <= kOwners; ++o) {
      const PoolId pool(pool_of(o));
      RC_ASSERT(one.cash(o) == other.cash(o));
      RC_ASSERT(one.books.open_value(one.contract, pool, o) ==
                other.books.open_value(other.contract, pool, o));
    }
  }));
}

// Inputs whose variations sum to zero: the last one takes what is missing.
[[nodiscard]] std::vector<SettleInput> any_inputs(i128 unit) {
  const int count = *rc::gen::inRange(1, 12);
  std::vector<SettleInput> inputs;
  i128 sum = 0;
  for (int i = 0; i < count; ++i) {
    const i128 position = *rc::gen::inRange<std::int64_t>(-50, 50);
    const i128 open_value = *rc::gen::inRange<std::int64_t>(-10'000, 10'000);
    sum += position * unit + open_value;
    inputs.push_back(
        SettleInput{.pool = PoolId(*rc::gen::inRange<std::uint32_t>(1, 5)),
                    .owner = OwnerId(static_cast<u128>(i) + 1),
                    .position = position,
                    .open_value = open_value,
                    .available = *rc::gen::element<std::uint64_t>(0, 1, 7, 40, 1'000'000)});
  }
  inputs.push_back(SettleInput{.pool = PoolId(5),
                               .owner = OwnerId(99),
                               .open_value = -sum,
                               .available = *rc::gen::element<std::uint64_t>(0, 9, 1'000'000)});
  return inputs;
}

void check_pool(const PoolLine& pool, const std::vector<SettleInput>& inputs,
                const Settlement& result, i128 k) {
  i128 cash = 0;
  i128 settled = 0;
  i128 claims = 0;
  i128 count = 0;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i].pool != pool.pool) continue;
    cash += result.lines[i].cash;
    settled += result.lines[i].settled;
    claims += std::max<i128>(result.lines[i].variation, 0);
    ++count;
  }
  const auto dust = static_cast<i128>(pool.dust);
  const auto sent = static_cast<i128>(pool.sent);
  const auto received = static_cast<i128>(pool.received);
  RC_ASSERT(settled == received - sent);
  RC_ASSERT(cash + dust ==
            static_cast<i128>(pool.cash_received) - static_cast<i128>(pool.cash_sent));
  RC_ASSERT(dust >= 0);
  // Less than a unit from each line and, where pools pay each other, from each pool.
  const auto pools = static_cast<i128>(result.pools.size());
  RC_ASSERT((k == 1 ? dust == 0 : dust < count + pools));
  // The pool's own winners stand between its losers and the other pools.
  if (pool.debt > 0) RC_ASSERT(static_cast<i128>(pool.winners_short) == claims);
  if (pool.winners_short > 0) RC_ASSERT(pool.unpaid + pool.shortfall > 0);
  for (std::size_t i = 0; i < inputs.size(); ++i) {  // pro rata to within a value unit
    const SettleLine& line = result.lines[i];
    if (inputs[i].pool != pool.pool || line.variation <= 0) continue;
    const i128 had = claims - static_cast<i128>(pool.winners_short);
    const i128 apart = line.settled * claims - line.variation * had;
    RC_ASSERT(apart > -claims);
    RC_ASSERT(apart < claims);
  }
}

TEST(SettleCalculation, ConservesToTheUnitInAnyOrder) {
  EXPECT_TRUE(rc::check("every rule of settle_calculation.h, for lines in any order", [] {
    const i128 unit = *rc::gen::inRange<std::int64_t>(1, 500);
    const i128 k = *rc::gen::element<std::int64_t>(1, 10, 100, 997);
    std::vector<SettleInput> inputs = any_inputs(unit);
    const SettleTerms terms{.unit_value = static_cast<u128>(unit),
                            .settle_factor = static_cast<u128>(k)};
    Settlement result;
    RC_ASSERT(settle_calculation(terms, inputs, result) == SettleCalculationStatus::ok);
    i128 settled = 0;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const SettleLine& line = result.lines[i];
      settled += line.settled;
      RC_ASSERT(line.settled + line.left == line.variation);
      if (line.variation < 0) {
        RC_ASSERT(line.settled <= 0 && line.left <= 0);
        RC_ASSERT(-line.cash <= static_cast<i128>(inputs[i].available));
        RC_ASSERT(-line.cash == base::div_round<base::Rounding::ceil>(-line.settled, k));
        if (line.left != 0) RC_ASSERT(-line.cash == static_cast<i128>(inputs[i].available));
      } else {
        RC_ASSERT(line.settled >= 0 && line.left >= 0);
        RC_ASSERT(line.cash == line.settled / k);
      }
    }
    RC_ASSERT(settled == 0);
    for (const PoolLine& pool : result.pools) check_pool(pool, inputs, result, k);
    // Another order, the same answer.
    std::vector<std::size_t> order(inputs.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::shuffle(order.begin(), order.end(), std::mt19937(*rc::gen::arbitrary<std::uint32_t>()));
    std::vector<SettleInput> shuffled;
    for (const std::size_t i : order) shuffled.push_back(inputs[i]);
    Settlement again;
    RC_ASSERT(settle_calculation(terms, shuffled, again) == SettleCalculationStatus::ok);
    for (std::size_t i = 0; i < order.size(); ++i)
      RC_ASSERT(base::encode(again.lines[i]) == base::encode(result.lines[order[i]]));
    RC_ASSERT(base::encode(again.pools) == base::encode(result.pools));
    RC_ASSERT(base::encode(again.payments) == base::encode(result.payments));
  }));
}

TEST(SettleCalculation, RefusesWhatDoesNotBalanceOrFit) {
  Settlement result;
  const SettleTerms terms{.unit_value = 10};
  EXPECT_EQ(settle_calculation(terms, {}, result), SettleCalculationStatus::ok);
  std::vector<SettleInput> inputs{{.pool = PoolId(1), .owner = OwnerId(1), .position = 1}};
  EXPECT_EQ(settle_calculation(terms, inputs, result), SettleCalculationStatus::does_not_balance);
  const auto big = static_cast<i128>(kValueMax);
  inputs = {{.pool = PoolId(1), .owner = OwnerId(1), .open_value = big - 1},
            {.pool = PoolId(1), .owner = OwnerId(2), .open_value = 1 - big}};
  EXPECT_EQ(settle_calculation(terms, inputs, result), SettleCalculationStatus::overflows);
  inputs[0].open_value = big / 2 - 1;
  inputs[1].open_value = 1 - big / 2;
  EXPECT_EQ(settle_calculation(terms, inputs, result), SettleCalculationStatus::ok);
  inputs[0].position = base::kI128Max;
  EXPECT_EQ(settle_calculation(terms, inputs, result), SettleCalculationStatus::overflows);
}

}  // namespace
}  // namespace cofferdam::market
