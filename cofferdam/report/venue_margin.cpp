// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/report/venue_margin.h"

#include "cofferdam/base/decimal.h"
#include "cofferdam/base/rounding.h"
#include "cofferdam/books/margin/assess.h"

#include <array>

namespace cofferdam::report {

namespace {

[[nodiscard]] std::string dollars(base::i128 units) {
  return base::format_decimal(units, kUsdScale);
}

[[nodiscard]] std::string percent(base::i128 part, base::i128 whole) {
  if (whole <= 0) return "";
  const auto hundredths =
      base::try_mul_div<base::Rounding::half_even>(part, base::i128{10'000}, whole);
  return hundredths ? base::format_decimal(*hundredths, 2) : "";
}

}  // namespace

Result<void> set_margin(Driver& driver, const std::string& step, base::Time time, base::PoolId pool,
                        base::AssetId asset, bool in_force) {
  const margin::SetPool setting{.pool = pool,
                                .asset = asset,
                                .mode = margin::Mode::cross,
                                .call_buffer_ppm = kReplayCallBufferPpm,
                                .in_force = in_force};
  if (auto reply = driver.give(step, time, setting); !reply)
    return std::unexpected(std::move(reply).error());
  return {};
}

Result<void> VenueMargin::begin(base::Time time, base::PoolId pool, base::AssetId asset,
                                std::span<const base::ContractId> contracts) {
  pool_ = pool;
  contracts_.assign(contracts.begin(), contracts.end());
  for (const base::ContractId contract : contracts_) {
    const margin::SetTiers tiers{.contract = contract,
                                 .initial_ppm = kReplayInitialPpm,
                                 .maintenance_ppm = kReplayMaintenancePpm};
    if (auto reply = driver_.give("margin/tiers/" + std::to_string(contract.value()), time, tiers);
        !reply)
      return std::unexpected(std::move(reply).error());
  }
  return set_margin(driver_, "margin/pool", time, pool, asset, false);
}

Result<void> VenueMargin::mark(base::Time time, std::span<const base::i128> last_prices) {
  market::RecordMarks marks;
  for (std::size_t coin = 0; coin < contracts_.size(); ++coin)
    if (last_prices[coin] > 0)
      marks.marks.push_back(
          {.contract = contracts_[coin], .price = base::Price(last_prices[coin]), .time = time});
  if (marks.marks.empty()) return {};
  if (auto reply = driver_.give_all("margin/marks/" + std::to_string(marks_++), time, marks);
      !reply)
    return std::unexpected(std::move(reply).error());
  return {};
}

Result<void> VenueMargin::look(std::size_t liquidation, base::OwnerId owner,
                               std::span<const base::i128> last_prices) {
  const base::Time time = input_.liquidations[liquidation].time;
  if (Result<void> done = mark(time, last_prices); !done) return done;
  Look look{.liquidation = liquidation, .known = !driver_.last().replayed};
  if (look.known) {
    const engine::State& state = driver_.engine().state();
    const margin::Books books{state.margin, state.market, state.terms,
                              state.ledger, state.fact,   time};
    const margin::Account account{pool_, owner};
    const margin::Assessment found = margin::assess(books, account, {}, margin::Pricing::better);
    look.health = margin::health_of(state.margin, account);
    look.equity = found.equity.units();
    look.maintenance = static_cast<base::i128>(found.maintenance.units());
    look.notional =
        look.maintenance * margin::kPpm * margin::kPpm / kReplayInitialPpm / kReplayMaintenancePpm;
  }
  looks_.push_back(look);
  return {};
}

void VenueMargin::report() const {
  ReplayResult& result = driver_.result();
  const margin::PoolMargin* setting = driver_.engine().state().margin.pools.find(pool_);
  if (setting == nullptr) return;
  result.notes.push_back(
      "Margin was observed, and in force only while the books decided on a liquidation: 2 % "
      "initial, "
      "1 % maintenance, a call at a quarter above, "
      "at " +
      std::to_string(marks_) + " moments: " + std::to_string(setting->calls) + " margin calls, " +
      std::to_string(setting->liquidatable) + " times an account was liquidatable.");
  std::array<std::size_t, 3> counts{};
  Listing listing{
      .title = "",
      .columns = {text_column("time"), text_column("account"), text_column("state in the books"),
                  number_column("equity"), number_column("maintenance"),
                  number_column("equity % of notional"), number_column("published % of notional")}};
  for (const Look& look : looks_) {
    if (!look.known) continue;
    const VenueLiquidation& published = input_.liquidations[look.liquidation];
    ++counts[static_cast<std::size_t>(look.health)];
    listing.rows.push_back({base::format_time(published.time), input_.users[published.user].name,
                            std::string(base::name_of(look.health)), dollars(look.equity),
                            dollars(look.maintenance), percent(look.equity, look.notional),
                            percent(published.account_value, published.notional)});
  }
  if (listing.rows.empty()) return;
  listing.title =
      "State of the accounts at the published liquidations, by the last trades before: " +
      std::to_string(counts[2]) + " liquidatable, " + std::to_string(counts[1]) +
      " in a margin call, " + std::to_string(counts[0]) + " healthy";
  result.findings.push_back(std::move(listing));
}

}  // namespace cofferdam::report
