// SPDX-License-Identifier: Apache-2.0
#include "cofferdam/base/decimal.h"
#include "cofferdam/base/parse_integer.h"
#include "cofferdam/books/pool/reason.h"
#include "cofferdam/report/bank_breaks.h"
#include "cofferdam/report/bank_statements.h"
#include "cofferdam/report/csv.h"
#include "cofferdam/report/replay_ledgers.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <set>

namespace cofferdam::report {

namespace {

using base::i128;
using base::malformed;
using ledger::AccountClass;
using ledger::OwnerClass;

constexpr unsigned kCrownScale = 2;

struct BankRow {
  std::string sequence;
  std::uint16_t code = 0;
};

class BerkaReplay {
 public:
  BerkaReplay(Driver& driver, const ReplayOptions& options) : driver_(driver), options_(options) {}

  Result<void> run(const std::string& folder) {
    if (Result<void> done = read(folder); !done) return done;
    if (movements_.empty())
      return malformed("transactions.csv", "", "there is something to replay");
    for (const auto step : {&BerkaReplay::found, &BerkaReplay::post})
      if (Result<void> done = (this->*step)(); !done) return done;
    const std::vector<BankBreak> breaks = find_bank_breaks(movements_);
    if (Result<void> done = statements_->work_off(time_of(movements_.back().date), breaks); !done)
      return done;
    report(breaks);
    return driver_.finish();
  }

 private:
  [[nodiscard]] static base::Time time_of(base::Date date) { return *base::start_of_day(date); }

  [[nodiscard]] static std::uint16_t code_of(const Csv& csv, bool credit) {
    const std::string& purpose = csv.text("purpose");
    if (purpose == "interest_credited") return pool::kInterest;
    if (purpose == "statement_fee" || purpose == "sanction_interest") return pool::kFee;
    return credit ? pool::kDeposit : pool::kWithdrawal;
  }

  Result<void> read(const std::string& folder) {
    Result<Csv> csv = Csv::open_file(folder + "/transactions_1993-01_1994-03.csv");
    if (!csv) return std::unexpected(std::move(csv).error());
    static constexpr std::array<std::string_view, 8> kColumns{"seq",
                                                              "account_id",
                                                              "date",
                                                              "direction",
                                                              "purpose",
                                                              "amount_heller",
                                                              "stated_balance_after_heller",
                                                              "chains_exactly"};
    if (Result<void> complete = csv->require(kColumns); !complete) return complete;
    while (true) {
      Result<bool> more = csv->next();
      if (!more) return std::unexpected(std::move(more).error());
      if (!*more) return {};
      if (Result<void> taken = take(*csv); !taken) return taken;
    }
  }

  Result<void> take(const Csv& csv) {
    Result<base::u128> account = csv.unsigned_number("account_id");
    if (!account) return std::unexpected(std::move(account).error());
    Result<base::Date> date = csv.date("date");
    if (!date) return std::unexpected(std::move(date).error());
    Result<i128> amount = csv.decimal("amount_heller", 0);
    if (!amount) return std::unexpected(std::move(amount).error());
    Result<i128> stated = csv.decimal("stated_balance_after_heller", 0);
    if (!stated) return std::unexpected(std::move(stated).error());
    constexpr i128 kMost = i128{1} << 60;
    if (*account > static_cast<base::u128>(kMost) || *amount < 0 || *amount > kMost ||
        base::magnitude(*stated) > static_cast<base::u128>(kMost))
      return malformed(csv.where("amount_heller"), csv.text("amount_heller"),
                       "numbers are below 2^60, amounts not negative");
    if (!movements_.empty() && *date < movements_.back().date)
      return malformed(csv.where("date"), csv.text("date"), "dates do not go back");
    const std::string& direction = csv.text("direction");
    if (direction != "credit" && direction != "debit")
      return malformed(csv.where("direction"), direction, "is credit or debit");
    const bool credit = direction == "credit";
    const auto units = static_cast<std::int64_t>(*amount);
    movements_.push_back({.account = static_cast<std::uint64_t>(*account),
                          .date = *date,
                          .amount = credit ? units : -units,
                          .stated = static_cast<std::int64_t>(*stated),
                          .loan_payment = csv.text("purpose") == "loan_payment"});
    rows_.push_back({csv.text("seq"), code_of(csv, credit)});
    if (csv.text("chains_exactly") != "1") ++stated_breaks_;
    return {};
  }

