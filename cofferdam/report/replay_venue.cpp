// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/report/replay_venue.h"

#include "cofferdam/base/decimal.h"
#include "cofferdam/books/pool/reason.h"
#include "cofferdam/report/liquidation_check.h"
#include "cofferdam/report/segregation_report.h"
#include "cofferdam/report/venue_risk.h"
#include "cofferdam/report/venue_segregation.h"

#include <algorithm>
#include <chrono>
#include <set>

namespace cofferdam::report {

namespace {

using base::i128;
using base::Time;
using base::u128;
using ledger::AccountClass;
using ledger::OwnerClass;

using Seat = VenueSeat;

class VenueReplay {
 public:
  VenueReplay(VenueInput input, Driver& driver, const ReplayOptions& options)
      : input_(std::move(input)), driver_(driver), options_(options), risk_(input_, driver) {}

  Result<void> run() {
    if (input_.trades.empty() && input_.updates.empty())
      return base::malformed("trades.csv", "", "there is something to replay");
    const Time first = first_time();
    next_midnight_ = *base::start_of_day(*base::try_add_days(base::day_of(first), 1));
    last_prices_.resize(input_.coins.size());
    for (const auto step :
         {&VenueReplay::found, &VenueReplay::declare_contracts, &VenueReplay::open_seats,
          &VenueReplay::fund_market_makers, &VenueReplay::begin_risk, &VenueReplay::replay_events})
      if (Result<void> done = (this->*step)(); !done) return done;
    report();
    return driver_.finish();
  }

 private:
  [[nodiscard]] Time first_time() const {
    Time first = Time::max();
    if (!input_.trades.empty()) first = input_.trades.front().time;
    if (!input_.updates.empty()) first = std::min(first, input_.updates.front().time);
    return first;
  }

  [[nodiscard]] const std::string& pool_of(const VenueUser& user) const {
    static const std::string kClients = "clients";
    return user.pool.empty() ? kClients : user.pool;
  }

  Result<void> found() {
    now_ = first_time();
    driver_.result().from = now_;
    if (Result<void> done = driver_.found(now_); !done) return done;
    Result<base::AssetId> usdc =
        driver_.asset(now_, "USDC", kUsdScale, "US dollar token that everything settles in");
    if (!usdc) return std::unexpected(std::move(usdc).error());
    usdc_ = *usdc;
    std::vector<ledger::AccountEvent> events;
    for (const VenueUser& user : input_.users) {
      const std::string& code = pool_of(user);
      const bool absent = &user == &input_.users[0] && !has_market_makers();
      if (absent || pools_.contains(code)) continue;
      Driver::PoolPlan plan{.code = code, .activity = "perpetual contracts"};
      plan.regime = user.house ? pool::Regime::house : pool::Regime::omnibus;
      plan.edges = pool::default_edges(plan.regime);
      plan.edges.push_back({OwnerClass::outside, OwnerClass::provider, pool::kDeposit});
      plan.edges.push_back({OwnerClass::outside, OwnerClass::client, kOmittedReceipt});
      plan.edges.push_back({OwnerClass::client, OwnerClass::outside, kOmittedPayment});
      if (risk_.observes() && !user.house)
        plan.buffer_caps = {{.asset = usdc_, .cap = whole_usd(kOwnCapitalUsd)}};
      Result<base::PoolId> id = driver_.pool(now_, plan);
      if (!id) return std::unexpected(std::move(id).error());
      pools_[code] = *id;
      events.push_back({.id = custody_of(code),
                        .pool = *id,
                        .asset = usdc_,
                        .account_class = AccountClass::custody,
                        .owner_class = OwnerClass::pool,
                        .code = 1});
      if (!user.house) events.push_back(outside(*id, omitted_in(code)));
    }
    if (has_market_makers())
      events.push_back(outside(pools_.at(pool_of(input_.users[0])), declared()));
    return driver_.accounts("custody", now_, std::move(events));
  }

  [[nodiscard]] base::AccountId custody_of(const std::string& pool) const {
    return base::AccountId(driver_.id("account/custody/" + pool));
  }

  [[nodiscard]] base::AccountId omitted_in(const std::string& pool) const {
    return base::AccountId(driver_.id("account/omitted/" + pool));
  }

  [[nodiscard]] base::AccountId declared() const {
    return base::AccountId(driver_.id("account/declared/market-makers"));
  }

