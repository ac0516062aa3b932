// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/margin/pmrm.h"

#include "cofferdam/models/margin/fixed_black.h"
#include "cofferdam/models/margin/pmrm_expiry.h"

#include <algorithm>
#include <unordered_set>

namespace cofferdam::rulebook {
namespace {

using base::malformed;

// The one market of an account, taken apart.
struct Account {
  const UnderlyingFacts* market = nullptr;  // null when nothing but collateral is held
  std::vector<PmrmExpiry> expiries;
  std::optional<std::size_t> perpetual;
  std::vector<std::size_t> collaterals;
  Decimal confidence = Decimal::one();  // of spot and, when it is held, the perpetual
};

Result<void> take_market(const Book& book, const Contract& contract, Account& account) {
  const UnderlyingFacts& market = book.of(contract);
  if (account.market != nullptr && account.market != &market)
    return malformed("portfolio.positions.instrument", contract.code,
                     "an account margins one market: " + account.market->code,
                     "margin each market's account by itself");
  account.market = &market;
  return {};
}

Result<void> take(const Book& book, std::size_t index,
                  std::vector<std::pair<const ExpiryFacts*, std::vector<std::size_t>>>& expiries,
                  Account& account) {
  const Contract& contract = book.of(book.holdings[index]);
  if (contract.size != Decimal::one())
    return malformed("market.instruments.contract_size", text(contract.size), "must be 1",
                     "of " + contract.code);
  if (contract.kind == InstrumentKind::spot) {
    account.collaterals.push_back(index);
    return {};
  }
  if (contract.kind != InstrumentKind::perpetual && !is_option(contract.kind))
    return not_margined(contract, "options, a perpetual and base collateral");
  if (Result<void> done = take_market(book, contract, account); !done) return done;
  if (contract.kind == InstrumentKind::perpetual) {
    if (account.perpetual)
      return malformed("portfolio.positions.instrument", contract.code,
                       "a market has one perpetual");
    account.perpetual = index;
    return {};
  }
  if (!contract.volatility)
    return malformed("market.instruments.volatility", "", "scenarios need an implied volatility",
                     "of " + contract.code);
  const Result<const ExpiryFacts*> facts = expiry_facts(book, contract);
  if (!facts) return std::unexpected(facts.error());
  const auto found = std::find_if(expiries.begin(), expiries.end(),
                                  [&](const auto& e) { return e.first == *facts; });
  if (found == expiries.end())
    expiries.push_back({*facts, {index}});
  else
    found->second.push_back(index);
  return {};
}

Result<Account> arrange(const Book& book, const PmrmShocks& shocks) {
  Account account;
  std::vector<std::pair<const ExpiryFacts*, std::vector<std::size_t>>> expiries;
  for (std::size_t i = 0; i < book.holdings.size(); ++i)
    if (Result<void> done = take(book, i, expiries, account); !done)
      return std::unexpected(done.error());
  for (auto& [facts, options] : expiries)
    account.expiries.emplace_back(book, shocks, *facts, std::move(options));
  if (account.market != nullptr) account.confidence = account.market->confidence;
  if (account.perpetual)
    account.confidence =
        smaller(account.confidence, book.of(book.holdings[*account.perpetual]).confidence);
  return account;
}

// PMRM, and what PMRM_2 shares with it.
class Evaluator {
 public:
  Evaluator(const Book& book, const PmrmShocks& shocks, Account account)
      : book_(book), shocks_(shocks), account_(std::move(account)) {
    out_.values.resize(book.holdings.size());
    out_.equity = book.cash;
  }

 protected:
  [[nodiscard]] Decimal spot() const {
    return account_.market == nullptr ? Decimal() : account_.market->spot;
  }

  void value(std::size_t index, Decimal value) {
    out_.values[index] = value;
    out_.equity += value;
  }

  void value_options() {
    for (const PmrmExpiry& expiry : account_.expiries) {
      now_.push_back(expiry.values(Decimal::one(), VolatilityShock::none));
      for (std::size_t i = 0; i < expiry.options().size(); ++i)
        value(expiry.options()[i], now_.back().of[i]);
      basis_ += expiry.basis_contingency(now_.back().sum);
    }
    if (account_.perpetual)
      value(*account_.perpetual, linear_pnl(book_, book_.holdings[*account_.perpetual]));
  }

