// SPDX-License-Identifier: Apache-2.0
//
// Random lives of contracts: trades, fees, fundings, reversals, settlements and an end, over three
// pools, with every law checked at each step by TestBooks::commit. An auditor that knows nothing of
// accounts keeps what every trade and funding has meant, and agrees to the unit at the end.
#include "cofferdam/base/rounding.h"
#include "cofferdam/books/market/payoff.h"
#include "cofferdam/books/market/test_books.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <map>
#include <random>

namespace cofferdam::market {
namespace {

constexpr std::uint64_t kOwners = 6;
constexpr std::uint64_t kDeposit = 1'000'000'000'000;

[[nodiscard]] PoolId pool_of(std::uint64_t owner) {
  return PoolId(static_cast<std::uint32_t>(1 + owner % 3));
}

struct Life {
  TestBooks books;
  AssetId asset = books.asset("CASH", 2);
  SourceId source = books.source("feed", 2, base::kHour);
  ContractId contract;
  std::vector<Trade> done;
  std::mt19937_64 random;
  u128 next_id = 1;
  std::uint64_t price_min = 1;  // low enough to be odd, high enough that nobody goes bankrupt

  explicit Life(std::uint64_t seed, const CreateContract& create) : random(seed) {
    books.now = Time(base::kDay.value() * 100);
    for (std::uint32_t pool = 1; pool <= 3; ++pool) books.pool(pool);
    for (std::uint64_t owner = 1; owner <= kOwners; ++owner)
      books.participant(pool_of(owner), owner, asset, kDeposit);
    CreateContract given = create;
    given.settlement_asset = asset;
    contract = books.contract(given);
    COFFERDAM_CHECK(books.set(SetIndex{.code = "I", .scale = 2, .sources = {{source, "k"}}}) ==
                        SetIndexStatus::ok,
                    "an index");
  }

  [[nodiscard]] std::uint64_t below(std::uint64_t bound) { return random() % bound; }

