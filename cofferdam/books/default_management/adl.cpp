// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/books/default_management/adl.h"

#include "cofferdam/base/allocate.h"
#include "cofferdam/base/check.h"
#include "cofferdam/base/decimal.h"
#include "cofferdam/books/default_management/adl_ranking.h"
#include "cofferdam/books/default_management/certificate.h"
#include "cofferdam/books/default_management/split.h"

#include <algorithm>
#include <set>

namespace cofferdam::default_management {
namespace {

using Fault = std::optional<base::Error>;

Fault fail(std::string field, std::string value, std::string rule) {
  return base::malformed(std::move(field), std::move(value), std::move(rule)).error();
}

Fault fault_of(const std::string& path, const AdlCounterparty& account) {
  if (!is_label(account.account))
    return fail(path + ".account", account.account,
                "must be 1 to 64 letters, digits and . _ : / -");
  if (account.entry_price <= Price())
    return fail(path + ".entry_price", base::to_text(account.entry_price.value()),
                "must be above zero");
  if (account.bankruptcy_price && *account.bankruptcy_price <= Price())
    return fail(path + ".bankruptcy_price", base::to_text(account.bankruptcy_price->value()),
                "must be above zero");
  if (account.hedged.is_negative() || account.hedged.magnitude() > account.position.magnitude())
    return fail(path + ".hedged", base::to_text(account.hedged.value()),
                "must be at least zero and at most the position");
  return std::nullopt;
}

Fault fault_of_lists(const AdlInput& input) {
  if (input.counterparties.size() > kCounterpartiesMax || input.claims.size() > kCounterpartiesMax)
    return fail("counterparties",
                std::to_string(input.counterparties.size()) + " and " +
                    std::to_string(input.claims.size()) + " claims",
                "must be at most 100000 each");
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < input.counterparties.size(); ++i) {
    const std::string path = "counterparties[" + std::to_string(i) + "]";
    if (Fault fault = fault_of(path, input.counterparties[i])) return fault;
    if (!names.insert(input.counterparties[i].account).second)
      return fail(path + ".account", input.counterparties[i].account, "must be unique");
  }
  for (std::size_t i = 0; i < input.claims.size(); ++i) {
    const std::string path = "claims[" + std::to_string(i) + "].account";
    if (!is_label(input.claims[i].account))
      return fail(path, input.claims[i].account, "must be 1 to 64 letters, digits and . _ : / -");
    if (!names.insert(input.claims[i].account).second)
      return fail(path, input.claims[i].account, "must be unique, also among the counterparties");
  }
  return std::nullopt;
}

Fault fault_of(const AdlInput& input) {
  for (const auto& [name, scale] : {std::pair{"scale", input.scale},
                                    {"price_scale", input.price_scale},
                                    {"quantity_scale", input.quantity_scale}})
    if (scale > base::kScaleMax) return fail(name, std::to_string(scale), "must be at most 38");
  if (input.multiplier == 0) return fail("multiplier", "0", "must be above zero");
  if (input.position.is_zero()) return fail("position", "0", "must not be zero");
  const Price close = input.close_price.value_or(input.bankruptcy_price);
  for (const auto& [name, price] : {std::pair{"bankruptcy_price", input.bankruptcy_price},
                                    {"mark_price", input.mark_price},
                                    {"close_price", close}})
    if (price <= Price()) return fail(name, base::to_text(price.value()), "must be above zero");
  const auto [low, high] = std::minmax(input.bankruptcy_price, input.mark_price);
  if (close < low || close > high)
    return fail("close_price", base::to_text(close.value()),
                "must lie between the bankruptcy price and the mark: beyond it more would be taken "
                "than is missing");
  return fault_of_lists(input);
}

// What one ranking comes to.
struct Allocation {
  std::vector<std::optional<Ratio>> scores;
  std::vector<std::size_t> order;
  std::vector<u128> closed;
  std::vector<Integer> cost;
};

Allocation allocation_of(const AdlTerms& terms, const std::vector<Opponent>& opponents,
                         const Ratio& cost_of_one, AdlRanking ranking) {
  Allocation allocation;
  for (const Opponent& opponent : opponents)
    allocation.scores.push_back(score_of(terms, opponent, ranking));
  allocation.order = order_of(allocation.scores);
  allocation.closed =
      closings(opponents, allocation.order, ranking, terms.input.position.magnitude());
  allocation.cost = round_parts(allocation.closed, cost_of_one);
  return allocation;
}

u128 broken(const Opponent& opponent, u128 closed) {
  return closed > opponent.unhedged ? closed - opponent.unhedged : 0;
}

Quantity quantity(u128 size) {
  return Quantity(static_cast<i128>(size));
}

// The units of a number that the books can hold: at most the deficit or a given balance.
Amount amount(const Integer& units) {
  const auto fits = to_u128(units);
  COFFERDAM_CHECK(fits.has_value(), "a part of a sum that fits 128 bits");
  return Amount(*fits);
}

// What an equity is written as: the books' range holds every balance, profits beyond it are cut.
SignedAmount signed_amount(const Integer& units) {
  const Integer most = integer(base::kI128Max);
  return SignedAmount(*to_i128(std::clamp(units, Integer(-most), most)));
}

struct Run {
  AdlTerms terms;
  Ratio cost_of_one;
  std::vector<Opponent> opponents;
  std::vector<Allocation> allocations;  // one for each ranking
  std::vector<u128> at_mark;
  std::vector<Amount> haircuts;  // of the opponents, then of the claims

