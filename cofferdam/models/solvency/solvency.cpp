// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/solvency/solvency.h"

#include "cofferdam/base/decimal.h"
#include "cofferdam/base/estimate.h"
#include "cofferdam/models/solvency/solvency_parts.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace cofferdam::solvency {
namespace {

using actuarial::Lattice;
using actuarial::LatticeView;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr Joint kClaimsOnly{
    .with_reserves = false, .with_operational = false, .with_assets = false};

struct Measures {
  double var = 0;
  double tvar = 0;
};

Measures measures_of(const Lattice& lattice, double level) {
  const LatticeView view(lattice);
  return {view.value_at_risk(level), view.tail_value_at_risk(level)};
}

// Exact means, whatever the lattice holds.
double expected_claims(const SolvencyBook& book) {
  double sum = 0;
  for (const SolvencyState& state : book.states)
    for (const actuarial::Line& line : book.lines)
      sum += state.probability * actuarial::mean(scaled(line.frequency, state.claims_factor)) *
             actuarial::mean(line.payment);
  return sum;
}

double probability_of(const SolvencyBook& book, const AssetEvent& event) {
  double sum = 0;
  for (const SolvencyState& state : book.states)
    sum += state.probability * std::min(1.0, event.probability * state.asset_factor);
  return sum;
}

double expected_loss(const SolvencyBook& book, double claims) {
  double sum = claims + book.reserves;
  for (const actuarial::Line& line : book.operational)
    sum += actuarial::mean(line.frequency) * actuarial::mean(line.payment);
  for (const AssetEvent& event : book.events) sum += probability_of(book, event) * event.loss;
  return sum;
}

void add_row(const SolvencyBook& book, SolvencyOutput& out, std::string measure, double loss,
             double requirement) {
  const double need = std::max(requirement, 0.0);
  out.capital.push_back({.measure = std::move(measure),
                         .loss = loss,
                         .requirement = need,
                         .ratio = need > 0 ? book.own_funds / need : kInfinity,
                         .is_met = book.own_funds >= need});
}

// A translated gamma with the first three moments of the lattice.
double by_moments(const Lattice& lattice, double level) {
  const actuarial::LatticeMoments m = actuarial::moments_of(lattice);
  return actuarial::translated_gamma_quantile(
      {.mean = m.mean, .variance = m.variance, .skewness = m.skewness}, level);
}

struct Lattices {
  Lattice claims;
  Lattice joint;
};

Lattice alone(const SolvencyBook& book, Joint what) {
  what.with_claims = false;
  return loss_of(book, book.claims, what);
}

void capital(const SolvencyBook& book, const Lattices& given, SolvencyOutput& out) {
  const double p = book.input.level;
  const Measures claims = measures_of(given.claims, p);
  const Measures joint = measures_of(given.joint, p);
  add_row(book, out, "VaR of claims", claims.var, claims.var);
  add_row(book, out, "TVaR of claims", claims.tvar, claims.tvar);
  add_row(book, out, "VaR of the joint loss", joint.var, joint.var - book.reserves);
  add_row(book, out, "TVaR of the joint loss", joint.tvar, joint.tvar - book.reserves);
  const double parts =
      claims.var +
      measures_of(alone(book, {.with_reserves = false, .with_operational = false}), p).var +
      measures_of(alone(book, {.with_operational = false, .with_assets = false}), p).var +
      measures_of(alone(book, {.with_reserves = false, .with_assets = false}), p).var;
  add_row(book, out, "VaR of each part, added", parts, parts - book.reserves);
}

void rivals(const SolvencyBook& book, const Lattices& given, SolvencyOutput& out) {
  const double p = book.input.level;
  bool any = false;
  for (const SolvencyLine& line : book.input.lines) any = any || !line.challenger.empty();
  if (any) {
    const Lattice rival = loss_of(book, book.rivals, {});
    const Measures m = measures_of(rival, p);
    add_row(book, out, "VaR of the joint loss, challengers", m.var, m.var - book.reserves);
    add_row(book, out, "TVaR of the joint loss, challengers", m.tvar, m.tvar - book.reserves);
  }
  const double gamma = by_moments(given.joint, p);
  add_row(book, out, "VaR by three moments (translated gamma)", gamma, gamma - book.reserves);
  add_row(book, out, "gearing", kNone, book.sum_insured / book.input.gearing);
  add_row(book, out, "standard formula", kNone, standard_formula(book));
}

void uncertainty(const SolvencyBook& book, const Lattices& given, SolvencyOutput& out) {
  const double p = book.input.level;
  const Measures point = measures_of(given.claims, p);
  Uncertainty& u = out.uncertainty;
  u = {.var_point = point.var,
       .var_lower = point.var,
       .var_upper = point.var,
       .var_predictive = point.var,
       .tvar_point = point.tvar,
       .tvar_predictive = point.tvar};
  const bool any = std::ranges::any_of(book.input.lines, [](const SolvencyLine& line) {
    return line.years_observed > 0 || line.losses_observed > 0;
  });
  if (!any || book.input.bootstrap == 0) return;
  const std::size_t points = book.input.points;
  Lattices mixed{.claims = {.step = book.step, .mass = std::vector<double>(points, 0.0)},
                 .joint = {.step = book.step, .mass = std::vector<double>(points, 0.0)}};
  std::vector<double> vars;
  const double weight = 1.0 / book.input.bootstrap;
  for (std::uint32_t b = 0; b < book.input.bootstrap; ++b) {
    const Refit refit = refitted(book, b);
    u.failed += refit.failed ? 1U : 0U;
    const Lattice claims = loss_of(book, refit.claims, kClaimsOnly);
    const Lattice joint = loss_of(book, refit.claims, {});
    for (std::size_t k = 0; k < points; ++k) {
      mixed.claims.mass[k] += weight * claims.mass[k];
      mixed.joint.mass[k] += weight * joint.mass[k];
    }
    vars.push_back(measures_of(claims, p).var);
  }
  std::ranges::sort(vars);
  const auto at = [&](double q) {
    return vars[static_cast<std::size_t>(q * static_cast<double>(vars.size() - 1))];
  };
  u.fits = book.input.bootstrap;
  u.var_lower = at(0.05);
  u.var_upper = at(0.95);
  const Measures claims = measures_of(mixed.claims, p);
  u.var_predictive = claims.var;
  u.tvar_predictive = claims.tvar;
  const Measures joint = measures_of(mixed.joint, p);
  add_row(book, out, "VaR of the joint loss, parameters uncertain", joint.var,
          joint.var - book.reserves);
  add_row(book, out, "TVaR of the joint loss, parameters uncertain", joint.tvar,
          joint.tvar - book.reserves);
  if (LatticeView(mixed.joint).lost() > 1e-3 * (1 - p))
    out.note = "some fits reach beyond the lattice: TVaR with uncertain parameters is too small";
}

RunOff run_off(const SolvencyBook& book, double claims) {
  const Joint all{.claims_scale = book.input.unexpired};
  Joint owed = all;
  owed.with_operational = owed.with_assets = false;
  const Lattice whole = loss_of(book, book.claims, all);
  const double stressed = measures_of(loss_of(book, book.claims, owed), book.input.level).var;
  RunOff out{.expected = book.input.unexpired * claims + book.reserves,
             .quantile = measures_of(whole, book.input.level).var,
             .probability_short = probability_above(whole, book.assets)};
  double left = book.liquid;
  for (const double part : book.input.payment_pattern) {
    left -= part * stressed;
    out.periods.push_back(
        {.expected = part * out.expected, .stressed = part * stressed, .liquid_left = left});
  }
  return out;
}

void stress(const SolvencyBook& book, const Lattices& given, SolvencyOutput& out) {
  const double beyond = measures_of(given.claims, book.input.level).var - out.expected_claims;
  for (const AssetEvent& event : book.events)
    out.stress.push_back({.event = event.name,
                          .probability = probability_of(book, event),
                          .loss = event.loss,
                          .own_funds = book.own_funds - event.loss,
                          .with_claims = book.own_funds - event.loss - beyond});
}

// The smallest multiple of the frequency of claims at which VaR of the joint loss exceeds what
// there is; VaR rises with it.
ReverseRow claims_multiple(const SolvencyBook& book, double there_is) {
  ReverseRow row{.what =
                     "times the number of claims (VaR of the joint loss exceeds assets and "
                     "net premium)",
                 .probability = kNone};
  constexpr double kMost = 1'000;
  const auto exceeds = [&](double factor) {
    return measures_of(loss_of(book, book.claims, {.claims_scale = factor}), book.input.level).var >
           there_is;
  };
  if (!exceeds(kMost)) return row;
  double low = 0, high = kMost;
  for (int i = 0; i < 40 && high - low > 1e-4 * high; ++i) {
    const double middle = low == 0 ? high / 2 : (low + high) / 2;
    (exceeds(middle) ? high : low) = middle;
    if (high < 1e-6) break;
  }
  row.size = high;
  row.is_found = true;
  return row;
}

ReverseRow payments(const SolvencyBook& book, double there_is) {
  ReverseRow row{.what = "largest payments in one year", .probability = kNone};
  double most = 0;
  for (const actuarial::Line& line : book.lines)
    most = std::max(most, actuarial::largest_payment(line.payment));
  if (!(most > 0)) return row;
  row.size = std::isfinite(most) ? std::floor(std::max(there_is, 0.0) / most) + 1 : 1;
  row.is_found = true;
  return row;
}

ReverseRow custodians(const SolvencyBook& book) {
  ReverseRow row{.what = "custodians lost in full, the largest first", .probability = kNone};
  std::vector<double> held(book.input.custodians.size(), 0.0);
  for (const SolvencyAsset& asset : book.input.assets)
    for (std::size_t c = 0; c < held.size(); ++c)
      if (asset.custodian == book.input.custodians[c].name)
        held[c] += base::to_double(asset.amount, book.input.scale);
  std::ranges::sort(held, std::greater{});
  double left = book.own_funds;
  for (const double amount : held) {
    if (left < 0) break;
    row.size += 1;
    left -= amount;
  }
  row.is_found = left < 0 || (left == 0 && book.own_funds == 0);
  if (!row.is_found) row.size = 0;
  return row;
}

void reverse(const SolvencyBook& book, const Lattices& given, SolvencyOutput& out) {
  const double there_is = book.assets + book.net_premium;
  out.reverse.push_back({.what = "loss of one year, with reserves, beyond",
                         .size = there_is,
                         .probability = probability_above(given.joint, there_is),
                         .is_found = true});
  out.reverse.push_back(claims_multiple(book, there_is));
  out.reverse.push_back(payments(book, there_is));
  const Lattice assets = alone(book, {.with_reserves = false, .with_operational = false});
  const bool funded = book.own_funds >= 0 && book.assets > 0;
  out.reverse.push_back({.what = "part of all assets lost",
                         .size = funded ? book.own_funds / book.assets : 0,
                         .probability = probability_above(assets, book.own_funds),
                         .is_found = true});
  out.reverse.push_back(custodians(book));
}

void frontier(const SolvencyBook& book, SolvencyOutput& out) {
  const double expenses = book.input.expense_ratio;
  const double pure = out.expected_claims / (1 - expenses);
  const double now = book.premium > 0 ? book.premium : pure;
  std::vector<double> loadings = book.input.loadings;
  std::ranges::sort(loadings);
  for (const double loading : loadings) {
    FrontierRow row{.loading = loading};
    const double premium = (1 + loading) * pure;
    row.rate = book.sum_insured > 0 ? premium / book.sum_insured : kNone;
    row.demand = now > 0 && premium > 0 ? std::pow(premium / now, -book.input.elasticity) : 1;
    row.coverage = row.demand * book.sum_insured;
    const Lattice loss = loss_of(book, book.claims, {.claims_scale = row.demand});
    row.ruin = probability_above(loss, book.assets + premium * row.demand * (1 - expenses));
    out.frontier.push_back(row);
  }
  for (const double accepted : {0.001, 0.005, 0.01, 0.05}) {
    AffordabilityRow row{.ruin = accepted, .loading = kNone, .rate = kNone, .coverage = 0};
    for (const FrontierRow& one : out.frontier) {
      if (one.ruin > accepted) continue;
      row = {.ruin = accepted,
             .loading = one.loading,
             .rate = one.rate,
             .coverage = one.coverage,
             .is_found = true};
      break;
    }
    out.affordability.push_back(row);
  }
}

}  // namespace

