// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/report/venue_input.h"

#include "cofferdam/base/decimal.h"
#include "cofferdam/report/csv.h"
#include "cofferdam/report/input.h"

#include <algorithm>
#include <array>

namespace cofferdam::report {

namespace {

using base::i128;
using base::malformed;
using base::Result;

constexpr unsigned kDigitsMax = 18;  // of a contract's scales

[[nodiscard]] unsigned fraction_digits(std::string_view number) {
  const std::size_t point = number.find('.');
  if (point == std::string_view::npos) return 0;
  std::string_view fraction = number.substr(point + 1);
  while (fraction.ends_with('0')) fraction.remove_suffix(1);
  return static_cast<unsigned>(std::min<std::size_t>(fraction.size(), kDigitsMax + 1));
}

class VenueReader {
 public:
  explicit VenueReader(std::string folder) : folder_(std::move(folder)) {
    user(std::string(kMarketMakers));
  }

  Result<VenueInput> read() {
    for (const auto step :
         {&VenueReader::read_accounts, &VenueReader::read_trades, &VenueReader::read_updates,
          &VenueReader::read_marks, &VenueReader::read_liquidations})
      if (Result<void> done = (this->*step)(); !done)
        return std::unexpected(std::move(done).error());
    return std::move(input_);
  }

 private:
  std::uint32_t user(const std::string& name) {
    const auto [at, fresh] = users_.emplace(name, static_cast<std::uint32_t>(input_.users.size()));
    if (fresh) input_.users.push_back({.name = name, .pool = {}});
    return at->second;
  }

  [[nodiscard]] bool present(const std::string& name) const {
    return find_input(folder_ + "/" + name).has_value();
  }

  // Times must not go back inside a file: they are replayed in order.
  Result<base::Time> next_time(const Csv& csv, base::Time& last) {
    Result<base::Time> time = csv.time("time");
    if (time && *time < last)
      return malformed(csv.where("time"), csv.text("time"), "times do not go back");
    if (time) last = *time;
    return time;
  }

  Result<std::uint32_t> coin(const Csv& csv) {
    const std::string& code = csv.text("coin");
    const auto found = coins_.find(code);
    if (found == coins_.end())
      return malformed(csv.where("coin"), code, "the coin is one of those traded");
    return found->second;
  }

  template <class Row>
  Result<void> each(const std::string& name, std::span<const std::string_view> columns, Row row) {
    Result<Csv> csv = Csv::open_file(folder_ + "/" + name);
    if (!csv) return std::unexpected(std::move(csv).error());
    if (Result<void> complete = csv->require(columns); !complete) return complete;
    base::Time last = base::Time::min();
    while (true) {
      Result<bool> more = csv->next();
      if (!more) return std::unexpected(std::move(more).error());
      if (!*more) return {};
      if (Result<void> done = row(*csv, last); !done) return done;
    }
  }

  Result<void> read_accounts() {
    if (!present("accounts.csv")) return {};
    static constexpr std::array<std::string_view, 3> kColumns{"user", "pool", "kind"};
    return each("accounts.csv", kColumns, [&](const Csv& csv, base::Time&) -> Result<void> {
      VenueUser& entry = input_.users[user(csv.text("user"))];
      entry.pool = csv.text("pool");
      if (csv.text("kind") != "client" && csv.text("kind") != "house")
        return malformed(csv.where("kind"), csv.text("kind"), "is client or house");
      entry.house = csv.text("kind") == "house";
      return {};
    });
  }

  // Twice over the file: first the scales, then the numbers in them.
  Result<void> read_trades() {
    static constexpr std::array<std::string_view, 6> kColumns{"time", "user", "coin",
                                                              "side", "px",   "sz"};
    Result<void> scales = each("trades.csv", kColumns, [&](const Csv& csv, base::Time&) {
      const auto [at, fresh] =
          coins_.emplace(csv.text("coin"), static_cast<std::uint32_t>(input_.coins.size()));
      if (fresh) input_.coins.push_back({.code = csv.text("coin")});
      VenueCoin& entry = input_.coins[at->second];
      entry.price_scale = std::max(entry.price_scale, fraction_digits(csv.text("px")));
      entry.size_scale = std::max(entry.size_scale, fraction_digits(csv.text("sz")));
      return Result<void>();
    });
    if (!scales) return scales;
    for (const VenueCoin& entry : input_.coins)
      if (std::max(entry.price_scale, entry.size_scale) > kDigitsMax)
        return malformed(folder_ + "/trades.csv", entry.code,
                         "prices and sizes have at most 18 decimals");
    return each("trades.csv", kColumns,
                [&](const Csv& csv, base::Time& last) { return take_trade(csv, last); });
  }