  [[nodiscard]] const Allocation& chosen() const {
    return allocations[static_cast<std::size_t>(terms.input.ranking)];
  }
};

// Closes at the mark, in the ranking's order, what nobody could bear.
u128 close_at_mark(Run& run, u128 left) {
  run.at_mark.assign(run.opponents.size(), 0);
  for (const std::size_t i : run.chosen().order) {
    const u128 room = run.opponents[i].size - run.chosen().closed[i];
    run.at_mark[i] = std::min(room, left);
    left -= run.at_mark[i];
  }
  return left;
}

// Takes what is missing from claims: the equity that the opponents have left, and the claims given.
// False when claims do not fit 128 bits together.
bool cut_claims(Run& run, Amount missing, AdlOutput& output) {
  std::vector<u128> claims;
  Integer sum = 0;
  const auto add = [&](const Integer& claim) {
    sum += claim;
    claims.push_back(claim > 0 ? to_u128(claim).value_or(base::kU128Max) : 0);
    return sum <= integer(base::kU128Max);
  };
  for (std::size_t i = 0; i < run.opponents.size(); ++i) {
    const Integer equity = floor_of(run.opponents[i].equity) - run.chosen().cost[i];
    if (!add(std::max(equity, Integer(0)))) return false;
  }
  for (const AdlClaim& claim : run.terms.input.claims)
    if (!add(integer(claim.claim.units()))) return false;
  const base::CappedAllocation cut = base::allocate_capped(missing.units(), claims);
  for (const u128 part : cut.parts) run.haircuts.emplace_back(part);
  output.uncovered = Amount(cut.left);
  output.haircut = missing - output.uncovered;
  return true;
}

AdlReceipt receipt_of(const Run& run, std::size_t i, std::uint32_t rank) {
  const Opponent& opponent = run.opponents[i];
  const Allocation& chosen = run.chosen();
  const u128 gone = chosen.closed[i] + run.at_mark[i];
  const Integer equity = floor_of(opponent.equity);
  AdlReceipt receipt{.account = opponent.account->account,
                     .rank = has_scores(run.terms.input.ranking) ? rank : 0,
                     .position_before = opponent.account->position,
                     .closed = quantity(chosen.closed[i]),
                     .closed_at_mark = quantity(run.at_mark[i]),
                     .cost = amount(chosen.cost[i]),
                     .haircut = run.haircuts[i],
                     .equity_before = signed_amount(equity),
                     .hedge_broken = quantity(broken(opponent, gone))};
  if (chosen.scores[i]) {
    receipt.score = exact_text(*chosen.scores[i]);
    receipt.score_decimal = decimal_text(*chosen.scores[i]);
  }
  const Quantity after = quantity(opponent.size - gone);
  receipt.position_after = opponent.account->position.is_negative() ? -after : after;
  receipt.equity_after =
      signed_amount(Integer(equity - chosen.cost[i] - integer(run.haircuts[i].units())));
  for (std::size_t r = 0; r < kAdlRankings; ++r) {
    const u128 closed = run.allocations[r].closed[i];
    receipt.alternatives.push_back({.ranking = static_cast<AdlRanking>(r),
                                    .closed = quantity(closed),
                                    .cost = amount(run.allocations[r].cost[i]),
                                    .hedge_broken = quantity(broken(opponent, closed))});
  }
  return receipt;
}

AdlSummary summary_of(const Run& run, AdlRanking ranking) {
  const Allocation& allocation = run.allocations[static_cast<std::size_t>(ranking)];
  AdlSummary summary{.ranking = ranking};
  Integer cost = 0;
  for (std::size_t i = 0; i < run.opponents.size(); ++i) {
    if (allocation.closed[i] == 0) continue;
    ++summary.accounts_hit;
    summary.closed += quantity(allocation.closed[i]);
    summary.hedge_broken += quantity(broken(run.opponents[i], allocation.closed[i]));
    cost += allocation.cost[i];
  }
  summary.cost = amount(cost);
  return summary;
}

void write(const Run& run, AdlOutput& output) {
  const AdlSummary summary = summary_of(run, run.terms.input.ranking);
  output.closed = summary.closed;
  for (const u128 size : run.at_mark) output.closed_at_mark += quantity(size);
  std::uint32_t rank = 0;
  for (const std::size_t i : run.chosen().order) {
    ++rank;
    if (run.chosen().closed[i] == 0 && run.at_mark[i] == 0 && run.haircuts[i].is_zero()) continue;
    output.receipts.push_back(receipt_of(run, i, rank));
  }
  for (std::size_t i = 0; i < run.terms.input.claims.size(); ++i)
    output.claims.push_back({.account = run.terms.input.claims[i].account,
                             .claim = run.terms.input.claims[i].claim,
                             .haircut = run.haircuts[run.opponents.size() + i]});
  for (std::size_t r = 0; r < kAdlRankings; ++r)
    output.rankings.push_back(summary_of(run, static_cast<AdlRanking>(r)));
}

void add_receipt(Certificate& lines, const AdlReceipt& receipt) {
  lines.add("receipt", receipt.account);
  lines.add("rank", receipt.rank);
  lines.add("score", receipt.score.empty() ? "none" : receipt.score);
  lines.add("position_before", receipt.position_before.value());
  lines.add("closed", receipt.closed.value());
  lines.add("closed_at_mark", receipt.closed_at_mark.value());
  lines.add("cost", receipt.cost.units());
  lines.add("haircut", receipt.haircut.units());
  lines.add("equity_before", receipt.equity_before.units());
}

}  // namespace

