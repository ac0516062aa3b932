// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/report/option_chains.h"

#include "cofferdam/report/csv.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <set>

namespace cofferdam::report {
namespace {

using base::malformed;
using base::Result;
using stress::OptionChain;
using stress::OptionQuote;

constexpr std::string_view kPrefix = "snap_";

// snap_20260129T042227Z.csv.gz
Result<base::Time> time_of(const std::string& path) {
  const std::string name = std::filesystem::path(path).filename().string();
  const std::string stamp = name.substr(std::min(kPrefix.size(), name.size()), 16);
  const std::string rule = "must be named like snap_20260129T042227Z.csv.gz";
  if (!name.starts_with(kPrefix) || stamp.size() != 16) return malformed("file", name, rule);
  const std::string text = stamp.substr(0, 4) + "-" + stamp.substr(4, 2) + "-" +
                           stamp.substr(6, 5) + ":" + stamp.substr(11, 2) + ":" + stamp.substr(13);
  Result<base::Time> time = base::parse_time(text);
  if (!time) return malformed("file", name, rule);
  return time;
}

struct Bounds {
  double low = 0;
  double high = 0;
  std::string_view rule;
};

constexpr Bounds kPrice{1e-6, 1e12, "must be a price above zero"};
constexpr Bounds kCoin{0, 1e6, "must be a number of coins, not negative"};
constexpr Bounds kVolatility{0, 100, "must be a volatility a year, 0 to 100"};

Result<double> number(const Csv& csv, std::string_view column, const Bounds& bounds) {
  const std::string& text = csv.text(column);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size() ||
      !(value >= bounds.low && value <= bounds.high))
    return malformed(csv.where(column), text, std::string(bounds.rule));
  return value;
}

Result<std::optional<double>> quote_or_none(const Csv& csv, std::string_view column) {
  if (csv.text(column).empty()) return std::optional<double>();
  const Result<double> value = number(csv, column, kCoin);
  if (!value) return std::unexpected(value.error());
  return std::optional<double>(*value);
}

Result<OptionQuote> quote_of(const Csv& csv, base::Time now) {
  OptionQuote quote{.instrument = csv.text("instrument"), .underlying = csv.text("currency")};
  const std::string& type = csv.text("type");
  if (type != "call" && type != "put")
    return malformed(csv.where("type"), type, "must be call or put");
  quote.type = type == "call" ? pricing::OptionType::call : pricing::OptionType::put;
  const Result<base::Time> expiry = csv.time("expiry");
  if (!expiry) return std::unexpected(expiry.error());
  if (*expiry <= now)
    return malformed(csv.where("expiry"), csv.text("expiry"), "must lie after the snapshot");
  quote.expiry = *expiry;
  const std::tuple<std::string_view, const Bounds*, double*> numbers[] = {
      {"strike", &kPrice, &quote.strike},
      {"underlying_price", &kPrice, &quote.forward},
      {"index_price", &kPrice, &quote.index},
      {"mark_coin", &kCoin, &quote.mark},
      {"mark_iv", &kVolatility, &quote.volatility}};
  for (const auto& [column, bounds, into] : numbers) {
    const Result<double> value = number(csv, column, *bounds);
    if (!value) return std::unexpected(value.error());
    *into = *value;
  }
  Result<std::optional<double>> bid = quote_or_none(csv, "bid_coin");
  if (!bid) return std::unexpected(bid.error());
  Result<std::optional<double>> ask = quote_or_none(csv, "ask_coin");
  if (!ask) return std::unexpected(ask.error());
  if (*bid && *ask && **bid > **ask)
    return malformed(csv.where("bid_coin"), csv.text("bid_coin"),
                     "must not be above the ask: the quote is crossed");
  quote.bid = *bid;
  quote.ask = *ask;
  return quote;
}

}  // namespace

Result<OptionChain> read_option_chain(const std::string& path) {
  const Result<base::Time> time = time_of(path);
  if (!time) return std::unexpected(time.error());
  const bool is_packed = path.ends_with(".gz");
  Result<Csv> csv = Csv::open_file(is_packed ? path.substr(0, path.size() - 3) : path);
  if (!csv) return std::unexpected(csv.error());
  constexpr std::array<std::string_view, 11> kColumns{
      "instrument",  "currency", "type",     "strike",    "expiry", "underlying_price",
      "index_price", "bid_coin", "ask_coin", "mark_coin", "mark_iv"};
  if (Result<void> has = csv->require(kColumns); !has) return std::unexpected(has.error());
  OptionChain chain{.time = *time, .quotes = {}};
  std::set<std::string> seen;
  while (true) {
    const Result<bool> more = csv->next();
    if (!more) return std::unexpected(more.error());
    if (!*more) break;
    Result<OptionQuote> quote = quote_of(*csv, *time);
    if (!quote) return std::unexpected(quote.error());
    if (!seen.insert(quote->instrument).second)
      return malformed(csv->where("instrument"), quote->instrument, "must stand once in a chain");
    chain.quotes.push_back(std::move(*quote));
  }
  if (chain.quotes.empty()) return malformed("file", path, "must hold a quote");
  return chain;
}

Result<std::vector<OptionChain>> read_option_chains(const std::string& folder) {
  std::error_code error;
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    const bool is_chain =
        name.starts_with(kPrefix) && (name.ends_with(".csv") || name.ends_with(".csv.gz"));
    if (is_chain) files.push_back(entry.path().string());
  }
  if (error) return malformed("folder", folder, "must be a folder that can be read");
  if (files.size() < 2 || files.size() > kChainsMax)
    return malformed("folder", folder, "must hold 2 to 10,000 files snap_<UTC>.csv or .csv.gz",
                     std::to_string(files.size()) + " were found");
  std::sort(files.begin(), files.end());
  std::vector<OptionChain> chains;
  for (const std::string& file : files) {
    Result<OptionChain> chain = read_option_chain(file);
    if (!chain) return std::unexpected(chain.error());
    chains.push_back(std::move(*chain));
  }
  return chains;
}

}  // namespace cofferdam::report