  [[nodiscard]] Decimal perpetual_change(Decimal spot) const {
    if (!account_.perpetual) return Decimal();
    const Holding& holding = book_.holdings[*account_.perpetual];
    return holding.quantity * ((spot - Decimal::one()) * *book_.of(holding).mark);
  }

  void outcome(std::string name, Decimal pnl, std::vector<Decimal> by_holding) {
    if (!out_.binding || pnl < worst_) {
      out_.binding = out_.scenarios.size();
      out_.binding_pnl = std::move(by_holding);
      worst_ = pnl;
    }
    out_.scenarios.push_back({.name = std::move(name), .pnl = pnl});
  }

  // The basis contingency is where the search begins: a scenario must be below it to bind.
  void begin_with_basis() {
    outcome("basis contingency", basis_, std::vector<Decimal>(book_.holdings.size()));
  }

  void line(std::string name, std::string where, std::string detail, Decimal initial,
            Decimal maintenance) {
    if (initial.is_zero() && maintenance.is_zero()) return;
    out_.lines.push_back({.name = std::move(name),
                          .where = std::move(where),
                          .detail = std::move(detail),
                          .initial = initial,
                          .maintenance = maintenance});
  }

  [[nodiscard]] Decimal initial_factor(base::Rate factor) const {
    Decimal value = from_rate(factor);
    const Decimal threshold = from_rate(shocks_.peg_threshold);
    if (book_.stable < threshold)
      value += (threshold - book_.stable) * from_rate(shocks_.peg_factor);
    return value;
  }

  [[nodiscard]] std::string expiry_name(const PmrmExpiry& expiry) const {
    return account_.market->code + " " + time_text(expiry.facts().expiry);
  }

  // (1 - confidence) * margin when it is below the threshold, else zero.
  [[nodiscard]] Decimal doubt(Decimal confidence) const {
    if (confidence >= from_rate(shocks_.confidence_threshold)) return Decimal();
    return (Decimal::one() - confidence) * from_rate(shocks_.confidence_margin);
  }

  const Book& book_;
  const PmrmShocks& shocks_;
  Account account_;
  Evaluation out_;
  std::vector<PmrmExpiry::Values> now_;
  std::vector<PmrmDiscounts> discounts_;  // of each expiry
  Decimal basis_;
  Decimal worst_;
};

class FirstEvaluator : Evaluator {
 public:
  FirstEvaluator(const Pmrm& rules, const Book& book, Account account)
      : Evaluator(book, rules.shocks, std::move(account)), rules_(rules) {}

  [[nodiscard]] Result<Evaluation> run() {
    for (const std::size_t index : account_.collaterals) {
      const UnderlyingFacts& facts = book_.of(book_.of(book_.holdings[index]));
      if (account_.market != nullptr && account_.market != &facts)
        return malformed("portfolio.positions.instrument", book_.of(book_.holdings[index]).code,
                         "base collateral is of the account's market: " + account_.market->code);
      account_.market = &facts;
      account_.confidence = smaller(account_.confidence, facts.confidence);
      base_ += book_.holdings[index].quantity;
      value(index, base_value(book_.holdings[index].quantity, Decimal::one()));
    }
    value_options();
    for (const PmrmExpiry& expiry : account_.expiries)
      discounts_.push_back(discounts(rules_, expiry));
    begin_with_basis();
    for (const PmrmScenario& scenario : rules_.scenarios) try_scenario(scenario);
    add_lines();
    return closed(std::move(out_));
  }

 private:
  [[nodiscard]] Decimal base_value(Decimal quantity, Decimal shock) const {
    if (quantity.is_zero()) return quantity;
    return quantity * spot() * shock / book_.stable;
  }

