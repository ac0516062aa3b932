// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/report/option_stress.h"

#include "cofferdam/base/decimal.h"
#include "cofferdam/base/time.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>

namespace cofferdam::report {
namespace {

using base::i128;
using base::Result;
using stress::VenuePool;
using stress::VenueRun;

std::string dollars(i128 cents) {
  return base::format_decimal(cents, stress::kCents);
}

std::string percent(double part, int digits = 2) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.*f %%", digits, 100 * part);
  return text.data();
}

i128 resources_of(const VenueRun& run, const stress::VenueTerms& terms,
                  std::optional<std::size_t> pool) {
  if (pool) {
    const VenuePool& one = run.pools[*pool];
    const auto cap = static_cast<i128>(static_cast<double>(run.shared_start) * terms.shared_cap);
    return one.fund_start + one.operator_start + cap;
  }
  i128 all = run.shared_start;
  for (const VenuePool& one : run.pools) all += one.fund_start + one.operator_start;
  return all;
}

Listing pools_table(const OptionStress& s) {
  Listing out{
      .title = "Pools, each by itself",
      .columns = {text_column("pool"), number_column("accounts"), number_column("requirement"),
                  number_column("layers"), number_column("closed"), number_column("failed"),
                  number_column("deficit"), number_column("layers now"), number_column("shared"),
                  number_column("claims")},
      .rows = {}};
  for (const VenuePool& pool : s.apart.pools)
    out.rows.push_back({pool.name, std::to_string(pool.accounts), dollars(pool.initial),
                        dollars(pool.fund_start + pool.operator_start), std::to_string(pool.closed),
                        std::to_string(pool.defaults), dollars(pool.deficit),
                        dollars(pool.fund + pool.operator_capital), dollars(pool.shared_used),
                        dollars(pool.taken_from_claims)});
  return out;
}

struct Payers {
  i128 deficit = 0, fund = 0, own = 0, shared = 0, claims = 0, unpaid = 0;
  i128 from_healthy_pools = 0;
  std::size_t strangers = 0;
};

Payers payers_of(const VenueRun& run) {
  Payers payers;
  for (const stress::VenueDefault& loss : run.defaults) {
    payers.deficit += loss.deficit;
    payers.fund += loss.by_pool_fund;
    payers.own += loss.by_operator;
    payers.shared += loss.by_shared_fund;
    payers.claims += loss.by_claims;
    payers.unpaid += loss.unpaid;
    payers.strangers = std::max(payers.strangers, loss.strangers);
  }
  // Money of pools whose own accounts all paid what they owed.
  for (const VenuePool& pool : run.pools)
    if (pool.defaults == 0)
      payers.from_healthy_pools += pool.taken_from_claims + pool.fund_start + pool.penalties -
                                   pool.fund + pool.operator_start - pool.operator_capital;
  return payers;
}

Listing payers_table(const OptionStress& s) {
  const Payers apart = payers_of(s.apart);
  const Payers together = payers_of(s.commingled);
  Listing out{
      .title = "Who paid",
      .columns = {text_column("what"), number_column("pools apart"), number_column("all in one")},
      .rows = {}};
  const auto row = [&](std::string name, i128 a, i128 b) {
    out.rows.push_back({std::move(name), dollars(a), dollars(b)});
  };
  row("losses that accounts could not pay", apart.deficit, together.deficit);
  row("pool funds", apart.fund, together.fund);
  row("operator's capital", apart.own, together.own);
  row("shared fund", apart.shared, together.shared);
  row("claims, pro rata", apart.claims, together.claims);
  row("nobody", apart.unpaid, together.unpaid);
  row("of that, money of pools without a loss", apart.from_healthy_pools,
      together.from_healthy_pools);
  out.rows.push_back({"accounts of other pools cut at once, at most",
                      std::to_string(apart.strangers), std::to_string(together.strangers)});
  return out;
}

Listing losses_table(const VenueRun& run) {
  Listing out{
      .title = "Losses, pools apart",
      .columns = {text_column("time"), text_column("account"), text_column("pool"),
                  number_column("deficit"), number_column("pool fund"), number_column("operator"),
                  number_column("shared"), number_column("claims"), text_column("certificate")},
      .rows = {}};
  for (const stress::VenueDefault& loss : run.defaults)
    out.rows.push_back({base::format_time(loss.time), loss.owner, run.pools[loss.pool].name,
                        dollars(loss.deficit), dollars(loss.by_pool_fund),
                        dollars(loss.by_operator), dollars(loss.by_shared_fund),
                        dollars(loss.by_claims), loss.certificate.substr(0, 16)});
  return out;
}

Listing moments_table(const VenueRun& run) {
  Listing out{.title = "Snapshot by snapshot",
              .columns = {text_column("time"), number_column("BTC"), number_column("ETH"),
                          number_column("requirement"), number_column("maintenance"),
                          number_column("called"), number_column("closed out"),
                          number_column("cost of closing"), number_column("deficit"),
                          number_column("funds"), number_column("old quotes")},
              .rows = {}};
  const auto index = [](const stress::VenueMoment& m, const char* code) {
    std::array<char, 32> text{};
    const auto found = m.index.find(code);
    std::snprintf(text.data(), text.size(), "%.2f", found == m.index.end() ? 0.0 : found->second);
    return std::string(text.data());
  };
  for (const stress::VenueMoment& m : run.moments)
    out.rows.push_back({base::format_time(m.time), index(m, "BTC"), index(m, "ETH"),
                        dollars(m.initial), dollars(m.maintenance), std::to_string(m.called),
                        std::to_string(m.closed), dollars(m.close_out_cost), dollars(m.deficit),
                        dollars(m.funds), std::to_string(m.stale)});
  return out;
}

std::string scope_name(const OptionStress& s, std::size_t i) {
  return i < s.apart.pools.size() ? s.apart.pools[i].name : "all in one";
}

Listing breaking_table(const OptionStress& s) {
  Listing out{.title = "What breaks each pool",
              .columns = {text_column("pool"), number_column("layers"),
                          number_column("smallest move"), number_column("with volatility"),
                          number_column("shortfall there"), text_column("accounts, largest first")},
              .rows = {}};
  for (std::size_t i = 0; i < s.breaking.size(); ++i) {
    const stress::ReverseStress& found = s.breaking[i];
    std::string names;
    for (std::size_t k = 0; k < std::min<std::size_t>(3, found.accounts.size()); ++k)
      names += (names.empty() ? "" : "; ") + found.accounts[k].owner + " " +
               dollars(found.accounts[k].amount);
    if (!found.is_found) {
      out.rows.push_back({scope_name(s, i), dollars(found.resources), "none", "", "", ""});
      continue;
    }
    out.rows.push_back({scope_name(s, i), dollars(found.resources), percent(found.spot),
                        "+" + percent(found.volatility, 1), dollars(found.shortfall), names});
  }
  return out;
}

Listing cover_table(const OptionStress& s) {
  Listing out{.title = "Cover at the start",
              .columns = {text_column("pool"), text_column("cover"), text_column("verdict"),
                          text_column("worst scenario"), number_column("need"),
                          number_column("available"), text_column("who defaults")},
              .rows = {}};
  for (std::size_t i = 0; i < s.cover.size(); ++i)
    for (const stress::CoverResult& one : s.cover[i].results) {
      std::string who;
      for (std::size_t k = 0; k < std::min<std::size_t>(2, one.defaulters.size()); ++k)
        who += (who.empty() ? "" : ", ") + one.defaulters[k].group;
      out.rows.push_back({scope_name(s, i), one.cover, one.is_covered ? "covered" : "SHORT",
                          one.scenario, dollars(static_cast<i128>(one.need.units())),
                          dollars(static_cast<i128>(one.available.units())), who});
    }
  return out;
}

struct Held {
  std::size_t observations = 0, at_mark = 0, alone = 0, with_add_on = 0, maintenance = 0;

