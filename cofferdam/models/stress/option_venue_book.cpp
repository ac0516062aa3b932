// SPDX-License-Identifier: Apache-2.0
//
// The seeded book: who holds what at the first chain, and with how much money.
#include "cofferdam/base/estimate.h"
#include "cofferdam/models/numerics/random.h"
#include "cofferdam/models/stress/option_venue.h"
#include "cofferdam/models/stress/option_venue_parts.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

namespace cofferdam::stress {
namespace {

using base::malformed;
using base::Result;
using pricing::OptionType;

constexpr double kMakerMultiple = 2.0;  // of their requirements
constexpr std::int64_t kSizeOfBtc = 1;  // coins, times 1 to 20
constexpr std::int64_t kSizeOfOther = 20;

// Numbers that depend on the seed, the account and their place only.
class Dice {
 public:
  Dice(std::uint64_t seed, std::size_t account)
      : key_{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)},
        account_(static_cast<std::uint32_t>(account)) {}

  // In [0, 1).
  [[nodiscard]] double next() {
    const auto words = numerics::philox_words({account_, place_++, 0, 0}, key_);
    return static_cast<double>(words[0]) * 0x1p-32;
  }

  [[nodiscard]] std::size_t below(std::size_t count) {
    return static_cast<std::size_t>(next() * static_cast<double>(count));
  }

 private:
  std::array<std::uint32_t, 2> key_;
  std::uint32_t account_;
  std::uint32_t place_ = 0;
};

struct Listed {
  std::vector<base::Time> expiries;
  std::map<base::Time, std::vector<const OptionQuote*>> by_expiry;
};

// Expiries from two days to a hundred ahead: shorter ones are gone before anything happens.
std::map<std::string, Listed> listed_of(const OptionChain& chain) {
  constexpr std::int64_t kDay = 86'400'000'000'000;
  std::map<std::string, Listed> listed;
  for (const OptionQuote& quote : chain.quotes) {
    const std::int64_t ahead = quote.expiry.value() - chain.time.value();
    if (ahead < 2 * kDay || ahead > 100 * kDay) continue;
    Listed& of = listed[quote.underlying];
    auto& quotes = of.by_expiry[quote.expiry];
    if (quotes.empty()) of.expiries.push_back(quote.expiry);
    quotes.push_back(&quote);
  }
  for (auto& [code, of] : listed) std::sort(of.expiries.begin(), of.expiries.end());
  return listed;
}

// The option whose strike is nearest to the forward times a factor; the lower one of two.
const OptionQuote* nearest(const std::vector<const OptionQuote*>& quotes, OptionType type,
                           double factor) {
  const OptionQuote* best = nullptr;
  for (const OptionQuote* quote : quotes) {
    if (quote->type != type) continue;
    const double distance = std::fabs(quote->strike - quote->forward * factor);
    if (best == nullptr || distance < std::fabs(best->strike - best->forward * factor))
      best = quote;
  }
  return best;
}

struct Leg {
  OptionType type = OptionType::call;
  double factor = 1;  // strike over forward
  std::int64_t sign = 1;
};

struct Style {
  std::string_view name;
  std::vector<Leg> legs;
};

Style style_of(std::size_t account, Dice& dice) {
  const double near = 0.02 + 0.06 * dice.next();
  const double far = near + 0.05 + 0.1 * dice.next();
  using enum OptionType;
  switch (account % 6) {
    case 0:
      return {"short strangle", {{put, 1 - far, -1}, {call, 1 + far, -1}}};
    case 1:
      return {"short put", {{put, 1 - near, -1}}};
    case 2:
      return {"long put", {{put, 1 - near, 1}}};
    case 3:
      return {"short call", {{call, 1 + near, -1}}};
    case 4:
      return {"put spread", {{put, 1 - near, -1}, {put, 1 - far, 1}}};
    default:
      return {"long straddle", {{put, 1, 1}, {call, 1, 1}}};
  }
}

// Every account has a maker of its underlying on the other side: positions sum to zero.
void open_positions(const std::map<std::string, Listed>& listed, const VenueTerms& terms,
                    VenueRun& run) {
  std::vector<std::string> underlyings;
  for (const auto& [code, of] : listed) underlyings.push_back(code);
  std::vector<VenueAccount> makers;
  for (const std::string& code : underlyings)
    makers.push_back({.owner = "maker-" + code,
                      .pool = terms.pools,
                      .underlying = code,
                      .style = "market maker",
                      .position = {}});
  for (std::size_t i = 0; i < terms.accounts; ++i) {
    Dice dice(terms.seed, i);
    const std::size_t which = dice.below(underlyings.size());
    const Listed& of = listed.at(underlyings[which]);
    const Style style = style_of(i, dice);
    const auto& quotes = of.by_expiry.at(of.expiries[dice.below(of.expiries.size())]);
    const std::int64_t size = underlyings[which] == "BTC" ? kSizeOfBtc : kSizeOfOther;
    const std::int64_t coins = size * static_cast<std::int64_t>(1 + dice.below(20));
    VenueAccount account{.owner = "account-" + std::to_string(i + 1),
                         .pool = (i / 6) % terms.pools,
                         .underlying = underlyings[which],
                         .style = std::string(style.name),
                         .position = {}};
    for (const Leg& leg : style.legs) {
      const OptionQuote* quote = nearest(quotes, leg.type, leg.factor);
      if (quote == nullptr) continue;
      account.position[quote->instrument] += leg.sign * coins;
      makers[which].position[quote->instrument] -= leg.sign * coins;
    }
    run.accounts.push_back(std::move(account));
  }
  for (VenueAccount& maker : makers) {
    std::erase_if(maker.position, [](const auto& held) { return held.second == 0; });
    run.accounts.push_back(std::move(maker));
  }
}

// A multiple of the requirement, from barely enough to twice, more often little than much; the
// makers twice.
double multiple_of(const VenueTerms& terms, std::size_t account) {
  if (account >= terms.accounts) return kMakerMultiple;
  Dice dice(terms.seed ^ 0x5bd1e995ULL, account);
  return 1.02 + 0.98 * dice.next() * dice.next();
}

i128 part_of(i128 amount, double rate) {
  return *base::quantize<base::Rounding::half_even>(base::to_double(amount) * rate);
}

}  // namespace

