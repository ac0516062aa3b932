// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/report/venue_defaults.h"

#include "cofferdam/books/pool/reason.h"
#include "cofferdam/report/replay_venue.h"
#include "cofferdam/report/venue_margin.h"

#include <algorithm>

namespace cofferdam::report {

namespace {

using base::i128;
using base::Time;

namespace dm = default_management;

[[nodiscard]] bool is_below_maintenance(const VenueAccounts::Worth& worth) {
  constexpr i128 kAll = i128{margin::kPpm} * margin::kPpm;
  return worth.equity < 0 ||
         worth.equity * kAll < worth.notional * kReplayInitialPpm * kReplayMaintenancePpm;
}

// What a balancing transfer of `wanted` has moved.
[[nodiscard]] i128 moved_of(const engine::Reply& reply, i128 wanted) {
  if (reply.outcome.event_statuses.at(0) != 0) return 0;
  for (const engine::MovedAmount& amount : reply.outcome.moved)
    return static_cast<i128>(amount.amount.units());
  return wanted;
}

}  // namespace

Result<void> VenueDefaults::begin(Time time, const VenueWaterfall& waterfall,
                                  std::span<const base::ContractId> contracts,
                                  std::span<const VenueSeat> seats) {
  waterfall_ = waterfall;
  contracts_.assign(contracts.begin(), contracts.end());
  seats_.assign(seats.begin(), seats.end());
  if (!takeovers_.backstop) return {};
  return receive("backstop", *takeovers_.backstop, time,
                 static_cast<i128>(whole_usd(kBackstopCapitalUsd).units()));
}

// From a source that the files do not show.
Result<void> VenueDefaults::receive(const std::string& step, std::uint32_t user, Time time,
                                    i128 amount) {
  const VenueSeat& seat = seats_[user];
  const ledger::Transfer receipt{.id = base::TransferId(driver_.id("transfer/" + step)),
                                 .debit_account = seat.omitted,
                                 .credit_account = seat.collateral,
                                 .amount = base::Amount(static_cast<base::u128>(amount)),
                                 .pool = waterfall_.pool,
                                 .asset = waterfall_.asset,
                                 .code = kOmittedReceipt};
  auto reply =
      driver_.give_all(step, time, ledger::CreateTransfers{.guards = {}, .transfers = {receipt}});
  if (!reply) return std::unexpected(std::move(reply).error());
  accounts_.move(user, amount);
  return {};
}

Result<void> VenueDefaults::put_in_force(Time time, bool in_force) {
  return set_margin(driver_, "margin/force/" + std::to_string(steps_++), time, waterfall_.pool,
                    waterfall_.asset, in_force);
}

Result<bool> VenueDefaults::ask_to_begin(Time time, std::uint32_t user) {
  Result<engine::Reply> reply = driver_.ask(
      "liquidation/" + std::to_string(steps_++) + "/begin", time,
      dm::BeginLiquidation{
          .pool = waterfall_.pool, .owner = seats_[user].owner, .asset = waterfall_.asset});
  if (!reply) return std::unexpected(std::move(reply).error());
  if (reply->ok()) cases_[user] = {.open = true, .begun = time};
  return reply->ok();
}

Result<bool> VenueDefaults::ask_to_end(Time time, std::uint32_t user) {
  Result<engine::Reply> reply = driver_.ask(
      "liquidation/" + std::to_string(steps_++) + "/end", time,
      dm::EndLiquidation{
          .pool = waterfall_.pool, .owner = seats_[user].owner, .asset = waterfall_.asset});
  if (!reply) return std::unexpected(std::move(reply).error());
  if (reply->ok()) cases_[user].open = false;
  return reply->ok();
}

Result<void> VenueDefaults::look(Time time, std::span<const i128> prices) {
  std::vector<std::uint32_t> asked;
  for (std::uint32_t user = 1; user < cases_.size(); ++user) {
    const bool open = cases_[user].open;
    if (user == takeovers_.backstop || (!open && accounts_.is_flat(user))) continue;
    if (is_below_maintenance(accounts_.worth(user, prices)) != open) asked.push_back(user);
  }
  if (asked.empty()) return {};
  if (Result<void> done = put_in_force(time, true); !done) return done;
  for (const std::uint32_t user : asked)
    if (Result<void> done = ask(time, user); !done) return done;
  return put_in_force(time, false);
}

Result<void> VenueDefaults::ask(Time time, std::uint32_t user) {
  const bool open = cases_[user].open;
  const Result<bool> done = open ? ask_to_end(time, user) : ask_to_begin(time, user);
  if (!done) return std::unexpected(done.error());
  if (*done) ++(open ? ended_ : begun_);
  return {};
}

Result<void> VenueDefaults::published(std::size_t liquidation, std::span<const i128> prices) {
  const VenueLiquidation& event = input_.liquidations[liquidation];
  const VenueAccounts::Worth worth = accounts_.worth(event.user, prices);
  Execution& execution = executions_[liquidation];
  execution.has_marks = !takeovers_.liquidations[liquidation].marks.empty();
  execution.equity = worth.equity;
  execution.notional = worth.notional;
  execution.open_before = cases_[event.user].open;
  execution.begun = cases_[event.user].begun;
  closing_.push_back(liquidation);
  if (event.leverage != Leverage::cross || !execution.has_marks) return {};
  if (Result<void> done = bring_to(liquidation, event.account_value - worth.equity); !done)
    return done;
  if (!cases_[event.user].open) {
    if (Result<void> done = put_in_force(event.time, true); !done) return done;
    if (Result<bool> done = ask_to_begin(event.time, event.user); !done)
      return std::unexpected(std::move(done).error());
    if (Result<void> done = put_in_force(event.time, false); !done) return done;
  }
  execution.by_rule = cases_[event.user].open;
  return {};
}

// What is above the published value can be paid out only where it is cash: so the contracts that
// the account holds are settled first, at the same marks.
Result<void> VenueDefaults::bring_to(std::size_t liquidation, i128 difference) {
  const VenueLiquidation& event = input_.liquidations[liquidation];
  const std::string step = "published/" + std::to_string(liquidation);
  if (difference == 0) return {};
  if (difference < 0) {
    if (Result<void> done = settle_contracts_of(step, event.user, event.time); !done) return done;
    const Result<i128> paid = pay_out(step, event.user, event.time, -difference);
    if (!paid) return std::unexpected(paid.error());
    difference = -*paid;
    accounts_.move(event.user, difference);
  } else if (Result<void> done = receive(step, event.user, event.time, difference); !done) {
    return done;
  }
  executions_[liquidation].adjusted = difference;
  return {};
}

Result<void> VenueDefaults::settle_contracts_of(const std::string& step, std::uint32_t user,
                                                Time time) {
  for (std::uint32_t coin = 0; coin < contracts_.size(); ++coin) {
    if (accounts_.position(user, coin) == 0) continue;
    market::Settle settle;
    settle.contract = contracts_[coin];
    if (auto reply = driver_.give(step + "/settle/" + std::to_string(coin), time, settle); !reply)
      return std::unexpected(std::move(reply).error());
  }
  return {};
}

Result<i128> VenueDefaults::pay_out(const std::string& step, std::uint32_t user, Time time,
                                    i128 amount) {
  const VenueSeat& seat = seats_[user];
  const ledger::Transfer paid{.id = base::TransferId(driver_.id("transfer/" + step)),
                              .debit_account = seat.collateral,
                              .credit_account = seat.omitted,
                              .amount = base::Amount(static_cast<base::u128>(amount)),
                              .pool = waterfall_.pool,
                              .asset = waterfall_.asset,
                              .code = kOmittedPayment,
                              .flags = ledger::kBalancingDebit};
  Result<engine::Reply> reply =
      driver_.give(step, time, ledger::CreateTransfers{.guards = {}, .transfers = {paid}});
  if (!reply) return std::unexpected(std::move(reply).error());
  return moved_of(*reply, amount);
}

std::size_t VenueDefaults::liquidation_of(std::size_t row) const {
  for (const std::size_t liquidation : closing_) {
    const std::vector<std::size_t>& trades = takeovers_.liquidations[liquidation].trades;
    if (std::ranges::find(trades, row) != trades.end()) return liquidation;
  }
  return input_.liquidations.size();
}

// The two rows of one take-over may come in either order: the first does it, the second follows.
Result<bool> VenueDefaults::takes(std::size_t row) {
  if (const auto known = taken_.find(row); known != taken_.end()) return known->second;
  std::size_t closing = row;
  if (takeovers_.is_mirror[row])
    closing = static_cast<std::size_t>(std::ranges::find(takeovers_.mirrors, std::optional(row)) -
                                       takeovers_.mirrors.begin());
  const std::size_t liquidation = liquidation_of(closing);
  if (liquidation == input_.liquidations.size()) return false;
  Execution& execution = executions_[liquidation];
  const std::optional<std::size_t>& mirror = takeovers_.mirrors[closing];
  bool taken = false;
  if (mirror && execution.by_rule) {
    Result<bool> filled = fill(liquidation, closing);
    if (!filled) return filled;
    taken = *filled;
  }
  ++(taken ? execution.fills : execution.trades);
  taken_[closing] = taken;
  if (mirror) taken_[*mirror] = taken;
  return taken;
}

Result<bool> VenueDefaults::fill(std::size_t liquidation, std::size_t row) {
  VenueTrade trade = input_.trades[row];
  const VenueSeat& backstop = seats_[*takeovers_.backstop];
  if (Result<void> done = put_in_force(trade.time, true); !done)
    return std::unexpected(std::move(done).error());
  Result<engine::Reply> reply = driver_.ask(
      "published/" + std::to_string(liquidation) + "/fill/" + std::to_string(row), trade.time,
      dm::FillLiquidation{.pool = waterfall_.pool,
                          .owner = seats_[trade.user].owner,
                          .asset = waterfall_.asset,
                          .contract = contracts_[trade.coin],
                          .quantity = base::Quantity(trade.size),
                          .price = base::Price(trade.price),
                          .taker_pool = backstop.pool,
                          .taker = backstop.owner});
  if (!reply) return std::unexpected(std::move(reply).error());
  if (Result<void> done = put_in_force(trade.time, false); !done)
    return std::unexpected(std::move(done).error());
  if (!reply->ok() || reply->outcome.postings.empty()) return false;
  trade.counterparty = *takeovers_.backstop;
  accounts_.trade(trade);
  return true;
}

// What fills have left below nothing. What a loss was, and what its layers were charged, never
// changes: it may be read in books that have moved on.
Result<void> VenueDefaults::take_losses(std::size_t liquidation) {
  const VenueLiquidation& event = input_.liquidations[liquidation];
  for (const auto& [number, loss] : driver_.engine().state().default_management.losses.rows()) {
    if (loss.pool != waterfall_.pool || loss.owner != seats_[event.user].owner ||
        loss.born != event.time)
      continue;
    executions_[liquidation].losses.push_back(number);
    accounts_.move(event.user, static_cast<i128>(loss.amount.units()));
    if (Result<void> done = follow_custody(driver_, event.time, waterfall_, number); !done)
      return done;
  }
  return {};
}

Result<void> VenueDefaults::conclude(Time time) {
  while (!closing_.empty() && input_.liquidations[closing_.front()].time < time) {
    const std::size_t liquidation = closing_.front();
    closing_.erase(closing_.begin());
    const VenueLiquidation& event = input_.liquidations[liquidation];
    if (!executions_[liquidation].by_rule) continue;
    if (Result<void> done = take_losses(liquidation); !done) return done;
    if (!accounts_.is_flat(event.user)) continue;
    if (Result<bool> done = ask_to_end(event.time, event.user); !done)
      return std::unexpected(std::move(done).error());
  }
  return {};
}

Result<void> VenueDefaults::end_day(Time time, std::span<const i128> prices) {
  if (!takeovers_.backstop) return {};
  const std::uint32_t backstop = *takeovers_.backstop;
  const i128 above = accounts_.worth(backstop, prices).equity -
                     static_cast<i128>(whole_usd(kBackstopCapitalUsd).units());
  if (above > 0) {
    const std::string step = "sweep/" + std::to_string(days_.size());
    const ledger::Transfer swept{.id = base::TransferId(driver_.id("transfer/" + step)),
                                 .debit_account = seats_[backstop].collateral,
                                 .credit_account = waterfall_.fund,
                                 .amount = base::Amount(static_cast<base::u128>(above)),
                                 .pool = waterfall_.pool,
                                 .asset = waterfall_.asset,
                                 .code = pool::kContribution,
                                 .flags = ledger::kBalancingDebit};
    Result<engine::Reply> reply =
        driver_.give(step, time, ledger::CreateTransfers{.guards = {}, .transfers = {swept}});
    if (!reply) return std::unexpected(std::move(reply).error());
    const i128 moved = moved_of(*reply, above);
    swept_ += moved;
    accounts_.move(backstop, -moved);
  }
  const i128 begun_with = static_cast<i128>(whole_usd(kBackstopCapitalUsd).units());
  FundDay day{.date = base::day_of(time - base::Duration(1)),
              .backstop = accounts_.worth(backstop, prices).equity + swept_ - begun_with,
              .swept = swept_};
  for (; next_of_days_ < input_.liquidations.size() &&
         input_.liquidations[next_of_days_].time <= time;
       ++next_of_days_) {
    ++day.liquidations;
    day.taken_over += input_.liquidations[next_of_days_].account_value;
  }
  days_.push_back(day);
  return {};
}

}  // namespace cofferdam::report
