// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/report/perpetual_stress.h"

#include "cofferdam/base/decimal.h"
#include "cofferdam/base/estimate.h"
#include "cofferdam/base/time.h"
#include "cofferdam/operation/json.h"

#include <algorithm>
#include <cstdio>

namespace cofferdam::report {
namespace {

using base::i128;
using base::Result;
using stress::PerpetualMinute;
using stress::PerpetualPool;
using stress::PerpetualRun;

constexpr std::string_view kLosses = "Losses, pools apart";
constexpr std::size_t kLossesShown = 200;
constexpr std::size_t kLossesOnScreen = 12;
constexpr std::size_t kWidth = 130;
constexpr std::int64_t kDay = 86'400'000'000'000;

// Cut to 1e-4 coin: the satoshi stand in the file of results.
std::string coins(i128 satoshi) {
  return base::format_decimal(satoshi / 10'000, 4);
}

std::string percent(double part, int digits) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.*f %%", digits, 100 * part);
  return text.data();
}

std::string price_text(std::int64_t price) {
  return base::format_decimal(base::i128{price / 100}, 2);
}

// 2020-03-13T02:16:00Z -> 03-13 02:16
std::string minute_text(base::Time time) {
  std::string text = base::format_time(time).substr(5, 11);
  text[5] = ' ';
  return text;
}

std::string figure(const std::string& text) {
  const bool is_number = text.find_first_not_of("0123456789") == std::string::npos;
  return is_number ? grouped(text) : text;
}

struct Payers {
  i128 deficit = 0, fund = 0, own = 0, shared = 0, deleveraged = 0, claims = 0, unpaid = 0;
  i128 penalties = 0, from_healthy_pools = 0;
  std::size_t liquidated = 0, hit = 0, strangers = 0;
};

Payers payers_of(const PerpetualRun& run) {
  Payers payers;
  for (const stress::PerpetualLoss& loss : run.losses) {
    payers.deficit += loss.deficit;
    payers.fund += loss.by_fund;
    payers.own += loss.by_operator;
    payers.shared += loss.by_shared;
    payers.deleveraged += loss.by_deleveraging;
    payers.claims += loss.by_claims;
    payers.unpaid += loss.unpaid;
    payers.strangers = std::max(payers.strangers, loss.strangers);
  }
  for (const PerpetualPool& pool : run.pools) {
    payers.penalties += pool.penalties;
    payers.liquidated += pool.liquidated;
    payers.hit += pool.deleveraged;
    if (pool.failed != 0) continue;
    payers.from_healthy_pools += pool.taken_from_claims + pool.deleveraging_cost + pool.fund_start +
                                 pool.penalties - pool.fund + pool.operator_start -
                                 pool.operator_capital;
  }
  return payers;
}

Listing payers_table(const PerpetualStress& s) {
  const Payers apart = payers_of(s.apart), together = payers_of(s.commingled),
               thin = payers_of(s.thin);
  Listing out{.title = "Who paid",
              .columns = {text_column("what"), number_column("pools apart"),
                          number_column("all in one"), number_column("thin minutes counted")},
              .rows = {}};
  const auto row = [&](std::string name, auto member) {
    out.rows.push_back(
        {std::move(name), coins(apart.*member), coins(together.*member), coins(thin.*member)});
  };
  const auto count = [&](std::string name, auto member) {
    out.rows.push_back({std::move(name), std::to_string(apart.*member),
                        std::to_string(together.*member), std::to_string(thin.*member)});
  };
  count("accounts liquidated", &Payers::liquidated);
  row("penalties to funds", &Payers::penalties);
  row("losses that accounts could not pay", &Payers::deficit);
  row("pool funds", &Payers::fund);
  row("operator's capital", &Payers::own);
  row("shared fund", &Payers::shared);
  row("the other side, deleveraged", &Payers::deleveraged);
  row("claims, pro rata", &Payers::claims);
  row("nobody", &Payers::unpaid);
  row("of that, money of pools without a loss", &Payers::from_healthy_pools);
  count("accounts deleveraged", &Payers::hit);
  count("accounts of other pools hit at once, at most", &Payers::strangers);
  return out;
}

Listing pools_table(const PerpetualRun& run) {
  Listing out{
      .title = "Pools, each by itself",
      .columns = {text_column("pool"), number_column("accounts"), number_column("paid in"),
                  number_column("fund"), number_column("liquidated"), number_column("failed"),
                  number_column("deficit"), number_column("penalties"), number_column("fund now"),
                  number_column("shared"), number_column("deleveraged"),
                  number_column("at a cost of")},
      .rows = {}};
  for (const PerpetualPool& pool : run.pools)
    out.rows.push_back({pool.name, std::to_string(pool.accounts), coins(pool.paid_in),
                        coins(pool.fund_start), std::to_string(pool.liquidated),
                        std::to_string(pool.failed), coins(pool.deficit), coins(pool.penalties),
                        coins(pool.fund), coins(pool.shared_used), std::to_string(pool.deleveraged),
                        coins(pool.deleveraging_cost + pool.taken_from_claims)});
  return out;
}

Listing halt_table(const PerpetualStress& s) {
  Listing out{
      .title = "Through the halt, minute by minute",
      .columns = {text_column("minute ends"), number_column("mark"), text_column("state"),
                  number_column("traded"), number_column("liquidated"), number_column("closed"),
                  number_column("waiting"), number_column("owed at the mark"),
                  number_column("deficit"), number_column("deleveraged"), number_column("funds")},
      .rows = {}};
  const base::Time from = *base::parse_time("2020-03-13T02:10:00Z");
  const base::Time until = *base::parse_time("2020-03-13T03:05:00Z");
  for (std::size_t t = 0; t < s.apart.minutes.size(); ++t) {
    const PerpetualMinute& m = s.apart.minutes[t];
    if (m.time < from || m.time > until) continue;
    out.rows.push_back({minute_text(m.time), price_text(m.mark), m.is_stale ? "stale" : "",
                        std::to_string(s.record.minutes[t].volume), std::to_string(m.liquidated),
                        std::to_string(m.closed), std::to_string(m.waiting), coins(m.underwater),
                        coins(m.deficit), std::to_string(m.deleveraged), coins(m.funds)});
  }
  return out;
}

Listing days_table(const PerpetualStress& s) {
  Listing out{.title = "Day by day",
              .columns = {text_column("day"), number_column("lowest mark"),
                          number_column("stale minutes"), number_column("liquidated"),
                          number_column("contracts closed"), number_column("cost of closing"),
                          number_column("deficit"), number_column("deleveraged"),
                          number_column("funds apart"), number_column("funds in one")},
              .rows = {}};
  for (std::size_t t = 0; t < s.apart.minutes.size();) {
    const std::int64_t day = (s.apart.minutes[t].time.value() - 1) / kDay;
    const std::string name = base::format_time(base::Time(day * kDay)).substr(0, 10);
    std::int64_t lowest = s.apart.minutes[t].mark, closed = 0;
    std::size_t stale = 0, liquidated = 0, hit = 0, last = t;
    i128 cost = 0, deficit = 0;
    for (; t < s.apart.minutes.size(); ++t) {
      const PerpetualMinute& m = s.apart.minutes[t];
      if ((m.time.value() - 1) / kDay != day) break;
      lowest = std::min(lowest, m.mark);
      stale += m.is_stale ? 1 : 0;
      liquidated += m.liquidated;
      hit += m.deleveraged;
      closed += m.closed;
      cost += m.close_out;
      deficit += m.deficit;
      last = t;
    }
    out.rows.push_back({name, price_text(lowest), std::to_string(stale), std::to_string(liquidated),
                        std::to_string(closed), coins(cost), coins(deficit), std::to_string(hit),
                        coins(s.apart.minutes[last].funds),
                        coins(s.commingled.minutes[last].funds)});
  }
  return out;
}

Listing losses_table(const PerpetualRun& run) {
  Listing out{
      .title = "Losses, pools apart",
      .columns = {text_column("time"), text_column("account"), text_column("pool"),
                  number_column("deficit"), number_column("pool fund"), number_column("operator"),
                  number_column("shared"), number_column("deleveraged"), number_column("claims"),
                  text_column("certificate")},
      .rows = {}};
  std::vector<stress::PerpetualLoss> losses = run.losses;
  std::sort(losses.begin(), losses.end(), [](const auto& a, const auto& b) {
    return a.deficit != b.deficit ? a.deficit > b.deficit : a.account < b.account;
  });
  if (losses.size() > kLossesShown) losses.resize(kLossesShown);
  for (const stress::PerpetualLoss& loss : losses)
    out.rows.push_back({minute_text(loss.time), loss.account, run.pools[loss.pool].name,
                        coins(loss.deficit), coins(loss.by_fund), coins(loss.by_operator),
                        coins(loss.by_shared), coins(loss.by_deleveraging), coins(loss.by_claims),
                        loss.certificate.substr(0, 16)});
  return out;
}

Listing breaking_table(const PerpetualStress& s) {
  Listing out{.title = "What would have broken each pool",
              .columns = {text_column("pool"), number_column("layers"),
                          number_column("smallest jump"), number_column("to"),
                          number_column("owed there"), text_column("accounts, largest first")},
              .rows = {}};
  for (std::size_t i = 0; i < s.breaking.size(); ++i) {
    const stress::PerpetualBreak& found = s.breaking[i];
    const std::string name = i < s.apart.pools.size() ? s.apart.pools[i].name : "all in one";
    std::string who;
    for (std::size_t k = 0; k < std::min<std::size_t>(3, found.accounts.size()); ++k)
      who += (who.empty() ? "" : "; ") + found.accounts[k].first + " " +
             coins(found.accounts[k].second);
    if (!found.is_found)
      out.rows.push_back({name, coins(found.resources), "none", "", "", ""});
    else
      out.rows.push_back({name, coins(found.resources), percent(found.move, 2),
                          price_text(found.price), coins(found.shortfall), who});
  }
  return out;
}

Listing coverage_table(const PerpetualStress& s) {
  Listing out{.title = "Which margin would have been enough",
              .columns = {text_column("margin"), number_column("minutes to close"),
                          number_column("observations"), number_column("long held"),
                          number_column("short held")},
              .rows = {}};
  for (const std::int64_t rate : {5'000, 10'000, 20'000, 50'000, 100'000, 200'000})
    for (const std::int64_t horizon : {1, 15, 60}) {
      const stress::PerpetualCoverage c =
          stress::perpetual_coverage(s.record.minutes, rate, horizon);
      const auto held = [&](std::size_t exceeded) {
        return percent(1 - static_cast<double>(exceeded) / static_cast<double>(c.observations), 2);
      };
      out.rows.push_back({percent(static_cast<double>(rate) / 1e6, 1), std::to_string(horizon),
                          std::to_string(c.observations), held(c.long_exceeded),
                          held(c.short_exceeded)});
    }
  return out;
}

// The end of the day before the day of the lowest price.
std::size_t day_before_lowest(const std::vector<stress::MinuteBar>& bars) {
  const auto lowest = std::min_element(
      bars.begin(), bars.end(),
      [](const stress::MinuteBar& a, const stress::MinuteBar& b) { return a.low < b.low; });
  const std::int64_t until = ((lowest->end.value() - 1) / kDay - 1) * kDay;
  std::size_t at = 0;
  while (at + 1 < bars.size() && bars[at + 1].end.value() <= until) ++at;
  return at;
}

std::size_t closed_while_stale(const PerpetualRun& run) {
  std::size_t count = 0;
  for (const PerpetualMinute& m : run.minutes)
    if (m.is_stale && (m.closed != 0 || m.liquidated != 0)) ++count;
  return count;
}

}  // namespace

Result<PerpetualStress> stress_perpetual(PerpetualRecord record, stress::PerpetualTerms terms) {
  terms.judged = day_before_lowest(record.minutes);
  const auto run = [&](const stress::PerpetualTerms& t, bool commingled) {
    return stress::run_perpetual_venue(record.minutes, record.funding, t, commingled);
  };
  Result<PerpetualRun> apart = run(terms, false);
  if (!apart) return std::unexpected(apart.error());
  Result<PerpetualRun> together = run(terms, true);
  if (!together) return std::unexpected(together.error());
  stress::PerpetualTerms thin_terms = terms;
  thin_terms.fresh_volume = 1;
  Result<PerpetualRun> thin = run(thin_terms, false);
  if (!thin) return std::unexpected(thin.error());
  PerpetualStress out{.record = std::move(record),
                      .terms = terms,
                      .apart = std::move(*apart),
                      .commingled = std::move(*together),
                      .thin = std::move(*thin),
                      .breaking = {},
                      .judged = {},
                      .facts = {}};
  const PerpetualMinute& judged = out.apart.minutes[terms.judged];
  out.judged = judged.time;
  const auto shared = static_cast<i128>(base::to_double(out.apart.shared_start) * terms.shared_cap);
  i128 all = out.apart.judged_shared;
  for (std::size_t p = 0; p < out.apart.judged_pools.size(); ++p) {
    const PerpetualPool& pool = out.apart.judged_pools[p];
    const i128 own = pool.fund + pool.operator_capital;
    all += own;
    out.breaking.push_back(stress::break_perpetual(
        out.apart.judged_accounts, p, judged.mark,
        own + std::min(out.apart.judged_shared, shared - pool.shared_used)));
  }
  out.breaking.push_back(
      stress::break_perpetual(out.apart.judged_accounts, std::nullopt, judged.mark, all));
  out.facts = out.record.facts;
  const auto zero = [&](std::string name, std::string found) {
    out.facts.push_back({std::move(name), "0", std::move(found)});
  };
  zero("satoshi that are unaccounted for, pools apart",
       base::format_decimal(stress::unaccounted(out.apart), 0));
  zero("satoshi that are unaccounted for, all in one",
       base::format_decimal(stress::unaccounted(out.commingled), 0));
  zero("minutes with a liquidation on a stale mark",
       std::to_string(closed_while_stale(out.apart) + closed_while_stale(out.commingled)));
  return out;
}

std::vector<StressTable> stress_tables(const PerpetualStress& s) {
  std::vector<StressTable> out{
      {payers_table(s),
       "In coins, cut to four digits. The same book three times: with every pool's layers apart, "
       "with one fund and one set of claims for all, and apart with a mark made of every minute in "
       "which anything was traded."},
      {pools_table(s.apart),
       "A pool is a market of its own, named by the leverage that it allows. Failed accounts could "
       "not pay; deleveraged ones were closed for others, at what it cost them."},
      {halt_table(s),
       "Pools apart. On a stale mark nothing is opened, liquidated or funded; contracts wait."},
      {days_table(s), "Pools apart, unless it says otherwise."},
      {breaking_table(s), "Of the book at " + base::format_time(s.judged) +
                              ": the smallest jump of the price after which accounts owe more than "
                              "the pool's layers and its part of the shared fund hold."},
      {coverage_table(s),
       "Of every minute of the record: whether a position opened at its average price and closed "
       "at the worst price of the minutes after it would have lost at most this part of its "
       "value."},
      {losses_table(s.apart), "The largest, each with the certificate of its waterfall."}};
  if (!s.record.funds.rows.empty())
    out.push_back({s.record.funds, "As published; nothing of the drill is fitted to them."});
  return out;
}

std::string stress_summary(const PerpetualStress& s) {
  const Payers apart = payers_of(s.apart), together = payers_of(s.commingled);
  return std::to_string(s.apart.accounts.size()) + " accounts in " +
         std::to_string(s.apart.pools.size()) + " pools over " +
         grouped(std::to_string(s.apart.minutes.size())) + " minutes. " +
         std::to_string(apart.liquidated) + " were liquidated, " +
         std::to_string(s.apart.losses.size()) + " losses of " + grouped(coins(apart.deficit)) +
         " XBT were left. With pools apart, money of pools without a loss bore " +
         grouped(coins(apart.from_healthy_pools)) + "; with all in one, losses were " +
         grouped(coins(together.deficit)) + " and such pools bore " +
         grouped(coins(together.from_healthy_pools)) + ".";
}

std::string stress_screen(const PerpetualStress& s) {
  std::string out = stress_summary(s) + "\n\nFigures, against what the data set states\n";
  for (const Fact& fact : s.facts)
    out += (fact.stated.empty() ? "          "
            : fact.agrees()     ? "agrees    "
                                : "DIFFERS   ") +
           fact.name + ": " + figure(fact.found) +
           (fact.stated.empty() || fact.agrees() ? "" : ", stated " + figure(fact.stated)) + "\n";
  for (const StressTable& table : stress_tables(s))
    out += "\n" + table.listing.title + "\n" +
           to_text(table.listing, kWidth, table.listing.title == kLosses ? kLossesOnScreen : 0) +
           table.note + "\n";
  return out;
}

std::string stress_json(const std::string& summary, const std::vector<Fact>& facts,
                        const std::vector<StressTable>& tables) {
  using operation::Json;
  Json out = Json::object();
  out.add("summary", summary);
  Json& stated = out.add("facts", Json::list());
  for (const Fact& fact : facts) {
    Json one = Json::object();
    one.add("name", fact.name);
    one.add("stated", fact.stated);
    one.add("found", fact.found);
    one.add("agrees", Json::truth(fact.agrees()));
    stated.items.push_back(std::move(one));
  }
  Json& list = out.add("tables", Json::list());
  for (const StressTable& table : tables) {
    Json one = Json::object();
    one.add("title", table.listing.title);
    one.add("note", table.note);
    Json& rows = one.add("rows", Json::list());
    for (const std::vector<std::string>& row : table.listing.rows) {
      Json line = Json::object();
      for (std::size_t i = 0; i < row.size(); ++i) line.add(table.listing.columns[i].name, row[i]);
      rows.items.push_back(std::move(line));
    }
    list.items.push_back(std::move(one));
  }
  return operation::write_json(out, operation::JsonLayout::indented) + "\n";
}

}  // namespace cofferdam::report