  void try_scenario(const PmrmScenario& scenario) {
    const Decimal shock = from_rate(scenario.spot);
    std::vector<Decimal> by_holding(book_.holdings.size());
    Decimal pnl;
    for (std::size_t j = 0; j < account_.expiries.size(); ++j) {
      const PmrmExpiry& expiry = account_.expiries[j];
      const PmrmExpiry::Values then = expiry.values(shock, scenario.volatility);
      for (std::size_t i = 0; i < then.of.size(); ++i)
        by_holding[expiry.options()[i]] = then.of[i] - now_[j].of[i];
      const Decimal worth = then.sum.is_positive() ? then.sum * discounts_[j].positive : then.sum;
      pnl += worth - now_[j].sum;
    }
    pnl += base_value(base_, shock) + perpetual_change(shock) - base_value(base_, Decimal::one());
    for (const std::size_t index : account_.collaterals)
      by_holding[index] = base_value(book_.holdings[index].quantity, shock) - out_.values[index];
    if (account_.perpetual) by_holding[*account_.perpetual] = perpetual_change(shock);
    outcome(scenario_name(scenario), pnl, std::move(by_holding));
  }

  void add_lines() {
    const Decimal factor = initial_factor(rules_.initial_factor);
    const Decimal perpetual =
        account_.perpetual ? absolute(book_.holdings[*account_.perpetual].quantity) : Decimal();
    const Decimal contingency =
        (perpetual * from_rate(rules_.perp_percent) + base_ * from_rate(rules_.base_percent)) *
        spot();
    Decimal contingencies = contingency;
    line("base and perpetual contingency", account_.market ? account_.market->code : "", "",
         contingency * factor, contingency);
    Decimal initial = contingency * factor;
    Decimal doubts = doubt(account_.confidence) * (perpetual + base_) * spot();
    line("oracle confidence", account_.market ? account_.market->code : "",
         "confidence " + text(account_.confidence), doubts, Decimal());
    for (const PmrmExpiry& expiry : account_.expiries) {
      const Decimal shorts = expiry.naked_shorts() * from_rate(rules_.option_percent) * spot();
      const Decimal least = smaller(account_.confidence, expiry.confidence());
      contingencies += shorts;
      initial += shorts * factor;
      line("naked short options", expiry_name(expiry), text(expiry.naked_shorts()) + " short",
           shorts * factor, shorts);
      line("oracle confidence", expiry_name(expiry), "confidence " + text(least),
           doubt(least) * expiry.size() * spot(), Decimal());
    }
    // The product is cut once over all of it: what the lines above leave stays with the scenario.
    const Decimal total = -((worst_ - contingencies) * factor);
    line("scenario", out_.scenarios[*out_.binding].name, "factor " + text(factor), total - initial,
         -worst_);
  }

  const Pmrm& rules_;
  Decimal base_;
};

class SecondEvaluator : Evaluator {
 public:
  SecondEvaluator(const Pmrm2& rules, const Book& book, Account account)
      : Evaluator(book, rules.shocks, std::move(account)), rules_(rules) {}

  [[nodiscard]] Result<Evaluation> run() {
    for (PmrmExpiry& expiry : account_.expiries)
      expiry.discount_options(from_rate(rules_.vol_up_min));
    value_options();
    for (const PmrmExpiry& expiry : account_.expiries)
      discounts_.push_back(discounts(rules_, expiry));
    for (const std::size_t index : account_.collaterals)
      if (Result<void> done = add_collateral(index); !done) return std::unexpected(done.error());
    begin_with_basis();
    for (const PmrmScenario& scenario : rules_.scenarios) try_scenario(scenario);
    add_lines();
    return closed(std::move(out_));
  }

 private:
  [[nodiscard]] Result<void> add_collateral(std::size_t index) {
    const Holding& holding = book_.holdings[index];
    const Contract& contract = book_.of(holding);
    const UnderlyingFacts& facts = book_.of(contract);
    const auto rules =
        std::find_if(rules_.collaterals.begin(), rules_.collaterals.end(),
                     [&](const PmrmCollateral& c) { return c.underlying == facts.code; });
    if (rules == rules_.collaterals.end())
      return malformed("portfolio.positions.instrument", contract.code,
                       "the rulebook takes no " + facts.code + " as collateral");
    const Decimal worth =
        scaled<base::Rounding::down>(holding.quantity, *contract.mark, book_.stable.units());
    value(index, worth);
    const bool same_market = account_.market == nullptr || account_.market == &facts;
    if (rules->risk_cancelling && same_market) cancelling_.push_back(index);
    const Decimal maintenance = worth * from_rate(rules->maintenance_haircut);
    line("collateral haircut", contract.code, "value " + text(worth),
         worth * from_rate(rules->initial_haircut) + maintenance, maintenance);
    // The source compares with the spot feed's confidence, before the perpetual's is known.
    Decimal confidence = smaller(contract.confidence, facts.confidence);
    if (account_.market != nullptr) confidence = smaller(confidence, account_.market->confidence);
    line("oracle confidence", contract.code, "confidence " + text(confidence),
         doubt(confidence) * worth, Decimal());
    return {};
  }

