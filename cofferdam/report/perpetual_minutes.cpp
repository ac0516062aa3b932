// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/report/perpetual_minutes.h"

#include "cofferdam/base/decimal.h"
#include "cofferdam/report/csv.h"
#include "cofferdam/report/input.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <map>

namespace cofferdam::report {
namespace {

using base::malformed;
using base::Result;
using stress::MinuteBar;

constexpr std::int64_t kMinute = 60'000'000'000;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kPriceMax = 100'000'000'000;  // ten million dollars
constexpr std::int64_t kVolumeMax = 1'000'000'000'000;

constexpr std::string_view kMinutes = "xbtusd_1m_2020-03_covid.csv";
constexpr std::string_view kHours = "xbtusd_1h_2015-09_2021-09.csv";
constexpr std::string_view kTrades = "xbtusd_trades_near_funding_2018-06_2020-11.csv";

Result<std::int64_t> price_in(const Csv& csv, std::string_view column) {
  const auto value = csv.decimal(column, stress::kDollarDigits);
  if (!value) return std::unexpected(value.error());
  if (*value <= 0 || *value > kPriceMax)
    return malformed(csv.where(column), csv.text(column), "must be a price above zero");
  return static_cast<std::int64_t>(*value);
}

Result<std::int64_t> count_in(const Csv& csv, std::string_view column) {
  const auto value = csv.unsigned_number(column);
  if (!value) return std::unexpected(value.error());
  if (*value > static_cast<base::u128>(kVolumeMax))
    return malformed(csv.where(column), csv.text(column), "must be at most 1,000,000,000,000");
  return static_cast<std::int64_t>(*value);
}

Result<MinuteBar> bar_in(const Csv& csv) {
  MinuteBar bar;
  const Result<base::Time> end = csv.time("bar_end");
  if (!end) return std::unexpected(end.error());
  bar.end = *end;
  const std::pair<std::string_view, std::int64_t*> prices[] = {
      {"high", &bar.high}, {"low", &bar.low}, {"close", &bar.close}};
  for (const auto& [column, target] : prices) {
    const Result<std::int64_t> price = price_in(csv, column);
    if (!price) return std::unexpected(price.error());
    *target = *price;
  }
  bar.average = bar.close;
  if (!csv.text("vwap").empty()) {
    const Result<std::int64_t> price = price_in(csv, "vwap");
    if (!price) return std::unexpected(price.error());
    bar.average = *price;
  }
  if (bar.low > bar.high)
    return malformed(csv.where("low"), csv.text("low"), "must not be above the high");
  const std::pair<std::string_view, std::int64_t*> counts[] = {
      {"trades", &bar.trades}, {"volume_usd_contracts", &bar.volume}};
  for (const auto& [column, target] : counts) {
    const Result<std::int64_t> count = count_in(csv, column);
    if (!count) return std::unexpected(count.error());
    *target = *count;
  }
  return bar;
}

std::string dollars(std::int64_t price) {
  std::string text = base::format_decimal(base::i128{price}, stress::kDollarDigits);
  while (text.ends_with('0')) text.pop_back();
  if (text.ends_with('.')) text.pop_back();
  return text;
}

const MinuteBar* bar_at(const std::vector<MinuteBar>& bars, std::string_view time) {
  const Result<base::Time> wanted = base::parse_time(time);
  const auto found = std::lower_bound(bars.begin(), bars.end(), *wanted,
                                      [](const MinuteBar& b, base::Time t) { return b.end < t; });
  return found == bars.end() || found->end != *wanted ? nullptr : &*found;
}

// What the data set's description states of its minutes.
void check_minutes(const std::vector<MinuteBar>& bars, std::vector<Fact>& facts) {
  facts.push_back({"minutes", "20160", std::to_string(bars.size())});
  facts.push_back({"first minute ends", "2020-03-06T00:01:00Z", base::format_time(bars[0].end)});
  facts.push_back({"last minute ends", "2020-03-20T00:00:00Z", base::format_time(bars.back().end)});
  const auto span = (bars.back().end.value() - bars[0].end.value()) / kMinute + 1;
  facts.push_back({"minutes missing between them", "0",
                   std::to_string(span - static_cast<std::int64_t>(bars.size()))});
  const auto lowest =
      std::min_element(bars.begin(), bars.end(),
                       [](const MinuteBar& a, const MinuteBar& b) { return a.low < b.low; });
  facts.push_back({"lowest price", "3596 at 2020-03-13T02:16:00Z",
                   dollars(lowest->low) + " at " + base::format_time(lowest->end)});
  const MinuteBar* first = bar_at(bars, "2020-03-13T02:17:00Z");
  const MinuteBar* last = bar_at(bars, "2020-03-13T02:30:00Z");
  const MinuteBar* after = bar_at(bars, "2020-03-13T02:40:00Z");
  if (first == nullptr || last == nullptr || after == nullptr) return;
  std::int64_t traded = 0, silent = 0;
  for (const MinuteBar* bar = first; bar <= last; ++bar) {
    traded += bar->volume;
    silent += bar->volume == 0 ? 1 : 0;
  }
  const auto whole = [](std::int64_t price) { return std::to_string(price / 10'000); };
  facts.push_back({"reopening, in whole dollars, 02:30 to 02:40", "3614 to 4814",
                   whole(last->close) + " to " + whole(after->close)});
  facts.push_back({"contracts traded in the halt, 02:17 to 02:30", "", std::to_string(traded)});
  facts.push_back({"minutes of the halt without a trade", "", std::to_string(silent)});
}

// round_half_up(1e8 / price) x size, against the recorded value of every single trade.
Result<void> check_trades(const std::string& folder, std::vector<Fact>& facts) {
  Result<Csv> csv = Csv::open_file(folder + "/" + std::string(kTrades));
  if (!csv) return std::unexpected(csv.error());
  constexpr std::array<std::string_view, 3> kColumns{"size_usd_contracts", "price",
                                                     "gross_value_satoshi"};
  if (Result<void> there = csv->require(kColumns); !there) return there;
  std::size_t rows = 0, nearest = 0, down = 0, up = 0;
  for (;;) {
    const Result<bool> more = csv->next();
    if (!more) return std::unexpected(more.error());
    if (!*more) break;
    const Result<std::int64_t> size = count_in(*csv, "size_usd_contracts");
    const Result<std::int64_t> price = price_in(*csv, "price");
    const Result<base::u128> value = csv->unsigned_number("gross_value_satoshi");
    if (!size || !price || !value)
      return std::unexpected(!size ? size.error() : !price ? price.error() : value.error());
    constexpr std::int64_t kWhole = 1'000'000'000'000;
    const auto stated = static_cast<base::i128>(*value);
    ++rows;
    if (*size * base::i128{stress::contract_worth(*price)} == stated) ++nearest;
    if (*size * base::i128{kWhole / *price} == stated) ++down;
    if (*size * base::i128{(kWhole + *price - 1) / *price} == stated) ++up;
  }
  facts.push_back({"single trades", "2652", std::to_string(rows)});
  facts.push_back(
      {"of them worth size x round_half_up(1e8 / price) satoshi", "2652", std::to_string(nearest)});
  facts.push_back({"rounded down would fit", "1357", std::to_string(down)});
  facts.push_back({"rounded up would fit", "1298", std::to_string(up)});
  return {};
}

struct HourSum {
  std::int64_t high = 0, low = kPriceMax, close = 0, trades = 0, volume = 0;

  friend bool operator==(const HourSum&, const HourSum&) = default;
};

// The file of hours, against the sums of the minutes.
Result<void> check_hours(const std::string& folder, const std::vector<MinuteBar>& bars,
                         std::vector<Fact>& facts) {
  std::map<std::int64_t, HourSum> sums;  // by the start of the hour
  for (const MinuteBar& bar : bars) {
    const std::int64_t start = (bar.end.value() - 1) / kHour * kHour;
    HourSum& sum = sums[start];
    if (bar.trades > 0) {  // a silent minute's prices are those of the one before
      sum.high = std::max(sum.high, bar.high);
      sum.low = std::min(sum.low, bar.low);
    }
    sum.close = bar.close;
    sum.trades += bar.trades;
    sum.volume += bar.volume;
  }
  Result<Csv> csv = Csv::open_file(folder + "/" + std::string(kHours));
  if (!csv) return std::unexpected(csv.error());
  constexpr std::array<std::string_view, 6> kColumns{
      "hour_start", "high", "low", "close", "trades", "volume_usd_contracts"};
  if (Result<void> there = csv->require(kColumns); !there) return there;
  std::size_t rows = 0, both = 0, same = 0;
  for (;;) {
    const Result<bool> more = csv->next();
    if (!more) return std::unexpected(more.error());
    if (!*more) break;
    ++rows;
    const Result<base::Time> start = csv->time("hour_start");
    if (!start) return std::unexpected(start.error());
    const auto sum = sums.find(start->value());
    if (sum == sums.end()) continue;
    ++both;
    const Result<std::int64_t> high = price_in(*csv, "high"), low = price_in(*csv, "low"),
                               close = price_in(*csv, "close"), trades = count_in(*csv, "trades"),
                               volume = count_in(*csv, "volume_usd_contracts");
    if (high && low && close && trades && volume &&
        HourSum{*high, *low, *close, *trades, *volume} == sum->second)
      ++same;
  }
  facts.push_back({"hours", "52548", std::to_string(rows)});
  facts.push_back(
      {"hours that are the sums of their minutes", std::to_string(both), std::to_string(same)});
  return {};
}

Result<std::vector<stress::FundingRate>> read_funding(const std::string& path,
                                                      const std::vector<MinuteBar>& bars) {
  std::vector<stress::FundingRate> out;
  if (!find_input(path)) return out;
  Result<Csv> csv = Csv::open_file(path);
  if (!csv) return std::unexpected(csv.error());
  constexpr std::array<std::string_view, 2> kColumns{"timestamp", "funding_rate"};
  if (Result<void> there = csv->require(kColumns); !there) return std::unexpected(there.error());
  for (;;) {
    const Result<bool> more = csv->next();
    if (!more) return std::unexpected(more.error());
    if (!*more) return out;
    const Result<base::Time> time = csv->time("timestamp");
    if (!time) return std::unexpected(time.error());
    if (*time < bars.front().end || *time > bars.back().end) continue;
    const std::string& text = csv->text("funding_rate");
    double rate = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), rate);
    if (error != std::errc{} || end != text.data() + text.size() || !(rate > -1 && rate < 1))
      return malformed(csv->where("funding_rate"), text, "must be a rate between -1 and 1");
    out.push_back({*time, rate});
  }
}

Result<Listing> read_funds(const std::string& path) {
  Listing out{.title = "What venues stated of their own funds",
              .columns = {text_column("venue"), text_column("date"), text_column("item"),
                          number_column("value"), text_column("unit")},
              .rows = {}};
  if (!find_input(path)) return out;
  Result<Csv> csv = Csv::open_file(path);
  if (!csv) return std::unexpected(csv.error());
  constexpr std::array<std::string_view, 5> kColumns{"venue", "date", "item", "value", "unit"};
  if (Result<void> there = csv->require(kColumns); !there) return std::unexpected(there.error());
  for (;;) {
    const Result<bool> more = csv->next();
    if (!more) return std::unexpected(more.error());
    if (!*more) return out;
    if (!csv->text("date").starts_with("2020-03")) continue;
    std::vector<std::string> row;
    for (const std::string_view column : kColumns) row.push_back(csv->text(column));
    out.rows.push_back(std::move(row));
  }
}

}  // namespace

Result<std::vector<MinuteBar>> read_minutes(const std::string& path) {
  Result<Csv> csv = Csv::open_file(path);
  if (!csv) return std::unexpected(csv.error());
  constexpr std::array<std::string_view, 7> kColumns{
      "bar_end", "high", "low", "close", "vwap", "trades", "volume_usd_contracts"};
  if (Result<void> there = csv->require(kColumns); !there) return std::unexpected(there.error());
  std::vector<MinuteBar> bars;
  for (;;) {
    const Result<bool> more = csv->next();
    if (!more) return std::unexpected(more.error());
    if (!*more) break;
    const Result<MinuteBar> bar = bar_in(*csv);
    if (!bar) return std::unexpected(bar.error());
    if (!bars.empty() && bar->end <= bars.back().end)
      return malformed(csv->where("bar_end"), csv->text("bar_end"),
                       "must be later than the one before");
    bars.push_back(*bar);
  }
  if (bars.size() < 2)
    return malformed("minutes", std::to_string(bars.size()), "must be at least two");
  return bars;
}

Result<PerpetualRecord> read_perpetual_record(const std::string& folder) {
  PerpetualRecord record;
  Result<std::vector<MinuteBar>> bars = read_minutes(folder + "/" + std::string(kMinutes));
  if (!bars) return std::unexpected(bars.error());
  record.minutes = std::move(*bars);
  check_minutes(record.minutes, record.facts);
  if (Result<void> done = check_trades(folder, record.facts); !done)
    return std::unexpected(done.error());
  if (Result<void> done = check_hours(folder, record.minutes, record.facts); !done)
    return std::unexpected(done.error());
  const std::string beside = std::filesystem::path(folder + "/..").lexically_normal().string();
  auto funding =
      read_funding(beside + "/funding/bitmex_xbtusd_funding_2016-05_2020-11.csv", record.minutes);
  if (!funding) return std::unexpected(funding.error());
  record.funding = std::move(*funding);
  auto funds = read_funds(beside + "/insurance_fund_facts/insurance_fund_facts.csv");
  if (!funds) return std::unexpected(funds.error());
  record.funds = std::move(*funds);
  return record;
}

}  // namespace cofferdam::report