std::string certificate_text(const AdlInput& input, const AdlOutput& output) {
  Certificate lines("cofferdam-adl-1");
  lines.add("ranking", base::name_of(input.ranking));
  lines.add("position", input.position.value());
  lines.add("bankruptcy_price", input.bankruptcy_price.value());
  lines.add("mark_price", input.mark_price.value());
  lines.add("close_price", output.close_price.value());
  lines.add("deficit", output.deficit.units());
  for (const AdlReceipt& receipt : output.receipts) add_receipt(lines, receipt);
  for (const AdlHaircut& claim : output.claims) {
    lines.add("claim", claim.account);
    lines.add("haircut", claim.haircut.units());
  }
  lines.add("cost", output.cost.units());
  lines.add("total_haircut", output.haircut.units());
  lines.add("uncovered", output.uncovered.units());
  return lines.text();
}

base::Result<AdlOutput> adl(const AdlInput& given) {
  if (Fault fault = fault_of(given)) return std::unexpected(*std::move(fault));
  AdlInput input = given;
  std::sort(input.claims.begin(), input.claims.end(),
            [](const AdlClaim& a, const AdlClaim& b) { return a.account < b.account; });
  AdlOutput output{.close_price = input.close_price.value_or(input.bankruptcy_price)};
  Run run{.terms = {input},
          .cost_of_one = {},
          .opponents = {},
          .allocations = {},
          .at_mark = {},
          .haircuts = {}};
  const u128 size = input.position.magnitude();
  const Ratio whole = run.terms.cost_of_one(input.bankruptcy_price);
  const auto deficit = to_u128(std::max(ceil_of(whole * Ratio{integer(size), 1}), Integer(0)));
  if (!deficit)
    return base::malformed("position", base::to_text(input.position.value()),
                           "the deficit must fit 128 bits");
  output.deficit = Amount(*deficit);
  if (output.deficit.is_zero()) {
    output.status = AdlStatus::no_deficit;
    output.unclosed = quantity(size);
    return output;
  }
  run.cost_of_one = run.terms.cost_of_one(output.close_price);
  run.opponents = opponents_of(run.terms, run.cost_of_one);
  for (std::size_t r = 0; r < kAdlRankings; ++r)
    run.allocations.push_back(
        allocation_of(run.terms, run.opponents, run.cost_of_one, static_cast<AdlRanking>(r)));
  const AdlSummary summary = summary_of(run, input.ranking);
  output.cost = summary.cost;
  output.unclosed = quantity(close_at_mark(run, size - summary.closed.magnitude()));
  COFFERDAM_CHECK(output.cost <= output.deficit, "closing costs at most the deficit");
  if (!cut_claims(run, output.deficit - output.cost, output))
    return base::malformed("claims", "their sum", "must fit 128 bits with the equities");
  write(run, output);
  if (!output.haircut.is_zero()) output.status = AdlStatus::haircut;
  if (!output.uncovered.is_zero()) output.status = AdlStatus::uncovered;
  output.certificate = hash_of_lines(certificate_text(input, output));
  return output;
}

}  // namespace cofferdam::default_management
