// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/report/generate_venue.h"

#include "cofferdam/base/decimal.h"
#include "cofferdam/base/rounding.h"
#include "cofferdam/base/time.h"
#include "cofferdam/report/export_journal.h"
#include "cofferdam/report/random.h"
#include "cofferdam/report/venue_input.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <vector>

namespace cofferdam::report {

namespace {

using base::i128;
using base::malformed;
using base::Result;

struct Coin {
  std::string_view code;
  unsigned price_scale;
  unsigned size_scale;
  std::int64_t price;      // in the price scale
  std::uint64_t step;      // greatest move of one trade, in millionths of the price
  std::uint64_t size_max;  // in the size scale: some 2,000 USD at the first price
};

constexpr std::string_view kDesk = "desk";
constexpr std::int64_t kTakerFee = 500;  // millionths of the notional: 5 bp
constexpr std::int64_t kMakerFee = 200;
// Deposits dwarf what 2,000 USD trades can lose in a few days, so that fees are always covered.
constexpr std::uint64_t kDepositLeast = 20'000;
constexpr std::uint64_t kDepositSpan = 80'000;
constexpr std::uint64_t kDeskDeposit = 10'000'000;

[[nodiscard]] std::string client(std::uint32_t number) {
  const std::string digits = std::to_string(number + 1);
  return "client-" + std::string(digits.size() < 6 ? 6 - digits.size() : 0, '0') + digits;
}

class Generator {
 public:
  Generator(const GenerateVenue& parameters, std::string folder)
      : parameters_(parameters), folder_(std::move(folder)), random_(parameters.seed) {}

  Result<void> write() {
    std::error_code trouble;
    std::filesystem::create_directories(folder_, trouble);
    if (trouble)
      return std::unexpected(base::Error{.kind = base::ErrorKind::unavailable,
                                         .field = folder_,
                                         .value = {},
                                         .rule = "the folder must be writable"});
    make_accounts();
    for (std::uint32_t day = 0; day < parameters_.days; ++day) make_day(day);
    for (const auto& [name, text] :
         {std::pair{"accounts.csv", &accounts_}, std::pair{"deposits_withdrawals.csv", &updates_},
          std::pair{"trades.csv", &trades_}, std::pair{"marks.csv", &marks_}}) {
      Result<FileSink> file = FileSink::open(folder_ + "/" + name);
      if (!file) return std::unexpected(std::move(file).error());
      if (Result<void> done = file->write(*text); !done) return done;
      if (Result<void> done = file->finish(); !done) return done;
    }
    return {};
  }

