// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/models/pricing/chain.h"

#include "cofferdam/base/estimate.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <utility>

namespace cofferdam::pricing {
namespace {

// A sliver of the forward: less is rounding of the quotes' digits, not a trade.
constexpr double kTradeMin = 1e-9;

struct Group {
  std::vector<std::size_t> quotes;
};

using Groups = std::map<std::int64_t, Group>;

std::string at(std::string_view list, std::size_t i, std::string_view field) {
  return std::string(list) + "[" + std::to_string(i) + "]." + std::string(field);
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t n = values.size();
  return n % 2 == 1 ? values[n / 2] : 0.5 * (values[n / 2 - 1] + values[n / 2]);
}

base::Result<void> check_sizes(const SurfaceInput& input) {
  if (input.quotes.empty() || input.quotes.size() > kQuotesMax)
    return base::malformed("quotes", std::to_string(input.quotes.size()) + " quotes",
                           "must be 1 to 50,000");
  if (input.futures.size() > kFuturesMax)
    return base::malformed("futures", std::to_string(input.futures.size()) + " futures",
                           "must be at most 200");
  if (input.points.size() > kPointsMax)
    return base::malformed("points", std::to_string(input.points.size()) + " points",
                           "must be at most 10,000");
  return {};
}

base::Result<void> check_optional(const std::optional<double>& price, double low,
                                  const std::string& field, std::string_view rule) {
  return price ? check_between(*price, low, kPriceMax, field, rule) : base::Result<void>{};
}

base::Result<void> check_expiry(base::Time expiry, base::Time now, const std::string& field) {
  const base::Result<double> years = years_until(expiry, now, field);
  if (!years) return std::unexpected(years.error());
  if (*years == 0 || *years > kYearsMax)
    return base::malformed(field, base::format_time(expiry),
                           "must lie after valuation_time, at most 200 years");
  return {};
}

base::Result<Groups> group_quotes(const SurfaceInput& input) {
  Groups groups;
  std::set<std::pair<std::int64_t, std::pair<OptionType, double>>> seen;
  for (std::size_t i = 0; i < input.quotes.size(); ++i) {
    const OptionQuote& quote = input.quotes[i];
    constexpr std::string_view kAbove = "must be above 0: 1e-100 to 1e100; leave it out if none";
    for (const base::Result<void>& checked :
         {check_price_field(quote.strike, at("quotes", i, "strike")),
          check_expiry(quote.expiry, input.valuation_time, at("quotes", i, "expiry")),
          check_optional(quote.underlying, kPriceMin, at("quotes", i, "underlying"), kAbove),
          check_optional(quote.bid, kPriceMin, at("quotes", i, "bid"), kAbove),
          check_optional(quote.ask, kPriceMin, at("quotes", i, "ask"), kAbove),
          check_optional(quote.mark, 0, at("quotes", i, "mark"), "must be 0 to 1e100")})
      if (!checked) return std::unexpected(checked.error());
    if (!seen.insert({quote.expiry.value(), {quote.type, quote.strike}}).second)
      return base::malformed(at("quotes", i, "strike"), base::number_text(quote.strike),
                             "an option must be quoted once in its expiry");
    groups[quote.expiry.value()].quotes.push_back(i);
  }
  if (groups.size() > kExpiriesMax)
    return base::malformed("quotes", std::to_string(groups.size()) + " expiries",
                           "must be at most 200 expiries");
  return groups;
}

base::Result<std::map<std::int64_t, double>> read_futures(const SurfaceInput& input) {
  std::map<std::int64_t, double> futures;
  for (std::size_t i = 0; i < input.futures.size(); ++i) {
    const FutureQuote& future = input.futures[i];
    for (const base::Result<void>& checked :
         {check_price_field(future.price, at("futures", i, "price")),
          check_expiry(future.expiry, input.valuation_time, at("futures", i, "expiry"))})
      if (!checked) return std::unexpected(checked.error());
    if (!futures.emplace(future.expiry.value(), future.price).second)
      return base::malformed(at("futures", i, "expiry"), base::format_time(future.expiry),
                             "a future must be given once");
  }
  return futures;
}

// What is fitted, in the quote's own money; kNoPrice when there is none.
double value_of(const OptionQuote& quote, QuotePrice price) {
  if (price == QuotePrice::mark) return quote.mark.value_or(kNoPrice);
  return quote.bid && quote.ask ? 0.5 * (*quote.bid + *quote.ask) : kNoPrice;
}

// F = K + C - P (linear) or K / (1 - (c - p)) (in coin), median over the strikes that have both.
std::optional<double> parity_forward(const SurfaceInput& input, const Group& group) {
  std::map<double, std::pair<double, double>> pairs;
  for (const std::size_t i : group.quotes) {
    const OptionQuote& quote = input.quotes[i];
    const double value = value_of(quote, input.price);
    auto& pair = pairs.try_emplace(quote.strike, kNoPrice, kNoPrice).first->second;
    (quote.type == OptionType::call ? pair.first : pair.second) = value;
  }
  std::vector<double> forwards;
  for (const auto& [strike, pair] : pairs) {
    if (pair.first < 0 || pair.second < 0) continue;
    const double difference = pair.first - pair.second;
    const double forward =
        input.settlement == Settlement::linear ? strike + difference : strike / (1 - difference);
    if (forward >= kPriceMin && forward <= kPriceMax) forwards.push_back(forward);
  }
  if (forwards.empty()) return std::nullopt;
  return median(std::move(forwards));
}

RelativeQuote relative(const OptionQuote& quote, const SurfaceInput& input, double forward) {
  const double own = quote.underlying.value_or(forward);
  const double unit = input.settlement == Settlement::linear ? own : 1.0;
  const auto over = [&](double price) { return price < 0 ? kNoPrice : price / unit; };
  return {.type = quote.type,
          .strike = quote.strike / own,
          .bid = over(quote.bid.value_or(kNoPrice)),
          .ask = over(quote.ask.value_or(kNoPrice)),
          .value = over(value_of(quote, input.price)),
          .listed_strike = quote.strike};
}

// Where a side of the market is missing, nothing can be traded there.
void find_spreads(const ChainSlice& slice, const RelativeQuote& low, const RelativeQuote& high,
                  std::vector<ChainFinding>& findings) {
  const bool call = low.type == OptionType::call;
  const RelativeQuote& dear = call ? low : high;   // worth more
  const RelativeQuote& cheap = call ? high : low;  // worth less
  double gain = 0;
  if (cheap.bid >= 0 && dear.ask >= 0) gain = cheap.bid - dear.ask;
  if (dear.bid >= 0 && cheap.ask >= 0)
    gain = std::max(gain, dear.bid - cheap.ask - (high.strike - low.strike));
  if (gain > kTradeMin)
    findings.push_back(
        {ChainFault::vertical_spread, low.type, slice.expiry, high.listed_strike, gain});
}

}  // namespace

base::Result<std::vector<ChainSlice>> read_chain(const SurfaceInput& input) {
  if (const auto good = check_sizes(input); !good) return std::unexpected(good.error());
  const base::Result<Groups> groups = group_quotes(input);
  if (!groups) return std::unexpected(groups.error());
  const auto futures = read_futures(input);
  if (!futures) return std::unexpected(futures.error());
  std::vector<ChainSlice> slices;
  for (const auto& [expiry, group] : *groups) {
    ChainSlice slice{.expiry = base::Time(expiry), .quotes = {}};
    slice.years = *years_until(slice.expiry, input.valuation_time, "expiry");
    std::vector<double> underlyings;
    for (const std::size_t i : group.quotes)
      if (input.quotes[i].underlying) underlyings.push_back(*input.quotes[i].underlying);
    if (const auto future = futures->find(expiry); future != futures->end()) {
      slice.forward = future->second;
      slice.forward_source = ForwardSource::future;
    } else if (!underlyings.empty()) {
      slice.forward = median(std::move(underlyings));
      slice.forward_source = ForwardSource::quoted;
    } else if (const auto forward = parity_forward(input, group)) {
      slice.forward = *forward;
      slice.forward_source = ForwardSource::parity;
    } else {
      return base::malformed("quotes", base::format_time(slice.expiry),
                             "every expiry must have a forward",
                             "give a future, the underlying of a quote, or a call and a put of one "
                             "strike");
    }
    for (const std::size_t i : group.quotes)
      slice.quotes.push_back(relative(input.quotes[i], input, slice.forward));
    std::sort(slice.quotes.begin(), slice.quotes.end(), [](const auto& x, const auto& y) {
      return std::pair(x.type, x.listed_strike) < std::pair(y.type, y.listed_strike);
    });
    slices.push_back(std::move(slice));
  }
  return slices;
}

void find_arbitrage(const ChainSlice& slice, std::vector<ChainFinding>& findings) {
  const auto add = [&](ChainFault fault, const RelativeQuote& quote, double size) {
    if (size > kTradeMin)
      findings.push_back({fault, quote.type, slice.expiry, quote.listed_strike, size});
  };
  std::vector<const RelativeQuote*> tradable[2];
  for (const RelativeQuote& quote : slice.quotes) {
    const bool call = quote.type == OptionType::call;
    const double gain = std::max(0.0, call ? 1 - quote.strike : quote.strike - 1);
    const double bound = call ? 1.0 : quote.strike;
    const double buy = quote.ask >= 0 ? quote.ask : quote.bid < 0 ? quote.value : kNoPrice;
    const double sell = quote.bid >= 0 ? quote.bid : quote.ask < 0 ? quote.value : kNoPrice;
    if (quote.bid >= 0 && quote.ask >= 0)
      add(ChainFault::crossed_quote, quote, quote.bid - quote.ask);
    if (buy >= 0) add(ChainFault::below_intrinsic, quote, gain - buy);
    if (sell >= 0) add(ChainFault::above_bound, quote, sell - bound);
    tradable[call ? 0 : 1].push_back(&quote);
  }
  for (const auto& side : tradable) {
    for (std::size_t i = 1; i < side.size(); ++i)
      if (side[i]->strike > side[i - 1]->strike)
        find_spreads(slice, *side[i - 1], *side[i], findings);
    for (std::size_t i = 2; i < side.size(); ++i) {
      const RelativeQuote& low = *side[i - 2];
      const RelativeQuote& middle = *side[i - 1];
      const RelativeQuote& high = *side[i];
      if (low.ask < 0 || middle.bid < 0 || high.ask < 0) continue;
      if (!(low.strike < middle.strike && middle.strike < high.strike)) continue;
      const double share = (high.strike - middle.strike) / (high.strike - low.strike);
      add(ChainFault::butterfly, middle, middle.bid - share * low.ask - (1 - share) * high.ask);
    }
  }
}

}  // namespace cofferdam::pricing
