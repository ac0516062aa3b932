// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/base/decimal.h"
#include "cofferdam/books/pool/reason.h"
#include "cofferdam/report/csv.h"
#include "cofferdam/report/replay_ledgers.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <unordered_map>

namespace cofferdam::report {

namespace {

using base::i128;
using base::malformed;
using base::u128;
using ledger::AccountClass;
using ledger::OwnerClass;

constexpr unsigned kEthScale = 18;
constexpr std::uint16_t kTransferCode = 1002;  // between two addresses
constexpr std::uint16_t kOpeningCode = 1003;   // what an address had before the window

struct ChainTransfer {
  std::size_t row = 0;
  base::Time time;
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  u128 wei = 0;
};

class EthereumReplay {
 public:
  EthereumReplay(Driver& driver, const ReplayOptions& options)
      : driver_(driver), options_(options) {}

  Result<void> run(const std::string& folder) {
    if (Result<void> done = read(folder); !done) return done;
    if (transfers_.empty()) return malformed("transfers.csv", "", "there is something to replay");
    for (const auto step : {&EthereumReplay::found, &EthereumReplay::open, &EthereumReplay::post})
      if (Result<void> done = (this->*step)(); !done) return done;
    report();
    return driver_.finish();
  }

 private:
  std::uint32_t address(const std::string& name) {
    const auto [at, fresh] = numbers_.emplace(name, static_cast<std::uint32_t>(addresses_.size()));
    if (fresh) addresses_.push_back(name);
    return at->second;
  }

  Result<void> read(const std::string& folder) {
    Result<Csv> csv = Csv::open_file(folder + "/transfers.csv");
    if (!csv) return std::unexpected(std::move(csv).error());
    static constexpr std::array<std::string_view, 4> kColumns{"block_time", "from_address",
                                                              "to_address", "value_wei"};
    if (Result<void> complete = csv->require(kColumns); !complete) return complete;
    while (true) {
      Result<bool> more = csv->next();
      if (!more) return std::unexpected(std::move(more).error());
      if (!*more) break;
      Result<base::Time> time = csv->time("block_time");
      if (!time) return std::unexpected(std::move(time).error());
      if (!transfers_.empty() && *time < transfers_.back().time)
        return malformed(csv->where("block_time"), csv->text("block_time"), "times do not go back");
      Result<u128> wei = csv->unsigned_number("value_wei");
      if (!wei) return std::unexpected(std::move(wei).error());
      if (__builtin_add_overflow(total_, *wei, &total_) ||
          total_ > static_cast<u128>(base::kI128Max))
        return malformed(csv->where("value_wei"), csv->text("value_wei"),
                         "the sum of all values fits 127 bits");
      // A creation of a contract names no receiver; its value goes to an account of its own.
      const std::string& to = csv->text("to_address");
      if (to.empty()) ++creations_;
      if (*wei > (u128{1} << 63)) ++large_;
      transfers_.push_back({csv->row(), *time, address(csv->text("from_address")),
                            address(to.empty() ? "contract-creation" : to), *wei});
    }
    return {};
  }

  // The least opening balance of every address: how far below zero it would have fallen.
  [[nodiscard]] std::vector<u128> openings() const {
    std::vector<i128> balance(addresses_.size());
    std::vector<i128> lowest(addresses_.size());
    for (const ChainTransfer& transfer : transfers_) {
      if (transfer.from == transfer.to) continue;
      balance[transfer.from] -= static_cast<i128>(transfer.wei);
      balance[transfer.to] += static_cast<i128>(transfer.wei);
      lowest[transfer.from] = std::min(lowest[transfer.from], balance[transfer.from]);
    }
    std::vector<u128> result;
    for (const i128 low : lowest) result.push_back(base::magnitude(low));
    return result;
  }

  Result<void> found() {
    const base::Time time = transfers_.front().time;
    driver_.result().from = time;
    driver_.result().to = transfers_.back().time;
    if (Result<void> done = driver_.found(time); !done) return done;
    Result<base::AssetId> asset = driver_.asset(time, "ETH", kEthScale, "ether, counted in wei");
    if (!asset) return std::unexpected(std::move(asset).error());
    eth_ = *asset;
    Result<base::PoolId> pool =
        driver_.pool(time, {.code = "chain",
                            .activity = "value transfers between addresses",
                            .regime = pool::Regime::capital,
                            .edges = {{OwnerClass::client, OwnerClass::client, kTransferCode},
                                      {OwnerClass::outside, OwnerClass::client, kOpeningCode}}});
    if (!pool) return std::unexpected(std::move(pool).error());
    pool_ = *pool;
    external_ = base::AccountId(driver_.id("account/external"));
    std::vector<ledger::AccountEvent> events{{.id = external_,
                                              .pool = pool_,
                                              .asset = eth_,
                                              .account_class = AccountClass::external,
                                              .owner_class = OwnerClass::outside,
                                              .owner = base::OwnerId(id_of("external")),
                                              .code = 1}};
    for (const std::string& name : addresses_)
      events.push_back({.id = account_of(name),
                        .pool = pool_,
                        .asset = eth_,
                        .account_class = AccountClass::collateral,
                        .owner_class = OwnerClass::client,
                        .owner = base::OwnerId(id_of(name)),
                        .code = 1,
                        .flags = ledger::kDebitsMustNotExceedCredits});
    return driver_.accounts("addresses", time, std::move(events));
  }