double standard_formula(const SolvencyBook& book) {
  const SolvencyInput& in = book.input;
  double market = 0;
  for (const SolvencyAsset& asset : in.assets)
    market += asset.shock * base::to_double(asset.amount, in.scale);
  // Of custodians: losses given default and their variance, independent of each other.
  double exposure = 0, variance = 0;
  for (const SolvencyCustodian& one : in.custodians) {
    double held = 0;
    for (const SolvencyAsset& asset : in.assets)
      if (asset.custodian == one.name) held += base::to_double(asset.amount, in.scale);
    const double loss = one.loss_part * held;
    exposure += loss;
    variance += one.loss_probability * (1 - one.loss_probability) * loss * loss;
  }
  const double deviation = std::sqrt(variance);
  double counterparty = exposure;
  if (deviation <= 0.07 * exposure)
    counterparty = 3 * deviation;
  else if (deviation <= 0.2 * exposure)
    counterparty = 5 * deviation;
  const double premium_risk = in.premium_deviation * book.premium;
  const double reserve_risk = in.reserve_deviation * book.reserves;
  const double non_life = 3 * std::sqrt(premium_risk * premium_risk + premium_risk * reserve_risk +
                                        reserve_risk * reserve_risk);
  const double basic = std::sqrt(market * market + counterparty * counterparty +
                                 non_life * non_life + 2 * 0.25 * market * counterparty +
                                 2 * 0.25 * market * non_life + 2 * 0.5 * counterparty * non_life);
  return basic + std::min(0.3 * basic, std::max(0.03 * book.premium, 0.03 * book.reserves));
}