  void try_scenario(const PmrmScenario& scenario) {
    const Decimal shock = from_rate(scenario.spot);
    const Decimal dampening = from_rate(scenario.dampening);
    const bool skewed = scenario.volatility == VolatilityShock::skew_linear ||
                        scenario.volatility == VolatilityShock::skew_absolute;
    std::vector<Decimal> by_holding(book_.holdings.size());
    Decimal pnl = perpetual_change(shock) * dampening;
    for (std::size_t j = 0; j < account_.expiries.size(); ++j) {
      const PmrmExpiry& expiry = account_.expiries[j];
      const PmrmExpiry::Values then = skewed ? expiry.skewed(rules_.skew, scenario.volatility)
                                             : expiry.values(shock, scenario.volatility);
      for (std::size_t i = 0; i < then.of.size(); ++i)
        by_holding[expiry.options()[i]] = then.of[i] - now_[j].of[i];
      const Decimal worth =
          then.sum * (then.sum.is_negative() ? discounts_[j].negative : discounts_[j].positive);
      const Decimal change = (worth - now_[j].sum) * dampening;
      pnl += skewed ? -absolute(change) : change;
    }
    for (const std::size_t index : cancelling_) {
      by_holding[index] = out_.values[index] * (shock - Decimal::one());
      pnl += by_holding[index] * dampening;
    }
    if (account_.perpetual) by_holding[*account_.perpetual] = perpetual_change(shock);
    outcome(scenario_name(scenario), pnl, std::move(by_holding));
  }

  void add_lines() {
    const Decimal factor = initial_factor(rules_.initial_factor);
    if (account_.perpetual) {
      const Holding& holding = book_.holdings[*account_.perpetual];
      const Decimal notional = absolute(holding.quantity) * spot();
      const Decimal maintenance = notional * from_rate(rules_.perp_maintenance);
      line("perpetual contingency", book_.of(holding).code, "notional " + text(notional),
           notional * from_rate(rules_.perp_initial) + maintenance, maintenance);
      line("oracle confidence", book_.of(holding).code, "confidence " + text(account_.confidence),
           doubt(account_.confidence) * notional, Decimal());
    }
    for (const PmrmExpiry& expiry : account_.expiries) {
      const Decimal shorts = expiry.naked_shorts() * spot();
      const Decimal maintenance = shorts * from_rate(rules_.option_maintenance);
      const Decimal least = smaller(account_.confidence, expiry.confidence());
      line("naked short options", expiry_name(expiry), text(expiry.naked_shorts()) + " short",
           shorts * from_rate(rules_.option_initial) + maintenance, maintenance);
      line("oracle confidence", expiry_name(expiry), "confidence " + text(least),
           doubt(least) * (expiry.size() * spot()), Decimal());
    }
    line("scenario", out_.scenarios[*out_.binding].name, "factor " + text(factor),
         -(worst_ * factor), -(worst_ * from_rate(rules_.maintenance_factor)));
  }