  [[nodiscard]] base::AccountId account_of(const std::string& name) const {
    return base::AccountId(driver_.id("account/" + name));
  }

  Result<void> give(const std::string& step, base::Time time,
                    std::vector<ledger::Transfer> events) {
    if (events.empty()) return {};
    Result<engine::Reply> reply = driver_.give_all(
        step, time, ledger::CreateTransfers{.guards = {}, .transfers = std::move(events)});
    if (!reply) return std::unexpected(std::move(reply).error());
    return {};
  }

  [[nodiscard]] ledger::Transfer event(const std::string& name, base::AccountId debit,
                                       base::AccountId credit, u128 wei, std::uint16_t code) const {
    return {.id = base::TransferId(driver_.id("transfer/" + name)),
            .debit_account = debit,
            .credit_account = credit,
            .amount = base::Amount(wei),
            .pool = pool_,
            .asset = eth_,
            .code = code};
  }

  Result<void> open() {
    const std::vector<u128> amounts = openings();
    std::vector<ledger::Transfer> events;
    std::size_t batch = 0;
    for (std::size_t i = 0; i < amounts.size(); ++i) {
      if (amounts[i] != 0) {
        events.push_back(event("opening/" + addresses_[i], external_, account_of(addresses_[i]),
                               amounts[i], kOpeningCode));
        opening_total_ += amounts[i];
        ++opened_;
      }
      if (events.size() < ledger::kBatchEventsMax && i + 1 < amounts.size()) continue;
      const std::string step = "openings/" + std::to_string(batch++);
      if (Result<void> done = give(step, transfers_.front().time, std::exchange(events, {})); !done)
        return done;
    }
    return {};
  }

  // Batches end with the second, so that a batch has one time.
  Result<void> post() {
    std::vector<ledger::Transfer> events;
    for (std::size_t i = 0; i < transfers_.size(); ++i) {
      const ChainTransfer& transfer = transfers_[i];
      if (transfer.from == transfer.to) {
        ++to_self_;
      } else {
        events.push_back(event("row/" + std::to_string(transfer.row),
                               account_of(addresses_[transfer.from]),
                               account_of(addresses_[transfer.to]), transfer.wei, kTransferCode));
        posted_ += transfer.wei;
      }
      const bool last = i + 1 == transfers_.size() || transfers_[i + 1].time != transfer.time;
      if (last || events.size() == ledger::kBatchEventsMax) {
        const std::string step = "block/" + std::to_string(transfer.row);
        if (Result<void> done = give(step, transfer.time, std::exchange(events, {})); !done)
          return done;
        if (options_.progress) options_.progress(i + 1, transfers_.size());
      }
      ++driver_.result().rows;
    }
    return {};
  }

  void report() {
    ReplayResult& result = driver_.result();
    const std::size_t named = addresses_.size() - (creations_ > 0 ? 1 : 0);
    result.facts = {
        {"transfers", "19999", std::to_string(transfers_.size())},
        {"above 2^63 wei", "2414", std::to_string(large_)},
        {"addresses", "10905", std::to_string(named)},
        {"ETH moved", base::format_decimal(total_, kEthScale),
         base::format_decimal(posted_ + to_self_wei(), kEthScale)},
    };
    for (const std::string& name : addresses_)
      result.labels.emplace_back(base::OwnerId(id_of(name)), name);
    result.notes = {
        std::to_string(to_self_) +
            " transfers from an address to itself move nothing and are counted, not posted.",
        std::to_string(creations_) +
            " creations of contracts name no receiver: they are booked to one account, "
            "contract-creation.",
        std::to_string(opened_) +
            " addresses pay more in the window than they receive; what they must have had at "
            "least before it, " +
            base::format_decimal(opening_total_, kEthScale) +
            " ETH, is declared as opening balance from the account external."};
  }

  [[nodiscard]] u128 to_self_wei() const {
    u128 sum = 0;
    for (const ChainTransfer& transfer : transfers_)
      if (transfer.from == transfer.to) sum += transfer.wei;
    return sum;
  }

  Driver& driver_;
  const ReplayOptions& options_;
  std::vector<ChainTransfer> transfers_;
  std::vector<std::string> addresses_;
  std::unordered_map<std::string, std::uint32_t> numbers_;
  base::AssetId eth_;
  base::PoolId pool_;
  base::AccountId external_;
  u128 total_ = 0;
  u128 posted_ = 0;
  u128 opening_total_ = 0;
  std::uint64_t large_ = 0;
  std::uint64_t creations_ = 0;
  std::uint64_t to_self_ = 0;
  std::uint64_t opened_ = 0;
};

}  // namespace

Result<ReplayResult> replay_ethereum(const std::string& folder, engine::Engine& engine,
                                     const ReplayOptions& options) {
  ReplayResult result;
  Driver driver(engine, "ledger_ethereum_2017", result);
  const auto began = std::chrono::steady_clock::now();
  if (Result<void> done = EthereumReplay(driver, options).run(folder); !done)
    return std::unexpected(std::move(done).error());
  result.nanoseconds =
      std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now() - began)
          .count();
  return result;
}

}  // namespace cofferdam::report