  Result<void> take_trade(const Csv& csv, base::Time& last) {
    VenueTrade trade;
    Result<base::Time> time = next_time(csv, last);
    if (!time) return std::unexpected(std::move(time).error());
    trade.time = *time;
    trade.user = user(csv.text("user"));
    trade.coin = coins_.at(csv.text("coin"));
    const std::string& side = csv.text("side");
    if (side != "Bid" && side != "Ask")
      return malformed(csv.where("side"), side, "is Bid (buys) or Ask (sells)");
    trade.buys = side == "Bid";
    const VenueCoin& entry = input_.coins[trade.coin];
    const std::array<std::pair<std::string_view, unsigned>, 4> numbers{
        {{"px", entry.price_scale},
         {"sz", entry.size_scale},
         {"fee", kUsdScale},
         {"counterparty_fee", kUsdScale}}};
    const std::array<i128*, 4> fields{&trade.price, &trade.size, &trade.fee,
                                      &trade.counterparty_fee};
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      const auto [column, scale] = numbers[i];
      if (!csv.has(column)) continue;
      Result<i128> value = csv.decimal(column, scale);
      if (!value) return std::unexpected(std::move(value).error());
      if (i < 2 && *value <= 0)
        return malformed(csv.where(column), csv.text(column), "is positive");
      *fields[i] = *value;
    }
    if (csv.has("counterparty")) trade.counterparty = user(csv.text("counterparty"));
    if (trade.counterparty == trade.user)
      return malformed(csv.where("user"), csv.text("user"), "nobody trades with themselves");
    input_.trades.push_back(trade);
    return {};
  }

  Result<void> read_updates() {
    static constexpr std::array<std::string_view, 3> kColumns{"time", "user", "delta_usd"};
    return each("deposits_withdrawals.csv", kColumns,
                [&](const Csv& csv, base::Time& last) -> Result<void> {
                  Result<base::Time> time = next_time(csv, last);
                  if (!time) return std::unexpected(std::move(time).error());
                  Result<i128> delta = csv.decimal("delta_usd", kUsdScale);
                  if (!delta) return std::unexpected(std::move(delta).error());
                  input_.updates.push_back({*time, user(csv.text("user")), *delta});
                  return {};
                });
  }

  Result<void> read_marks() {
    if (!present("marks.csv")) return {};
    static constexpr std::array<std::string_view, 3> kColumns{"time", "coin", "px"};
    return each("marks.csv", kColumns, [&](const Csv& csv, base::Time& last) -> Result<void> {
      Result<base::Time> time = next_time(csv, last);
      if (!time) return std::unexpected(std::move(time).error());
      Result<std::uint32_t> code = coin(csv);
      if (!code) return std::unexpected(std::move(code).error());
      Result<i128> price = csv.decimal("px", input_.coins[*code].price_scale);
      if (!price) return std::unexpected(std::move(price).error());
      input_.marks.push_back({*time, *code, *price});
      return {};
    });
  }

  Result<void> read_liquidations() {
    if (!present("liquidations.csv")) return {};
    static constexpr std::array<std::string_view, 5> kColumns{
        "time", "user", "liquidated_ntl_pos", "liquidated_account_value", "leverage_type"};
    return each(
        "liquidations.csv", kColumns, [&](const Csv& csv, base::Time& last) -> Result<void> {
          Result<base::Time> time = next_time(csv, last);
          if (!time) return std::unexpected(std::move(time).error());
          Result<i128> notional = csv.decimal("liquidated_ntl_pos", kUsdScale);
          if (!notional) return std::unexpected(std::move(notional).error());
          Result<i128> value = csv.decimal("liquidated_account_value", kUsdScale);
          if (!value) return std::unexpected(std::move(value).error());
          const std::string& kind = csv.text("leverage_type");
          if (kind != "Cross" && kind != "Isolated")
            return malformed(csv.where("leverage_type"), kind, "is Cross or Isolated");
          input_.liquidations.push_back({*time, user(csv.text("user")), *notional, *value,
                                         kind == "Cross" ? Leverage::cross : Leverage::isolated});
          return {};
        });
  }

  std::string folder_;
  VenueInput input_;
  std::map<std::string, std::uint32_t> users_;
  std::map<std::string, std::uint32_t> coins_;
};

}  // namespace

Result<VenueInput> read_venue(const std::string& folder) {
  return VenueReader(folder).read();
}

}  // namespace cofferdam::report