base::Result<SolvencyOutput> solvency(const SolvencyInput& input) {
  const base::Result<SolvencyBook> book = book_of(input);
  if (!book) return std::unexpected(book.error());
  SolvencyOutput out;
  const auto add = [&](base::Amount& sum, base::Amount one, std::string_view list, std::size_t i,
                       std::string_view field) -> base::Result<void> {
    const std::optional<base::Amount> next = base::try_add(sum, one);
    if (!next)
      return base::malformed(
          std::string(list) + "[" + std::to_string(i) + "]." + std::string(field),
          base::format_decimal(one, input.scale), "with those before it beyond 128 bits");
    sum = *next;
    return {};
  };
  for (std::size_t i = 0; i < input.assets.size(); ++i)
    if (const auto fine = add(out.assets, input.assets[i].amount, "assets", i, "amount"); !fine)
      return std::unexpected(fine.error());
  for (std::size_t i = 0; i < input.reserves.size(); ++i)
    if (const auto fine =
            add(out.reserves, input.reserves[i].best_estimate, "reserves", i, "best_estimate");
        !fine)
      return std::unexpected(fine.error());
  const std::optional<base::SignedAmount> own = base::try_difference(out.assets, out.reserves);
  if (!own) {
    const bool owed = out.reserves > out.assets;
    return base::malformed(owed ? "reserves" : "assets",
                           base::format_decimal(owed ? out.reserves : out.assets, input.scale),
                           "their difference, own funds, must fit 127 bits");
  }
  out.own_funds = *own;
  out.expected_claims = expected_claims(*book);
  out.expected_loss = expected_loss(*book, out.expected_claims);
  out.step = book->step;
  const Lattices given{.claims = loss_of(*book, book->claims, kClaimsOnly),
                       .joint = loss_of(*book, book->claims, {})};
  out.lost_mass = LatticeView(given.joint).lost();
  if (out.lost_mass > 1e-3 * (1 - input.level))
    out.note = "mass beyond the lattice matters: enlarge step or points";
  capital(*book, given, out);
  uncertainty(*book, given, out);
  rivals(*book, given, out);
  out.ruin = ruin_of(*book);
  out.run_off = run_off(*book, out.expected_claims);
  stress(*book, given, out);
  reverse(*book, given, out);
  frontier(*book, out);
  return out;
}

}  // namespace cofferdam::solvency