  void count(const stress::VenueObservation& o) {
    ++observations;
    at_mark += o.marked_loss > o.initial ? 1 : 0;
    alone += o.loss > o.initial ? 1 : 0;
    with_add_on += o.loss > o.initial + o.add_on ? 1 : 0;
    maintenance += o.loss > o.maintenance + o.add_on ? 1 : 0;
  }

  [[nodiscard]] std::vector<std::string> row(std::string name) const {
    const auto part = [&](std::size_t exceeded) {
      return observations == 0
                 ? std::string("none")
                 : percent(1 - static_cast<double>(exceeded) / static_cast<double>(observations));
    };
    return {std::move(name),   std::to_string(observations),
            part(at_mark),     part(alone),
            part(with_add_on), part(maintenance)};
  }
};

Listing coverage_table(const VenueRun& run) {
  Held all, first, second;
  std::map<std::string, Held> styles;
  const base::Time middle = run.moments[run.moments.size() / 2].time;
  for (const stress::VenueObservation& o : run.observations) {
    all.count(o);
    (o.time < middle ? first : second).count(o);
    styles[run.accounts[o.account].style].count(o);
  }
  Listing out{
      .title = "Did the requirement hold until the next snapshot?",
      .columns = {text_column("observations of"), number_column("how many"),
                  number_column("initial, at the mark"), number_column("initial, closed out"),
                  number_column("with the add-on"), number_column("maintenance with it")},
      .rows = {all.row("all"), first.row("first half"), second.row("second half")}};
  for (const auto& [style, held] : styles) out.rows.push_back(held.row(style));
  return out;
}

}  // namespace