  [[nodiscard]] ledger::AccountEvent outside(base::PoolId pool, base::AccountId id) const {
    return {.id = id,
            .pool = pool,
            .asset = usdc_,
            .account_class = AccountClass::external,
            .owner_class = OwnerClass::outside,
            .owner = base::OwnerId(id_of("outside")),
            .code = 1};
  }

  Result<void> declare_contracts() {
    for (const VenueCoin& coin : input_.coins) {
      Result<engine::Reply> reply = driver_.give(
          "contract/" + coin.code, now_,
          market::CreateContract{.code = coin.code + "-PERP",
                                 .kind = market::ContractKind::linear,
                                 .settlement_asset = usdc_,
                                 .price_scale = static_cast<std::uint8_t>(coin.price_scale),
                                 .quantity_scale = static_cast<std::uint8_t>(coin.size_scale)});
      if (!reply) return std::unexpected(std::move(reply).error());
      contracts_.push_back(base::ContractId(static_cast<std::uint32_t>(reply->outcome.created)));
    }
    return {};
  }

  Result<void> open_seats() {
    std::vector<ledger::AccountEvent> events;
    for (std::size_t i = 0; i < input_.users.size(); ++i) {
      const VenueUser& user = input_.users[i];
      const std::string& pool = pool_of(user);
      if (i == 0 && !has_market_makers()) {
        seats_.emplace_back();
        continue;
      }
      seats_.push_back({.pool = pools_.at(pool),
                        .owner = base::OwnerId(id_of(user.name)),
                        .collateral = base::AccountId(driver_.id("account/user/" + user.name)),
                        .custody = custody_of(pool),
                        .omitted = omitted_in(pool)});
      const OwnerClass owner_class = i == 0       ? OwnerClass::provider
                                     : user.house ? OwnerClass::house
                                                  : OwnerClass::client;
      events.push_back({.id = seats_.back().collateral,
                        .pool = seats_.back().pool,
                        .asset = usdc_,
                        .account_class = AccountClass::collateral,
                        .owner_class = owner_class,
                        .owner = seats_.back().owner,
                        .code = 1,
                        .flags = ledger::kDebitsMustNotExceedCredits});
    }
    if (Result<void> done = driver_.accounts("users", now_, std::move(events)); !done) return done;
    for (std::size_t i = 0; i < seats_.size(); ++i) {
      if (seats_[i].pool.is_none()) continue;
      Result<engine::Reply> reply =
          driver_.give("participant/" + std::to_string(i), now_,
                       market::OpenParticipant{.pool = seats_[i].pool,
                                               .owner = seats_[i].owner,
                                               .collateral = seats_[i].collateral,
                                               .outside = i == 0,
                                               .contracts = {}});
      if (!reply) return std::unexpected(std::move(reply).error());
    }
    return {};
  }

  [[nodiscard]] ledger::Transfer transfer(const std::string& name, base::AccountId debit,
                                          base::AccountId credit, u128 units,
                                          std::uint16_t code) const {
    return {.id = base::TransferId(driver_.id("transfer/" + name)),
            .debit_account = debit,
            .credit_account = credit,
            .amount = base::Amount(units),
            .pool = {},
            .asset = usdc_,
            .code = code};
  }

  [[nodiscard]] bool has_market_makers() const {
    return std::any_of(input_.trades.begin(), input_.trades.end(),
                       [](const VenueTrade& trade) { return trade.counterparty == 0; });
  }

  Result<void> fund_market_makers() {
    if (!has_market_makers()) return {};
    ledger::Transfer event =
        transfer("funding", declared(), seats_[0].collateral,
                 kMarketMakerFundingUsd * base::power_of_ten(kUsdScale), pool::kDeposit);
    event.pool = seats_[0].pool;
    Result<engine::Reply> reply = driver_.give_all(
        "funding", now_, ledger::CreateTransfers{.guards = {}, .transfers = {event}});
    if (!reply) return std::unexpected(std::move(reply).error());
    return {};
  }

