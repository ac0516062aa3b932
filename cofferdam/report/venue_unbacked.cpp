// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/report/venue_unbacked.h"

#include "cofferdam/base/decimal.h"
#include "cofferdam/books/pool/reason.h"
#include "cofferdam/report/replay_venue.h"
#include "cofferdam/report/venue_margin.h"

#include <algorithm>
#include <array>

namespace cofferdam::report {

namespace {

using base::Amount;
using base::i128;
using base::Time;
using ledger::AccountClass;
using ledger::OwnerClass;

namespace dm = default_management;

constexpr std::string_view kPool = "unbacked";

}  // namespace

bool VenueUnbacked::is_repeated(std::size_t liquidation) const {
  return input_.liquidations[liquidation].leverage == Leverage::cross &&
         input_.liquidations[liquidation].account_value > 0 &&
         !takeovers_.liquidations[liquidation].marks.empty();
}

base::OwnerId VenueUnbacked::owner_of(std::size_t liquidation) const {
  return base::OwnerId(id_of("unbacked/" + std::to_string(liquidation)));
}

base::AccountId VenueUnbacked::account_of(std::size_t liquidation) const {
  return base::AccountId(driver_.id("account/unbacked/" + std::to_string(liquidation)));
}

std::string VenueUnbacked::step_of(std::size_t liquidation, const char* what) const {
  return "unbacked/" + std::to_string(liquidation) + "/" + what;
}

Result<base::PoolId> VenueUnbacked::open_pool(Time time, base::AssetId asset) {
  asset_ = asset;
  Driver::PoolPlan plan{.code = std::string(kPool),
                        .activity = "published liquidations, repeated without a backstop"};
  plan.edges = pool::default_edges(plan.regime);
  plan.edges.push_back({OwnerClass::outside, OwnerClass::provider, pool::kDeposit});
  plan.edges.push_back({OwnerClass::outside, OwnerClass::client, pool::kDeposit});
  plan.edges.push_back({OwnerClass::outside, OwnerClass::house, pool::kBufferTopUp});
  plan.edges.push_back({OwnerClass::outside, OwnerClass::insurance, pool::kContribution});
  plan.buffer_caps = {{.asset = asset, .cap = whole_usd(kOwnCapitalUsd)}};
  Result<base::PoolId> id = driver_.pool(time, plan);
  if (id) pool_ = *id;
  return id;
}

std::vector<ledger::AccountEvent> VenueUnbacked::accounts() const {
  std::vector<ledger::AccountEvent> events{{.id = waterfall_.custody,
                                            .pool = pool_,
                                            .asset = asset_,
                                            .account_class = AccountClass::custody,
                                            .owner_class = OwnerClass::pool,
                                            .code = 1},
                                           {.id = waterfall_.source,
                                            .pool = pool_,
                                            .asset = asset_,
                                            .account_class = AccountClass::external,
                                            .owner_class = OwnerClass::outside,
                                            .owner = base::OwnerId(id_of("outside")),
                                            .code = 1}};
  const auto collateral = [&](base::AccountId id, base::OwnerId owner, OwnerClass owner_class) {
    events.push_back({.id = id,
                      .pool = pool_,
                      .asset = asset_,
                      .account_class = AccountClass::collateral,
                      .owner_class = owner_class,
                      .owner = owner,
                      .code = 1,
                      .flags = ledger::kDebitsMustNotExceedCredits});
  };
  for (const ledger::AccountEvent& event : waterfall_accounts(waterfall_)) events.push_back(event);
  collateral(maker_account_, maker_, OwnerClass::provider);
  for (std::size_t i = 0; i < twins_.size(); ++i)
    if (is_repeated(i)) collateral(account_of(i), owner_of(i), OwnerClass::client);
  return events;
}

Result<void> VenueUnbacked::begin(Time time, const VenueLayer& layer, base::ConduitId conduit,
                                  std::span<const base::ContractId> contracts) {
  contracts_.assign(contracts.begin(), contracts.end());
  maker_ = base::OwnerId(id_of("unbacked/maker"));
  maker_account_ = base::AccountId(driver_.id("account/unbacked/maker"));
  waterfall_ = {.code = std::string(kPool),
                .pool = pool_,
                .asset = asset_,
                .custody = base::AccountId(driver_.id("account/custody/unbacked")),
                .source = base::AccountId(driver_.id("account/declared/unbacked")),
                .own = base::AccountId(driver_.id("account/own/unbacked")),
                .fund = base::AccountId(driver_.id("account/fund/unbacked")),
                .conduit = conduit,
                .layer = layer,
                .fund_begins_with = whole_usd(kUnbackedFundUsd)};
  if (Result<void> done = driver_.accounts("unbacked", time, accounts()); !done) return done;
  if (Result<void> done = open_waterfall(driver_, time, waterfall_); !done) return done;
  if (Result<void> done = participant("maker", time, maker_, maker_account_, true); !done)
    return done;
  for (std::size_t i = 0; i < twins_.size(); ++i)
    if (is_repeated(i))
      if (Result<void> done =
              participant(std::to_string(i), time, owner_of(i), account_of(i), false);
          !done)
        return done;
  if (Result<void> done = set_margin(driver_, "unbacked/margin", time, pool_, asset_, false); !done)
    return done;
  return pay("unbacked/maker", time, maker_account_, whole_usd(kMarketMakerFundingUsd),
             pool::kDeposit);
}

Result<void> VenueUnbacked::participant(const std::string& name, Time time, base::OwnerId owner,
                                        base::AccountId account, bool outside) {
  auto reply = driver_.give("unbacked/participant/" + name, time,
                            market::OpenParticipant{.pool = pool_,
                                                    .owner = owner,
                                                    .collateral = account,
                                                    .outside = outside,
                                                    .contracts = {}});
  if (!reply) return std::unexpected(std::move(reply).error());
  return {};
}

Result<void> VenueUnbacked::pay(const std::string& step, Time time, base::AccountId to,
                                Amount amount, std::uint16_t code) {
  const ledger::Transfer paid{.id = base::TransferId(driver_.id("transfer/" + step)),
                              .debit_account = waterfall_.source,
                              .credit_account = to,
                              .amount = amount,
                              .pool = pool_,
                              .asset = asset_,
                              .code = code};
  auto reply =
      driver_.give_all(step, time, ledger::CreateTransfers{.guards = {}, .transfers = {paid}});
  if (!reply) return std::unexpected(std::move(reply).error());
  return {};
}

Result<void> VenueUnbacked::put_in_force(std::size_t liquidation, const char* what, Time time,
                                         bool in_force) {
  return set_margin(driver_, step_of(liquidation, what), time, pool_, asset_, in_force);
}

Time VenueUnbacked::next_close() const {
  Time next = Time::max();
  for (const Twin& twin : twins_)
    if (twin.is_open) next = std::min(next, twin.closes);
  return next;
}

// Takes the positions of the record at these prices, or gives them back.
Result<void> VenueUnbacked::trade(std::size_t liquidation, Time time, std::span<const i128> prices,
                                  bool opens) {
  market::RecordTrades batch;
  const char* what = opens ? "open" : "give-back";
  for (const std::size_t row : takeovers_.liquidations[liquidation].trades) {
    const VenueTrade& closing = input_.trades[row];
    // What was closed by a buy was short.
    const bool buys = closing.buys != opens;
    const base::OwnerId twin = owner_of(liquidation);
    batch.trades.push_back(
        {.id = driver_.id(step_of(liquidation, what) + "/" + std::to_string(row)),
         .contract = contracts_[closing.coin],
         .price = base::Price(prices[closing.coin]),
         .quantity = base::Quantity(closing.size),
         .buyer_pool = pool_,
         .buyer = buys ? twin : maker_,
         .seller_pool = pool_,
         .seller = buys ? maker_ : twin,
         .time = time});
  }
  auto reply = driver_.give_all(step_of(liquidation, what), time, std::move(batch));
  if (!reply) return std::unexpected(std::move(reply).error());
  return {};
}

Result<void> VenueUnbacked::open(std::size_t liquidation) {
  if (!is_repeated(liquidation)) return {};
  const VenueLiquidation& event = input_.liquidations[liquidation];
  std::vector<i128> prices(input_.coins.size());
  for (const VenueMark& mark : takeovers_.liquidations[liquidation].marks)
    prices[mark.coin] = mark.price;
  if (Result<void> done = pay(step_of(liquidation, "value"), event.time, account_of(liquidation),
                              Amount(static_cast<base::u128>(event.account_value)), pool::kDeposit);
      !done)
    return done;
  if (Result<void> done = trade(liquidation, event.time, prices, true); !done) return done;
  if (Result<void> done = put_in_force(liquidation, "opening", event.time, true); !done)
    return done;
  auto reply = driver_.ask(
      step_of(liquidation, "begin"), event.time,
      dm::BeginLiquidation{.pool = pool_, .owner = owner_of(liquidation), .asset = asset_});
  if (!reply) return std::unexpected(std::move(reply).error());
  twins_[liquidation] = {
      .is_open = reply->ok(),
      .closes = event.time + base::Duration(kUnbackedHours * base::kHour.value())};
  return put_in_force(liquidation, "opened", event.time, false);
}

Result<void> VenueUnbacked::close(Time time, std::span<const i128> prices) {
  for (std::size_t i = 0; i < twins_.size(); ++i)
    if (twins_[i].is_open && twins_[i].closes <= time)
      if (Result<void> done = close_one(i, time, prices); !done) return done;
  return {};
}

Result<void> VenueUnbacked::close_one(std::size_t liquidation, Time time,
                                      std::span<const i128> prices) {
  Twin& twin = twins_[liquidation];
  twin.is_open = false;
  const base::OwnerId owner = owner_of(liquidation);
  auto declared = driver_.ask(
      step_of(liquidation, "default"), time,
      dm::DeclareDefault{.pool = pool_, .owner = owner, .asset = asset_, .cause = "six-hours"});
  if (!declared) return std::unexpected(std::move(declared).error());
  if (declared->ok()) {
    twin.end = End::defaulted;
    twin.loss = static_cast<std::uint32_t>(declared->outcome.created);
    if (Result<void> done = bear(liquidation, time); !done) return done;
  }
  if (Result<void> done = put_in_force(liquidation, "closing", time, true); !done) return done;
  const Result<bool> filled = fill(liquidation, time, prices);
  if (!filled) return std::unexpected(filled.error());
  if (twin.end == End::none) twin.end = *filled ? End::closed : End::lives;
  auto ended = driver_.give(step_of(liquidation, "end"), time,
                            dm::EndLiquidation{.pool = pool_, .owner = owner, .asset = asset_});
  if (!ended) return std::unexpected(std::move(ended).error());
  if (Result<void> done = put_in_force(liquidation, "closed", time, false); !done) return done;
  return twin.end == End::lives ? trade(liquidation, time, prices, false) : Result<void>();
}

// Through the layers; then deleveraging, coin by coin, and claims, where the books still miss
// something: what they do not is refused, and stands so in the record.
Result<void> VenueUnbacked::bear(std::size_t liquidation, Time time) {
  Twin& twin = twins_[liquidation];
  if (auto reply =
          driver_.give(step_of(liquidation, "allocate"), time, dm::AllocateLoss{.loss = twin.loss});
      !reply)
    return std::unexpected(std::move(reply).error());
  if (Result<void> done = follow_custody(driver_, time, waterfall_, twin.loss); !done) return done;
  for (const VenueMark& mark : takeovers_.liquidations[liquidation].marks) {
    auto reply =
        driver_.ask(step_of(liquidation, "deleverage") + "/" + std::to_string(mark.coin), time,
                    dm::Deleverage{.loss = twin.loss, .contract = contracts_[mark.coin]});
    if (!reply) return std::unexpected(std::move(reply).error());
    twin.deleveraged = twin.deleveraged || reply->ok();
  }
  auto cut = driver_.ask(step_of(liquidation, "cut"), time, dm::CutClaims{.loss = twin.loss});
  if (!cut) return std::unexpected(std::move(cut).error());
  const dm::Loss& loss = *driver_.engine().state().default_management.losses.find(twin.loss);
  new_losses_.push_back({.user = input_.liquidations[liquidation].user, .loss = loss.amount});
  return {};
}

// Whether something was closed: an account that has its margin again is not.
Result<bool> VenueUnbacked::fill(std::size_t liquidation, Time time, std::span<const i128> prices) {
  bool filled = false;
  for (const VenueMark& mark : takeovers_.liquidations[liquidation].marks) {
    auto reply = driver_.ask(step_of(liquidation, "fill") + "/" + std::to_string(mark.coin), time,
                             dm::FillLiquidation{.pool = pool_,
                                                 .owner = owner_of(liquidation),
                                                 .asset = asset_,
                                                 .contract = contracts_[mark.coin],
                                                 .quantity = {},
                                                 .price = base::Price(prices[mark.coin]),
                                                 .taker_pool = pool_,
                                                 .taker = maker_});
    if (!reply) return std::unexpected(std::move(reply).error());
    filled = filled || reply->ok();
  }
  return filled;
}

void VenueUnbacked::report() const {
  ReplayResult& result = driver_.result();
  result.labels.emplace_back(maker_, "maker of " + std::string(kPool));
  for (std::size_t i = 0; i < twins_.size(); ++i)
    if (is_repeated(i))
      result.labels.emplace_back(owner_of(i), std::string(kPool) + "/" + std::to_string(i + 1));
  const dm::State& books = driver_.engine().state().default_management;
  const auto text = [](Amount amount) { return base::format_decimal(amount.units(), kUsdScale); };
  Listing listing{.title = "",
                  .columns = {text_column("time"), text_column("account"), number_column("loss"),
                              number_column("own capital"), number_column("fund"),
                              number_column("parametric layer"), number_column("deleveraged"),
                              number_column("claims cut"), text_column("certificate")}};
  std::array<std::size_t, 4> counts{};
  std::array<Amount, 6> sums;
  for (std::size_t i = 0; i < twins_.size(); ++i) {
    const Twin& twin = twins_[i];
    ++counts[static_cast<std::size_t>(twin.end)];
    if (twin.end != End::defaulted) continue;
    const dm::Loss& loss = *books.losses.find(twin.loss);
    const std::array<Amount, 6> parts{loss.amount,
                                      charged_to(driver_, twin.loss, kLayerNames[0]),
                                      charged_to(driver_, twin.loss, kLayerNames[1]),
                                      charged_to(driver_, twin.loss, kLayerNames[2]),
                                      loss.deleveraged,
                                      loss.haircut};
    std::vector<std::string> row{base::format_time(loss.born),
                                 input_.users[input_.liquidations[i].user].name};
    for (std::size_t part = 0; part < parts.size(); ++part) {
      sums[part] += parts[part];
      row.push_back(text(parts[part]));
    }
    row.push_back(loss.certificate.substr(0, 16));
    listing.rows.push_back(std::move(row));
  }
  std::vector<std::string> total{"total", ""};
  for (const Amount& sum : sums) total.push_back(text(sum));
  total.push_back("");
  listing.rows.push_back(std::move(total));
  listing.title = "Who paid, without a backstop and six hours late: " + std::to_string(counts[3]) +
                  " defaults, " + std::to_string(counts[2]) + " closed with something left, " +
                  std::to_string(counts[1]) + " have their margin again";
  result.facts.push_back({"losses without a backstop USD", "", text(sums[0])});
  result.facts.push_back({"of them borne by the parametric layer USD", "", text(sums[3])});
  result.findings.push_back(std::move(listing));
  result.notes.push_back("Assumed, since the files name no layers: own capital of " +
                         std::to_string(kOwnCapitalUsd) +
                         " USDC in each pool; a fund, in the venue's pool fed by the backstop "
                         "alone, in the other of " +
                         std::to_string(kUnbackedFundUsd) +
                         "; a layer of the insurance pool that bears of a loss what is above " +
                         std::to_string(kLayerAttachmentUsd) + ", up to " +
                         std::to_string(kLayerLimitUsd) + ", and of each pool's losses of a year " +
                         std::to_string(kLayerYearUsd) + "; then deleveraging and cut claims.");
}

}  // namespace cofferdam::report
