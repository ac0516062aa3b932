// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/report/venue_insurance.h"

#include "cofferdam/base/decimal.h"
#include "cofferdam/books/insurance/tariff_arithmetic.h"
#include "cofferdam/books/pool/reason.h"

#include <algorithm>
#include <numeric>

namespace cofferdam::report {

namespace {

using base::Amount;
using base::i128;
using base::Time;
using base::u128;

namespace ins = insurance;

constexpr std::size_t kDayHours = 24;
constexpr i128 kFallScale = 10'000;
constexpr std::string_view kModel = "volume prior 1.0";

// 10^18 is 1.
[[nodiscard]] base::Rate percent(std::int64_t hundredths) {
  return base::Rate(hundredths * (base::kRateOne / 100));
}

[[nodiscard]] Amount amount_of(i128 units) {
  return Amount(units <= 0 ? u128{0} : static_cast<u128>(units));
}

[[nodiscard]] base::Duration days(std::int64_t count) {
  return base::Duration(count * base::kDay.value());
}

// The levels of examples/17-claims: a fall of 20 % is 40 % of the limit, one of 30 % all of it.
[[nodiscard]] ins::ClaimRules rules_by(base::SourceId source) {
  ins::ClaimRules rules;
  rules.routes = {{ins::Peril::extreme_volatility, ins::ClaimRoute::parametric}};
  const auto trigger = [&](const char* code, std::int64_t value, std::uint32_t part) {
    rules.triggers.push_back({.code = code,
                              .peril = ins::Peril::extreme_volatility,
                              .source = source,
                              .fact_key = "fall",
                              .comparison = pool::FactComparison::at_least,
                              .value = fact::Value(value),
                              .payout_ppm = part});
  };
  trigger("fall-20", 2'000, 400'000);
  trigger("fall-30", 3'000, ins::kPpmOne);
  rules.evidence_within = days(10);
  rules.assess_within = days(5);
  rules.vote_within = days(2);
  rules.commit_period = days(3);
  rules.reveal_period = days(2);
  rules.dispute_within = days(2);
  rules.cooldown = days(1);
  rules.payment_within = days(30);
  rules.recovery_within = days(30);
  rules.bond = whole_usd(10);
  return rules;
}

}  // namespace

base::AccountId VenueInsurance::account_of(std::size_t user) const {
  return base::AccountId(driver_.id("account/member/" + std::to_string(user)));
}

i128 VenueInsurance::sum_of(const std::array<i128, kWeek>& days) {
  return std::accumulate(days.begin(), days.end(), i128{0});
}

Result<void> VenueInsurance::begin(Time time, base::AssetId asset,
                                   std::vector<base::OwnerId> owners) {
  asset_ = asset;
  owners_ = std::move(owners);
  if (Result<void> done = open_pool(time); !done) return done;
  if (Result<void> done = open_accounts(time); !done) return done;
  if (Result<void> done = promise_layer(time); !done) return done;
  return bind_cover(time);
}

Result<void> VenueInsurance::open_pool(Time time) {
  Driver::PoolPlan plan{.code = "insurance", .activity = "insurance of the venue by its traders"};
  plan.regime = pool::Regime::insurance;
  plan.edges = pool::default_edges(plan.regime);
  Result<base::PoolId> id = driver_.pool(time, plan);
  if (!id) return std::unexpected(std::move(id).error());
  pool_ = *id;
  layer_.custody = base::AccountId(driver_.id("account/custody/insurance"));
  layer_.account = ins::fund_account(ins::Fund::layer, pool_);
  auto reply = driver_.give("insurance/open", time,
                            ins::OpenInsurance{.pool = pool_,
                                               .asset = asset_,
                                               .manager = base::OwnerId(id_of("mutual manager")),
                                               .rules = {},
                                               .junior_notice = days(30),
                                               .senior_notice = days(14)});
  if (!reply) return std::unexpected(std::move(reply).error());
  return {};
}

Result<void> VenueInsurance::open_accounts(Time time) {
  using C = ledger::AccountClass;
  using O = ledger::OwnerClass;
  std::vector<ledger::AccountEvent> events{{.id = layer_.custody,
                                            .pool = pool_,
                                            .asset = asset_,
                                            .account_class = C::custody,
                                            .owner_class = O::pool,
                                            .code = 1}};
  // Number 0, the market makers of the files, stands for the venue: it insures itself and them.
  const auto member = [&](base::AccountId id, base::OwnerId owner) {
    events.push_back({.id = id,
                      .pool = pool_,
                      .asset = asset_,
                      .account_class = C::collateral,
                      .owner_class = O::member,
                      .owner = owner,
                      .code = 1,
                      .flags = ledger::kDebitsMustNotExceedCredits});
  };
  owners_[0] = base::OwnerId(id_of("venue"));
  for (std::size_t user = 0; user < owners_.size(); ++user) member(account_of(user), owners_[user]);
  const base::AccountId provider(driver_.id("account/provider"));
  const base::OwnerId providers(id_of("insurance provider"));
  member(provider, providers);
  if (Result<void> done = driver_.accounts("members", time, std::move(events)); !done) return done;
  if (auto reply =
          driver_.give("insurance/holding", time,
                       ins::DeclareHolding{.pool = pool_,
                                           .account = layer_.custody,
                                           .custodian = base::OwnerId(id_of("custodian"))});
      !reply)
    return std::unexpected(std::move(reply).error());
  const Amount capital = whole_usd(kInsuranceCapitalUsd);
  if (Result<void> done =
          deposit("insurance/capital", time, {{provider, static_cast<i128>(capital.units())}});
      !done)
    return done;
  auto reply = driver_.give("insurance/junior", time,
                            ins::SubscribeTranche{.pool = pool_,
                                                  .tranche = ins::TrancheKind::junior,
                                                  .owner = providers,
                                                  .account = provider,
                                                  .amount = capital});
  if (!reply) return std::unexpected(std::move(reply).error());
  return {};
}

// The layer stands in two waterfalls: each may draw its year.
Result<void> VenueInsurance::promise_layer(Time time) {
  auto reply = driver_.give("insurance/layer", time,
                            ins::SetReserve{.pool = pool_,
                                            .asset = asset_,
                                            .kind = ins::ReserveKind::layer,
                                            .amount = whole_usd(2 * kLayerYearUsd)});
  if (!reply) return std::unexpected(std::move(reply).error());
  return {};
}

Result<base::ConduitId> VenueInsurance::conduit_to(Time time, const std::string& code,
                                                   base::PoolId pool) {
  Result<engine::Reply> reply =
      driver_.give("insurance/conduit/" + code, time,
                   pool::DeclareConduit{.code = "layer-" + code,
                                        .from = pool_,
                                        .to = pool,
                                        .asset = asset_,
                                        .purpose = "the parametric layer of a waterfall"});
  if (!reply) return std::unexpected(std::move(reply).error());
  return base::ConduitId(static_cast<std::uint32_t>(reply->outcome.created));
}

Result<void> VenueInsurance::bind_cover(Time time) {
  Result<engine::Reply> source =
      driver_.give("insurance/source", time,
                   fact::DeclareSource{.code = "venue-falls",
                                       .description = "largest fall of a contract in 24 hours",
                                       .staleness = base::kHour,
                                       .scale = 4});
  if (!source) return std::unexpected(std::move(source).error());
  source_ = base::SourceId(static_cast<std::uint32_t>(source->outcome.created));
  const ins::Peril peril = ins::Peril::extreme_volatility;
  if (Result<void> done = deposit("insurance/premium", time,
                                  {{account_of(0), static_cast<i128>(whole_usd(100).units())}});
      !done)
    return done;
  const std::string venue = "insurance/venue";
  if (auto reply = driver_.give(
          venue, time,
          ins::AdmitMember{
              .pool = pool_, .member = owners_[0], .name = "venue", .account = account_of(0)});
      !reply)
    return std::unexpected(std::move(reply).error());
  if (auto reply = driver_.give(
          venue + "/rules", time,
          ins::SetClaimRules{.pool = pool_, .asset = asset_, .rules = rules_by(source_)});
      !reply)
    return std::unexpected(std::move(reply).error());
  if (auto reply = driver_.give(venue + "/prices", time,
                                ins::SetPrices{.pool = pool_,
                                               .peril = peril,
                                               .rule = ins::CoverPriceRule::nexus_2_11,
                                               .capacity_bps = ins::kBpsOne,
                                               .target_price_bps = 200});
      !reply)
    return std::unexpected(std::move(reply).error());
  ins::BindCover cover{.code = "volatility", .pool = pool_, .asset = asset_};
  cover.terms.peril = peril;
  cover.terms.insured = owners_[0];
  cover_begins_ = time + base::kDay;
  cover.terms.start = cover_begins_;
  cover.terms.end = cover.terms.start + days(365);
  cover.terms.reporting = days(30);
  cover.terms.limit = whole_usd(kVolatilityLimitUsd);
  cover.account = account_of(0);
  cover.technical_premium = whole_usd(10);
  cover.model = std::string(kModel);
  if (auto reply = driver_.give(venue + "/cover", time, std::move(cover)); !reply)
    return std::unexpected(std::move(reply).error());
  return {};
}

Result<void> VenueInsurance::deposit(const std::string& step, Time time,
                                     const std::vector<std::pair<base::AccountId, i128>>& to) {
  ledger::CreateTransfers transfers;
  for (std::size_t i = 0; i < to.size(); ++i)
    if (to[i].second > 0)
      transfers.transfers.push_back(
          {.id = base::TransferId(
               driver_.id("transfer/" + step + "/" + base::to_text(to[i].first.value()))),
           .debit_account = layer_.custody,
           .credit_account = to[i].first,
           .amount = amount_of(to[i].second),
           .pool = pool_,
           .asset = asset_,
           .code = pool::kDeposit});
  if (transfers.transfers.empty()) return {};
  auto reply = driver_.give_all(step, time, std::move(transfers));
  if (!reply) return std::unexpected(std::move(reply).error());
  return {};
}

void VenueInsurance::trade(const VenueTrade& trade) {
  members_[trade.user].today += accounts_.volume(trade);
}

void VenueInsurance::loss(std::uint32_t user, i128 amount) {
  members_[user].losses += amount;
}

Result<void> VenueInsurance::hour(Time time, std::span<const i128> prices) {
  Fall now;
  for (std::uint32_t coin = 0; coin < prices.size(); ++coin) {
    if (prices[coin] <= 0) continue;
    std::deque<i128>& known = hours_[coin];
    known.push_back(prices[coin]);
    if (known.size() > kDayHours + 1) known.pop_front();
    const i128 top = *std::ranges::max_element(known);
    const i128 fall = (top - prices[coin]) * kFallScale / top;
    if (fall > now.worst) now = {.worst = fall, .coin = coin, .time = time};
  }
  if (now.worst > fall_.worst) fall_ = now;
  if (now.worst < kFallScale / 5 || time < cover_begins_) return {};
  const std::optional<Time> before = std::exchange(last_met_, time);
  return before && time - *before < base::kDay ? Result<void>() : claim(time, now);
}

// The incident, the fact, the notice and the trigger, in one moment; the payment after the
// cooldown.
Result<void> VenueInsurance::claim(Time time, const Fall& fall) {
  const std::string number = std::to_string(claims_.size() + 1);
  const std::string step = "claim/" + number;
  const std::string incident = "volatility-" + number;
  if (auto reply = driver_.give(step + "/incident", time,
                                ins::DeclareIncident{.pool = pool_,
                                                     .code = incident,
                                                     .peril = ins::Peril::extreme_volatility,
                                                     .occurred = time,
                                                     .discovered = time});
      !reply)
    return std::unexpected(std::move(reply).error());
  if (auto reply = driver_.give(step + "/fact", time,
                                fact::RecordFact{.source = source_,
                                                 .fact_key = "fall",
                                                 .value = fact::Value(fall.worst),
                                                 .scale = 4,
                                                 .observed = time});
      !reply)
    return std::unexpected(std::move(reply).error());
  ins::NotifyClaim notice{.cover = "volatility", .incident = incident, .asset = asset_};
  notice.finding.loss = whole_usd(kVolatilityLimitUsd);
  Result<engine::Reply> noticed = driver_.give(step + "/notice", time, std::move(notice));
  if (!noticed) return std::unexpected(std::move(noticed).error());
  const auto claim = static_cast<std::uint32_t>(noticed->outcome.created);
  const bool is_all = fall.worst >= 3 * kFallScale / 10;
  if (auto reply = driver_.give(
          step + "/trigger", time,
          ins::TriggerClaim{.claim = claim, .trigger = is_all ? "fall-30" : "fall-20"});
      !reply)
    return std::unexpected(std::move(reply).error());
  claims_.push_back({.fall = fall, .claim = claim, .payable = time + base::kDay});
  return {};
}

Result<void> VenueInsurance::pay_claims(Time time) {
  for (Claimed& one : claims_) {
    if (one.paid || time <= one.payable) continue;
    one.paid = true;
    if (auto reply = driver_.give("claim/" + std::to_string(one.claim) + "/pay", time,
                                  ins::PayClaim{.claim = one.claim});
        !reply)
      return std::unexpected(std::move(reply).error());
  }
  return {};
}

Result<void> VenueInsurance::day(Time time, std::span<const i128> prices) {
  for (std::uint32_t user = 1; user < members_.size(); ++user) {
    Member& member = members_[user];
    std::ranges::rotate(member.volumes, member.volumes.begin() + 1);
    std::ranges::rotate(member.equities, member.equities.begin() + 1);
    member.volumes.back() = std::exchange(member.today, 0);
    member.equities.back() = std::max(i128{0}, accounts_.worth(user, prices).equity);
  }
  ++days_;
  if (auto reply = driver_.give("insurance/day/" + std::to_string(days_), time,
                                ins::AdvanceInsurance{.pool = pool_});
      !reply)
    return std::unexpected(std::move(reply).error());
  if (Result<void> done = pay_claims(time); !done) return done;
  // The tariff of a week is published on the eve of its first day; the week is charged at its end.
  if (Result<void> done = charge(time); !done) return done;
  return days_ % kWeek == kWeek - 1 ? publish(time) : Result<void>();
}

VenueInsurance::Expected VenueInsurance::expected_of(const Member& member) const {
  const auto floor = [](std::uint64_t dollars) {
    return static_cast<i128>(whole_usd(dollars).units());
  };
  Expected expected;
  expected.volume = std::max(sum_of(member.volumes), floor(kVolumeFloorUsd));
  expected.equity =
      std::max({sum_of(member.equities) / static_cast<i128>(kWeek), floor(kEquityFloorUsd),
                expected.volume * kEquityFloorPpm / 1'000'000});
  return expected;
}

Result<void> VenueInsurance::admit(Time time, std::uint32_t user) {
  if (std::exchange(members_[user].admitted, true)) return {};
  auto reply = driver_.give("member/" + std::to_string(user), time,
                            ins::AdmitMember{.pool = pool_,
                                             .member = owners_[user],
                                             .name = "trader-" + std::to_string(user),
                                             .account = account_of(user)});
  if (!reply) return std::unexpected(std::move(reply).error());
  return {};
}

Result<void> VenueInsurance::publish(Time time) {
  ++period_;
  ins::PublishTariff tariff{.pool = pool_, .asset = asset_, .period = period_};
  tariff.start = time + base::kDay;
  tariff.end = tariff.start + days(kWeek);
  tariff.model = std::string(kModel);
  tariff.tiers = {{.from = Amount(), .factor_ppm = 1'000'000},
                  {.from = whole_usd(100'000), .factor_ppm = 700'000},
                  {.from = whole_usd(1'000'000), .factor_ppm = 400'000}};
  tariff.volume_ppm = 700'000;
  tariff.capital = whole_usd(2 * kLayerYearUsd);
  tariff.cost_of_capital = base::Rate(base::kRateOne / 500);  // 0.2 % a week
  tariff.expense_ratio = percent(10);
  tariff.target = whole_usd(kInsuranceCapitalUsd - 2 * kLayerYearUsd);
  tariff.periods_to_target = 52;
  tariff.credibility_constant = whole_usd(10'000);
  tariff.minimum = Amount(base::power_of_ten(kUsdScale) / 100);
  const std::string step = "tariff/" + std::to_string(period_);
  for (std::uint32_t user = 1; user < members_.size(); ++user) {
    const Member& member = members_[user];
    if (user == venue_user_ || sum_of(member.volumes) == 0) continue;
    if (Result<void> done = admit(time, user); !done) return done;
    const Expected expected = expected_of(member);
    tariff.members.push_back(
        {.member = owners_[user],
         .expected_loss = amount_of(expected.volume * kExpectedLossPpm / 1'000'000),
         .tail_share = amount_of(expected.volume),
         .exposure = amount_of(expected.equity),
         .losses = amount_of(member.losses),
         .volume = amount_of(expected.volume),
         .collateral = amount_of(expected.equity)});
  }
  if (tariff.members.empty()) {
    --period_;
    return {};
  }
  if (auto reply = driver_.give(step, time, std::move(tariff)); !reply)
    return std::unexpected(std::move(reply).error());
  return {};
}

// The venue pays for its clients: what each owes comes in from it, then the members are charged. A
// tariff and its rates never change, so they may be read in books that have moved on.
Result<void> VenueInsurance::charge(Time time) {
  const ins::State& books = driver_.engine().state().insurance;
  const ins::Tariff* tariff = nullptr;
  for (std::uint32_t period = 1; period <= period_; ++period)
    if (const ins::Tariff* one = ins::tariff_of(books, pool_, period); one->end == time)
      tariff = one;
  if (tariff == nullptr) return {};
  const std::uint32_t period = tariff->period;
  ins::ChargeMembers charge{.pool = pool_, .asset = asset_, .period = period};
  std::vector<std::pair<base::AccountId, i128>> paid;
  for (std::uint32_t user = 1; user < members_.size(); ++user) {
    const ins::TariffRate* rate = books.rates.find({pool_, period, tariff->version, owners_[user]});
    if (rate == nullptr) continue;
    const Amount volume = amount_of(sum_of(members_[user].volumes));
    const Amount collateral = amount_of(sum_of(members_[user].equities) / static_cast<i128>(kWeek));
    const auto owed = ins::charge_of(*tariff, *rate, volume, collateral);
    if (!owed) return base::malformed("contribution", input_.users[user].name, "fits 127 bits");
    charge.members.push_back(
        {.member = owners_[user], .volume = volume, .average_collateral = collateral});
    paid.emplace_back(account_of(user), static_cast<i128>(owed->amount.units()));
  }
  const std::string step = "charge/" + std::to_string(period);
  if (Result<void> done = deposit(step + "/paid", time, paid); !done) return done;
  if (auto reply = driver_.give(step, time, std::move(charge)); !reply)
    return std::unexpected(std::move(reply).error());
  return {};
}

}  // namespace cofferdam::report