  // Trades and updates merged by time; an update before a trade of the same second.
  Result<void> replay_events() {
    std::size_t update = 0;
    const std::uint64_t total = input_.trades.size() + input_.updates.size();
    for (std::size_t trade = 0; trade < input_.trades.size() || update < input_.updates.size();) {
      const bool is_update = update < input_.updates.size() &&
                             (trade == input_.trades.size() ||
                              input_.updates[update].time <= input_.trades[trade].time);
      const Time time = is_update ? input_.updates[update].time : input_.trades[trade].time;
      if (Result<void> done = pass_to(time); !done) return done;
      now_ = time;
      if (is_update) {
        if (Result<void> done = flush(); !done) return done;
        if (Result<void> done = take_update(update++); !done) return done;
      } else if (Result<void> done = take_trade(trade++); !done) {
        return done;
      }
      ++driver_.result().rows;
      if (options_.progress && driver_.result().rows % 1'000 == 0)
        options_.progress(driver_.result().rows, total);
    }
    if (options_.progress) options_.progress(total, total);
    return pass_to(next_midnight_);
  }

  Result<void> begin_risk() {
    if (!risk_.observes()) return {};
    const auto clients = pools_.find("clients");
    for (const VenueLiquidation& event : input_.liquidations)
      if (clients == pools_.end() || seats_[event.user].pool != clients->second)
        return base::malformed("liquidations.csv", input_.users[event.user].name,
                               "liquidated accounts are in the pool clients");
    return risk_.begin(now_, {.pool = pools_.at("clients"),
                              .asset = usdc_,
                              .custody = custody_of("clients"),
                              .contracts = contracts_,
                              .seats = seats_});
  }

  // What happens before this time without being a trade or an update; midnights last.
  Result<void> pass_to(Time time) {
    while (true) {
      const Time next = std::min(risk_.next(), next_midnight_);
      const Time until = std::min(next, time);
      if (risk_.must_conclude(until)) {
        if (Result<void> done = flush(); !done) return done;
        if (Result<void> done = risk_.conclude(until); !done) return done;
      }
      if (next > time) return {};
      if (Result<void> done = flush(); !done) return done;
      now_ = std::max(now_, next);
      if (Result<void> done = next == risk_.next() ? risk_.happen(next, last_prices_) : end_day();
          !done)
        return done;
    }
  }

  // A row of a take-over is done by command, or else booked like any other; its price is not the
  // market's.
  Result<void> take_trade(std::size_t row) {
    const VenueTrade& trade = input_.trades[row];
    risk_.count(trade);
    traded_.insert(trade.user);
    const bool is_takeover = risk_.is_takeover(row);
    if (is_takeover) {
      if (Result<void> done = flush(); !done) return done;
      const Result<bool> taken = risk_.takes(row);
      if (!taken) return std::unexpected(taken.error());
      if (*taken) return {};
    } else {
      last_prices_[trade.coin] = trade.price;
    }
    risk_.booked(trade);
    add_to_batch(row);
    return batch_.trades.size() == ledger::kBatchEventsMax ? flush() : Result<void>();
  }

  void add_to_batch(std::size_t row) {
    const VenueTrade& trade = input_.trades[row];
    const Seat& user = seats_[trade.user];
    const Seat& other = seats_[trade.counterparty];
    const Seat& buyer = trade.buys ? user : other;
    const Seat& seller = trade.buys ? other : user;
    const base::SignedAmount fee(trade.fee);
    const base::SignedAmount other_fee(trade.counterparty_fee);
    batch_.trades.push_back({.id = driver_.id("trade/" + std::to_string(row)),
                             .contract = contracts_[trade.coin],
                             .price = base::Price(trade.price),
                             .quantity = base::Quantity(trade.size),
                             .buyer_pool = buyer.pool,
                             .buyer = buyer.owner,
                             .seller_pool = seller.pool,
                             .seller = seller.owner,
                             .buyer_fee = trade.buys ? fee : other_fee,
                             .seller_fee = trade.buys ? other_fee : fee,
                             .time = trade.time});
    batch_end_ = trade.time;
  }

  Result<void> flush() {
    if (batch_.trades.empty()) return {};
    const std::string step = "trades/" + std::to_string(batches_++);
    Result<engine::Reply> reply =
        driver_.give_all(step, batch_end_, std::exchange(batch_, market::RecordTrades{}));
    if (!reply) return std::unexpected(std::move(reply).error());
    return {};
  }

  Result<void> take_update(std::size_t row) {
    const VenueUpdate& update = input_.updates[row];
    const Seat& seat = seats_[update.user];
    updated_.insert(update.user);
    const std::string name = "update/" + std::to_string(row);
    if (update.delta > 0) {
      deposits_ += update.delta;
      risk_.moved(update.user, update.delta);
      ledger::Transfer event = transfer(name, seat.custody, seat.collateral,
                                        static_cast<u128>(update.delta), pool::kDeposit);
      event.pool = seat.pool;
      Result<engine::Reply> reply =
          driver_.give_all(name, now_, ledger::CreateTransfers{.guards = {}, .transfers = {event}});
      if (!reply) return std::unexpected(std::move(reply).error());
      return {};
    }
    if (update.delta == 0) return {};
    withdrawals_ += -update.delta;
    risk_.moved(update.user, update.delta);
    return withdraw(name, update, seat);
  }

  [[nodiscard]] Result<engine::Reply> give_transfer(const std::string& name, const Seat& seat,
                                                    ledger::Transfer event) {
    event.pool = seat.pool;
    return driver_.give(name, now_, ledger::CreateTransfers{.guards = {}, .transfers = {event}});
  }

  // The three steps that the header names; each depends on the recorded outcome of the one before.
  Result<void> withdraw(const std::string& name, const VenueUpdate& update, const Seat& seat) {
    const u128 wanted = base::magnitude(update.delta);
    Result<engine::Reply> first = give_transfer(
        name, seat, transfer(name, seat.collateral, seat.custody, wanted, pool::kWithdrawal));
    if (!first) return std::unexpected(std::move(first).error());
    if (first->outcome.event_statuses.at(0) == 0) return {};
    if (Result<void> done = settle_all("settle-for/" + name, now_); !done) return done;
    ++settled_for_withdrawal_;
    const std::string rest = name + "/available";
    ledger::Transfer balancing =
        transfer(rest, seat.collateral, seat.custody, wanted, pool::kWithdrawal);
    balancing.flags = ledger::kBalancingDebit;
    Result<engine::Reply> second = give_transfer(rest, seat, balancing);
    if (!second) return std::unexpected(std::move(second).error());
    u128 moved = second->outcome.event_statuses.at(0) == 0 ? wanted : 0;
    for (const engine::MovedAmount& amount : second->outcome.moved) moved = amount.amount.units();
    if (moved >= wanted) return {};
    const u128 missing = wanted - moved;
    const std::string omitted = name + "/omitted";
    ledger::Transfer receipt =
        transfer(omitted, seat.omitted, seat.collateral, missing, kOmittedReceipt);
    receipt.flags = ledger::kLinked;
    receipt.pool = seat.pool;
    ledger::Transfer paid =
        transfer(omitted + "/paid", seat.collateral, seat.custody, missing, pool::kWithdrawal);
    paid.pool = seat.pool;
    Result<engine::Reply> third = driver_.give_all(
        omitted, now_, ledger::CreateTransfers{.guards = {}, .transfers = {receipt, paid}});
    if (!third) return std::unexpected(std::move(third).error());
    breaks_.push_back({base::format_time(now_), input_.users[update.user].name,
                       base::format_decimal(wanted, kUsdScale),
                       base::format_decimal(moved, kUsdScale),
                       base::format_decimal(missing, kUsdScale)});
    missing_total_ += missing;
    risk_.moved(update.user, static_cast<i128>(missing));
    return {};
  }

  Result<void> end_day() {
    if (Result<void> done = flush(); !done) return done;
    now_ = next_midnight_;
    next_midnight_ = next_midnight_ + base::kDay;
    while (next_mark_ < input_.marks.size() && input_.marks[next_mark_].time <= now_) {
      const VenueMark& mark = input_.marks[next_mark_++];
      last_prices_[mark.coin] = mark.price;
    }
    ++days_;
    if (Result<void> done = settle_all("day/" + base::format_date(base::day_of(now_)), now_); !done)
      return done;
    if (Result<void> done = risk_.end_day(now_, last_prices_); !done) return done;
    if (Result<void> done = state_segregation(driver_, pools_, now_, segregation_); !done)
      return done;
    return driver_.checkpoint();
  }

  Result<void> settle_all(const std::string& name, Time time) {
    market::RecordMarks marks;
    for (std::size_t coin = 0; coin < contracts_.size(); ++coin)
      if (last_prices_[coin] > 0)
        marks.marks.push_back({.contract = contracts_[coin],
                               .price = base::Price(last_prices_[coin]),
                               .time = time,
                               .source = {}});
    if (marks.marks.empty()) return {};
    const std::vector<market::MarkEvent> marked = marks.marks;
    if (auto reply = driver_.give_all(name + "/marks", time, std::move(marks)); !reply)
      return std::unexpected(std::move(reply).error());
    for (const market::MarkEvent& mark : marked) {
      const std::string step = name + "/settle/" + std::to_string(mark.contract.value());
      market::Settle settle;
      settle.contract = mark.contract;
      if (auto reply = driver_.give(step, time, settle); !reply)
        return std::unexpected(std::move(reply).error());
    }
    return {};
  }

  void report() {
    ReplayResult& result = driver_.result();
    result.to = now_;
    for (std::size_t i = 0; i < seats_.size(); ++i)
      if (!seats_[i].pool.is_none())
        result.labels.emplace_back(seats_[i].owner, input_.users[i].name);
    result.facts = {
        {"trades", "", std::to_string(input_.trades.size())},
        {"accounts trading", "", std::to_string(traded_.size())},
        {"ledger updates", "", std::to_string(input_.updates.size())},
        {"accounts with updates", "", std::to_string(updated_.size())},
        {"deposits USD", "", base::format_decimal(deposits_, kUsdScale)},
        {"withdrawals USD", "", base::format_decimal(withdrawals_, kUsdScale)},
        {"liquidations", "", std::to_string(input_.liquidations.size())},
        {"daily settlements", "", std::to_string(days_)},
    };
    if (has_market_makers())
      result.notes.push_back(
          "The market makers that the publisher left out are one account, market-makers, whose "
          "collateral of " +
          grouped(std::to_string(kMarketMakerFundingUsd)) +
          " USDC is declared, not custody: the other side of every published trade.");
    if (settled_for_withdrawal_ > 0)
      result.notes.push_back(std::to_string(settled_for_withdrawal_) +
                             " withdrawals exceeded the collateral settled so far; all contracts "
                             "were settled at the last trade before they were paid.");
    if (!breaks_.empty())
      result.findings.push_back(
          {.title =
               "Withdrawals beyond what the files account for: " + std::to_string(breaks_.size()) +
               " breaks, " + base::format_decimal(missing_total_, kUsdScale) +
               " USDC received from sources not shown (funding, transfers, rewards)",
           .columns = {text_column("time"), text_column("account"), number_column("withdrawn"),
                       number_column("in the books"), number_column("not shown")},
           .rows = breaks_});
    if (!segregation_.empty())
      result.findings.push_back(
          {.title = "Segregation at the end of each day, USDC, profile " + venue_profile().code,
           .columns = {text_column("date"), text_column("pool"), number_column("required"),
                       number_column("held"), number_column("excess"), text_column("verdict")},
           .rows = segregation_});
    if (input_.liquidations.empty()) return;
    const auto comparisons = compare_liquidations(input_);
    result.findings.push_back(liquidation_summary(comparisons));
    result.findings.push_back(liquidation_listing(input_, comparisons));
    risk_.report();
  }

  VenueInput input_;
  Driver& driver_;
  const ReplayOptions& options_;
  Time now_;
  Time next_midnight_;
  Time batch_end_;
  base::AssetId usdc_;
  std::map<std::string, base::PoolId> pools_;
  std::vector<base::ContractId> contracts_;
  std::vector<Seat> seats_;  // as input_.users
  std::vector<i128> last_prices_;
  std::size_t next_mark_ = 0;
  market::RecordTrades batch_;
  std::size_t batches_ = 0;
  std::uint64_t days_ = 0;
  std::uint64_t settled_for_withdrawal_ = 0;
  std::set<std::uint32_t> traded_;
  std::set<std::uint32_t> updated_;
  i128 deposits_ = 0;
  i128 withdrawals_ = 0;
  u128 missing_total_ = 0;
  std::vector<std::vector<std::string>> breaks_;
  std::vector<std::vector<std::string>> segregation_;
  VenueRisk risk_;
};

}  // namespace

Result<ReplayResult> replay_venue(const std::string& folder, const std::string& dataset,
                                  engine::Engine& engine, const ReplayOptions& options) {
  Result<VenueInput> input = read_venue(folder);
  if (!input) return std::unexpected(std::move(input).error());
  ReplayResult result;
  Driver driver(engine, dataset, result);
  const auto began = std::chrono::steady_clock::now();
  if (Result<void> done = VenueReplay(std::move(*input), driver, options).run(); !done)
    return std::unexpected(std::move(done).error());
  result.nanoseconds =
      std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now() - began)
          .count();
  if (dataset == "hyperliquid_2023") {
    // What data/README.md states of this set; deposits and withdrawals to the cent are in the file.
    const std::vector<std::string> stated{"35691",         "254",          "560", "278",
                                          "240177.239506", "46493.582795", "62"};
    for (std::size_t i = 0; i < stated.size(); ++i) result.facts[i].stated = stated[i];
  }
  return result;
}

}  // namespace cofferdam::report
