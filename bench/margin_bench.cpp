// SPDX-License-Identifier: Apache-2.0
//
// How fast margin is judged over a venue of options: accounts x 20 positions x 45 scenarios, exact
// integers. A figure of a pass is from the command's marks and grids to the recorded states of all
// accounts; the same books then answer pre-trade checks. Usage: margin_bench [accounts]
#include "cofferdam/books/margin/covered.h"
#include "cofferdam/books/margin/evaluate.h"
#include "cofferdam/books/margin/mirror.h"
#include "cofferdam/books/margin/publish_grid.h"
#include "cofferdam/books/margin/set_pool.h"
#include "cofferdam/books/margin/set_rulebook.h"
#include "cofferdam/books/margin/test_books.h"

#include "bench/figures.h"

#include <algorithm>
#include <cstdlib>
#include <ctime>

namespace cofferdam::margin {
namespace {

using bench::Dice;
using bench::figure;
using bench::must_hold;

// Time of day where threads work beside each other, of this thread alone where one works: then what
// runs beside it does not count.
[[nodiscard]] double seconds(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

[[nodiscard]] double cpu_seconds() {
  return seconds(CLOCK_THREAD_CPUTIME_ID);
}

[[nodiscard]] double wall_seconds() {
  return seconds(CLOCK_MONOTONIC);
}

constexpr std::size_t kContracts = 200;
constexpr std::size_t kPositions = 20;
constexpr std::uint16_t kScenarios = 45;
constexpr int kRepetitions = 9;

struct Venue {
  TestBooks books;
  AssetId cash = books.asset("USDC", 6);
  PoolId pool = books.pool(1);
  std::vector<ContractId> contracts;
  Dice dice{7};
  std::vector<std::int64_t> prices;
};

[[nodiscard]] PublishGrid grids_of(Venue& venue) {
  PublishGrid command{.rulebook = RulebookId(1), .version = "1"};
  for (std::size_t c = 0; c < kContracts; ++c) {
    ContractGrid grid{.contract = venue.contracts[c]};
    grid.add_ons = {
        .initial_long = 40, .initial_short = 60, .maintenance_long = 20, .maintenance_short = 30};
    for (std::uint16_t s = 0; s < kScenarios; ++s)
      grid.entries.push_back(static_cast<std::int64_t>(venue.dice.below(20'000)) - 10'000);
    command.grids.push_back(std::move(grid));
  }
  return command;
}

void mark_all(Venue& venue) {
  std::vector<market::MarkEvent> events;
  for (std::size_t c = 0; c < kContracts; ++c)
    events.push_back({.contract = venue.contracts[c], .price = Price(venue.prices[c])});
  std::vector<market::MarkStatus> statuses;
  ledger::Context context = venue.books.context();
  market::apply(events, venue.books.market, context, statuses);
  for (const auto status : statuses) must_hold(status == market::MarkStatus::ok, "a mark");
}

// Pairs of owners hold these contracts, the one long what the other is short.
[[nodiscard]] std::size_t contract_of(std::uint64_t pair, std::size_t position) {
  return (pair * 7 + position * (kContracts / kPositions) + pair / 20) % kContracts;
}

void set_up(Venue& venue, std::size_t accounts) {
  TestBooks& books = venue.books;
  for (std::size_t c = 0; c < kContracts; ++c) {
    venue.contracts.push_back(books.contract({.code = "OPT" + std::to_string(c),
                                              .settlement_asset = venue.cash,
                                              .price_scale = 2,
                                              .quantity_scale = 2}));
    venue.prices.push_back(static_cast<std::int64_t>(1'000 + venue.dice.below(9'000)));
  }
  mark_all(venue);
  books.finish();
  must_hold(books.set(SetRulebook{.code = "bench",
                                  .version = "1",
                                  .asset = venue.cash,
                                  .value_scale = 6,
                                  .scenarios = kScenarios,
                                  .initial_ppm = 1'250'000,
                                  .life = base::kDay,
                                  .late_max = base::kDay}) == SetRulebookStatus::ok,
            "a rulebook");
  must_hold(books.set(SetPool{.pool = venue.pool,
                              .asset = venue.cash,
                              .mode = Mode::portfolio,
                              .rulebook = RulebookId(1),
                              .call_buffer_ppm = 250'000}) == SetPoolStatus::ok,
            "a pool under margin");
  must_hold(books.publish(grids_of(venue)) == PublishGridStatus::ok, "grids");
  // Owners in pairs, the one long what the other is short.
  for (std::uint64_t o = 1; o <= accounts; ++o)
    books.participant(venue.pool, o, venue.cash, 100'000'000'000);
  std::vector<market::Trade> trades;
  const auto flush = [&] {
    ledger::Context context = books.context();
    market::apply(
        trades,
        market::TradeBooks{books.market, books.ledger, books.history, books.scratch, &books.terms},
        context, books.results);
    for (const auto status : books.results)
      must_hold(status == market::TradeStatus::ok, "a trade of the set-up");
    books.changes.commit();
    books.postings.clear();
    trades.clear();
  };
  for (std::uint64_t o = 1; o + 1 <= accounts; o += 2)
    for (std::size_t i = 0; i < kPositions; ++i) {
      const std::size_t c = contract_of(o / 2, i);
      trades.push_back(
          {.id = books.next_trade++,
           .contract = venue.contracts[c],
           .price = Price(venue.prices[c]),
           .quantity = Quantity(static_cast<std::int64_t>(1 + venue.dice.below(5'000))),
           .buyer_pool = venue.pool,
           .buyer = OwnerId(o),
           .seller_pool = venue.pool,
           .seller = OwnerId(o + 1)});
      if (trades.size() == ledger::kBatchEventsMax) flush();
    }
  if (!trades.empty()) flush();
  // The set-up went past the end of commands, where the mirror is told.
  books.margin_scratch.mirror().forget();
}

[[nodiscard]] double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

// New marks and grids of all contracts, judged over all accounts; milliseconds.
[[nodiscard]] double measure_pass(Venue& venue, double (*clock)()) {
  std::vector<double> times;
  for (int i = 0; i < kRepetitions; ++i) {
    for (std::int64_t& price : venue.prices)
      price += static_cast<std::int64_t>(venue.dice.below(21)) - 10;
    const PublishGrid grids = grids_of(venue);
    const double began = clock();
    mark_all(venue);
    ledger::Context context = venue.books.context();
    must_hold(check_shape(grids) == PublishGridStatus::ok &&
                  check_state(grids, venue.books.margin, venue.books.market, context) ==
                      PublishGridStatus::ok &&
                  apply(grids, venue.books.margin, context) == PublishGridStatus::ok,
              "grids of a pass");
    evaluate(venue.books.margin, venue.books.books(), context, venue.books.margin_scratch,
             Occasion::command);
    times.push_back((clock() - began) * 1e3);
    venue.books.commit();
  }
  return median(times);
}

// One contract's mark, judged over its holders; microseconds.
[[nodiscard]] double measure_tick(Venue& venue) {
  std::vector<double> times;
  for (int i = 0; i < kRepetitions * 5; ++i) {
    const std::size_t c = venue.dice.below(kContracts);
    const market::MarkEvent event{.contract = venue.contracts[c], .price = Price(venue.prices[c])};
    std::vector<market::MarkStatus> statuses;
    const double began = cpu_seconds();
    ledger::Context context = venue.books.context();
    market::apply(std::span(&event, 1), venue.books.market, context, statuses);
    evaluate(venue.books.margin, venue.books.books(), context, venue.books.margin_scratch,
             Occasion::command);
    times.push_back((cpu_seconds() - began) * 1e6);
    must_hold(statuses.front() == market::MarkStatus::ok, "a mark");
    venue.books.commit();
  }
  return median(times);
}

// The check of a trade's two sides, in a batch; microseconds a side.
[[nodiscard]] double measure_checks(Venue& venue, std::size_t accounts) {
  std::vector<double> times;
  for (int i = 0; i < kRepetitions; ++i) {
    TradeCover cover(venue.books.books(), &venue.books.margin_scratch);
    std::size_t covered = 0;
    constexpr std::size_t kChecks = 4'000;
    const double began = cpu_seconds();
    for (std::size_t n = 0; n < kChecks; ++n) {
      const std::size_t c = venue.dice.below(kContracts);
      const std::int64_t quantity = 1 + venue.dice.below(100);
      covered += cover.covers(
          {.pool = venue.pool,
           .owner = OwnerId(1 + venue.dice.below(static_cast<std::uint32_t>(accounts))),
           .contract = venue.contracts[c],
           .position = quantity,
           .open_value = -quantity * venue.prices[c] * 1,
           .asset = venue.cash});
    }
    times.push_back((cpu_seconds() - began) * 1e6 / kChecks);
    must_hold(covered > 0, "some are covered");
  }
  return median(times);
}

// Held: between two owners in a contract that both hold, so that every account keeps its 20
// positions. Anywhere: between two random owners in a random contract, so that most trades open two
// holdings and the accounts grow.
enum class Trades : std::uint8_t { held, anywhere };

[[nodiscard]] std::vector<market::Trade> batch_of(Venue& venue, std::size_t accounts, Trades kind) {
  constexpr std::size_t kTrades = 8'000;
  std::vector<market::Trade> trades;
  for (std::size_t n = 0; n < kTrades; ++n) {
    const std::uint64_t pair = venue.dice.below(static_cast<std::uint32_t>(accounts / 2));
    const std::uint64_t first = venue.dice.below(2);
    const bool held = kind == Trades::held;
    const std::size_t c =
        held ? contract_of(pair, venue.dice.below(kPositions)) : venue.dice.below(kContracts);
    const std::uint64_t seller =
        held ? 2 * pair + 2 - first : 1 + venue.dice.below(static_cast<std::uint32_t>(accounts));
    const std::uint64_t buyer = 2 * pair + 1 + first;
    trades.push_back({.id = venue.books.next_trade++,
                      .contract = venue.contracts[c],
                      .price = Price(venue.prices[c]),
                      .quantity = Quantity(static_cast<i128>(1 + venue.dice.below(100))),
                      .buyer_pool = venue.pool,
                      .buyer = OwnerId(buyer),
                      .seller_pool = venue.pool,
                      .seller = OwnerId(seller == buyer ? buyer % accounts + 1 : seller)});
  }
  return trades;
}

// From the guard's making to the end of the command, and what its rows then have to take in;
// microseconds a side.
[[nodiscard]] double book_batch(Venue& venue, std::span<const market::Trade> trades, bool guarded) {
  TestBooks& books = venue.books;
  // What the batch before has left behind is not this one's.
  if (guarded) static_cast<void>(TradeCover(books.books(), &books.margin_scratch));
  double began = cpu_seconds();
  ledger::Context context = books.context();
  {
    std::optional<TradeCover> cover;
    if (guarded) cover.emplace(books.books(), &books.margin_scratch);
    market::apply(trades,
                  market::TradeBooks{books.market, books.ledger, books.history, books.scratch,
                                     &books.terms, guarded ? &*cover : nullptr},
                  context, books.results);
  }
  evaluate(books.margin, books.books(), context, books.margin_scratch, Occasion::command);
  double seconds = cpu_seconds() - began;
  for (const auto status : books.results)
    must_hold(status == market::TradeStatus::ok, "a trade of the batch");
  books.changes.commit();
  books.postings.clear();
  began = cpu_seconds();
  if (guarded) static_cast<void>(TradeCover(books.books(), &books.margin_scratch));
  seconds += cpu_seconds() - began;
  return seconds * 1e6 / static_cast<double>(2 * trades.size());
}

// Batches with the check and without it take turns; their difference is the check.
void measure_batches(Venue& venue, std::size_t accounts, Trades kind, const std::string& name) {
  std::vector<double> without;
  std::vector<double> with;
  std::vector<double> difference;
  for (int i = 0; i <= 2 * kRepetitions; ++i) {
    const double plain = book_batch(venue, batch_of(venue, accounts, kind), false);
    const double checked = book_batch(venue, batch_of(venue, accounts, kind), true);
    if (i == 0) continue;
    without.push_back(plain);
    with.push_back(checked);
    difference.push_back(checked - plain);
  }
  figure("a side booked in a batch " + name + ", not checked, us", median(without));
  figure("the same checked, us", median(with));
  figure("pre-trade check of one side in such a batch, us", median(difference));
}

void run(std::size_t accounts) {
  Venue venue;
  set_up(venue, accounts);
  const double began = cpu_seconds();
  (void)measure_tick(venue);
  figure("first pass, the mirror made, ms", (cpu_seconds() - began) * 1e3);
  const Explanation first = explain(venue.books.books(), {venue.pool, OwnerId(1)}, Mode::portfolio);
  must_hold(first.total.basis == Basis::complete && first.lines.size() == kPositions,
            "the first account holds its positions and is known");
  figure("accounts", static_cast<double>(accounts));
  for (const std::size_t threads : {std::size_t{1}, std::size_t{2}})
    for (const VectorWidth width : kVectorWidths) {
      if (!is_available(width)) continue;
      venue.books.margin_scratch.mirror().set(
          {.threads = threads, .kernels = &scenario_kernels(width)});
      figure("marks and grids to recorded states, ms, threads " + std::to_string(threads) +
                 ", width " + std::to_string(static_cast<int>(width)),
             measure_pass(venue, threads == 1 ? cpu_seconds : wall_seconds));
    }
  figure("one mark over its holders, us", measure_tick(venue));
  figure("pre-trade check of one side, asked alone, us", measure_checks(venue, accounts));
  measure_batches(venue, accounts, Trades::held, "in what is held");
  measure_batches(venue, accounts, Trades::anywhere, "anywhere");
}

}  // namespace
}  // namespace cofferdam::margin

int main(int argc, char** argv) {
  const auto accounts =
      argc > 1 ? static_cast<std::size_t>(std::strtoull(argv[1], nullptr, 10)) : 10'000;
  cofferdam::margin::run(accounts);
  return 0;
}
