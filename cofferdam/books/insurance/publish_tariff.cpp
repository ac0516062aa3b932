// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/insurance/publish_tariff.h"

#include "cofferdam/base/rounding.h"
#include "cofferdam/books/default_management/exact.h"
#include "cofferdam/books/insurance/member_commands.h"
#include "cofferdam/books/insurance/pool_commands.h"
#include "cofferdam/books/insurance/tariff_arithmetic.h"
#include "cofferdam/books/ledger/names.h"

#include <set>

namespace cofferdam::insurance {

using S = TariffStatus;

namespace {

constexpr std::int64_t kPeriodMost = 366 * base::kDay.value();
constexpr std::uint32_t kFactorMost = 1'000'000'000;

bool is_period(Time start, Time end) {
  return start.value() >= 0 && end > start && (end - start).value() <= kPeriodMost;
}

bool are_tiers(const std::vector<TariffTier>& tiers) {
  if (tiers.size() > kTiersMax) return false;
  if (!tiers.empty() && !tiers.front().from.is_zero()) return false;
  for (std::size_t i = 0; i < tiers.size(); ++i) {
    if (tiers[i].factor_ppm > kFactorMost) return false;
    if (i > 0 && tiers[i].from <= tiers[i - 1].from) return false;
  }
  return true;
}

// The tariff in force before this period, by number.
const Tariff* tariff_before(const State& state, PoolId pool, std::uint32_t period) {
  const auto& rows = state.tariffs.rows();
  auto at = rows.lower_bound({pool, period, 0});
  if (at == rows.begin()) return nullptr;
  --at;
  return at->first.pool == pool ? &at->second : nullptr;
}

const Tariff* tariff_after(const State& state, PoolId pool, std::uint32_t period) {
  const auto& rows = state.tariffs.rows();
  const auto at = rows.upper_bound({pool, period, ~std::uint32_t{0}});
  if (at == rows.end() || at->first.pool != pool) return nullptr;
  return tariff_of(state, pool, at->first.period);
}

Tariff row_of(const PublishTariff& command, std::uint32_t version, const ContributionInput& in,
              const ContributionOutput& out, Time now) {
  return {.pool = command.pool,
          .asset = command.asset,
          .period = command.period,
          .version = version,
          .start = command.start,
          .end = command.end,
          .model = command.model,
          .parameters = command.parameters,
          .tiers = command.tiers.empty() ? std::vector<TariffTier>{{}} : command.tiers,
          .volume_ppm = command.volume_ppm,
          .expense_ratio = command.expense_ratio,
          .fund = in.fund,
          .target = in.target,
          .capital = in.capital,
          .expected_loss = out.expected_loss,
          .technical = out.technical,
          .top_up = out.top_up,
          .need = out.need,
          .total = out.total,
          .members = static_cast<std::uint32_t>(command.members.size()),
          .published = now};
}

}  // namespace

ContributionInput tariff_input(const PublishTariff& command, const State& state, Amount fund) {
  ContributionInput in{.capital = command.capital,
                       .cost_of_capital = command.cost_of_capital,
                       .expense_ratio = command.expense_ratio,
                       .fund = fund,
                       .target = command.target,
                       .periods_to_target = command.periods_to_target,
                       .credibility_constant = command.credibility_constant,
                       .minimum = command.minimum,
                       .modifier_scope = command.modifier_scope,
                       .modifier_least = command.modifier_least,
                       .modifier_most = command.modifier_most,
                       .modifier_step = command.modifier_step};
  const Tariff* last = tariff_before(state, command.pool, command.period);
  for (const TariffMember& member : command.members) {
    Contributor row{.name = base::to_text(member.member.value()),
                    .expected_loss = member.expected_loss,
                    .tail_share = member.tail_share,
                    .exposure = member.exposure,
                    .losses = member.losses,
                    .open_claim = member.open_claim,
                    .volume = member.volume,
                    .collateral = member.collateral};
    const TariffRate* rate =
        last == nullptr
            ? nullptr
            : state.rates.find({last->pool, last->period, last->version, member.member});
    if (rate != nullptr) {
      row.last_modifier = rate->modifier;
      row.last_contribution = rate->contribution;
    }
    in.members.push_back(std::move(row));
  }
  return in;
}

const Tariff* tariff_of(const State& state, PoolId pool, std::uint32_t period) {
  const auto& rows = state.tariffs.rows();
  auto after = rows.upper_bound({pool, period, ~std::uint32_t{0}});
  if (after == rows.begin()) return nullptr;
  --after;
  const Tariff& found = after->second;
  return found.pool == pool && found.period == period ? &found : nullptr;
}

S check_shape(const PublishTariff& command) {
  if (command.members.empty()) return S::no_members;
  if (command.members.size() > kLinesMax) return S::too_many_members;
  if (command.period == 0) return S::period_zero;
  if (!is_period(command.start, command.end)) return S::period_malformed;
  if (!is_model(command.model)) return S::model_malformed;
  if (!command.parameters.empty() && !ledger::is_hex(command.parameters, ledger::kHashHexDigits))
    return S::parameters_malformed;
  if (!are_tiers(command.tiers)) return S::tiers_malformed;
  if (command.volume_ppm > kPpmOne) return S::part_malformed;
  std::set<OwnerId> seen;
  for (const TariffMember& member : command.members)
    if (!seen.insert(member.member).second) return S::member_twice;
  return S::ok;
}

S check_state(const PublishTariff& command, const State& state, const ledger::State& /*ledger*/) {
  const InsurancePool* pool = state.pools.find(command.pool);
  if (pool == nullptr) return S::not_an_insurance_pool;
  if (pool->asset != command.asset) return S::has_different_asset;
  for (const TariffMember& member : command.members)
    if (active_member(state, command.pool, member.member) == nullptr) return S::member_not_found;
  return S::ok;
}

S apply(const PublishTariff& command, State& state, ledger::State& ledger, Context& context) {
  const Tariff* standing = tariff_of(state, command.pool, command.period);
  if (command.start <= context.now) return S::period_begun;
  if (standing != nullptr && standing->start <= context.now) return S::period_begun;
  const Tariff* before = tariff_before(state, command.pool, command.period);
  const Tariff* after = tariff_after(state, command.pool, command.period);
  if (before != nullptr && before->end > command.start) return S::periods_overlap;
  if (after != nullptr && after->start < command.end) return S::periods_overlap;
  bring_up_to_date(state, ledger, context, command.pool);
  const ContributionInput in =
      tariff_input(command, state, state.pools.find(command.pool)->capital());
  const base::Result<ContributionOutput> out = contribution(in);
  if (!out) return S::contribution_refused;
  const Tariff tariff =
      row_of(command, standing == nullptr ? 1 : standing->version + 1, in, *out, context.now);
  state.tariffs.insert(context.changes, tariff);
  for (std::size_t i = 0; i < command.members.size(); ++i) {
    const auto rate =
        rate_of(tariff, command.members[i].member, in.members[i], out->members[i], command.minimum);
    if (!rate) return S::rate_too_large;
    state.rates.insert(context.changes, *rate);
  }
  context.created = tariff.version;
  return S::ok;
}

}  // namespace cofferdam::insurance