  const Pmrm2& rules_;
  std::vector<std::size_t> cancelling_;
};

Result<void> check_range(base::Rate rate, std::int64_t least, std::int64_t most,
                         const std::string& field) {
  const Decimal value = from_rate(rate);
  if (value < Decimal::of_units(kDecimalOne * least) ||
      value > Decimal::of_units(kDecimalOne * most))
    return malformed(field, text(value),
                     "must be " + std::to_string(least) + " to " + std::to_string(most));
  return {};
}

// Every rate of a described struct within [least, 20].
template <class T>
Result<void> check_rates(const T& object, std::int64_t least, const std::string& at) {
  Result<void> done;
  T::fields(object, [&](std::string_view name, const auto& field, std::string_view) {
    if constexpr (std::is_same_v<std::remove_cvref_t<decltype(field)>, base::Rate>)
      if (done) done = check_range(field, least, 20, at + "." + std::string(name));
  });
  return done;
}

Result<void> check_shared(const std::vector<PmrmScenario>& scenarios, const PmrmShocks& shocks,
                          bool skew_allowed, const std::string& at) {
  if (scenarios.empty() || scenarios.size() > kScenariosMax)
    return malformed(at + ".scenarios", std::to_string(scenarios.size()), "must be 1 to 256");
  for (std::size_t i = 0; i < scenarios.size(); ++i) {
    const std::string here = at + ".scenarios[" + std::to_string(i) + "]";
    if (Result<void> done = check_rates(scenarios[i], 0, here); !done) return done;
    const bool skewed = scenarios[i].volatility >= VolatilityShock::skew_linear;
    if (!skew_allowed && skewed)
      return malformed(here + ".volatility", "", "skew is a scenario of PMRM_2");
    if (!skew_allowed && scenarios[i].dampening != kUnitRate)
      return malformed(here + ".dampening", text(from_rate(scenarios[i].dampening)),
                       "must be 1 in PMRM");
    if (skewed && scenarios[i].spot != kUnitRate)
      return malformed(here + ".spot", text(from_rate(scenarios[i].spot)),
                       "must be 1 in a skew scenario");
  }
  if (Result<void> done = check_rates(shocks, 0, at + ".shocks"); !done) return done;
  if (shocks.time_floor < base::kSecond || shocks.time_floor > base::kDay * 400)
    return malformed(at + ".shocks.time_floor", base::format_duration(shocks.time_floor),
                     "must be a second to 400 days");
  return {};
}

}  // namespace

std::string scenario_name(const PmrmScenario& scenario) {
  switch (scenario.volatility) {
    case VolatilityShock::skew_linear:
      return "skew, linear";
    case VolatilityShock::skew_absolute:
      return "skew, absolute";
    default:
      break;
  }
  const Decimal move =
      (from_rate(scenario.spot) - Decimal::one()) * Decimal::of_units(kDecimalOne * 100);
  return "spot " + std::string(move.is_negative() ? "" : "+") + text(move) + " %, volatility " +
         std::string(base::name_of(scenario.volatility));
}

Result<void> check(const Pmrm& rules) {
  if (Result<void> done = check_shared(rules.scenarios, rules.shocks, false, "pmrm"); !done)
    return done;
  return check_rates(rules, 0, "pmrm");
}

Result<void> check(const Pmrm2& rules) {
  if (Result<void> done = check_shared(rules.scenarios, rules.shocks, true, "pmrm_2"); !done)
    return done;
  if (Result<void> done = check_rates(rules, 0, "pmrm_2"); !done) return done;
  if (Result<void> done = check_rates(rules.skew, -20, "pmrm_2.skew"); !done) return done;
  if (!from_rate(rules.skew.k_min).is_positive())
    return malformed("pmrm_2.skew.k_min", text(from_rate(rules.skew.k_min)), "must be above zero");
  std::unordered_set<std::string_view> seen;
  for (std::size_t i = 0; i < rules.collaterals.size(); ++i) {
    const PmrmCollateral& one = rules.collaterals[i];
    const std::string at = "pmrm_2.collaterals[" + std::to_string(i) + "]";
    if (one.underlying.empty() || !seen.insert(one.underlying).second)
      return malformed(at + ".underlying", one.underlying, "must be given, and stand once");
    if (Result<void> done = check_rates(one, 0, at); !done) return done;
    const Decimal both = from_rate(one.maintenance_haircut) + from_rate(one.initial_haircut);
    if (both > Decimal::one())
      return malformed(at + ".initial_haircut", text(from_rate(one.initial_haircut)),
                       "the two haircuts must be at most 1 together");
  }
  return {};
}

Result<Evaluation> evaluate(const Pmrm& rules, const Book& book) {
  Result<Account> account = arrange(book, rules.shocks);
  if (!account) return std::unexpected(account.error());
  return FirstEvaluator(rules, book, *std::move(account)).run();
}

Result<Evaluation> evaluate(const Pmrm2& rules, const Book& book) {
  Result<Account> account = arrange(book, rules.shocks);
  if (!account) return std::unexpected(account.error());
  return SecondEvaluator(rules, book, *std::move(account)).run();
}

}  // namespace cofferdam::rulebook