Result<VenueRun> found_venue(const rulebook::Rulebook& rulebook, const OptionChain& chain,
                             const VenueTerms& terms) {
  const auto listed = listed_of(chain);
  if (listed.empty())
    return malformed("chains", "", "the first must list options of two to a hundred days");
  VenueRun run;
  open_positions(listed, terms, run);
  for (std::size_t p = 0; p < terms.pools; ++p)
    run.pools.push_back({.name = "clients-" + std::to_string(p + 1)});
  run.pools.push_back({.name = "makers"});
  const QuoteIndex quotes = index_of(chain);
  if (Result<void> judged = judge(rulebook, chain, quotes, run.accounts); !judged)
    return std::unexpected(judged.error());
  i128 all = 0;
  for (std::size_t i = 0; i < run.accounts.size(); ++i) {
    VenueAccount& account = run.accounts[i];
    // What is remembered here is remembered again when the first chain is judged.
    if (i < terms.accounts) add_liquidity(account, quotes, terms);
    account.closing_costs.clear();
    const i128 needed = std::max<i128>(part_of(account.initial, multiple_of(terms, i)), 0);
    account.cash = needed - account.equity;  // equity was the value of the positions alone
    // Nobody has borrowed to buy options.
    if (account.equity > 0) account.cash = std::max<i128>(account.cash, 0);
    account.equity += account.cash;
    VenuePool& pool = run.pools[account.pool];
    ++pool.accounts;
    pool.initial += std::max<i128>(account.initial, 0);
    all += std::max<i128>(account.initial, 0);
  }
  for (VenuePool& pool : run.pools) {
    pool.fund = pool.fund_start = part_of(pool.initial, terms.fund_rate);
    pool.operator_capital = pool.operator_start = part_of(pool.initial, terms.operator_rate);
  }
  run.shared = run.shared_start = part_of(all, terms.shared_rate);
  return run;
}

}  // namespace cofferdam::stress
