// SPDX-License-Identifier: Apache-2.0
//
// What the default management of a replayed venue comes to, for the report: from the input, from
// recorded outcomes and from rows that never change, so a second run over the same books says the
// same.
#include "cofferdam/base/decimal.h"
#include "cofferdam/base/rounding.h"
#include "cofferdam/report/observe.h"
#include "cofferdam/report/venue_defaults.h"

#include <algorithm>
#include <array>

namespace cofferdam::report {

namespace {

using base::Amount;
using base::i128;

namespace dm = default_management;

[[nodiscard]] std::string text(i128 units) {
  return base::format_decimal(units, kUsdScale);
}

[[nodiscard]] std::string text(Amount amount) {
  return base::format_decimal(amount.units(), kUsdScale);
}

[[nodiscard]] std::string percent(i128 part, i128 whole) {
  if (whole <= 0) return "";
  const auto hundredths = base::try_mul_div<base::Rounding::half_even>(part, i128{10'000}, whole);
  return hundredths ? base::format_decimal(*hundredths, 2) : "";
}

// In the order of the columns of "Liquidations by command".
[[nodiscard]] std::string verdict_of(const VenueLiquidation& event,
                                     const VenueDefaults::Execution& execution) {
  if (execution.fills > 0 && execution.trades == 0) return "reproduced";
  if (event.leverage == Leverage::isolated) return "booked as trades: isolated";
  if (!execution.has_marks) return "booked as trades: no mark can be drawn";
  if (!execution.by_rule)
    return execution.equity + execution.adjusted > event.account_value
               ? "booked as trades: what it has above is not cash"
               : "booked as trades: healthy by the rule";
  return execution.fills > 0 ? "reproduced in part" : "booked as trades: no other side";
}

}  // namespace

void VenueDefaults::report() const {
  report_margin();
  report_liquidations();
  report_adjustments();
  report_losses();
  report_fund();
}

void VenueDefaults::report_margin() const {
  ReplayResult& result = driver_.result();
  std::size_t still = 0;
  std::size_t before = 0;
  for (const Case& one : cases_) still += one.open ? 1U : 0U;
  for (const Execution& one : executions_) before += one.open_before ? 1U : 0U;
  Listing listing{
      .title = "Margin and calls: what the rule began by trades alone, beside the published",
      .columns = {text_column("what"), number_column("times")}};
  const margin::PoolMargin* setting = driver_.engine().state().margin.pools.find(waterfall_.pool);
  listing.rows = {{"margin calls", std::to_string(setting->calls)},
                  {"an account became liquidatable", std::to_string(setting->liquidatable)},
                  {"liquidations begun at the end of a minute with trades", std::to_string(begun_)},
                  {"of them followed by a published liquidation", std::to_string(before)},
                  {"of them ended with the margin restored", std::to_string(ended_)},
                  {"of them open at the end", std::to_string(still)}};
  result.findings.push_back(std::move(listing));
}

void VenueDefaults::report_liquidations() const {
  ReplayResult& result = driver_.result();
  Listing listing{
      .title = "",
      .columns = {text_column("time"), text_column("account"), text_column("kind"),
                  number_column("published value"), number_column("books, by the files alone"),
                  number_column("booked as not shown"), number_column("published % of notional"),
                  number_column("books % of notional"), text_column("begun before, by trades"),
                  text_column("verdict")}};
  std::size_t reproduced = 0;
  std::size_t alone = 0;
  for (std::size_t i = 0; i < executions_.size(); ++i) {
    const VenueLiquidation& event = input_.liquidations[i];
    const Execution& execution = executions_[i];
    const std::string verdict = verdict_of(event, execution);
    reproduced += verdict == "reproduced" ? 1U : 0U;
    const bool is_alone =
        event.leverage == Leverage::cross && execution.equity * 100 < execution.notional;
    alone += is_alone ? 1U : 0U;
    listing.rows.push_back(
        {base::format_time(event.time), input_.users[event.user].name,
         event.leverage == Leverage::cross ? "cross" : "isolated", text(event.account_value),
         text(execution.equity), execution.adjusted == 0 ? "" : text(execution.adjusted),
         percent(event.account_value, event.notional),
         percent(execution.equity, execution.notional),
         execution.open_before ? base::format_duration(event.time - execution.begun) : "",
         verdict});
  }
  const std::string all = std::to_string(executions_.size());
  listing.title = "Liquidations by command against the " + all +
                  " published: " + std::to_string(reproduced) + " reproduced";
  result.facts.push_back({"liquidations reproduced by command", "", std::to_string(reproduced)});
  result.facts.push_back(
      {"published cross ones below 1 % by deposits and trades alone", "", std::to_string(alone)});
  result.facts.push_back(
      {"trades that close a liquidation", "", std::to_string(takeovers_.closing)});
  result.facts.push_back(
      {"of them with the backstop on the other side", "", std::to_string(takeovers_.mirrored)});
  result.facts.push_back(
      {"liquidations begun by the rule, by trades alone", "", std::to_string(begun_)});
  result.findings.push_back(std::move(listing));
  result.notes.push_back(
      "A published notional and account value, with the prices of the trades of that second, say "
      "at which marks the venue liquidated: the price of the close is the one at which nothing of "
      "the account is left. With these marks, and the account brought to the published value (what "
      "the files do not show is booked from or to a named source), the rule of the books begins "
      "the liquidation and the venue's backstop takes the position over. Of isolated ones the "
      "files give the value of a part of the account, which these books do not keep apart: they "
      "are booked as trades.");
}

void VenueDefaults::report_adjustments() const {
  i128 received = 0;
  i128 paid = 0;
  std::size_t count = 0;
  for (const Execution& one : executions_) {
    (one.adjusted > 0 ? received : paid) += one.adjusted;
    count += one.adjusted == 0 ? 0U : 1U;
  }
  driver_.result().notes.push_back(
      std::to_string(count) + " accounts were brought to their published value: " + text(received) +
      " USDC received from, and " + text(-paid) +
      " USDC paid to, sources that the files do not show (funding, transfers, rewards).");
}

void VenueDefaults::report_losses() const {
  ReplayResult& result = driver_.result();
  const dm::State& books = driver_.engine().state().default_management;
  Amount sum;
  Amount largest;
  std::size_t count = 0;
  std::array<Amount, kLayerNames.size()> paid;
  for (const Execution& execution : executions_)
    for (const std::uint32_t number : execution.losses) {
      const dm::Loss& loss = *books.losses.find(number);
      ++count;
      sum += loss.amount;
      largest = std::max(largest, loss.amount);
      for (std::size_t i = 0; i < paid.size(); ++i)
        paid[i] += charged_to(driver_, number, kLayerNames[i]);
    }
  result.facts.push_back({"losses of published liquidations USD", "", text(sum)});
  Listing listing{.title = "Who paid, in the record: " + std::to_string(count) +
                           " take-overs left less than nothing, " + text(largest) + " USDC at most",
                  .columns = {text_column("layer"), number_column("paid USDC")}};
  for (std::size_t i = 0; i < paid.size(); ++i)
    listing.rows.push_back({kLayerNames[i], text(paid[i])});
  result.findings.push_back(std::move(listing));
}

void VenueDefaults::report_fund() const {
  ReplayResult& result = driver_.result();
  if (!takeovers_.backstop || days_.empty()) return;
  Listing listing{.title = "",
                  .columns = {text_column("day"), number_column("liquidations"),
                              number_column("published value taken over, total"),
                              number_column("result of the backstop, total"),
                              number_column("of it in the fund")}};
  ReplayPicture picture{
      .title = "The fund: what the backstop took over and what it made of it",
      .unit = "USDC",
      .scale = kUsdScale,
      .labels = {},
      .series = {
          {"published value taken over", {}}, {"result of the backstop", {}}, {"in the fund", {}}}};
  i128 taken = 0;
  for (const FundDay& day : days_) {
    taken += day.taken_over;
    picture.labels.push_back(base::format_date(day.date));
    picture.series[0].second.push_back(taken);
    picture.series[1].second.push_back(day.backstop);
    picture.series[2].second.push_back(day.swept);
    if (day.liquidations == 0 && &day != &days_.back()) continue;
    listing.rows.push_back({base::format_date(day.date), std::to_string(day.liquidations),
                            text(taken), text(day.backstop), text(day.swept)});
  }
  listing.title = "Fund path: " + text(days_.back().backstop) + " USDC made of " + text(taken) +
                  " USDC of account value taken over";
  result.facts.push_back({"result of the backstop USD", "", text(days_.back().backstop)});
  result.facts.push_back({"published value taken over USD", "", text(taken)});
  result.findings.push_back(std::move(listing));
  result.pictures.push_back(std::move(picture));
  result.notes.push_back(
      "The backstop is " + input_.users[*takeovers_.backstop].name +
      ", the account on the other side of the closes. It begins with " +
      std::to_string(kBackstopCapitalUsd) +
      " USDC (assumed: the files show none) and keeps them; what it has above at the end of a day "
      "goes to the fund. Whether the venue kept it in "
      "a fund is not in the files; the result is, to the unit, that of its published trades.");
}

}  // namespace cofferdam::report