  [[nodiscard]] std::int64_t any_price() {
    return static_cast<std::int64_t>(price_min + below(100'001 - price_min));
  }

  [[nodiscard]] Trade any_trade() {
    const std::uint64_t buyer = 1 + below(kOwners);
    const std::uint64_t seller = 1 + (buyer + below(kOwners - 1)) % kOwners;
    return {.id = next_id++,
            .contract = contract,
            .price = Price(any_price()),
            .quantity = Quantity(static_cast<std::int64_t>(1 + below(5'000))),
            .buyer_pool = pool_of(buyer),
            .buyer = OwnerId(buyer),
            .seller_pool = pool_of(seller),
            .seller = OwnerId(seller),
            .buyer_fee = SignedAmount(static_cast<std::int64_t>(below(50))),
            .seller_fee = SignedAmount(static_cast<std::int64_t>(below(50)))};
  }

  // All cash that owners, fees and dust have, less what the conduits owe: what was paid in.
  [[nodiscard]] i128 all_cash() const {
    i128 sum = 0;
    books.ledger.accounts.each([&](const ledger::Account& account) {
      if (account.asset == asset && account.account_class != ledger::AccountClass::external)
        sum += net_credit(account);
    });
    return sum;
  }

  [[nodiscard]] bool flat() const {
    bool result = true;
    books.market.holdings.each([&](const Holding& holding) {
      result = result && net_credit(books.ledger.accounts.at(holding.position)) == 0 &&
               net_credit(books.ledger.accounts.at(holding.open_value)) == 0;
    });
    return result;
  }
};

[[nodiscard]] i128 up(i128 value, i128 k) {
  return value >= 0 ? (value + k - 1) / k : -(-value / k);
}

[[nodiscard]] i128 down(i128 value, i128 k) {
  return value >= 0 ? value / k : -((-value + k - 1) / k);
}

// An option's cash per owner is the premiums, fees and the payoff, each rounded against its payer.
void option_life(std::uint64_t seed) {
  Life life(seed, {.code = "O", .price_scale = 2, .quantity_scale = 3});
  TestBooks& books = life.books;
  SetTerms terms{.contract = life.contract,
                 .instrument = Instrument::option,
                 .index = "I",
                 .expiry = books.now + base::kDay,
                 .averaging = base::kHour,
                 .observations_min = 1,
                 .option_kind = life.below(2) == 0 ? OptionKind::call : OptionKind::put,
                 .payoff = life.below(2) == 0 ? OptionPayoff::linear : OptionPayoff::coin,
                 .scale = 2,
                 .strike = Level(5'000'000)};
  RC_ASSERT(books.set(terms) == SetTermsStatus::ok);
  constexpr i128 k = 1'000;  // value scale 5, cash 2
  std::map<std::uint64_t, i128> cash;
  std::map<std::uint64_t, i128> quantity;
  const auto count = [&](const Trade& trade, i128 sign) {
    const i128 value = trade.price.value() * trade.quantity.value();
    const auto buyer = base::low64(trade.buyer.value());
    const auto seller = base::low64(trade.seller.value());
    cash[buyer] -= sign * (up(value, k) + trade.buyer_fee.units());
    cash[seller] += sign * (down(value, k) - trade.seller_fee.units());
    quantity[buyer] += sign * trade.quantity.value();
    quantity[seller] -= sign * trade.quantity.value();
  };
  for (int step = 0; step < 30; ++step) {
    if (life.below(4) == 0 && !life.done.empty()) {
      const std::size_t at = life.below(life.done.size());
      RC_ASSERT(books.bust({.contract = life.contract, .trade = life.done[at].id, .reason = "x"}) ==
                ReverseTradeStatus::ok);
      count(life.done[at], -1);
      life.done.erase(life.done.begin() + static_cast<std::ptrdiff_t>(at));
    } else {
      const Trade trade = life.any_trade();
      RC_ASSERT(books.trade(trade) == TradeStatus::ok);
      count(trade, 1);
      life.done.push_back(trade);
    }
  }
  books.now = terms.expiry - base::kMinute;
  const std::int64_t level = static_cast<std::int64_t>(1 + life.below(10'000'000));
  books.observe(life.source, "k", level);
  books.now = terms.expiry;
  RC_ASSERT(books.expire(life.contract) == ExpireContractStatus::ok);
  RC_ASSERT(life.flat());
  // The payoff of one smallest quantity, by another way: whole units of 10^-5, rounded down.
  const bool call = terms.option_kind == OptionKind::call;
  const i128 money = std::max<i128>(call ? level - 5'000'000 : 5'000'000 - level, 0);
  const i128 unit = terms.payoff == OptionPayoff::linear ? money : money * 100 / level;
  for (std::uint64_t owner = 1; owner <= kOwners; ++owner)
    RC_ASSERT(books.cash(pool_of(owner), owner, life.asset) ==
              i128{kDeposit} + cash[owner] + down(quantity[owner] * unit, k));
  RC_ASSERT(life.all_cash() == i128{kDeposit} * kOwners);
}

// A future's cash per owner is within one unit a settlement of what its trades and fundings made.
void future_life(std::uint64_t seed, const CreateContract& create, Instrument instrument) {
  Life life(seed, create);
  if (create.kind == ContractKind::inverse) life.price_min = 10'000;
  TestBooks& books = life.books;
  SetTerms terms{.contract = life.contract, .instrument = instrument, .index = "I"};
  if (instrument == Instrument::future) {
    terms.expiry = books.now + base::kDay * 60;
    terms.averaging = base::kHour;
    terms.observations_min = 1;
  } else {
    terms.funding_interval = base::kHour;
  }
  RC_ASSERT(books.set(terms) == SetTermsStatus::ok);
  const Contract row = *books.market.contracts.find(life.contract);
  const int sign = long_sign(row.kind);
  std::map<std::uint64_t, i128> value;  // what each owner's trades and fundings have left, and fees
  std::map<std::uint64_t, i128> fees;
  std::map<std::uint64_t, i128> quantity;
  i128 dust = 0;
  int roundings = 0;
  const auto count = [&](const Trade& trade, i128 way) {
    const i128 worth =
        sign * way * static_cast<i128>(*trade_value(row, trade.price, trade.quantity));
    const auto buyer = base::low64(trade.buyer.value());
    const auto seller = base::low64(trade.seller.value());
    value[buyer] -= worth;
    value[seller] += worth;
    quantity[buyer] += way * trade.quantity.value();
    quantity[seller] -= way * trade.quantity.value();
    fees[buyer] += way * trade.buyer_fee.units();
    fees[seller] += way * trade.seller_fee.units();
  };
  for (int step = 0; step < 60; ++step) {
    books.now = books.now + base::kHour;
    const std::uint64_t dice = life.below(10);
    if (dice < 5) {
      const Trade trade = life.any_trade();
      RC_ASSERT(books.trade(trade) == TradeStatus::ok);
      count(trade, 1);
      life.done.push_back(trade);
    } else if (dice == 5 && !life.done.empty()) {
      const std::size_t at = life.below(life.done.size());
      RC_ASSERT(books.bust({.contract = life.contract, .trade = life.done[at].id, .reason = "x"}) ==
                ReverseTradeStatus::ok);
      count(life.done[at], -1);
      life.done.erase(life.done.begin() + static_cast<std::ptrdiff_t>(at));
    } else if (dice == 6 && !life.done.empty()) {
      const std::size_t at = life.below(life.done.size());
      const Trade then = life.done[at];
      Trade as = life.any_trade();
      RC_ASSERT(books.amend({.contract = life.contract,
                             .trade = then.id,
                             .id = as.id,
                             .price = as.price,
                             .quantity = as.quantity,
                             .buyer_pool = as.buyer_pool,
                             .buyer = as.buyer,
                             .seller_pool = as.seller_pool,
                             .seller = as.seller,
                             .buyer_fee = as.buyer_fee,
                             .seller_fee = as.seller_fee,
                             .reason = "x"}) == ReverseTradeStatus::ok);
      count(then, -1);
      count(as, 1);
      life.done[at] = as;
    } else {
      const std::int64_t price = life.any_price();
      RC_ASSERT(books.mark(life.contract, price) == MarkStatus::ok);
      books.observe(life.source, "k", price);
      if (dice == 7 && instrument == Instrument::perpetual) {
        const Rate rate(static_cast<std::int64_t>(life.below(2'000'000'000'000'000)) -
                        1'000'000'000'000'000);
        RC_ASSERT(books.fund({.contract = life.contract, .rate = rate}) == ApplyFundingStatus::ok);
        const i128 unit = static_cast<i128>(*unit_value(row, Price(price)));
        for (auto& [owner, held] : quantity) {
          // Rounded against the position, whoever pays.
          const i128 exact = -held * unit * rate.value();
          const i128 change = down(exact, base::kRateOne);
          value[owner] += change;
          dust -= change;
        }
      } else {
        RC_ASSERT(books.settle(life.contract) == SettleStatus::ok);
        ++roundings;
      }
    }
  }
  RC_ASSERT(dust >= 0);
  const std::int64_t last = life.any_price();
  if (instrument == Instrument::future) {
    books.now = terms.expiry;
    books.observe(life.source, "k", last);
    RC_ASSERT(books.expire(life.contract) == ExpireContractStatus::ok);
  } else {
    RC_ASSERT(books.delist({.contract = life.contract,
                            .price = Price(last),
                            .accept_deviation = true,
                            .reason = "end"}) == DelistContractStatus::ok);
  }
  RC_ASSERT(life.flat());
  const i128 k = static_cast<i128>(row.settle_factor);
  const i128 unit = static_cast<i128>(*unit_value(row, Price(last)));
  for (std::uint64_t owner = 1; owner <= kOwners; ++owner) {
    const i128 made = value[owner] + sign * quantity[owner] * unit;
    const i128 has = books.cash(pool_of(owner), owner, life.asset) - i128{kDeposit} + fees[owner];
    RC_ASSERT(has <= down(made, k));
    RC_ASSERT(has >= down(made, k) - roundings - 1);
  }
  RC_ASSERT(life.all_cash() == i128{kDeposit} * kOwners);
}

TEST(TermsProperty, RandomLives) {
  RC_ASSERT(rc::check("options: cash is premiums, fees and payoff to the unit",
                      [] { option_life(*rc::gen::arbitrary<std::uint64_t>()); }));
  RC_ASSERT(rc::check("linear futures: cash is what trades made", [] {
    future_life(*rc::gen::arbitrary<std::uint64_t>(),
                {.code = "F", .price_scale = 2, .quantity_scale = 2}, Instrument::future);
  }));
  RC_ASSERT(rc::check("linear perpetuals with funding", [] {
    future_life(*rc::gen::arbitrary<std::uint64_t>(),
                {.code = "P", .price_scale = 2, .quantity_scale = 2}, Instrument::perpetual);
  }));
  RC_ASSERT(rc::check("inverse perpetuals with funding", [] {
    future_life(*rc::gen::arbitrary<std::uint64_t>(),
                {.code = "I",
                 .kind = ContractKind::inverse,
                 .price_scale = 2,
                 .multiplier = 1'000'000,
                 .rounding = ValueRounding::unit_half_up,
                 .value_scale = 5},
                Instrument::perpetual);
  }));
}

}  // namespace
}  // namespace cofferdam::market