  Result<void> found() {
    const base::Time time = time_of(movements_.front().date);
    driver_.result().from = time;
    driver_.result().to = time_of(movements_.back().date);
    if (Result<void> done = driver_.found(time); !done) return done;
    Result<base::AssetId> asset = driver_.asset(time, "CZK", kCrownScale, "Czech crown");
    if (!asset) return std::unexpected(std::move(asset).error());
    crown_ = *asset;
    // A bank lets accounts go below zero, which collateral never may: they are of class general.
    Result<base::PoolId> pool = driver_.pool(
        time, {.code = "bank", .activity = "current accounts", .regime = pool::Regime::omnibus});
    if (!pool) return std::unexpected(std::move(pool).error());
    pool_ = *pool;
    custody_ = base::AccountId(driver_.id("account/custody"));
    std::vector<ledger::AccountEvent> events{{.id = custody_,
                                              .pool = pool_,
                                              .asset = crown_,
                                              .account_class = AccountClass::custody,
                                              .owner_class = OwnerClass::pool,
                                              .code = 1}};
    for (const BankMovement& movement : movements_) accounts_.insert(movement.account);
    for (const std::uint64_t number : accounts_)
      events.push_back({.id = account_of(number),
                        .pool = pool_,
                        .asset = crown_,
                        .account_class = AccountClass::general,
                        .owner_class = OwnerClass::client,
                        .owner = base::OwnerId(id_of("berka/" + std::to_string(number))),
                        .code = 1,
                        .user_data_64 = number});
    if (Result<void> done = driver_.accounts("accounts", time, std::move(events)); !done)
      return done;
    statements_.emplace(driver_, crown_);
    for (const std::uint64_t number : accounts_)
      if (Result<void> done = statements_->begin(time, number, account_of(number)); !done)
        return done;
    return {};
  }

  [[nodiscard]] base::AccountId account_of(std::uint64_t number) const {
    return base::AccountId(driver_.id("account/" + std::to_string(number)));
  }

  Result<void> post() {
    std::vector<ledger::Transfer> events;
    for (std::size_t i = 0; i < movements_.size(); ++i) {
      const BankMovement& movement = movements_[i];
      const bool credit = movement.amount >= 0;
      const base::AccountId account = account_of(movement.account);
      const base::TransferId transfer(driver_.id("transfer/" + rows_[i].sequence));
      statements_->add(movement, transfer, i);
      events.push_back({.id = transfer,
                        .debit_account = credit ? custody_ : account,
                        .credit_account = credit ? account : custody_,
                        .amount = base::Amount(base::magnitude(i128{movement.amount})),
                        .pool = pool_,
                        .asset = crown_,
                        .value_date = movement.date.value(),
                        .code = rows_[i].code});
      const bool last = i + 1 == movements_.size() || movements_[i + 1].date != movement.date;
      if (!last && events.size() < ledger::kBatchEventsMax) continue;
      Result<engine::Reply> reply = driver_.give_all(
          "day/" + base::format_date(movement.date) + "/" + std::to_string(i),
          time_of(movement.date),
          ledger::CreateTransfers{.guards = {}, .transfers = std::exchange(events, {})});
      if (!reply) return std::unexpected(std::move(reply).error());
      if (i + 1 == movements_.size() || is_other_month(movement.date, movements_[i + 1].date))
        if (Result<void> done = statements_->close_month(time_of(movement.date)); !done)
          return done;
      driver_.result().rows = i + 1;
      if (options_.progress) options_.progress(i + 1, movements_.size());
    }
    return {};
  }

  [[nodiscard]] static bool is_other_month(base::Date a, base::Date b) {
    return base::format_date(a).substr(0, 7) != base::format_date(b).substr(0, 7);
  }

  [[nodiscard]] static std::string crowns(std::int64_t heller) {
    return base::format_decimal(i128{heller}, kCrownScale);
  }

  void report(const std::vector<BankBreak>& breaks) {
    ReplayResult& result = driver_.result();
    result.facts = {
        {"movements", "49102", std::to_string(movements_.size())},
        {"accounts", "1229", std::to_string(accounts_.size())},
        {"statements that do not chain", "4031", std::to_string(breaks.size())},
        {"the same, as the file marks them", "4031", std::to_string(stated_breaks_)},
        {"the same, found by the books in monthly statements", "4031",
         std::to_string(statements_->agreeing(breaks))},
        {"accounts whose equation adds up", "1229", std::to_string(statements_->adding_up())}};
    for (const std::uint64_t number : accounts_)
      result.labels.emplace_back(base::OwnerId(id_of("berka/" + std::to_string(number))),
                                 "account " + std::to_string(number));
    result.findings = {summary(breaks), ages(breaks), list(breaks),
                       statements_->outcome(breaks, kCrownScale)};
    result.notes = {
        "A break is a stated balance that is not the previous stated balance plus or less the "
        "movement. Movements are booked as they are; stated balances are never booked.",
        "The stated balances enter the books as monthly statements of each account; break list "
        "shows "
        "what they leave open, reconciliation list the equation of every account."};
  }