 private:
  [[nodiscard]] base::Time at(std::uint32_t day, std::uint64_t second) const {
    return base::Time(
        (std::int64_t{19'723 + day} * base::kSecondsPerDay + static_cast<std::int64_t>(second)) *
        base::kNanosecondsPerSecond);  // day 19,723 is 2024-01-01
  }

  void make_accounts() {
    accounts_ += std::string(kDesk) + ",house,house\n";
    updates_ += base::format_time(at(0, 0)) + "," + std::string(kDesk) + "," +
                std::to_string(kDeskDeposit) + "\n";
    for (std::uint32_t i = 0; i < parameters_.accounts; ++i) {
      accounts_ += client(i) + (i % 2 == 0 ? ",clients-a,client\n" : ",clients-b,client\n");
      deposits_.push_back(kDepositLeast + random_.below(kDepositSpan));
      updates_ += base::format_time(at(0, 1 + i % 3'600)) + "," + client(i) + "," +
                  std::to_string(deposits_.back()) + "\n";
      if (i % 3'600 == 3'599) wrapped_ = true;
    }
    if (wrapped_) sort_updates();
  }

  // With more accounts than seconds in the first hour the lines are not in order yet.
  void sort_updates() {
    std::vector<std::string> lines;
    const std::size_t header = updates_.find('\n') + 1;
    for (std::size_t from = header; from < updates_.size();) {
      const std::size_t end = updates_.find('\n', from) + 1;
      lines.push_back(updates_.substr(from, end - from));
      from = end;
    }
    std::stable_sort(lines.begin(), lines.end(), [](const std::string& a, const std::string& b) {
      return a.substr(0, 20) < b.substr(0, 20);
    });
    updates_.resize(header);
    for (const std::string& line : lines) updates_ += line;
  }

  void make_day(std::uint32_t day) {
    const std::uint64_t from = std::uint64_t{parameters_.trades} * day / parameters_.days;
    const std::uint64_t to = std::uint64_t{parameters_.trades} * (day + 1) / parameters_.days;
    constexpr std::uint64_t kOpens = 3'600;  // after the first deposits
    for (std::uint64_t i = from; i < to; ++i) {
      const std::uint64_t second =
          kOpens + (i - from) * (base::kSecondsPerDay - kOpens) / (to - from);
      make_trade(at(day, second));
    }
    // A twentieth of the clients withdraw a tenth of their deposit at noon, from the second day on.
    if (day > 0)
      for (std::uint32_t i = day % 20; i < parameters_.accounts; i += 20)
        updates_ += base::format_time(at(day, 43'200)) + "," + client(i) + ",-" +
                    std::to_string(deposits_[i] / 10) + "\n";
    for (const Coin& coin : coins_)
      marks_ += base::format_time(at(day + 1, 0)) + "," + std::string(coin.code) + "," +
                base::format_decimal(i128{coin.price}, coin.price_scale) + "\n";
  }

  void make_trade(base::Time time) {
    Coin& coin = coins_[random_.below(coins_.size())];
    const std::uint64_t reach = static_cast<std::uint64_t>(coin.price) * coin.step / 1'000'000 + 1;
    coin.price +=
        static_cast<std::int64_t>(random_.below(2 * reach + 1)) - static_cast<std::int64_t>(reach);
    coin.price = std::max<std::int64_t>(coin.price, 1);
    const auto size = static_cast<std::int64_t>(1 + random_.below(coin.size_max));
    const auto user = static_cast<std::uint32_t>(random_.below(parameters_.accounts));
    std::string other(kDesk);
    if (random_.below(10) < 4) {
      const auto peer = static_cast<std::uint32_t>(random_.below(parameters_.accounts - 1));
      other = client(peer >= user ? peer + 1 : peer);
    }
    trades_ += base::format_time(time) + "," + client(user) + "," + std::string(coin.code) +
               (random_.below(2) == 0 ? ",Bid," : ",Ask,") +
               base::format_decimal(i128{coin.price}, coin.price_scale) + "," +
               base::format_decimal(i128{size}, coin.size_scale) + ",true," + other + "," +
               fee(coin, size, kTakerFee) + "," + fee(coin, size, kMakerFee) + "\n";
  }

  // A part in millionths of the notional, rounded up: what is owed to a pool.
  [[nodiscard]] static std::string fee(const Coin& coin, std::int64_t size, std::int64_t part) {
    const i128 units = base::mul_div<base::Rounding::up>(
        i128{coin.price} * size, i128{part},
        static_cast<i128>(base::power_of_ten(coin.price_scale + coin.size_scale)));
    return base::format_decimal(units, kUsdScale);  // millionths of a dollar
  }

  GenerateVenue parameters_;
  std::string folder_;
  Random random_;
  std::array<Coin, 4> coins_{{{"BTC", 1, 5, 420'000, 900, 4'700},
                              {"ETH", 2, 4, 230'000, 1'200, 8'600},
                              {"SOL", 3, 2, 100'000, 2'000, 2'000},
                              {"DOGE", 5, 0, 9'000, 2'500, 22'000}}};
  std::vector<std::uint64_t> deposits_;
  bool wrapped_ = false;
  std::string accounts_ = "user,pool,kind\n";
  std::string updates_ = "time,user,delta_usd\n";
  std::string trades_ = "time,user,coin,side,px,sz,crossed,counterparty,fee,counterparty_fee\n";
  std::string marks_ = "time,coin,px\n";
};

}  // namespace

Result<void> generate_venue(const GenerateVenue& parameters, const std::string& folder) {
  if (parameters.days < 1 || parameters.days > 366)
    return malformed("days", std::to_string(parameters.days), "is from 1 to 366");
  if (parameters.accounts < 2 || parameters.accounts > 100'000)
    return malformed("accounts", std::to_string(parameters.accounts), "is from 2 to 100000");
  if (parameters.trades > 10'000'000)
    return malformed("trades", std::to_string(parameters.trades), "is at most 10000000");
  return Generator(parameters, folder).write();
}

}  // namespace cofferdam::report