Result<OptionStress> stress_options(const rulebook::Rulebook& rulebook,
                                    const std::vector<stress::OptionChain>& chains,
                                    const stress::VenueTerms& terms) {
  Result<VenueRun> apart = stress::run_venue(rulebook, chains, terms, false);
  if (!apart) return std::unexpected(apart.error());
  Result<VenueRun> together = stress::run_venue(rulebook, chains, terms, true);
  if (!together) return std::unexpected(together.error());
  const Result<VenueRun> start = stress::found_venue(rulebook, chains.front(), terms);
  if (!start) return std::unexpected(start.error());
  OptionStress out{.rulebook = rulebook.name,
                   .rulebook_source = rulebook.source,
                   .terms = terms,
                   .apart = std::move(*apart),
                   .commingled = std::move(*together),
                   .breaking = {},
                   .cover = {}};
  for (std::size_t p = 0; p <= start->pools.size(); ++p) {
    const std::optional<std::size_t> pool =
        p < start->pools.size() ? std::optional(p) : std::nullopt;
    const stress::ShockScope scope{*start, chains.front(), pool};
    const i128 resources = resources_of(*start, terms, pool);
    out.breaking.push_back(stress::reverse_stress(scope, resources));
    Result<stress::CoverOutput> cover = stress::venue_cover(scope, resources);
    if (!cover) return std::unexpected(cover.error());
    out.cover.push_back(std::move(*cover));
  }
  return out;
}

std::vector<StressTable> stress_tables(const OptionStress& s) {
  return {
      {payers_table(s),
       "The same book and the same close-outs, once with every pool's layers apart and once with "
       "one fund and one set of claims for all."},
      {pools_table(s),
       "In USD. Layers are the pool's fund and the operator's capital in it, at the start and at "
       "the end; closed accounts were closed out, failed ones could not pay; shared and claims "
       "are what was drawn from the shared fund and cut from the pool's claims."},
      {coverage_table(s.apart),
       "Of accounts with short options: whether what the positions lost until the next snapshot "
       "was "
       "within what had been required, at the mark and closed out at bids and asks. The add-on is "
       "what closing would have cost at the quotes of the earlier snapshots, the most of the "
       "last " +
           std::to_string(s.terms.add_on_look_back) + ". Aimed at: 99.5 %."},
      {breaking_table(s),
       "The smallest move of the index, volatility rising by half of its size, after which the "
       "accounts owe more than the pool's layers and its part of the shared fund hold."},
      {cover_table(s),
       "Whether those layers stand the default of the one, the two or all accounts that would owe "
       "most, in the worst of 36 moves of index and volatility."},
      {losses_table(s.apart), "Each with the certificate of its waterfall."},
      {moments_table(s.apart), "Pools apart."}};
}

std::string stress_summary(const OptionStress& s) {
  const Payers apart = payers_of(s.apart);
  const Payers together = payers_of(s.commingled);
  std::string out = std::to_string(s.apart.accounts.size()) + " accounts in " +
                    std::to_string(s.apart.pools.size()) + " pools over " +
                    std::to_string(s.apart.moments.size()) + " snapshots, margin by " + s.rulebook +
                    ". ";
  std::size_t closed = 0;
  for (const VenuePool& pool : s.apart.pools) closed += pool.closed;
  out += std::to_string(closed) + " accounts were closed out, " +
         std::to_string(s.apart.defaults.size()) + " could not pay " +
         grouped(dollars(apart.deficit)) +
         " USD. With pools apart, money of pools without a loss bore " +
         grouped(dollars(apart.from_healthy_pools)) + "; with all in one it bore " +
         grouped(dollars(together.from_healthy_pools)) + ".";
  return out;
}

std::string stress_screen(const OptionStress& s) {
  std::string out = stress_summary(s) + "\n";
  for (const StressTable& table : stress_tables(s)) {
    if (table.listing.title == "Snapshot by snapshot") continue;  // in the report with pictures
    out += "\n" + to_text(table.listing, 100, 24) + table.note + "\n";
  }
  return out;
}

}  // namespace cofferdam::report
