// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/margin/linear_tiers.h"

#include <algorithm>
#include <unordered_set>

namespace cofferdam::rulebook {
namespace {

using base::malformed;
using base::Rounding;
using base::u128;

constexpr std::uint32_t kMillion = 1'000'000;

// a * b in quanta, cut toward zero; nullopt when it does not fit.
std::optional<i128> quanta(Decimal a, Decimal b, unsigned scale) {
  const auto divisor = static_cast<i128>(base::power_of_ten(2 * kDecimalScale - scale));
  return base::try_mul_div<Rounding::down>(a.units(), b.units(), divisor);
}

bool is_whole(Decimal value, unsigned scale) {
  return value.units() % static_cast<i128>(base::power_of_ten(kDecimalScale - scale)) == 0;
}

std::optional<u128> ceil_ppm(u128 value, std::uint32_t ppm) {
  return base::try_mul_div<Rounding::up>(value, u128{ppm}, u128{kMillion});
}

std::optional<i128> value_of(const Holding& holding, const Contract& contract, unsigned scale) {
  if (holding.pnl) return to_scaled<Rounding::floor>(*holding.pnl, scale);
  const std::optional<i128> now = quanta(holding.quantity, *contract.mark, scale);
  if (!holding.entry || !now) return now;
  const std::optional<i128> paid = quanta(holding.quantity, *holding.entry, scale);
  if (!paid) return std::nullopt;
  return *now - *paid;
}

Result<std::uint32_t> own_fraction(const Holding& holding, const Contract& contract) {
  if (!holding.initial_fraction) return 0U;
  const i128 unit = kDecimalOne / kMillion;
  if (holding.initial_fraction->units() % unit != 0)
    return malformed("portfolio.positions.initial_margin_fraction", text(*holding.initial_fraction),
                     "must be whole millionths", "of " + contract.code);
  return static_cast<std::uint32_t>(holding.initial_fraction->units() / unit);
}

Result<const LinearTier*> tier_of(const LinearTiers& rules, const Contract& contract) {
  const auto tier = std::find_if(rules.tiers.begin(), rules.tiers.end(),
                                 [&](const LinearTier& t) { return t.name == contract.tier; });
  if (tier != rules.tiers.end()) return &*tier;
  std::string names;
  for (const LinearTier& known : rules.tiers) names += (names.empty() ? "" : ", ") + known.name;
  return malformed("market.instruments.tier", contract.tier,
                   "must be a tier of the rulebook: " + names, "of " + contract.code);
}

struct Margins {
  u128 initial = 0;
  u128 maintenance = 0;
  std::uint32_t fraction = 0;
};

std::optional<Margins> margins(const LinearTier& tier, u128 notional, u128 open_notional,
                               std::uint32_t own) {
  const std::uint32_t fraction = std::max(adjusted_initial_margin_ppm(tier, open_notional), own);
  const std::optional<u128> initial = ceil_ppm(notional, fraction);
  const std::optional<u128> basis = ceil_ppm(notional, tier.initial_margin_ppm);
  if (!initial || !basis) return std::nullopt;
  const std::optional<u128> maintenance = ceil_ppm(*basis, tier.maintenance_fraction_ppm);
  if (!maintenance) return std::nullopt;
  return Margins{.initial = *initial, .maintenance = *maintenance, .fraction = fraction};
}

Result<void> add_holding(const LinearTiers& rules, const Book& book, const Holding& holding,
                         Evaluation& out) {
  const Contract& contract = book.of(holding);
  if (!is_linear_future(contract.kind)) return not_margined(contract, "linear perpetuals");
  if (contract.size != Decimal::one())
    return malformed("market.instruments.contract_size", text(contract.size), "must be 1",
                     "of " + contract.code);
  const Result<const LinearTier*> tier = tier_of(rules, contract);
  if (!tier) return std::unexpected(tier.error());
  const Result<std::uint32_t> own = own_fraction(holding, contract);
  if (!own) return std::unexpected(own.error());
  const auto notional = quanta(absolute(holding.quantity), *contract.mark, rules.scale);
  const auto open = quanta(contract.open_interest, *contract.mark, rules.scale);
  const auto value = value_of(holding, contract, rules.scale);
  if (!notional || !open || !value)
    return malformed("portfolio.positions.quantity", text(holding.quantity),
                     "the notional must fit 128 bits", "of " + contract.code);
  const auto found = margins(**tier, static_cast<u128>(*notional), static_cast<u128>(*open), *own);
  if (!found)
    return malformed("portfolio.positions.quantity", text(holding.quantity),
                     "the margin must fit 128 bits", "of " + contract.code);
  const auto decimal = [&](i128 v) { return from_scaled(v, rules.scale); };
  std::string detail = "initial fraction " + std::to_string(found->fraction) + " ppm, base " +
                       std::to_string((*tier)->initial_margin_ppm) + " ppm, open notional " +
                       base::format_decimal_short(base::SignedAmount(*open), rules.scale);
  out.lines.push_back({.name = "position",
                       .where = contract.code,
                       .detail = std::move(detail),
                       .initial = decimal(static_cast<i128>(found->initial)),
                       .maintenance = decimal(static_cast<i128>(found->maintenance))});
  out.values.push_back(decimal(*value));
  out.equity += out.values.back();
  return {};
}

}  // namespace

std::uint32_t adjusted_initial_margin_ppm(const LinearTier& tier, u128 open_notional) {
  const u128 lower = tier.open_interest_lower_cap.units();
  const u128 upper = tier.open_interest_upper_cap.units();
  if (upper == 0 || open_notional <= lower) return tier.initial_margin_ppm;
  if (open_notional >= upper) return kMillion;
  const u128 room = kMillion - tier.initial_margin_ppm;
  const u128 part = base::mul_div<Rounding::down>(room, open_notional - lower, upper - lower);
  return tier.initial_margin_ppm + static_cast<std::uint32_t>(part);
}

Result<void> check(const LinearTiers& rules) {
  if (rules.scale > kDecimalScale)
    return malformed("linear_tiers.scale", std::to_string(rules.scale), "must be at most 18");
  if (rules.tiers.empty() || rules.tiers.size() > kTiersMax)
    return malformed("linear_tiers.tiers", std::to_string(rules.tiers.size()), "must be 1 to 256");
  std::unordered_set<std::string_view> names;
  for (std::size_t i = 0; i < rules.tiers.size(); ++i) {
    const LinearTier& tier = rules.tiers[i];
    const std::string at = "linear_tiers.tiers[" + std::to_string(i) + "].";
    if (tier.name.empty() || !names.insert(tier.name).second)
      return malformed(at + "name", tier.name, "must be given, and stand once");
    if (tier.initial_margin_ppm > kMillion)
      return malformed(at + "initial_margin_ppm", std::to_string(tier.initial_margin_ppm),
                       "must be at most 1,000,000");
    if (tier.maintenance_fraction_ppm > kMillion)
      return malformed(at + "maintenance_fraction_ppm",
                       std::to_string(tier.maintenance_fraction_ppm), "must be at most 1,000,000");
    if (tier.open_interest_lower_cap > tier.open_interest_upper_cap)
      return malformed(at + "open_interest_lower_cap",
                       base::format_decimal(tier.open_interest_lower_cap, rules.scale),
                       "must not be above the upper cap");
  }
  return {};
}

Result<Evaluation> evaluate(const LinearTiers& rules, const Book& book) {
  if (!is_whole(book.cash, rules.scale))
    return malformed("portfolio.cash", text(book.cash),
                     "must be whole quanta of the rulebook: " + std::to_string(rules.scale) +
                         " fraction digits");
  Evaluation out{.equity = book.cash};
  for (const Holding& holding : book.holdings)
    if (Result<void> done = add_holding(rules, book, holding, out); !done)
      return std::unexpected(done.error());
  return closed(std::move(out));
}

}  // namespace cofferdam::rulebook