  [[nodiscard]] static Listing summary(const std::vector<BankBreak>& breaks) {
    Listing listing{
        .title = "Breaks by class",
        .columns = {text_column("class"), number_column("breaks"), number_column("net CZK"),
                    number_column("gross CZK"), number_column("oldest, days")},
        .rows = {}};
    for (std::size_t kind = 0; kind <= kBreakClassNames.size(); ++kind) {
      const bool all = kind == kBreakClassNames.size();
      std::size_t count = 0;
      std::int64_t net = 0;
      std::int64_t gross = 0;
      std::int64_t oldest = 0;
      for (const BankBreak& entry : breaks) {
        if (!all && static_cast<std::size_t>(entry.kind) != kind) continue;
        ++count;
        net += entry.difference;
        gross += std::abs(entry.difference);
        oldest = std::max(oldest, entry.age_days);
      }
      listing.rows.push_back({all ? "total" : std::string(kBreakClassNames[kind]),
                              std::to_string(count), crowns(net), crowns(gross),
                              std::to_string(oldest)});
    }
    return listing;
  }

  [[nodiscard]] static Listing ages(const std::vector<BankBreak>& breaks) {
    static constexpr std::array<std::pair<std::string_view, std::int64_t>, 5> kBands{
        {{"same day", 0},
         {"1 to 7 days", 7},
         {"8 to 31 days", 31},
         {"32 to 92 days", 92},
         {"longer", std::numeric_limits<std::int64_t>::max()}}};
    Listing listing{.title = "Breaks by age",
                    .columns = {text_column("until a statement chains again"),
                                number_column("breaks"), number_column("gross CZK")},
                    .rows = {}};
    std::int64_t from = -1;
    for (const auto& [name, to] : kBands) {
      std::size_t count = 0;
      std::int64_t gross = 0;
      for (const BankBreak& entry : breaks) {
        if (entry.age_days <= from || entry.age_days > to) continue;
        ++count;
        gross += std::abs(entry.difference);
      }
      listing.rows.push_back({std::string(name), std::to_string(count), crowns(gross)});
      from = to;
    }
    return listing;
  }

  [[nodiscard]] Listing list(const std::vector<BankBreak>& breaks) const {
    Listing listing{
        .title = "All breaks",
        .columns = {text_column("row"), text_column("account"), text_column("date"),
                    number_column("stated"), number_column("expected"), number_column("booked"),
                    number_column("difference"), number_column("age, days"), text_column("class")},
        .rows = {}};
    for (const BankBreak& entry : breaks) {
      const BankMovement& movement = movements_[entry.row];
      listing.rows.push_back({rows_[entry.row].sequence, std::to_string(movement.account),
                              base::format_date(movement.date), crowns(movement.stated),
                              crowns(entry.expected), crowns(entry.booked),
                              crowns(entry.difference), std::to_string(entry.age_days),
                              std::string(kBreakClassNames[static_cast<std::size_t>(entry.kind)])});
    }
    return listing;
  }

  Driver& driver_;
  const ReplayOptions& options_;
  std::vector<BankMovement> movements_;
  std::vector<BankRow> rows_;
  std::set<std::uint64_t> accounts_;
  std::uint64_t stated_breaks_ = 0;
  base::AssetId crown_;
  base::PoolId pool_;
  base::AccountId custody_;
  std::optional<BankStatements> statements_;
};

}  // namespace

Result<ReplayResult> replay_berka(const std::string& folder, engine::Engine& engine,
                                  const ReplayOptions& options) {
  ReplayResult result;
  Driver driver(engine, "ledger_berka", result);
  const auto began = std::chrono::steady_clock::now();
  if (Result<void> done = BerkaReplay(driver, options).run(folder); !done)
    return std::unexpected(std::move(done).error());
  result.nanoseconds =
      std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now() - began)
          .count();
  return result;
}

}  // namespace cofferdam::report
